//! Compiles emitted crates, many of them as the modules of one crate: the receiver is compiled once, and linked once for many.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use arbitrary_openapi::Document;
use webhook_generator::source::Limits;

use crate::workspace::{root, workspace, write_changed};
use crate::{child, properties};

/// How many crates become one.
const BATCH: usize = 50;

/// Lints that emitted crates allow at their root, for names that come from the description. In modules they have no effect, so the
/// batch allows them.
const CRATE_LINTS: [&str; 3] = ["confusable_idents", "mixed_script_confusables", "uncommon_codepoints"];

/// Compiles the crates of these documents and their tests, with warnings denied, and runs the tests of the first `tested`.
/// Returns the seeds of those that fail, with the reason.
pub(crate) fn compile(seeds: &[u64], tested: usize) -> BTreeMap<u64, String> {
    let mut problems = BTreeMap::new();
    if seeds.is_empty() {
        return problems;
    }
    let workspace = workspace("random");
    for (batch, seeds) in seeds.chunks(BATCH).enumerate() {
        let test = batch * BATCH < tested;
        let mut left: BTreeSet<u64> = seeds.iter().copied().collect();
        // A batch with faults is compiled again without them: the compiler reports the next kind only then.
        while !left.is_empty() {
            let _ = fs::remove_dir_all(workspace.join("crates"));
            write_batch(&workspace.join("crates/batch"), &root().join("receiver"), &left);
            let found = cargo(&workspace, test);
            if found.is_empty() {
                break;
            }
            left.retain(|seed| !found.contains_key(seed));
            let general = found.contains_key(&u64::MAX);
            problems.extend(found);
            if general {
                break;
            }
        }
        let passed = if test { "compile and pass their tests" } else { "compile" };
        println!("batch {batch}: {} of {} crates {passed}", left.len(), seeds.len());
    }
    problems
}

/// Writes a crate with a module for each document.
fn write_batch(folder: &Path, receiver: &Path, seeds: &BTreeSet<u64>) {
    let (mut library, mut tests) = (String::new(), String::new());
    for seed in seeds {
        let written = child::written(&Document::from_seed(*seed));
        let run = properties::run(written.path(), Limits::default());
        let module = format!("d{seed}");
        library.push_str(&format!("pub mod {module};\n"));
        tests.push_str(&format!("mod {module} {{\n"));
        for (path, mut text) in run.files.into_iter().flatten() {
            let (place, file) = path.split_once('/').unwrap_or(("", &path));
            for lint in CRATE_LINTS {
                text = text.replace(&format!("#![allow({lint})]"), "").replace(&format!("{lint}, "), "");
            }
            let text = text
                .replace("crate::", &format!("crate::{module}::"))
                .replace("$crate::{module}::", "$crate::")
                .replace("hostile_webhooks::", &format!("batch::{module}::"))
                .replace("\"../fixtures/", &format!("\"../../fixtures/{module}/"));
            let path = match place {
                "src" => format!("src/{module}/{}", if file == "lib.rs" { "mod.rs" } else { file }),
                "" if file == "Cargo.toml" => {
                    let path = receiver.to_string_lossy().replace('\\', "/");
                    let manifest = text
                        .replace("\n[workspace]", "")
                        .replace("name = \"hostile-webhooks\"", "name = \"batch\"")
                        .replace(
                            "webhook-receiver = { version = \"1.0\"",
                            &format!("webhook-receiver = {{ path = {path:?}"),
                        );
                    write_changed(&folder.join(file), &manifest);
                    continue;
                }
                "" => continue,
                place => format!("{place}/{module}/{file}"),
            };
            if let Some(test) = path.strip_prefix(&format!("tests/{module}/")).and_then(|test| test.strip_suffix(".rs"))
            {
                tests.push_str(&format!("    mod {test};\n"));
            }
            write_changed(&folder.join(path), &text);
        }
        tests.push_str("}\n");
    }
    write_changed(
        &folder.join("src/lib.rs"),
        &format!("//! Emitted crates.\n#![allow({})]\n\n{library}", CRATE_LINTS.join(", ")),
    );
    write_changed(&folder.join("tests/all.rs"), &format!("//! Their tests.\n\n{tests}"));
}

/// Compiles, and perhaps tests; the seeds of the modules with errors or failed tests, with the first line about each. What is about
/// no module has the largest seed.
fn cargo(workspace: &Path, test: bool) -> BTreeMap<u64, String> {
    let what: &[&str] = if test { &["test", "--no-fail-fast", "--test", "*"] } else { &["check", "--test", "*"] };
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
        .args(what)
        .args(["--quiet", "--offline", "--workspace", "--message-format", "short"])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        .env("RUSTFLAGS", "-Dwarnings")
        .output()
        .expect("cargo can be run");
    let mut found = BTreeMap::new();
    if output.status.success() {
        return found;
    }
    let report = [&output.stderr, &output.stdout].map(|bytes| String::from_utf8_lossy(bytes)).concat();
    for line in report.lines() {
        // `crates/batch/src/d7/event.rs:1:2: error: …`, `thread 'd7::examples::parcel_sent' panicked …`
        let after =
            line.split_once("/src/d").or_else(|| line.split_once("/tests/d")).or_else(|| line.split_once("thread 'd"));
        let digits = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().parse().ok();
        if let Some(seed) = after.and_then(|(_, rest)| digits(rest)) {
            found.entry(seed).or_insert_with(|| line.to_owned());
        }
    }
    if found.is_empty() {
        found.insert(u64::MAX, report);
    }
    found
}
