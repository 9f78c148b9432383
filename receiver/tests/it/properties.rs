//! What holds for any input.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::{HeaderMap, HeaderName, HeaderValue};
use webhook_receiver::testing::{same_json, secret, sign};
use webhook_receiver::{JsonValue, Secret, StandardWebhooks, Verifier, serde_json};

use crate::acme::{Acme, Asset, delivery};
use crate::beside_serde_json::agree;

const NOW: u64 = 1_700_000_000;

fn verifier() -> Verifier {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let builder = Verifier::builder(StandardWebhooks::DEFAULT).secret(secret());
    builder.clock(move || now).build().unwrap()
}

/// Header values that come near to what is accepted, and ones that do not.
fn value() -> impl Strategy<Value = HeaderValue> {
    let near = "[ -~]{0,40}|v1,[A-Za-z0-9+/]{43}=|(v1,[A-Za-z0-9+/=]{0,60} ){1,40}|1[0-9]{9}|[0-9]{0,14}";
    let any = prop::collection::vec(any::<u8>(), 0..64);
    prop_oneof![near.prop_map(String::into_bytes), any]
        .prop_filter_map("a value that HTTP allows", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    let name = prop::sample::select(vec!["webhook-id", "webhook-timestamp", "webhook-signature"]);
    prop::collection::vec((name.prop_map(HeaderName::from_static), value()), 0..6).prop_map(|list| {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(name, value);
        }
        headers
    })
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?",
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        let members = prop::collection::btree_map(any::<String>(), inner.clone(), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..8).prop_map(|elements| format!("[{}]", elements.join(" , "))),
            members.prop_map(|members| {
                let member = |(name, value)| format!("{}: {value}", serde_json::Value::from(name));
                let members: Vec<String> = members.into_iter().map(member).collect();
                format!("{{{}}}", members.join(",\n"))
            }),
        ]
    })
}

/// JSON in every spelling that there is, and some that there is not: odd whitespace, escapes and numbers, names that occur twice.
fn odd_json() -> impl Strategy<Value = String> {
    let string = r#""([ -!#-\[\]-~é☃𝄞]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}|\\u[dD][89abAB][0-9a-f]{2}\\u[dD][c-fC-F][0-9a-f]{2}|\\u00[0-7][0-9]){0,12}""#;
    let leaf = prop_oneof![
        "null|true|false",
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        "-?[0-9]{1,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,2})?",
        string,
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        let spaced =
            ("[ \t\r\n]{0,9}", inner, "[ \t\r\n]{0,2}").prop_map(|(before, value, after)| before + &value + &after);
        let name = prop_oneof!["\"[abc]\"", "\"\\\\u006[123]\"", string];
        let member =
            (name, "[ \t\r\n]{0,2}", spaced.clone()).prop_map(|(name, space, value)| format!("{name}{space}:{value}"));
        prop_oneof![
            prop::collection::vec(spaced, 0..8).prop_map(|elements| format!("[{}]", elements.join(","))),
            prop::collection::vec(member, 0..8).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// Arrays and objects within each other, around the greatest depth.
fn deep_json() -> impl Strategy<Value = String> {
    (prop::collection::vec(any::<bool>(), 120..136), odd_json()).prop_map(|(objects, inner)| {
        objects.into_iter().fold(
            inner,
            |inner, object| {
                if object { format!("{{\"a\":{inner}}}") } else { format!("[{inner}]") }
            },
        )
    })
}

/// Texts that are nearly JSON.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let telling = prop::sample::select(&b"\"\\{}[]:,0123456789.eE+-unltrfas \n\t\0\x1f\x7f\x80\xc3\xed\xff"[..]);
    let edit = (any::<prop::sample::Index>(), 0..3_usize, prop::collection::vec(telling, 0..3));
    (odd_json(), prop::collection::vec(edit, 1..4)).prop_map(|(json, edits)| {
        let mut bytes = json.into_bytes();
        for (position, removed, added) in edits {
            let start = position.index(bytes.len() + 1);
            bytes.splice(start..bytes.len().min(start + removed), added);
        }
        bytes
    })
}

proptest! {
    #[test]
    fn our_reader_agrees_with_serde_json(odd in odd_json(), deep in deep_json(), nearly in nearly_json()) {
        agree(odd.as_bytes());
        agree(deep.as_bytes());
        agree(&nearly);
    }

    #[test]
    fn verifying_never_panics_and_never_accepts(
        headers in headers(),
        body in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        prop_assert!(verifier().verify(&headers, body.into()).is_err());
    }

    #[test]
    fn what_is_signed_is_accepted_and_nothing_else(
        id in "[!-\\-/-~]{1,256}",
        skew in -300..=300_i64,
        body in prop::collection::vec(any::<u8>(), 1..512),
        position in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let seconds = NOW.checked_add_signed(skew).unwrap();
        let headers = sign(&secret(), &id, SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), &body);
        let delivery = verifier().verify(&headers, Bytes::from(body.clone())).unwrap();
        prop_assert_eq!(delivery.id(), Some(id.as_str()));
        prop_assert_eq!(&delivery.raw()[..], &body[..]);

        let mut changed = body;
        let position = position.index(changed.len());
        changed[position] ^= flip;
        prop_assert!(verifier().verify(&headers, changed.into()).is_err());
    }

    #[test]
    fn reading_a_secret_never_panics(text in "(whsec_)?[ -~\n]{0,100}|whsec_[A-Za-z0-9+/]{20,90}={0,2}") {
        let _ = Secret::new(&text);
    }

    #[test]
    fn decoding_never_panics(body in prop::collection::vec(any::<u8>(), 0..128)) {
        let delivery = delivery(body);
        let _ = delivery.event::<Acme>();
        let _ = delivery.decode::<Asset>();
        let _ = delivery.decode::<JsonValue>();
    }

    #[test]
    fn json_survives(json in json()) {
        let kept: JsonValue = delivery(json.clone()).decode().unwrap();
        prop_assert_eq!(same_json(&json, &serde_json::to_string(&kept).unwrap()), Ok(()));
        prop_assert_eq!(kept.as_str(), json);
    }

    #[test]
    fn errors_stay_small(json in json(), name in any::<String>()) {
        let body = format!("{{{}: {json}}}", serde_json::Value::from(name));
        if let Err(error) = delivery(body).decode::<std::collections::BTreeMap<String, Vec<Asset>>>() {
            prop_assert!(error.to_string().len() < 10_000);
            prop_assert!(!error.to_string().contains(char::is_control));
        }
    }
}

#[test]
fn same_json_reports_differences() {
    for (expected, actual) in [
        (r#"{"a": 1, "b": [1, "x"]}"#, r#"{"b":[1.0,"\u0078"],"a":1e0}"#),
        ("1", "1.0"),
        ("100", "1e2"),
        ("-0", "0"),
        ("123456789012345678901234567890", "123456789012345678901234567890.0"),
    ] {
        assert_eq!(same_json(expected, actual), Ok(()), "{expected} {actual}");
    }
    for (expected, actual, difference) in [
        ("[1, 2]", "[2, 1]", "at `/0`: expected 1, found 2"),
        ("[1]", "[1, 2]", "at ``: expected 1 elements, found 2"),
        (r#"{"a": {"b": 1}}"#, r#"{"a": {}}"#, "at `/a`: member \"b\" is missing"),
        ("{}", r#"{"a": null}"#, "at ``: unexpected member \"a\""),
        ("9007199254740993", "9007199254740992", "at ``: expected 9007199254740993, found 9007199254740992"),
        ("1", "\"1\"", "at ``: expected 1, found \"1\""),
        ("null", "false", "at ``: expected null, found false"),
    ] {
        assert_eq!(same_json(expected, actual).unwrap_err(), difference);
    }
    assert!(same_json("{", "{}").unwrap_err().starts_with("expected text: malformed JSON"));
    assert!(same_json("{}", r#"{"a": 1, "a": 1}"#).unwrap_err().starts_with("actual text: malformed JSON at /a"));
}
