//! What makes a type the payload of an event type.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::Emitter;

/// `Payload`, and an example.
pub(super) struct PayloadItem<'a> {
    pub(super) emitter: &'a Emitter<'a>,
    /// The index of the webhook.
    pub(super) index: usize,
}

impl ToTokens for PayloadItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { emitter, index } = *self;
        let names = emitter.names;
        let ty = names.ty(emitter.api.webhooks[index].payload);
        let event_type = &names.event_types()[index];
        let vendor = &names.vendor;
        let fixture = format!("../{}", names.example_file(index, 0));
        tokens.extend(quote! {
            codegen::payload!(#ty: #vendor, EventType::#event_type, #fixture);
        });
    }
}
