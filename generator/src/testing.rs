//! Helpers for tests of a stage: a small description in, a short text out.

use std::collections::BTreeMap;
use std::fs;

use serde_yaml::Mapping;

use crate::diagnostics::Diagnostic;
use crate::render;
use crate::source::Sources;
use crate::{Described, Outcome, ReceiverDependency, Request, Stage, describe, dump, generate};

/// The webhook that [`schemas`] adds to its schemas.
const WEBHOOK: &str = "it.happened";

/// Settings without a signature scheme, and without the warning about that.
pub(crate) const VERIFIER: &str = "[signature]\nscheme = \"verifier\"\n";

/// A description in YAML and a `codegen.toml`, both may be indented.
#[derive(Clone, Copy, Default)]
pub(crate) struct Input<'a> {
    pub(crate) spec: &'a str,
    pub(crate) config: &'a str,
}

impl Input<'_> {
    /// The emitted files and the findings, one line each.
    pub(crate) fn files(self) -> (BTreeMap<String, String>, String) {
        let outcome = self.run(generate);
        let findings = findings(&outcome);
        (outcome.output.map(|output| output.files).unwrap_or_default(), findings)
    }

    /// What `--emit` prints of a stage, and the findings, one line each.
    pub(crate) fn stage(self, stage: Stage) -> (String, String) {
        let (outcome, text) = self.run(|request| dump(request, stage));
        (text.unwrap_or_default(), findings(&outcome))
    }

    /// What `--emit` prints of a stage, and the findings, each with the lines that it offers for `codegen.toml`.
    pub(crate) fn offers(self, stage: Stage) -> (String, String) {
        let (outcome, text) = self.run(|request| dump(request, stage));
        let finding = |found: &Diagnostic| {
            let lines = found.settings.iter().flat_map(|setting| &setting.lines).map(|line| format!("    {line}\n"));
            format!("{}: {}\n{}", found.code.as_str(), found.message, lines.collect::<String>())
        };
        (text.unwrap_or_default(), outcome.diagnostics.iter().map(finding).collect())
    }

    /// The findings as they are shown, without the paths of files.
    pub(crate) fn messages(self, stage: Stage) -> String {
        let (outcome, _) = self.run(|request| dump(request, stage));
        let text = render::text(&outcome.diagnostics, &outcome.sources, false);
        text.lines().filter(|line| !line.contains("-->")).map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// The description as versions are compared, with the files that it was read from.
    pub(crate) fn described(self, names: Option<&str>) -> (Described, Sources) {
        let (outcome, described) = self.run(|request| {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("names.lock");
            match names {
                Some(names) => {
                    fs::write(&path, names).expect("the file can be written");
                    describe(&request.clone().names(path))
                }
                None => describe(request),
            }
        });
        let messages = findings(&outcome);
        (described.unwrap_or_else(|| panic!("{messages}")), outcome.sources)
    }

    fn run<T>(self, run: impl FnOnce(&Request) -> T) -> T {
        let folder = tempfile::tempdir().expect("a folder");
        let [spec, config] = ["spec.yaml", "codegen.toml"].map(|name| folder.path().join(name));
        fs::write(&spec, dedented(self.spec)).expect("the file can be written");
        fs::write(&config, dedented(self.config)).expect("the file can be written");
        let name = "acme-webhooks".parse().expect("a package's name");
        let receiver = ReceiverDependency::Version("1".to_owned());
        run(&Request::new(spec).config(config).crate_name(name).receiver(receiver))
    }
}

/// Entries of `webhooks` from a short form: each has `body`, the properties of a payload, or its `schema`, and fields of
/// the payload's media type and of the operation.
pub(crate) fn webhooks(entries: &str) -> String {
    let entries: Mapping = serde_yaml::from_str(&dedented(entries)).expect("webhooks in YAML");
    let webhook = |mut operation: Mapping| {
        let mut media_type = Mapping::new();
        for field in ["schema", "example", "examples"] {
            media_type.extend(operation.remove_entry(field));
        }
        if let Some(properties) = operation.remove("body") {
            let mut schema = Mapping::from_iter([("type".into(), "object".into()), ("properties".into(), properties)]);
            schema.extend(operation.remove_entry("required"));
            media_type.insert("schema".into(), schema.into());
        }
        let nested = |name: &str, value: Mapping| Mapping::from_iter([(name.into(), value.into())]);
        operation.insert("requestBody".into(), nested("content", nested("application/json", media_type)).into());
        nested("post", operation)
    };
    let webhooks = entries.into_iter().map(|(key, entry)| {
        let operation = entry.as_mapping().expect("a webhook is a mapping").clone();
        (key, webhook(operation).into())
    });
    serde_yaml::to_string(&webhooks.collect::<Mapping>()).expect("webhooks in YAML")
}

/// A description with these entries of `webhooks` and of `components.schemas`.
pub(crate) fn description(webhooks: &str, schemas: &str) -> String {
    let indented = |text: &str| dedented(text).lines().map(|line| format!("    {line}\n")).collect::<String>();
    let (webhooks, schemas) = (indented(webhooks), indented(schemas));
    let schemas = if schemas.is_empty() { "    {}\n".to_owned() } else { schemas };
    format!(
        "openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\nwebhooks:\n{webhooks}components:\n  schemas:\n{schemas}"
    )
}

/// A description of one webhook whose payload has a member for each of these schemas.
pub(crate) fn schemas(schemas: &str) -> String {
    let text = dedented(schemas);
    let names = text.lines().filter(|line| !line.starts_with([' ', '#', '}'])).filter_map(|line| line.split_once(':'));
    let member = |(name, _): (&str, &str)| format!("{name}: {{$ref: '#/components/schemas/{name}'}}");
    let members: Vec<String> = names.map(member).collect();
    let webhook = format!(
        "{WEBHOOK}:
  post:
    requestBody:
      content:
        application/json:
          example: {{type: {WEBHOOK}}}
          schema:
            type: object
            required: [type]
            properties: {{type: {{type: string, const: {WEBHOOK}}}, {}}}
",
        members.join(", ")
    );
    description(&webhook, schemas)
}

/// The outline of the schemas of [`schemas`]: members of the payload whose name differs from their type, then
/// definitions.
pub(crate) fn types(outline: &str) -> String {
    let mut blocks = outline.split("\n\n").skip_while(|block| !block.starts_with(&format!("struct {WEBHOOK} {{")));
    let payload = blocks.next().unwrap_or_default();
    let members = payload.lines().filter_map(|line| line.strip_prefix("    ")?.split_once("?: "));
    let members = members.filter(|(name, ty)| name != ty).map(|(name, ty)| format!("{name}?: {ty}\n"));
    let definitions = blocks.filter(|block| !block.starts_with(&format!("const {WEBHOOK}/type")));
    let blocks = [members.collect()].into_iter().chain(definitions.map(|block| format!("{}\n", block.trim_end())));
    blocks.filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Removes the indentation common to all lines.
pub(crate) fn dedented(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let indentation = lines().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines().map(|line| format!("{}\n", &line[indentation..])).collect()
}

fn findings(outcome: &Outcome) -> String {
    outcome.diagnostics.iter().map(|found| format!("{}: {}\n", found.code.as_str(), found.message)).collect()
}

/// A text and findings, with an empty line between them.
pub(crate) fn join(text: &str, findings: &str) -> String {
    let parts = [text, findings].map(str::trim_end);
    let parts: Vec<String> = parts.iter().filter(|part| !part.is_empty()).map(|part| format!("{part}\n")).collect();
    parts.join("\n")
}
