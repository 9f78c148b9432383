//! Unions selected by a tag and by shape, also within each other, and the work of reading them.

use std::sync::LazyLock;

use serde::{Serialize, Serializer};
use webhook_receiver::codegen::codec::{self, Reader};
use webhook_receiver::testing::{decode_counting_steps, same_json};
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
    Yes(Disc),
    Unknown(JsonValue),
}

codec::tagged_union! {
    Tagged by "kind" {
        "circle" => Circle,
        "7" => Seventh,
        "true" => Yes,
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

#[derive(Debug)]
enum Color {
    Red,
    Unknown(String),
}

codec::text_enum! {
    Color {
        "red" => Red,
        ..Unknown
    }
}

#[derive(Debug)]
enum Size {
    Small,
    Unknown(String),
}

codec::text_enum! {
    Size {
        "small" => Small,
        ..Unknown
    }
}

#[derive(Debug)]
enum Scalar {
    Color(Color),
    Flag(bool),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Scalar {
        Color,
        Flag,
        ..Unknown
    }
}

#[derive(Debug)]
enum Outer {
    Scalar(Option<Box<Scalar>>),
    Size(Size),
    Circle(Circle),
    Numbers(Vec<i64>),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Outer {
        Scalar,
        Size,
        Circle,
        Numbers,
        ..Unknown
    }
}

/// A union or an enum keeps any value, and is taken for what it does not list only if no other candidate fits.
#[test]
fn a_candidate_that_keeps_anything_is_the_last() {
    let outer = |json: &str| delivery(json.to_owned()).decode::<Outer>().unwrap();
    let scalar = |json: &str| match outer(json) {
        Outer::Scalar(scalar) => *scalar.unwrap(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(outer(r#"{"radius": 1}"#), Outer::Circle(_)));
    assert!(matches!(outer("[1, 2]"), Outer::Numbers(_)));
    assert!(matches!(outer(r#""small""#), Outer::Size(Size::Small)));
    assert!(matches!(scalar(r#""red""#), Scalar::Color(Color::Red)));
    assert!(matches!(scalar("true"), Scalar::Flag(true)));
    assert!(matches!(outer("null"), Outer::Scalar(None)));
    // Of those that keep it, the first.
    assert!(matches!(scalar(r#""blue""#), Scalar::Color(Color::Unknown(_))));
    assert!(matches!(scalar("1"), Scalar::Unknown(_)));
    assert!(matches!(scalar(r#"{"x": [{}, {"radius": "1"}]}"#), Scalar::Unknown(_)));
    for json in [r#""blue""#, "1", r#"{"x":[{}]}"#, r#""small""#, "[1,true]"] {
        assert_eq!(serde_json::to_string(&outer(json)).unwrap(), json);
    }
}

/// Each of these is within the one before it, without an object or array in between.
#[derive(Debug)]
#[expect(dead_code, reason = "what reading it costs matters")]
enum Chain<T> {
    Next(T),
    Unknown(JsonValue),
}

impl<T: Decode> Decode for Chain<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        // A static in a generic function is one for all types.
        let index: &'static codec::Index = Box::leak(Box::new(codec::Index::new()));
        let variants = [codec::ByShape::new(Self::Next, |reader| T::decode(reader).map(Self::Next))];
        codec::by_shape(reader, &variants, index, Self::Unknown)
    }
}

#[test]
fn unions_within_unions_are_read_once() {
    type Four<T> = Chain<Chain<Chain<Chain<T>>>>;
    let steps = |json: &str| decode_counting_steps::<Four<Four<Four<Four<Color>>>>>(json).1;
    assert!(steps(r#""blue""#) < 4 * steps(r#""red""#), "{}, {}", steps(r#""blue""#), steps(r#""red""#));
}

/// Structs with these members, and a union of them.
macro_rules! union_of {
    ($union:ident { $($name:ident { $($wire:literal => $member:ident: $presence:ident,)* })* }) => {
        $(
            #[derive(Debug)]
            struct $name {
                $($member: member!($presence),)*
                undeclared: Undeclared,
            }

            codec::object! {
                $name {
                    $($wire => $member: $presence,)*
                    ..undeclared
                }
            }
        )*

        #[derive(Debug)]
        enum $union {
            $($name($name),)*
            Unknown(JsonValue),
        }

        codec::untagged_union! {
            $union {
                $($name,)*
                ..Unknown
            }
        }

        impl $union {
            fn variant(json: &str) -> &'static str {
                match delivery(json.to_owned()).decode().unwrap() {
                    $(Self::$name(_) => stringify!($name),)*
                    Self::Unknown(_) => "Unknown",
                }
            }
        }
    };
}

macro_rules! member {
    (required) => {
        i64
    };
    (optional) => {
        Option<i64>
    };
}

union_of! {
    Letters {
        Ab { "a" => a: optional, "b" => b: optional, }
        Bc { "b" => b: required, "c" => c: required, }
        Abc { "a" => a: optional, "b" => b: optional, "c" => c: optional, }
        D { "d" => d: required, }
    }
}

#[test]
fn members_choose_the_variant() {
    for (json, expected) in [
        ("{}", "Ab"),
        (r#"{"b": 1, "x": 1}"#, "Ab"),
        (r#"{"c": 1}"#, "Abc"),
        (r#"{"c": 1, "b": 1}"#, "Bc"),
        (r#"{"a": 1, "\u0063": 1}"#, "Abc"),
        (r#"{"d": 1}"#, "D"),
        (r#"{"d": "one"}"#, "Unknown"),
        (r#"{"a": 1, "d": 1}"#, "Unknown"),
        (r#"{"a": [{"d": 1}], "b": {"d": [[1], {}]}}"#, "Unknown"),
        ("1", "Unknown"),
        ("null", "Unknown"),
    ] {
        assert_eq!(Letters::variant(json), expected, "{json}");
    }
}

#[test]
fn a_tag_is_a_string_a_number_or_a_boolean() {
    for (kind, expected) in [
        (r#""\u0063ircle""#, Some(0)),
        ("7", Some(1)),
        (r#""7""#, Some(1)),
        ("7.0", None),
        ("true", Some(2)),
        ("null", None),
        (r#"{"kind": "circle"}"#, None),
        (r#"["circle"]"#, None),
    ] {
        let json = format!(r#"{{"first": {{"kind": "circle"}}, "kind": {kind}, "radius": 1}}"#);
        let variant = match delivery(json.clone()).decode().unwrap() {
            Tagged::Circle(_) => Some(0),
            Tagged::Seventh(_) => Some(1),
            Tagged::Yes(_) => Some(2),
            Tagged::Unknown(kept) => {
                assert_eq!(kept.as_str(), json);
                None
            }
        };
        assert_eq!(variant, expected, "{json}");
    }
    assert!(matches!(delivery("[]").decode(), Ok(Tagged::Unknown(_))));
    assert!(matches!(delivery("{}").decode(), Ok(Tagged::Unknown(_))));
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
    let mut shape = shape(&nested(127, r#""end""#));
    for _ in 0..127 {
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
    let shape = nested(64, r#""end""#);
    let open = r#"{"child": "#.repeat(63);
    let json = format!(r#"{open}{{"shape": {shape}}}{}"#, "}".repeat(63));
    let mut tree = delivery(json).decode::<Tree>().unwrap();
    while let Some(child) = tree.child {
        tree = *child;
    }
    assert!(matches!(tree.shape, Some(Shape::Circle(_))));
}

#[derive(Debug)]
struct Left {
    next: Option<Box<Ambiguous>>,
    end: i64,
    undeclared: Undeclared,
}

codec::object! {
    Left {
        "next" => next: optional,
        "end" => end: required,
        ..undeclared
    }
}

#[derive(Debug)]
struct Right {
    next: Option<Box<Ambiguous>>,
    end: i64,
    undeclared: Undeclared,
}

codec::object! {
    Right {
        "next" => next: optional,
        "end" => end: required,
        ..undeclared
    }
}

/// Both variants fail at the end of each level: there are 2^100 ways to read a value of depth 100.
#[derive(Debug)]
enum Ambiguous {
    Left(Left),
    Right(Right),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Ambiguous {
        Left,
        Right,
        ..Unknown
    }
}

fn ambiguous(depth: usize) -> String {
    format!("{}1{}", r#"{"next": "#.repeat(depth), r#", "end": ""}"#.repeat(depth))
}

#[test]
fn ambiguous_unions_are_read_level_by_level() {
    for depth in [5, 12, 60] {
        assert!(matches!(delivery(ambiguous(depth)).decode(), Ok(Ambiguous::Unknown(_))), "{depth}");
        let mut value = delivery(ambiguous(depth).replace("\"end\": \"\"", "\"end\": 0")).decode().unwrap();
        for level in 0..depth {
            let Ambiguous::Left(Left { next: Some(next), end: 0, .. }) = value else { panic!("{level} of {depth}") };
            value = *next;
        }
    }
    // The second variant fits at each level, after the first has been read.
    let text = format!("{}1{}", r#"{"child": "#.repeat(12), r#", "v": 1}"#.repeat(12));
    let mut node = delivery(text).decode().unwrap();
    for level in 0..12 {
        let Node::Number(Labelled { child: Some(child), v: 1, .. }) = node else { panic!("{level}: {node:?}") };
        node = *child;
    }
    assert!(matches!(node, Node::Unknown(_)));
}

#[test]
fn deep_ambiguous_unions_end_soon() {
    let body = format!("[{}]", [ambiguous(120), ambiguous(120)].join(","));
    let padded = body.replace("\"end\": \"\"", &format!("\"end\": \"{}\"", "x".repeat(500)));
    let error = delivery(padded).decode::<Vec<Ambiguous>>().unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Mismatch);
    assert_eq!(error.message(), "the unions can be read in too many ways");
}

#[derive(Debug)]
struct Labelled<T> {
    child: Option<Box<Node>>,
    v: T,
    undeclared: Undeclared,
}

type Text = Labelled<String>;
type Number = Labelled<i64>;

codec::object! {
    Text {
        "child" => child: optional,
        "v" => v: required,
        ..undeclared
    }
}

codec::object! {
    Number {
        "child" => child: optional,
        "v" => v: required,
        ..undeclared
    }
}

#[derive(Debug)]
enum Node {
    Text(Text),
    Number(Number),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Node {
        Text,
        Number,
        ..Unknown
    }
}

/// Contains itself with nothing in between.
#[derive(Debug)]
enum Endless {
    Itself(Box<Endless>),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Endless {
        Itself,
        ..Unknown
    }
}

#[test]
fn endless_types_end() {
    let error = delivery("1").decode::<Endless>().unwrap_err();
    assert_eq!(error.message(), "too many unions within unions");
}

enum Mixed {
    One,
    Object,
    Unknown(JsonValue),
}

codec::json_enum! {
    Mixed {
        "1" => One,
        "{\"a\": [1, 2, 3, 4, 5, 6, 7, 8], \"b\": 1, \"c\": 1}" => Object,
        ..Unknown
    }
}

enum Listed {
    Mixed(Mixed),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Listed {
        Mixed,
        ..Unknown
    }
}

/// One of 5,000 texts.
#[derive(Debug, PartialEq)]
struct OneOf(Option<usize>);

impl Decode for OneOf {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        static TEXTS: codec::Texts = codec::Texts::new();
        static LISTED: LazyLock<Vec<&str>> =
            LazyLock::new(|| (0..5000).map(|number| &*format!("value {number:05}").leak()).collect());
        Ok(Self(TEXTS.read(&LISTED, reader)?.ok()))
    }
}

impl Serialize for OneOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

enum Either {
    OneOf(OneOf),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Either {
        OneOf,
        ..Unknown
    }
}

#[test]
fn texts_are_found_among_many() {
    for (json, expected) in [
        (r#""value 00000""#, Some(0)),
        (r#""value 0\u0034999""#, Some(4999)),
        (r#""value 05000""#, None),
        (r#""""#, None),
    ] {
        assert_eq!(delivery(json).decode(), Ok(OneOf(expected)), "{json}");
    }
}

/// A text of this many bytes, made of many parts.
fn many(part: &str, length: usize) -> String {
    format!("[{}]", vec![part; length / (part.len() + 1)].join(","))
}

/// A list of many parts, read as this type: how many steps that took for a hundred bytes, and why it ended early, if it did.
fn steps<T: Decode>(part: &str, length: usize) -> (usize, Result<(), DecodeError>) {
    let json = many(part, length);
    let (decoded, steps) = decode_counting_steps::<Vec<T>>(&json);
    (100 * steps / json.len(), decoded.map(drop))
}

/// At most 20 steps for each byte, and half of the text takes half of them.
#[track_caller]
fn assert_linear<T: Decode>(part: &str, length: usize, expected: Result<(), &str>) {
    let (each, decoded) = steps::<T>(part, length);
    println!("{each:4} steps for 100 bytes of {}", &part[..part.len().min(60)]);
    assert!(each <= 2000, "{part}: {each}");
    assert_eq!(decoded.as_ref().copied().map_err(DecodeError::message), expected, "{part}");
    let (each_of_half, decoded_half) = steps::<T>(part, length / 2);
    if decoded_half.is_ok() && expected.is_ok() {
        assert!(each.abs_diff(each_of_half) <= each / 100 + 1, "{part}: {each_of_half}, then {each}");
    }
}

#[test]
fn work_is_linear() {
    assert_all_linear(512 << 10);
}

#[test]
#[ignore = "takes a while without optimization: docs/payloads.md has the command and its result"]
fn work_is_linear_for_2_mib() {
    assert_all_linear(2 << 20);
}

fn assert_all_linear(length: usize) {
    const REFUSED: Result<(), &str> = Err("the unions can be read in too many ways");
    assert_linear::<Letters>(r#"{"a": 1}"#, length, Ok(()));
    assert_linear::<Letters>(r#"{"a": 1, "c": "one"}"#, length, Ok(()));
    assert_linear::<Tagged>(r#"{"kind": "circle", "radius": 1}"#, length, Ok(()));
    assert_linear::<Shape>(&nested(120, r#""end""#), length, Ok(()));
    assert_linear::<Shape>(&nested(120, "[]"), length, Ok(()));
    assert_linear::<Mixed>("[[[[[[[[\"text\"]]]]]]]]", length, Ok(()));
    assert_linear::<Listed>(r#"{"c": 1, "b": 1, "a": [1, 2, 3, 4, 5, 6, 7, 8]}"#, length, Ok(()));
    assert_linear::<OneOf>("\"value 04999\"", length, Ok(()));
    assert_linear::<OneOf>("\"\"", length, Ok(()));
    assert_linear::<Either>("\"value 04999\"", length, Ok(()));
    assert_linear::<Ambiguous>(&ambiguous(2), length, Ok(()));
    assert_linear::<Ambiguous>(&ambiguous(10), length, Ok(()));
    assert_linear::<Ambiguous>(&ambiguous(120), length, REFUSED);
}

/// Does not allow null.
#[derive(Clone, Debug, PartialEq)]
struct Numbered {
    code: Option<i64>,
    undeclared: Undeclared,
}

codec::object! {
    Numbered {
        "code" => code: optional,
        ..undeclared
    }
}

/// Allows it.
#[derive(Clone, Debug, PartialEq)]
struct Voided {
    code: Option<i64>,
    undeclared: Undeclared,
}

codec::object! {
    Voided {
        "code" => code: required,
        ..undeclared
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Code {
    Numbered(Numbered),
    Listed(Vec<Numbered>),
    Voided(Voided),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Code {
        Numbered,
        Listed,
        Voided,
        ..Unknown
    }
}

/// A reading that loses a null is the last one.
#[test]
fn a_null_is_one_of_the_alternative_that_allows_it() {
    let decode = |json: &str| serde_json::from_str::<Code>(json).unwrap();
    assert!(matches!(decode(r#"{"code": 1}"#), Code::Numbered(_)));
    assert!(matches!(decode(r#"{"code": null}"#), Code::Voided(_)));
    // None allows it here: it is read as absence.
    assert!(matches!(decode(r#"[{"code": null}]"#), Code::Listed(_)));
    let outer = serde_json::from_str::<Vec<Code>>(r#"[{"code": null}, {"code": 2}]"#).unwrap();
    assert_eq!(serde_json::to_string(&outer).unwrap(), r#"[{"code":null},{"code":2}]"#);
}
