//! How the work grows, measured in allocations: no clock, and the same on every machine.

use std::fs;
use std::path::Path;

use allocation_counter::measure;
use serde_json::{Value, json};
use webhook_generator::{Outcome, ReceiverDependency, Request, generate, render};

fn request(spec: &Path) -> Request {
    Request::new(spec).receiver(ReceiverDependency::Version("1".to_owned()))
}

fn run(spec: &Path) -> Outcome {
    generate(&request(spec))
}

/// A description of `count` webhooks, the schema of each made by `schema`.
fn description(count: usize, schema: impl Fn(usize) -> Value) -> String {
    let webhook = |index: usize| {
        let mut schema = schema(index);
        schema["properties"]["type"] = json!({ "type": "string", "const": format!("thing{index}.made") });
        let content = json!({ "application/json": { "schema": schema } });
        let operation = json!({ "requestBody": { "content": content }, "responses": {} });
        (format!("thing{index}.made"), json!({ "post": operation }))
    };
    let webhooks: serde_json::Map<_, _> = (0..count).map(webhook).collect();
    let shared =
        json!({ "schemas": { "actor": { "type": "object", "properties": { "login": { "type": "string" } } } } });
    let info = json!({ "title": "Growth", "version": "1" });
    json!({ "openapi": "3.1.0", "info": info, "webhooks": webhooks, "components": shared }).to_string()
}

/// How many blocks and bytes are allocated while a crate is generated.
fn allocated(folder: &Path, text: &str) -> [u64; 2] {
    let spec = folder.join("description.json");
    fs::write(&spec, text).unwrap();
    let counted = measure(|| assert!(run(&spec).output.is_some()));
    [counted.count_total, counted.bytes_total]
}

/// Twice as many webhooks may allocate a little more than twice as much, where a table grows.
#[track_caller]
fn check_growth(schema: impl Fn(usize) -> Value) {
    let folder = tempfile::tempdir().unwrap();
    check_linear([50, 100, 200].map(|count| allocated(folder.path(), &description(count, &schema))));
}

/// What a number, twice and four times as many allocate.
#[track_caller]
fn check_linear([few, more, many]: [[u64; 2]; 3]) {
    for unit in 0..2 {
        let (first, second) = (more[unit] - few[unit], many[unit] - more[unit]);
        assert!(second * 100 < first * 205, "{few:?}, {more:?}, {many:?}");
    }
}

#[test]
fn growth_with_objects() {
    check_growth(|index| {
        json!({ "type": "object", "properties": {
            format!("name{index}"): { "type": "string", "example": "a name" },
            "state": { "type": "string", "enum": ["on", "off", format!("state{index}")] },
            "data": { "type": "object", "properties": { "count": { "type": "integer" }, "at": { "format": "date-time" } } },
            "actor": { "$ref": "#/components/schemas/actor" },
        } })
    });
}

#[test]
fn growth_with_values_of_any_form() {
    check_growth(|index| json!({ "type": "object", "properties": { format!("free{index}"): {} } }));
}

#[test]
fn growth_with_alternatives() {
    check_growth(|index| {
        json!({ "type": "object", "properties": { "either": { "oneOf": [
            { "type": "object", "properties": { "kind": { "const": format!("a{index}") }, "ratio": { "example": 0.5 } } },
            { "type": "object", "properties": { "kind": { "const": format!("b{index}") } } },
        ] } } })
    });
}

/// The ways through unions that contain each other are bounded for a payload, not for each of its members.
#[test]
fn growth_with_unions_that_contain_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let union = |others: [&str; 2], own: &str| {
        let others = others.map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }));
        json!({ "oneOf": [others[0], others[1], { "type": own }] })
    };
    let with_members = |count: usize| {
        let members: serde_json::Map<String, Value> =
            (0..count).map(|index| (format!("member{index}"), json!({ "$ref": "#/components/schemas/a" }))).collect();
        let names: Vec<&String> = members.keys().collect();
        let schema = json!({ "type": "object", "required": names, "properties": members });
        let mut text: Value = serde_json::from_str(&description(1, |_| schema.clone())).unwrap();
        text["components"]["schemas"]["a"] = union(["b", "c"], "string");
        text["components"]["schemas"]["b"] = union(["a", "c"], "integer");
        text["components"]["schemas"]["c"] = union(["a", "b"], "boolean");
        allocated(folder.path(), &text.to_string())
    };
    let (one, forty) = (with_members(1), with_members(40));
    assert!(forty[0] < 2 * one[0], "{one:?}, {forty:?}");
}

/// A regular expression is compiled once for each text, not for each value.
#[test]
fn growth_with_a_large_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let text = json!({ "type": "string", "pattern": r"\p{L}{9}" });
    let [one, forty] = [1, 40].map(|count| {
        allocated(
            folder.path(),
            &description(count, |_| json!({ "type": "object", "required": ["text"], "properties": { "text": text } })),
        )
    });
    assert!(forty[1] < 10 * one[1], "{one:?}, {forty:?}");
}

/// A list is copied once, not for each of its elements that an overlay changes.
#[test]
fn growth_with_targets_of_an_overlay() {
    let folder = tempfile::tempdir().unwrap();
    let [spec, overlay] = ["description.json", "overlay.yaml"].map(|name| folder.path().join(name));
    for change in ["update: { a: 1 }", "remove: true"] {
        let action = format!("actions: [{{ target: '$[\"x-pad\"][*]', {change} }}]\n");
        fs::write(&overlay, format!("overlay: 1.1.0\ninfo: {{ title: a, version: '1' }}\n{action}")).unwrap();
        check_linear([500, 1_000, 2_000].map(|count| {
            let mut text: Value = serde_json::from_str(&description(1, |_| json!({ "type": "object" }))).unwrap();
            text["x-pad"] = vec![json!({}); count].into();
            fs::write(&spec, text.to_string()).unwrap();
            let counted = measure(|| assert!(generate(&request(&spec).overlay(&overlay)).output.is_some()));
            [counted.count_total, counted.bytes_total]
        }));
    }
}

/// How many blocks are allocated while the diagnostics of a description are rendered, and how many diagnostics there are:
/// one for each of the last webhooks, to which the way is the longest.
fn told(folder: &Path, webhooks: usize, findings: usize) -> (u64, usize) {
    let spec = folder.join("description.json");
    let text = description(webhooks, |index| {
        let mut schema = json!({ "type": "object", "properties": { "a": { "type": "string", "example": "b" } } });
        if index + findings >= webhooks {
            schema["unheard-of"] = json!(true);
        }
        schema
    });
    fs::write(&spec, text.replace("},", "},\n")).unwrap();
    let outcome = run(&spec);
    let counted = measure(|| drop(render::text(&outcome.diagnostics, &outcome.sources, false)));
    (counted.count_total, outcome.diagnostics.iter().count())
}

/// What the length of a description adds to the work of telling findings does not depend on how many there are.
#[test]
fn a_description_is_read_once_for_the_places_of_all_findings() {
    let folder = tempfile::tempdir().unwrap();
    let [one, many] = [1, 80].map(|findings| {
        let ((short, count), (long, same)) = (told(folder.path(), 100, findings), told(folder.path(), 1000, findings));
        assert_eq!(count, same);
        (long - short, count)
    });
    assert_eq!(many.1, one.1 + 79);
    assert!(0 < one.0 && many.0 <= 2 * one.0, "{one:?} {many:?}");
}
