//! A release: the next version, and what its files become.

use std::path::PathBuf;

use super::version::{Refused, next};
use super::{Files, Last, Released, changelog, since};
use crate::catalogue::Catalogue;
use crate::config::{Config, CrateVersion, edit};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::diff::{Report, Step, compare};
use crate::document::FileId;
use crate::source::Sources;

/// What to release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The version; if `None`, what has changed decides.
    pub version: Option<CrateVersion>,
    /// The date that the section of the changelog has, such as `2026-11-29`.
    pub date: String,
}

/// A release that was made.
#[derive(Clone, Debug)]
pub struct Cut {
    /// The version.
    pub version: CrateVersion,
    /// What has changed since the last release; `None` for the first one.
    pub report: Option<Report>,
    /// The section of the changelog.
    pub section: String,
    /// The files beside the crate that are changed, in the order in which they must be written: with the last one, the release
    /// is made.
    pub files: Vec<(PathBuf, String)>,
}

/// The configuration of a run, its text, and where it is.
pub(crate) struct Settings<'a> {
    pub(crate) config: &'a Config,
    pub(crate) file: FileId,
    pub(crate) sources: &'a Sources,
    pub(crate) files: &'a Files,
}

impl Released {
    /// The version of the last release.
    pub(crate) fn version(&self) -> Option<&CrateVersion> {
        self.last.as_ref().map(|last| &last.version)
    }

    /// The changelog of a crate, whose catalogue gets the versions that first had what it has. `files` are those of the releases, if
    /// there can be any.
    pub(crate) fn describe(&self, catalogue: &mut Catalogue, files: Option<&Files>) -> String {
        self.carry(catalogue);
        self.changelog(catalogue, self.compare(catalogue).as_ref(), files)
    }

    /// What has changed since the last release.
    fn compare(&self, catalogue: &Catalogue) -> Option<Report> {
        let last = &self.last.as_ref()?.catalogue;
        Some(if last == catalogue { Report::of(Vec::new()) } else { compare(last, catalogue) })
    }

    /// Makes a release of a crate. Its catalogue gets the version. `None` if there is nothing to release.
    ///
    /// # Errors
    ///
    /// If the version that was chosen is too small for what has changed.
    pub(crate) fn cut(
        &mut self,
        release: &Release,
        settings: &Settings<'_>,
        catalogue: &mut Catalogue,
    ) -> Result<Option<Cut>, Diagnostic> {
        let stated = settings.config.version();
        self.carry(catalogue);
        let report = self.compare(catalogue);
        let step = report.as_ref().map_or(Step::None, Report::step);
        let version = match &self.last {
            None => Some(release.version.clone().unwrap_or(stated)),
            Some(last) => next(&last.version, step, &stated, release.version.as_ref())
                .map_err(|refused| refusal(&refused, &last.version, step, release, settings))?,
        };
        let Some(version) = version else { return Ok(None) };
        let text = version.to_string();
        catalogue.version.clone_from(&text);
        since::fill(catalogue);
        let section = changelog::released(&text, &release.date, catalogue, report.as_ref());
        self.sections = changelog::with_section(&section, &self.sections);
        self.last = Some(Last { version: version.clone(), catalogue: catalogue.clone() });
        let (sources, file) = (settings.sources, settings.file);
        // Without the mark, which is not part of the text.
        let mark = sources.bytes(file).len() - sources.text(file).len();
        let mark = if mark == 0 { "" } else { "\u{feff}" };
        let config = format!("{mark}{}", edit::with_version(sources.text(file), &text));
        let files = vec![
            (settings.files.sections.clone(), self.sections.clone()),
            (PathBuf::from(sources.path_name(file)), config),
            (settings.files.record.clone(), catalogue.to_json()),
        ];
        Ok(Some(Cut { version, report, section, files }))
    }
}

fn refusal(
    refused: &Refused,
    released: &CrateVersion,
    step: Step,
    release: &Release,
    settings: &Settings<'_>,
) -> Diagnostic {
    let (message, help) = match refused {
        Refused::TooSmall(least) => {
            let chosen = release.version.clone().unwrap_or_else(|| settings.config.version());
            let why = match step {
                Step::None => format!("`{released}` is released"),
                step => format!("what has changed since `{released}` is a {} step", step.name()),
            };
            (format!("the version `{chosen}` is too small: {why}"), format!("release `{least}` or a later version"))
        }
        Refused::AfterPrerelease(least) => (
            format!("what follows the pre-release `{released}` is not known"),
            format!("state the version, such as `--version {least}`"),
        ),
    };
    let diagnostic = Diagnostic::new(Code::ReleaseVersion, message).help(help);
    match &settings.config.crate_version {
        Some(stated) if release.version.is_none() => diagnostic.at(stated.place.clone(), ""),
        _ => diagnostic.at(Place::File(settings.file), ""),
    }
}
