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
/// It runs on the thread that also commits new deliveries, so it should be short.
///
/// # What it cannot do
///
/// These statements are not authorized. An effect that runs one fails, unless it handles the error, and changes nothing else:
///
/// - `BEGIN`, `COMMIT` and `ROLLBACK`. A savepoint can have any name that does not begin with `webhook_`.
/// - Changes of what has a name that begins with `webhook_`, also by triggers. It can be read.
/// - Creating what is temporary, which other effects would find, and renaming a table.
/// - `ATTACH` and `DETACH`.
/// - A `PRAGMA` that sets something, except `user_version`, which is a part of the file, and `foreign_keys`, which does nothing in
///   a transaction.
///
/// # What it must not do
///
/// This prevents mistakes in statements. The rest of a [`Connection`] is not restricted:
///
/// - Do not call methods that change its settings or hooks, such as `set_db_config`, `busy_timeout` and, before `rusqlite` 0.43,
///   `authorizer` and `commit_hook`. They outlast the effect, and can remove what restricts it.
/// - No table may have a foreign key to one of the inbox. The SQLite of this crate enforces foreign keys, so done marks or purges
///   would fail as long as there is a row that refers to the delivery.
///
/// # What undoes all that shares the commit
///
/// The transaction is undone if its disk is full, by a conflict that rolls back (`INSERT OR ROLLBACK`, `RAISE(ROLLBACK)`), and
/// if a foreign key that is deferred to the commit is violated then. Nothing that shares it is stored: new deliveries are refused
/// with 503, so their sender tries again. Attempts with effects have failed, also those of other deliveries, and if such an
/// attempt was the last, its delivery is dead.
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
