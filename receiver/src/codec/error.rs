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
pub struct DecodeError(Option<Box<Details>>);

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
    /// object, or arrays and objects nest deeper than 128.
    Malformed,
    /// It is JSON, but does not match the type, or a number exceeds the range of a double.
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

    /// An error whose text is not needed: a value does not fit one of several types.
    pub(super) const UNREAD: Self = Self(None);

    fn new(kind: DecodeErrorKind, offset: usize, message: &dyn fmt::Display) -> Self {
        let message = cut(&message.to_string(), MAX_MESSAGE_CHARS);
        Self(Some(Box::new(Details { kind, pointer: String::new(), message, offset, line: 0, column: 0 })))
    }

    /// Adds a member to the path of the error.
    #[cold]
    pub(crate) fn below(mut self, segment: &str) -> Self {
        if let Some(details) = &mut self.0 {
            pointer::prepend(&mut details.pointer, segment);
        }
        self
    }

    /// Adds an index to the path of the error.
    #[cold]
    pub(super) fn below_index(self, index: usize) -> Self {
        if self.0.is_some() { self.below(&index.to_string()) } else { self }
    }

    /// Says on which line the error arose.
    #[cold]
    pub(super) fn located(mut self, text: &[u8]) -> Self {
        if let Some(details) = &mut self.0 {
            let before = text.get(..details.offset).unwrap_or(text);
            let mut lines = before.split(|&byte| byte == b'\n');
            details.line = lines.clone().count();
            details.column = lines.next_back().map_or(0, <[u8]>::len) + 1;
            details.pointer = cut(&details.pointer, MAX_POINTER_CHARS);
        }
        self
    }

    /// The kind of the error.
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.as_ref().map_or(DecodeErrorKind::Mismatch, |details| details.kind)
    }

    /// The position: a JSON pointer (RFC 6901), empty for the body itself and for errors of syntax outside any member.
    /// Member names and pointers of excessive length are cut and end in `…`.
    pub fn pointer(&self) -> &str {
        self.0.as_ref().map_or("", |details| &details.pointer)
    }

    /// The message. It may contain received control characters.
    pub fn message(&self) -> &str {
        self.0.as_ref().map_or("", |details| &details.message)
    }

    /// The line of the value or of the malformed text, from 1; 0 if unknown.
    pub fn line(&self) -> usize {
        self.0.as_ref().map_or(0, |details| details.line)
    }

    /// The column, in bytes from 1; 0 if unknown.
    pub fn column(&self) -> usize {
        self.0.as_ref().map_or(0, |details| details.column)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind() {
            DecodeErrorKind::Malformed => "malformed JSON",
            DecodeErrorKind::Mismatch => "unexpected JSON",
        })?;
        if !self.pointer().is_empty() {
            write!(f, " at {}", Printable { text: self.pointer(), limit: MAX_POINTER_CHARS + 1 })?;
        }
        write!(f, ": {}", Printable { text: self.message(), limit: MAX_MESSAGE_CHARS + 1 })?;
        if self.line() > 0 {
            write!(f, " (line {} column {})", self.line(), self.column())?;
        }
        Ok(())
    }
}

impl Error for DecodeError {}

/// A received string, shortened for a message: it may be as long as a body.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, mark) = start(self.0, MAX_MESSAGE_CHARS);
        write!(f, "{start:?}{mark}")
    }
}

fn cut(text: &str, limit: usize) -> String {
    let (start, mark) = start(text, limit);
    format!("{start}{mark}")
}
