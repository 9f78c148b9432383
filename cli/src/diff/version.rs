//! Reading a version.

use std::fs;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use tempfile::TempDir;
use webhook_generator::catalogue::Catalogue;
use webhook_generator::describe;
use webhook_generator::document::Node;
use webhook_generator::render::Side;
use webhook_generator::source::{Limits, Sources};

use super::Failure;
use super::git::Checkout;
use super::operand::Operand;
use crate::args::{Input, UsageError};
use crate::job::{Context, Job};
use crate::project::ProjectFile;
use crate::report::Report;

/// A version that was read.
pub(super) struct Version {
    title: String,
    pub(super) catalogue: Catalogue,
    pub(super) tree: Option<Node>,
    sources: Option<Sources>,
    /// The text of the record of names, for a new version that has none of its own.
    pub(super) names: Option<String>,
    /// How many warnings `generate` reports for it.
    pub(super) warnings: usize,
}

impl Version {
    /// Reads a version. If it has no record of names, it continues the one of the version before: what stays keeps its name.
    pub(super) fn load(operand: &Operand, input: &Input, limits: Limits, names: Option<&str>) -> Result<Self, Failure> {
        let described = |input: &Input| Self::describe(input, limits, names);
        let titled = |version: Self, title: &Path| Self { title: title.display().to_string(), ..version };
        match operand {
            Operand::WorkingTree => Ok(Self { title: "the working tree".to_owned(), ..described(input)? }),
            Operand::Config(config) => {
                let input = Input { config: Some(config.clone()), ..input.clone() };
                Ok(titled(described(&input)?, config))
            }
            Operand::Description(spec) => {
                let input = Input { spec: Some(spec.clone()), ..input.clone() };
                Ok(titled(described(&input)?, spec))
            }
            Operand::Catalogue(path) => Self::catalogue(path),
            Operand::Revision(revision) => {
                let Some(config) = &input.config else {
                    let message = "a revision needs `--config`: its description is what that file names";
                    return Err(UsageError::new(ErrorKind::MissingRequiredArgument, message).into());
                };
                let checkout = Checkout::new(config.parent().unwrap_or(Path::new("")), revision)?;
                let written = checkout.path(config)?;
                checkout.write(&written)?;
                if !written.is_file() {
                    let message = format!(
                        "`{revision}` has no `{}`: commit it, with all that it names, or state another old version",
                        config.display()
                    );
                    return Err(UsageError::new(ErrorKind::InvalidValue, message).into());
                }
                let version = folders(&written, limits).map_err(Failure::Invalid).and_then(|folders| {
                    checkout.write_folders(&folders)?;
                    described(&Input { config: Some(written), ..input.clone() })
                });
                Self::of_revision(version, revision, &checkout)
            }
            Operand::FileOf(revision, path) => {
                let near = input.config.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
                let checkout = Checkout::new(near, revision)?;
                let spec = checkout.folder().join(path);
                checkout.write_folders(&[spec.parent().unwrap_or(&spec).to_owned()])?;
                checkout.write(&spec)?;
                let input = Input { spec: Some(spec), ..input.clone() };
                Self::of_revision(described(&input), revision, &checkout)
            }
        }
    }

    /// A version of a revision, or its errors: files are named as in `git`, such as `v1:acme/spec.yaml`.
    fn of_revision(version: Result<Self, Failure>, revision: &str, checkout: &Checkout) -> Result<Self, Failure> {
        let (folder, text) = (checkout.folder(), format!("{revision}:"));
        match version {
            Ok(mut version) => {
                if let Some(sources) = &mut version.sources {
                    sources.show_folder_as(&folder, &text);
                }
                Ok(Self { title: revision.to_owned(), ..version })
            }
            Err(Failure::Invalid(mut report)) => {
                report.show_folder_as(&folder, &text);
                Err(Failure::Invalid(report))
            }
            error => error,
        }
    }

    fn catalogue(path: &Path) -> Result<Self, Failure> {
        let wrong = |error: String| UsageError::new(ErrorKind::Io, format!("`{}`: {error}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let catalogue = Catalogue::from_json(&text).map_err(|malformed| wrong(malformed.to_string()))?;
        Ok(Self {
            title: format!("{} ({})", path.display(), catalogue.version),
            catalogue,
            tree: None,
            sources: None,
            names: None,
            warnings: 0,
        })
    }

    fn describe(input: &Input, limits: Limits, names: Option<&str>) -> Result<Self, Failure> {
        let file = input.config.as_deref().map(|config| ProjectFile::read(config, limits));
        let file = file.transpose().map_err(Failure::Invalid)?;
        let job = Job::describe(input, Context { file: file.as_ref(), workspace: None, limits });
        let mut job = match job {
            Ok(job) => job,
            Err(problem) => return Err(Failure::Invalid(problem.report(input.config.as_deref(), file, limits)?)),
        };
        let own = job.records.as_ref().is_some_and(|records| records.names.exists());
        let folder;
        if let (false, Some(names)) = (own, names) {
            let failed = |error: std::io::Error| UsageError::new(ErrorKind::Io, error.to_string());
            folder = TempDir::new().map_err(failed)?;
            let path = folder.path().join("names.lock");
            fs::write(&path, names).map_err(failed)?;
            job.request = job.request.names(path);
        }
        let (outcome, described) = describe(&job.request);
        match described {
            Some(described) => Ok(Self {
                title: String::new(),
                catalogue: described.catalogue,
                tree: Some(described.tree),
                sources: Some(outcome.sources),
                names: Some(described.names),
                warnings: outcome.diagnostics.warnings(),
            }),
            None => Err(Failure::Invalid(Box::new(Report::failed(job.name, outcome.sources, outcome.diagnostics)))),
        }
    }

    /// The version as it is shown.
    pub(super) fn side(&self) -> Side<'_> {
        Side { title: &self.title, sources: self.sources.as_ref() }
    }
}

/// The folders of all that a configuration names.
fn folders(config: &Path, limits: Limits) -> Result<Vec<PathBuf>, Box<Report>> {
    let file = ProjectFile::read(config, limits)?;
    let base = config.parent().unwrap_or(Path::new(""));
    let project = &file.project;
    let files = project.spec.iter().chain(&project.overlays).map(|named| base.join(&named.value));
    let mut folders: Vec<PathBuf> = files.filter_map(|path| Some(path.parent()?.to_owned())).collect();
    folders.extend(project.root.iter().map(|root| base.join(&root.value)));
    folders.push(base.to_owned());
    Ok(folders.iter().map(|folder| crate::paths::absolute(folder)).collect())
}
