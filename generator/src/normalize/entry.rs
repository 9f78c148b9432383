//! Path items that describe webhooks, each under a name of its own.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::path_item::METHODS;
use crate::document::{Node, json};

/// Where a webhook is sent to, as far as a description says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// The operation that the address is passed to, as method and path.
    pub operation: Option<String>,
    /// The expression for the URL.
    pub expression: String,
}

/// A path item that describes a webhook.
pub(super) struct Entry {
    pub(super) name: String,
    /// The node whose name is the key of the webhook.
    pub(super) key: Node,
    pub(super) item: Node,
    /// The method, if only one of the path item is meant.
    pub(super) method: Option<&'static str>,
    pub(super) address: Option<Address>,
    /// The path that the webhook is described under.
    pub(super) path: Option<String>,
}

impl Entry {
    pub(super) fn new(name: &str, key: &Node, item: Node) -> Self {
        Self { name: name.to_owned(), key: key.clone(), item, method: None, address: None, path: None }
    }

    /// The operation that describes the webhook.
    pub(super) fn operation(&self) -> Option<&Node> {
        match self.method {
            Some(method) => self.item.get(method),
            None => METHODS.iter().find_map(|method| self.item.get(method)),
        }
    }

    /// A longer name, the more so with each level; `None` if there is none.
    fn qualified(&self, level: usize) -> Option<String> {
        let path = self.path.as_deref().unwrap_or_default();
        let segments = || path.split('/').filter(|segment| !segment.starts_with('{') && !segment.is_empty());
        // The last segment may be the name already.
        let is_name = segments().next_back() == Some(self.name.as_str());
        let count = segments().count() - usize::from(is_name);
        let segments = || segments().take(count);
        let last = segments().last().unwrap_or_default();
        let all = segments().collect::<Vec<_>>().join(" ");
        let address = self.address.as_ref();
        let expression = address.map(|address| address.expression.rsplit(['/', '#']).next().unwrap_or_default());
        let expression = expression.unwrap_or_default();
        let sender = address.and_then(|address| address.operation.as_deref()?.split(' ').next());
        let method = sender.or(self.method).unwrap_or_default();
        let name = &self.name;
        let words = match level {
            0 => format!("{last} {name}"),
            1 => format!("{all} {name}"),
            2 => format!("{name} {expression}"),
            3 => format!("{all} {name} {expression}"),
            4 => format!("{method} {all} {name} {expression}"),
            _ => return None,
        };
        Some(heck::AsLowerCamelCase(words).to_string())
    }
}

/// The entries, those with the same name and body once, and each under a name that no other and none of `known` has.
pub(super) fn distinct(entries: Vec<Entry>, known: &HashSet<String>) -> Vec<Entry> {
    let mut groups: IndexMap<String, Vec<Entry>> = IndexMap::new();
    for entry in entries {
        groups.entry(entry.name.to_lowercase()).or_default().push(entry);
    }
    let mut taken: HashSet<String> = known.iter().map(|name| name.to_lowercase()).collect();
    let is_clear = |name: &String, group: &[Entry]| group.len() == 1 && !taken.contains(name);
    let mut all = Vec::new();
    let mut clashing = Vec::new();
    for (name, group) in groups {
        let group = if group.len() > 1 { without_copies(group) } else { group };
        if is_clear(&name, &group) { all.push((name, group)) } else { clashing.push(group) }
    }
    taken.extend(all.iter().map(|(name, _)| name.clone()));
    let mut entries: Vec<Entry> = all.into_iter().flat_map(|(_, group)| group).collect();
    for mut group in clashing {
        let names = names(&group, &taken);
        for (entry, name) in group.iter_mut().zip(names) {
            taken.insert(name.to_lowercase());
            entry.name = name;
        }
        entries.append(&mut group);
    }
    entries
}

/// Each body once.
fn without_copies(group: Vec<Entry>) -> Vec<Entry> {
    let mut seen = HashSet::new();
    // Copies are often one node, reached by several references: its text is compared once.
    let mut nodes = HashSet::new();
    let mut is_new = |entry: &Entry| {
        let operation = entry.operation().map(|operation| operation.origin().identity());
        nodes.insert(operation) && seen.insert(body_text(entry))
    };
    group.into_iter().filter(|entry| is_new(entry)).collect()
}

/// The text of what makes two webhooks of one name the same.
fn body_text(entry: &Entry) -> String {
    let parts = entry.operation().into_iter().flat_map(|operation| {
        ["requestBody", "parameters"].into_iter().filter_map(move |name| operation.get(name)).map(json)
    });
    parts.collect::<Vec<_>>().join("\n")
}

/// The shortest names that make these entries distinct.
fn names(group: &[Entry], taken: &HashSet<String>) -> Vec<String> {
    for level in 0.. {
        let Some(names) = group.iter().map(|entry| entry.qualified(level)).collect::<Option<Vec<String>>>() else {
            break;
        };
        let lower: HashSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        if lower.len() == names.len() && lower.is_disjoint(taken) {
            return names;
        }
    }
    let mut used = taken.clone();
    let mut free = |name: &str| {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut all = std::iter::once(name.to_owned()).chain(numbered);
        let name = all.find(|name| used.insert(name.to_lowercase()));
        name.unwrap_or_default()
    };
    group.iter().map(|entry| free(&entry.name)).collect()
}
