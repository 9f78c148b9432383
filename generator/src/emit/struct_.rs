//! An object with known members: a struct.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::type_ref::TypeRef;
use super::{Emitter, constant, docs};
use crate::ir::{Constant, Field, Presence, Struct, Type, TypeId};

/// The rows of a large struct that are together on the stack.
const GROUP: usize = 32;

/// A struct and its codec.
pub(super) struct StructItem<'a> {
    pub(super) emitter: &'a Emitter<'a>,
    pub(super) id: TypeId,
    pub(super) object: &'a Struct,
}

impl ToTokens for StructItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { emitter, id, object } = *self;
        let ty = emitter.names.ty(id);
        let (idents, rest) = emitter.names.members(id).split_at(object.fields.len());
        let fields = object.fields.iter().zip(idents).enumerate();
        let fields = fields.map(|(index, (field, ident))| FieldItem { emitter, id, index, field, ident });
        let rest_field = rest.iter().map(|ident| RestField { emitter, ty: object.rest.as_ref(), ident });
        let rows: Vec<TokenStream> = object
            .fields
            .iter()
            .zip(idents)
            .map(|(field, ident)| {
                let (wire, presence) = (&field.wire, presence(field));
                let constant = fixed(&field.ty).map(|value| quote!(= #value));
                quote!(#wire => #ident: #presence #constant,)
            })
            .collect();
        let (derives, codec, rows) = if object.is_large {
            let groups = rows.chunks(GROUP).map(|rows| quote!({ #(#rows)* }));
            (None, quote!(codec::large_object), quote!(#(#groups)*))
        } else {
            (Some(quote!(#[derive(Clone, Debug, PartialEq)])), quote!(codec::object), quote!(#(#rows)*))
        };
        tokens.extend(quote! {
            #derives
            #[non_exhaustive]
            pub struct #ty {
                #(#fields)*
                #(#rest_field)*
            }

            #codec! {
                #ty {
                    #rows
                    #(..#rest)*
                }
            }
        });
    }
}

/// The only value of a field.
fn fixed(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Constant(Constant::Text(value)) => Some(quote!(#value)),
        Type::Constant(Constant::Integer(value)) => Some(constant::integer(*value)),
        Type::Constant(Constant::Bool(value)) => Some(quote!(#value)),
        _ => None,
    }
}

/// How the codec treats a member that is absent or null.
fn presence(field: &Field) -> Ident {
    format_ident!(
        "{}",
        match field.presence {
            Presence::Required | Presence::Nullable => "required",
            Presence::Optional => "optional",
            Presence::OptionalWithNull | Presence::OptionalNullable => "optional_nullable",
        }
    )
}

struct FieldItem<'a> {
    emitter: &'a Emitter<'a>,
    id: TypeId,
    /// The field's position in the struct.
    index: usize,
    field: &'a Field,
    ident: &'a Ident,
}

impl ToTokens for FieldItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { emitter, id, index, field, ident } = *self;
        let docs = docs::outer(&docs::field(emitter, id, index, field));
        let inner = TypeRef { names: emitter.names, ty: &field.ty };
        let ty = match field.presence {
            Presence::Required => quote!(#inner),
            Presence::Optional | Presence::OptionalWithNull | Presence::Nullable => quote!(Option<#inner>),
            Presence::OptionalNullable => quote!(Option<Option<#inner>>),
        };
        tokens.extend(quote!(#docs pub #ident: #ty,));
    }
}

/// The field that keeps all members without a field.
struct RestField<'a> {
    emitter: &'a Emitter<'a>,
    /// The type that the description gives them.
    ty: Option<&'a Type>,
    ident: &'a Ident,
}

impl ToTokens for RestField<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { emitter, ty, ident } = *self;
        tokens.extend(match ty.map(|ty| TypeRef { names: emitter.names, ty }) {
            Some(ty) => quote! {
                /// All other members.
                pub #ident: BTreeMap<String, #ty>,
            },
            None => quote! {
                /// Members that the description does not declare.
                pub #ident: Undeclared,
            },
        });
    }
}
