//! `cargo xtask conformance`.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn run(lines: &[String]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.jsonl");
    fs::write(&file, lines.join("\n")).unwrap();
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("conformance").arg(file).output().unwrap()
}

/// The vector that the libraries of Standard Webhooks share.
fn valid() -> Value {
    json!({
        "id": "V01",
        "title": "published",
        "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "now": 1_614_265_330,
        "headers_b64": [
            ["webhook-id", "bXNnX3A1alhOOEFRTTlMV00wRDRsb0tXeEplaw=="],
            ["webhook-timestamp", "MTYxNDI2NTMzMA=="],
            ["webhook-signature", "djEsZzBoTTlTc0UrT1RQSlRHdC90bUlLdFN5WmxFM3VGSkVMVmxOSU9MSjFPRT0="],
        ],
        "body_b64": "eyJ0ZXN0IjogMjQzMjIzMjMxNH0=",
        "expect": "accept",
        "kind": null,
        "status": null,
    })
}

fn with(changes: &Value) -> String {
    let mut case = valid();
    for (name, value) in changes.as_object().unwrap() {
        case[name] = value.clone();
    }
    case.to_string()
}

#[test]
fn cases_that_end_as_they_say() {
    let output = run(&[
        valid().to_string(),
        with(&json!({"id": "T28", "now": 0, "expect": "reject", "kind": "TimestampTooNew", "status": 401})),
        with(&json!({"id": "K20", "secrets": [], "expect": "reject", "kind": "Secret"})),
        with(&json!({"id": "H01", "headers_b64": [], "expect": "reject", "kind": "MissingHeader", "status": 400})),
    ]);
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && table.ends_with("4 of 4 cases pass\n"), "{table}");
    assert!(table.starts_with("V01   ok       accept "), "{table}");
}

#[test]
fn cases_that_end_otherwise() {
    for (case, shown) in [
        (with(&json!({"body_b64": ""})), "V01   DIFFERS  accept                     NoMatchingSignature 401"),
        (with(&json!({"expect": "reject", "kind": "Secret"})), "V01   DIFFERS  Secret                     accept"),
        (
            with(&json!({"now": 0, "expect": "reject", "kind": "TimestampTooNew", "status": 400})),
            "V01   DIFFERS  TimestampTooNew 400        TimestampTooNew 401",
        ),
    ] {
        let output = run(&[valid().to_string(), case]);
        let table = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(table.contains(shown) && table.ends_with("1 of 2 cases pass\n"), "{table}");
    }
}

#[test]
fn lines_that_cannot_be_read() {
    for (line, problem) in [
        ("{".to_owned(), "error: line 2: EOF"),
        (with(&json!({"expect": "maybe"})), "error: line 2: `expect` is neither"),
        (with(&json!({"now": "now"})), "error: line 2: `now` is not a count of seconds"),
        (with(&json!({"body_b64": "?"})), "error: line 2: Invalid"),
        (with(&json!({"headers_b64": [["a b", ""]]})), "error: line 2: not a header name"),
        (with(&json!({"secrets": [1]})), "error: line 2: a secret is not a string"),
        (with(&json!({"title": 1})), "error: line 2: `title` is not a string"),
    ] {
        let output = run(&[valid().to_string(), line]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && errors.contains(problem), "{errors}");
    }
    assert_eq!(run(&[]).status.code(), Some(1), "a file without cases proves nothing");
}
