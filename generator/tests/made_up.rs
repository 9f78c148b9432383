//! Examples that the generator assembles are valid, as an independent validator sees it.

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::path::{Path, PathBuf};
use std::{env, fs};

use jsonschema::{Draft, Registry};
use serde_json::{Map, Value, json};
use support::fixtures;
use webhook_generator::{Output, ReceiverDependency, Request, Stage, dump, generate};

/// The address of the folder of a description.
const FOLDER: &str = "http://description.test/";

/// The fixtures in which no value is valid, with the reason.
const EXCEPT: [(&str, &str); 2] = [
    ("choices", "only the discriminator distinguishes the alternatives of `oneOf`"),
    ("odd-bodies", "only the discriminator distinguishes the alternatives of `oneOf`"),
];

/// What was found in a description, or in several.
#[derive(Default)]
struct Found {
    assembled: usize,
    /// Those whose schema the validator cannot read.
    unread: Vec<String>,
    invalid: Vec<String>,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.assembled += other.assembled;
        self.unread.extend(other.unread);
        self.invalid.extend(other.invalid);
    }
}

#[test]
fn of_fixtures() {
    let mut all = Found::default();
    // The validator does not know the names and patterns of the hostile ones.
    for fixture in fixtures("crates").iter().filter(|fixture| !fixture.name.starts_with("hostile")) {
        let mut found = check(&fixture.request(), &fixture.folder, &fixture.name);
        if EXCEPT.iter().any(|(name, _)| *name == fixture.name) {
            assert!(!found.invalid.is_empty(), "{} is no exception", fixture.name);
            found.invalid.clear();
        }
        all.add(found);
    }
    assert!(all.invalid.is_empty(), "{}", all.invalid.join("\n\n"));
    assert!(all.assembled > 50, "only {} are assembled", all.assembled);
    let unread = all.unread.join("\n");
    assert!(all.unread.len() * 5 < all.assembled, "of {}, the schemas of these are not read:\n{unread}", all.assembled);
}

/// `DESCRIPTIONS` is a folder.
#[test]
#[ignore = "needs a folder of descriptions"]
fn of_descriptions() {
    let folder = env::var_os("DESCRIPTIONS").map(PathBuf::from).expect("`DESCRIPTIONS` is set");
    let settings = tempfile::tempdir().expect("a temporary folder can be made");
    let mut all = Found::default();
    for path in files(&folder) {
        let is_text = |text: &String| text.contains("openapi") && text.contains("webhooks");
        if !fs::read_to_string(&path).is_ok_and(|text| is_text(&text)) {
            continue;
        }
        let name = path.strip_prefix(&folder).unwrap_or(&path).display().to_string();
        let request = Request::new(&path).crate_name("made-up-webhooks".parse().expect("a name"));
        let mut request = request.receiver(ReceiverDependency::Path("receiver".to_owned()));
        let outcome = generate(&request);
        if let (None, Some(lines)) = (outcome.output, outcome.diagnostics.suggested_config()) {
            let config = settings.path().join(format!("{}.toml", all.assembled));
            fs::write(&config, lines).expect("the file can be written");
            request = request.config(config);
        }
        let found = check(&request, path.parent().unwrap_or(&folder), &name);
        if found.assembled > 0 {
            println!(
                "{name}: {} assembled, {} not read, {} invalid",
                found.assembled,
                found.unread.len(),
                found.invalid.len()
            );
        }
        all.add(found);
    }
    println!("{}", all.invalid.join("\n\n"));
    println!("{} assembled, {} not read, {} invalid", all.assembled, all.unread.len(), all.invalid.len());
}

/// Compares every assembled example of a description with its schema.
fn check(request: &Request, folder: &Path, name: &str) -> Found {
    let outcome = generate(request);
    let mut found = Found::default();
    let Some(Output { api, .. }) = outcome.output else { return found };
    let (_, tree) = dump(request, Stage::Tree);
    let description = outcome.sources.description();
    let main = description.map(|file| outcome.sources.relative_name(file).to_owned()).unwrap_or_default();
    let mut registry = Registry::new().draft(Draft::Draft202012);
    for path in files(folder) {
        let relative = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let text = if relative == main { tree.clone() } else { fs::read_to_string(&path).ok() };
        let is_part = |text: &String| relative == main || text.len() < 200_000 && !text.contains("openapi:");
        if let Some(document) = text.filter(is_part).and_then(|text| serde_yaml::from_str(&text).ok()) {
            registry = match registry.add(format!("{FOLDER}{relative}"), in_dialect(converted(document))) {
                Ok(registry) => registry,
                Err(_) => return found,
            };
        }
    }
    let registry = registry.prepare();
    for webhook in &api.webhooks {
        for example in webhook.examples.iter().filter(|example| example.assembled) {
            found.assembled += 1;
            let origin = &api.def(webhook.payload).origin;
            let place =
                format!("{FOLDER}{}#{}", outcome.sources.relative_name(origin.file()), escaped(&origin.pointer()));
            let validator = registry.as_ref().map_err(ToString::to_string).and_then(|registry| {
                let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
                options.with_registry(registry).build(&json!({ "$ref": place })).map_err(|error| error.to_string())
            });
            let validator = match validator {
                Ok(validator) => validator,
                Err(error) => {
                    found.unread.push(format!("{name}, {}: {error}", webhook.event_type));
                    continue;
                }
            };
            let instance = serde_json::from_str(&example.json).expect("an example is JSON");
            if let Err(error) = validator.validate(&instance) {
                let at = error.instance_path().to_string();
                found.invalid.push(format!("{name}, {}: at `{at}`: {error}\n{instance}", webhook.event_type));
            }
        }
    }
    found
}

/// A pointer as a fragment.
fn escaped(pointer: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'~' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    pointer.bytes().map(escape).collect()
}

/// The YAML and JSON files of a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => pending.push(path),
                Some("yaml" | "yml" | "json") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// YAML as JSON, with keys that are strings.
fn converted(value: serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Mapping(members) => {
            let key = |key: serde_yaml::Value| match key {
                serde_yaml::Value::String(key) => key,
                key => serde_yaml::to_string(&key).unwrap_or_default().trim().to_owned(),
            };
            members.into_iter().map(|(name, member)| (key(name), converted(member))).collect::<Map<_, _>>().into()
        }
        serde_yaml::Value::Sequence(elements) => elements.into_iter().map(converted).collect(),
        scalar => serde_json::to_value(scalar).unwrap_or_default(),
    }
}

/// OpenAPI 3.0 as JSON Schema, as far as it matters here.
fn in_dialect(value: Value) -> Value {
    match value {
        Value::Object(mut members) => {
            let nullable = members.get("nullable") == Some(&Value::Bool(true));
            if let Some(json_type) = members.get_mut("type").filter(|json_type| nullable && json_type.is_string()) {
                *json_type = json!([json_type.take(), "null"]);
            }
            for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
                if let Some(Value::Bool(is_exclusive)) = members.get(exclusive).cloned() {
                    members.remove(exclusive);
                    let bound = members.get(bound).filter(|_| is_exclusive).cloned();
                    members.extend(bound.map(|bound| (exclusive.to_owned(), bound)));
                }
            }
            members.into_iter().map(|(name, member)| (name, in_dialect(member))).collect::<Map<_, _>>().into()
        }
        Value::Array(elements) => elements.into_iter().map(in_dialect).collect(),
        scalar => scalar,
    }
}
