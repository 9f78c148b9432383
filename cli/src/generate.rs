//! `cargo webhooks generate`

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::error::ErrorKind;
use webhook_generator::diagnostics::Diagnostics;
use webhook_generator::write::{Action, FilePlan, Plan};
use webhook_generator::{Outcome, Output, Reached, Request, Stage};

use crate::args::{Generate, UsageError};
use crate::job::{Job, Records};
use crate::paths::without_links;
use crate::released::Released;
use crate::report::{self, End, Report, ReportOptions};
use crate::selection::Selection;
use crate::stack::on_large_stack;

/// How many lines of differences `--check` shows.
const MAX_DIFF_LINES: usize = 200;

impl Generate {
    /// Runs the command.
    pub fn run(&self) -> ExitCode {
        #[cfg(feature = "watch")]
        if self.watch {
            return crate::watch::run(self).unwrap_or_else(|error| error.exit("generate"));
        }
        on_large_stack(|| self.generate()).unwrap_or_else(|error| error.exit("generate"))
    }

    /// Generates, and prints a report.
    pub(crate) fn generate(&self) -> Result<ExitCode, UsageError> {
        self.generate_and(|_| ())
    }

    /// Generates, and passes each report on before it is printed.
    pub(crate) fn generate_and(&self, mut seen: impl FnMut(&Report)) -> Result<ExitCode, UsageError> {
        let mut selection = Selection::new(&self.input)?;
        if self.emit.is_some() {
            selection = selection.only("only one crate can be shown")?;
        }
        let jobs = selection.jobs(&self.input.limits, |context| Job::generate(self, context))?;
        distinct_folders(jobs.iter().flatten())?;
        let options = ReportOptions {
            format: self.input.message_format,
            verbose: self.verbose,
            prints_result: self.emit.is_some(),
        };
        Ok(report::print_all(
            &options,
            jobs.into_iter().map(|job| {
                let report = match job {
                    Ok(job) => Run::new().run(job, self),
                    Err(report) => *report,
                };
                seen(&report);
                report
            }),
        ))
    }
}

/// Refuses two crates with the same output folder.
pub(crate) fn distinct_folders<'a>(jobs: impl Iterator<Item = &'a Job>) -> Result<(), UsageError> {
    let mut folders = BTreeMap::new();
    for Job { name, out, .. } in jobs {
        if let Some(out) = out
            && let Some(first) = folders.insert(without_links(out), name)
        {
            let message =
                format!("`{}` and `{}` have the same `out`: `{}`", first.display(), name.display(), out.display());
            return Err(UsageError::new(ErrorKind::ArgumentConflict, message));
        }
    }
    Ok(())
}

/// A run in progress.
pub(crate) struct Run {
    phase: Instant,
    phases: Vec<(&'static str, Duration)>,
    failed_stage: Option<&'static str>,
}

impl Run {
    pub(crate) fn new() -> Self {
        Self { phase: Instant::now(), phases: Vec::new(), failed_stage: None }
    }

    /// Records the time since the last phase.
    fn phase_done(&mut self, name: &'static str) {
        let now = Instant::now();
        self.phases.push((name, now.duration_since(self.phase)));
        self.phase = now;
    }

    /// Runs the stages, and writes or shows the result.
    pub(crate) fn run(mut self, job: Job, arguments: &Generate) -> Report {
        let stage = arguments.emit.map(Stage::from);
        let mut shown = None;
        let outcome = self.stages(&job.request, |reached| {
            shown = stage.and_then(|stage| stage.print(reached));
            shown.is_some()
        });
        let shown = shown.filter(|_| !outcome.diagnostics.has_errors());
        self.report(job, outcome, shown, arguments)
    }

    /// Runs the stages, up to one that is the last.
    pub(crate) fn stages(&mut self, request: &Request, mut is_last: impl FnMut(&Reached<'_>) -> bool) -> Outcome {
        let mut was_stopped = false;
        let outcome = webhook_generator::run(request, |reached| {
            self.phase_done(reached.name());
            was_stopped = is_last(&reached);
            if was_stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if outcome.diagnostics.has_errors() {
            // Warnings that are denied after the last stage, or after one that is shown, fail in no stage.
            self.failed_stage = Reached::NAMES.get(self.phases.len()).copied().filter(|_| !was_stopped);
            if let Some(stage) = self.failed_stage {
                self.phase_done(stage);
            }
        }
        outcome
    }

    /// Writes the crate, or compares it with its folder; `shown` is the result of a stage instead.
    pub(crate) fn report(
        mut self,
        job: Job,
        Outcome { sources, diagnostics, usage, output }: Outcome,
        shown: Option<String>,
        arguments: &Generate,
    ) -> Report {
        let mut report = Report {
            generated: output.as_ref().map(|output| (output.api.webhooks.len(), output.api.types.len())),
            #[cfg(feature = "watch")]
            catalogue: output.as_ref().filter(|_| arguments.watch).map(|output| output.catalogue.clone()),
            release: Released::of(&job.request, output.as_ref()),
            ..Report::failed(job.name, sources, diagnostics)
        };
        if let Some(shown) = shown {
            report.end = End::Shown;
            report.shown = shown;
        } else if let (Some(output), Some(out)) = (output, &job.out) {
            match self.put(&output, out, job.records.as_ref(), arguments, &mut report) {
                Ok(end) => report.end = end,
                Err(problems) => problems.iter().for_each(|problem| report.diagnostics.push(problem.clone())),
            }
        }
        report.out = job.out;
        #[cfg(feature = "watch")]
        {
            report.records = job.records.map(Records::paths).unwrap_or_default();
        }
        report.assumed_receiver = job.assumed_receiver;
        report.phases = self.phases;
        report.usage = usage;
        report.failed_stage = self.failed_stage;
        report
    }

    /// Compares the output with its folder, and writes it unless `--check` or `--dry-run` is set.
    fn put(
        &mut self,
        output: &Output,
        out: &Path,
        records: Option<&Records>,
        arguments: &Generate,
        report: &mut Report,
    ) -> Result<End, Diagnostics> {
        let plan = Plan::new(out, &output.crate_name, &output.files)?;
        let names = records.map(|records| (records.names.clone(), output.names.clone()));
        let released = output.release.iter().flat_map(|cut| cut.files.iter().cloned());
        let mut renewed = Vec::new();
        for (path, text) in names.into_iter().chain(released) {
            let file = FilePlan::new(&path, report.sources.read_at(&path), text)?;
            report.renewed.push((path, file.action()));
            renewed.push(file);
        }
        self.phase_done("compare");
        report.files = plan.actions().map(|(path, action)| (path.to_owned(), action)).collect();
        if arguments.check {
            let is_fresh = plan.is_fresh() && renewed.iter().all(|file| file.action() == Action::Keep);
            report.shown = plan.diff(MAX_DIFF_LINES);
            report.shown.extend(renewed.into_iter().map(|file| file.diff(MAX_DIFF_LINES)));
            return Ok(if is_fresh { End::Fresh } else { End::Stale });
        }
        if arguments.dry_run {
            report.shown = output.release.as_ref().map(|cut| format!("{}\n", cut.section)).unwrap_or_default();
            return Ok(End::Listed);
        }
        plan.apply_with(&renewed)?;
        self.phase_done("write");
        Ok(End::Written)
    }
}
