//! Constants where bodies state their event types.

use std::collections::HashMap;

use super::super::event_types::Route;
use crate::document::pointer;
use crate::ir::{Api, Constant, EventTypeLocation, Kind, Type, TypeId, is_template};

/// Lets a constant be the event type that the configuration has for a webhook instead: otherwise, no delivery would decode.
/// Only the types of whole bodies belong to one event type.
pub(in super::super) fn state_event_types(api: &mut Api, routes: &[Route<'_>], payloads: &[TypeId]) {
    let EventTypeLocation::Body { pointers, completed_by: None } = &api.event_type_location else { return };
    let mut users: HashMap<TypeId, usize> = HashMap::new();
    for payload in payloads {
        *users.entry(*payload).or_default() += 1;
    }
    for (route, payload) in routes.iter().zip(payloads).filter(|(route, _)| !is_template(&route.event_type)) {
        let Kind::Struct(body) = &mut api.types[payload.0].kind else { continue };
        let field = |pointer: &String| match &pointer::split(pointer)[..] {
            [name] => body.fields.iter().position(|field| field.wire == *name),
            _ => None,
        };
        if let Some(at) = pointers.iter().find_map(field).filter(|_| users[payload] == 1)
            && let Type::Constant(Constant::Text(text)) = &mut body.fields[at].ty
            && *text != route.event_type
        {
            text.clone_from(&route.event_type);
        }
    }
}
