//! `lib.rs`: the crate's front page, and the glue to the receiver.

use proc_macro2::Literal;
use quote::{format_ident, quote};

use super::{Emitter, docs, imports};
use crate::format::SourceFile;
use crate::ir::{Scheme, Type};

/// The version of the contract between emitted code and the receiver, see `webhook_receiver::codegen`.
pub(super) const CONTRACT: u32 = 1;

/// What is re-exported of the receiver, whatever the signature scheme.
const RECEIVER_TYPES: [&str; 18] = [
    "DecodeError",
    "Delivery",
    "Integer",
    "JsonValue",
    "Number",
    "Outcome",
    "Payload",
    "Reason",
    "Receiver",
    "ReceiverService",
    "HandlerState",
    "Text",
    "Undeclared",
    "UnknownEvent",
    "UnknownName",
    "Unrouted",
    "Verifier",
    "VerifyError",
];

impl Emitter<'_> {
    /// The file.
    pub(super) fn library(&self) -> SourceFile {
        let attributes = "#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n";
        let header = self.header(&self.front_page());
        let mut file = SourceFile::new(format!("{header}\n{attributes}{}", self.lints_of_names()));
        let modules: Vec<_> = self.modules.keys().map(|module| format_ident!("{module}")).collect();
        let docs = modules.iter().map(|module| {
            let name = module.to_string();
            let text = match name.as_str() {
                "shared" => "Types that several topics share.".to_owned(),
                "payloads" => "Payloads of event types that have no topic.".to_owned(),
                _ => format!("Payloads about {}.", docs::code(&name)),
            };
            docs::outer(&text)
        });
        let contract = Literal::u32_unsuffixed(CONTRACT);
        file.item(quote!(webhook_receiver::codegen::contract!(#contract);));
        file.item(quote! {
            mod event;
            mod event_type;
            #(#docs pub mod #modules;)*
        });
        let mut receiver = RECEIVER_TYPES.to_vec();
        receiver.extend(self.signature_types());
        let deep = self.api.types.iter().flat_map(|def| def.kind.types()).any(|ty| matches!(ty, Type::Deep(_)));
        receiver.extend(deep.then_some("Deep"));
        let receiver = imports::list(receiver);
        file.item(quote! {
            pub use event::Event;
            pub use event_type::{EventType, Topic};
            #(pub use #modules::*;)*
            pub use webhook_receiver;
            pub use webhook_receiver::{#receiver};
        });
        let vendor = &self.names.vendor;
        let name = self.vendor_name();
        let vendor_docs = docs::outer(&format!("The webhooks of {name}: what the receiver has to know of them."));
        file.item(quote! {
            #vendor_docs
            #[derive(Clone, Copy, Debug)]
            pub enum #vendor {}
        });
        for item in self.signature() {
            file.item(item);
        }
        file
    }

    fn front_page(&self) -> String {
        let vendor = self.vendor_name();
        let title = docs::harmless_line(&self.api.title);
        let version = docs::code(&self.api.version);
        let crate_name = self.names.crate_name.replace('-', "_");
        let events = match self.api.webhooks.len() {
            1 => "one event type".to_owned(),
            count => format!("{count} event types"),
        };
        let example =
            self.api.webhooks.first().map(|webhook| self.names.ty(webhook.payload).to_string()).unwrap_or_default();
        let setup = format!("let service = {crate_name}::{}", self.constructor_call());
        let constructor = self.constructor();
        let (verified, checks) = match &self.api.scheme {
            Some(Scheme::Unsigned) => ("", ""),
            _ => ("verified, ", "checks signatures, "),
        };
        let mut page = docs::wrapped(&format!(
            "Typed webhooks of {vendor}: {events}, {verified}decoded and routed.\n\n\
             From the description \"{title}\", version {version}.\n\n\
             ```text\n{setup}\n    .on(|event: {example}| async move {{ println!(\"{{event:?}}\") }})\n    .into_service();\n```\n\n\
             [`{constructor}`] is where to begin: it {checks}decodes each delivery by its event type and runs one handler. \
             A delivery that cannot be decoded, or whose event type is not known, reaches the fallback with its raw bytes.\n\n\
             - [`EventType`] and [`Topic`] are the names, as data; [`Event`] is any event.\n\
             - Each event type has a payload type of its own, such as [`{example}`].\n\
             - Values of enums and members of objects that the description does not list are kept, and written back when a payload is \
               encoded.\n\n\
             # Features\n\n\
             `jiff`, `url` and `uuid` add typed access to formatted strings, see [`Text`]. They never change a type. \
             `serve` and `testing` add these modules to [`webhook_receiver`]. For its other features, such as `metrics`, depend on \
               `webhook-receiver` as well and enable them there."
        ));
        if let Some(description) = self.api.description.as_deref().map(docs::harmless).filter(|text| !text.is_empty()) {
            page.push_str("\n\n# What the vendor says\n\n");
            // Headings of the vendor's come below ours.
            for line in description.lines() {
                page.push_str(if line.starts_with('#') { "##" } else { "" });
                page.push_str(line);
                page.push('\n');
            }
        }
        page
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn emitted_code_states_the_version_that_the_receiver_has() {
        assert_eq!(super::CONTRACT, webhook_receiver::codegen::CONTRACT);
    }
}
