//! Random edits of random descriptions: emitted code differs only where the report has an entry, and as its flags say.
//!
//! `CHANGES_ROUNDS=5000 cargo test -p webhook-generator --test diff random` tries more, from the seed `CHANGES_SEED`, and
//! prints the seeds, and how often each kind of edit was compared.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::path::Path;
use std::{env, fs, thread};

use arbitrary_openapi::{Document, Edit, edit, edit_kinds, seeded};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Fields, Item, Type};
use webhook_generator::diff::{Entry, Flags, Report, Rule, Step, compare, trees};
use webhook_generator::document::{Node, same};
use webhook_generator::{Output, Reached, ReceiverDependency, Request, run};

use crate::emitted::Difference;
use crate::handler::Handler;

/// The largest description that is compared, in bytes of JSON.
const MAX_SIZE: usize = 20_000;

/// For schemas within schemas, as `cargo webhooks` has it.
const STACK: usize = 256 << 20;

#[test]
fn random_edits_leave_nothing_without_an_entry() {
    let thread = thread::Builder::new().stack_size(STACK).spawn(compare_all).expect("a thread can be started");
    thread.join().unwrap_or_else(|panic| resume_unwind(panic));
}

fn compare_all() {
    let number = |name| env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let (rounds, first) = (number("CHANGES_ROUNDS"), number("CHANGES_SEED").unwrap_or(0));
    let mut seed = first;
    let (mut compared, mut findings) = (BTreeMap::new(), Vec::new());
    let mut left = rounds.unwrap_or(8);
    while left > 0 {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        if let Some((kind, result)) = edited(folder.path(), seed) {
            left -= 1;
            *compared.entry(kind).or_insert(0) += 1;
            findings.extend(result.err().map(|finding| format!("seed {seed}: {finding}")));
        }
        seed += 1;
    }
    if rounds.is_some() {
        println!("seeds {first}..{seed}");
        for kind in edit_kinds() {
            println!("{:6} {kind}", compared.get(kind).unwrap_or(&0));
        }
    }
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// The comparison of a description and an edited one, with the kind of the edit; `None` if one of them has errors.
fn edited(folder: &Path, seed: u64) -> Option<(&'static str, Result<(), String>)> {
    let old = Document::from_seed(seed);
    // Large ones take long, and their parts are alike.
    if old.spec.to_string().len() > MAX_SIZE {
        return None;
    }
    let mut new = old.clone();
    let edit = edit(&mut seeded(seed ^ 0x5eed).choices(), &mut new)?;
    let before = version(&folder.join("old"), &old, None)?;
    let after = version(&folder.join("new"), &new, Some(&before.output.names))?;
    Some((edit.kind, check(&edit, &before, &after, old.overlay.is_some())))
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

fn check(edit: &Edit, before: &Version, after: &Version, has_overlay: bool) -> Result<(), String> {
    let mut report = compare(&before.output.catalogue, &after.output.catalogue);
    trees(&before.tree, &after.tree, &mut report);
    let wrong = |what: &str| {
        let entries = report.entries.iter();
        let entries = entries.map(|entry| {
            format!("    {} [{}] {}: {} {:?}\n", entry.rule, entry.flags, entry.subject, entry.message, entry.items)
        });
        Err(format!("{edit}\n  {what}\n{}", entries.collect::<String>()))
    };
    let (old, new) = (&before.output.files, &after.output.files);
    if report.entries.is_empty() {
        // What an overlay overwrites or removes in both versions is not a difference.
        let is_overwritten = has_overlay && same(&before.tree, &after.tree) && old == new;
        return if is_overwritten { Ok(()) } else { wrong("there is no entry") };
    }
    let renames = renames(&report);
    let (old_items, new_items) = (items(old, &renames), items(new, &BTreeMap::new()));
    let names: BTreeSet<&String> = old_items.keys().chain(new_items.keys()).collect();
    let mentioned = mentioned(&report);
    for name in names {
        let (old, new) = (old_items.get(name), new_items.get(name));
        if old != new && !mentioned.contains(name.as_str()) {
            return wrong(&format!("`{name}` differs:\n{old:?}\n{new:?}"));
        }
    }
    let flags = report.flags();
    let uses = |files| Handler::new(files).expect("emitted sources are Rust");
    let (old_uses, new_uses) = (uses(old), uses(new));
    let (old_uses, new_uses) = (old_uses.uses(), new_uses.uses());
    let gone: Vec<_> = old_uses.difference(&new_uses).collect();
    if gone.is_empty() == flags.has(Flags::SOURCE) {
        return wrong(&format!("`source` is wrong: {gone:#?} are gone"));
    }
    let difference = Difference::between(old, new);
    if (difference == Difference::None) != (report.step() == Step::None) {
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let differ: Vec<_> = paths.into_iter().filter(|path| old.get(*path) != new.get(*path)).collect();
        return wrong(&format!("the step is wrong for a difference of {differ:?}"));
    }
    if (difference == Difference::Docs) != (flags == Flags::DOCS) {
        return wrong("`docs` is wrong: the code is the same, or is not");
    }
    if new_uses.difference(&old_uses).next().is_some() && report.step() < Step::Minor {
        return wrong("the step is wrong: public items are new");
    }
    Ok(())
}

/// The old and new names of types, if that is all that an entry is about.
fn renames(report: &Report) -> BTreeMap<&str, &str> {
    let is_rename = |entry: &&Entry| matches!(entry.rule, Rule::TypeRenamed | Rule::VendorRenamed);
    let names = report.entries.iter().filter(is_rename).map(|entry| match &entry.items[..] {
        [old, new, ..] => (old.as_str(), new.as_str()),
        items => panic!("a rename has two names: {items:?}"),
    });
    names.collect()
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

/// The types of the modules of payloads, by name: tokens with their codec, without docs, and with the new names of types.
fn items(files: &BTreeMap<String, String>, renames: &BTreeMap<&str, &str>) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("src/") && *path != "src/lib.rs") {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for mut item in file.items {
            strip(&mut item);
            rename(&mut item, renames);
            let name = match &item {
                Item::Struct(item) => item.ident.to_string(),
                Item::Enum(item) => item.ident.to_string(),
                Item::Macro(item) => {
                    let first = item.mac.tokens.clone().into_iter().next().map(|token| token.to_string());
                    first.unwrap_or_default().trim_start_matches("r#").to_owned()
                }
                _ => continue,
            };
            *found.entry(name).or_default() += &item.to_token_stream().to_string();
        }
    }
    found.remove("#");
    found
}

/// Gives types their new names. Variants and fields of the same name are not types.
fn rename(item: &mut Item, renames: &BTreeMap<&str, &str>) {
    let new = |ident: &Ident| match renames.get(ident.to_string().as_str()) {
        Some(new) => Ident::new(new, ident.span()),
        None => ident.clone(),
    };
    let rename_fields = |fields: &mut Fields| {
        for field in fields {
            field.ty = Type::Verbatim(within(field.ty.to_token_stream(), &new));
        }
    };
    match item {
        Item::Struct(item) => {
            item.ident = new(&item.ident);
            rename_fields(&mut item.fields);
        }
        Item::Enum(item) => {
            item.ident = new(&item.ident);
            item.variants.iter_mut().for_each(|variant| rename_fields(&mut variant.fields));
        }
        // `TYPE { … }` or `TYPE: VENDOR, EventType::VARIANT, …`.
        Item::Macro(item) => {
            let mut is_type = true;
            let tokens = item.mac.tokens.clone().into_iter().map(|token| match token {
                TokenTree::Ident(ident) if is_type => new(&ident).into(),
                token => {
                    is_type = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == ':') && is_type;
                    token
                }
            });
            item.mac.tokens = tokens.collect();
        }
        _ => {}
    }
}

/// Tokens of a type with other names, without commas at the end of what is wrapped.
fn within(tokens: TokenStream, new: &impl Fn(&Ident) -> Ident) -> TokenStream {
    let is = |token: &TokenTree, mark: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark);
    let mut found: Vec<TokenTree> = Vec::new();
    for token in tokens {
        if is(&token, '>') {
            found.pop_if(|last| is(last, ','));
        }
        found.push(match token {
            TokenTree::Ident(ident) => new(&ident).into(),
            TokenTree::Group(group) => Group::new(group.delimiter(), within(group.stream(), new)).into(),
            token => token,
        });
    }
    found.pop_if(|last| is(last, ','));
    found.into_iter().collect()
}

#[test]
fn only_types_have_their_new_names() {
    let of = |text: &str, renames: &[(&'static str, &'static str)]| {
        let files = BTreeMap::from([("src/it.rs".to_owned(), text.to_owned())]);
        items(&files, &renames.iter().copied().collect())
    };
    let text = |ty: &str, other: &str, within: &str| {
        format!(
            "pub enum {ty} {{ Item, Other({other}), All(Option<{within}>) }} \
             codec::untagged_union! {{ {ty} {{ Item, Other, All, .. Unknown }} }} \
             codegen::payload!({ty}: {other}, EventType::Item, \"item.json\");"
        )
    };
    let renames = [("Item", "NewItem"), ("Other", "NewOther"), ("Inner", "NewInner")];
    // A long type is wrapped.
    let (old, new) = (text("Item", "Other", "Inner,"), text("NewItem", "NewOther", "NewInner"));
    assert_eq!(of(&old, &renames), of(&new, &[]));
    // The name of a variant is not that of a type.
    assert_ne!(of(&old, &renames), of(&new.replace("{ Item,", "{ NewItem,"), &[]));
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
