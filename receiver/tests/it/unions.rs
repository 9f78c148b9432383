//! Unions told by a tag and by shape, also within each other.

use std::time::{Duration, Instant};

use webhook_receiver::codec::{self, Decode, DecodeErrorKind, Members, ObjectWriter};
use webhook_receiver::serde::de::{Error, MapAccess};
use webhook_receiver::serde::{Deserializer, Serialize, Serializer};
use webhook_receiver::testing::same_json;
use webhook_receiver::{Json, serde_json};

use crate::acme::delivery;

#[derive(Clone, Debug, PartialEq)]
struct Circle {
    radius: i64,
    next: Option<Box<Shape>>,
}

impl codec::Object for Circle {
    const NAME: &'static str = "Circle";
    const MEMBERS: &'static [&'static str] = &["radius", "next"];

    fn decode_members<'de, A: MapAccess<'de>>(members: &mut Members<'de, A>) -> Result<Self, A::Error> {
        let mut radius = None;
        let mut next = None;
        while let Some(name) = members.next()? {
            match &*name {
                "radius" => members.read("radius", &mut radius)?,
                "next" => members.read("next", &mut next)?,
                _ => members.skip()?,
            }
        }
        Ok(Self { radius: members.required("radius", radius)?, next: next.flatten() })
    }
}

impl Serialize for Circle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.required("radius", &self.radius)?;
        object.optional("next", &self.next)?;
        object.end()
    }
}

/// Like a circle, and something more.
#[derive(Clone, Debug, PartialEq)]
struct Disc {
    radius: i64,
    fill: Option<String>,
    next: Option<Box<Shape>>,
}

impl codec::Object for Disc {
    const NAME: &'static str = "Disc";
    const MEMBERS: &'static [&'static str] = &["radius", "fill", "next"];

    fn decode_members<'de, A: MapAccess<'de>>(members: &mut Members<'de, A>) -> Result<Self, A::Error> {
        let mut radius = None;
        let mut fill = None;
        let mut next = None;
        while let Some(name) = members.next()? {
            match &*name {
                "radius" => members.read("radius", &mut radius)?,
                "fill" => members.read("fill", &mut fill)?,
                "next" => members.read("next", &mut next)?,
                _ => members.skip()?,
            }
        }
        Ok(Self { radius: members.required("radius", radius)?, fill: fill.flatten(), next: next.flatten() })
    }
}

impl Serialize for Disc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.required("radius", &self.radius)?;
        object.optional("fill", &self.fill)?;
        object.optional("next", &self.next)?;
        object.end()
    }
}

/// Told by shape.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Circle(Circle),
    Disc(Disc),
    Name(String),
    Unknown(Json),
}

impl Decode for Shape {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = codec::json(deserializer)?;
        for candidate in codec::rank(&json, &[Circle::MEMBERS, Disc::MEMBERS, String::MEMBERS]) {
            let decoded = match candidate {
                0 => json.decode().map(Self::Circle).ok(),
                1 => json.decode().map(Self::Disc).ok(),
                _ => json.decode().map(Self::Name).ok(),
            };
            if let Some(decoded) = decoded {
                return Ok(decoded);
            }
        }
        Ok(Self::Unknown(json))
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Circle(value) => value.serialize(serializer),
            Self::Disc(value) => value.serialize(serializer),
            Self::Name(value) => value.serialize(serializer),
            Self::Unknown(value) => value.serialize(serializer),
        }
    }
}

/// Told by the member `kind`.
#[derive(Clone, Debug, PartialEq)]
enum Tagged {
    Circle(Circle),
    Seventh(Disc),
    Unknown(Json),
}

impl Decode for Tagged {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = codec::json(deserializer)?;
        match codec::tag(&json, "kind").as_deref() {
            Some("circle") => codec::variant(&json).map(Self::Circle),
            Some("7") => codec::variant(&json).map(Self::Seventh),
            _ => Ok(Self::Unknown(json)),
        }
    }
}

codec::objects!(Circle, Disc);
codec::values!(Shape, Tagged);

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
fn candidates_are_left_out_when_they_would_lose_members() {
    let rank =
        |json: &str, candidates: &[Option<&'static [&'static str]>]| codec::rank(&json.parse().unwrap(), candidates);
    let candidates = [Some(&["a", "b"][..]), None, Some(&["b", "c"]), Some(&["a", "b", "c"])];
    assert_eq!(rank("{}", &candidates), [0, 1, 2, 3]);
    assert_eq!(rank(r#"{"b": 1, "x": 1}"#, &candidates), [0, 1, 2, 3]);
    assert_eq!(rank(r#"{"c": 1}"#, &candidates), [1, 2, 3]);
    assert_eq!(rank(r#"{"a": 1, "\u0063": 1}"#, &candidates), [1, 3]);
    assert_eq!(rank("1", &candidates), [0, 1, 2, 3]);
    assert_eq!(rank("{}", &[]), [0; 0]);
}

#[test]
fn tags() {
    let json: Json = r#"{"s": "\u0061", "n": 1.50, "b": true, "z": null, "o": {"s": 1}, "l": []}"#.parse().unwrap();
    for (member, expected) in
        [("s", Some("a")), ("n", Some("1.50")), ("b", Some("true")), ("z", None), ("o", None), ("l", None), ("x", None)]
    {
        assert_eq!(codec::tag(&json, member).as_deref(), expected, "{member}");
    }
    assert_eq!(codec::tag(&"[]".parse().unwrap(), "s"), None);
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

impl codec::Object for Tree {
    const NAME: &'static str = "Tree";
    const MEMBERS: &'static [&'static str] = &["child", "shape"];

    fn decode_members<'de, A: MapAccess<'de>>(members: &mut Members<'de, A>) -> Result<Self, A::Error> {
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

codec::objects!(Tree);

/// As deep as it gets: the text below an object is counted anew. Must not overflow the stack.
#[test]
fn deep_unions_within_deep_objects_are_read() {
    let shape = nested(127, r#""end""#);
    let open = r#"{"child": "#.repeat(126);
    let json = format!(r#"{open}{{"shape": {shape}}}{}"#, "}".repeat(126));
    let mut tree = delivery(json).decode::<Tree>().unwrap();
    while let Some(child) = tree.child {
        tree = *child;
    }
    assert!(matches!(tree.shape, Some(Shape::Circle(_))));
}

/// Tries two candidates at each level, so that trying everything at depth 100 takes 2^100 attempts.
#[derive(Debug)]
struct Ambiguous;

struct Link;

impl codec::Object for Link {
    const NAME: &'static str = "Link";
    const MEMBERS: &'static [&'static str] = &["next"];

    fn decode_members<'de, A: MapAccess<'de>>(members: &mut Members<'de, A>) -> Result<Self, A::Error> {
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

codec::objects!(Link);

impl Decode for Ambiguous {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = codec::json(deserializer)?;
        let decoded = json.decode::<Link>().or_else(|_| json.decode::<Link>());
        decoded.map(|Link| Self).map_err(Error::custom)
    }
}

#[test]
fn ambiguous_unions_end_soon() {
    let json = format!("{}1{}", r#"{"next": "#.repeat(100), "}".repeat(100));
    let start = Instant::now();
    let error = delivery(json).decode::<Ambiguous>().unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(error.kind(), DecodeErrorKind::Mismatch);
    // The account is closed again.
    assert!(matches!(shape(r#"{"radius": 1}"#), Shape::Circle(_)));
}

/// Contains itself with nothing in between.
#[derive(Debug)]
struct Endless;

impl Decode for Endless {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = codec::json(deserializer)?;
        codec::variant::<Self, _>(&json)
    }
}

#[test]
fn endless_types_end() {
    let error = delivery("1").decode::<Endless>().unwrap_err();
    assert_eq!(error.message(), "too many unions within unions");
}
