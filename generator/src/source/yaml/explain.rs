//! Errors of the parser.

use super::position::{placed, split_position};
use super::stop::stop;
use super::wording;
use crate::diagnostics::Code;
use crate::source::error::ParserError;
use crate::source::limits;

/// The parser's error, reworded if possible.
pub(super) fn explain(text: &str, error: &serde_yaml::Error) -> ParserError {
    let offset = error.location().map(|location| text.floor_char_boundary(location.index()));
    let whole = error.to_string();
    let (problem, context) = match whole.split_once(", while ") {
        Some((problem, context)) => (problem, Some(context)),
        None => (whole.as_str(), None),
    };
    let (problem, _) = split_position(problem);
    let (code, message) = match problem {
        "recursion limit exceeded" => (Code::Limit, limits::too_deep()),
        "repetition limit exceeded" => (Code::Limit, "aliases repeat too much of the document".to_owned()),
        "unknown anchor" => (Code::Syntax, "the alias has no anchor before it".to_owned()),
        "EOF while parsing a value" => return ParserError::empty(),
        "deserializing from YAML containing more than one document is not supported" => {
            return second_document(text);
        }
        problem => match problem.split_once("invalid type: ") {
            Some((_, found)) => {
                let found = found.split_once(", expected ").map_or(found, |(found, _)| found);
                (Code::Unsupported, format!("a key must be a string, not a {found}"))
            }
            None => return syntax_error(text, problem, offset, context),
        },
    };
    ParserError { code, message, offset, context: context.and_then(|context| placed(text, context)) }
}

/// A syntax error, reworded if possible.
fn syntax_error(text: &str, problem: &str, offset: Option<usize>, context: Option<&str>) -> ParserError {
    let context = context.and_then(|context| placed(text, context));
    let found =
        wording::Found { text, problem, offset, context: context.as_ref().map(|(what, at)| (what.as_str(), *at)) };
    found.reword().unwrap_or_else(|| ParserError { code: Code::Syntax, message: problem.to_owned(), offset, context })
}

/// The parser does not report where the second document begins; the error of reading its content comes close.
fn second_document(text: &str) -> ParserError {
    let content = serde_yaml::Deserializer::from_str(text)
        .nth(1)
        .and_then(|document| stop(document, |_| {}).err()?.location())
        .map_or(text.len(), |location| text.floor_char_boundary(location.index()));
    let marker = text[..content].rfind("\n---").map_or(content, |line_break| line_break + 1);
    ParserError {
        code: Code::Unsupported,
        message: "a file must hold one document only".to_owned(),
        offset: Some(marker),
        context: None,
    }
}
