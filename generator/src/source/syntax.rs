//! The two syntaxes of documents, behind one interface.

use std::path::Path;

use serde::de::DeserializeSeed;

use super::error::ParserError;
use super::limits::Limits;
use super::{json, yaml};

/// The syntax of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Json,
    Yaml,
}

impl Syntax {
    /// The syntaxes to try, in order. JSON is detected by file name or by its first characters.
    pub(super) fn candidates(path: &Path, text: &str) -> &'static [Self] {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            &[Self::Json]
        } else if text.trim_start().starts_with(['{', '[']) {
            &[Self::Json, Self::Yaml]
        } else {
            &[Self::Yaml]
        }
    }

    /// Checks for what the parser accepts but a description must not contain.
    pub(super) fn check(self, text: &str, limits: &Limits) -> Result<(), ParserError> {
        match self {
            Self::Json => Ok(()),
            Self::Yaml => yaml::check(text, limits),
        }
    }

    /// The text without a comment that the parser has stopped at, although it is allowed.
    pub(super) fn without_comment(self, text: &str, offset: usize) -> Option<String> {
        match self {
            Self::Json => None,
            Self::Yaml => yaml::unindented(text, offset),
        }
    }

    /// Runs the parser.
    pub(super) fn run<'de, S: DeserializeSeed<'de>>(self, text: &'de str, seed: S) -> Result<S::Value, ParserError> {
        match self {
            Self::Json => json::run(text, seed),
            Self::Yaml => yaml::run(text, seed),
        }
    }
}
