//! What bodies have that the description does not list.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use webhook_receiver::codegen::EventTypeLocation;
use webhook_receiver::codegen::codec::{self, Reader};
use webhook_receiver::testing::{block_on, decode_counting_steps, secret};
use webhook_receiver::{
    Decode, DecodeError, Drift, DriftKind, Integer, JsonValue, Payload, Receiver, ReceiverService, Undeclared,
    UnknownEvent, Verifier, Webhooks,
};

use crate::acme::{Acme, AssetCreated, Event, EventType, Status, delivery};
use crate::log::Log;

/// A payload with everything in which there can be drift.
struct Shelf {
    event_type: String,
    status: Option<Status>,
    level: Option<Level>,
    mode: Option<Mode>,
    books: Option<Vec<Book>>,
    by_name: Option<BTreeMap<String, Book>>,
    media: Option<Vec<Medium>>,
    sheet: Option<Sheet>,
    tagged: Option<Tagged>,
    matrix: Option<Vec<Vec<Status>>>,
    open: Option<Open>,
    any: Option<JsonValue>,
    slash: Option<Book>,
    undeclared: Undeclared,
}

codec::object! {
    Shelf {
        "eventType" => event_type: required,
        "status" => status: optional,
        "level" => level: optional,
        "mode" => mode: optional,
        "books" => books: optional,
        "byName" => by_name: optional,
        "media" => media: optional,
        "sheet" => sheet: optional,
        "tagged" => tagged: optional,
        "matrix" => matrix: optional,
        "open" => open: optional,
        "any" => any: optional,
        "a/b~c" => slash: optional,
        ..undeclared
    }
}

impl Payload for Shelf {
    type Webhooks = Acme;

    const EVENT_TYPE: EventType = EventType::Ping;
}

enum Level {
    One,
    Unknown(Integer),
}

codec::integer_enum! { Level { 1 => One, ..Unknown } }

enum Mode {
    Off,
    Unknown(JsonValue),
}

codec::json_enum! { Mode { "false" => Off, ..Unknown } }

struct Book {
    status: Option<Status>,
    undeclared: Undeclared,
}

codec::object! { Book { "status" => status: optional, ..undeclared } }

/// A map for the rest.
struct Open {
    status: Option<Status>,
    rest: BTreeMap<String, Status>,
}

codec::object! { Open { "status" => status: optional, ..rest } }

/// The first does not fit, after drift was found in it, if `pages` is a text.
enum Medium {
    Paper(Box<Paper>),
    Disc(Box<Disc>),
    Unknown(JsonValue),
}

codec::untagged_union! { Medium { Paper, Disc, ..Unknown } }

struct Paper {
    status: Option<Status>,
    pages: i32,
    undeclared: Undeclared,
}

codec::object! { Paper { "status" => status: optional, "pages" => pages: required, ..undeclared } }

struct Disc {
    status: Option<String>,
    pages: String,
    undeclared: Undeclared,
}

codec::object! { Disc { "status" => status: optional, "pages" => pages: required, ..undeclared } }

/// If the size of the frame is null, the first two fit only if that is read as absence.
enum Sheet {
    Cut(Box<Cut>),
    Bound(Box<Bound>),
    Loose(Box<Loose>),
    Unknown(JsonValue),
}

codec::untagged_union! { Sheet { Cut, Bound, Loose, ..Unknown } }

struct Frame {
    size: Option<String>,
    undeclared: Undeclared,
}

codec::object! { Frame { "size" => size: optional, ..undeclared } }

struct OpenFrame {
    size: Option<Option<String>>,
    undeclared: Undeclared,
}

codec::object! { OpenFrame { "size" => size: optional_nullable, ..undeclared } }

struct Cut {
    frame: Option<Frame>,
    status: Option<Status>,
    undeclared: Undeclared,
}

codec::object! { Cut { "frame" => frame: optional, "status" => status: optional, ..undeclared } }

struct Bound {
    frame: Option<Frame>,
    status: Option<String>,
    cover: Option<Status>,
    undeclared: Undeclared,
}

codec::object! {
    Bound {
        "frame" => frame: optional,
        "status" => status: optional,
        "cover" => cover: optional,
        ..undeclared
    }
}

struct Loose {
    frame: Option<OpenFrame>,
    status: String,
    cover: Option<i32>,
    undeclared: Undeclared,
}

codec::object! {
    Loose {
        "frame" => frame: optional,
        "status" => status: required,
        "cover" => cover: optional,
        ..undeclared
    }
}

enum Tagged {
    Book(Box<Book>),
    Unknown(JsonValue),
}

codec::tagged_union! { Tagged by "kind" { "book" => Book, ..Unknown } }

fn service() -> ReceiverService<Acme> {
    Receiver::new(Verifier::standard_webhooks(secret())).on(|_: Shelf| async {}).into_service()
}

/// The drift in a body with these members, as `kind pointer`.
fn drift(members: &str) -> Vec<String> {
    let service = service();
    let body = format!(r#"{{"eventType": "ping", {members}}}"#);
    let outcome = block_on(service.dispatch(delivery(body)));
    assert_eq!(outcome.to_string(), "handled", "{members}");
    let shown = service.drift().into_iter().map(|count| {
        assert_eq!((count.event_type, count.deliveries), ("ping", 1));
        format!("{} {}", count.drift.kind.name(), count.drift.pointer)
    });
    shown.collect()
}

#[test]
fn what_is_listed_is_no_drift() {
    let members = r#"
        "status": "live", "level": 1, "mode": false, "books": [{"status": "draft"}], "byName": {"x": {"status": "live"}},
        "media": [{"pages": 1}, {"pages": "one", "status": "?"}], "matrix": [["live"], []], "open": {"more": "live"},
        "any": {"what": ["ever"]}, "a/b~c": {}"#;
    assert_eq!(drift(members), [""; 0]);
}

#[test]
fn every_kind_of_type_reports_drift() {
    for (members, expected) in [
        (r#""colour": {"deep": [1]}"#, vec!["undeclared_member /*"]),
        (r#""status": "gone""#, vec!["unknown_value /status"]),
        (r#""level": 2"#, vec!["unknown_value /level"]),
        (r#""mode": [true]"#, vec!["unknown_value /mode"]),
        (
            r#""books": [{}, {"new": 1}, {"new": 2, "status": "gone"}]"#,
            vec!["undeclared_member /books/*/*", "unknown_value /books/*/status"],
        ),
        (r#""byName": {"ann@example.com": {"new": 1}}"#, vec!["undeclared_member /byName/*/*"]),
        (r#""open": {"status": "live", "ann@example.com": "gone"}"#, vec!["unknown_value /open/*"]),
        (
            r#""matrix": [[], ["live", "gone"]], "status": "gone""#,
            vec!["unknown_value /matrix/*/*", "unknown_value /status"],
        ),
        (r#""a/b~c": {"x": 1}"#, vec!["undeclared_member /a~1b~0c/*"]),
        (
            r#""books": [{"x": [[{"status": "gone"}]]}], "status": "gone""#,
            vec!["undeclared_member /books/*/*", "unknown_value /status"],
        ),
        // In the variant that fits. What another one has noted does not count.
        (r#""media": [{"pages": 1, "x": 1}]"#, vec!["undeclared_member /media/*/*"]),
        (r#""media": [{"status": "gone", "pages": "one"}]"#, vec![]),
        (r#""media": [{"status": "gone", "pages": 1}]"#, vec!["unknown_value /media/*/status"]),
        (
            r#""media": [{"x": [{"y": 1}]}, 5], "status": "gone""#,
            vec!["unknown_value /media/*", "unknown_value /status"],
        ),
        (r#""sheet": {"frame": {"size": null}, "status": "gone"}"#, vec![]),
        (r#""sheet": {"frame": {"size": null}, "status": "gone", "x": 1}"#, vec!["undeclared_member /sheet/*"]),
        (
            r#""sheet": {"frame": {"size": null}, "status": "gone", "cover": "gone"}"#,
            vec!["unknown_value /sheet/cover"],
        ),
        (r#""tagged": {"kind": "vinyl"}"#, vec!["unknown_value /tagged"]),
        (
            r#""tagged": {"kind": "book", "status": "gone"}"#,
            vec!["undeclared_member /tagged/*", "unknown_value /tagged/status"],
        ),
    ] {
        assert_eq!(drift(members), expected, "{members}");
    }
}

/// A wide body has more than are counted one by one.
#[test]
fn the_rest_counts_as_other() {
    // A recursive type has a pointer for each depth.
    let nested = |depth: usize| {
        let parents = r#""parent": {"id": "a", "owner": null, "new": 1, "#.repeat(depth);
        let asset = format!(r#"{{"id": "a", "owner": null, {parents}"size": 1{}}}"#, "}".repeat(depth));
        delivery(format!(r#"{{"eventType": "asset.created", "asset": {asset}}}"#))
    };
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret())).on(|_: AssetCreated| async {});
    let service = service.into_service();
    for depth in [1, 100, 100] {
        assert_eq!(block_on(service.dispatch(nested(depth))).to_string(), "handled");
    }
    let counts = service.drift();
    let of = |pointer: &str| counts.iter().find(|count| count.drift.pointer == pointer).map(|count| count.deliveries);
    assert_eq!(counts.len(), Drift::MAX_POINTERS + 1);
    assert_eq!((of("/asset/parent/*"), of("/asset/parent/parent/*"), of("other")), (Some(3), Some(2), Some(2)));
}

/// Deep below long names, where each pointer is long, and no two members in a row have the same one.
#[test]
fn pointers_take_work_in_proportion_to_the_body() {
    struct Deep {
        child: Option<Box<Deep>>,
        items: Option<Vec<Deep>>,
        a: Option<Box<Deep>>,
        b: Option<Box<Deep>>,
        undeclared: Undeclared,
    }

    codec::object! {
        Deep {
            "a child whose name is so long that a pointer to a member that is deep within others takes some thousand bytes"
                => child: optional,
            "items" => items: optional,
            "a" => a: optional,
            "b" => b: optional,
            ..undeclared
        }
    }

    let name = Deep::MEMBERS.unwrap()[0];
    let open = format!(r#"{{"{name}": "#).repeat(100);
    let items = vec![r#"{"a": {"x": 1}, "b": {"x": 1}}"#; 5000].join(",");
    let body = format!(r#"{open}{{"items": [{items}]}}{}"#, "}".repeat(100));
    let (decoded, steps) = decode_counting_steps::<Deep>(&body);
    assert!(decoded.is_ok());
    assert!(steps < 20 * body.len(), "{steps} steps for {} bytes", body.len());
}

#[test]
fn drift_is_observed_logged_once_and_measured() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let noted = Arc::clone(&seen);
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .on_any(|_: Event| async {})
        .on_drift(|_| panic!("expected in this test"))
        .on_drift(move |drifted| {
            let (bytes, drift) = (drifted.delivery.raw().len(), drifted.drift);
            noted.lock().unwrap().push(format!("{} {bytes} {drift:?}", drifted.event_type));
        })
        .into_service();
    let (log, recorder) = (Log::start(), DebuggingRecorder::new());
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        for secret in ["ca9a7y", "d09"] {
            let asset = format!(r#"{{"id": "a", "owner": null, "{secret}": "{secret}"}}"#);
            let body = format!(r#"{{"eventType": "asset.created", "asset": {asset}}}"#);
            assert_eq!(block_on(service.dispatch(delivery(body))).to_string(), "handled");
        }
    });
    let text = log.text();
    let line = r#"webhook drift: the description does not list this event_type="asset.created" kind="undeclared_member" pointer="/asset/*""#;
    assert_eq!(text.matches(line).count(), 1, "{text}");
    assert!(!text.contains("ca9a7y"), "{text}");
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0], r#"asset.created 87 [Drift { kind: UndeclaredMember, pointer: "/asset/*" }]"#);
    assert_eq!(seen.len(), 2);
    let count =
        snapshotter.snapshot().into_vec().into_iter().find(|(key, ..)| key.key().name() == "webhook_drift_total");
    let (key, _, _, DebugValue::Counter(2)) = count.unwrap() else { panic!() };
    let labels: Vec<_> = key.key().labels().map(|label| (label.key(), label.value())).collect();
    assert_eq!(labels, [("event_type", "asset.created"), ("kind", "undeclared_member"), ("pointer", "/asset/*")]);
}

/// A delivery that is decoded elsewhere.
#[test]
fn drift_of_a_single_delivery() -> Result<(), DecodeError> {
    let body = r#"{"eventType": "asset.created", "asset": {"id": "a", "owner": null, "status": "gone"}}"#;
    let (event, drift) = delivery(body).event_with_drift::<Acme>()?;
    let Event::AssetCreated(created) = event else { panic!() };
    assert_eq!(created.asset.status, Some(Status::Unknown("gone".to_owned())));
    let [Drift { kind: DriftKind::UnknownValue, pointer, .. }] = &drift[..] else { panic!("{drift:?}") };
    assert_eq!(pointer, "/asset/status");
    assert_eq!(delivery(r#"{"count": 1, "eventType": "ping"}"#).event_with_drift::<Acme>()?.1, []);
    assert_eq!(delivery(r#"{"x": 1, "eventType": "ping"}"#).event_with_drift::<Acme>()?.1.len(), 1);
    assert_eq!(delivery(r#"{"eventType": "?", "x": 1}"#).event_with_drift::<Acme>()?.1, []);
    assert!(delivery(r#"{"eventType": "ping", "x": 1, "eventType": "ping"}"#).event_with_drift::<Acme>().is_err());
    Ok(())
}

/// Only what a handler gets is decoded.
#[test]
fn a_delivery_without_a_handler_has_no_drift() {
    let body = r#"{"eventType": "asset.created", "asset": {"id": "a", "owner": null, "new": 1}}"#;
    let service = service();
    assert_eq!(block_on(service.dispatch(delivery(body))).to_string(), "unhandled");
    assert_eq!(service.drift(), []);
}

/// A payload that declares nothing.
struct Bare {
    undeclared: Undeclared,
}

codec::object! { Bare { ..undeclared } }

impl Payload for Bare {
    type Webhooks = Acme;

    const EVENT_TYPE: EventType = EventType::Ping;
}

/// The member that states it is known from the configuration.
#[test]
fn the_event_type_is_not_drift() {
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .on(|bare: Bare| async move { assert_eq!(bare.undeclared.names()[0], "eventType", "it is kept") })
        .into_service();
    let bodies = [r#"{"eventType": "ping"}"#, r#"{"eventType": "ping", "x": {"eventType": "ping"}}"#];
    let found = bodies.map(|body| {
        assert_eq!(block_on(service.dispatch(delivery(body))).to_string(), "handled");
        service.drift().iter().map(|count| count.drift.pointer.clone()).collect::<Vec<_>>()
    });
    assert_eq!(found, [vec![], vec!["/*".to_owned()]]);
}

/// A vendor whose event type is in objects that are declared, in lists, or in members that are not declared.
enum Nested {}

impl Webhooks for Nested {
    type EventType = EventType;
    type Event = Outer;
    const EVENT_TYPE: EventTypeLocation =
        EventTypeLocation::body(&["/books/0/type", "/meta/event/type", "/open/x/type"])
            .completed_by("/tagged/action", ".");

    fn decode(_: EventType, reader: &mut Reader<'_>) -> Result<Outer, DecodeError> {
        Outer::decode(reader)
    }

    fn unknown(_: UnknownEvent) -> Outer {
        panic!("the event type is known")
    }
}

struct Outer {
    books: Option<Vec<Book>>,
    open: Option<BTreeMap<String, Book>>,
    tagged: Option<Tagged>,
    undeclared: Undeclared,
}

codec::object! {
    Outer {
        "books" => books: optional,
        "open" => open: optional,
        "tagged" => tagged: optional,
        ..undeclared
    }
}

#[test]
fn a_nested_event_type_is_not_drift() {
    for (body, expected) in [
        (r#"{"books": [{"type": "ping"}, {"type": 1}]}"#, vec![]),
        (r#"{"books": [{"type": "ping", "x": 1}]}"#, vec!["/books/*/*"]),
        (r#"{"b\u006foks": [{"t\u0079pe": "ping"}], "x": 1}"#, vec!["/*"]),
        // What leads to it is known as well.
        (r#"{"meta": {"event": {"type": "ping", "x": 1}}}"#, vec![]),
        (r#"{"meta": {"event": {"type": "ping"}}, "event": {"type": 1}, "type": 1}"#, vec!["/*"]),
        (r#"{"open": {"x": {"type": "ping"}}}"#, vec![]),
        (r#"{"open": {"x": {"type": "asset"}}, "tagged": {"kind": "book", "action": "created"}}"#, vec!["/tagged/*"]),
        (r#"{"open": {"x": {"type": "ping", "action": 1}}}"#, vec!["/open/*/*"]),
    ] {
        let found = delivery(body).event_with_drift::<Nested>().unwrap().1;
        assert_eq!(found.into_iter().map(|drift| drift.pointer).collect::<Vec<_>>(), expected, "{body}");
    }
}
