//! From a description and its names to the catalogue.

use std::collections::{BTreeMap, HashMap};

use super::{
    Accessor, Catalogue, Constant, Definition, Described, Enum, EventType, EventTypePlace, Example, FORMAT, Fallback,
    Field, Header, Info, Json, Kind, Presence, Receiver, Rest, Security, Server, Source, Stated, Struct, Tag,
    TagSelect, Topic, Type, Union, Value, Variant,
};
use crate::document::{Node, Origin, json, shortened};
use crate::fingerprint::Fingerprint;
use crate::ir::{self, Api, Literal, TypeId};
use crate::names::Names;
use crate::normalize::{self, Description};
use crate::source::Sources;

/// What a crate has besides what the description and the names say.
pub struct Facts<'a> {
    /// The version of the package.
    pub version: &'a str,
    /// The version of the contract with the receiver.
    pub contract: u32,
    /// The requirement for the receiver in the manifest, if it is a version.
    pub receiver: Option<&'a str>,
    /// The names that the crate re-exports from the receiver.
    pub reexports: Vec<&'static str>,
}

/// The catalogue of a crate.
pub(crate) fn build(
    description: &Description,
    api: &Api,
    names: &Names,
    sources: &Sources,
    facts: &Facts<'_>,
) -> Catalogue {
    let builder = Builder { api, names, sources };
    let root = &description.document;
    let (pointers, header) = match &api.event_type_location {
        ir::EventTypeLocation::Body { pointers, .. } => (pointers.clone(), None),
        ir::EventTypeLocation::Header { name, .. } => (Vec::new(), Some(name.clone())),
        ir::EventTypeLocation::Address => (Vec::new(), None),
    };
    Catalogue {
        format: FORMAT,
        crate_name: names.crate_name.clone(),
        version: facts.version.to_owned(),
        vendor: names.vendor.to_string(),
        receiver: Receiver { contract: facts.contract, version: facts.receiver.map(str::to_owned) },
        reexports: facts.reexports.iter().map(|&name| name.to_owned()).collect(),
        info: Info {
            title: api.title.clone(),
            version: api.version.clone(),
            description: prose(api.description.as_deref()),
        },
        servers: servers(root),
        tags: tags(root),
        security: security(root),
        event_type: EventTypePlace {
            pointers,
            header,
            completed_by: api.event_type_location.completed_by().map(str::to_owned),
            separator: api.separator.clone(),
        },
        signature: api.scheme.clone(),
        stated: api
            .stated
            .as_ref()
            .map(|stated| Stated { scheme: stated.scheme.clone(), source: builder.source(&stated.origin) }),
        event_types: builder.event_types(description),
        topics: names
            .topics()
            .iter()
            .map(|(name, rust)| Topic { name: name.clone(), rust: rust.to_string() })
            .collect(),
        accessors: names
            .accessors()
            .iter()
            .map(|accessor| {
                let field = accessor.field(api);
                Accessor { rust: accessor.name.to_string(), member: field.wire.clone(), ty: builder.ty(&field.ty) }
            })
            .collect(),
        types: (0..api.types.len()).map(TypeId).map(|id| (names.ty(id).to_string(), builder.definition(id))).collect(),
    }
}

fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    node.get(name).and_then(Node::as_str)
}

fn prose(text: Option<&str>) -> Option<String> {
    text.map(|text| shortened(text).into_owned())
}

fn elements<'a>(root: &'a Node, name: &str) -> &'a [Node] {
    root.get(name).and_then(Node::as_array).unwrap_or_default()
}

fn servers(root: &Node) -> Vec<Server> {
    let server = |node: &Node| {
        Some(Server { url: text(node, "url")?.to_owned(), description: prose(text(node, "description")) })
    };
    elements(root, "servers").iter().filter_map(server).collect()
}

fn tags(root: &Node) -> Vec<Tag> {
    let tag =
        |node: &Node| Some(Tag { name: text(node, "name")?.to_owned(), description: prose(text(node, "description")) });
    elements(root, "tags").iter().filter_map(tag).collect()
}

fn security(root: &Node) -> Security {
    let schemes = root.get("components").and_then(|components| components.get("securitySchemes")?.as_object());
    Security {
        requirements: root.get("security").map(|node| Json::new(json(node))),
        schemes: schemes.into_iter().flatten().map(|(name, node)| (name.to_string(), Json::new(json(node)))).collect(),
    }
}

struct Builder<'a> {
    api: &'a Api,
    names: &'a Names,
    sources: &'a Sources,
}

impl Builder<'_> {
    fn event_types(&self, description: &Description) -> Vec<EventType> {
        let described: HashMap<&str, &normalize::Webhook> =
            description.webhooks.iter().map(|webhook| (webhook.name.as_str(), webhook)).collect();
        (0..self.api.webhooks.len())
            .filter_map(|index| Some(self.event_type(index, described.get(self.api.webhooks[index].key.as_str())?)))
            .collect()
    }

    fn event_type(&self, index: usize, described: &normalize::Webhook) -> EventType {
        let webhook = &self.api.webhooks[index];
        let examples = webhook.examples.iter().enumerate().map(|(number, example)| Example {
            file: self.names.example_file(index, number),
            hash: Fingerprint::of(example.json.as_bytes()).to_string(),
            assembled: example.assembled,
        });
        let header = |header: &normalize::Header| Header {
            name: header.name.clone(),
            values: header.listed.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        };
        EventType {
            name: webhook.event_type.clone(),
            rust: self.names.event_types()[index].to_string(),
            topic: self.api.topics(&webhook.event_type).next().map(str::to_owned),
            payload: self.names.ty(webhook.payload).to_string(),
            since: None,
            webhook: webhook.key.clone(),
            header_value: webhook.header.clone(),
            method: described.method.to_owned(),
            media_type: described.media_type.clone(),
            operation_id: described.operation.operation_id.clone(),
            summary: webhook.summary.clone(),
            description: prose(webhook.description.as_deref()),
            deprecated: webhook.deprecated,
            tags: described.operation.tags.clone(),
            security: described.security.as_ref().map(|node| Json::new(json(node))),
            headers: described.headers.iter().map(header).collect(),
            examples: examples.collect(),
            source: self.source(&webhook.origin),
        }
    }

    fn definition(&self, id: TypeId) -> Definition {
        let def = self.api.def(id);
        let rust = self.names.members(id);
        let unknown = || self.names.unknown(id).to_string();
        let is = match &def.kind {
            ir::Kind::Struct(object) => Kind::Struct(Struct {
                fields: object
                    .fields
                    .iter()
                    .zip(rust)
                    .map(|(field, rust)| self.field(field, rust.to_string()))
                    .collect(),
                rest: Rest {
                    rust: rust.get(object.fields.len()).map(ToString::to_string).unwrap_or_default(),
                    ty: object.rest.as_ref().map(|ty| self.ty(ty)),
                },
                large: object.is_large,
            }),
            ir::Kind::Enum(listed) => Kind::Enum(Enum {
                values: listed
                    .values
                    .iter()
                    .zip(rust)
                    .map(|(value, rust)| self.value(value, Some(rust.to_string())))
                    .collect(),
                unknown: unknown(),
                keeps: match listed.fallback {
                    ir::Fallback::Text => Fallback::String,
                    ir::Fallback::Integer => Fallback::Integer,
                    ir::Fallback::Json => Fallback::Any,
                },
            }),
            ir::Kind::Constant(value) => Kind::Constant(self.value(value, None)),
            ir::Kind::Union(union) => Kind::Union(Union {
                tag: match &union.select {
                    ir::Select::Tag { member, default } => Some(TagSelect {
                        member: member.clone(),
                        default: default.and_then(|index| rust.get(index)).map(ToString::to_string),
                    }),
                    ir::Select::Shape => None,
                },
                variants: union
                    .variants
                    .iter()
                    .zip(rust)
                    .map(|(variant, rust)| Variant {
                        rust: rust.to_string(),
                        tags: variant.tags.clone(),
                        ty: self.ty(&variant.ty),
                        source: self.source(&variant.origin),
                    })
                    .collect(),
                unknown: unknown(),
            }),
            ir::Kind::Newtype(inner) => Kind::Newtype(self.ty(inner)),
        };
        Definition {
            module: self.names.module(id).to_owned(),
            since: None,
            source: self.source(&def.origin),
            docs: described(&def.docs),
            is,
        }
    }

    fn field(&self, field: &ir::Field, rust: String) -> Field {
        Field {
            name: field.wire.clone(),
            rust,
            presence: match field.presence {
                ir::Presence::Required => Presence::Required,
                ir::Presence::Optional => Presence::Optional,
                ir::Presence::OptionalWithNull => Presence::OptionalWithNull,
                ir::Presence::Nullable => Presence::Nullable,
                ir::Presence::OptionalNullable => Presence::OptionalNullable,
            },
            ty: self.ty(&field.ty),
            since: None,
            docs: described(&field.docs),
            source: self.source(&field.origin),
        }
    }

    fn value(&self, value: &Literal, rust: Option<String>) -> Value {
        Value {
            value: Json::new(value.json()),
            rust,
            description: prose(value.description.as_deref()),
            source: self.source(value.value.origin()),
        }
    }

    fn ty(&self, ty: &ir::Type) -> Type {
        let inner = |ty| Box::new(self.ty(ty));
        match ty {
            ir::Type::Bool => Type::Boolean,
            ir::Type::I32 => Type::Int32,
            ir::Type::I64 => Type::Int64,
            ir::Type::Integer => Type::Integer,
            ir::Type::Number => Type::Number,
            ir::Type::String => Type::String,
            ir::Type::Text(format) => Type::Format(format.name().to_owned()),
            ir::Type::Constant(ir::Constant::Text(text)) => Type::Constant(Constant::Text(text.clone())),
            ir::Type::Constant(ir::Constant::Integer(value)) => Type::Constant(Constant::Integer(*value)),
            ir::Type::Constant(ir::Constant::Bool(value)) => Type::Constant(Constant::Boolean(*value)),
            ir::Type::Null => Type::Null,
            ir::Type::Any => Type::Any,
            ir::Type::List(element) => Type::List(inner(element)),
            ir::Type::Tuple(elements) => Type::Tuple(elements.iter().map(|element| self.ty(element)).collect()),
            ir::Type::Map(value) => Type::Map(inner(value)),
            ir::Type::Nullable(ty) => Type::Nullable(inner(ty)),
            ir::Type::Implied(ty) => Type::Implied(inner(ty)),
            ir::Type::Deep(ty) => Type::Deep(inner(ty)),
            ir::Type::Named(id) => Type::Ref(self.names.ty(*id).to_string()),
            ir::Type::Boxed(id) => Type::Boxed(self.names.ty(*id).to_string()),
        }
    }

    fn source(&self, origin: &Origin) -> Source {
        let file = Some(origin.file()).filter(|file| Some(*file) != self.sources.description());
        let file = file.map_or("", |file| self.sources.relative_name(file));
        Source(format!("{file}#{}", origin.pointer()))
    }
}

fn described(docs: &ir::Docs) -> Described {
    Described {
        title: docs.title.clone(),
        description: prose(docs.description.as_deref()),
        deprecated: docs.deprecated,
        constraints: docs.facts.iter().map(|(keyword, value)| (keyword.clone(), Json::new(value))).collect(),
    }
}

impl Catalogue {
    /// The definition of a name.
    pub fn definition(&self, name: &str) -> Option<&Definition> {
        self.types.get(name)
    }

    /// The event types, by name.
    pub fn event_types_by_name(&self) -> BTreeMap<&str, &EventType> {
        self.event_types.iter().map(|event_type| (event_type.name.as_str(), event_type)).collect()
    }
}
