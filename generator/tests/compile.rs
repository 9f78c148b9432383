//! The crate of every fixture compiles without warnings, also those of clippy, passes its own tests, and so do its docs.

#[allow(dead_code, reason = "other tests use the rest")]
mod support;
#[path = "support/workspace.rs"]
mod workspace;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::fixtures;
use webhook_generator::{ReceiverDependency, Request, generate};
use workspace::{root, workspace, write_changed};

#[test]
fn emitted_crates_compile_and_pass_their_tests() {
    let workspace = workspace("fixtures");
    let receiver = root().join("receiver").to_string_lossy().replace('\\', "/");
    let mut written = BTreeSet::new();
    for fixture in fixtures("crates") {
        let request = fixture.request().receiver(ReceiverDependency::Path(receiver.clone()));
        let output = generate(&request).output.unwrap_or_else(|| panic!("{} fails", fixture.name));
        let mut files = output.files;
        if let Ok(text) = fs::read_to_string(fixture.folder.join("decoding.rs")) {
            files.insert("tests/decoding.rs".to_owned(), text);
        }
        for (path, text) in files {
            let text = if path == "Cargo.toml" { text.replace("[workspace]", "") } else { text };
            let path = workspace.join("crates").join(&fixture.name).join(path);
            write_changed(&path, &text);
            written.insert(path);
        }
    }
    remove_others(&workspace.join("crates"), &written);
    // Emitted libraries have no tests of their own, so that a harness for them would compile each once more.
    cargo(&workspace, &["test", "--quiet", "--workspace", "--no-fail-fast", "--test", "*"]);
    cargo(&workspace, &["doc", "--quiet", "--workspace", "--no-deps"]);
}

/// The programs on the front pages of all fixtures compile with the dependencies that are stated there.
#[test]
#[ignore = "compiles a server: `.ci/run` runs it with `--ignored`"]
fn front_pages_compile() {
    let workspace = workspace("front-pages");
    let receiver = root().join("receiver").to_string_lossy().replace('\\', "/");
    let mut manifest = "[package]\nname = \"programs\"\nedition = \"2024\"\n\n[dependencies]\n".to_owned();
    // Nothing calls these programs, and a handler may be of a deprecated event type.
    let mut programs = "#![allow(dead_code, deprecated)]\n".to_owned();
    let (mut written, mut dependencies) = (BTreeSet::new(), BTreeSet::new());
    for fixture in fixtures("crates") {
        let request = fixture.request().receiver(ReceiverDependency::Path(receiver.clone()));
        let mut files = generate(&request).output.unwrap_or_else(|| panic!("{} fails", fixture.name)).files;
        files.retain(|path, _| !path.starts_with("tests/"));
        let page = files["src/lib.rs"].lines().filter_map(|line| line.strip_prefix("//!"));
        let page: String = page.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect();
        let block = |start: &str| page.split_once(start)?.1.split_once("```").map(|(block, _)| block);
        let stated = block("```toml\n[dependencies]\n").expect("the front page has dependencies");
        dependencies.extend(stated.lines().map(|line| line.replace('…', &format!("../{}", fixture.name))));
        let program = block("```ignore\n").expect("the front page has a program");
        programs += &format!("mod {} {{\n{program}}}\n", fixture.name.replace('-', "_"));
        for (path, text) in files {
            let text = if path == "Cargo.toml" { text.replace("[workspace]", "") } else { text };
            let path = workspace.join("crates").join(&fixture.name).join(path);
            write_changed(&path, &text);
            written.insert(path);
        }
    }
    manifest.extend(dependencies.iter().map(|line| format!("{line}\n")));
    for (path, text) in [("Cargo.toml", manifest), ("src/lib.rs", programs)] {
        let path = workspace.join("crates/programs").join(path);
        write_changed(&path, &text);
        written.insert(path);
    }
    remove_others(&workspace.join("crates"), &written);
    cargo(&workspace, &["check", "--quiet", "--package", "programs"]);
}

/// Large recursive types need little stack, and unions of many types few steps: `large/limits.rs` runs in the emitted crate.
#[test]
#[ignore = "takes half a minute to compile: `.ci/run` runs it with `--ignored`"]
fn large_types_decode_within_limits() {
    let workspace = workspace("large");
    let receiver = root().join("receiver").to_string_lossy().replace('\\', "/");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let description = folder.path().join("large.json");
    fs::write(&description, large().to_string()).expect("the file can be written");
    let name = "large-webhooks".parse().expect("a name of a crate");
    let request = Request::new(description).crate_name(name).receiver(ReceiverDependency::Path(receiver));
    let mut files = generate(&request).output.expect("large types are generated").files;
    files.insert("tests/limits.rs".to_owned(), include_str!("large/limits.rs").to_owned());
    for (path, text) in files {
        let text = if path == "Cargo.toml" { text.replace("[workspace]", "") } else { text };
        write_changed(&workspace.join("crates/large").join(path), &text);
    }
    cargo(&workspace, &["test", "--quiet", "--workspace", "--test", "*"]);
}

/// Types that are large, recursive, or unions of many: see `large/limits.rs`.
fn large() -> Value {
    let texts = |count: usize| (0..count).map(|index| (format!("m{index}"), json!({ "type": "string" })));
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let recursive = |name: &str, count: usize| {
        let mut members: serde_json::Map<String, Value> = texts(count).collect();
        members.insert("child".to_owned(), reference(name));
        members.insert("children".to_owned(), json!({ "type": "array", "items": reference(name) }));
        members.insert("named".to_owned(), json!({ "type": "object", "additionalProperties": reference(name) }));
        members.insert("either".to_owned(), json!({ "oneOf": [reference(name), { "type": "string" }] }));
        json!({ "type": "object", "properties": members })
    };
    let alternatives = (0..200).map(|index| {
        let own = format!("own{index}");
        let members: serde_json::Map<String, Value> =
            texts(3).chain([("id".to_owned(), json!({ "type": "string" })), (own.clone(), json!({ "type": "string" }))]).collect();
        json!({ "title": format!("Alternative{index}"), "type": "object", "required": ["id", own], "properties": members })
    });
    let part: serde_json::Map<String, Value> = texts(60).collect();
    let schema = |name: &str| json!({ "type": "array", "items": reference(name) });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Large", "version": "1" },
        "webhooks": { "sent": { "post": { "requestBody": { "content": { "application/json": { "schema": {
            "type": "object",
            "properties": {
                "narrow": reference("Narrow"), "wide": reference("Wide"), "choices": schema("Choice"), "parts": schema("Part"),
                "words": schema("Word"),
            },
        } } } } } } },
        "components": { "schemas": {
            "Narrow": recursive("Narrow", 300),
            "Wide": recursive("Wide", 1996),
            "Choice": { "oneOf": alternatives.collect::<Vec<_>>() },
            "Part": { "type": "object", "properties": part },
            "Word": { "type": "string", "enum": (0..5000).map(|index| format!("word{index:04}")).collect::<Vec<_>>() },
        } },
    })
}

/// Removes what earlier runs wrote and this one did not.
fn remove_others(folder: &Path, written: &BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            remove_others(&path, written);
        } else if !written.contains(&path) {
            fs::remove_file(&path).expect("the file can be removed");
        }
        let _ = fs::remove_dir(&path); // succeeds for an empty folder only
    }
}

fn cargo(workspace: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        // Clippy looks at the emitted crates and their tests while they are compiled.
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .env("RUSTFLAGS", "-Dwarnings")
        .env("RUSTDOCFLAGS", "-Dwarnings -Drustdoc::all")
        .output()
        .expect("cargo can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "cargo {arguments:?}\n{}{}", text(&output.stdout), text(&output.stderr));
}
