use std::collections::HashMap;
use std::iter::successors;

use super::handler::{AnyHandler, Job};
use super::{Outcome, Reason, Unrouted};
use crate::event_type::EventType;
use crate::{DecodeError, Delivery, EventName, TopicName, Webhooks};

/// Decodes a delivery and hands it to a handler of one payload type.
pub(super) type PayloadRoute = Box<dyn Fn(Delivery) -> Result<Job, DecodeError> + Send + Sync>;

type Topic<W> = <<W as Webhooks>::EventType as EventName>::Topic;

/// The registered handlers.
pub(crate) struct Routes<W: Webhooks> {
    pub(super) payloads: HashMap<W::EventType, PayloadRoute>,
    pub(super) topics: HashMap<Topic<W>, AnyHandler<W::Event>>,
    pub(super) any: Option<AnyHandler<W::Event>>,
    pub(super) fallback: Option<AnyHandler<Unrouted>>,
    /// The event type of every delivery, whatever it says.
    pub(super) assumed: Option<W::EventType>,
}

impl<W: Webhooks> Routes<W> {
    pub(super) fn new() -> Self {
        Self { payloads: HashMap::new(), topics: HashMap::new(), any: None, fallback: None, assumed: None }
    }

    pub(crate) fn has_fallback(&self) -> bool {
        self.fallback.is_some()
    }

    /// The job of the most specific handler, or the outcome if there is nothing to run.
    pub(crate) fn route(&self, delivery: Delivery) -> Result<Job, Outcome> {
        let event_type =
            self.assumed.map_or_else(|| EventType::<W>::of(&delivery), |known| Ok(EventType::Known(known)));
        let job = match event_type {
            Ok(EventType::Known(event_type)) => self.route_known(event_type, &delivery),
            Ok(EventType::Unknown(name)) => Err(Reason::UnknownEventType(name)),
            Err(error) => Err(error.into()),
        };
        match (job, &self.fallback) {
            (Ok(job), _) => Ok(job),
            (Err(reason), Some(fallback)) => Ok(fallback(Unrouted::new(delivery.clone(), reason), delivery)),
            (Err(Reason::Malformed(error) | Reason::Mismatch(error)), None) => Err(Outcome::Undecodable(error)),
            (Err(Reason::UnknownEventType(_) | Reason::NoHandler(_)), None) => Err(Outcome::Ignored),
        }
    }

    fn route_known(&self, event_type: W::EventType, delivery: &Delivery) -> Result<Job, Reason> {
        if let Some(route) = self.payloads.get(&event_type) {
            return Ok(route(delivery.clone())?);
        }
        let mut topics = successors(event_type.topic(), |topic| topic.parent());
        match topics.find_map(|topic| self.topics.get(&topic)).or(self.any.as_ref()) {
            Some(handler) => Ok(handler(W::decode(event_type, delivery)?, delivery.clone())),
            None => Err(Reason::NoHandler(event_type.as_str())),
        }
    }
}
