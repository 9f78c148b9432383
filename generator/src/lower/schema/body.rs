//! The bodies of webhooks.

use std::rc::Rc;

use super::alias::unwrap_aliases;
use super::merge::{MergedSchema, SchemaSet};
use crate::lower::context::Context;
use crate::normalize::{SchemaId, Schemas};

/// The body of a webhook, or of one of its event types alone.
#[derive(Clone, Copy)]
pub(crate) struct Body<'a> {
    pub schema: SchemaId,
    /// Which alternatives of the schema's `oneOf` or `anyOf` apply; empty if all may.
    pub alternatives: &'a [SchemaId],
}

impl Body<'_> {
    /// The schema itself, without aliases of it.
    pub(super) fn unwrap_aliases(self, schemas: &Schemas) -> SchemaSet {
        unwrap_aliases(schemas, &[self.schema]).0
    }

    /// The schema and the alternatives that apply, merged.
    pub(crate) fn merged<'a>(self, cx: &Context<'a>) -> Rc<MergedSchema<'a>> {
        let merged = cx.merged(&self.unwrap_aliases(cx.schemas));
        match self.alternatives {
            [] => merged,
            [alternative] => {
                Rc::new(MergedSchema::clone(&merged).with_alternative(cx.schemas, &cx.reporter, *alternative))
            }
            several => Rc::new(MergedSchema::clone(&merged).with_alternatives_of(several)),
        }
    }
}
