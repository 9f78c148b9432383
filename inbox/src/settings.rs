//! How an inbox works.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::backoff::Backoff;
use crate::order_by::OrderBy;
use crate::store::{PROBE_ENDPOINT, Retention};

const MAX_CONCURRENCY: usize = 65_536;
const MAX_ENDPOINT_BYTES: usize = 128;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) endpoint: String,
    pub(crate) has_workers: bool,
    pub(crate) concurrency: usize,
    /// By event type.
    pub(crate) limits: Vec<(&'static str, usize)>,
    pub(crate) max_attempts: u32,
    pub(crate) backoff: Backoff,
    pub(crate) lease: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) accept_timeout: Duration,
    pub(crate) accept_queue: usize,
    pub(crate) poll: Duration,
    pub(crate) stall: Duration,
    pub(crate) retention: Retention,
    pub(crate) order: Option<OrderBy>,
    pub(crate) version: Option<String>,
}

impl Settings {
    pub(crate) fn new(endpoint: String) -> Self {
        Self {
            endpoint,
            has_workers: true,
            concurrency: 16,
            limits: Vec::new(),
            max_attempts: 20,
            backoff: Backoff::default(),
            lease: Duration::from_secs(30),
            attempt_timeout: Duration::from_mins(10),
            accept_timeout: Duration::from_secs(10),
            accept_queue: 8192,
            poll: Duration::from_millis(500),
            stall: Duration::from_mins(5),
            retention: Retention::default(),
            order: None,
            version: None,
        }
    }

    pub(crate) fn checked(mut self) -> Result<Self, InvalidSettings> {
        let is_visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_pointer = |pointer: &str| pointer.starts_with('/');
        if !(1..=MAX_ENDPOINT_BYTES).contains(&self.endpoint.len()) || !is_visible(&self.endpoint) {
            return Err(InvalidSettings("the name of the endpoint must have 1 to 128 visible ASCII characters"));
        }
        if self.endpoint == PROBE_ENDPOINT {
            return Err(InvalidSettings(
                "the name `webhook-inbox-probe` is used to see whether a store can be written",
            ));
        }
        if self.concurrency == 0 || self.limits.iter().any(|(_, limit)| *limit == 0) {
            return Err(InvalidSettings("at least one delivery must be handled at a time"));
        }
        if self.concurrency > MAX_CONCURRENCY {
            return Err(InvalidSettings("at most 65536 deliveries can be handled at a time"));
        }
        if self.max_attempts == 0 {
            return Err(InvalidSettings("there must be at least one attempt"));
        }
        if self.accept_queue == 0 {
            return Err(InvalidSettings("at least one request must be able to wait for the store"));
        }
        if self.accept_timeout.is_zero() || self.attempt_timeout.is_zero() || self.poll.is_zero() {
            return Err(InvalidSettings("a timeout and the poll interval must be longer than zero"));
        }
        if self.lease < Duration::from_millis(30) {
            return Err(InvalidSettings("a lease must last for 30 ms at least"));
        }
        if self.version.is_some() && self.order.is_none() {
            return Err(InvalidSettings("`latest_by` needs `order_by`: the versions of a key are compared"));
        }
        if let Some(order) = &mut self.order {
            order.version = self.version.take();
            if !is_pointer(&order.key) || !order.version.as_deref().is_none_or(is_pointer) {
                return Err(InvalidSettings("a JSON pointer begins with `/`"));
            }
        }
        Ok(self)
    }
}

/// The settings of an inbox cannot be used. `Display` says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSettings(&'static str);

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for InvalidSettings {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_that_health_writes_cannot_be_used() {
        assert!(Settings::new(PROBE_ENDPOINT.to_owned()).checked().is_err());
        assert!(Settings::new("acme".to_owned()).checked().is_ok());
    }
}
