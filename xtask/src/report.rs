//! Telling what came of a run, to people or to programs.

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

use crate::cli::MessageFormat;
use crate::codegen::{End, Finished};

/// In which manner a run tells what it has to tell.
pub(crate) struct Manner {
    pub(crate) format: MessageFormat,
    /// Whether every file and phase is told.
    pub(crate) verbose: bool,
    /// Whether standard output is for what is shown, and nothing else.
    pub(crate) apart: bool,
}

/// Tells everything, and gives the exit code.
pub(crate) fn report(manner: &Manner, out: Option<&Path>, finished: &Finished) -> ExitCode {
    let told = match manner.format {
        MessageFormat::Text => text(manner, out, finished),
        MessageFormat::Json => json(manner, out, finished),
        MessageFormat::Github => github(manner, out, finished),
    };
    match finished.end {
        End::Failed | End::Stale => ExitCode::FAILURE,
        _ if told.is_err() => ExitCode::FAILURE,
        End::Shown | End::Listed | End::Fresh | End::Written => ExitCode::SUCCESS,
    }
}

fn text(manner: &Manner, out: Option<&Path>, finished: &Finished) -> io::Result<()> {
    let color = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    print(io::stderr(), &render::text(&finished.diagnostics, &finished.sources, color))?;
    show(manner, out, finished)
}

/// Shows what was asked for, and the summary for people.
fn show(manner: &Manner, out: Option<&Path>, finished: &Finished) -> io::Result<()> {
    if finished.end == End::Listed {
        print(io::stdout(), &list(finished, out, |action| action != Action::Keep))?;
    } else {
        print(io::stdout(), &finished.shown)?;
    }
    if manner.verbose {
        let phases: Vec<_> =
            finished.phases.iter().map(|(name, took)| format!("{name} {} ms", took.as_millis())).collect();
        print(io::stderr(), &format!("{}{}\n", list(finished, out, |_| true), phases.join(", ")))?;
    }
    print(io::stderr(), &summary(finished, out))
}

/// The files with what is done with them, one a line.
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

/// The run in plain words.
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
        End::Listed => format!("`{out}` would see {files}"),
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

fn json(manner: &Manner, out: Option<&Path>, finished: &Finished) -> io::Result<()> {
    let lines =
        render::json(&finished.diagnostics, &finished.sources) + &json_summary(finished, out).to_string() + "\n";
    if manner.apart {
        print(io::stdout(), &finished.shown)?;
        print(io::stderr(), &lines)
    } else {
        print(io::stdout(), &lines)
    }
}

fn github(manner: &Manner, out: Option<&Path>, finished: &Finished) -> io::Result<()> {
    let commands = render::github(&finished.diagnostics, &finished.sources);
    if manner.apart {
        print(io::stderr(), &commands)?;
    } else {
        print(io::stdout(), &commands)?;
    }
    show(manner, out, finished)
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

/// Prints a text. Somebody who has stopped reading is not told that.
fn print(mut to: impl io::Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
