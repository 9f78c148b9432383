//! Random descriptions: none makes the generator abort, panic or exceed the limits, and the crates compile and pass their
//! tests. Random instances of random schemas: each valid one decodes, and encodes to equal JSON.
//!
//! ```sh
//! cargo test -p webhook-generator --test random -- --documents 150 --compile 20 --test 20
//! cargo test -p webhook-generator --test random -- --documents 0 --instances 2000
//! cargo test -p webhook-generator --test random -- --long       # 20 000 and 50 000; 1 000 are compiled and 200 tested
//! cargo test -p webhook-generator --test random -- --show 5     # the files of a seed, and what is reported
//! cargo test -p webhook-generator --test random -- --schemas 5  # the schemas of a seed, and what is reported
//! ```
//!
//! Each document has a seed, so that a finding is repeated by its seed. The documents run in child processes: an abort ends
//! only the child, and the seed of the document is known. A finding is shrunk and printed.

mod child;
mod instances;
mod modules;
mod parent;
mod processor;
#[path = "../support/properties.rs"]
mod properties;
#[path = "../support/workspace.rs"]
mod workspace;

use std::env;
use std::process::ExitCode;

/// What to do.
struct Arguments {
    /// The first seed.
    seed: u64,
    /// How many documents, each with the next seed.
    documents: u64,
    /// How many of the crates are compiled.
    compile: usize,
    /// How many of those are tested.
    test: usize,
    /// How many instances are tried.
    instances: usize,
}

fn main() -> ExitCode {
    let given: Vec<String> = env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    match given[..] {
        [child::SEEDS, from, to] => child::seeds(number(from)..number(to)),
        [child::FILE, file] => child::file(file.as_ref()),
        ["--show", seed] => child::show(number(seed)),
        ["--schemas", seed] => {
            instances::show(number(seed));
            ExitCode::SUCCESS
        }
        // Arguments for the other tests of the package: a list of tests, or some of them by name.
        ["--list", ..] => ExitCode::SUCCESS,
        [name, ..] if !name.starts_with('-') => ExitCode::SUCCESS,
        _ => parent::run(&arguments(&given)),
    }
}

fn arguments(given: &[&str]) -> Arguments {
    let long = given.contains(&"--long");
    let value = |name: &str, default: u64| {
        let at = given.iter().position(|argument| *argument == name);
        at.and_then(|at| given.get(at + 1)).map_or(default, |text| number(text))
    };
    let count = |name: &str, default: u64| usize::try_from(value(name, default)).unwrap_or(usize::MAX);
    Arguments {
        seed: value("--seed", 0),
        documents: value("--documents", if long { 20_000 } else { 20 }),
        compile: count("--compile", if long { 1_000 } else { 0 }),
        test: count("--test", if long { 200 } else { 0 }),
        instances: count("--instances", if long { 50_000 } else { 0 }),
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is not a number"))
}
