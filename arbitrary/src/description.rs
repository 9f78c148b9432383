//! A description with its configuration, overlay and other files.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use serde_json::{Map, Value, json};

use crate::large::{Large, large};
use crate::schema::component_reference;
use crate::text::reversed;
use crate::yaml::yaml;
use crate::{Choices, Dialect, Schemas, Taste, instance, seeded, words};

/// A description of webhooks, and the files that go with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The description.
    pub spec: Value,
    /// An overlay on it.
    pub overlay: Option<Value>,
    /// The lines of its `codegen.toml`; none if there is no such file.
    pub config: Vec<String>,
    /// Other files that it refers to, by name.
    pub files: BTreeMap<String, Value>,
    /// How the description and the overlay are written in YAML; `None` for JSON.
    pub yaml: Option<u64>,
    /// Whether the description has the members of each object in the reverse order, then as JSON.
    pub reversed: bool,
}

/// Where deliveries state their event type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Statement {
    /// A member of the body with a constant.
    Member,
    /// A member of a member.
    Nested,
    /// A header with a constant.
    Header,
    /// A header for the first part, a member for the second.
    HeaderAndMember,
    /// A member without a constant; the key, an example or the `operationId` is the event type.
    Key,
    /// Nothing.
    Nowhere,
}

impl Document {
    /// The document of a seed.
    pub fn from_seed(seed: u64) -> Self {
        Self::new(&mut seeded(seed).choices())
    }

    /// A document from these choices.
    pub fn new(choices: &mut Choices<'_>) -> Self {
        let taste = if choices.chance(50) { Taste::Wild } else { Taste::Plain };
        let version = *choices.pick(&["3.1.0", "3.1.1", "3.0.3", "3.2.0"]);
        let dialect = if version.starts_with("3.0") { Dialect::V30 } else { Dialect::V31 };
        let mut components: Vec<String> = Vec::new();
        for number in 0..choices.number(0..=6) {
            let name = words::component(choices, taste, number);
            if !components.contains(&name) {
                components.push(name);
            }
        }
        let schemas = Schemas::new(taste, dialect, &components);
        let definitions = schemas.definitions(choices, 3);
        let large = if choices.chance(20) { large(choices) } else { Large::default() };
        let yaml = choices.chance(50).then(|| choices.integer().unsigned_abs());
        let mut maker =
            Maker { choices, schemas, separator: ".", statement: Statement::Member, signed: false, large, yaml };
        maker.document(version, definitions)
    }

    /// The name of the description's file.
    pub fn spec_name(&self) -> &'static str {
        spec_name(self.yaml)
    }

    /// The files, by name: `spec.json` or `spec.yaml`, perhaps `overlay.yaml` and `codegen.toml`, and those that the
    /// description refers to.
    pub fn texts(&self) -> BTreeMap<String, String> {
        // JSON is YAML.
        let text = |value: &Value| self.yaml.map_or_else(|| value.to_string(), |style| yaml(value, style));
        let spec = if self.reversed { reversed(&self.spec) } else { text(&self.spec) };
        let mut texts = BTreeMap::from([(self.spec_name().to_owned(), spec)]);
        texts.extend(self.overlay.as_ref().map(|overlay| ("overlay.yaml".to_owned(), text(overlay))));
        if !self.config.is_empty() {
            texts.insert("codegen.toml".to_owned(), self.config.join("\n") + "\n");
        }
        texts.extend(self.files.iter().map(|(name, file)| (name.clone(), file.to_string())));
        texts
    }

    /// All of it as one value, so that [`shrink`](crate::shrink) can reduce it.
    pub fn to_value(&self) -> Value {
        json!({
            "spec": self.spec,
            "overlay": self.overlay,
            "config": self.config,
            "files": self.files,
            "yaml": self.yaml,
            "reversed": self.reversed,
        })
    }

    /// The document of such a value; parts that are missing are empty.
    pub fn from_value(value: &Value) -> Self {
        let texts = |value: &Value| {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let files = value["files"].as_object().into_iter().flatten();
        Self {
            spec: value["spec"].clone(),
            overlay: Some(value["overlay"].clone()).filter(|overlay| !overlay.is_null()),
            config: texts(&value["config"]),
            files: files.map(|(name, file)| (name.clone(), file.clone())).collect(),
            yaml: value["yaml"].as_u64(),
            reversed: value["reversed"] == true,
        }
    }
}

/// From the bytes of a fuzzer.
impl<'a> Arbitrary<'a> for Document {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self::new(&mut Choices::new(bytes.bytes(bytes.len())?)))
    }
}

/// Makes the parts of a document.
struct Maker<'m, 'b> {
    choices: &'m mut Choices<'b>,
    schemas: Schemas<'m>,
    statement: Statement,
    separator: &'static str,
    /// Whether headers of Standard Webhooks are documented.
    signed: bool,
    large: Large,
    yaml: Option<u64>,
}

impl Maker<'_, '_> {
    fn document(&mut self, version: &str, mut definitions: Map<String, Value>) -> Document {
        use Statement::{Header, HeaderAndMember, Key, Member, Nested, Nowhere};
        let statements = [Member, Member, Member, Nested, Header, HeaderAndMember, Key, Key, Nowhere];
        // Webhooks that share a body cannot state their event types there.
        self.statement = if self.large.sharing > 0 { Key } else { *self.choices.pick(&statements) };
        definitions.append(&mut self.large.components);
        self.separator = *self.choices.pick(&[".", ".", "_", ":", "/", "-"]);
        self.signed = self.choices.chance(20);
        let mut files = BTreeMap::new();
        let mut spec = json!({
            "openapi": version,
            "info": { "title": self.text_of(words::name), "version": "1", "description": self.text_of(words::text) },
            "components": { "schemas": definitions },
        });
        let count = self.choices.number(1..=4);
        let mut webhooks = Map::new();
        for _ in 0..count {
            let event = if self.is_wild() && self.choices.chance(20) {
                words::name(self.choices, Taste::Wild)
            } else {
                words::event_type(self.choices, self.separator)
            };
            let item = self.webhook(&event, &spec);
            webhooks.insert(event, item);
        }
        self.share(&mut webhooks, &mut spec);
        if self.choices.chance(10) {
            move_out(&mut webhooks, &mut files, spec_name(self.yaml));
        }
        let mut actions = self.place(&mut spec, webhooks);
        if self.choices.chance(15) {
            spec["servers"] = json!([{ "url": "https://example.com" }]);
            spec["tags"] = json!([{ "name": "a", "description": self.text_of(words::text) }]);
        }
        if self.choices.chance(20) {
            self.actions(&mut actions);
        }
        actions.append(&mut self.large.actions);
        let info = json!({ "title": "Corrections", "version": "1" });
        let overlay = json!({ "overlay": "1.1.0", "info": info, "actions": actions });
        let overlay = Some(overlay).filter(|_| !actions.is_empty());
        let config = self.config();
        Document { spec, overlay, config, files, yaml: self.yaml, reversed: false }
    }

    fn is_wild(&self) -> bool {
        self.schemas.taste == Taste::Wild
    }

    fn text_of(&mut self, make: fn(&mut Choices<'_>, Taste) -> String) -> String {
        make(self.choices, self.schemas.taste)
    }

    /// Puts the webhooks where this version has them, or where vendors put them; returns what an overlay has to do then.
    fn place(&mut self, spec: &mut Value, webhooks: Map<String, Value>) -> Vec<Value> {
        match (self.schemas.dialect, self.choices.number(0..=9)) {
            (_, 9) => {
                spec["paths"] = json!({ "/hooks": { "post": { "callbacks": webhooks, "responses": {} } } });
                return vec![
                    json!({ "target": "$", "update": { "webhooks": {} } }),
                    json!({ "target": "$.webhooks", "copy": "$.paths[\"/hooks\"].post.callbacks" }),
                ];
            }
            (Dialect::V30, _) => {
                spec["x-webhooks"] = webhooks.into();
                spec["paths"] = json!({});
            }
            (Dialect::V31, 1) => {
                // Path items among the components, with references to them.
                let references: Map<String, Value> = (0..)
                    .zip(webhooks.keys())
                    .map(|(number, key): (usize, _)| {
                        (key.clone(), json!({ "$ref": format!("#/components/pathItems/item{number}") }))
                    })
                    .collect();
                let items: Map<String, Value> = (0..)
                    .zip(webhooks)
                    .map(|(number, (_, item)): (usize, _)| (format!("item{number}"), item))
                    .collect();
                for (name, item) in items {
                    spec["components"]["pathItems"][name] = item;
                }
                spec["webhooks"] = references.into();
            }
            (Dialect::V31, _) => spec["webhooks"] = webhooks.into(),
        }
        Vec::new()
    }

    /// The path item of a webhook.
    fn webhook(&mut self, event: &str, spec: &Value) -> Value {
        let schema = self.payload(event);
        let mut content = json!({ "schema": schema });
        if self.choices.chance(40) {
            // Schemas refer to the components of the description.
            match instance(self.choices, spec, &content["schema"]) {
                Some(example) if self.choices.chance(50) => content["example"] = example,
                Some(example) => content["examples"] = json!({ "first": { "value": example } }),
                None => {}
            }
        } else if self.is_wild() && self.choices.chance(20) {
            content["example"] =
                self.choices.pick(&[json!({}), json!([]), json!("text"), json!({ "type": "other" })]).clone();
        }
        let media = *self.choices.pick(&["application/json", "application/json", "application/vnd.api+json", "*/*"]);
        let mut operation = json!({
            "requestBody": { "content": { media: content } },
            "responses": { "200": { "description": "OK" } },
        });
        if self.choices.chance(40) {
            operation["operationId"] = event.into();
        }
        if self.choices.chance(40) {
            operation["description"] = self.text_of(words::text).into();
        }
        if self.choices.chance(20) {
            operation["tags"] = json!([self.text_of(words::name)]);
        }
        if self.choices.chance(10) {
            operation["deprecated"] = true.into();
        }
        let parameters = self.parameters(event);
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        json!({ *self.choices.pick(&["post", "post", "post", "put"]): operation })
    }

    fn parameters(&mut self, event: &str) -> Vec<Value> {
        let header = |name: &str, schema: Value| json!({ "in": "header", "name": name, "schema": schema });
        let first = event.split(self.separator).next().unwrap_or(event);
        let mut parameters = match self.statement {
            Statement::Header => vec![header("X-Event-Type", self.constant(event))],
            Statement::HeaderAndMember => vec![header("X-Event-Type", self.constant(first))],
            _ => Vec::new(),
        };
        if self.signed {
            for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
                parameters.push(header(name, json!({ "type": "string" })));
            }
        }
        parameters
    }

    fn constant(&self, value: &str) -> Value {
        match self.schemas.dialect {
            Dialect::V30 => json!({ "type": "string", "enum": [value] }),
            Dialect::V31 => json!({ "type": "string", "const": value }),
        }
    }

    /// The schema of a body.
    fn payload(&mut self, event: &str) -> Value {
        let second = event.split_once(self.separator).map_or(event, |(_, second)| second).to_owned();
        let members = match self.statement {
            Statement::Member => vec![("type".to_owned(), self.constant(event))],
            Statement::Nested => {
                let kind =
                    json!({ "type": "object", "required": ["kind"], "properties": { "kind": self.constant(event) } });
                vec![("meta".to_owned(), kind)]
            }
            Statement::HeaderAndMember => vec![("action".to_owned(), self.constant(&second))],
            Statement::Key => vec![("type".to_owned(), json!({ "type": "string", "example": event }))],
            Statement::Header | Statement::Nowhere => Vec::new(),
        };
        if self.is_wild() && self.large.member.is_null() && self.choices.chance(10) {
            return self.schemas.schema(self.choices, 3);
        }
        let mut own = self.schemas.object_with(self.choices, 3, members);
        if !self.large.member.is_null() {
            own["properties"]["large"] = self.large.member.clone();
        }
        match self.choices.number(0..=9) {
            1 => json!({ "allOf": [self.schemas.base(self.choices), own] }),
            2 => json!({ "allOf": [own, self.schemas.object_with(self.choices, 1, vec![])] }),
            _ => own,
        }
    }

    /// Adds webhooks that share the path item or the body of the first one.
    fn share(&mut self, webhooks: &mut Map<String, Value>, spec: &mut Value) {
        let Some(first) = webhooks.values().next().cloned() else { return };
        let count = self.large.sharing;
        let item = if count == 0 {
            return;
        } else if self.choices.chance(50) {
            spec["components"]["pathItems"]["shared"] = first;
            json!({ "$ref": "#/components/pathItems/shared" })
        } else {
            let body = first.pointer("/post/requestBody").or_else(|| first.pointer("/put/requestBody"));
            spec["components"]["requestBodies"]["shared"] = body.cloned().unwrap_or_default();
            spec["components"]["responses"]["shared"] = json!({ "description": "OK" });
            let body = json!({ "$ref": "#/components/requestBodies/shared" });
            let response = json!({ "$ref": "#/components/responses/shared" });
            json!({ "post": { "requestBody": body, "responses": { "200": response } } })
        };
        webhooks.extend((0..count).map(|number| (format!("shared{}made{number}", self.separator), item.clone())));
    }

    /// Adds actions of an overlay.
    fn actions(&mut self, actions: &mut Vec<Value>) {
        for _ in 0..self.choices.number(1..=3) {
            let text = self.text_of(words::text);
            let plain = [
                json!({ "target": "$.info", "update": { "description": text, "x-added": [1] } }),
                json!({ "target": "$..description", "remove": true }),
                json!({ "target": "$.webhooks.*.post", "update": { "tags": ["added"] } }),
                json!({ "target": "$.components.schemas.*", "update": { "description": text } }),
                json!({ "target": "$.webhooks[?@.post.deprecated == true]", "remove": true }),
            ];
            let wild = [
                json!({ "target": "$.webhooks.*.post.requestBody.content.*.schema", "update": { "properties": { &*text: {} } } }),
                json!({ "target": "$..properties.*", "update": { "nullable": true } }),
                json!({ "target": "$..[?@.type == 'string']", "update": { "type": ["string", "null"] } }),
                json!({ "target": "$.nowhere", "remove": true }),
                json!({ "target": "$..*", "remove": true }),
                json!({ "target": text, "update": {} }),
            ];
            let from: &[Value] = if self.is_wild() && self.choices.chance(40) { &wild } else { &plain };
            actions.push(self.choices.pick(from).clone());
        }
    }

    fn config(&mut self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        if self.choices.chance(20) {
            lines.push(format!("vendor = \"{}\"", self.choices.pick(&["Acme", "Globex", "Initech"])));
        }
        let stated = self.choices.chance(40);
        let wild = self.is_wild() && self.choices.chance(20);
        let separator = self.separator;
        let mut event_type: Vec<&str> = match self.statement {
            _ if wild => vec!["pointer = \"/a/b\"", "completed-by = \"/c\""],
            Statement::Member if stated => vec!["pointer = \"/type\""],
            Statement::Nested if stated => vec!["pointer = \"/meta/kind\""],
            Statement::Header if stated => vec!["header = \"X-Event-Type\""],
            Statement::HeaderAndMember if stated => vec!["header = \"X-Event-Type\"", "completed-by = \"/action\""],
            Statement::Key => vec!["pointer = \"/type\"", "from-keys = true"],
            Statement::Nowhere => vec!["address = true"],
            _ => Vec::new(),
        };
        let line = format!("separator = \"{separator}\"");
        if separator != "." {
            event_type.push(&line);
        }
        if !event_type.is_empty() {
            lines.push("[event-type]".to_owned());
            lines.extend(event_type.into_iter().map(str::to_owned));
        }
        if self.choices.chance(10)
            && let Some(name) = self.schemas.components.first()
        {
            // The strings of TOML are those of JSON, but for `\/` and surrogates, which serde_json does not write.
            let pointer = Value::from(component_reference(name).replace("%25", "%"));
            lines.extend(["[names]".to_owned(), format!("{pointer} = \"Renamed\"")]);
        }
        // A scheme that contradicts the documented headers is an error.
        let scheme = if self.signed && !self.is_wild() { 9 } else { self.choices.number(0..=9) };
        match scheme {
            1 => lines.extend(["[signature]", "scheme = \"none\""].map(str::to_owned)),
            2 => lines.extend(
                [
                    "[signature]",
                    "scheme = \"hmac\"",
                    "header = \"X-Signature\"",
                    "hash = \"sha256\"",
                    "encoding = \"hex\"",
                    "signed = \"{body}\"",
                ]
                .map(str::to_owned),
            ),
            _ => {}
        }
        if self.choices.chance(10) {
            lines.extend(["[diagnostics]", "W0603 = \"allow\""].map(str::to_owned));
        }
        lines
    }
}

fn spec_name(yaml: Option<u64>) -> &'static str {
    if yaml.is_some() { "spec.yaml" } else { "spec.json" }
}

/// Moves the path items into another file.
fn move_out(webhooks: &mut Map<String, Value>, files: &mut BTreeMap<String, Value>, spec: &str) {
    let mut items = Map::new();
    for (number, item) in webhooks.values_mut().enumerate() {
        // References are relative to the file that they are in.
        let text = item.to_string().replace("\"#/components/", &format!("\"{spec}#/components/"));
        let moved = serde_json::from_str(&text).unwrap_or_else(|_| item.clone());
        items.insert(format!("item{number}"), moved);
        *item = json!({ "$ref": format!("items.json#/item{number}") });
    }
    files.insert("items.json".to_owned(), items.into());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_makes_one_document() {
        assert_eq!(Document::from_seed(3), Document::from_seed(3));
        assert_ne!(Document::from_seed(3), Document::from_seed(4));
    }

    #[test]
    fn documents_survive_being_one_value() {
        for seed in 0..50 {
            let document = Document::from_seed(seed);
            assert_eq!(Document::from_value(&document.to_value()), document);
        }
    }

    #[test]
    fn large_documents_have_less_than_100_kilobytes() {
        let mut large = 0;
        for seed in 0..120 {
            let length = Document::from_seed(seed).spec.to_string().len();
            assert!(length < 120_000, "seed {seed}: {length} bytes");
            large += usize::from(length > 30_000);
        }
        assert!(large > 2, "{large}");
    }

    #[test]
    fn without_bytes_a_document_is_small() {
        let document = Document::new(&mut Choices::new(&[]));
        assert!(document.spec.to_string().len() < 600, "{}", document.spec);
    }

    /// The keywords that the generator knows. It has more, which differ from one of these in their name only.
    #[test]
    fn documents_have_every_keyword() {
        fn collect(value: &Value, keys: &mut BTreeSet<String>) {
            match value {
                Value::Object(members) => members.iter().for_each(|(key, value)| {
                    keys.insert(key.clone());
                    collect(value, keys);
                }),
                Value::Array(elements) => elements.iter().for_each(|value| collect(value, keys)),
                _ => {}
            }
        }
        let mut keys = BTreeSet::new();
        for seed in 0..800 {
            collect(&Document::from_seed(seed).spec, &mut keys);
        }
        let keywords = "$ref type enum const format contentEncoding nullable properties required additionalProperties \
            patternProperties items prefixItems minItems maxItems allOf oneOf anyOf discriminator title description deprecated \
            readOnly writeOnly example examples default pattern minLength maxLength minimum maximum exclusiveMinimum multipleOf \
            uniqueItems minProperties maxProperties contentMediaType not if then else dependentRequired dependentSchemas \
            propertyNames unevaluatedProperties unevaluatedItems contains $dynamicRef $id $anchor $defs $comment externalDocs \
            mapping webhooks x-webhooks callbacks pathItems parameters operationId tags";
        let missing: Vec<&str> = keywords.split_whitespace().filter(|keyword| !keys.contains(*keyword)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
