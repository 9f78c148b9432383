use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

use super::decimal::Decimal;
use super::reader::Kind;
use super::{DecodeError, JsonValue, Reader};

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
    let read = |text: &str| text.parse().map_err(|error: DecodeError| error.to_string());
    let expected: JsonValue = read(expected).map_err(|error| format!("expected text: {error}"))?;
    let actual: JsonValue = read(actual).map_err(|error| format!("actual text: {error}"))?;
    let expected = Tree::read(&mut unlimited(expected.as_str())).map_err(|error| error.to_string())?;
    compare("", &expected, &mut unlimited(actual.as_str()))
}

/// Values as texts that are equal if the values are the [same JSON](same_json).
pub struct JsonValues(OnceLock<Listed>);

struct Listed {
    /// In order, each with its position.
    texts: Vec<(String, usize)>,
    /// The length of the longest.
    longest: usize,
}

impl JsonValues {
    /// They are sorted when they are needed.
    #[expect(clippy::new_without_default, reason = "only statics have this type")]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The position of the value among the listed ones.
    pub fn find(&self, listed: &[&str], value: &JsonValue) -> Option<usize> {
        self.look_up(listed, value.as_str()).0
    }

    /// Reads a value: its position among the listed ones, or the value if it is not listed.
    ///
    /// # Errors
    ///
    /// Like [`Reader::json`], or if it costs too much.
    pub fn read(&self, listed: &[&str], reader: &mut Reader<'_>) -> Result<Result<usize, JsonValue>, DecodeError> {
        Ok(self.read_text(listed, reader)?.map_err(JsonValue::of_checked))
    }

    pub(super) fn read_text<'de>(
        &self,
        listed: &[&str],
        reader: &mut Reader<'de>,
    ) -> Result<Result<usize, &'de str>, DecodeError> {
        let text = reader.json_text()?;
        let (found, steps) = self.look_up(listed, text);
        reader.work_again(steps)?;
        Ok(found.ok_or(text))
    }

    /// The position of a checked text, and the steps that finding it took.
    fn look_up(&self, listed: &[&str], text: &str) -> (Option<usize>, usize) {
        let Listed { texts, longest } = self.0.get_or_init(|| {
            let texts = listed.iter().enumerate();
            let mut texts: Vec<_> =
                texts.filter_map(|(at, text)| Some((Normal::of(text, usize::MAX).0?, at))).collect();
            texts.sort_unstable();
            let longest = texts.iter().map(|(text, _)| text.len()).max().unwrap_or_default();
            Listed { texts, longest }
        });
        let (normal, steps) = Normal::of(text, *longest);
        let found = normal.and_then(|normal| {
            let at = texts.partition_point(|(known, _)| *known < normal);
            texts.get(at).filter(|(known, _)| *known == normal).map(|(_, position)| *position)
        });
        (found, steps)
    }
}

/// Writes a text that is equal for all spellings of a value.
struct Normal {
    text: String,
    /// The longest text that is needed.
    limit: usize,
    /// The bytes that were written, each as often as it was.
    written: usize,
}

impl Normal {
    /// The text, and the bytes read and written for it. `None` if it is longer than the limit, or the value is not JSON.
    fn of(json: &str, limit: usize) -> (Option<String>, usize) {
        let mut reader = unlimited(json);
        let mut normal = Self { text: String::new(), limit, written: 0 };
        let is_whole = normal.value(&mut reader).is_some();
        (is_whole.then_some(normal.text), reader.place() + normal.written)
    }

    fn value(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        match reader.kind().ok()? {
            Kind::Object => {
                self.push("{")?;
                let start = self.text.len();
                let mut parts = Vec::new();
                let mut members = reader.object("").ok()?;
                while let Some(name) = members.next().ok()? {
                    let start = self.text.len();
                    self.string(&name)?;
                    self.push(":")?;
                    self.value(members.reader())?;
                    self.push(",")?;
                    parts.push(start..self.text.len());
                }
                self.sort(start, parts);
                self.push("}")
            }
            Kind::Array => {
                self.push("[")?;
                let mut elements = reader.array(&"an array").ok()?;
                while let Some(element) = elements.next_with(|reader| Ok(self.value(reader))).ok()? {
                    element?;
                    self.push(",")?;
                }
                self.push("]")
            }
            Kind::String => self.string(&reader.string().ok()?),
            Kind::Number => {
                let number = reader.number(&"a number").ok()?;
                match Decimal::parse(number) {
                    Some(number) => self.push(&number.to_string()),
                    // With an exponent beyond all measure.
                    None => self.push(number),
                }
            }
            Kind::Null | Kind::Bool => self.push(reader.skip().ok()?),
        }
    }

    fn string(&mut self, string: &str) -> Option<()> {
        // It is not shorter when it is quoted.
        self.make_room(string)?;
        self.push(&serde_json::to_string(string).ok()?)
    }

    fn push(&mut self, text: &str) -> Option<()> {
        self.make_room(text)?;
        self.text.push_str(text);
        self.written += text.len();
        Some(())
    }

    fn make_room(&self, text: &str) -> Option<()> {
        (text.len() <= self.limit - self.text.len()).then_some(())
    }

    /// Sorts the parts of the text, which are all that follows this place.
    fn sort(&mut self, start: usize, mut parts: Vec<Range<usize>>) {
        if !parts.is_sorted_by_key(|part| &self.text[part.clone()]) {
            parts.sort_unstable_by_key(|part| &self.text[part.clone()]);
            let sorted: String = parts.into_iter().map(|part| &self.text[part]).collect();
            self.written += 2 * sorted.len();
            self.text.replace_range(start.., &sorted);
        }
    }
}

/// Reads a text whose length is limited already.
fn unlimited(text: &str) -> Reader<'_> {
    Reader::with_memory(text, usize::MAX)
}

/// An expected value.
struct Tree<'de> {
    text: &'de str,
    value: Value<'de>,
}

enum Value<'de> {
    Object(BTreeMap<String, Tree<'de>>),
    Array(Vec<Tree<'de>>),
    /// The [normal](Normal) text of any other value.
    Other(Option<String>),
}

impl<'de> Tree<'de> {
    fn read(reader: &mut Reader<'de>) -> Result<Self, DecodeError> {
        let start = reader.place();
        let value = match reader.kind()? {
            Kind::Object => {
                let mut object = BTreeMap::new();
                let mut members = reader.object("")?;
                while let Some(name) = members.next()? {
                    object.insert(name.into(), Self::read(members.reader())?);
                }
                Value::Object(object)
            }
            Kind::Array => {
                let mut array = Vec::new();
                let mut elements = reader.array(&"an array")?;
                while let Some(element) = elements.next_with(Self::read)? {
                    array.push(element);
                }
                Value::Array(array)
            }
            _ => Value::Other(Normal::of(reader.skip()?, usize::MAX).0),
        };
        Ok(Self { text: reader.lexer.since(start), value })
    }
}

/// Compares in one pass over the actual text.
fn compare(at: &str, expected: &Tree<'_>, actual: &mut Reader<'_>) -> Result<(), String> {
    let text = |error: DecodeError| error.to_string();
    match (&expected.value, actual.kind().map_err(text)?) {
        (Value::Object(expected), Kind::Object) => {
            let mut missing: BTreeSet<_> = expected.keys().map(String::as_str).collect();
            let mut members = actual.object("").map_err(text)?;
            while let Some(name) = members.next().map_err(text)? {
                let Some(expected) = expected.get(&*name) else {
                    return Err(format!("at `{at}`: unexpected member {:?}", &*name));
                };
                missing.remove(&*name);
                compare(&format!("{at}/{}", &*name), expected, members.reader())?;
            }
            match missing.first() {
                Some(name) => Err(format!("at `{at}`: member {name:?} is missing")),
                None => Ok(()),
            }
        }
        (Value::Array(expected), Kind::Array) => {
            let mut elements = actual.array(&"an array").map_err(text)?;
            loop {
                let index = elements.count();
                let compared = elements.next_with(|actual| match expected.get(index) {
                    Some(expected) => Ok(compare(&format!("{at}/{index}"), expected, actual)),
                    None => actual.skip().map(|_| Ok(())),
                });
                match compared.map_err(text)? {
                    Some(compared) => compared?,
                    None if index == expected.len() => return Ok(()),
                    None => return Err(format!("at `{at}`: expected {} elements, found {index}", expected.len())),
                }
            }
        }
        (value, _) => {
            let found = actual.skip().map_err(text)?;
            match value {
                Value::Other(Some(normal)) if Normal::of(found, normal.len()).0.as_ref() == Some(normal) => Ok(()),
                _ => Err(format!("at `{at}`: expected {}, found {found}", expected.text)),
            }
        }
    }
}
