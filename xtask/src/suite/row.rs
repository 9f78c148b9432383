//! The counts of a file of the suite, and the table of all.

use std::collections::BTreeMap;

/// What came of the groups of a file.
#[derive(Default)]
pub(super) struct Row {
    pub(super) groups: usize,
    /// Groups that refer to schemas in other files, which are not read.
    pub(super) remote: usize,
    /// Groups with a crate.
    pub(super) generated: usize,
    /// Valid instances of these.
    pub(super) valid: usize,
    pub(super) decoded: usize,
    /// Instances that are encoded as equal JSON.
    pub(super) equal: usize,
    /// Strings of a format with typed access, and those that it judges as the suite does.
    pub(super) strings: usize,
    pub(super) judged: usize,
    /// What is generated, decoded or equal in the suite's view only, in words.
    pub(super) failures: Vec<String>,
}

/// A count of a row.
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) of: fn(&Row) -> usize,
    /// Whether more is better, rather than worse.
    pub(super) is_gain: bool,
}

const fn count(name: &'static str, of: fn(&Row) -> usize, is_gain: bool) -> Count {
    Count { name, of, is_gain }
}

/// The counts, in the order of the table.
pub(super) const COUNTS: [Count; 9] = [
    count("groups", |row| row.groups, true),
    count("remote", |row| row.remote, false),
    count("generated", |row| row.generated, true),
    count("valid", |row| row.valid, true),
    count("decoded", |row| row.decoded, true),
    count("equal", |row| row.equal, true),
    count("refused", |row| row.valid - row.decoded, false),
    count("strings", |row| row.strings, true),
    count("judged", |row| row.judged, true),
];

/// The rows as a table in Markdown, then the totals and the failures.
pub(super) fn table(rows: &BTreeMap<String, Row>) -> String {
    let heading = COUNTS.map(|count| count.name).join(" | ");
    let mut table = format!("| file | {heading} |\n|---|{}\n", "---|".repeat(COUNTS.len()));
    let mut line = |name: &str, cells: Vec<usize>| {
        let cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
        table.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    };
    for (file, row) in rows {
        line(file, COUNTS.map(|count| (count.of)(row)).to_vec());
    }
    line("all", COUNTS.map(|count| rows.values().map(count.of).sum()).to_vec());
    table.push_str(
        "\nremote: groups that refer to schemas in other files (`remotes/` or a metaschema), which are not read\n",
    );
    table.push_str(
        "strings, judged: of a format with typed access, and those that it accepts or refuses as the suite does\n",
    );
    let failures: Vec<&str> = rows.values().flat_map(|row| &row.failures).map(String::as_str).collect();
    if !failures.is_empty() {
        table.push_str(&format!("\nfailures:\n  {}\n", failures.join("\n  ")));
    }
    table
}
