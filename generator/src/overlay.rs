//! Overlays: what is corrected in a description without editing it.
//!
//! Versions 1.0 and 1.1 of the Overlay Specification, with queries of RFC 9535 as targets. The actions are applied in order,
//! each to the result of those before it. An action is applied to all its targets or, where it does not fit one
//! of them, to none. An action that matches nothing, or that changes nothing since the description says the same already,
//! is a warning, and so is such a name in a list of names.
//!
//! Where the specification leaves room, it is taken so:
//!
//! - A field that the specification does not know is an error, as in its JSON Schema.
//! - So is an action with both `update` and `copy`, of which each is said to have no effect beside the other.
//! - In version 1.0, a list as the update of a list is an error: the text makes it one entry, most tools make it several.
//!
//! A node that comes from an overlay keeps its place there, so that what is said of it later points into the overlay.

mod document;
mod edit;
mod query;
mod view;

use document::{Action, Change, V1_1, Version};
use view::View;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::source::{Node, Segment};
use crate::text::suggest;

/// Applies an overlay to the root of a description. What is wrong with the overlay goes to `diagnostics`; the actions
/// that are right are applied nevertheless, so that one run finds all errors.
pub fn apply(root: Node, overlay: &Node, diagnostics: &mut Diagnostics) -> Node {
    let actions = document::read(overlay, diagnostics);
    let mut target = Target { view: View::new(&root), root };
    for action in &actions {
        if let Err(diagnostic) = target.apply(action, diagnostics) {
            diagnostics.push(diagnostic);
        }
    }
    target.root
}

/// The tree that is changed, and what queries see of it.
struct Target {
    root: Node,
    view: View,
}

/// The nodes that a query selects.
type Paths = [Vec<Segment>];

impl Target {
    fn apply(&mut self, action: &Action, diagnostics: &mut Diagnostics) -> Result<(), Diagnostic> {
        let paths = self.view.select(&action.target)?;
        if paths.is_empty() {
            return Err(self.matches_nothing(action));
        }
        let update = match &action.change {
            Change::Remove => None,
            Change::Update(update) => Some(update.clone()),
            Change::Copy(from) => Some(self.single(from)?),
        };
        self.check(&paths, update.as_ref(), action)?;
        self.report_needless(&paths, update.as_ref(), action, diagnostics);
        match update {
            Some(update) => self.merge(&paths, &update, action),
            None => self.remove(&paths, action),
        }
    }

    /// What is to be said where the target selects nothing: the first name on the way that is not there.
    fn matches_nothing(&self, action: &Action) -> Diagnostic {
        let text = action.target.as_str().unwrap_or_default();
        let place = Place::Value(action.target.origin().clone());
        let nothing = Diagnostic::new(Code::OverlayTarget, "the action matches nothing");
        let Some((parent, missing)) = self.missing(text) else {
            return nothing.at(place, "nothing in the description is selected by this");
        };
        let help = "remove the action if the vendor has taken this out of the description";
        nothing
            .at(place, format!("`{parent}` has no `{missing}`"))
            .help(self.near(parent, missing).unwrap_or_else(|| help.to_owned()))
    }

    /// The longest beginning of a query that selects something, and the name behind it that does not.
    fn missing<'q>(&self, query: &'q str) -> Option<(&'q str, &'q str)> {
        let segments = query::segments(query);
        let stop = segments.iter().find(|segment| self.view.select_part(&query[..segment.end]).is_empty())?;
        Some((&query[..stop.start], query::names(&query[stop.clone()]).first()?))
    }

    /// Refuses targets that the specification does not allow to be changed together, or at all.
    fn check(&self, paths: &Paths, update: Option<&Node>, action: &Action) -> Result<(), Diagnostic> {
        let nodes: Vec<Node> = paths.iter().filter_map(|path| edit::at(&self.root, path)).collect();
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
                .help("make two actions of it"));
        }
        if action.version == Version::V1_0 {
            let single = nodes.iter().find(|node| node.as_object().is_none() && node.as_array().is_none());
            if let Some(single) = single {
                let message = "a target of version 1.0 must be an object or an array";
                return Err(refuse(message.to_owned()).at(Place::Value(single.origin().clone()), "selected").help(V1_1));
            }
            if let (Some(_), Some(update)) = (first.as_array(), update)
                && update.as_array().is_some()
            {
                let message = "in version 1.0, the update of an array is one element";
                return Err(Diagnostic::new(Code::Overlay, message)
                    .at(Place::Value(update.origin().clone()), "this is a list of elements")
                    .help(format!("{V1_1}, where a list of elements is appended, or write an action for each element")));
            }
        }
        Ok(())
    }

    /// Reports what has no effect: the vendor has made the correction, or a name in a list is not there.
    fn report_needless(&self, paths: &Paths, update: Option<&Node>, action: &Action, diagnostics: &mut Diagnostics) {
        let place = Place::Value(action.target.origin().clone());
        let at = |paths: &Paths| paths.iter().filter_map(|path| edit::at(&self.root, path)).collect::<Vec<_>>();
        let needless = |nodes: &[Node]| update.is_some_and(|update| nodes.iter().all(|node| edit::says(node, update)));
        let report = |message: String, nodes: &[Node], help: String| {
            let diagnostic = Diagnostic::new(Code::OverlayNeedless, message).at(place.clone(), "");
            let already = nodes.first().map(|node| Place::Name(node.origin().clone()));
            already.into_iter().fold(diagnostic, |diagnostic, place| diagnostic.at(place, "here")).help(help)
        };
        let nodes = at(paths);
        if needless(&nodes) {
            let help = "remove the action: the vendor may have made this correction, or an action above does";
            let message = "the action changes nothing: the description already says this".to_owned();
            diagnostics.push(report(message, &nodes, help.to_owned()));
            return;
        }
        for (name, query) in query::parts(action.target.as_str().unwrap_or_default()) {
            let nodes = at(&self.view.select_part(&query));
            if nodes.is_empty() {
                let missing = self.missing(&query);
                let what = missing.map_or_else(
                    || format!("nothing is selected for `{name}`"),
                    |(parent, missing)| format!("`{parent}` has no `{missing}`"),
                );
                diagnostics.push(
                    Diagnostic::new(Code::OverlayTarget, format!("the action matches nothing for `{name}`"))
                        .at(place.clone(), what)
                        .maybe_help(missing.and_then(|(parent, missing)| self.near(parent, missing))),
                );
            } else if needless(&nodes) {
                let message = format!("the action changes nothing for `{name}`: the description already says this");
                diagnostics.push(report(message, &nodes, format!("take `{name}` out of the target")));
            }
        }
    }

    /// A question whether another name was meant.
    fn near(&self, parent: &str, missing: &str) -> Option<String> {
        let parents = self.view.select_part(parent);
        let parents: Vec<Node> = parents.iter().filter_map(|path| edit::at(&self.root, path)).collect();
        let names: Vec<&str> =
            parents.iter().filter_map(Node::as_object).flatten().map(|(name, _)| &**name).collect();
        suggest(missing, &names).map(|near| format!("did you mean `{near}`?"))
    }

    /// The one node that the query selects.
    fn single(&self, query: &Node) -> Result<Node, Diagnostic> {
        let paths = self.view.select(query)?;
        let [path] = paths.as_slice() else {
            let message = format!("`copy` must select exactly one node, not {}", paths.len());
            return Err(Diagnostic::new(Code::Overlay, message).at(Place::Value(query.origin().clone()), ""));
        };
        edit::at(&self.root, path).ok_or_else(|| unchangeable(query))
    }

    fn merge(&mut self, paths: &Paths, update: &Node, action: &Action) -> Result<(), Diagnostic> {
        let mut root = self.root.clone();
        for path in paths {
            let old = edit::at(&root, path).ok_or_else(|| unchangeable(&action.target))?;
            let new = edit::merge(&old, update, &action.target)?;
            root = edit::replace(&root, path, new).ok_or_else(|| unchangeable(&action.target))?;
        }
        edit::check_size(&root, &action.target)?;
        for path in paths {
            if let Some(new) = edit::at(&root, path) {
                self.view.replace(path, &new);
            }
        }
        self.root = root;
        Ok(())
    }

    fn remove(&mut self, paths: &Paths, action: &Action) -> Result<(), Diagnostic> {
        let mut root = self.root.clone();
        // From the end, so that no removal moves what is still to be removed.
        for path in paths.iter().rev() {
            let Some((last, parents)) = path.split_last() else {
                return Err(Diagnostic::new(Code::Overlay, "the whole description cannot be removed")
                    .at(Place::Value(action.target.origin().clone()), "this selects the root"));
            };
            let parent = edit::at(&root, parents).ok_or_else(|| unchangeable(&action.target))?;
            let new = edit::without(&parent, last);
            root = edit::replace(&root, parents, new).ok_or_else(|| unchangeable(&action.target))?;
        }
        for path in paths.iter().rev() {
            self.view.remove(path);
        }
        self.root = root;
        Ok(())
    }
}

/// A selected place that the tree does not have.
fn unchangeable(query: &Node) -> Diagnostic {
    Diagnostic::new(Code::Overlay, "the query selects what the description does not have")
        .at(Place::Value(query.origin().clone()), "")
}

#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
#[allow(clippy::format_collect, clippy::format_push_string, reason = "inputs need not be made fast")]
mod tests;
