//! `cargo webhooks fetch`: downloads descriptions from where their vendors publish them.
//!
//! ```text
//! job → download → validate → replace → record
//! ```
//!
//! A description is not trusted: it chooses the names of the files that it references, so `place` decides which may be written.
//! Only `client` and `proxy` know HTTP.

mod client;
mod download;
mod job;
mod place;
mod proxy;
mod record;
mod replace;
mod report;
mod validate;

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use webhook_generator::diagnostics::{Code, Diagnostic, Diagnostics};
use webhook_generator::source::Sources;
use webhook_generator::write::{Action, FilePlan, access};

use crate::args::{Fetch, Input, UsageError};
use crate::paths::shown;
use crate::project::ProjectFile;
use crate::report::{Report, ReportOptions};
use crate::selection::Selection;
use crate::stack::on_large_stack;
use download::Download;
pub(crate) use job::Job;
use record::Record;
use replace::Changes;
use report::{End, Fetched};
use validate::{Invalid, validate};

/// How long a fetch may take by default.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What is done with what is new.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// It is reported.
    Check,
    /// It is written, unless files were edited.
    Write,
    /// It is written.
    Overwrite,
}

impl Fetch {
    /// Runs the command.
    pub(crate) fn run(&self) -> ExitCode {
        on_large_stack(|| self.fetch()).unwrap_or_else(|error| error.exit("fetch"))
    }

    fn fetch(&self) -> Result<ExitCode, UsageError> {
        let input = Input::of_config(self.config.as_deref(), self.message_format, &self.limits);
        let timeout = self.timeout.map_or(TIMEOUT, |seconds| seconds.0);
        let selection = Selection::new(&input)?;
        // A workspace may list vendors that publish no description.
        let may_skip = selection.count() > 1;
        let jobs = selection.jobs(&self.limits, |context| match Job::of(context, timeout)? {
            None if !may_skip => Err(job::not_configured(context.file)),
            job => Ok(job.ok_or_else(|| context.file.map(|file| file.path.clone()).unwrap_or_default())),
        })?;
        let mode = match (self.check, self.overwrite) {
            (true, _) => Mode::Check,
            (false, false) => Mode::Write,
            (false, true) => Mode::Overwrite,
        };
        let options = ReportOptions { format: self.message_format, verbose: false, prints_result: false };
        let jobs = jobs.into_iter().filter_map(|job| match job {
            Ok(Ok(job)) => Some(Ok(job)),
            Ok(Err(_)) => None,
            Err(report) => Some(Err(report)),
        });
        Ok(report::print_all(&options, jobs.map(|job| run(&job?, mode))))
    }
}

/// Fetches a description that is not here yet, and prints what was done. The inner error is the exit code of a failure.
pub(crate) fn first(job: &Job, options: &ReportOptions) -> Result<(), ExitCode> {
    match report::print_all(options, [run(job, Mode::Write)].into_iter()) {
        ExitCode::SUCCESS => Ok(()),
        code => Err(code),
    }
}

fn run(job: &Job, mode: Mode) -> Result<Fetched, Box<Report>> {
    // The configuration was read to make the job, and is read again for messages.
    let failed = |diagnostic: Diagnostic| {
        let file = job.config.as_ref().and_then(|config| ProjectFile::read(config, job.limits).ok());
        let sources = file.map_or_else(|| Sources::with_limits(job.limits), |file| file.sources);
        Box::new(Report::failed(job.name.clone(), sources, diagnostic.into()))
    };
    let start = Instant::now();
    let record_path = Record::beside(&job.spec);
    let record = Record::read(&record_path).map_err(failed)?;
    let folder = job.spec.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let stages = if mode == Mode::Check {
        env::temp_dir()
    } else {
        fs::create_dir_all(folder).map_err(|error| failed(access(folder, "write to", &error)))?;
        folder.to_owned()
    };
    let download = Download::new(job, record.as_ref(), &stages).map_err(failed)?;
    let valid = validate(job, &download).map_err(|invalid| {
        let Invalid { sources, diagnostics } = *invalid;
        Box::new(Report::failed(job.name.clone(), sources, unusable(job, &download, diagnostics)))
    })?;
    let changes = Changes::new(job, &download, record.as_ref()).map_err(failed)?;
    let mut notes = Vec::new();
    if !valid.fits_overlays {
        notes.push("the overlays do not fit this version: `cargo webhooks generate` reports where".to_owned());
    }
    let end = match mode {
        Mode::Check if changes.is_new => End::Published,
        Mode::Write if changes.is_new && !changes.edited.is_empty() => {
            return Err(failed(edited(job, &changes, record.as_ref())));
        }
        Mode::Overwrite if changes.files.iter().any(|(_, action)| *action != Action::Keep) => End::Written,
        Mode::Write if changes.is_new => End::Written,
        Mode::Check | Mode::Write | Mode::Overwrite => End::Unchanged,
    };
    if end == End::Unchanged && !changes.edited.is_empty() {
        notes.push(format!("{} edited here, but not by the vendor", were(job, &changes.edited)));
    }
    let needs_overwrite = end == End::Published && !changes.edited.is_empty();
    if needs_overwrite {
        notes.push(match record {
            Some(_) => {
                format!("{} edited after the last fetch: move the changes to an overlay", were(job, &changes.edited))
            }
            None => format!(
                "{} not fetched, and the vendor has something else: compare the two",
                were(job, &changes.edited)
            ),
        });
    }
    let files = download.files.values().cloned().collect::<Vec<_>>();
    let is_recorded = record.as_ref().is_some_and(|record| {
        let hash = |file: &record::RecordedFile| (file.path.clone(), file.sha256.clone());
        record.url == job.url() && record.files.iter().map(hash).eq(files.iter().map(hash))
    });
    if end == End::Written {
        changes.apply(job, &download).map_err(failed)?;
    }
    // Last: until then, the old record accounts for what is here. A time that changes alone is not worth a commit.
    if mode != Mode::Check && !is_recorded {
        let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
        let new = Record { url: job.url().to_owned(), fetched: now.to_string(), version: valid.version.clone(), files };
        let here = fs::read(&record_path).ok();
        let plan = FilePlan::new(&record_path, here.as_deref(), new.text(&job.spec));
        plan.and_then(FilePlan::apply).map_err(failed)?;
    }
    let local = |(path, action): (String, Action)| (shown(job.root.join(path)), action);
    let day = |fetched: &str| fetched.split('T').next().unwrap_or_default().to_owned();
    Ok(Fetched {
        name: job.name.clone(),
        spec: shown(job.spec.clone()),
        url: client::shown(&job.url),
        end,
        version: valid.version,
        previous: record.map(|record| (record.version, day(&record.fetched))),
        files: changes.files.into_iter().map(local).collect(),
        needs_overwrite,
        notes,
        took: start.elapsed(),
    })
}

/// The errors of a description that cannot be used, with what was not fetched.
fn unusable(job: &Job, download: &Download, mut diagnostics: Diagnostics) -> Diagnostics {
    let (url, spec) = (client::shown(&job.url), shown(job.spec.clone()));
    let is_here = spec.exists();
    let state = if is_here { format!("`{}` is as before", spec.display()) } else { "nothing was written".to_owned() };
    let mut error = Diagnostic::new(Code::Read, format!("what `{url}` has cannot be used; {state}"));
    for skipped in &download.skipped {
        error = error.help(format!("not fetched: {skipped}"));
    }
    diagnostics.push(error);
    diagnostics
}

/// The error that the vendor's changes would replace those that were made here.
fn edited(job: &Job, changes: &Changes, record: Option<&Record>) -> Diagnostic {
    let url = client::shown(&job.url);
    let (message, help) = match record {
        Some(_) => (
            format!("{} edited after the last fetch; not overwritten", were(job, &changes.edited)),
            "move the changes to an overlay, then run the command with `--overwrite`",
        ),
        None => (
            format!("{} not fetched, and `{url}` has something else; not overwritten", were(job, &changes.edited)),
            "compare the two; `--overwrite` replaces what is here",
        ),
    };
    job.at_address(Diagnostic::new(Code::OutputForeign, message).help(help))
}

/// The beginning of a sentence about files.
fn were(job: &Job, files: &[String]) -> String {
    let names: Vec<_> = files.iter().map(|path| format!("`{}`", shown(job.root.join(path)).display())).collect();
    format!("{} {}", names.join(", "), if names.len() == 1 { "was" } else { "were" })
}
