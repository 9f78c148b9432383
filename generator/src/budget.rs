//! What a run uses of the limits that apply to the whole crate.
//!
//! A short description can result in a large crate: schemas that are merged in many combinations, a base that many
//! payloads extend, an example that many webhooks share. So the parts of the crate are counted while they are made, and the
//! one that goes over a limit is reported.

use std::cell::{Cell, RefCell};

use crate::diagnostics::{Code, Diagnostic, Place};
use crate::source::Limits;
use crate::source::limits::scaled;

macro_rules! resources {
    ($($(#[$doc:meta])* $resource:ident of $limit:ident $name:literal, $what:literal;)*) => {
        /// What is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Resource {
            $($(#[$doc])* $resource,)*
        }

        impl Resource {
            const ALL: &'static [Self] = &[$(Self::$resource,)*];

            /// The name of the limit.
            fn name(self) -> &'static str {
                match self { $(Self::$resource => $name,)* }
            }

            /// What there is too much of.
            fn what(self) -> &'static str {
                match self { $(Self::$resource => $what,)* }
            }

            /// The limit as it is set.
            fn of(self, limits: &Limits) -> usize {
                match self { $(Self::$resource => limits.$limit,)* }
            }
        }
    };
}

resources! {
    /// Types, before equal ones become one.
    Types of types "types", "types";
    /// Schemas that are merged into others.
    Merges of merges "merges", "schemas that are merged into others";
    /// Members, values and alternatives of types; headers, extensions and examples of webhooks; topics.
    Members of all_members "all-members", "members and values";
    /// Members and values of merged schemas.
    MergedMembers of all_members "all-members", "members and values of merged schemas";
    /// Values of examples, for each type that they are compared with.
    Checks of checks "checks", "values of examples that are compared with types";
    /// Texts that may be the event type of a webhook.
    Candidates of candidates "candidates", "texts that may be event types";
    /// Bytes of names and texts in the types, and of examples.
    Texts of output_bytes "output-bytes", "bytes of texts and examples";
    /// Bytes of source files.
    Output of output_bytes "output-bytes", "bytes of source files";
}

const RESOURCES: usize = Resource::ALL.len();

/// What a run used of one limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The name of the limit.
    pub limit: &'static str,
    /// What was counted.
    pub what: &'static str,
    /// How many there were; if the limit was exceeded, up to there.
    pub used: usize,
    /// How many are allowed.
    pub allowed: usize,
}

/// What a run has used. It is exceeded once, by the first part that is too much.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    size: Cell<usize>,
    used: [Cell<usize>; RESOURCES],
    error: RefCell<Option<Diagnostic>>,
}

impl Budget {
    /// Nothing is used yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, size: Cell::new(0), used: Default::default(), error: RefCell::default() }
    }

    /// Sets the size of all files of the description, in bytes.
    pub fn set_size(&self, bytes: usize) {
        self.size.set(bytes);
    }

    /// Counts more of a resource, for the place that needs it.
    pub fn spend(&self, resource: Resource, amount: usize, place: impl FnOnce() -> Place) {
        let (name, what, limit) = (resource.name(), resource.what(), self.limit(resource));
        let does = if resource == Resource::Checks { "the description has" } else { "the crate would have" };
        let used = &self.used[resource as usize];
        used.set(used.get().saturating_add(amount));
        if used.get() > limit && !self.is_exceeded() {
            let error = Diagnostic::new(Code::Limit, format!("{does} more than {limit} {what}"))
                .at(place(), "this goes beyond the limit")
                .help(format!(
                    "shorten the description with an overlay; if you trust it, raise the limit with `--limit {name}=NUMBER`"
                ));
            self.error.replace(Some(error));
        }
    }

    /// Whether a limit was exceeded. What is made from then on is incomplete.
    pub fn is_exceeded(&self) -> bool {
        self.error.borrow().is_some()
    }

    /// What went over a limit first.
    pub fn into_error(self) -> Option<Diagnostic> {
        self.error.into_inner()
    }

    /// The limits of the run.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How much of a resource is allowed.
    fn limit(&self, resource: Resource) -> usize {
        scaled(resource.of(&self.limits), self.size.get())
    }

    /// What was used of each limit.
    pub fn usage(&self) -> Vec<Usage> {
        let usage = |&resource: &Resource| Usage {
            limit: resource.name(),
            what: resource.what(),
            used: self.used[resource as usize].get(),
            allowed: self.limit(resource),
        };
        Resource::ALL.iter().map(usage).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::FileId;

    fn place() -> Place {
        Place::File(FileId(0))
    }

    #[test]
    fn the_first_that_goes_over_a_limit_is_reported() {
        let budget = Budget::new(Limits { types: 3, ..Limits::default() });
        budget.spend(Resource::Types, 3, place);
        assert!(!budget.is_exceeded());
        budget.spend(Resource::Types, 1, place);
        assert!(budget.is_exceeded());
        budget.spend(Resource::Merges, usize::MAX, place);
        let error = budget.into_error().unwrap();
        assert_eq!((error.code, &*error.message), (Code::Limit, "the crate would have more than 3 types"));
    }
}
