//! Text to a tree of [`Node`]s.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::iter;
use std::ops::Range;
use std::rc::Rc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::limits::{DEPTH, KEY_CHARS, Limits};
use super::places::{Part, Places};
use super::syntax::{ParserError, Syntax};
use super::{json, yaml};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{FileId, Node, Object, Origin, Segment, Value};

/// Of more keys that stand twice, the place is not shown.
const MAX_SHOWN: usize = 10;

pub(super) const EMPTY: &str = "the file is empty";

pub(super) fn too_deep() -> String {
    format!("the document is nested deeper than {DEPTH} levels")
}

/// Parses a document.
pub(super) fn parse(text: &str, syntax: Syntax, file: FileId, limits: &Limits) -> Result<Node, Diagnostic> {
    if text.trim().is_empty() {
        return Err(Diagnostic::new(Code::Syntax, EMPTY).at(Place::Bytes(file, 0..0), ""));
    }
    let read = |guide: Option<Guide<'_>>| {
        let build = Build::new(text, syntax, limits.nodes);
        let origin = Origin::root(file);
        let result =
            syntax.check(text, limits).and_then(|()| syntax.run(text, NodeSeed { build: &build, origin, guide }));
        match (result, build.keys_twice(file)) {
            (_, Some(diagnostic)) => Err(diagnostic),
            (Ok(node), None) => Ok((node, build.rounded.take())),
            (Err(error), None) => Err(build.explain(error, file)),
        }
    };
    match read(None)? {
        // A document of comments only.
        (node, _) if matches!(node.value(), Value::Null) => {
            Err(Diagnostic::new(Code::Syntax, EMPTY).at(Place::Bytes(file, 0..0), ""))
        }
        (node, rounded) if rounded.is_empty() => Ok(node),
        // The parsers hand out floating-point numbers rounded. Where there are any, the document is read once more for
        // them, with the first tree as the guide to where their text is to be had.
        (node, rounded) => read(Some(Guide { node: &node, rounded: &rounded })).map(|(node, _)| node),
    }
}

/// A tree that an earlier run read, and the [identities](Origin::identity) of the rounded numbers in it and of all that
/// they are in.
#[derive(Clone, Copy)]
struct Guide<'g> {
    node: &'g Node,
    rounded: &'g HashSet<usize>,
}

impl Guide<'_> {
    /// Whether the node is to be read once more.
    fn is_rounded(self) -> bool {
        self.rounded.contains(&self.node.origin().identity())
    }

    fn member(self, name: &str) -> Option<Self> {
        self.node.get(name).map(|node| Self { node, ..self })
    }

    fn element(self, index: usize) -> Option<Self> {
        self.node.as_array()?.get(index).map(|node| Self { node, ..self })
    }
}

/// What all nodes of one run share.
struct Build<'a> {
    text: &'a str,
    syntax: Syntax,
    nodes: Cell<usize>,
    max_nodes: usize,
    /// The numbers that were met and whose text is missing, as a [`Guide`] has them.
    rounded: RefCell<HashSet<usize>>,
    refusal: RefCell<Option<Refusal>>,
    /// The members whose keys their objects had already; reading goes on, so that all are found.
    twice: RefCell<Vec<Origin>>,
    /// The keys that were met, each once: a document has few of them.
    keys: RefCell<HashSet<Rc<str>>>,
    /// The innermost node that could not be read.
    failed: RefCell<Option<Origin>>,
    /// For messages, where there are any.
    places: OnceCell<Places>,
}

/// Why the tree was not built although the parser could go on.
struct Refusal {
    code: Code,
    message: String,
    origin: Origin,
    part: Part,
    help: Option<String>,
}

impl<'a> Build<'a> {
    fn new(text: &'a str, syntax: Syntax, max_nodes: usize) -> Self {
        Self {
            text,
            syntax,
            nodes: Cell::new(0),
            max_nodes,
            rounded: RefCell::default(),
            refusal: RefCell::new(None),
            twice: RefCell::new(Vec::new()),
            keys: RefCell::default(),
            failed: RefCell::new(None),
            places: OnceCell::new(),
        }
    }

    /// Takes note of the refusal; the error makes the parser stop.
    fn refuse<E: Error>(&self, refusal: Refusal) -> E {
        self.refusal.replace(Some(refusal));
        E::custom("refused")
    }

    fn count<E: Error>(&self, origin: &Origin) -> Result<(), E> {
        self.nodes.set(self.nodes.get() + 1);
        if self.nodes.get() <= self.max_nodes {
            return Ok(());
        }
        Err(self.refuse(Refusal {
            code: Code::Limit,
            message: format!("the document has more than {} nodes", self.max_nodes),
            origin: origin.clone(),
            part: Part::Value,
            help: None,
        }))
    }

    /// What is said of keys that stand in an object again.
    fn keys_twice(&self, file: FileId) -> Option<Diagnostic> {
        let twice = self.twice.take();
        let message = match twice.as_slice() {
            [] => return None,
            [one] => match one.segments().last() {
                Some(Segment::Member(key)) => format!("the key `{key}` stands twice in one object"),
                _ => return None,
            },
            several => format!("{} keys stand in their objects already", several.len()),
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

    fn range(&self, origin: &Origin, part: Part) -> Range<usize> {
        let places = self.places.get_or_init(|| Places::of(self.text, self.syntax));
        places.find(self.text, &origin.segments(), part).unwrap_or(0..0)
    }

    fn explain(&self, error: ParserError, file: FileId) -> Diagnostic {
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
            // At the end of the text there is nothing to see; what was not closed says more.
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

/// Reads one node and all below it.
struct NodeSeed<'b, 'a> {
    build: &'b Build<'a>,
    origin: Origin,
    /// The node that an earlier run read here.
    guide: Option<Guide<'b>>,
}

impl NodeSeed<'_, '_> {
    fn scalar(self, value: Value) -> Node {
        Node::new(value, self.origin)
    }

    fn number(self, number: impl fmt::Display) -> Node {
        self.scalar(Value::Number(number.to_string().into()))
    }

    /// Reads the text of a number whose value the parser would round.
    fn exact_number<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let number = match self.build.syntax {
            Syntax::Json => Some(json::raw(deserializer)?.to_owned()),
            Syntax::Yaml => yaml::json_number(&yaml::scalar(deserializer)?),
        };
        match number {
            Some(number) => Ok(self.number(number)),
            None => Err(self.not_a_json_number()),
        }
    }

    fn not_a_json_number<E: Error>(self) -> E {
        self.build.refuse(Refusal {
            code: Code::Unsupported,
            message: "the number cannot be written in JSON".to_owned(),
            origin: self.origin,
            part: Part::Value,
            help: Some("put it in quotes if it is meant as text".to_owned()),
        })
    }
}

/// What stands for a number whose text is still to be read; no document has it.
fn unread() -> Value {
    Value::Number(Rc::from(""))
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_, 'de> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.build.count(&self.origin)?;
        let (build, origin) = (self.build, self.origin.clone());
        let result = match self.guide {
            Some(guide) if !guide.is_rounded() => IgnoredAny::deserialize(deserializer).map(|_| guide.node.clone()),
            Some(Guide { node, .. }) if matches!(node.value(), Value::Number(_)) => self.exact_number(deserializer),
            _ => deserializer.deserialize_any(self),
        };
        if result.is_err() {
            build.failed.borrow_mut().get_or_insert(origin);
        }
        result
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_, 'de> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(self.scalar(Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Node, E> {
        Ok(self.scalar(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(self.scalar(Value::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(self.number(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(self.number(value))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Node, E> {
        Ok(self.number(value))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Node, E> {
        Ok(self.number(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        if value.is_finite() {
            let way = iter::successors(Some(&self.origin), |origin| origin.parent());
            self.build.rounded.borrow_mut().extend(way.map(Origin::identity));
            Ok(self.scalar(unread()))
        } else {
            Err(self.not_a_json_number())
        }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Node, E> {
        let build = self.build;
        // The YAML parser takes numbers beyond the range of `f64` for strings.
        if build.syntax == Syntax::Yaml && json::is_number(text) && yaml::is_plain(build.text, text) {
            return Ok(self.number(text));
        }
        self.visit_str(text)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(self.scalar(Value::String(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut elements = Vec::new();
        loop {
            let index = elements.len();
            let origin = self.origin.child(Segment::Element(index));
            let seed = NodeSeed { build: self.build, origin, guide: self.guide.and_then(|guide| guide.element(index)) };
            match sequence.next_element_seed(seed)? {
                Some(element) => elements.push(element),
                None => return Ok(Node::new(Value::Array(elements), self.origin)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Object::new();
        while let Some(key) =
            map.next_key_seed(KeySeed { build: self.build, parent: &self.origin, members: &members })?
        {
            let origin = self.origin.child(Segment::Member(key.clone()));
            let guide = self.guide.and_then(|guide| guide.member(&key));
            let value = map.next_value_seed(NodeSeed { build: self.build, origin, guide })?;
            members.insert(key, value);
        }
        Ok(Node::new(Value::Object(Box::new(members)), self.origin))
    }
}

/// Reads one key.
struct KeySeed<'b, 'a> {
    build: &'b Build<'a>,
    parent: &'b Origin,
    members: &'b Object,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_, 'de> {
    type Value = Rc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Rc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed<'_, 'de> {
    type Value = Rc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Rc<str>, E> {
        if self.build.syntax == Syntax::Yaml
            && yaml::is_plain(self.build.text, key)
            && let Some(why) = yaml::refused_key(key)
        {
            return Err(self.build.refuse(Refusal {
                code: Code::Unsupported,
                message: why.to_owned(),
                origin: self.parent.child(Segment::Member(key.into())),
                part: Part::Key(0),
                help: Some(match key {
                    "<<" => "write the members out where they are needed".to_owned(),
                    _ => format!("put it in quotes: `\"{key}\"`"),
                }),
            }));
        }
        self.visit_str(key)
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Rc<str>, E> {
        let origin = || self.parent.child(Segment::Member(key.into()));
        if self.members.contains_key(key) {
            self.build.twice.borrow_mut().push(origin());
        } else if key.chars().nth(KEY_CHARS).is_some() {
            return Err(self.build.refuse(Refusal {
                code: Code::Limit,
                message: format!("the key is longer than {KEY_CHARS} characters"),
                origin: origin(),
                part: Part::Key(0),
                help: None,
            }));
        }
        let mut keys = self.build.keys.borrow_mut();
        if let Some(known) = keys.get(key) {
            return Ok(Rc::clone(known));
        }
        let key: Rc<str> = key.into();
        keys.insert(Rc::clone(&key));
        Ok(key)
    }
}
