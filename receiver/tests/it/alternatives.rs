//! Which of several types a value is, if it could be read as more than one.

use webhook_receiver::codegen::codec;
use webhook_receiver::{JsonValue, Text, Undeclared, format, serde_json};

#[derive(Clone, Debug, PartialEq)]
enum Id {
    Uuid(Text<format::Uuid>),
    At(Text<format::DateTime>),
    Auto(Auto),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Id {
        Uuid,
        At,
        Auto,
        ..Unknown
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Auto;

codec::constant!(Auto: str = "auto");

#[test]
fn a_string_is_of_the_format_that_it_has() {
    let id = |json: &str| serde_json::from_str::<Id>(json).unwrap();
    assert!(matches!(id(r#""3fa85f64-5717-4562-b3fc-2c963f66afa6""#), Id::Uuid(_)));
    assert!(matches!(id(r#""2024-01-01T00:00:00Z""#), Id::At(_)));
    assert_eq!(id(r#""auto""#), Id::Auto(Auto));
    // None of them: the first keeps it.
    assert_eq!(id(r#""odd""#), Id::Uuid("odd".into()));
    assert!(matches!(id("1"), Id::Unknown(_)));
}

#[derive(Clone, Debug, PartialEq)]
struct Left {
    name: Option<String>,
    within: Option<Box<Left>>,
    undeclared: Undeclared,
}

codec::object! {
    Left {
        "left" => name: optional,
        "within" => within: optional,
        ..undeclared
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Side {
    Left(Left),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Side {
        Left,
        ..Unknown
    }
}

/// It would be lost when the value is written again.
#[test]
fn a_null_that_may_only_be_absent_is_of_another_type() {
    for (json, is_left) in
        [(r#"{"left":"a"}"#, true), (r#"{"left":null}"#, false), (r#"{"within":{},"left":null}"#, false), ("{}", true)]
    {
        let side: Side = serde_json::from_str(json).unwrap();
        assert_eq!(matches!(side, Side::Left(_)), is_left, "{json}");
        assert_eq!(serde_json::to_string(&side).unwrap(), json);
    }
    // Only of the alternatives themselves: senders write null for what is absent.
    assert!(matches!(serde_json::from_str(r#"{"within":{"left":null}}"#).unwrap(), Side::Left(_)));
    assert_eq!(serde_json::from_str::<Left>(r#"{"left":null}"#).unwrap().name, None);
}
