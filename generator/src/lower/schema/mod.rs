//! Schemas to types.

mod lower;
mod merge;
mod union;

pub(crate) use lower::{Types, is_object, single_text, texts};
pub(crate) use merge::{Body, MergeCache, MergedSchema, SchemaSet, merge, unwrap_aliases};
