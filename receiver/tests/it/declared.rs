//! The macros of the contract module, as generated crates use them.

use std::collections::BTreeMap;

use webhook_receiver::codegen::{self, EventName, codec};
use webhook_receiver::testing::same_json;
use webhook_receiver::{Decode, DecodeErrorKind, Deep, Integer, JsonValue, Undeclared, serde_json};

use crate::acme::{self, delivery};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sent {
    InvoiceFailed,
    Failed,
    Ping,
}

codegen::event_type! {
    Sent: Subject by "/" {
        "invoice/{kind}/failed" => InvoiceFailed in Invoice as template,
        "invoice/payment/failed" => Failed in InvoicePayment,
        "ping" => Ping,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Invoice,
    InvoicePayment,
}

codegen::topic! {
    Subject {
        "invoice" => Invoice,
        "invoice/payment" => InvoicePayment in Invoice,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum NoSubject {}

codegen::topic! {
    NoSubject {}
}

#[test]
fn event_types_and_topics() {
    assert_eq!(Sent::ALL, [Sent::InvoiceFailed, Sent::Failed, Sent::Ping]);
    assert_eq!("invoice/refund/failed".parse(), Ok(Sent::InvoiceFailed));
    assert_eq!("invoice/{kind}/failed".parse(), Ok(Sent::InvoiceFailed));
    assert_eq!("invoice/payment/failed".parse(), Ok(Sent::Failed));
    assert_eq!("pong".parse::<Sent>().unwrap_err().to_string(), "unknown name `pong`");
    assert_eq!((Sent::Failed.action(), Sent::Ping.action()), ("failed", "ping"));
    assert_eq!((Sent::Failed.topic(), Sent::Ping.topic()), (Some(Subject::InvoicePayment), None));
    assert_eq!(<Sent as EventName>::topic(Sent::InvoiceFailed), Some(Subject::Invoice));
    assert_eq!(Subject::InvoicePayment.parent(), Some(Subject::Invoice));
    assert_eq!("invoice/payment".parse(), Ok(Subject::InvoicePayment));
    assert_eq!(format!("{:>8}{:>6}", Subject::Invoice, Sent::Ping), " invoice  ping");
    assert!("invoice".parse::<NoSubject>().is_err() && NoSubject::ALL.is_empty());
}

/// Each payload has the member in another way.
#[derive(Clone, Debug, PartialEq)]
enum Shown {
    InvoiceFailed(Box<Named<String>>),
    Failed(Box<Named<Option<String>>>),
    Ping(Box<Named<Option<Option<String>>>>),
    Unknown(webhook_receiver::UnknownEvent),
}

#[derive(Clone, Debug, PartialEq)]
struct Named<T> {
    name: T,
}

codegen::event_member! {
    Shown::called -> str {
        InvoiceFailed => name,
        Failed => name,
        Ping => name,
        ..Unknown
    }
}

/// As version 1 of the contract writes it.
mod whole {
    use super::{Shown, codegen};

    codegen::event_member! {
        Shown::whole -> String {
            InvoiceFailed => name,
            Failed => name,
            Ping => name,
            ..Unknown
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Paired {
    Plain(Box<Pair>),
    Optional(Box<OptionalPair>),
    Unknown(webhook_receiver::UnknownEvent),
}

#[derive(Clone, Debug, PartialEq)]
struct Pair {
    kind: &'static str,
    list: Vec<i64>,
    is_new: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct OptionalPair {
    kind: Option<&'static str>,
    list: Option<Vec<i64>>,
    is_new: Option<bool>,
}

codegen::event_member! {
    Paired::kind -> str {
        Plain => kind,
        Optional => kind,
        ..Unknown
    }
}

codegen::event_member! {
    Paired::list -> [i64] {
        Plain => list,
        Optional => list,
        ..Unknown
    }
}

codegen::event_member! {
    Paired::is_new -> copy bool {
        Plain => is_new,
        Optional => is_new,
        ..Unknown
    }
}

#[test]
fn members_of_events_are_borrowed_or_copied() {
    let plain = Paired::Plain(Box::new(Pair { kind: "k", list: vec![1], is_new: true }));
    assert_eq!((plain.kind(), plain.list(), plain.is_new()), (Some("k"), Some(&[1][..]), Some(true)));
    let optional = OptionalPair { kind: Some("k"), list: Some(vec![1]), is_new: Some(true) };
    let optional = Paired::Optional(Box::new(optional));
    assert_eq!((optional.kind(), optional.list(), optional.is_new()), (Some("k"), Some(&[1][..]), Some(true)));
    let absent = Paired::Optional(Box::new(OptionalPair { kind: None, list: None, is_new: None }));
    assert_eq!((absent.kind(), absent.list(), absent.is_new()), (None, None, None));
    let event = delivery(r#"{"eventType": "new"}"#).event::<acme::Acme>().unwrap();
    let acme::Event::Unknown(unknown) = event else { panic!("{event:?}") };
    let unknown = Paired::Unknown(unknown);
    assert_eq!((unknown.kind(), unknown.list(), unknown.is_new()), (None, None, None));
}

#[derive(Clone, Debug, PartialEq)]
struct Fixed {
    kind: &'static str,
    is_new: Option<bool>,
    version: Option<i64>,
    state: Option<Option<&'static str>>,
    undeclared: Undeclared,
}

codec::object! {
    Fixed {
        "kind" => kind: required = "fixed",
        "isNew" => is_new: optional = true,
        "version" => version: required = -1,
        "state" => state: optional_nullable = "open",
        ..undeclared
    }
}

struct FixedLarge {
    kind: &'static str,
    is_new: Option<bool>,
    undeclared: Undeclared,
}

codec::large_object! {
    FixedLarge {
        {
            "kind" => kind: required = "fixed",
            "isNew" => is_new: optional = true,
        }
        ..undeclared
    }
}

#[test]
fn fields_with_a_single_value() {
    for json in [
        r#"{"kind":"fixed","isNew":true,"version":-1,"state":"open"}"#,
        r#"{"kind":"fixed","version":null,"state":null,"x":1}"#,
        r#"{"kind":"fixed","version":-1}"#,
    ] {
        let fixed: Fixed = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&fixed).unwrap(), json);
    }
    for json in [r#"{"kind":"fixed","isNew":true}"#, r#"{"kind":"fixed"}"#] {
        let fixed: FixedLarge = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&fixed).unwrap(), json);
    }
    for (json, error) in [
        (
            r#"{"kind":"other","version":-1}"#,
            "at /kind: invalid value: string \"other\", expected the string \"fixed\"",
        ),
        (r#"{"kind":"fixed","version":-1,"isNew":false}"#, "at /isNew: expected true, found false"),
        (r#"{"kind":"fixed","version":1}"#, "at /version: expected -1, found 1"),
        (r#"{"kind":"fixed","version":-1,"state":1}"#, "at /state: invalid type: number `1`, expected a string"),
        (r#"{"version":-1}"#, "member `kind` is missing"),
        (r#"{"kind":"fixed","kind":"fixed","version":-1}"#, "at /kind: the member occurs twice"),
    ] {
        let found = serde_json::from_str::<Fixed>(json).unwrap_err().to_string();
        assert!(found.contains(error), "{found}");
    }
}

#[test]
fn members_of_events() {
    let name = || Some("n".to_owned());
    let called = |event: &Shown| {
        assert_eq!(event.called(), event.whole().map(String::as_str));
        event.called().map(str::to_owned)
    };
    assert_eq!(called(&Shown::InvoiceFailed(Box::new(Named { name: "n".to_owned() }))), name());
    assert_eq!(called(&Shown::Failed(Box::new(Named { name: name() }))), name());
    assert_eq!(called(&Shown::Ping(Box::new(Named { name: Some(name()) }))), name());
    assert_eq!(called(&Shown::Ping(Box::new(Named { name: Some(None) }))), None);
    let event = delivery(r#"{"eventType": "new"}"#).event::<acme::Acme>().unwrap();
    let acme::Event::Unknown(unknown) = event else { panic!("{event:?}") };
    assert_eq!(called(&Shown::Unknown(unknown)), None);
}

#[test]
fn events_know_their_type() {
    let event = |json: &str| delivery(json.to_owned()).event::<acme::Acme>().unwrap();
    let json = r#"{"eventType": "ping", "count": 1}"#;
    let known = event(json);
    assert_eq!((known.event_type(), known.event_type_name()), (Some(acme::EventType::Ping), Some("ping")));
    let unknown = event(r#"{"eventType": "new", "count": 1.0}"#);
    assert_eq!((unknown.event_type(), unknown.event_type_name()), (None, Some("new")));
    same_json(json, &serde_json::to_string(&known).unwrap()).unwrap();
    assert_eq!(serde_json::to_string(&unknown).unwrap(), r#"{"eventType": "new", "count": 1.0}"#);
}

#[test]
fn payloads_have_an_example() {
    assert_eq!(acme::AssetCreated::example().asset.id, "a1");
}

/// As the generator writes it for large structs. The rows are in two groups.
#[non_exhaustive]
struct Large {
    id: String,
    r#type: Option<i64>,
    slots: Option<Option<String>>,
    next: Option<Deep<Large>>,
    undeclared: Undeclared,
}

codec::large_object! {
    Large {
        {
            "id" => id: required,
            "type" => r#type: optional,
        }
        {
            "slots" => slots: optional_nullable,
            "next" => next: optional,
        }
        ..undeclared
    }
}

#[test]
fn large_structs_are_like_others() {
    let json = r#"{"id":"a","type":1,"slots":null,"next":{"id":"b","x":[1.0]}}"#;
    let large: Large = serde_json::from_str(json).unwrap();
    assert_eq!((large.r#type, &large.slots), (Some(1), &Some(None)));
    assert_eq!(serde_json::to_string(&large).unwrap(), json);
    let mut copy = large.clone();
    assert_eq!(copy, large);
    assert_eq!(
        format!("{copy:?}"),
        "Large { id: \"a\", type: Some(1), slots: Some(None), next: Some(Large { id: \"b\", type: None, slots: None, \
         next: None, undeclared: {\"x\":[1.0]} }), undeclared: {} }"
    );
    copy.next.as_mut().unwrap().id.push('c');
    assert_ne!(copy, large);
    assert_eq!(Large::MEMBERS, Some(&["id", "type", "slots", "next"][..]));

    for (json, message, pointer) in [
        (r#"{"id":"a","next":{}}"#, "member `id` is missing", "/next"),
        (r#"{"id":"a","slots":1}"#, "invalid type: number `1`, expected a string", "/slots"),
        (r#"{"id":"a","id":"b"}"#, "the member occurs twice", "/id"),
        ("[]", "invalid type: array, expected an object (Large)", ""),
    ] {
        let error = delivery(json).decode::<Large>().unwrap_err();
        assert_eq!((error.message(), error.pointer()), (message, pointer));
    }
}
