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
        // In alphabetical order, so that the order of variants does not depend on that of the description.
        let webhooks =
            || api.webhooks_by_name().into_iter().map(|index| (&api.webhooks[index], &names.event_types()[index]));
        let idents = webhooks().map(|(_, ident)| ident);
        let docs = webhooks().map(|(webhook, _)| {
            let payload = names.ty(webhook.payload);
            docs::outer(&docs::linked_event_type(webhook, payload))
        });
        let separator = &api.separator;
        let rows = webhooks().map(|(webhook, ident)| {
            let name = &webhook.event_type;
            let topic = within(self.emitter, name);
            let template = is_template(name).then(|| quote!(as template));
            quote!(#name => #ident #topic #template,)
        });
        tokens.extend(quote! {
            /// The type of an event. The order is that of the names as sent.
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
