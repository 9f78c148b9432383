//! Processes that are killed at each point.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use tempfile::TempDir;
use webhook_inbox::store::Clock;
use webhook_inbox_faults::{
    Subject, check_handlers, check_identical, check_move, check_poison, check_replays, is_child, kill_at, run_child,
};
use webhook_inbox_postgres::{PostgresEffect, PostgresOptions, PostgresStore};

use crate::support::{Place, connect};

const CHILD: &str = "faults::child";
/// The file from which a process reads where its tables are: the schema and the URL.
const PLACE: &str = "place";

struct Tables;

impl Tables {
    /// A folder for a test whose tables are in this schema. `None` if there is no server.
    fn create(schema: &'static str) -> Option<TempDir> {
        let place = Place::new(schema)?;
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(PLACE), format!("{schema} {}", place.url())).unwrap();
        run(async {
            place.store().await;
            place.client().await.batch_execute("CREATE TABLE effect (id text NOT NULL)").await.unwrap();
        });
        Some(folder)
    }

    fn place(folder: &Path) -> (String, String) {
        let text = fs::read_to_string(folder.join(PLACE)).unwrap();
        let (schema, url) = text.split_once(' ').unwrap();
        (schema.to_owned(), url.to_owned())
    }
}

impl Subject for Tables {
    type Store = PostgresStore;

    const PURGES: u64 = 4;

    async fn open(&self, folder: &Path, clock: Clock) -> PostgresStore {
        let (schema, url) = Self::place(folder);
        PostgresOptions::new(&url).unwrap().schema(schema).clock(clock).connect().await.unwrap()
    }

    fn effect(&self, folder: &Path, id: &str) -> PostgresEffect {
        let (schema, _) = Self::place(folder);
        let sql = format!("INSERT INTO {schema}.effect VALUES ('{id}')");
        PostgresEffect::new(move |tables| Box::pin(async move { Ok(tables.batch_execute(&sql).await?) }))
    }

    fn effects(&self, folder: &Path) -> BTreeMap<String, u64> {
        let (schema, url) = Self::place(folder);
        let sql = format!("SELECT id, count(*) FROM {schema}.effect GROUP BY id");
        let rows = run(async { connect(&url).await.query(&sql, &[]).await.unwrap() });
        rows.iter().map(|row| (row.get(0), u64::try_from(row.get::<_, i64>(1)).unwrap())).collect()
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// What the other tests start.
#[test]
fn child() {
    if is_child() {
        run_child(Tables);
    }
}

/// A round for each point, or as many as `ROUNDS`.
#[test]
fn f01_to_f07_a_kill_at_any_point_loses_and_doubles_nothing() {
    let rounds = env::var("ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    let Some(folder) = Tables::create("faults") else { return };
    let figures = kill_at(&Tables, CHILD, folder.path(), rounds, 7);
    println!("{figures}");
    assert_eq!((figures.lost, figures.doubled), (0, 0), "{figures}");
}

#[test]
fn d07_a_delivery_that_kills_the_process_is_dead_after_all_attempts() {
    let Some(folder) = Tables::create("poison") else { return };
    check_poison(&Tables, CHILD, folder.path());
}

#[test]
fn r07_f09_identical_deliveries_to_three_processes_have_one_effect() {
    let Some(folder) = Tables::create("identical") else { return };
    check_identical(&Tables, CHILD, folder.path());
}

#[test]
fn r01_to_r17_replays_and_duplicates() {
    let Some(folder) = Tables::create("replays") else { return };
    check_replays(Tables, folder.path());
}

#[test]
fn d07_f10_f15_to_f17_f21_handlers_and_processes() {
    let Some(folder) = Tables::create("handlers") else { return };
    check_handlers(Tables, folder.path());
}

#[test]
fn m13_the_order_holds_across_a_move() {
    let folders = [Tables::create("moving_from"), Tables::create("moving_to")];
    let [Some(from), Some(to)] = folders else { return };
    check_move(Tables, from.path(), to.path());
}
