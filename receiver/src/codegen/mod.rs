//! The contract between this crate and generated crates. Not for direct use.
//!
//! Only generated code names what is in here, and only in the forms that the generator writes. A generated crate states the
//! version of the contract that it was written for with [`contract!`]; if this crate does not support that version, the macro
//! is a compile error that says what to do.

pub mod codec;
mod contract;
mod events;

pub use {serde, serde_json};

pub use crate::webhooks::{
    Completion, EventName, EventTypeLocation, Payload, TopicName, UnknownName, Webhooks, matches_template,
};
pub use crate::{
    __contract as contract, __event as event, __event_member as event_member, __event_type as event_type,
    __payload as payload, __topic as topic,
};
pub use contract::CONTRACT;
pub use events::{Member, action};
