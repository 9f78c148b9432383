use std::error::Error;
use std::fmt;
use std::str::Utf8Error;

use super::pointer;
use crate::printable::{Printable, start};

/// Longer messages are cut, because they quote received text.
const MAX_MESSAGE_CHARS: usize = 256;
const MAX_POINTER_CHARS: usize = 512;

/// The reason why a body could not be decoded.
///
/// Safe to log: `Display` and `Debug` are bounded in length and escape control characters. It may
/// quote a short piece of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    kind: DecodeErrorKind,
    pointer: String,
    message: String,
    /// In the text that is being read; counts until line and column are known.
    offset: usize,
    line: usize,
    column: usize,
}

/// The kind of a decoding error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// It is not JSON, or it is JSON that readers understand differently: a name occurs twice in one
    /// object, a number exceeds the range of a double, or arrays and objects nest deeper than 127.
    Malformed,
    /// It is JSON, but does not match the type.
    Mismatch,
}

impl DecodeError {
    #[cold]
    pub(super) fn malformed(offset: usize, message: impl fmt::Display) -> Self {
        Self::new(DecodeErrorKind::Malformed, offset, &message)
    }

    #[cold]
    pub(super) fn mismatch(offset: usize, message: impl fmt::Display) -> Self {
        Self::new(DecodeErrorKind::Mismatch, offset, &message)
    }

    #[cold]
    pub(super) fn not_utf8(json: &[u8], error: Utf8Error) -> Self {
        Self::malformed(error.valid_up_to(), "invalid UTF-8").located(json)
    }

    fn new(kind: DecodeErrorKind, offset: usize, message: &dyn fmt::Display) -> Self {
        let message = cut(&message.to_string(), MAX_MESSAGE_CHARS);
        Self(Box::new(Details { kind, pointer: String::new(), message, offset, line: 0, column: 0 }))
    }

    /// Adds a member or index to the path of the error.
    #[cold]
    pub(crate) fn below(mut self, segment: &str) -> Self {
        pointer::prepend(&mut self.0.pointer, segment);
        self
    }

    /// Says that the error arose in a text that begins here in another.
    #[cold]
    pub(super) fn after(mut self, offset: usize) -> Self {
        self.0.offset += offset;
        self
    }

    /// Says on which line the error arose.
    #[cold]
    pub(super) fn located(mut self, text: &[u8]) -> Self {
        let before = text.get(..self.0.offset).unwrap_or(text);
        let mut lines = before.split(|&byte| byte == b'\n');
        self.0.line = lines.clone().count();
        self.0.column = lines.next_back().map_or(0, <[u8]>::len) + 1;
        self.0.pointer = cut(&self.0.pointer, MAX_POINTER_CHARS);
        self
    }

    /// The kind of the error.
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// The position: a JSON pointer (RFC 6901), empty for the body itself and for errors of syntax outside any member.
    /// Member names and pointers of excessive length are cut and end in `…`.
    pub fn pointer(&self) -> &str {
        &self.0.pointer
    }

    /// The message. It may contain received control characters.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The line of the value or of the malformed text, from 1; 0 if unknown.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The column, in bytes from 1; 0 if unknown.
    pub fn column(&self) -> usize {
        self.0.column
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.kind {
            DecodeErrorKind::Malformed => "malformed JSON",
            DecodeErrorKind::Mismatch => "unexpected JSON",
        })?;
        if !self.0.pointer.is_empty() {
            write!(f, " at {}", Printable { text: &self.0.pointer, limit: MAX_POINTER_CHARS + 1 })?;
        }
        write!(f, ": {}", Printable { text: &self.0.message, limit: MAX_MESSAGE_CHARS + 1 })?;
        if self.0.line > 0 {
            write!(f, " (line {} column {})", self.0.line, self.0.column)?;
        }
        Ok(())
    }
}

impl Error for DecodeError {}

/// A received string, shortened for a message: it may be as long as a body.
pub(super) fn quoted(text: &str) -> String {
    let (start, mark) = start(text, MAX_MESSAGE_CHARS);
    format!("{start:?}{mark}")
}

fn cut(text: &str, limit: usize) -> String {
    let (start, mark) = start(text, limit);
    format!("{start}{mark}")
}
