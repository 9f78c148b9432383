use std::fmt;

use rusqlite::Connection;
use webhook_receiver::BoxError;

/// A change of the same file, in the transaction of the done mark. A function becomes one.
///
/// ```
/// # use webhook_inbox::Effects;
/// # use webhook_inbox_sqlite::SqliteEffect;
/// # use webhook_inbox_sqlite::rusqlite::Connection;
/// # use webhook_receiver::BoxError;
/// # struct AssetCreated { id: String }
/// async fn index(event: AssetCreated, effects: Effects<SqliteEffect>) -> Result<(), BoxError> {
///     effects.add(move |tables: &Connection| {
///         tables.execute("INSERT INTO asset (id) VALUES (?1)", [&event.id])?;
///         Ok(())
///     })?;
///     Ok(())
/// }
/// ```
///
/// It runs on the thread that also commits new deliveries, so it should be short. These statements are not authorized, which
/// changes nothing else:
///
/// - `BEGIN`, `COMMIT` and `ROLLBACK`. A savepoint can have any name that does not begin with `webhook_`.
/// - Changes of tables whose names begin with `webhook_`, also by triggers. They can be read.
/// - `ATTACH` and `DETACH`.
/// - A `PRAGMA` that sets something, except `user_version` and `foreign_keys`, which has no effect in a transaction.
///
/// A conflict that rolls back, as in `INSERT OR ROLLBACK`, undoes all that shares the commit: nothing of it is done, and each
/// attempt with effects has failed.
pub struct SqliteEffect(Change);

type Change = Box<dyn FnOnce(&Connection) -> Result<(), BoxError> + Send>;

impl SqliteEffect {
    pub(crate) fn run(self, connection: &Connection) -> Result<(), BoxError> {
        (self.0)(connection)
    }
}

impl<F> From<F> for SqliteEffect
where
    F: FnOnce(&Connection) -> Result<(), BoxError> + Send + 'static,
{
    fn from(change: F) -> Self {
        Self(Box::new(change))
    }
}

impl fmt::Debug for SqliteEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteEffect").finish_non_exhaustive()
    }
}
