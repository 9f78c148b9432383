//! The examples of whole payloads that belong to a document.
//!
//! Those in the document, and those in the folder `examples` next to it, as some vendors publish them: each JSON file
//! there is a list of objects with the `name` of an event, as in a header, and payloads as `examples`.

use std::path::Path;
use std::{fs, io};

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use webhook_generator::ir::Api;

use super::find::Document;

/// An event in a separate file.
#[derive(Deserialize)]
struct Event {
    name: String,
    #[serde(default)]
    examples: Vec<Box<RawValue>>,
}

/// An example.
pub(crate) struct Example {
    /// The webhook's key and the example's key: `parcel.sent#heavy`, or `parcel.sent` for the one without a key; or the
    /// file next to the description, the event and the number: `vendor/examples/all.json:parcel[0]`.
    pub(crate) name: String,
    /// Its place in the description; `None` for those in separate files.
    pub(crate) pointer: Option<String>,
    /// The possible event types, those of its webhook; empty for examples in separate files.
    pub(crate) event_types: Vec<String>,
    /// The value of the header that states event types, if one does.
    header: Option<String>,
    /// The payload.
    body: String,
}

impl Example {
    /// An example in memory.
    pub(crate) fn new(name: String, event_type: String, body: String) -> Self {
        Self { name, pointer: None, event_types: vec![event_type], header: None, body }
    }

    /// The name, with the place if there is one.
    pub(crate) fn place(&self) -> String {
        match &self.pointer {
            Some(pointer) => format!("{} ({pointer})", self.name),
            None => self.name.clone(),
        }
    }

    /// The line for the runner.
    pub(crate) fn line(&self) -> String {
        json!({ "event_types": self.event_types, "header": self.header, "body": self.body }).to_string()
    }
}

/// The examples of a document, first those within it.
pub(crate) fn examples(document: &Document, api: &Api) -> Result<Vec<Example>, String> {
    let within = api.published.iter().map(|published| {
        let webhooks = || api.webhooks.iter().filter(|webhook| webhook.key == published.webhook);
        Example {
            name: match &published.name {
                Some(name) => format!("{}#{name}", published.webhook),
                None => published.webhook.clone(),
            },
            pointer: Some(published.origin.pointer()),
            event_types: webhooks().map(|webhook| webhook.event_type.clone()).collect(),
            header: webhooks().find_map(|webhook| webhook.header.clone()),
            body: published.json.clone(),
        }
    });
    let mut examples: Vec<Example> = within.collect();
    examples.extend(beside(document)?);
    Ok(examples)
}

fn beside(document: &Document) -> Result<Vec<Example>, String> {
    let folder = document.path.parent().unwrap_or(Path::new("")).join("examples");
    let problem = |path: &Path, what: &dyn std::fmt::Display| format!("`{}`: {what}", path.display());
    let mut files = Vec::new();
    match fs::read_dir(&folder) {
        Ok(entries) => {
            for entry in entries {
                files.push(entry.map_err(|error| problem(&folder, &error))?.path());
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(problem(&folder, &error)),
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let (parent, _) = document.name.rsplit_once('/').unwrap_or_default();
    let mut examples = Vec::new();
    for path in files {
        let text = fs::read(&path).map_err(|error| problem(&path, &error))?;
        let events: Vec<Event> = serde_json::from_slice(&text).map_err(|error| problem(&path, &error))?;
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let file = format!("{parent}/examples/{file}");
        let file = file.trim_start_matches('/');
        for event in events {
            examples.extend(event.examples.iter().enumerate().map(|(number, body)| Example {
                name: format!("{file}:{}[{number}]", event.name),
                pointer: None,
                event_types: Vec::new(),
                header: Some(event.name.clone()),
                body: body.get().to_owned(),
            }));
        }
    }
    Ok(examples)
}
