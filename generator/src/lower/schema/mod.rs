//! Schemas to types.

mod alias;
mod annotations;
mod array;
mod body;
mod choice;
mod discriminator;
mod keywords;
mod merge;
mod object;
mod singular;
mod types;
mod union;
mod values;

pub(super) use alias::unwrap_aliases;
pub(super) use body::Body;
pub(super) use discriminator::Tags;
pub(super) use merge::{Choice, MergeCache, MergedSchema, SchemaSet};
pub(super) use types::Types;
