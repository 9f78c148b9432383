//! Unions selected by a tag and by shape, also within each other.

use std::cell::Cell;

use webhook_receiver::codegen::codec::{self, Reader};
use webhook_receiver::testing::same_json;
use webhook_receiver::{Decode, DecodeError, DecodeErrorKind, JsonValue, Undeclared, serde_json};

use crate::acme::delivery;

#[derive(Clone, Debug, PartialEq)]
struct Circle {
    radius: i64,
    next: Option<Box<Shape>>,
    undeclared: Undeclared,
}

codec::object! {
    Circle {
        "radius" => radius: required,
        "next" => next: optional,
        ..undeclared
    }
}

/// Like a circle, and something more.
#[derive(Clone, Debug, PartialEq)]
struct Disc {
    radius: i64,
    fill: Option<String>,
    next: Option<Box<Shape>>,
    undeclared: Undeclared,
}

codec::object! {
    Disc {
        "radius" => radius: required,
        "fill" => fill: optional,
        "next" => next: optional,
        ..undeclared
    }
}

/// Selected by shape.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Circle(Circle),
    Disc(Disc),
    Name(String),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Shape {
        Circle,
        Disc,
        Name,
        ..Unknown
    }
}

/// Selected by the member `kind`.
#[derive(Clone, Debug, PartialEq)]
enum Tagged {
    Circle(Circle),
    Seventh(Disc),
    Unknown(JsonValue),
}

codec::tagged_union! {
    Tagged by "kind" {
        "circle" => Circle,
        "7" => Seventh,
        ..Unknown
    }
}

/// Selected by the member `kind`, or a circle.
#[derive(Clone, Debug, PartialEq)]
enum Fallback {
    Circle(Circle),
    Disc(Disc),
    Unknown(JsonValue),
}

codec::tagged_union! {
    Fallback by "kind" {
        "circle" | "round" => Circle,
        "disc" => Disc,
        _ => Circle,
        ..Unknown
    }
}

fn shape(json: &str) -> Shape {
    delivery(json.to_owned()).decode().unwrap()
}

#[test]
fn the_first_candidate_that_loses_nothing_is_taken() {
    assert!(matches!(shape(r#"{"radius": 1}"#), Shape::Circle(_)));
    assert!(matches!(shape(r#"{"radius": 1, "fill": "red"}"#), Shape::Disc(_)));
    assert!(matches!(shape(r#"{"radius": 1, "else": 2}"#), Shape::Circle(_)));
    assert!(matches!(shape(r#""round""#), Shape::Name(_)));
    assert!(matches!(shape(r#"{"fill": "red"}"#), Shape::Unknown(_)));
    assert!(matches!(shape("[1]"), Shape::Unknown(_)));
    assert!(matches!(shape("null"), Shape::Unknown(_)));
}

#[test]
fn types_that_would_lose_members_are_not_candidates() {
    let candidates = |json: &str, types: &[Option<&'static [&'static str]>]| {
        let json: JsonValue = json.parse().unwrap();
        let candidates = json.value().candidates(types);
        types.iter().map(|members| candidates.contains(*members)).collect::<Vec<_>>()
    };
    let types = [Some(&["a", "b"][..]), None, Some(&["b", "c"]), Some(&["a", "b", "c"])];
    assert_eq!(candidates("{}", &types), [true, true, true, true]);
    assert_eq!(candidates(r#"{"b": 1, "x": 1}"#, &types), [true, true, true, true]);
    assert_eq!(candidates(r#"{"c": 1}"#, &types), [false, true, true, true]);
    assert_eq!(candidates(r#"{"a": 1, "\u0063": 1}"#, &types), [false, true, false, true]);
    assert_eq!(candidates("1", &types), [true, true, true, true]);
}

#[test]
fn tags() {
    let json: JsonValue =
        r#"{"s": "\u0061", "n": 1.50, "b": true, "z": null, "o": {"s": 1}, "l": []}"#.parse().unwrap();
    for (member, expected) in
        [("s", Some("a")), ("n", Some("1.50")), ("b", Some("true")), ("z", None), ("o", None), ("l", None), ("x", None)]
    {
        assert_eq!(json.value().tag(member).as_deref(), expected, "{member}");
    }
    assert_eq!("[]".parse::<JsonValue>().unwrap().value().tag("s"), None);
}

#[test]
fn a_tag_decides() {
    let tagged = |json: &str| delivery(json.to_owned()).decode::<Tagged>();
    assert!(matches!(tagged(r#"{"kind": "circle", "radius": 1}"#), Ok(Tagged::Circle(_))));
    assert!(matches!(tagged(r#"{"kind": 7, "radius": 1}"#), Ok(Tagged::Seventh(_))));
    assert!(matches!(tagged(r#"{"kind": "square", "radius": 1}"#), Ok(Tagged::Unknown(_))));

    let error = delivery(r#"[{"kind": "circle", "radius": "wide"}]"#).decode::<Vec<Tagged>>().unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Mismatch);
    assert_eq!(error.pointer(), "/0/radius");
    assert_eq!(error.message(), "invalid type: string \"wide\", expected an integer of 64 bits");
    assert_eq!(error.line(), 1);
}

#[test]
fn a_fallback_is_tried_for_other_tags() {
    let decoded = |json: &str| delivery(json.to_owned()).decode::<Fallback>();
    assert!(matches!(decoded(r#"{"kind": "round", "radius": 1}"#), Ok(Fallback::Circle(_))));
    assert!(matches!(decoded(r#"{"radius": 1}"#), Ok(Fallback::Circle(_))));
    assert!(matches!(decoded(r#"{"kind": "disc", "radius": 1}"#), Ok(Fallback::Disc(_))));
    assert!(matches!(decoded(r#"{"kind": "square"}"#), Ok(Fallback::Unknown(_))));
    assert_eq!(decoded(r#"{"kind": "circle"}"#).unwrap_err().message(), "member `radius` is missing");
}

#[test]
fn unions_survive() {
    for json in
        [r#"{"radius":1,"next":{"radius":2,"fill":"red","next":"end"}}"#, r#"{"radius":1.0,"next":{"side":[1,2.50]}}"#]
    {
        same_json(json, &serde_json::to_string(&shape(json)).unwrap()).unwrap();
    }
}

fn nested(depth: usize, innermost: &str) -> String {
    format!("{}{innermost}{}", r#"{"radius": 1, "next": "#.repeat(depth), "}".repeat(depth))
}

/// Deep but unambiguous: one candidate fits at each level.
#[test]
fn deep_unions_are_read() {
    let mut shape = shape(&nested(126, r#""end""#));
    for _ in 0..126 {
        let Shape::Circle(Circle { next: Some(next), .. }) = shape else { panic!("{shape:?}") };
        shape = *next;
    }
    assert_eq!(shape, Shape::Name("end".to_owned()));
}

struct Tree {
    child: Option<Box<Tree>>,
    shape: Option<Shape>,
}

impl Decode for Tree {
    const MEMBERS: Option<&'static [&'static str]> = Some(&["child", "shape"]);

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("Tree")?;
        let mut child = None;
        let mut shape = None;
        while let Some(name) = members.next()? {
            match &*name {
                "child" => members.read("child", &mut child)?,
                "shape" => members.read("shape", &mut shape)?,
                _ => members.skip()?,
            }
        }
        Ok(Self { child: child.flatten(), shape })
    }
}

codec::deserialize!(Tree);

/// As deep as it gets, each level read as part of the one above. Must not overflow the stack.
#[test]
fn deep_unions_within_deep_objects_are_read() {
    let shape = nested(63, r#""end""#);
    let open = r#"{"child": "#.repeat(63);
    let json = format!(r#"{open}{{"shape": {shape}}}{}"#, "}".repeat(63));
    let mut tree = delivery(json).decode::<Tree>().unwrap();
    while let Some(child) = tree.child {
        tree = *child;
    }
    assert!(matches!(tree.shape, Some(Shape::Circle(_))));
}

thread_local! {
    /// How often an [`Ambiguous`] may still be read.
    static READINGS: Cell<usize> = const { Cell::new(0) };
}

/// Tries two candidates at each level, so that trying everything at depth 100 takes 2^100 attempts.
#[derive(Debug)]
struct Ambiguous;

struct Link;

impl Decode for Link {
    const MEMBERS: Option<&'static [&'static str]> = Some(&["next"]);

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("Link")?;
        let mut next = None;
        while let Some(name) = members.next()? {
            match &*name {
                "next" => members.read("next", &mut next)?,
                _ => members.skip()?,
            }
        }
        members.required("next", next).map(|Ambiguous| Self)
    }
}

codec::deserialize!(Link);

impl Decode for Ambiguous {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        READINGS.set(READINGS.get().checked_sub(1).expect("it is read again and again"));
        let value = reader.value()?;
        let decoded = value.decode::<Link>().or_else(|_| value.decode::<Link>());
        decoded.map(|Link| Self)
    }
}

#[test]
fn ambiguous_unions_end_soon() {
    let json = format!("{}1{}", r#"{"next": "#.repeat(100), "}".repeat(100));
    // As often as a reading of the whole text is granted, and each costs at least a byte.
    READINGS.set(256 * json.len());
    let error = delivery(json).decode::<Ambiguous>().unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Mismatch);
    // The account is closed again.
    assert!(matches!(shape(r#"{"radius": 1}"#), Shape::Circle(_)));
}

/// Contains itself with nothing in between.
#[derive(Debug)]
struct Endless;

impl Decode for Endless {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let value = reader.value()?;
        value.decode::<Self>()
    }
}

#[test]
fn endless_types_end() {
    let error = delivery("1").decode::<Endless>().unwrap_err();
    assert_eq!(error.message(), "too many unions within unions");
}
