//! Kills processes that use a store of [`webhook_inbox`], and checks what is left. Also checks the cases of
//! `docs/reliability.md` that need no other process.
//!
//! A test starts itself again as a child: an inbox that receives deliveries from its standard input, and writes each answer to
//! its standard output. That pipe is in place of the network; everything else is the real code. The child ends itself with
//! SIGKILL when it reaches a [point](POINTS) of its code for the n-th time. The parent is the sender: it sends what was not
//! acknowledged again to the next child, some of the rest as well, and compares in the end.
//!
//! The store's clock moves on by half a day from one child to the next. So leases have lapsed, and old ids are purged, without
//! waiting.

// A process ends itself with a signal.
#![cfg(unix)]

// The vendor that the tests of `webhook-inbox` have as well.
#[path = "../../tests/it/acme.rs"]
mod acme;
mod cases;
mod checks;
mod child;
mod moves;
mod parent;
mod subject;

pub use cases::{check_handlers, check_replays};
pub use checks::{check_identical, check_poison};
pub use child::{is_child, run_child};
pub use moves::check_move;
pub use parent::{Child, Figures, Plan, handled, kill_at, send_all};
pub use subject::Subject;

/// The points at which a process is killed.
pub const POINTS: &[&str] = &[
    "request: before the body",
    "accept: before the insert",
    "insert: before the commit",
    "accept: committed, before the answer",
    "answered",
    "claim: before the commit",
    "attempt: counted, before the handler",
    "handler",
    "attempt: after the handler",
    "extend: before the commit",
    "finish: before the commit",
    "attempt: its end is committed",
    "purge: before the commit",
];
