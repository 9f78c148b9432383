//! What the webhooks and schemas of a description say in one dialect, as `--emit normalized` prints it.

use expect_test::{Expect, expect};

use crate::Stage;
use crate::testing::{Input, dedented, join, schemas};

/// Checks what schemas state, and the findings.
#[track_caller]
fn check_schemas(entries: &str, expected: Expect) {
    let (outline, findings) = Input { spec: &schemas(entries), config: "" }.stage(Stage::Normalized);
    let blocks = outline.split("\n\n").filter(|block| block.starts_with('#') && !block.contains(" /webhooks/"));
    let blocks = blocks.map(|block| block.trim_end().replace("/components/schemas/", ""));
    expected.assert_eq(&join(&blocks.collect::<Vec<_>>().join("\n"), &findings));
}

/// Checks what webhooks state, and the findings.
#[track_caller]
fn check_webhooks(fields: &str, expected: Expect) {
    let spec = format!("openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n{}", dedented(fields));
    let (outline, findings) = Input { spec: &spec, config: "" }.stage(Stage::Normalized);
    let webhooks = outline.split("\n\n#").next().unwrap_or_default();
    expected.assert_eq(&join(webhooks, &findings));
}

#[test]
fn types_and_null() {
    check_schemas(
        "
            One: {type: string}
            Several: {type: [string, integer, 'null']}
            Nullable: {type: string, nullable: true}
            OnlyNull: {type: 'null'}
            NullByConst: {const: null}
            NullInEnum: {enum: [a, null]}
        ",
        expect![[r##"
            #8 One
                type: string
            #9 Several
                type: string, integer
                nullable: true
            #10 Nullable
                type: string
                nullable: true
            #11 OnlyNull
                type: only null
            #12 NullByConst
                type: only null
            #13 NullInEnum
                nullable: true
                enum: "a"
        "##]],
    );
}

#[test]
fn values() {
    check_schemas(
        "
            Constant: {const: 1}
            Listed: {type: string, enum: [a, b, a]}
        ",
        expect![[r##"
            #4 Constant
                const: 1
            #5 Listed
                type: string
                enum: "a", "b"

            W0606: duplicate value in an `enum`
        "##]],
    );
}

#[test]
fn an_unknown_type_is_read_as_the_nearest() {
    check_schemas(
        "
            Unknown: {type: strin}
        ",
        expect![[r#"
            #3 Unknown
                type: string

            W0610: `strin` is not a type of JSON Schema
        "#]],
    );
}

#[test]
fn a_value_of_another_type_beats_the_type() {
    check_schemas(
        "
            Contradicted: {type: integer, enum: [1, b]}
        ",
        expect![[r##"
            #3 Contradicted
                enum: 1, "b"

            W0610: the value does not have the schema's type
        "##]],
    );
}

#[test]
fn objects() {
    check_schemas(
        "
            Pet:
              type: object
              required: [name]
              properties: {name: {type: string}}
              additionalProperties: {type: integer}
            Open: {additionalProperties: {}}
            Closed: {additionalProperties: false}
            Patterns: {patternProperties: {'^a': {type: string}}}
            Draft3: {type: object, properties: {name: {type: string, required: true}}}
        ",
        expect![[r#"
            #7 Pet
                type: object
                required: name
                properties: name #12
                additionalProperties: #13
            #8 Open
                additionalProperties: true
            #9 Closed
                additionalProperties: false
            #10 Patterns
                patternProperties: #14
            #11 Draft3
                type: object
                properties: name #15
            #12 Pet/properties/name
                type: string
            #13 Pet/additionalProperties
                type: integer
            #14 Patterns/patternProperties/^a
                type: string
            #15 Draft3/properties/name
                type: string

            W0603: `required` must be a list of names; a boolean has no effect here
        "#]],
    );
}

#[test]
fn arrays() {
    check_schemas(
        "
            List: {type: array, items: {type: string}, minItems: 1, maxItems: 3, uniqueItems: true}
            Tuple: {type: array, prefixItems: [{type: string}, {type: integer}], items: false}
        ",
        expect![[r#"
            #4 List
                type: array
                items: #6
                minItems: 1
                maxItems: 3
                /// minItems: 1
                /// maxItems: 3
                /// uniqueItems: true
            #5 Tuple
                type: array
                prefixItems: #7, #8
                items: false
            #6 List/items
                type: string
            #7 Tuple/prefixItems/0
                type: string
            #8 Tuple/prefixItems/1
                type: integer
        "#]],
    );
}

#[test]
fn combinations() {
    check_schemas(
        "
            All: {allOf: [{type: string}, {minLength: 1}]}
            One: {oneOf: [{$ref: '#/components/schemas/All'}, {type: 'null'}]}
            Any: {anyOf: [{type: string}, {type: integer}]}
            Beside: {$ref: '#/components/schemas/All', description: Beside a reference}
        ",
        expect![[r#"
            #6 All
                allOf: #10, #11
            #7 One
                oneOf: #12, #13
            #8 Any
                anyOf: #14, #15
            #9 Beside
                /// Beside a reference
                $ref: #6
            #10 All/allOf/0
                type: string
            #11 All/allOf/1
                /// minLength: 1
            #12 One/oneOf/0
                $ref: #6
            #13 One/oneOf/1
                type: only null
            #14 Any/anyOf/0
                type: string
            #15 Any/anyOf/1
                type: integer
        "#]],
    );
}

#[test]
fn discriminators() {
    check_schemas(
        "
            Mapped:
              oneOf: [{$ref: '#/components/schemas/Cat'}]
              discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: Cat}, defaultMapping: Cat}
            Base: {discriminator: {propertyName: kind}, properties: {kind: {type: string}}}
            Cat: {allOf: [{$ref: '#/components/schemas/Base'}]}
        ",
        expect![[r##"
            #5 Mapped
                oneOf: #8
                discriminator: kind, "cat" -> #Cat, "dog" -> Cat, otherwise -> "Cat"
            #6 Base
                properties: kind #9
                extended by: #7
                discriminator: kind
            #7 Cat
                allOf: #10
            #8 Mapped/oneOf/0
                $ref: #7
            #9 Base/properties/kind
                type: string
            #10 Cat/allOf/0
                $ref: #6
        "##]],
    );
}

#[test]
fn annotations_and_constraints() {
    check_schemas(
        r#"
            Pet:
              title: Pet
              description: "An animal\nof the house"
              deprecated: true
              examples: [{name: Rex}]
              example: {name: Tom}
              default: {}
              minProperties: 1
            Name: {type: string, pattern: '^[a-z]+$', minLength: 1}
            Size: {type: number, minimum: 0, exclusiveMaximum: 9.50}
        "#,
        expect![[r##"
            #5 Pet
                /// Pet
                /// An animal\nof the house
                deprecated: true
                examples: {"name":"Tom"}, {"name":"Rex"}
                /// default: {}
                /// minProperties: 1
            #6 Name
                type: string
                /// pattern: "^[a-z]+$"
                /// minLength: 1
            #7 Size
                type: number
                /// minimum: 0
                /// exclusiveMaximum: 9.50
        "##]],
    );
}

#[test]
fn rules_that_no_type_expresses() {
    check_schemas(
        "
            Not: {not: {type: string}}
            Conditional: {if: {required: [a]}, then: {required: [b]}, else: {required: [c]}}
            Never: false
        ",
        expect![[r#"
            #5 Not
            #6 Conditional
            #7 Never
                is: false

            W0603: `not` is not enforced
            W0603: `if` is not enforced
            W0603: `then` is not enforced
            W0603: `else` is not enforced
            W0603: the schema `false` is not enforced
        "#]],
    );
}

#[test]
fn keywords_without_a_rust_type() {
    check_schemas(
        "
            Dynamic: {$dynamicRef: '#thing'}
        ",
        expect![[r#"
            #3 Dynamic
                no Rust type for: $dynamicRef
        "#]],
    );
}

#[test]
fn unknown_keywords() {
    check_schemas(
        "
            Misspelt: {type: string, descripton: A text, x-ours: 1}
        ",
        expect![[r#"
            #3 Misspelt
                type: string

            W0602: unknown keyword `descripton` is ignored
        "#]],
    );
}

#[test]
fn keywords_with_a_wrong_value_are_ignored() {
    check_schemas(
        "
            A: {properties: []}
            B: {required: name}
            C: {allOf: []}
            D: {type: 7}
            E: {description: [a]}
            F: {nullable: maybe}
            G: {enum: []}
            H: 7
        ",
        expect![[r#"
            #10 A
                no Rust type for: a fault
            #11 B
            #12 C
            #13 D
                no Rust type for: a fault
            #14 E
            #15 F
            #16 G
                no Rust type for: a fault
            #17 H
                no Rust type for: a fault

            W0610: `properties` must be an object
            W0610: `required` must be a list of names
            W0610: `allOf` must be a list with at least one schema
            W0610: `type` must be a type name or a list of type names
            W0610: `description` must be a string
            W0610: `nullable` must be `true` or `false`
            W0610: `enum` must be a list with at least one value
            W0610: a schema must be an object, `true` or `false`
        "#]],
    );
}

#[test]
fn formats_and_encodings() {
    check_schemas(
        "
            At: {type: string, format: date-time}
            Bytes: {type: string, contentEncoding: base64}
            Hex: {type: string, contentEncoding: base16}
        ",
        expect![[r##"
            #5 At
                type: string
                format: date-time
            #6 Bytes
                type: string
                format: byte
            #7 Hex
                type: string
                /// contentEncoding: "base16"
        "##]],
    );
}

#[test]
fn a_schema_that_refers_to_itself_is_read_once() {
    check_schemas(
        "
            Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}}}
        ",
        expect![[r#"
            #3 Node
                type: object
                properties: next #4
            #4 Node/properties/next
                $ref: #3
        "#]],
    );
}

#[test]
fn a_webhook() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                post:
                  operationId: doorOpened
                  summary: A door
                  description: It was opened
                  deprecated: true
                  x-event: {name: door.opened, aliases: [a]}
                  requestBody: {content: {application/json: {schema: {type: object}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
                /// A door
                /// It was opened
                operationId: "doorOpened"
                deprecated: true
                x-event/name: "door.opened"
        "#]],
    );
}

#[test]
fn webhooks_of_openapi_3_0() {
    check_webhooks(
        "
            x-webhooks:
              door.opened: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
        "#]],
    );
}

#[test]
fn both_maps_side_by_side() {
    check_webhooks(
        "
            webhooks:
              door.opened: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
            x-webhooks:
              door.opened: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
              door.closed: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
            webhook "door.closed": #1
        "#]],
    );
}

#[test]
fn a_path_item_behind_a_reference() {
    check_webhooks(
        "
            webhooks:
              door.opened: {$ref: '#/components/pathItems/opened'}
            components:
              pathItems:
                opened: {post: {$ref: '#/components/operations/opened'}}
              operations:
                opened: {requestBody: {$ref: '#/components/requestBodies/opened'}}
              requestBodies:
                opened: {content: {application/json: {schema: {type: object}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
        "#]],
    );
}

#[test]
fn a_callback_with_its_expression() {
    check_webhooks(
        "
            webhooks:
              door.opened: {'{$request.body#/url}': {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
                sent to: "{$request.body#/url}"
        "#]],
    );
}

#[test]
fn several_methods() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                put: {requestBody: {content: {application/json: {schema: {type: object}}}}}
                post: {requestBody: {content: {application/json: {schema: {type: object}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0

            W0601: webhook `door.opened` is read from `post`; `put` is skipped
        "#]],
    );
}

#[test]
fn extensions_among_webhooks_are_skipped() {
    check_webhooks(
        "
            webhooks:
              x-note: {text: nothing}
              x-door: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            webhook "x-door": #0
        "#]],
    );
}

#[test]
fn json_media_types() {
    check_webhooks(
        "
            webhooks:
              a: {post: {requestBody: {content: {'application/json; charset=utf-8': {schema: {type: object}}}}}}
              b: {post: {requestBody: {content: {application/vnd.acme+json: {schema: {type: object}}}}}}
              c: {post: {requestBody: {content: {'*/*': {schema: {type: object}}}}}}
              d: {post: {requestBody: {content: {text/xml: {schema: {type: object}}, application/json: {schema: {type: array}}}}}}
              e: {post: {requestBody: {content: {text/xml: {schema: {type: object}}}}}}
              f: {post: {requestBody: {content: {application/json: {}}}}}
              g: {post: {}}
              h: {summary: none}
        ",
        expect![[r#"
            webhook "a": #0
            webhook "b": #1
            webhook "c": #2
            webhook "d": #3
            webhook "f": #4

            W0601: webhook `e` has no JSON body (content: text/xml)
            W0601: webhook `g` has no body
            W0601: webhook `h` has no operation
        "#]],
    );
}

#[test]
fn examples_of_the_media_type() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                post:
                  requestBody:
                    content:
                      application/json:
                        schema: {type: object, example: {of: schema}}
                        examples:
                          plain: {value: {a: 1}}
                          newer: {dataValue: {b: 2}}
                          shared: {$ref: '#/components/examples/shared'}
                          elsewhere: {externalValue: https://example.com}
            components:
              examples:
                shared: {value: {c: 3}}
        ",
        expect![[r#"
            webhook "door.opened": #0
                example plain {"a":1}
                example newer {"b":2}
                example shared {"c":3}
        "#]],
    );
}

#[test]
fn examples_in_a_list_or_as_json_text() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                post:
                  requestBody:
                    content:
                      application/json:
                        schema: {type: object}
                        example: '{\"a\": 1.50}'
                        examples: [{b: 2}, ' {not JSON']
        ",
        expect![[r#"
            webhook "door.opened": #0
                example {"a":1.5}
                example {"b":2}
                example " {not JSON"
        "#]],
    );
}

#[test]
fn examples_of_the_schema() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                post:
                  requestBody:
                    content: {application/json: {schema: {type: object, example: {a: 1}, examples: [{b: 2}]}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
                example {"a":1}
                example {"b":2}
        "#]],
    );
}

#[test]
fn documented_headers() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                parameters:
                  - {name: x-fixed, in: header, schema: {const: a}}
                  - {name: in-query, in: query, schema: {type: string}}
                post:
                  parameters:
                    - {name: x-listed, in: header, schema: {enum: [a, b]}}
                    - {name: x-example, in: header, example: c, schema: {type: string, default: d}}
                  responses: {'200': {headers: {x-signature: {}}}}
                  requestBody: {content: {application/json: {schema: {type: object}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
                header x-fixed = "a" in "a"
                header x-listed in "a", "b"
                header x-example = "c", "d"
                header x-signature
        "#]],
    );
}

#[test]
fn a_header_with_a_wrong_name_is_an_error() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                post:
                  parameters: [{name: 'no header', in: header}]
                  requestBody: {content: {application/json: {schema: {type: object}}}}
        ",
        expect![[r#"
            E0603: a header name has letters, digits and a few signs
        "#]],
    );
}

#[test]
fn unknown_fields() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                sumary: A door
                post: {opertionId: a, x-ours: 1, requestBody: {content: {application/json: {schema: {type: object}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0

            W0602: unknown field `sumary` is ignored
            W0602: unknown field `opertionId` is ignored
        "#]],
    );
}

#[test]
fn no_webhooks_is_an_error() {
    check_webhooks(
        "
            paths: {}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
}

#[test]
fn misspelt_webhooks_are_an_error() {
    check_webhooks(
        "
            webhook:
              door.opened: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
}

#[test]
fn a_reference_to_nothing_is_an_error() {
    check_webhooks(
        "
            webhooks:
              door.opened: {$ref: '#/components/pathItems/door'}
        ",
        expect![[r#"
            E0301: cannot resolve the reference `#/components/pathItems/door`
        "#]],
    );
}

/// Operations under `paths`, and what they send.
const PATHS: &str = "
    paths:
      /doors:
        post:
          tags: [Doors]
          requestBody: {content: {application/json: {schema: {type: object}}}}
          callbacks:
            onChange:
              '{$request.body#/url}': {post: {requestBody: {content: {application/json: {schema: {title: door}}}}}}
            onLoss:
              '{$request.body#/a}': {post: {requestBody: {content: {application/json: {schema: {title: key}}}}}}
              '{$request.body#/b}': {post: {requestBody: {content: {application/json: {schema: {title: card}}}}}}
      /windows/{id}:
        put:
          callbacks:
            onChange:
              '{$request.body#/url}': {post: {requestBody: {content: {application/json: {schema: {title: window}}}}}}
      /house/windows/{id}:
        patch:
          callbacks:
            OnChange:
              '{$request.body#/url}': {post: {requestBody: {content: {application/json: {schema: {title: window}}}}}}
      /events/door.opened:
        post:
          tags: [Sent]
          requestBody: {content: {application/json: {schema: {type: object}}}}
        put:
          tags: [Sent]
          requestBody: {content: {application/json: {schema: {type: object}}}}
        get: {tags: [Sent]}
";

#[test]
fn callbacks_without_webhooks() {
    check_places(
        "",
        expect![[r#"
        webhook "doorsOnChange": #0
            sent to: "{$request.body#/url}"
        webhook "windowsOnChange": #1
            sent to: "{$request.body#/url}"
        webhook "onLossA": #2
            sent to: "{$request.body#/a}"
        webhook "onLossB": #3
            sent to: "{$request.body#/b}"

        W0611: webhooks are read from `callbacks`
    "#]],
    );
}

/// Those under `webhooks` cannot be received.
#[test]
fn callbacks_beside_webhooks_without_json() {
    let spec = format!(
        "openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n\
         webhooks: {{form: {{post: {{requestBody: {{content: {{text/xml: {{}}}}}}}}}}}}\n{}",
        dedented(PATHS)
    );
    let (outline, findings) = Input { spec: &spec, config: "" }.stage(Stage::Normalized);
    assert_eq!(outline.lines().filter(|line| line.starts_with("webhook ")).count(), 4);
    expect![[r#"
        W0601: webhook `form` has no JSON body (content: text/xml)
        W0611: webhooks are read from `callbacks`
    "#]]
    .assert_eq(&findings);
}

#[test]
fn configured_places() {
    check_places(
        "callbacks = [\"onLoss\", \"onLos\"]\npaths = [\"/events/*\"]\ntags = [\"Sint\"]",
        expect![[r#"
        webhook "door.opened": #0
        webhook "onLossA": #1
            sent to: "{$request.body#/a}"
        webhook "onLossB": #2
            sent to: "{$request.body#/b}"

        W0704: unknown callback `onLos`
        W0704: unknown tag `Sint`
    "#]],
    );
    check_places(
        "tags = [\"Sent\"]",
        expect![[r#"
        webhook "door.opened": #0
    "#]],
    );
    check_places(
        "callbacks = false",
        expect![[r#"
        E0602: the description has no webhook with a JSON body
    "#]],
    );
}

/// Checks which webhooks [`PATHS`] has, and the findings.
#[track_caller]
fn check_places(config: &str, expected: Expect) {
    let spec = format!("openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n{}", dedented(PATHS));
    let config = format!("[webhooks]\n{config}\n");
    let (outline, findings) = Input { spec: &spec, config: &config }.stage(Stage::Normalized);
    let webhooks = outline.split("\n\n#").next().unwrap_or_default();
    expected.assert_eq(&join(webhooks, &findings));
}
