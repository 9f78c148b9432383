//! Cycles in a graph of imports.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The imports between rooms, or between files, with the places of each.
pub(super) type Graph = BTreeMap<String, BTreeMap<String, BTreeSet<Place>>>;

/// Where something is imported, and what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) path: String,
}

/// A shortest cycle through each node that is on one; each cycle once, from its least node.
pub(super) fn cycles(graph: &Graph) -> BTreeSet<Vec<&str>> {
    graph.keys().filter_map(|node| shortest(graph, node)).collect()
}

fn shortest<'a>(graph: &'a Graph, start: &'a str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in graph.get(node).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut cycle = vec![node];
                while let Some(node) = before.get(cycle[cycle.len() - 1]) {
                    cycle.push(node);
                }
                cycle.reverse();
                let least = (0..cycle.len()).min_by_key(|&index| cycle[index])?;
                cycle.rotate_left(least);
                return Some(cycle);
            }
            if !before.contains_key(next.as_str()) {
                before.insert(next, node);
                queue.push_back(next);
            }
        }
    }
    None
}
