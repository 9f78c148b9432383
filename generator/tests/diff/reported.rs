//! What the report says of each edit.

use std::collections::BTreeSet;

use webhook_generator::diff::{Report, compare, trees};
use webhook_generator::{Described, ReceiverDependency, describe};

use crate::table::{Effect, Table, base, request};

/// The report has the stated rule, flags and step for each edit, and for the edit undone.
#[test]
fn each_edit_is_reported_as_stated() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path();
    let described = |description: &str, names: Option<&str>| -> Option<Described> {
        describe(&request(folder, description, names, ReceiverDependency::Version("0.1".to_owned()))).1
    };
    let base = base(folder);
    let old = described(&base, None).expect("the base has no errors");
    let mut differences = Vec::new();
    for edit in &Table::new().edits {
        let (Some(effect), Some(undone)) = (edit.effect(), &edit.undone) else { continue };
        let description = edit.apply(folder);
        let new = described(&description, Some(&old.names)).unwrap_or_else(|| panic!("{} has errors", edit.name));
        let back = described(&base, Some(&new.names)).expect("the base has no errors");
        for (from, to, effect, direction) in [(&old, &new, &effect, "done"), (&new, &back, undone, "undone")] {
            let mut report = compare(&from.catalogue, &to.catalogue);
            trees(&from.tree, &to.tree, &mut report);
            if let Err(difference) = check(&report, effect) {
                differences.push(format!("{}, {direction}: {difference}", edit.name));
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

fn check(report: &Report, stated: &Effect) -> Result<(), String> {
    let flags: BTreeSet<String> = report.flags().names().map(str::to_owned).collect();
    let step = report.step().name();
    let is_stated = flags == stated.flags.iter().map(ToString::to_string).collect()
        && step == format!("{:?}", stated.step).to_lowercase()
        && report.entries.iter().any(|entry| entry.rule.id() == stated.rule);
    if is_stated {
        return Ok(());
    }
    let entries = report.entries.iter();
    let entries = entries.map(|entry| format!("    {} [{}] {}\n", entry.rule, entry.flags, entry.message));
    Err(format!("{stated:?}\n  but {flags:?} {step}:\n{}", entries.collect::<String>()))
}
