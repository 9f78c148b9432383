//! The text form of the record.

use super::Lock;
use crate::diagnostics::Diagnostics;
use crate::source::Sources;

const TEXT: &str = r##"event AssetCreated = "asset.created"
topic Asset = "asset"
module asset = "asset"
accessor customer_id = "customerId" "asset.created"
type asset::AssetCreated = "asset.created"
    customer_id = "customerId"
    state
    undeclared = *
type asset::State = "asset.created/state" "#/components/schemas/state"
    Active = "active"
    N1 = 1
    Unknown = *
"##;

fn parse(text: &str) -> (Lock, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("names.lock");
    std::fs::write(&path, text).expect("the file can be written");
    let (sources, mut diagnostics) = (Sources::new(), Diagnostics::default());
    let file = sources.add_text(&path).expect("the file can be read");
    let lock = Lock::parse(file, sources.text(file), &mut diagnostics);
    (lock, diagnostics.iter().map(|found| found.message.clone()).collect())
}

#[test]
fn what_is_written_is_read_again() {
    let (lock, mistakes) = parse(TEXT);
    assert_eq!(mistakes, [""; 0]);
    let written = lock.to_string();
    assert_eq!(
        written.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>(),
        TEXT.lines().collect::<Vec<_>>()
    );
    assert_eq!(parse(&written.replace('\n', "\r\n")).0, lock);
    assert_eq!(parse("").0, Lock::default());
}

#[test]
fn lines_that_are_not_names() {
    for (text, expected) in [
        ("event A\n", "a line is `KIND NAME = \"KEY\"`"),
        ("event A = a\n", "what follows `=` must be strings in double quotes"),
        ("event A = \"a\" \"b\"\n", "the number of keys is wrong"),
        ("event A = \"a\"\nevent A = \"b\"\n", "`A` is recorded twice"),
        ("event A = \"a\"\nevent B = \"a\"\n", "\"a\" has two names"),
        ("event a-b = \"a\"\n", "`a-b` is not a name in Rust"),
        ("enum A = \"a\"\n", "a line begins with `event`, `topic`, `module`, `accessor` or `type`"),
        ("type A = \"a\"\n", "a type is written `MODULE::NAME`"),
        ("type m::A = \"a\"\ntype n::B = \"b\" \"a\"\n", "\"a\" has two names"),
        ("    a\n", "this line belongs to no type"),
        ("type m::A = \"a\"\n    x = y\n", "what follows `=` must be JSON or `*`"),
        ("type m::A = \"a\"\n    x\n    y = \"x\"\n", "\"x\" has two names"),
        ("||||||| base\n", "this is a conflict of a merge: keep the lines of both sides"),
    ] {
        assert_eq!(parse(text).1, [expected], "{text:?}");
    }
}

#[test]
fn a_key_of_two_types_is_removed_from_the_line_with_fewer_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("names.lock");
    let check = |lines: [&str; 2], expected: Option<&str>| {
        std::fs::write(&path, lines.join("\n")).expect("the file can be written");
        let (sources, mut diagnostics) = (Sources::new(), Diagnostics::default());
        let file = sources.add_text(&path).expect("the file can be read");
        Lock::parse(file, sources.text(file), &mut diagnostics);
        let help: Vec<&String> = diagnostics.iter().flat_map(|found| &found.help).collect();
        let [help] = &help[..] else { panic!("{help:?}") };
        let removed = help.strip_prefix("remove \"#/b\" from the line of `").and_then(|rest| rest.split_once('`'));
        assert_eq!(removed.map(|(name, _)| name), expected, "{lines:?}: {help}");
    };
    check([r##"type a::BData = "a.d/b" "#/b""##, r##"type s::B = "a.b/b" "a.c/b" "#/b""##], Some("a::BData"));
    check([r##"type s::B = "a.b/b" "a.c/b" "#/b""##, r##"type t::BData = "a.d/b" "#/b""##], Some("t::BData"));
    check([r##"type a::B = "#/b""##, r##"type s::BData = "a.b/b" "#/b""##], Some("s::BData"));
    check([r##"type a::B = "a.b/b" "#/b""##, r##"type s::BData = "#/b""##], Some("a::B"));
    check([r##"type a::B = "#/b""##, r##"type s::BData = "#/b""##], None);
}
