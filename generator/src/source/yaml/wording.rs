//! Messages for common mistakes. The parser says what it expected; users need to know what to do.

use super::position::quoted_from;
use crate::diagnostics::Code;
use crate::source::error::ParserError;

/// The parser's error.
pub(super) struct Found<'a> {
    pub text: &'a str,
    pub problem: &'a str,
    pub offset: Option<usize>,
    /// Its context, and where that began.
    pub context: Option<(&'a str, usize)>,
}

impl Found<'_> {
    /// The reworded error; `None` if there is no better wording.
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
                    "a string that contains `: ` must be in quotes"
                } else {
                    "this line is indented too far: use the indentation of the key above"
                };
                Some(error(message, offset, None))
            }
            ("did not find expected ',' or ']'" | "did not find expected ',' or '}'", Some((_, start))) => {
                let (open, close) = if self.problem.ends_with("']'") { ('[', ']') } else { ('{', '}') };
                let message = format!("this `{open}` is not closed");
                let here = format!("`,` or `{close}` is expected before this");
                Some(error(message, start, (!rest.trim().is_empty()).then_some((here, offset))))
            }
            ("found character that cannot start any token", _) => {
                let first = rest.chars().next()?;
                Some(error(format!("a string that begins with `{first}` must be in quotes"), offset, None))
            }
            ("block sequence entries are not allowed in this context", _) => {
                Some(error("a list begins on a line of its own, below its key", offset, None))
            }
            ("did not find expected node content", _) => Some(error("a value is missing before this", offset, None)),
            ("found unexpected end of stream", Some((context, start))) if context.contains("quoted") => {
                Some(error("this quoted string is not closed", start, None))
            }
            ("found unknown escape character", _) => {
                let message = "this is not an escape of YAML: write `\\\\` for a backslash, or use single quotes";
                Some(error(message, offset, None))
            }
            ("did not find expected alphabetic or numeric character", _) => {
                Some(error("a string that begins with `*` or `&` must be in quotes", offset, None))
            }
            ("did not find expected <document start>", _) => {
                Some(error("this is behind the end of the document: is it indented too little?", offset, None))
            }
            // A key may have 1024 characters; the parser does not see the colon of a longer one.
            ("could not find expected ':'", Some((_, start))) if offset.saturating_sub(start) <= 1024 => {
                Some(error("expected a key or a value: is a colon missing?", start, None))
            }
            _ => None,
        }
    }

    /// Text after a closing quote: the quote was meant to open a string, or to be part of one.
    fn after_quote(&self, offset: usize) -> Option<ParserError> {
        let before = self.text[..offset].trim_end_matches(' ');
        let quote = before.chars().next_back().filter(|c| matches!(c, '\'' | '"'))?;
        let end = before.len() - quote.len_utf8();
        let start = quoted_from(self.text, end)?;
        if self.text[start..end].contains('\n') {
            let message = "this quoted string spans several lines: is its closing quote missing?";
            return Some(error(message, start, Some(("it ends at this quote".to_owned(), end))));
        }
        let written = if quote == '\'' { "''" } else { "\\\"" };
        let message = format!("the quoted string ends before this: write {quote} inside it as {written}");
        Some(error(message, offset, Some(("it begins here".to_owned(), start))))
    }

    /// A line whose indentation matches no enclosing block.
    fn indented_less(&self, offset: usize, context: Option<(&str, usize)>) -> Option<ParserError> {
        let (what, start) = context?;
        if !self.text[self.line_start(offset)..offset].trim().is_empty() {
            return None;
        }
        let what = if what.ends_with("mapping") { "in this object" } else { "in this list" };
        let message = "the indentation matches no line above: use that of the lines that it belongs to";
        Some(error(message, offset, Some((what.to_owned(), start))))
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |line_break| line_break + 1)
    }
}

fn error(message: impl Into<String>, offset: usize, context: Option<(String, usize)>) -> ParserError {
    ParserError { code: Code::Syntax, message: message.into(), offset: Some(offset), context }
}
