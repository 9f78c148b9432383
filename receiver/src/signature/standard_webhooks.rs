use http::HeaderName;

/// The scheme of Standard Webhooks, and the three headers that carry its signatures.
///
/// Id, timestamp and body are signed, with a [`Secret`](crate::Secret).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardWebhooks {
    /// Identifies the message; the same for every attempt to deliver it.
    pub id: HeaderName,
    /// When this attempt was signed, in seconds since 1970-01-01T00:00:00Z.
    pub timestamp: HeaderName,
    /// The list of signatures.
    pub signature: HeaderName,
}

impl StandardWebhooks {
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`: the names of Standard Webhooks.
    pub const DEFAULT: Self = Self::new("webhook-id", "webhook-timestamp", "webhook-signature");

    /// `svix-id`, `svix-timestamp`, `svix-signature`: the names of Svix.
    pub const SVIX: Self = Self::new("svix-id", "svix-timestamp", "svix-signature");

    /// Names the three headers, in lower case.
    ///
    /// # Panics
    ///
    /// If a name is not a lower-case header name; a compile error in a `const`.
    pub const fn new(id: &'static str, timestamp: &'static str, signature: &'static str) -> Self {
        Self {
            id: HeaderName::from_static(id),
            timestamp: HeaderName::from_static(timestamp),
            signature: HeaderName::from_static(signature),
        }
    }
}
