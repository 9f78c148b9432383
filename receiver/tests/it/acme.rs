//! The webhooks of a made-up vendor, in the form in which a generator writes them.

use std::collections::BTreeMap;
use std::fmt;

use webhook_receiver::bytes::Bytes;
use webhook_receiver::codegen::codec::{self, ObjectWriter, Reader};
use webhook_receiver::codegen::{EventName, EventTypeLocation, Serialize, Serializer, TopicName};
use webhook_receiver::{
    Decode, DecodeError, Delivery, Integer, JsonValue, Payload, Text, UnknownEvent, Webhooks, format,
};

/// The vendor.
pub(crate) enum Acme {}

impl Webhooks for Acme {
    type EventType = EventType;
    type Event = Event;
    const EVENT_TYPE: EventTypeLocation = EventTypeLocation::body(&["/eventType"]);

    fn decode(event_type: EventType, reader: &mut Reader<'_>) -> Result<Event, DecodeError> {
        match event_type {
            EventType::AssetCreated => Decode::decode(reader).map(Event::AssetCreated),
            EventType::AssetMetadataUpdated => Decode::decode(reader).map(Event::AssetMetadataUpdated),
            EventType::Ping => Decode::decode(reader).map(Event::Ping),
        }
    }

    fn unknown(event: UnknownEvent) -> Event {
        Event::Unknown(event)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    AssetCreated(AssetCreated),
    AssetMetadataUpdated(AssetMetadataUpdated),
    Ping(Ping),
    Unknown(UnknownEvent),
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AssetCreated(payload) => payload.serialize(serializer),
            Self::AssetMetadataUpdated(payload) => payload.serialize(serializer),
            Self::Ping(payload) => payload.serialize(serializer),
            Self::Unknown(event) => event.serialize(serializer),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EventType {
    AssetCreated,
    AssetMetadataUpdated,
    Ping,
}

impl EventName for EventType {
    type Topic = Topic;
    const ALL: &'static [Self] = &[Self::AssetCreated, Self::AssetMetadataUpdated, Self::Ping];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event_type| event_type.as_str() == name)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::AssetCreated => "asset.created",
            Self::AssetMetadataUpdated => "asset.metadata.updated",
            Self::Ping => "ping",
        }
    }

    fn topic(self) -> Option<Topic> {
        match self {
            Self::AssetCreated => Some(Topic::Asset),
            Self::AssetMetadataUpdated => Some(Topic::AssetMetadata),
            Self::Ping => None,
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    Asset,
    AssetMetadata,
}

impl TopicName for Topic {
    fn as_str(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::AssetMetadata => "asset.metadata",
        }
    }

    fn parent(self) -> Option<Self> {
        match self {
            Self::Asset => None,
            Self::AssetMetadata => Some(Self::Asset),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
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
}

impl Decode for Asset {
    const MEMBERS: Option<&'static [&'static str]> = Some(&[
        "id",
        "filename",
        "owner",
        "folder",
        "size",
        "views",
        "status",
        "created",
        "parent",
        "renditions",
        "position",
        "extra",
    ]);

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("Asset")?;
        let mut id = None;
        let mut filename = None;
        let mut owner = None;
        let mut folder = None;
        let mut size = None;
        let mut views = None;
        let mut status = None;
        let mut created = None;
        let mut parent = None;
        let mut renditions = None;
        let mut position = None;
        let mut extra = None;
        while let Some(name) = members.next()? {
            match &*name {
                "id" => members.read("id", &mut id)?,
                "filename" => members.read("filename", &mut filename)?,
                "owner" => members.read("owner", &mut owner)?,
                "folder" => members.read("folder", &mut folder)?,
                "size" => members.read("size", &mut size)?,
                "views" => members.read("views", &mut views)?,
                "status" => members.read("status", &mut status)?,
                "created" => members.read("created", &mut created)?,
                "parent" => members.read("parent", &mut parent)?,
                "renditions" => members.read("renditions", &mut renditions)?,
                "position" => members.read("position", &mut position)?,
                "extra" => members.read("extra", &mut extra)?,
                _ => members.skip()?,
            }
        }
        Ok(Self {
            id: members.required("id", id)?,
            filename: filename.flatten(),
            owner: members.required("owner", owner)?,
            folder,
            size: size.flatten(),
            views: views.flatten(),
            status: status.flatten(),
            created: created.flatten(),
            parent: parent.flatten(),
            renditions: renditions.flatten(),
            position: position.flatten(),
            extra,
        })
    }
}

impl Serialize for Asset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.required("id", &self.id)?;
        object.optional("filename", &self.filename)?;
        object.required("owner", &self.owner)?;
        object.optional("folder", &self.folder)?;
        object.optional("size", &self.size)?;
        object.optional("views", &self.views)?;
        object.optional("status", &self.status)?;
        object.optional("created", &self.created)?;
        object.optional("parent", &self.parent)?;
        object.optional("renditions", &self.renditions)?;
        object.optional("position", &self.position)?;
        object.optional("extra", &self.extra)?;
        object.end()
    }
}

/// An open set of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    Live,
    Unknown(String),
}

impl From<String> for Status {
    fn from(value: String) -> Self {
        match value.as_str() {
            "draft" => Self::Draft,
            "live" => Self::Live,
            _ => Self::Unknown(value),
        }
    }
}

impl Decode for Status {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        String::decode(reader).map(Self::from)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Draft => "draft",
            Self::Live => "live",
            Self::Unknown(value) => value,
        })
    }
}

/// A constant and a member.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AssetCreated {
    pub(crate) event_type: AssetCreatedType,
    pub(crate) asset: Asset,
}

impl Decode for AssetCreated {
    const MEMBERS: Option<&'static [&'static str]> = Some(&["eventType", "asset"]);

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("AssetCreated")?;
        let mut event_type = None;
        let mut asset = None;
        while let Some(name) = members.next()? {
            match &*name {
                "eventType" => members.read("eventType", &mut event_type)?,
                "asset" => members.read("asset", &mut asset)?,
                _ => members.skip()?,
            }
        }
        Ok(Self { event_type: members.required("eventType", event_type)?, asset: members.required("asset", asset)? })
    }
}

impl Serialize for AssetCreated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.required("eventType", &self.event_type)?;
        object.required("asset", &self.asset)?;
        object.end()
    }
}

impl Payload for AssetCreated {
    type Webhooks = Acme;
    const EVENT_TYPE: EventType = EventType::AssetCreated;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AssetCreatedType;

impl AssetCreatedType {
    const VALUE: &'static str = "asset.created";
}

impl Decode for AssetCreatedType {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        codec::constant(reader, Self::VALUE).map(|()| Self)
    }
}

impl Serialize for AssetCreatedType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Self::VALUE)
    }
}

/// A map for everything undeclared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AssetMetadataUpdated {
    pub(crate) event_type: String,
    pub(crate) rest: BTreeMap<String, JsonValue>,
}

impl Decode for AssetMetadataUpdated {
    const MEMBERS: Option<&'static [&'static str]> = Some(&["eventType"]);

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("AssetMetadataUpdated")?;
        let mut event_type = None;
        let mut rest = BTreeMap::new();
        while let Some(name) = members.next()? {
            match &*name {
                "eventType" => members.read("eventType", &mut event_type)?,
                _ => members.rest(name, &mut rest)?,
            }
        }
        Ok(Self { event_type: members.required("eventType", event_type)?, rest })
    }
}

impl Serialize for AssetMetadataUpdated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.required("eventType", &self.event_type)?;
        object.rest(&self.rest)?;
        object.end()
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
}

impl Decode for Ping {
    const MEMBERS: Option<&'static [&'static str]> = Some(&["count"]);

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("Ping")?;
        let mut count = None;
        while let Some(name) = members.next()? {
            match &*name {
                "count" => members.read("count", &mut count)?,
                _ => members.skip()?,
            }
        }
        Ok(Self { count: count.flatten() })
    }
}

impl Serialize for Ping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.optional("count", &self.count)?;
        object.end()
    }
}

impl Payload for Ping {
    type Webhooks = Acme;
    const EVENT_TYPE: EventType = EventType::Ping;
}

codec::deserialize!(Asset, AssetCreated, AssetMetadataUpdated, Ping);
codec::deserialize!(Status, AssetCreatedType);

/// A verified delivery of this body.
pub(crate) fn delivery(body: impl Into<Bytes>) -> Delivery {
    use webhook_receiver::{StandardWebhooks, Verifier, testing};

    let body = body.into();
    let headers = testing::signed_now(&StandardWebhooks::DEFAULT, &testing::secret(), &body);
    Verifier::standard_webhooks(testing::secret()).verify(&headers, body).unwrap()
}
