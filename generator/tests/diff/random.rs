//! Random edits of random descriptions: emitted code differs only where the report has an entry.
//!
//! `CHANGES_ROUNDS=5000 cargo test -p webhook-generator --test diff random` tries more.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::{env, fs};

use arbitrary_openapi::{Document, Edit, edits, seeded};
use quote::ToTokens as _;
use syn::{Attribute, Item};
use webhook_generator::diff::{Flags, Report, Step, compare, trees};
use webhook_generator::document::Node;
use webhook_generator::{Output, Reached, ReceiverDependency, Request, run};

/// The largest description that is compared, in bytes of JSON.
const MAX_SIZE: usize = 20_000;

#[test]
fn random_edits_leave_nothing_without_an_entry() {
    let rounds = env::var("CHANGES_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8);
    let first = env::var("CHANGES_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let (mut compared, mut seed) = (0, first);
    let mut findings = Vec::new();
    while compared < rounds {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        if let Some(result) = edited(folder.path(), seed) {
            compared += 1;
            if let Err(finding) = result {
                findings.push(format!("seed {seed}: {finding}"));
            }
        }
        seed += 1;
    }
    assert!(findings.is_empty(), "{} of {compared}:\n{}", findings.len(), findings.join("\n"));
}

/// The comparison of a description and an edited one; `None` if one of them has errors, or the edit changes nothing.
fn edited(folder: &Path, seed: u64) -> Option<Result<(), String>> {
    let old = Document::from_seed(seed);
    let mut new = old.clone();
    let edit = edits(&mut seeded(seed ^ 0x5eed).choices(), &old.spec, 1).pop()?;
    edit.apply(&mut new.spec);
    // Large ones take long, and their parts are alike.
    let (before, after) = (old.spec.to_string(), new.spec.to_string());
    if before == after || before.len() > MAX_SIZE {
        return None;
    }
    let before = version(&folder.join("old"), &old, None)?;
    let after = version(&folder.join("new"), &new, Some(&before.output.names))?;
    Some(check(&edit, &before, &after))
}

/// A description and its crate.
struct Version {
    tree: Node,
    output: Output,
}

/// What a description gives, with the record of names of the one before it.
fn version(folder: &Path, document: &Document, names: Option<&str>) -> Option<Version> {
    for (name, text) in document.texts() {
        let path = folder.join(name);
        fs::create_dir_all(path.parent()?).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }
    let mut request =
        Request::new(folder.join(document.spec_name())).receiver(ReceiverDependency::Version("0.1".to_owned()));
    if document.overlay.is_some() {
        request = request.overlay(folder.join("overlay.yaml"));
    }
    if !document.config.is_empty() {
        request = request.config(folder.join("codegen.toml"));
    }
    if let Some(names) = names {
        fs::write(folder.join("names.lock"), names).expect("the file can be written");
        request = request.names(folder.join("names.lock"));
    }
    let mut tree = None;
    let outcome = run(&request, |reached| {
        if let Reached::Tree(root) = reached {
            tree = Some(root.clone());
        }
        ControlFlow::Continue(())
    });
    Some(Version { tree: tree?, output: outcome.output? })
}

fn check(edit: &Edit, before: &Version, after: &Version) -> Result<(), String> {
    let mut report = compare(&before.output.catalogue, &after.output.catalogue);
    trees(&before.tree, &after.tree, &mut report);
    let wrong = |what: &str| {
        let entries = report.entries.iter();
        let entries = entries.map(|entry| {
            format!("    {} [{}] {}: {} {:?}\n", entry.rule, entry.flags, entry.subject, entry.message, entry.items)
        });
        Err(format!("{edit}\n  {what}\n{}", entries.collect::<String>()))
    };
    if report.entries.is_empty() {
        return wrong("there is no entry");
    }
    let (old, new) = (&before.output.files, &after.output.files);
    let (old_items, new_items) = (items(old), items(new));
    let names: BTreeSet<&String> = old_items.keys().chain(new_items.keys()).collect();
    let mentioned = mentioned(&report);
    for name in names {
        let (old, new) = (old_items.get(name), new_items.get(name));
        if old.map(|item| &item.code) != new.map(|item| &item.code) {
            let is_mentioned = mentioned.contains(name.as_str());
            if !is_mentioned {
                return wrong(&format!("`{name}` differs:\n{old:?}\n{new:?}"));
            }
        }
        // What is public and gone, or of another form, does not compile.
        let is_gone = old.is_some_and(|old| new.is_none_or(|new| !old.public.is_subset(&new.public)));
        if is_gone && !report.flags().has(Flags::SOURCE) {
            return wrong(&format!("`{name}` has changed its form:\n{old:?}\n{new:?}"));
        }
    }
    let is_public_same =
        old_items.iter().all(|(name, item)| new_items.get(name).is_some_and(|new| item.public.is_subset(&new.public)));
    if is_public_same
        && report.flags().has(Flags::SOURCE)
        && report
            .entries
            .iter()
            .all(|entry| !entry.items.iter().any(|item| item.contains("()") || item.starts_with("use ")))
    {
        return wrong("no public item has changed its form");
    }
    let sources = |files: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        files
            .iter()
            .filter(|(path, _)| path.starts_with("src/"))
            .map(|(path, text)| (path.clone(), text.clone()))
            .collect()
    };
    if sources(old) != sources(new) && report.step() == Step::None {
        return wrong("sources differ");
    }
    Ok(())
}

/// The types that entries are about.
fn mentioned(report: &Report) -> BTreeSet<&str> {
    let items = report.entries.iter().flat_map(|entry| &entry.items);
    let mut names: BTreeSet<&str> = items
        .map(|item| item.strip_prefix("impl Payload for ").unwrap_or(item))
        .flat_map(|item| item.split("::"))
        .collect();
    // The items of the crate as a whole.
    let has = |part: &str| report.entries.iter().any(|entry| entry.rule.id().starts_with(part));
    if ["event", "key", "carrier", "accessor", "separator"].iter().any(|part| has(part)) {
        names.extend(["Event", "EventType", "Topic"]);
    }
    names
}

/// An item with its codec.
#[derive(Debug, Default)]
struct Emitted {
    /// Its tokens, without docs.
    code: String,
    /// Its public parts, each with its type.
    public: BTreeSet<String>,
}

/// The types of the modules of payloads, by name.
fn items(files: &BTreeMap<String, String>) -> BTreeMap<String, Emitted> {
    let mut found: BTreeMap<String, Emitted> = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("src/") && *path != "src/lib.rs") {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for mut item in file.items {
            strip(&mut item);
            let text = item.to_token_stream().to_string();
            let (name, public) = match &item {
                Item::Struct(item) => {
                    let fields = item.fields.iter().enumerate().map(|(index, field)| {
                        let name = field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                        format!("{name}: {}", field.ty.to_token_stream())
                    });
                    (item.ident.to_string(), fields.collect())
                }
                Item::Enum(item) => {
                    let variants = item.variants.iter().map(|variant| variant.to_token_stream().to_string());
                    (item.ident.to_string(), variants.collect())
                }
                Item::Macro(item) => {
                    let first = item.mac.tokens.clone().into_iter().next().map(|token| token.to_string());
                    (first.unwrap_or_default().trim_start_matches("r#").to_owned(), BTreeSet::new())
                }
                _ => continue,
            };
            let emitted = found.entry(name).or_default();
            emitted.code += &text;
            emitted.public.extend(public);
        }
    }
    found.remove("#");
    found
}

/// Removes docs.
fn strip(item: &mut Item) {
    let strip = |attributes: &mut Vec<Attribute>| attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    match item {
        Item::Struct(item) => {
            strip(&mut item.attrs);
            item.fields.iter_mut().for_each(|field| strip(&mut field.attrs));
        }
        Item::Enum(item) => {
            strip(&mut item.attrs);
            item.variants.iter_mut().for_each(|variant| strip(&mut variant.attrs));
        }
        _ => {}
    }
}
