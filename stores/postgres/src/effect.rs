use std::fmt;

use tokio_postgres::Client;
use webhook_receiver::{BoxError, BoxFuture};

/// A change of the same database, in the transaction of the done mark.
///
/// ```
/// # use webhook_inbox::Effects;
/// # use webhook_inbox_postgres::PostgresEffect;
/// # use webhook_receiver::BoxError;
/// # struct AssetCreated { id: String }
/// async fn index(event: AssetCreated, effects: Effects<PostgresEffect>) -> Result<(), BoxError> {
///     effects.add(PostgresEffect::new(|tables| {
///         Box::pin(async move {
///             tables.execute("INSERT INTO asset (id) VALUES ($1)", &[&event.id]).await?;
///             Ok(())
///         })
///     }))?;
///     Ok(())
/// }
/// ```
///
/// Others share its transaction, so it should be short. It must not begin or end transactions, after which the effects of other
/// deliveries could happen twice, change settings of the session, or change tables whose names begin with `webhook_`.
///
/// An error of a statement must be returned. The transaction accepts nothing after it, so an effect that hides it has failed, and
/// the delivery whose effects come next is [released](webhook_inbox::store::Finished::Released) to be handled again.
///
/// `execute` and `query` prepare statements. PgBouncer supports that since version 1.21. Before an earlier one, use
/// `execute_typed` and `query_typed`.
pub struct PostgresEffect(Change);

type Change = Box<dyn for<'a> FnOnce(&'a Client) -> BoxFuture<'a, Result<(), BoxError>> + Send>;

impl PostgresEffect {
    /// An effect that this function makes.
    pub fn new(
        change: impl for<'a> FnOnce(&'a Client) -> BoxFuture<'a, Result<(), BoxError>> + Send + 'static,
    ) -> Self {
        Self(Box::new(change))
    }

    pub(crate) fn run(self, client: &Client) -> BoxFuture<'_, Result<(), BoxError>> {
        (self.0)(client)
    }
}

impl fmt::Debug for PostgresEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresEffect").finish_non_exhaustive()
    }
}
