//! `lib.rs`: the crate's front page, its modules and re-exports.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::signature::{self, Constructor, SchemeItem};
use super::{Emitter, docs, imports};
use crate::format::SourceFile;
use crate::ir::{Api, Type};
use crate::names::{RECEIVER, Reexport};
use crate::signature::Scheme;

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
                "shared" => "Types that several topics share.".to_owned(),
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

fn front_page(emitter: &Emitter<'_>) -> String {
    let Emitter { api, names, .. } = emitter;
    let vendor = emitter.vendor_name();
    let title = docs::harmless_line(&api.title);
    let version = docs::code(&api.version);
    let crate_name = emitter.names.crate_ident();
    let events = match api.webhooks.len() {
        1 => "one event type".to_owned(),
        count => format!("{count} event types"),
    };
    let payload = api.webhooks.first().map(|webhook| names.ty(webhook.payload).to_string()).unwrap_or_default();
    let constructor = emitter.constructor();
    let arguments = setup_arguments(emitter);
    let (verified, checks) = match &api.scheme {
        Some(Scheme::Unsigned) => ("", ""),
        _ => ("verified, ", "checks signatures, "),
    };
    let mut page = docs::wrapped(&format!(
        "Typed webhooks of {vendor}: {events}, {verified}decoded and routed.\n\n\
         From the description \"{title}\", version {version}.\n\n\
         ```text\n\
         let service = {crate_name}::{constructor}({arguments})\n    \
             .on(|event: {payload}| async move {{ println!(\"{{event:?}}\") }})\n    \
             .into_service();\n\
         ```\n\n\
         Start with [`{constructor}`]: it {checks}decodes each delivery by its event type and runs one handler. \
         A delivery that cannot be decoded, or whose event type is unknown, reaches the fallback with its raw bytes.\n\n\
         - [`EventType`] and [`Topic`] are the names, as data; [`Event`] is any event.\n\
         - Each event type has a payload type of its own, such as [`{payload}`].\n\
         - Values of enums and members of objects that the description does not list are kept, and written back when a \
           payload is encoded. [`ReceiverService::drift`] counts the deliveries that have any.\n\n\
         # Features\n\n\
         `jiff`, `url` and `uuid` add typed access to formatted strings, see [`Text`]. They never change a type. \
         `serve` and `testing` add these modules to [`webhook_receiver`]. For its other features, such as `metrics`, depend \
         on `webhook-receiver` as well and enable them there."
    ));
    if let Some(description) = api.description.as_deref().map(docs::harmless).filter(|text| !text.is_empty()) {
        page.push_str("\n\n# Description by the vendor\n\n");
        // The vendor's headings come below ours.
        for line in description.lines() {
            page.push_str(if line.starts_with('#') { "##" } else { "" });
            page.push_str(line);
            page.push('\n');
        }
    }
    page
}

/// What the front page passes to the constructor.
fn setup_arguments(emitter: &Emitter<'_>) -> String {
    let event_type = emitter.names.event_types().first().filter(|_| emitter.has_addresses());
    let event_type = event_type.map(|event_type| format!("EventType::{event_type}"));
    let trusted = match &emitter.api.scheme {
        None => Some("verifier"),
        Some(Scheme::StandardWebhooks { .. }) => Some("Secret::from_env(\"WEBHOOK_SECRET\")?"),
        Some(Scheme::Hmac(_)) => Some("TextSecret::from_env(\"WEBHOOK_SECRET\")?"),
        Some(Scheme::Unsigned) => None,
    };
    event_type.into_iter().chain(trusted.map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn emitted_code_states_the_version_that_the_receiver_has() {
        assert_eq!(super::CONTRACT, webhook_receiver::codegen::CONTRACT);
    }
}
