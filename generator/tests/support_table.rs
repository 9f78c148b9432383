//! Checks `docs/support.md` against the generator: for every row of its tables, a small description with the field and
//! the same one without it must give what the row says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use webhook_generator::{Outcome, ReceiverDependency, Request, catalogue, generate, normalize, render};

const TABLE: &str = "../docs/support.md";

/// A row of the tables.
struct Row {
    object: String,
    field: String,
    becomes: BTreeSet<String>,
    fixture: Option<String>,
}

#[test]
fn every_row_is_true() {
    let rows = rows();
    let mut wrong = Vec::new();
    for row in &rows {
        let name = format!("{} `{}`", row.object, row.field);
        let Some(sample) = sample(&row.object, &row.field) else {
            wrong.push(format!("{name}: the test has no sample of it"));
            continue;
        };
        let becomes = sample.becomes();
        if becomes != row.becomes {
            wrong.push(format!("{name}: the table says {:?}, the generator {becomes:?}", row.becomes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_schema_keyword_is_in_the_table_and_no_other() {
    let rows = rows();
    let told: BTreeSet<&str> =
        rows.iter().filter(|row| row.object == "Schema Object").map(|row| row.field.as_str()).collect();
    assert_eq!(told, normalize::keywords().collect());
}

#[test]
fn fixtures_show_what_the_table_says() {
    let wrong: Vec<String> = rows()
        .iter()
        .filter_map(|row| {
            let fixture = Path::new("tests/fixtures/crates").join(row.fixture.as_ref()?);
            let shown = inputs(&fixture).iter().any(|text| text.contains(row.field.trim_matches(['{', '}'])));
            let expression = row.field == "{expression}";
            (!shown && !expression).then(|| format!("{} does not show `{}`", fixture.display(), row.field))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_deviation_names_a_test_that_exists() {
    let page = fs::read_to_string(TABLE).expect("the page can be read");
    let (_, section) = page.split_once("### Deliberate deviations").expect("the page has the section");
    let (section, _) = section.split_once("\n## ").expect("another section follows");
    let cells = |line: &str| line.split(" | ").map(|cell| cell.trim_matches(['|', ' ']).to_owned()).collect::<Vec<_>>();
    let is_heading = |row: &[String]| row.last().is_some_and(|cell| cell == "test" || cell.starts_with("--"));
    let rows: Vec<_> =
        section.lines().filter(|line| line.starts_with('|')).map(cells).filter(|row| !is_heading(row)).collect();
    assert!(rows.len() >= 10, "{TABLE} has the form that this test reads");
    for row in rows {
        let test = row.last().map_or("", String::as_str).trim_matches('`');
        let (module, function) = test.rsplit_once("::").unwrap_or_else(|| panic!("{row:?} names no test"));
        let file = format!("{}.rs", module.replace("::", "/"));
        let exists = ["../receiver/tests/it", "src/lower/tests"].iter().any(|folder| {
            fs::read_to_string(Path::new(folder).join(&file))
                .is_ok_and(|tests| tests.contains(&format!("fn {function}()")))
        });
        assert!(exists, "there is no test `{test}`");
    }
}

/// The texts of a fixture's descriptions.
fn inputs(fixture: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    let mut pending = vec![fixture.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(path).expect("the folder can be listed");
            let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
            pending.extend(paths.filter(|path| !path.ends_with("expected")));
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "json") {
            texts.push(fs::read_to_string(path).expect("the file can be read"));
        }
    }
    texts
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(TABLE).expect("the table can be read");
    let mut object = String::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut object);
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if object.ends_with(" Object")
            && let ["", field, becomes, _, fixture, ""] = cells[..]
            && let Some(field) = field.strip_prefix('`').and_then(|field| field.strip_suffix('`'))
        {
            let becomes = becomes.split(", ").filter(|word| *word != "nothing").map(str::to_owned).collect();
            let fixture = fixture.strip_prefix('[').and_then(|link| link.split(']').next()).map(str::to_owned);
            rows.push(Row { object: object.clone(), field: field.to_owned(), becomes, fixture });
        }
    }
    assert!(rows.len() > 100, "{TABLE} has the form that this test reads");
    rows
}

/// A description without a field and the same one with it.
struct Sample {
    without: Value,
    with: Value,
}

impl Sample {
    /// The effect of the field on the output.
    fn becomes(&self) -> BTreeSet<String> {
        let (without, with) = (run(&self.without), run(&self.with));
        let mut becomes = BTreeSet::new();
        // An error ends a run before the warnings of what comes after it.
        if !without.code.is_empty() {
            becomes.extend(with.codes.difference(&without.codes).cloned());
        }
        let parts = [
            ("code", with.code != without.code),
            ("fixture", with.fixtures != without.fixtures),
            ("docs", with.docs != without.docs),
        ];
        // If the code changes, so do its fixtures and docs; if a fixture does, so do the docs that name its source.
        becomes.extend(parts.into_iter().find(|(_, changed)| *changed).map(|(part, _)| part.to_owned()));
        becomes
    }
}

/// The output; empty if there was an error.
#[derive(Default)]
struct Output {
    code: Vec<String>,
    docs: Vec<String>,
    fixtures: BTreeMap<String, String>,
    codes: BTreeSet<String>,
}

fn run(description: &Value) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = folder.path().join("spec.json");
    fs::write(&spec, description.to_string()).expect("the description can be written");
    let request = Request::new(spec).receiver(ReceiverDependency::Version("0.1".to_owned()));
    let outcome: Outcome = generate(&request);
    let messages = render::text(&outcome.diagnostics, &outcome.sources, false);
    let codes = messages.lines().filter_map(|line| Some(line.split_once('[')?.1.split_once("]: ")?.0.to_owned()));
    let mut output = Output { codes: codes.collect(), ..Output::default() };
    for (path, text) in outcome.output.into_iter().flat_map(|output| output.files) {
        // It has whatever the others have, as data.
        if path == catalogue::FILE {
            continue;
        }
        if path.starts_with("fixtures/") {
            output.fixtures.insert(path, text);
            continue;
        }
        let (docs, code): (Vec<&str>, Vec<&str>) = text.lines().map(str::trim).partition(|line| line.starts_with("//"));
        // Everything documents where it is described.
        output.docs.extend(docs.into_iter().filter(|line| !line.contains("Source: ")).map(str::to_owned));
        output.code.extend(code.into_iter().map(str::to_owned));
    }
    output
}

const DOCUMENT: &str = "";
const SCHEMA: &str = "/webhooks/a.b/post/requestBody/content/application~1json/schema/properties/p";
/// A schema with alternatives.
const CHOICE: &str = "/webhooks/a.b/post/requestBody/content/application~1json/schema/properties/choice";
const ITEM: &str = "/webhooks/c.d";
const OPERATION: &str = "/webhooks/c.d/post";
const BODY: &str = "/webhooks/c.d/post/requestBody";
const PARAMETER: &str = "/webhooks/c.d/post/parameters/0";
const NAMED: &str = "/webhooks/eF/post";
const HEADER: &str = "/webhooks/eF/post/parameters/0";
const MEDIA: &str = "/webhooks/c.d/post/requestBody/content/application~1json";

/// The common start of all samples.
fn description() -> Value {
    json!({
        "openapi": "3.2.0",
        "info": { "title": "Samples", "version": "1" },
        "webhooks": { "a.b": { "post": operation("a.b") }, "c.d": { "post": operation("c.d") } },
        "components": {
            "pathItems": { "other": { "post": operation("c.d") } },
            "requestBodies": { "other": operation("c.d")["requestBody"] },
            "schemas": {
                "Other": { "type": "string" },
                "Cat": { "type": "object", "properties": { "kind": { "type": "string" }, "lives": { "type": "integer" } } },
                "Dog": { "type": "object", "properties": { "kind": { "type": "string" }, "tail": { "type": "string" } } },
            },
        },
    })
}

fn operation(event_type: &str) -> Value {
    let choice = json!({ "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }] });
    let properties =
        json!({ "type": { "const": event_type }, "n": { "type": "integer", "example": 1 }, "p": {}, "choice": choice });
    let schema = json!({ "type": "object", "required": ["type"], "properties": properties });
    json!({ "requestBody": { "content": { "application/json": { "schema": schema } } } })
}

/// A description in which nothing but operationIds tells the event types.
fn by_operation_id() -> Value {
    let mut description = description();
    let schema = json!({ "type": "object", "properties": { "type": { "type": "string" } } });
    let body = json!({ "content": { "application/json": { "schema": schema } } });
    let named = json!({ "post": { "operationId": "g.h", "requestBody": body } });
    description["webhooks"] = json!({ "eF": { "post": { "requestBody": body } }, "gH": named });
    description
}

/// A description with a header that tells how deliveries are signed.
fn signed() -> Value {
    let mut description = description();
    description["webhooks"]["c.d"]["post"]["parameters"] = json!([{ "name": "x-hub-signature-256", "in": "header" }]);
    description
}

/// A description in which a header states the event type.
fn by_header() -> Value {
    let mut description = description();
    let parameters = json!([{ "name": "x-acme-event", "in": "header" }]);
    let body = json!({ "content": { "application/json": { "example": 1 } } });
    description["webhooks"] = json!({ "eF": { "post": { "parameters": parameters, "requestBody": body } } });
    description
}

/// The description without a field and with it; `None` if the test does not know the field.
fn sample(object: &str, field: &str) -> Option<Sample> {
    // The place of the object, its value without the field (null if absent), and the field's value.
    let (place, beside, value) = match object {
        "Schema Object" => schema(field)?,
        "OpenAPI Object" => document(field)?,
        "Info Object" => info(field)?,
        "Components Object" => ("/components".to_owned(), json!({}), components(field)?),
        "Path Item Object" => path_item(field)?,
        "Callback Object" => (ITEM.to_owned(), json!({ "post": null }), json!({ "post": operation("c.d") })),
        "Operation Object" => on_operation(field)?,
        "Parameter Object" => parameter(field)?,
        "Header Object" => (format!("{OPERATION}/responses/200/headers/x-hub-signature-256"), json!({}), any(field)?),
        "Request Body Object" if field == "content" => {
            (BODY.to_owned(), json!({ field: null }), operation("c.d").pointer("/requestBody/content")?.clone())
        }
        "Request Body Object" => (BODY.to_owned(), json!({}), any(field)?),
        "Media Type Object" => media_type(field)?,
        "Example Object" => (format!("{MEDIA}/examples/e"), json!({}), example_object(field)?),
        "Reference Object" if field == "$ref" => {
            (BODY.to_owned(), json!({ "content": null }), json!("#/components/requestBodies/other"))
        }
        "Reference Object" => {
            let reference = json!({ "content": null, "$ref": "#/components/requestBodies/other" });
            (BODY.to_owned(), reference, any(field)?)
        }
        "Discriminator Object" => discriminator(field)?,
        "XML Object" => (format!("{SCHEMA}/xml"), json!({}), any(field)?),
        _ => return None,
    };
    let mut without = match place.as_str() {
        HEADER => by_header(),
        NAMED => by_operation_id(),
        PARAMETER => signed(),
        _ => description(),
    };
    let known = enter(&mut without, &place)?;
    for (name, member) in beside.as_object()? {
        if member.is_null() {
            known.remove(name);
        } else {
            known.insert(name.clone(), member.clone());
        }
    }
    let mut with = without.clone();
    let field = if field == "{expression}" { "{$request.body#/callback}" } else { field };
    enter(&mut with, &place)?.insert(field.to_owned(), value);
    Some(Sample { without, with })
}

/// The object at a JSON pointer, made on the way where there is none.
fn enter<'a>(mut node: &'a mut Value, pointer: &str) -> Option<&'a mut serde_json::Map<String, Value>> {
    for segment in pointer.split('/').skip(1) {
        node = match node {
            Value::Array(elements) => elements.get_mut(segment.parse::<usize>().ok()?)?,
            node => node.as_object_mut()?.entry(segment.replace("~1", "/")).or_insert_with(|| json!({})),
        };
    }
    node.as_object_mut()
}

/// A value for a field that means nothing to the generator.
fn any(field: &str) -> Option<Value> {
    Some(match field {
        "summary" | "description" | "termsOfService" | "jsonSchemaDialect" | "style" | "externalValue" | "name" => {
            json!("text")
        }
        "namespace" | "prefix" | "nodeType" | "serializedValue" | "$self" => json!("other"),
        "contact" | "license" | "externalDocs" | "encoding" | "callbacks" | "examples" | "itemEncoding" => json!({}),
        "additionalOperations" => json!({ "NOTIFY": operation("n.o") }),
        "servers" | "security" | "tags" | "prefixEncoding" => json!([]),
        "itemSchema" | "schema" => json!({ "const": "text" }),
        "required" | "deprecated" | "allowEmptyValue" | "explode" | "allowReserved" | "attribute" | "wrapped" => {
            json!(true)
        }
        "example" => json!("text"),
        "content" => json!({ "application/json": { "schema": { "const": "text" } } }),
        _ => return None,
    })
}

/// Something more under a name of `components`.
fn components(field: &str) -> Option<Value> {
    let names =
        ["schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "links"];
    let known = names.contains(&field) || ["callbacks", "pathItems", "mediaTypes"].contains(&field);
    let mut members = description()["components"][field].as_object().cloned().unwrap_or_default();
    members.insert("unused".to_owned(), json!({ "x-nothing": true }));
    known.then_some(Value::Object(members))
}

type Place = (String, Value, Value);

fn document(field: &str) -> Option<Place> {
    let value = match field {
        "x-webhooks" => json!({ "e.f": { "post": operation("e.f") } }),
        "paths" => json!({ "/broken": { "get": 5 } }),
        "components" => {
            let mut components = description()[field].clone();
            components["links"] = json!({ "unused": {} });
            return Some((DOCUMENT.to_owned(), json!({}), components));
        }
        "openapi" | "info" | "webhooks" => description()[field].clone(),
        _ => any(field)?,
    };
    Some((DOCUMENT.to_owned(), json!({ field: null }), value))
}

fn info(field: &str) -> Option<Place> {
    let value = match field {
        "title" | "version" | "description" => json!("text"),
        _ => any(field)?,
    };
    Some(("/info".to_owned(), json!({ field: null }), value))
}

fn path_item(field: &str) -> Option<Place> {
    let (beside, value) = match field {
        "$ref" => (json!({ "post": null }), json!("#/components/pathItems/other")),
        "parameters" => (json!({}), json!([{ "name": "x-hub-signature-256", "in": "header" }])),
        "additionalOperations" | "summary" | "description" | "servers" => (json!({}), any(field)?),
        "post" | "put" | "patch" | "delete" | "get" | "head" | "options" | "trace" | "query" => {
            (json!({ "post": null }), operation("c.d"))
        }
        _ => return None,
    };
    Some((ITEM.to_owned(), beside, value))
}

fn on_operation(field: &str) -> Option<Place> {
    let (beside, value) = match field {
        "operationId" => return Some((NAMED.to_owned(), json!({}), json!("e.f"))),
        "requestBody" => (json!({ field: null }), operation("c.d")[field].clone()),
        "parameters" => (json!({}), json!([{ "name": "x-hub-signature-256", "in": "header" }])),
        "responses" => (json!({}), json!({ "200": { "headers": { "x-hub-signature-256": {} } } })),
        _ => (json!({}), any(field)?),
    };
    Some((OPERATION.to_owned(), beside, value))
}

fn parameter(field: &str) -> Option<Place> {
    let (place, beside, value) = match field {
        "name" => (PARAMETER, json!({ field: null }), json!("x-hub-signature-256")),
        "in" => (PARAMETER, json!({ field: null }), json!("header")),
        "schema" => (HEADER, json!({}), json!({ "const": "e.f" })),
        "example" => (HEADER, json!({}), json!("e.f")),
        _ => (PARAMETER, json!({}), any(field)?),
    };
    Some((place.to_owned(), beside, value))
}

fn media_type(field: &str) -> Option<Place> {
    let payload = json!({ "type": "c.d", "n": 7 });
    let (beside, value) = match field {
        "schema" => {
            (json!({ field: null }), operation("c.d").pointer("/requestBody/content/application~1json")?[field].clone())
        }
        "example" => (json!({}), payload),
        "examples" => (json!({}), json!({ "e": { "value": payload } })),
        _ => (json!({}), any(field)?),
    };
    Some((MEDIA.to_owned(), beside, value))
}

fn example_object(field: &str) -> Option<Value> {
    match field {
        "value" | "dataValue" => Some(json!({ "type": "c.d", "n": 7 })),
        _ => any(field),
    }
}

fn discriminator(field: &str) -> Option<Place> {
    let (property_name, value) = match field {
        "propertyName" => (Value::Null, json!("kind")),
        "mapping" => (json!("kind"), json!({ "tom": "#/components/schemas/Cat" })),
        "defaultMapping" => (json!("kind"), json!("Cat")),
        _ => return None,
    };
    // The schema around it needs alternatives.
    Some((format!("{CHOICE}/discriminator"), json!({ "propertyName": property_name }), value))
}

fn schema(field: &str) -> Option<Place> {
    let text = json!({ "type": "string" });
    let list = json!({ "type": "array" });
    let map = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let pair = json!([{ "type": "boolean" }, { "type": "string" }]);
    let any = json!({});
    let anything = || json!({ "type": "string" });
    let choice = json!([{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }]);
    let (beside, value) = match field {
        "$ref" => (any, json!("#/components/schemas/Other")),
        "type" => (any, json!("string")),
        "enum" => (text, json!(["a", "b"])),
        "const" => (any, json!("a")),
        "format" => (text, json!("uuid")),
        "contentEncoding" => (text, json!("base64")),
        "properties" => (json!({ "type": "object" }), json!({ "a": {} })),
        "required" => (json!({ "properties": { "a": {} } }), json!(["a"])),
        "additionalProperties" | "unevaluatedProperties" => (json!({ "properties": { "a": {} } }), anything()),
        "patternProperties" => (json!({ "type": "object" }), json!({ "^a": anything() })),
        "items" => (list, anything()),
        "prefixItems" => (json!({ "type": "array", "items": false, "minItems": 2 }), pair),
        "minItems" => (json!({ "type": "array", "items": false, "prefixItems": pair }), json!(2)),
        "maxItems" => (json!({ "type": "array", "minItems": 2, "prefixItems": pair }), json!(2)),
        "allOf" => (any, json!([anything()])),
        "oneOf" | "anyOf" => (any, choice),
        "discriminator" => (json!({ "oneOf": choice }), json!({ "propertyName": "kind" })),
        "title" | "description" | "$comment" | "$anchor" | "$dynamicAnchor" | "$id" | "$schema" => {
            (text, json!("words"))
        }
        "nullable" | "deprecated" | "readOnly" | "writeOnly" => (text, json!(true)),
        "example" | "default" => (text, json!("a")),
        "examples" => (text, json!(["a"])),
        "pattern" => (text, json!("^a$")),
        "minLength" | "maxLength" => (text, json!(1)),
        "contentMediaType" => (text, json!("text/html")),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            (json!({ "type": "number" }), json!(1))
        }
        "uniqueItems" | "unevaluatedItems" => (list, json!(true)),
        "minProperties" | "maxProperties" => (map, json!(1)),
        "contains" | "minContains" | "maxContains" => (list, if field == "contains" { anything() } else { json!(1) }),
        "not" | "if" | "then" | "else" | "contentSchema" => (text, anything()),
        "dependentRequired" => (map, json!({ "a": ["b"] })),
        "dependentSchemas" => (map, json!({ "a": {} })),
        "propertyNames" => (map, anything()),
        "$dynamicRef" | "$recursiveRef" => (any, json!("#words")),
        "$defs" | "definitions" => (text, json!({ "a": {} })),
        "$vocabulary" | "externalDocs" | "xml" => (text, any),
        _ => return None,
    };
    Some((SCHEMA.to_owned(), beside, value))
}
