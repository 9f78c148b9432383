//! From the files to the last release.

use std::path::Path;

use super::changelog::Section;
use super::version::is_later;
use super::{Files, Last, Released, changelog, since};
use crate::catalogue::{Catalogue, Malformed};
use crate::config::{Config, CrateVersion};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::FileId;
use crate::source::Sources;

impl Released {
    /// Reads those of the files that exist. What is wrong with them is reported.
    pub(crate) fn read(files: &Files, sources: &Sources, diagnostics: &mut Diagnostics) -> Self {
        let mut read = |path: &Path| diagnostics.take_in(sources.add_optional_text(path));
        let (Some(record), Some(sections)) = (read(&files.record), read(&files.sections)) else {
            return Self::default();
        };
        let text = sections.map_or("", |file| sources.text(file));
        let mut released = Self { sections: text.to_owned(), ..Self::default() };
        match (record, sections) {
            (None, Some(sections)) if !text.trim().is_empty() => diagnostics.push(without_record(files, sections)),
            (Some(record), None) => diagnostics.push(without_sections(files, record)),
            _ => {}
        }
        let Some(record) = record else { return released };
        match last(sources.text(record)) {
            Ok(last) => {
                if let Some(sections) = sections {
                    released.leave_out_later(&last.version, sections, files, diagnostics);
                    if released.lacks(&last.version) {
                        diagnostics.push(without_section(&last.version, sections, files));
                    }
                }
                released.last = Some(last);
            }
            Err(malformed) => diagnostics.push(damaged(record, sources.text(record), &malformed)),
        }
        released
    }

    /// Leaves out the first section, if it is that of a version later than the last release: of a release that was interrupted.
    /// Others that are later are reported.
    fn leave_out_later(&mut self, last: &CrateVersion, file: FileId, files: &Files, diagnostics: &mut Diagnostics) {
        let mut later = changelog::sections(&self.sections);
        later.retain(|section| is_later(&section.version, last));
        let Some(first) = later.first() else { return };
        let help = "restore the committed files, or remove the section";
        if later.len() > 1 || first.heading.start > 0 {
            diagnostics.push(too_late(last, first, file, files).help(help));
            return;
        }
        let help = format!("if a release was interrupted, `cargo webhooks release` completes it;\notherwise, {help}");
        self.unfinished = Some(Box::new(too_late(last, first, file, files).help(help)));
        self.sections.drain(..first.end);
    }

    /// Whether there are sections of versions, but none of the last release. A crate that was released before it had the file may
    /// have none.
    fn lacks(&self, last: &CrateVersion) -> bool {
        let sections = changelog::sections(&self.sections);
        !sections.is_empty() && sections.iter().all(|section| section.version != *last)
    }

    /// The error that the configuration has a version before the last release: after a merge, or an edit.
    pub(crate) fn behind(&self, config: &Config, file: FileId) -> Option<Diagnostic> {
        let last = self.version()?;
        let version = config.version();
        if !is_later(last, &version) {
            return None;
        }
        let (stated, place) = match &config.crate_version {
            Some(stated) => (format!("`crate-version` is `{version}`"), stated.place.clone()),
            None => (format!("`crate-version` is not set, so it is `{version}`"), Place::File(file)),
        };
        let message = format!("{stated}, but `{last}` is the last release");
        let help = format!("write the version of the last release, or a later one:\ncrate-version = \"{last}\"");
        Some(Diagnostic::new(Code::ReleaseVersion, message).at(place, "").help(help))
    }

    /// The error that a release was interrupted, unless this run makes a release.
    pub(crate) fn unfinished(&self) -> Option<&Diagnostic> {
        self.unfinished.as_deref()
    }
}

fn without_record(files: &Files, sections: FileId) -> Diagnostic {
    let [record_name, sections_name] = files.names();
    let message = format!("`{record_name}` is missing, although `{sections_name}` has the sections of releases");
    let help = format!(
        "restore the committed file; or copy the `catalogue.json` of the crate as it was released last to\n`{}`. \
         If the first release was interrupted, remove `{sections_name}`",
        files.record.display()
    );
    Diagnostic::new(Code::ReleaseRecord, message).at(Place::File(sections), "").help(help)
}

fn without_sections(files: &Files, record: FileId) -> Diagnostic {
    let [record_name, sections_name] = files.names();
    let message = format!("`{sections_name}` is missing, although `{record_name}` has a release");
    let help = format!(
        "restore the committed file; or, if the crate was released before it had this file, write the sections of its\n\
         changelog to `{}`, which may be empty",
        files.sections.display()
    );
    Diagnostic::new(Code::ReleaseRecord, message).at(Place::File(record), "").help(help)
}

fn without_section(last: &CrateVersion, file: FileId, files: &Files) -> Diagnostic {
    let [record, sections] = files.names();
    let message = format!("`{sections}` has no section of `{last}`, the release that `{record}` has");
    let help = format!(
        "restore the committed files; after a merge, take both from the side with the later version; or write \
                        the section:\n## {last} - DATE"
    );
    Diagnostic::new(Code::ReleaseRecord, message).at(Place::File(file), "").help(help)
}

fn too_late(last: &CrateVersion, section: &Section, file: FileId, files: &Files) -> Diagnostic {
    let [_, sections] = files.names();
    let message = format!("`{sections}` has a section of `{}`, but `{last}` is the last release", section.version);
    Diagnostic::new(Code::ReleaseRecord, message).at(Place::Bytes(file, section.heading.clone()), "")
}

fn last(text: &str) -> Result<Last, Malformed> {
    let mut catalogue = Catalogue::from_json(text)?;
    let version: CrateVersion = catalogue.version.parse()?;
    since::fill(&mut catalogue);
    Ok(Last { version, catalogue })
}

fn damaged(file: FileId, text: &str, Malformed { message, position }: &Malformed) -> Diagnostic {
    let place = position.map_or(Place::File(file), |(line, column)| {
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let rest = text[start..].lines().next().unwrap_or_default();
        // The column counts bytes, and is that of the last byte that was read.
        let at = rest.floor_char_boundary(column - 1);
        let length = rest[at..].chars().next().map_or(0, char::len_utf8);
        Place::Bytes(file, start + at..start + at + length)
    });
    Diagnostic::new(Code::ReleaseRecord, format!("the record of the last release is damaged: {message}"))
        .at(place, "")
        .help(
            "restore the committed file; after a merge, take the side with the later version. If it has another format,\n\
             generate the released version again, and copy its `catalogue.json` here",
        )
}
