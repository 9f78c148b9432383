//! The committed record of earlier rows: the fingerprint of each document and its counts, but no text of the documents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value};

use super::count::Counts;
use super::row::Row;

/// A record.
pub(crate) struct Record {
    path: PathBuf,
    /// By fingerprint; `None` for a document without a generated crate.
    rows: BTreeMap<String, Option<Counts>>,
}

impl Record {
    /// Reads a record; empty if the file does not exist.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let problem = |what: &dyn std::fmt::Display| format!("`{}`: {what}", path.display());
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => "{}".to_owned(),
            Err(error) => return Err(problem(&error)),
        };
        let rows: Map<String, Value> = serde_json::from_str(&text).map_err(|error| problem(&error))?;
        let rows = rows.into_iter().map(|(key, row)| (key, row.as_object().map(Counts::from_json))).collect();
        Ok(Self { path: path.to_owned(), rows })
    }

    /// What is worse than on record, in words. New documents are never worse.
    pub(crate) fn worse(&self, rows: &[Row]) -> Vec<String> {
        let mut worse = Vec::new();
        for row in rows {
            let say = |what: String| format!("{}: {what}", row.document);
            match (self.rows.get(&row.fingerprint), &row.counts) {
                (Some(Some(before)), Some(now)) => worse.extend(now.worse_than(before).into_iter().map(say)),
                (Some(Some(_)), None) => worse.push(say("no longer generates".to_owned())),
                (Some(None) | None, _) => {}
            }
        }
        worse
    }

    /// How many of the documents are not on record.
    pub(crate) fn unknown(&self, rows: &[Row]) -> usize {
        rows.iter().filter(|row| !self.rows.contains_key(&row.fingerprint)).count()
    }

    /// Replaces the record with these rows.
    pub(crate) fn replace(self, rows: &[Row]) -> io::Result<()> {
        // One document per line, for readable diffs.
        let line = |row: &Row| {
            let counts = row.counts.as_ref().map_or(Value::Null, |counts| counts.to_json(true).into());
            (row.fingerprint.clone(), counts)
        };
        let rows: BTreeMap<String, Value> = rows.iter().map(line).collect();
        let lines: Vec<String> = rows.iter().map(|(key, counts)| format!("\"{key}\": {counts}")).collect();
        fs::write(self.path, format!("{{\n{}\n}}\n", lines.join(",\n")))
    }
}
