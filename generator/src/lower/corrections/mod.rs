//! `[required]` and `[open]` of the configuration: copies of the bodies that they are about, in which they hold.
//!
//! A type that event types share stays one type if the corrections of all of them agree there. Otherwise it is divided,
//! which is reported.

mod divided;
mod effect;
mod place;

use std::collections::BTreeMap;
use std::rc::Rc;

use indexmap::IndexMap;

use super::context::Context;
use super::event_types::Route;
use crate::config::{BodyPlace, ByEventType, Located, Pointer};
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::ir::{Api, TypeId};
use crate::lower::schema::Types;
use crate::normalize::{Correction, SchemaId};
use place::Level;

/// The corrections that apply to the routes of a description.
pub(super) struct Corrections<'a> {
    applied: Vec<Applied<'a>>,
    copies: IndexMap<(SchemaId, Rc<Correction>), SchemaId>,
}

/// An entry of the configuration that corrects something.
struct Applied<'a> {
    entry: Entry<'a>,
    /// The index of its route.
    route: usize,
    /// The schemas of the object that it corrects.
    level: Level,
}

/// One place in a list of the configuration.
struct Entry<'a> {
    rule: Rule,
    event_type: &'a str,
    pointer: &'a str,
    names: Vec<String>,
    place: &'a Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// The member is always present.
    Required,
    /// The object may have other members.
    Open,
}

/// Why an entry corrects nothing.
struct Useless {
    message: String,
    help: Option<String>,
}

impl<'a> Corrections<'a> {
    /// Applies the corrections of the configuration. Entries that correct nothing are reported.
    pub(super) fn apply(cx: &Context<'a>, routes: &mut [Route<'_>]) -> Self {
        let mut applied = Vec::new();
        for entry in entries(cx, routes) {
            let Some(route) = routes.iter().position(|route| route.event_type == entry.event_type) else { continue };
            match place::corrected(cx, &routes[route], &entry) {
                Ok(level) => applied.push(Applied { entry, route, level }),
                Err(useless) => cx.report(
                    Diagnostic::new(Code::ConfigUnused, useless.message)
                        .at(entry.place.clone(), "this has no effect")
                        .maybe_help(useless.help),
                ),
            }
        }
        let mut trees: BTreeMap<usize, Tree> = BTreeMap::new();
        for Applied { entry, route, .. } in &applied {
            trees.entry(*route).or_default().add(entry);
        }
        let trees: Vec<(usize, Rc<Correction>)> =
            trees.into_iter().map(|(route, tree)| (route, tree.correction())).collect();
        let bodies: Vec<_> = trees.iter().map(|(route, tree)| (routes[*route].body, Rc::clone(tree))).collect();
        let copies = if bodies.is_empty() { IndexMap::new() } else { cx.schemas.correct(&bodies) };
        for (route, tree) in trees {
            let Route { body, alternatives, .. } = &mut routes[route];
            for schema in [body].into_iter().chain(alternatives) {
                *schema = copies.get(&(*schema, Rc::clone(&tree))).copied().unwrap_or(*schema);
            }
        }
        Self { applied, copies }
    }

    /// Reports types that are divided, which also get different names, and members that stay optional.
    pub(super) fn report(
        &self,
        cx: &Context<'_>,
        types: &Types<'_, '_>,
        api: &mut Api,
        routes: &[Route<'_>],
        payloads: &[TypeId],
    ) {
        if self.applied.is_empty() {
            return;
        }
        effect::report(self, cx, api, payloads);
        divided::report(self, cx, types, api, routes, payloads);
    }
}

/// All entries of the configuration. Unknown event types are reported.
fn entries<'a>(cx: &Context<'a>, routes: &[Route<'_>]) -> Vec<Entry<'a>> {
    let corrections = &cx.config.corrections;
    unknown(cx, routes, &corrections.required);
    unknown(cx, routes, &corrections.open);
    let required = corrections.required.iter().flat_map(|(event_type, places)| {
        let entry = |Located { value, place }: &'a Located<Pointer>| Entry {
            rule: Rule::Required,
            event_type: event_type.as_str(),
            pointer: value.as_str(),
            names: value.names(),
            place,
        };
        places.value.iter().map(entry)
    });
    let open = corrections.open.iter().flat_map(|(event_type, places)| {
        let entry = |Located { value, place }: &'a Located<BodyPlace>| Entry {
            rule: Rule::Open,
            event_type: event_type.as_str(),
            pointer: value.as_str(),
            names: value.names(),
            place,
        };
        places.value.iter().map(entry)
    });
    required.chain(open).collect()
}

/// Reports lists for event types that no webhook has.
fn unknown<P>(cx: &Context<'_>, routes: &[Route<'_>], lists: &ByEventType<P>) {
    for (event_type, list) in lists {
        let event_type = event_type.as_str();
        if routes.iter().any(|route| route.event_type == event_type) {
            continue;
        }
        let of_webhook = routes.iter().find(|route| route.webhook.name == event_type);
        let help = match of_webhook {
            Some(route) => Some(format!("write the event type of this webhook, `{}`", route.event_type)),
            None => did_you_mean(event_type, routes.iter().map(|route| route.event_type.as_str())),
        };
        cx.report(
            Diagnostic::new(Code::ConfigUnused, format!("no webhook has the event type `{event_type}`"))
                .at(list.place.clone(), "this line has no effect")
                .maybe_help(help),
        );
    }
}

/// The corrections of one body, while entries are added.
#[derive(Default)]
struct Tree {
    own: Correction,
    below: BTreeMap<String, Tree>,
}

impl Tree {
    fn add(&mut self, entry: &Entry<'_>) {
        let mut at = self;
        for name in entry.parents() {
            at = at.below.entry(name.clone()).or_default();
        }
        match entry.rule {
            Rule::Required => at.own.required.extend(entry.names.last().cloned()),
            Rule::Open => at.own.open = true,
        }
    }

    fn correction(mut self) -> Rc<Correction> {
        self.own.below = self.below.into_iter().map(|(name, tree)| (name, tree.correction())).collect();
        Rc::new(self.own)
    }
}

impl Entry<'_> {
    /// The names up to the object that is corrected.
    fn parents(&self) -> &[String] {
        match (self.rule, self.names.split_last()) {
            (Rule::Required, Some((_, parents))) => parents,
            _ => &self.names,
        }
    }
}
