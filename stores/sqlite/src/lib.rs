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

pub use effect::SqliteEffect;
pub use guard::SqliteGuard;
pub use rusqlite;
pub use sql::MARK_DONE;
pub use store::{SqliteOptions, SqliteStore};
