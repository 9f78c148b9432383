//! `tests/handlers.rs`: the handlers that the docs of payloads show.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::Emitter;
use super::imports::Imports;
use super::signature::Signing;
use crate::format::{self, SourceFile};
use crate::ir::{Field, Kind};

/// The tests.
pub(super) fn tests(emitter: &Emitter<'_>) -> SourceFile {
    let header = emitter.header("The handlers in the docs of the payloads.");
    let mut file = SourceFile::new(format!("{header}{}", emitter.lints_of_names()));
    let handlers = (0..emitter.api.webhooks.len()).map(|index| Handler { emitter, index });
    let names: Vec<Ident> = (0..emitter.api.webhooks.len()).map(|index| emitter.names.handler(index)).collect();
    handlers.for_each(|handler| file.item(handler));
    let event_type = emitter.names.event_types().first();
    let Signing { secret, trusted, .. } = Signing::new(emitter);
    let receiver = emitter.construct(&quote!(EventType::#event_type), &trusted);
    file.item(quote! {
        #[test]
        fn handlers_are_accepted() {
            #secret
            let receiver = #receiver;
            let _service = receiver #(.on(#names))* .into_service();
        }
    });
    Imports::of_test(emitter).add_to(&mut file);
    file
}

/// A handler of a payload.
pub(super) struct Handler<'a> {
    pub(super) emitter: &'a Emitter<'a>,
    /// The index of the webhook.
    pub(super) index: usize,
}

impl ToTokens for Handler<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Emitter { api, names, .. } = self.emitter;
        let payload = names.ty(api.webhooks[self.index].payload);
        let name = names.handler(self.index);
        let print = match self.member() {
            Some(member) => quote!(println!("{:?}", event.#member);),
            None => quote!(println!("{event:?}");),
        };
        tokens.extend(quote! {
            async fn #name(event: #payload) {
                #print
            }
        });
    }
}

impl Handler<'_> {
    /// The first member that not all payloads have, or the first one that is not the event type.
    fn member(&self) -> Option<&Ident> {
        let Emitter { api, names, .. } = self.emitter;
        let id = api.webhooks[self.index].payload;
        let Kind::Struct(object) = &api.def(id).kind else { return None };
        let is_own = |field: &&Field| self.emitter.common.iter().all(|common| common.wire != field.wire);
        let states_event_type = |field: &Field| api.event_type_location.is_member(&field.wire);
        let fields = || object.fields.iter().enumerate().filter(|(_, field)| !states_event_type(field));
        let (index, _) = fields().find(|(_, field)| is_own(field)).or_else(|| fields().next())?;
        names.members(id).get(index)
    }

    /// The function as Rust source.
    pub(super) fn text(&self) -> String {
        format::text(syn::parse_quote!(#self))
    }
}
