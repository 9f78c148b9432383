//! Which event types there are: where deliveries state them, and which one each webhook has.
//!
//! The strongest evidence decides, and weaker evidence that disagrees is reported.

mod assign;
mod carrier;
mod evidence;
mod header;
mod spelling;

use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::ir::Carrier;
use crate::lower::flatten::Body;
use crate::normalize::{Description, SchemaId, Webhook};

/// A webhook under one of its event types.
pub(super) struct Route<'a> {
    pub webhook: &'a Webhook,
    pub event_type: String,
    /// What is stated where the carrier states it: all of the event type, or what comes before its completion.
    pub head: String,
    /// The alternatives of the body that belong to this event type; none where all of the body does.
    pub alternatives: Vec<SchemaId>,
}

/// The event types with their webhooks, in the order of the description. Errors are pushed, and where they leave
/// nothing to route, there is no result.
pub(super) fn routes<'a>(
    description: &'a Description,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> Option<(Carrier, Vec<Route<'a>>)> {
    let carrier = carrier::carrier(description, config, diagnostics)?;
    let routes = assign::assign(description, &carrier, config, diagnostics);
    Some((carrier, routes))
}

impl Route<'_> {
    /// What deliveries of this event type hold.
    pub(super) fn body(&self) -> Body<'_> {
        Body { schema: self.webhook.body, alternatives: &self.alternatives }
    }
}
