//! Types of values that the description lists: enums that stay open.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;

use super::payloads::sentence;
use super::{Emitter, docs};
use crate::ir::{Enum, Fallback, TypeId};

impl Emitter<'_> {
    pub(super) fn enum_definition(&self, id: TypeId, listed: &Enum, docs: &TokenStream) -> TokenStream {
        let ty = self.names.ty(id);
        let unknown = self.names.unknown(id);
        let variants = listed.values.iter().zip(self.names.members(id)).map(|(value, ident)| {
            let name = format!("{}.", docs::code(&value.name()));
            let docs = match value.description.as_deref().map(docs::harmless).map(sentence) {
                Some(text) if !text.is_empty() => docs::outer(&format!("{name}\n\n{text}")),
                _ => docs::outer(&name),
            };
            quote!(#docs #ident,)
        });
        let (derives, kept) = match listed.fallback {
            Fallback::Text => (quote!(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash), quote!(String)),
            Fallback::Integer => (quote!(Clone, Debug, PartialEq, Eq, Hash), quote!(Integer)),
            Fallback::Json => (quote!(Clone, Debug, PartialEq, Eq), quote!(JsonValue)),
        };
        quote! {
            #docs
            #[derive(#derives)]
            #[non_exhaustive]
            pub enum #ty {
                #(#variants)*
                /// A value that the description does not list.
                #unknown(#kept),
            }
        }
    }
}

/// An integer.
pub(super) fn integer(value: i64) -> TokenStream {
    let digits = Token::i64_unsuffixed(value.saturating_abs());
    let sign = (value < 0).then(|| quote!(-));
    quote!(#sign #digits)
}
