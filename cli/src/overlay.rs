//! `cargo webhooks overlay`

use std::process::ExitCode;
use std::time::Instant;

use webhook_generator::{Outcome, document, patch};

use crate::args::{Overlay, Syntax, UsageError};
use crate::job::Job;
use crate::report::{self, End, Report, ReportOptions};
use crate::selection::Selection;
use crate::stack::on_large_stack;

impl Overlay {
    /// Runs the command.
    pub(crate) fn run(&self) -> ExitCode {
        on_large_stack(|| self.overlay()).unwrap_or_else(|error| error.exit("overlay"))
    }

    fn overlay(&self) -> Result<ExitCode, UsageError> {
        let selection = Selection::new(&self.input)?.only("only one description can be shown")?;
        let jobs = selection.jobs(&self.input.limits, |context| Job::patch(&self.input, context))?;
        let options = ReportOptions { format: self.input.message_format, verbose: false, prints_result: true };
        Ok(report::print_all(
            &options,
            jobs.into_iter().map(|job| match job {
                Ok(job) => patched(job, self.format),
                Err(report) => *report,
            }),
        ))
    }
}

fn patched(job: Job, syntax: Syntax) -> Report {
    let start = Instant::now();
    let (Outcome { sources, diagnostics, .. }, root) = patch(&job.request);
    let shown = root.map(|root| match syntax {
        Syntax::Yaml => document::yaml(&root),
        Syntax::Json => document::pretty_json(&root),
    });
    Report {
        end: if shown.is_some() { End::Shown } else { End::Failed },
        shown: shown.unwrap_or_default(),
        phases: vec![("patch", start.elapsed())],
        ..Report::failed(job.name, sources, diagnostics)
    }
}
