//! Schemas that are another one under a different address.

use super::keywords::{Keywords, without_null};
use super::merge::{SchemaSet, common_types};
use crate::normalize::{Schema, SchemaId, Schemas};

/// A longer chain of aliases counts as a cycle, which merging reports.
const MAX_STEPS: usize = 100;

/// Follows references and combinators of one part that add no structure, so that a schema is the same set however it is
/// reached. Also returns whether an alias on the way allowed null.
pub(crate) fn unwrap_aliases(schemas: &Schemas, set: &[SchemaId]) -> (SchemaSet, bool) {
    let mut set = set.to_vec();
    let mut nullable = false;
    for _ in 1..MAX_STEPS {
        let [id] = set[..] else { break };
        let schema = schemas.get(id);
        let Some((target, null)) = target(schemas, schema) else { break };
        nullable |= schema.data.nullable || null;
        set = target;
    }
    (set, nullable)
}

/// The set that a schema is an alias of, and whether the alias allows null.
fn target(schemas: &Schemas, schema: &Schema) -> Option<(SchemaSet, bool)> {
    let keywords = Keywords::of(schema);
    if keywords.structure || keywords.constraint || schema.types.len() > 1 {
        return None;
    }
    // A sibling `type` that the target cannot have is a contradiction, which merging reports.
    let compatible = |target: &SchemaId| {
        let given = &schemas.get(*target).types;
        given.is_empty() || schema.types.is_empty() || common_types(&schema.types, given).is_some()
    };
    single_part(schemas, schema).filter(|(target, _)| target.iter().all(compatible))
}

/// The only schema that a reference or combinator applies.
fn single_part(schemas: &Schemas, schema: &Schema) -> Option<(SchemaSet, bool)> {
    match (schema.reference, &schema.all_of[..], &schema.one_of[..], &schema.any_of[..]) {
        (Some(target), [], [], []) => Some((vec![target], false)),
        (None, parts, [], []) if !parts.is_empty() => {
            // Parts with annotations only do not create a type. Neither does the one part that is left, unless other
            // schemas extend it: those are its alternatives.
            let mut parts = parts.iter().filter(|id| !Keywords::of(schemas.get(**id)).annotations_only());
            let part = parts.next().filter(|_| parts.next().is_none())?;
            referred(schemas, *part).children.is_empty().then(|| (vec![*part], false))
        }
        (None, [], choice, []) | (None, [], [], choice) if !choice.is_empty() => {
            let (alternatives, null) = without_null(schemas, choice);
            (alternatives.len() == 1).then_some((alternatives, null))
        }
        _ => None,
    }
}

/// The schema at the end of the references that begin at this one.
fn referred(schemas: &Schemas, id: SchemaId) -> &Schema {
    let next = |schema: &&Schema| schema.reference.map(|target| schemas.get(target));
    let last = std::iter::successors(Some(schemas.get(id)), next).take(MAX_STEPS).last();
    last.unwrap_or(schemas.get(id))
}
