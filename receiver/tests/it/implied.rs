//! Values whose type is implied, and `null` as a type.

use std::collections::BTreeMap;

use webhook_receiver::codegen::codec;
use webhook_receiver::{DecodeErrorKind, Implied, JsonValue, Undeclared, serde_json};

use crate::acme::delivery;

#[derive(Clone, Debug, PartialEq)]
struct Door {
    id: String,
    nothing: Option<()>,
    undeclared: Undeclared,
}

codec::object! {
    Door {
        "id" => id: required,
        "nothing" => nothing: optional_nullable,
        ..undeclared
    }
}

#[test]
fn other_json_is_kept() {
    for json in ["null", "true", "1.50", r#""text""#, "[{}]"] {
        let door: Implied<Door> = delivery(json).decode().unwrap();
        assert_eq!(door.value(), None);
        assert_eq!(door, Implied::Other(json.parse().unwrap()));
        assert_eq!(serde_json::to_string(&door).unwrap(), json);
    }
    let list: Implied<Vec<i64>> = delivery(r#"{"a":1}"#).decode().unwrap();
    assert_eq!(list.into_value(), None);
    let map: Implied<BTreeMap<String, i64>> = delivery("[1]").decode().unwrap();
    assert_eq!(map, Implied::Other(JsonValue::new(&[1]).unwrap()));
}

#[test]
fn a_value_of_the_implied_type_must_match() {
    let json = r#"{"id":"a","else":1}"#;
    let door: Implied<Door> = delivery(json).decode().unwrap();
    assert_eq!(door.value().unwrap().id, "a");
    assert_eq!(serde_json::to_string(&door).unwrap(), json);
    assert_eq!(Implied::from(door.clone().into_value().unwrap()), door);
    let error = delivery(r#"[{"id":1}]"#).decode::<Vec<Implied<Door>>>().unwrap_err();
    assert_eq!((error.kind(), error.pointer()), (DecodeErrorKind::Mismatch, "/0/id"));
}

#[test]
fn null_is_a_value() {
    for (json, expected) in [(r#"{"id":"a"}"#, None), (r#"{"id":"a","nothing":null}"#, Some(()))] {
        let door: Door = delivery(json).decode().unwrap();
        assert_eq!(door.nothing, expected);
        assert_eq!(serde_json::to_string(&door).unwrap(), json);
    }
    let error = delivery(r#"{"id":"a","nothing":0}"#).decode::<Door>().unwrap_err();
    assert_eq!(error.message(), "invalid type: number `0`, expected null");
}
