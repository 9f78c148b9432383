//! From the intermediate representation to source files: one type per emitted item, which converts into tokens. It cannot
//! fail.

mod constant;
mod docs;
mod enum_;
mod event;
mod event_type;
mod fixtures;
mod front_page;
pub(crate) mod guard;
mod handler;
mod imports;
mod library;
mod manifest;
mod newtype;
mod payload;
mod signature;
mod struct_;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;
mod topic;
mod type_ref;
mod union_;

use std::collections::{BTreeMap, HashMap, HashSet};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::budget::{Budget, Resource};
use crate::diagnostics::Place;
use crate::document::Origin;
use crate::format::SourceFile;
use crate::ir::{Api, Field, Kind, TypeId};
use crate::names::Names;
use crate::source::Sources;

pub(crate) use library::{CONTRACT, reexports};
pub use manifest::{Manifest, manifest};

/// What emitted items are made from.
pub struct Emitter<'a> {
    api: &'a Api,
    names: &'a Names,
    sources: &'a Sources,
    budget: &'a Budget,
    /// The indices of the webhooks, by their payloads.
    payloads: HashMap<TypeId, usize>,
    /// The definitions of each module of payloads, the modules in alphabetical order.
    modules: BTreeMap<&'a str, Vec<TypeId>>,
    /// The module of each type, by the type's name.
    homes: HashMap<String, &'a str>,
    /// The fields that all payloads have.
    common: Vec<&'a Field>,
    /// Values of members in the examples of payloads.
    values: docs::Values,
    /// The inline types that are described where members have them.
    described: HashSet<TypeId>,
}

impl<'a> Emitter<'a> {
    /// An emitter of the crate. The sources are for the places in docs.
    pub fn new(api: &'a Api, names: &'a Names, sources: &'a Sources, budget: &'a Budget) -> Self {
        let mut modules: BTreeMap<&str, Vec<TypeId>> = BTreeMap::new();
        for id in (0..api.types.len()).map(TypeId) {
            modules.entry(names.module(id)).or_default().push(id);
        }
        let homes = modules.iter().flat_map(|(module, ids)| ids.iter().map(|id| (names.ty(*id).to_string(), *module)));
        let homes = homes.collect();
        let common = api.common_fields();
        let payloads = api.webhooks.iter().enumerate().map(|(index, webhook)| (webhook.payload, index)).collect();
        let (values, described) = (docs::Values::of(api), docs::described_by_members(api));
        Self { api, names, sources, budget, payloads, modules, homes, common, values, described }
    }

    /// Hands over the source files of the crate one by one, and returns all other files except the manifest. Ends early if
    /// they are larger than the budget allows.
    pub(crate) fn files(&self, mut source: impl FnMut(String, SourceFile)) -> BTreeMap<String, String> {
        source("src/lib.rs".to_owned(), library::file(self));
        source("src/event.rs".to_owned(), event::file(self));
        source("src/event_type.rs".to_owned(), event_type::file(self));
        for (module, ids) in &self.modules {
            if self.budget.is_exceeded() {
                return BTreeMap::new();
            }
            source(format!("src/{module}.rs"), self.module(module, ids));
        }
        if let Some(file) = fixtures::example_tests(self) {
            source("tests/examples.rs".to_owned(), file);
        }
        source("tests/handlers.rs".to_owned(), handler::tests(self));
        fixtures::files(self.api, self.names)
    }

    /// A file of payloads and the types that they are made of.
    fn module(&self, module: &str, ids: &[TypeId]) -> SourceFile {
        let mut file = SourceFile::new(self.header(&docs::module(self, ids)));
        for &id in ids {
            let before = file.size();
            file.item(Definition { emitter: self, id });
            let origin = || Place::Value(self.api.def(id).origin.clone());
            self.budget.spend(Resource::Output, file.size() - before, origin);
            if self.budget.is_exceeded() {
                break;
            }
        }
        imports::Imports::of_module(self, module).add_to(&mut file);
        file
    }

    /// The index of the webhook whose payload a type is; `None` for other types.
    fn webhook_of(&self, id: TypeId) -> Option<usize> {
        self.payloads.get(&id).copied()
    }

    /// The lints that a crate's root allows: names in other scripts come from the description, so the user cannot change them.
    fn lints_of_names(&self) -> &'static str {
        if self.names.are_ascii() {
            ""
        } else {
            "#![allow(confusable_idents, mixed_script_confusables, uncommon_codepoints)]\n"
        }
    }

    /// How every source file begins. The generator formats what it writes, so rustfmt must leave it alone.
    fn header(&self, docs: &str) -> String {
        let spec = self.sources.description().map_or("the description", |file| self.sources.relative_name(file));
        let spec = docs::code(spec);
        format!(
            "// Generated by `cargo webhooks generate` from {spec}; do not edit by hand.\n#![cfg_attr(rustfmt, rustfmt_skip)]\n\n{}",
            docs::inner(docs)
        )
    }

    /// Where something is described: the file and the JSON pointer.
    fn place(&self, origin: &Origin) -> String {
        format!("{}#{}", self.sources.relative_name(origin.file()), origin.pointer())
    }

    fn vendor_name(&self) -> String {
        self.names.vendor.to_string()
    }
}

/// A type with its codec, and with what makes it a payload.
struct Definition<'a> {
    emitter: &'a Emitter<'a>,
    id: TypeId,
}

impl ToTokens for Definition<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { emitter, id } = *self;
        let docs = docs::definition(emitter, id);
        let item = match &emitter.api.def(id).kind {
            Kind::Struct(object) => struct_::StructItem { emitter, id, object }.to_token_stream(),
            Kind::Enum(listed) => enum_::EnumItem { names: emitter.names, id, listed }.to_token_stream(),
            Kind::Constant(value) => constant::ConstantItem { ty: emitter.names.ty(id), value }.to_token_stream(),
            Kind::Union(union) => union_::UnionItem { emitter, id, union }.to_token_stream(),
            Kind::Newtype(inner) => newtype::NewtypeItem { names: emitter.names, id, inner }.to_token_stream(),
        };
        let payload = emitter.webhook_of(id).map(|index| payload::PayloadItem { emitter, index });
        tokens.extend(quote!(#docs #item #payload));
    }
}
