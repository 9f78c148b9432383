//! Releases of random descriptions: generation stays a pure function, and the next run reads what a release writes.
//!
//! `RELEASE_ROUNDS=500 cargo test -p webhook-generator --test released` tries more.

use std::path::Path;
use std::{env, fs};

use arbitrary_openapi::{Document, edit, seeded};
use webhook_generator::catalogue::Catalogue;
use webhook_generator::released::{Files, Release};
use webhook_generator::{Output, ReceiverDependency, Request, generate};

/// The largest description that is released, in bytes of JSON.
const MAX_SIZE: usize = 20_000;

#[test]
fn the_next_run_makes_what_was_released() {
    let rounds = env::var("RELEASE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3);
    let (mut released, mut seed) = (0, 0);
    while released < rounds {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        released += usize::from(check(folder.path(), seed).is_some());
        seed += 1;
    }
}

/// Releases a description twice, edited in between; `None` if it has errors, or is large.
fn check(folder: &Path, seed: u64) -> Option<()> {
    let document = Document::from_seed(seed);
    let mut changed = document.clone();
    let edit = edit(&mut seeded(seed ^ 0x5eed).choices(), &mut changed)?;
    if document.spec.to_string().len() > MAX_SIZE {
        return None;
    }
    write(&folder.join("codegen.toml"), "");
    for (name, text) in document.texts() {
        write(&folder.join(name), &text);
    }
    let mut request = Request::new(folder.join(document.spec_name()))
        .config(folder.join("codegen.toml"))
        .names(folder.join("names.lock"))
        .released(Files::beside(&folder.join("codegen.toml")))
        .receiver(ReceiverDependency::Version("0.1".to_owned()));
    if document.overlay.is_some() {
        request = request.overlay(folder.join("overlay.yaml"));
    }
    generate(&request).output?;
    let first = release(folder, &request, seed);
    assert!(first.release.is_some(), "seed {seed}: the first release");

    for (name, text) in changed.texts().into_iter().filter(|(name, _)| name != "codegen.toml") {
        write(&folder.join(name), &text);
    }
    let edited = generate(&request).output?;
    assert_eq!(edited.files, generate(&request).output?.files, "seed {seed}: a second run");
    let second = release(folder, &request, seed);
    // What has no effect on users of the crate needs no release.
    let unreleased = edited.files["CHANGELOG.md"].contains("\n## Unreleased\n");
    assert_eq!(second.release.is_some(), unreleased, "seed {seed}: {edit}");
    if second.release.is_none() {
        assert_eq!(second.files, edited.files, "seed {seed}: {edit}");
    }
    Some(())
}

/// Releases, and writes what must be written. Then a run makes the same.
fn release(folder: &Path, request: &Request, seed: u64) -> Output {
    let release = Release { version: None, date: "2026-01-31".to_owned() };
    let output = generate(&request.clone().release(release)).output.expect("what is generated can be released");
    write(&folder.join("names.lock"), &output.names);
    for (path, text) in output.release.iter().flat_map(|cut| &cut.files) {
        write(path, text);
    }
    let again = generate(request).output.expect("what was released can be generated");
    assert_eq!(again.files, output.files, "seed {seed}");
    let read = Catalogue::from_json(&output.files["catalogue.json"]).expect("a catalogue can be read");
    assert_eq!(read, output.catalogue, "seed {seed}");
    output
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap_or(path)).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}
