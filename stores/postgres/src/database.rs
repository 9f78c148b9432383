use webhook_inbox::store::{Clock, StoreError};

use crate::connections::{Connection, Connections};
use crate::schema::Schema;
use crate::sql::Context;

/// What a store and its guards share.
pub(crate) struct Database {
    pub(crate) schema: Schema,
    /// `None` if it is that of the server.
    pub(crate) clock: Option<Clock>,
    /// For new deliveries, which wait for nothing else.
    pub(crate) writers: Connections,
    pub(crate) workers: Connections,
}

impl Database {
    pub(crate) async fn worker(&self) -> Result<Connection, StoreError> {
        self.workers.get().await
    }

    pub(crate) fn context<'a>(&'a self, connection: &'a Connection) -> Result<Context<'a>, StoreError> {
        let now = self.clock.as_ref().map(Clock::millis).transpose()?;
        Ok(Context { client: connection.client(), schema: &self.schema, now })
    }
}
