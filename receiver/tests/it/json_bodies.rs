//! Bodies that are not JSON, hardly JSON, or JSON that readers disagree about.

use std::collections::BTreeMap;
use std::fmt::Write;

use webhook_receiver::{Decode, DecodeErrorKind};
use webhook_receiver::{DecodeError, JsonValue, serde_json};

use crate::acme::{Acme, Asset, AssetMetadataUpdated, Event, EventType, delivery};
use crate::patience::patiently;

fn event(body: impl Into<Vec<u8>>) -> Result<Event, DecodeError> {
    delivery(body.into()).event::<Acme>()
}

#[track_caller]
fn assert_malformed(id: &str, body: impl Into<Vec<u8>>) {
    let body = body.into();
    let error = event(body.clone()).expect_err(id);
    assert_eq!(error.kind(), DecodeErrorKind::Malformed, "{id}: {error}");
    let error = delivery(body).decode::<JsonValue>().expect_err(id);
    assert_eq!(error.kind(), DecodeErrorKind::Malformed, "{id}: {error}");
}

#[track_caller]
fn assert_mismatch(id: &str, body: &str, pointer: &str) {
    let error = event(body).expect_err(id);
    assert_eq!((error.kind(), error.pointer()), (DecodeErrorKind::Mismatch, pointer), "{id}: {error}");
}

#[track_caller]
fn assert_unknown(id: &str, body: &str, event_type: Option<&str>) {
    match event(body) {
        Ok(Event::Unknown(event)) => {
            assert_eq!((event.event_type(), &event.raw()[..]), (event_type, body.as_bytes()), "{id}");
        }
        other => panic!("{id}: {other:?}"),
    }
}

#[test]
fn not_json() {
    let ping = |value: &str| format!(r#"{{"eventType": "ping", "count": {value}}}"#);
    for (id, body) in [
        ("J23: lone surrogate", ping(r#""\ud800""#)),
        ("J23: reversed pair", ping(r#""\udc00\ud800""#)),
        ("J27: two documents", r#"{"eventType": "ping"}{}"#.to_owned()),
        ("J27: garbage behind", r#"{"eventType": "ping"} x"#.to_owned()),
        ("J29: comment", r#"{"eventType": "ping" /* x */}"#.to_owned()),
        ("J29: trailing comma", r#"{"eventType": "ping",}"#.to_owned()),
        ("J29: NaN", ping("NaN")),
        ("J29: Infinity", ping("-Infinity")),
        ("J29: single quotes", "{'eventType': 'ping'}".to_owned()),
        ("J22: beyond the range of a double", ping("1e400")),
        ("J30: nothing", String::new()),
        ("whitespace only", " \n".to_owned()),
        ("no end", r#"{"eventType": "ping""#.to_owned()),
        ("control character", "{\"eventType\": \"ping\", \"x\": \"\n\"}".to_owned()),
    ] {
        // An ignored member is not decoded, so that not all of these fail there.
        if id.starts_with("J22") || id.starts_with("J23") {
            let kind = if id.starts_with("J22") { DecodeErrorKind::Mismatch } else { DecodeErrorKind::Malformed };
            assert_eq!(event(body.clone()).unwrap_err().kind(), kind, "{id}");
            assert_eq!(delivery(body).decode::<JsonValue>().unwrap_err().kind(), kind, "{id}");
        } else {
            assert_malformed(id, body);
        }
    }
}

/// J24, J25.
#[test]
fn not_utf8() {
    let ping = |bytes: &[u8]| [br#"{"eventType": "ping", "x": ""#, bytes, b"\"}"].concat();
    assert_malformed("J24: stray byte", ping(b"\xff"));
    assert_malformed("J24: overlong", ping(b"\xc0\xaf"));
    assert_malformed("J24: encoded surrogate", ping(b"\xed\xa0\x80"));
    assert_malformed("J24: truncated", ping(b"\xe2\x82"));
    let json = r#"{"eventType": "ping"}"#;
    assert_malformed("J25: byte order mark", format!("\u{feff}{json}"));
    assert_malformed("J25: UTF-16", json.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let marked = "\u{feff}".encode_utf16().chain(json.encode_utf16()).flat_map(u16::to_be_bytes);
    assert_malformed("J25: UTF-16 with a mark", marked.collect::<Vec<u8>>());
}

#[test]
fn hardly_json() {
    for (id, body) in [
        ("J17: event type last", "{\"count\": 1, \"eventType\": \"ping\"}"),
        ("J28: whitespace around", " \r\n\t{\"eventType\": \"ping\"}\n"),
        ("J26: NUL escape", r#"{"eventType": "ping", "\u0000": "\u0000"}"#),
        ("J05: escaped event type", r#"{"eventTyp\u0065": "\u0070ing"}"#),
        ("J38: odd names", r#"{"eventType": "ping", "__proto__": 1, "constructor": 2, "": 3}"#),
        ("J09: two normal forms of one name", "{\"eventType\": \"ping\", \"\u{e9}\": 1, \"e\u{301}\": 2}"),
    ] {
        assert!(matches!(event(body), Ok(Event::Ping(_))), "{id}");
    }
}

#[test]
fn two_event_types() {
    assert_malformed("J04", r#"{"eventType": "ping", "eventType": "asset.created"}"#);
    assert_malformed("J04, equal", r#"{"eventType": "ping", "eventType": "ping"}"#);
    assert_malformed("J04, unknown", r#"{"eventType": "a", "eventType": "b"}"#);
    assert_malformed("J05", r#"{"eventType": "ping", "eventTyp\u0065": "asset.created"}"#);
    assert_malformed("null first", r#"{"eventType": null, "eventType": "ping"}"#);
}

#[test]
fn not_an_object() {
    assert_mismatch("J10", r#"["ping", {}]"#, "");
    for body in ["null", "1", "1.5", "\"x\"", "true", "[]"] {
        assert_mismatch("J11", body, "");
    }
    for value in ["null", "1", "[]", "{}", "false"] {
        assert_mismatch("J12", &format!(r#"{{"eventType": {value}}}"#), "/eventType");
    }
}

#[test]
fn unknown_event_types() {
    assert_unknown("J08", r#"{"EventType": "ping", "eventtype": "ping"}"#, None);
    assert_unknown("J13", "{}", None);
    assert_unknown("nested only", r#"{"data": {"eventType": "ping"}}"#, None);
    for name in ["asset.teleported", "Ping", "ping ", " ping", "pіng", "", "ping\0"] {
        let body = format!(r#"{{"eventType": {}}}"#, serde_json::Value::from(name));
        assert_unknown("J14, J15", &body, Some(name));
    }
    let long = "x".repeat(1_000_000);
    assert_unknown("J16", &format!(r#"{{"eventType": "{long}"}}"#), Some(&long));
}

fn arrays(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// J18, J19: the depth counts where values are kept, and nothing recurses where they are skipped.
#[test]
fn nesting() {
    assert!(arrays(128).parse::<JsonValue>().is_ok());
    assert_eq!(arrays(129).parse::<JsonValue>().unwrap_err().kind(), DecodeErrorKind::Malformed);

    let kept = |depth| delivery(format!(r#"{{"eventType": "", "x": {}}}"#, arrays(depth)));
    assert!(kept(127).decode::<AssetMetadataUpdated>().is_ok());
    let error = kept(128).decode::<AssetMetadataUpdated>().unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Malformed);

    assert!(event(format!(r#"{{"eventType": "ping", "x": {}}}"#, arrays(100_000))).is_ok());

    let parents = |depth| {
        let open = r#"{"id": "a", "owner": null, "parent": "#.repeat(depth);
        delivery(format!("{open}null{}", "}".repeat(depth))).decode::<Asset>()
    };
    assert!(parents(128).is_ok());
    assert_eq!(parents(129).unwrap_err().kind(), DecodeErrorKind::Malformed);
}

/// Only what is within counts, not what is beside.
#[test]
fn neighbors_are_not_deeper() {
    let objects = format!("[{}{{}}]", "{\"a\": {}},".repeat(1000));
    assert!(objects.parse::<JsonValue>().is_ok());
    assert!(delivery(objects).decode::<Vec<BTreeMap<String, JsonValue>>>().is_ok());
}

/// J22, without an exponent.
#[test]
fn long_numbers() {
    assert!("9".repeat(308).parse::<JsonValue>().is_ok());
    assert_eq!("9".repeat(310).parse::<JsonValue>().unwrap_err().kind(), DecodeErrorKind::Mismatch);
}

/// J20: a value that is kept keeps its digits.
#[test]
fn kept_values_are_exact() {
    let json = r#"{"eventType": "", "n": 123456789012345678901234567890, "f": 0.10}"#;
    let kept: AssetMetadataUpdated = delivery(json).decode().unwrap();
    assert_eq!(kept.rest["n"].as_str(), "123456789012345678901234567890");
    assert_eq!(kept.rest["f"].as_str(), "0.10");
    assert_eq!(kept.rest["f"].to_value(), 0.1);
    let error = delivery(r#"{"eventType": "", "n": {"a": [1e999]}}"#).decode::<AssetMetadataUpdated>();
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.pointer()), (DecodeErrorKind::Mismatch, "/n/a/0"));
}

#[test]
fn kept_values_are_text() {
    let json: JsonValue = " {\"b\": 1,\n \"a\": 2.0} ".parse().unwrap();
    assert_eq!(json.as_str(), "{\"b\": 1,\n \"a\": 2.0}");
    assert_eq!(json.decode::<BTreeMap<String, i64>>().unwrap().len(), 2);
    assert_eq!(json, json.clone());
    assert_eq!(JsonValue::new(&json).unwrap(), json);
    assert_eq!(JsonValue::new(&[1, 2]).unwrap().as_str(), "[1,2]");
    let error = json.decode::<BTreeMap<String, bool>>().unwrap_err();
    assert_eq!((error.kind(), error.pointer(), error.line()), (DecodeErrorKind::Mismatch, "/b", 1));
}

/// J36, J37: work and memory grow with the size of the body and no faster.
#[test]
fn large_bodies() {
    #[track_caller]
    fn fits<T: Decode>(id: &str, body: String) {
        assert!(patiently(|| delivery(body).decode::<T>()).is_ok(), "{id}");
    }
    let mut members = String::from("{");
    for number in 0..100_000 {
        write!(members, "\"{number}\":{number},").unwrap();
    }
    members.pop();
    members.push('}');
    fits::<Vec<Option<bool>>>("J36: nulls", format!("[{}null]", "null,".repeat(400_000)));
    fits::<JsonValue>("J36: arrays", format!("[{}[]]", "[],".repeat(600_000)));
    fits::<JsonValue>("J36: members", members.clone());
    fits::<BTreeMap<String, i64>>("J36: members", members);
}

#[test]
fn an_event_of_a_given_type() {
    for body in [r#"{"eventType": "asset.created", "count": 1}"#, r#"{"count": 1}"#] {
        let event = delivery(body).event_as::<Acme>(EventType::Ping);
        assert!(matches!(event, Ok(Event::Ping(ping)) if ping.count == Some(1)));
    }
    assert!(delivery("{}").event_as::<Acme>(EventType::AssetCreated).is_err());
}
