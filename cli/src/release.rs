//! `cargo webhooks release`: a run that also makes a release. What it writes is decided by the generator.

use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use webhook_generator::released;

use crate::args::{self, Generate, Input, UsageError};
use crate::generate::{Run, distinct_folders};
use crate::job::Job;
use crate::report::{self, ReportOptions};
use crate::selection::{Prepared, Selection};
use crate::stack::on_large_stack;

impl args::Release {
    /// Runs the command.
    pub(crate) fn run(&self) -> ExitCode {
        on_large_stack(|| self.release()).unwrap_or_else(|error| error.exit("release"))
    }

    fn release(&self) -> Result<ExitCode, UsageError> {
        let input = Input::of_config(self.config.as_deref(), self.message_format, &self.limits);
        let arguments = Generate { dry_run: self.dry_run, verbose: self.verbose, ..Generate::of(input) };
        let mut selection = Selection::new(&arguments.input)?;
        if self.version.is_some() {
            selection = selection.only("`--version` is that of one crate")?;
        }
        let date = self.date.unwrap_or_else(|| TimeZone::UTC.to_datetime(Timestamp::now()).date());
        let release = released::Release { version: self.version.clone(), date: date.to_string() };
        let jobs = selection.jobs(&self.limits, |context| {
            let mut job = Job::generate(&arguments, context)?;
            job.request = job.request.release(release.clone());
            Ok(job)
        })?;
        distinct_folders(jobs.iter().flatten())?;
        let options = ReportOptions { format: self.message_format, verbose: self.verbose, prints_result: false };
        let run = |job: Prepared| match job {
            Ok(job) => Run::new().run(job, &arguments),
            Err(report) => *report,
        };
        Ok(report::print_all(&options, jobs.into_iter().map(run)))
    }
}
