//! `cargo xtask edits`: what each edit of a table does to a receiver, measured with the compiler and the decoders.
//!
//! ```text
//! table → generate → compile handlers, decode deliveries → measured effects → compare
//! ```

mod crates;
mod direction;
#[path = "../../../generator/tests/diff/emitted.rs"]
mod emitted;
#[path = "../../../generator/tests/diff/handler.rs"]
mod handler;
#[allow(dead_code, reason = "`docs/changes-measured.md` has the rest")]
#[path = "../../../generator/tests/diff/semver_checks.rs"]
mod known;
mod measure;
mod public_api;
mod referee;
mod semver_checks;
#[path = "../../../generator/tests/diff/table.rs"]
mod table;

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use cargo_webhooks::print;

use crate::cli::Edits;
use crate::workspace;
use measure::{Measured, Outcome, measure};
use table::{Edit, Table};

/// One edit of each kind that breaks a receiver: an event type, a member, a type, a value, an alternative, the signature.
const SHORT: [&str; 7] = [
    "event-added",
    "member-added-required",
    "member-recased-optional",
    "integer-narrowed",
    "value-added",
    "variant-replaced",
    "headers-renamed",
];

/// Runs the command.
pub(crate) fn run(arguments: &Edits) -> ExitCode {
    match compare(arguments) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn compare(arguments: &Edits) -> Result<ExitCode, String> {
    let root = workspace::root();
    let mut table = Table::new();
    table.edits.retain(|edit| match &arguments.rule {
        Some(rule) => edit.rule == *rule,
        None => arguments.long || SHORT.contains(&edit.rule.as_str()),
    });
    if table.edits.is_empty() {
        return Err("no edit has this rule".to_owned());
    }
    let folder = arguments.out.clone().unwrap_or_else(|| root.join("target/edits"));
    let folder = std::path::absolute(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    let Outcome { measured, stale } = measure(&root, &folder, &table, arguments.long)?;
    let mut text = String::new();
    let mut wrong = stale.len();
    for (edit, measured) in table.edits.iter().zip(&measured) {
        let differences = differences(edit, measured);
        wrong += usize::from(!differences.is_empty());
        let verdict = if differences.is_empty() { "ok" } else { "DIFFERS" };
        let _ = writeln!(text, "{:<26} {verdict:<8} {measured}", edit.rule);
        for difference in differences {
            let _ = writeln!(text, "    {difference}");
        }
    }
    for stale in stale {
        let _ = writeln!(text, "{stale}");
    }
    let _ = writeln!(text, "{} edits, {wrong} not as in the table", measured.len());
    print(io::stdout(), &text).map_err(|error| error.to_string())?;
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How an edit is not as in the table.
fn differences(edit: &Edit, measured: &Measured) -> Vec<String> {
    let mut differences = measured.problems.clone();
    let mut compare = |what: &str, expected: &dyn ToString, found: &dyn ToString| {
        let (expected, found) = (expected.to_string(), found.to_string());
        if expected != found {
            differences.push(format!("{what}: {found}; the table has {expected}"));
        }
    };
    let Some((expected, undone)) = edit.effect().zip(edit.undone.clone()) else {
        compare("error", &edit.error.as_deref().unwrap_or("none"), &measured.error.as_deref().unwrap_or("none"));
        return differences;
    };
    compare("the old crate reads the new delivery", &edit.old_reads_new, &measured.old_reads_new);
    compare("the new crate reads the old delivery", &edit.new_reads_old, &measured.new_reads_old);
    compare(&edit.rule, &expected, &measured.there);
    compare(&format!("undone, {}", undone.rule), &undone, &measured.back);
    differences
}
