//! Texts that name nothing: descriptions, summaries, titles, examples, defaults, patterns.
//!
//! That what is emitted compiles, that its docs build without a warning and that no doctest runs is held by
//! `fixtures/crates/hostile-texts`, which `compile.rs` builds.

use expect_test::expect;

use crate::properties::{self, Run};
use crate::{each, emitted, inputs, of_schema, outcome};

fn text(text: &str) -> Run {
    let spec = inputs::with_text(text).to_string();
    outcome(&[("spec.json", spec.as_bytes()), ("codegen.toml", inputs::TEXT_CONFIG.as_bytes())])
}

/// Asserts that the code is the same as with a harmless text.
#[track_caller]
fn inert(hostile: &str) -> String {
    let run = text(hostile);
    let files = run.files.as_ref().unwrap_or_else(|| panic!("{}", run.told));
    let plain = text("plain").files.expect("a plain text makes a crate");
    assert_eq!(properties::code(files), properties::code(&plain), "{hostile:?} became code");
    assert_eq!(files["Cargo.toml"], plain["Cargo.toml"]);
    emitted(&run)
}

/// The docs that a text becomes.
fn docs(text: &str) -> String {
    let spec =
        inputs::description(&serde_json::json!({ "type": "string", "description": text }), &serde_json::json!({}));
    let run = outcome(&[("spec.json", spec.to_string().as_bytes())]);
    let sources = emitted(&run);
    let before = sources.split("pub x:").next().unwrap_or_default();
    let lines = before.lines().rev().skip_while(|line| !line.contains("///")).take_while(|line| line.contains("///"));
    let mut lines: Vec<&str> =
        lines.map(|line| line.trim_start().trim_start_matches("///").trim_start_matches(' ')).collect();
    lines.reverse();
    lines.join("\n")
}

#[test]
fn g87_the_end_of_a_comment() {
    inert("x */ pub fn pwn(){} /*");
    inert("x\n*/ pub fn pwn(){} /*");
}

#[test]
fn g88_the_end_of_a_literal() {
    for hostile in ["\"#]", "\"##", "r#\"", "\"", "\\", "\\\"", "\"\"\"", "'"] {
        inert(hostile);
    }
}

#[test]
fn a_signature_beside_the_configuration() {
    inert("Signed as `Doors-Signature: t=<seconds>,v1=<hex>`, where v1 is HMAC-SHA256 of `{t}.{body}`.");
    inert("The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` follow Standard Webhooks.");
}

#[test]
fn g89_code_on_its_own_line() {
    let sources = inert("text\npub fn pwn() {}\n#[test]\nfn t() {}");
    assert!(sources.contains("/// pub fn pwn() {}"));
}

#[test]
fn g90_line_ends_of_every_kind() {
    inert("a\rb\u{2028}c\u{2029}d\u{85}e\u{b}f\u{c}g\r\nh");
    expect![[r#"
        a
        b
        c
        d
        e
        f
        g
        h."#]]
    .assert_eq(&docs("a\rb\u{2028}c\u{2029}d\u{85}e\u{b}f\u{c}g\r\nh"));
}

#[test]
fn g91_bidirectional_controls() {
    let sources = inert("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e");
    assert!(sources.contains("/// abcde"));
}

#[test]
fn g92_what_is_not_seen() {
    let sources = inert("a\0b\u{1b}[31mc\u{200b}d\u{feff}e\u{ad}f");
    assert!(sources.contains("/// ab\\[31mcdef"));
}

#[test]
fn g93_macros() {
    for hostile in
        ["include!(\"/etc/passwd\")", "#![doc=include_str!(\"/etc/passwd\")]", "env!(\"HOME\")", "concat!(\"a\")"]
    {
        let sources = inert(hostile);
        assert!(!sources.contains("root:"));
    }
}

#[test]
fn g94_doctests() {
    for hostile in [
        "```\npanic!()\n```",
        "```rust\npanic!()\n```",
        "~~~\npanic!()\n~~~",
        "~~~should_panic\npanic!()",
        "````\npanic!()\n````",
        "    panic!()",
        "\tpanic!()",
        "a\n\n    panic!()",
        "- a\n\n      panic!()",
        "- ```\n  panic!()\n  ```",
        "> ```\n> panic!()\n> ```",
        "1. a\n   ```rust\n   panic!()\n   ```",
        "```text\na\n```rust\npanic!()\n```",
        " ```\n panic!()\n ```",
        "```rust,ignore\npanic!()\n```",
        "`` ` ``` ``\npanic!()",
    ] {
        inert(hostile);
        // If the docs have a code block, it is marked as text.
        let shown = docs(hostile);
        let mut open = false;
        for line in shown.lines().map(str::trim) {
            if let Some(info) = line.strip_prefix("```") {
                assert_eq!(info, if open { "" } else { "text" }, "{hostile:?} becomes\n{shown}");
                open = !open;
            }
        }
        assert!(!open, "{hostile:?} becomes\n{shown}");
        assert!(
            !shown.lines().any(|line| line.starts_with("    ") || line.starts_with('\t')) || shown.contains("- "),
            "{shown}"
        );
    }
}

#[test]
fn g95_html() {
    each_doc(
        &[
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "<details>",
            "&lt;b&gt;",
            "<!-- a",
            "<b>[a]</b>",
            "<a href='javascript:alert(1)'>a</a>",
            "<a href='https://a.example/<script>'>a</a>",
            "<code>a</code><code>``</code>",
        ],
        &expect![[r#"
            <script>alert(1)</script> → \<script\>alert(1)\</script\>
            <img src=x onerror=alert(1)> → \<img src=x onerror=alert(1)\>
            [a](javascript:alert(1)) → \[a\](javascript:alert(1))
            <details> → \<details\>
            &lt;b&gt; → \<b\>
            <!-- a → \<!-- a.
            <b>[a]</b> → **\[a\]**
            <a href='javascript:alert(1)'>a</a> → a.
            <a href='https://a.example/<script>'>a</a> → \<a href='<https://a.example/>\<script\>'\>a\</a\>
            <code>a</code><code>``</code> → \`a\`\<code\>\`\`\</code\>
        "#]],
    );
}

#[test]
fn g96_links() {
    each_doc(
        &["[std]", "[x](y)", "[a][b]", "[a]: b", "![a](b)", "`[std]`", "[`std`]", "<std>"],
        &expect![[r#"
        [std] → \[std\]
        [x](y) → \[x\](y)
        [a][b] → \[a\]\[b\]
        [a]: b → \[a\]: b.
        ![a](b) → !\[a\](b)
        `[std]` → `[std]`
        [`std`] → \[`std`\]
        <std> → \<std\>
    "#]],
    );
}

/// The docs that texts become, a line each.
fn each_doc(texts: &[&str], expect: &expect_test::Expect) {
    for text in texts {
        inert(text);
    }
    expect.assert_eq(&texts.iter().map(|text| format!("{text} → {}\n", docs(text))).collect::<String>());
}

#[test]
fn g97_a_line_of_a_megabyte() {
    let run = text(&"a".repeat(1 << 20));
    let lines = emitted(&run);
    let docs = lines.lines().filter(|line| line.trim_start().starts_with("//")).map(str::len).max();
    assert!(docs < Some(50_000), "{docs:?}");
}

#[test]
fn g98_descriptions_that_are_not_strings() {
    each(
        &["1", "[a]", "{ a: b }", "true", "null"],
        |value| of_schema(&format!("{{ description: {value} }}")),
        &expect![[r#"
            "1" → ok, W0610 spec.yaml:14:35
            "[a]" → ok, W0610 spec.yaml:14:35
            "{ a: b }" → ok, W0610 spec.yaml:14:35
            "true" → ok, W0610 spec.yaml:14:35
            "null" → ok
        "#]],
    );
}

#[test]
fn g99_texts_that_begin_or_end_as_comments_do() {
    each_doc(
        &["/a", "//a", "*a", "!a", " a", "a\\", "/**/", "!", "#a", "# a"],
        &expect![[r#"
        /a → /a.
        //a → //a.
        *a → *a.
        !a → !a.
         a → a.
        a\ → a\\
        /**/ → /**/
        ! → !
        #a → #a.
        # a → # a.
    "#]],
    );
}

#[test]
fn g100_placeholders() {
    for hostile in ["{name}", "{{", "}}", "{", "%s", "$x", "{0:?}", "$crate", "#{x}"] {
        let sources = inert(hostile);
        assert!(sources.contains(hostile), "{hostile} was taken for a placeholder:\n{sources}");
    }
}
