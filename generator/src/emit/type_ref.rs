//! Types as they are used.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::ir::{Constant, Type};
use crate::names::{Names, ident};

/// A type as it is used.
pub(super) struct TypeRef<'a> {
    pub(super) names: &'a Names,
    pub(super) ty: &'a Type,
}

impl ToTokens for TypeRef<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let names = self.names;
        let nested = |ty| TypeRef { names, ty };
        tokens.extend(match self.ty {
            Type::Bool | Type::Constant(Constant::Bool(_)) => quote!(bool),
            Type::I32 => quote!(i32),
            Type::I64 | Type::Constant(Constant::Integer(_)) => quote!(i64),
            Type::Integer => quote!(Integer),
            Type::Number => quote!(Number),
            Type::String => quote!(String),
            Type::Constant(Constant::Text(_)) => quote!(&'static str),
            Type::Null => quote!(()),
            Type::Any => quote!(JsonValue),
            Type::Text(format) => {
                let marker = ident(format.marker());
                quote!(Text<format::#marker>)
            }
            Type::List(inner) => {
                let inner = nested(inner);
                quote!(Vec<#inner>)
            }
            Type::Tuple(elements) => {
                let elements = elements.iter().map(nested);
                quote!((#(#elements),*))
            }
            Type::Map(inner) => {
                let inner = nested(inner);
                quote!(BTreeMap<String, #inner>)
            }
            Type::Deep(inner) => {
                let inner = nested(inner);
                quote!(Deep<#inner>)
            }
            Type::Nullable(inner) => {
                let inner = nested(inner);
                quote!(Option<#inner>)
            }
            Type::Implied(inner) => {
                let inner = nested(inner);
                quote!(Implied<#inner>)
            }
            Type::Named(id) => names.ty(*id).to_token_stream(),
            Type::Boxed(id) => {
                let name = names.ty(*id);
                quote!(Box<#name>)
            }
        });
    }
}
