//! All diagnostics of a run.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::choice::Choice;
use super::code::{Code, Severity};
use super::diagnostic::{Diagnostic, Place};
use super::setting::Basis;

/// How many diagnostics of one kind are kept: more are not useful, and finding each place takes time.
const MAX_ALIKE: usize = 100;

/// How many places one diagnostic shows.
const MAX_LABELS: usize = 10;

/// The diagnostics of a run, in order.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    findings: Vec<Diagnostic>,
    /// The identity of a diagnostic.
    known: HashSet<(Code, String, Option<Place>)>,
    counts: BTreeMap<Code, usize>,
    /// Choices that need no message.
    evident: Vec<Choice>,
}

impl Diagnostics {
    /// Adds a diagnostic, unless it is a duplicate or there are very many of its kind.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        let place = diagnostic.labels.first().map(|label| label.place.clone());
        if !self.known.insert((diagnostic.code, diagnostic.message.clone(), place)) {
            return;
        }
        if let more @ 1.. = diagnostic.labels.len().saturating_sub(MAX_LABELS) {
            diagnostic.labels.truncate(MAX_LABELS);
            diagnostic.help.insert(0, format!("{more} more places are not shown"));
        }
        let count = self.counts.entry(diagnostic.code).or_default();
        *count += 1;
        match (*count).cmp(&(MAX_ALIKE + 1)) {
            Ordering::Less => self.findings.push(diagnostic),
            Ordering::Equal => self.findings.push(
                Diagnostic::new(diagnostic.code, format!("there are more than {MAX_ALIKE} findings of this kind"))
                    .help("the others are not shown"),
            ),
            Ordering::Greater => {}
        }
    }

    /// Adds a choice that the description leaves no doubt about.
    pub(crate) fn choose(&mut self, choice: Choice) {
        self.evident.push(choice);
    }

    /// All choices that settings can state, and all questions that they can answer: those without a message first.
    pub fn choices(&self) -> Vec<Choice> {
        let reported = self.findings.iter().filter(|finding| !finding.settings.is_empty()).map(|finding| Choice {
            message: finding.message.clone(),
            labels: finding.labels.clone(),
            settings: finding.settings.clone(),
        });
        self.evident.iter().cloned().chain(reported).collect()
    }

    /// Leaves out what a `codegen.toml` with the lines of all inferred [choices](Self::choices) silences: the messages that
    /// only state them.
    pub fn settle(&mut self) {
        let Self { findings, counts, .. } = self;
        findings.retain(|finding| {
            let is_settled = finding.settings.iter().any(|setting| setting.basis == Basis::Inferred);
            if is_settled && let Some(count) = counts.get_mut(&finding.code) {
                *count = count.saturating_sub(1);
            }
            !is_settled
        });
    }

    /// Whether settings can resolve all errors, if there are any.
    pub fn errors_are_questions(&self) -> bool {
        let errors = || self.findings.iter().filter(|finding| finding.severity() == Severity::Error);
        // Of many errors of one kind, only the last has the lines.
        let is_question = |code: Code| errors().any(|error| error.code == code && !error.settings.is_empty());
        errors().all(|error| is_question(error.code))
    }

    /// The value of a result; an error is added.
    pub(crate) fn take_in<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.push(diagnostic)).ok()
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|d| d.severity() == Severity::Error)
    }

    /// The `codegen.toml` that would resolve all errors; `None` if one of them has no such lines, or only lines to choose
    /// from.
    pub fn suggested_config(&self) -> Option<String> {
        let errors: Vec<_> = self.findings.iter().filter(|d| d.severity() == Severity::Error).collect();
        let has_lines = |error: &&Diagnostic| error.settings.iter().any(|setting| setting.when.is_none());
        if errors.is_empty() || !errors.iter().all(has_lines) {
            return None;
        }
        let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let settings = errors.iter().flat_map(|error| &error.settings);
        for setting in settings.filter(|setting| setting.when.is_none()) {
            let lines = tables.entry(setting.table).or_default();
            for line in setting.lines.iter().map(String::as_str) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        let tables: Vec<_> = tables.iter().map(|(table, lines)| format!("[{table}]\n{}\n", lines.join("\n"))).collect();
        Some(tables.join("\n"))
    }

    /// How many places of schemas are read as a less precise type because of a fault, whether or not each is shown.
    pub fn degraded(&self) -> usize {
        self.counts.get(&Code::SchemaFault).copied().unwrap_or_default()
    }

    /// These findings instead, of which there are as many by code.
    pub(super) fn with(&self, findings: Vec<Diagnostic>) -> Self {
        Self { findings, known: HashSet::new(), counts: self.counts.clone(), evident: self.evident.clone() }
    }

    /// How many findings of each code there are, most first, whether or not each is shown.
    pub fn by_code(&self) -> Vec<(Code, usize)> {
        let shown: BTreeSet<Code> = self.findings.iter().map(|finding| finding.code).collect();
        let count = |code: &Code| self.counts.get(code).copied().unwrap_or_default();
        let mut counts: Vec<(Code, usize)> = shown.into_iter().map(|code| (code, count(&code))).collect();
        counts.sort_by_key(|(code, count)| (Reverse(*count), *code));
        counts
    }

    /// Keeps what the predicate, which may change them, accepts.
    pub(super) fn retain_mut(&mut self, keep: impl FnMut(&mut Diagnostic) -> bool) {
        self.findings.retain_mut(keep);
    }

    /// Replaces a text, such as a path, wherever a message contains it.
    pub fn replace(&mut self, from: &str, to: &str) {
        for Diagnostic { message, labels, help, .. } in &mut self.findings {
            let texts = labels.iter_mut().map(|label| &mut label.text).chain(help).chain([message]);
            texts.for_each(|text| *text = text.replace(from, to));
        }
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.findings.iter()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.iter().filter(|d| d.severity() == Severity::Warning).count()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        let mut diagnostics = Self::default();
        diagnostics.push(diagnostic);
        diagnostics
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
