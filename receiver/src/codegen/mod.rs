//! The contract between this crate and generated crates. Not for direct use.
//!
//! Only generated code names what is in here, and only in the forms that the generator writes. A generated crate states the
//! version of the contract that it was written for with [`contract!`]; if this crate does not support that version, the macro
//! is a compile error that says what to do.

pub mod codec;
mod contract;

pub use serde::{self, Serialize, Serializer};
pub use serde_json;

pub use crate::__contract as contract;
pub use crate::webhooks::{Completion, EventName, EventTypeLocation, TopicName, matches_template};
pub use contract::CONTRACT;
