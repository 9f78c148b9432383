//! The two syntaxes of documents, behind one face.

use std::path::Path;

use serde::de::DeserializeSeed;

use super::error::ParserError;
use super::limits::Limits;
use super::{json, yaml};

/// What a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Json,
    Yaml,
}

impl Syntax {
    /// The syntaxes to try, in order. JSON is what is named so or begins as only JSON usually does.
    pub(super) fn candidates(path: &Path, text: &str) -> &'static [Self] {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            &[Self::Json]
        } else if text.trim_start().starts_with(['{', '[']) {
            &[Self::Json, Self::Yaml]
        } else {
            &[Self::Yaml]
        }
    }

    /// What the parser would let pass although a description must not have it.
    pub(super) fn check(self, text: &str, limits: &Limits) -> Result<(), ParserError> {
        match self {
            Self::Json => Ok(()),
            Self::Yaml => yaml::check(text, limits),
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
