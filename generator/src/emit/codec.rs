//! How a definition is decoded and encoded: explicit code, no derives.
//!
//! The one room that knows the codec; whatever replaces it replaces this module.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::Emitter;
use crate::ir::{Form, Kind, Open, Presence, Select, Struct, Type, TypeId, Union};
use crate::names;

impl Emitter<'_> {
    /// The impls of one definition.
    pub(super) fn codec(&self, id: TypeId) -> Vec<TokenStream> {
        match &self.api.def(id).kind {
            Kind::Struct(object) => self.struct_codec(id, object),
            Kind::Enum(listed) => self.enum_codec(id, listed.open),
            Kind::Constant(value) => self.constant_codec(id, &value.form()),
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
        let (fields, others) = idents.split_at(object.fields.len());
        let open = match object.rest {
            Some(_) => quote!(BTreeMap::new()),
            None => quote!(Undeclared::default()),
        };
        let other = match object.rest {
            Some(_) => quote!(_ => #members.read_rest(#name, #(&mut #others)*),),
            None => quote!(_ => #members.keep(&#name, #(&mut #others)*),),
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
        let finished = finished.chain(others.iter().map(|others| quote!(#others)));
        let decode = quote! {
            impl codec::Decode for #ty {
                const MEMBERS: Option<&'static [&'static str]> = Some(&[#(#wires),*]);

                fn decode(reader: &mut codec::Reader<'_>) -> Result<Self, codec::DecodeError> {
                    let mut #members = reader.object(#text)?;
                    #(let mut #fields = None;)*
                    #(let mut #others = #open;)*
                    while let Some(#name) = #members.next()? {
                        match &*#name {
                            #(#wires => #members.read(#wires, &mut #fields),)*
                            #other
                        }?;
                    }
                    Ok(Self { #(#finished),* })
                }
            }
        };
        let write = object.fields.iter().map(|field| match field.presence {
            Presence::Required | Presence::Nullable => format_ident!("required"),
            Presence::Optional | Presence::OptionalNullable => format_ident!("optional"),
        });
        let write_others = match object.rest {
            Some(_) => quote!(#(object.rest(&self.#others)?;)*),
            None => quote!(#(object.undeclared(&self.#others)?;)*),
        };
        let encode = quote! {
            impl Serialize for #ty {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let mut object = codec::ObjectWriter::new(serializer)?;
                    #(object.#write(#wires, &self.#fields)?;)*
                    #write_others
                    object.end()
                }
            }
        };
        vec![decode, encode]
    }

    fn enum_codec(&self, id: TypeId, open: Open) -> Vec<TokenStream> {
        let unknown = self.names.unknown(id);
        let (read, write) = match open {
            Open::Text => (
                quote!(reader.string().map(|text| Self::listed(&text).unwrap_or_else(|| Self::#unknown(text.into())))),
                quote!(serializer.serialize_str(self.as_str())),
            ),
            Open::Integer => (
                quote!(<Integer as codec::Decode>::decode(reader).map(Self::from)),
                quote!(self.to_integer().serialize(serializer)),
            ),
            Open::Json => (
                quote!(<JsonValue as codec::Decode>::decode(reader).map(Self::from)),
                quote!(codec::json_text(serializer, self.as_json())),
            ),
        };
        self.value_codec(id, &read, &write)
    }

    fn constant_codec(&self, id: TypeId, form: &Form<'_>) -> Vec<TokenStream> {
        let (read, write) = match form {
            Form::Text(_) => {
                (quote!(codec::constant(reader, Self::VALUE)), quote!(serializer.serialize_str(Self::VALUE)))
            }
            Form::Integer(_) | Form::Bool(_) => {
                (quote!(codec::constant_value(reader, &Self::VALUE)), quote!(Self::VALUE.serialize(serializer)))
            }
            Form::Json(_) => {
                (quote!(codec::constant_json(reader, Self::VALUE)), quote!(codec::json_text(serializer, Self::VALUE)))
            }
        };
        self.value_codec(id, &quote!(#read.map(|()| Self)), &write)
    }

    fn value_codec(&self, id: TypeId, decode: &TokenStream, encode: &TokenStream) -> Vec<TokenStream> {
        let ty = self.names.ty(id);
        vec![
            decode_impl(ty, decode),
            quote! {
                impl Serialize for #ty {
                    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                        #encode
                    }
                }
            },
        ]
    }

    fn newtype_codec(&self, id: TypeId, inner: &Type) -> Vec<TokenStream> {
        let ty = self.names.ty(id);
        let inner = self.type_tokens(inner);
        vec![
            decode_impl(ty, &quote!(<#inner as codec::Decode>::decode(reader).map(Self))),
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
            Select::Tag { member, otherwise } => {
                let arms = union.variants.iter().zip(variants).map(|(variant, ident)| {
                    let tags = &variant.tags;
                    quote!(Some(#(#tags)|*) => value.decode().map(Self::#ident),)
                });
                let otherwise = match otherwise.and_then(|position| variants.get(position)) {
                    Some(ident) => {
                        quote!(value.decode().map(Self::#ident).or_else(|_| Ok(Self::#unknown(value.to_json()))))
                    }
                    None => quote!(Ok(Self::#unknown(value.to_json()))),
                };
                quote! {
                    let value = reader.value()?;
                    match value.tag(#member).as_deref() {
                        #(#arms)*
                        _ => #otherwise,
                    }
                }
            }
            Select::Shape => {
                let types: Vec<TokenStream> =
                    union.variants.iter().map(|variant| self.type_tokens(&variant.ty)).collect();
                let arms = variants
                    .iter()
                    .enumerate()
                    .map(|(index, ident)| quote!(#index => value.decode().map(Self::#ident).ok(),));
                quote! {
                    let value = reader.value()?;
                    for candidate in value.rank(&[#(<#types as codec::Decode>::MEMBERS),*]) {
                        let decoded = match candidate {
                            #(#arms)*
                            _ => None,
                        };
                        if let Some(decoded) = decoded {
                            return Ok(decoded);
                        }
                    }
                    Ok(Self::#unknown(value.to_json()))
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

    /// The line that gives the definitions of a module `Deserialize`.
    pub(super) fn deserialize(&self, ids: &[TypeId]) -> TokenStream {
        let types = ids.iter().map(|id| self.names.ty(*id));
        quote!(codec::deserialize!(#(#types),*);)
    }
}

fn decode_impl(ty: &Ident, body: &TokenStream) -> TokenStream {
    quote! {
        impl codec::Decode for #ty {
            fn decode(reader: &mut codec::Reader<'_>) -> Result<Self, codec::DecodeError> {
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
