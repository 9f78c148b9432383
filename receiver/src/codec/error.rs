use std::error::Error;
use std::fmt;
use std::str::Utf8Error;

use super::check::check;
use super::pointer;
use crate::printable::Printable;

/// Longer messages are cut: they quote what was received.
const MAX_MESSAGE_CHARS: usize = 256;
const MAX_POINTER_CHARS: usize = 512;

/// Why a body could not be decoded.
///
/// Safe to log: `Display` and `Debug` are bounded in length and escape control characters. It may
/// quote a short piece of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    pointer: String,
    message: String,
    line: usize,
    column: usize,
}

/// What is wrong with a body that could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// It is not JSON, or it is JSON that readers understand differently: a name occurs twice in one
    /// object, a number exceeds the range of a double, or arrays and objects nest deeper than 127.
    Malformed,
    /// It is JSON, and does not fit the type.
    Mismatch,
}

impl DecodeError {
    /// Explains why `text` could not be decoded.
    ///
    /// `serde` loses the kind of an error on its way up, so the text decides: whatever does not pass
    /// the check is malformed, and then the check knows best what is wrong.
    #[cold]
    pub(super) fn of_text(text: &str, error: &serde_json::Error) -> Self {
        match check(text) {
            Ok(()) => Self::mismatch(error),
            Err(error) => Self::new(DecodeErrorKind::Malformed, &error),
        }
    }

    /// Explains why a text that passed the check could not be decoded.
    #[cold]
    pub(super) fn mismatch(error: &serde_json::Error) -> Self {
        Self::new(DecodeErrorKind::Mismatch, error)
    }

    #[cold]
    pub(super) fn malformed(error: &serde_json::Error) -> Self {
        Self::new(DecodeErrorKind::Malformed, error)
    }

    #[cold]
    pub(super) fn not_utf8(json: &[u8], error: Utf8Error) -> Self {
        let valid = json.get(..error.valid_up_to()).unwrap_or_default();
        let mut lines = valid.split(|&byte| byte == b'\n');
        Self {
            kind: DecodeErrorKind::Malformed,
            pointer: String::new(),
            message: "invalid UTF-8".to_owned(),
            line: lines.clone().count(),
            column: lines.next_back().map_or(0, <[u8]>::len) + 1,
        }
    }

    fn new(kind: DecodeErrorKind, error: &serde_json::Error) -> Self {
        let text = without_position(error);
        let (pointer, message) = pointer::take(&text);
        Self {
            kind,
            pointer: cut(&pointer, MAX_POINTER_CHARS),
            message: cut(message, MAX_MESSAGE_CHARS),
            line: error.line(),
            column: error.column(),
        }
    }

    /// What is wrong in general.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// Where: a JSON pointer (RFC 6901), empty for the body itself and for errors of syntax outside
    /// any member. Member names and pointers of excessive length are cut and end in `…`.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong in particular. May hold control characters that were received.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line at which reading stopped, from 1; 0 if unknown.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, in bytes, at which reading stopped; 0 if unknown or at the start of a line.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            DecodeErrorKind::Malformed => "malformed JSON",
            DecodeErrorKind::Mismatch => "unexpected JSON",
        })?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", Printable { text: &self.pointer, limit: MAX_POINTER_CHARS + 1 })?;
        }
        write!(f, ": {}", Printable { text: &self.message, limit: MAX_MESSAGE_CHARS + 1 })?;
        if self.line > 0 {
            write!(f, " (line {} column {})", self.line, self.column)?;
        }
        Ok(())
    }
}

impl Error for DecodeError {}

/// The text of the error without the position that `serde_json` appends.
pub(super) fn without_position(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    if text.ends_with(&position) {
        text.truncate(text.len() - position.len());
    }
    text
}

fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit).and_then(|(end, _)| text.get(..end)) {
        Some(start) => format!("{start}…"),
        None => text.to_owned(),
    }
}
