//! One diagnostic.

use super::code::{Code, Severity};
use super::setting::{Basis, Setting};
use crate::document::{FileId, Origin};

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The kind; it determines the severity.
    pub code: Code,
    /// The problem, in one sentence without a period.
    pub message: String,
    /// Where; the first label is the primary one.
    pub labels: Vec<Label>,
    /// What to do about it, ready to paste if possible.
    pub help: Vec<String>,
    /// Lines of a `codegen.toml` that would resolve it.
    pub settings: Vec<Setting>,
    /// How many more findings of the same kind and cause it stands for.
    pub alike: usize,
    /// How many of these it does not show a place of.
    pub hidden: usize,
    /// Whether this is a warning that was made an error, and by what.
    pub denied: Option<Denied>,
}

/// What made a warning an error.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Denied {
    /// `--deny warnings`.
    CommandLine,
    /// A line of `codegen.toml`; it is among the labels.
    Setting,
}

/// A place with a message.
#[derive(Clone, Debug)]
pub struct Label {
    /// The place.
    pub place: Place,
    /// The message for the place; may be empty.
    pub text: String,
}

/// A place in a file of this run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The value of a node.
    Value(Origin),
    /// The name of a member of an object; the value of an array's element.
    Name(Origin),
    /// A byte range, for files that are not read into nodes and for texts that do not parse.
    Bytes(FileId, std::ops::Range<usize>),
    /// A whole file.
    File(FileId),
}

impl Diagnostic {
    /// A diagnostic without a place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
            settings: Vec::new(),
            alike: 0,
            hidden: 0,
            denied: None,
        }
    }

    /// The diagnostic for an output file that is not what its readers accept, such as invalid Rust.
    pub(crate) fn internal(path: &str, error: &impl std::fmt::Display) -> Self {
        Self::new(Code::Internal, format!("the generator made an invalid {path}: {error}"))
            .help("this is a bug in the generator; please report it with the description")
    }

    /// Adds a place; the first one added is the primary one.
    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// The diagnostic with another code, where generation goes on: `instead` says what is done at its first place.
    #[must_use]
    pub(crate) fn made(mut self, code: Code, instead: &str) -> Self {
        self.code = code;
        if let Some(label) = self.labels.first_mut() {
            label.text = if label.text.is_empty() { instead.to_owned() } else { format!("{}; {instead}", label.text) };
        }
        self
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds lines for a table of `codegen.toml` that would resolve it, and shows them as help.
    #[must_use]
    pub fn setting(self, table: &'static str, lines: Vec<String>) -> Self {
        self.offer(Setting { table, lines, basis: Basis::Open, when: None })
    }

    /// Adds lines that state what was inferred, and shows them as help.
    #[must_use]
    pub fn inferred(self, table: &'static str, lines: Vec<String>) -> Self {
        self.offer(Setting { table, lines, basis: Basis::Inferred, when: None })
    }

    /// Adds one of several settings to choose from, with the case that it is for, and shows it as help.
    #[must_use]
    pub fn candidate(self, when: impl Into<String>, table: &'static str, lines: Vec<String>) -> Self {
        self.offer(Setting { table, lines, basis: Basis::Open, when: Some(when.into()) })
    }

    /// Adds lines for what a person may want to change, with the purpose, and shows them as help.
    #[must_use]
    pub fn option(self, purpose: impl Into<String>, table: &'static str, lines: Vec<String>) -> Self {
        self.offer(Setting { table, lines, basis: Basis::Optional, when: Some(purpose.into()) })
    }

    fn offer(mut self, setting: Setting) -> Self {
        self.help.push(setting.help());
        self.settings.push(setting);
        self
    }

    /// Adds a line of help, if there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }

    /// The severity of the code, unless it was denied.
    pub fn severity(&self) -> Severity {
        if self.denied.is_some() { Severity::Error } else { self.code.severity() }
    }

    /// Additional notes.
    pub fn notes(&self) -> Vec<String> {
        let alike = match self.hidden {
            0 => None,
            1 => Some("there is 1 more like this; `-v` shows each".to_owned()),
            more => Some(format!("there are {more} more like this; `-v` shows each")),
        };
        let denied = self.denied.as_ref().map(|denied| match denied {
            Denied::CommandLine => "`--deny warnings` makes this warning an error".to_owned(),
            Denied::Setting => "codegen.toml makes this warning an error".to_owned(),
        });
        alike.into_iter().chain(denied).collect()
    }
}
