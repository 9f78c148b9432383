//! The signed text, as a pattern.

use std::str::FromStr;

use super::values::{check_visible, ensure};

/// The signed text, such as `{timestamp}.{body}`: the body once, an id and a timestamp at most once, with a text between
/// any two of these that begins and ends with something other than a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<PatternPart>);

/// A part of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PatternPart {
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
    /// The parts, in order.
    pub(super) fn parts(&self) -> &[PatternPart] {
        &self.0
    }

    /// Whether this is one of the parts.
    pub(super) fn has(&self, piece: &PatternPart) -> bool {
        self.0.contains(piece)
    }

    fn parse(text: &str) -> Result<Vec<PatternPart>, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = if let Some(after) = rest.strip_prefix('{') {
                let (name, after) = after.split_once('}').ok_or("has a `{` without a `}`")?;
                let piece = match name {
                    "body" => PatternPart::Body,
                    "id" => PatternPart::Id,
                    "timestamp" => PatternPart::Timestamp,
                    _ => return Err(unknown(name)),
                };
                (piece, after)
            } else {
                let (text, after) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
                check_visible(text)?;
                (PatternPart::Text(text.to_owned()), after)
            };
            pieces.push(piece);
            rest = after;
        }
        let count = |wanted: &PatternPart| pieces.iter().filter(|piece| *piece == wanted).count();
        ensure(count(&PatternPart::Body) == 1, "must contain `{body}` exactly once")?;
        ensure(
            count(&PatternPart::Id) <= 1 && count(&PatternPart::Timestamp) <= 1,
            "contains a placeholder twice: `{id}` and `{timestamp}` may occur once",
        )?;
        let parts = |piece: &PatternPart| match piece {
            PatternPart::Text(text) => !text.starts_with(alphanumeric) && !text.ends_with(alphanumeric),
            _ => true,
        };
        let is_text = |piece: &PatternPart| matches!(piece, PatternPart::Text(_));
        ensure(
            pieces.windows(2).all(|pair| pair.iter().any(is_text)) && pieces.windows(3).all(|three| parts(&three[1])),
            "is ambiguous: without a text such as `.` between them, bytes could move from one placeholder to the other; if the \
             vendor signs this, set `scheme = \"verifier\"`",
        )?;
        Ok(pieces)
    }
}

/// The problem with an unknown placeholder. What it probably means is suggested.
fn unknown(name: &str) -> String {
    const MEANINGS: [(&str, &[&str]); 3] = [
        ("body", &["body", "payload", "rawbody", "requestbody", "content", "data"]),
        ("timestamp", &["timestamp", "time", "ts", "t", "date"]),
        ("id", &["id", "msgid", "messageid", "webhookid", "eventid", "deliveryid"]),
    ];
    let plain = name.to_lowercase().replace(['-', '_', ' '], "");
    let meant = MEANINGS.iter().find(|(_, names)| names.contains(&plain.as_str()));
    let help = match meant {
        Some((meant, _)) => format!("did you mean `{{{meant}}}`?"),
        None => "only `{body}`, `{id}` and `{timestamp}` can be signed; for other parts, set `scheme = \"verifier\"`"
            .to_owned(),
    };
    format!("has the unknown placeholder `{{{name}}}`; {help}")
}

fn alphanumeric(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text).map(Self).map_err(|problem| format!("{text:?} {problem}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let parse = |text: &str| text.parse::<Pattern>();
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
        let text = |text: &str| PatternPart::Text(text.to_owned());
        assert_eq!(pattern.parts(), [text("v0:"), PatternPart::Timestamp, text(":"), PatternPart::Body]);
    }
}
