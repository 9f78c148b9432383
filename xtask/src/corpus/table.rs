//! Rows for people and for programs.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::count::{Count, Counts};
use super::init::FirstContact;
use super::row::{self, Row};
use super::signatures::{self, Verdict};

/// The sums of all rows.
struct Totals {
    counts: Counts,
    generation: Duration,
    compilation: Duration,
    generated: usize,
    documents: usize,
}

impl Totals {
    fn of(rows: &[Row]) -> Self {
        let mut counts = Counts::default();
        rows.iter().filter_map(|row| row.counts.as_ref()).for_each(|row| counts.add(row));
        // A document without counts can fail as well.
        counts[Count::Failures] = rows.iter().map(|row| row.failures.len()).sum();
        Self {
            counts,
            generation: rows.iter().map(|row| row.generation).sum(),
            compilation: rows.iter().filter_map(|row| row.compilation).sum(),
            generated: rows.iter().filter(|row| row.counts.is_some()).count(),
            documents: rows.len(),
        }
    }
}

/// The rows as a table, then the totals, the inexpressible places, the webhooks without evidence, and the failures.
pub(crate) fn text(rows: &[Row]) -> String {
    let totals = Totals::of(rows);
    let heading: Vec<String> =
        Count::ALL.iter().map(|count| count.name().to_owned()).chain(["generated".into(), "compiled".into()]).collect();
    let cells = |counts: &Counts, generation, compilation: Option<Duration>| -> Vec<String> {
        let counts = Count::ALL.iter().map(|count| counts[*count].to_string());
        let compiled = compilation.map_or_else(|| "-".to_owned(), seconds);
        counts.chain([seconds(generation), compiled]).collect()
    };
    let body: Vec<(&str, Result<Vec<String>, &str>)> = rows
        .iter()
        .map(|row| {
            let cells = match &row.counts {
                Some(counts) => Ok(cells(counts, row.generation, row.compilation)),
                None => Err(row.error.as_deref().unwrap_or("-")),
            };
            (row.document.as_str(), cells)
        })
        .collect();
    let name = format!("{} documents, {} generated", totals.documents, totals.generated);
    let sums = cells(&totals.counts, totals.generation, Some(totals.compilation));

    let first = body.iter().map(|(name, _)| name.len()).chain([name.len()]).max().unwrap_or_default();
    let numbers = body.iter().filter_map(|(_, cells)| cells.as_ref().ok()).chain([&heading, &sums]);
    let mut widths = vec![0; heading.len()];
    for cells in numbers {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.len().max(*width);
        }
    }
    let mut table = String::new();
    // Writing to a `String` does not fail.
    let mut line = |name: &str, cells: &[String]| {
        let cells: String = cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:>width$}")).collect();
        let _ = writeln!(table, "{name:<first$}{cells}");
    };
    line("document", &heading);
    for (name, cells) in &body {
        match cells {
            Ok(cells) => line(name, cells),
            Err(error) => line(name, &[(*error).to_owned()]),
        }
    }
    line(&name, &sums);
    section(&mut table, "untyped, and not left open by the description", rows, |row| &row.inexpressible);
    section(&mut table, "no event type in the description", rows, |row| &row.unknown);
    section(&mut table, "failures", rows, |row| &row.failures);
    // Writing to a `String` does not fail.
    let _ = writeln!(table, "\n{}", signatures::summary(&row::signatures(rows)));
    let made = |way| rows.iter().filter(|row| row.first_contact == Some(way)).count();
    let [at_once, answered, nothing] = [FirstContact::AtOnce, FirstContact::Answered, FirstContact::Nothing].map(made);
    if at_once + answered + nothing > 0 {
        let _ = writeln!(
            table,
            "first contact: {at_once} generated at once, {answered} after answers, {nothing} without a JSON body",
        );
    }
    for row in rows {
        if let Some(Verdict::Missed(what)) = &row.signature {
            let _ = writeln!(table, "  {}: {what}", row.document);
        }
    }
    table
}

fn section(table: &mut String, title: &str, rows: &[Row], of: fn(&Row) -> &[String]) {
    if rows.iter().any(|row| !of(row).is_empty()) {
        let _ = writeln!(table, "\n{title}:");
    }
    for row in rows {
        for what in of(row) {
            let _ = writeln!(table, "  {}: {}", row.document, what.trim_end().replace('\n', "\n    "));
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

/// The rows, one JSON object per line, then the totals.
pub(crate) fn json(rows: &[Row]) -> String {
    let totals = Totals::of(rows);
    let mut lines: String = rows.iter().map(|row| json_row(row).to_string() + "\n").collect();
    let mut sums = totals.counts.to_json(false);
    sums.insert("documents".to_owned(), totals.documents.into());
    sums.insert("generated".to_owned(), totals.generated.into());
    times(&mut sums, totals.generation, Some(totals.compilation));
    lines += &json!({ "totals": sums }).to_string();
    lines.push('\n');
    lines
}

fn json_row(row: &Row) -> Value {
    let mut members = row.counts.as_ref().map(|counts| counts.to_json(false)).unwrap_or_default();
    members.insert("document".to_owned(), row.document.as_str().into());
    members.insert("fingerprint".to_owned(), row.fingerprint.as_str().into());
    members.insert("error".to_owned(), row.error.as_deref().into());
    members.insert("untyped".to_owned(), json!({ "open": row.open, "inexpressible": row.inexpressible }));
    members.insert("failed".to_owned(), row.failures.as_slice().into());
    times(&mut members, row.generation, row.compilation);
    Value::Object(members)
}

fn times(members: &mut Map<String, Value>, generation: Duration, compilation: Option<Duration>) {
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let compilation = compilation.map(milliseconds);
    members.insert(
        "milliseconds".to_owned(),
        json!({ "generation": milliseconds(generation), "compilation": compilation }),
    );
}
