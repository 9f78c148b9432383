//! Where the places of changes are in files.

use std::ops::Range;

use serde::Serialize;

use super::Side;
use crate::catalogue::Source;
use crate::diagnostics::Place;
use crate::document::{FileId, Node, pointer};
use crate::source::Sources;

/// A place in a file.
pub(super) struct Located {
    pub(super) file: FileId,
    pub(super) range: Range<usize>,
}

/// A place as a program reads it. Lines and columns are from 1.
#[derive(Serialize)]
pub(super) struct Shown {
    /// The path of the file; `None` if the version was read from a catalogue.
    pub(super) file: Option<String>,
    pub(super) pointer: String,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
}

impl Side<'_> {
    /// The places of these sources, found with one reading of each file.
    pub(super) fn locate<'s>(&self, all: impl Iterator<Item = &'s Source>) {
        if let Some(sources) = self.sources {
            let places: Vec<Place> = all.filter_map(|source| place(sources, source)).collect();
            sources.locate_places(&places);
        }
    }

    /// The place of a source.
    pub(super) fn find(&self, source: &Source) -> Option<Located> {
        let sources = self.sources?;
        let (file, range) = sources.range(&place(sources, source)?);
        Some(Located { file, range })
    }

    /// A place with its line.
    pub(super) fn shown(&self, source: &Source) -> Shown {
        let pointer = source.0.split_once('#').map_or("", |(_, pointer)| pointer).to_owned();
        let located = self.find(source).zip(self.sources);
        let Some((Located { file, range }, sources)) = located else {
            return Shown { file: None, pointer, line: None, column: None };
        };
        let position = sources.position(&Place::Bytes(file, range));
        Shown {
            file: Some(sources.path_name(file).to_owned()),
            pointer,
            line: Some(position.line),
            column: Some(position.column),
        }
    }

    /// A place in one line: file, line and column, or the pointer.
    pub(super) fn line(&self, source: &Source) -> String {
        match self.shown(source) {
            Shown { file: Some(file), line: Some(line), column: Some(column), .. } => format!("{file}:{line}:{column}"),
            _ => format!("{} {}", self.title, source.0),
        }
    }

    /// A place as a note: `before: api.yaml:1:2`, or `before, in v1: #/webhooks/a`.
    pub(super) fn note(&self, label: &str, source: &Source) -> String {
        match self.find(source) {
            Some(_) => format!("{label}: {}", self.line(source)),
            None => format!("{label}, in {}: `{}`", self.title, source.0),
        }
    }
}

fn place(sources: &Sources, source: &Source) -> Option<Place> {
    let (name, pointer) = source.0.split_once('#')?;
    let file = if name.is_empty() {
        sources.description()?
    } else {
        sources.files().find(|file| sources.relative_name(*file) == name)?
    };
    let root = sources.root(file)?;
    let names = pointer::split(pointer);
    // The nearest node that there is.
    let node = (0..=names.len()).rev().find_map(|length| root.at_names(&names[..length]).cloned())?;
    let origin = node.origin().clone();
    Some(if matches!(node.value(), crate::document::Value::Object(_)) || is_member(&root, &names) {
        Place::Name(origin)
    } else {
        Place::Value(origin)
    })
}

fn is_member(root: &Node, names: &[String]) -> bool {
    let outer = names.split_last().and_then(|(_, outer)| root.at_names(outer));
    outer.is_some_and(|outer| outer.as_object().is_some())
}
