//! `cargo webhooks overlay`

use std::process::ExitCode;
use std::time::Instant;

use webhook_generator::{Outcome, document, patch};

use crate::args::{Overlay, Syntax, usage_error};
use crate::generate::{End, Finished};
use crate::job::Job;
use crate::report::{ReportOptions, report};

/// Runs the command.
pub(crate) fn run(arguments: &Overlay) -> ExitCode {
    let job = Job::patch(arguments).unwrap_or_else(|(kind, message)| usage_error("overlay", kind, &message));
    let start = Instant::now();
    let (Outcome { sources, diagnostics, .. }, root) = patch(&job.request);
    let shown = root.map(|root| match arguments.format {
        Syntax::Yaml => document::yaml(&root),
        Syntax::Json => document::pretty_json(&root),
    });
    let finished = Finished {
        end: if shown.is_some() { End::Shown } else { End::Failed },
        sources,
        diagnostics,
        generated: None,
        files: Vec::new(),
        shown: shown.unwrap_or_default(),
        phases: vec![("patch", start.elapsed())],
    };
    let options = ReportOptions { format: arguments.message_format, verbose: false, prints_result: true };
    report(&options, None, &finished)
}
