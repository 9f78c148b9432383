use std::sync::Arc;
use std::time::Duration;

use crate::event_type;
use crate::pace::Rate;
use crate::replay::{Guarded, MemoryGuard, ReplayGuard};
use crate::router::{Fallback, Handler, Named, Outcome, PayloadRoute, Route, Routes, Unrouted, erase};
use crate::service::{Drifted, Hooks, Limits, Observed, Setup};
use crate::webhooks::{EventName, EventTypeLocation, TopicName};
use crate::{Authenticator, BoxError, Delivery, Payload, ReceiverService, Rejected, Webhooks};

/// How long a call to the replay guard may take.
pub(crate) const GUARD_TIMEOUT: Duration = Duration::from_secs(10);

/// Collects the handlers for the webhooks `W`, then becomes a [`ReceiverService`].
///
/// At most one handler runs for a delivery, the most specific: that of its
/// [event type](Self::on), else that of its innermost [topic](Self::on_topic) that has one, else that of
/// [any event](Self::on_any), else the [fallback](Self::fallback). An event of unknown type has no payload type and
/// goes to the fallback.
///
/// Handlers are functions whose first argument says what they handle; see [`Handler`] for the others
/// and the result.
///
/// ```
/// # use std::convert::Infallible;
/// # use webhook_receiver::codegen::EventName;
/// # use webhook_receiver::*;
/// # #[derive(Clone)]
/// # struct App;
/// # impl App {
/// #     async fn index<T>(&self, _: T) {}
/// #     async fn park(&self, _: &Unrouted) -> Result<Fallback, Infallible> { Ok(Fallback::Kept) }
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
///     .on(|event: AssetCreated, app: HandlerState<App>| async move { app.index(event).await })
///     .on_topic(agreements, |event: Event| async move { drop(event) })
///     .fallback(|unrouted: Unrouted, app: HandlerState<App>| async move { app.park(&unrouted).await })
///     .into_service();
/// # service
/// # }
/// ```
#[must_use = "a receiver does nothing until it is made a service"]
pub struct Receiver<W: Webhooks, S = ()> {
    state: S,
    setup: Setup<W>,
}

impl<W: Webhooks> Receiver<W> {
    /// Creates a receiver without handlers, from a [`Verifier`](crate::Verifier) or an [`Authenticator`].
    pub fn new(authenticator: impl Into<Authenticator>) -> Self {
        let mut authenticator = authenticator.into();
        if let EventTypeLocation::Header { name, .. } = W::EVENT_TYPE {
            authenticator.verifier.keep_event_type_header(name);
        }
        let setup = Setup {
            authenticator,
            routes: Routes::new(),
            limits: Limits::default(),
            hooks: Hooks::default(),
            guard: Some(Guarded { guard: Arc::new(MemoryGuard::default()), limit: GUARD_TIMEOUT }),
        };
        Self { state: (), setup }
    }

    /// Sets the state that handlers registered after this call can take as [`HandlerState`](crate::HandlerState).
    ///
    /// A handler that is registered before cannot take it:
    ///
    /// ```compile_fail,E0277
    /// # use webhook_receiver::*;
    /// # #[derive(Clone)]
    /// # struct App;
    /// # fn example<Acme: Webhooks>(verifier: Verifier, app: App) -> Receiver<Acme, App> {
    /// Receiver::<Acme>::new(verifier)
    ///     .fallback(|_: Unrouted, app: HandlerState<App>| async { Fallback::Kept })
    ///     .with_state(app)
    /// # }
    /// ```
    pub fn with_state<S: Clone + Send + Sync + 'static>(self, state: S) -> Receiver<W, S> {
        Receiver { state, setup: self.setup }
    }
}

impl<W: Webhooks, S: Clone + Send + Sync + 'static> Receiver<W, S> {
    /// Registers a handler for one event type: that of its first argument, a [`Payload`].
    ///
    /// # Panics
    ///
    /// If the event type already has a handler.
    #[track_caller]
    pub fn on<P, X, H>(mut self, handler: H) -> Self
    where
        P: Payload<Webhooks = W>,
        H: Handler<P, S, X>,
    {
        let handler = erase(handler, self.state.clone());
        let route: PayloadRoute = Box::new(move |delivery: Delivery, unsettled, holding| {
            let (payload, drift) = event_type::read_with_drift::<W, _>(&delivery, unsettled, Some(holding), P::decode)?;
            Ok((handler(payload, delivery), drift))
        });
        let previous = self.setup.routes.payloads.insert(P::EVENT_TYPE, Named::of::<H>(route));
        assert!(previous.is_none(), "`{}` has two handlers", P::EVENT_TYPE.as_str());
        self
    }

    /// Registers a handler for the events of a topic, and of the topics within it, that have no handler of their own. The
    /// handler's first argument is [`Webhooks::Event`].
    ///
    /// # Panics
    ///
    /// If the topic already has a handler.
    #[track_caller]
    pub fn on_topic<X, H>(mut self, topic: <W::EventType as EventName>::Topic, handler: H) -> Self
    where
        H: Handler<W::Event, S, X>,
    {
        let handler = erase(handler, self.state.clone());
        let previous = self.setup.routes.topics.insert(topic, Named::of::<H>(handler));
        assert!(previous.is_none(), "topic `{}` has two handlers", topic.as_str());
        self
    }

    /// Registers a handler for all events of known type that have neither their own handler nor one of a topic, for
    /// example to put them into a queue. The handler's first argument is [`Webhooks::Event`].
    ///
    /// # Panics
    ///
    /// If such a handler is already registered.
    #[track_caller]
    pub fn on_any<X, H>(mut self, handler: H) -> Self
    where
        H: Handler<W::Event, S, X>,
    {
        let previous = self.setup.routes.any.replace(Named::of::<H>(erase(handler, self.state.clone())));
        assert!(previous.is_none(), "there are two handlers of any event");
        self
    }

    /// Registers a handler for every delivery that no other handler can take: its event type is unknown or unhandled, or
    /// it does not decode. The handler's first argument is [`Unrouted`].
    ///
    /// It returns [`Fallback::Handled`] or [`Fallback::Kept`], and the answer is 200. Then the sender does not send the
    /// delivery again by itself, so the fallback should keep the raw bytes, or return an error. Without a fallback,
    /// undecodable deliveries are refused and the others ignored.
    ///
    /// # Panics
    ///
    /// If a fallback is already registered.
    #[track_caller]
    pub fn fallback<X, H>(mut self, handler: H) -> Self
    where
        H: Handler<Unrouted, S, X, Fallback>,
    {
        let previous = self.setup.routes.fallback.replace(Named::of::<H>(erase(handler, self.state.clone())));
        assert!(previous.is_none(), "there are two fallback handlers");
        self
    }

    /// Treats every delivery as one of this event type, whatever it states: for an endpoint that receives nothing else.
    pub fn assume_event_type(mut self, event_type: W::EventType) -> Self {
        self.setup.routes.assumed = Some(event_type);
        self
    }

    /// Observes every verified delivery and its outcome. An observer cannot change the answer, not even by a panic. There
    /// can be several.
    ///
    /// It is called before the answer is sent and must not block. Send slow work to a channel.
    pub fn on_outcome(mut self, observer: impl Fn(&Observed<'_>) + Send + Sync + 'static) -> Self {
        self.setup.hooks.observers.push(Box::new(observer));
        self
    }

    /// Observes every delivery whose handler has failed. An [observer](Self::on_outcome) of [`Outcome::Failed`].
    pub fn on_error(self, observer: impl Fn(&Delivery, &BoxError) + Send + Sync + 'static) -> Self {
        self.on_outcome(move |observed| {
            if let Outcome::Failed(error) = observed.outcome {
                observer(observed.delivery, error);
            }
        })
    }

    /// Observes every delivery that has something the description does not list: an undeclared member, or an unknown value.
    /// Called like an [observer](Self::on_outcome), before the handler runs. A delivery without a handler is not decoded, so
    /// its drift is unknown.
    ///
    /// Each drift is also logged when it is new, and [counted](ReceiverService::drift).
    pub fn on_drift(mut self, observer: impl Fn(&Drifted<'_>) + Send + Sync + 'static) -> Self {
        self.setup.hooks.drifted.push(Box::new(observer));
        self
    }

    /// Observes every message that did not become a delivery, over HTTP or passed to
    /// [`receive`](ReceiverService::receive). Called like an [observer](Self::on_outcome).
    pub fn on_rejected(mut self, observer: impl Fn(&Rejected<'_>) + Send + Sync + 'static) -> Self {
        self.setup.hooks.rejected.push(Box::new(observer));
        self
    }

    /// Sets the guard that remembers handled deliveries. The default is a [`MemoryGuard`]. A guard belongs to one
    /// endpoint.
    pub fn replay_guard(mut self, guard: impl ReplayGuard) -> Self {
        let limit = self.setup.guard.map_or(GUARD_TIMEOUT, |known| known.limit);
        self.setup.guard = Some(Guarded { guard: Arc::new(guard), limit });
        self
    }

    /// Sets how long a call to the replay guard may take. The default is 10 s. A delivery for which a call takes longer is
    /// answered with 503, and the sender tries again. No effect [without a guard](Self::without_replay_guard).
    pub fn replay_guard_timeout(mut self, limit: Duration) -> Self {
        if let Some(guard) = &mut self.setup.guard {
            guard.limit = limit;
        }
        self
    }

    /// Handles every delivery, even one that was handled before, for handlers that recognize duplicates themselves.
    pub fn without_replay_guard(mut self) -> Self {
        self.setup.guard = None;
        self
    }

    /// Sets the maximum size of a body, in bytes. The default is 2 MiB. Larger ones are answered with 413.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.setup.limits.body_bytes = bytes;
        self
    }

    /// Sets how long reading a body may take. The default is 10 s. Slower ones are answered with 408.
    ///
    /// The server reads the headers and should have its own timeout for them.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.setup.limits.pace.timeout = timeout;
        self
    }

    /// Sets the minimum rate of a body, measured over this period: in each period, so many bytes must arrive, or the rest
    /// of the body. So the period is also the longest pause. The default is 1024 bytes per second over 5 s. Slower bodies
    /// are answered with 408. A rate of 0 leaves only the [timeout](Self::body_timeout).
    pub fn min_body_rate(mut self, bytes_per_second: u64, period: Duration) -> Self {
        self.setup.limits.pace.rate = Rate { bytes_per_second, period };
        self
    }

    /// Sets the memory for all bodies, from their arrival to the end of their handlers, in bytes. The default is 64 MiB;
    /// the minimum is one body. A body counts with the size of its buffer, at most twice what has arrived.
    ///
    /// If memory is short, bodies that are still arriving are evicted and answered with 503: first those that occupy the
    /// most memory for the longest time without progress. Their answer is held back for 5 s. Bodies of verified deliveries
    /// are kept. If they leave no room, the answer is 503, too.
    pub fn body_memory(mut self, bytes: usize) -> Self {
        self.setup.limits.body_memory = bytes;
        self
    }

    /// Sets the memory that the values of one body may take, in bytes. The default is 1 MiB. A body may always use 16 times
    /// its size, and one below 64 KiB as much as [all bodies together](Self::payload_memory).
    ///
    /// A body that needs more goes to the [fallback](Self::fallback), like one that does not match its type. Memory is used
    /// by elements of lists and maps whose type has many members, even if all are absent.
    pub fn decode_memory(mut self, bytes: usize) -> Self {
        self.setup.limits.decode_memory = bytes;
        self
    }

    /// Sets the memory that the values of all bodies may take together, from decoding to the end of their handlers, in bytes.
    /// The default is 256 MiB. A delivery for which there is not enough left is answered with 503; none waits. One that needs
    /// more than all of it goes to the [fallback](Self::fallback): with less than 16 times the [maximum size of a
    /// body](Self::body_limit), that can be one within its own limit. With less than 3 times that size, it is every large one.
    ///
    /// A body counts with twice its length for text, with its lists, maps and boxes, and with five times the size of its payload
    /// type; while it is decoded, with three times its length and with what the decoder keeps. What a handler decodes or clones
    /// itself is not counted.
    pub fn payload_memory(mut self, bytes: usize) -> Self {
        self.setup.limits.payload_memory = bytes;
        self
    }

    /// Sets how many handlers may run at once. The default is 1024. Further deliveries are answered with 503; none waits.
    pub fn max_concurrency(mut self, handlers: usize) -> Self {
        self.setup.limits.handlers = handlers;
        self
    }

    /// Builds the service. Logs the routes at the level DEBUG, and a warning for each handler that can never run. If there is
    /// no [fallback](Self::fallback), the first delivery logs a warning, unless the service is behind a store.
    pub fn into_service(self) -> ReceiverService<W> {
        let routes = &self.setup.routes;
        for route in routes.list() {
            tracing::debug!(on = route.on, handler = route.handler, "webhook route");
            if route.event_types.is_empty() && route.on != Route::FALLBACK {
                let (on, handler) = (route.on, route.handler);
                tracing::warn!(
                    on,
                    handler,
                    "this webhook handler can never run: other handlers take all of its event types"
                );
            }
        }
        ReceiverService::new(self.setup)
    }
}
