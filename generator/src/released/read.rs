//! From the files to the last release.

use std::path::Path;

use super::{Files, Last, RECORD, Released, SECTIONS, since};
use crate::catalogue::{Catalogue, Malformed};
use crate::config::CrateVersion;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::FileId;
use crate::source::Sources;

impl Released {
    /// Reads those of the files that exist. What is wrong with them is reported.
    pub(crate) fn read(files: &Files, sources: &Sources, diagnostics: &mut Diagnostics) -> Self {
        let mut read = |path: &Path| {
            let file = path.exists().then(|| sources.add_text(path))?;
            diagnostics.take_in(file)
        };
        let (record, sections) = (read(&files.record), read(&files.sections));
        let last = record.and_then(|file| match last(sources.text(file)) {
            Ok(last) => Some(last),
            Err(malformed) => {
                diagnostics.push(damaged(file, sources.text(file), &malformed));
                None
            }
        });
        let text = sections.map_or("", |file| sources.text(file)).to_owned();
        if let Some(file) = sections
            && !files.record.exists()
            && !text.trim().is_empty()
        {
            let message = format!("`{RECORD}` is missing, although `{SECTIONS}` has the sections of releases");
            let help = format!(
                "restore the committed file; or copy the `catalogue.json` of the crate as it was released last to\n`{}`",
                files.record.display()
            );
            diagnostics.push(Diagnostic::new(Code::ReleaseRecord, message).at(Place::File(file), "").help(help));
        }
        Self { last, sections: text }
    }
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
