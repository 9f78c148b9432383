//! Types of values that the description lists: enums that stay open, and constants.

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::quote;

use super::payloads::sentence;
use super::{Emitter, docs};
use crate::ir::{Enum, Form, Literal, Open, TypeId};

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
        let (derives, kept) = match listed.open {
            Open::Text => (quote!(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash), quote!(String)),
            Open::Integer => (quote!(Clone, Debug, PartialEq, Eq, Hash), quote!(Integer)),
            Open::Json => (quote!(Clone, Debug, PartialEq, Eq), quote!(JsonValue)),
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

    /// The value of an enum, and the enum of a value.
    pub(super) fn enum_companions(&self, id: TypeId, listed: &Enum) -> [TokenStream; 3] {
        let ty = self.names.ty(id);
        let unknown = self.names.unknown(id);
        let idents = self.names.members(id);
        let (value, from, shown) = match listed.open {
            Open::Text => {
                let texts: Vec<String> = listed.values.iter().map(Literal::name).collect();
                let value = quote! {
                    /// The value as it is sent.
                    pub fn as_str(&self) -> &str {
                        match self {
                            #(Self::#idents => #texts,)*
                            Self::#unknown(value) => value,
                        }
                    }

                    fn listed(value: &str) -> Option<Self> {
                        Some(match value {
                            #(#texts => Self::#idents,)*
                            _ => return None,
                        })
                    }
                };
                let from = quote! {
                    fn from(value: String) -> Self {
                        Self::listed(&value).unwrap_or(Self::#unknown(value))
                    }
                };
                (value, (quote!(String), from), quote!(f.pad(self.as_str())))
            }
            Open::Integer => {
                let number = |value: &Literal| match value.form() {
                    Form::Integer(value) => Some(integer(value)),
                    _ => None,
                };
                let numbers: Vec<TokenStream> = listed.values.iter().filter_map(number).collect();
                let value = quote! {
                    /// The value as it is sent.
                    pub fn to_integer(&self) -> Integer {
                        match self {
                            #(Self::#idents => Integer::from(#numbers),)*
                            Self::#unknown(value) => value.clone(),
                        }
                    }
                };
                let from = quote! {
                    fn from(value: Integer) -> Self {
                        match value.as_i64() {
                            #(Some(#numbers) => Self::#idents,)*
                            _ => Self::#unknown(value),
                        }
                    }
                };
                (value, (quote!(Integer), from), quote!(f.pad(self.to_integer().as_str())))
            }
            Open::Json => {
                let texts: Vec<String> = listed.values.iter().map(Literal::json).collect();
                let positions = (0..idents.len()).map(Token::usize_unsuffixed);
                let value = quote! {
                    /// The value as it is sent: JSON text.
                    pub fn as_json(&self) -> &str {
                        match self {
                            #(Self::#idents => #texts,)*
                            Self::#unknown(value) => value.as_str(),
                        }
                    }
                };
                let from = quote! {
                    fn from(value: JsonValue) -> Self {
                        match codec::position(&value, &[#(#texts),*]) {
                            #(Some(#positions) => Self::#idents,)*
                            _ => Self::#unknown(value),
                        }
                    }
                };
                (value, (quote!(JsonValue), from), quote!(f.pad(self.as_json())))
            }
        };
        let (kept, from) = from;
        [
            quote!(impl #ty { #value }),
            quote!(impl From<#kept> for #ty { #from }),
            quote! {
                impl fmt::Display for #ty {
                    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        #shown
                    }
                }
            },
        ]
    }
}

/// An integer with its type, since emitted code converts it.
fn integer(value: i64) -> TokenStream {
    let digits = Token::i64_suffixed(value.saturating_abs());
    let sign = (value < 0).then(|| quote!(-));
    quote!(#sign #digits)
}

pub(super) fn constant_companion(ty: &Ident, form: &Form<'_>) -> TokenStream {
    let (docs, kind, value) = match form {
        Form::Text(text) => ("The only value, as it is sent.", quote!(&'static str), quote!(#text)),
        Form::Integer(value) => ("The only value, as it is sent.", quote!(i64), integer(*value)),
        Form::Bool(value) => ("The only value, as it is sent.", quote!(bool), quote!(#value)),
        Form::Json(text) => ("The only value, as JSON text.", quote!(&'static str), quote!(#text)),
    };
    let docs = docs::outer(docs);
    quote! {
        impl #ty {
            #docs
            pub const VALUE: #kind = #value;
        }
    }
}
