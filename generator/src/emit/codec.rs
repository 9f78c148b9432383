//! How a definition is decoded and encoded: a macro of the receiver, given the names in JSON beside those in Rust.

use proc_macro2::{Literal as Token, TokenStream};
use quote::{format_ident, quote};

use super::Emitter;
use super::values::integer;
use crate::ir::{Enum, Fallback, Form, Kind, Literal, Presence, Select, Struct, Type, TypeId, Union};

impl Emitter<'_> {
    /// The macro call of one definition.
    pub(super) fn codec(&self, id: TypeId) -> TokenStream {
        match &self.api.def(id).kind {
            Kind::Struct(object) => self.struct_codec(id, object),
            Kind::Enum(listed) => self.enum_codec(id, listed),
            Kind::Constant(value) => self.constant_codec(id, &value.form()),
            Kind::Union(union) => self.union_codec(id, union),
            Kind::Newtype(_) => {
                let ty = self.names.ty(id);
                quote!(codec::newtype!(#ty);)
            }
            Kind::Pending => TokenStream::new(),
        }
    }

    fn struct_codec(&self, id: TypeId, object: &Struct) -> TokenStream {
        let ty = self.names.ty(id);
        let (idents, rest) = self.names.members(id).split_at(object.fields.len());
        let wires = object.fields.iter().map(|field| &field.wire);
        let presences = object.fields.iter().map(|field| match field.presence {
            Presence::Required | Presence::Nullable => format_ident!("required"),
            // Any value may be null.
            Presence::Optional if field.ty == Type::Any => format_ident!("optional_nullable"),
            Presence::Optional => format_ident!("optional"),
            Presence::OptionalNullable => format_ident!("optional_nullable"),
        });
        quote! {
            codec::object! {
                #ty {
                    #(#wires => #idents: #presences,)*
                    #(..#rest)*
                }
            }
        }
    }

    fn enum_codec(&self, id: TypeId, listed: &Enum) -> TokenStream {
        let ty = self.names.ty(id);
        let unknown = self.names.unknown(id);
        let idents = self.names.members(id);
        let (name, value): (_, fn(&Literal) -> TokenStream) = match listed.fallback {
            Fallback::Text => (format_ident!("text_enum"), |value| text(&value.name())),
            Fallback::Integer => (format_ident!("integer_enum"), |value| match value.form() {
                Form::Integer(value) => integer(value),
                _ => text(&value.json()),
            }),
            Fallback::Json => (format_ident!("json_enum"), |value| text(&value.json())),
        };
        let values = listed.values.iter().map(value);
        quote! {
            codec::#name! {
                #ty {
                    #(#values => #idents,)*
                    ..#unknown
                }
            }
        }
    }

    fn constant_codec(&self, id: TypeId, form: &Form<'_>) -> TokenStream {
        let ty = self.names.ty(id);
        let (kind, value) = match form {
            Form::Text(value) => (format_ident!("str"), text(value)),
            Form::Integer(value) => (format_ident!("i64"), integer(*value)),
            Form::Bool(value) => (format_ident!("bool"), quote!(#value)),
            Form::Json(value) => (format_ident!("json"), text(value)),
        };
        quote!(codec::constant!(#ty: #kind = #value);)
    }

    fn union_codec(&self, id: TypeId, union: &Union) -> TokenStream {
        let ty = self.names.ty(id);
        let variants = self.names.members(id);
        let unknown = self.names.unknown(id);
        match &union.select {
            Select::Tag { member, default } => {
                let tags = union.variants.iter().map(|variant| {
                    let tags = &variant.tags;
                    quote!(#(#tags)|*)
                });
                let fallback = default.and_then(|position| variants.get(position));
                let fallback = fallback.map(|ident| quote!(_ => #ident,));
                quote! {
                    codec::tagged_union! {
                        #ty by #member {
                            #(#tags => #variants,)*
                            #fallback
                            ..#unknown
                        }
                    }
                }
            }
            Select::Shape => quote! {
                codec::untagged_union! {
                    #ty {
                        #(#variants,)*
                        ..#unknown
                    }
                }
            },
        }
    }
}

fn text(value: &str) -> TokenStream {
    let value = Token::string(value);
    quote!(#value)
}
