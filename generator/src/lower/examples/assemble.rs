//! Payloads from the examples of properties.

use std::borrow::Cow;
use std::rc::Rc;

use super::{MAX_VALUES, build};
use crate::document::{Node, Object, Origin, Value};
use crate::lower::context::Context;
use crate::lower::schema::{Body, MergedSchema, SchemaSet, unwrap_aliases};
use crate::normalize::{JsonType, SchemaId};

/// How deep an assembled payload may be.
const MAX_DEPTH: usize = 24;

/// An assembled payload.
pub(super) struct Assembled {
    /// `None` if the body contains itself.
    pub payload: Option<Node>,
    /// The examples that it is made of.
    pub examples: Vec<Origin>,
}

impl Assembled {
    /// Whether a place is within one of the examples, rather than made up.
    pub(super) fn is_described(&self, place: &Origin) -> bool {
        std::iter::successors(Some(place), |place| place.parent()).any(|place| self.examples.contains(place))
    }
}

/// Assembles a payload from the examples of its properties.
pub(super) fn assemble(cx: &Context<'_>, body: Body<'_>) -> Assembled {
    let mut assembler = Assembler { cx, examples: Vec::new(), nesting: Vec::new(), values: 0 };
    let payload = assembler.merged(body.merged(cx), body.schema, true);
    Assembled { payload, examples: assembler.examples }
}

struct Assembler<'a, 'c> {
    cx: &'c Context<'a>,
    examples: Vec<Origin>,
    /// The schemas around the present value.
    nesting: Vec<SchemaSet>,
    values: usize,
}

impl<'a> Assembler<'a, '_> {
    /// A value; `None` if it has no example and is not needed.
    fn value(&mut self, set: &[SchemaId], needed: bool) -> Option<Node> {
        let (set, _) = unwrap_aliases(self.cx.schemas, set);
        self.values += 1;
        if self.values > MAX_VALUES || self.nesting.len() >= MAX_DEPTH || self.nesting.contains(&set) {
            return None;
        }
        let merged = self.cx.merged(&set);
        let schema = set[0];
        self.nesting.push(set);
        let value = self.merged(merged, schema, needed);
        self.nesting.pop();
        value
    }

    fn merged(&mut self, mut merged: Rc<MergedSchema<'a>>, schema: SchemaId, needed: bool) -> Option<Node> {
        if let Some(example) = merged.examples.iter().find(|example| !matches!(example.value(), Value::Null)) {
            self.examples.push(example.origin().clone());
            return Some((*example).clone());
        }
        if let Some(value) = merged.listed().and_then(<[Node]>::first) {
            return Some(value.clone());
        }
        if let Some(alternative) = self.add_alternatives(&mut merged) {
            return self.value(&[alternative], needed);
        }
        let origin = self.cx.schemas.get(schema).node.origin();
        if merged.only_null {
            return needed.then(|| build::null(origin));
        }
        if merged.is_object() {
            let members = self.members(&merged);
            return (needed || !members.is_empty()).then(|| build::object(members, origin));
        }
        if !merged.items.is_empty() {
            let element = self.value(&merged.items, false);
            return (needed || element.is_some()).then(|| build::array(element.into_iter().collect(), origin));
        }
        needed.then(|| match merged.types.as_deref() {
            Some([JsonType::Array, ..]) => build::array(Vec::new(), origin),
            Some([JsonType::Boolean, ..]) => build::bool(true, origin),
            Some([JsonType::Integer | JsonType::Number, ..]) => build::zero(origin),
            _ => build::text("text", origin),
        })
    }

    fn members(&mut self, merged: &MergedSchema<'_>) -> Object {
        let mut members = Object::new();
        for (name, property) in &merged.properties {
            if let Some(value) = self.value(property, merged.required.contains(name)) {
                members.insert((*name).into(), value);
            }
        }
        members
    }

    /// Adds the members of alternatives: of the first one if they exclude each other, else of all. Returns an alternative that
    /// is used instead, because it is not an object.
    fn add_alternatives(&self, merged: &mut Rc<MergedSchema<'a>>) -> Option<SchemaId> {
        if merged.choices.is_empty() {
            return None;
        }
        let merged = Rc::make_mut(merged);
        for choice in std::mem::take(&mut merged.choices) {
            let taken = if choice.exclusive { &choice.alternatives[..1] } else { &choice.alternatives[..] };
            for id in taken {
                let alternative = self.cx.merged(&[*id]);
                if !alternative.is_object() && merged.properties.is_empty() {
                    return Some(*id);
                }
                merged.required.extend(&alternative.required);
                for (name, property) in &alternative.properties {
                    merged.properties.entry(name).or_insert_with(|| property.clone());
                }
                merged.types = Some(Cow::Borrowed(&[JsonType::Object]));
            }
        }
        None
    }
}
