//! Words for the mistakes that are made most often. The parser says what it expected; its user wants to know what to do.

use super::position::quoted_from;
use crate::diagnostics::Code;
use crate::source::error::ParserError;

/// What the parser says of an error.
pub(super) struct Found<'a> {
    pub text: &'a str,
    pub problem: &'a str,
    pub offset: Option<usize>,
    /// What it was at, and where that began.
    pub context: Option<(&'a str, usize)>,
}

impl Found<'_> {
    /// The error in our words; none where we have no better ones.
    pub(super) fn reword(&self) -> Option<ParserError> {
        let offset = self.offset?;
        let rest = &self.text[offset..];
        if rest.starts_with('\t') {
            return Some(error("a tab cannot indent: use spaces", offset, None));
        }
        match (self.problem, self.context) {
            ("did not find expected key" | "did not find expected '-' indicator", context) => {
                self.after_quote(offset).or_else(|| self.indented_less(offset, context))
            }
            ("mapping values are not allowed in this context", _) => {
                let line = &self.text[self.line_start(offset)..offset];
                let message = if line.contains(": ") {
                    "a text that has `: ` in it must be in quotes"
                } else {
                    "this line is indented more than the one above allows: give it the indentation of the key above"
                };
                Some(error(message, offset, None))
            }
            ("did not find expected ',' or ']'" | "did not find expected ',' or '}'", Some((_, start))) => {
                let (open, close) = if self.problem.ends_with("']'") { ('[', ']') } else { ('{', '}') };
                let message = format!("this `{open}` is not closed");
                let here = format!("`,` or `{close}` is expected before this");
                Some(error(message, start, (!rest.trim().is_empty()).then_some((here, offset))))
            }
            // A key may have 1024 characters; of a longer one the parser does not see the colon.
            ("could not find expected ':'", Some((_, start))) if offset.saturating_sub(start) <= 1024 => {
                Some(error("this is no key and no value: is a colon missing?", start, None))
            }
            _ => None,
        }
    }

    /// Something stands behind a closing quote: that quote was to open a text, or to be a part of one.
    fn after_quote(&self, offset: usize) -> Option<ParserError> {
        let before = self.text[..offset].trim_end_matches(' ');
        let quote = before.chars().next_back().filter(|c| matches!(c, '\'' | '"'))?;
        let end = before.len() - quote.len_utf8();
        let start = quoted_from(self.text, end)?;
        if self.text[start..end].contains('\n') {
            let message = "this quoted text goes on over several lines: is its closing quote missing?";
            return Some(error(message, start, Some(("it ends at this quote".to_owned(), end))));
        }
        let written = if quote == '\'' { "''" } else { "\\\"" };
        let message = format!("the quoted text ends before this: a {quote} that is part of it is written {written}");
        Some(error(message, offset, Some(("it begins here".to_owned(), start))))
    }

    /// A line begins where no block around it has its lines.
    fn indented_less(&self, offset: usize, context: Option<(&str, usize)>) -> Option<ParserError> {
        let (what, start) = context?;
        if !self.text[self.line_start(offset)..offset].trim().is_empty() {
            return None;
        }
        let what = if what.ends_with("mapping") { "in this object" } else { "in this list" };
        let message = "this line is indented like none above: give it the indentation of the lines that it belongs to";
        Some(error(message, offset, Some((what.to_owned(), start))))
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |line_break| line_break + 1)
    }
}

fn error(message: impl Into<String>, offset: usize, context: Option<(String, usize)>) -> ParserError {
    ParserError { code: Code::Syntax, message: message.into(), offset: Some(offset), context }
}
