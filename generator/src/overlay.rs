//! Overlays: what is corrected in a description without editing it.
//!
//! Versions 1.0 and 1.1 of the Overlay Specification, with queries of RFC 9535 as targets. The actions are applied in order,
//! each to the result of those before it. An action is applied to all its targets or, where it does not fit one
//! of them, to none. An action that matches nothing is a warning.
//!
//! Two things are stricter than the specification, which lets both pass: an action that has more than one of `update`,
//! `copy` and `remove`, or none, and a field that the specification does not know.
//!
//! A node that comes from an overlay keeps its place there, so that what is said of it later points into the overlay.

mod document;
mod edit;
mod view;

use document::{Action, Change};
use view::View;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::source::{Limits, Node, Segment};

/// Applies an overlay to the root of a description. What is wrong with the overlay goes to `diagnostics`; the actions
/// that are right are applied nevertheless, so that one run finds all errors.
pub fn apply(root: Node, overlay: &Node, limits: &Limits, diagnostics: &mut Diagnostics) -> Node {
    let actions = document::read(overlay, diagnostics);
    let mut target = Target { view: View::new(&root), root, limits };
    for action in &actions {
        if let Err(diagnostic) = target.apply(action) {
            diagnostics.push(diagnostic);
        }
    }
    target.root
}

/// The tree that is changed, and what queries see of it.
struct Target<'a> {
    root: Node,
    view: View,
    limits: &'a Limits,
}

impl Target<'_> {
    fn apply(&mut self, action: &Action) -> Result<(), Diagnostic> {
        let paths = self.view.select(&action.target)?;
        if paths.is_empty() {
            return Err(Diagnostic::new(Code::OverlayTarget, "the action matches nothing")
                .at(Place::Value(action.target.origin().clone()), "nothing in the description is selected by this"));
        }
        match &action.change {
            Change::Remove => self.remove(&paths, action),
            Change::Update(update) => self.merge(&paths, update, action),
            Change::Copy(from) => {
                let source = self.single(from)?;
                self.merge(&paths, &source, action)
            }
        }
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

    fn merge(&mut self, paths: &[Vec<Segment>], update: &Node, action: &Action) -> Result<(), Diagnostic> {
        let mut root = self.root.clone();
        for path in paths {
            let old = edit::at(&root, path).ok_or_else(|| unchangeable(&action.target))?;
            let new = edit::merge(&old, update, &action.target)?;
            root = edit::replace(&root, path, new).ok_or_else(|| unchangeable(&action.target))?;
        }
        edit::check_size(&root, &action.target, self.limits)?;
        for path in paths {
            if let Some(new) = edit::at(&root, path) {
                self.view.replace(path, &new);
            }
        }
        self.root = root;
        Ok(())
    }

    fn remove(&mut self, paths: &[Vec<Segment>], action: &Action) -> Result<(), Diagnostic> {
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
