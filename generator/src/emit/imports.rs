//! The imports of an emitted file, found by what its items mention.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

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
        let mut paths: HashMap<&str, Vec<String>> = HashMap::new();
        for name in file.undeclared() {
            if let Some(path) = self.path(name) {
                paths.entry(path).or_default().push(name.to_owned());
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
        file.import(quote!(#(#uses)*));
    }
}

/// Names for a `use`, each once, in the order of rustfmt.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Ident> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by_key(|name| (name.starts_with(char::is_lowercase), *name));
    names.dedup();
    names.into_iter().map(ident).collect()
}

#[cfg(test)]
mod tests {
    use super::foreign;
    use crate::config::CrateName;

    #[test]
    fn no_crate_is_called_like_a_module_that_its_tests_import() {
        let names = foreign().into_iter().flat_map(|(_, names)| names);
        for module in names.filter(|name| name.starts_with(char::is_lowercase)) {
            assert!(module.parse::<CrateName>().is_err(), "{module}");
        }
    }
}
