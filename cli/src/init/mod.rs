//! `cargo webhooks init`: writes a `codegen.toml` with every inferred choice and every open question, then generates.
//!
//! The choices are those that the generator's own messages offer ([`Choice`]); this module only puts them into a file.

mod name;
mod text;

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use webhook_generator::config::Receiver;
use webhook_generator::diagnostics::Choice;
use webhook_generator::fingerprint::relative;
use webhook_generator::source::{Limits, Sources};
use webhook_generator::{Outcome, Reached};

use crate::args::{Generate, Init, Input, MessageFormat, UsageError};
use crate::job::{Job, dependency};
use crate::output::print;
use crate::paths::{same, shown};
use crate::project::ProjectFile;
use crate::report::{self, Report, ReportOptions, count};
use crate::selection::Selection;
use crate::stack::on_large_stack;
use crate::workspace::Workspace;
use text::{Files, Text};

/// The name of the file.
const FILE: &str = "codegen.toml";

impl Init {
    /// Runs the command.
    pub(crate) fn run(&self) -> ExitCode {
        on_large_stack(|| self.init()).unwrap_or_else(|error| error.exit("init"))
    }

    fn init(&self) -> Result<ExitCode, UsageError> {
        let Some(spec) = &self.input.spec else {
            return Err(UsageError::new(
                ErrorKind::MissingRequiredArgument,
                "`--spec FILE` is required: the description",
            ));
        };
        let out = self.out.clone().unwrap_or_else(|| format!("{}-webhooks", name::of(spec)).into());
        let beside = || out.parent().unwrap_or(Path::new("")).join(FILE);
        let config = self.input.config.clone().unwrap_or_else(beside);
        if config.exists() {
            check_spec(&config, spec)?;
            return self.generation(&config, self.out.clone()).generate();
        }
        let survey = match self.survey()? {
            Ok(survey) => survey,
            Err(code) => return Ok(code),
        };
        let folder = config.parent().unwrap_or(Path::new(""));
        let receiver = self.stated_receiver(&out)?;
        let files = Files {
            spec: seen_from(folder, spec),
            root: self.input.root.as_deref().map(|root| seen_from(folder, root)),
            overlays: self.input.overlays.iter().map(|overlay| seen_from(folder, overlay)).collect(),
            out: seen_from(folder, &out),
            crate_name: self.crate_name.as_ref().map(|name| name.as_str().to_owned()),
            receiver: receiver.as_ref().map(|receiver| match receiver {
                Receiver::Path(path) => seen_from(folder, path),
                Receiver::Git(address) => address.clone(),
                Receiver::Version(version) => version.clone(),
            }),
        };
        let text = Text::new(&files, &survey.choices, &survey.sources);
        write_new(&config, &text.content)?;
        let is_ready = survey.is_ready && receiver.is_some();
        let code = if is_ready { self.generation(&config, None).generate()? } else { ExitCode::SUCCESS };
        if code == ExitCode::SUCCESS && self.input.message_format == MessageFormat::Text {
            // The exit code reports the success even if these lines cannot be printed.
            let _ = print(io::stderr(), &steps(&config, &out, &text, is_ready));
        }
        Ok(code)
    }

    /// The choices and questions of a description; a report was printed if it has other errors.
    fn survey(&self) -> Result<Result<Survey, ExitCode>, UsageError> {
        let input = Input { config: None, deny: None, ..self.input.clone() };
        let jobs = Selection::new(&input)?.jobs(&input.limits, |context| Job::patch(&input, context))?;
        let job = jobs.into_iter().next().unwrap_or_else(|| unreachable!("a description is one job"));
        let failed = match job {
            Ok(job) => {
                // Later stages choose nothing that settings state.
                let Outcome { sources, diagnostics, .. } =
                    webhook_generator::run(&job.request, |reached| match reached {
                        Reached::Ir { .. } => ControlFlow::Break(()),
                        _ => ControlFlow::Continue(()),
                    });
                if diagnostics.errors_are_questions() {
                    sources.locate(&diagnostics);
                    let choices = diagnostics.grouped().choices();
                    return Ok(Ok(Survey { choices, sources, is_ready: !diagnostics.has_errors() }));
                }
                Report::failed(job.name, sources, diagnostics)
            }
            Err(report) => *report,
        };
        let options = ReportOptions { format: self.input.message_format, verbose: self.verbose, prints_result: false };
        Ok(Err(report::print_all(&options, [failed].into_iter())))
    }

    /// Where the crate finds the receiver: as stated, else in the clone that the command runs in.
    fn stated_receiver(&self, out: &Path) -> Result<Option<Receiver>, UsageError> {
        if let Some(receiver) = &self.receiver {
            // A mistake must not be written down.
            let invalid = |message| UsageError::new(ErrorKind::InvalidValue, message);
            dependency(receiver.clone(), out).map_err(invalid)?;
            return Ok(Some(receiver.clone()));
        }
        let workspace = Workspace::around(Path::new("."))?;
        Ok(workspace.and_then(|workspace| workspace.receiver()).map(|folder| Receiver::Path(shown(folder))))
    }

    /// The crate as the file describes it.
    fn generation(&self, config: &Path, out: Option<PathBuf>) -> Generate {
        let Input { message_format, deny, ref limits, .. } = self.input;
        Generate {
            input: Input {
                spec: None,
                root: None,
                overlays: Vec::new(),
                config: Some(config.to_owned()),
                message_format,
                deny,
                limits: limits.clone(),
            },
            out,
            crate_name: None,
            receiver: None,
            check: false,
            dry_run: false,
            emit: None,
            prune_names: false,
            verbose: self.verbose,
        }
    }
}

/// What the generator chose, and what it could not choose.
struct Survey {
    choices: Vec<Choice>,
    sources: Sources,
    /// Whether a crate can be generated before the questions are answered.
    is_ready: bool,
}

/// A file that exists must be about this description.
fn check_spec(config: &Path, spec: &Path) -> Result<(), UsageError> {
    // What is wrong with the file is reported when the crate is generated.
    let Ok(file) = ProjectFile::read(config, Limits::default()) else { return Ok(()) };
    match file.project.spec.as_ref().map(|stated| file.resolve(&stated.value)) {
        Some(stated) if !same(&stated, spec) => Err(UsageError::new(
            ErrorKind::ArgumentConflict,
            format!(
                "`{}` is for `{}`: name another file with `--config`, or another folder with `--out`",
                config.display(),
                stated.display()
            ),
        )),
        _ => Ok(()),
    }
}

/// A path as the file states it: an absolute path stays as it is.
fn seen_from(folder: &Path, path: &Path) -> String {
    let relative = if path.is_absolute() { None } else { relative(folder, path) };
    relative.unwrap_or_else(|| path.to_string_lossy().into_owned())
}

/// Writes a file that must not exist yet.
fn write_new(path: &Path, text: &str) -> Result<(), UsageError> {
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
    };
    write().map_err(|error: io::Error| UsageError::new(ErrorKind::Io, format!("`{}`: {error}", path.display())))
}

/// What the file has, and what to do next.
fn steps(config: &Path, out: &Path, text: &Text, is_ready: bool) -> String {
    let lines: Vec<String> = text.questions.iter().map(usize::to_string).collect();
    let (config, out, s) = (config.display(), out.display(), if lines.len() == 1 { "" } else { "s" });
    let answer = if lines.is_empty() {
        format!("Compare the choices in `{config}` with the vendor's documentation.")
    } else {
        format!("Answer the open question{s} in `{config}`, line{s} {}.", lines.join(", "))
    };
    let generate = format!("Run `cargo webhooks generate --config {config}`.");
    let check = format!("Run `cargo test --manifest-path {out}/Cargo.toml`.");
    let depend = format!("Depend on the crate: `cargo add --path {out}`. Its docs show how to receive deliveries.");
    let steps = match (is_ready, lines.is_empty()) {
        (true, true) => [answer, check, depend],
        (true, false) => [answer, generate, depend],
        (false, _) => [answer, generate, check],
    };
    let state = if is_ready { "" } else { "; no crate until the questions are answered" };
    let (inferred, open) = (count(text.inferred, "inferred choice"), count(lines.len(), "open question"));
    let numbered = steps.iter().enumerate().map(|(index, step)| format!("  {}. {step}\n", index + 1));
    format!("\n`{config}`: {inferred}, {open}{state}\n\nNext:\n{}", numbered.collect::<String>())
}
