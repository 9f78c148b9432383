//! Single edits of one description, and what each does to a receiver: `edits.yaml`. Shared with `cargo xtask edits`.
//!
//! An edit that breaks a receiver does so in one of two directions: a delivery in the new form reaches the crate of the old
//! description, or one in the old form (in retry, in an inbox, dead) reaches the crate of the new description.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fmt, fs};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webhook_generator::{Outcome, ReceiverDependency, Request, Stage, dump, generate, render};

/// The description that is edited.
const BASE: &str = include_str!("base.yaml");

/// All edits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// A payload that is valid before each edit, by event type.
    pub(crate) payloads: BTreeMap<String, Value>,
    pub(crate) edits: Vec<Edit>,
}

/// One edit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Edit {
    /// What is edited, in words.
    pub(crate) name: String,
    /// Texts of the description that occur once, and what replaces them: for what an overlay cannot do.
    #[serde(default)]
    text: Vec<(String, String)>,
    /// Actions of an OpenAPI Overlay, applied after `text`.
    #[serde(default)]
    overlay: Vec<Value>,
    /// A delivery that is valid before the edit.
    #[serde(default)]
    pub(crate) old: Delivery,
    /// A delivery that is valid after the edit and uses it.
    #[serde(default)]
    pub(crate) new: Delivery,
    /// What the receiver of the old crate does with the new delivery.
    #[serde(default)]
    pub(crate) old_reads_new: Read,
    /// What the receiver of the new crate does with the old delivery.
    #[serde(default)]
    pub(crate) new_reads_old: Read,
    /// The rule of the report.
    pub(crate) rule: String,
    #[serde(default)]
    flags: BTreeSet<Flag>,
    step: Option<Step>,
    /// The edited description becomes the base; `None` if the generator refuses it.
    pub(crate) undone: Option<Effect>,
    /// The code of the error if the generator refuses the edited description.
    pub(crate) error: Option<String>,
}

/// The entry of the report for one direction of an edit.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Effect {
    pub(crate) rule: String,
    pub(crate) flags: BTreeSet<Flag>,
    pub(crate) step: Step,
}

/// What a change does.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Flag {
    /// Handlers for the old crate do not compile with the new one.
    Source,
    /// The old crate refuses or loses new deliveries.
    Now,
    /// The new crate refuses or loses old deliveries.
    Replay,
    /// Handlers compile and deliveries decode, but a value is elsewhere than before.
    Silent,
    /// Only docs, fixtures or the manifest differ.
    Docs,
}

/// How the version of the crate changes.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Step {
    /// Sources, tests, fixtures and manifest are the same.
    None,
    /// Neither the public API nor what it reads differs.
    Patch,
    /// Neither `source` nor `replay`.
    Minor,
    /// `source` or `replay`.
    Major,
}

/// A delivery, as the difference from one of the payloads.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Delivery {
    /// The event type of the payload; `order.created` if it is not stated.
    event: Option<String>,
    /// The whole payload instead.
    body: Option<Value>,
    /// Members to remove, by JSON pointer.
    remove: Vec<String>,
    /// Members to add or replace, by JSON pointer.
    set: BTreeMap<String, Value>,
    /// Members to put into an object, under a name.
    wrap: BTreeMap<String, String>,
    /// Headers beside those of the signature.
    pub(crate) headers: BTreeMap<String, String>,
    /// How it is signed.
    pub(crate) signed: Signed,
}

/// How a delivery is signed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signed {
    /// Standard Webhooks, with the headers `webhook-…`.
    #[default]
    Standard,
    /// Standard Webhooks, with the headers `svix-…`.
    Svix,
    /// As GitHub does.
    GitHub,
}

/// What a receiver does with a delivery.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(from = "String")]
pub(crate) enum Read {
    /// It decodes, and each value is where typed code looks.
    #[default]
    Typed,
    /// It decodes, with a member among those that are not declared.
    Undeclared,
    /// It decodes, with a value that is not listed.
    Unknown,
    /// It does not decode: the place of the value.
    Refused(String),
    /// Its event type is not known: the fallback gets it, or it is answered with 200.
    Lost,
    /// Its signature does not match: it is answered with 401.
    Rejected,
}

impl Table {
    pub(crate) fn new() -> Self {
        let mut table: serde_yaml::Value =
            serde_yaml::from_str(include_str!("edits.yaml")).expect("edits.yaml is YAML");
        table.apply_merge().expect("merge keys are of maps");
        serde_yaml::from_value(table).unwrap_or_else(|error| panic!("edits.yaml: {error}"))
    }
}

impl Edit {
    /// The entry of the report; `None` if the generator refuses the edited description.
    pub(crate) fn effect(&self) -> Option<Effect> {
        let step = self.step?;
        Some(Effect { rule: self.rule.clone(), flags: self.flags.clone(), step })
    }

    /// The edited description as JSON.
    pub(crate) fn apply(&self, folder: &Path) -> String {
        let mut text = BASE.to_owned();
        for (from, to) in &self.text {
            assert_eq!(text.matches(from.as_str()).count(), 1, "{}: `{from}` does not occur once", self.name);
            text = text.replace(from.as_str(), to);
        }
        let overlay = json!({
            "overlay": "1.1.0",
            "info": { "title": self.name, "version": "1" },
            "actions": self.overlay,
        });
        let overlay = (!self.overlay.is_empty()).then(|| overlay.to_string());
        tree(folder, &text, overlay.as_deref()).unwrap_or_else(|messages| panic!("{}: {messages}", self.name))
    }
}

/// The description before the edits as JSON.
pub(crate) fn base(folder: &Path) -> String {
    tree(folder, BASE, None).unwrap_or_else(|messages| panic!("{messages}"))
}

fn tree(folder: &Path, text: &str, overlay: Option<&str>) -> Result<String, String> {
    let path = folder.join("description.yaml");
    write(&path, text);
    let mut request = Request::new(&path);
    if let Some(overlay) = overlay {
        let path = folder.join("overlay.json");
        write(&path, overlay);
        request = request.overlay(path);
    }
    let (outcome, tree) = dump(&request, Stage::Tree);
    // An action that matches or changes nothing is a warning.
    match tree {
        Some(tree) if outcome.diagnostics.iter().next().is_none() => Ok(tree),
        _ => Err(render::text(&outcome.diagnostics, &outcome.sources, false)),
    }
}

/// Generates the crate of a description, with the record of names of the crate before it.
pub(crate) fn run(folder: &Path, description: &str, names: Option<&str>, receiver: ReceiverDependency) -> Outcome {
    generate(&request(folder, description, names, receiver))
}

/// A description with the record of names of the crate before it.
pub(crate) fn request(folder: &Path, description: &str, names: Option<&str>, receiver: ReceiverDependency) -> Request {
    let (spec, lock) = (folder.join("description.json"), folder.join("names.lock"));
    write(&spec, description);
    let mut request =
        Request::new(spec).crate_name("acme-webhooks".parse().expect("a name of a crate")).receiver(receiver);
    if let Some(names) = names {
        write(&lock, names);
        request = request.names(lock);
    }
    request
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

impl Delivery {
    /// The payload.
    pub(crate) fn payload(&self, payloads: &BTreeMap<String, Value>) -> Value {
        let event = self.event.as_deref().unwrap_or("order.created");
        let mut payload = self.body.clone().unwrap_or_else(|| payloads[event].clone());
        for pointer in &self.remove {
            let (members, name) = parent(&mut payload, pointer);
            members.remove(name).unwrap_or_else(|| panic!("the payload has no {pointer}"));
        }
        for (pointer, value) in &self.set {
            let (members, name) = parent(&mut payload, pointer);
            members.insert(name.to_owned(), value.clone());
        }
        for (pointer, under) in &self.wrap {
            let value = payload.pointer_mut(pointer).unwrap_or_else(|| panic!("the payload has no {pointer}"));
            *value = json!({ under.as_str(): value.take() });
        }
        payload
    }
}

/// The object that has the member at a pointer, and the member's name.
fn parent<'a>(value: &'a mut Value, pointer: &'a str) -> (&'a mut serde_json::Map<String, Value>, &'a str) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer to a member");
    let parent = value.pointer_mut(parent).and_then(Value::as_object_mut);
    (parent.unwrap_or_else(|| panic!("the payload has no {pointer}")), name)
}

impl From<String> for Read {
    fn from(text: String) -> Self {
        match text.split_once(' ') {
            Some(("refused", pointer)) => Self::Refused(pointer.to_owned()),
            _ => match text.as_str() {
                "typed" => Self::Typed,
                "undeclared" => Self::Undeclared,
                "unknown" => Self::Unknown,
                "lost" => Self::Lost,
                "rejected" => Self::Rejected,
                _ => panic!("`{text}` is not what a receiver does"),
            },
        }
    }
}

impl Read {
    /// Whether the delivery does not reach the handlers of its event type.
    pub(crate) fn breaks(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Lost | Self::Rejected)
    }
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Typed => f.write_str("typed"),
            Self::Undeclared => f.write_str("undeclared"),
            Self::Unknown => f.write_str("unknown"),
            Self::Refused(pointer) => write!(f, "refused {pointer}"),
            Self::Lost => f.write_str("lost"),
            Self::Rejected => f.write_str("rejected"),
        }
    }
}

/// `source, replay: major`.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags: Vec<String> = self.flags.iter().map(ToString::to_string).collect();
        write!(f, "{}: {}", flags.join(", "), self.step)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Now => "now",
            Self::Replay => "replay",
            Self::Silent => "silent",
            Self::Docs => "docs",
        })
    }
}
