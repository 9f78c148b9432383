//! Values that the description lists: an enum that keeps any other value.

use proc_macro2::{Literal as Token, TokenStream};
use quote::{ToTokens, quote};

use super::{constant, docs};
use crate::ir::{Enum, Fallback, Form, Literal, TypeId};
use crate::names::Names;

/// Strings that are compared one after the other, as quickly as they are found in a table.
const FEW_TEXTS: usize = 64;

/// An enum and its codec.
pub(super) struct EnumItem<'a> {
    pub(super) names: &'a Names,
    pub(super) id: TypeId,
    pub(super) listed: &'a Enum,
}

impl ToTokens for EnumItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { names, id, listed } = *self;
        let ty = names.ty(id);
        let unknown = names.unknown(id);
        let idents = names.members(id);
        let docs = listed.values.iter().map(|value| docs::outer(&docs::value(value)));
        let values = listed.values.iter().map(|value| wire(value, listed.fallback));
        let text_codec = if listed.values.len() > FEW_TEXTS { quote!(large_text_enum) } else { quote!(text_enum) };
        let (derives, kept, codec) = match listed.fallback {
            Fallback::Text => (quote!(, Hash), quote!(String), text_codec),
            Fallback::Integer => (quote!(, Hash), quote!(Integer), quote!(integer_enum)),
            Fallback::Json => (quote!(), quote!(JsonValue), quote!(json_enum)),
        };
        tokens.extend(quote! {
            #[derive(Clone, Debug, PartialEq, Eq #derives)]
            #[non_exhaustive]
            pub enum #ty {
                #(#docs #idents,)*
                /// A value that the description does not list.
                #unknown(#kept),
            }

            codec::#codec! {
                #ty {
                    #(#values => #idents,)*
                    ..#unknown
                }
            }
        });
    }
}

/// A listed value in the form that its enum keeps others in.
fn wire(value: &Literal, fallback: Fallback) -> TokenStream {
    match (value.form(), fallback) {
        (Form::Integer(value), Fallback::Integer) => constant::integer(value),
        (_, Fallback::Text) => Token::string(&value.name()).to_token_stream(),
        _ => Token::string(&value.json()).to_token_stream(),
    }
}
