//! One of several types: an enum that keeps any other value.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::type_ref::TypeRef;
use super::{Emitter, docs};
use crate::ir::{Select, TypeId, Union};

/// A union and its codec.
pub(super) struct UnionItem<'a> {
    pub(super) emitter: &'a Emitter<'a>,
    pub(super) id: TypeId,
    pub(super) union: &'a Union,
}

impl ToTokens for UnionItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { emitter, id, union } = *self;
        let names = emitter.names;
        let ty = names.ty(id);
        let unknown = names.unknown(id);
        let idents = names.members(id);
        let docs = (0..union.variants.len()).map(|index| docs::outer(&docs::variant(emitter, union, index)));
        let inner = union.variants.iter().map(|variant| TypeRef { names, ty: &variant.ty });
        let codec = match &union.select {
            Select::Tag { member, default } => self.tagged(member, default.and_then(|position| idents.get(position))),
            Select::Shape => quote! {
                codec::untagged_union! {
                    #ty {
                        #(#idents,)*
                        ..#unknown
                    }
                }
            },
        };
        tokens.extend(quote! {
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #ty {
                #(#docs #idents(#inner),)*
                /// A value that is none of these.
                #unknown(JsonValue),
            }

            #codec
        });
    }
}

impl UnionItem<'_> {
    /// The codec of a union with a tag in the member. The default is the variant for any other tag.
    fn tagged(&self, member: &str, default: Option<&Ident>) -> TokenStream {
        let Self { emitter, id, union } = *self;
        let names = emitter.names;
        let ty = names.ty(id);
        let unknown = names.unknown(id);
        let idents = names.members(id);
        let tags = union.variants.iter().map(|variant| {
            let tags = &variant.tags;
            quote!(#(#tags)|*)
        });
        let default = default.map(|ident| quote!(_ => #ident,));
        quote! {
            codec::tagged_union! {
                #ty by #member {
                    #(#tags => #idents,)*
                    #default
                    ..#unknown
                }
            }
        }
    }
}
