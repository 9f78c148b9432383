//! Crates of many schemas: each schema is a file, and a webhook has it as required and optional member, element and value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value, json};
use webhook_generator::diagnostics::{Code, Diagnostic};

use super::group::{Draft, Group};
use super::row::Row;
use crate::corpus::{Crates, Document, Example, Expected, Generated};

/// Where batches are generated and compiled.
pub(super) struct Batches {
    pub(super) crates: Crates,
    /// The folder of `webhook-receiver`.
    pub(super) receiver: PathBuf,
}

/// What came of a schema alone.
pub(super) enum Alone {
    Generated,
    /// It refers to a schema that is not in its file.
    Remote,
    /// The first error.
    Failed(String),
}

impl Batches {
    /// Whether a schema alone makes a crate.
    pub(super) fn generates(&self, number: usize, group: &Group) -> Result<Alone, String> {
        let folder = self.crates.folder.join("alone");
        let generated = self.generate(&folder, group.draft, 0, &[(number, group)])?;
        // A remote schema is untyped, which says nothing about the types.
        let is_remote = |found: &Diagnostic| {
            found.code == Code::ReferenceOutside || found.message == "remote references are not fetched"
        };
        Ok(if generated.diagnostics.iter().any(is_remote) {
            Alone::Remote
        } else if generated.output.is_some() {
            Alone::Generated
        } else {
            Alone::Failed(generated.error().unwrap_or_default())
        })
    }

    /// Passes the valid instances of schemas through the crate that is generated from them.
    pub(super) fn pass(
        &self,
        turn: usize,
        groups: &[(usize, &Group)],
        rows: &mut BTreeMap<String, Row>,
    ) -> Result<(), String> {
        let Some((_, first)) = groups.first() else { return Ok(()) };
        let (same, others): (Vec<_>, Vec<_>) = groups.iter().partition(|(_, group)| group.draft == first.draft);
        self.pass_same(turn, first.draft, &same, rows)?;
        self.pass(turn, &others, rows)
    }

    fn pass_same(
        &self,
        turn: usize,
        draft: Draft,
        groups: &[(usize, &Group)],
        rows: &mut BTreeMap<String, Row>,
    ) -> Result<(), String> {
        let folder = self.crates.folder.join(format!("batch-{turn}-{}", draft.folder()));
        let generated = self.generate(&folder, draft, turn, groups)?;
        let Some(output) = &generated.output else {
            return Err(format!("together the schemas fail: {}", generated.error().unwrap_or_default()));
        };
        self.crates.compile(&folder, &output.vendor)?;
        let instances: Vec<_> =
            groups.iter().flat_map(|(number, group)| group.valid().map(move |test| (number, group, test))).collect();
        let examples: Vec<Example> = instances
            .iter()
            .map(|(number, _, test)| {
                let (name, data) = (name(**number), test.data.get());
                let body = format!(
                    "{{\"event\":\"{name}\",\"required\":{data},\"optional\":{data},\"element\":[{data}],\
                     \"value\":{{\"key\":{data}}}}}"
                );
                Example::new(test.name.clone(), name, body)
            })
            .collect();
        for ((_, group, test), passed) in instances.iter().zip(self.crates.run(&folder, &examples)?) {
            let row = rows.entry(group.file.clone()).or_default();
            let failed = |what: &str| format!("{}: {}: {what}", group.name, test.name);
            row.valid += 1;
            match &passed.decoded {
                Err(error) => row.failures.push(failed(error)),
                Ok(Some(difference)) => {
                    row.decoded += 1;
                    row.failures.push(failed(difference));
                }
                Ok(None) => {
                    row.decoded += 1;
                    row.equal += 1;
                }
            }
        }
        Ok(())
    }

    fn generate(
        &self,
        folder: &Path,
        draft: Draft,
        turn: usize,
        groups: &[(usize, &Group)],
    ) -> Result<Generated, String> {
        let path = folder.join("description.json");
        let problem = |error: io::Error| format!("`{}`: {error}", path.display());
        write(&path, draft, turn, groups).map_err(problem)?;
        let document = Document { path: path.clone(), name: "suite".to_owned() };
        Generated::new(&document, &Expected::default(), &self.receiver, folder).map_err(problem)
    }
}

/// The event type of a schema, and the name of its file.
fn name(number: usize) -> String {
    format!("g{number:04}")
}

/// Writes a description with a webhook for each schema.
fn write(path: &Path, draft: Draft, turn: usize, groups: &[(usize, &Group)]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let _ = fs::remove_dir_all(folder.join("schemas"));
    fs::create_dir_all(folder.join("schemas"))?;
    let mut webhooks = Map::new();
    for (number, group) in groups {
        let name = name(*number);
        // A file must be an object.
        let schema = match group.schema.get() {
            "true" => json!(true),
            "false" => json!(false),
            text => {
                fs::write(folder.join(format!("schemas/{name}.json")), text)?;
                json!({ "$ref": format!("schemas/{name}.json") })
            }
        };
        let payload = json!({
            "type": "object",
            "required": ["event", "required", "element", "value"],
            "properties": {
                "event": { "type": "string", "enum": [name] },
                "required": schema,
                "optional": schema,
                "element": { "type": "array", "items": schema },
                "value": { "type": "object", "additionalProperties": schema },
            },
        });
        let content = json!({ "application/json": { "schema": payload } });
        webhooks.insert(name, json!({ "post": { "requestBody": { "content": content } } }));
    }
    let info = json!({ "title": "Suite", "version": "1" });
    let description: Value = json!({ "openapi": draft.openapi(turn), "info": info, "webhooks": webhooks });
    fs::write(path, description.to_string())
}
