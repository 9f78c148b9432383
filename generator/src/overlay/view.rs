//! The view of queries: the tree as a `serde_json` value, updated with each change.

use serde_json::{Map, Number, Value as Json};
use serde_json_path::{JsonPath, PathElement};

use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{Node, Segment, Value};

/// A copy of the tree for queries. Its numbers are less exact than those of the tree, in comparisons only.
pub(super) struct View(Json);

impl View {
    pub(super) fn new(root: &Node) -> Self {
        Self(to_json(root))
    }

    /// The paths of the nodes that the query selects, each once, in the order of the indexes and names.
    pub(super) fn select(&self, query: &Node) -> Result<Vec<Vec<Segment>>, Diagnostic> {
        let text = query.as_str().unwrap_or_default();
        let path = JsonPath::parse(text).map_err(|error| {
            let what = if text.starts_with('$') {
                let why = match error.message() {
                    "parser error" => "this is not understood",
                    message => message,
                };
                format!("at character {}: {why}", error.position() + 1)
            } else {
                "a query begins with `$`, the root of the description".to_owned()
            };
            Diagnostic::new(Code::Overlay, format!("`{text}` is not a JSONPath query"))
                .at(Place::Value(query.origin().clone()), what)
        })?;
        Ok(self.paths(&path))
    }

    /// The same for a query that is known to be valid.
    pub(super) fn select_part(&self, query: &str) -> Vec<Vec<Segment>> {
        JsonPath::parse(query).map(|path| self.paths(&path)).unwrap_or_default()
    }

    fn paths(&self, path: &JsonPath) -> Vec<Vec<Segment>> {
        let mut paths: Vec<Vec<Segment>> =
            path.query_located(&self.0).locations().map(|location| location.iter().map(segment).collect()).collect();
        paths.sort_by(|one, other| one.iter().map(key).cmp(other.iter().map(key)));
        paths.dedup();
        paths
    }

    /// Updates a changed node.
    pub(super) fn replace(&mut self, path: &[Segment], new: &Node) {
        if let Some(old) = at(&mut self.0, path) {
            *old = to_json(new);
        }
    }

    /// Removes a node.
    pub(super) fn remove(&mut self, path: &[Segment]) {
        let Some((last, parents)) = path.split_last() else { return };
        match (at(&mut self.0, parents), last) {
            (Some(Json::Object(members)), Segment::Member(name)) => {
                members.remove(&**name);
            }
            (Some(Json::Array(elements)), Segment::Element(index)) if *index < elements.len() => {
                elements.remove(*index);
            }
            _ => {}
        }
    }
}

fn segment(element: &PathElement<'_>) -> Segment {
    match element {
        PathElement::Name(name) => Segment::Member((*name).into()),
        PathElement::Index(index) => Segment::Element(*index),
    }
}

/// What paths are ordered by.
fn key(segment: &Segment) -> (usize, &str) {
    match segment {
        Segment::Member(name) => (0, name),
        Segment::Element(index) => (*index, ""),
    }
}

fn at<'a>(mut json: &'a mut Json, path: &[Segment]) -> Option<&'a mut Json> {
    for segment in path {
        json = match segment {
            Segment::Member(name) => json.get_mut(&**name)?,
            Segment::Element(index) => json.get_mut(index)?,
        };
    }
    Some(json)
}

fn to_json(node: &Node) -> Json {
    match node.value() {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        // A number beyond `f64` equals no number in a query.
        Value::Number(text) => text.parse::<Number>().map_or(Json::Null, Json::Number),
        Value::String(text) => Json::String((**text).to_owned()),
        Value::Array(elements) => Json::Array(elements.iter().map(to_json).collect()),
        Value::Object(members) => Json::Object(
            members.iter().map(|(name, member)| ((**name).to_owned(), to_json(member))).collect::<Map<_, _>>(),
        ),
    }
}
