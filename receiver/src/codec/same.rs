use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::decimal::Decimal;
use super::{DecodeError, JsonValue};

/// Whether two texts are the same JSON.
///
/// The order of members does not matter, that of elements does. Strings are compared by characters,
/// not by spelling, and numbers by their exact value: `1`, `1.0` and `10e-1` are the same, `0.1` and
/// `0.10000000000000000001` are not.
///
/// # Errors
///
/// The first difference with its position, or why one of the texts is not JSON.
pub fn same_json(expected: &str, actual: &str) -> Result<(), String> {
    let expected = read(expected).map_err(|error| format!("expected text: {error}"))?;
    let actual = read(actual).map_err(|error| format!("actual text: {error}"))?;
    compare("", &expected, &actual)
}

/// Values as texts that are equal if the values are the [same JSON](same_json), in order, each with its position.
pub struct JsonValues(OnceLock<Vec<(String, usize)>>);

impl JsonValues {
    /// They are sorted when they are needed.
    #[expect(clippy::new_without_default, reason = "only statics have this type")]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The position of the value among the listed ones.
    pub fn find(&self, listed: &[&str], value: &JsonValue) -> Option<usize> {
        let sorted = self.0.get_or_init(|| {
            let texts = listed.iter().enumerate();
            let mut texts: Vec<_> = texts.filter_map(|(at, text)| Some((normal(&read(text).ok()?)?, at))).collect();
            texts.sort_unstable();
            texts
        });
        let value = normal(value)?;
        let at = sorted.partition_point(|(known, _)| *known < value);
        sorted.get(at).filter(|(known, _)| *known == value).map(|(_, position)| *position)
    }
}

/// Whether two texts are the [same JSON](same_json).
pub(super) fn is_same(expected: &str, actual: &JsonValue) -> bool {
    let expected = read(expected).ok().and_then(|expected| normal(&expected));
    expected.is_some() && expected == normal(actual)
}

/// A text that is equal for all spellings of a value. `None` if the value is not JSON.
fn normal(json: &JsonValue) -> Option<String> {
    let mut text = String::new();
    write_normal(&mut text, json)?;
    Some(text)
}

fn write_normal(text: &mut String, json: &JsonValue) -> Option<()> {
    match value(json).ok()? {
        Value::Object(members) => {
            text.push('{');
            for (name, member) in members {
                text.push_str(&serde_json::Value::from(name).to_string());
                text.push(':');
                write_normal(text, &member)?;
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(elements) => {
            text.push('[');
            for element in elements {
                write_normal(text, &element)?;
                text.push(',');
            }
            text.push(']');
        }
        Value::String(string) => text.push_str(&serde_json::Value::from(string).to_string()),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::Other => text.push_str(json.as_str()),
    }
    Some(())
}

enum Value {
    Object(BTreeMap<String, JsonValue>),
    Array(Vec<JsonValue>),
    String(String),
    Number(Decimal),
    /// `null`, `true`, `false`, and numbers with an exponent beyond all measure.
    Other,
}

fn read(text: &str) -> Result<JsonValue, String> {
    text.parse().map_err(|error: DecodeError| error.to_string())
}

fn value(json: &JsonValue) -> Result<Value, String> {
    let value = match json.as_str().as_bytes().first() {
        Some(b'{') => json.decode().map(Value::Object),
        Some(b'[') => json.decode().map(Value::Array),
        Some(b'"') => json.decode().map(Value::String),
        Some(b'n' | b't' | b'f') => return Ok(Value::Other),
        _ => return Ok(Decimal::parse(json.as_str()).map_or(Value::Other, Value::Number)),
    };
    value.map_err(|error| error.to_string())
}

fn compare(at: &str, expected: &JsonValue, actual: &JsonValue) -> Result<(), String> {
    let same = match (value(expected)?, value(actual)?) {
        (Value::Object(expected), Value::Object(actual)) => {
            return compare_objects(at, &expected, &actual);
        }
        (Value::Array(expected), Value::Array(actual)) => {
            return compare_arrays(at, &expected, &actual);
        }
        (Value::String(expected), Value::String(actual)) => expected == actual,
        (Value::Number(expected), Value::Number(actual)) => expected == actual,
        (Value::Other, Value::Other) => expected == actual,
        _ => false,
    };
    if same { Ok(()) } else { Err(format!("at `{at}`: expected {expected}, found {actual}")) }
}

fn compare_objects(
    at: &str,
    expected: &BTreeMap<String, JsonValue>,
    actual: &BTreeMap<String, JsonValue>,
) -> Result<(), String> {
    if let Some(name) = actual.keys().find(|name| !expected.contains_key(*name)) {
        return Err(format!("at `{at}`: unexpected member {name:?}"));
    }
    expected.iter().try_for_each(|(name, expected)| match actual.get(name) {
        Some(actual) => compare(&format!("{at}/{name}"), expected, actual),
        None => Err(format!("at `{at}`: member {name:?} is missing")),
    })
}

fn compare_arrays(at: &str, expected: &[JsonValue], actual: &[JsonValue]) -> Result<(), String> {
    if expected.len() != actual.len() {
        let (expected, actual) = (expected.len(), actual.len());
        return Err(format!("at `{at}`: expected {expected} elements, found {actual}"));
    }
    let pairs = expected.iter().zip(actual).enumerate();
    pairs.into_iter().try_for_each(|(index, (expected, actual))| compare(&format!("{at}/{index}"), expected, actual))
}
