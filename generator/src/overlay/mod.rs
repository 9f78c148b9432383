//! Overlays: corrections to a description without editing it.
//!
//! Versions 1.0 and 1.1 of the Overlay Specification, with queries of RFC 9535 as targets. The actions are applied in
//! order, each to the result of those before it. An action is applied to all its targets or, if it does not fit one of
//! them, to none. An action that matches or changes nothing is a warning, and so is such a name in a list of names.
//!
//! Decisions where the specification is open:
//!
//! - A field that the specification does not know is an error, as in its JSON Schema.
//! - So is an action with both `update` and `copy`, each of which is specified to have no effect next to the other.
//! - In version 1.0, a list as the update of a list is an error: the text makes it one entry, most tools make it several.
//!
//! A node from an overlay keeps its place there, so later diagnostics point into the overlay.

mod document;
mod edit;
mod pattern;
mod query;
mod selection;
mod view;
mod visits;

use indexmap::IndexMap;

use document::{Action, Change, V1_1, Version};
use view::View;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, suggest};
use crate::document::{Node, Segment};
use crate::source::Limits;
use crate::source::limits::DEPTH;

/// Fields of OpenAPI between the root and a schema. If one is missing and a similar one exists, the description is wrong.
const FIELDS: &[&str] = &[
    "webhooks",
    "components",
    "schemas",
    "post",
    "requestBody",
    "content",
    "schema",
    "properties",
    "items",
    "allOf",
    "anyOf",
    "oneOf",
];

/// Applies an overlay to the root of a description. Errors are reported to `diagnostics`; valid actions are still
/// applied, so that one run finds all errors.
pub fn apply(root: Node, overlay: &Node, limits: &Limits, diagnostics: &mut Diagnostics) -> Node {
    let actions = document::read(overlay, diagnostics);
    let mut target = Target::new(root, limits, diagnostics);
    for action in &actions {
        if let Err(diagnostic) = target.apply(action) {
            target.diagnostics.push(diagnostic);
        }
    }
    target.report_misses();
    target.root
}

/// What a suggestion costs at least, in visits of nodes.
const MISS: usize = 100;

/// The nodes that a query selects.
type Paths = [Vec<Segment>];

/// The tree that is changed, and its view for queries.
struct Target<'a> {
    root: Node,
    /// How many nodes the tree has.
    nodes: usize,
    view: View,
    limits: &'a Limits,
    diagnostics: &'a mut Diagnostics,
    /// Warnings about actions that match nothing, by what is missing: each cause is reported once.
    misses: IndexMap<String, Vec<Diagnostic>>,
}

impl<'a> Target<'a> {
    fn new(root: Node, limits: &'a Limits, diagnostics: &'a mut Diagnostics) -> Self {
        let view = View::new(&root, limits.query_nodes);
        Self { view, nodes: edit::nodes(&root), root, limits, diagnostics, misses: IndexMap::new() }
    }

    fn apply(&mut self, action: &Action) -> Result<(), Diagnostic> {
        let paths = self.view.select(&action.target)?;
        if paths.is_empty() {
            let query = action.target.as_str().unwrap_or_default();
            self.miss(action, query, "the action matches nothing".to_owned());
            return Ok(());
        }
        let update = match &action.change {
            Change::Remove => None,
            Change::Update(update) => Some(update.clone()),
            Change::Copy(from) => Some(self.single(from)?),
        };
        self.view.charge(update.as_ref().map_or(0, |update| 2 * edit::cost(update)), &action.target)?;
        self.check(&paths, update.as_ref(), action)?;
        self.check_needed(&paths, update.as_ref(), action);
        match update {
            Some(update) => self.merge(&paths, &update, action),
            None => self.remove(&paths, action),
        }
    }

    /// Records a query that selects nothing, with the first name on its path that is missing.
    fn miss(&mut self, action: &Action, query: &str, message: String) {
        let place = Place::Value(action.target.origin().clone());
        let diagnostic = Diagnostic::new(Code::OverlayTarget, message);
        let Some((parent, missing)) = self.missing(query) else {
            self.diagnostics.push(diagnostic.at(place, "this selects nothing in the description"));
            return;
        };
        let parents = self.nodes(&self.view.select_part(parent).unwrap_or_default());
        let members: Vec<(&str, &Node)> =
            parents.iter().filter_map(Node::as_object).flatten().map(|(name, node)| (&**name, node)).collect();
        let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
        // Comparing words takes longer than a visit.
        let near = if self.view.charge(MISS + names.len() * missing.len() / 4, &action.target).is_ok() {
            suggest(missing, names)
        } else {
            None
        };
        let near = near.and_then(|near| members.iter().find(|(name, _)| *name == near));
        let diagnostic = diagnostic.at(place, format!("`{parent}` has no `{missing}`"));
        let diagnostic = match near {
            Some((name, node)) => diagnostic.at(Place::Name(node.origin().clone()), "found this instead").help(
                if FIELDS.contains(&missing) {
                    format!("is `{name}` in the description a misspelling of `{missing}`?")
                } else {
                    format!("did you mean `{name}`?")
                },
            ),
            None => diagnostic.help("if the vendor has removed this from the description, remove the action"),
        };
        self.misses.entry(format!("{parent} {missing}")).or_default().push(diagnostic);
    }

    fn report_misses(&mut self) {
        for (_, misses) in std::mem::take(&mut self.misses) {
            let more = misses.len() - 1;
            if let Some(mut first) = misses.into_iter().next() {
                if more > 0 {
                    first.message = format!("this action and {more} more match nothing");
                }
                self.diagnostics.push(first);
            }
        }
    }

    /// The longest prefix of a query that selects something, and the name after it that does not.
    fn missing<'q>(&self, query: &'q str) -> Option<(&'q str, &'q str)> {
        let segments = query::segments(query);
        let stop = segments
            .iter()
            .find(|segment| self.view.select_part(&query[..segment.end]).is_some_and(|paths| paths.is_empty()))?;
        Some((&query[..stop.start], query::names(&query[stop.clone()]).first()?))
    }

    /// Refuses targets that the specification does not allow to be changed, or not together.
    fn check(&self, paths: &Paths, update: Option<&Node>, action: &Action) -> Result<(), Diagnostic> {
        let nodes = self.nodes(paths);
        let Some(first) = nodes.first() else { return Ok(()) };
        let refuse = |message: String| {
            Diagnostic::new(Code::Overlay, message).at(Place::Value(action.target.origin().clone()), "")
        };
        if let Some(other) = nodes.iter().find(|node| edit::kind(node) != edit::kind(first))
            && update.is_some()
        {
            return Err(refuse(format!("the target selects {} and {}", edit::kind(first), edit::kind(other)))
                .at(Place::Value(first.origin().clone()), edit::kind(first))
                .at(Place::Value(other.origin().clone()), edit::kind(other))
                .help("split it into two actions"));
        }
        if action.version == Version::V1_1 {
            return Ok(());
        }
        if let Some(single) = nodes.iter().find(|node| node.as_object().is_none() && node.as_array().is_none()) {
            let message = "a target of version 1.0 must be an object or an array".to_owned();
            return Err(refuse(message).at(Place::Value(single.origin().clone()), "selected").help(V1_1));
        }
        match update.filter(|update| first.as_array().is_some() && update.as_array().is_some()) {
            None => Ok(()),
            Some(update) => {
                Err(Diagnostic::new(Code::Overlay, "in version 1.0, the update of an array is one element")
                    .at(Place::Value(update.origin().clone()), "this is a list of elements")
                    .help(format!("{V1_1}, where all of them are appended, or write an action for each")))
            }
        }
    }

    /// Reports actions without effect: a correction that the vendor has made, or a missing name in a list.
    fn check_needed(&mut self, paths: &Paths, update: Option<&Node>, action: &Action) {
        if let Some(node) = self.said_by(paths, update) {
            let help = "remove the action: the vendor or an earlier action has made this correction";
            let message = "the action changes nothing: the description already says this";
            self.diagnostics.push(needless(action, message.to_owned(), &node).help(help));
            return;
        }
        for (name, query) in query::parts(action.target.as_str().unwrap_or_default()) {
            let Some(paths) = self.view.select_part(&query) else { return };
            if paths.is_empty() {
                self.miss(action, &query, format!("the action matches nothing for `{name}`"));
            } else if let Some(node) = self.said_by(&paths, update) {
                let message = format!("the action changes nothing for `{name}`: the description already says this");
                self.diagnostics
                    .push(needless(action, message, &node).help(format!("remove `{name}` from the target")));
            }
        }
    }

    /// The first of the nodes, if all of them already contain the update.
    fn said_by(&self, paths: &Paths, update: Option<&Node>) -> Option<Node> {
        let update = update?;
        let nodes = self.nodes(paths);
        let (say, compared) = edit::say(&nodes, update);
        // If that is too much, so is what follows.
        let is_counted = self.view.charge(compared, update).is_ok();
        nodes.first().filter(|_| say && is_counted).cloned()
    }

    fn nodes(&self, paths: &Paths) -> Vec<Node> {
        paths.iter().filter_map(|path| self.root.at(path).cloned()).collect()
    }

    /// The one node that the query selects.
    fn single(&self, query: &Node) -> Result<Node, Diagnostic> {
        let paths = self.view.select(query)?;
        let [path] = paths.as_slice() else {
            let message = format!("`copy` must select exactly one node, not {}", paths.len());
            return Err(Diagnostic::new(Code::Overlay, message).at(Place::Value(query.origin().clone()), ""));
        };
        self.root.at(path).cloned().ok_or_else(|| unchangeable(query))
    }

    fn merge(&mut self, paths: &Paths, update: &Node, action: &Action) -> Result<(), Diagnostic> {
        let refuse = |message: String| {
            Diagnostic::new(Code::Limit, message).at(Place::Value(action.target.origin().clone()), "by this action")
        };
        let cost = edit::cost(update);
        self.view.charge(edit::copied(&self.root, paths), &action.target)?;
        // Each node is found, merged, and followed by the view: more work than a visit.
        self.view.charge((1 + cost).saturating_mul(4 * paths.len()), &action.target)?;
        // An update is merged at the level of its target, or below it as an element.
        let deepest = paths.iter().map(Vec::len).max().unwrap_or(0) + edit::height(update) + 1;
        let (limit, mut nodes) = (self.limits.nodes, self.nodes);
        let view = &self.view;
        let root = edit::change(&self.root, paths, |old| {
            // Counted before anything is merged.
            let (added, copied) = edit::growth(old, update);
            view.charge(copied, &action.target)?;
            nodes = nodes.saturating_add(added);
            if nodes > limit {
                return Err(refuse(format!("the description grows beyond {limit} nodes")));
            }
            edit::merge(old, update, &action.target).map(Some)
        })?
        .ok_or_else(|| unchangeable(&action.target))?;
        if deepest > DEPTH && edit::height(&root) > DEPTH {
            return Err(refuse(format!("the description grows deeper than {DEPTH} levels")));
        }
        for path in paths {
            if let Some(new) = root.at(path) {
                self.view.update(path, update, new);
            }
        }
        (self.root, self.nodes) = (root, nodes);
        Ok(())
    }

    fn remove(&mut self, paths: &Paths, action: &Action) -> Result<(), Diagnostic> {
        self.view.charge(edit::copied(&self.root, paths), &action.target)?;
        let mut nodes = self.nodes;
        let removed = edit::change(&self.root, paths, |old| {
            nodes -= edit::nodes(old);
            Ok::<_, Diagnostic>(None)
        })?;
        self.root = removed.ok_or_else(|| {
            Diagnostic::new(Code::Overlay, "the whole description cannot be removed")
                .at(Place::Value(action.target.origin().clone()), "this selects the root")
        })?;
        self.nodes = nodes;
        self.view.remove(paths);
        Ok(())
    }
}

fn needless(action: &Action, message: String, node: &Node) -> Diagnostic {
    Diagnostic::new(Code::OverlayNeedless, message)
        .at(Place::Value(action.target.origin().clone()), "")
        .at(Place::Name(node.origin().clone()), "here")
}

/// A selected place that is not in the tree.
fn unchangeable(query: &Node) -> Diagnostic {
    Diagnostic::new(Code::Overlay, "the query selects a node that the description does not have")
        .at(Place::Value(query.origin().clone()), "")
}

#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
#[allow(clippy::format_collect, clippy::format_push_string, reason = "inputs need not be made fast")]
mod tests;
