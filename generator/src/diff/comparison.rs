//! A comparison in progress, as the modules of what differs use it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::fit::Fit;
use super::report::Draft;
use super::sides::{Sides, users};
use super::uses::{self, Renames};
use super::{Flags, Rule, api};

/// A comparison in progress.
pub(super) struct Comparison<'a> {
    pub(super) sides: Sides<'a>,
    pub(super) renames: Renames<'a>,
    pub(super) drafts: Vec<Draft>,
    old_users: HashMap<&'a str, Vec<&'a str>>,
    new_users: HashMap<&'a str, Vec<&'a str>>,
    pub(super) old_items: BTreeMap<String, String>,
    pub(super) new_items: BTreeMap<String, String>,
}

/// Two types that correspond, and where.
pub(super) struct At<'a> {
    pub(super) old: &'a str,
    pub(super) new: &'a str,
    pub(super) path: String,
    pub(super) is_soft: bool,
    pub(super) is_variant: bool,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(sides: Sides<'a>, renames: Renames<'a>) -> Self {
        let (old, new) = (sides.old, sides.new);
        Self {
            sides,
            renames,
            drafts: Vec::new(),
            old_users: users(old),
            new_users: users(new),
            old_items: api::items(old),
            new_items: api::items(new),
        }
    }

    /// A change of a type.
    pub(super) fn at(&self, rule: Rule, at: &At<'_>, message: String) -> Draft {
        let draft = Draft::new(rule, at.path.clone(), message);
        draft.places(&self.sides.old.types[at.old].source, &self.sides.new.types[at.new].source)
    }

    /// How the old crate reads new values of a type, and the new one old values.
    pub(super) fn definition_fits(&self, at: &At<'a>) -> (Fit, Fit) {
        (self.sides.now.definitions(at.old, at.new), self.sides.replay.definitions(at.new, at.old))
    }

    /// Adds a change with what the old crate makes of new values, and the new crate of old ones.
    pub(super) fn push_fits(&mut self, at: &At<'_>, draft: Draft, (now, replay): (Fit, Fit)) {
        let is_soft = at.is_soft || uses::are_same_alternatives(draft.entry.rule);
        let soft = |fit: Fit| if is_soft { fit.softened() } else { fit };
        let (now, replay) = (soft(now), soft(replay));
        let moves = |fit: &Fit| matches!(fit, Fit::Elsewhere(_));
        let mut draft = draft
            .flags(Flags::NOW.when(now.is_refused()))
            .flags(Flags::REPLAY.when(replay.is_refused()))
            .flags(Flags::SILENT.when(moves(&now) || moves(&replay)));
        for (reader, fit) in [("the old crate", &now), ("the new crate", &replay)] {
            if let Some(reason) = fit.reason() {
                draft = draft.reason(format!("{reader}: {reason}"));
            }
        }
        self.drafts.push(draft);
    }

    /// The widest topics of the event types that use a type.
    pub(super) fn topics(&self, ty: &str, is_old: bool) -> BTreeSet<&'a str> {
        let (catalogue, users) =
            if is_old { (self.sides.old, &self.old_users) } else { (self.sides.new, &self.new_users) };
        let separator = catalogue.event_type.separator.as_str();
        let events = users.get(ty).into_iter().flatten();
        events.map(|name| name.split_once(separator).map_or(*name, |(topic, _)| topic)).collect()
    }

    /// The event types of the bodies that have the types.
    pub(super) fn users(&self, old: &str, new: &str) -> Vec<String> {
        let all = [self.old_users.get(old), self.new_users.get(new)];
        let mut names: Vec<&str> = all.into_iter().flatten().flatten().copied().collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(str::to_owned).collect()
    }
}
