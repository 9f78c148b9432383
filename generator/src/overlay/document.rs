//! An overlay document.

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, did_you_mean};
use crate::document::{Node, Object};

/// The help for a feature of version 1.1.
pub(super) const V1_1: &str = "write `overlay: 1.1.0` at the top";

/// One action.
pub(super) struct Action {
    /// The query, a string.
    pub target: Node,
    pub change: Change,
    pub version: Version,
}

/// The change to the targets.
pub(super) enum Change {
    Update(Node),
    /// The query of what is merged, a string.
    Copy(Node),
    Remove,
}

/// The versions that are understood, by their feature sets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1_0,
    V1_1,
}

/// Reads the actions of an overlay. An invalid action is reported and skipped.
pub(super) fn read(overlay: &Node, diagnostics: &mut Diagnostics) -> Vec<Action> {
    match read_document(overlay, diagnostics) {
        Ok((version, actions)) => {
            let mut read = Vec::new();
            for action in actions {
                match read_action(action, version, diagnostics) {
                    Ok(action) => read.extend(action),
                    Err(diagnostic) => diagnostics.push(diagnostic),
                }
            }
            read
        }
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            Vec::new()
        }
    }
}

fn read_document<'a>(overlay: &'a Node, diagnostics: &mut Diagnostics) -> Result<(Version, &'a [Node]), Diagnostic> {
    let members = object(overlay, "an overlay")?;
    let version = read_version(string(overlay, members, "overlay", "an overlay")?)?;
    check_fields(members, &["overlay", "info", "extends", "actions"], "an overlay", diagnostics);
    let info = required(overlay, members, "info", "an overlay")?;
    let details = object(info, "`info`")?;
    check_fields(details, &["title", "version", "description"], "`info`", diagnostics);
    for name in ["title", "version"] {
        required(info, details, name, "`info`")?;
    }
    let actions = required(overlay, members, "actions", "an overlay")?;
    match actions.as_array() {
        Some([]) => Err(error("`actions` must not be empty", actions)),
        Some(actions) => Ok((version, actions)),
        None => Err(error("`actions` must be an array", actions)),
    }
}

fn read_version(node: &Node) -> Result<Version, Diagnostic> {
    let text = node.as_str().unwrap_or_default();
    let version = match text.rsplit_once('.') {
        Some(("1.0", patch)) => Some((Version::V1_0, patch)),
        Some(("1.1", patch)) => Some((Version::V1_1, patch)),
        _ => None,
    };
    match version {
        Some((version, patch)) if !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit()) => Ok(version),
        _ => Err(error(format!("version `{text}` of the Overlay Specification is not supported"), node)
            .help("the supported versions are 1.0.0 and 1.1.0")),
    }
}

/// Reads an action; `None` if it does nothing.
fn read_action(action: &Node, version: Version, diagnostics: &mut Diagnostics) -> Result<Option<Action>, Diagnostic> {
    const WHAT: &str = "an action";
    let members = object(action, WHAT)?;
    let all_known = check_fields(members, &["target", "description", "update", "copy", "remove"], WHAT, diagnostics);
    let target = string(action, members, "target", WHAT)?.clone();
    let update = members.get("update");
    let copy = members.get("copy");
    if let (Some(copy), Version::V1_0) = (copy, version) {
        return Err(Diagnostic::new(Code::Overlay, "`copy` needs version 1.1.0 of the Overlay Specification")
            .at(Place::Name(copy.origin().clone()), "")
            .help(V1_1));
    }
    let remove = match members.get("remove") {
        None => None,
        Some(remove) => match remove.as_bool() {
            Some(true) => Some(remove),
            Some(false) => None,
            None => return Err(error("`remove` must be `true` or `false`", remove)),
        },
    };
    let change = match (update, copy, remove) {
        (_, _, Some(remove)) => {
            for other in [update, copy].into_iter().flatten() {
                diagnostics.push(
                    Diagnostic::new(Code::OverlayNeedless, "an action with `remove` can do nothing else")
                        .at(Place::Name(other.origin().clone()), "this has no effect")
                        .at(Place::Name(remove.origin().clone()), "because of this")
                        .help("to replace it, add another action after this one"),
                );
            }
            Change::Remove
        }
        (Some(update), None, None) => Change::Update(update.clone()),
        (None, Some(_), None) => Change::Copy(string(action, members, "copy", WHAT)?.clone()),
        (Some(update), Some(copy), None) => {
            return Err(Diagnostic::new(Code::Overlay, "an action must have only one of `update` and `copy`")
                .at(Place::Name(copy.origin().clone()), "")
                .at(Place::Name(update.origin().clone()), "")
                .help("split it into two actions"));
        }
        (None, None, None) => {
            // An unknown field may be a misspelled change.
            if all_known {
                diagnostics.push(
                    Diagnostic::new(Code::OverlayNeedless, "the action changes nothing")
                        .at(Place::Value(action.origin().clone()), "")
                        .help("add `update`, `copy` or `remove: true`"),
                );
            }
            return Ok(None);
        }
    };
    Ok(Some(Action { target, change, version }))
}

/// Reports unknown fields; returns whether there are none.
fn check_fields(members: &Object, known: &[&str], what: &str, diagnostics: &mut Diagnostics) -> bool {
    let mut all_known = true;
    for (name, member) in members {
        if !known.contains(&&**name) && !name.starts_with("x-") {
            all_known = false;
            let place = Place::Name(member.origin().clone());
            diagnostics.push(
                Diagnostic::new(Code::Overlay, format!("{what} has no field `{name}`")).at(place, "").help(
                    did_you_mean(name, known.iter().copied())
                        .unwrap_or_else(|| format!("the fields are {}, and those that begin with `x-`", list(known))),
                ),
            );
        }
    }
    all_known
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn error(message: impl Into<String>, node: &Node) -> Diagnostic {
    Diagnostic::new(Code::Overlay, message).at(Place::Value(node.origin().clone()), "")
}

fn object<'a>(node: &'a Node, what: &str) -> Result<&'a Object, Diagnostic> {
    node.as_object().ok_or_else(|| error(format!("{what} must be an object"), node))
}

fn required<'a>(node: &Node, members: &'a Object, name: &str, what: &str) -> Result<&'a Node, Diagnostic> {
    members.get(name).ok_or_else(|| error(format!("{what} must have `{name}`"), node))
}

fn string<'a>(node: &Node, members: &'a Object, name: &str, what: &str) -> Result<&'a Node, Diagnostic> {
    let member = required(node, members, name, what)?;
    match member.as_str() {
        Some(_) => Ok(member),
        None => Err(error(format!("`{name}` must be a string"), member)),
    }
}
