//! How a definition is decoded and encoded: explicit code, no derives.
//!
//! The one room that knows the codec; whatever replaces it replaces this module.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::Emitter;
use crate::ir::{Field, Kind, Presence, Select, Struct, Type, TypeId, Union};
use crate::names;

impl Emitter<'_> {
    /// The impls of one definition.
    pub(super) fn codec(&self, id: TypeId) -> Vec<TokenStream> {
        match &self.api.def(id).kind {
            Kind::Struct(object) => self.struct_codec(id, object),
            Kind::Enum(_) => {
                self.text_codec(id, &quote!(codec::string(deserializer).map(Self::from)), &quote!(self.as_str()))
            }
            Kind::Constant(_) => self.text_codec(
                id,
                &quote!(codec::constant(deserializer, Self::VALUE).map(|()| Self)),
                &quote!(Self::VALUE),
            ),
            Kind::Union(union) => self.union_codec(id, union),
            Kind::Newtype(inner) => self.newtype_codec(id, inner),
            Kind::Pending => Vec::new(),
        }
    }

    fn struct_codec(&self, id: TypeId, object: &Struct) -> Vec<TokenStream> {
        let ty = self.names.ty(id);
        let text = ty.to_string();
        let idents = self.names.members(id);
        let wires: Vec<&str> = object.fields.iter().map(|field| field.wire.as_str()).collect();
        let members = free("members", idents);
        let name = free("name", idents);
        let slots = idents.iter().enumerate().map(|(index, ident)| match object.fields.get(index) {
            Some(_) => quote!(let mut #ident = None;),
            None => quote!(let mut #ident = BTreeMap::new();),
        });
        let arms = object.fields.iter().zip(idents).map(|(field, ident)| {
            let wire = &field.wire;
            quote!(#wire => #members.read(#wire, &mut #ident)?,)
        });
        let other = match idents.get(object.fields.len()) {
            Some(rest) => quote!(_ => #members.read_rest(#name, &mut #rest)?,),
            None => quote!(_ => #members.skip()?,),
        };
        let finished = object.fields.iter().zip(idents).map(|(field, ident)| {
            let wire = &field.wire;
            match field.presence {
                Presence::Required | Presence::Nullable => quote!(#ident: #members.required(#wire, #ident)?),
                // Any value may be null: absence is told by the slot alone.
                Presence::Optional if field.ty == Type::Any => quote!(#ident),
                Presence::Optional => quote!(#ident: #ident.flatten()),
                Presence::OptionalNullable => quote!(#ident),
            }
        });
        let finished = finished.chain(idents.get(object.fields.len()).map(|rest| quote!(#rest)));
        let slots: Vec<_> = slots.collect();
        let decode = quote! {
            impl codec::Object for #ty {
                const NAME: &'static str = #text;
                const MEMBERS: &'static [&'static str] = &[#(#wires),*];

                fn decode_members<'de, A: MapAccess<'de>>(#members: &mut codec::Members<'de, A>) -> Result<Self, A::Error> {
                    #(#slots)*
                    while let Some(#name) = #members.next()? {
                        match &*#name {
                            #(#arms)*
                            #other
                        }
                    }
                    Ok(Self { #(#finished),* })
                }
            }
        };
        let writes = object.fields.iter().zip(idents).map(|(field, ident)| write_member(field, ident));
        let rest = idents.get(object.fields.len()).map(|rest| quote!(object.rest(&self.#rest)?;));
        let encode = quote! {
            impl Serialize for #ty {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let mut object = codec::ObjectWriter::new(serializer)?;
                    #(#writes)*
                    #rest
                    object.end()
                }
            }
        };
        vec![decode, encode]
    }

    fn text_codec(&self, id: TypeId, decode: &TokenStream, encode: &TokenStream) -> Vec<TokenStream> {
        let ty = self.names.ty(id);
        vec![
            decode_impl(ty, decode),
            quote! {
                impl Serialize for #ty {
                    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                        serializer.serialize_str(#encode)
                    }
                }
            },
        ]
    }

    fn newtype_codec(&self, id: TypeId, inner: &Type) -> Vec<TokenStream> {
        let ty = self.names.ty(id);
        let inner = self.type_tokens(inner);
        vec![
            decode_impl(ty, &quote!(<#inner as codec::Decode>::decode(deserializer).map(Self))),
            quote! {
                impl Serialize for #ty {
                    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                        self.0.serialize(serializer)
                    }
                }
            },
        ]
    }

    fn union_codec(&self, id: TypeId, union: &Union) -> Vec<TokenStream> {
        let ty = self.names.ty(id);
        let variants = self.names.members(id);
        let unknown = self.names.unknown(id);
        let decode = match &union.select {
            Select::Tag(member) => {
                let arms = union.variants.iter().zip(variants).map(|(variant, ident)| {
                    let tags = &variant.tags;
                    quote!(Some(#(#tags)|*) => codec::variant(&json).map(Self::#ident),)
                });
                quote! {
                    let json = codec::json(deserializer)?;
                    match codec::tag(&json, #member).as_deref() {
                        #(#arms)*
                        _ => Ok(Self::#unknown(json)),
                    }
                }
            }
            Select::Shape => {
                let types: Vec<TokenStream> =
                    union.variants.iter().map(|variant| self.type_tokens(&variant.ty)).collect();
                let arms = variants
                    .iter()
                    .enumerate()
                    .map(|(index, ident)| quote!(#index => json.decode().map(Self::#ident).ok(),));
                quote! {
                    let json = codec::json(deserializer)?;
                    for candidate in codec::rank(&json, &[#(<#types as codec::Decode>::MEMBERS),*]) {
                        let decoded = match candidate {
                            #(#arms)*
                            _ => None,
                        };
                        if let Some(decoded) = decoded {
                            return Ok(decoded);
                        }
                    }
                    Ok(Self::#unknown(json))
                }
            }
        };
        vec![
            decode_impl(ty, &decode),
            quote! {
                impl Serialize for #ty {
                    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                        match self {
                            #(Self::#variants(value) => value.serialize(serializer),)*
                            Self::#unknown(value) => value.serialize(serializer),
                        }
                    }
                }
            },
        ]
    }

    /// The lines that give the definitions of a module `Deserialize`, by kind.
    pub(super) fn deserialize(&self, ids: &[TypeId]) -> Vec<TokenStream> {
        let (objects, values): (Vec<TypeId>, Vec<TypeId>) =
            ids.iter().partition(|id| matches!(self.api.def(**id).kind, Kind::Struct(_)));
        let list = |ids: &[TypeId]| -> Vec<Ident> { ids.iter().map(|id| self.names.ty(*id).clone()).collect() };
        let mut lines = Vec::new();
        if !objects.is_empty() {
            let objects = list(&objects);
            lines.push(quote!(codec::objects!(#(#objects),*);));
        }
        if !values.is_empty() {
            let values = list(&values);
            lines.push(quote!(codec::values!(#(#values),*);));
        }
        lines
    }
}

fn write_member(field: &Field, ident: &Ident) -> TokenStream {
    let wire = &field.wire;
    match field.presence {
        Presence::Required | Presence::Nullable => quote!(object.required(#wire, &self.#ident)?;),
        Presence::Optional | Presence::OptionalNullable => quote!(object.optional(#wire, &self.#ident)?;),
    }
}

fn decode_impl(ty: &Ident, body: &TokenStream) -> TokenStream {
    quote! {
        impl codec::Decode for #ty {
            fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #body
            }
        }
    }
}

/// A name for a local that no field has.
fn free(wanted: &str, taken: &[Ident]) -> Ident {
    let mut name = wanted.to_owned();
    while taken.iter().any(|ident| *ident == name) {
        name.push('_');
    }
    if names::is_keyword(&name) { format_ident!("{name}_") } else { names::ident(&name) }
}
