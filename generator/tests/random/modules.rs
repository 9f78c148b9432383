//! Compiles emitted crates, many of them as the modules of one crate: the receiver is compiled once, and linked once for many.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
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

/// The seed under which a problem is listed that no module has.
pub(crate) const NO_MODULE: u64 = u64::MAX;

/// What is compiled beside the modules.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// The tests that were emitted, which are not run.
    Check,
    /// The tests that were emitted.
    Test,
    /// A program that is run later: the text of its `main.rs`, from the seeds of the modules.
    Program(fn(&[u64]) -> String),
}

/// A workspace with one crate, `batch`.
pub(crate) struct Batch {
    workspace: PathBuf,
    purpose: Purpose,
}

/// Compiles the crates of these documents and their tests, with warnings denied, and runs the tests of the first `tested`.
/// Returns the seeds of those that fail, with the reason.
pub(crate) fn compile(seeds: &[u64], tested: usize) -> BTreeMap<u64, String> {
    let mut problems = BTreeMap::new();
    for (number, seeds) in seeds.chunks(BATCH).enumerate() {
        let is_tested = number * BATCH < tested;
        let batch = Batch::new("random", if is_tested { Purpose::Test } else { Purpose::Check });
        let mut documents: BTreeMap<u64, Document> =
            seeds.iter().map(|seed| (*seed, Document::from_seed(*seed))).collect();
        problems.extend(batch.build(&mut documents));
        let passed = if is_tested { "compile and pass their tests" } else { "compile" };
        println!("batch {number}: {} of {} crates {passed}", documents.len(), seeds.len());
    }
    problems
}

impl Batch {
    /// A batch in the workspace of this name, which keeps what is compiled of the receiver.
    pub(crate) fn new(name: &str, purpose: Purpose) -> Self {
        Self { workspace: workspace(name), purpose }
    }

    /// Compiles the crates of these documents. Those that fail are removed, and returned with the reason.
    pub(crate) fn build(&self, documents: &mut BTreeMap<u64, Document>) -> BTreeMap<u64, String> {
        let mut problems = BTreeMap::new();
        // A batch with faults is compiled again without them: the compiler reports the next kind only then.
        while !documents.is_empty() {
            let _ = fs::remove_dir_all(self.workspace.join("crates"));
            self.write(&self.workspace.join("crates/batch"), documents);
            let found = problems_of(&self.cargo());
            if found.is_empty() {
                break;
            }
            documents.retain(|seed, _| !found.contains_key(seed));
            let general = found.contains_key(&NO_MODULE);
            problems.extend(found);
            if general {
                documents.clear();
            }
        }
        problems
    }

    /// The program, once it is built.
    pub(crate) fn program(&self) -> PathBuf {
        self.workspace.join("target/debug").join(format!("batch{}", env::consts::EXE_SUFFIX))
    }

    /// Writes a crate with a module for each document.
    fn write(&self, folder: &Path, documents: &BTreeMap<u64, Document>) {
        let (mut library, mut tests) = (String::new(), String::new());
        let receiver = root().join("receiver").to_string_lossy().replace('\\', "/");
        for (seed, document) in documents {
            let written = child::written(document);
            let run = properties::run(written.path(), Limits::default());
            let module = format!("d{seed}");
            library.push_str(&format!("pub mod {module};\n"));
            tests.push_str(&format!("mod {module} {{\n"));
            for (path, text) in run.files.into_iter().flatten() {
                if path == "Cargo.toml" {
                    write_changed(&folder.join(path), &manifest(&text, &receiver));
                } else if let Some((place, file)) = path.split_once('/') {
                    let path = match (place, file) {
                        ("src", "lib.rs") => format!("src/{module}/mod.rs"),
                        _ => format!("{place}/{module}/{file}"),
                    };
                    if place == "tests" {
                        tests.push_str(&format!("    mod {};\n", file.trim_end_matches(".rs")));
                    }
                    write_changed(&folder.join(path), &in_module(&text, &module));
                }
            }
            tests.push_str("}\n");
        }
        let library = format!("//! Emitted crates.\n#![allow({})]\n\n{library}", CRATE_LINTS.join(", "));
        write_changed(&folder.join("src/lib.rs"), &library);
        match self.purpose {
            Purpose::Program(main) => {
                let seeds: Vec<u64> = documents.keys().copied().collect();
                write_changed(&folder.join("src/main.rs"), &main(&seeds));
            }
            _ => write_changed(&folder.join("tests/all.rs"), &format!("//! Their tests.\n\n{tests}")),
        }
    }

    fn cargo(&self) -> Output {
        let what: &[&str] = match self.purpose {
            Purpose::Check => &["check", "--test", "*"],
            Purpose::Test => &["test", "--no-fail-fast", "--test", "*"],
            Purpose::Program(_) => &["build", "--bins"],
        };
        Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
            .args(what)
            .args(["--quiet", "--offline", "--workspace", "--message-format", "short"])
            .current_dir(&self.workspace)
            .env("CARGO_TARGET_DIR", self.workspace.join("target"))
            .env("RUSTFLAGS", "-Dwarnings")
            .output()
            .expect("cargo can be run")
    }
}

/// The manifest of a batch, from that of an emitted crate.
fn manifest(emitted: &str, receiver: &str) -> String {
    emitted
        .replace("\n[workspace]", "")
        .replace("name = \"hostile-webhooks\"", "name = \"batch\"")
        .replace("webhook-receiver = { version = \"1.0\"", &format!("webhook-receiver = {{ path = {receiver:?}"))
}

/// The text of a file of an emitted crate, as that of a module.
fn in_module(text: &str, module: &str) -> String {
    let mut text = text.to_owned();
    for lint in CRATE_LINTS {
        text = text.replace(&format!("#![allow({lint})]"), "").replace(&format!("{lint}, "), "");
    }
    text.replace("crate::", &format!("crate::{module}::"))
        .replace("$crate::{module}::", "$crate::")
        .replace("hostile_webhooks::", &format!("batch::{module}::"))
        .replace("\"../fixtures/", &format!("\"../../fixtures/{module}/"))
}

/// The seeds of the modules with errors or failed tests, with the first line about each.
fn problems_of(output: &Output) -> BTreeMap<u64, String> {
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
        found.insert(NO_MODULE, report);
    }
    found
}
