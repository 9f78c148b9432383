//! The tree of a document: plain data, each node with its origin.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use indexmap::IndexMap;

use super::pointer;

/// One node of a document: a value and its [`Origin`]. Cheap to clone.
#[derive(Clone)]
pub struct Node(Rc<(Value, Origin)>);

/// The members of an object, in document order.
pub type Object = IndexMap<Rc<str>, Node>;

/// The value of a node.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as JSON text with all digits of the document.
    Number(Rc<str>),
    /// A string.
    String(Rc<str>),
    /// A sequence.
    Array(Vec<Node>),
    /// A mapping with unique keys. Boxed, because most nodes are not mappings.
    Object(Box<Object>),
}

impl Node {
    /// Makes a node.
    pub fn new(value: Value, origin: Origin) -> Self {
        Self(Rc::new((value, origin)))
    }

    /// The type of the value, in words.
    pub fn kind(&self) -> &'static str {
        match self.value() {
            Value::Object(_) => "an object",
            Value::Array(_) => "a list",
            Value::String(_) => "a string",
            Value::Number(_) => "a number",
            Value::Bool(_) => "a boolean",
            Value::Null => "null",
        }
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0.0
    }

    /// The origin of the node.
    pub fn origin(&self) -> &Origin {
        &self.0.1
    }

    /// The member `name`, if the node is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The child one step down.
    pub fn child(&self, segment: &Segment) -> Option<&Self> {
        match segment {
            Segment::Member(name) => self.get(name),
            Segment::Element(index) => self.as_array()?.get(*index),
        }
    }

    /// The child that a name in a JSON pointer means: a member, or an element by its index.
    pub fn child_named(&self, name: &str) -> Option<&Self> {
        match self.as_array() {
            Some(elements) => elements.get(pointer::index(name)?),
            None => self.get(name),
        }
    }

    /// The members' values or the elements, in document order.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        let members = self.as_object().into_iter().flat_map(|members| members.values());
        members.chain(self.as_array().unwrap_or_default())
    }

    /// The node at the end of a path.
    pub fn at<'s>(&self, path: impl IntoIterator<Item = &'s Segment>) -> Option<&Self> {
        path.into_iter().try_fold(self, |node, segment| node.child(segment))
    }

    /// The node at the end of a JSON pointer's names.
    pub fn at_names(&self, names: &[String]) -> Option<&Self> {
        names.iter().try_fold(self, |node, name| node.child_named(name))
    }

    /// The members, if the node is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self.value() {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements, if the node is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self.value() {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text, if the node is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self.value() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value, if the node is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value() {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether both are the very same node, not just equal.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

/// A file of this run, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// The origin of a node: a file and the path to the node. Cheap to clone.
#[derive(Clone)]
pub struct Origin(Rc<OriginStep>);

struct OriginStep {
    file: FileId,
    parent: Option<(Origin, Segment)>,
}

/// One step of a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Into the member of this name.
    Member(Rc<str>),
    /// Into the element at this index, from 0.
    Element(usize),
}

impl Origin {
    /// The root of a file.
    pub fn root(file: FileId) -> Self {
        Self(Rc::new(OriginStep { file, parent: None }))
    }

    /// One step down.
    #[must_use]
    pub fn child(&self, segment: Segment) -> Self {
        Self(Rc::new(OriginStep { file: self.file(), parent: Some((self.clone(), segment)) }))
    }

    /// The file.
    pub fn file(&self) -> FileId {
        self.0.file
    }

    /// An identity shared by its clones, unique while one of them is alive. The parser creates one origin per place, so
    /// the identity distinguishes places without comparing paths.
    pub fn identity(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// The segments from the root of the file.
    pub fn segments(&self) -> Vec<&Segment> {
        let mut segments = Vec::new();
        let mut step = self;
        while let Some((parent, segment)) = &step.0.parent {
            segments.push(segment);
            step = parent;
        }
        segments.reverse();
        segments
    }

    /// The origin of the parent; `None` at the root.
    pub fn parent(&self) -> Option<&Self> {
        self.0.parent.as_ref().map(|(parent, _)| parent)
    }

    /// The name or index of the last step; `None` at the root.
    pub fn last(&self) -> Option<&Segment> {
        self.0.parent.as_ref().map(|(_, segment)| segment)
    }

    /// The JSON pointer (RFC 6901) within the file; empty at the root.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in self.segments() {
            pointer.push('/');
            match segment {
                Segment::Member(name) => pointer.push_str(&pointer::escape(name)),
                Segment::Element(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        let (mut a, mut b) = (self, other);
        while !Rc::ptr_eq(&a.0, &b.0) {
            match (&a.0.parent, &b.0.parent) {
                (Some((a_parent, a_last)), Some((b_parent, b_last))) if a_last == b_last => {
                    (a, b) = (a_parent, b_parent);
                }
                (None, None) => return a.file() == b.file(),
                _ => return false,
            }
        }
        true
    }
}

impl Eq for Origin {}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut step = self;
        while let Some((parent, last)) = &step.0.parent {
            last.hash(state);
            step = parent;
        }
        step.file().hash(state);
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file().0, self.pointer())
    }
}
