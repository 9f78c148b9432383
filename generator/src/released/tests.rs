use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use proptest::test_runner::{Config as Settings, RngSeed, TestRunner};
use tempfile::TempDir;

use super::*;
use crate::catalogue::Kind;
use crate::{Outcome, Output, ReceiverDependency, Request, generate, render};

const FIRST: &str = "\
openapi: 3.1.0
info: {title: Acme, version: '1'}
webhooks:
  order.paid: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/order'}}}}}}
components:
  schemas:
    order:
      type: object
      required: [type, id]
      properties:
        type: {const: order.paid}
        id: {type: integer}
        note: {type: string}
";

/// A member is added.
fn second() -> String {
    FIRST.replace("        note:", "        total: {type: number, description: In `EUR`.}\n        note:")
}

/// An event type is added, and a member has another type.
fn third() -> String {
    let added = "  order.sent: {post: {requestBody: {content: {application/json: {schema: {type: object, properties: \
                 {type: {const: order.sent}}}}}}}}\ncomponents:";
    second().replace("id: {type: integer}", "id: {type: string}").replace("components:", added)
}

const CONFIG: &str = "[event-type]\npointer = \"/type\"\n[signature]\nscheme = \"verifier\"\n";

/// A folder with a description, its configuration and what was released.
struct Crate(TempDir);

impl Crate {
    fn new() -> Self {
        let new = Self(TempDir::new().unwrap());
        new.write("spec.yaml", FIRST);
        new.write("codegen.toml", CONFIG);
        new
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, release: Option<Release>) -> Outcome {
        let request = Request::new(self.path("spec.yaml"))
            .config(self.path("codegen.toml"))
            .names(self.path("names.lock"))
            .released(Files::beside(&self.path("codegen.toml")))
            .crate_name("acme-webhooks".parse().unwrap())
            .receiver(ReceiverDependency::Version("1".to_owned()));
        generate(&match release {
            Some(release) => request.release(release),
            None => request,
        })
    }

    fn generate(&self) -> Output {
        let outcome = self.run(None);
        outcome.output.unwrap_or_else(|| panic!("{}", render::text(&outcome.diagnostics, &outcome.sources, false)))
    }

    /// Releases, and writes what must be written. Then a run gives the same crate.
    fn release(&self, version: &str, date: &str) -> Output {
        let version = (!version.is_empty()).then(|| version.parse().unwrap());
        let outcome = self.run(Some(Release { version, date: date.to_owned() }));
        let output = outcome.output.unwrap();
        self.write("names.lock", &output.names);
        for (path, text) in output.release.iter().flat_map(|cut| &cut.files) {
            fs::write(path, text).unwrap();
        }
        assert_eq!(self.generate().files, output.files, "with what is written, the crate is the same");
        output
    }

    /// The errors of a run.
    fn fails(&self, release: Option<&str>) -> String {
        let version = release.filter(|version| !version.is_empty()).map(|version| version.parse().unwrap());
        let outcome = self.run(release.map(|_| Release { version, date: "2026-03-01".to_owned() }));
        assert!(outcome.output.is_none());
        let text = render::text(&outcome.diagnostics, &outcome.sources, false);
        let errors = text.find("error[").map_or("", |start| &text[start..]);
        errors.replace(&*self.0.path().to_string_lossy(), "acme")
    }
}

fn changelog(output: &Output) -> &str {
    let text = &output.files[CHANGELOG];
    text.split_once("elsewhere\n\n").map_or(text.as_str(), |(_, sections)| sections)
}

#[test]
fn a_changelog_of_two_releases_and_what_is_not_released() {
    let folder = Crate::new();
    expect![[r#"
        # Changelog

        <!-- Written by `cargo webhooks generate`. To edit the section of a release, edit `released.md` beside `codegen.toml`. -->

        What a change does is in parentheses:

        - *source*: code that uses the crate must be changed
        - *now*: the version before refuses or loses new deliveries
        - *replay*: this version refuses or loses deliveries that were sent before
        - *silent*: code compiles, but a value means something else or is found elsewhere

        ## Unreleased

        The first version: 1 event type.
    "#]].assert_eq(&folder.generate().files[CHANGELOG]);
    folder.release("", "2026-01-31");
    folder.write("spec.yaml", &second());
    folder.release("", "2026-02-28");
    // A person explains, in a form of their own.
    let edited = folder.read("released.md").replace("### Added and", "See *the guide*.  \r\n\n### Added  and");
    folder.write("released.md", &edited);
    folder.write("spec.yaml", &third());
    let output = folder.generate();
    assert!(output.files[CHANGELOG].ends_with(&format!("\n{edited}")), "byte for byte");
    expect![[r#"
        ## Unreleased

        Deployment: neither crate reads all deliveries of the other: drain the inbox, deploy when the vendor switches, and keep a receiver with the old crate for what the vendor still retries.

        ### Breaking

        - `order.paid/id`: the type of `id` is `String` instead of `Integer`; in Rust: `OrderPaid::id`, `Event::id()` (source, now, replay)

        ### Added and changed

        - the event type `order.sent` is new; in Rust: `EventType::OrderSent`, `Event::OrderSent` and 2 more (now, silent)

        ## 0.1.1 - 2026-02-28

        See *the guide*.  <CR>

        ### Added  and changed

        - `order.paid/total`: the optional member `total` of `OrderPaid` is new: `total: Option<Number>`; in Rust: `Event::total()` (silent)

        ## 0.1.0 - 2026-01-31

        The first version: 1 event type.
    "#]].assert_eq(&changelog(&output).replace('\r', "<CR>"));
    assert!(folder.read("codegen.toml").starts_with("crate-version = \"0.1.1\"\n[event-type]"));
    let output = folder.release("", "2026-03-31");
    assert_eq!(output.catalogue.version, "0.2.0");
    assert!(output.files["Cargo.toml"].contains("version = \"0.2.0\""));
    assert_eq!(output.files["catalogue.json"], folder.read("released.json"));
    assert!(folder.read("released.md").ends_with(&format!("\n{edited}")), "byte for byte");
    let again = folder.release("", "2026-04-30");
    assert!(again.release.is_none() && again.files == output.files);
}

#[test]
fn many_changes_of_one_kind_are_cut() {
    let folder = Crate::new();
    folder.release("", "2026-01-31");
    let members: String = (0..13).map(|number| format!("        '<m>{number}|': {{type: string}}\n")).collect();
    folder.write("spec.yaml", &FIRST.replace("        note: {type: string}\n", &members));
    expect![[r#"
        ## Unreleased

        ### Breaking

        - `order.paid/note`: the optional member `note` of `OrderPaid` is gone; in Rust: `Event::note()` (source)

        ### Added and changed

        - `order.paid/<m>0|`: the optional member `<m>0\|` of `OrderPaid` is new: `less_m_greater_0: Option<String>`; in Rust: `Event::less_m_greater_0()` (silent)
        - `order.paid/<m>1|`: the optional member `<m>1\|` of `OrderPaid` is new: `less_m_greater_1: Option<String>`; in Rust: `Event::less_m_greater_1()` (silent)
        - `order.paid/<m>2|`: the optional member `<m>2\|` of `OrderPaid` is new: `less_m_greater_2: Option<String>`; in Rust: `Event::less_m_greater_2()` (silent)
        - `order.paid/<m>3|`: the optional member `<m>3\|` of `OrderPaid` is new: `less_m_greater_3: Option<String>`; in Rust: `Event::less_m_greater_3()` (silent)
        - `order.paid/<m>4|`: the optional member `<m>4\|` of `OrderPaid` is new: `less_m_greater_4: Option<String>`; in Rust: `Event::less_m_greater_4()` (silent)
        - `order.paid/<m>5|`: the optional member `<m>5\|` of `OrderPaid` is new: `less_m_greater_5: Option<String>`; in Rust: `Event::less_m_greater_5()` (silent)
        - `order.paid/<m>6|`: the optional member `<m>6\|` of `OrderPaid` is new: `less_m_greater_6: Option<String>`; in Rust: `Event::less_m_greater_6()` (silent)
        - `order.paid/<m>7|`: the optional member `<m>7\|` of `OrderPaid` is new: `less_m_greater_7: Option<String>`; in Rust: `Event::less_m_greater_7()` (silent)
        - `order.paid/<m>8|`: the optional member `<m>8\|` of `OrderPaid` is new: `less_m_greater_8: Option<String>`; in Rust: `Event::less_m_greater_8()` (silent)
        - `order.paid/<m>9|`: the optional member `<m>9\|` of `OrderPaid` is new: `less_m_greater_9: Option<String>`; in Rust: `Event::less_m_greater_9()` (silent)
        - and 3 more of this kind: `member-added-optional`

        ## 0.1.0 - 2026-01-31

        The first version: 1 event type.
    "#]].assert_eq(changelog(&folder.generate()));
}

#[test]
fn each_item_keeps_the_version_that_first_had_it() {
    let folder = Crate::new();
    let since = |output: &Output| {
        let mut lines = BTreeMap::new();
        for event_type in &output.catalogue.event_types {
            lines.insert(event_type.name.clone(), event_type.since.clone());
        }
        for (name, definition) in &output.catalogue.types {
            lines.insert(name.clone(), definition.since.clone());
            if let Kind::Struct(object) = &definition.is {
                lines.extend(object.fields.iter().map(|field| (format!("{name}.{}", field.name), field.since.clone())));
            }
        }
        let line = |(name, since): (String, Option<String>)| format!("{name} {}\n", since.unwrap_or("-".to_owned()));
        lines.into_iter().map(line).collect::<String>()
    };
    assert!(since(&folder.generate()).lines().all(|line| line.ends_with(" -")));
    folder.release("", "2026-01-31");
    folder.write("spec.yaml", &second());
    folder.release("0.1.7", "2026-02-28");
    folder.write("spec.yaml", &third());
    expect![[r#"
        OrderPaid 0.1.0
        OrderPaid.id 0.1.0
        OrderPaid.note 0.1.0
        OrderPaid.total 0.1.7
        OrderPaid.type 0.1.0
        OrderSent -
        OrderSent.type -
        order.paid 0.1.0
        order.sent -
    "#]]
    .assert_eq(&since(&folder.generate()));
    assert!(since(&folder.release("", "2026-03-31")).contains("order.sent 0.2.0\n"));
}

#[test]
fn a_catalogue_of_an_older_version_can_be_the_record() {
    let folder = Crate::new();
    folder.write("released.json", &folder.generate().files["catalogue.json"]);
    folder.write("released.md", "");
    folder.write("spec.yaml", &second());
    let output = folder.generate();
    assert!(
        changelog(&output).starts_with("## Unreleased\n\n### Added and changed\n\n- `order.paid/total`"),
        "{:?}",
        output.files
    );
    assert_eq!(output.catalogue.event_types[0].since.as_deref(), Some("0.1.0"));
}

/// Releases the first description, then interrupts the release of the third one after some of its files.
fn interrupted(written: usize) -> Crate {
    let folder = Crate::new();
    folder.release("1.0.0", "2026-01-31");
    folder.write("spec.yaml", &third());
    let cut = folder.run(Some(Release { version: None, date: "2026-02-27".to_owned() })).output.unwrap().release;
    for (path, text) in cut.unwrap().files.iter().take(written) {
        fs::write(path, text).unwrap();
    }
    folder
}

/// A release that ended after any of its files is completed by the next, whatever day it is and whatever it releases.
#[test]
fn a_release_that_did_not_end_is_completed() {
    for (written, version) in [(0, ""), (1, ""), (2, ""), (3, ""), (1, "3.0.0"), (2, "2.0.1"), (1, "2.0.0-rc.1")] {
        let folder = interrupted(written);
        if matches!(written, 1 | 2) {
            let text = folder.fails(None);
            assert!(text.starts_with("error[E0803]: `released.md` has a section of `2.0.0`, but `1.0.0` is"), "{text}");
        }
        let output = folder.release(version, "2026-02-28");
        let version = if version.is_empty() { "2.0.0" } else { version };
        assert_eq!(output.catalogue.version, version);
        assert_eq!(changelog(&output).matches("\n## ").count() + 1, 2, "{}", changelog(&output));
        let day = if written == 3 { "27" } else { "28" };
        assert!(changelog(&output).starts_with(&format!("## {version} - 2026-02-{day}\n")), "{}", changelog(&output));
    }
    // The change was taken back.
    let folder = interrupted(1);
    folder.write("spec.yaml", FIRST);
    check(
        &folder.fails(Some("")),
        expect![[r#"
            error[E0803]: `released.md` has a section of `2.0.0`, but `1.0.0` is the last release
             --> acme/released.md:1:1
              |
            1 | ## 2.0.0 - 2026-02-27
              | ^^^^^^^^^^^^^^^^^^^^^
              |
              = help: if a release was interrupted, `cargo webhooks release` completes it;
                      otherwise, restore the committed files, or remove the section
        "#]],
    );
    // Sections of several releases are not those of one that was interrupted.
    let sections = folder.read("released.md");
    folder.write("released.md", &format!("## 2.1.0 - 2026-03-01\n\nText.\n\n{sections}"));
    check(
        &folder.fails(Some("")),
        expect![[r#"
            error[E0803]: `released.md` has a section of `2.1.0`, but `1.0.0` is the last release
             --> acme/released.md:1:1
              |
            1 | ## 2.1.0 - 2026-03-01
              | ^^^^^^^^^^^^^^^^^^^^^
              |
              = help: restore the committed files, or remove the section
        "#]],
    );
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(text);
}

#[test]
fn versions_that_are_refused() {
    let folder = Crate::new();
    folder.release("1.0.0", "2026-01-31");
    folder.write("spec.yaml", &third());
    check(
        &folder.fails(Some("1.1.0")),
        expect![[r#"
        error[E0804]: the version `1.1.0` is too small: what has changed since `1.0.0` is a major step
        --> acme/codegen.toml
         = help: release `2.0.0` or a later version
    "#]],
    );
    let config = folder.read("codegen.toml");
    folder.write("codegen.toml", &config.replace("1.0.0", "1.0.1"));
    check(
        &folder.fails(Some("")),
        expect![[r#"
        error[E0804]: the version `1.0.1` is too small: what has changed since `1.0.0` is a major step
         --> acme/codegen.toml:1:17
          |
        1 | crate-version = "1.0.1"
          |                 ^^^^^^^
          |
          = help: release `2.0.0` or a later version
    "#]],
    );
    folder.write("codegen.toml", &config);
    folder.release("2.0.0-rc.1", "2026-01-31");
    folder.write("spec.yaml", &second());
    check(
        &folder.fails(Some("")),
        expect![[r#"
        error[E0804]: what follows the pre-release `2.0.0-rc.1` is not known
         --> acme/codegen.toml:1:17
          |
        1 | crate-version = "2.0.0-rc.1"
          |                 ^^^^^^^^^^^^
          |
          = help: state the version, such as `--version 2.0.0`
    "#]],
    );
}

#[test]
fn a_damaged_record_is_an_error_with_its_place() {
    let folder = Crate::new();
    folder.release("", "2026-01-31");
    let record = folder.read("released.json");
    let fails = |text: &str| {
        folder.write("released.json", text);
        let generated = folder.fails(None);
        assert_eq!(folder.fails(Some("")), generated, "a release needs the record as well");
        generated
    };
    check(
        &fails(&record.replace("\"vendor\"", "\"Ä\"")),
        expect![[r#"
        error[E0803]: the record of the last release is damaged: unknown field `Ä`, expected one of `format`, `crate`, `version`, `vendor`, `receiver`, `reexports`, `info`, `servers`, `tags`, `security`, `event_type`, `signature`, `stated`, `event_types`, `topics`, `accessors`, `types`
         --> acme/released.json:5:5
          |
        5 |   "Ä": "Acme",
          |     ^
          |
          = help: restore the committed file; after a merge, take the side with the later version. If it has another format,
                  generate the released version again, and copy its `catalogue.json` here
    "#]],
    );
    for (edited, message, place) in [
        (String::new(), "EOF while parsing a value", ""),
        (record[..record.len() / 2].to_owned(), "EOF while parsing", ""),
        (format!("<<<<<<< HEAD\n{record}"), "expected value", "acme/released.json:1:1"),
        (record.replace("\"0.1.0\",\n  \"vendor\"", "\"one\",\n  \"vendor\""), "\"one\" is not a version", ""),
        (record.replace("\"format\": 1", "\"format\": 7"), "this is format 7 of a catalogue", ""),
        (
            record.replace("    \"OrderPaid\": {", "    \"Other\": {"),
            "`order.paid` uses the type `OrderPaid`, which",
            "",
        ),
    ] {
        let text = fails(&edited);
        assert!(text.starts_with("error[E0803]: the record of the last release is damaged: "), "{text}");
        assert!(text.contains(message) && text.contains("--> acme/released.json") && text.contains(place), "{text}");
    }
    fs::write(folder.path("released.json"), [0xff, 0xfe]).unwrap();
    let text = folder.fails(None);
    assert!(text.starts_with("error[E0102]") && !text.contains("error[E0803]"), "{text}");
    fs::remove_file(folder.path("released.json")).unwrap();
    check(
        &folder.fails(None),
        expect![[r#"
            error[E0803]: `released.json` is missing, although `released.md` has the sections of releases
            --> acme/released.md
             = help: restore the committed file; or copy the `catalogue.json` of the crate as it was released last to
                     `acme/released.json`. If the first release was interrupted, remove `released.md`
        "#]],
    );
}

#[test]
fn files_of_different_releases_are_an_error() {
    let folder = Crate::new();
    folder.release("", "2026-01-31");
    let sections = folder.read("released.md");
    folder.write("spec.yaml", &third());
    folder.release("", "2026-02-28");
    let config = folder.read("codegen.toml");
    folder.write("codegen.toml", &config.replace("0.2.0", "0.1.9"));
    check(
        &folder.fails(None),
        expect![[r#"
            error[E0804]: `crate-version` is `0.1.9`, but `0.2.0` is the last release
             --> acme/codegen.toml:1:17
              |
            1 | crate-version = "0.1.9"
              |                 ^^^^^^^
              |
              = help: write the version of the last release, or a later one:
                      crate-version = "0.2.0"
        "#]],
    );
    assert_eq!(folder.fails(Some("")), folder.fails(None));
    folder.write("codegen.toml", CONFIG);
    check(
        &folder.fails(None),
        expect![[r#"
            error[E0804]: `crate-version` is not set, so it is `0.1.0`, but `0.2.0` is the last release
            --> acme/codegen.toml
             = help: write the version of the last release, or a later one:
                     crate-version = "0.2.0"
        "#]],
    );
    // A later one is that of the next release.
    folder.write("codegen.toml", &config.replace("0.2.0", "0.3.0"));
    folder.generate();
    folder.write("codegen.toml", &config);
    folder.write("released.md", &sections);
    check(
        &folder.fails(None),
        expect![[r#"
            error[E0803]: `released.md` has no section of `0.2.0`, the release that `released.json` has
            --> acme/released.md
             = help: restore the committed files; after a merge, take both from the side with the later version; or write the section:
                     ## 0.2.0 - DATE
        "#]],
    );
    assert_eq!(folder.fails(Some("")), folder.fails(None));
    // A crate that was released before it had the file.
    folder.write("released.md", "");
    folder.generate();
}

#[test]
fn messages_name_the_files_beside_the_configuration() {
    let folder = Crate::new();
    let config = folder.path("other.toml");
    fs::rename(folder.path("codegen.toml"), &config).unwrap();
    folder.write("other.released.md", "## 0.1.0\n");
    let request = Request::new(folder.path("spec.yaml")).config(&config).released(Files::beside(&config));
    let request = request.receiver(ReceiverDependency::Version("1".to_owned()));
    let outcome = generate(&request);
    let text = render::text(&outcome.diagnostics, &outcome.sources, false);
    assert!(text.contains("`other.released.json` is missing, although `other.released.md` has the sections"), "{text}");
    fs::remove_file(folder.path("other.released.md")).unwrap();
    let output = generate(&request).output.unwrap();
    let edit = "To edit the section of a release, edit `other.released.md` beside `other.toml`.";
    assert!(output.files[CHANGELOG].contains(edit));
}

#[test]
fn what_was_released_is_not_taken_for_missing() {
    let folder = Crate::new();
    folder.release("", "2026-01-31");
    let (record, sections) = (folder.read("released.json"), folder.read("released.md"));
    fs::remove_file(folder.path("released.md")).unwrap();
    check(
        &folder.fails(None),
        expect![[r#"
            error[E0803]: `released.md` is missing, although `released.json` has a release
            --> acme/released.json
             = help: restore the committed file; or, if the crate was released before it had this file, write the sections of its
                     changelog to `acme/released.md`, which may be empty
        "#]],
    );
    assert_eq!(folder.fails(Some("")), folder.fails(None));
    #[cfg(unix)]
    for (name, text) in [("released.json", &record), ("released.md", &sections), ("names.lock", &String::new())] {
        folder.write("released.md", &sections);
        folder.write("names.lock", "");
        fs::remove_file(folder.path(name)).unwrap();
        std::os::unix::fs::symlink("nothing", folder.path(name)).unwrap();
        let found = folder.fails(None);
        assert!(found.starts_with(&format!("error[E0101]: `acme/{name}` ")), "{found}");
        assert_eq!(found.matches("error[").count(), 1, "{found}");
        fs::remove_file(folder.path(name)).unwrap();
        folder.write(name, text);
    }
}

/// Values of the record that are swapped, removed or replaced: an error, or a comparison.
#[test]
fn a_record_that_was_edited_at_random_never_panics() {
    let folder = Crate::new();
    let text = include_str!("../../tests/fixtures/crates/unions/spec.yaml");
    folder.write("spec.yaml", text);
    folder.write("codegen.toml", "[signature]\nscheme = \"verifier\"\n");
    let catalogue = folder.generate().catalogue;
    let record: serde_json::Value = serde_json::from_str(&catalogue.to_json()).unwrap();
    let mut pointers = Vec::new();
    collect(&record, String::new(), &mut pointers);
    let settings =
        Settings { cases: 150, failure_persistence: None, rng_seed: RngSeed::Fixed(17), ..Settings::default() };
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..4), 1..5);
    let compared = Cell::new(0);
    TestRunner::new(settings)
        .run(&edits, |edits| {
            let mut edited = record.clone();
            for (at, from, kind) in edits {
                let other = record.pointer(&pointers[from.index(pointers.len())]).cloned().unwrap_or_default();
                let pointer = &pointers[at.index(pointers.len())];
                let (outer, name) = pointer.rsplit_once('/').unwrap_or(("", ""));
                match (kind, edited.pointer_mut(outer)) {
                    (0, Some(serde_json::Value::Object(members))) => drop(members.remove(name)),
                    (0, Some(serde_json::Value::Array(elements))) => drop(elements.pop()),
                    _ => {
                        if let Some(value) = edited.pointer_mut(pointer) {
                            // Of the same kind, mostly, so that it can be read.
                            if kind == 1 || std::mem::discriminant(value) == std::mem::discriminant(&other) {
                                *value = other;
                            }
                        }
                    }
                }
            }
            if let Ok(old) = Catalogue::from_json(&edited.to_string()) {
                compared.set(compared.get() + 1);
                let report = crate::diff::compare(&old, &catalogue);
                render::changes_changelog(&report);
                crate::diff::compare(&catalogue, &old);
            }
            Ok(())
        })
        .unwrap();
    assert!(compared.get() > 30, "{}", compared.get());
}

fn collect(value: &serde_json::Value, pointer: String, pointers: &mut Vec<String>) {
    let inner: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(members) => {
            members.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        serde_json::Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (name, value) in inner {
        collect(value, format!("{pointer}/{name}"), pointers);
    }
    if !pointer.is_empty() {
        pointers.push(pointer);
    }
}
