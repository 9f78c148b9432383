//! Names: any text becomes a valid identifier of its own, and keeps its spelling in JSON.

use std::collections::BTreeSet;

use crate::properties::{self, Run};
use crate::{described, emits, emitted, inputs, of_document, of_schema, says};
use expect_test::expect;

/// The outcome of a description in which each of the names is that of a webhook, an `operationId`, a tag, a member, a
/// schema and a value.
fn named(names: &[&str]) -> Run {
    let spec = inputs::with_names(names).to_string();
    let config = inputs::NAMES_CONFIG.as_bytes();
    crate::outcome(&[("spec.json", spec.as_bytes()), ("codegen.toml", config)])
}

/// Asserts that there is a crate, in which all definitions of one scope have names of their own, and that the names are
/// there as they were written.
#[track_caller]
fn holds(names: &[&str]) -> String {
    let run = named(names);
    assert!(run.files.is_some(), "{}", run.told);
    for (path, text) in run.files.iter().flat_map(properties::sources) {
        distinct(path, &syn::parse_file(text).unwrap().items);
    }
    let sources = emitted(&run);
    for name in names {
        let literal = literal(name);
        assert!(sources.contains(&literal), "{literal} is not emitted:\n{sources}");
    }
    sources
}

/// A name in a literal.
fn literal(name: &str) -> String {
    let hidden = |c: char| c.is_control() || !c.is_ascii() && proc_macro2::Literal::character(c).to_string().len() > 6;
    assert!(!name.contains(hidden), "{name:?} is to be looked for by hand");
    proc_macro2::Literal::string(name).to_string()
}

/// Asserts that no two items, fields or variants have one name.
fn distinct(path: &str, items: &[syn::Item]) {
    let mut seen = BTreeSet::new();
    for item in items {
        let (name, members): (_, Vec<String>) = match item {
            syn::Item::Struct(item) => (
                &item.ident,
                item.fields.iter().filter_map(|field| field.ident.as_ref()).map(ToString::to_string).collect(),
            ),
            syn::Item::Enum(item) => {
                (&item.ident, item.variants.iter().map(|variant| variant.ident.to_string()).collect())
            }
            syn::Item::Fn(item) => (&item.sig.ident, Vec::new()),
            syn::Item::Mod(item) => (&item.ident, Vec::new()),
            _ => continue,
        };
        assert!(seen.insert(name.to_string()), "{path} has `{name}` twice");
        let count = members.len();
        assert_eq!(members.into_iter().collect::<BTreeSet<_>>().len(), count, "`{name}` in {path} has a member twice");
    }
}

#[test]
fn g66_keywords() {
    let strict = [
        "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "false", "fn", "for",
        "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct",
        "trait", "true", "type", "unsafe", "use", "where", "while",
    ];
    let reserved = [
        "abstract",
        "become",
        "box",
        "do",
        "final",
        "gen",
        "macro",
        "override",
        "priv",
        "try",
        "typeof",
        "unsized",
        "virtual",
        "yield",
        "union",
        "auto",
        "raw",
        "macro_rules",
        "dyn",
        "safe",
        "default",
        "'static",
    ];
    let sources = holds(&strict);
    assert!(sources.contains("pub r#type:"));
    holds(&reserved);
}

#[test]
fn g67_keywords_that_are_never_raw() {
    let sources = holds(&["self", "Self", "crate", "super", "_"]);
    assert!(!sources.contains("r#self") && !sources.contains("r#crate") && !sources.contains("r#super"));
}

#[test]
fn g68_a_raw_identifier() {
    holds(&["r#type", "type"]);
}

#[test]
fn g69_nothing_to_make_a_name_of() {
    holds(&["", "__", "-", " "]);
}

#[test]
fn g70_what_begins_with_a_digit_or_a_sign() {
    let sources = holds(&["123", "1a", "-1", "+1", "0"]);
    assert!(sources.contains("pub plus_1:") && sources.contains("pub minus_1:"));
}

#[test]
fn g71_pictures() {
    holds(&["😀", "🎉", "👍🏽", "a😀", "a🎉"]);
}

#[test]
fn g72_other_scripts() {
    let sources = holds(&["名前", "الاسم", "ñandu"]);
    assert!(sources.contains("pub 名前:"));
}

#[test]
fn g73_one_character_in_two_ways() {
    let run = named(&["caf\u{e9}", "cafe\u{301}"]);
    for (path, text) in run.files.iter().flat_map(properties::sources) {
        distinct(path, &syn::parse_file(text).unwrap().items);
    }
    emits(&run, "\"caf\u{e9}\"");
}

#[test]
fn g74_characters_that_are_not_seen() {
    let names = ["na\u{200d}me", "na\u{200c}me", "na\u{202e}me", "na\u{ad}me", "na\u{feff}me", "name"];
    let run = named(&names);
    let sources = emitted(&run);
    for escape in ["\\u{200d}", "\\u{200c}", "\\u{202e}", "\\u{ad}", "\\u{feff}"] {
        assert!(sources.contains(&format!("na{escape}me")), "{escape} is not escaped:\n{sources}");
    }
    assert!(!sources.contains(webhook_generator::document::is_invisible));
}

#[test]
fn g75_letters_that_look_alike() {
    holds(&["A", "\u{410}"]);
}

#[test]
fn g76_long_names() {
    // 1024 characters is the limit for keys; a value may be longer.
    let (a, b) = (format!("{}a", "x".repeat(1000)), format!("{}b", "x".repeat(1000)));
    holds(&[&a, &b]);
    let (a, b) = (format!("{}a", "x".repeat(5000)), format!("{}b", "x".repeat(5000)));
    let run = of_schema(&format!("{{ type: string, enum: [{a}, {b}] }}"));
    emits(&run, &b);
}

#[test]
fn g77_names_that_are_code() {
    let names = [
        "a\")] pub fn pwn(){} #[serde(rename=\"b",
        "*/ pub fn pwn(){} /*",
        "a\"; pwn(); //",
        "a'b",
        "a\\",
        "{}",
        "{0}",
        "\"#",
        "r#\"",
        "#![evil]",
        "$crate",
    ];
    let sources = holds(&names);
    let code = properties::code(named(&names).files.as_ref().expect("names make a crate"));
    assert!(sources.contains("pwn"), "the names are there, as literals");
    assert!(!code.contains("fn pwn") && !code.contains("pwn !"), "{code}");
    let run = named(&["a\nb", "a\0b", "a\tb", "a\rb"]);
    assert!(run.files.is_some(), "{}", run.told);
}

#[test]
fn g78_one_name_in_several_cases() {
    holds(&["fooBar", "foo_bar", "FooBar", "FOO_BAR", "foo-bar"]);
}

#[test]
fn g79_one_name_with_several_signs() {
    holds(&["a-b", "a.b", "a b", "a_b", "a/b", "a:b"]);
}

#[test]
fn g80_plus_and_minus() {
    holds(&["+1", "-1", "1"]);
}

#[test]
fn g81_schemas_that_differ_in_little() {
    holds(&["A", "a", "A_", "_a", "a__"]);
}

#[test]
fn g82_values_that_differ_in_little() {
    for values in
        [&["a", "A"][..], &["", " "], &["Self", "self"], &["a/b", "a b"], &["1", "+1", "-1"], &["Unknown", "unknown"]]
    {
        holds(values);
    }
    let run = crate::schema(
        "{ type: string, enum: [a, b, a] }",
        &expect![[r#"
        ok
        W0606 spec.yaml:14:49"#]],
    );
    says(&run, "duplicate value in an `enum`");
}

#[test]
fn g83_names_of_the_standard_library() {
    holds(&[
        "String", "Option", "Vec", "Result", "Box", "Some", "None", "Ok", "Err", "Default", "Send", "str", "u8", "std",
        "core", "serde", "bool", "alloc", "Clone", "Debug", "Iterator", "drop", "vec", "i64", "BTreeMap",
    ]);
}

#[test]
fn g84_names_of_our_own() {
    holds(&[
        "Event",
        "EventType",
        "Topic",
        "Receiver",
        "Unknown",
        "Handler",
        "Error",
        "Config",
        "Payload",
        "Delivery",
        "Json",
        "Number",
        "Integer",
        "Verifier",
        "Secret",
        "State",
        "Undeclared",
        "Hostile",
        "Other",
        "codec",
        "format",
        "undeclared",
        "additional",
        "webhook_receiver",
    ]);
}

#[test]
fn g84_alternatives_that_are_called_as_the_rest_is() {
    let run = of_schema(
        "{ oneOf: [{ $ref: '#/components/schemas/Unknown' }, { $ref: '#/components/schemas/Unlisted' }] }
Unknown: { required: [a], properties: { a: { type: string } } }
Unlisted: { required: [b], properties: { b: { type: string } } }",
    );
    for (path, text) in run.files.iter().flat_map(properties::sources) {
        distinct(path, &syn::parse_file(text).unwrap().items);
    }
    emits(&run, "Unknown(JsonValue)");
    emits(&run, "UnknownVariant(");
}

#[test]
fn g85_operation_ids_that_are_paths() {
    let names =
        ["../x", "con", "nul", "mod", "lib", "main", "build", "tests", "aux.sent", "COM1.sent", "shared.a", "a/../b.c"];
    let run = named(&names);
    let folder = tempfile::tempdir().unwrap();
    // The plan refuses paths that are not safe on every system.
    let plan = webhook_generator::write::Plan::new(&folder.path().join("out"), "acme", run.files.as_ref().unwrap());
    assert!(plan.is_ok());
    holds(&names);
    // A duplicate id does not matter: webhooks are identified by their keys, and types by those.
    let twice = described("{}").replace("    post:", "    post:\n      operationId: same").replace(
        "components:",
        "  parcel.lost:\n    post:\n      operationId: same\n      requestBody: { content: { application/json: { schema: { properties: { type: { const: parcel.lost } } } } } }\ncomponents:",
    );
    assert!(of_document(twice).files.is_some());
}

#[test]
fn g86_topics_as_modules() {
    let names = [
        "self.a", "crate.a", "mod.b", "A.a", "a.a", "a-b.a", "a_b.a", "😀.a", "123.a", "event.a", "codec.a", ".a", "a.",
    ];
    let run = named(&names);
    let sources: BTreeSet<String> = run.files.iter().flatten().map(|(path, _)| path.to_lowercase()).collect();
    assert_eq!(sources.len(), run.files.as_ref().unwrap().len(), "files that fall together where case does not count");
    holds(&names);
}
