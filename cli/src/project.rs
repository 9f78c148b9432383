//! A `codegen.toml`, read for the files that it names.

use std::fs;
use std::path::{Path, PathBuf};

use webhook_generator::config::{Config, Located, Project};
use webhook_generator::diagnostics::{Code, Diagnostic, Diagnostics, Place, suggest};
use webhook_generator::document::FileId;
use webhook_generator::source::{Limits, Sources};

use crate::paths::shown;
use crate::report::Report;

/// A `codegen.toml`.
pub(crate) struct ProjectFile {
    pub(crate) path: PathBuf,
    pub(crate) project: Project,
    file: FileId,
    pub(crate) sources: Sources,
}

impl ProjectFile {
    /// Reads the file. A mistake in it is the result of a failed run.
    pub(crate) fn read(path: &Path, limits: Limits) -> Result<Self, Box<Report>> {
        let sources = Sources::with_limits(limits);
        let file = match sources.add_text(path) {
            Ok(file) => file,
            Err(diagnostic) => {
                return Err(Box::new(Report::failed(path.to_owned(), sources, diagnostic.into())));
            }
        };
        let mut diagnostics = Diagnostics::default();
        let Config { project, .. } = Config::parse(file, sources.text(file), &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(Box::new(Report::failed(path.to_owned(), sources, diagnostics)));
        }
        Ok(Self { path: path.to_owned(), project, file, sources })
    }

    /// A path that the file states, as seen from the working directory.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        let path = self.path.parent().unwrap_or(Path::new("")).join(path);
        if path.is_absolute() { path } else { shown(path) }
    }

    /// What the build script of the crate is made from: itself, or this file if it is the guard (`true`).
    pub(crate) fn build_script(&self) -> Option<(PathBuf, bool)> {
        let existing = self.project.build_script.as_ref().map(|script| (self.resolve(script), false));
        existing.or_else(|| self.project.guard.then(|| (self.path.clone(), true)))
    }

    /// A file that the configuration names, as seen from the working directory. If there is none, the error is where it is
    /// named, and suggests a file with a similar name.
    pub(crate) fn existing(&self, named: &Located<PathBuf>) -> Result<PathBuf, Diagnostic> {
        let path = self.resolve(&named.value);
        if path.exists() {
            return Ok(path);
        }
        let message = format!("`{}` does not exist", path.display());
        let error =
            Diagnostic::new(Code::Config, message).at(named.place.clone(), "relative to the folder of this file");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut siblings: Vec<String> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        siblings.sort_unstable();
        let near = suggest(&name, siblings.iter().map(String::as_str));
        let near = near.map(|near| named.value.with_file_name(near));
        Err(match near {
            Some(near) => error.help(format!("did you mean `{}`?", near.display())),
            None => error,
        })
    }

    /// An error in the file as a whole.
    pub(crate) fn error(&self, message: &str) -> Diagnostic {
        Diagnostic::new(Code::Config, message).at(Place::File(self.file), "")
    }
}
