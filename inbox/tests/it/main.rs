//! Tests through the public interface.

mod accepting;
mod acme;
mod duplicates;
mod effects;
mod exhaustion;
mod failures;
mod handling;
mod isolation;
#[path = "../../../receiver/tests/it/log.rs"]
mod log;
mod moving;
mod operating;
mod ordering;
mod pages;
mod replaying;
mod schedule;
mod shutdown;
mod stores;
mod support;
mod unreliable;
mod unreliable_stores;
