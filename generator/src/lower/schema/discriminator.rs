//! Which values of a discriminator select an alternative, and the names of alternatives.

use std::collections::HashMap;

use indexmap::IndexSet;
use openapiv3::Discriminator;

use crate::document::Segment;
use crate::lower::context::Context;
use crate::normalize::SchemaId;

/// The schema that an alternative names: itself, or the target of its `$ref`. What that is an alias of does not matter.
pub(super) fn named(cx: &Context<'_>, alternative: SchemaId) -> SchemaId {
    cx.schemas.get(alternative).reference.unwrap_or(alternative)
}

/// The name of the reusable schema that an alternative names; `None` if it is written in place.
pub(super) fn alternative_component(cx: &Context<'_>, alternative: SchemaId) -> Option<String> {
    component(cx, named(cx, alternative))
}

/// The name of a reusable schema; `None` for a schema that is written where it is used.
pub(super) fn component(cx: &Context<'_>, schema: SchemaId) -> Option<String> {
    let origin = cx.schemas.get(schema).node.origin();
    match &origin.segments()[..] {
        // A file that is a schema: the name of the file without its extension.
        [] => {
            let path = cx.sources.relative_name(origin.file());
            let name = path.rsplit('/').next()?;
            Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned())
        }
        [.., Segment::Member(map), Segment::Member(name)] => {
            matches!(&**map, "schemas" | "$defs" | "definitions").then(|| name.to_string())
        }
        _ => None,
    }
}

/// Whether a name or reference of a discriminator means this alternative.
pub(super) fn is_target(cx: &Context<'_>, target: &str, alternative: SchemaId) -> bool {
    alternative_component(cx, alternative).is_some_and(|name| target_names(target).any(|target| target == name))
}

/// The names that a name or reference of a discriminator may mean.
fn target_names(target: &str) -> impl Iterator<Item = &str> {
    let last = target.rsplit('/').next().unwrap_or(target);
    let file = last.rsplit_once('.').map(|(stem, _)| stem);
    [target, last].into_iter().chain(file)
}

/// The values of a discriminator that select its alternatives: from the mapping, the schema of the member, or the
/// alternative's name.
pub(crate) struct Tags<'c, 'a> {
    cx: &'c Context<'a>,
    discriminator: &'c Discriminator,
    /// Those of the mapping, by each name that their target may have.
    mapped: HashMap<&'c str, IndexSet<&'c str>>,
}

impl<'c, 'a> Tags<'c, 'a> {
    pub(crate) fn new(cx: &'c Context<'a>, discriminator: &'c Discriminator) -> Self {
        let mut mapped: HashMap<&str, IndexSet<&str>> = HashMap::new();
        for (tag, target) in &discriminator.mapping {
            for name in target_names(target) {
                mapped.entry(name).or_default().insert(tag);
            }
        }
        Self { cx, discriminator, mapped }
    }

    /// The values that select an alternative.
    pub(crate) fn of(&self, alternative: SchemaId) -> Vec<String> {
        let name = alternative_component(self.cx, alternative);
        if let Some(mapped) = name.as_deref().and_then(|name| self.mapped_to(name)) {
            return mapped;
        }
        let stated = stated_tags(self.cx, &self.discriminator.property_name, alternative);
        stated.unwrap_or_else(|| name.into_iter().collect())
    }

    /// The values that the mapping has for a schema; empty if it does not name the schema.
    pub(crate) fn mapped(&self, schema: SchemaId) -> Vec<String> {
        let name = alternative_component(self.cx, schema);
        name.as_deref().and_then(|name| self.mapped_to(name)).unwrap_or_default()
    }

    fn mapped_to(&self, name: &str) -> Option<Vec<String>> {
        Some(self.mapped.get(name)?.iter().map(|tag| (*tag).to_owned()).collect())
    }
}

/// The values that the schema of a member states, if it lists strings.
pub(super) fn stated_tags(cx: &Context<'_>, member: &str, alternative: SchemaId) -> Option<Vec<String>> {
    cx.merged(cx.merged(&[alternative]).properties.get(member)?).texts()
}
