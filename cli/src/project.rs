//! A `codegen.toml`, read for the files that it names.

use std::path::{Path, PathBuf};

use webhook_generator::config::{Config, Project};
use webhook_generator::diagnostics::{Code, Diagnostic, Diagnostics, Place};
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

    /// An error in the file as a whole.
    pub(crate) fn error(&self, message: &str) -> Diagnostic {
        Diagnostic::new(Code::Config, message).at(Place::File(self.file), "")
    }
}
