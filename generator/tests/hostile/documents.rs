//! Files, and the YAML and JSON in them.

use std::fs;

use expect_test::expect;

use crate::{
    described, document, each, emits, files, inputs, of_document, of_schema, outcome, properties, says, schema,
};

#[test]
fn g01_nothing_in_it() {
    let run = document("", &expect!["E0102 spec.yaml:1:1"]);
    says(&run, "the file is empty");
    document("# only\n# comments\n", &expect!["E0102 spec.yaml:1:1"]);
}

#[test]
fn g02_no_object_at_the_top() {
    document("text", &expect!["E0102 spec.yaml:1:1"]);
    document("- a\n- b\n", &expect!["E0102 spec.yaml:1:1"]);
    document("[]", &expect!["E0102 spec.yaml:1:1"]);
}

#[test]
fn g03_two_documents() {
    let text = format!("{}---\na: b\n", described("{ type: string }"));
    document(text, &expect!["E0105 spec.yaml:18:1"]);
}

#[test]
fn g04_a_byte_order_mark() {
    document(format!("\u{feff}{}", described("{ type: string }")), &expect!["ok"]);
}

#[test]
fn g05_other_encodings() {
    document(b"\xff\xfeo\0p\0e\0n\0", &expect!["E0102 spec.yaml:1:1"]);
    let run = document(b"info: { title: \"caf\xe9\" }\n", &expect!["E0102 spec.yaml:1:20"]);
    says(&run, "byte 0xe9 at offset 19");
}

#[test]
fn g06_control_characters() {
    document("info: { title: \"a\0b\" }\n", &expect!["E0102 spec.yaml:1:18"]);
    document("info:\n  title: a\u{1b}[31m\n", &expect!["E0102 spec.yaml:2:11"]);
    files(&[("spec.json", b"{\"info\": \"a\x01b\"}")], &expect!["E0102 spec.json:1:12"]);
}

#[test]
fn g07_tabs_for_indentation() {
    document("info:\n\ttitle: a\n", &expect!["E0102 spec.yaml:2:1"]);
}

#[test]
fn g08_what_is_not_closed() {
    document("info: [a, b\n", &expect!["E0102 spec.yaml:1:7"]);
    document("info: \"a\n", &expect!["E0102 spec.yaml:1:7"]);
}

#[test]
fn g09_a_key_twice_at_the_root() {
    let run = document(
        "openapi: 3.1.0\ninfo: {}\nopenapi: 3.0.0\n",
        &expect![[r#"
        E0602 spec.yaml:1:1
        W0102 spec.yaml:3:1"#]],
    );
    says(&run, "ignored");
}

#[test]
fn g10_a_key_twice_in_any_spelling() {
    schema(
        "{ properties: { eventType: { type: string }, eventType: { type: integer } } }",
        &expect![[r#"
            ok
            W0102 spec.yaml:14:65"#]],
    );
    schema(
        "{ properties: { a: {}, \"a\": true } }",
        &expect![[r#"
        ok
        W0102 spec.yaml:14:43"#]],
    );
    schema("{ properties: { a: { default: 1.0 }, \"a\": { default: 1.00 } } }", &expect!["ok"]);
    // `0x1` is not a key in this subset; `1` and `"1"` are the same key.
    schema(
        "{ properties: { 1: {}, \"1\": true } }",
        &expect![[r#"
        ok
        W0102 spec.yaml:14:43"#]],
    );
    schema(
        "{ properties: { 1: {}, 0x1: {} } }",
        &expect![[r#"
        ok
        W0101 spec.yaml:14:43"#]],
    );
}

#[test]
fn g11_a_key_twice_in_json() {
    files(
        &[("spec.json", br#"{"openapi": "3.1.0", "openapi": "3.0.0"}"#)],
        &expect![[r#"
        E0602 spec.json:1:1
        W0102 spec.json:1:22"#]],
    );
    files(
        &[("spec.json", br#"{"openapi": "3.1.0", "opena\u0070i": "3.0.0"}"#)],
        &expect![[r#"
        E0602 spec.json:1:1
        W0102 spec.json:1:22"#]],
    );
}

#[test]
fn g12_response_codes_without_quotes() {
    let text = described("{ type: string }")
        .replace("      requestBody", "      responses: { 200: { description: a } }\n      requestBody");
    document(text, &expect!["ok"]);
}

#[test]
fn g13_keys_that_are_not_strings() {
    each(
        &["null", "~", "true", "False", "1.5", "? [a, b]\n", "? {a: b}\n"],
        |key| of_document(format!("{key}: a\n")),
        &expect![[r#"
            "null" → E0601 spec.yaml:1:1, W0101 spec.yaml:1:1
            "~" → E0601 spec.yaml:1:1, W0101 spec.yaml:1:1
            "true" → E0601 spec.yaml:1:1, W0101 spec.yaml:1:1
            "False" → E0601 spec.yaml:1:1, W0101 spec.yaml:1:1
            "1.5" → E0601 spec.yaml:1:1, W0101 spec.yaml:1:1
            "? [a, b]\n" → E0105 spec.yaml:1:3
            "? {a: b}\n" → E0105 spec.yaml:1:3
        "#]],
    );
}

#[test]
fn g14_merge_keys() {
    document(described("{ <<: &base { type: string }, minLength: 1 }"), &expect!["ok"]);
    document(described("{ <<: [{ type: string }, text] }"), &expect!["E0105 spec.yaml:14:45"]);
}

#[test]
fn g15_numbers_that_are_none() {
    each(
        &["minimum: .nan", "minimum: .inf", "default: -.inf", "example: .NaN"],
        |keyword| of_schema(&format!("{{ type: number, {keyword} }}")),
        &expect![[r#"
            "minimum: .nan" → E0105 spec.yaml:14:45
            "minimum: .inf" → E0105 spec.yaml:14:45
            "default: -.inf" → E0105 spec.yaml:14:45
            "example: .NaN" → E0105 spec.yaml:14:45
        "#]],
    );
}

#[test]
fn g16_numbers_beyond_every_type() {
    for number in ["100000000000000000000000000", "18446744073709551616", "1e400"] {
        let run = of_schema(&format!("{{ type: number, maximum: {number}, enum: [{number}, 1] }}"));
        emits(&run, &format!("`maximum`: `{number}`"));
    }
}

#[test]
fn g17_words_that_are_truth_values_elsewhere() {
    let run = schema("{ type: string, enum: [NO, on, yes] }", &expect!["ok"]);
    for word in ["\"NO\"", "\"on\"", "\"yes\""] {
        emits(&run, word);
    }
}

#[test]
fn g18_versions_that_look_like_numbers() {
    let text = described("{ type: string }")
        .replace("openapi: 3.1.0", "openapi: 3.1")
        .replace("version: '1'", "version: 1.10");
    let run = document(text, &expect!["ok"]);
    emits(&run, "version `1.10`");
}

#[test]
fn g19_numbers_and_dates_of_other_versions_of_yaml() {
    let run = schema("{ type: string, enum: [017, 1_000, 1:30, 2024-01-01] }", &expect!["ok"]);
    for word in ["\"017\"", "\"1_000\"", "\"1:30\"", "\"2024-01-01\""] {
        emits(&run, word);
    }
}

#[test]
fn g22_an_anchor_within_itself() {
    document("a: &a [*a]\n", &expect!["E0104 spec.yaml:1:4"]);
}

#[test]
fn g23_an_alias_of_nothing() {
    document("a: *b\n", &expect!["E0102 spec.yaml:1:4"]);
}

#[test]
fn g24_tags() {
    each(
        &["!!python/object/apply:os.system", "!include /etc/passwd", "!!binary", "!foo", "!!str", "!"],
        |tag| of_document(format!("a: {tag}\n")),
        &expect![[r#"
            "!!python/object/apply:os.system" → E0105 spec.yaml:1:4
            "!include /etc/passwd" → E0105 spec.yaml:1:4
            "!!binary" → E0105 spec.yaml:1:4
            "!foo" → E0105 spec.yaml:1:4
            "!!str" → E0105 spec.yaml:1:4
            "!" → E0105 spec.yaml:1:4
        "#]],
    );
}

#[test]
fn g25_brackets_that_are_closed() {
    // Only what is open at once counts.
    let lists = "[], {}, ".repeat(1_000);
    schema(&format!("{{ x-lists: [{lists}] }}"), &expect![["ok"]]);
}

#[test]
fn g27_long_keys() {
    let key = "k".repeat(2000);
    document(format!("{key}: a\n"), &expect!["E0102 spec.yaml:1:2001"]);
    document(format!("{{\"{key}\": 1}}"), &expect!["E0104 spec.yaml:1:2"]);
}

#[test]
fn g28_what_is_not_a_file() {
    let folder = inputs::folder(&[]);
    fs::create_dir(folder.path().join("spec.yaml")).unwrap();
    let run = properties::checked(folder.path());
    expect!["E0101 spec.yaml:1:1"].assert_eq(&crate::found(&run));
}

#[test]
fn g29_more_members_than_the_limit() {
    let list: String = (0..10_001).map(|index| format!("v{index}, ")).collect();
    schema(&format!("{{ enum: [{list}] }}"), &expect!["E0104 spec.yaml:14:22"]);
    let members: String = (0..2_001).map(|index| format!("v{index}: {{}}, ")).collect();
    schema(&format!("{{ properties: {{ {members} }} }}"), &expect!["E0104 spec.yaml:14:22"]);
    let parts = "{}, ".repeat(10_001);
    schema(&format!("{{ oneOf: [ {parts} ] }}"), &expect!["E0104 spec.yaml:14:22"]);
    // Schemas that are merged have their members together.
    let half = |from: usize| (from..from + 1_500).map(|index| format!("v{index}: {{}}, ")).collect::<String>();
    let parts = format!("{{ properties: {{ {} }} }}, {{ properties: {{ {} }} }}", half(0), half(1_500));
    schema(&format!("{{ allOf: [ {parts} ] }}"), &expect!["E0104 spec.yaml:14:20"]);
}

#[test]
fn g29_the_limit_can_be_set() {
    use webhook_generator::source::Limits;
    let folder = inputs::folder(&[("spec.yaml", described("{ enum: [a, b, c] }").as_bytes())]);
    let run = |limit: &str| properties::run(folder.path(), Limits::default().with(limit.parse().unwrap()));
    assert!(run("values=3").files.is_some());
    for (limit, told) in [
        ("values=2", "has more than 2 values"),
        ("members=1", "has more than 1 members"),
        ("nodes=10", "more than 10 nodes"),
        ("file-bytes=100", "larger than 100 bytes"),
        ("indicators=10", "more than 10 indicators"),
        ("files=0", "one file too many"),
    ] {
        says(&run(limit), told);
    }
}

#[test]
fn g30_a_description_of_ten_megabytes() {
    let run = schema(&format!("{{ type: string, description: '{}' }}", "word ".repeat(2_000_000)), &expect!["ok"]);
    emits(&run, "\\[…\\]");
    let longest = run.files.iter().flatten().map(|(_, text)| text.len()).max();
    assert!(longest < Some(200_000), "{longest:?}");
}

#[test]
fn g31_what_json_does_not_have() {
    each(
        &["{\"a\": 1, // b\n\"c\": 2}", "{\"a\": 1,}", "{\"a\": NaN}", "{\"a\": .5}", "{'a': 1}"],
        |text| outcome(&[("spec.json", text.as_bytes())]),
        &expect![[r#"
            "{\"a\": 1, // b\n\"c\": 2}" → E0102 spec.json:1:10
            "{\"a\": 1,}" → E0102 spec.json:1:9
            "{\"a\": NaN}" → E0102 spec.json:1:7
            "{\"a\": .5}" → E0102 spec.json:1:7
            "{'a': 1}" → E0102 spec.json:1:2
        "#]],
    );
}

#[test]
fn g32_versions() {
    let with = |version: &str| of_document(described("{}").replace("openapi: 3.1.0", version));
    let refused = ["openapi: '2.0'", "swagger: '2.0'", "openapi: 4.0.0", "openapi: 3", "openapi: [3.1.0]", "a: b"];
    each(
        &refused,
        with,
        &expect![[r#"
        "openapi: '2.0'" → E0601 spec.yaml:1:10
        "swagger: '2.0'" → E0601 spec.yaml:1:1
        "openapi: 4.0.0" → E0601 spec.yaml:1:10
        "openapi: 3" → E0601 spec.yaml:1:10
        "openapi: [3.1.0]" → E0601 spec.yaml:1:10
        "a: b" → E0601 spec.yaml:1:1
    "#]],
    );
    for version in refused {
        says(&with(version), "OpenAPI 3.0, 3.1 and 3.2 are supported");
    }
    each(
        &["openapi: 3.0.0", "openapi: 3.0.4", "openapi: 3.1.1", "openapi: 3.2.0"],
        with,
        &expect![[r#"
        "openapi: 3.0.0" → ok
        "openapi: 3.0.4" → ok
        "openapi: 3.1.1" → ok
        "openapi: 3.2.0" → ok
    "#]],
    );
}

#[test]
fn g33_no_webhooks() {
    each(
        &["webhooks: {}", "webhooks: []", "webhooks: null", "webhooks: 1", "a: b"],
        |webhooks| of_document(format!("openapi: 3.1.0\ninfo: {{}}\n{webhooks}\n")),
        &expect![[r#"
            "webhooks: {}" → E0602 spec.yaml:3:1
            "webhooks: []" → E0602 spec.yaml:3:1
            "webhooks: null" → E0602 spec.yaml:3:1
            "webhooks: 1" → E0603 spec.yaml:3:11
            "a: b" → E0602 spec.yaml:1:1
        "#]],
    );
}

#[test]
fn g34_webhooks_that_receive_nothing() {
    let whole = described("{}");
    document(whole.replace("    post:", "    get:"), &expect!["ok"]);
    let second = "    put: { requestBody: { content: { application/json: {} } } }\n    post:";
    document(
        whole.replace("    post:", second),
        &expect![[r#"
        ok
        W0601 spec.yaml:5:5"#]],
    );
    document(
        whole.replace("requestBody:", "x-body:"),
        &expect![[r#"
        E0602 spec.yaml:3:1
        W0601 spec.yaml:4:3"#]],
    );
    document(
        whole.replace("application/json", "text/xml"),
        &expect![[r#"
        E0602 spec.yaml:3:1
        W0601 spec.yaml:4:3"#]],
    );
}

#[test]
fn g34_one_webhook_in_two_maps() {
    let twice = |item: &str| of_document(format!("{}x-webhooks:\n  parcel.sent: {item}\n", described("{}")));
    let same = "{ post: { requestBody: { content: { application/json: { schema: { type: object, required: [type], properties: { type: { const: parcel.sent }, x: {} } } } } } } }";
    each(
        &["{}", same],
        twice,
        &expect![[r#"
        "{}" → ok, W0601 spec.yaml:19:3
        "{ post: { requestBody: { content: { application/json: { schema: { type: object, required: [type], properties: { type: { const: parcel.sent }, x: {} } } } } } } }" → ok
    "#]],
    );
}

#[test]
fn g34_what_is_not_a_webhook() {
    // An extension among them is none, unless it looks like one.
    let beside =
        |item: &str| of_document(described("{}").replace("components:", &format!("  x-more: {item}\ncomponents:")));
    each(
        &["{ a: b }", "text", "{ post: {} }"],
        beside,
        &expect![[r#"
        "{ a: b }" → ok
        "text" → ok
        "{ post: {} }" → ok, W0601 spec.yaml:15:3
    "#]],
    );
}

#[test]
fn g35_a_file_is_read_once() {
    // What is parsed, quoted in messages and recorded for the freshness guard is one reading of the file.
    let folder = inputs::folder(&[("spec.yaml", b"a: [")]);
    let sources = webhook_generator::source::Sources::new();
    let path = folder.path().join("spec.yaml");
    assert!(sources.add_spec(&path).is_err());
    fs::write(&path, "changed: 1").unwrap();
    let id = sources.description().unwrap();
    assert_eq!((sources.text(id), sources.bytes(id)), ("a: [", &b"a: ["[..]));
}

#[test]
fn g148_aliases_that_repeat_a_small_file() {
    let spec =
        |uses: usize| format!("{}x-a: &a [{}]\nx-b: [{}]\n", described("{}"), "0, ".repeat(1_000), "*a, ".repeat(uses));
    assert_eq!(super::found(&of_document(spec(50))), "ok");
    let run = of_document(spec(300));
    assert!(super::found(&run).starts_with("E0104 spec.yaml:"), "{}", super::found(&run));
    says(&run, "the document has more than 250000 nodes");
    says(&run, "raise the limit with `--limit nodes=NUMBER`");
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn g151_a_body_that_many_paths_share() {
    let paths = lines(5_000, |index| format!("  /webhooks{index}/a: {{ $ref: '#/x-item' }}\n"));
    let members = lines(5_000, |index| format!("m{index}: true, "));
    let methods = ["post", "put", "patch", "delete", "get", "head", "options", "trace"]
        .map(|method| format!("{method}: {{ requestBody: {{ $ref: '#/x-body' }} }}, "))
        .concat();
    document(
        format!(
            "openapi: 3.1.0\ninfo: {{}}\npaths:\n{paths}x-item: {{ {methods} }}\n\
             x-body: {{ content: {{ application/json: {{ schema: {{ properties: {{ {members} }} }} }} }} }}\n"
        ),
        &expect!["E0602 spec.yaml:1:1"],
    );
}

#[test]
fn g152_media_types_that_many_callbacks_share() {
    let addresses = lines(5_000, |index| format!("        '{{$request.body#/u{index}}}': {{ $ref: '#/x-item' }}\n"));
    let types = lines(5_000, |index| format!("text/t{index}: {{}}, "));
    document(
        format!(
            "{}paths:\n  /a:\n    post:\n      callbacks:\n       sent:\n{addresses}\
             x-item: {{ post: {{ requestBody: {{ content: {{ {types} application/json: {{}} }} }} }} }}\n",
            described("{}")
        ),
        &expect![[r#"
            ok
            W0612 spec.yaml:22:8"#]],
    );
}

#[test]
fn g153_media_types_that_many_webhooks_share() {
    let webhooks = lines(5_000, |index| format!("  e{index}: {{ $ref: '#/x-item' }}\n"));
    let types = lines(5_000, |index| format!("text/t{index}: {{}}, "));
    document(
        format!(
            "openapi: 3.1.0\ninfo: {{}}\nwebhooks:\n{webhooks}\
             x-item: {{ post: {{ requestBody: {{ content: {{ {types} }} }} }} }}\n"
        ),
        &expect![[r#"
            E0104 spec.yaml:5004:32
            W0601 spec.yaml:4:3
            W0601 spec.yaml:5:3
            W0601 spec.yaml:6:3
            W0601 spec.yaml:7:3
            W0601 spec.yaml:8:3
            W0601 spec.yaml:9:3
            W0601 spec.yaml:10:3
            W0601 spec.yaml:11:3"#]],
    );
}
