//! `cargo webhooks diff`

mod accepted;
mod git;
mod operand;
mod version;

use std::collections::HashSet;
use std::env;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use webhook_generator::config::beside;
use webhook_generator::diff::{Report, Step, compare, trees};
use webhook_generator::released;
use webhook_generator::render::{Changes, changes_github, changes_json, changes_markdown, changes_text};
use webhook_generator::source::Limits;

use crate::args::{Diff, DiffFormat, FailOn, Input, MessageFormat, UsageError};
use crate::output::{count, print};
use crate::report::{self, ReportOptions};
use crate::selection::Selection;
use crate::stack::on_large_stack;
use accepted::Accepted;
use operand::Operand;
use version::Version;

/// The exit code if there are changes that `--fail-on` names.
const CHANGED: u8 = 3;

/// Why there is no comparison.
pub(crate) enum Failure {
    /// The command line is wrong, or git failed.
    Usage(UsageError),
    /// A version has errors.
    Invalid(Box<report::Report>),
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

impl Diff {
    /// Runs the command.
    pub(crate) fn run(&self) -> ExitCode {
        on_large_stack(|| self.diff()).unwrap_or_else(|error| error.exit("diff"))
    }

    fn diff(&self) -> Result<ExitCode, UsageError> {
        if let (None, Some(old), None) = (&self.config, &self.old, &self.new)
            && let Some(config) = operand::config_of(old)
        {
            // The argument says which crate is meant. A configuration alone is that of both versions.
            let old = self.old.clone().filter(|_| released::config_of(Path::new(old)).is_some());
            return Self { config: Some(config), old, ..self.clone() }.diff();
        }
        let selection = self.selection()?;
        let mut code = ExitCode::SUCCESS;
        for config in selection.configs() {
            match self.compared(config, selection.limits(config, &self.limits)) {
                Ok(true) => {}
                Ok(false) => code = ExitCode::from(CHANGED),
                Err(Failure::Usage(error)) => return Err(error),
                Err(Failure::Invalid(report)) => {
                    let options = ReportOptions { format: MessageFormat::Text, verbose: false, prints_result: true };
                    return Ok(report::print_all(&options, [*report].into_iter()));
                }
            }
        }
        Ok(code)
    }

    /// The configurations to compare; without `--config`, two files need none.
    fn selection(&self) -> Result<Selection, UsageError> {
        let exists = |operand: &Option<String>| operand.as_ref().is_some_and(|operand| Path::new(operand).exists());
        if self.config.is_none() && exists(&self.old) && exists(&self.new) {
            return Ok(Selection::without_config());
        }
        Selection::new(&self.input(self.config.as_deref()))
    }

    fn input(&self, config: Option<&Path>) -> Input {
        Input::of_config(config, MessageFormat::Text, &self.limits)
    }

    /// Compares and prints; false if there are changes that `--fail-on` names.
    fn compared(&self, config: Option<&Path>, limits: Limits) -> Result<bool, Failure> {
        let input = self.input(config);
        let operand = |given: Option<&String>, default: Operand| match given {
            Some(text) => Operand::new(text, config),
            None => Ok(default),
        };
        let old = operand(self.old.as_ref(), Operand::Revision("HEAD".to_owned()))?;
        let new = operand(self.new.as_ref(), Operand::WorkingTree)?;
        let old = Version::load(&old, &input, limits, None)?;
        let new = Version::load(&new, &input, limits, old.names.as_deref())?;

        let mut report = compare(&old.catalogue, &new.catalogue);
        if let (Some(old), Some(new)) = (&old.tree, &new.tree) {
            trees(old, new, &mut report);
        }
        let file = config.map(|config| beside(config, accepted::FILE));
        if self.accept {
            let file = file.as_ref().ok_or_else(|| {
                UsageError::new(
                    ErrorKind::MissingRequiredArgument,
                    "`--accept` needs `--config`: the file is beside it",
                )
            })?;
            Accepted::of(&report).write(file)?;
        }
        let accepted = file.as_deref().map(Accepted::read).transpose()?.unwrap_or_default();
        let (accepted, unused) = accepted.positions(&report);
        self.print(&old, &new, &report, &accepted)?;
        if self.format == DiffFormat::Text && !unused.is_empty() && !self.accept {
            let lines: String = unused.iter().map(|line| format!("  {line}\n")).collect();
            let note = format!("accepted, but no longer a change; `--accept` removes them:\n{lines}");
            // The exit code does not depend on it.
            let _ = print(io::stderr(), &note);
        }
        if self.format == DiffFormat::Text && new.warnings > 0 {
            let warnings = count(new.warnings, "warning");
            let _ = print(io::stderr(), &format!("{warnings} in the new version: run `cargo webhooks generate`\n"));
        }
        Ok(!self.fails(&report, &accepted))
    }

    fn print(
        &self,
        old: &Version,
        new: &Version,
        report: &Report,
        accepted: &HashSet<usize>,
    ) -> Result<(), UsageError> {
        let changes =
            Changes { report, old: old.side(), new: new.side(), accepted: accepted.clone(), verbose: self.verbose };
        let text = match self.format {
            DiffFormat::Text => {
                let color = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
                changes_text(&changes, color)
            }
            DiffFormat::Markdown => changes_markdown(&changes),
            DiffFormat::Json => changes_json(&changes),
            DiffFormat::Github => changes_github(&changes),
        };
        print(io::stdout(), &text).map_err(|error| UsageError::new(ErrorKind::Io, error.to_string()))
    }

    fn fails(&self, report: &Report, accepted: &HashSet<usize>) -> bool {
        let open = report.entries.iter().enumerate().filter(|(position, _)| !accepted.contains(position));
        open.map(|(_, entry)| entry).any(|entry| match self.fail_on {
            None => false,
            Some(FailOn::Breaking) => entry.flags.is_breaking(),
            Some(FailOn::Any) => entry.step >= Step::Minor,
        })
    }
}
