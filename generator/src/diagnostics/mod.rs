//! What the generator has to say: errors and warnings that name the exact place.

mod code;
mod github;
mod json;
mod level;
mod suggest;
mod text;

pub use code::Code;
pub use github::github;
pub use json::json;
pub use level::{Level, Levels};
pub use suggest::suggest;
pub use text::text;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::document::{FileId, Origin};

/// How grave a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Generation goes on; the message says what was done instead.
    Warning,
    /// Nothing is generated.
    Error,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Which kind of finding; it decides the severity.
    pub code: Code,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where; the first label is the primary one.
    pub labels: Vec<Label>,
    /// What to do about it, ready to paste where that is possible.
    pub help: Vec<String>,
    /// Lines of a `codegen.toml` that would settle it.
    pub settings: Vec<Setting>,
    /// Whether this is a warning that was made an error, and by what.
    pub denied: Option<Denied>,
}

/// What made a warning an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// `--deny warnings`.
    CommandLine,
    /// A line of `codegen.toml`; it is among the labels.
    Setting,
}

/// Lines of a table in a `codegen.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The table, such as `event-type`.
    pub table: &'static str,
    /// Its lines, such as `pointer = "/type"`.
    pub lines: Vec<String>,
}

/// A place and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Label {
    /// The place.
    pub place: Place,
    /// What stands there; may be empty.
    pub text: String,
}

/// A place in a file of this run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The value of a node.
    Value(Origin),
    /// The name under which a node stands in its object; the value where it stands in an array.
    Name(Origin),
    /// A byte range, for files that are not read into nodes and for texts that do not parse.
    Bytes(FileId, std::ops::Range<usize>),
    /// A whole file.
    File(FileId),
}

impl Diagnostic {
    /// A finding without a place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), labels: Vec::new(), help: Vec::new(), settings: Vec::new(), denied: None }
    }

    /// The finding that a file of the output was printed and is no Rust.
    pub(crate) fn internal(path: &str, error: &impl std::fmt::Display) -> Self {
        Self::new(Code::Internal, format!("the generator wrote {path} wrongly: {error}"))
            .help("this is a fault of the generator; please report it with the description")
    }

    /// Adds a place; the first one added is the primary one.
    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds lines for a table of `codegen.toml` that would settle it, and shows them as help.
    #[must_use]
    pub fn setting(mut self, table: &'static str, lines: Vec<String>) -> Self {
        self.help.push(format!("say it in codegen.toml (`--config`):\n[{table}]\n{}", lines.join("\n")));
        self.settings.push(Setting { table, lines });
        self
    }

    /// Adds a line of help, where there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }

    /// The gravity, from the code, unless it was denied.
    pub fn severity(&self) -> Severity {
        if self.denied.is_some() { Severity::Error } else { self.code.severity() }
    }

    /// What is to be known beside what is wrong.
    fn note(&self) -> Option<&'static str> {
        match self.denied.as_ref()? {
            Denied::CommandLine => Some("`--deny warnings` makes this warning an error"),
            Denied::Setting => Some("codegen.toml makes this warning an error"),
        }
    }
}

/// How many findings of one kind are kept: nobody reads more, and to tell the place of each takes time.
const MAX_ALIKE: usize = 100;

/// The findings of a run, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    findings: Vec<Diagnostic>,
    /// What tells findings apart.
    known: HashSet<(Code, String, Option<Place>)>,
    counts: HashMap<Code, usize>,
}

impl Diagnostics {
    /// Adds a finding, unless the same one has been made at the same place, or very many of its kind.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let count = self.counts.entry(diagnostic.code).or_default();
        if *count > MAX_ALIKE {
            return;
        }
        let place = diagnostic.labels.first().map(|label| label.place.clone());
        if !self.known.insert((diagnostic.code, diagnostic.message.clone(), place)) {
            return;
        }
        *count += 1;
        self.findings.push(if *count > MAX_ALIKE {
            Diagnostic::new(diagnostic.code, format!("there are more than {MAX_ALIKE} findings of this kind"))
                .help("the others are not shown")
        } else {
            diagnostic
        });
    }

    /// The value of a result; an error becomes a finding.
    pub(crate) fn take_in<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.push(diagnostic)).ok()
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|d| d.severity() == Severity::Error)
    }

    /// The `codegen.toml` that the errors ask for; none where one of them asks for nothing, which no setting would settle.
    pub fn suggested_config(&self) -> Option<String> {
        let errors: Vec<_> = self.findings.iter().filter(|d| d.severity() == Severity::Error).collect();
        if errors.is_empty() || errors.iter().any(|error| error.settings.is_empty()) {
            return None;
        }
        let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for setting in errors.iter().flat_map(|error| &error.settings) {
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

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.findings.iter()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.iter().filter(|d| d.severity() == Severity::Warning).count()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
#[allow(clippy::format_collect, clippy::format_push_string, reason = "inputs need not be made fast")]
mod tests;
