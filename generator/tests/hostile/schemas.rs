//! Schemas that contradict themselves, say too much or say nothing.

use expect_test::expect;
use serde_json::json;

use crate::{described, document, each, emits, emitted, files, inputs, of_document, of_schema, outcome, says, schema};

#[test]
fn g101_types_that_are_none() {
    each(
        &["strnig", "[]", "[string, string]", "[strnig, string]", "1", "null", "String"],
        |of| of_schema(&format!("{{ type: {of} }}")),
        &expect![[r#"
            "strnig" → ok, W0610 spec.yaml:14:28
            "[]" → ok, W0610 spec.yaml:14:28
            "[string, string]" → ok
            "[strnig, string]" → ok, W0610 spec.yaml:14:29
            "1" → ok, W0610 spec.yaml:14:28
            "null" → ok, W0610 spec.yaml:14:28
            "String" → ok, W0610 spec.yaml:14:28
        "#]],
    );
    says(&of_schema("{ type: strnig }"), "did you mean `string`?");
}

#[test]
fn g102_lists_of_values() {
    each(
        &[
            "[]",
            "[a, a]",
            "[a, null]",
            "[a, 1, true]",
            "[{ a: b }, { c: d }]",
            "[null]",
            "[true, false]",
            "[1, 1.0]",
            "a",
            "{}",
        ],
        |values| of_schema(&format!("{{ enum: {values} }}")),
        &expect![[r#"
            "[]" → ok, W0610 spec.yaml:14:28
            "[a, a]" → ok, W0606 spec.yaml:14:32
            "[a, null]" → ok
            "[a, 1, true]" → ok
            "[{ a: b }, { c: d }]" → ok
            "[null]" → ok
            "[true, false]" → ok
            "[1, 1.0]" → ok
            "a" → ok, W0610 spec.yaml:14:28
            "{}" → ok, W0610 spec.yaml:14:28
        "#]],
    );
}

#[test]
fn g103_values_of_another_type() {
    each(
        &[
            "type: string, enum: [a, 1]",
            "type: integer, enum: [1, 1.5]",
            "type: boolean, const: a",
            "type: array, enum: [[], {}]",
        ],
        |keywords| of_schema(&format!("{{ {keywords} }}")),
        &expect![[r#"
            "type: string, enum: [a, 1]" → ok, W0610 spec.yaml:14:46
            "type: integer, enum: [1, 1.5]" → ok, W0610 spec.yaml:14:47
            "type: boolean, const: a" → ok, W0610 spec.yaml:14:44
            "type: array, enum: [[], {}]" → ok, W0610 spec.yaml:14:46
        "#]],
    );
}

#[test]
fn g104_constants_of_any_kind() {
    each(
        &["{ a: b }", "[1, 2]", "null", "1.5", "true", "''"],
        |value| of_schema(&format!("{{ const: {value} }}")),
        &expect![[r#"
        "{ a: b }" → ok
        "[1, 2]" → ok
        "null" → ok
        "1.5" → ok
        "true" → ok
        "''" → ok
    "#]],
    );
}

#[test]
fn g105_defaults() {
    // Defaults are annotations: they appear in the docs only, so one of another type does no harm.
    each(
        &["type: integer, default: text", "type: string, default: 1"],
        |keywords| of_schema(&format!("{{ {keywords} }}")),
        &expect![[r#"
        "type: integer, default: text" → ok
        "type: string, default: 1" → ok
    "#]],
    );
    emits(&of_schema("{ type: string, default: '\"; pwn(); \"' }"), "/// `default`: `\"\\\"; pwn(); \\\"\"`");
}

#[test]
fn g106_constraints_that_make_no_sense() {
    each(
        &[
            "minLength: -1",
            "minLength: 10, maxLength: 1",
            "multipleOf: 0",
            "minimum: text",
            "uniqueItems: text",
            "maxItems: 1.5",
        ],
        |keywords| of_schema(&format!("{{ type: string, {keywords} }}")),
        &expect![[r#"
            "minLength: -1" → ok
            "minLength: 10, maxLength: 1" → ok
            "multipleOf: 0" → ok
            "minimum: text" → ok
            "uniqueItems: text" → ok
            "maxItems: 1.5" → ok
        "#]],
    );
}

#[test]
fn g107_patterns_are_never_run() {
    each(
        &["(", "^(?!x)", "^(a+)+$", "(a{1000}){1000}", "\"#); pwn(); //"],
        |pattern| {
            let spec = inputs::description(&json!({ "type": "string", "pattern": pattern }), &json!({}));
            let run = outcome(&[("spec.json", spec.to_string().as_bytes())]);
            assert!(!emitted(&run).contains("regex"));
            run
        },
        &expect![[r##"
            "(" → ok
            "^(?!x)" → ok
            "^(a+)+$" → ok
            "(a{1000}){1000}" → ok
            "\"#); pwn(); //" → ok
        "##]],
    );
}

#[test]
fn g108_required_members_that_are_not_declared() {
    let run = schema(
        "{ type: object, required: [b], properties: { a: { type: string } } }",
        &expect![[r#"
        ok
        W0609 spec.yaml:14:47"#]],
    );
    emits(&run, "pub b: Json");
}

#[test]
fn g109_types_that_exclude_each_other() {
    each(
        &[
            "allOf: [{ type: string }, { type: integer }]",
            "type: object, allOf: [{ type: array, items: {} }]",
            "allOf: [{ properties: { a: { type: string } } }, { properties: { a: { type: integer } } }]",
        ],
        |keywords| of_schema(&format!("{{ {keywords} }}")),
        &expect![[r#"
            "allOf: [{ type: string }, { type: integer }]" → ok, W0610 spec.yaml:14:56
            "type: object, allOf: [{ type: array, items: {} }]" → ok, W0610 spec.yaml:14:28
            "allOf: [{ properties: { a: { type: string } } }, { properties: { a: { type: integer } } }]" → ok, W0610 spec.yaml:14:57
        "#]],
    );
}

#[test]
fn g110_discriminators() {
    let with = |branches: &str| {
        let (a, b) = branches.split_once(" | ").unwrap();
        of_schema(&format!(
            "{{ oneOf: [{{ $ref: '#/components/schemas/a' }}, {{ $ref: '#/components/schemas/b' }}], discriminator: {{ propertyName: kind }} }}
a: {{ type: object, properties: {{ {a}, p: {{ type: string }} }} }}
b: {{ type: object, properties: {{ {b}, q: {{ type: string }} }} }}"
        ))
    };
    each(
        &[
            "kind: { const: a } | kind: { const: b }",
            "kind: { const: same } | kind: { const: same }",
            "kind: { const: a } | other: {}",
            "other: {} | other: {}",
            "kind: { type: integer } | kind: { type: string }",
        ],
        with,
        &expect![[r#"
            "kind: { const: a } | kind: { const: b }" → ok
            "kind: { const: same } | kind: { const: same }" → ok, W0603 spec.yaml:14:20
            "kind: { const: a } | other: {}" → ok
            "other: {} | other: {}" → ok
            "kind: { type: integer } | kind: { type: string }" → ok
        "#]],
    );
    each(
        &[
            "{}",
            "text",
            "{ propertyName: 1 }",
            "{ propertyName: a, mapping: [] }",
            "{ propertyName: a, mapping: { b: 1 } }",
        ],
        |value| of_schema(&format!("{{ oneOf: [{{ type: string }}, {{ type: integer }}], discriminator: {value} }}")),
        &expect![[r#"
            "{}" → ok, W0610 spec.yaml:14:83
            "text" → ok, W0610 spec.yaml:14:83, W0603 spec.yaml:14:20
            "{ propertyName: 1 }" → ok, W0610 spec.yaml:14:83
            "{ propertyName: a, mapping: [] }" → ok, W0610 spec.yaml:14:111, W0603 spec.yaml:14:20
            "{ propertyName: a, mapping: { b: 1 } }" → ok, W0610 spec.yaml:14:116, W0603 spec.yaml:14:20
        "#]],
    );
}

#[test]
fn g111_alternatives_of_nothing() {
    each(
        &[
            "{ oneOf: [] }",
            "{ anyOf: [] }",
            "{ allOf: [] }",
            "false",
            "true",
            "{ not: { type: string } }",
            "1",
            "text",
            "[]",
            "null",
        ],
        of_schema,
        &expect![[r#"
            "{ oneOf: [] }" → ok, W0610 spec.yaml:14:29
            "{ anyOf: [] }" → ok, W0610 spec.yaml:14:29
            "{ allOf: [] }" → ok, W0610 spec.yaml:14:29
            "false" → ok, W0603 spec.yaml:14:20
            "true" → ok
            "{ not: { type: string } }" → ok, W0603 spec.yaml:14:22
            "1" → ok, W0610 spec.yaml:14:20
            "text" → ok, W0610 spec.yaml:14:20
            "[]" → ok, W0610 spec.yaml:14:20
            "null" → ok, W0610 spec.yaml:14:20
        "#]],
    );
}

/// `inner`, so many times within `around`, which says where by `@`.
fn nested(times: usize, around: &str, inner: &str) -> String {
    (0..times).fold(inner.to_owned(), |inner, _| around.replace('@', &inner))
}

#[test]
fn g111_members_next_to_alternatives() {
    // Each alternative has them, whether they are declared, required or both.
    for beside in ["properties: { lid: { type: string } }", "required: [lid]"] {
        let run = of_schema(&format!(
            "{{ type: object, {beside}, oneOf: [{{ $ref: '#/components/schemas/box' }}, {{ $ref: '#/components/schemas/bag' }}] }}
box: {{ type: object, required: [sides], properties: {{ sides: {{ type: integer }} }} }}
bag: {{ type: object, required: [straps], properties: {{ straps: {{ type: integer }} }} }}"
        ));
        let sources = emitted(&run);
        assert_eq!(sources.matches("pub lid: ").count(), 2, "{beside}:\n{sources}");
    }
}

#[test]
fn g112_deep_schemas() {
    let array = nested(50, "{ type: array, items: @ }", "{ type: string }");
    schema(
        &array,
        &expect![[r#"
            ok
            W0604 spec.yaml:14:372"#]],
    );
    let array = nested(100, "{ type: array, items: @ }", "{ type: string }");
    let run = schema(
        &array,
        &expect![[r#"
            ok
            W0604 spec.yaml:14:372"#]],
    );
    says(&run, "nested too deep");
    let object = nested(50, "{ type: object, title: t, properties: { a: @ } }", "{ type: string }");
    schema(&object, &expect!["ok"]);
    let parts = nested(
        40,
        "{ allOf: [@, { properties: { b: { type: string } } }] }",
        "{ properties: { a: { type: string } } }",
    );
    schema(&parts, &expect!["ok"]);
    let beyond = nested(200, "{ type: array, items: @ }", "{ type: string }");
    schema(&beyond, &expect!["E0104 spec.yaml:14:2638"]);
}

/// Schemas `s0`, `s1` and so on, in each of which `@` is a reference to the next.
fn links(count: usize, form: &str) -> String {
    let link = |index: usize| {
        let next = format!("{{ $ref: '#/components/schemas/s{}' }}", index + 1);
        format!("s{index}: {}\n", form.replace('@', &next))
    };
    (0..count).map(link).collect()
}

/// Chains of schemas that refer to each other, which are as long as one likes in a document of a few levels. The stack of a
/// thread of the tests has 2 MiB.
#[test]
fn g112_deep_chains() {
    let chain = |form: &str| {
        let links = links(1_000, form);
        of_schema(&format!("{{ $ref: '#/components/schemas/s0' }}\n{links}s1000: {{ type: string }}"))
    };
    each(
        &[
            "{ oneOf: [@, { type: integer }] }",
            "{ anyOf: [@, { type: 'null' }, { type: integer }] }",
            "{ required: [a], properties: { a: @ } }",
            "{ properties: { a: @ } }",
            "{ type: array, items: @ }",
            "{ additionalProperties: @ }",
            "{ title: t, allOf: [@] }",
        ],
        chain,
        &expect![[r#"
            "{ oneOf: [@, { type: integer }] }" → E0104 spec.yaml:953:11
            "{ anyOf: [@, { type: 'null' }, { type: integer }] }" → E0104 spec.yaml:953:11
            "{ required: [a], properties: { a: @ } }" → ok
            "{ properties: { a: @ } }" → ok
            "{ type: array, items: @ }" → ok, W0604 spec.yaml:34:10
            "{ additionalProperties: @ }" → ok, W0604 spec.yaml:34:10
            "{ title: t, allOf: [@] }" → E0104 spec.yaml:131:11
        "#]],
    );
}

#[test]
fn g112_examples_in_many_types() {
    // Each level of the example passes several alternatives.
    let alternatives = links(20, "{ oneOf: [@, { type: integer }] }");
    let example = nested(110, "{ a: @ }", "1");
    let run = schema(
        &format!(
            "{{ $ref: '#/components/schemas/s0', example: {example} }}\n{alternatives}\
             s20: {{ required: [a], properties: {{ a: {{ $ref: '#/components/schemas/s0' }} }} }}"
        ),
        &expect!["ok"],
    );
    emits(&run, "pub struct S20 {");
}

#[test]
fn g112_many_ways_to_one_schema() {
    // Each level doubles the ways that lead to the last schema.
    let level = |form: &str| {
        let levels = links(60, form);
        of_schema(&format!(
            "{{ $ref: '#/components/schemas/s0' }}\n{levels}s60: {{ properties: {{ a: {{ type: string }} }} }}"
        ))
    };
    each(
        &[
            "{ allOf: [@, @] }",
            "{ oneOf: [@, @] }",
            "{ anyOf: [@, @] }",
            "{ oneOf: [@, { properties: { b: @ } }] }",
            "{ anyOf: [@, { properties: { b: @ } }] }",
            "{ properties: { a: @, b: @ } }",
            "{ required: [a, b], properties: { a: @, b: @ } }",
            "{ oneOf: [{ required: [a], properties: { a: @ } }, { required: [a], properties: { a: @, c: {} } }] }",
        ],
        level,
        &expect![[r#"
            "{ allOf: [@, @] }" → ok
            "{ oneOf: [@, @] }" → ok
            "{ anyOf: [@, @] }" → ok
            "{ oneOf: [@, { properties: { b: @ } }] }" → ok
            "{ anyOf: [@, { properties: { b: @ } }] }" → ok
            "{ properties: { a: @, b: @ } }" → ok
            "{ required: [a, b], properties: { a: @, b: @ } }" → ok
            "{ oneOf: [{ required: [a], properties: { a: @ } }, { required: [a], properties: { a: @, c: {} } }] }" → ok
        "#]],
    );
}

#[test]
fn g112_alternatives_that_overlap() {
    let member = |index: usize| format!("m{index}: {{ type: string }}, ");
    let object = |left_out: usize| {
        let members: String = (0..14).filter(|index| *index != left_out).map(member).collect();
        format!("{{ type: object, properties: {{ {members} }} }}, ")
    };
    let objects: String = (0..14).map(object).collect();
    let run = schema(&format!("{{ anyOf: [ {objects} ] }}"), &expect!["ok"]);
    assert_eq!(emitted(&run).matches("pub m7:").count(), 1, "one struct with the members of all");
}

#[test]
fn g113_thousands_of_members() {
    // More than that is an error: the compiler runs out of stack.
    let members: String = (0..2_000).map(|index| format!("m{index}: {{ type: string }}, ")).collect();
    let run = schema(&format!("{{ type: object, properties: {{ {members} }} }}"), &expect!["ok"]);
    emits(&run, "pub m1999:");
}

#[test]
fn g114_one_title_for_several_schemas() {
    let of = |inner: &str| format!("{{ type: object, title: Same, properties: {{ {inner} }} }}");
    let run =
        schema(&of(&format!("a: {}, b: {}", of("c: { type: string }"), of("d: { type: integer }"))), &expect!["ok"]);
    let sources = emitted(&run);
    for member in ["pub a:", "pub b:", "pub c:", "pub d:"] {
        assert_eq!(sources.matches(member).count(), 1, "{member}");
    }
}

#[test]
fn g115_extensions_that_name_code() {
    let extended = schema(
        "{ type: string, x-rust-type: 'std::process::exit', x-go-type: os.Exit, x-rust: { a: b } }",
        &expect!["ok"],
    );
    assert_eq!(extended.files, of_schema("{ type: string }").files);
}

#[test]
fn g116_formats_that_are_not_known() {
    let plain = of_schema("{ type: string }");
    for format in ["unheard-of", "int128; pwn", "\\\"#", ""] {
        let run = of_schema(&format!("{{ type: string, format: \"{format}\" }}"));
        assert_eq!(run.files, plain.files);
        assert!(run.codes.iter().any(|code| code.starts_with("W0605")), "{}", run.told);
    }
}

#[test]
fn g117_null_in_every_spelling() {
    for spelling in
        ["type: string, nullable: true", "type: [string, 'null']", "oneOf: [{ type: string }, { type: 'null' }]"]
    {
        emits(&of_schema(&format!("{{ {spelling} }}")), "pub x: Option<Option<String>>");
    }
    emits(&of_schema("{ type: string, x-nullable: true }"), "pub x: Option<String>");
}

#[test]
fn g118_an_event_type_that_only_an_example_names() {
    let example = |value: &str| {
        described("{}").replace("{ const: parcel.sent }", &format!("{{ type: string, example: {value} }}"))
    };
    emits(&of_document(example("parcel.sent")), "\"parcel.sent\"");
    let told = example("parcel.arrived").replace("  parcel.sent:", "  one:");
    emits(&of_document(told), "\"parcel.arrived\"");
    let contradicted = example("parcel.arrived")
        .replace("  parcel.sent:", "  one:")
        .replace("    post:", "    post:\n      operationId: parcel.left");
    emits(&of_document(contradicted), "\"parcel.arrived\"");
}

/// A description with a webhook for each name, a header that states the first word of it, and a body; each body is the
/// properties of its schema and an example.
fn headed(webhooks: &[(&str, &str, &str)]) -> String {
    let mut text = "openapi: 3.1.0\ninfo: { title: Doors, version: '1' }\nwebhooks:\n".to_owned();
    for (name, properties, example) in webhooks {
        let header = name.split('.').next().unwrap_or(name);
        text += &format!(
            "  {name}:
    post:
      parameters: [{{ name: X-Acme-Event, in: header, schema: {{ type: string }}, example: {header} }}]
      requestBody: {{ content: {{ application/json: {{
        schema: {{ type: object, properties: {{ {properties} }} }}, example: {{ {example} }} }} }} }}
"
        );
    }
    text
}

#[test]
fn g118_the_member_that_completes_the_header_for_most() {
    // `kind` comes first and does it for one webhook, `action` for all that need it.
    let run = of_document(headed(&[
        ("door.opened", "kind: { const: opened }, action: { const: opened }", ""),
        ("door.closed", "kind: { const: plain }, action: { const: closed }", ""),
        ("door.painted", "kind: { const: plain }, action: { const: painted }", ""),
        ("gate", "kind: { const: plain }", ""),
    ]));
    says(&run, "completed by the body at `/action`");
}

#[test]
fn g118_an_example_that_is_the_delivery_of_another_webhook() {
    // The header alone names `door`, so that its body may say anything but what makes the name of another webhook.
    let run = of_document(headed(&[
        ("door.opened", "action: { const: opened }", "action: opened"),
        ("door.closed", "action: { const: closed }", "action: closed"),
        ("door", "action: { type: string }", "action: opened"),
        ("gate", "action: { type: string }", "action: painted"),
    ]));
    let files = run.files.as_ref().expect("there is a crate");
    let tests = &files["tests/examples.rs"];
    let tested = ["fn door_opened()", "fn door_closed()", "fn gate()"].iter().all(|name| tests.contains(name));
    assert!(tested && !tests.contains("fn door()"), "{tests}");
}

#[test]
fn g118_the_first_of_equally_good_members() {
    let webhook = |name: &str| {
        let body = format!("{{ type: object, properties: {{ b: {{ const: {name} }}, a: {{ const: {name} }} }} }}");
        format!(
            "  {name}: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {body} }} }} }} }} }}\n"
        )
    };
    let webhooks = webhook("parcel.sent") + &webhook("parcel.lost");
    let run = of_document(format!("openapi: 3.1.0\ninfo: {{ title: a, version: '1' }}\nwebhooks:\n{webhooks}"));
    emits(&run, "\"/b\"");
}

#[test]
fn g119_one_event_type_for_two_webhooks() {
    let two = described("{}").replace(
        "components:",
        "  another:\n    post: { requestBody: { content: { application/json: { schema: { properties: { type: { const: parcel.sent } } } } } } }\ncomponents:",
    );
    let run = document(two, &expect!["E0703 spec.yaml:4:3"]);
    says(&run, "`parcel.sent`");
    says(&run, "`another`");
}

#[test]
fn g119_one_event_type_at_the_top_and_others_below() {
    // The first place alone does not tell them apart: the other completes it, and a warning says so.
    let webhook = |name: &str| {
        let data = format!("data: {{ type: object, properties: {{ type: {{ const: {name} }} }} }}");
        let body = format!("{{ type: object, properties: {{ type: {{ const: parcel }}, {data} }} }}");
        format!(
            "  {name}: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {body} }} }} }} }} }}\n"
        )
    };
    let webhooks = webhook("sent") + &webhook("lost");
    let text = format!("openapi: 3.1.0\ninfo: {{ title: a, version: '1' }}\nwebhooks:\n{webhooks}");
    let run = document(text, &expect!["ok"]);
    emits(&run, "\"parcel.sent\"");
    emits(&run, "completed_by(\"/data/type\"");
    assert!(run.codes.iter().any(|code| code.starts_with("W0708")));
}

#[test]
fn g118_places_of_no_telling_name() {
    let of = |bodies: &[&str]| {
        let webhook = |(name, body): (&str, &&str)| {
            let body = format!("{{ type: object, properties: {{ {body} }} }}");
            format!(
                "  {name}: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {body} }} }} }} }} }}\n"
            )
        };
        let webhooks: String = ["sent", "lost"].into_iter().zip(bodies).map(webhook).collect();
        format!("openapi: 3.1.0\ninfo: {{ title: a, version: '1' }}\nwebhooks:\n{webhooks}")
    };
    // A value in all bodies is not an event type, and neither is one that only looks like it.
    document(of(&["format: { const: one }", "format: { const: one }"]), &expect!["E0701 spec.yaml:4:3"]);
    document(of(&["host: { example: a.example }", "host: { example: b.example }"]), &expect!["E0701 spec.yaml:4:3"]);
    // An example that says the webhook's own name is one anywhere.
    document(of(&["kind: { example: parcel.sent }", "kind: { example: parcel.lost }"]), &expect!["ok"]);
    // With one webhook alone, a member of a telling name may be anything.
    document(of(&["type: { type: string }"]), &expect!["ok"]);
    document(
        of(&["type: { type: string }", "type: { type: string }"]),
        &expect![[r#"
        E0701 spec.yaml:4:3
        E0701 spec.yaml:5:3"#]],
    );
}

#[test]
fn g118_a_completion_that_no_body_has() {
    let text = described("{ type: string }");
    let config = b"[event-type]\npointer = \"/type\"\ncompleted-by = \"/x\"\n";
    files(&[("spec.yaml", text.as_bytes()), ("codegen.toml", config)], &expect!["ok"]);
    let config = b"[event-type]\npointer = \"/type\"\ncompleted-by = \"/y\"\n";
    files(
        &[("spec.yaml", text.as_bytes()), ("codegen.toml", config)],
        &expect![[r#"
        ok
        W0702 codegen.toml:2:11"#]],
    );
}

#[test]
fn g119_of_places_that_complete_equally_well_the_nearest() {
    let webhook = |name: &str| {
        let state = format!("state: {{ const: {name} }}");
        let data =
            format!("data: {{ type: object, properties: {{ more: {{ properties: {{ {state} }} }}, {state} }} }}");
        let body = format!("{{ type: object, properties: {{ type: {{ const: parcel }}, {data} }} }}");
        format!(
            "  {name}: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {body} }} }} }} }} }}\n"
        )
    };
    let webhooks = webhook("sent") + &webhook("lost");
    let text = format!("openapi: 3.1.0\ninfo: {{ title: a, version: '1' }}\nwebhooks:\n{webhooks}");
    emits(&document(text, &expect!["ok"]), "completed_by(\"/data/state\"");
}

#[test]
fn g120_headers_that_a_response_is_said_to_have() {
    let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .map(|name| format!("{name}: {{ schema: {{ type: string }} }}"))
        .join(", ");
    let text = described("{}").replace(
        "      requestBody",
        &format!("      responses: {{ 200: {{ description: a, headers: {{ {headers} }} }} }}\n      requestBody"),
    );
    let run = files(&[("spec.yaml", text.as_bytes())], &expect!["ok"]);
    // They are headers of the request, by which deliveries are verified; nothing emitted sets a header of a response.
    emits(&run, "webhook-signature");
    assert!(!emitted(&run).contains("HeaderMap"));
}

#[test]
fn g147_event_types_that_are_combined() {
    let values = |name: &str, count: usize| (0..count).map(|index| format!("{name}{index}, ")).collect::<String>();
    let spec = |count: usize| {
        let schema = format!(
            "properties: {{ type: {{ enum: [{}] }}, action: {{ enum: [{}] }} }}",
            values("t", count),
            values("a", count)
        );
        let body = format!("requestBody: {{ content: {{ application/json: {{ schema: {{ {schema} }} }} }} }}");
        format!(
            "openapi: 3.1.0\ninfo: {{ title: Parcels, version: '1' }}\nwebhooks:\n  parcels: {{ post: {{ {body} }} }}\n"
        )
    };
    let config = "event-type.pointer = \"/type\"\nevent-type.completed-by = \"/action\"\n";
    let found = |count: usize| {
        let files = [("spec.yaml", spec(count)), ("codegen.toml", config.to_owned())];
        super::found(&outcome(&files.each_ref().map(|(name, text)| (*name, text.as_bytes()))))
    };
    assert_eq!(found(3), "ok");
    assert_eq!(found(600), "E0104 spec.yaml:4:12");
}

#[test]
fn g147_bodies_that_are_too_large_to_search() {
    let members = |name: &str, count: usize| {
        (0..count).map(|index| format!("{name}{index}: {{ type: string }}, ")).collect::<String>()
    };
    let webhook = |name: &str| {
        format!(
            "  {name}: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/a' }} }} }} }} }} }}\n"
        )
    };
    let spec = format!(
        "openapi: 3.1.0\ninfo: {{ title: Parcels, version: '1' }}\nwebhooks:\n{}{}components:\n  schemas:\n    a:\n      properties:\n        a: {{ properties: {{ {} }} }}\n        b: {{ properties: {{ {} }} }}\n        c: {{ type: string }}\n",
        webhook("parcel.sent"),
        webhook("parcel.lost"),
        members("a", 300),
        members("b", 300),
    );
    let run = outcome(&[("spec.yaml", spec.as_bytes())]);
    assert_eq!(super::found(&run), "E0701 spec.yaml:4:3, W0601 spec.yaml:11:4724".replace(", ", "\n"));
    says(&run, "the bodies of webhook `parcel.sent` and another are too large to search all of them for event types");
    says(&run, "--limit candidates=NUMBER");
}

#[test]
fn g149_examples_that_are_compared_with_many_alternatives() {
    let alternatives: String = (0..40)
        .map(|index| {
            format!("{{ required: [a], properties: {{ a: {{ $ref: '#/components/schemas/n' }}, s: {{ $ref: '#/components/schemas/s' }}, r{index}: {{}} }} }}, ")
        })
        .collect();
    // A null that is read as absence: there may be an alternative that keeps it.
    let deep = (0..60).fold("{ a: {}, s: { t: null } }".to_owned(), |inner, _| format!("{{ a: {inner} }}"));
    let examples = |count: usize| {
        let examples: String =
            (0..count).map(|index| format!("e{index}: {{ value: {{ type: parcel.sent, x: {deep} }} }}, ")).collect();
        let spec = described(&format!(
            "{{ $ref: '#/components/schemas/n' }}\nn: {{ oneOf: [{alternatives}] }}\ns: {{ properties: {{ t: {{ type: string }} }} }}"
        ));
        spec.replace("            schema:\n", &format!("            examples: {{ {examples} }}\n            schema:\n"))
    };
    assert!(super::found(&of_document(examples(1))).starts_with("ok"));
    let found = super::found(&of_document(examples(30)));
    assert!(found.starts_with("E0104 spec.yaml:9:"), "{found}");
}

#[test]
fn g150_findings_with_many_places() {
    let webhooks: String = (0..300)
        .map(|index| format!("e{index}: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {{ properties: {{ type: {{ const: a.b }} }} }} }} }} }} }} }}, "))
        .collect();
    let spec = format!("openapi: 3.1.0\ninfo: {{ title: Parcels, version: '1' }}\nwebhooks: {{ {webhooks} }}\n");
    let files = [("spec.yaml", spec.as_bytes()), ("codegen.toml", &b"event-type.pointer = \"/type\"\n"[..])];
    let run = outcome(&files);
    assert_eq!(super::found(&run), "E0703 spec.yaml:3:13");
    says(&run, "590 more places are not shown");
    says(&run, "# and 280 more lines like these");
    assert!(run.told.len() < 40_000, "{}", run.told.len());
}
