//! The comparison: event types first, then the types at the same places of their bodies, each pair once.

use super::comparison::{At, Comparison};
use super::events::{self, Matched};
use super::pairs::{self, Pairs};
use super::report::Draft;
use super::sides::Sides;
use super::{Report, Rule, consequences, docs, signature, uses};
use crate::catalogue::{Catalogue, Definition, Kind, Type};
use crate::diagnostics::toml_line;

/// What differs between two versions of a crate.
pub fn compare(old: &Catalogue, new: &Catalogue) -> Report {
    let sides = Sides::new(old, new);
    let matched = events::matched(&sides);
    let pairs = pairs::pairs(&sides, &matched.both());
    let renames = pairs::renames(&sides, &pairs);
    let mut comparison = Comparison::new(sides, renames);
    comparison.whole();
    comparison.events(&matched);
    comparison.definitions(&pairs, &matched);
    consequences::examples(&mut comparison);
    consequences::place(&mut comparison);
    consequences::items(&mut comparison);
    let mut report = Report::of(comparison.drafts.into_iter().map(Draft::finish).collect());
    if report.entries.iter().any(|entry| entry.rule.is_about_signature()) {
        report.signature = signature::headers(old, new);
    }
    report.sort();
    report
}

impl<'a> Comparison<'a> {
    fn definitions(&mut self, pairs: &Pairs<'a>, matched: &Matched<'a>) {
        let renamed_payloads = matched.renamed_payloads();
        for (&(old, new), pair) in pairs {
            let (Some(before), Some(after)) = (self.sides.old.definition(old), self.sides.new.definition(new)) else {
                continue;
            };
            let at = At { old, new, path: pair.path.clone(), is_soft: pair.is_soft, is_variant: pair.is_variant };
            let first = self.drafts.len();
            let is_renamed = self.renames.get(old) == Some(&new);
            // Of a type that is divided, one has the name; the others are compared where they are used.
            if old == new || is_renamed {
                if is_renamed && !renamed_payloads.contains(new) {
                    self.renamed(&at, after);
                }
                self.module(&at, before, after);
                docs::definition(self, &at, before, after);
            }
            self.kinds(&at, before, after);
            let events = self.users(old, new);
            for draft in &mut self.drafts[first..] {
                draft.entry.events.clone_from(&events);
            }
        }
    }

    fn renamed(&mut self, at: &At<'a>, new: &Definition) {
        let message = format!("`{}` is now called `{}`; its shape is compared as that of one type", at.old, at.new);
        let draft = self.at(Rule::TypeRenamed, at, message).source(true).item(at.old).item(at.new);
        let line = toml_line(&new.source.0, at.old);
        self.drafts.push(draft.hint("this keeps the name:").setting("[names]").setting(line));
    }

    fn module(&mut self, at: &At<'a>, old: &Definition, new: &Definition) {
        if old.module != new.module {
            let message = format!("`{}` is in the module `{}` instead of `{}`", at.new, new.module, old.module);
            let draft = self.at(Rule::TypeMoved, at, message).source(true).item(format!("{}::{}", new.module, at.new));
            self.drafts.push(draft.hint(format!("`{}` at the root of the crate stays", at.new)));
        }
        let (before, after) = (self.topics(at.old, true), self.topics(at.new, false));
        if before.len() == 1 && after.len() > 1 {
            let draft = self.at(Rule::ComponentShared, at, format!("`{}` is now used by several topics", at.new));
            self.drafts.push(draft.item(at.new));
        }
    }

    fn kinds(&mut self, at: &At<'a>, old: &'a Definition, new: &'a Definition) {
        match (&old.is, &new.is) {
            (Kind::Struct(old), Kind::Struct(new)) => self.structs(at, old, new),
            (Kind::Enum(old), Kind::Enum(new)) => self.values(at, old, new),
            (Kind::Union(old), Kind::Union(new)) => self.variants(at, old, new),
            (Kind::Constant(old), Kind::Constant(new)) => self.constant(at, old, new),
            (Kind::Newtype(old), Kind::Newtype(new)) => {
                if let Some(rule) = uses::change(&self.sides, &self.renames, old, new) {
                    let draft = self.at(rule, at, format!("the type within `{}` differs", at.new));
                    let draft = draft.source(!uses::are_spelled_alike(&self.renames, old, new)).docs();
                    let draft = draft.item(format!("{}::0", at.new)).gone(old.names()).come(new.names());
                    let fits = self.definition_fits(at);
                    self.push_fits(at, draft, fits);
                }
            }
            (before, after) => {
                let rule = uses::kinds(&self.sides, before, after);
                let names = |kind: &'a Kind| kind.types().into_iter().flat_map(Type::names);
                let draft = self.at(rule, at, format!("`{}` has another form", at.new)).source(true);
                let draft = draft.item(at.old).item(at.new).gone(names(before)).come(names(after));
                let fits = self.definition_fits(at);
                self.push_fits(at, draft, fits);
            }
        }
    }
}
