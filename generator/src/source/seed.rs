//! One node, read with all below it.

use std::collections::HashSet;
use std::fmt;
use std::iter;
use std::rc::Rc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::build::{Build, Refusal};
use super::limits::KEY_CHARS;
use super::number::is_number;
use super::outline::Part;
use super::repeated::{MERGE, Repeated};
use super::syntax::Syntax;
use super::{json, yaml};
use crate::diagnostics::Code;
use crate::document::{Node, Object, Origin, Segment, Value, same};

/// A tree from an earlier run, the [identities](Origin::identity) of the rounded numbers in it and of their ancestors, and
/// its repeated keys.
#[derive(Clone, Copy)]
pub(super) struct Guide<'g> {
    pub node: &'g Node,
    pub rounded: &'g HashSet<usize>,
    pub repeated: &'g Repeated,
}

impl Guide<'_> {
    /// Whether the node must be read again.
    fn is_rounded(self) -> bool {
        self.rounded.contains(&self.node.origin().identity())
    }

    /// How often the key appears before the member that is kept.
    fn before(self, key: &str) -> usize {
        self.repeated.before(self.node.origin(), key)
    }

    fn member(self, name: &str) -> Option<Self> {
        self.node.get(name).map(|node| Self { node, ..self })
    }

    fn element(self, index: usize) -> Option<Self> {
        self.node.as_array()?.get(index).map(|node| Self { node, ..self })
    }
}

/// Reads one node and all below it.
pub(super) struct NodeSeed<'b, 'a> {
    pub build: &'b Build<'a>,
    pub origin: Origin,
    /// The node that an earlier run read at this place.
    pub guide: Option<Guide<'b>>,
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
            help: Some("put it in quotes if it is meant as a string".to_owned()),
        })
    }
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
            // With an exponent, since many zeros are slow.
            Ok(self.number(format_args!("{value:e}")))
        } else {
            Err(self.not_a_json_number())
        }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Node, E> {
        let build = self.build;
        // The YAML parser reads numbers beyond the range of `f64` as strings.
        if build.syntax == Syntax::Yaml && is_number(text) && yaml::is_plain(build.text, text) {
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
        // The values of merge keys, and the origin of their list.
        let mut merges: Option<(Vec<Node>, Origin)> = None;
        while let Some(key) = map.next_key_seed(KeySeed { build: self.build, parent: &self.origin })? {
            if self.build.repeated.borrow().is_merge(&self.origin, &key) {
                let list = self.origin.child(Segment::Member(key.clone()));
                let (values, list) = merges.get_or_insert_with(|| (Vec::new(), list));
                let guide = self.guide.and_then(|guide| guide.member(&key)?.element(values.len()));
                // The list has the place of the first one. A key in quotes before it does not merge.
                if values.is_empty()
                    && let Some(quoted) = members.insert(key.clone(), Node::new(Value::Null, list.clone()))
                {
                    self.build.repeat(&self.origin, &key);
                    self.build.drop_repeated(&self.origin, key, quoted, true);
                }
                let origin = list.child(Segment::Element(values.len()));
                values.push(map.next_value_seed(NodeSeed { build: self.build, origin, guide })?);
                continue;
            }
            let before = if members.contains_key(&key) { self.build.repeat(&self.origin, &key) } else { 0 };
            let guide = self.guide.and_then(|guide| guide.member(&key));
            // The guide knows only the last one.
            if let (Some(around), Some(last)) = (self.guide, guide)
                && before < around.before(&key)
            {
                map.next_value::<IgnoredAny>()?;
                members.insert(key, last.node.clone());
                continue;
            }
            let origin = self.origin.child(Segment::Member(key.clone()));
            let value = map.next_value_seed(NodeSeed { build: self.build, origin, guide })?;
            if let Some(dropped) = members.insert(key.clone(), value) {
                // The same value twice means the same to every reader.
                let differs = members.get(&key).is_some_and(|kept| !same(&dropped, kept));
                self.build.drop_repeated(&self.origin, key, dropped, differs);
            }
        }
        if let Some((values, list)) = merges {
            members.insert(MERGE.into(), Node::new(Value::Array(values), list));
        }
        Ok(Node::new(Value::Object(Box::new(members)), self.origin))
    }
}

/// Reads one key.
struct KeySeed<'b, 'a> {
    build: &'b Build<'a>,
    parent: &'b Origin,
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
        if self.build.syntax == Syntax::Yaml && yaml::is_plain(self.build.text, key) {
            let origin = || self.parent.child(Segment::Member(key.into()));
            if key.is_empty() {
                return Err(self.build.refuse(Refusal {
                    code: Code::Unsupported,
                    message: "the key is missing".to_owned(),
                    origin: origin(),
                    part: Part::Key,
                    help: Some("put it in quotes if it is empty: `\"\"`".to_owned()),
                }));
            }
            if key == MERGE {
                self.build.repeated.borrow_mut().merge(self.parent);
            }
            if let Some(kind) = yaml::key_kind(key) {
                self.build.read_as_text.borrow_mut().push((self.parent.clone(), key.into(), kind));
            }
        }
        self.visit_str(key)
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Rc<str>, E> {
        if key.chars().nth(KEY_CHARS).is_some() {
            return Err(self.build.refuse(Refusal {
                code: Code::Limit,
                message: format!("the key is longer than {KEY_CHARS} characters"),
                origin: self.parent.child(Segment::Member(key.into())),
                part: Part::Key,
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
