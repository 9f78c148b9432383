//! How fast the inbox accepts and handles deliveries, beside loops over the same tables that have nothing but the statements.
//!
//! Run with `cargo run --release --manifest-path peers/Cargo.toml --bin inbox`. Prints the tables of docs/performance.md at the end,
//! and their rows as progress. Arguments, in any order:
//!
//! - `sqlite`, `postgres`: only these stores.
//! - `accept`, `http`, `claim`, `handle`, `purge`, `memory`: only these tables. The default is all but `memory`.
//! - `--rounds N`: how often each table alternates between the inbox and the loops. The default is 9.
//! - `--rows N`: how many deliveries are in the store for `purge`, and are handled for `memory`.
//! - `--concurrent N,…`: the numbers of callers. The default is `16,64,256`.
//! - `--slow-fsync 1ms`: each `fsync` takes so much longer. Only Linux, needs a C compiler.

mod accept;
mod counting;
mod deliveries;
mod engine;
mod http;
mod latency;
mod memory;
mod postgres;
mod round;
mod slow_fsync;
mod sqlite;
mod tables;
mod work;

use std::env;
use std::error::Error;

use tokio::runtime::{Builder, Runtime};

use crate::engine::Engine;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::tables::Tables;

type Failure = Box<dyn Error + Send + Sync>;

const STORES: [&str; 2] = ["sqlite", "postgres"];
const TABLES: [&str; 6] = ["accept", "http", "claim", "handle", "purge", "memory"];

/// What is measured.
struct Plan {
    stores: Vec<String>,
    tables: Vec<String>,
    rounds: usize,
    rows: Option<usize>,
    concurrent: Vec<usize>,
    slow_fsync: Option<String>,
}

fn main() -> Result<(), Failure> {
    let plan = Plan::parse(env::args().skip(1))?;
    if let Some(delay) = &plan.slow_fsync
        && !slow_fsync::is_slow()
    {
        return slow_fsync::run_again(delay);
    }
    // As `#[tokio::main]` does.
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let mut tables = Tables::default();
    if plan.has_store("sqlite") {
        measure(&plan, &runtime, Sqlite::new()?, &mut tables)?;
    }
    if plan.has_store("postgres")
        && let Some(postgres) = Postgres::start(&runtime)?
    {
        measure(&plan, &runtime, postgres, &mut tables)?;
    }
    tables.print();
    Ok(())
}

fn measure<E: Engine>(plan: &Plan, runtime: &Runtime, mut engine: E, tables: &mut Tables) -> Result<(), Failure> {
    if plan.has_table("accept") {
        accept::measure(plan, runtime, &mut engine, tables)?;
    }
    if plan.has_table("http") {
        http::measure(plan, runtime, &mut engine, tables)?;
    }
    if plan.has_table("claim") {
        work::measure_claims(plan, runtime, &mut engine, tables)?;
    }
    if plan.has_table("handle") {
        work::measure_handling(plan, runtime, &mut engine, tables)?;
    }
    if plan.has_table("purge") {
        latency::measure(plan, runtime, &mut engine, tables)?;
    }
    if plan.has_table("memory") {
        memory::measure(plan, runtime, &mut engine, tables)?;
    }
    Ok(())
}

impl Plan {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let concurrent = vec![16, 64, 256];
        let mut plan = Self { stores: vec![], tables: vec![], rounds: 9, rows: None, concurrent, slow_fsync: None };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match &*argument {
                "--rounds" => plan.rounds = value()?.parse()?,
                "--rows" => plan.rows = Some(value()?.parse()?),
                "--concurrent" => plan.concurrent = value()?.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "--slow-fsync" => plan.slow_fsync = Some(value()?),
                store if STORES.contains(&store) => plan.stores.push(argument),
                table if TABLES.contains(&table) => plan.tables.push(argument),
                _ => return Err(format!("unknown argument `{argument}`").into()),
            }
        }
        Ok(plan)
    }

    fn has_store(&self, name: &str) -> bool {
        self.stores.is_empty() || self.stores.iter().any(|store| store == name)
    }

    fn has_table(&self, name: &str) -> bool {
        if self.tables.is_empty() { name != "memory" } else { self.tables.iter().any(|table| table == name) }
    }
}
