//! The view of queries: the tree as a `serde_json` value, updated with each change.

use serde_json::{Map, Number, Value as Json};
use serde_json_path::JsonPath;

use super::query::MAX_OPEN;
use super::selection::{self, Budget, Paths};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{Node, Segment, Value};

/// A copy of the tree for queries. Its numbers are less exact than those of the tree, in comparisons only.
pub(super) struct View {
    json: Json,
    budget: Budget,
}

impl View {
    /// A view whose queries visit this many nodes together at most.
    pub(super) fn new(root: &Node, nodes: usize) -> Self {
        Self { json: to_json(root), budget: Budget::new(nodes) }
    }

    /// The paths of the nodes that the query selects, each once, in the order of the indexes and names.
    pub(super) fn select(&self, query: &Node) -> Result<Paths, Diagnostic> {
        let text = query.as_str().unwrap_or_default();
        let error = |code, message: String, what: String| {
            Diagnostic::new(code, message).at(Place::Value(query.origin().clone()), what)
        };
        if open(text) > MAX_OPEN {
            let message = format!("the query has more than {MAX_OPEN} open brackets and parentheses");
            return Err(error(Code::Limit, message, String::new()));
        }
        JsonPath::parse(text).map_err(|problem| {
            let what = if text.starts_with('$') {
                let why = match problem.message() {
                    "parser error" => "this is not understood",
                    message => message,
                };
                format!("at character {}: {why}", problem.position() + 1)
            } else {
                "a query begins with `$`, the root of the description".to_owned()
            };
            error(Code::Overlay, format!("`{text}` is not a JSONPath query"), what)
        })?;
        self.paths(text).ok_or_else(|| self.exhausted(query))
    }

    /// Counts visits of nodes by an action; an error at its target if there are too many.
    pub(super) fn charge(&self, nodes: usize, target: &Node) -> Result<(), Diagnostic> {
        self.budget.spend(nodes).ok_or_else(|| self.exhausted(target))
    }

    fn exhausted(&self, query: &Node) -> Diagnostic {
        Diagnostic::new(Code::Limit, format!("the queries of the overlay visit more than {} nodes", self.budget.all))
            .at(Place::Value(query.origin().clone()), "up to here")
            .help("select by name where the names are known, or raise the limit with `--limit query-nodes=…`")
    }

    /// The same for a query that is known to be valid; `None` if it visits too many nodes.
    pub(super) fn select_part(&self, query: &str) -> Option<Paths> {
        self.paths(query)
    }

    fn paths(&self, query: &str) -> Option<Paths> {
        let mut paths = selection::select(&self.json, query, &self.budget)?;
        paths.sort_by(|one, other| one.iter().map(key).cmp(other.iter().map(key)));
        Some(paths)
    }

    /// Updates a changed node.
    pub(super) fn replace(&mut self, path: &[Segment], new: &Node) {
        if let Some(old) = at(&mut self.json, path) {
            *old = to_json(new);
        }
    }

    /// Removes a node.
    pub(super) fn remove(&mut self, path: &[Segment]) {
        let Some((last, parents)) = path.split_last() else { return };
        match (at(&mut self.json, parents), last) {
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

/// How many brackets and parentheses are open at most, outside of strings.
fn open(query: &str) -> usize {
    let (mut most, mut open, mut quote, mut escaped) = (0, 0_usize, None, false);
    for c in query.chars() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(end), c) if c == end => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => {
                open += 1;
                most = most.max(open);
            }
            (None, ']' | ')') => open = open.saturating_sub(1),
            (_, _) => {}
        }
    }
    most
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
