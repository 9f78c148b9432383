//! Any text as a reference, with a file beside the description and one that lies outside its folder.
#![no_main]

#[allow(dead_code, reason = "shared with the other targets")]
mod common;

use common::{inputs, properties};
use serde_json::json;

/// In the file outside alone.
const CANARY: &str = "canary_outside";

libfuzzer_sys::fuzz_target!(|text: &str| {
    // Values that the fuzzer learned from the comparisons below do not prove that the file was read.
    if text.contains(CANARY) {
        return;
    }
    let schemas =
        json!({ "known": { "type": "object", "properties": { "x": { "$ref": text } } }, "text": { "type": "string" } });
    let spec = inputs::description(&json!({ "$ref": text }), &schemas).to_string();
    let outside = json!({ "type": "object", "properties": { CANARY: { "type": "string" } } }).to_string();
    let inside = br#"{"a":{"type":"string"},"b":[{"$ref":"a.json#/a"}],"$anchor":"c"}"#;
    let folder = inputs::folder(&[
        ("in/spec.json", spec.as_bytes()),
        ("in/a.json", inside),
        ("in/sub/a.json", inside),
        ("out.json", outside.as_bytes()),
    ]);
    let run = properties::checked(&folder.path().join("in"));
    let emitted = run.files.iter().flatten().any(|(_, text)| text.contains(CANARY));
    assert!(!emitted && !run.told.contains(CANARY), "a file outside was read");
});
