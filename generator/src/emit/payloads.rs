//! One file a topic area: the payload types, their docs and their codec.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, docs, imports};
use crate::format::SourceFile;
use crate::ir::{Docs, Fallback, Kind, Naming, Presence, Select, Struct, Type, TypeId, Union, Webhook};

impl Emitter<'_> {
    /// The file of a module.
    pub(super) fn payloads(&self, module: &str, ids: &[TypeId]) -> SourceFile {
        let mut file = SourceFile::new(self.header(&self.module_docs(ids)));
        file.item(self.imports(module, ids));
        for id in ids {
            file.item(self.definition(*id));
            for part in self.companions(*id) {
                file.item(part);
            }
            file.item(self.codec(*id));
        }
        file
    }

    fn module_docs(&self, ids: &[TypeId]) -> String {
        let vendor = self.vendor_name();
        let mut webhooks: Vec<usize> = ids.iter().filter_map(|id| self.webhook_of(*id)).collect();
        webhooks.sort_unstable();
        let areas: Vec<String> =
            webhooks.into_iter().map(|index| docs::code(&self.api.webhooks[index].event_type)).collect();
        if areas.is_empty() {
            format!("Types that payloads of several topics of {vendor} share.")
        } else {
            docs::wrapped(&format!("Payloads of {}.", areas.join(", ")))
        }
    }

    /// What the definitions of a module name from elsewhere.
    fn imports(&self, module: &str, ids: &[TypeId]) -> TokenStream {
        let kinds: Vec<&Kind> = ids.iter().map(|id| &self.api.def(*id).kind).collect();
        let types: Vec<&Type> = kinds.iter().flat_map(|kind| kind.types()).collect();
        let any = |wanted: fn(&Kind) -> bool| kinds.iter().any(|kind| wanted(kind));
        let unions = any(|kind| matches!(kind, Kind::Union(_)));
        let rest = any(|kind| matches!(kind, Kind::Struct(Struct { rest: Some(_), .. })));
        let lists =
            |open: Fallback| kinds.iter().any(|kind| matches!(kind, Kind::Enum(listed) if listed.fallback == open));
        let json = (unions || lists(Fallback::Json)).then_some(&Type::Any);
        let integer = lists(Fallback::Integer).then_some(&Type::Integer);
        let used: Vec<&Type> = types.iter().copied().chain(json).chain(integer).collect();
        let map = (rest || imports::has_map(&used)).then(|| {
            quote!(
                use std::collections::BTreeMap;
            )
        });
        let mut receiver = imports::receiver_types(&used);
        let roots = ids.iter().any(|id| self.webhook_of(*id).is_some());
        receiver.extend(roots.then_some("Payload"));
        receiver.extend(any(|kind| matches!(kind, Kind::Struct(Struct { rest: None, .. }))).then_some("Undeclared"));
        let receiver = (!receiver.is_empty()).then(|| {
            let receiver = imports::list(receiver);
            quote!(use webhook_receiver::{#receiver};)
        });
        let event_type = crate::names::ident("EventType");
        let own = roots.then_some([&self.names.vendor, &event_type]);
        let others = types
            .iter()
            .flat_map(|ty| ty.definitions())
            .filter(|id| self.names.module(*id) != module)
            .map(|id| self.names.ty(id))
            .chain(own.into_iter().flatten())
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        let siblings = (!others.is_empty()).then(|| {
            let others = imports::list(others);
            quote!(use crate::{#others};)
        });
        quote! {
            #map
            use webhook_receiver::codegen::codec;
            #receiver
            #siblings
        }
    }

    /// The item itself.
    fn definition(&self, id: TypeId) -> TokenStream {
        let def = self.api.def(id);
        let ty = self.names.ty(id);
        let docs = docs::outer(&self.type_docs(id));
        match &def.kind {
            Kind::Struct(object) => {
                let fields = self.fields(id, object);
                quote! {
                    #docs
                    #[derive(Clone, Debug, PartialEq)]
                    #[non_exhaustive]
                    pub struct #ty { #(#fields)* }
                }
            }
            Kind::Enum(listed) => self.enum_definition(id, listed, &docs),
            Kind::Constant(_) => quote! {
                #docs
                #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
                pub struct #ty;
            },
            Kind::Union(union) => self.union_definition(id, union, &docs),
            Kind::Newtype(inner) => {
                let inner = self.type_tokens(inner);
                quote! {
                    #docs
                    #[derive(Clone, Debug, PartialEq)]
                    pub struct #ty(
                        /// The value.
                        pub #inner
                    );
                }
            }
            Kind::Pending => TokenStream::new(),
        }
    }

    fn union_definition(&self, id: TypeId, union: &Union, docs: &TokenStream) -> TokenStream {
        let ty = self.names.ty(id);
        let unknown = self.names.unknown(id);
        let variants =
            union.variants.iter().zip(self.names.members(id)).enumerate().map(|(index, (variant, ident))| {
                let tags = variant.tags.iter().map(|tag| docs::code(tag)).collect::<Vec<_>>().join(", ");
                let text = match &union.select {
                    Select::Shape => format!("{}.", docs::code(&variant.name)),
                    Select::Tag { default, .. } if *default == Some(index) => {
                        format!("Told by {tags}, or by no other.")
                    }
                    Select::Tag { .. } => format!("Told by {tags}."),
                };
                let docs = docs::outer(&text);
                let inner = self.type_tokens(&variant.ty);
                quote!(#docs #ident(#inner),)
            });
        quote! {
            #docs
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #ty {
                #(#variants)*
                /// A value that is none of these.
                #unknown(JsonValue),
            }
        }
    }

    fn fields(&self, id: TypeId, object: &Struct) -> Vec<TokenStream> {
        let idents = self.names.members(id);
        let mut fields: Vec<TokenStream> = object
            .fields
            .iter()
            .zip(idents)
            .map(|(field, ident)| {
                let docs = docs::outer(&field_docs(&field.wire, &field.docs));
                let inner = self.type_tokens(&field.ty);
                let ty = match field.presence {
                    Presence::Required => inner,
                    Presence::Optional | Presence::Nullable => quote!(Option<#inner>),
                    Presence::OptionalNullable => quote!(Option<Option<#inner>>),
                };
                quote!(#docs pub #ident: #ty,)
            })
            .collect();
        fields.extend(idents.get(object.fields.len()).map(|others| match &object.rest {
            Some(rest) => {
                let inner = self.type_tokens(rest);
                quote! {
                    /// All other members.
                    pub #others: BTreeMap<String, #inner>,
                }
            }
            None => quote! {
                /// Members that the description does not declare.
                pub #others: Undeclared,
            },
        }));
        fields
    }

    fn companions(&self, id: TypeId) -> Vec<TokenStream> {
        self.webhook_of(id).map(|index| self.payload(index)).into_iter().flatten().collect()
    }

    /// What makes a type the payload of an event type.
    fn payload(&self, index: usize) -> [TokenStream; 2] {
        let webhook = &self.api.webhooks[index];
        let ty = self.names.ty(webhook.payload);
        let event_type = &self.names.event_types()[index];
        let vendor = &self.names.vendor;
        let fixture = format!("../{}", self.fixture_path(index, 0));
        let origin = if webhook.examples.first().is_some_and(|example| example.assembled) {
            "A payload assembled from the examples of the description, for tests."
        } else {
            "The first example of the description, for tests."
        };
        let example = docs::outer(origin);
        [
            quote! {
                impl #ty {
                    #example
                    pub fn example() -> Self {
                        codec::example(include_str!(#fixture))
                    }
                }
            },
            quote! {
                impl Payload for #ty {
                    type Webhooks = #vendor;
                    const EVENT_TYPE: EventType = EventType::#event_type;
                }
            },
        ]
    }

    /// A type as it is used.
    pub(super) fn type_tokens(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Bool => quote!(bool),
            Type::I32 => quote!(i32),
            Type::I64 => quote!(i64),
            Type::Integer => quote!(Integer),
            Type::Number => quote!(Number),
            Type::String => quote!(String),
            Type::Any => quote!(JsonValue),
            Type::Text(format) => {
                let marker = crate::names::ident(format.marker());
                quote!(Text<format::#marker>)
            }
            Type::List(inner) => {
                let inner = self.type_tokens(inner);
                quote!(Vec<#inner>)
            }
            Type::Tuple(elements) => {
                let elements = elements.iter().map(|element| self.type_tokens(element));
                quote!((#(#elements),*))
            }
            Type::Map(inner) => {
                let inner = self.type_tokens(inner);
                quote!(BTreeMap<String, #inner>)
            }
            Type::Deep(inner) => {
                let inner = self.type_tokens(inner);
                quote!(Deep<#inner>)
            }
            Type::Nullable(inner) => {
                let inner = self.type_tokens(inner);
                quote!(Option<#inner>)
            }
            Type::Named(id) => {
                let name = self.names.ty(*id);
                quote!(#name)
            }
            Type::Boxed(id) => {
                let name = self.names.ty(*id);
                quote!(Box<#name>)
            }
        }
    }

    fn type_docs(&self, id: TypeId) -> String {
        let def = self.api.def(id);
        let webhook = self.webhook_of(id).map(|index| &self.api.webhooks[index]);
        let mut parts: Vec<String> = Vec::new();
        if let Some(webhook) = webhook {
            parts.push(format!("Payload of {}.", docs::code(&webhook.event_type)));
            parts.extend(webhook_docs(webhook));
        }
        parts.extend(described(&def.docs));
        if parts.is_empty() {
            parts.push(self.undescribed(id));
        }
        parts.push(format!("Source: {}", docs::code(&self.place(&def.origin))));
        parts.join("\n\n")
    }

    fn undescribed(&self, id: TypeId) -> String {
        match &self.api.def(id).naming {
            Naming::Inline { parent, hint, .. } => {
                let name = self.names.ty(*parent);
                let path = if self.names.module(*parent) == self.names.module(id) {
                    String::new()
                } else {
                    format!("(crate::{name})")
                };
                format!("{} of [`{name}`]{path}.", docs::code(hint))
            }
            Naming::Component(name) => format!("The schema {}.", docs::code(name)),
            Naming::Root(event_type) => format!("Payload of {}.", docs::code(event_type)),
        }
    }
}

fn webhook_docs(webhook: &Webhook) -> Option<String> {
    let text = webhook.description.as_deref().or(webhook.summary.as_deref());
    text.map(docs::harmless).filter(|text| !text.is_empty()).map(sentence)
}

fn field_docs(wire: &str, docs: &Docs) -> String {
    described(docs).unwrap_or_else(|| format!("{}.", docs::code(wire)))
}

/// Title, description and facts as Markdown; none where there is nothing.
fn described(docs: &Docs) -> Option<String> {
    let description = docs.description.as_deref().map(docs::harmless).filter(|text| !text.is_empty()).map(sentence);
    let title = docs.title.as_deref().map(docs::harmless_line).filter(|text| !text.is_empty()).map(sentence);
    let mut parts: Vec<String> = description.or(title).into_iter().collect();
    if docs.deprecated {
        parts.push("**Deprecated** by the vendor.".to_owned());
    }
    if !docs.facts.is_empty() {
        let fact = |(keyword, value): &(String, String)| format!("{}: {}", docs::code(keyword), docs::code(value));
        let facts: Vec<String> = docs.facts.iter().map(fact).collect();
        parts.push(format!("{}.", facts.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// The text with its full stop.
pub(super) fn sentence(mut text: String) -> String {
    if text.ends_with(char::is_alphanumeric) {
        text.push('.');
    }
    text
}
