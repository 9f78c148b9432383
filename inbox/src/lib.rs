//! A durable inbox for webhooks: it answers at once, loses nothing, and handles each delivery once.
//!
//! A vendor expects its answer within seconds, sends a delivery again if it has missed it, and stops sending to receivers that
//! keep failing. An [`Inbox`] is between the receiver and its handlers:
//!
//! ```text
//! verify → store → commit → 200          accept
//!             ↓
//!           claim → handler → done       workers, here or in another process
//! ```
//!
//! - The answer is 200 if the delivery is durable. What was acknowledged is handled, even if the process is killed.
//! - A delivery that is sent again is answered with 200 and reaches no handler. Ids are remembered for 14 days.
//! - A handler that fails is tried again, with growing delays. After many attempts, the delivery is *dead*: it is kept with the
//!   reason, and can be replayed.
//! - A delivery that no handler takes is *unrouted*: it is kept as well, and can be replayed when there is a handler.
//! - A handler can run several times if the process is killed, or if the end of an attempt cannot be stored. What it
//!   changes with [`Effects`] happens once.
//!
//! [`Store`] is what a database must do. Durable stores are crates of their own, such as `webhook-inbox-sqlite`;
//! [`MemoryStore`] is for tests.
//!
//! # Features
//!
//! - `metrics`: counters, gauges and histograms, with the crate `metrics`.
//! - `testing`: checks a [`Store`], see `testing`.

// On docs.rs, items show the feature that they need.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod accept;
mod attempt;
mod backoff;
mod batch;
mod builder;
mod crash_point;
mod effects;
mod health;
mod held;
mod inbox;
mod memory;
mod metrics;
mod offload;
pub mod operations;
mod order_by;
mod pace;
mod settings;
mod shared;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod unwind;
mod worker;

pub use backoff::Backoff;
pub use builder::InboxBuilder;
pub use effects::{Claimed, Effects, NoTransaction};
pub use health::{Health, HealthState};
pub use inbox::Inbox;
pub use memory::{MemoryEffect, MemoryStore, MemoryTable};
pub use settings::InvalidSettings;
pub use store::{Retention, RetentionTooShort, Store};
