//! A store for [`webhook_inbox`] in one SQLite file, with nothing to install.
//!
//! ```no_run
//! # use webhook_inbox::Inbox;
//! # use webhook_receiver::{ReceiverService, Webhooks};
//! # fn example<Acme: Webhooks>(service: ReceiverService<Acme>) -> Result<(), Box<dyn std::error::Error>> {
//! use webhook_inbox_sqlite::SqliteStore;
//!
//! let store = SqliteStore::open("webhooks.sqlite")?;
//! let service = Inbox::start("acme", store, service)?;
//! # Ok(())
//! # }
//! ```
//!
//! SQLite is compiled from source, which needs a C compiler. Any version of `rusqlite` from 0.32 to 0.43 can be used,
//! so that this crate resolves beside another that needs a certain one.
//!
//! The names of all tables begin with `webhook_`. Other tables in the file are left alone.

mod backup;
mod connection;
mod effect;
mod error;
mod file_system;
mod guard;
mod reader;
mod schema;
mod session;
mod sql;
mod store;
mod writer;

pub use rusqlite;

/// Marks a delivery done in a transaction of another connection to the file, such as one of a pool of sqlx or diesel,
/// for a handler with the argument [`Claimed`](webhook_inbox::Claimed).
///
/// The parameters are the endpoint, the id and the token of the claim. If no row was changed, something else has
/// claimed the delivery: roll back, and return an error. Versions of
/// [`latest_by`](webhook_inbox::InboxBuilder::latest_by) are not remembered: use [`SqliteEffect`] with them.
pub const MARK_DONE: &str = "DELETE FROM webhook_pending WHERE state = 1 AND token = ?3 \
    AND sequence = (SELECT sequence FROM webhook_seen WHERE endpoint = ?1 AND id = ?2)";

pub use effect::SqliteEffect;
pub use guard::SqliteGuard;
pub use store::{SqliteOptions, SqliteStore};
