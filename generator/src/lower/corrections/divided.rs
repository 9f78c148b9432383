//! Types that corrections divide.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};

use super::{Applied, Corrections};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::{Api, TypeId};
use crate::lower::context::Context;
use crate::lower::event_types::Route;
use crate::lower::schema::Types;
use crate::normalize::SchemaId;

/// How many event types of one finding are named.
const MAX_NAMES: usize = 3;

/// Reports schemas that have several types, since corrections do not apply wherever they are used. One type has the name of the
/// schema: that without corrections, if there is one. The others are named after their first use.
pub(super) fn report(
    corrections: &Corrections<'_>,
    cx: &Context<'_>,
    types: &Types<'_, '_>,
    api: &mut Api,
    routes: &[Route<'_>],
    payloads: &[TypeId],
) {
    let divided = divided(corrections, types);
    if divided.is_empty() {
        return;
    }
    let reached: Vec<HashSet<TypeId>> = payloads.iter().map(|payload| api.reachable([*payload])).collect();
    for (schema, ids) in divided {
        let named = types.definition(schema).or(ids.first().copied());
        for id in ids.iter().filter(|id| Some(**id) != named) {
            if let Some(naming) = types.corrected_name(*id) {
                api.types[id.0].naming.clone_from(naming);
            }
        }
        let users = |id: &TypeId| {
            let routes = routes.iter().zip(&reached).filter(|(_, reached)| reached.contains(id));
            routes.map(|(route, _)| route.event_type.as_str()).collect::<Vec<_>>()
        };
        let here = |applied: &&Applied<'_>| applied.level.has(schema);
        let Some(Applied { entry, .. }) = corrections.applied.iter().find(here) else { continue };
        let others = ids.iter().map(users).find(|users| !users.contains(&entry.event_type));
        let others = others.unwrap_or_default();
        let origin = cx.schemas.get(schema).node.origin();
        let name = format!("{}#{}", cx.sources.relative_name(origin.file()), origin.pointer());
        let message = format!("corrections that do not apply wherever `{name}` is used make {} types of it", ids.len());
        let not_here = match &others[..] {
            [] => "does not apply where this schema is used at another place".to_owned(),
            others => format!("does not apply to {}", listed(others)),
        };
        cx.report(
            Diagnostic::new(Code::TypeDivided, message)
                .at(entry.place.clone(), not_here)
                .at(Place::Name(origin.clone()), "this schema")
                .help("add the same line for its other uses if it holds there as well: then it is one type"),
        );
    }
}

/// The schemas that have several types, with these.
fn divided(corrections: &Corrections<'_>, types: &Types<'_, '_>) -> Vec<(SchemaId, IndexSet<TypeId>)> {
    let mut copies: IndexMap<SchemaId, IndexSet<TypeId>> = IndexMap::new();
    for ((schema, correction), copy) in &corrections.copies {
        if !correction.required.is_empty() || correction.open {
            let ids = copies.entry(*schema).or_default();
            ids.extend(types.definition(*schema));
            ids.extend(types.definition(*copy));
        }
    }
    copies.into_iter().filter(|(_, ids)| ids.len() > 1).collect()
}

fn listed(event_types: &[&str]) -> String {
    let shown: Vec<String> = event_types.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    match event_types.len().checked_sub(MAX_NAMES) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}
