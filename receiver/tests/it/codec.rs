//! Payload types, read and written.

use std::collections::BTreeMap;

use webhook_receiver::codegen::codec::Reader;
use webhook_receiver::testing::same_json;
use webhook_receiver::{Decode, DecodeErrorKind};
use webhook_receiver::{DecodeError, JsonValue, serde_json};

use crate::acme::{Asset, AssetCreated, AssetMetadataUpdated, Status, delivery};

fn decode<T: Decode>(json: &str) -> T {
    delivery(json.to_owned()).decode().unwrap_or_else(|error| panic!("{json}: {error}"))
}

/// Where and what, as far as the text goes.
#[track_caller]
fn assert_mismatch<T: Decode + std::fmt::Debug>(json: &str, pointer: &str, message: &str) {
    let error = delivery(json.to_owned()).decode::<T>().expect_err(json);
    assert_eq!(error.kind(), DecodeErrorKind::Mismatch, "{error}");
    assert_eq!((error.pointer(), error.message()), (pointer, message));
}

const FULL: &str = r#"{
    "id": "a1", "filename": "x.png", "owner": null, "folder": null, "size": 12, "views": 1e2,
    "status": "archived", "created": "yesterday", "parent": {"id": "a0", "owner": "me"},
    "renditions": [{"id": "r0", "owner": null}], "position": [1, -2], "extra": {"b": [1.50, null], "a": 1}
}"#;

#[test]
fn values_survive() {
    let asset: Asset = decode(FULL);
    assert_eq!(asset.status, Some(Status::Unknown("archived".to_owned())));
    assert_eq!(asset.folder, Some(None));
    assert_eq!(asset.position, Some((1, -2)));
    assert_eq!(asset.views.as_ref().and_then(webhook_receiver::Integer::as_i64), Some(100));
    assert_eq!(asset.parent.as_ref().map(|parent| parent.id.as_str()), Some("a0"));
    assert_eq!(asset.extra.as_ref().map(JsonValue::as_str), Some(r#"{"b": [1.50, null], "a": 1}"#));
    same_json(FULL, &serde_json::to_string(&asset).unwrap()).unwrap();

    let again: Asset = serde_json::from_str(FULL).unwrap();
    assert_eq!(again, asset);
}

/// J35: what is absent, what is `null`, and what can be distinguished.
#[test]
fn presence() {
    let nulls = r#"{"id": "a", "owner": null, "filename": null, "folder": null, "size": null}"#;
    let asset: Asset = decode(nulls);
    assert_eq!((asset.filename.as_ref(), asset.folder.as_ref(), asset.size), (None, Some(&None), None));
    let written = serde_json::to_string(&asset).unwrap();
    assert_eq!(written, r#"{"id":"a","owner":null,"folder":null}"#);

    let absent: Asset = decode(r#"{"id": "a", "owner": null}"#);
    assert_eq!(absent.folder, None);
    assert_eq!(serde_json::to_string(&absent).unwrap(), r#"{"id":"a","owner":null}"#);

    assert_mismatch::<Asset>(r#"{"id": "a"}"#, "", "member `owner` is missing");
    assert_mismatch::<Asset>(r#"{"id": null, "owner": null}"#, "/id", "invalid type: null, expected a string");
}

/// J33: the pointer leads through members, elements, maps and tuples.
#[test]
fn errors_say_where() {
    assert_mismatch::<AssetCreated>(
        r#"{"eventType": "asset.created", "asset": {"id": "a", "owner": null, "renditions": [
            {"id": "r", "owner": null}, {"id": "s", "owner": null, "parent": {"owner": 1}}]}}"#,
        "/asset/renditions/1/parent/owner",
        "invalid type: number `1`, expected a string",
    );
    assert_mismatch::<BTreeMap<String, Vec<bool>>>(
        r#"{"a/b~": [true, 0]}"#,
        "/a~1b~0/1",
        "invalid type: number `0`, expected a boolean",
    );
    assert_mismatch::<(String, i32)>(
        r#"["a", "b"]"#,
        "/1",
        "invalid type: string \"b\", expected an integer of 32 bits",
    );
    assert_mismatch::<(i32, i32)>("[1]", "", "invalid length 1, expected an array of length 2");
    assert_mismatch::<(i32, i32)>("[1, 2, 3, 4]", "", "invalid length 4, expected an array of length 2");
    assert_mismatch::<AssetCreated>(
        r#"{"eventType": "asset.deleted"}"#,
        "/eventType",
        "invalid value: string \"asset.deleted\", expected the string \"asset.created\"",
    );
    assert_mismatch::<Asset>(
        r#"{"id": "a", "owner": null, "size": 1.5}"#,
        "/size",
        "invalid value: number `1.5`, expected an integer of 64 bits",
    );
}

#[test]
fn errors_say_on_which_line() {
    let error = delivery("{\n  \"id\": 1\n}").decode::<Asset>().unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 9));
    let error = delivery("{\"id\": \"a\",\n \"size\": 1.5}").decode::<Asset>().unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 10));
    let error = delivery(&b"{\n\"id\": \"\xff"[..]).decode::<Asset>().unwrap_err();
    assert_eq!((error.kind(), error.line(), error.column()), (DecodeErrorKind::Malformed, 2, 8));
}

/// J10: serde's derive takes an array of the members' values for the object.
#[test]
fn arrays_are_not_objects() {
    assert_mismatch::<AssetCreated>(
        r#"["asset.created", {"id": "a", "owner": null}]"#,
        "",
        "invalid type: array, expected an object (AssetCreated)",
    );
}

/// J06: duplicates are refused wherever they would be kept, however they are spelled.
#[test]
fn duplicates_are_refused() {
    for (json, pointer) in [
        (r#"{"eventType": "a", "x": 1, "x": 2}"#, "/x"),
        (r#"{"eventType": "a", "x": 1, "\u0078": 2}"#, "/x"),
        (r#"{"eventType": "a", "eventType": "a"}"#, "/eventType"),
        (r#"{"eventType": "a", "x": {"y": [{"z": 1, "z": 1}]}}"#, "/x/y/0/z"),
    ] {
        let error = delivery(json).decode::<AssetMetadataUpdated>().expect_err(json);
        assert_eq!(error.kind(), DecodeErrorKind::Malformed, "{error}");
        assert_eq!((error.pointer(), error.message()), (pointer, "the member occurs twice"));
    }
    let map = delivery(r#"{"a": 1, "a": 1}"#).decode::<BTreeMap<String, i64>>().unwrap_err();
    assert_eq!((map.kind(), map.pointer()), (DecodeErrorKind::Malformed, "/a"));
}

/// J07: what is skipped is not looked into.
#[test]
fn duplicates_in_skipped_members_are_not_noticed() {
    decode::<Asset>(r#"{"id": "a", "owner": null, "other": {"x": 1, "x": 2}, "other": 1}"#);
}

/// J31: undeclared members are skipped, or kept where the type has room for them.
#[test]
fn undeclared_members() {
    let json = r#"{"eventType": "e", "__proto__": {"constructor": 1.10}, "": [], "x": null}"#;
    let kept: AssetMetadataUpdated = decode(json);
    assert_eq!(kept.rest.len(), 3);
    same_json(json, &serde_json::to_string(&kept).unwrap()).unwrap();
}

#[test]
fn errors_are_safe_to_log() {
    let name = format!("\u{1b}[2J\n\u{202e}{}", "n".repeat(100_000));
    let value = serde_json::Value::from(format!("\r\n\u{1b}]0;{}", "v".repeat(100_000)));
    let json = format!("{{{}: {value}}}", serde_json::Value::from(name));
    let error = delivery(json).decode::<BTreeMap<String, bool>>().unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.len() < 2_000, "{}", text.len());
        assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text}");
    }
    assert!(error.to_string().starts_with("unexpected JSON at /\\u{1b}[2J\\u{a}\\u{202e}nnn"), "{error}");
}

#[test]
fn errors_of_serde_json_itself_show_the_pointer() {
    let error = serde_json::from_str::<Asset>(r#"{"id": "a", "owner": null, "parent": {"id": 1}}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unexpected JSON at /parent/id: invalid type: number `1`, expected a string (line 1 column 45)"
    );
}

/// Reads an object, and goes on asking.
struct Curious;

impl Decode for Curious {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("Curious")?;
        while members.next()?.is_some() {
            members.skip()?;
        }
        assert_eq!(members.next()?, None);
        Ok(Self)
    }
}

#[test]
fn an_object_that_has_ended_has_no_more_members() {
    assert!(delivery("{}").decode::<Curious>().is_ok());
    let error = delivery("{}}").decode::<Curious>().err().unwrap();
    assert_eq!((error.kind(), error.column()), (DecodeErrorKind::Malformed, 3));
}

#[test]
fn a_member_that_occurs_twice_is_found_at_its_second_name() {
    let error = delivery("{\"a\": 1,\n  \"a\":\n\n2}").decode::<BTreeMap<String, i64>>().unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 3));
}

#[test]
fn long_strings_are_quoted_in_part() {
    let error = delivery(format!("\"{}\"", "x".repeat(1_000_000))).decode::<bool>().unwrap_err();
    assert!(error.message().len() < 300, "{}", error.message().len());
}
