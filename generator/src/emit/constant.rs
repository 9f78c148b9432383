//! A single value: a unit struct that is checked on decode.

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::{ToTokens, quote};

use crate::ir::{Form, Literal};

/// A constant and its codec.
pub(super) struct ConstantItem<'a> {
    pub(super) ty: &'a Ident,
    pub(super) value: &'a Literal,
}

impl ToTokens for ConstantItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { ty, value } = *self;
        let value = match value.form() {
            Form::Text(value) => quote!(str = #value),
            Form::Integer(value) => {
                let value = integer(value);
                quote!(i64 = #value)
            }
            Form::Bool(value) => quote!(bool = #value),
            Form::Json(value) => quote!(json = #value),
        };
        tokens.extend(quote! {
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct #ty;

            codec::constant!(#ty: #value);
        });
    }
}

/// An integer without a suffix.
pub(super) fn integer(value: i64) -> TokenStream {
    let digits = Token::i64_unsuffixed(value.saturating_abs());
    let sign = (value < 0).then(|| quote!(-));
    quote!(#sign #digits)
}
