//! `cargo webhooks diff`

mod accepted;
mod git;
mod operand;
mod version;

use std::collections::HashSet;
use std::env;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use webhook_generator::diff::{Report, Step, compare, trees};
use webhook_generator::render::{Changes, changes_github, changes_json, changes_markdown, changes_text};
use webhook_generator::source::Limits;

use crate::args::{Diff, DiffFormat, FailOn, Input, MessageFormat, UsageError};
use crate::output::print;
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
    /// The command line is wrong, or git is.
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
        let configs = self.configs()?;
        let mut code = ExitCode::SUCCESS;
        for config in configs {
            match self.compared(config.as_deref()) {
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

    /// The configurations to compare; `None` if both versions are files.
    fn configs(&self) -> Result<Vec<Option<PathBuf>>, UsageError> {
        if let Some(config) = &self.config {
            return Ok(vec![Some(config.clone())]);
        }
        let are_files = |operand: &Option<String>| operand.as_ref().is_some_and(|operand| Path::new(operand).exists());
        if are_files(&self.old) && are_files(&self.new) {
            return Ok(vec![None]);
        }
        let selection = Selection::new(&self.input(None))?;
        Ok(selection.configs().map(|config| config.map(Path::to_owned)).collect())
    }

    fn input(&self, config: Option<&Path>) -> Input {
        Input {
            spec: None,
            root: None,
            overlays: Vec::new(),
            config: config.map(Path::to_owned),
            message_format: MessageFormat::Text,
            deny: None,
            limits: self.limits.clone(),
        }
    }

    /// Compares and prints; false if there are changes that `--fail-on` names.
    fn compared(&self, config: Option<&Path>) -> Result<bool, Failure> {
        let input = self.input(config);
        let limits = match config {
            Some(_) => Selection::new(&input)?.limits(config, &self.limits),
            None => self.limits.iter().fold(Limits::default(), |limits, limit| limits.with(*limit)),
        };
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
        let file = config.map(accepted::beside);
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
