//! What all of lowering reads, and where it reports.

use std::cell::Cell;
use std::rc::Rc;

use super::patterns::Patterns;
use super::reporter::Reporter;
use super::schema::{MergeCache, MergedSchema};
use crate::budget::{Budget, Resource};
use crate::config::Config;
use crate::diagnostics::{Basis, Choice, Diagnostic, Diagnostics, Label, Place, Setting};
use crate::document::Origin;
use crate::normalize::{Description, SchemaId, Schemas};
use crate::source::{Limits, Sources};

/// How many schemas may be compared with values that are made up for examples. The largest description of the corpora takes
/// 66,000.
const FITTING_STEPS: usize = 400_000;

/// The inputs of lowering, the schemas that are merged so far, and the diagnostics.
pub(super) struct Context<'a> {
    pub description: &'a Description,
    pub schemas: &'a Schemas,
    pub config: &'a Config,
    pub sources: &'a Sources,
    cache: MergeCache<'a>,
    fitting_steps: Cell<usize>,
    pub patterns: Patterns,
    pub reporter: Reporter<'a>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        description: &'a Description,
        config: &'a Config,
        sources: &'a Sources,
        budget: &'a Budget,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let schemas = &description.schemas;
        let cache = MergeCache::new(schemas);
        Self {
            description,
            schemas,
            config,
            sources,
            cache,
            fitting_steps: Cell::new(FITTING_STEPS),
            patterns: Patterns::default(),
            reporter: Reporter::new(diagnostics, budget),
        }
    }

    /// Reports a diagnostic.
    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.reporter.report(diagnostic);
    }

    /// Adds a choice that the description leaves no doubt about, and the setting that states it.
    pub(super) fn choose(&self, message: String, evidence: (Place, &str), table: &'static str, lines: Vec<String>) {
        let (place, text) = evidence;
        self.reporter.choose(Choice {
            message,
            labels: vec![Label { place, text: text.to_owned() }],
            settings: vec![Setting { table, lines, basis: Basis::Inferred, when: None }],
        });
    }

    /// Counts what is made from the schema or example at `origin`.
    pub(super) fn spend(&self, resource: Resource, amount: usize, origin: &Origin) {
        self.reporter.spend(resource, amount, origin);
    }

    /// The limits of the run.
    pub(super) fn limits(&self) -> &Limits {
        self.reporter.limits()
    }

    /// Whether a limit was exceeded.
    pub(super) fn is_exceeded(&self) -> bool {
        self.reporter.is_exceeded()
    }

    /// Counts a schema that is compared with a made-up value. `false` if there were too many.
    pub(super) fn take_fitting_step(&self) -> bool {
        let left = self.fitting_steps.get();
        self.fitting_steps.set(left.saturating_sub(1));
        left > 0
    }

    /// Whether as many schemas were compared with made-up values as may be.
    pub(super) fn is_fitting_exhausted(&self) -> bool {
        self.fitting_steps.get() == 0
    }

    /// Whether an error has been reported.
    pub(super) fn has_errors(&self) -> bool {
        self.reporter.has_errors()
    }

    /// The separator of the words of an event type.
    pub(super) fn separator(&self) -> &'a str {
        self.config.event_types.separator.as_str()
    }

    /// Schemas that apply together, merged.
    pub(super) fn merged(&self, set: &[SchemaId]) -> Rc<MergedSchema<'a>> {
        self.cache.get(self.schemas, &self.reporter, set)
    }
}
