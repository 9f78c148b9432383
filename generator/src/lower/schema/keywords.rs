//! Which keywords a schema has.

use crate::normalize::{Inexpressible, Schema, SchemaId, Schemas};

/// The alternatives of a choice other than null, and whether null was one of them.
pub(super) fn without_null(schemas: &Schemas, choice: &[SchemaId]) -> (Vec<SchemaId>, bool) {
    let kept: Vec<SchemaId> = choice.iter().copied().filter(|id| !schemas.get(*id).only_null).collect();
    let null = kept.len() < choice.len();
    (kept, null)
}

/// Which groups of keywords a schema has.
#[expect(clippy::struct_excessive_bools, reason = "a schema has any combination of them")]
pub(super) struct Keywords {
    /// A reference or combinator.
    composition: bool,
    /// `type`.
    types: bool,
    /// What values are made of, or their list.
    pub(super) structure: bool,
    /// Demands that leave the structure to other schemas.
    pub(super) constraint: bool,
    /// Null, or a schema that is `true` or `false`.
    special: bool,
    /// A fault that leaves open what the values are.
    fault: bool,
}

impl Keywords {
    pub(super) fn of(schema: &Schema) -> Self {
        // Without `..`, so that a new keyword must be put into a group.
        let Schema {
            data,
            boolean,
            reference,
            types,
            only_null,
            format,
            required,
            properties,
            additional,
            unevaluated,
            items,
            prefix_items,
            patterns,
            all_of,
            one_of,
            any_of,
            constant,
            values,
            // These change the meaning of other keywords, or only matter to people.
            node: _,
            closed_tuple: _,
            min_items: _,
            max_items: _,
            children: _,
            examples: _,
            facts: _,
            inexpressible,
        } = schema;
        Self {
            composition: reference.is_some() || !(all_of.is_empty() && one_of.is_empty() && any_of.is_empty()),
            types: !types.is_empty(),
            structure: !(properties.is_empty() && prefix_items.is_empty())
                || additional.is_some()
                || unevaluated.is_some()
                || !items.is_empty()
                || constant.is_some()
                || values.is_some(),
            constraint: !(required.is_empty() && patterns.is_empty())
                || format.is_some()
                || data.discriminator.is_some(),
            special: boolean.is_some() || data.nullable || *only_null,
            fault: *inexpressible == Some(Inexpressible::Fault),
        }
    }

    /// Whether the schema declares something, rather than to demand what others declare.
    pub(super) fn declare(&self) -> bool {
        self.composition || self.types || self.structure
    }

    pub(super) fn annotations_only(&self) -> bool {
        !(self.declare() || self.constraint || self.special || self.fault)
    }

    /// Whether the schema says nothing about the values because of a fault.
    pub(super) fn fault_only(&self) -> bool {
        self.fault && !(self.declare() || self.constraint || self.special)
    }
}
