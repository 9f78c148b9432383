//! Changes of a description.

mod enums;
mod members;
mod places;
mod references;
mod types;
mod unions;
mod webhooks;
mod whole;

use std::fmt;

use serde_json::{Map, Value};

use crate::{Choices, Dialect, Document, Schemas, Taste};

/// A change of a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its kind, in a few words.
    pub kind: &'static str,
    /// What was changed, with its place as a JSON pointer.
    pub what: String,
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.what)
    }
}

/// The kinds of changes.
pub fn edit_kinds() -> impl Iterator<Item = &'static str> {
    tables().map(|(kind, _)| *kind)
}

/// Makes a change; `None` if the description has no place for those that were chosen.
pub fn edit(choices: &mut Choices<'_>, document: &mut Document) -> Option<Edit> {
    let kinds: Vec<_> = tables().collect();
    // Few descriptions have a place for every kind.
    for _ in 0..20 {
        let (kind, change) = *choices.pick(&kinds);
        if let Some(edit) = changed(choices, document, kind, *change) {
            return Some(edit);
        }
    }
    None
}

/// Makes a change of one kind; `None` if the description has no place for it.
fn changed(choices: &mut Choices<'_>, document: &mut Document, kind: &'static str, change: Change) -> Option<Edit> {
    let mut editor = Editor { choices, document: document.clone() };
    let what = change(&mut editor)?;
    let edited = editor.document;
    (edited != *document).then(|| {
        *document = edited;
        Edit { kind, what }
    })
}

/// Makes a change and returns what it was; `None` if there is no place for it.
type Change = fn(&mut Editor<'_, '_>) -> Option<String>;

/// Kinds with their names.
type Kinds = &'static [(&'static str, Change)];

fn tables() -> impl Iterator<Item = &'static (&'static str, Change)> {
    let tables: [Kinds; 7] =
        [webhooks::KINDS, whole::KINDS, members::KINDS, types::KINDS, enums::KINDS, unions::KINDS, references::KINDS];
    tables.into_iter().flatten()
}

/// A document that is being changed.
struct Editor<'e, 'b> {
    choices: &'e mut Choices<'b>,
    document: Document,
}

impl Editor<'_, '_> {
    fn spec(&mut self) -> &mut Value {
        &mut self.document.spec
    }

    fn dialect(&self) -> Dialect {
        let version = self.document.spec["openapi"].as_str().unwrap_or_default();
        if version.starts_with("3.0") { Dialect::V30 } else { Dialect::V31 }
    }

    /// One of several; `None` if there are none.
    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(self.choices.pick(from).clone()) }
    }

    /// The object at a place.
    fn object(&mut self, place: &str) -> Option<&mut Map<String, Value>> {
        self.document.spec.pointer_mut(place)?.as_object_mut()
    }

    /// The place of a schema of some kind.
    fn schema(&mut self, is_wanted: impl Fn(&Map<String, Value>) -> bool) -> Option<String> {
        let mut found = places::schemas(&self.document.spec);
        found.retain(|place| self.document.spec.pointer(place).and_then(Value::as_object).is_some_and(&is_wanted));
        self.pick(&found)
    }

    /// The place of a declared member, with the place of the object and the name.
    fn member(&mut self) -> Option<(String, String, String)> {
        let object = self.schema(|schema| !places::properties(schema).is_empty())?;
        let names = places::properties(self.object(&object)?);
        let name = self.pick(&names)?;
        Some((format!("{object}/properties/{}", places::escaped(&name)), object, name))
    }

    /// A schema without hostile names.
    fn made(&mut self, depth: usize) -> Value {
        let components = places::names(&self.document.spec, "/components/schemas");
        Schemas::new(Taste::Plain, self.dialect(), &components).schema(self.choices, depth)
    }

    /// Applies a change to the object at a place, and says so.
    fn at(&mut self, place: String, change: impl FnOnce(&mut Map<String, Value>) -> Option<()>) -> Option<String> {
        change(self.object(&place)?)?;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::seeded;

    #[test]
    fn each_kind_changes_some_description() {
        let mut found = BTreeSet::new();
        for seed in 0..400 {
            let tape = seeded(seed);
            let document = Document::from_seed(seed);
            for (kind, change) in tables().filter(|(kind, _)| !found.contains(kind)).collect::<Vec<_>>() {
                let mut edited = document.clone();
                if changed(&mut tape.choices(), &mut edited, kind, *change).is_some() {
                    assert_ne!(edited, document, "{kind}");
                    found.insert(*kind);
                }
            }
        }
        let missing: Vec<&str> = edit_kinds().filter(|kind| !found.contains(kind)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn kinds_have_names_of_their_own() {
        let names: BTreeSet<&str> = edit_kinds().collect();
        assert_eq!(names.len(), edit_kinds().count());
    }
}
