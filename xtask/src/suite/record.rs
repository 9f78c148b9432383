//! The committed record of earlier rows: the counts of each file, and no text of the suite.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::row::{COUNTS, Count, Row};

/// A record.
pub(super) struct Record {
    path: PathBuf,
    rows: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Record {
    /// Reads a record; empty if the file does not exist.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let problem = |what: &dyn std::fmt::Display| format!("`{}`: {what}", path.display());
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => "{}".to_owned(),
            Err(error) => return Err(problem(&error)),
        };
        let rows = serde_json::from_str(&text).map_err(|error| problem(&error))?;
        Ok(Self { path: path.to_owned(), rows })
    }

    /// What is worse than on record, in words. New files are never worse. A file of which only some groups are measured
    /// cannot be compared.
    pub(super) fn worse(&self, rows: &BTreeMap<String, Row>) -> Vec<String> {
        let mut worse = Vec::new();
        for (file, row) in rows {
            let Some(before) = self.rows.get(file).filter(|before| before.get("groups") == Some(&row.groups)) else {
                continue;
            };
            for Count { name, of, is_gain } in COUNTS {
                let (was, is) = (before.get(name).copied().unwrap_or_default(), of(row));
                if if is_gain { is < was } else { is > was } {
                    worse.push(format!("{file}: {name} was {was}, is {is}"));
                }
            }
        }
        worse
    }

    /// Replaces the record with these rows.
    pub(super) fn replace(self, rows: &BTreeMap<String, Row>) -> io::Result<()> {
        // One file per line, for readable diffs.
        let line = |(file, row): (&String, &Row)| {
            let counts: BTreeMap<&str, usize> = COUNTS.map(|count| (count.name, (count.of)(row))).into();
            format!("\"{file}\": {}", serde_json::json!(counts))
        };
        let lines: Vec<String> = rows.iter().map(line).collect();
        fs::write(self.path, format!("{{\n{}\n}}\n", lines.join(",\n")))
    }
}
