//! A named type: a struct around it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::type_ref::TypeRef;
use crate::ir::{Type, TypeId};
use crate::names::Names;

/// A newtype and its codec.
pub(super) struct NewtypeItem<'a> {
    pub(super) names: &'a Names,
    pub(super) id: TypeId,
    pub(super) inner: &'a Type,
}

impl ToTokens for NewtypeItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { names, id, inner } = *self;
        let ty = names.ty(id);
        let inner = TypeRef { names, ty: inner };
        tokens.extend(quote! {
            #[derive(Clone, Debug, PartialEq)]
            pub struct #ty(
                /// The value.
                pub #inner
            );

            codec::newtype!(#ty);
        });
    }
}
