use std::fmt;
use std::time::{Duration, SystemTime};

use http::HeaderName;

use super::compiled_scheme::CompiledScheme;
use super::keys::{Keys, SecretRotation, Swapped};
use super::{Scheme, Secret, SecretError, StandardWebhooks};

const DEFAULT_TOLERANCE: Duration = Duration::from_mins(5);

type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// Turns requests into [deliveries](crate::Delivery), if they are authentic and recent.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use webhook_receiver::{StandardWebhooks, Secret, Verifier};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::builder(StandardWebhooks::DEFAULT)
///     .secret(Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?)
///     .clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_265_330))
///     .build()?;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse()?);
/// headers.insert("webhook-timestamp", "1614265330".parse()?);
/// headers.insert("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".parse()?);
///
/// let delivery = verifier.verify(&headers, r#"{"test": 2432232314}"#.into())?;
/// assert_eq!(delivery.id(), Some("msg_p5jXN8AQM9LWM0D4loKWxJek"));
/// # Ok(())
/// # }
/// ```
pub struct Verifier {
    pub(super) trust: Trust,
    pub(super) tolerance: Duration,
    pub(super) clock: Clock,
    pub(super) allow_separators: bool,
    pub(super) event_type_header: Option<HeaderName>,
}

/// What a verifier accepts.
pub(super) enum Trust {
    /// Messages signed with one of the keys.
    Holders(CompiledScheme, Keys),
    Anybody,
    Nobody,
}

impl Verifier {
    /// A verifier with one secret.
    #[expect(clippy::needless_pass_by_value, reason = "a secret is wiped where it is dropped, and that is here")]
    pub fn new<S: Scheme>(scheme: S, secret: S::Secret) -> Self {
        let keys = Keys::one(&scheme, &secret);
        Self::builder(scheme).assemble(keys).0
    }

    /// A verifier with one secret that reads the headers of Standard Webhooks.
    pub fn standard_webhooks(secret: Secret) -> Self {
        Self::new(StandardWebhooks::DEFAULT, secret)
    }

    /// Accepts every request as a delivery, from any sender.
    ///
    /// For vendors that do not sign. Anyone who knows the URL can forge deliveries. Their bodies are untrusted input,
    /// and they have neither [id](crate::Delivery::id) nor [timestamp](crate::Delivery::timestamp). Use another
    /// protection, such as client certificates or a network that only the vendor can reach.
    pub fn dangerously_accept_unsigned() -> Self {
        Self::trusting(Trust::Anybody)
    }

    /// Refuses every request, for a process that only runs the handlers of [stored deliveries](crate::StoredDelivery) and so
    /// needs no secret.
    pub fn refuse_all() -> Self {
        Self::trusting(Trust::Nobody)
    }

    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            tolerance: DEFAULT_TOLERANCE,
            clock: Box::new(SystemTime::now),
            allow_separators: false,
            event_type_header: None,
        }
    }

    /// Returns a builder, for several secrets, another tolerance or another clock.
    pub fn builder<S: Scheme>(scheme: S) -> VerifierBuilder<S> {
        VerifierBuilder {
            scheme,
            secrets: Vec::new(),
            tolerance: DEFAULT_TOLERANCE,
            clock: Box::new(SystemTime::now),
            allow_separators: false,
            event_type_header: None,
        }
    }

    /// Keeps the header with this name in deliveries, unless another one was chosen.
    pub(crate) fn keep_event_type_header(&mut self, name: &'static str) {
        self.event_type_header.get_or_insert_with(|| HeaderName::from_static(name));
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Verifier");
        match &self.trust {
            Trust::Holders(scheme, _) => shown.field("scheme", scheme).field("tolerance", &self.tolerance),
            Trust::Anybody => shown.field("scheme", &"unsigned"),
            Trust::Nobody => shown.field("scheme", &"none"),
        };
        shown.finish_non_exhaustive()
    }
}

/// A builder for a [`Verifier`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct VerifierBuilder<S: Scheme = StandardWebhooks> {
    scheme: S,
    secrets: Vec<S::Secret>,
    tolerance: Duration,
    clock: Clock,
    allow_separators: bool,
    event_type_header: Option<HeaderName>,
}

impl<S: Scheme> VerifierBuilder<S> {
    /// Adds a secret. While a secret is being replaced, both the old and the new one are valid.
    pub fn secret(mut self, secret: S::Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Sets how far the timestamp may be from the clock in either direction. The default is 300 seconds.
    ///
    /// Counted in whole seconds. No effect if the scheme has no timestamp. A recorded request can be replayed within this
    /// window.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Replaces the system clock, for tests and replays of recorded traffic.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Accepts ids that contain the text that separates them from the other signed pieces, such as a `.`, for senders
    /// that ignore this rule of Standard Webhooks.
    ///
    /// If the signed text is `id.timestamp.body`, a dot in the id makes it ambiguous: a signature over id `a`, timestamp
    /// `1` and body `2.x` also fits id `a.1`, timestamp `2` and body `x`.
    pub fn allow_separators_in_id(mut self) -> Self {
        self.allow_separators = true;
        self
    }

    /// Keeps the header with this name in each delivery, for vendors that state the event type there. A
    /// [`Receiver`](crate::Receiver) sets this itself.
    pub fn event_type_header(mut self, name: HeaderName) -> Self {
        self.event_type_header = Some(name);
        self
    }

    /// Builds the verifier.
    ///
    /// # Errors
    ///
    /// If there are no secrets, or more than five.
    pub fn build(self) -> Result<Verifier, SecretError> {
        let keys = Keys::new(&self.scheme, &self.secrets)?;
        Ok(self.assemble(keys).0)
    }

    /// Builds the verifier, and a handle that replaces its secrets at run time.
    ///
    /// # Errors
    ///
    /// If there are no secrets, or more than five.
    pub fn build_with_rotation(self) -> Result<(Verifier, SecretRotation<S>), SecretError> {
        let keys = Swapped::new(&self.scheme, &self.secrets)?;
        let (verifier, scheme) = self.assemble(Keys::Swapped(keys.clone()));
        Ok((verifier, SecretRotation::new(scheme, keys)))
    }

    fn assemble(self, keys: Keys) -> (Verifier, S) {
        let verifier = Verifier {
            trust: Trust::Holders(self.scheme.compile(), keys),
            tolerance: self.tolerance,
            clock: self.clock,
            allow_separators: self.allow_separators,
            event_type_header: self.event_type_header,
        };
        (verifier, self.scheme)
    }
}
