//! Printing what a fetch did.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use webhook_generator::write::Action;

use crate::args::MessageFormat;
use crate::output::{count, print};
use crate::report::{self, Report, ReportOptions};

/// The exit code of `--check` if the vendor has published something new.
const PUBLISHED: u8 = 3;

/// What a fetch did.
pub(super) struct Fetched {
    pub(super) name: PathBuf,
    pub(super) spec: PathBuf,
    pub(super) url: String,
    pub(super) end: End,
    pub(super) version: String,
    /// The version of the last fetch, and its day.
    pub(super) previous: Option<(String, String)>,
    /// By path from the working directory.
    pub(super) files: Vec<(PathBuf, Action)>,
    /// Whether what is new is written only with `--overwrite`.
    pub(super) needs_overwrite: bool,
    /// Further messages for the user.
    pub(super) notes: Vec<String>,
    pub(super) took: Duration,
}

/// How a fetch ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing to do.
    Unchanged,
    /// There is something new, which was not written.
    Published,
    /// Files were written.
    Written,
}

/// Prints what each fetch did. A failure counts more than something new.
pub(super) fn print_all(
    options: &ReportOptions,
    results: impl Iterator<Item = Result<Fetched, Box<Report>>>,
) -> ExitCode {
    let (mut failed, mut published) = (false, false);
    for result in results {
        match result {
            Ok(fetched) => {
                published |= fetched.end == End::Published;
                let printed = match options.format {
                    MessageFormat::Json => print(io::stdout(), &format!("{}\n", fetched.json())),
                    MessageFormat::Text | MessageFormat::Github => print(io::stderr(), &fetched.text()),
                };
                failed |= printed.is_err();
            }
            Err(report) => failed |= report::print_all(options, [*report].into_iter()) != ExitCode::SUCCESS,
        }
    }
    match (failed, published) {
        (true, _) => ExitCode::FAILURE,
        (false, true) => PUBLISHED.into(),
        (false, false) => ExitCode::SUCCESS,
    }
}

impl Fetched {
    fn text(&self) -> String {
        let (spec, url, version) = (self.spec.display(), &self.url, &self.version);
        let version = match &self.previous {
            Some((previous, _)) if previous != version => format!("version `{previous}` → `{version}`"),
            _ => format!("version `{version}`"),
        };
        let end = match (self.end, &self.previous) {
            (End::Unchanged, Some((_, day))) => {
                format!("`{spec}`: the vendor's file is unchanged since it was fetched on {day}, {version}")
            }
            (End::Unchanged, None) => format!("`{spec}` is what `{url}` has, {version}"),
            (End::Published, _) => {
                let option =
                    if self.needs_overwrite { "with `--overwrite` instead of `--check`" } else { "without `--check`" };
                format!("`{url}` has something new for `{spec}`, {version}; run the command {option}")
            }
            (End::Written, _) => {
                let number =
                    |wanted: &[Action]| self.files.iter().filter(|(_, action)| wanted.contains(action)).count();
                let written = count(number(&[Action::Create, Action::Change]), "file");
                let removed = number(&[Action::Remove]);
                format!("`{spec}` was fetched from `{url}`, {version}: {written} written, {removed} removed")
            }
        };
        let notes: String = self.notes.iter().map(|note| format!("note: {note}\n")).collect();
        format!("{notes}{end} ({:.2} s)\n", self.took.as_secs_f64())
    }

    fn json(&self) -> Value {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let files =
            self.files.iter().map(|(file, action)| json!({ "path": path(file), "action": report::name(*action) }));
        json!({
            "fetch": {
                "end": match self.end {
                    End::Unchanged => "unchanged",
                    End::Published => "published",
                    End::Written => "written",
                },
                "name": path(&self.name),
                "spec": path(&self.spec),
                "url": self.url,
                "version": self.version,
                "previous_version": self.previous.as_ref().map(|(version, _)| version),
                "files": files.collect::<Vec<_>>(),
                "notes": self.notes,
            }
        })
    }
}
