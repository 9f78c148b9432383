//! Printing the result of a run.

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use webhook_generator::diagnostics::Severity;
use webhook_generator::render;
use webhook_generator::write::Action;

use crate::args::MessageFormat;
use crate::generate::{End, Finished};
use crate::output::print;

/// How a run is reported.
pub(crate) struct ReportOptions {
    pub(crate) format: MessageFormat,
    /// Whether every file and phase is listed.
    pub(crate) verbose: bool,
    /// Whether standard output is reserved for the result, such as that of `--emit`.
    pub(crate) prints_result: bool,
}

/// Prints the report, and returns the exit code.
pub(crate) fn report(options: &ReportOptions, out: Option<&Path>, finished: &Finished) -> ExitCode {
    let printed = match options.format {
        MessageFormat::Text => text(options, out, finished),
        MessageFormat::Json => json(options, out, finished),
        MessageFormat::Github => github(options, out, finished),
    };
    match finished.end {
        End::Failed | End::Stale => ExitCode::FAILURE,
        _ if printed.is_err() => ExitCode::FAILURE,
        End::Shown | End::Listed | End::Fresh | End::Written => ExitCode::SUCCESS,
    }
}

fn text(options: &ReportOptions, out: Option<&Path>, finished: &Finished) -> io::Result<()> {
    let color = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    print(io::stderr(), &render::text(&finished.diagnostics, &finished.sources, color))?;
    show(options, out, finished)
}

/// Prints the result and the summary.
fn show(options: &ReportOptions, out: Option<&Path>, finished: &Finished) -> io::Result<()> {
    if finished.end == End::Listed {
        print(io::stdout(), &list(finished, out, |action| action != Action::Keep))?;
    } else {
        print(io::stdout(), &finished.shown)?;
    }
    if options.verbose {
        let phases: Vec<_> = finished.phases.iter().map(|(name, took)| format!("{name} {took:.1?}")).collect();
        print(io::stderr(), &format!("{}{}\n", list(finished, out, |_| true), phases.join(", ")))?;
    }
    print(io::stderr(), &summary(finished, out))
}

/// The files and what is done with each, one per line.
fn list(finished: &Finished, out: Option<&Path>, wanted: impl Fn(Action) -> bool) -> String {
    let mut lines = String::new();
    for (path, action) in finished.files.iter().filter(|(_, action)| wanted(*action)) {
        let path = out.map_or_else(|| path.into(), |out| out.join(path));
        // Writing to a `String` does not fail.
        let _ = writeln!(lines, "{:<6} {}", name(*action), path.display());
    }
    lines
}

fn name(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Change => "change",
        Action::Keep => "keep",
        Action::Remove => "remove",
    }
}

/// The summary as text.
fn summary(finished: &Finished, out: Option<&Path>) -> String {
    let warnings = count(finished.diagnostics.warnings(), "warning");
    let out = out.unwrap_or(Path::new("")).display();
    let files = |actions: &[Action]| finished.files.iter().filter(|(_, action)| actions.contains(action)).count();
    let differ = files(&[Action::Create, Action::Change]);
    let [kept, removed] = [Action::Keep, Action::Remove].map(|action| files(&[action]));
    let files = format!("{} written, {removed} removed, {kept} unchanged", count(differ, "file"));

    let mut summary = match finished.generated {
        Some((webhooks, types)) if finished.end != End::Failed => {
            format!("{}, {}, {warnings}\n", count(webhooks, "webhook"), count(types, "type"))
        }
        _ => String::new(),
    };
    let end = match finished.end {
        End::Failed => format!("failed: {}, {warnings}", count(errors(finished), "error")),
        End::Shown => warnings,
        End::Listed => format!("`{out}` would change: {files}"),
        End::Fresh => format!("`{out}` is up to date"),
        End::Stale => {
            format!("`{out}` is stale in {}; run the command without `--check`", count(differ + removed, "file"))
        }
        End::Written => format!("`{out}`: {files}"),
    };
    let _ = writeln!(summary, "{end} ({:.2} s)", total(&finished.phases).as_secs_f64());
    summary
}

fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

fn errors(finished: &Finished) -> usize {
    finished.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).count()
}

fn total(phases: &[(&str, Duration)]) -> Duration {
    phases.iter().map(|(_, took)| took).sum()
}

fn json(options: &ReportOptions, out: Option<&Path>, finished: &Finished) -> io::Result<()> {
    let lines =
        render::json(&finished.diagnostics, &finished.sources) + &json_summary(finished, out).to_string() + "\n";
    if options.prints_result {
        print(io::stdout(), &finished.shown)?;
        print(io::stderr(), &lines)
    } else {
        print(io::stdout(), &lines)
    }
}

fn github(options: &ReportOptions, out: Option<&Path>, finished: &Finished) -> io::Result<()> {
    let commands = render::github(&finished.diagnostics, &finished.sources);
    if options.prints_result {
        print(io::stderr(), &commands)?;
    } else {
        print(io::stdout(), &commands)?;
    }
    show(options, out, finished)
}

fn json_summary(finished: &Finished, out: Option<&Path>) -> Value {
    let files: Vec<_> =
        finished.files.iter().map(|(path, action)| json!({ "path": path, "action": name(*action) })).collect();
    let phases = finished.phases.iter().map(|(name, took)| ((*name).to_owned(), json!(took.as_millis())));
    json!({
        "summary": {
            "end": match finished.end {
                End::Failed => "failed",
                End::Shown => "shown",
                End::Listed => "listed",
                End::Fresh => "fresh",
                End::Stale => "stale",
                End::Written => "written",
            },
            "out": out.map(|out| out.to_string_lossy()),
            "webhooks": finished.generated.map(|(webhooks, _)| webhooks),
            "types": finished.generated.map(|(_, types)| types),
            "errors": errors(finished),
            "warnings": finished.diagnostics.warnings(),
            "files": files,
            "milliseconds": phases.collect::<serde_json::Map<_, _>>(),
        }
    })
}
