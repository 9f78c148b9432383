//! What the names of definitions are made from.

use std::cell::OnceCell;

use super::{Api, Kind, Naming, TypeId};

/// Words that say of a member only that it has content. They are a name only after that of what they are about.
const GENERIC: [&str; 14] = [
    "attributes",
    "body",
    "content",
    "data",
    "detail",
    "details",
    "info",
    "item",
    "meta",
    "object",
    "payload",
    "resource",
    "result",
    "value",
];

/// An object with at least this many members is an independent concept, whatever contains it.
const CONCEPT_MEMBERS: usize = 3;

impl Api {
    /// The proposed names of inline definitions; `None` for the others.
    ///
    /// A name of two words or more (`metadataTemplate`) is used alone. So is the name of an object with several members
    /// (`milestone`) right below a payload, or in several places. Any other (`type`) comes after the name of what
    /// contains it. So does a word that says nothing (`data`): if several payloads share the type, after what their event types
    /// have in common.
    pub(crate) fn proposed_names(&self) -> Vec<Option<String>> {
        let subjects = OnceCell::new();
        self.inline_names(|id, parent, hint| {
            let def = self.def(id);
            let shared = matches!(def.naming, Naming::Inline { shared: true, .. });
            if is_generic(hint) {
                let subject = shared.then(|| subjects.get_or_init(|| self.subjects())[id.0].as_ref()).flatten();
                return subject.filter(|subject| !subject.is_empty()).map(|subject| format!("{subject} {hint}"));
            }
            let alone = is_concept(&def.kind) && (shared || matches!(self.def(parent).naming, Naming::Root(_)));
            alone.then(|| hint.to_owned())
        })
    }

    /// The names of the concepts that inline definitions describe, by which equal ones are found; `None` for the others.
    pub(crate) fn concepts(&self) -> Vec<Option<String>> {
        self.inline_names(|id, parent, hint| match &self.def(parent).naming {
            _ if is_concept(&self.def(id).kind) => Some(hint.to_owned()),
            Naming::Root(event_type) if is_generic(hint) => {
                self.topics(event_type).next().map(|topic| format!("{topic} {hint}"))
            }
            _ => None,
        })
    }

    /// The first words that all event types with a definition have in common, by the definition's index.
    fn subjects(&self) -> Vec<Option<String>> {
        let mut subjects: Vec<Option<String>> = vec![None; self.types.len()];
        for webhook in &self.webhooks {
            let name = heck::AsSnakeCase(self.short_name(&webhook.event_type)).to_string();
            for id in self.reachable([webhook.payload]) {
                let subject = &mut subjects[id.0];
                *subject = Some(match subject {
                    None => name.clone(),
                    Some(common) => {
                        let same = common.split('_').zip(name.split('_')).take_while(|(a, b)| a == b);
                        same.map(|(word, _)| word).collect::<Vec<_>>().join("_")
                    }
                });
            }
        }
        subjects
    }

    /// Names of inline definitions: alone if they have several words, as `own` says, or after what contains them.
    fn inline_names(&self, own: impl Fn(TypeId, TypeId, &str) -> Option<String>) -> Vec<Option<String>> {
        let mut names: Vec<Option<String>> = Vec::new();
        for (index, def) in self.types.iter().enumerate() {
            names.push(match &def.naming {
                Naming::Inline { hint, .. } if words(hint) > 1 => Some(hint.clone()),
                Naming::Inline { parent, hint, .. } => Some(own(TypeId(index), *parent, hint).unwrap_or_else(|| {
                    // A definition comes after the one that contains it.
                    let outer = names.get(parent.0).cloned().flatten();
                    format!("{} {hint}", outer.unwrap_or_else(|| format!("{}/", parent.0)))
                })),
                Naming::Root(_) | Naming::Component(_) => None,
            });
        }
        names
    }
}

fn is_generic(hint: &str) -> bool {
    GENERIC.contains(&heck::AsSnakeCase(hint).to_string().as_str())
}

fn is_concept(kind: &Kind) -> bool {
    matches!(kind, Kind::Struct(object) if object.fields.len() >= CONCEPT_MEMBERS)
}

/// The number of words in a name.
fn words(name: &str) -> usize {
    heck::AsSnakeCase(name).to_string().split('_').filter(|word| !word.is_empty()).count()
}
