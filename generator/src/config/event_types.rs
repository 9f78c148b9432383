//! `[event-type]`: how an event type is found.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::Located;
use super::table::Table;
use super::values::{HeaderName, Pointer, Text};
use crate::diagnostics::Diagnostic;

/// How an event type is found, and which ones there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTypes {
    /// Where a delivery states its event type.
    pub location: Option<Located<EventTypeLocation>>,
    /// The text between the words of an event type; a period if not set.
    pub separator: Text,
    /// Whether the keys of the webhooks are the event types, whatever their form.
    pub from_keys: bool,
    /// Event types, by the key of the webhook.
    pub names: BTreeMap<String, Located<Text>>,
}

impl Default for EventTypes {
    fn default() -> Self {
        Self { location: None, separator: Text::full_stop(), from_keys: false, names: BTreeMap::new() }
    }
}

/// Where a delivery states its event type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTypeLocation {
    /// In the body, at the first of these places that it has, completed at another one if set.
    Body(Vec<Pointer>, Option<Pointer>),
    /// In a header, completed by the body if there is a pointer.
    Header(HeaderName, Option<Pointer>),
    /// Nowhere: each event type has its own endpoint.
    Address,
}

impl EventTypes {
    pub(super) fn read(table: &mut Table<'_>) -> Self {
        let header = table.string("header");
        let pointers = table.one_or_more("pointer");
        let completed_by = table.string("completed-by");
        let address = table.flag("address").filter(|address| *address.get_ref());
        let separator = table.string("separator").map_or_else(Text::full_stop, Spanned::into_inner);
        let from_keys = table.flag("from-keys").is_some_and(Spanned::into_inner);
        let names = table.map("names");
        // Keys that could not be read may be what others need.
        let location =
            if table.check_keys() { location(table, header, pointers, completed_by, address) } else { Ok(None) };
        Self { location: table.take_in(location).flatten(), separator, from_keys, names }
    }
}

/// Where a delivery states its event type. Keys that exclude each other are an error.
fn location(
    table: &Table<'_>,
    header: Option<Spanned<HeaderName>>,
    pointers: Option<Spanned<Vec<Pointer>>>,
    completed_by: Option<Spanned<Pointer>>,
    address: Option<Spanned<bool>>,
) -> Result<Option<Located<EventTypeLocation>>, Diagnostic> {
    let error = |span: Range<usize>, message: &str| {
        Err(table.error(
            span,
            message,
            "set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); \
             `completed-by` can complete the first two",
        ))
    };
    let (location, span) = match (header, pointers, address) {
        (None, None, None) => match completed_by {
            None => return Ok(None),
            Some(pointer) => return error(pointer.span(), "`completed-by` requires `pointer` or `header`"),
        },
        (None, None, Some(address)) if completed_by.is_none() => (EventTypeLocation::Address, address.span()),
        (_, _, Some(address)) => {
            return error(address.span(), "`address` cannot be combined with another location");
        }
        (Some(_), Some(pointers), None) => {
            return error(pointers.span(), "`pointer` and `header` cannot be combined");
        }
        (None, Some(pointers), None) if pointers.get_ref().is_empty() => {
            return error(pointers.span(), "`pointer` must not be an empty list");
        }
        (None, Some(pointers), None) => {
            let span = pointers.span();
            (EventTypeLocation::Body(pointers.into_inner(), completed_by.map(Spanned::into_inner)), span)
        }
        (Some(header), None, None) => {
            let span = header.span();
            (EventTypeLocation::Header(header.into_inner(), completed_by.map(Spanned::into_inner)), span)
        }
    };
    Ok(Some(table.located(Spanned::new(span, location))))
}
