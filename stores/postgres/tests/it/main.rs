//! Tests against a server of their own. They are skipped if PostgreSQL is not installed.

#![cfg(unix)]

// The vendor that the tests of `webhook-inbox` have as well.
#[path = "../../../../inbox/tests/it/acme.rs"]
mod acme;
mod connections;
mod faults;
mod pgbouncer;
mod plans;
mod processes;
mod rules;
mod schema;
mod support;
mod tls;
mod transactions;
