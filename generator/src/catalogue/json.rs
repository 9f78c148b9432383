use std::borrow::Cow;
use std::fmt::Write as _;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::document::is_invisible;

/// A JSON value as text, with all digits of its numbers. Equality compares the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json(String);

impl Json {
    /// The JSON of a text that is known to be JSON.
    pub(super) fn new(text: impl AsRef<str>) -> Self {
        Self(escaped(text.as_ref()).into_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value of a string; `None` for any other JSON.
    pub fn text(&self) -> Option<String> {
        serde_json::from_str(&self.0).ok()
    }
}

/// JSON text with escapes for all invisible characters: only strings have any.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // One spelling, as that of a description's nodes.
        let value = serde_json::from_str::<serde_json::Value>(raw.get()).map_err(D::Error::custom)?;
        let is_plain = !matches!(value, serde_json::Value::Array(_) | serde_json::Value::Object(_));
        Ok(Self(if is_plain { raw.get().to_owned() } else { compact(raw.get()) }))
    }
}

/// JSON text without the white space between its tokens.
fn compact(text: &str) -> String {
    let (mut out, mut in_string, mut escaped) = (String::with_capacity(text.len()), false, false);
    for c in text.chars() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c.is_ascii_whitespace() {
            continue;
        } else {
            in_string = c == '"';
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_escaped() {
        let json = Json::new("{\"a\u{202e}\":\"\u{e0001}\"}");
        assert_eq!(json.as_str(), r#"{"a\u202e":"\udb40\udc01"}"#);
        let read: Json = serde_json::from_str(&serde_json::to_string(&json).unwrap()).unwrap();
        assert_eq!(read, json);
    }
}
