//! A store for [`webhook_inbox`] in PostgreSQL, for several processes on several machines.
//!
//! ```no_run
//! # use webhook_inbox::Inbox;
//! # use webhook_receiver::{ReceiverService, Webhooks};
//! # async fn example<Acme: Webhooks>(service: ReceiverService<Acme>) -> Result<(), Box<dyn std::error::Error>> {
//! use webhook_inbox_postgres::PostgresStore;
//!
//! let store = PostgresStore::connect("postgresql://webhooks@db.example.com/app?sslmode=require").await?;
//! let service = Inbox::start("acme", store, service)?;
//! # Ok(())
//! # }
//! ```
//!
//! Needs PostgreSQL 12 or later. The tables are in a schema of their own, `webhook_inbox`, which is created if it does not
//! exist. Statements have no name and sessions no state, so that PgBouncer can pool transactions.
//!
//! # Features
//!
//! `tls`, on by default: TLS by rustls. It compiles `ring`, which needs a C compiler. Certificates are always verified,
//! against those of the system or those of the file in the URL's parameter `sslrootcert`.

mod connections;
mod database;
mod effect;
mod error;
mod guard;
mod options;
mod schema;
mod sql;
mod store;
mod tls;

#[cfg(feature = "tls")]
pub use rustls;
pub use tokio_postgres;

/// Marks a delivery done in a transaction of another connection to the database, such as one of a pool of sqlx or diesel,
/// for a handler with the argument [`Claimed`](webhook_inbox::Claimed).
///
/// The parameters are the endpoint, the id and the token of the claim, as `text`, `text` and `bigint`. If no row was
/// changed, something else has claimed the delivery: roll back, and return an error. Versions of
/// [`latest_by`](webhook_inbox::InboxBuilder::latest_by) are not remembered: use [`PostgresEffect`] with them.
///
/// This is for the default schema. [`PostgresStore::mark_done`] is for that of a store.
pub const MARK_DONE: &str = "DELETE FROM webhook_inbox.webhook_pending WHERE state = 1 AND token = $3 \
    AND sequence = (SELECT sequence FROM webhook_inbox.webhook_seen WHERE endpoint = $1 AND id = $2)";

pub use effect::PostgresEffect;
pub use guard::PostgresGuard;
pub use options::PostgresOptions;
pub use store::PostgresStore;
