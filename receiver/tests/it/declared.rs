//! The macros that declare codecs, as generated crates use them.

use std::collections::BTreeMap;

use webhook_receiver::codegen::codec;
use webhook_receiver::testing::same_json;
use webhook_receiver::{Decode, DecodeErrorKind, Deep, Integer, JsonValue, Undeclared, serde_json};

use crate::acme::delivery;

/// Its fields have the names of the macro's own variables.
#[derive(Clone, Debug, PartialEq)]
struct Asset {
    members: String,
    name: Option<String>,
    reader: Option<JsonValue>,
    object: Option<Option<i64>>,
    serializer: Option<i64>,
    r#type: Option<Deep<Kind>>,
    undeclared: Undeclared,
}

codec::object! {
    Asset {
        "members" => members: required,
        "name" => name: optional,
        "reader" => reader: optional_nullable,
        "object" => object: optional_nullable,
        "serializer" => serializer: required,
        "a \"type\"" => r#type: optional,
        ..undeclared
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Counts {
    total: i64,
    others: BTreeMap<String, i64>,
}

codec::object! {
    Counts {
        "total" => total: required,
        ..others
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Open {
    undeclared: Undeclared,
}

codec::object! {
    Open {
        ..undeclared
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Image,
    Unknown(String),
}

codec::text_enum! {
    Kind {
        "image" => Image,
        ..Unknown
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Level {
    Below,
    Above,
    Unknown(Integer),
}

codec::integer_enum! {
    Level {
        -1 => Below,
        9_223_372_036_854_775_807 => Above,
        ..Unknown
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Mode {
    Half,
    Off,
    Unknown(JsonValue),
}

codec::json_enum! {
    Mode {
        "0.5" => Half,
        "{\"on\":false}" => Off,
        ..Unknown
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version;

codec::constant!(Version: str = "v1");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Two;

codec::constant!(Two: i64 = 2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Yes;

codec::constant!(Yes: bool = true);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Empty;

codec::constant!(Empty: json = "[]");

#[derive(Clone, Debug, PartialEq)]
struct Kinds(Vec<Kind>);

codec::newtype!(Kinds);

fn decode<T: Decode>(json: &str) -> T {
    delivery(json.to_owned()).decode().unwrap()
}

/// The kind of the error, its pointer and its message.
fn error<T: Decode>(json: &str) -> (DecodeErrorKind, String, String) {
    let Err(error) = delivery(json.to_owned()).decode::<T>() else { panic!("{json} is accepted") };
    (error.kind(), error.pointer().to_owned(), error.message().to_owned())
}

#[track_caller]
fn assert_round_trip<T: Decode + serde::Serialize>(json: &str) {
    let encoded = serde_json::to_string(&decode::<T>(json)).unwrap();
    same_json(json, &encoded).unwrap();
}

#[test]
fn absent_and_null_members() {
    let asset: Asset = decode(r#"{"members": "m", "serializer": null, "name": null, "reader": null, "object": null}"#);
    assert_eq!((asset.name, asset.object, asset.r#type), (None, Some(None), None));
    assert_eq!(asset.reader.unwrap().as_str(), "null");
    let asset: Asset = decode(r#"{"members": "m", "serializer": 1}"#);
    assert_eq!((asset.reader, asset.object, asset.serializer), (None, None, Some(1)));
}

#[test]
fn objects_survive() {
    assert_round_trip::<Asset>(r#"{"members": "m", "serializer": null, "reader": null, "object": null, "new": [1.0]}"#);
    assert_round_trip::<Asset>(r#"{"a \"type\"": "image", "members": "", "serializer": 2, "object": 3, "name": "n"}"#);
    assert_round_trip::<Counts>(r#"{"total": 3, "a": 1, "b": 2}"#);
    assert_round_trip::<Open>(r#"{"a": {"b": null}}"#);
    assert_eq!(Asset::MEMBERS.unwrap().len(), 6);
}

#[test]
fn errors_of_objects_have_a_place() {
    let mismatch = DecodeErrorKind::Mismatch;
    let missing = "member `members` is missing".to_owned();
    assert_eq!(error::<Asset>(r#"{"serializer": 1}"#), (mismatch, String::new(), missing));
    let (kind, pointer, message) = error::<Asset>("[]");
    assert_eq!((kind, &*pointer), (mismatch, ""));
    assert_eq!(message, "invalid type: array, expected an object (Asset)");
    let (kind, pointer, _) = error::<Asset>(r#"{"members": "", "a \"type\"": 1}"#);
    assert_eq!((kind, &*pointer), (mismatch, "/a \"type\""));
    let (kind, pointer, message) = error::<Asset>(r#"{"members": "", "members": ""}"#);
    assert_eq!((kind, &*pointer, &*message), (DecodeErrorKind::Malformed, "/members", "the member occurs twice"));
    assert_eq!(error::<Counts>(r#"{"total": 1, "a": 1, "a": 1}"#).1, "/a");
    assert_eq!(error::<Counts>(r#"{"total": 1, "a": "1"}"#).1, "/a");
}

#[test]
fn enums_keep_other_values() {
    assert_eq!(decode::<Kind>(r#""im\u0061ge""#), Kind::Image);
    assert_eq!(decode::<Kind>(r#""video""#), Kind::Unknown("video".to_owned()));
    assert_eq!(Kind::from("image".to_owned()).as_str(), "image");
    assert_eq!(format!("{:>6}", Kind::Image), " image");
    assert_eq!((decode::<Level>("-1.0"), decode::<Level>("9223372036854775807")), (Level::Below, Level::Above));
    assert_eq!(decode::<Level>("7").to_integer(), Integer::from(7));
    assert_eq!(Level::Below.to_string(), "-1");
    assert_eq!((decode::<Mode>("5e-1"), decode::<Mode>(r#"{"on": false}"#)), (Mode::Half, Mode::Off));
    assert_eq!(decode::<Mode>("[ 1 ]").as_json(), "[ 1 ]");
    assert_eq!(Mode::Half.to_string(), "0.5");
    for json in [r#""image""#, r#""video""#] {
        assert_round_trip::<Kind>(json);
    }
    assert_round_trip::<Level>("-1");
    assert_round_trip::<Level>("70000000000000000000");
    assert_round_trip::<Mode>(r#"{"on": false}"#);
    assert_eq!(error::<Kind>("1").2, "invalid type: number `1`, expected a string");
}

#[test]
fn constants_are_compared() {
    assert_eq!((Version::VALUE, Two::VALUE, Yes::VALUE, Empty::VALUE), ("v1", 2, true, "[]"));
    assert_round_trip::<Version>(r#""v1""#);
    assert_round_trip::<Two>("2.0");
    assert_round_trip::<Yes>("true");
    assert_round_trip::<Empty>("[ ]");
    assert_eq!(error::<Version>(r#""v2""#).2, r#"invalid value: string "v2", expected the string "v1""#);
    assert_eq!(error::<Two>("3").2, "expected 2, found 3");
    assert_eq!(error::<Yes>("false").2, "expected true, found false");
    assert_eq!(error::<Empty>("[1]").0, DecodeErrorKind::Mismatch);
}

#[test]
fn newtypes_are_their_value() {
    assert_eq!(decode::<Kinds>(r#"["image"]"#), Kinds(vec![Kind::Image]));
    assert_round_trip::<Kinds>(r#"["image", "video"]"#);
    assert_eq!(error::<Kinds>("[1]").1, "/0");
}
