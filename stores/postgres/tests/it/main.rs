//! Tests against a server of their own. They are skipped if PostgreSQL is not installed.

#![cfg(unix)]

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
