//! Errors of the parsers.

use crate::diagnostics::Code;

/// Why a parser stopped.
#[derive(Debug)]
pub(super) struct ParserError {
    pub code: Code,
    pub message: String,
    /// Where, in bytes; unknown for a few errors of the YAML parser.
    pub offset: Option<usize>,
    /// The parser's context, and where it began.
    pub context: Option<(String, usize)>,
}

impl ParserError {
    /// A document without content.
    pub(super) fn empty() -> Self {
        Self { code: Code::Syntax, message: "the file is empty".to_owned(), offset: Some(0), context: None }
    }
}
