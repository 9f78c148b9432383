//! The result of a comparison.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{Deployment, Flags, Rule, Step};
use crate::catalogue::Source;

/// What differs between two versions, and what that means for receivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The changes, those that break most first.
    pub entries: Vec<Entry>,
    /// The headers that changes of the signature are about, in lower case.
    pub(super) signature: BTreeSet<String>,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its kind.
    pub rule: Rule,
    /// What has changed, in terms of deliveries: an event type and the path of a member in its body, such as
    /// `order.paid/customer/email`, or a part of the description.
    pub subject: String,
    /// What has changed, in one sentence without a period.
    pub message: String,
    /// What it does.
    pub flags: Flags,
    /// Which part of the crate's version it increases.
    pub step: Step,
    /// Whether it is inferred from what looks alike: a rename.
    pub guess: bool,
    /// Its place in the old description.
    pub old: Option<Source>,
    /// Its place in the new description.
    pub new: Option<Source>,
    /// The public items of the crate that it changes, adds or removes.
    pub items: Vec<String>,
    /// The event types whose payloads it is part of.
    pub events: Vec<String>,
    /// Why deliveries are refused, lost, or found elsewhere.
    pub reasons: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Lines of `codegen.toml`, with the table, that keep what it changes.
    pub settings: Vec<String>,
}

impl Entry {
    /// What it does, in a few words.
    pub fn effect(&self) -> String {
        match self.step {
            _ if self.flags != Flags::NONE => self.flags.to_string(),
            Step::None => "no effect on the crate".to_owned(),
            Step::Patch => "code that reads the same".to_owned(),
            Step::Minor | Step::Major => "only adds to the crate".to_owned(),
        }
    }

    /// Its place in the old description.
    pub fn old(&self) -> Option<&Source> {
        self.old.as_ref()
    }

    /// Its place in the new description.
    pub fn new_place(&self) -> Option<&Source> {
        self.new.as_ref()
    }
}

impl Report {
    /// A report with these changes.
    pub fn of(entries: Vec<Entry>) -> Self {
        Self { entries, signature: BTreeSet::new() }
    }

    /// The flags of all changes; `docs` only if nothing else differs.
    pub fn flags(&self) -> Flags {
        let is_code = self.entries.iter().any(|entry| entry.step > Step::None && !entry.flags.has(Flags::DOCS));
        let flags = self.entries.iter().fold(Flags::NONE, |flags, entry| flags | entry.flags);
        if is_code { flags.without(Flags::DOCS) } else { flags }
    }

    /// Which part of the crate's version the changes increase.
    pub fn step(&self) -> Step {
        self.entries.iter().map(|entry| entry.step).max().unwrap_or_default()
    }

    /// In which order the vendor's change and the new crate go into production.
    pub fn deployment(&self) -> Deployment {
        Deployment::of(self.flags())
    }

    /// The changes by rule and flags, in the order of the first ones.
    pub fn by_rule(&self) -> Vec<(Rule, Vec<&Entry>)> {
        let mut groups: IndexMap<(Rule, Flags), Vec<&Entry>> = IndexMap::new();
        for entry in &self.entries {
            groups.entry((entry.rule, entry.flags)).or_default().push(entry);
        }
        groups.into_iter().map(|((rule, _), entries)| (rule, entries)).collect()
    }

    /// Puts the changes that break most first, otherwise in the order in which they were found.
    pub(super) fn sort(&mut self) {
        let weight = |entry: &Entry| {
            let has = |flag| entry.flags.has(flag);
            let deliveries = u8::from(has(Flags::NOW)) + u8::from(has(Flags::REPLAY));
            (entry.step, deliveries, has(Flags::SOURCE), has(Flags::SILENT))
        };
        self.entries.sort_by_key(|entry| std::cmp::Reverse(weight(entry)));
    }
}

/// A change that is being described.
pub(super) struct Draft {
    pub(super) entry: Entry,
    /// The least step: code that decodes the same, or public items that are added, have no flag.
    pub(super) least: Step,
    /// Whether it only follows from other changes, if there are any of the same event type.
    pub(super) follows: bool,
    /// The old types that may go with it.
    pub(super) gone: Vec<String>,
    /// The new types that may come with it.
    pub(super) come: Vec<String>,
}

impl Draft {
    pub(super) fn new(rule: Rule, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            entry: Entry {
                rule,
                subject: subject.into(),
                message: message.into(),
                flags: Flags::NONE,
                step: Step::None,
                guess: false,
                old: None,
                new: None,
                items: Vec::new(),
                events: Vec::new(),
                reasons: Vec::new(),
                hint: None,
                settings: Vec::new(),
            },
            least: Step::None,
            follows: false,
            gone: Vec::new(),
            come: Vec::new(),
        }
    }

    pub(super) fn flags(mut self, flags: Flags) -> Self {
        self.entry.flags |= flags;
        self
    }

    pub(super) fn docs(self) -> Self {
        self.flags(Flags::DOCS)
    }

    pub(super) fn source(self, condition: bool) -> Self {
        self.flags(Flags::SOURCE.when(condition))
    }

    /// It adds public items.
    pub(super) fn adds(mut self) -> Self {
        self.least = Step::Minor;
        self
    }

    /// It only follows from other changes, if there are any of the same event type.
    pub(super) fn follows(mut self, condition: bool) -> Self {
        self.follows = condition;
        self
    }

    /// Emitted code differs, and decodes the same.
    pub(super) fn code(mut self) -> Self {
        self.least = self.least.max(Step::Patch);
        self
    }

    pub(super) fn guess(mut self) -> Self {
        self.entry.guess = true;
        self
    }

    pub(super) fn old(mut self, source: &Source) -> Self {
        self.entry.old = Some(source.clone());
        self
    }

    pub(super) fn new_place(mut self, source: &Source) -> Self {
        self.entry.new = Some(source.clone());
        self
    }

    pub(super) fn places(self, old: &Source, new: &Source) -> Self {
        self.old(old).new_place(new)
    }

    pub(super) fn item(mut self, item: impl Into<String>) -> Self {
        let item = item.into();
        if !self.entry.items.contains(&item) {
            self.entry.items.push(item);
        }
        self
    }

    pub(super) fn items(self, items: impl IntoIterator<Item = String>) -> Self {
        items.into_iter().fold(self, Self::item)
    }

    pub(super) fn events(mut self, events: impl IntoIterator<Item = String>) -> Self {
        self.entry.events.extend(events);
        self
    }

    pub(super) fn reason(mut self, reason: impl Into<String>) -> Self {
        self.entry.reasons.push(reason.into());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.entry.hint = Some(hint.into());
        self
    }

    pub(super) fn setting(mut self, line: impl Into<String>) -> Self {
        self.entry.settings.push(line.into());
        self
    }

    pub(super) fn gone(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.gone.extend(types.into_iter().map(Into::into));
        self
    }

    pub(super) fn come(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.come.extend(types.into_iter().map(Into::into));
        self
    }

    pub(super) fn finish(mut self) -> Entry {
        // The compiler reports what would be silent.
        if self.entry.flags.has(Flags::SOURCE) {
            self.entry.flags = self.entry.flags.without(Flags::SILENT);
        }
        if self.entry.flags.is_breaking() || self.entry.flags.has(Flags::SILENT) || self.least > Step::None {
            self.entry.flags = self.entry.flags.without(Flags::DOCS);
        }
        self.entry.step = Step::of(self.entry.flags, self.least);
        self.entry
    }
}
