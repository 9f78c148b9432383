//! The rules of stores and of guards.

use std::time::Duration;

use webhook_inbox::testing::{ManualClock, Subject, check_store};
use webhook_inbox_postgres::tokio_postgres::types::Type;
use webhook_inbox_postgres::{PostgresEffect, PostgresOptions, PostgresStore};
use webhook_receiver::testing::check_replay_guard;

use crate::support::Place;

pub(crate) struct Tables {
    pub(crate) place: Place,
    /// What stores connect to, in place of the server.
    pub(crate) url: Option<String>,
    clock: ManualClock,
}

impl Tables {
    pub(crate) async fn new(schema: &'static str) -> Option<Self> {
        let place = Place::new(schema)?;
        place.store().await;
        let client = place.client().await;
        client.batch_execute("CREATE TABLE count (name text PRIMARY KEY, count bigint NOT NULL)").await.unwrap();
        Some(Self { place, url: None, clock: ManualClock::default() })
    }
}

impl Subject for Tables {
    type Store = PostgresStore;

    async fn open(&self) -> PostgresStore {
        let url = self.url.clone().unwrap_or_else(|| self.place.url());
        let options = PostgresOptions::new(&url).unwrap().schema(self.place.schema).clock(self.clock.clock());
        options.connect().await.unwrap()
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    fn effect(&self, name: &str, fails: bool) -> PostgresEffect {
        let name = name.to_owned();
        let schema = self.place.schema;
        PostgresEffect::new(move |tables| {
            Box::pin(async move {
                let sql = format!(
                    "INSERT INTO {schema}.count AS c VALUES ($1, 1)
                     ON CONFLICT (name) DO UPDATE SET count = c.count + 1"
                );
                tables.execute_typed(&sql, &[(&name, Type::TEXT)]).await?;
                if fails { Err("this effect fails".into()) } else { Ok(()) }
            })
        })
    }

    async fn count(&self, name: &str) -> u64 {
        let client = self.place.client().await;
        let row = client.query_opt("SELECT count FROM count WHERE name = $1", &[&name]).await.unwrap();
        row.map_or(0, |row| row.get::<_, i64>(0).try_into().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_keeps_all_rules() {
    let Some(tables) = Tables::new("rules").await else { return };
    check_store(&tables).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_guard_keeps_all_rules() {
    let Some(tables) = Tables::new("guard_rules").await else { return };
    let open = async || tables.open().await.replay_guard("acme");
    check_replay_guard(open, async |by| tables.clock.advance(by)).await.unwrap();
}
