//! State shared by all nodes of a document while it is read.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use serde::de::Error;

use super::error::ParserError;
use super::outline::Part;
use super::places::Places;
use super::syntax::Syntax;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{FileId, Origin, Segment};

/// Beyond this number, places of duplicate keys are not shown.
const MAX_SHOWN: usize = 10;

/// State shared by all nodes of a run.
pub(super) struct Build<'a> {
    pub text: &'a str,
    pub syntax: Syntax,
    nodes: Cell<usize>,
    max_nodes: usize,
    /// The numbers whose text is missing, as in a [`Guide`].
    pub rounded: RefCell<HashSet<usize>>,
    /// The objects with a merge key, by the [identities](Origin::identity) of their origins.
    pub merging: RefCell<HashSet<usize>>,
    refusal: RefCell<Option<Refusal>>,
    /// Members with duplicate keys and different values; reading continues, so that all are found.
    pub twice: RefCell<Vec<Origin>>,
    /// Keys that YAML does not read as strings, each with what it reads.
    pub read_as_text: RefCell<Vec<(Origin, &'static str)>>,
    /// The interned keys: a document has few different ones.
    pub keys: RefCell<HashSet<Rc<str>>>,
    /// The innermost node that could not be read.
    pub failed: RefCell<Option<Origin>>,
    /// For messages, computed on demand.
    places: OnceCell<Places>,
}

/// Why the tree was not built although the parser could continue.
pub(super) struct Refusal {
    pub code: Code,
    pub message: String,
    pub origin: Origin,
    pub part: Part,
    pub help: Option<String>,
}

impl<'a> Build<'a> {
    pub(super) fn new(text: &'a str, syntax: Syntax, max_nodes: usize) -> Self {
        Self {
            text,
            syntax,
            nodes: Cell::new(0),
            max_nodes,
            rounded: RefCell::default(),
            merging: RefCell::default(),
            refusal: RefCell::new(None),
            twice: RefCell::new(Vec::new()),
            read_as_text: RefCell::default(),
            keys: RefCell::default(),
            failed: RefCell::new(None),
            places: OnceCell::new(),
        }
    }

    /// Records the refusal; the error stops the parser.
    pub(super) fn refuse<E: Error>(&self, refusal: Refusal) -> E {
        self.refusal.replace(Some(refusal));
        E::custom("refused")
    }

    pub(super) fn count<E: Error>(&self, origin: &Origin) -> Result<(), E> {
        self.nodes.set(self.nodes.get() + 1);
        if self.nodes.get() <= self.max_nodes {
            return Ok(());
        }
        Err(self.refuse(Refusal {
            code: Code::Limit,
            message: format!("the document has more than {} nodes", self.max_nodes),
            origin: origin.clone(),
            part: Part::Value,
            help: Some("if you trust it, raise the limit with `--limit nodes=NUMBER`".to_owned()),
        }))
    }

    /// The diagnostic for duplicate keys.
    pub(super) fn keys_twice(&self, file: FileId) -> Option<Diagnostic> {
        let twice = self.twice.take();
        let message = match twice.as_slice() {
            [] => return None,
            [one] => match one.segments().last() {
                Some(Segment::Member(key)) => format!("the key `{key}` appears twice in one object"),
                _ => return None,
            },
            several => format!("{} keys appear twice in their objects", several.len()),
        };
        let mut diagnostic = Diagnostic::new(Code::DuplicateKey, message);
        for (index, origin) in twice.iter().enumerate().take(MAX_SHOWN) {
            let before = twice[..index].iter().filter(|other| *other == origin).count();
            let place = |part| Place::Bytes(file, self.range(origin, part));
            diagnostic = diagnostic.at(place(Part::Key(before + 1)), "");
            if before == 0 {
                diagnostic = diagnostic.at(place(Part::Key(0)), "first here");
            }
        }
        Some(diagnostic)
    }

    /// The warnings about keys that are read as their text.
    pub(super) fn keys_read_as_text(&self) -> Vec<Diagnostic> {
        let warning = |(origin, kind): (Origin, &str)| {
            let Some(Segment::Member(key)) = origin.last() else { return None };
            Some(
                Diagnostic::new(Code::KeyNotText, format!("YAML reads the key `{key}` as {kind}"))
                    .help(format!("put it in quotes: `\"{key}\"`"))
                    .at(Place::Name(origin), "read as a string"),
            )
        };
        self.read_as_text.take().into_iter().filter_map(warning).collect()
    }

    fn range(&self, origin: &Origin, part: Part) -> Range<usize> {
        let places = self.places.get_or_init(|| Places::of(self.text, self.syntax));
        places.find(self.text, &origin.segments(), part).unwrap_or(0..0)
    }

    pub(super) fn explain(&self, error: ParserError, file: FileId) -> Diagnostic {
        if let Some(refusal) = self.refusal.take() {
            let place = |part| Place::Bytes(file, self.range(&refusal.origin, part));
            let mut diagnostic = Diagnostic::new(refusal.code, refusal.message).at(place(refusal.part), "");
            diagnostic.help.extend(refusal.help);
            return diagnostic;
        }
        let failed = || self.failed.take().map_or(0..0, |origin| self.range(&origin, Part::Value));
        let range = error.offset.map_or_else(failed, |offset| self.character(offset));
        let diagnostic = Diagnostic::new(error.code, error.message);
        match error.context {
            // The end of the text shows nothing; the unclosed bracket does.
            Some((context, start)) if self.text[range.start..].trim().is_empty() => {
                diagnostic.at(Place::Bytes(file, self.character(start)), context)
            }
            Some((context, start)) if start != range.start => {
                diagnostic.at(Place::Bytes(file, range), "").at(Place::Bytes(file, self.character(start)), context)
            }
            _ => diagnostic.at(Place::Bytes(file, range), ""),
        }
    }

    /// The range of the character at `offset`.
    fn character(&self, offset: usize) -> Range<usize> {
        let length = self.text[offset..].chars().next().filter(|&c| c != '\n').map_or(0, char::len_utf8);
        offset..offset + length
    }
}
