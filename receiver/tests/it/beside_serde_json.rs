//! The JSON reader beside `serde_json`: both accept the same texts and read the same from them.
//!
//! We are stricter in one respect, and more generous in one: a name that occurs twice in an object is refused where it is
//! read, and an integer may be spelled as a number without a fraction.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};

use webhook_receiver::codegen::codec::{ObjectWriter, Reader};
use webhook_receiver::http::HeaderMap;
use webhook_receiver::serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use webhook_receiver::serde::{Deserialize, Deserializer, Serialize, Serializer};
use webhook_receiver::{Decode, DecodeErrorKind, Number, Undeclared};
use webhook_receiver::{DecodeError, Delivery, JsonValue, Verifier, serde_json};

/// Panics unless both readers agree about this body.
pub(crate) fn agree(body: &[u8]) {
    let Ok(text) = str::from_utf8(body) else {
        assert_eq!(decode::<JsonValue>(body).unwrap_err().kind(), DecodeErrorKind::Malformed);
        assert_eq!(decode::<Skipped>(body).unwrap_err().kind(), DecodeErrorKind::Malformed);
        return;
    };
    agree_on_values(text);
    agree_on_form(text);
    // Whatever it is, it can be an undeclared member.
    agree_on_form(&format!("{{\"\":{text}}}"));

    agree_on::<bool>(text);
    agree_on::<String>(text);
    agree_on::<Option<Vec<Option<bool>>>>(text);
    agree_on::<Vec<String>>(text);
    agree_on::<Vec<Vec<String>>>(text);
    agree_on::<(String, bool)>(text);
    agree_on::<BTreeMap<String, String>>(text);
    agree_on::<BTreeMap<String, Vec<Option<Box<String>>>>>(text);
    agree_on_integers(text);
}

/// Without a signature, which is not what this is about.
pub(crate) fn delivery(body: &[u8]) -> Delivery {
    let verifier = Verifier::dangerously_accept_unsigned();
    verifier.verify(&HeaderMap::new(), body.to_vec().into()).expect("anything is accepted")
}

fn decode<T: Decode>(body: &[u8]) -> Result<T, DecodeError> {
    delivery(body).decode()
}

/// Values that are kept are those that `serde_json` reads, without names that occur twice.
fn agree_on_values(text: &str) {
    let ours = decode::<JsonValue>(text.as_bytes());
    match (&ours, serde_json::from_str(text)) {
        (Ok(json), Ok(Unambiguous(value))) => {
            assert_eq!(json.as_str(), text.trim_matches([' ', '\t', '\n', '\r']));
            assert_same(json, &value);
        }
        (Err(error), Err(_)) => {
            let is_range = error.message() == "the number is out of range";
            let kind = if is_range { DecodeErrorKind::Mismatch } else { DecodeErrorKind::Malformed };
            assert_eq!(error.kind(), kind, "{text:?}");
        }
        // `serde_json` reads one level less.
        (Ok(_), Err(error)) if error.to_string().starts_with("recursion limit exceeded") => {}
        (ours, theirs) => panic!("{text:?}: {ours:?}, {theirs:?}"),
    }
    assert_eq!(serde_json::from_str(text).ok(), ours.ok(), "{text:?}");
}

fn assert_same(json: &JsonValue, expected: &serde_json::Value) {
    match expected {
        serde_json::Value::Null => assert_eq!((json.as_str(), json.decode()), ("null", Ok(None::<bool>))),
        serde_json::Value::Bool(value) => assert_eq!(json.decode().as_ref(), Ok(value)),
        serde_json::Value::String(text) => assert_eq!(json.decode().as_ref(), Ok(text)),
        serde_json::Value::Number(expected) => {
            let number: Number = json.decode().expect("a number");
            assert_eq!(Some(number.as_f64().to_bits()), expected.as_f64().map(f64::to_bits), "{json}");
            if expected.is_i64() {
                assert_eq!((number.as_i64(), json.decode::<i64>().ok()), (expected.as_i64(), expected.as_i64()));
            }
            if expected.is_u64() {
                assert_eq!(number.as_u64(), expected.as_u64());
            }
        }
        serde_json::Value::Array(expected) => {
            let elements: Vec<JsonValue> = json.decode().expect("an array");
            assert_eq!(elements.len(), expected.len(), "{json}");
            elements.iter().zip(expected).for_each(|(element, expected)| assert_same(element, expected));
        }
        serde_json::Value::Object(expected) => {
            let members: BTreeMap<String, JsonValue> = json.decode().expect("an object");
            assert!(members.keys().eq(expected.keys()), "{json}");
            members.values().zip(expected.values()).for_each(|(member, expected)| assert_same(member, expected));
        }
    }
}

/// Of what is passed over only the form counts, for both.
fn agree_on_form(text: &str) {
    let ours = decode::<Skipped>(text.as_bytes());
    #[expect(clippy::zero_sized_map_values, reason = "a set is no object")]
    let theirs = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{text:?}: {ours:?}, {theirs:?}");

    let kept = decode::<Kept>(text.as_bytes());
    assert_eq!(kept.is_ok(), theirs.is_ok(), "{text:?}: {kept:?}, {theirs:?}");
    let Ok(kept) = kept else { return };
    let names: Vec<String> = kept.0.names();
    assert!(theirs.unwrap().keys().all(|name| names.contains(name)), "{text:?}");
    assert_eq!(kept.0.to_json().is_ok(), decode::<JsonValue>(text.as_bytes()).is_ok(), "{text:?}");
    let written = serde_json::to_string(&kept).expect("it can be written");
    assert_eq!(decode(written.as_bytes()).as_ref(), Ok(&kept), "{text:?}");
}

fn agree_on<T: Decode + DeserializeOwned + PartialEq + Debug>(text: &str) {
    match (decode::<T>(text.as_bytes()), serde_json::from_str::<T>(text)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{text:?}"),
        (Err(error), Ok(_)) => assert_eq!(error.message(), "the member occurs twice", "{text:?}"),
        (Err(error), Err(_)) => assert_explained(text, &error),
        (ours, theirs) => panic!("{text:?}: {ours:?}, {theirs:?}"),
    }
}

/// Malformed JSON is reported before a type mismatch.
fn assert_explained(text: &str, error: &DecodeError) {
    match decode::<JsonValue>(text.as_bytes()) {
        Err(malformed) if malformed.kind() == DecodeErrorKind::Malformed => assert_eq!(error, &malformed, "{text:?}"),
        _ => assert_eq!(error.kind(), DecodeErrorKind::Mismatch, "{text:?}"),
    }
}

fn agree_on_integers(text: &str) {
    match (decode::<Vec<i64>>(text.as_bytes()), serde_json::from_str::<Vec<i64>>(text)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{text:?}"),
        (Ok(ours), Err(_)) => {
            let theirs: Vec<f64> = serde_json::from_str(text).expect("numbers");
            #[expect(clippy::cast_precision_loss, reason = "that of a double")]
            let ours: Vec<f64> = ours.into_iter().map(|integer| integer as f64).collect();
            assert_eq!(ours, theirs, "{text:?}");
        }
        (Err(error), Err(_)) => assert_explained(text, &error),
        (Err(error), Ok(theirs)) => panic!("{text:?}: {error}, {theirs:?}"),
    }
}

/// An object of which nothing is wanted.
#[derive(Debug)]
struct Skipped;

impl Decode for Skipped {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("Skipped")?;
        while members.next()?.is_some() {
            members.skip()?;
        }
        Ok(Self)
    }
}

/// An object of which everything is kept as it is.
#[derive(Debug, PartialEq)]
struct Kept(Undeclared);

impl Decode for Kept {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("Kept")?;
        let mut undeclared = Undeclared::default();
        while let Some(name) = members.next()? {
            members.rest(&name, &mut undeclared)?;
        }
        Ok(Self(undeclared))
    }
}

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.rest(&self.0)?;
        object.end()
    }
}

/// What `serde_json` reads, without objects in which a name occurs twice.
#[derive(Debug)]
struct Unambiguous(serde_json::Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree).map(Self)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = serde_json::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(serde_json::Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Unambiguous(element)) = array.next_element()? {
            elements.push(element);
        }
        Ok(elements.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = serde_json::Map::new();
        while let Some((name, Unambiguous(value))) = object.next_entry::<String, _>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("the member occurs twice"));
            }
        }
        Ok(members.into())
    }
}
