use std::fs;
use std::path::Path;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use tempfile::TempDir;

use super::outline::Part;
use super::places::Places;
use super::sources::show;
use super::*;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::{FileId, Node, Segment, Value};
use crate::render::text;

/// Reads a description with this name and content.
fn read(name: &str, content: &[u8]) -> (Sources, Result<Node, Diagnostic>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let sources = Sources::new();
    let result = sources.add_spec(&path);
    (sources, result, folder)
}

/// The rendered error, without the temporary folder.
fn rendered(sources: &Sources, diagnostic: Diagnostic, folder: &TempDir) -> String {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(diagnostic);
    text(&diagnostics, sources, false).replace(&format!("{}/", show(folder.path())), "")
}

#[track_caller]
fn check_error(name: &str, content: impl AsRef<[u8]>, expect: Expect) {
    let (sources, result, folder) = read(name, content.as_ref());
    expect.assert_eq(&rendered(&sources, result.unwrap_err(), &folder));
}

/// Checks a document that has warnings: its tree as JSON, and the warnings.
#[track_caller]
fn check_warnings(name: &str, content: &str, expect: Expect) {
    let (sources, result, folder) = read(name, content.as_bytes());
    let root = result.unwrap_or_else(|diagnostic| panic!("{}", rendered(&sources, diagnostic, &folder)));
    let warnings: Vec<String> =
        sources.warnings().map(|warning| rendered(&sources, warning.clone(), &folder)).collect();
    expect.assert_eq(&format!("{}\n\n{}", json_text(&root), warnings.join("\n")));
}

fn parsed(name: &str, content: &str) -> (Sources, Node) {
    let (sources, result, folder) = read(name, content.as_bytes());
    match result {
        Ok(node) => (sources, node),
        Err(diagnostic) => panic!("{}", rendered(&sources, diagnostic, &folder)),
    }
}

fn check(name: &str, content: &str, expect: Expect) {
    expect.assert_eq(&json_text(&parsed(name, content).1));
}

/// The tree as JSON, with the text of numbers as the tree has it.
fn json_text(node: &Node) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    match node.value() {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text) => text.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(elements) => format!("[{}]", elements.iter().map(json_text).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| format!("{}:{}", quoted(name), json_text(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    }
}

fn all_nodes(root: &Node) -> Vec<Node> {
    let mut nodes = vec![root.clone()];
    let mut next = 0;
    while let Some(node) = nodes.get(next).cloned() {
        nodes.extend(node.as_object().into_iter().flatten().map(|(_, member)| member.clone()));
        nodes.extend(node.as_array().unwrap_or_default().iter().cloned());
        next += 1;
    }
    nodes
}

/// Every place of the document: pointer, position and text of the value, and of the name where it has one.
fn check_places(name: &str, content: &str, expect: Expect) {
    let (sources, root) = parsed(name, content);
    let mut lines = String::new();
    for node in all_nodes(&root) {
        let mut shown = vec![node.origin().pointer()];
        let named = matches!(node.origin().last(), Some(Segment::Member(_)));
        let places = [Some(Place::Value(node.origin().clone())), named.then(|| Place::Name(node.origin().clone()))];
        for place in places.iter().flatten() {
            let Position { line, column } = sources.position(place);
            let (file, range) = sources.range(place);
            shown.push(format!("{line}:{column} {:?}", &sources.text(file)[range]));
        }
        lines += &(shown.join(" | ") + "\n");
    }
    expect.assert_eq(&lines);
}

#[test]
fn values_of_yaml_are_values_of_json() {
    check(
        "a.yaml",
        "a: ~\nb: true\nc: 'x'\nd: [1, -2, {e: f}]\ng: >\n  folded\n  text\nh:\n",
        expect![[r#"{"a":null,"b":true,"c":"x","d":[1,-2,{"e":"f"}],"g":"folded text\n","h":null}"#]],
    );
    check("a.yaml", "\u{FEFF}a: byte order mark\n", expect![[r#"{"a":"byte order mark"}"#]]);
    check(
        "a.yaml",
        "base: &b {x: 1.50}\nuse: [*b, *b]\n",
        expect![[r#"{"base":{"x":1.50},"use":[{"x":1.50},{"x":1.50}]}"#]],
    );
}

#[test]
fn numbers_keep_their_digits() {
    check(
        "a.yaml",
        "a: [1.10, 3.1, 18446744073709551616, 100000000000000000000000000, 1e26, 1e400, -0.0, .5, +1., 00.5, 0x1F, -12]\n\
         b: 1234567890123456789012345678901234567890123456789\n",
        expect![[
            r#"{"a":[1.10,3.1,18446744073709551616,100000000000000000000000000,1e26,1e400,-0.0,0.5,1,0.5,31,-12],"b":1234567890123456789012345678901234567890123456789}"#
        ]],
    );
    check(
        "a.json",
        r#"{"a": [1.10, 18446744073709551616, 1e26, -0, -0.0, 1E+2, 0.1e-7, 12]}"#,
        expect![[r#"{"a":[1.10,18446744073709551616,1e26,-0,-0.0,1E+2,0.1e-7,12]}"#]],
    );
}

#[test]
fn words_that_other_versions_of_yaml_read_otherwise_are_strings() {
    check(
        "a.yaml",
        "a: [NO, on, yes, 017, 1_000, 1:30, 2024-01-01, '1.5', \"1e400\", 1.2.3, inf, nan]\n",
        expect![[r#"{"a":["NO","on","yes","017","1_000","1:30","2024-01-01","1.5","1e400","1.2.3","inf","nan"]}"#]],
    );
}

#[test]
fn integers_may_be_keys() {
    check(
        "a.yaml",
        "200: ok\n'true': quoted\n\"<<\": quoted\n1.2.3: text\n-x: text\n'': empty\n",
        expect![[r#"{"200":"ok","true":"quoted","<<":"quoted","1.2.3":"text","-x":"text","":"empty"}"#]],
    );
}

#[test]
fn merge_keys_add_members() {
    check(
        "a.yaml",
        "a: &a {x: 1.50, y: 2}\nb:\n  z: 3\n  <<: *a\n  y: 4\n",
        expect![[r#"{"a":{"x":1.50,"y":2},"b":{"z":3,"x":1.50,"y":4}}"#]],
    );
    check(
        "a.yaml",
        "a: &a {x: 1}\nb: &b {<<: *a, x: 2, y: 3}\nc: {<<: [*a, *b], \"y\": 4}\n",
        expect![[r#"{"a":{"x":1},"b":{"x":2,"y":3},"c":{"x":1,"y":4}}"#]],
    );
    check("a.yaml", "a:\n- <<: {x: {<<: {y: 0.10}}}\n", expect![[r#"{"a":[{"x":{"y":0.10}}]}"#]]);
    check_places(
        "a.yaml",
        "a: &a\n  x: 1\nb:\n  <<: *a\n  y: 1.5\n",
        expect![[r#"
             | 1:1 "a: &a"
            /a | 1:4 "&a" | 1:1 "a"
            /b | 4:3 "<<: *a" | 3:1 "b"
            /a/x | 2:6 "1" | 2:3 "x"
            /b/<</0/x | 2:6 "1" | 2:3 "x"
            /b/y | 5:6 "1.5" | 5:3 "y"
        "#]],
    );
    check_error(
        "a.yaml",
        "a:\n  <<: [{x: 1}, text]\n",
        expect![[r#"
            error[E0105]: a merge key must name an object or a list of objects
             --> a.yaml:2:16
              |
            2 |   <<: [{x: 1}, text]
              |                ^^^^
        "#]],
    );
}

#[test]
fn several_merge_keys_are_like_one_with_a_list() {
    check(
        "a.yaml",
        "a: &a {x: 1, y: 2.50}\nb: {<<: *a, z: 3, <<: [{y: 4, w: 5.0}, *a], <<: {w: 6, v: {<<: *a, <<: {u: 7.10}}}}\n",
        expect![[r#"{"a":{"x":1,"y":2.50},"b":{"x":1,"y":2.50,"w":5.0,"v":{"x":1,"y":2.50,"u":7.10},"z":3}}"#]],
    );
    check_places(
        "a.yaml",
        "a: &a\n  x: 1\nb:\n  <<: *a\n  <<: [{y: 2}, {z: [3]}]\n  <<:\n    w: 4.5\n",
        expect![[r#"
         | 1:1 "a: &a"
        /a | 1:4 "&a" | 1:1 "a"
        /b | 4:3 "<<: *a" | 3:1 "b"
        /a/x | 2:6 "1" | 2:3 "x"
        /b/<</0/x | 2:6 "1" | 2:3 "x"
        /b/<</1/0/y | 5:12 "2" | 5:9 "y"
        /b/<</1/1/z | 5:20 "[" | 5:17 "z"
        /b/<</2/w | 7:8 "4.5" | 7:5 "w"
        /b/<</1/1/z/0 | 5:21 "3"
    "#]],
    );
    check_error(
        "a.yaml",
        "a: {<<: {x: 1}, <<: [{y: 2}, text]}\n",
        expect![[r#"
            error[E0105]: a merge key must name an object or a list of objects
             --> a.yaml:1:30
              |
            1 | a: {<<: {x: 1}, <<: [{y: 2}, text]}
              |                              ^^^^
        "#]],
    );
    check_warnings(
        "a.yaml",
        "a: {'<<': {x: 1.5}, <<: {y: 2.5}, <<: {y: 3, y: 4.5}}\n",
        expect![[r#"
        {"a":{"y":2.5}}

        warning[W0102]: the key `<<` appears twice in one object
         --> a.yaml:1:21
          |
        1 | a: {'<<': {x: 1.5}, <<: {y: 2.5}, <<: {y: 3, y: 4.5}}
          |     ---- ignored    ^^ the last one is used
          |
          = help: remove one of them, or rename it

        warning[W0102]: the key `y` appears twice in one object
         --> a.yaml:1:46
          |
        1 | a: {'<<': {x: 1.5}, <<: {y: 2.5}, <<: {y: 3, y: 4.5}}
          |                                        -     ^ the last one is used
          |                                        |
          |                                        ignored
          |
          = help: remove one of them, or rename it
    "#]],
    );
}

#[test]
fn json_may_be_in_a_file_with_any_name() {
    check("a.yaml", "{\"a\":\t1}", expect![[r#"{"a":1}"#]]);
    check("a.yaml", "{a: b}", expect![[r#"{"a":"b"}"#]]);
}

#[test]
fn empty_documents() {
    check_error(
        "a.yaml",
        "",
        expect![[r#"
        error[E0102]: the file is empty
         --> a.yaml:1:1
          |
        1 |
          | ^
    "#]],
    );
    check_error(
        "a.yaml",
        "# only a comment\n",
        expect![[r#"
        error[E0102]: the file is empty
         --> a.yaml:1:1
          |
        1 | # only a comment
          | ^
    "#]],
    );
    check_error(
        "a.json",
        " \n",
        expect![[r#"
        error[E0102]: the file is empty
         --> a.json:1:1
          |
        1 |  
          | ^
    "#]],
    );
}

#[test]
fn json_has_no_comments() {
    check_error(
        "a.json",
        "// exported\n{}\n",
        expect![[r#"
        error[E0102]: JSON has no comments
         --> a.json:1:1
          |
        1 | // exported
          | ^
    "#]],
    );
    check_error(
        "a.json",
        "{\n  \"a\": 1 // one\n}\n",
        expect![[r#"
        error[E0102]: JSON has no comments
         --> a.json:2:10
          |
        2 |   "a": 1 // one
          |          ^
    "#]],
    );
}

#[test]
fn the_root_must_be_an_object() {
    check_error(
        "a.yaml",
        "- a\n- b\n",
        expect![[r#"
        error[E0102]: a description must be an object
         --> a.yaml:1:1
          |
        1 | - a
          | ^^^ not an object
    "#]],
    );
    check_error(
        "a.json",
        "[1]",
        expect![[r#"
        error[E0102]: a description must be an object
         --> a.json:1:1
          |
        1 | [1]
          | ^ not an object
    "#]],
    );
    check_error(
        "a.yaml",
        "text\n",
        expect![[r#"
        error[E0102]: a description must be an object
         --> a.yaml:1:1
          |
        1 | text
          | ^^^^ not an object
    "#]],
    );
}

#[test]
fn one_document_a_file() {
    check_error(
        "a.yaml",
        "a: 1\n---\nb: 2\n",
        expect![[r#"
        error[E0105]: a file must hold one document only
         --> a.yaml:2:1
          |
        2 | ---
          | ^
    "#]],
    );
    check_error(
        "a.yaml",
        "---\na: 1\n---\n",
        expect![[r#"
        error[E0105]: a file must hold one document only
         --> a.yaml:3:1
          |
        3 | ---
          | ^
    "#]],
    );
}

#[test]
fn encodings() {
    check_error(
        "a.yaml",
        [0xFF, 0xFE, b'a', 0],
        expect![[r#"
        error[E0102]: the file is UTF-16, not UTF-8
         --> a.yaml:1:1
          |
        1 | ��a␀
          | ^
          |
          = help: save it as UTF-8
    "#]],
    );
    check_error(
        "a.yaml",
        b"ok: 1\ntext: gr\xFC\xDFe\n",
        expect![[r#"
        error[E0102]: the file is not UTF-8: byte 0xfc at offset 14
         --> a.yaml:2:9
          |
        2 | text: gr��e
          |         ^
          |
          = help: save it as UTF-8
    "#]],
    );
}

#[test]
fn control_characters() {
    check_error(
        "a.yaml",
        "a: b\nc: x\0y\n",
        expect![[r#"
        error[E0102]: the control character U+0000 is not allowed in YAML
         --> a.yaml:2:5
          |
        2 | c: x␀y
          |     ^
    "#]],
    );
    check_error(
        "a.json",
        "{\"a\": \"x\u{1}y\"}",
        expect![[r#"
        error[E0102]: control character (\u0000-\u001F) found while parsing a string
         --> a.json:1:9
          |
        1 | {"a": "x␁y"}
          |         ^
    "#]],
    );
    check_error(
        "a.yaml",
        "a: '\u{7}'\n",
        expect![[r#"
        error[E0102]: the control character U+0007 is not allowed in YAML
         --> a.yaml:1:5
          |
        1 | a: '␇'
          |     ^
    "#]],
    );
}

#[test]
fn comments_of_yaml_may_be_indented_by_tabs() {
    let text = "\t# first\na: \"x\n\t# y\"\n\t \t# second\nb:\n  - 1\n\t\t# third\n  - 2.50\n";
    let (sources, root) = parsed("a.yaml", text);
    assert_eq!(json_text(&root), r##"{"a":"x # y","b":[1,2.50]}"##);
    let second = Place::Value(root.at_names(&["b".to_owned(), "1".to_owned()]).unwrap().origin().clone());
    let (file, range) = sources.range(&second);
    assert_eq!((&sources.text(file)[range], sources.bytes(file)), ("2.50", text.as_bytes()));
    let many = format!("{}a: 1\n", "\t#\n".repeat(17));
    check_error(
        "a.yaml",
        &many,
        expect![[r#"
        error[E0102]: a tab cannot indent: use spaces
          --> a.yaml:17:1
           |
        17 |     #
           | ^^^^
    "#]],
    );
}

#[test]
fn malformed_yaml() {
    check_error(
        "a.yaml",
        "a:\n\tb: 1\n",
        expect![[r#"
        error[E0102]: a tab cannot indent: use spaces
         --> a.yaml:2:1
          |
        2 |     b: 1
          | ^^^^
    "#]],
    );
    check_error(
        "a.yaml",
        "a: [1,\n  2\n",
        expect![[r#"
            error[E0102]: this `[` is not closed
             --> a.yaml:1:4
              |
            1 | a: [1,
              |    ^
        "#]],
    );
    check_error(
        "a.yaml",
        "a: 'open\nb: 1\n",
        expect![[r#"
            error[E0102]: this quoted string is not closed
             --> a.yaml:1:4
              |
            1 | a: 'open
              |    ^
        "#]],
    );
    check_error(
        "a.yaml",
        "a: [1, 2\nb: 3\n",
        expect![[r#"
            error[E0102]: this `[` is not closed
             --> a.yaml:1:4
              |
            1 | a: [1, 2
              |    ^
            2 | b: 3
              |  - `,` or `]` is expected before this
        "#]],
    );
    check_error(
        "a.yaml",
        "a: *nowhere\n",
        expect![[r#"
        error[E0102]: the alias has no anchor before it
         --> a.yaml:1:4
          |
        1 | a: *nowhere
          |    ^
    "#]],
    );
    check_error(
        "a.yaml",
        format!("a: 1\n{}: 2\n", "k".repeat(2000)),
        expect![[r#"
            error[E0102]: could not find expected ':'
             --> a.yaml:2:2001
              |
            2 | ...kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: 2
              |                                                                    ^
              |
             ::: a.yaml:2:1
              |
            2 | kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...
              | - scanning a simple key
        "#]],
    );
}

#[test]
fn malformed_json() {
    check_error(
        "a.json",
        "{\n  // comment\n  \"a\": 1\n}",
        expect![[r#"
        error[E0102]: JSON has no comments
         --> a.json:2:3
          |
        2 |   // comment
          |   ^
    "#]],
    );
    check_error(
        "a.json",
        "{\"a\": [1, 2,]}",
        expect![[r#"
        error[E0102]: trailing comma
         --> a.json:1:13
          |
        1 | {"a": [1, 2,]}
          |             ^
    "#]],
    );
    check_error(
        "a.json",
        "{\"a\": NaN}",
        expect![[r#"
        error[E0102]: expected value
         --> a.json:1:7
          |
        1 | {"a": NaN}
          |       ^
    "#]],
    );
    check_error(
        "a.json",
        "{\"a\": 1e400}",
        expect![[r#"
        error[E0105]: the number is too large
         --> a.json:1:7
          |
        1 | {"a": 1e400}
          |       ^^^^^
    "#]],
    );
    check_error(
        "a.json",
        "{\"a\": 1} {}",
        expect![[r#"
        error[E0102]: trailing characters
         --> a.json:1:10
          |
        1 | {"a": 1} {}
          |          ^
    "#]],
    );
    check_error(
        "a.json",
        "{\"é\": 1,\r\n \"b\" 2}",
        expect![[r#"
        error[E0102]: expected `:`
         --> a.json:2:6
          |
        2 |  "b" 2}
          |      ^
    "#]],
    );
    check_error(
        "a.json",
        format!("{{\"{}\": 1}}", "k".repeat(1025)),
        expect![[r#"
        error[E0104]: the key is longer than 1024 characters
         --> a.json:1:2
          |
        1 | {"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...
          |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn of_a_repeated_key_the_last_is_kept() {
    check_warnings(
        "a.yaml",
        "a: 1\nb:\n  x: 1\n  y: 2\n  x: 3\n",
        expect![[r#"
        {"a":1,"b":{"x":3,"y":2}}

        warning[W0102]: the key `x` appears twice in one object
         --> a.yaml:5:3
          |
        3 |   x: 1
          |   - ignored
        4 |   y: 2
        5 |   x: 3
          |   ^ the last one is used
          |
          = help: remove one of them, or rename it
    "#]],
    );
    check_warnings(
        "a.yaml",
        "a: 1\n\"a\": 2\nc: 1\na: {d: [2, 2]}\n",
        expect![[r#"
        {"a":{"d":[2,2]},"c":1}

        warning[W0102]: the key `a` appears 3 times in one object
         --> a.yaml:4:1
          |
        1 | a: 1
          | - ignored
        ...
        4 | a: {d: [2, 2]}
          | ^ the last one is used
          |
          = help: remove one of them, or rename it
    "#]],
    );
    check_warnings(
        "a.json",
        "{\"a\": 1, \"b\": {}, \"\\u0061\": 2}",
        expect![[r#"
        {"a":2,"b":{}}

        warning[W0102]: the key `a` appears twice in one object
         --> a.json:1:19
          |
        1 | {"a": 1, "b": {}, "\u0061": 2}
          |  --- ignored      ^^^^^^^^ the last one is used
          |
          = help: remove one of them, or rename it
    "#]],
    );
    // The same value twice is one value, however its numbers and members are written.
    check_warnings(
        "a.yaml",
        "a: {b: [1.50], c: 1}\n\"a\": {c: 1, b: [1.5]}\n",
        expect![[r#"
        {"a":{"c":1,"b":[1.5]}}

    "#]],
    );
}

/// The document is read twice if it has such numbers.
#[test]
fn a_repeated_key_may_have_numbers_with_fractions() {
    check_warnings(
        "a.yaml",
        "a: {b: [1.5]}\na: {b: [2.50]}\n",
        expect![[r#"
        {"a":{"b":[2.50]}}

        warning[W0102]: the key `a` appears twice in one object
         --> a.yaml:2:1
          |
        1 | a: {b: [1.5]}
          | - ignored
        2 | a: {b: [2.50]}
          | ^ the last one is used
          |
          = help: remove one of them, or rename it
    "#]],
    );
    check_warnings(
        "a.yaml",
        "a: text\nb: {true: 1}\na: 2.50\n",
        expect![[r#"
        {"a":2.50,"b":{"true":1}}

        warning[W0101]: YAML reads the key `true` as a truth value
         --> a.yaml:2:5
          |
        2 | b: {true: 1}
          |     ^^^^ read as a string
          |
          = help: put it in quotes: `"true"`

        warning[W0102]: the key `a` appears twice in one object
         --> a.yaml:3:1
          |
        1 | a: text
          | - ignored
        2 | b: {true: 1}
        3 | a: 2.50
          | ^ the last one is used
          |
          = help: remove one of them, or rename it
    "#]],
    );
    check_warnings(
        "a.json",
        "{\"a\": 1.50, \"b\": 2.50, \"a\": {\"c\": []}}",
        expect![[r#"
        {"a":{"c":[]},"b":2.50}

        warning[W0102]: the key `a` appears twice in one object
         --> a.json:1:24
          |
        1 | {"a": 1.50, "b": 2.50, "a": {"c": []}}
          |  --- ignored           ^^^ the last one is used
          |
          = help: remove one of them, or rename it
    "#]],
    );
}

#[test]
fn places_are_those_of_the_last_member_with_a_key() {
    let text = "a: {x: 1}\nb: [{c: 1, c: {d: 2, d: [3]}}]\na: {x: 2.5, y: []}\n";
    check_places(
        "a.yaml",
        text,
        expect![[r#"
         | 1:1 "a: {x: 1}"
        /a | 3:4 "{" | 3:1 "a"
        /b | 2:4 "[" | 2:1 "b"
        /a/x | 3:8 "2.5" | 3:5 "x"
        /a/y | 3:16 "[" | 3:13 "y"
        /b/0 | 2:5 "{"
        /b/0/c | 2:15 "{" | 2:12 "c"
        /b/0/c/d | 2:25 "[" | 2:22 "d"
        /b/0/c/d/0 | 2:26 "3"
    "#]],
    );
    let json = r#"{"a": {"x": 1}, "b": [{"c": 1, "c": {"d": 2, "d": [3]}}], "a": {"x": 2.5, "y": []}}"#;
    check_places(
        "a.json",
        json,
        expect![[r#"
         | 1:1 "{"
        /a | 1:64 "{" | 1:59 "\"a\""
        /b | 1:22 "[" | 1:17 "\"b\""
        /a/x | 1:70 "2.5" | 1:65 "\"x\""
        /a/y | 1:80 "[" | 1:75 "\"y\""
        /b/0 | 1:23 "{"
        /b/0/c | 1:37 "{" | 1:32 "\"c\""
        /b/0/c/d | 1:51 "[" | 1:46 "\"d\""
        /b/0/c/d/0 | 1:52 "3"
    "#]],
    );
    check_error(
        "a.yaml",
        "a: {x: 1}\na: {x: 2, y: .nan}\n",
        expect![[r#"
        error[E0105]: the number cannot be written in JSON
         --> a.yaml:2:14
          |
        2 | a: {x: 2, y: .nan}
          |              ^^^^
          |
          = help: put it in quotes if it is meant as a string
    "#]],
    );
}

#[test]
fn of_many_repeated_keys_the_first_have_their_places() {
    let text: String = (0..40).map(|number| format!("a{}: {number}\n", number % 13)).collect();
    let (sources, _) = parsed("a.yaml", &text);
    assert_eq!(sources.warnings().count(), 11);
    let last = sources.warnings().last().unwrap();
    assert_eq!(last.message, "3 more keys appear several times in their objects");
    // What is within a member that is not kept is not reported.
    check_warnings(
        "a.yaml",
        "a: {b: 1, b: 2, true: 1}\na: {b: 3}\n",
        expect![[r#"
        {"a":{"b":3}}

        warning[W0102]: the key `a` appears twice in one object
         --> a.yaml:2:1
          |
        1 | a: {b: 1, b: 2, true: 1}
          | - ignored
        2 | a: {b: 3}
          | ^ the last one is used
          |
          = help: remove one of them, or rename it
    "#]],
    );
}

#[test]
fn keys_of_other_types_are_read_as_their_text() {
    let (sources, root) = parsed("a.yaml", "1: x\n0x1: y\nnull: 1\n1.5: {true: 2}\n");
    expect![[r#"{"1":"x","0x1":"y","null":1,"1.5":{"true":2}}"#]].assert_eq(&json_text(&root));
    let mut diagnostics = Diagnostics::default();
    for warning in sources.warnings() {
        diagnostics.push(warning.clone());
    }
    expect![[r#"
        warning[W0101]: YAML reads the key `0x1` as a number
         --> a.yaml:2:1
          |
        2 | 0x1: y
          | ^^^ read as a string
          |
          = help: put it in quotes: `"0x1"`

        warning[W0101]: YAML reads the key `null` as `null`
         --> a.yaml:3:1
          |
        3 | null: 1
          | ^^^^ read as a string
          |
          = help: put it in quotes: `"null"`

        warning[W0101]: YAML reads the key `1.5` as a number
         --> a.yaml:4:1
          |
        4 | 1.5: {true: 2}
          | ^^^ read as a string
          |
          = help: put it in quotes: `"1.5"`

        warning[W0101]: YAML reads the key `true` as a truth value
         --> a.yaml:4:7
          |
        4 | 1.5: {true: 2}
          |       ^^^^ read as a string
          |
          = help: put it in quotes: `"true"`
    "#]]
    .assert_eq(&text(&diagnostics, &sources, false).replace(sources.path_name(FileId(0)), "a.yaml"));
}

#[test]
fn yaml_beyond_json() {
    check_error(
        "a.yaml",
        "[a]: 1\n",
        expect![[r#"
        error[E0105]: a key must be a string, not a sequence
         --> a.yaml:1:1
          |
        1 | [a]: 1
          | ^
    "#]],
    );
    check_error(
        "a.yaml",
        "? {a: b}\n: 1\n",
        expect![[r#"
        error[E0105]: a key must be a string, not a map
         --> a.yaml:1:3
          |
        1 | ? {a: b}
          |   ^
    "#]],
    );
    check_error(
        "a.yaml",
        "a: .nan\n",
        expect![[r#"
        error[E0105]: the number cannot be written in JSON
         --> a.yaml:1:4
          |
        1 | a: .nan
          |    ^^^^
          |
          = help: put it in quotes if it is meant as a string
    "#]],
    );
    check_error(
        "a.yaml",
        "a: [-.inf]\n",
        expect![[r#"
        error[E0105]: the number cannot be written in JSON
         --> a.yaml:1:5
          |
        1 | a: [-.inf]
          |     ^^^^^
          |
          = help: put it in quotes if it is meant as a string
    "#]],
    );
}

#[test]
fn tags() {
    check_error(
        "a.yaml",
        "a: !!python/object/apply:os.system ['ls']\n",
        expect![[r#"
        error[E0105]: YAML tags are not supported
         --> a.yaml:1:4
          |
        1 | a: !!python/object/apply:os.system ['ls']
          |    ^
    "#]],
    );
    check_error(
        "a.yaml",
        "a: b\nc:\n  - !include /etc/passwd\n",
        expect![[r#"
        error[E0105]: YAML tags are not supported
         --> a.yaml:3:5
          |
        3 |   - !include /etc/passwd
          |     ^
    "#]],
    );
    check_error(
        "a.yaml",
        "a: {b: !!binary aGk=}\n",
        expect![[r#"
        error[E0105]: YAML tags are not supported
         --> a.yaml:1:8
          |
        1 | a: {b: !!binary aGk=}
          |        ^
    "#]],
    );
    check_error(
        "a.yaml",
        "a: &x !!str 1\n",
        expect![[r#"
        error[E0105]: YAML tags are not supported
         --> a.yaml:1:7
          |
        1 | a: &x !!str 1
          |       ^
    "#]],
    );
    check_error(
        "a.yaml",
        "!t a: 1\n",
        expect![[r#"
        error[E0105]: YAML tags are not supported
         --> a.yaml:1:1
          |
        1 | !t a: 1
          | ^
    "#]],
    );
    check(
        "a.yaml",
        "a: b !c # !d\ne: '!f \"!g'\nh: |\n  !i\n  ! j\n\"k !l\": [m !n, \"!o\"]\n",
        expect![[r#"{"a":"b !c","e":"!f \"!g","h":"!i\n! j\n","k !l":["m !n","!o"]}"#]],
    );
}

#[test]
fn depth() {
    check_error(
        "a.json",
        format!("{{\"a\":{}", "[".repeat(200)),
        expect![[r#"
        error[E0104]: the document is nested deeper than 128 levels
         --> a.json:1:132
          |
        1 | ...[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
          |                                                                    ^
    "#]],
    );
    check_error(
        "a.yaml",
        format!("a: {}", "[".repeat(300_000)),
        expect![[r#"
        error[E0104]: more than 1000 brackets and braces are open
         --> a.yaml:1:1004
          |
        1 | ...[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
          |                                                                    ^
    "#]],
    );
    check_error(
        "a.yaml",
        format!("a: {}{}", "[".repeat(200), "]".repeat(200)),
        expect![[r#"
        error[E0104]: the document is nested deeper than 128 levels
         --> a.yaml:1:131
          |
        1 | ...[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
          |                                                                    ^
    "#]],
    );
    let (_, result, _) = read("a.yaml", &b"- ".repeat(100_000));
    assert_eq!(result.unwrap_err().code, Code::Limit);
    let (_, result, _) = read("a.yaml", &b"? ".repeat(20_000));
    assert_eq!(result.unwrap_err().code, Code::Unsupported);
    let block: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let (_, result, _) = read("a.yaml", block.as_bytes());
    assert_eq!(result.unwrap_err().code, Code::Limit);
}

#[test]
fn aliases() {
    check_error(
        "a.yaml",
        "a: &a [*a]\n",
        expect![[r#"
        error[E0104]: the document is nested deeper than 128 levels
         --> a.yaml:1:4
          |
        1 | a: &a [*a]
          |    ^
    "#]],
    );
    let mut laughs = "l0: &l0 [ha]\n".to_owned();
    for level in 1..10 {
        let last = format!("*l{}", level - 1);
        laughs += &format!("l{level}: &l{level} [{}]\n", [last.as_str(); 10].join(", "));
    }
    check_error(
        "a.yaml",
        laughs,
        expect![[r#"
        error[E0104]: aliases repeat too much of the document
         --> a.yaml:1:5
          |
        1 | l0: &l0 [ha]
          |     ^^^^^^^^
    "#]],
    );
}

#[test]
fn files_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let error = |name: &str| {
        let sources = Sources::new();
        let diagnostic = sources.add_spec(&folder.path().join(name)).unwrap_err();
        rendered(&sources, diagnostic, &folder)
    };
    fs::create_dir(folder.path().join("folder.yaml")).unwrap();
    expect![[r#"
        error[E0101]: `missing.yaml` cannot be read: the file does not exist
        --> missing.yaml
    "#]]
    .assert_eq(&error("missing.yaml"));
    expect![[r#"
        error[E0101]: `folder.yaml` cannot be read: it is a directory
        --> folder.yaml
    "#]]
    .assert_eq(&error("folder.yaml"));
    let large = fs::File::create(folder.path().join("large.yaml")).unwrap();
    large.set_len(Limits::default().file_bytes as u64 + 1).unwrap();
    expect![[r#"
        error[E0104]: `large.yaml` is larger than 64 MiB
        --> large.yaml
    "#]]
    .assert_eq(&error("large.yaml"));
}

#[cfg(unix)]
#[test]
fn devices_are_not_read() {
    let sources = Sources::new();
    let diagnostic = sources.add_spec(Path::new("/dev/zero")).unwrap_err();
    assert_eq!(diagnostic.message, "`/dev/zero` cannot be read: it is not a regular file");
}

#[test]
fn places_in_block_style() {
    check_places(
        "a.yaml",
        "# comment\nopenapi: 3.1.0\ninfo:\n  title: \"a \\\"b\\\" c\" # no\n  text: |\n    lines\n    of text\n  plain: two\n    lines\nlist:\n- 1.5\n-   key: 'it''s'\n    ä: é # ö\n    empty:\n-\n",
        expect![[r#"
             | 2:1 "openapi: 3.1.0"
            /openapi | 2:10 "3.1.0" | 2:1 "openapi"
            /info | 4:3 "title: \"a \\\"b\\\" c\" # no" | 3:1 "info"
            /list | 11:1 "- 1.5" | 10:1 "list"
            /info/title | 4:10 "\"a \\\"b\\\" c\"" | 4:3 "title"
            /info/text | 5:9 "|" | 5:3 "text"
            /info/plain | 8:10 "two" | 8:3 "plain"
            /list/0 | 11:3 "1.5"
            /list/1 | 12:5 "key: 'it''s'"
            /list/2 | 15:2 ""
            /list/1/key | 12:10 "'it''s'" | 12:5 "key"
            /list/1/ä | 13:8 "é" | 13:5 "ä"
            /list/1/empty | 14:11 "" | 14:5 "empty"
        "#]],
    );
}

#[test]
fn places_in_flow_style() {
    check_places(
        "a.yaml",
        "a: {b: [1, 'x', \"y\"], \"c d\": {}, e: text here}\nf: &x {g: h}\ni: *x\n",
        expect![[r#"
         | 1:1 "a: {b: [1, 'x', \"y\"], \"c d\": {}, e: text here}"
        /a | 1:4 "{" | 1:1 "a"
        /f | 2:4 "&x {g: h}" | 2:1 "f"
        /i | 2:4 "&x {g: h}" | 3:1 "i"
        /a/b | 1:8 "[" | 1:5 "b"
        /a/c d | 1:30 "{" | 1:23 "\"c d\""
        /a/e | 1:37 "text here" | 1:34 "e"
        /f/g | 2:11 "h" | 2:8 "g"
        /i/g | 2:11 "h" | 2:8 "g"
        /a/b/0 | 1:9 "1"
        /a/b/1 | 1:12 "'x'"
        /a/b/2 | 1:17 "\"y\""
    "#]],
    );
}

#[test]
fn places_with_carriage_returns_and_other_characters() {
    check_places(
        "a.yaml",
        "\u{FEFF}ä: 'ö'\r\n𝄞: [ü, ß]\r\nb: |\r\n  c\r\nd: e\r\n",
        expect![[r#"
         | 1:1 "ä: 'ö'"
        /ä | 1:4 "'ö'" | 1:1 "ä"
        /𝄞 | 2:4 "[" | 2:1 "𝄞"
        /b | 3:4 "|" | 3:1 "b"
        /d | 5:4 "e" | 5:1 "d"
        /𝄞/0 | 2:5 "ü"
        /𝄞/1 | 2:8 "ß"
    "#]],
    );
}

#[test]
fn places_in_json() {
    check_places(
        "a.json",
        "{\"a\":[1,-2.50,{\"b\\u0063\":\"ä\\\"\"}],\"ö\":{\"\":null}}",
        expect![[r#"
         | 1:1 "{"
        /a | 1:6 "[" | 1:2 "\"a\""
        /ö | 1:38 "{" | 1:34 "\"ö\""
        /a/0 | 1:7 "1"
        /a/1 | 1:9 "-2.50"
        /a/2 | 1:15 "{"
        /ö/ | 1:42 "null" | 1:39 "\"\""
        /a/2/bc | 1:26 "\"ä\\\"\"" | 1:16 "\"b\\u0063\""
    "#]],
    );
    check_places(
        "a.json",
        "{\r\n  \"a\" : [\r\n    true,\r\n    \"x\"\r\n  ]\r\n}\r\n",
        expect![[r#"
         | 1:1 "{"
        /a | 2:9 "[" | 2:3 "\"a\""
        /a/0 | 3:5 "true"
        /a/1 | 4:5 "\"x\""
    "#]],
    );
}

#[test]
fn long_lines_are_shown_in_part() {
    let padding = "x".repeat(5000);
    let text = format!("{{\"p\": \"{padding}\", \"a\": 1, \"a\": 2, \"q\": \"{padding}\"}}");
    let (sources, _, folder) = read("a.json", text.as_bytes());
    let warning = sources.warnings().next().unwrap().clone();
    expect![[r#"
        warning[W0102]: the key `a` appears twice in one object
         --> a.json:1:5019
          |
        1 | ...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "a": 1, "a": 2, "q": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
          |                                                         ^^^ the last one is used
          |
         ::: a.json:1:5011
          |
        1 | ...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "a": 1, "a": 2, "q": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
          |                                                               --- ignored
          |
          = help: remove one of them, or rename it
    "#]].assert_eq(&rendered(&sources, warning, &folder));
}

#[test]
fn files_are_known_by_name_and_bytes() {
    let (sources, _) = parsed("api.yaml", "\u{FEFF}a: 1\n");
    let [file] = sources.files().collect::<Vec<_>>()[..] else { panic!("one file") };
    assert_eq!(sources.relative_name(file), "api.yaml");
    assert_eq!(sources.bytes(file), "\u{FEFF}a: 1\n".as_bytes());
    assert_eq!(sources.text(file), "a: 1\n");
    assert_eq!(sources.description(), Some(file));
}

/// A tree, and JSON text for it.
fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let scalar = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".*".prop_map(serde_json::Value::String),
        "[ -~]{0,8}".prop_map(serde_json::Value::String),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::Array),
            prop::collection::btree_map(".{0,6}", inner, 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Parses the text and looks every place of it up, and checks that each begins as its value does.
fn check_positions(text: &str, syntax: syntax::Syntax) -> Node {
    let root = parse::parse(text, syntax, FileId(0), &Limits::default()).unwrap().root;
    let places = Places::of(text, syntax);
    for node in all_nodes(&root) {
        let way = repeated::first(node.origin().segments());
        let range = places.find(text, &way, Part::Value).unwrap();
        let first = match node.value() {
            Value::Null => "n",
            Value::Bool(true) => "t",
            Value::Bool(false) => "f",
            Value::Number(text) => text,
            Value::String(_) => "\"",
            Value::Array(_) => "[",
            Value::Object(_) => "{",
        };
        assert!(text[range.clone()].starts_with(first), "{:?} at {range:?} in {text}", node.origin());
        if let Some(Segment::Member(name)) = node.origin().last() {
            let range = places.find(text, &way, Part::Key).unwrap();
            let key: String = serde_json::from_str(&text[range]).unwrap();
            assert_eq!(key, **name);
        }
    }
    root
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for name in ["a.yaml", "a.json"] {
            let (sources, result, folder) = read(name, &bytes);
            if let Err(diagnostic) = result {
                rendered(&sources, diagnostic, &folder);
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "([-a-c01 \n\t:?,&*!|>'\"{}#%@.~<\\[\\]\\\\é]|- |: |\n  |null|1\\.5|&a |\\*a|---\n){0,60}") {
        let (sources, result, folder) = read("a.yaml", text.as_bytes());
        match result {
            Ok(root) => for node in all_nodes(&root) {
                sources.range(&Place::Value(node.origin().clone()));
                sources.range(&Place::Name(node.origin().clone()));
            },
            Err(diagnostic) => drop(rendered(&sources, diagnostic, &folder)),
        }
    }

    #[test]
    fn json_is_read_as_it_was_written(value in json_value()) {
        for text in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            if value.is_null() {
                continue;
            }
            let root = check_positions(&text, syntax::Syntax::Json);
            prop_assert_eq!(&json_text(&root), &serde_json::to_string(&value).unwrap());
        }
    }

    #[test]
    fn json_is_read_as_yaml_where_it_is_yaml(value in json_value()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        // YAML 1.1, which the parser follows here, takes these for line ends; JSON does not.
        prop_assume!(!text.contains(['\u{85}', '\u{2028}', '\u{2029}']));
        if let Ok(parse::Parsed { root, .. }) = parse::parse(&text, syntax::Syntax::Yaml, FileId(0), &Limits::default()) {
            prop_assert_eq!(&json_text(&root), &serde_json::to_string(&value).unwrap());
            check_positions(&text, syntax::Syntax::Yaml);
        }
    }
}

/// What [`yaml`](crate::document::yaml) prints is read back as the same document.
mod printed_yaml {
    use std::fs;

    use proptest::prelude::*;

    use crate::document::{pretty_json, same, yaml};
    use crate::source::Sources;

    #[test]
    fn it_is_read_as_what_it_was() {
        let values = r##"{
            "plain": "asset.created", "/paths/{id}": "a b", "$ref": "#/a", "": "",
            "words": ["null", "True", "no", "y", "~", "1", "1e3", "-", "a: b", "a #b", "a:", " a", "a ", "é", "'", "\""],
            "lines": ["a\nb", "a\nb\n", "a\n\n  b\n", " a\nb", "\na", "a\n\n", "a\t\nb", "a\r\nb", "\u2028\n\u0085", "a \nb", "\n"],
            "numbers": [0, -1, 1.50, 12345678901234567890123],
            "nested": [[[1, []], {}], {"a": {"b": [{"c": null, "d": [true]}]}}]
        }"##;
        check(values);
        check("{}");
    }

    fn check(document: &str) {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let sources = Sources::new();
            sources.add_overlay(&path).map_err(|error| error.message)
        };
        let node = read("a.json", document).unwrap();
        let written = yaml(&node);
        let again = read("a.yaml", &written).unwrap_or_else(|error| panic!("{error}:\n{written}"));
        assert!(same(&node, &again), "{written}\n{}", pretty_json(&again));
    }

    proptest! {
        #[test]
        fn texts_are_read_as_what_they_were(key in any::<String>(), text in "[ -~\n\t#:'\"é\u{85}\u{2028}]{0,12}") {
            prop_assume!(key.chars().count() < 100);
            let quoted = |text: &str| serde_json::to_string(text).unwrap();
            let (key, text) = (quoted(&key), quoted(&text));
            let document = format!("{{{key}: [{text}, {{\"b\": {text}}}]}}");
            check(&document);
        }
    }
}
