//! State shared by all nodes of a document while it is read.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use serde::de::Error;

use super::error::ParserError;
use super::outline::Part;
use super::places::Places;
use super::repeated::{Repeated, Step};
use super::syntax::Syntax;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{FileId, Node, Origin, Segment};

/// Beyond this number, repeated keys have no warning of their own: finding the place of a member that is not kept takes a
/// reading of the text.
const MAX_REPEATED: usize = 10;

/// State shared by all nodes of a run.
pub(super) struct Build<'a> {
    pub text: &'a str,
    pub syntax: Syntax,
    nodes: Cell<usize>,
    max_nodes: usize,
    /// The numbers whose text is missing, as in a [`Guide`].
    pub rounded: RefCell<HashSet<usize>>,
    refusal: RefCell<Option<Refusal>>,
    pub repeated: RefCell<Repeated>,
    /// The objects with a key that has different values, and the key.
    differing: RefCell<Vec<(Origin, Rc<str>)>>,
    /// The members that were not kept. As long as they exist, no other has their identity.
    dropped: RefCell<Vec<Node>>,
    /// Keys that YAML does not read as strings, each with its object and what YAML reads.
    pub read_as_text: RefCell<Vec<(Origin, Rc<str>, &'static str)>>,
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
            refusal: RefCell::new(None),
            repeated: RefCell::default(),
            differing: RefCell::default(),
            dropped: RefCell::default(),
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

    /// Counts a key that the object already has; returns how often it appeared before.
    pub(super) fn repeat(&self, object: &Origin, key: &Rc<str>) -> usize {
        self.repeated.borrow_mut().add(object, key)
    }

    /// Records a member that is not kept, since its key appears again.
    pub(super) fn drop_repeated(&self, object: &Origin, key: Rc<str>, dropped: Node, differs: bool) {
        if differs {
            self.differing.borrow_mut().push((object.clone(), key));
        }
        self.dropped.borrow_mut().push(dropped);
    }

    /// The warnings about how the document is written, of which this tree was read.
    pub(super) fn warnings(&self, root: &Node, file: FileId) -> Vec<Diagnostic> {
        // What is within members that are not kept is not reported.
        let is_kept = |object: &Origin| {
            root.at(object.segments()).is_some_and(|node| node.origin().identity() == object.identity())
        };
        let read_as_text = self.read_as_text.take().into_iter().filter(|(object, ..)| is_kept(object));
        let mut warnings: Vec<Diagnostic> =
            read_as_text.map(|(object, key, kind)| read_as_text_warning(&object, key, kind)).collect();
        let mut seen = HashSet::new();
        let mut differing = self.differing.take();
        differing.retain(|(object, key)| is_kept(object) && seen.insert((object.identity(), Rc::clone(key))));
        warnings
            .extend(differing.iter().take(MAX_REPEATED).map(|(object, key)| self.repeated_warning(object, key, file)));
        if let [first, others @ ..] = differing.get(MAX_REPEATED..).unwrap_or_default() {
            let message = format!("{} more keys appear several times in their objects", others.len() + 1);
            warnings.push(
                Diagnostic::new(Code::KeyRepeated, message)
                    .at(Place::Name(first.0.child(Segment::Member(Rc::clone(&first.1)))), "for example this one"),
            );
        }
        warnings
    }

    fn repeated_warning(&self, object: &Origin, key: &Rc<str>, file: FileId) -> Diagnostic {
        let times = match self.repeated.borrow().before(object, key) {
            1 => "twice".to_owned(),
            before => format!("{} times", before + 1),
        };
        let member = Segment::Member(Rc::clone(key));
        let mut first = self.repeated.borrow().way_of(object);
        first.push((&member, 0));
        Diagnostic::new(Code::KeyRepeated, format!("the key `{key}` appears {times} in one object"))
            .at(Place::Name(object.child(member.clone())), "the last one is used")
            .at(Place::Bytes(file, self.find(&first, Part::Key)), "ignored")
            .help("remove one of them, or rename it")
    }

    fn range(&self, origin: &Origin, part: Part) -> Range<usize> {
        self.find(&self.repeated.borrow().way_of(origin), part)
    }

    fn find(&self, way: &[Step<'_>], part: Part) -> Range<usize> {
        let places = self.places.get_or_init(|| Places::of(self.text, self.syntax));
        places.find(self.text, way, part).unwrap_or(0..0)
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

fn read_as_text_warning(object: &Origin, key: Rc<str>, kind: &str) -> Diagnostic {
    Diagnostic::new(Code::KeyNotText, format!("YAML reads the key `{key}` as {kind}"))
        .help(format!("put it in quotes: `\"{key}\"`"))
        .at(Place::Name(object.child(Segment::Member(key))), "read as a string")
}
