//! References: confined to the folder of the description, and never followed for ever.

use std::fs;

use expect_test::{Expect, expect};
use properties::Run;

use crate::{described, document, each, emits, files, found, inputs, of_schema, properties, says, schema};

/// The outcome of a description with this reference.
fn to(reference: &str) -> Run {
    of_schema(&format!("{{ $ref: {reference:?} }}"))
}

/// A description in `in/`, with further files in the folder around it.
fn in_folder(description: &str, others: &[(&str, &[u8])], expect: &Expect) -> Run {
    let folder = inputs::folder(others);
    fs::create_dir_all(folder.path().join("in")).unwrap();
    fs::write(folder.path().join("in/spec.yaml"), description).unwrap();
    let mut run = properties::checked(&folder.path().join("in"));
    expect.assert_eq(&found(&run));
    run.told = run.told.replace(&folder.path().display().to_string(), "…");
    run
}

const OUTSIDE: &[u8] = b"{ type: object, properties: { canary: { type: string } } }";

#[test]
fn g40_up_and_down_within_the_folder() {
    let run = files(
        &[
            ("spec.yaml", described("{ $ref: hooks/requests/a.yaml }").as_bytes()),
            ("hooks/requests/a.yaml", b"{ type: object, properties: { user: { $ref: ../../v2/schemas/user.yaml } } }"),
            ("v2/schemas/user.yaml", b"{ type: object, properties: { login: { type: string } } }"),
        ],
        &expect!["ok"],
    );
    emits(&run, "login");
}

#[test]
fn g41_out_of_the_folder() {
    let run =
        in_folder(&described("{ $ref: ../out.yaml }"), &[("out.yaml", OUTSIDE)], &expect!["E0303 spec.yaml:14:28"]);
    says(&run, "only files in");
    // The message does not reveal whether the file exists.
    let absent = in_folder(&described("{ $ref: ../out.yaml }"), &[], &expect!["E0303 spec.yaml:14:28"]);
    assert_eq!(run.told, absent.told);
    each(
        &["../../etc/passwd", "a/../../etc/passwd", "..", "./.."],
        to,
        &expect![[r#"
        "../../etc/passwd" → E0303 spec.yaml:14:28
        "a/../../etc/passwd" → E0303 spec.yaml:14:28
        ".." → E0303 spec.yaml:14:28
        "./.." → E0303 spec.yaml:14:28
    "#]],
    );
}

#[test]
fn g42_absolute_paths() {
    each(
        &["/etc/passwd", "C:\\x", "C:/x", "c:x", "\\\\host\\share", "a\\b"],
        to,
        &expect![[r#"
        "/etc/passwd" → E0303 spec.yaml:14:28
        "C:\\x" → E0303 spec.yaml:14:28
        "C:/x" → E0303 spec.yaml:14:28
        "c:x" → E0303 spec.yaml:14:28
        "\\\\host\\share" → E0303 spec.yaml:14:28
        "a\\b" → E0303 spec.yaml:14:28
    "#]],
    );
}

#[test]
fn g43_addresses_of_files() {
    each(
        &["file:///etc/passwd", "FILE:///etc/passwd", "file:a.yaml"],
        to,
        &expect![[r#"
        "file:///etc/passwd" → E0303 spec.yaml:14:28
        "FILE:///etc/passwd" → E0303 spec.yaml:14:28
        "file:a.yaml" → E0303 spec.yaml:14:28
    "#]],
    );
}

#[test]
fn g44_escapes_are_decoded_once() {
    each(
        &[
            "%2e%2e/out.yaml",
            "..%2fout.yaml",
            "%2fetc/passwd",
            "%252e%252e/out.yaml",
            "a%00.yaml",
            "a\u{0}.yaml",
            "%zz",
            "%ff",
        ],
        to,
        &expect![[r#"
            "%2e%2e/out.yaml" → E0303 spec.yaml:14:28
            "..%2fout.yaml" → E0303 spec.yaml:14:28
            "%2fetc/passwd" → E0303 spec.yaml:14:28
            "%252e%252e/out.yaml" → ok, W0610 spec.yaml:14:28
            "a%00.yaml" → E0301 spec.yaml:14:28
            "a\0.yaml" → E0301 spec.yaml:14:28
            "%zz" → E0301 spec.yaml:14:28
            "%ff" → E0301 spec.yaml:14:28
        "#]],
    );
}

#[cfg(unix)]
#[test]
fn g45_symbolic_links() {
    use std::os::unix::fs::symlink;
    let folder = inputs::folder(&[("out.yaml", OUTSIDE), ("in/a.yaml", b"{ type: string }")]);
    let inner = folder.path().join("in");
    symlink("../out.yaml", inner.join("link.yaml")).unwrap();
    symlink("..", inner.join("up")).unwrap();
    symlink("loop.yaml", inner.join("loop.yaml")).unwrap();
    symlink("a.yaml", inner.join("alias.yaml")).unwrap();
    let through = |reference: &str| {
        fs::write(inner.join("spec.yaml"), described(&format!("{{ $ref: {reference} }}"))).unwrap();
        properties::checked(&inner)
    };
    each(
        &["link.yaml", "up/out.yaml", "loop.yaml", "alias.yaml"],
        through,
        &expect![[r#"
        "link.yaml" → E0303 spec.yaml:14:28
        "up/out.yaml" → E0303 spec.yaml:14:28
        "loop.yaml" → E0301 spec.yaml:14:28
        "alias.yaml" → ok
    "#]],
    );
}

#[test]
fn g46_remote_addresses() {
    each(
        &["http://127.0.0.1/", "https://example.com/a.yaml", "HTTPS://example.com"],
        to,
        &expect![[r#"
            "http://127.0.0.1/" → ok, W0610 spec.yaml:14:28
            "https://example.com/a.yaml" → ok, W0610 spec.yaml:14:28
            "HTTPS://example.com" → ok, W0610 spec.yaml:14:28
        "#]],
    );
    says(&to("https://example.com/a.yaml"), "remote references are not fetched");
}

#[test]
fn g47_addresses_within_the_network() {
    each(
        &["http://169.254.169.254/latest/meta-data", "http://[::1]/"],
        to,
        &expect![[r#"
            "http://169.254.169.254/latest/meta-data" → ok, W0610 spec.yaml:14:28
            "http://[::1]/" → ok, W0610 spec.yaml:14:28
        "#]],
    );
}

#[test]
fn g48_other_schemes() {
    each(
        &["data:application/json,{}", "ftp://host/x", "jar:file:a!/b", "//host/x", "mailto:a", "urn:a:b"],
        to,
        &expect![[r#"
            "data:application/json,{}" → E0303 spec.yaml:14:28
            "ftp://host/x" → ok, W0610 spec.yaml:14:28
            "jar:file:a!/b" → E0303 spec.yaml:14:28
            "//host/x" → ok, W0610 spec.yaml:14:28
            "mailto:a" → E0303 spec.yaml:14:28
            "urn:a:b" → E0303 spec.yaml:14:28
        "#]],
    );
}

#[test]
fn g49_pointers_that_lead_nowhere() {
    each(
        &["", "#/a/~2", "#/missing", "#anchor", "#/components/schemas/0", "#/%zz", "other.yaml"],
        to,
        &expect![[r##"
            "" → ok, W0610 spec.yaml:14:28
            "#/a/~2" → ok, W0610 spec.yaml:14:28
            "#/missing" → ok, W0610 spec.yaml:14:28
            "#anchor" → ok, W0610 spec.yaml:14:28
            "#/components/schemas/0" → ok, W0610 spec.yaml:14:28
            "#/%zz" → ok, W0610 spec.yaml:14:28
            "other.yaml" → ok, W0610 spec.yaml:14:28
        "##]],
    );
}

#[test]
fn g49_the_document_itself() {
    // `#` means the whole document, which is not a schema here.
    each(
        &["#", "#/", "#/webhooks"],
        to,
        &expect![[r##"
            "#" → ok, W0602 spec.yaml:1:1, W0602 spec.yaml:2:1, W0602 spec.yaml:3:1, W0602 spec.yaml:15:1
            "#/" → ok, W0610 spec.yaml:14:28
            "#/webhooks" → ok, W0602 spec.yaml:4:3
        "##]],
    );
    // In a file that is a schema, it is one.
    files(
        &[
            ("spec.yaml", described("{ $ref: list.yaml }").as_bytes()),
            ("list.yaml", b"{ type: object, properties: { next: { $ref: '#' }, text: { type: string } } }"),
        ],
        &expect!["ok"],
    );
}

#[test]
fn g50_references_that_are_not_strings() {
    each(
        &["1", "[a]", "null", "{ a: b }"],
        |value| of_schema(&format!("{{ $ref: {value} }}")),
        &expect![[r#"
            "1" → ok, W0610 spec.yaml:14:28
            "[a]" → ok, W0610 spec.yaml:14:28
            "null" → ok, W0610 spec.yaml:14:28
            "{ a: b }" → ok, W0610 spec.yaml:14:28
        "#]],
    );
}

#[test]
fn g51_siblings_of_a_reference() {
    let run = schema(
        "{ $ref: '#/components/schemas/s', description: Nearer., required: [b] }\ns: { type: object, description: Farther., properties: { a: { type: string }, b: { type: string } } }",
        &expect!["ok"],
    );
    emits(&run, "Nearer.");
}

#[test]
fn g52_a_reference_to_itself() {
    let run = schema(
        "{ $ref: '#/components/schemas/a' }\na: { $ref: '#/components/schemas/a' }",
        &expect![[r#"
            ok
            W0610 spec.yaml:14:28"#]],
    );
    says(&run, "#/components/schemas/a` → `#/components/schemas/a`");
}

#[test]
fn g53_circles_of_references() {
    let run = schema(
        "{ $ref: '#/components/schemas/a' }\na: { $ref: '#/components/schemas/b' }\nb: { $ref: '#/components/schemas/a' }",
        &expect![[r#"
            ok
            W0610 spec.yaml:14:28"#]],
    );
    says(&run, "→ `#/components/schemas/b` → ");
    let run = files(
        &[
            ("spec.yaml", described("{ $ref: a.yaml }").as_bytes()),
            ("a.yaml", b"$ref: b.yaml"),
            ("b.yaml", b"$ref: c.yaml"),
            ("c.yaml", b"$ref: a.yaml"),
        ],
        &expect![[r#"
            ok
            W0610 spec.yaml:14:28"#]],
    );
    says(&run, "`a.yaml#` → `b.yaml#` → `c.yaml#` → `a.yaml#`");
}

#[test]
fn g54_schemas_that_are_part_of_themselves() {
    let own = |keyword: &str| of_schema(&format!("{{ $ref: '#/components/schemas/a' }}\na: {{ {keyword} }}"));
    let a = "{ $ref: '#/components/schemas/a' }";
    each(
        &[
            "allOf: [{ $ref: '#/components/schemas/a' }]",
            "anyOf: [{ $ref: '#/components/schemas/a' }]",
            "oneOf: [{ $ref: '#/components/schemas/a' }]",
            "allOf: [{ $ref: '#/components/schemas/a' }, { type: object }]",
            "oneOf: [{ $ref: '#/components/schemas/a' }, { type: string }]",
            "anyOf: [{ $ref: '#/components/schemas/a' }, { type: string }]",
        ],
        own,
        &expect![[r#"
            "allOf: [{ $ref: '#/components/schemas/a' }]" → ok, W0610 spec.yaml:18:8
            "anyOf: [{ $ref: '#/components/schemas/a' }]" → ok, W0610 spec.yaml:18:8
            "oneOf: [{ $ref: '#/components/schemas/a' }]" → ok, W0610 spec.yaml:18:8
            "allOf: [{ $ref: '#/components/schemas/a' }, { type: object }]" → ok, W0610 spec.yaml:18:8
            "oneOf: [{ $ref: '#/components/schemas/a' }, { type: string }]" → ok, W0610 spec.yaml:18:8
            "anyOf: [{ $ref: '#/components/schemas/a' }, { type: string }]" → ok, W0610 spec.yaml:18:8
        "#]],
    );
    let two = |keyword: &str| {
        of_schema(&format!(
            "{a}\na: {{ {keyword}: [{{ $ref: '#/components/schemas/b' }}] }}\nb: {{ {keyword}: [{a}] }}"
        ))
    };
    each(
        &["allOf", "anyOf", "oneOf"],
        two,
        &expect![[r#"
            "allOf" → ok, W0610 spec.yaml:19:8
            "anyOf" → ok, W0610 spec.yaml:19:8
            "oneOf" → ok, W0610 spec.yaml:19:8
        "#]],
    );
    // Only the way back is left out.
    let run = schema(
        &format!(
            "{a}\na: {{ oneOf: [{{ $ref: '#/components/schemas/b' }}, {{ $ref: '#/components/schemas/c' }}] }}\n\
             b: {{ oneOf: [{a}, {{ type: string }}] }}\nc: {{ anyOf: [{a}, {{ type: integer }}] }}"
        ),
        &expect![[r#"
            ok
            W0610 spec.yaml:19:8
            W0610 spec.yaml:20:8"#]],
    );
    emits(&run, "pub enum A {");
    emits(&run, "Integer(Integer)");
    schema(
        &format!("{a}\na: {{ anyOf: [{{}}, {a}] }}"),
        &expect![[r#"
            ok
            W0610 spec.yaml:18:8"#]],
    );
}

#[test]
fn g54_bases_that_nothing_is_added_to() {
    let child = "{ allOf: [{ $ref: '#/components/schemas/a' }] }";
    let base = "{ type: object, properties: { t: { type: string } }, discriminator: { propertyName: t } }";
    let run =
        schema(&format!("{{ $ref: '#/components/schemas/a' }}\na: {base}\nb: {child}\nc: {child}"), &expect!["ok"]);
    emits(&run, "pub struct B {");
    emits(&run, "pub enum A {");
}

#[test]
fn g54_webhooks_that_are_their_own_callback() {
    let text =
        "openapi: 3.1.0\ninfo: { title: Parcels, version: '1' }\nwebhooks:\n  a: { '{x}': { $ref: '#/webhooks/a' } }\n";
    document(
        text,
        &expect![[r#"
            E0602 spec.yaml:3:1
            W0601 spec.yaml:4:3"#]],
    );
}

#[test]
fn g55_values_that_must_contain_themselves() {
    let run = schema(
        "{ $ref: '#/components/schemas/a' }\na: { type: object, required: [b], properties: { b: { $ref: '#/components/schemas/a' } } }",
        &expect![[r#"
            ok
            W0610 spec.yaml:18:53"#]],
    );
    emits(&run, "Box<A>");
    let body = described("{}")
        .replace("required: [type]", "required: [type, x]")
        .replace("x: {}", "x: { $ref: '#/components/schemas/a' }")
        + "    a: { type: object, required: [b], properties: { b: { $ref: '#/components/schemas/a' } } }\n";
    let run = document(
        body,
        &expect![[r#"
            ok
            W0610 spec.yaml:18:53"#]],
    );
    says(&run, "no value is finite");
}

#[test]
fn g56_values_that_may_contain_themselves() {
    let run = schema(
        "{ $ref: '#/components/schemas/a' }\na: { type: object, properties: { o: { $ref: '#/components/schemas/a' }, l: { type: array, items: { $ref: '#/components/schemas/a' } }, m: { additionalProperties: { $ref: '#/components/schemas/a' } } } }",
        &expect!["ok"],
    );
    emits(&run, "Option<Box<A>>");
    emits(&run, "Vec<A>");
}

#[test]
fn g57_long_chains() {
    let link = |index: usize| format!("s{index}: {{ $ref: '#/components/schemas/s{}' }}\n", index + 1);
    let chain: String = (0..10_000).map(link).collect();
    schema(
        &format!("{{ $ref: '#/components/schemas/s0' }}\n{chain}s10000: {{ type: string }}"),
        &expect!["E0104 spec.yaml:145:19"],
    );
    // With a description beside each reference, the schemas are not one chain but one within the other.
    let described = chain.replace("{ $ref", "{ description: a, $ref");
    let run = schema(
        &format!("{{ $ref: '#/components/schemas/s0' }}\n{described}s10000: {{ type: string }}"),
        &expect!["E0104 spec.yaml:244:11"],
    );
    says(&run, "more than 128");
}

#[test]
fn g58_references_to_what_is_not_a_schema() {
    each(
        &["#/info/title", "#/info", "#/webhooks/parcel.sent/post/requestBody"],
        to,
        &expect![[r##"
            "#/info/title" → ok, W0610 spec.yaml:2:16
            "#/info" → ok, W0602 spec.yaml:2:25
            "#/webhooks/parcel.sent/post/requestBody" → ok, W0602 spec.yaml:7:9
        "##]],
    );
}

#[test]
fn g59_references_to_what_is_not_a_description() {
    let folder =
        inputs::folder(&[("a.txt", b"a: b: c"), ("bytes", b"\xff\xfe\0"), ("dir/a", b"a"), ("list.yaml", b"- a")]);
    fs::File::create(folder.path().join("large.yaml")).unwrap().set_len(1 << 30).unwrap();
    let through = |reference: &str| {
        fs::write(folder.path().join("spec.yaml"), described(&format!("{{ $ref: {reference} }}"))).unwrap();
        properties::checked(folder.path())
    };
    each(
        &["a.txt", "bytes", "dir", "dir/", "large.yaml", "list.yaml", "none.yaml"],
        through,
        &expect![[r#"
            "a.txt" → E0102 a.txt:1:5
            "bytes" → E0102 bytes:1:1
            "dir" → E0301 spec.yaml:14:28
            "dir/" → E0301 spec.yaml:14:28
            "large.yaml" → E0104 spec.yaml:14:28
            "list.yaml" → ok, W0610 list.yaml:1:1
            "none.yaml" → ok, W0610 spec.yaml:14:28
        "#]],
    );
}

#[test]
fn g60_one_file_by_two_spellings() {
    let run = files(
        &[
            (
                "spec.yaml",
                described(
                    "{ properties: { a: { $ref: ./a.yaml }, b: { $ref: x/../a.yaml }, c: { $ref: '%61.yaml#' } } }",
                )
                .as_bytes(),
            ),
            ("a.yaml", b"{ type: object, properties: { only: { type: string } } }"),
        ],
        &expect!["ok"],
    );
    assert_eq!(crate::emitted(&run).matches("pub only:").count(), 1);
}

#[test]
fn g61_ids_and_anchors() {
    schema("{ $ref: '#a' }\na: { $anchor: a, type: string }", &expect!["ok"]);
    schema(
        "{ $dynamicRef: '#a' }\na: { $dynamicAnchor: a, type: string }",
        &expect![[r#"
            ok
            W0604 spec.yaml:14:20"#]],
    );
    // Below an `$id` references are relative to it. Nothing is fetched from its address.
    let run = schema(
        "{ $id: 'https://example.com/x', properties: { a: { $ref: '#/$defs/d' } }, $defs: { d: { properties: { own: {} } } } }",
        &expect!["ok"],
    );
    emits(&run, "pub own:");
    schema(
        "{ $id: 'https://example.com/x', properties: { a: { $ref: y } } }",
        &expect![[r#"
        ok
        W0610 spec.yaml:14:77"#]],
    );
}

#[test]
fn g62_mappings_that_lead_nowhere() {
    let mapped = |target: &str| {
        of_schema(&format!(
            "{{ oneOf: [{{ $ref: '#/components/schemas/a' }}, {{ $ref: '#/components/schemas/b' }}], discriminator: {{ propertyName: kind, mapping: {{ one: '{target}' }} }} }}
a: {{ type: object, required: [kind], properties: {{ kind: {{ type: string }}, p: {{ type: string }} }} }}
b: {{ type: object, required: [kind], properties: {{ kind: {{ type: string }}, q: {{ type: string }} }} }}"
        ))
    };
    each(
        &[
            "a",
            "#/components/schemas/a",
            "#/components/schemas/none",
            "../out.yaml",
            "https://example.com/a",
            "none.yaml",
        ],
        mapped,
        &expect![[r##"
            "a" → ok
            "#/components/schemas/a" → ok
            "#/components/schemas/none" → ok, W0610 spec.yaml:14:156
            "../out.yaml" → E0303 spec.yaml:14:156
            "https://example.com/a" → ok, W0610 spec.yaml:14:156
            "none.yaml" → ok, W0610 spec.yaml:14:156
        "##]],
    );
}
