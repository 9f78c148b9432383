//! One file of a run.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use super::limits::Limits;
use super::lines::{Lines, Position};
use super::outline::Part;
use super::parse::{Parsed, parse};
use super::places::Places;
use super::repeated::{Repeated, Step, first};
use super::syntax::Syntax;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{FileId, Node, Segment};

/// How many comments of a file may be indented by tabs: the file is parsed again for each.
const MAX_COMMENTS: usize = 16;

/// A file that was read: its names, its text and its tree.
pub(super) struct SourceFile {
    /// The displayed name.
    pub name: String,
    /// Relative to the root folder, with `/`.
    pub relative: String,
    /// Whether references can refer to it: it is the description or a part of it.
    pub inside: bool,
    content: String,
    /// The text as it was parsed, if that is not the content.
    parsable: Option<String>,
    pub syntax: Option<Syntax>,
    /// The root, with merge keys applied, and later patched.
    pub root: RefCell<Option<Node>>,
    /// The root as it is written, or why it was not parsed.
    pub parsed: Option<Result<Node, Diagnostic>>,
    /// Which members of it are the last ones with their key, or all of them.
    repeated: Repeated,
    /// Warnings about how the document is written.
    pub warnings: Vec<Diagnostic>,
    /// For messages, computed on demand.
    places: OnceCell<Places>,
    lines: OnceCell<Lines>,
}

impl SourceFile {
    pub(super) fn new(name: String, relative: String, inside: bool) -> Self {
        Self {
            name,
            relative,
            inside,
            content: String::new(),
            parsable: None,
            syntax: None,
            root: RefCell::new(None),
            parsed: None,
            repeated: Repeated::default(),
            warnings: Vec::new(),
            places: OnceCell::new(),
            lines: OnceCell::new(),
        }
    }

    /// The text, without a byte order mark.
    pub(super) fn text(&self) -> &str {
        self.content.strip_prefix('\u{FEFF}').unwrap_or(&self.content)
    }

    /// The text as it was parsed; positions are the same.
    fn parsable(&self) -> &str {
        self.parsable.as_deref().unwrap_or_else(|| self.text())
    }

    /// The bytes that were read.
    pub(super) fn bytes(&self) -> &[u8] {
        self.content.as_bytes()
    }

    /// The position of a part of the document.
    pub(super) fn find(&self, segments: Vec<&Segment>, part: Part) -> Option<Range<usize>> {
        let syntax = self.syntax?;
        let way = self.way(segments);
        self.places.get_or_init(|| Places::of(self.parsable(), syntax)).find(self.parsable(), &way, part)
    }

    /// Finds the positions of several parts of the document, in one reading if possible.
    pub(super) fn find_all(&self, places: HashSet<(Vec<&Segment>, Part)>) {
        if let (Some(syntax), Some(Ok(root))) = (self.syntax, &self.parsed) {
            let places: Vec<_> = places.into_iter().map(|(segments, part)| (self.way(segments), part)).collect();
            let known = self.places.get_or_init(|| Places::of(self.parsable(), syntax));
            known.find_all(self.parsable(), root, &self.repeated, &places);
        }
    }

    fn way<'s>(&self, segments: Vec<&'s Segment>) -> Vec<Step<'s>> {
        match &self.parsed {
            Some(Ok(root)) => self.repeated.way(root, segments),
            _ => first(segments),
        }
    }

    /// The position of the character at `offset`.
    pub(super) fn position(&self, offset: usize) -> Position {
        self.lines.get_or_init(|| Lines::of(self.text())).position(self.text(), offset)
    }

    /// Decodes the bytes as text.
    pub(super) fn decode(&mut self, bytes: Vec<u8>, id: FileId) -> Result<(), Diagnostic> {
        let bytes = match String::from_utf8(bytes) {
            Ok(content) => {
                self.content = content;
                return Ok(());
            }
            Err(error) => error.into_bytes(),
        };
        let encoding = if let Some([0xFF, 0xFE] | [0xFE, 0xFF]) = bytes.get(..2) {
            "the file is UTF-16, not UTF-8".to_owned()
        } else {
            let offset = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
            format!("the file is not UTF-8: byte {:#04x} at offset {offset}", bytes.get(offset).unwrap_or(&0))
        };
        self.content = String::from_utf8_lossy(&bytes).into_owned();
        let offset = self.content.find('\u{FFFD}').unwrap_or(0);
        Err(Diagnostic::new(Code::Syntax, encoding)
            .at(Place::Bytes(id, offset..offset + '\u{FFFD}'.len_utf8()), "")
            .help("save it as UTF-8"))
    }

    /// Parses the text.
    pub(super) fn parse(&mut self, path: &Path, id: FileId, limits: &Limits) {
        let mut last = None;
        for &syntax in Syntax::candidates(path, self.text()) {
            let mut parsed = parse(self.text(), syntax, id, limits);
            self.syntax = Some(syntax);
            for _ in 0..MAX_COMMENTS {
                let Err(error) = &parsed else { break };
                let Some(Place::Bytes(_, range)) = error.labels.first().map(|label| &label.place) else { break };
                let Some(text) = syntax.without_comment(self.parsable(), range.start) else { break };
                parsed = parse(&text, syntax, id, limits);
                self.parsable = Some(text);
            }
            let done = parsed.is_ok();
            last = Some(parsed.map(|Parsed { written, root, repeated, warnings }| {
                self.repeated = repeated;
                self.warnings = warnings;
                self.root.replace(Some(root));
                written
            }));
            if done {
                break;
            }
        }
        self.parsed = last;
    }
}
