//! Which warnings are errors in this run, and which are silenced.

use std::collections::BTreeMap;

use super::code::{Code, Severity};
use super::diagnostic::{Denied, Diagnostic, Label, Place};
use super::report::Diagnostics;

/// The level of the warnings with one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// They are silenced.
    Allow,
    /// They stay warnings, even if all warnings are denied.
    Warn,
    /// They are errors.
    Deny,
}

/// The levels of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Whether warnings without a level are errors.
    pub deny_warnings: bool,
    /// The levels of single codes, and where they are set.
    pub codes: BTreeMap<Code, (Level, Place)>,
}

impl Levels {
    /// Warnings about levels that allow something that does not occur.
    pub(crate) fn unused(&self, diagnostics: &Diagnostics) -> Vec<Diagnostic> {
        let unused = self.codes.iter().filter(|(code, (level, _))| {
            *level == Level::Allow && !diagnostics.iter().any(|diagnostic| diagnostic.code == **code)
        });
        unused
            .map(|(code, (_, place))| {
                Diagnostic::new(Code::ConfigUnused, format!("`{}` is allowed but does not occur", code.as_str()))
                    .at(place.clone(), "this line has no effect")
                    .help("remove the line")
            })
            .collect()
    }

    /// Removes what is allowed, and turns what is denied into errors.
    pub(crate) fn apply(&self, diagnostics: &mut Diagnostics) {
        diagnostics.retain_mut(|diagnostic| {
            if diagnostic.severity() == Severity::Error {
                return true;
            }
            match self.codes.get(&diagnostic.code) {
                Some((Level::Allow, _)) => return false,
                Some((Level::Deny, place)) => {
                    diagnostic.denied = Some(Denied::Setting);
                    diagnostic.labels.push(Label { place: place.clone(), text: "denied here".to_owned() });
                }
                None if self.deny_warnings && diagnostic.severity() == Severity::Warning => {
                    diagnostic.denied = Some(Denied::CommandLine);
                }
                Some((Level::Warn, _)) | None => {}
            }
            true
        });
    }
}

impl Diagnostics {
    /// Makes the warnings errors.
    pub fn deny_warnings(&mut self) {
        Levels { deny_warnings: true, ..Levels::default() }.apply(self);
    }
}
