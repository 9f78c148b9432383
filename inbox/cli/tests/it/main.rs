//! The command, as a process.

#[path = "../../../tests/it/acme.rs"]
#[expect(dead_code, reason = "the tests of the inbox use the rest")]
mod acme;
mod commands;
mod moving;
mod runbook;
mod support;
