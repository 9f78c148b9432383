use std::time::Duration;

use super::handler::erase;
use super::{Handler, Routes, Unrouted};
use crate::service::Limits;
use crate::{Carrier, Delivery, EventName, Payload, ReceiverService, TopicName, Verifier, Webhooks};

/// Collects the handlers for the webhooks `W`, then becomes a [`ReceiverService`].
///
/// For each delivery exactly one handler runs, the most specific: that of its
/// [event type](Self::on), else that of its innermost [topic](Self::on_topic) that has one, else that of
/// [any event](Self::on_any), else the [fallback](Self::otherwise). An event of unknown type has no payload type and
/// goes to the fallback.
///
/// Handlers are functions whose first argument says what they handle; see [`Handler`] for the others
/// and the result.
///
/// ```
/// # use std::convert::Infallible;
/// # use webhook_receiver::*;
/// # #[derive(Clone)]
/// # struct App;
/// # impl App {
/// #     async fn index<T>(&self, _: T) {}
/// #     async fn park(&self, _: &Unrouted) -> Result<(), Infallible> { Ok(()) }
/// # }
/// # fn example<Acme, AssetCreated, Event>(
/// #     verifier: Verifier,
/// #     app: App,
/// #     agreements: <Acme::EventType as EventName>::Topic,
/// # ) -> ReceiverService<Acme>
/// # where
/// #     Acme: Webhooks<Event = Event>,
/// #     AssetCreated: Payload<Webhooks = Acme> + Sync,
/// #     Event: serde::Serialize + Send + 'static,
/// # {
/// let service = Receiver::<Acme>::new(verifier)
///     .with_state(app)
///     .on(|event: AssetCreated, app: State<App>| async move { app.index(event).await })
///     .on_topic(agreements, |event: Event| async move { drop(event) })
///     .otherwise(|unrouted: Unrouted, app: State<App>| async move { app.park(&unrouted).await })
///     .into_service();
/// # service
/// # }
/// ```
#[must_use = "a receiver does nothing until it is made a service"]
pub struct Receiver<W: Webhooks, S = ()> {
    verifier: Verifier,
    state: S,
    routes: Routes<W>,
    limits: Limits,
}

impl<W: Webhooks> Receiver<W> {
    /// A receiver without handlers.
    pub fn new(mut verifier: Verifier) -> Self {
        if let Carrier::Header { name, .. } = W::EVENT_TYPE {
            verifier.keep_event_type_header(name);
        }
        Self { verifier, state: (), routes: Routes::new(), limits: Limits::default() }
    }

    /// Sets the state that handlers registered from here on may take as [`State`](crate::State).
    ///
    /// A handler that is registered before cannot ask for it:
    ///
    /// ```compile_fail,E0277
    /// # use webhook_receiver::*;
    /// # #[derive(Clone)]
    /// # struct App;
    /// # fn example<Acme: Webhooks>(verifier: Verifier, app: App) -> Receiver<Acme, App> {
    /// Receiver::<Acme>::new(verifier)
    ///     .otherwise(|_: Unrouted, app: State<App>| async {})
    ///     .with_state(app)
    /// # }
    /// ```
    pub fn with_state<S: Clone + Send + Sync + 'static>(self, state: S) -> Receiver<W, S> {
        let Self { verifier, state: (), routes, limits } = self;
        Receiver { verifier, state, routes, limits }
    }
}

impl<W: Webhooks, S: Clone + Send + Sync + 'static> Receiver<W, S> {
    /// Handles the event type that the handler's first argument, a [`Payload`], belongs to.
    ///
    /// # Panics
    ///
    /// If the event type has a handler already.
    #[track_caller]
    pub fn on<P, X, H>(mut self, handler: H) -> Self
    where
        P: Payload<Webhooks = W>,
        H: Handler<P, S, X>,
    {
        let handler = erase(handler, self.state.clone());
        let route = Box::new(move |delivery: Delivery| {
            let payload = delivery.decode::<P>()?;
            Ok(handler(payload, delivery))
        });
        let previous = self.routes.payloads.insert(P::EVENT_TYPE, route);
        assert!(previous.is_none(), "`{}` has two handlers", P::EVENT_TYPE.as_str());
        self
    }

    /// Handles all events of a topic, and of the topics within it, that have no handler of their own.
    /// The handler's first argument is [`Webhooks::Event`].
    ///
    /// # Panics
    ///
    /// If the topic has a handler already.
    #[track_caller]
    pub fn on_topic<X, H>(mut self, topic: <W::EventType as EventName>::Topic, handler: H) -> Self
    where
        H: Handler<W::Event, S, X>,
    {
        let handler = erase(handler, self.state.clone());
        let previous = self.routes.topics.insert(topic, handler);
        assert!(previous.is_none(), "topic `{}` has two handlers", topic.as_str());
        self
    }

    /// Handles all events of known type that have no handler of their own and none of a topic: to put them into a
    /// queue, say. The handler's first argument is [`Webhooks::Event`].
    ///
    /// # Panics
    ///
    /// If there is such a handler already.
    #[track_caller]
    pub fn on_any<X, H>(mut self, handler: H) -> Self
    where
        H: Handler<W::Event, S, X>,
    {
        let previous = self.routes.any.replace(erase(handler, self.state.clone()));
        assert!(previous.is_none(), "there are two handlers of any event");
        self
    }

    /// Handles every delivery that no other handler can take: of unknown or unhandled event type, or
    /// undecodable. The handler's first argument is [`Unrouted`].
    ///
    /// If it finishes without an error, the sender is told that the delivery was accepted. So it
    /// should keep the raw bytes. Without a fallback, undecodable deliveries are refused and the others
    /// ignored.
    ///
    /// # Panics
    ///
    /// If there is a fallback already.
    #[track_caller]
    pub fn otherwise<X, H>(mut self, handler: H) -> Self
    where
        H: Handler<Unrouted, S, X>,
    {
        let previous = self.routes.fallback.replace(erase(handler, self.state.clone()));
        assert!(previous.is_none(), "there are two fallback handlers");
        self
    }

    /// Takes every delivery for one of this event type, whatever it says: for an address that the vendor sends
    /// nothing else to.
    pub fn assuming(mut self, event_type: W::EventType) -> Self {
        self.routes.assumed = Some(event_type);
        self
    }

    /// The longest body that is read, in bytes; 2 MiB unless set. Longer ones are answered with 413.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// How long reading a body may take; 10 s unless set. Slower ones are answered with 408.
    ///
    /// Reading the headers is up to the server, which should have a deadline of its own.
    pub fn body_deadline(mut self, deadline: Duration) -> Self {
        self.limits.body_deadline = deadline;
        self
    }

    /// Finishes the receiver. Logs a warning if there is no [fallback](Self::otherwise).
    pub fn into_service(self) -> ReceiverService<W> {
        if !self.routes.has_fallback() {
            tracing::warn!(
                "the webhook receiver has no fallback handler: deliveries that do not decode are refused, \
                 those without a handler are ignored"
            );
        }
        ReceiverService::new(self.verifier, self.routes, self.limits)
    }
}
