//! Keywords for documentation.

use crate::ir::Docs;
use crate::normalize::Schema;

/// The annotations of schemas that apply together. The first title and description win: they are nearest to the use.
#[derive(Clone, Default)]
pub(crate) struct Annotations<'a> {
    pub title: Option<&'a str>,
    pub description: Option<&'a str>,
    deprecated: bool,
    facts: Vec<&'a (String, String)>,
}

impl<'a> Annotations<'a> {
    /// Adds the title and description of a schema.
    pub(super) fn add_texts(&mut self, schema: &'a Schema) {
        self.title = self.title.or(schema.data.title.as_deref());
        self.description = self.description.or(schema.data.description.as_deref());
    }

    /// Adds the other annotations of a schema.
    pub(super) fn add_facts(&mut self, schema: &'a Schema) {
        self.deprecated |= schema.data.deprecated;
        self.facts.extend(&schema.facts);
    }

    /// Adds the title and description of schemas further away.
    pub(super) fn add_texts_of(&mut self, other: &Self) {
        self.title = self.title.or(other.title);
        self.description = self.description.or(other.description);
    }

    /// Adds the annotations of schemas further away.
    pub(super) fn add(&mut self, other: &Self) {
        self.add_texts_of(other);
        self.deprecated |= other.deprecated;
        self.facts.extend(&other.facts);
    }

    /// The values of a keyword, as JSON text.
    pub(crate) fn values(&self, keyword: &str) -> impl Iterator<Item = &str> {
        self.facts.iter().filter(move |(known, _)| known == keyword).map(|(_, value)| value.as_str())
    }

    /// The bounds of a number, as JSON text.
    pub(super) fn bounds(&self) -> impl Iterator<Item = &str> {
        let is_bound =
            |keyword: &str| matches!(keyword, "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum");
        self.facts.iter().filter(move |(keyword, _)| is_bound(keyword)).map(|(_, value)| value.as_str())
    }

    pub(super) fn docs(&self) -> Docs {
        Docs {
            title: self.title.map(str::to_owned),
            description: self.description.map(str::to_owned),
            facts: self.facts.iter().copied().cloned().collect(),
            deprecated: self.deprecated,
        }
    }
}
