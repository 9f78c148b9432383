//! `cargo webhooks init`: writes a `codegen.toml` with every inferred choice and every open question, then generates.
//!
//! The choices are those that the generator's own messages offer ([`Choice`]); this module only puts them into a file. The
//! generator runs once: lines that state its choices change nothing.
//!
//! [`Choice`]: webhook_generator::diagnostics::Choice

mod address;
mod name;
mod text;

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use webhook_generator::Outcome;
use webhook_generator::config::Receiver;
use webhook_generator::diagnostics::toml_string as quoted;
use webhook_generator::fingerprint::relative;
use webhook_generator::source::Limits;

use crate::args::{Generate, Init, Input, MessageFormat, UsageError};
use crate::generate::Run;
use crate::job::{Job, Records, dependency};
use crate::output::{count, print};
use crate::paths::{same, shown};
use crate::project::ProjectFile;
use crate::report::{self, ReportOptions};
use crate::selection::{Prepared, Selection};
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
        let address = address::of(spec);
        let name = address.map_or_else(|| name::of(spec), |address| name::of(&address::path(address)));
        let out = self.out.clone().unwrap_or_else(|| format!("{name}-webhooks").into());
        let beside = || out.parent().unwrap_or(Path::new("")).join(FILE);
        let config = self.input.config.clone().unwrap_or_else(beside);
        if config.exists() {
            check_spec(&config, spec, address)?;
            // As for `generate`, options override the file.
            let arguments = Generate {
                crate_name: self.crate_name.clone(),
                receiver: self.receiver.clone(),
                ..self.generation(self.files_of(&config))
            };
            return arguments.generate();
        }
        let folder = config.parent().unwrap_or(Path::new(""));
        let spec = &match address {
            Some(address) => folder.join(address::file_name(address, &name)),
            None => spec.clone(),
        };
        if let Some(address) = address
            && let Err(code) = self.fetch(address, spec)?
        {
            return Ok(code);
        }
        let receiver = self.stated_receiver(&out)?;
        let files = Files { address: address.map(str::to_owned), ..self.files(spec, &out, &config, receiver.as_ref()) };
        let options = ReportOptions { format: self.input.message_format, verbose: self.verbose, prints_result: false };
        let print_report = |report| report::print_all(&options, [report].into_iter());
        // Warnings are denied when the file has silenced its own.
        let input = Input { spec: Some(spec.clone()), config: None, deny: None, ..self.input.clone() };
        let arguments = Generate {
            out: Some(out.clone()),
            crate_name: self.crate_name.clone(),
            receiver,
            ..self.generation(input)
        };
        let mut job = match job(&arguments)? {
            Ok(job) => job,
            Err(report) => return Ok(print_report(*report)),
        };
        job.name.clone_from(&config);
        job.use_records(Records::beside(&config));
        let mut run = Run::new();
        // Without a receiver, only the choices are made.
        let mut outcome = run.stages(&job.request, |reached| arguments.receiver.is_none() && reached.name() == "ir");
        let Outcome { sources, diagnostics, .. } = &outcome;
        if !diagnostics.errors_are_questions() {
            job.name.clone_from(spec);
            return Ok(print_report(run.report(job, outcome, None, &arguments)));
        }
        sources.locate(diagnostics);
        let text = Text::new(&files, &diagnostics.grouped().choices(), sources);
        write_new(&config, &text.content)?;
        let crate_name = outcome.output.as_ref().map(|output| output.crate_name.clone());
        let code = if crate_name.is_some() {
            // The lines of the file change nothing, so the crate is what the next run makes from it.
            outcome.diagnostics.settle();
            if self.input.deny.is_some() {
                outcome.diagnostics.deny_warnings();
            }
            outcome.output = outcome.output.filter(|_| !outcome.diagnostics.has_errors());
            print_report(run.report(job, outcome, None, &arguments))
        } else {
            ExitCode::SUCCESS
        };
        if code == ExitCode::SUCCESS && self.input.message_format == MessageFormat::Text {
            // The exit code reports the success even if these lines cannot be printed.
            let _ = print(io::stderr(), &steps(&config, &out, &text, crate_name.as_deref()));
        }
        Ok(code)
    }

    /// Fetches the description. The inner error is the exit code of a failure, which was reported.
    #[cfg(feature = "fetch")]
    fn fetch(&self, address: &str, spec: &Path) -> Result<Result<(), ExitCode>, UsageError> {
        let limits = self.input.limits.iter().fold(Limits::default(), |limits, limit| limits.with(*limit));
        let job = crate::fetch::Job::without_config(address, spec.to_owned(), limits)?;
        let options = ReportOptions { format: self.input.message_format, verbose: self.verbose, prints_result: false };
        Ok(crate::fetch::first(&job, &options))
    }

    #[cfg(not(feature = "fetch"))]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    fn fetch(&self, address: &str, _: &Path) -> Result<Result<(), ExitCode>, UsageError> {
        let message = format!("`{address}` is an address, and this command was built without the feature `fetch`");
        Err(UsageError::new(ErrorKind::InvalidValue, message))
    }

    /// The files, as the `codegen.toml` states them.
    fn files(&self, spec: &Path, out: &Path, config: &Path, receiver: Option<&Receiver>) -> Files {
        let folder = config.parent().unwrap_or(Path::new(""));
        Files {
            spec: seen_from(folder, spec),
            address: None,
            root: self.input.root.as_deref().map(|root| seen_from(folder, root)),
            overlays: self.input.overlays.iter().map(|overlay| seen_from(folder, overlay)).collect(),
            out: seen_from(folder, out),
            crate_name: self.crate_name.as_ref().map(|name| name.as_str().to_owned()),
            receiver: receiver.map(|receiver| match receiver {
                Receiver::Path(path) => seen_from(folder, path),
                Receiver::Git(address) => address.clone(),
                Receiver::Version(version) => version.clone(),
            }),
        }
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

    /// The input that a file states.
    fn files_of(&self, config: &Path) -> Input {
        let config = Some(config.to_owned());
        Input { spec: None, root: None, overlays: Vec::new(), config, ..self.input.clone() }
    }

    fn generation(&self, input: Input) -> Generate {
        Generate { out: self.out.clone(), verbose: self.verbose, ..Generate::of(input) }
    }
}

/// The job of a description without a file.
fn job(arguments: &Generate) -> Result<Prepared, UsageError> {
    let input = &arguments.input;
    let jobs = Selection::new(input)?.jobs(&input.limits, |context| Job::generate(arguments, context))?;
    Ok(jobs.into_iter().next().unwrap_or_else(|| unreachable!("a description is one job")))
}

/// A file that exists must be about this description.
fn check_spec(config: &Path, spec: &Path, address: Option<&str>) -> Result<(), UsageError> {
    // What is wrong with the file is reported when the crate is generated.
    let Ok(file) = ProjectFile::read(config, Limits::default()) else { return Ok(()) };
    if let Some(address) = address {
        let stated = file.project.fetch.and_then(|fetch| Some(fetch.value.url?.value));
        if stated.as_ref().is_some_and(|stated| stated.as_str() == address) {
            return Ok(());
        }
        let message = format!(
            "`{}` exists, and is not for `{address}`: name another file with `--config`, or set `url` in its table `[fetch]` and \
             run `cargo webhooks fetch`",
            config.display()
        );
        return Err(UsageError::new(ErrorKind::ArgumentConflict, message));
    }
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

/// What the file has, and what to do next; `crate_name` if there is a crate.
fn steps(config: &Path, out: &Path, text: &Text, crate_name: Option<&str>) -> String {
    let lines: Vec<String> = text.questions.iter().map(usize::to_string).collect();
    let (config, folder, s) = (config.display(), out.display(), if lines.len() == 1 { "" } else { "s" });
    let answer = if lines.is_empty() {
        format!("Compare the choices in `{config}` with the vendor's documentation.")
    } else {
        format!("Answer the open question{s} in `{config}`, line{s} {}.", lines.join(", "))
    };
    let generate = format!("Run `cargo webhooks generate --config {config}`.");
    let check = format!("Run `cargo test --manifest-path {folder}/Cargo.toml`.");
    let steps = match crate_name {
        Some(name) => [answer, if lines.is_empty() { check } else { generate }, depend(name, out)],
        None => [answer, generate, check],
    };
    let state = if crate_name.is_some() { "" } else { "; no crate until the questions are answered" };
    let (inferred, open) = (count(text.inferred, "inferred choice"), count(lines.len(), "open question"));
    let numbered = steps.iter().enumerate().map(|(index, step)| format!("  {}. {step}\n", index + 1));
    format!("\n`{config}`: {inferred}, {open}{state}\n\nNext:\n{}", numbered.collect::<String>())
}

/// How to depend on the crate: by its path alone. `cargo add` also states the version, which the next major one does not match.
fn depend(crate_name: &str, out: &Path) -> String {
    let path = quoted(&out.display().to_string());
    format!(
        "Depend on the crate, with its path from your package, and see its docs for how to receive deliveries:\n     \
         {crate_name} = {{ path = {path}, features = [\"serve\"] }}"
    )
}
