//! The view of queries: the tree as a `serde_json` value, updated with each change.

use std::collections::HashSet;

use serde_json::{Map, Number, Value as Json};
use serde_json_path::JsonPath;

use super::pattern;
use super::query::{self, MAX_OPEN};
use super::selection::{self, Paths};
use super::visits::Budget;
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
        if query::open(text) > MAX_OPEN {
            let message = format!("the query has more than {MAX_OPEN} open brackets and parentheses");
            return Err(error(Code::Limit, message, String::new()));
        }
        self.charge(query::parsing(text), query)?;
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
        pattern::check(text, &self.budget).map_err(|refusal| match refusal {
            pattern::Refusal::Exhausted => self.exhausted(query),
            pattern::Refusal::TooLarge => {
                let message = "a regular expression of the query is too large".to_owned();
                error(Code::Limit, message, String::new()).help("repeat less in it, such as `{9}` instead of `{999}`")
            }
            pattern::Refusal::Unknown => {
                let message = "the regular expression of `match` or `search` must be a string in the query".to_owned();
                error(Code::Overlay, message, String::new())
                    .help("an expression of the description may cost any time, so it is not used")
            }
        })?;
        self.select_part(text).ok_or_else(|| self.exhausted(query))
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
        selection::select(&self.json, query, &self.budget)
    }

    /// Follows an update of the node at a path, which is now `new`.
    pub(super) fn update(&mut self, path: &[Segment], update: &Node, new: &Node) {
        if let Some(old) = at(&mut self.json, path) {
            follow(old, update, new);
        }
    }

    /// Removes the nodes at these paths, which are sorted.
    pub(super) fn remove(&mut self, paths: &[Vec<Segment>]) {
        remove_below(&mut self.json, paths, 0);
    }

    #[cfg(test)]
    pub(super) fn is_of(&self, root: &Node) -> bool {
        self.json == to_json(root)
    }
}

/// Changes what an update has changed. The update bounds the recursion.
fn follow(old: &mut Json, update: &Node, new: &Node) {
    match (old, update.value(), new.value()) {
        (Json::Object(members), Value::Object(updates), Value::Object(new)) => {
            for (name, update) in &**updates {
                let Some(new) = new.get(name) else { continue };
                match members.get_mut(&**name) {
                    Some(old) => follow(old, update, new),
                    None => drop(members.insert((**name).to_owned(), to_json(new))),
                }
            }
        }
        (Json::Array(elements), _, Value::Array(new)) => {
            let known = elements.len();
            elements.extend(new.iter().skip(known).map(to_json));
        }
        (old, _, _) => *old = to_json(new),
    }
}

/// Removes what is at these paths, which are sorted and go through this value. Their length bounds the recursion.
fn remove_below(json: &mut Json, paths: &[Vec<Segment>], depth: usize) {
    let mut removed = HashSet::new();
    for group in paths.chunk_by(|one, other| one.get(depth) == other.get(depth)) {
        let Some(segment) = group[0].get(depth) else { continue };
        if group[0].len() == depth + 1 {
            removed.insert(segment);
        } else if let Some(child) = at(json, std::slice::from_ref(segment)) {
            remove_below(child, group, depth + 1);
        }
    }
    match json {
        Json::Object(members) if !removed.is_empty() => {
            members.retain(|name, _| !removed.contains(&Segment::Member(name.as_str().into())));
        }
        Json::Array(elements) if !removed.is_empty() => {
            let mut index = 0..;
            elements.retain(|_| !index.next().is_some_and(|at| removed.contains(&Segment::Element(at))));
        }
        _ => {}
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
