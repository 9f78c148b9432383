//! The table in `docs/hostile.md` names every row, and every row has a test.

use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../../docs/hostile.md");

const TESTS: [&str; 8] = [
    include_str!("documents.rs"),
    include_str!("references.rs"),
    include_str!("names.rs"),
    include_str!("texts.rs"),
    include_str!("schemas.rs"),
    include_str!("environment.rs"),
    include_str!("../../../cli/tests/hostile.rs"),
    include_str!("../compile.rs"),
];

#[test]
fn every_row_has_a_test_and_every_test_a_row() {
    let ranges = [1..=35, 40..=62, 66..=86, 87..=100, 101..=120, 121..=136, 140..=153];
    let rows: BTreeSet<String> = ranges.into_iter().flatten().map(|row: u8| format!("{row:02}")).collect();
    assert_eq!(rows.len(), 143);
    let listed: BTreeSet<String> =
        TABLE.lines().filter_map(|line| line.strip_prefix("| G")?.split(' ').next()).map(str::to_owned).collect();
    let tested: BTreeSet<String> = TESTS
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.trim_start().strip_prefix("fn g")?.split('_').next())
        .map(str::to_owned)
        .collect();
    assert_eq!(listed, rows, "the table in docs/hostile.md");
    assert_eq!(tested, rows, "the tests");
}
