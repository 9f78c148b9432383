//! The webhooks of a made-up vendor, in the form in which a generator writes them.

use std::collections::BTreeMap;

use webhook_receiver::bytes::Bytes;
use webhook_receiver::codegen::codec::{self, Reader};
use webhook_receiver::codegen::{self, EventTypeLocation};
use webhook_receiver::{
    DecodeError, Delivery, Integer, JsonValue, Payload, Text, Undeclared, UnknownEvent, Webhooks, format,
};

/// The vendor.
pub(crate) enum Acme {}

impl Webhooks for Acme {
    type EventType = EventType;
    type Event = Event;
    const EVENT_TYPE: EventTypeLocation = EventTypeLocation::body(&["/eventType"]);

    fn decode(event_type: EventType, reader: &mut Reader<'_>) -> Result<Event, DecodeError> {
        Event::decode(event_type, reader)
    }

    fn unknown(event: UnknownEvent) -> Event {
        Event::Unknown(event)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    AssetCreated(Box<AssetCreated>),
    AssetMetadataUpdated(Box<AssetMetadataUpdated>),
    Ping(Box<Ping>),
    Unknown(UnknownEvent),
}

codegen::event! {
    Event: EventType {
        AssetCreated,
        AssetMetadataUpdated,
        Ping,
        ..Unknown
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EventType {
    AssetCreated,
    AssetMetadataUpdated,
    Ping,
}

codegen::event_type! {
    EventType: Topic by "." {
        "asset.created" => AssetCreated in Asset,
        "asset.metadata.updated" => AssetMetadataUpdated in AssetMetadata,
        "ping" => Ping,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    Asset,
    AssetMetadata,
}

codegen::topic! {
    Topic {
        "asset" => Asset,
        "asset.metadata" => AssetMetadata in Asset,
    }
}

/// Every presence: required, optional, nullable, and both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asset {
    pub(crate) id: String,
    pub(crate) filename: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) folder: Option<Option<String>>,
    pub(crate) size: Option<i64>,
    pub(crate) views: Option<Integer>,
    pub(crate) status: Option<Status>,
    pub(crate) created: Option<Text<format::DateTime>>,
    pub(crate) parent: Option<Box<Asset>>,
    pub(crate) renditions: Option<Vec<Asset>>,
    pub(crate) position: Option<(i32, i32)>,
    pub(crate) extra: Option<JsonValue>,
    pub(crate) undeclared: Undeclared,
}

codec::object! {
    Asset {
        "id" => id: required,
        "filename" => filename: optional,
        "owner" => owner: required,
        "folder" => folder: optional_nullable,
        "size" => size: optional,
        "views" => views: optional,
        "status" => status: optional,
        "created" => created: optional,
        "parent" => parent: optional,
        "renditions" => renditions: optional,
        "position" => position: optional,
        "extra" => extra: optional_nullable,
        ..undeclared
    }
}

/// An open set of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    Live,
    Unknown(String),
}

codec::text_enum! {
    Status {
        "draft" => Draft,
        "live" => Live,
        ..Unknown
    }
}

/// A constant and a member.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AssetCreated {
    pub(crate) event_type: AssetCreatedType,
    pub(crate) asset: Asset,
    pub(crate) undeclared: Undeclared,
}

codec::object! {
    AssetCreated {
        "eventType" => event_type: required,
        "asset" => asset: required,
        ..undeclared
    }
}

codegen::payload!(AssetCreated: Acme, EventType::AssetCreated, "acme/asset_created.json");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AssetCreatedType;

codec::constant!(AssetCreatedType: str = "asset.created");

/// A map for everything undeclared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AssetMetadataUpdated {
    pub(crate) event_type: String,
    pub(crate) rest: BTreeMap<String, JsonValue>,
}

codec::object! {
    AssetMetadataUpdated {
        "eventType" => event_type: required,
        ..rest
    }
}

impl Payload for AssetMetadataUpdated {
    type Webhooks = Acme;
    const EVENT_TYPE: EventType = EventType::AssetMetadataUpdated;
}

/// Nothing required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ping {
    pub(crate) count: Option<i32>,
    pub(crate) undeclared: Undeclared,
}

codec::object! {
    Ping {
        "count" => count: optional,
        ..undeclared
    }
}

impl Payload for Ping {
    type Webhooks = Acme;
    const EVENT_TYPE: EventType = EventType::Ping;
}

/// A verified delivery of this body.
pub(crate) fn delivery(body: impl Into<Bytes>) -> Delivery {
    use webhook_receiver::{StandardWebhooks, Verifier, testing};

    let body = body.into();
    let headers = testing::signed_now(&StandardWebhooks::DEFAULT, &testing::secret(), &body);
    Verifier::standard_webhooks(testing::secret()).verify(&headers, body).unwrap()
}
