//! The smallest JSON that still fails.

use serde_json::{Map, Value};

/// Where a node is: the index of each child on the way, in the order of [`children`].
type Path = Vec<usize>;

/// Reduces JSON that fails to JSON that fails and of which no part can be left out: members and elements are removed, and
/// nodes are replaced with one of their children. `fails` is called at most `attempts` times.
///
/// ```
/// use arbitrary_openapi::shrink;
/// use serde_json::json;
///
/// let found = json!({ "a": [1, { "b": "fault" }], "c": { "d": true } });
/// assert_eq!(shrink(found, 100, |value| value.to_string().contains("fault")), json!("fault"));
/// ```
pub fn shrink(mut value: Value, mut attempts: usize, mut fails: impl FnMut(&Value) -> bool) -> Value {
    loop {
        let mut smaller = false;
        let mut paths = vec![Path::new()];
        // Large parts first: level by level, from the root.
        while !paths.is_empty() {
            let mut below = Vec::new();
            // From the end, so that what is removed moves no path that is still to be tried.
            for path in paths.iter().rev() {
                let mut gone = false;
                for candidate in candidates(&value, path) {
                    if attempts == 0 {
                        return value;
                    }
                    attempts -= 1;
                    if candidate.value != value && fails(&candidate.value) {
                        value = candidate.value;
                        smaller = true;
                        gone = candidate.removed;
                        break;
                    }
                }
                if !gone && let Some(node) = node(&value, path) {
                    below.extend((0..children(node).len()).rev().map(|index| [&path[..], &[index]].concat()));
                }
            }
            below.reverse();
            paths = below;
        }
        if !smaller {
            return value;
        }
    }
}

/// A smaller value.
struct Candidate {
    value: Value,
    /// Whether the node is gone, instead of having become simpler.
    removed: bool,
}

/// The values without the node at a path, or with something simpler in its place.
fn candidates(value: &Value, path: &[usize]) -> Vec<Candidate> {
    let Some(node) = node(value, path) else { return Vec::new() };
    let mut candidates = Vec::new();
    if let Some((last, parents)) = path.split_last() {
        let removed = with(value, parents, |parent| remove(parent, *last));
        candidates.push(Candidate { value: removed, removed: true });
    }
    let simpler = match node {
        Value::Object(_) => children(node).into_iter().cloned().chain([Value::Object(Map::new())]).collect(),
        Value::Array(_) => children(node).into_iter().cloned().chain([Value::Array(Vec::new())]).collect(),
        Value::String(text) if text.len() > 1 => halves(text),
        _ => Vec::new(),
    };
    candidates.extend(
        simpler.into_iter().map(|simple| Candidate { value: with(value, path, |node| *node = simple), removed: false }),
    );
    candidates
}

fn halves(text: &str) -> Vec<Value> {
    let chars: Vec<char> = text.chars().collect();
    let (first, second) = chars.split_at(chars.len() / 2);
    [first, second].map(|half| Value::String(half.iter().collect())).into()
}

fn children(node: &Value) -> Vec<&Value> {
    match node {
        Value::Object(members) => members.values().collect(),
        Value::Array(elements) => elements.iter().collect(),
        _ => Vec::new(),
    }
}

fn node<'v>(value: &'v Value, path: &[usize]) -> Option<&'v Value> {
    path.iter().try_fold(value, |node, index| children(node).get(*index).copied())
}

/// A copy with a change at a path.
fn with(value: &Value, path: &[usize], change: impl FnOnce(&mut Value)) -> Value {
    let mut copy = value.clone();
    let mut node = &mut copy;
    for index in path {
        let child = match node {
            Value::Object(members) => members.values_mut().nth(*index),
            Value::Array(elements) => elements.get_mut(*index),
            _ => None,
        };
        match child {
            Some(child) => node = child,
            None => return value.clone(),
        }
    }
    change(node);
    copy
}

fn remove(parent: &mut Value, index: usize) {
    match parent {
        Value::Object(members) => {
            if let Some(key) = members.keys().nth(index).cloned() {
                members.remove(&key);
            }
        }
        Value::Array(elements) if index < elements.len() => drop(elements.remove(index)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_necessary_remains() {
        let found = json!({ "a": { "b": [1, 2, { "x": 1, "y": 2 }] }, "c": [{ "z": "a long text" }], "d": 5 });
        let fails = |value: &Value| value["a"]["b"].as_array().is_some_and(|list| list.iter().any(|one| one["y"] == 2));
        assert_eq!(shrink(found, 1000, fails), json!({ "a": { "b": [{ "y": 2 }] } }));
    }

    #[test]
    fn texts_become_shorter() {
        assert_eq!(shrink(json!("abcdefgh"), 100, |value| value.as_str().is_some_and(|t| t.contains('f'))), json!("f"));
    }

    #[test]
    fn the_number_of_attempts_is_limited() {
        let mut calls = 0;
        shrink(json!([[[1, 2], 3], 4, 5, 6]), 3, |_| {
            calls += 1;
            false
        });
        assert!(calls <= 3);
    }
}
