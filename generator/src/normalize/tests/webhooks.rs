//! What webhooks state.

use expect_test::{Expect, expect};

use crate::Stage;
use crate::testing::{Input, dedented, join};

/// Checks what webhooks state, and the findings.
#[track_caller]
fn check_webhooks(fields: &str, expected: Expect) {
    let spec = format!("openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n{}", dedented(fields));
    let (outline, findings) = Input { spec: &spec, config: "" }.stage(Stage::Normalized);
    let webhooks = outline.split("\n\n#").next().unwrap_or_default();
    expected.assert_eq(&join(webhooks, &findings));
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
fn a_header_with_a_wrong_name_is_skipped() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                post:
                  parameters: [{name: 'no header', in: header}]
                  requestBody: {content: {application/json: {schema: {type: object}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0

            W0601: a header name has letters, digits and a few signs
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

#[test]
fn a_text_beside_webhooks() {
    check_webhooks(
        "
            x-webhooks:
              description: All deliveries are signed.
              door.opened: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
        "#]],
    );
}

#[test]
fn at_most_five_media_types_are_shown() {
    check_webhooks(
        "
            webhooks:
              a: {post: {requestBody: {content: {text/a: {}, text/b: {}, text/c: {}, text/d: {}, text/e: {}, text/f: {}, text/g: {}}}}}
              b: {post: {requestBody: {content: {application/json: {}}}}}
        ",
        expect![[r#"
            webhook "b": #0

            W0601: webhook `a` has no JSON body (content: text/a, text/b, text/c, text/d, text/e and 2 others)
        "#]],
    );
}

#[test]
fn a_misspelled_media_type() {
    check_webhooks(
        "
            webhooks:
              door.opened: {post: {requestBody: {content: {application.json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0

            W0602: unknown media type `application.json`
        "#]],
    );
}

#[test]
fn names_by_the_segments_of_paths() {
    check_webhooks(
        "
            paths:
              /events/door/open: {post: {tags: [Webhook receiver], requestBody: {content: {application/json: {schema: {type: object}}}}}}
              /events/gate/open: {post: {tags: [Webhook receiver], requestBody: {content: {application/json: {schema: {type: array}}}}}}
        ",
        expect![[r#"
            webhook "doorOpen": #0
            webhook "gateOpen": #1

            W0611: webhooks are read from `paths`, by `Webhook receiver`
        "#]],
    );
}

/// Some list event types, or describe payloads in a form of their own. This costs only what is described so.
#[test]
fn what_is_not_a_path_item_is_skipped() {
    let hook = "post: {requestBody: {content: {application/json: {schema: {type: object}}}}}";
    check_webhooks(
        &format!(
            "
            x-webhooks:
              description: What is sent
              events: [door.opened, door.closed]
              count: 2
              door.opened: {{{hook}}}
              door.closed: {{httpMethod: POST, payload: {{$ref: '#/components/schemas/Closed'}}}}
            components: {{schemas: {{Closed: {{type: object}}}}}}
        "
        ),
        expect![[r#"
            webhook "door.opened": #0

            W0601: `events` is a list, not a webhook
            W0601: `count` is a number, not a webhook
            W0601: webhook `door.closed` has no operation
        "#]],
    );
}

#[test]
fn webhooks_that_are_not_a_map() {
    check_webhooks(
        "webhooks: [door.opened]",
        expect![[r#"
        E0603: `webhooks` is a list; it must be a map of path items
    "#]],
    );
    // Some tools write an empty map so.
    check_webhooks(
        "webhooks: []",
        expect![[r#"
        E0602: the description has no webhook with a JSON body
    "#]],
    );
}

#[test]
fn maps_behind_references() {
    check_webhooks(
        "
            webhooks: {$ref: '#/x-hooks'}
            x-hooks:
              door.opened: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0
        "#]],
    );
    check_webhooks(
        "
            paths: {$ref: '#/x-paths'}
            x-paths:
              /webhook-events/door.opened: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            webhook "door.opened": #0

            W0611: webhooks are read from `paths`, by `/webhook-events/*`
        "#]],
    );
}

#[test]
fn members_beside_a_reference_to_a_map() {
    let hook = "post: {requestBody: {content: {application/json: {schema: {type: object}}}}}";
    check_webhooks(
        &format!(
            "
            webhooks:
              $ref: '#/x-hooks'
              door.closed: {{{hook}}}
            x-hooks: {{door.opened: {{{hook}}}}}
        "
        ),
        expect![[r#"
            webhook "door.opened": #0
            webhook "door.closed": #1
        "#]],
    );
    check_webhooks(
        &format!(
            "
            paths:
              $ref: '#/x-paths'
              /webhook-events/door.closed: {{{hook}}}
            x-paths: {{/webhook-events/door.opened: {{{hook}}}}}
        "
        ),
        expect![[r#"
            webhook "door.opened": #0
            webhook "door.closed": #1

            W0611: webhooks are read from `paths`, by `/webhook-events/*`
        "#]],
    );
}

/// One good address of a callback does not hide the others.
#[test]
fn an_address_without_an_operation() {
    check_webhooks(
        "
            webhooks:
              door.opened:
                '{$request.body#/a}': {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
                '{$request.body#/b}': {$ref: '#/x-item'}
            x-item: {pots: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            webhook "doorOpenedA": #0
                sent to: "{$request.body#/a}"

            W0601: webhook `doorOpenedB` has no operation
        "#]],
    );
}

/// An operation that is sent an address is not received, whatever its tag says.
#[test]
fn a_tag_of_an_operation_that_registers_receivers() {
    check_webhooks(
        "
            paths:
              /receivers: {post: {tags: [Webhook receivers], requestBody: {content: {application/json: {schema: {properties: {url: {type: string}}}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
}
