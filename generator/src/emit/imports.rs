//! The imports of an emitted file, found by what its items mention.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Item;

use super::Emitter;
use crate::format::SourceFile;
use crate::names::{CODEGEN, RECEIVER, ident};

/// What emitted code names of other crates, by path, in the order of the imports.
fn foreign() -> [(&'static str, Vec<&'static str>); 4] {
    let receiver = RECEIVER.iter().map(|(name, _)| *name);
    [
        ("std::collections", vec!["BTreeMap"]),
        ("std::sync", vec!["mpsc"]),
        ("webhook_receiver::codegen", CODEGEN.iter().copied().chain(["codec"]).collect()),
        ("webhook_receiver", receiver.chain(["codegen", "format", "testing"]).collect()),
    ]
}

/// The names that a file can import.
pub(super) struct Imports<'a> {
    /// The path of each name that is not a type of a module.
    known: HashMap<String, String>,
    /// The module of each type.
    homes: &'a HashMap<String, &'a str>,
    /// The module whose types the file declares itself.
    module: &'a str,
    /// The path of the emitted crate.
    root: String,
}

impl<'a> Imports<'a> {
    /// For a file of payloads.
    pub(super) fn of_module(emitter: &'a Emitter<'_>, module: &'a str) -> Self {
        Self::new(emitter, module, "crate", ["EventType".to_owned(), emitter.vendor_name()])
    }

    /// For a file without definitions.
    pub(super) fn of_crate(emitter: &'a Emitter<'_>) -> Self {
        Self::of_module(emitter, "")
    }

    /// For an integration test.
    pub(super) fn of_test(emitter: &'a Emitter<'_>) -> Self {
        let own =
            ["EventType", "Outcome", "Payload", "SIGNATURE_SCHEME", "StandardWebhooks", "Verifier"].map(str::to_owned);
        let constructor = emitter.constructor().to_owned();
        let own = own.into_iter().chain([emitter.vendor_name(), constructor]);
        Self::new(emitter, "", &emitter.names.crate_ident().to_string(), own)
    }

    fn new(emitter: &'a Emitter<'_>, module: &'a str, root: &str, own: impl IntoIterator<Item = String>) -> Self {
        let foreign = foreign().into_iter().flat_map(|(path, names)| names.into_iter().map(move |name| (name, path)));
        let foreign = foreign.map(|(name, path)| (name.to_owned(), path.to_owned()));
        let own = own.into_iter().map(|name| (name, root.to_owned()));
        Self { known: foreign.chain(own).collect(), homes: &emitter.homes, module, root: root.to_owned() }
    }

    /// The path that a name is imported from; `None` if it needs no import.
    fn path(&self, name: &str) -> Option<&str> {
        let is_elsewhere = || self.homes.get(name).is_some_and(|home| *home != self.module);
        self.known.get(name).map(String::as_str).or_else(|| is_elsewhere().then_some(&*self.root))
    }

    /// Puts the imports that the items of a file need in front of them.
    pub(super) fn add_to(&self, file: &mut SourceFile) {
        let mut mentioned = BTreeSet::new();
        file.items().iter().for_each(|item| mentions(item, &mut mentioned));
        for name in file.items().iter().filter_map(declared) {
            mentioned.remove(&name.to_string());
        }
        let mut paths: HashMap<&str, Vec<String>> = HashMap::new();
        for name in mentioned {
            if let Some(path) = self.path(&name) {
                paths.entry(path).or_default().push(name);
            }
        }
        let foreign = foreign().map(|(path, _)| path);
        let own = paths.keys().copied().filter(|path| !foreign.contains(path));
        let order: Vec<&str> = foreign.into_iter().chain(own).collect();
        let uses = order.into_iter().filter_map(|path| {
            let names = list(paths.get(path)?.iter().map(String::as_str));
            let path: TokenStream = path.parse().ok()?;
            Some(match names.len() {
                1 => quote!(use #path::#(#names)*;),
                _ => quote!(use #path::{#(#names),*};),
            })
        });
        file.prepend(quote!(#(#uses)*));
    }
}

/// Names for a `use`, each once, in the order of rustfmt.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Ident> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by_key(|name| (name.starts_with(char::is_lowercase), *name));
    names.dedup();
    names.into_iter().map(ident).collect()
}

/// The name that an item declares.
fn declared(item: &Item) -> Option<&Ident> {
    match item {
        Item::Struct(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        _ => None,
    }
}

/// Adds the names that an item mentions: not those that it declares, such as variants.
fn mentions(item: &Item, names: &mut BTreeSet<String>) {
    match item {
        Item::Struct(item) => item.fields.iter().for_each(|field| in_tokens(field.ty.to_token_stream(), names)),
        Item::Enum(item) => {
            let fields = item.variants.iter().flat_map(|variant| &variant.fields);
            fields.for_each(|field| in_tokens(field.ty.to_token_stream(), names));
        }
        Item::Macro(item) => {
            in_tokens(item.mac.path.to_token_stream(), names);
            // Rows in braces list members and variants.
            let is_row =
                |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            in_tokens(item.mac.tokens.clone().into_iter().filter(|token| !is_row(token)).collect(), names);
        }
        item => in_tokens(item.to_token_stream(), names),
    }
}

/// Adds the identifiers that begin a path, other than those of associated types, as in `<Webhooks = Acme>`.
fn in_tokens(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let (mut within_path, mut within_list) = (false, false);
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(name) => {
                let is_assigned = within_list && tokens.peek().is_some_and(is_assignment);
                if !within_path && !is_assigned {
                    names.insert(name.to_string());
                }
            }
            TokenTree::Group(group) => in_tokens(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        let sign = if let TokenTree::Punct(punct) = &token { Some((punct.as_char(), punct.spacing())) } else { None };
        within_path =
            matches!(sign, Some((':', Spacing::Joint) | ('.', _))) || within_path && matches!(sign, Some((':', _)));
        within_list = matches!(sign, Some(('<' | ',', _)));
    }
}

fn is_assignment(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == '=' && sign.spacing() == Spacing::Alone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(item: TokenStream, expected: &[&str]) {
        let item = syn::parse2(item).expect("an item");
        let mut names = BTreeSet::new();
        mentions(&item, &mut names);
        assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn types_are_mentioned() {
        check(
            quote!(
                pub struct A {
                    b: Option<Text<format::Uuid>>,
                    format: C,
                }
            ),
            &["C", "Option", "Text", "format"],
        );
        check(
            quote!(
                pub enum A {
                    B,
                    C(D),
                    E(Box<F>),
                }
            ),
            &["Box", "D", "F"],
        );
    }

    #[test]
    fn paths_are_mentioned_by_their_beginning() {
        check(quote!(impl A for B { const C: D = E::F; }), &["A", "B", "C", "D", "E", "const", "for", "impl"]);
        check(quote!(codec::object! { A { "b" => b: required, ..undeclared } }), &["A", "codec"]);
        check(
            quote!(
                fn a<B: C<D = E>>() {}
            ),
            &["B", "C", "E", "a", "fn"],
        );
        check(quote!(codec::payload!(A: V, EventType::B, "c");), &["A", "EventType", "V", "codec"]);
    }
}
