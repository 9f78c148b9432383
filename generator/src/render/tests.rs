use std::collections::BTreeMap;
use std::fs;

use expect_test::{Expect, expect};

use super::*;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Level, Levels, Place, Severity};
use crate::document::{Origin, Segment};
use crate::source::Sources;

/// A finding in `api.yaml`, made by the closure from the root's place, as text and as JSON.
fn check(content: &str, make: impl Fn(&Origin) -> Vec<Diagnostic>, expect_text: Expect, expect_json: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.yaml");
    fs::write(&path, content).unwrap();
    let sources = Sources::new();
    let root = sources.add_spec(&path).unwrap();
    let mut diagnostics = Diagnostics::default();
    for diagnostic in make(root.origin()) {
        diagnostics.push(diagnostic);
    }
    let folder = format!("{}/", folder.path().to_str().unwrap());
    expect_text.assert_eq(&text(&diagnostics, &sources, false).replace(&folder, ""));
    expect_json.assert_eq(&json(&diagnostics, &sources).replace(&folder, ""));
}

#[test]
fn github_shows_everything_at_one_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a,b:c.yaml");
    fs::write(&path, "a: 1\nb: 100%\n").unwrap();
    let sources = Sources::new();
    let root = sources.add_spec(&path).unwrap();
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(
        Diagnostic::new(Code::Reference, "100% wrong,\r\nreally: \u{1b}[31m")
            .at(Place::Value(member(root.origin(), "a")), "here")
            .at(Place::Name(member(root.origin(), "b")), "and here")
            .at(Place::Value(member(root.origin(), "b")), "")
            .setting("names", vec!["a = \"b\"".to_owned()]),
    );
    diagnostics.push(Diagnostic::new(Code::OverlayTarget, "no place"));
    let folder = format!("{}/", folder.path().to_str().unwrap());
    expect![[r#"
        ::error file=a%2Cb%3Ac.yaml,line=1,col=4,endLine=1,endColumn=5,title=E0301::100%25 wrong,\r\nreally: \u{1b}[31m%0Ahere%0Aa,b:c.yaml:2:1: and here%0Aa,b:c.yaml:2:4%0Ahelp: set it in codegen.toml (`--config`):%0A[names]%0Aa = "b"
        ::warning title=W0201::no place
    "#]].assert_eq(&github(&diagnostics, &sources).replace(&folder, ""));
}

#[test]
fn warnings_are_allowed_and_denied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codegen.toml");
    fs::write(&path, "W0601 = \"allow\"\nW0602 = \"warn\"\nW0603 = \"deny\"\nW0604 = \"allow\"\n").unwrap();
    let sources = Sources::new();
    let file = sources.add_text(&path).unwrap();
    let line = |index: usize| {
        let lines = sources.text(file).split_inclusive('\n');
        let start = lines.clone().take(index).map(str::len).sum::<usize>();
        Place::Bytes(file, start..start + lines.map(|line| line.trim_end().len()).nth(index).unwrap())
    };
    let codes = BTreeMap::from([
        (Code::Skipped, (Level::Allow, line(0))),
        (Code::UnknownKeyword, (Level::Warn, line(1))),
        (Code::NotEnforced, (Level::Deny, line(2))),
        (Code::Untyped, (Level::Allow, line(3))),
    ]);
    let mut found = Diagnostics::default();
    for code in [Code::Skipped, Code::UnknownKeyword, Code::NotEnforced, Code::UnknownFormat, Code::Reference] {
        found.push(Diagnostic::new(code, code.meaning()).at(Place::File(file), ""));
    }
    let rendered = |deny_warnings| {
        let levels = Levels { deny_warnings, codes: codes.clone() };
        let mut found = found.clone();
        levels.unused(&found).into_iter().for_each(|diagnostic| found.push(diagnostic));
        levels.apply(&mut found);
        let folder = format!("{}/", folder.path().to_str().unwrap());
        (text(&found, &sources, false) + &json(&found, &sources)).replace(&folder, "")
    };
    expect![[r#"
        warning[W0602]: An unknown keyword is ignored, or read as the one that it misspells.
        --> codegen.toml

        error[W0603]: A rule is not enforced: decoding accepts values that break it.
         --> codegen.toml
          |
         ::: codegen.toml:3:1
          |
        3 | W0603 = "deny"
          | -------------- denied here
          |
          = note: codegen.toml makes this warning an error

        warning[W0605]: An unknown `format` is read as a plain string.
        --> codegen.toml

        error[E0301]: A `$ref` cannot be resolved.
        --> codegen.toml

        warning[W0704]: `W0604` is allowed but does not occur
         --> codegen.toml:4:1
          |
        4 | W0604 = "allow"
          | ^^^^^^^^^^^^^^^ this line has no effect
          |
          = help: remove the line
        {"code":"W0602","severity":"warning","message":"An unknown keyword is ignored, or read as the one that it misspells.","file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"text":""}],"help":[]}
        {"code":"W0603","severity":"error","message":"A rule is not enforced: decoding accepts values that break it.","file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"text":""},{"file":"codegen.toml","line":3,"column":1,"end_line":3,"end_column":15,"text":"denied here"}],"help":[],"note":"codegen.toml makes this warning an error"}
        {"code":"W0605","severity":"warning","message":"An unknown `format` is read as a plain string.","file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"text":""}],"help":[]}
        {"code":"E0301","severity":"error","message":"A `$ref` cannot be resolved.","file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"text":""}],"help":[]}
        {"code":"W0704","severity":"warning","message":"`W0604` is allowed but does not occur","file":"codegen.toml","line":4,"column":1,"end_line":4,"end_column":16,"labels":[{"file":"codegen.toml","line":4,"column":1,"end_line":4,"end_column":16,"text":"this line has no effect"}],"help":["remove the line"]}
    "#]].assert_eq(&rendered(false));
    expect![[r#"
        warning[W0602]: An unknown keyword is ignored, or read as the one that it misspells.
        --> codegen.toml

        error[W0603]: A rule is not enforced: decoding accepts values that break it.
         --> codegen.toml
          |
         ::: codegen.toml:3:1
          |
        3 | W0603 = "deny"
          | -------------- denied here
          |
          = note: codegen.toml makes this warning an error

        error[W0605]: An unknown `format` is read as a plain string.
        --> codegen.toml
         = note: `--deny warnings` makes this warning an error

        error[E0301]: A `$ref` cannot be resolved.
        --> codegen.toml

        error[W0704]: `W0604` is allowed but does not occur
         --> codegen.toml:4:1
          |
        4 | W0604 = "allow"
          | ^^^^^^^^^^^^^^^ this line has no effect
          |
          = note: `--deny warnings` makes this warning an error
          = help: remove the line
        {"code":"W0602","severity":"warning","message":"An unknown keyword is ignored, or read as the one that it misspells.","file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"text":""}],"help":[]}
        {"code":"W0603","severity":"error","message":"A rule is not enforced: decoding accepts values that break it.","file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"text":""},{"file":"codegen.toml","line":3,"column":1,"end_line":3,"end_column":15,"text":"denied here"}],"help":[],"note":"codegen.toml makes this warning an error"}
        {"code":"W0605","severity":"error","message":"An unknown `format` is read as a plain string.","file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"text":""}],"help":[],"note":"`--deny warnings` makes this warning an error"}
        {"code":"E0301","severity":"error","message":"A `$ref` cannot be resolved.","file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"codegen.toml","line":1,"column":1,"end_line":1,"end_column":1,"text":""}],"help":[]}
        {"code":"W0704","severity":"error","message":"`W0604` is allowed but does not occur","file":"codegen.toml","line":4,"column":1,"end_line":4,"end_column":16,"labels":[{"file":"codegen.toml","line":4,"column":1,"end_line":4,"end_column":16,"text":"this line has no effect"}],"help":["remove the line"],"note":"`--deny warnings` makes this warning an error"}
    "#]].assert_eq(&rendered(true));
}

#[test]
fn a_bug_in_the_generator_is_reported() {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(Diagnostic::internal("src/lib.rs", &"expected `;`"));
    expect![[r#"
        error[E0901]: the generator made an invalid src/lib.rs: expected `;`
         |
         = help: this is a bug in the generator; please report it with the description
    "#]]
    .assert_eq(&text(&diagnostics, &Sources::new(), false));
}

fn member(origin: &Origin, name: &str) -> Origin {
    origin.child(Segment::Member(name.into()))
}

#[test]
fn several_findings_with_labels_and_help() {
    check(
        "openapi: 3.1.0\nwebhooks:\n  created:\n    get: {}\n",
        |root| {
            let created = member(&member(root, "webhooks"), "created");
            vec![
                Diagnostic::new(Code::Reference, "a webhook needs `post`")
                    .at(Place::Name(created.clone()), "this one")
                    .at(Place::Value(member(&created, "get")), "")
                    .help("write `post:`")
                    .help("or remove it"),
                Diagnostic::new(Code::OverlayTarget, "no place"),
                Diagnostic::new(Code::Config, "a whole file").at(Place::File(root.file()), "ignored"),
            ]
        },
        expect![[r#"
            error[E0301]: a webhook needs `post`
             --> api.yaml:3:3
              |
            3 |   created:
              |   ^^^^^^^ this one
            4 |     get: {}
              |          -
              |
              = help: write `post:`
              = help: or remove it

            warning[W0201]: no place

            error[E0401]: a whole file
            --> api.yaml
        "#]],
        expect![[r#"
            {"code":"E0301","severity":"error","message":"a webhook needs `post`","file":"api.yaml","line":3,"column":3,"end_line":3,"end_column":10,"labels":[{"file":"api.yaml","line":3,"column":3,"end_line":3,"end_column":10,"text":"this one"},{"file":"api.yaml","line":4,"column":10,"end_line":4,"end_column":11,"text":""}],"help":["write `post:`","or remove it"]}
            {"code":"W0201","severity":"warning","message":"no place","labels":[],"help":[]}
            {"code":"E0401","severity":"error","message":"a whole file","file":"api.yaml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"api.yaml","line":1,"column":1,"end_line":1,"end_column":1,"text":"ignored"}],"help":[]}
        "#]],
    );
}

#[test]
fn equal_findings_are_made_once() {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(Diagnostic::new(Code::OverlayTarget, "a"));
    diagnostics.push(Diagnostic::new(Code::OverlayTarget, "a"));
    diagnostics.push(Diagnostic::new(Code::Overlay, "a"));
    assert_eq!((diagnostics.iter().count(), diagnostics.warnings(), diagnostics.has_errors()), (2, 1, true));
}

#[test]
fn what_a_terminal_obeys_is_escaped() {
    check(
        "a: \"\u{202E}x\"\n",
        |root| {
            vec![
                Diagnostic::new(Code::Reference, "bell \u{7} escape \u{1b}[31m, line\nbreak and \u{202E}bidi")
                    .at(Place::Value(member(root, "a")), "tab\there")
                    .help("zero\u{200B}width"),
            ]
        },
        expect![[r#"
            error[E0301]: bell \u{7} escape \u{1b}[31m, line\nbreak and \u{202e}bidi
             --> api.yaml:1:4
              |
            1 | a: "�x"
              |    ^^^^ tab\there
              |
              = help: zero\u{200b}width
        "#]],
        expect![[r#"
            {"code":"E0301","severity":"error","message":"bell \u0007 escape \u001b[31m, line\nbreak and \u202ebidi","file":"api.yaml","line":1,"column":4,"end_line":1,"end_column":8,"labels":[{"file":"api.yaml","line":1,"column":4,"end_line":1,"end_column":8,"text":"tab\there"}],"help":["zero\u200bwidth"]}
        "#]],
    );
}

#[test]
fn places_that_are_not_there_do_no_harm() {
    check(
        "a: é\n",
        |root| {
            let file = root.file();
            vec![
                Diagnostic::new(Code::Reference, "no such member").at(Place::Value(member(root, "missing")), "here"),
                Diagnostic::new(Code::Reference, "no such bytes").at(Place::Bytes(file, 400..500), "here"),
                Diagnostic::new(Code::Reference, "half a character").at(Place::Bytes(file, 4..4), "here"),
            ]
        },
        expect![[r#"
            error[E0301]: no such member
             --> api.yaml:1:1
              |
            1 | a: é
              | ^ here

            error[E0301]: no such bytes
             --> api.yaml:2:1
              |
            2 |
              | ^ here

            error[E0301]: half a character
             --> api.yaml:1:4
              |
            1 | a: é
              |    ^ here
        "#]],
        expect![[r#"
            {"code":"E0301","severity":"error","message":"no such member","file":"api.yaml","line":1,"column":1,"end_line":1,"end_column":1,"labels":[{"file":"api.yaml","line":1,"column":1,"end_line":1,"end_column":1,"text":"here"}],"help":[]}
            {"code":"E0301","severity":"error","message":"no such bytes","file":"api.yaml","line":2,"column":1,"end_line":2,"end_column":1,"labels":[{"file":"api.yaml","line":2,"column":1,"end_line":2,"end_column":1,"text":"here"}],"help":[]}
            {"code":"E0301","severity":"error","message":"half a character","file":"api.yaml","line":1,"column":4,"end_line":1,"end_column":4,"labels":[{"file":"api.yaml","line":1,"column":4,"end_line":1,"end_column":4,"text":"here"}],"help":[]}
        "#]],
    );
}

#[test]
fn colors_are_for_those_who_ask() {
    let sources = Sources::new();
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(Diagnostic::new(Code::Reference, "a"));
    assert!(!text(&diagnostics, &sources, false).contains('\u{1b}'));
    assert!(text(&diagnostics, &sources, true).contains('\u{1b}'));
}

#[test]
fn codes_are_unique_and_say_their_severity() {
    let mut texts: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    for code in Code::ALL {
        let initial = if code.severity() == Severity::Error { 'E' } else { 'W' };
        assert!(code.as_str().starts_with(initial), "{code:?}");
        assert_eq!(Code::find(code.as_str()), Some(*code));
    }
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), Code::ALL.len());
}
