//! Which configurations a command is for.

use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use webhook_generator::source::{Limit, Limits};

use crate::args::{Input, UsageError};
use crate::job::{Context, Job, Problem};
use crate::paths::shown;
use crate::project::ProjectFile;
use crate::report::Report;
use crate::workspace::Workspace;

/// The configuration of a command that names none, in a workspace that lists none.
pub(crate) const DEFAULT: &str = "codegen.toml";

/// The configurations that a command is for.
pub(crate) struct Selection {
    /// `None` for a description without a configuration.
    configs: Vec<Option<PathBuf>>,
    workspace: Option<Workspace>,
}

/// A job, or the result of a run that failed before it had one.
pub(crate) type Prepared<J = Job> = Result<J, Box<Report>>;

impl Selection {
    /// The configuration that the command line names, else those that the workspace lists, else the one in the working
    /// directory.
    pub(crate) fn new(input: &Input) -> Result<Self, UsageError> {
        let workspace = Workspace::around(Path::new("."))?;
        if input.spec.is_some() || input.config.is_some() {
            return Ok(Self { configs: vec![input.config.clone()], workspace });
        }
        let listed = workspace.iter().flat_map(Workspace::configs);
        let mut configs: Vec<_> = listed.map(|config| Some(shown(config))).collect();
        if configs.is_empty() && Path::new(DEFAULT).exists() {
            configs.push(Some(DEFAULT.into()));
        }
        if configs.is_empty() {
            let message = "there is no `codegen.toml` here: use `--config`, or `--spec` where a command takes a description, \
                           or list configurations in the `Cargo.toml` of the workspace:\n\n\
                           [workspace.metadata.webhooks]\nconfigs = [\"acme/codegen.toml\"]";
            return Err(UsageError::new(ErrorKind::MissingRequiredArgument, message));
        }
        Ok(Self { configs, workspace })
    }

    /// Files that need no configuration.
    pub(crate) fn without_config() -> Self {
        Self { configs: vec![None], workspace: None }
    }

    /// How many there are.
    #[cfg(feature = "fetch")]
    pub(crate) fn count(&self) -> usize {
        self.configs.len()
    }

    /// Refuses several configurations: `why` is the beginning of the message.
    pub(crate) fn only(self, why: &str) -> Result<Self, UsageError> {
        if self.configs.len() == 1 {
            return Ok(self);
        }
        let names: Vec<_> = self.configs.iter().flatten().map(|config| format!("`{}`", config.display())).collect();
        let message = format!("{why}: use `--config` with one of {}", names.join(", "));
        Err(UsageError::new(ErrorKind::MissingRequiredArgument, message))
    }

    /// The configurations; `None` for a description without one.
    pub(crate) fn configs(&self) -> impl Iterator<Item = Option<&Path>> {
        self.configs.iter().map(Option::as_deref)
    }

    /// The limits for a configuration: those of the workspace, with these over them.
    pub(crate) fn limits(&self, config: Option<&Path>, limits: &[Limit]) -> Limits {
        let stated = self.workspace.as_ref().zip(config).map(|(workspace, config)| workspace.limits(config));
        limits.iter().fold(stated.unwrap_or_default(), |limits, limit| limits.with(*limit))
    }

    /// Reads each configuration and makes its job.
    pub(crate) fn jobs<J>(
        self,
        limits: &[Limit],
        job: impl Fn(Context<'_>) -> Result<J, Problem>,
    ) -> Result<Vec<Prepared<J>>, UsageError> {
        let prepare = |config: &Option<PathBuf>| {
            let limits = self.limits(config.as_deref(), limits);
            let file = match config.as_ref().map(|config| ProjectFile::read(config, limits)).transpose() {
                Ok(file) => file,
                Err(report) => return Ok(Err(report)),
            };
            match job(Context { file: file.as_ref(), workspace: self.workspace.as_ref(), limits }) {
                Ok(job) => Ok(Ok(job)),
                Err(problem) => problem.report(config.as_deref(), file, limits).map(Err),
            }
        };
        self.configs.iter().map(prepare).collect()
    }
}
