//! The edits of `edits.yaml` without a compiler. `cargo xtask edits` compiles and runs what they emit.

#[path = "emitted.rs"]
mod emitted;
#[allow(dead_code, reason = "`cargo xtask edits` uses the rest")]
#[path = "handler.rs"]
mod handler;
#[path = "page.rs"]
mod page;
mod random;
mod reported;
#[path = "semver_checks.rs"]
mod semver_checks;
#[allow(dead_code, reason = "`cargo xtask edits` uses the rest")]
#[path = "table.rs"]
mod table;

use std::collections::BTreeSet;

use emitted::Difference;
use handler::Handler;
use semver_checks::Known;
use table::{Flag, Step, Table, base, run};
use webhook_generator::{Output, ReceiverDependency, render};

/// Each edit applies, changes what the table states of the emitted files, and is undone by its opposite.
#[test]
fn each_edit_changes_the_files_as_stated() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path();
    let output = |name: &str, description: &str, names: Option<&str>| -> Result<Output, String> {
        let outcome = run(folder, description, names, ReceiverDependency::Version("0.1".to_owned()));
        outcome.output.ok_or_else(|| {
            let messages = render::text(&outcome.diagnostics, &outcome.sources, false);
            format!("{name}: {messages}")
        })
    };
    let old = base(folder);
    let base = output("the base", &old, None).unwrap_or_else(|messages| panic!("{messages}"));
    let items = Handler::new(&base.files).expect("the base is Rust");
    let mut differences = Vec::new();
    for edit in &Table::new().edits {
        let name = &edit.name;
        let description = edit.apply(folder);
        let new = match (output(name, &description, Some(&base.names)), &edit.error) {
            (Ok(new), None) => new,
            (Err(messages), Some(code)) if messages.contains(&format!("error[{code}]")) => continue,
            (Ok(_), Some(code)) => {
                differences.push(format!("{name}: no error {code}"));
                continue;
            }
            (Err(messages), _) => {
                differences.push(messages);
                continue;
            }
        };
        let difference = Difference::between(&base.files, &new.files);
        let (is_same, is_docs) = (difference == Difference::None, difference == Difference::Docs);
        let others = match difference {
            Difference::Code => &Handler::new(&new.files).expect("the edited crate is Rust"),
            Difference::None | Difference::Docs => &items,
        };
        let (items, others) = (items.uses(), others.uses());
        let (Some(effect), Some(undone)) = (edit.effect(), &edit.undone) else {
            differences.push(format!("{name}: the table has no effect or no error"));
            continue;
        };
        for (effect, is_source) in [(&effect, !items.is_subset(&others)), (undone, !others.is_subset(&items))] {
            let rule = &effect.rule;
            if is_source != effect.flags.contains(&Flag::Source) {
                differences.push(format!("{name}: {rule}: an item is gone: {is_source}"));
            }
            if is_same != (effect.step == Step::None) {
                differences.push(format!("{name}: {rule}: the files are the same: {is_same}"));
            }
            if is_docs != effect.flags.contains(&Flag::Docs) {
                differences.push(format!("{name}: {rule}: only docs differ: {is_docs}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// `cargo xtask edits --long` compares the differences themselves.
#[test]
fn known_differences_are_about_rules_of_the_table() {
    let edits = Table::new().edits;
    let rules: BTreeSet<&str> = edits
        .iter()
        .flat_map(|edit| [&edit.rule].into_iter().chain(edit.undone.as_ref().map(|undone| &undone.rule)))
        .map(String::as_str)
        .collect();
    let Known { misses, reports } = Known::new();
    for rule in misses.iter().chain(&reports).flat_map(|reason| &reason.rules) {
        assert!(rules.contains(&**rule), "no edit has the rule `{rule}`");
    }
}

#[test]
fn the_page_is_that_of_the_table() {
    page::compare(&Table::new()).unwrap_or_else(|problem| panic!("{problem}"));
}
