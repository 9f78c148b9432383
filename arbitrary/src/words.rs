//! Names, texts, and values of each string format.

use crate::Choices;

/// How likely nonsense is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taste {
    /// As people write: schemas have instances, and names can be read.
    Plain,
    /// Contradictions, hostile names and texts, values of a wrong type, deep and wide shapes.
    Wild,
}

/// Names as descriptions have them.
const NAMES: [&str; 40] = [
    "parcel",
    "order",
    "user",
    "invoice",
    "account",
    "file",
    "item",
    "label",
    "note",
    "price",
    "state",
    "id",
    "name",
    "size",
    "created_at",
    "updatedBy",
    "total-count",
    "address_line_1",
    "URL",
    "isActive",
    "amount",
    "currency",
    "tags",
    "owner",
    "parent",
    "children",
    "metadata",
    "data",
    "attributes",
    "status",
    "version",
    "email",
    "phone",
    "weight",
    "height",
    "source",
    "target",
    "reason",
    "code",
    "message",
];

/// Names that mean something to Rust, JSON, YAML, OpenAPI or a file system, or that no identifier can have.
const HOSTILE_NAMES: [&str; 64] = [
    "self",
    "Self",
    "crate",
    "super",
    "_",
    "",
    "type",
    "fn",
    "gen",
    "r#type",
    "1st",
    "+1",
    "-1",
    "é",
    "e\u{301}",
    "日本",
    "🎉",
    "a b",
    "a/b",
    "a~b",
    "a~1b",
    "a%25b",
    "\"",
    "\\",
    "*/",
    "//",
    "\u{202e}",
    "\u{200b}",
    "\u{0}",
    "a\nb",
    "String",
    "Option",
    "Event",
    "EventType",
    "Vec",
    "Box",
    "Result",
    "Some",
    "None",
    "Unknown",
    "Undeclared",
    "Text",
    "JsonValue",
    "Number",
    "codec",
    "codegen",
    "format",
    "str",
    "std",
    "core",
    "webhook_receiver",
    "main",
    "con",
    "aux",
    "lib",
    "mod",
    "test",
    "event_type",
    "__proto__",
    "$ref",
    "true",
    "null",
    "user_",
    "User",
];

/// Verbs of event types.
const VERBS: [&str; 8] = ["created", "updated", "deleted", "sent", "paid", "made", "archived", "moved"];

/// Texts as descriptions have them.
const TEXTS: [&str; 6] = [
    "A thing.",
    "When it was made.\n\nIn UTC.",
    "One of:\n\n- `a`: the first\n- `b`: the second",
    "See <https://example.com/docs>.",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "Number of *items*",
];

/// Texts that would be code, markup or a control if they were not made harmless.
const HOSTILE_TEXTS: [&str; 12] = [
    "*/ fn main() {}",
    "\"; panic!(); //",
    "```rust\npanic!()\n```",
    "~~~\ncode\n~~~",
    "<script>alert(1)</script>",
    "[a](b) [`Event`] [c]",
    "\u{202e}abc\u{202d}",
    "    indented\n\ttab\r\nline\rline",
    "#![allow(warnings)]",
    "{0} {} {{",
    "\u{0}\u{1b}[31m",
    "r#\"\"#",
];

/// String formats with valid values.
pub(crate) const FORMATS: [(&str, &[&str]); 14] = [
    ("date-time", &["2024-05-09T10:00:00Z", "1999-12-31T23:59:59.123456789+01:30"]),
    ("uuid", &["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"]),
    ("date", &["2024-05-09", "2024-02-29"]),
    ("time", &["10:00:00Z", "23:59:59.5+02:00"]),
    ("duration", &["P1D", "PT36H", "P1Y2M3DT4H5M6S"]),
    ("email", &["a@example.com", "first.last+tag@example.org"]),
    ("uri", &["https://example.com/a?b=c#d", "urn:isbn:0451450523"]),
    ("uri-reference", &["../a", "/a/b?c", "https://example.com"]),
    ("hostname", &["example.com", "a-b.example"]),
    ("ipv4", &["127.0.0.1", "192.168.1.254"]),
    ("ipv6", &["::1", "2001:db8::ff00:42:8329"]),
    ("byte", &["aGVsbG8=", ""]),
    ("password", &["secret", ""]),
    ("x-odd", &["anything", ""]),
];

/// Patterns with matching strings.
pub(crate) const PATTERNS: [(&str, &[&str]); 4] = [
    ("^[a-z]+$", &["abc", "z"]),
    ("^\\d{3}$", &["123", "000"]),
    ("^(on|off)$", &["on", "off"]),
    ("^x-", &["x-a", "x-"]),
];

/// Strings of any kind.
pub(crate) const STRINGS: [&str; 8] =
    ["a", "", "text", "Ünïcødé 🎉", "two words", "0", "null", "\"quoted\" \\ \n \u{1}"];

/// A name of a member or component.
pub(crate) fn name(choices: &mut Choices<'_>, taste: Taste) -> String {
    if taste == Taste::Wild && choices.chance(30) {
        return match choices.number(0..=9) {
            0 => "long".repeat(60),
            1 => format!("{}{}", choices.pick(&HOSTILE_NAMES), choices.pick(&HOSTILE_NAMES)),
            _ => (*choices.pick(&HOSTILE_NAMES)).to_owned(),
        };
    }
    let first = choices.pick(&NAMES);
    if choices.chance(20) { format!("{first}_{}", choices.pick(&NAMES)) } else { (*first).to_owned() }
}

/// Several distinct names.
pub(crate) fn distinct(choices: &mut Choices<'_>, taste: Taste, count: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for number in 0..count {
        let mut name = name(choices, taste);
        if names.contains(&name) {
            name = format!("{name}{number}");
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The name of a component, which plain descriptions write in upper camel case.
pub(crate) fn component(choices: &mut Choices<'_>, taste: Taste, number: usize) -> String {
    let name = name(choices, taste);
    if taste == Taste::Wild {
        return format!("{name}{}", if choices.chance(50) { number.to_string() } else { String::new() });
    }
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect::<String>() + &number.to_string()
}

/// An event type, such as `order.created`.
pub(crate) fn event_type(choices: &mut Choices<'_>, separator: &str) -> String {
    format!("{}{separator}{}", choices.pick(&NAMES), choices.pick(&VERBS))
}

/// A text for people.
pub(crate) fn text(choices: &mut Choices<'_>, taste: Taste) -> String {
    if taste == Taste::Wild && choices.chance(40) {
        let hostile = choices.pick(&HOSTILE_TEXTS);
        return if choices.chance(5) { hostile.repeat(200) } else { (*hostile).to_owned() };
    }
    (*choices.pick(&TEXTS)).to_owned()
}
