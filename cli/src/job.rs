//! From the command line and a `codegen.toml` to a job. Options override the file.

use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use webhook_generator::config::{Located, Receiver, beside};
use webhook_generator::diagnostics::{Code, Diagnostic};
use webhook_generator::fingerprint::relative;
use webhook_generator::lock;
use webhook_generator::released::Files;
use webhook_generator::source::{Limits, Sources};
use webhook_generator::{BuildScript, BuildScriptKind, Layout, ReceiverDependency, Request};

use crate::args::{Generate, Input, UsageError};
use crate::paths::{absolute, shown, without_links};
use crate::project::ProjectFile;
use crate::report::Report;
use crate::workspace::Workspace;

/// What to generate, and where to put it.
pub(crate) struct Job {
    /// The configuration or, without one, the description.
    pub(crate) name: PathBuf,
    pub(crate) request: Request,
    /// The folder of the crate; `None` if nothing is compared or written.
    pub(crate) out: Option<PathBuf>,
    /// The records beside the configuration.
    pub(crate) records: Option<Records>,
    /// The receiver of the clone that the command runs in, if none is set.
    pub(crate) assumed_receiver: Option<PathBuf>,
}

/// What a crate has been, in files beside its configuration. Each is an input of a run if it exists.
#[derive(Clone)]
pub(crate) struct Records {
    /// The names that were given once.
    pub(crate) names: PathBuf,
    /// The last release.
    pub(crate) released: Files,
}

impl Records {
    /// Those of a configuration.
    pub(crate) fn beside(config: &Path) -> Self {
        Self { names: beside(config, lock::FILE), released: Files::beside(config) }
    }

    /// A request that uses them.
    fn of(&self, request: Request) -> Request {
        request.names(&self.names).released(self.released.clone())
    }

    /// Their paths.
    #[cfg(feature = "watch")]
    pub(crate) fn paths(self) -> Vec<PathBuf> {
        vec![self.names, self.released.record, self.released.sections]
    }
}

/// Why there is no job.
pub(crate) enum Problem {
    /// The command line is wrong.
    Usage(UsageError),
    /// The `codegen.toml` is wrong.
    Config(Diagnostic),
}

impl Problem {
    /// The result of a run that ends with the problem, if that is in the configuration.
    pub(crate) fn report(
        self,
        config: Option<&Path>,
        file: Option<ProjectFile>,
        limits: Limits,
    ) -> Result<Box<Report>, UsageError> {
        match self {
            Self::Usage(error) => Err(error),
            Self::Config(diagnostic) => {
                let sources = file.map_or_else(|| Sources::with_limits(limits), |file| file.sources);
                let name = config.map(Path::to_owned).unwrap_or_default();
                Ok(Box::new(Report::failed(name, sources, diagnostic.into())))
            }
        }
    }
}

impl From<UsageError> for Problem {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

/// What a job is made from besides the command line.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) file: Option<&'a ProjectFile>,
    /// The workspace around the working directory.
    pub(crate) workspace: Option<&'a Workspace>,
    pub(crate) limits: Limits,
}

impl Job {
    /// A crate to generate.
    pub(crate) fn generate(arguments: &Generate, context: Context<'_>) -> Result<Self, Problem> {
        let Context { file, workspace, limits } = context;
        let mut request = request(&arguments.input, file)?.limits(limits).prune_names(arguments.prune_names);
        let records = own(&arguments.input, file).map(Records::beside);
        if let Some(records) = &records {
            request = records.of(request);
        }
        if let Some(name) = &arguments.crate_name {
            request = request.crate_name(name.clone());
        }
        let stated = || file.and_then(|file| Some(file.resolve(file.project.out.as_deref()?)));
        let Some(out) = arguments.out.clone().or_else(stated) else {
            return match arguments.emit {
                // A stage is shown without a folder for the crate.
                Some(_) => {
                    let name = name(&arguments.input, file);
                    Ok(Self { name, request, out: None, records: None, assumed_receiver: None })
                }
                None => Err(missing(file, "out", "../acme-webhooks")),
            };
        };
        request = named_like(request, &out);
        let mut assumed_receiver = None;
        if let Some(receiver) = receiver(arguments, file, &out)? {
            request = request.receiver(receiver);
        } else if let Some(folder) = workspace.and_then(Workspace::receiver) {
            let folder = shown(folder);
            let invalid = |message| UsageError::new(ErrorKind::Io, message);
            request = request.receiver(dependency(Receiver::Path(folder.clone()), &out).map_err(invalid)?);
            assumed_receiver = Some(folder);
        }
        if let Some(file) = file
            && let Some((script, is_guard)) = file.build_script()
        {
            let error = |message: String| Problem::Config(file.error(&message));
            let path = seen_from(&out, &script).map_err(error)?;
            let kind = if is_guard { BuildScriptKind::Guard(path) } else { BuildScriptKind::Existing(path) };
            request = request.build_script(BuildScript { kind, crate_dir: out.clone() });
        }
        request = request.layout(layout(&out)?);
        Ok(Self { name: name(&arguments.input, file), request, out: Some(out), records, assumed_receiver })
    }

    /// Reads and writes the records of a configuration.
    pub(crate) fn use_records(&mut self, records: Records) {
        self.request = records.of(self.request.clone());
        self.records = Some(records);
    }

    /// A description to compare: named as the crate in its output folder would be.
    pub(crate) fn describe(input: &Input, Context { file, limits, .. }: Context<'_>) -> Result<Self, Problem> {
        let mut request = request(input, file)?.limits(limits);
        let records = own(input, file).map(Records::beside);
        if let Some(records) = &records {
            request = request.names(&records.names);
        }
        if let Some(file) = file {
            if let Some(out) = &file.project.out {
                request = named_like(request, out);
            }
            if let Some(Located { value: Receiver::Version(version), .. }) = &file.project.receiver {
                request = request.receiver(ReceiverDependency::Version(version.clone()));
            }
        }
        Ok(Self { name: name(input, file), request, out: None, records, assumed_receiver: None })
    }

    /// A description to patch.
    pub(crate) fn patch(input: &Input, Context { file, limits, .. }: Context<'_>) -> Result<Self, Problem> {
        Ok(Self {
            name: name(input, file),
            request: request(input, file)?.limits(limits),
            out: None,
            records: None,
            assumed_receiver: None,
        })
    }
}

fn name(input: &Input, file: Option<&ProjectFile>) -> PathBuf {
    file.map(|file| &file.path).or(input.spec.as_ref()).cloned().unwrap_or_default()
}

/// The configuration, if the description is the one that it names: its records are about no other one.
fn own<'a>(input: &Input, file: Option<&'a ProjectFile>) -> Option<&'a Path> {
    file.filter(|_| input.spec.is_none()).map(|file| &*file.path)
}

/// The crate has the name of its folder, unless it is named.
fn named_like(request: Request, out: &Path) -> Request {
    match out.file_name().and_then(|name| name.to_str()?.parse().ok()) {
        Some(name) => request.default_crate_name(name),
        None => request,
    }
}

/// The error that a description is given by its address to a command that reads files.
fn address(spec: &Path) -> UsageError {
    let message = format!(
        "`--spec {}` is an address, and this command reads files: `cargo webhooks init --spec ADDRESS` starts a crate from one, and \
         `cargo webhooks fetch` downloads it again",
        spec.display()
    );
    UsageError::new(ErrorKind::InvalidValue, message)
}

/// What is read, and how it is reported.
fn request(input: &Input, file: Option<&ProjectFile>) -> Result<Request, Problem> {
    let stated = || file.and_then(|file| Some(file.existing(file.project.spec.as_ref()?)));
    let stated = || stated().transpose().map_err(Problem::Config);
    let spec = match &input.spec {
        Some(spec) if spec.to_string_lossy().contains("://") => return Err(address(spec).into()),
        Some(spec) => Some(spec.clone()),
        None => stated()?,
    };
    let Some(spec) = spec else { return Err(missing(file, "spec", "openapi.yaml")) };
    let mut request = Request::new(spec).deny_warnings(input.deny.is_some());
    if let Some(file) = file {
        request = request.config(&file.path);
        if input.overlays.is_empty() {
            let overlays = file.project.overlays.iter().map(|overlay| file.existing(overlay));
            request = request.overlays(overlays.collect::<Result<Vec<_>, _>>().map_err(Problem::Config)?);
        }
    }
    let stated = || file.and_then(|file| Some(file.existing(file.project.root.as_ref()?)));
    let stated = || stated().transpose().map_err(Problem::Config);
    let root = match &input.root {
        Some(root) => Some(root.clone()),
        None => stated()?,
    };
    if let Some(root) = root {
        request = request.root(root);
    }
    Ok(request.overlays(&input.overlays))
}

/// The problem that neither the command line nor the file has a key.
fn missing(file: Option<&ProjectFile>, key: &str, example: &str) -> Problem {
    match file {
        Some(file) => Problem::Config(
            file.error(&format!("`{key}` is not set"))
                .help(format!("use `--{key}`, or add a line such as:\n{key} = {example:?}")),
        ),
        None => {
            UsageError::new(ErrorKind::MissingRequiredArgument, format!("`--{key}` is required without `--config`"))
                .into()
        }
    }
}

/// Where the crate finds `webhook-receiver`, as the command line or the file says.
fn receiver(
    arguments: &Generate,
    file: Option<&ProjectFile>,
    out: &Path,
) -> Result<Option<ReceiverDependency>, Problem> {
    if let Some(receiver) = &arguments.receiver {
        let invalid = |message| UsageError::new(ErrorKind::InvalidValue, message);
        return Ok(Some(dependency(receiver.clone(), out).map_err(invalid)?));
    }
    if let Some(file) = file
        && let Some(Located { value: receiver, place }) = &file.project.receiver
    {
        let receiver = match receiver {
            Receiver::Path(path) => Receiver::Path(file.resolve(path)),
            receiver => receiver.clone(),
        };
        let error = |message| Problem::Config(Diagnostic::new(Code::Config, message).at(place.clone(), ""));
        return Ok(Some(dependency(receiver, out).map_err(error)?));
    }
    Ok(None)
}

/// The dependency in the manifest of the crate in `out`.
pub(crate) fn dependency(receiver: Receiver, out: &Path) -> Result<ReceiverDependency, String> {
    match receiver {
        Receiver::Version(version) => Ok(ReceiverDependency::Version(version)),
        Receiver::Git(address) => Ok(ReceiverDependency::Git(address)),
        Receiver::Path(folder) if !folder.join("Cargo.toml").is_file() => {
            Err(format!("`{}` has no `Cargo.toml`: it must be the folder of `webhook-receiver`", folder.display()))
        }
        Receiver::Path(folder) => seen_from(&without_links(out), &without_links(&folder)).map(ReceiverDependency::Path),
    }
}

fn seen_from(out: &Path, path: &Path) -> Result<String, String> {
    relative(out, path).ok_or_else(|| format!("`{}` has no path relative to the generated crate", path.display()))
}

/// A crate is a member of the workspace that lists its folder, and otherwise a standalone package.
fn layout(out: &Path) -> Result<Layout, UsageError> {
    let workspace = match absolute(out).parent() {
        Some(parent) => Workspace::around(parent)?,
        None => None,
    };
    let listed = workspace.is_some_and(|workspace| workspace.lists(out));
    Ok(if listed { Layout::Member } else { Layout::Standalone })
}
