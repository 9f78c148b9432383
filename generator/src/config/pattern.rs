//! The signed text, as a pattern.

use serde::Deserialize;

use super::values::{check_visible, ensure};

/// The signed text, such as `{timestamp}.{body}`: the body once, an id and a timestamp at most once, with a text between
/// any two of these that begins and ends with something other than a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pattern(Vec<Piece>);

/// A piece of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// `{body}`
    Body,
    /// `{id}`
    Id,
    /// `{timestamp}`
    Timestamp,
    /// Literal text.
    Text(String),
}

impl Pattern {
    /// The pieces, in their order.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Whether this is one of the pieces.
    pub(super) fn has(&self, piece: &Piece) -> bool {
        self.0.contains(piece)
    }

    fn parse(text: &str) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = if let Some(after) = rest.strip_prefix('{') {
                let (name, after) = after.split_once('}').ok_or("has a `{` without a `}`")?;
                let piece = match name {
                    "body" => Piece::Body,
                    "id" => Piece::Id,
                    "timestamp" => Piece::Timestamp,
                    _ => return Err(format!("names `{{{name}}}`: known are `{{body}}`, `{{id}}` and `{{timestamp}}`")),
                };
                (piece, after)
            } else {
                let (text, after) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
                check_visible(text)?;
                (Piece::Text(text.to_owned()), after)
            };
            pieces.push(piece);
            rest = after;
        }
        let count = |wanted: &Piece| pieces.iter().filter(|piece| *piece == wanted).count();
        ensure(count(&Piece::Body) == 1, "must contain `{body}` exactly once")?;
        ensure(
            count(&Piece::Id) <= 1 && count(&Piece::Timestamp) <= 1,
            "contains a placeholder twice: `{id}` and `{timestamp}` may occur once",
        )?;
        let parts = |piece: &Piece| match piece {
            Piece::Text(text) => !text.starts_with(alphanumeric) && !text.ends_with(alphanumeric),
            _ => true,
        };
        let is_text = |piece: &Piece| matches!(piece, Piece::Text(_));
        ensure(
            pieces.windows(2).all(|pair| pair.iter().any(is_text)) && pieces.windows(3).all(|three| parts(&three[1])),
            "is ambiguous: without a text such as `.` between them, bytes could move from one placeholder to the other",
        )?;
        Ok(pieces)
    }
}

fn alphanumeric(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map(Self).map_err(|problem| format!("{text:?} {problem}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let parse = |text: &str| Pattern::try_from(text.to_owned());
        let (good, bad): (&[&str], &[&str]) = (
            &[
                "{body}",
                "{timestamp}.{body}",
                "{id}.{timestamp}.{body}",
                "v0:{timestamp}:{body}",
                "{body}.{id}",
                "a{body}b",
            ],
            &[
                "",
                "{timestamp}",
                "body",
                "{body}.{body}",
                "{id}.{id}.{body}",
                "{timestamp}{body}",
                "{timestamp}a{body}",
                "{timestamp}.0{body}",
                "{Body}",
                "{body",
                "body}",
                "{}.{body}",
                "{url}{body}",
                "{timestamp} {body}",
                "{timestamp}\n{body}",
                "{{body}}",
            ],
        );
        for text in good {
            assert!(parse(text).is_ok(), "{text:?} is good");
        }
        for text in bad {
            assert!(parse(text).is_err(), "{text:?} is bad");
        }
        let pattern = parse("v0:{timestamp}:{body}").unwrap();
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(pattern.pieces(), [text("v0:"), Piece::Timestamp, text(":"), Piece::Body]);
    }
}
