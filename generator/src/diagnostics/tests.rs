use std::fs;

use expect_test::{Expect, expect};

use super::*;
use crate::source::{Segment, Sources};

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
                Diagnostic::new(Code::OverlayTarget, "no place at all"),
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

            warning[W0201]: no place at all

            error[E0401]: a whole file
            --> api.yaml
        "#]],
        expect![[r#"
            {"code":"E0301","severity":"error","message":"a webhook needs `post`","file":"api.yaml","line":3,"column":3,"end_line":3,"end_column":10,"labels":[{"file":"api.yaml","line":3,"column":3,"end_line":3,"end_column":10,"text":"this one"},{"file":"api.yaml","line":4,"column":10,"end_line":4,"end_column":11,"text":""}],"help":["write `post:`","or remove it"]}
            {"code":"W0201","severity":"warning","message":"no place at all","labels":[],"help":[]}
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
    }
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), Code::ALL.len());
}
