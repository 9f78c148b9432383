//! The topics as data.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::{Emitter, docs};

/// The enum of all topics.
pub(super) struct TopicItem<'a> {
    pub(super) emitter: &'a Emitter<'a>,
}

impl ToTokens for TopicItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Emitter { api, names, .. } = self.emitter;
        let index = api.topic_index();
        let idents: Vec<&Ident> = names.topics().values().collect();
        let docs = names.topics().keys().map(|name| {
            let under: Vec<String> =
                index.get(name.as_str()).into_iter().flatten().map(|webhook| docs::code(&webhook.event_type)).collect();
            docs::outer(&match &under[..] {
                [] => format!("{}: only topics within it.", docs::code(name)),
                under => format!("{}: {}.", docs::code(name), under.join(", ")),
            })
        });
        let rows = names.topics().iter().map(|(name, ident)| {
            let parent = within(self.emitter, name);
            quote!(#name => #ident #parent,)
        });
        tokens.extend(quote! {
            /// The subject of events: an event type without its action.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum Topic { #(#docs #idents,)* }

            codegen::topic! {
                Topic {
                    #(#rows)*
                }
            }
        });
    }
}

/// The topic around an event type or topic.
pub(super) fn within(emitter: &Emitter<'_>, name: &str) -> Option<TokenStream> {
    let topic = emitter.api.topics(name).next().and_then(|topic| emitter.names.topics().get(topic))?;
    Some(quote!(in #topic))
}
