//! What the fuzz targets look for, on a few inputs in every test run.

#[path = "support/inputs.rs"]
mod inputs;
#[path = "support/naming.rs"]
mod naming;
#[path = "support/properties.rs"]
mod properties;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};

const SPEC: &str = include_str!("fixtures/crates/overlaid/spec.yaml");
const OVERLAY: &str = include_str!("fixtures/crates/overlaid/overlay.yaml");

/// The seeds of the fuzz targets: a target that fails on one of them finds nothing else.
#[test]
fn the_fixtures() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/crates");
    for folder in fs::read_dir(crates).expect("the fixtures are there") {
        properties::checked(&folder.expect("a folder").path());
    }
}

/// Words that are something else to the compiler or to a system of files.
#[test]
fn reserved_names() {
    check_names(&["as", "mod", "self", "Self", "crate", "super", "_", "gen"]);
    check_names(&["con", "aux", "nul", "prn", "com1", "lib", "event", "test"]);
}

/// Holds names, wherever a description can have them, against what holds of all.
fn check_names(names: &[&str]) {
    let spec = inputs::with_names(names).to_string();
    let config = inputs::NAMES_CONFIG.as_bytes();
    let described = inputs::folder(&[("spec.json", spec.as_bytes()), ("codegen.toml", config)]);
    naming::checked(described.path());
    for name in names {
        naming::check_text(name);
    }
    let run = properties::checked(described.path());
    if let Some(files) = &run.files {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let plan = webhook_generator::write::Plan::new(&folder.path().join("out"), "acme", files);
        assert!(plan.is_ok(), "the files of {names:?} cannot be written");
    }
}

/// Few cases, and the same ones in each run.
fn config() -> Config {
    Config {
        cases: 48,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        max_shrink_iters: 200,
        ..Config::default()
    }
}

/// A line of a document is cut, doubled, moved or becomes something else.
fn edited(text: &str, edits: &[(usize, u8, String)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (at, kind, with) in edits {
        if lines.is_empty() {
            break;
        }
        let at = at % lines.len();
        match kind % 5 {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let line = lines.remove(at);
                lines.insert(at / 2, line);
            }
            3 => lines[at] = format!("{}{with}", lines[at]),
            _ => match lines[at].split_once(':') {
                Some((key, _)) => lines[at] = format!("{key}: {with}"),
                None => lines[at].clone_from(with),
            },
        }
    }
    lines.join("\n")
}

fn edits() -> impl Strategy<Value = Vec<(usize, u8, String)>> {
    let with = "([-a-c01 :?,&*!|>'\"{}#%@.~<\\[\\]\\\\é]|\\$ref|null|1\\.5|#/components/schemas/|type|string|object|\u{202e}){0,6}";
    prop::collection::vec((any::<usize>(), any::<u8>(), with), 1..6)
}

/// A schema of any keywords, few of which make sense together.
fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({})),
        Just(json!(true)),
        Just(json!(false)),
        Just(json!({ "$ref": "#/components/schemas/a" })),
        Just(json!({ "$ref": "#/components/schemas/b" })),
        prop::sample::select(vec!["string", "integer", "number", "boolean", "null", "array", "object"])
            .prop_map(|name| json!({ "type": name })),
        prop::sample::select(vec!["uuid", "date-time", "int32", "int64", "byte", "uri", "odd"])
            .prop_map(|format| json!({ "type": ["string", "integer", "null"], "format": format })),
        prop::collection::vec("[a-cA-C_ +-]{0,2}", 1..4).prop_map(|values| json!({ "enum": values })),
        "\\PC{0,3}".prop_map(|value| json!({ "const": value, "description": value, "default": value })),
        any::<i64>().prop_map(|value| json!({ "enum": [value, 1], "minimum": value })),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        let members = prop::collection::btree_map("[a-cA-C_ -]{0,2}|type|self|\\PC", inner.clone(), 0..4);
        prop_oneof![
            (prop::sample::select(vec!["allOf", "anyOf", "oneOf", "prefixItems"]), list).prop_map(|(keyword, schemas)| json!({ keyword: schemas })),
            (members.clone(), prop::collection::vec("[a-c]", 0..2)).prop_map(|(members, required)| json!({ "type": "object", "properties": members, "required": required })),
            (members, inner.clone()).prop_map(|(members, inner)| json!({ "properties": members, "oneOf": [inner, { "type": "object", "properties": { "c": {} } }], "discriminator": { "propertyName": "a" } })),
            inner.clone().prop_map(|inner| json!({ "type": "array", "items": inner })),
            inner.prop_map(|inner| json!({ "additionalProperties": inner, "nullable": true })),
        ]
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_description_with_mistakes(edits in edits()) {
        let text = edited(SPEC, &edits);
        properties::checked(inputs::folder(&[("spec.yaml", text.as_bytes())]).path());
    }

    #[test]
    fn an_overlay_with_mistakes(edits in edits()) {
        let overlay = edited(OVERLAY, &edits);
        properties::checked(inputs::folder(&[("spec.yaml", SPEC.as_bytes()), ("overlay.yaml", overlay.as_bytes())]).path());
    }

    #[test]
    fn any_schemas(a in any_schema(), b in any_schema(), used in any_schema()) {
        let spec = inputs::description(&used, &json!({ "a": a, "b": b })).to_string();
        properties::checked(inputs::folder(&[("spec.json", spec.as_bytes())]).path());
    }

    #[test]
    fn any_reference(reference in "([a-c./#~%0-9\\\\:?é]|\\.\\./|#/|%2e|~1|a\\.json|out\\.json|http://){0,8}") {
        let spec = inputs::description(&json!({ "$ref": reference }), &json!({})).to_string();
        let outside: &[u8] = b"{\"type\": \"object\", \"properties\": {\"canary_outside\": {}}}";
        let folder = inputs::folder(&[("in/spec.json", spec.as_bytes()), ("in/a.json", b"{\"type\": \"string\"}"), ("out.json", outside)]);
        let run = properties::checked(&folder.path().join("in"));
        prop_assert!(!format!("{run:?}").contains("canary_outside"), "a file outside was read");
    }

    #[test]
    fn any_names(names in prop::collection::btree_set("\\PC{0,4}|[a-cA-C_. +-]{0,3}|[\u{0}-\u{20}\"\\\\/]{0,3}", 1..6)) {
        check_names(&names.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn any_text(text in "(\\PC|[\u{0}-\u{20}`~<>\\[\\]\"\\\\*/#-]|```|    |\n){0,30}") {
        let run = |text: &str| {
            let spec = inputs::with_text(text).to_string();
            let files = [("spec.json", spec.as_bytes()), ("codegen.toml", inputs::TEXT_CONFIG.as_bytes())];
            properties::checked(inputs::folder(&files).path())
        };
        let (hostile, plain) = (run(&text), run("plain"));
        let (hostile, plain) = (hostile.files.expect("a text is no error"), plain.files.expect("a text is no error"));
        prop_assert_eq!(properties::code(&hostile), properties::code(&plain));
    }
}
