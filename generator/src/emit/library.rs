//! `lib.rs`: the crate's front page, its modules and re-exports.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::front_page::front_page;
use super::signature::{self, Constructor, SchemeItem};
use super::{Emitter, docs, imports};
use crate::format::SourceFile;
use crate::ir::{Api, Type};
use crate::names::{RECEIVER, Reexport};

/// The version of the contract between emitted code and the receiver, see `webhook_receiver::codegen`.
pub(crate) const CONTRACT: u32 = 1;

/// The file.
pub(super) fn file(emitter: &Emitter<'_>) -> SourceFile {
    let attributes = "#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n";
    let header = emitter.header(&front_page(emitter));
    let mut file = SourceFile::new(format!("{header}\n{attributes}{}", emitter.lints_of_names()));
    file.item(Modules { emitter });
    let contract = Literal::u32_unsuffixed(CONTRACT);
    file.item(quote!(webhook_receiver::codegen::contract!(#contract);));
    file.item(VendorItem { emitter });
    file.item(SchemeItem { scheme: emitter.api.scheme.as_ref() });
    file.item(Constructor { emitter });
    file
}

/// The names that a crate re-exports from the receiver.
pub(crate) fn reexports(api: &Api) -> Vec<&'static str> {
    let types = || api.types.iter().flat_map(|def| def.kind.types()).flat_map(Type::walk);
    let is_mentioned = |name: &str| {
        types().any(|ty| match ty {
            Type::Deep(_) => name == "Deep",
            Type::Implied(_) => name == "Implied",
            _ => false,
        })
    };
    let scheme = signature::reexports(api.scheme.as_ref());
    let wanted = RECEIVER.iter().filter(|(name, reexport)| match reexport {
        Reexport::Always => true,
        Reexport::IfMentioned => is_mentioned(name),
        Reexport::ForScheme => scheme.contains(name),
    });
    wanted.map(|(name, _)| *name).collect()
}

/// The modules and re-exports.
struct Modules<'a> {
    emitter: &'a Emitter<'a>,
}

impl ToTokens for Modules<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Emitter { api, modules, .. } = self.emitter;
        let docs = modules.keys().map(|&module| {
            docs::outer(&match module {
                "shared" => "Types that several modules use.".to_owned(),
                "payloads" => "Payloads of event types that have no topic.".to_owned(),
                _ => format!("Payloads about {}.", docs::code(module)),
            })
        });
        let modules: Vec<_> = modules.keys().map(|module| format_ident!("{module}")).collect();
        let receiver = imports::list(reexports(api));
        tokens.extend(quote! {
            mod event;
            mod event_type;
            #(#docs pub mod #modules;)*

            pub use event::Event;
            pub use event_type::{EventType, Topic};
            #(pub use #modules::*;)*
            pub use webhook_receiver;
            pub use webhook_receiver::{#(#receiver),*};
        });
    }
}

/// The type that represents the vendor.
struct VendorItem<'a> {
    emitter: &'a Emitter<'a>,
}

impl ToTokens for VendorItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let vendor = &self.emitter.names.vendor;
        let docs = docs::outer(&format!("The webhooks of {vendor}, as a type parameter of [`Receiver`]."));
        tokens.extend(quote! {
            #docs
            #[derive(Clone, Copy, Debug)]
            pub enum #vendor {}
        });
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn emitted_code_states_the_version_that_the_receiver_has() {
        assert_eq!(super::CONTRACT, webhook_receiver::codegen::CONTRACT);
    }
}
