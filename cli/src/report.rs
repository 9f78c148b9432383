//! Printing the result of a run.

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use webhook_generator::budget::Usage;
#[cfg(feature = "watch")]
use webhook_generator::catalogue::Catalogue;
use webhook_generator::diagnostics::{Code, Diagnostics, Severity};
use webhook_generator::render;
use webhook_generator::source::Sources;
use webhook_generator::write::Action;

use crate::args::MessageFormat;
use crate::output::{count, print};
use crate::released::Released;

/// How runs are reported.
pub(crate) struct ReportOptions {
    pub(crate) format: MessageFormat,
    /// Whether every file and phase is listed.
    pub(crate) verbose: bool,
    /// Whether standard output is reserved for the result, such as that of `--emit`.
    pub(crate) prints_result: bool,
}

/// The result of a run.
pub(crate) struct Report {
    /// The configuration or, without one, the description.
    pub(crate) name: PathBuf,
    /// The folder of the crate; `None` if nothing is compared or written.
    pub(crate) out: Option<PathBuf>,
    /// The receiver that the crate uses although none is set.
    pub(crate) assumed_receiver: Option<PathBuf>,
    pub(crate) end: End,
    pub(crate) sources: Sources,
    pub(crate) diagnostics: Diagnostics,
    /// The number of webhooks and types; `None` if nothing was generated.
    pub(crate) generated: Option<(usize, usize)>,
    /// What the crate has, if that is compared with another run.
    #[cfg(feature = "watch")]
    pub(crate) catalogue: Option<Catalogue>,
    /// The files of the output, and what was or would be done with each.
    pub(crate) files: Vec<(String, Action)>,
    /// The files beside the configuration that the run renews, and what was or would be done with each.
    pub(crate) renewed: Vec<(PathBuf, Action)>,
    /// The records beside the configuration, which the next run reads if they exist.
    #[cfg(feature = "watch")]
    pub(crate) records: Vec<PathBuf>,
    /// The release that was or would be made.
    pub(crate) release: Released,
    /// The text for standard output.
    pub(crate) shown: String,
    pub(crate) phases: Vec<(&'static str, Duration)>,
    /// What was used of the limits that apply to the whole crate.
    pub(crate) usage: Vec<Usage>,
    /// The last phase, if it is a stage of the generator that failed.
    pub(crate) failed_stage: Option<&'static str>,
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

impl Report {
    /// A run that failed before it had a result.
    pub(crate) fn failed(name: PathBuf, sources: Sources, diagnostics: Diagnostics) -> Self {
        Self {
            name,
            out: None,
            assumed_receiver: None,
            end: End::Failed,
            sources,
            diagnostics,
            generated: None,
            #[cfg(feature = "watch")]
            catalogue: None,
            files: Vec::new(),
            renewed: Vec::new(),
            #[cfg(feature = "watch")]
            records: Vec::new(),
            release: Released::NotAsked,
            shown: String::new(),
            phases: Vec::new(),
            usage: Vec::new(),
            failed_stage: None,
        }
    }

    /// Shows paths of files in a folder with this text in place of the path of the folder and its `/`.
    pub(crate) fn show_folder_as(&mut self, folder: &Path, text: &str) {
        self.sources.show_folder_as(folder, text);
        let native = folder.join("").display().to_string();
        self.diagnostics.replace(&native, text);
        self.diagnostics.replace(&native.replace('\\', "/"), text);
        if let Ok(rest) = self.name.strip_prefix(folder) {
            self.name = format!("{text}{}", rest.display()).into();
        }
    }
}

/// Prints each report as soon as it is available. Fails if a run failed; the others still run.
pub(crate) fn print_all(options: &ReportOptions, reports: impl ExactSizeIterator<Item = Report>) -> ExitCode {
    let count = reports.len();
    let mut failed = Vec::new();
    for mut report in reports {
        let start = Instant::now();
        let findings = options.findings(&report);
        report.phases.push(("report", start.elapsed()));
        let printed = match options.format {
            MessageFormat::Text => text(options, &report, &findings),
            MessageFormat::Json => json(options, &report, findings),
            MessageFormat::Github => github(options, &report, &findings),
        };
        if printed.is_err() || matches!(report.end, End::Failed | End::Stale) {
            failed.push(format!("`{}`", report.name.display()));
        }
    }
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    if count > 1 && options.format != MessageFormat::Json {
        // The exit code reports the failure even if this line cannot be printed.
        let _ = print(io::stderr(), &format!("{} of {count} failed: {}\n", failed.len(), failed.join(", ")));
    }
    ExitCode::FAILURE
}

impl ReportOptions {
    /// The diagnostics of a report, in the format that is asked for.
    /// Findings of one kind and cause are one, unless every file and phase is listed, too.
    fn findings(&self, Report { diagnostics, sources, .. }: &Report) -> String {
        let grouped = (!self.verbose).then(|| diagnostics.grouped());
        let diagnostics = grouped.as_ref().unwrap_or(diagnostics);
        match self.format {
            MessageFormat::Text => {
                let color = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
                render::text(diagnostics, sources, color)
            }
            MessageFormat::Json => render::json(diagnostics, sources),
            MessageFormat::Github => render::github(diagnostics, sources),
        }
    }
}

fn text(options: &ReportOptions, report: &Report, findings: &str) -> io::Result<()> {
    print(io::stderr(), findings)?;
    show(options, report)
}

/// Prints the result and the summary.
fn show(options: &ReportOptions, report: &Report) -> io::Result<()> {
    if report.end == End::Listed {
        print(io::stdout(), &format!("{}{}", report.shown, list(report, |action| action != Action::Keep)))?;
    } else {
        print(io::stdout(), &report.shown)?;
    }
    if options.verbose {
        let phase = |(name, took): &(&'static str, Duration)| {
            let failed = if report.failed_stage == Some(*name) { " failed after" } else { "" };
            format!("{name}{failed} {took:.1?}")
        };
        let phases: Vec<_> = report.phases.iter().map(phase).collect();
        let usage = |usage: &Usage| format!("{} of {} {}", usage.used, usage.allowed, usage.what);
        let usage: Vec<_> = report.usage.iter().map(usage).collect();
        let (files, phases, usage) = (list(report, |_| true), phases.join(", "), usage.join(", "));
        print(io::stderr(), &format!("{files}{phases}\n{usage}\n"))?;
    }
    print(io::stderr(), &summary(report))
}

/// The files and what is done with each, one per line.
fn list(report: &Report, wanted: impl Fn(Action) -> bool) -> String {
    let mut lines = String::new();
    for (path, action) in report.files.iter().filter(|(_, action)| wanted(*action)) {
        let path = report.out.as_ref().map_or_else(|| path.into(), |out| out.join(path));
        // Writing to a `String` does not fail.
        let _ = writeln!(lines, "{:<6} {}", name(*action), path.display());
    }
    for (path, action) in report.renewed.iter().filter(|(_, action)| wanted(*action)) {
        let _ = writeln!(lines, "{:<6} {}", name(*action), path.display());
    }
    lines
}

pub(crate) fn name(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Change => "change",
        Action::Keep => "keep",
        Action::Remove => "remove",
    }
}

/// The summary as text.
fn summary(report: &Report) -> String {
    let warnings = count(report.diagnostics.warnings(), "warning");
    let out = report.out.as_deref().unwrap_or(Path::new("")).display();
    let actions =
        || report.files.iter().map(|(_, action)| *action).chain(report.renewed.iter().map(|(_, action)| *action));
    let files = |wanted: &[Action]| actions().filter(|action| wanted.contains(action)).count();
    let differ = files(&[Action::Create, Action::Change]);
    let [kept, removed] = [Action::Keep, Action::Remove].map(|action| files(&[action]));
    let files = format!("{} written, {removed} removed, {kept} unchanged", count(differ, "file"));

    let mut summary = by_code(report);
    summary += &match report.generated {
        Some((webhooks, types)) if report.end != End::Failed => {
            let degraded = match report.diagnostics.degraded() {
                0 => String::new(),
                degraded => format!(", {}", count(degraded, "degraded place")),
            };
            format!("{}, {}, {warnings}{degraded}\n", count(webhooks, "webhook"), count(types, "type"))
        }
        _ => String::new(),
    };
    if let Some(receiver) = &report.assumed_receiver {
        let _ =
            writeln!(summary, "`receiver` is not set: using `{}`, the receiver of this workspace", receiver.display());
    }
    if report.end != End::Failed {
        summary += &report.release.text();
    }
    let end = match report.end {
        End::Failed => format!("`{}` failed: {}, {warnings}", report.name.display(), count(errors(report), "error")),
        End::Shown => warnings,
        End::Listed => format!("`{out}` would change: {files}"),
        End::Fresh => format!("`{out}` is up to date"),
        End::Stale => {
            format!("`{out}` is stale in {}; run the command without `--check`", count(differ + removed, "file"))
        }
        End::Written => format!("`{out}`: {files}"),
    };
    let _ = writeln!(summary, "{end} ({:.2} s)", total(&report.phases).as_secs_f64());
    if report.end == End::Written && report.release.is_made() {
        let files: Vec<String> = report.renewed.iter().map(|(path, _)| format!("`{}`", path.display())).collect();
        let _ = writeln!(summary, "next: commit {} and the folder `{out}`, with the description", files.join(", "));
    }
    summary
}

/// How many findings of each code there are, if there are several.
fn by_code(report: &Report) -> String {
    let codes = report.diagnostics.by_code();
    if report.diagnostics.iter().count() < 2 {
        return String::new();
    }
    let line = |(code, count): &(Code, usize)| format!("{count:>5} {} {}\n", code.as_str(), code.meaning());
    format!("\n{}\n", codes.iter().map(line).collect::<String>())
}

fn errors(report: &Report) -> usize {
    report.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).count()
}

fn total(phases: &[(&str, Duration)]) -> Duration {
    phases.iter().map(|(_, took)| took).sum()
}

fn json(options: &ReportOptions, report: &Report, findings: String) -> io::Result<()> {
    let lines = findings + &json_summary(report).to_string() + "\n";
    if options.prints_result {
        print(io::stdout(), &report.shown)?;
        print(io::stderr(), &lines)
    } else {
        print(io::stdout(), &lines)
    }
}

fn github(options: &ReportOptions, report: &Report, findings: &str) -> io::Result<()> {
    if options.prints_result {
        print(io::stderr(), findings)?;
    } else {
        print(io::stdout(), findings)?;
    }
    show(options, report)
}

fn json_summary(report: &Report) -> Value {
    let files: Vec<_> =
        report.files.iter().map(|(path, action)| json!({ "path": path, "action": name(*action) })).collect();
    let codes = report.diagnostics.by_code().into_iter().map(|(code, count)| (code.as_str().to_owned(), json!(count)));
    let phases = report.phases.iter().map(|(name, took)| ((*name).to_owned(), json!(took.as_millis())));
    json!({
        "summary": {
            "end": match report.end {
                End::Failed => "failed",
                End::Shown => "shown",
                End::Listed => "listed",
                End::Fresh => "fresh",
                End::Stale => "stale",
                End::Written => "written",
            },
            "name": report.name.to_string_lossy(),
            "out": report.out.as_ref().map(|out| out.to_string_lossy()),
            "assumed_receiver": report.assumed_receiver.as_ref().map(|receiver| receiver.to_string_lossy()),
            "webhooks": report.generated.map(|(webhooks, _)| webhooks),
            "types": report.generated.map(|(_, types)| types),
            "errors": errors(report),
            "warnings": report.diagnostics.warnings(),
            "codes": codes.collect::<serde_json::Map<_, _>>(),
            "degraded": report.diagnostics.degraded(),
            "files": files,
            "renewed": report.renewed.iter().map(|(path, action)| {
                json!({ "path": path.to_string_lossy(), "action": name(*action) })
            }).collect::<Vec<_>>(),
            "release": (report.end != End::Failed).then(|| report.release.json()),
            "milliseconds": phases.collect::<serde_json::Map<_, _>>(),
        }
    })
}
