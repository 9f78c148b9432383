//! Which event types there are: where deliveries state them, and which one each webhook has.
//!
//! The strongest candidate decides; weaker candidates that disagree are reported.

mod assign;
mod candidates;
mod header;
mod location;
mod spelling;

use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::ir::EventTypeLocation;
use crate::lower::schema::Body;
use crate::normalize::{Description, SchemaId, Webhook};

/// A webhook under one of its event types.
pub(super) struct Route<'a> {
    pub webhook: &'a Webhook,
    pub event_type: String,
    /// The text at the location: the whole event type, or the part before its completion.
    pub head: String,
    /// The alternatives of the body that belong to this event type; empty if the whole body does.
    pub alternatives: Vec<SchemaId>,
}

/// The event types with their webhooks, in the order of the description. Errors are pushed, and where they leave
/// nothing to route, there is no result.
pub(super) fn routes<'a>(
    description: &'a Description,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> Option<(EventTypeLocation, Vec<Route<'a>>)> {
    let location = location::choose(description, config, diagnostics)?;
    let routes = assign::assign(description, &location, config, diagnostics);
    Some((location, routes))
}

impl Route<'_> {
    /// What deliveries of this event type hold.
    pub(super) fn body(&self) -> Body<'_> {
        Body { schema: self.webhook.body, alternatives: &self.alternatives }
    }
}
