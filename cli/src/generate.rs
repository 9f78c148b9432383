//! `cargo webhooks generate`

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use webhook_generator::diagnostics::Diagnostics;
use webhook_generator::source::Sources;
use webhook_generator::write::{Action, Plan};
use webhook_generator::{Outcome, Output, Stage};

use crate::args::{Generate, usage_error};
use crate::job::Job;
use crate::report::{ReportOptions, report};

/// How many lines of differences `--check` shows.
const MAX_DIFF_LINES: usize = 200;

impl Generate {
    /// Runs the command.
    pub fn run(&self) -> ExitCode {
        match Job::new(self) {
            Ok(job) => {
                let finished = Run::new().run(&job, self);
                let options = ReportOptions {
                    format: self.message_format,
                    verbose: self.verbose,
                    prints_result: self.emit.is_some(),
                };
                report(&options, job.out.as_deref(), &finished)
            }
            Err((kind, message)) => usage_error("generate", kind, &message),
        }
    }
}

/// The result of a run.
pub(crate) struct Finished {
    pub(crate) end: End,
    pub(crate) sources: Sources,
    pub(crate) diagnostics: Diagnostics,
    /// The number of webhooks and types; `None` if nothing was generated.
    pub(crate) generated: Option<(usize, usize)>,
    /// The files of the output, and what was or would be done with each.
    pub(crate) files: Vec<(String, Action)>,
    /// The text for standard output.
    pub(crate) shown: String,
    pub(crate) phases: Vec<(&'static str, Duration)>,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// There are errors among the diagnostics.
    Failed,
    /// A stage was shown.
    Shown,
    /// The changes were listed.
    Listed,
    /// The output is up to date.
    Fresh,
    /// The output is not up to date.
    Stale,
    /// The output was written.
    Written,
}

/// A run in progress.
struct Run {
    phase: Instant,
    phases: Vec<(&'static str, Duration)>,
}

impl Run {
    fn new() -> Self {
        Self { phase: Instant::now(), phases: Vec::new() }
    }

    /// Records the time since the last phase.
    fn phase_done(&mut self, name: &'static str) {
        let now = Instant::now();
        self.phases.push((name, now.duration_since(self.phase)));
        self.phase = now;
    }

    fn run(mut self, job: &Job, arguments: &Generate) -> Finished {
        let stage = arguments.emit.map(Stage::from);
        let mut shown = None;
        let Outcome { sources, diagnostics, output } = webhook_generator::run(&job.request, |reached| {
            self.phase_done(reached.name());
            shown = stage.and_then(|stage| stage.print(&reached));
            if shown.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if diagnostics.has_errors() {
            self.phase_done("failed");
            shown = None;
        }
        let mut finished = Finished {
            end: End::Failed,
            sources,
            diagnostics,
            generated: output.as_ref().map(|output| (output.api.webhooks.len(), output.api.types.len())),
            files: Vec::new(),
            shown: String::new(),
            phases: Vec::new(),
        };
        if let Some(shown) = shown {
            finished.end = End::Shown;
            finished.shown = shown;
        } else if let (Some(output), Some(out)) = (output, &job.out) {
            match self.put(&output, out, arguments, &mut finished) {
                Ok(end) => finished.end = end,
                Err(problems) => problems.iter().for_each(|problem| finished.diagnostics.push(problem.clone())),
            }
        }
        finished.phases = self.phases;
        finished
    }

    /// Compares the output with its folder, and writes it unless `--check` or `--dry-run` is set.
    fn put(
        &mut self,
        output: &Output,
        out: &Path,
        arguments: &Generate,
        finished: &mut Finished,
    ) -> Result<End, Diagnostics> {
        let plan = Plan::new(out, &output.files)?;
        self.phase_done("compare");
        finished.files = plan.actions().map(|(path, action)| (path.to_owned(), action)).collect();
        if arguments.check {
            finished.shown = plan.diff(MAX_DIFF_LINES);
            return Ok(if plan.is_fresh() { End::Fresh } else { End::Stale });
        }
        if arguments.dry_run {
            return Ok(End::Listed);
        }
        plan.apply().map_err(|problem| {
            let mut problems = Diagnostics::default();
            problems.push(problem);
            problems
        })?;
        self.phase_done("write");
        Ok(End::Written)
    }
}
