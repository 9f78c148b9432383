//! What the names of definitions are made from.

use super::{Api, Kind, Naming, TypeDef, TypeId};

/// An object with at least this many members is an independent concept, whatever contains it.
const CONCEPT_MEMBERS: usize = 3;

impl Api {
    /// The proposed names of inline definitions; `None` for the others.
    ///
    /// A name of two words or more (`metadataTemplate`) is used alone. So is the name of an object with several members
    /// (`milestone`) right below a payload, or in several places. Any other (`type`) comes after the name of what
    /// contains it.
    pub(crate) fn proposed_names(&self) -> Vec<Option<String>> {
        self.inline_names(|parent, def| {
            let shared = matches!(def.naming, Naming::Inline { shared: true, .. });
            is_concept(&def.kind) && (shared || matches!(self.def(parent).naming, Naming::Root(_)))
        })
    }

    /// The names of the concepts that inline definitions describe, by which equal ones are found; `None` for the others.
    pub(crate) fn concepts(&self) -> Vec<Option<String>> {
        self.inline_names(|_, def| is_concept(&def.kind))
    }

    /// Names of inline definitions: alone if they have several words or `alone` returns `true`, else after what contains
    /// them.
    fn inline_names(&self, alone: impl Fn(TypeId, &TypeDef) -> bool) -> Vec<Option<String>> {
        let mut names: Vec<Option<String>> = Vec::new();
        for def in &self.types {
            names.push(match &def.naming {
                Naming::Inline { parent, hint, .. } if words(hint) > 1 || alone(*parent, def) => Some(hint.clone()),
                Naming::Inline { parent, hint, .. } => {
                    // A definition comes after the one that contains it.
                    let outer = names.get(parent.0).cloned().flatten();
                    Some(format!("{} {hint}", outer.unwrap_or_else(|| format!("{}/", parent.0))))
                }
                Naming::Root(_) | Naming::Component(_) => None,
            });
        }
        names
    }
}

fn is_concept(kind: &Kind) -> bool {
    matches!(kind, Kind::Struct(object) if object.fields.len() >= CONCEPT_MEMBERS)
}

/// The number of words in a name.
fn words(name: &str) -> usize {
    heck::AsSnakeCase(name).to_string().split('_').filter(|word| !word.is_empty()).count()
}
