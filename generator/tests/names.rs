//! Names that last: with the record of the run before, growth of a description only adds public items.
//!
//! `NAMES_ROUNDS=2000 cargo test -p webhook-generator --test names` tries more descriptions.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use arbitrary_openapi::{Choices, seeded};
use serde_json::{Map, Value, json};
use syn::{Fields, ImplItem, Item, Visibility};
use webhook_generator::{Output, ReceiverDependency, Request, generate, render};

/// Few words, so that names clash, in several spellings; some are also names of emitted code.
const WORDS: [&str; 22] = [
    "data",
    "state",
    "created_by",
    "createdBy",
    "created-by",
    "CreatedBy",
    "unknown",
    "undeclared",
    "additional",
    "item",
    "user",
    "User",
    "event",
    "Text",
    "secret",
    "kind",
    "a_b",
    "a-b",
    "ab",
    "!=",
    "self",
    "order",
];

const ACTIONS: [&str; 5] = ["paid", "sent", "un_paid", "un-paid", "lost"];

const CONFIG: &str = "[event-type]\npointer = \"/type\"\n[signature]\nscheme = \"verifier\"\n";

#[test]
fn growth_only_adds_public_items() {
    let rounds = env::var("NAMES_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(6);
    let folder = tempfile::tempdir().expect("a folder");
    let mut added = 0;
    for seed in 0..rounds {
        let tape = seeded(seed);
        let choices = &mut tape.choices();
        let mut spec = first(choices);
        let config = format!("{CONFIG}[required]\n{}", required(choices, &spec));
        fs::write(folder.path().join("codegen.toml"), &config).expect("the file can be written");
        let _ = fs::remove_file(folder.path().join("names.lock"));
        let mut items = run(folder.path(), &shuffled(choices, &spec), seed);
        for _ in 0..3 {
            for _ in 0..choices.number(1..=4) {
                grow(choices, &mut spec);
            }
            let grown = run(folder.path(), &shuffled(choices, &spec), seed);
            let gone: Vec<&String> = items.difference(&grown).collect();
            assert!(gone.is_empty(), "seed {seed}: {gone:#?} are gone from {spec:#}\n{config}");
            added += grown.len() - items.len();
            items = grown;
        }
    }
    assert!(u64::try_from(added).is_ok_and(|added| added > rounds), "descriptions grow");
}

/// The description grows beyond the number of types at which event types without topics are divided.
#[test]
fn types_stay_in_their_module_when_others_without_topics_are_divided() {
    let spec = |members: usize, names: &[&str]| {
        let webhook = |name: &&str| {
            let member = |number| {
                let properties = json!({ format!("{name}{number}"): { "type": "string" }, "id": { "type": "string" } });
                (format!("{name}{number}"), json!({ "type": "object", "properties": properties }))
            };
            let mut properties: Map<_, _> = (0..members).map(member).collect();
            properties.insert("type".to_owned(), json!({ "const": format!("com.acme.{name}") }));
            let content = json!({ "application/json": { "schema": { "type": "object", "properties": properties } } });
            (format!("com.acme.{name}"), json!({ "post": { "requestBody": { "content": content } } }))
        };
        let webhooks: Map<_, _> = names.iter().map(webhook).collect();
        json!({ "openapi": "3.1.0", "info": { "title": "Acme", "version": "1" }, "webhooks": webhooks }).to_string()
    };
    let modules = |items: &BTreeSet<String>| -> BTreeSet<String> {
        let of_members = items.iter().filter(|item| item.contains("0.") || item.contains("1."));
        of_members.filter_map(|item| Some(item.split_once("::")?.0.to_owned())).collect()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!("{CONFIG}[names]\ndrop-prefix = \"com.acme\"\n");
    fs::write(folder.path().join("codegen.toml"), config).expect("the file can be written");
    let small = run(folder.path(), &spec(100, &["parcelSent", "letterSent"]), 0);
    assert_eq!(modules(&small), BTreeSet::from(["payloads".to_owned()]));
    let large = run(folder.path(), &spec(101, &["parcelSent", "letterSent", "letterLost", "parcelLost"]), 0);
    let gone: Vec<&String> = small.difference(&large).collect();
    assert!(gone.is_empty(), "{gone:#?}");
    assert_eq!(modules(&large), ["letter", "parcel", "payloads"].map(str::to_owned).into());
    // Below the limit again, recorded types stay, too.
    let both = run(folder.path(), &spec(1, &["parcelSent", "letterLost"]), 0);
    assert_eq!(modules(&both), ["letter", "payloads"].map(str::to_owned).into());
}

/// A webhook that uses a component with lines of `[required]` for others makes a second type of it.
#[test]
fn a_component_that_a_new_webhook_divides_keeps_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let required = "[required]\n\"item.made\" = [\"/item/id\"]\n\"item.lost\" = [\"/item/id\"]\n";
    fs::write(folder.path().join("codegen.toml"), format!("{CONFIG}{required}")).expect("the file can be written");
    let spec = |names: &[&str]| {
        let webhook = |name: &&str| {
            let members = json!({ "type": { "const": name }, "item": { "$ref": "#/components/schemas/item" } });
            let content = json!({ "application/json": { "schema": { "type": "object", "properties": members } } });
            ((*name).to_owned(), json!({ "post": { "requestBody": { "content": content } } }))
        };
        let item = json!({ "type": "object", "properties": { "id": { "type": "string" } } });
        json!({
            "openapi": "3.1.0",
            "info": { "title": "Acme", "version": "1" },
            "webhooks": names.iter().map(webhook).collect::<Map<_, _>>(),
            "components": { "schemas": { "item": item } },
        })
        .to_string()
    };
    let lines = || {
        let lock = fs::read_to_string(folder.path().join("names.lock")).expect("the record is written");
        let of_item = |line: &&str| line.starts_with("type item::") && line.contains("/item\"");
        lock.lines().filter(of_item).map(str::to_owned).collect::<Vec<_>>()
    };
    run(folder.path(), &spec(&["item.made", "item.lost"]), 0);
    let item = r##"type item::Item = "item.lost/item" "item.made/item" "#/components/schemas/item""##;
    assert_eq!(lines(), [item]);
    run(folder.path(), &spec(&["item.found", "item.made", "item.lost"]), 0);
    assert_eq!(lines(), [item, r#"type item::ItemData = "item.found/item""#]);
    // The first users of a type are gone: it is still known by its place, unless that is another type's.
    run(folder.path(), &spec(&["item.found"]), 0);
    assert_eq!(lines(), [item, r#"type item::ItemData = "item.found/item""#]);
}

#[test]
fn equal_types_are_merged_into_the_first_with_a_record_as_without() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("codegen.toml"), CONFIG).expect("the file can be written");
    let webhook = |name: &str| {
        let made_by = json!({ "type": "object", "description": name, "properties": { "id": { "type": "string" } } });
        let body = json!({ "type": "object", "properties": { "type": { "const": name }, "made_by": made_by } });
        let content = json!({ "application/json": { "schema": body } });
        format!("{}: {}", json!(name), json!({ "post": { "requestBody": { "content": content } } }))
    };
    let spec = |webhooks: &[String]| {
        let webhooks = webhooks.join(", ");
        format!(r#"{{"openapi": "3.1.0", "info": {{"title": "Acme", "version": "1"}}, "webhooks": {{{webhooks}}}}}"#)
    };
    run(folder.path(), &spec(&[webhook("form.seen"), webhook("user.seen")]), 0);
    // What is new comes first, and takes the place of a recorded path that is gone.
    let items = run(folder.path(), &spec(&[webhook("bill.paid"), webhook("user.seen")]), 0);
    assert!(items.iter().any(|item| item.ends_with("::MadeBy")), "{items:#?}");
}

#[test]
fn the_line_that_is_offered_for_a_replaced_name_keeps_it() {
    let fixture = Path::new("tests/fixtures/warnings/names-replaced");
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("codegen.toml");
    let request = Request::new(fixture.join("spec.yaml"))
        .config(&config)
        .names(fixture.join("names.lock"))
        .receiver(ReceiverDependency::Version("0.1".to_owned()));
    let mut text = fs::read_to_string(fixture.join("codegen.toml")).expect("the file can be read");
    fs::write(&config, &text).expect("the file can be written");
    for setting in generate(&request).diagnostics.iter().flat_map(|found| &found.settings) {
        text += &format!("[{}]\n{}\n", setting.table, setting.lines.join("\n"));
    }
    fs::write(&config, &text).expect("the file can be written");
    let outcome = generate(&request);
    assert_eq!(render::text(&outcome.diagnostics, &outcome.sources, false), "");
    let items = public_items(&outcome.output.expect("the crate"));
    assert!(items.iter().any(|item| item.ends_with("::SeenBy")), "{items:#?}");
}

/// The public items for a description. The record of names is carried forward; with it, a second run gives the same.
fn run(folder: &Path, spec: &str, seed: u64) -> BTreeSet<String> {
    fs::write(folder.join("spec.json"), spec).expect("the file can be written");
    let request = Request::new(folder.join("spec.json"))
        .config(folder.join("codegen.toml"))
        .names(folder.join("names.lock"))
        .receiver(ReceiverDependency::Version("0.1".to_owned()));
    let run = || -> Output {
        let outcome = generate(&request);
        let messages = render::text(&outcome.diagnostics, &outcome.sources, false);
        outcome.output.unwrap_or_else(|| panic!("seed {seed}: {messages}\n{spec}"))
    };
    let output = run();
    fs::write(folder.join("names.lock"), &output.names).expect("the file can be written");
    let again = run();
    assert_eq!(again.names, output.names, "seed {seed}: the record is an input of its own run");
    assert_eq!(again.files, output.files, "seed {seed}: a second run differs");
    public_items(&output)
}

fn public_items(output: &Output) -> BTreeSet<String> {
    let mut items = BTreeSet::new();
    for (path, text) in output.files.iter().filter(|(path, _)| path.starts_with("src/")) {
        let module = path.trim_start_matches("src/").trim_end_matches(".rs");
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for item in &file.items {
            add(&mut items, module, item);
        }
    }
    items
}

fn add(items: &mut BTreeSet<String>, module: &str, item: &Item) {
    match item {
        Item::Struct(item) => {
            items.insert(format!("{module}::{}", item.ident));
            for field in item.fields.iter().filter(|field| matches!(field.vis, Visibility::Public(_))) {
                items.extend(field.ident.as_ref().map(|field| format!("{module}::{}.{field}", item.ident)));
            }
        }
        Item::Enum(item) => {
            items.insert(format!("{module}::{}", item.ident));
            for variant in &item.variants {
                let form = if matches!(variant.fields, Fields::Unit) { "" } else { "(_)" };
                items.insert(format!("{module}::{}::{}{form}", item.ident, variant.ident));
            }
        }
        Item::Impl(item) => {
            let functions = item.items.iter().filter_map(|item| match item {
                ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                _ => None,
            });
            items.extend(functions.map(|function| format!("{module}::fn {function}")));
        }
        Item::Macro(item) => {
            // `codegen::event_member! { /// docs Event::accessor -> …`
            let text = item.mac.tokens.to_string();
            if item.mac.path.segments.last().is_some_and(|last| last.ident == "event_member") {
                items.extend(text.split("Event :: ").nth(1).and_then(|rest| rest.split(' ').next()).map(str::to_owned));
            }
        }
        _ => {}
    }
}

fn first(choices: &mut Choices<'_>) -> Value {
    let mut spec = json!({
        "openapi": "3.1.0",
        "info": { "title": "Acme", "version": "1" },
        "webhooks": {},
        "components": { "schemas": {} },
    });
    for _ in 0..choices.number(1..=3) {
        add_component(choices, &mut spec);
    }
    add_webhook(choices, &mut spec);
    for _ in 0..choices.number(0..=3) {
        add_webhook(choices, &mut spec);
    }
    spec
}

/// Lines of `[required]` for some members within the bodies of some webhooks.
fn required(choices: &mut Choices<'_>, spec: &Value) -> String {
    let mut lines = String::new();
    for (name, webhook) in spec["webhooks"].as_object().into_iter().flatten() {
        let mut pointers = Vec::new();
        let body = &webhook["post"]["requestBody"]["content"]["application/json"]["schema"];
        members(spec, body, "", 4, &mut pointers);
        let chosen: BTreeSet<&String> = (0..choices.number(0..=4)).map(|_| choices.pick(&pointers)).collect();
        if !chosen.is_empty() {
            lines += &format!("{} = {}\n", json!(name), json!(chosen));
        }
    }
    lines
}

/// The pointers of the members within a value of a schema, through references.
fn members(spec: &Value, schema: &Value, pointer: &str, depth: usize, found: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if let Some(target) = schema["$ref"].as_str().and_then(|place| spec.pointer(&place[1..])) {
        members(spec, target, pointer, depth, found);
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        let pointer = format!("{pointer}/{name}");
        members(spec, schema, &pointer, depth, found);
        found.push(pointer);
    }
    for keyword in ["items", "additionalProperties"] {
        members(spec, &schema[keyword], &format!("{pointer}/*"), depth, found);
    }
}

/// Adds something at a random place.
fn grow(choices: &mut Choices<'_>, spec: &mut Value) {
    match choices.number(0..=5) {
        0 => add_component(choices, spec),
        1 => add_webhook(choices, spec),
        2 => change(choices, spec, "enum", |choices, values| {
            let value = json!(*choices.pick(&WORDS));
            if let Some(values) = values.as_array_mut().filter(|values| !values.contains(&value)) {
                let at = choices.number(0..=values.len());
                values.insert(at, value);
            }
        }),
        _ => {
            let components = components(spec);
            change(choices, spec, "properties", |choices, members| {
                let (name, schema) = (*choices.pick(&WORDS), schema(choices, &components, 2));
                if let Some(members) = members.as_object_mut() {
                    insert(members, name, schema);
                }
            });
        }
    }
}

/// Adds an entry, unless there is one of this name.
fn insert(object: &mut Map<String, Value>, name: &str, value: Value) {
    object.entry(name).or_insert(value);
}

/// Changes one of the schemas with a keyword.
fn change(
    choices: &mut Choices<'_>,
    spec: &mut Value,
    keyword: &str,
    change: impl FnOnce(&mut Choices<'_>, &mut Value),
) {
    let mut count = 0;
    visit(spec, keyword, &mut |_| count += 1);
    let (at, mut index, mut change) = (choices.number(0..=count.max(1) - 1), 0, Some(change));
    visit(spec, keyword, &mut |value| {
        if index == at
            && let Some(change) = change.take()
        {
            change(choices, value);
        }
        index += 1;
    });
}

/// Calls `found` with the value of a keyword in each schema that has it.
fn visit(value: &mut Value, keyword: &str, found: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Object(object) => {
            let is_schema = object.get("type").is_some_and(Value::is_string);
            if let Some(value) = object.get_mut(keyword).filter(|_| is_schema) {
                found(value);
            }
            object.values_mut().for_each(|value| visit(value, keyword, found));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|value| visit(value, keyword, found)),
        _ => {}
    }
}

/// JSON with the members of each object in a random order.
fn shuffled(choices: &mut Choices<'_>, value: &Value) -> String {
    let parts: Vec<String> = match value {
        Value::Object(object) => {
            let mut entries: Vec<(&String, &Value)> = object.iter().collect();
            let mut parts = Vec::new();
            while !entries.is_empty() {
                let (name, value) = entries.swap_remove(choices.number(0..=entries.len() - 1));
                parts.push(format!("{}: {}", json!(name), shuffled(choices, value)));
            }
            return format!("{{{}}}", parts.join(", "));
        }
        Value::Array(elements) => elements.iter().map(|element| shuffled(choices, element)).collect(),
        value => return value.to_string(),
    };
    format!("[{}]", parts.join(", "))
}

fn components(spec: &Value) -> Vec<String> {
    spec["components"]["schemas"].as_object().map(|schemas| schemas.keys().cloned().collect()).unwrap_or_default()
}

fn add_component(choices: &mut Choices<'_>, spec: &mut Value) {
    let components = components(spec);
    let (name, schema) = (*choices.pick(&WORDS), object(choices, &components, 2));
    if let Some(schemas) = spec["components"]["schemas"].as_object_mut() {
        insert(schemas, name, schema);
    }
}

fn add_webhook(choices: &mut Choices<'_>, spec: &mut Value) {
    let components = components(spec);
    let name = format!("{}.{}", choices.pick(&["order", "user", "un_known", "a.b"]), choices.pick(&ACTIONS));
    let mut body = object(choices, &components, 3);
    body["properties"]["type"] = json!({ "const": name });
    let content = json!({ "application/json": { "schema": body } });
    if let Some(webhooks) = spec["webhooks"].as_object_mut() {
        insert(webhooks, &name, json!({ "post": { "requestBody": { "content": content } } }));
    }
}

fn object(choices: &mut Choices<'_>, components: &[String], depth: usize) -> Value {
    let mut members = Map::new();
    for _ in 0..choices.number(1..=4) {
        let (name, schema) = (*choices.pick(&WORDS), schema(choices, components, depth - 1));
        members.insert(name.to_owned(), schema);
    }
    json!({ "type": "object", "properties": members })
}

fn schema(choices: &mut Choices<'_>, components: &[String], depth: usize) -> Value {
    match choices.number(0..=12) {
        0..=3 if depth > 0 => object(choices, components, depth),
        4 if depth > 0 => json!({ "type": "array", "items": object(choices, components, depth) }),
        5 | 6 if !components.is_empty() => {
            json!({ "$ref": format!("#/components/schemas/{}", choices.pick(components)) })
        }
        7 => {
            let values: BTreeSet<&str> = [*choices.pick(&WORDS), *choices.pick(&WORDS), "z"].into();
            json!({ "type": "string", "enum": values })
        }
        8 => json!({ "type": "integer" }),
        9 if depth > 0 => json!({ "type": "object", "additionalProperties": object(choices, components, depth) }),
        10 if depth > 0 => {
            let alternatives = ["one", "other"].map(|tag| {
                let mut alternative = object(choices, components, depth);
                alternative["properties"]["tag"] = json!({ "const": tag });
                alternative["required"] = json!(["tag"]);
                alternative
            });
            json!({ "oneOf": alternatives })
        }
        11 if depth > 0 && !components.is_empty() => {
            let base = format!("#/components/schemas/{}", choices.pick(components));
            // A member of both parts would change its kind when one of them grows. Without `type`, this part does not.
            json!({ "allOf": [{ "$ref": base }, { "properties": { "own": object(choices, components, depth) } }] })
        }
        _ => json!({ "type": "string" }),
    }
}
