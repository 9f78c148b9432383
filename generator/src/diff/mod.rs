//! What differs between two versions of a description, and what that means for receivers.
//!
//! ```text
//! events → pairs → members, values, variants → consequences
//! ```
//!
//! [`compare`] compares [catalogues](crate::catalogue). Types correspond if they are at the same place in bodies of the same
//! event type, whatever they are called. Three relations decide what a change does, none of which knows rules:
//!
//! - whether one crate decodes all that the other description allows (`fit`), in both directions: `now`, `replay`, `silent`;
//! - whether public items are written the same (`api`): `source`;
//! - whether anything else of the crate differs: `docs`.
//!
//! [`trees`] finds what differs in a description without an effect on the crate.

mod api;
mod bare;
mod compare;
mod comparison;
mod consequences;
mod docs;
mod events;
mod fit;
mod flags;
mod guess;
mod headers;
mod link;
mod members;
mod pairs;
mod report;
mod rule;
mod sides;
mod signature;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;
mod tree;
mod uses;
mod values;
mod variants;
mod whole;

pub use compare::compare;
pub use flags::{Deployment, Flags, Step};
pub use report::{Entry, Report};
pub use rule::{JsonType, Rule};
pub use tree::trees;
