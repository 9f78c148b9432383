//! Which event types there are: [gather] the evidence, choose the [location] that states them, [assign] them to webhooks.
//!
//! All evidence for a webhook is one list, the strongest first. The strongest decides; weaker evidence that disagrees is
//! reported. [`evidence::Kind`] ranks the kinds of evidence, [`names::Fit`] how well a value fits a webhook's name.

mod allocate;
mod assign;
mod evidence;
mod gather;
mod header;
mod location;
mod names;
mod rank;
mod report;
mod spelling;
mod weigh;

use super::context::Context;
use super::schema::Body;
use crate::ir::EventTypeLocation;
use crate::normalize::{SchemaId, Webhook};
use gather::Gathered;

/// A webhook under one of its event types.
pub(super) struct Route<'a> {
    pub webhook: &'a Webhook,
    pub event_type: String,
    /// The text at the location: the whole event type, or the part before its completion.
    pub head: String,
    /// The body, with the corrections for this event type once they are applied.
    pub body: SchemaId,
    /// The alternatives of the body that belong to this event type; empty if the whole body does.
    pub alternatives: Vec<SchemaId>,
}

impl Route<'_> {
    /// The body of deliveries of this event type.
    pub(super) fn body(&self) -> Body<'_> {
        Body { schema: self.body, alternatives: &self.alternatives }
    }
}

/// The event types with their webhooks, in the order of the description. Errors are reported; `None` if nothing can be
/// routed.
pub(super) fn routes<'a>(cx: &Context<'a>) -> Option<(EventTypeLocation, Vec<Route<'a>>)> {
    let gathered = Gathered::new(cx);
    let location = location::choose(&gathered);
    if location.is_none() {
        report::unsearched(&gathered);
    }
    let location = location?;
    let routes = assign::assign(&gathered, &location);
    report::unsearched(&gathered);
    Some((location, routes))
}
