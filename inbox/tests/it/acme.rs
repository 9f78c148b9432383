//! The webhooks of a made-up vendor, in the form in which a generator writes them.

use std::time::SystemTime;

use webhook_receiver::codegen::codec::{self, Reader};
use webhook_receiver::codegen::{self, EventTypeLocation};
use webhook_receiver::http::HeaderMap;
use webhook_receiver::{DecodeError, Payload, Receiver, Undeclared, UnknownEvent, Verifier, Webhooks, testing};

/// The vendor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Acme {}

impl Webhooks for Acme {
    type EventType = EventType;
    type Event = Event;
    const EVENT_TYPE: EventTypeLocation = EventTypeLocation::body(&["/type"]);

    fn decode(event_type: EventType, reader: &mut Reader<'_>) -> Result<Event, DecodeError> {
        Event::decode(event_type, reader)
    }

    fn unknown(event: UnknownEvent) -> Event {
        Event::Unknown(event)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Created(Box<Created>),
    Updated(Box<Updated>),
    Unknown(UnknownEvent),
}

codegen::event! {
    Event: EventType {
        Created,
        Updated,
        ..Unknown
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EventType {
    Created,
    Updated,
}

codegen::event_type! {
    EventType: Topic by "." {
        "asset.created" => Created in Asset,
        "asset.updated" => Updated in Asset,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    Asset,
}

codegen::topic! {
    Topic {
        "asset" => Asset,
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Created {
    pub(crate) asset: String,
    pub(crate) undeclared: Undeclared,
}

codec::object! {
    Created {
        "asset" => asset: required,
        ..undeclared
    }
}

impl Payload for Created {
    type Webhooks = Acme;
    const EVENT_TYPE: EventType = EventType::Created;
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Updated {
    pub(crate) asset: String,
    pub(crate) time: Option<String>,
    pub(crate) undeclared: Undeclared,
}

codec::object! {
    Updated {
        "asset" => asset: required,
        "time" => time: optional,
        ..undeclared
    }
}

impl Payload for Updated {
    type Webhooks = Acme;
    const EVENT_TYPE: EventType = EventType::Updated;
}

pub(crate) fn receiver() -> Receiver<Acme> {
    Receiver::new(Verifier::standard_webhooks(testing::secret()))
}

pub(crate) fn created(asset: &str) -> String {
    format!(r#"{{"type":"asset.created","asset":"{asset}"}}"#)
}

pub(crate) fn updated(asset: &str, time: &str) -> String {
    format!(r#"{{"type":"asset.updated","asset":"{asset}","time":"{time}"}}"#)
}

/// The headers of an attempt to deliver this body, made now.
pub(crate) fn signed(id: &str, body: &str) -> HeaderMap {
    testing::sign(&testing::secret(), id, SystemTime::now(), body.as_bytes())
}
