use std::any::type_name;
use std::collections::HashMap;
use std::fmt;
use std::iter::successors;
use std::sync::Arc;

use super::handler::{AnyHandler, HandlerFuture};
use super::{Fallback, Outcome, Reason, Unrouted};
use crate::codec::{Drift, Holding, Reader};
use crate::event_type::{self, EventType, Unsettled};
use crate::webhooks::{EventName, TopicName};
use crate::{DecodeError, Delivery, Webhooks};

/// Decodes a delivery and passes it to a handler of one payload type.
pub(crate) type PayloadRoute =
    Box<dyn Fn(Delivery, Unsettled, &Arc<Holding>) -> Result<Decoded, DecodeError> + Send + Sync>;
/// A handler, started on an event, and what the event has that the description does not list.
pub(crate) type Decoded = (HandlerFuture, Vec<Drift>);

type Topic<W> = <<W as Webhooks>::EventType as EventName>::Topic;

/// The registered handlers.
pub(crate) struct Routes<W: Webhooks> {
    pub(crate) payloads: HashMap<W::EventType, Named<PayloadRoute>>,
    pub(crate) topics: HashMap<Topic<W>, Named<AnyHandler<W::Event>>>,
    pub(crate) any: Option<Named<AnyHandler<W::Event>>>,
    pub(crate) fallback: Option<Named<AnyHandler<Unrouted, Fallback>>>,
    /// The event type of every delivery, whatever it states.
    pub(crate) assumed: Option<W::EventType>,
}

/// A handler, and its name in the source.
pub(crate) struct Named<H> {
    handler: H,
    name: &'static str,
}

impl<H> Named<H> {
    pub(crate) fn of<F>(handler: H) -> Self {
        Self { handler, name: type_name::<F>() }
    }
}

/// The route of a delivery.
pub(crate) struct Routed {
    /// Its event type, if that is in the description.
    pub(crate) event_type: Option<&'static str>,
    /// What it has that the description does not list.
    pub(crate) drift: Vec<Drift>,
    /// What was started on the delivery, or the outcome if there is nothing to run.
    pub(crate) started: Result<Started, Outcome>,
}

/// A handler, started on a delivery.
pub(crate) enum Started {
    /// The most specific one.
    Handler(HandlerFuture),
    Fallback(HandlerFuture<Fallback>, Reason),
}

/// A registered handler, as [`ReceiverService::routes`](crate::ReceiverService::routes) lists it.
///
/// `Display` shows it in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// An event type, `topic …`, `any event`, or `everything else`.
    pub on: String,
    /// The name of the handler's type: for a function, its path.
    pub handler: &'static str,
    /// The event types that reach it, in the order of the description. For `everything else` those that no other handler
    /// takes; it also gets deliveries of unknown type and those that do not decode.
    pub event_types: Vec<&'static str>,
}

impl Route {
    pub(crate) const FALLBACK: &'static str = "everything else";
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {} ({} event types)", self.on, self.handler, self.event_types.len())
    }
}

impl<W: Webhooks> Routes<W> {
    pub(crate) fn new() -> Self {
        Self { payloads: HashMap::new(), topics: HashMap::new(), any: None, fallback: None, assumed: None }
    }

    pub(crate) fn has_fallback(&self) -> bool {
        self.fallback.is_some()
    }

    /// The decoded values take memory from what the delivery holds.
    pub(crate) fn route(&self, delivery: Delivery, holding: &Arc<Holding>) -> Routed {
        let found =
            self.assumed.map_or_else(|| EventType::<W>::of(&delivery), |known| Ok(EventType::Known(known, None)));
        let (event_type, handler) = match found {
            Ok(EventType::Known(known, unsettled)) => {
                (Some(known.as_str()), self.route_known(known, unsettled, &delivery, holding))
            }
            Ok(EventType::Unknown(name)) => (None, Err(Reason::UnknownEventType(name))),
            Err(error) => (None, Err(error.into())),
        };
        let mut drift = Vec::new();
        let started = match (handler, &self.fallback) {
            (Ok((handler, found)), _) => {
                drift = found;
                Ok(Started::Handler(handler))
            }
            // It may decode later.
            (Err(_), _) if holding.is_refused() => Err(Outcome::Overloaded),
            (Err(reason), Some(fallback)) => {
                let unrouted = Unrouted::new(delivery.clone(), reason.clone());
                Ok(Started::Fallback((fallback.handler)(unrouted, delivery), reason))
            }
            (Err(reason), None) => Err(Outcome::Unrouted { reason, fallback: None }),
        };
        Routed { event_type, drift, started }
    }

    fn route_known(
        &self,
        event_type: W::EventType,
        unsettled: Unsettled,
        delivery: &Delivery,
        holding: &Arc<Holding>,
    ) -> Result<Decoded, Reason> {
        if let Some(route) = self.payloads.get(&event_type) {
            return Ok((route.handler)(delivery.clone(), unsettled, holding)?);
        }
        let topic = topics(event_type).find_map(|topic| self.topics.get(&topic));
        match topic.or(self.any.as_ref()) {
            Some(route) => {
                let decode = |reader: &mut Reader<'_>| W::decode(event_type, reader);
                let (event, drift) = event_type::read_with_drift::<W, _>(delivery, unsettled, Some(holding), decode)?;
                Ok(((route.handler)(event, delivery.clone()), drift))
            }
            None => {
                if unsettled.is_some() {
                    EventType::<W>::checked(delivery)?;
                }
                Err(Reason::NoHandler(event_type.as_str()))
            }
        }
    }

    /// All routes, the most specific first, in the order of the description.
    pub(crate) fn list(&self) -> Vec<Route> {
        let known: Vec<_> = W::EventType::ALL
            .iter()
            .copied()
            .filter(|&event_type| self.assumed.is_none_or(|assumed| assumed == event_type))
            .collect();
        let of_topic = |event_type| topics(event_type).find(|topic| self.topics.contains_key(topic));
        let rest = || known.iter().copied().filter(|event_type| !self.payloads.contains_key(event_type));
        let names = |event_types: &mut dyn Iterator<Item = W::EventType>| event_types.map(EventName::as_str).collect();

        let mut payloads: Vec<_> = self.payloads.iter().collect();
        payloads.sort_by_key(|(event_type, _)| position(**event_type));
        let payloads = payloads.into_iter().map(|(event_type, route)| Route {
            on: event_type.as_str().to_owned(),
            handler: route.name,
            event_types: names(&mut known.iter().copied().filter(|known| known == event_type)),
        });
        let mut by_topic: Vec<_> = self.topics.iter().map(|(topic, route)| (*topic, route.name)).collect();
        by_topic.sort_by_key(|(topic, _)| topic.as_str());
        let by_topic = by_topic.into_iter().map(|(topic, handler)| Route {
            on: format!("topic {topic}"),
            handler,
            event_types: names(&mut rest().filter(|&event_type| of_topic(event_type) == Some(topic))),
        });
        let without_topic = || rest().filter(|&event_type| of_topic(event_type).is_none());
        let any = self.any.as_ref().map(|route| Route {
            on: "any event".to_owned(),
            handler: route.name,
            event_types: names(&mut without_topic()),
        });
        let fallback = self.fallback.as_ref().map(|route| Route {
            on: Route::FALLBACK.to_owned(),
            handler: route.name,
            event_types: names(&mut without_topic().filter(|_| self.any.is_none())),
        });
        payloads.chain(by_topic).chain(any).chain(fallback).collect()
    }
}

/// The topics of an event type, the innermost first.
fn topics<E: EventName>(event_type: E) -> impl Iterator<Item = E::Topic> {
    successors(event_type.topic(), |topic| topic.parent())
}

fn position<E: EventName>(event_type: E) -> Option<usize> {
    E::ALL.iter().position(|other| *other == event_type)
}
