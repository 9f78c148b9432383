//! No doc comment of an emitted crate repeats a paragraph of another one beside it: of an item and its members, of a file and
//! its items, of a member and its type.

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use quote::ToTokens;
use support::fixtures;
use syn::{Attribute, Fields, ImplItem, Item, TraitItem, Type, Variant};
use webhook_generator::generate;

#[test]
fn no_doc_comment_repeats_another() {
    let mut repeats = Vec::new();
    // One text of this fixture has all others in it.
    for fixture in fixtures("crates").into_iter().filter(|fixture| fixture.name != "hostile-texts") {
        let files = generate(&fixture.request()).output.unwrap_or_else(|| panic!("{} fails", fixture.name)).files;
        repeats.extend(repeated(&files).into_iter().map(|repeat| format!("{}: {repeat}", fixture.name)));
    }
    repeats.extend(repeated(&sources(Path::new("../generated"))));
    assert!(repeats.is_empty(), "{}", repeats.join("\n"));
}

#[test]
fn repeats_are_found() {
    let text = "
        //! Doors.
        //!
        //! Of a house.

        /// Of a
        /// house.
        pub struct Door {
            /// Who owns it.
            pub owner: Option<Owner>,
            /// `locked`: a boolean.
            pub locked: bool,
        }

        /// Its owner.
        ///
        /// Who owns it.
        pub enum Owner {
            /// Its owner.
            Someone(String),
        }

        impl Door {
            /// Of a house.
            pub fn is_open(&self) {}
        }
    ";
    let files = BTreeMap::from([("src/lib.rs".to_owned(), text.to_owned())]);
    assert_eq!(
        repeated(&files),
        [
            "src/lib.rs: `Door` and the file: Of a house.",
            "src/lib.rs: `owner` of `Door` and `Owner`: Who owns it.",
            "src/lib.rs: `Someone` of `Owner` and `Owner`: Its owner.",
            "src/lib.rs: `is_open` of `Door` and `Door`: Of a house.",
        ]
    );
}

/// The Rust files of a crate, by path.
fn sources(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder.join("src")).expect("the folder can be listed");
    let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
    paths.map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("the file can be read"))).collect()
}

/// What a doc comment repeats of one beside it.
fn repeated(files: &BTreeMap<String, String>) -> Vec<String> {
    let parsed: Vec<(&String, syn::File)> = files
        .iter()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|extension| extension == "rs"))
        .map(|(path, text)| (path, syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"))))
        .collect();
    let items = parsed.iter().flat_map(|(_, file)| &file.items);
    let types: Types = items.filter_map(|item| Some((type_name(item)?, paragraphs(attributes(item))))).collect();
    let mut repeats = Vec::new();
    for (path, file) in &parsed {
        let mut checked = Checked { path, types: &types, repeats: &mut repeats };
        let of_file = paragraphs(&file.attrs);
        for item in &file.items {
            checked.item(item, &of_file);
        }
    }
    repeats
}

/// The paragraphs of the docs of each type.
type Types = HashMap<String, BTreeSet<String>>;

struct Checked<'a> {
    path: &'a str,
    types: &'a Types,
    repeats: &'a mut Vec<String>,
}

impl Checked<'_> {
    fn compare(&mut self, one: &BTreeSet<String>, what: &str, other: &BTreeSet<String>, with: &str) {
        let same = one.intersection(other).map(|paragraph| format!("{}: {what} and {with}: {paragraph}", self.path));
        self.repeats.extend(same);
    }

    fn item(&mut self, item: &Item, around: &BTreeSet<String>) {
        let own = paragraphs(attributes(item));
        let name = type_name(item).unwrap_or_default();
        self.compare(&own, &format!("`{name}`"), around, "the file");
        match item {
            Item::Struct(item) => self.fields(&item.fields, &name, &own),
            Item::Enum(item) => {
                for Variant { ident, attrs, fields, .. } in &item.variants {
                    self.member(&ident.to_string(), attrs, &name, &own);
                    self.types(&ident.to_string(), attrs, fields, &name);
                }
            }
            Item::Impl(item) => {
                let name = item.self_ty.to_token_stream().to_string();
                let of_type = self.types.get(&name).cloned().unwrap_or_default();
                for inner in &item.items {
                    let (inner_name, attrs) = match inner {
                        ImplItem::Fn(inner) => (&inner.sig.ident, &inner.attrs),
                        ImplItem::Const(inner) => (&inner.ident, &inner.attrs),
                        ImplItem::Type(inner) => (&inner.ident, &inner.attrs),
                        _ => continue,
                    };
                    self.member(&inner_name.to_string(), attrs, &name, &of_type);
                    self.member(&inner_name.to_string(), attrs, &name, &own);
                }
            }
            Item::Trait(item) => {
                for inner in &item.items {
                    if let TraitItem::Fn(inner) = inner {
                        self.member(&inner.sig.ident.to_string(), &inner.attrs, &name, &own);
                    }
                }
            }
            Item::Mod(item) => {
                for inner in item.content.iter().flat_map(|(_, items)| items) {
                    self.item(inner, &own);
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &Fields, owner: &str, of_owner: &BTreeSet<String>) {
        for field in fields {
            let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            self.member(&name, &field.attrs, owner, of_owner);
            self.type_of(&name, &field.attrs, &field.ty, owner);
        }
    }

    fn member(&mut self, name: &str, attributes: &[Attribute], owner: &str, of_owner: &BTreeSet<String>) {
        self.compare(&paragraphs(attributes), &format!("`{name}` of `{owner}`"), of_owner, &format!("`{owner}`"));
    }

    fn types(&mut self, name: &str, attributes: &[Attribute], fields: &Fields, owner: &str) {
        for field in fields {
            self.type_of(name, attributes, &field.ty, owner);
        }
    }

    /// Compares a member with the types that it has or contains.
    fn type_of(&mut self, name: &str, attributes: &[Attribute], ty: &Type, owner: &str) {
        let words: BTreeSet<String> = words(&ty.to_token_stream().to_string());
        for ty in words {
            if let Some(of_type) = self.types.get(&ty) {
                let own = paragraphs(attributes);
                self.compare(&own, &format!("`{name}` of `{owner}`"), of_type, &format!("`{ty}`"));
            }
        }
    }
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
}

fn type_name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Struct(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Mod(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Const(item) => item.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        _ => &[],
    }
}

/// The paragraphs of a doc comment, each on one line. Without what is about the item alone although the words are the same:
/// code, and that the item is deprecated.
fn paragraphs(attributes: &[Attribute]) -> BTreeSet<String> {
    let mut lines: Vec<String> = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let text = match &attribute.meta {
            syn::Meta::NameValue(meta) => match &meta.value {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => text.value(),
                _ => continue,
            },
            _ => continue,
        };
        lines.extend(if text.is_empty() { vec![String::new()] } else { text.lines().map(str::to_owned).collect() });
    }
    let (mut paragraphs, mut paragraph, mut is_code) = (BTreeSet::new(), Vec::new(), false);
    for line in lines.iter().map(|line| line.trim()).chain([""]) {
        let is_fence = line.starts_with("```");
        if line.is_empty() || is_fence || is_code {
            paragraphs.insert(std::mem::take(&mut paragraph).join(" "));
        } else {
            paragraph.push(line);
        }
        is_code ^= is_fence;
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty() && paragraph != "**Deprecated** by the vendor.");
    paragraphs
}
