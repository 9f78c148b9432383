//! `cargo xtask suite`: the emitted types, measured with JSON-Schema-Test-Suite.
//!
//! ```text
//! read → generate each schema alone → generate and compile in batches → pass instances → table, record
//! ```

mod batch;
mod formats;
mod group;
mod read;
mod record;
mod row;

use std::collections::BTreeMap;
use std::io;
use std::process::ExitCode;

use cargo_webhooks::print;

use crate::cli::Suite;
use crate::corpus::Crates;
use crate::workspace;
use batch::Batches;
use record::Record;
use row::{Row, table};

/// How many schemas a crate has.
const BATCH: usize = 120;

/// Runs the command.
pub(crate) fn run(arguments: &Suite) -> ExitCode {
    match measure(arguments) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn measure(arguments: &Suite) -> Result<ExitCode, String> {
    let root = workspace::root();
    let groups = read::groups(&arguments.dir, arguments.filter.as_deref())?;
    if groups.is_empty() {
        return Err(format!("`{}` has no tests of a draft that descriptions use", arguments.dir.display()));
    }
    let folder = arguments.out.clone().unwrap_or_else(|| root.join("target/suite"));
    let folder = std::path::absolute(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    // The suite has members called `foo`, which clippy does not like.
    let crates = Crates { folder, lock: root.join("Cargo.lock"), has_lints: false };
    let batches = Batches { crates, receiver: root.join("receiver") };
    let record = arguments.record.as_deref().map(Record::read).transpose()?;

    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for group in &groups {
        rows.entry(group.file.clone()).or_default().groups += 1;
        formats::count(group, rows.entry(group.file.clone()).or_default());
    }
    let mut generated = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let row = rows.entry(group.file.clone()).or_default();
        match batches.generates(number, group)? {
            batch::Alone::Generated => {
                row.generated += 1;
                generated.push((number, group));
            }
            batch::Alone::Remote => row.remote += 1,
            batch::Alone::Failed(error) => row.failures.push(format!("{}: nothing is generated: {error}", group.name)),
        }
    }
    let count = generated.len().div_ceil(BATCH);
    for (number, batch) in generated.chunks(BATCH).enumerate() {
        eprintln!("[{}/{count}] {} schemas", number + 1, batch.len());
        batches.pass(number, batch, &mut rows)?;
    }
    print(io::stdout(), &table(&rows)).map_err(|error| error.to_string())?;
    judge(&rows, record, arguments)
}

/// Without a record, all valid instances must come back equal; with one, no row may have got worse.
fn judge(rows: &BTreeMap<String, Row>, record: Option<Record>, arguments: &Suite) -> Result<ExitCode, String> {
    let Some(record) = record else {
        let is_whole = rows.values().all(|row| row.failures.is_empty());
        return Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    };
    if arguments.bless {
        record.replace(rows).map_err(|error| format!("the record cannot be written: {error}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let worse = record.worse(rows);
    if worse.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("\nworse than on record:\n  {}", worse.join("\n  "));
    eprintln!("if this is right, run the command with `--bless` and commit the record");
    Ok(ExitCode::FAILURE)
}
