//! `cargo xtask corpus`: the generator, measured on a folder of descriptions.
//!
//! ```text
//! find → generate → compile → pass examples → compare twins → table, record
//! ```

mod count;
mod crates;
mod event_types;
mod examples;
mod find;
mod generate;
mod init;
mod measure;
mod record;
mod row;
mod signatures;
mod table;
mod twins;
mod validity;

use std::io;
use std::process::ExitCode;

use cargo_webhooks::print;

use crate::cli::{Corpus, Until};
use crate::workspace;
pub(crate) use crates::{Crates, output_of, write};
pub(crate) use event_types::Expected;
pub(crate) use examples::Example;
pub(crate) use find::Document;
pub(crate) use generate::Generated;
use measure::Measuring;
use record::Record;
use row::Row;
use signatures::Signatures;
use validity::Validity;

/// Runs the command.
pub(crate) fn run(arguments: &Corpus) -> ExitCode {
    match Run::new(arguments).and_then(|run| run.finish(arguments)) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

/// A run in progress.
struct Run {
    documents: Vec<Document>,
    measuring: Measuring,
    record: Option<Record>,
}

impl Run {
    fn new(arguments: &Corpus) -> Result<Self, String> {
        let corpus = &arguments.dir;
        if arguments.record.is_some() && arguments.until == Until::Generate {
            return Err("a record counts examples: leave `--until generate` out".to_owned());
        }
        let root = workspace::root();
        let signatures = Signatures::read(&root.join(".ci/signatures.toml"))?;
        let mut documents = find::find(corpus).map_err(|error| format!("`{}`: {error}", corpus.display()))?;
        if let Some(text) = &arguments.filter {
            documents.retain(|document| document.name.contains(text));
        }
        if documents.is_empty() {
            return Err(format!("`{}` has no description of webhooks", corpus.display()));
        }
        let folder = arguments.out.clone().unwrap_or_else(|| root.join("target/corpus"));
        let folder = std::path::absolute(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
        Ok(Self {
            documents,
            measuring: Measuring {
                validity: Validity::read(corpus)?,
                crates: Crates { folder, lock: root.join("Cargo.lock"), has_lints: true },
                expected: Expected::read(&root)?,
                receiver: root.join("receiver"),
                until: arguments.until,
                init: arguments.init,
                signatures,
            },
            record: arguments.record.as_deref().map(Record::read).transpose()?,
        })
    }

    fn finish(self, arguments: &Corpus) -> Result<ExitCode, String> {
        let mut rows = Vec::new();
        let mut twins = Vec::new();
        for (number, document) in self.documents.iter().enumerate() {
            eprint!("[{}/{}] {}", number + 1, self.documents.len(), document.name);
            let (row, twin) = self.measuring.row(document)?;
            eprintln!();
            rows.push(row);
            twins.extend(twin);
        }
        for (one, other) in twins::pairs(&twins) {
            if let Some(difference) = one.difference(other)
                && let Some(row) = rows.iter_mut().find(|row| row.document == one.document)
            {
                row.fail(format!("its twin {} gives other code: {difference}", other.document));
            }
        }
        let table = if arguments.json { table::json(&rows) } else { table::text(&rows) };
        print(io::stdout(), &table).map_err(|error| error.to_string())?;
        self.judge(&rows, arguments)
    }

    /// Without a record, no row may have failures; with one, none may have got worse.
    /// Signatures are compared with their own table.
    fn judge(self, rows: &[Row], arguments: &Corpus) -> Result<ExitCode, String> {
        if let Some(shortfall) = signatures::shortfall(&row::signatures(rows)) {
            eprintln!("{shortfall}");
            return Ok(ExitCode::FAILURE);
        }
        let Some(record) = self.record else {
            let failed = rows.iter().any(|row| !row.failures.is_empty());
            return Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        };
        if arguments.bless {
            record.replace(rows).map_err(|error| format!("the record cannot be written: {error}"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let unknown = record.unknown(rows);
        if unknown > 0 {
            eprintln!("{unknown} of {} documents are not on record; `--bless` puts them there", rows.len());
        }
        let worse = record.worse(rows);
        if worse.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("\nworse than on record:");
        for what in worse {
            eprintln!("  {what}");
        }
        eprintln!("if this is right, run the command with `--bless` and commit the record");
        Ok(ExitCode::FAILURE)
    }
}
