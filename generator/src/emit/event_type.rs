//! `event_type.rs`: the event types and topics as data.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::imports::Imports;
use super::topic::{TopicItem, within};
use super::{Emitter, docs};
use crate::format::SourceFile;
use crate::ir::is_template;

/// The file.
pub(super) fn file(emitter: &Emitter<'_>) -> SourceFile {
    let docs = format!("The event types of {} and the topics that they belong to.", emitter.vendor_name());
    let mut file = SourceFile::new(emitter.header(&docs));
    file.item(EventTypeItem { emitter });
    file.item(TopicItem { emitter });
    Imports::of_crate(emitter).add_to(&mut file);
    file
}

/// The enum of all event types.
struct EventTypeItem<'a> {
    emitter: &'a Emitter<'a>,
}

impl ToTokens for EventTypeItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Emitter { api, names, .. } = self.emitter;
        let idents = names.event_types();
        let docs = api.webhooks.iter().map(|webhook| {
            let payload = names.ty(webhook.payload);
            docs::outer(&docs::linked_event_type(webhook, payload))
        });
        let separator = &api.separator;
        let rows = api.webhooks.iter().zip(idents).map(|(webhook, ident)| {
            let name = &webhook.event_type;
            let topic = within(self.emitter, name);
            let template = is_template(name).then(|| quote!(as template));
            quote!(#name => #ident #topic #template,)
        });
        tokens.extend(quote! {
            /// The type of an event.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum EventType { #(#docs #idents,)* }

            codegen::event_type! {
                EventType: Topic by #separator {
                    #(#rows)*
                }
            }
        });
    }
}
