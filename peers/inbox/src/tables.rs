//! The tables of docs/performance.md.

/// Tables in Markdown, in the order of their first rows. Those of several stores share a table.
#[derive(Default)]
pub(crate) struct Tables(Vec<Table>);

struct Table {
    title: &'static str,
    columns: &'static [&'static str],
    rows: Vec<String>,
}

impl Tables {
    /// Adds a row, and shows it as progress.
    pub(crate) fn row(&mut self, title: &'static str, columns: &'static [&'static str], cells: &[String]) {
        assert_eq!(columns.len(), cells.len());
        let row = format!("| {} |", cells.join(" | "));
        eprintln!("{title}: {row}");
        match self.0.iter_mut().find(|table| table.title == title) {
            Some(table) => table.rows.push(row),
            None => self.0.push(Table { title, columns, rows: vec![row] }),
        }
    }

    pub(crate) fn print(&self) {
        for Table { title, columns, rows } in &self.0 {
            println!(
                "\n{title}\n\n| {} |\n|{}\n{}",
                columns.join(" | "),
                "---|".repeat(columns.len()),
                rows.join("\n")
            );
        }
    }
}

/// A number of items a second.
pub(crate) fn rounded(rate: f64) -> String {
    format!("{rate:.0}")
}

pub(crate) fn ratio(ratio: f64) -> String {
    format!("{ratio:.2}")
}

/// A mean size.
pub(crate) fn size(size: f64) -> String {
    format!("{size:.1}")
}

/// A time in milliseconds.
pub(crate) fn millis(millis: f64) -> String {
    format!("{millis:.2} ms")
}
