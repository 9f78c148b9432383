//! The webhooks of a description.

use std::collections::BTreeMap;

use super::{Field, Kind, TypeDef, TypeId};
use crate::document::{Origin, pointer};
use crate::signature::{Scheme, StatedScheme};

/// A whole description.
#[derive(Debug)]
pub struct Api {
    /// The title.
    pub title: String,
    /// The version, as the vendor writes it.
    pub version: String,
    /// The description, as CommonMark.
    pub description: Option<String>,
    /// Where a delivery states its event type.
    pub event_type_location: EventTypeLocation,
    /// What separates a topic from its action, and topics from subtopics.
    pub separator: String,
    /// What all names of event types begin with and Rust names leave out, such as `com.acme`.
    pub dropped_prefix: Option<String>,
    /// The number of webhooks with a JSON body, routed or not.
    pub described: usize,
    /// The routed webhooks, in document order.
    pub webhooks: Vec<Webhook>,
    /// The definitions; a [`TypeId`] is an index.
    pub types: Vec<TypeDef>,
    /// The places whose values are kept as JSON, each place once.
    pub untyped: Vec<Untyped>,
    /// The examples of whole payloads as written in the description, whether or not they decode.
    pub published: Vec<Published>,
    /// How deliveries are signed; `None` if neither the description nor the configuration states it.
    pub scheme: Option<Scheme>,
    /// What the description states in words about the signature that is verified, or about one if none is known.
    pub stated: Option<Stated>,
}

/// What a description states in words about a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// What it states.
    pub scheme: StatedScheme,
    /// The most direct place.
    pub origin: Origin,
}

/// Where a delivery states its event type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTypeLocation {
    /// In the body.
    Body {
        /// JSON pointers; the first one that a body has is used.
        pointers: Vec<String>,
        /// A JSON pointer to the text in the body that completes the event type.
        completed_by: Option<String>,
    },
    /// In a header.
    Header {
        /// The name, in lower case.
        name: String,
        /// A JSON pointer to the text in the body that completes the event type.
        completed_by: Option<String>,
    },
    /// Not in the delivery: each event type has its own endpoint.
    Address,
}

impl EventTypeLocation {
    /// A JSON pointer to the text in the body that completes the event type.
    pub fn completed_by(&self) -> Option<&str> {
        match self {
            Self::Body { completed_by, .. } | Self::Header { completed_by, .. } => completed_by.as_deref(),
            Self::Address => None,
        }
    }

    /// Whether it is the member of this name at the top of the body.
    pub fn is_member(&self, wire: &str) -> bool {
        match self {
            Self::Body { pointers, .. } => pointers.iter().any(|pointer| pointer::split(pointer) == [wire]),
            Self::Header { .. } | Self::Address => false,
        }
    }
}

/// A webhook that is routed by its event type.
#[derive(Debug)]
pub struct Webhook {
    /// The key under `webhooks`.
    pub key: String,
    /// The event type that a delivery states, such as `asset.metadata.updated`.
    pub event_type: String,
    /// The value of the header that states the event type; `None` if no header does.
    pub header: Option<String>,
    /// The root payload type, which no other webhook has.
    pub payload: TypeId,
    /// A one-line summary.
    pub summary: Option<String>,
    /// A description, as CommonMark.
    pub description: Option<String>,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
    /// Payloads that are known to decode, at least one.
    pub examples: Vec<Example>,
    /// The webhook in the description.
    pub origin: Origin,
}

/// Whether an event type is a template, with `{…}` that matches any segment.
pub fn is_template(event_type: &str) -> bool {
    event_type.split_once('{').is_some_and(|(_, rest)| rest.contains('}'))
}

/// A payload that decodes into the webhook's payload type and re-encodes to equal JSON.
#[derive(Debug)]
pub struct Example {
    /// The JSON text.
    pub json: String,
    /// Whether it was assembled from examples of properties, rather than written in the description.
    pub assembled: bool,
    /// Whether the body states the event type as far as necessary for routing. `false` if the payload declares no member
    /// for it.
    pub states_event_type: bool,
    /// The example in the description; the webhook if the example was assembled.
    pub origin: Origin,
}

/// An example of a whole payload as written in the description.
#[derive(Debug)]
pub struct Published {
    /// The key of its webhook, which may have several event types.
    pub webhook: String,
    /// Its key among the examples, if it has one.
    pub name: Option<String>,
    /// The JSON text.
    pub json: String,
    /// The example in the description.
    pub origin: Origin,
}

/// A place whose values are kept as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untyped {
    /// The schema.
    pub origin: Origin,
    /// Why its values have no type.
    pub reason: UntypedReason,
}

/// Why values have no type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UntypedReason {
    /// The description does not restrict them, for this reason.
    Unrestricted(&'static str),
    /// The description restricts them in a way that no Rust type expresses, for this reason.
    Inexpressible(String),
}

impl Api {
    /// The definition behind an id.
    pub fn def(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0]
    }

    /// The indices of the webhooks, in alphabetical order of their event types.
    pub fn webhooks_by_name(&self) -> Vec<usize> {
        let mut indices: Vec<usize> = (0..self.webhooks.len()).collect();
        indices.sort_by_key(|&index| &self.webhooks[index].event_type);
        indices
    }

    /// The topics of an event type, from the narrowest to the widest: `asset.metadata`, `asset`. The dropped prefix is not a
    /// topic.
    pub fn topics<'a>(&'a self, event_type: &'a str) -> impl Iterator<Item = &'a str> {
        let parent = |name: &'a str| name.rsplit_once(self.separator.as_str()).map(|(topic, _)| topic);
        // Of a topic, more is left than the prefix.
        let dropped = event_type.len() - self.short_name(event_type).len();
        std::iter::successors(parent(event_type), move |topic| parent(topic))
            .filter(move |topic| !topic.is_empty() && topic.len() >= dropped)
    }

    /// The name of an event type or topic without the dropped prefix.
    pub fn short_name<'a>(&self, name: &'a str) -> &'a str {
        let rest = self.dropped_prefix.as_deref().and_then(|prefix| name.strip_prefix(prefix));
        rest.and_then(|rest| rest.strip_prefix(&self.separator)).filter(|rest| !rest.is_empty()).unwrap_or(name)
    }

    /// Every topic with the webhooks right under it.
    pub fn topic_index(&self) -> BTreeMap<&str, Vec<&Webhook>> {
        let mut index: BTreeMap<&str, Vec<&Webhook>> = BTreeMap::new();
        for webhook in &self.webhooks {
            for (depth, topic) in self.topics(&webhook.event_type).enumerate() {
                let under = index.entry(topic).or_default();
                if depth == 0 {
                    under.push(webhook);
                }
            }
        }
        index
    }

    /// The fields that all root payloads have in common, with the same name and type.
    pub fn common_fields(&self) -> Vec<&Field> {
        let fields = |webhook: &Webhook| match &self.def(webhook.payload).kind {
            Kind::Struct(object) => object.fields.as_slice(),
            _ => &[],
        };
        let Some((first, others)) = self.webhooks.split_first() else { return Vec::new() };
        fields(first)
            .iter()
            .filter(|field| !self.event_type_location.is_member(&field.wire))
            .filter(|field| {
                others.iter().all(|webhook| fields(webhook).iter().any(|f| f.wire == field.wire && f.ty == field.ty))
            })
            .collect()
    }
}
