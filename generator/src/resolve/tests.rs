use std::fs;
use std::path::Path;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::diagnostics::Diagnostics;
use crate::document::Value;
use crate::render::text;

/// A folder with these files, and the first of them read as the description.
fn folder(files: &[(&str, &str)]) -> (TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join("there").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let sources = Sources::new();
    sources.add_spec(&folder.path().join("there").join(files[0].0)).unwrap();
    (folder, sources)
}

/// What the member `start` of the description resolves to: its place, or the error.
fn resolved(folder: &TempDir, sources: &Sources) -> String {
    let description = sources.description().unwrap();
    let root = sources.root(description).unwrap();
    match Resolver::new(sources).resolve(root.get("start").unwrap()) {
        Ok(node) => {
            let origin = node.origin();
            format!("{}#{} = {node:?}", sources.relative_name(origin.file()), origin.pointer())
        }
        Err(unresolved) => {
            let mut diagnostics = Diagnostics::default();
            diagnostics.push(unresolved.into_error());
            text(&diagnostics, sources, false).replace(folder.path().to_str().unwrap(), "")
        }
    }
}

fn check(files: &[(&str, &str)], expect: Expect) {
    let (folder, sources) = folder(files);
    expect.assert_eq(&resolved(&folder, &sources));
}

/// One reference in a description with a few targets.
fn check_one(reference: &str, expect: Expect) {
    let api = format!(
        "start:\n  $ref: {}\nschemas:\n  user: {{type: object}}\n  a/b: {{'{{x}}': 1}}\n  10%: ~tilde\n  list: [x, {{y: z}}]\n  \
         anchored: {{$anchor: here, type: string}}\n  '': empty\n",
        serde_json::to_string(reference).unwrap()
    );
    check(
        &[
            ("api.yaml", &api),
            ("other.yaml", "a: {b: c}\n"),
            ("folder/third.json", r#"{"up": {"$ref": "../other.yaml#/a"}}"#),
        ],
        expect,
    );
}

#[test]
fn what_is_not_a_reference_is_itself() {
    check(&[("api.yaml", "start: {a: 1}\n")], expect![[r#"api.yaml#/start = Object({"a": Number("1")})"#]]);
}

#[test]
fn pointers() {
    check_one("#/schemas/user", expect![[r#"api.yaml#/schemas/user = Object({"type": String("object")})"#]]);
    check_one("#/schemas/a~1b/%7Bx%7D", expect![[r#"api.yaml#/schemas/a~1b/{x} = Number("1")"#]]);
    check_one("#/schemas/10%25", expect![[r#"api.yaml#/schemas/10% = String("~tilde")"#]]);
    check_one("#/schemas/list/1/y", expect![[r#"api.yaml#/schemas/list/1/y = String("z")"#]]);
    check_one("#/schemas/", expect![[r#"api.yaml#/schemas/ = String("empty")"#]]);
    check_one(
        "#here",
        expect![[r#"api.yaml#/schemas/anchored = Object({"$anchor": String("here"), "type": String("string")})"#]],
    );
}

#[test]
fn files() {
    check_one("other.yaml", expect![[r#"other.yaml# = Object({"a": Object({"b": String("c")})})"#]]);
    check_one("./folder/../other.yaml#/a/b", expect![[r#"other.yaml#/a/b = String("c")"#]]);
    check_one("folder/third.json#/up", expect![[r#"other.yaml#/a = Object({"b": String("c")})"#]]);
    check_one("%6fther.yaml#/a/b", expect![[r#"other.yaml#/a/b = String("c")"#]]);
}

#[test]
fn the_whole_document() {
    let (_folder, sources) = folder(&[("api.yaml", "start: {$ref: '#'}\n")]);
    let root = sources.root(sources.description().unwrap()).unwrap();
    let target = Resolver::new(&sources).resolve(root.get("start").unwrap()).unwrap();
    assert!(target.is(&root));
}

#[test]
fn missing_targets() {
    check_one(
        "#/schemas/usr",
        expect![[r##"
        error[E0301]: cannot resolve the reference `#/schemas/usr`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#/schemas/usr"
          |         ^^^^^^^^^^^^^^^ `#/schemas` has no member `usr`
          |
          = help: did you mean `#/schemas/user`?
    "##]],
    );
    check_one(
        "#/schemas/a~1b/%7By%7D",
        expect![[r##"
        error[E0301]: cannot resolve the reference `#/schemas/a~1b/%7By%7D`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#/schemas/a~1b/%7By%7D"
          |         ^^^^^^^^^^^^^^^^^^^^^^^^ `#/schemas/a~1b` has no member `{y}`
          |
          = help: did you mean `#/schemas/a~1b/{x}`?
    "##]],
    );
    check_one(
        "#/schemas/list/2",
        expect![[r##"
        error[E0301]: cannot resolve the reference `#/schemas/list/2`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#/schemas/list/2"
          |         ^^^^^^^^^^^^^^^^^^ `#/schemas/list` has no element `2`
    "##]],
    );
    check_one(
        "#/schemas/list/01",
        expect![[r##"
        error[E0301]: cannot resolve the reference `#/schemas/list/01`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#/schemas/list/01"
          |         ^^^^^^^^^^^^^^^^^^^ `#/schemas/list` has no element `01`
    "##]],
    );
    check_one(
        "#/schemas/10%25/deeper",
        expect![[r##"
        error[E0301]: cannot resolve the reference `#/schemas/10%25/deeper`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#/schemas/10%25/deeper"
          |         ^^^^^^^^^^^^^^^^^^^^^^^^ `#/schemas/10%` is neither an object nor an array
    "##]],
    );
    check_one(
        "#/start/x",
        expect![[r##"
        error[E0301]: cannot resolve the reference `#/start/x`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#/start/x"
          |         ^^^^^^^^^^^ `#/start` has no member `x`
          |
          = help: `#/start` is a reference itself; refer to its target
    "##]],
    );
    check(
        &[("api.yaml", "start: {$ref: '#/definitions/10%25'}\ncomponents: {schemas: {10%: {}}}\n")],
        expect![[r##"
            error[E0301]: cannot resolve the reference `#/definitions/10%25`
             --> /there/api.yaml:1:15
              |
            1 | start: {$ref: '#/definitions/10%25'}
              |               ^^^^^^^^^^^^^^^^^^^^^ `#` has no member `definitions`
              |
              = help: since OpenAPI 3.0, schemas are in `components`: did you mean `#/components/schemas/10%25`?
        "##]],
    );
    check_one(
        "other.yaml#/a/d",
        expect![[r#"
        error[E0301]: cannot resolve the reference `other.yaml#/a/d`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "other.yaml#/a/d"
          |         ^^^^^^^^^^^^^^^^^ `other.yaml#/a` has no member `d`
          |
          = help: did you mean `other.yaml#/a/b`?
    "#]],
    );
    check_one(
        "#nowhere",
        expect![[r##"
        error[E0301]: cannot resolve the reference `#nowhere`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#nowhere"
          |         ^^^^^^^^^^ `/there/api.yaml` has no such `$anchor`
    "##]],
    );
}

#[test]
fn missing_files() {
    check_one(
        "missing.yaml",
        expect![[r#"
        error[E0301]: `missing.yaml` cannot be read: the file does not exist
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "missing.yaml"
          |         ^^^^^^^^^^^^^^
    "#]],
    );
    check_one(
        ".",
        expect![[r#"
        error[E0301]: `.` cannot be read: it is a directory
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "."
          |         ^^^
    "#]],
    );
    check_one(
        "folder",
        expect![[r#"
        error[E0301]: `folder` cannot be read: it is a directory
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "folder"
          |         ^^^^^^^^
    "#]],
    );
}

#[test]
fn malformed_references() {
    check_one(
        "",
        expect![[r#"
        error[E0301]: the reference is empty
         --> /there/api.yaml:2:9
          |
        2 |   $ref: ""
          |         ^^
    "#]],
    );
    check_one(
        "#/a/~2",
        expect![[r##"
        error[E0301]: in a JSON pointer `~` must be followed by `0` or `1`
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#/a/~2"
          |         ^^^^^^^^
    "##]],
    );
    check_one(
        "#/a%",
        expect![[r##"
            error[E0301]: `%` must be followed by two hexadecimal digits; `%` itself is written as `%25`
             --> /there/api.yaml:2:9
              |
            2 |   $ref: "#/a%"
              |         ^^^^^^
        "##]],
    );
    check_one(
        "#/%FF",
        expect![[r##"
        error[E0301]: the percent-encoded bytes are not UTF-8
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "#/%FF"
          |         ^^^^^^^
    "##]],
    );
    check_one(
        "a%00.yaml",
        expect![[r#"
        error[E0301]: the path has a control character
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "a%00.yaml"
          |         ^^^^^^^^^^^
    "#]],
    );
    check_one(
        "a\u{0}.yaml",
        expect![[r#"
        error[E0301]: the path has a control character
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "a\u0000.yaml"
          |         ^^^^^^^^^^^^^^
    "#]],
    );
    check_one(
        "other.yaml?x=1",
        expect![[r#"
        error[E0301]: a reference to a file has no query
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "other.yaml?x=1"
          |         ^^^^^^^^^^^^^^^^
    "#]],
    );
    check(
        &[("api.yaml", "start: {$ref: 1}\n")],
        expect![[r#"
        error[E0301]: a reference must be a string
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: 1}
          |               ^
    "#]],
    );
    check(
        &[("api.yaml", "start: {$ref: ['#']}\n")],
        expect![[r#"
        error[E0301]: a reference must be a string
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: ['#']}
          |               ^
    "#]],
    );
}

#[test]
fn references_that_leave_the_folder() {
    check_one(
        "http://127.0.0.1/a.yaml",
        expect![[r#"
            error[E0303]: remote references are not fetched
             --> /there/api.yaml:2:9
              |
            2 |   $ref: "http://127.0.0.1/a.yaml"
              |         ^^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: save the file beside the description, and refer to it with an overlay
        "#]],
    );
    for (reference, message) in [
        ("https://example.com/a.yaml#/b", "remote references are not fetched"),
        ("http://169.254.169.254/latest/meta-data", "remote references are not fetched"),
        ("ftp://example.com/a", "remote references are not fetched"),
        ("//host/share", "remote references are not fetched"),
        ("%2F%2Fhost/share", "remote references are not fetched"),
        ("file:///etc/passwd", "references with a scheme are not followed"),
        ("FILE:/etc/passwd", "references with a scheme are not followed"),
        ("data:application/json,{}", "references with a scheme are not followed"),
        ("jar:x", "references with a scheme are not followed"),
        ("urn:uuid:x", "references with a scheme are not followed"),
        ("/etc/passwd", "absolute paths are not followed"),
        ("%2fetc/passwd", "absolute paths are not followed"),
        ("C:\\x", "paths of Windows are not supported"),
        ("c:/x", "paths of Windows are not supported"),
        ("\\\\host\\share", "paths of Windows are not supported"),
        ("..%5cx", "paths of Windows are not supported"),
        ("../secret.yaml", "the reference leaves the folder of the description"),
        ("folder/../../secret.yaml", "the reference leaves the folder of the description"),
        ("%2e%2e/secret.yaml", "the reference leaves the folder of the description"),
        ("%2e%2e%2fsecret.yaml", "the reference leaves the folder of the description"),
        ("..%2fsecret.yaml", "the reference leaves the folder of the description"),
    ] {
        let refusal = reference::path(reference).unwrap().map(|path| join("api.yaml", &path, 0));
        match refusal {
            Err(refusal) => {
                assert_eq!((refusal.code, refusal.message), (Code::ReferenceOutside, message), "{reference}");
            }
            Ok(path) => {
                assert_eq!(
                    (path, message),
                    (None, "the reference leaves the folder of the description"),
                    "{reference}"
                );
            }
        }
    }
    check_one(
        "../secret.yaml",
        expect![[r#"
            error[E0303]: the reference leaves the folder of the description
             --> /there/api.yaml:2:9
              |
            2 |   $ref: "../secret.yaml"
              |         ^^^^^^^^^^^^^^^^
              |
              = help: only files in `/there` are read
              = help: if the file is part of the description, set `root` to a folder that contains both
        "#]],
    );
    // Decoded once: this is a file of that name.
    check_one(
        "%252e%252e/x",
        expect![[r#"
        error[E0301]: `%2e%2e/x` cannot be read: the file does not exist
         --> /there/api.yaml:2:9
          |
        2 |   $ref: "%252e%252e/x"
          |         ^^^^^^^^^^^^^^
    "#]],
    );
}

#[cfg(unix)]
#[test]
fn symbolic_links_do_not_lead_outside() {
    use std::os::unix::fs::symlink;

    let (folder, sources) = folder(&[
        ("api.yaml", "start: {$ref: link.yaml}\nloop: {$ref: loop.yaml}\ninner: {$ref: inner.yaml}\n"),
        ("real.yaml", "a: 1\n"),
    ]);
    let root = folder.path().join("there");
    fs::write(folder.path().join("secret.yaml"), "a: 1\n").unwrap();
    symlink("../secret.yaml", root.join("link.yaml")).unwrap();
    symlink("loop.yaml", root.join("loop.yaml")).unwrap();
    symlink("real.yaml", root.join("inner.yaml")).unwrap();
    expect![[r#"
        error[E0303]: the reference leaves the folder of the description
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: link.yaml}
          |               ^^^^^^^^^
          |
          = help: only files in `/there` are read
          = help: if the file is part of the description, set `root` to a folder that contains both
    "#]]
    .assert_eq(&resolved(&folder, &sources));
    let description = sources.root(sources.description().unwrap()).unwrap();
    let resolve = |name| Resolver::new(&sources).resolve(description.get(name).unwrap());
    assert!(resolve("loop").unwrap_err().into_error().message.starts_with("`loop.yaml` cannot be read: "));
    let inner = resolve("inner").unwrap();
    assert_eq!(sources.relative_name(inner.origin().file()), "real.yaml");
}

/// The outcome of each reference of a description in `there/api/v1`, with this root: the file, or the error.
fn within(root: &str, references: &[&str]) -> String {
    let (folder, _) = folder(&[
        ("api/v1/api.yaml", "{}"),
        ("api/v1/here.yaml", "$ref: ../common.yaml\n"),
        ("api/common.yaml", "$ref: v1/last.yaml\n"),
        ("api/v1/last.yaml", "a: 1\n"),
        ("common/user.yaml", "$ref: ../api/v1/last.yaml\n"),
    ]);
    let there = folder.path().join("there");
    fs::write(folder.path().join("secret.yaml"), "a: 1\n").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../../secret.yaml", there.join("common/link.yaml")).unwrap();
        std::os::unix::fs::symlink("../..", there.join("common/up")).unwrap();
        std::os::unix::fs::symlink("../common/user.yaml", there.join("api/inner.yaml")).unwrap();
    }
    let spec = there.join("api/v1/api.yaml");
    fs::write(&spec, references.iter().map(|text| format!("- {{$ref: {text}}}\n")).collect::<String>()).unwrap();
    let sources = Sources::new().confined_to(Some(there.join(root)));
    // A description must be an object; a list is read as well.
    if let Err(error) = sources.add_spec(&spec)
        && error.code == Code::Config
    {
        return error.message.replace(&*folder.path().to_string_lossy(), "");
    }
    let list = sources.root(sources.description().unwrap()).unwrap();
    let outcome = |from: &Node| match Resolver::new(&sources).resolve(from) {
        Ok(target) => sources.relative_name(target.origin().file()).to_owned(),
        Err(unresolved) => unresolved.into_error().code.as_str().to_owned(),
    };
    let lines = references.iter().zip(list.as_array().unwrap());
    lines.map(|(text, node)| format!("{text} → {}\n", outcome(node))).collect()
}

#[test]
fn a_wider_root_allows_what_is_in_it() {
    let references = [
        "here.yaml",
        "../common.yaml",
        "../../common/user.yaml",
        "../../../secret.yaml",
        "../../x/../../secret.yaml",
        "/secret.yaml",
    ];
    expect![[r#"
        here.yaml → last.yaml
        ../common.yaml → last.yaml
        ../../common/user.yaml → E0303
        ../../../secret.yaml → E0303
        ../../x/../../secret.yaml → E0303
        /secret.yaml → E0303
    "#]]
    .assert_eq(&within("api", &references));
    expect![[r#"
        here.yaml → last.yaml
        ../common.yaml → last.yaml
        ../../common/user.yaml → last.yaml
        ../../../secret.yaml → E0303
        ../../x/../../secret.yaml → E0303
        /secret.yaml → E0303
    "#]]
    .assert_eq(&within("", &references));
    assert!(within("api/v1", &references).lines().all(|line| line.ends_with("E0303")));
    for other in ["common", "api/v1/inner", "nowhere"] {
        assert!(within(other, &references).contains("does not contain"), "{other}");
    }
}

#[cfg(unix)]
#[test]
fn symbolic_links_do_not_lead_out_of_a_wider_root() {
    let references = ["../inner.yaml", "../../common/link.yaml", "../../common/up/secret.yaml"];
    expect![[r#"
        ../inner.yaml → last.yaml
        ../../common/link.yaml → E0303
        ../../common/up/secret.yaml → E0303
    "#]]
    .assert_eq(&within("", &references));
    // Even if the link is within the root, what it points to is not.
    assert_eq!(within("api", &references[..1]), "../inner.yaml → E0303\n");
}

#[test]
fn a_file_is_read_once_however_it_is_spelled() {
    let (_folder, sources) = folder(&[
        (
            "api.yaml",
            "a: {$ref: other.yaml}\nb: {$ref: ./x/../other.yaml}\nc: {$ref: x/third.yaml}\nd: {$ref: 'api.yaml#/a'}\n",
        ),
        ("other.yaml", "type: object\n"),
        ("x/third.yaml", "$ref: ../other.yaml\n"),
    ]);
    let root = sources.root(sources.description().unwrap()).unwrap();
    let resolver = Resolver::new(&sources);
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| resolver.resolve(root.get(name).unwrap()).unwrap());
    assert!(a.is(&b) && a.is(&c) && a.is(&d));
    let names: Vec<_> = sources.files().map(|file| sources.relative_name(file)).collect();
    assert_eq!(names, ["api.yaml", "other.yaml", "x/third.yaml"]);
}

#[test]
fn broken_files_are_reported_with_the_reference() {
    check(
        &[("api.yaml", "start: {$ref: broken.yaml}\n"), ("broken.yaml", "a: [1\n")],
        expect![[r#"
            error[E0102]: this `[` is not closed
             --> /there/broken.yaml:1:4
              |
            1 | a: [1
              |    ^
              |
             ::: /there/api.yaml:1:15
              |
            1 | start: {$ref: broken.yaml}
              |               ----------- this reference points to the file
        "#]],
    );
    check(
        &[("api.yaml", "start: {$ref: readme.txt}\n"), ("readme.txt", "Just text.\n")],
        expect![[r#"
        error[E0301]: `/there/readme.txt` is not an object
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: readme.txt}
          |               ^^^^^^^^^^
    "#]],
    );
}

#[test]
fn cycles() {
    check(
        &[("api.yaml", "start: {$ref: '#/start'}\n")],
        expect![[r#"
        error[E0302]: references form a cycle: `#/start` → `#/start`
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: '#/start'}
          |               ^^^^^^^^^
    "#]],
    );
    check(
        &[("api.yaml", "start: {$ref: '#/start', description: with another member}\n")],
        expect![[r#"
        error[E0302]: references form a cycle: `#/start` → `#/start`
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: '#/start', description: with another member}
          |               ^^^^^^^^^
    "#]],
    );
    check(
        &[
            ("api.yaml", "start: {$ref: '#/a'}\na: {$ref: 'b.yaml#/b'}\n"),
            ("b.yaml", "b: {$ref: c.yaml}\n"),
            ("c.yaml", "$ref: api.yaml#/a\n"),
        ],
        expect![[r#"
            error[E0302]: references form a cycle: `#/start` → `#/a` → `b.yaml#/b` → `c.yaml#` → `#/a`
             --> /there/api.yaml:1:15
              |
            1 | start: {$ref: '#/a'}
              |               ^^^^^
            2 | a: {$ref: 'b.yaml#/b'}
              |           -----------
              |
             ::: /there/b.yaml:1:11
              |
            1 | b: {$ref: c.yaml}
              |           ------
              |
             ::: /there/c.yaml:1:7
              |
            1 | $ref: api.yaml#/a
              |       -----------
        "#]],
    );
}

#[test]
fn long_chains() {
    let chain: String = (0..200).map(|link| format!("l{link}: {{$ref: '#/l{}'}}\n", link + 1)).collect();
    let (_folder, sources) = folder(&[("api.yaml", &format!("start: {{$ref: '#/l0'}}\n{chain}l200: end\n"))]);
    let root = sources.root(sources.description().unwrap()).unwrap();
    let error = Resolver::new(&sources).resolve(root.get("start").unwrap()).unwrap_err();
    assert_eq!(error.into_error().message, "the chain has more than 128 references");
}

#[test]
fn a_target_with_more_than_a_reference_is_kept() {
    check(
        &[(
            "api.yaml",
            "start: {$ref: '#/a', description: mine}\na: {$ref: '#/b'}\nb: {$ref: '#/c', description: b}\nc: 1\n",
        )],
        expect![[r##"api.yaml#/b = Object({"$ref": String("#/c"), "description": String("b")})"##]],
    );
}

#[test]
fn an_id_makes_a_resource() {
    let api = "start: {$ref: REFERENCE}\nschemas:\n  a:\n    $id: https://example.com/s/a\n    $defs: {x: {$anchor: here}, b: {$id: b, type: string}}\n  c: {$id: schemas/c.yaml, type: object}\n";
    let check_by_id = |reference: &str, expect: Expect| {
        check(&[("api.yaml", &api.replace("REFERENCE", &format!("{reference:?}")))], expect);
    };
    check_by_id(
        "https://example.com/s/a#/$defs/x",
        expect![[r#"api.yaml#/schemas/a/$defs/x = Object({"$anchor": String("here")})"#]],
    );
    check_by_id(
        "https://example.com/s/a#here",
        expect![[r#"api.yaml#/schemas/a/$defs/x = Object({"$anchor": String("here")})"#]],
    );
    check_by_id(
        "https://example.com/s/b",
        expect![[r#"api.yaml#/schemas/a/$defs/b = Object({"$id": String("b"), "type": String("string")})"#]],
    );
    check_by_id("schemas/c.yaml#/type", expect![[r#"api.yaml#/schemas/c/type = String("object")"#]]);
    check_by_id(
        "https://example.com/s/a#/$defs/y",
        expect![[r#"
        error[E0301]: cannot resolve the reference `https://example.com/s/a#/$defs/y`
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: "https://example.com/s/a#/$defs/y"}
          |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `#/schemas/a/$defs` has no member `y`
          |
          = help: did you mean `https://example.com/s/a#/$defs/x`?
    "#]],
    );
    check_by_id(
        "https://example.com/s/other",
        expect![[r#"
            error[E0303]: remote references are not fetched
             --> /there/api.yaml:1:15
              |
            1 | start: {$ref: "https://example.com/s/other"}
              |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: save the file beside the description, and refer to it with an overlay
        "#]],
    );
    check_by_id(
        "#here",
        expect![[r##"
        error[E0301]: cannot resolve the reference `#here`
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: "#here"}
          |               ^^^^^^^ `/there/api.yaml` has no such `$anchor`
    "##]],
    );
}

#[test]
fn references_below_an_id() {
    let api = "start: {$ref: '#/schemas/a/not'}\nx: document\nschemas:\n  a:\n    $id: https://example.com/s/a\n    $defs: {x: resource}\n    items: {$id: inner}\n    contains: {$anchor: here}\n    not: {$ref: REFERENCE}\n";
    let check_below = |reference: &str, expect: Expect| {
        check(
            &[("api.yaml", &api.replace("REFERENCE", &format!("{reference:?}"))), ("other.yaml", "a: other\n")],
            expect,
        );
    };
    check_below("#/$defs/x", expect![[r#"api.yaml#/schemas/a/$defs/x = String("resource")"#]]);
    check_below("#here", expect![[r#"api.yaml#/schemas/a/contains = Object({"$anchor": String("here")})"#]]);
    check_below("#/x", expect![[r#"api.yaml#/x = String("document")"#]]);
    check_below("inner", expect![[r#"api.yaml#/schemas/a/items = Object({"$id": String("inner")})"#]]);
    check_below(
        "#/$defs/y",
        expect![[r##"
            error[E0301]: cannot resolve the reference `#/$defs/y`
             --> /there/api.yaml:9:17
              |
            9 |     not: {$ref: "#/$defs/y"}
              |                 ^^^^^^^^^^^ `#/schemas/a/$defs` has no member `y`
              |
              = help: did you mean `#/$defs/x`?
        "##]],
    );
    // An `$id` opens no file: a path is one from the file that has the reference.
    check_below("other.yaml#/a", expect![[r#"other.yaml#/a = String("other")"#]]);
    check_below(
        "../other.yaml#/a",
        expect![[r#"
            error[E0303]: the reference leaves the folder of the description
             --> /there/api.yaml:9:17
              |
            9 |     not: {$ref: "../other.yaml#/a"}
              |                 ^^^^^^^^^^^^^^^^^^
              |
              = help: only files in `/there` are read
              = help: if the file is part of the description, set `root` to a folder that contains both
        "#]],
    );
    check_below(
        "/other.yaml#/a",
        expect![[r#"
            error[E0303]: absolute paths are not followed
             --> /there/api.yaml:9:17
              |
            9 |     not: {$ref: "/other.yaml#/a"}
              |                 ^^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn an_id_in_another_file_is_known_once_that_is_read() {
    let other = "$id: https://example.com/other\na: {$ref: '#/b'}\nb: {$ref: 'https://example.com/api#/c'}\n";
    check(
        &[
            ("api.yaml", "$self: https://example.com/api\nstart: {$ref: 'other.yaml#/a'}\nc: 1\n"),
            ("other.yaml", other),
        ],
        expect![[r#"api.yaml#/c = Number("1")"#]],
    );
    check(
        &[("api.yaml", "start: {$ref: 'https://example.com/other#/b'}\n"), ("other.yaml", other)],
        expect![[r#"
            error[E0303]: remote references are not fetched
             --> /there/api.yaml:1:15
              |
            1 | start: {$ref: 'https://example.com/other#/b'}
              |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: save the file beside the description, and refer to it with an overlay
        "#]],
    );
    check(&[("api.yaml", "$id: api.yaml\nstart: {$ref: '#/x'}\nx: 1\n")], expect![[r#"api.yaml#/x = Number("1")"#]]);
}

#[test]
fn ambiguous_anchors() {
    check(
        &[("api.yaml", "start: {$ref: '#a'}\nx: {$anchor: a}\ny: {$anchor: a}\n")],
        expect![[r#"
        error[E0301]: the reference `#a` has more than one target
         --> /there/api.yaml:1:15
          |
        1 | start: {$ref: '#a'}
          |               ^^^^
        2 | x: {$anchor: a}
          | - one of them
        3 | y: {$anchor: a}
          | - one of them
    "#]],
    );
    check(
        &[("api.yaml", "start: {$ref: '#a'}\nx: {$dynamicAnchor: a}\ny: {$id: other, z: {$anchor: a}}\n")],
        expect![[r#"api.yaml#/x = Object({"$dynamicAnchor": String("a")})"#]],
    );
}

/// Identifiers are those of schemas, not what their examples, constants and unknown keywords contain.
#[test]
fn data_has_no_identifiers() {
    const HERE: &str = "{$id: 'https://example.com/x', $anchor: here}";
    for data in [
        format!("schemas: {{a: {{default: {HERE}, const: {HERE}, enum: [{HERE}], example: {HERE}}}}}"),
        format!("schemas: {{a: {{properties: {{p: {{type: object, examples: [{HERE}]}}}}}}}}"),
        format!("schemas: {{a: {{unknown: {{items: {HERE}}}, x-more: {HERE}}}}}"),
        format!("schema: {{dependentRequired: {HERE}, discriminator: {HERE}}}"),
        format!("webhooks: {{type: {{post: {{content: {{json: {{example: {HERE}, examples: {{a: {HERE}}}}}}}}}}}}}"),
        format!("x-extension: {HERE}"),
    ] {
        let api = format!("openapi: 3.1.0\nstart: {{$ref: REFERENCE}}\n$defs: {{z: {HERE}}}\n{data}\n");
        for reference in ["https://example.com/x", "https://example.com/x#here"] {
            let (folder, sources) = folder(&[("api.yaml", &api.replace("REFERENCE", reference))]);
            let found = resolved(&folder, &sources);
            assert!(found.starts_with("api.yaml#/$defs/z = "), "{data}: {found}");
        }
    }
}

/// Wherever a schema may be, its identifiers count.
#[test]
fn schemas_have_identifiers() {
    for (place, start) in [
        ("/webhooks/type/post/content/json/schema", "webhooks: {type: {post: {content: {json: {schema: HERE}}}}}"),
        ("/components/headers/items/schema/items", "components: {headers: {items: {schema: {items: HERE}}}}"),
        ("/components/schemas/x-a", "components: {schemas: {x-a: HERE}}"),
        ("/other/properties/default", "other: {properties: {default: HERE}}"),
        ("/other/then/anyOf/0", "other: {type: object, then: {anyOf: [HERE]}}"),
        ("/other/items/0", "other: {$defs: {}, items: [HERE]}"),
        ("/parameters/0/schema", "parameters: [{schema: HERE}]"),
    ] {
        let start = start.replace("HERE", "{$anchor: here}");
        let (folder, sources) = folder(&[("api.yaml", &format!("start: {{$ref: '#here'}}\n{start}\n"))]);
        let found = resolved(&folder, &sources);
        assert!(found.starts_with(&format!("api.yaml#{place} = ")), "{place}: {found}");
    }
}

#[test]
fn ambiguous_ids() {
    check(
        &[("api.yaml", "start: {$ref: 'urn:x'}\n$defs:\n  x: {$id: 'urn:x'}\n  y: {$id: 'urn:x'}\n")],
        expect![[r#"
            error[E0301]: the reference `urn:x` has more than one target
             --> /there/api.yaml:1:15
              |
            1 | start: {$ref: 'urn:x'}
              |               ^^^^^^^
            2 | $defs:
            3 |   x: {$id: 'urn:x'}
              |   - one of them
            4 |   y: {$id: 'urn:x'}
              |   - one of them
        "#]],
    );
    // Below an `$id`, a fragment alone is one of that schema.
    check(
        &[(
            "api.yaml",
            "start: {$ref: '#/$defs/y/items'}\n$defs:\n  x: {$id: 'urn:x'}\n  y: {$id: 'urn:x', items: {$ref: '#/contains'}, contains: {type: string}}\n",
        )],
        expect![[r#"api.yaml#/$defs/y/contains = Object({"type": String("string")})"#]],
    );
}

#[test]
fn references_see_the_tree_that_was_set() {
    let (folder, sources) =
        folder(&[("api.yaml", "start: {$ref: 'b.yaml#/b'}\na: 1\n"), ("b.yaml", "b: {$ref: 'api.yaml#/a'}\n")]);
    let description = sources.description().unwrap();
    let root = sources.root(description).unwrap();
    let mut members = root.as_object().unwrap().clone();
    let a = members["a"].origin().clone();
    members.insert("a".into(), Node::new(Value::Bool(true), a));
    sources.set_root(description, Node::new(Value::Object(Box::new(members)), root.origin().clone()));
    expect!["api.yaml#/a = Bool(true)"].assert_eq(&resolved(&folder, &sources));
}

#[test]
fn references_in_an_overlay_are_those_of_the_description() {
    let (folder, sources) = folder(&[("api.yaml", "a: {b: 1}\n")]);
    fs::create_dir(folder.path().join("elsewhere")).unwrap();
    let path = folder.path().join("elsewhere/overlay.yaml");
    fs::write(&path, "update: {$ref: '#/a'}\nfile: {$ref: 'api.yaml#/a/b'}\n").unwrap();
    let overlay = sources.add_overlay(Path::new(&path)).unwrap();
    let resolver = Resolver::new(&sources);
    let root = sources.root(sources.description().unwrap()).unwrap();
    assert!(resolver.resolve(overlay.get("update").unwrap()).unwrap().is(root.get("a").unwrap()));
    assert!(resolver.resolve(overlay.get("file").unwrap()).is_ok());
}

proptest! {
    #[test]
    fn no_reference_makes_it_panic(reference in "([a-c./#~%0-9\\\\:?é]|\\.\\./|#/|%2e|~1){0,30}") {
        let api = format!("start:\n  $ref: {}\na: {{b: [1]}}\n", serde_json::to_string(&reference).unwrap());
        let (folder, sources) = folder(&[("api.yaml", &api)]);
        resolved(&folder, &sources);
    }

    #[test]
    fn every_pointer_leads_back(names in prop::collection::vec("[^\u{0}-\u{1f}]{0,5}", 1..5)) {
        let mut json = serde_json::json!("end");
        for name in names.iter().rev() {
            json = serde_json::json!({ name: json });
        }
        let encoded: String = pointer::join(&names).bytes().map(|byte| format!("%{byte:02X}")).collect();
        let api = serde_json::json!({ "start": { "$ref": format!("#%2Ftarget{encoded}") }, "target": json }).to_string();
        let (_folder, sources) = folder(&[("api.json", &api)]);
        let root = sources.root(sources.description().unwrap()).unwrap();
        let target = Resolver::new(&sources).resolve(root.get("start").unwrap()).unwrap();
        prop_assert_eq!(target.as_str(), Some("end"));
        prop_assert_eq!(target.origin().pointer(), format!("/target{}", pointer::join(&names)));
    }
}
