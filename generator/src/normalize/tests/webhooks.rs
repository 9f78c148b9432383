//! Webhooks, and the places that they are read from.

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
fn callbacks_beside_webhooks_are_counted() {
    let check = |config: &str, expected: Expect| {
        let webhooks = "webhooks: {a: {post: {requestBody: {content: {application/json: {schema: true}}}}}}";
        let elsewhere = "      /elsewhere: {post: {callbacks: {onMove: {$ref: 'missing.yaml#/callback'}}}}\n";
        let spec = format!(
            "openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n{webhooks}\n{}",
            dedented(&format!("{PATHS}{elsewhere}"))
        );
        expected.assert_eq(&Input { spec: &spec, config }.stage(Stage::Normalized).1);
    };
    check(
        "",
        expect![[r#"
        W0612: 5 webhooks under `callbacks` are not read
    "#]],
    );
    check(
        "[webhooks]\ntags = [\"Sent\"]",
        expect![[r#"
        W0612: 5 webhooks under `callbacks` are not read
    "#]],
    );
    check(
        "[webhooks]\ncallbacks = true",
        expect![[r#"
        E0301: `missing.yaml` cannot be read: the file does not exist
    "#]],
    );
    // Callbacks that are not wanted are not followed.
    check("[webhooks]\ncallbacks = false", expect![""]);
    check("[webhooks]\ncallbacks = [\"onLoss\"]", expect![""]);
    check(
        "[webhooks]\ncallbacks = [\"onMoves\"]",
        expect![[r#"
        W0704: unknown callback `onMoves`
    "#]],
    );
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

            W0612: 5 webhooks under `callbacks` are not read
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

/// Checks the lines that are offered if there are no webhooks, by the paths of a description.
#[track_caller]
fn check_likely(paths: &str, expected: Expect) {
    let indented: String = dedented(paths).lines().map(|line| format!("  {line}\n")).collect();
    check_offers(&format!("paths:\n{indented}"), expected);
}

#[track_caller]
fn check_offers(fields: &str, expected: Expect) {
    let spec = format!("openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n{}", dedented(fields));
    let (_, findings) = Input { spec: &spec, config: "" }.offers(Stage::Normalized);
    expected.assert_eq(&findings);
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

#[test]
fn paths_that_are_likely_received() {
    check_likely(
        "
            /doors: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /webhook: {get: {}, post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                paths = ["/webhook"]
        "#]],
    );
    check_likely(
        "
            /webhooks/acme: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /webhooks/door/{provider}: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /health: {get: {}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                paths = ["/webhooks/*"]
        "#]],
    );
    check_likely(
        "
            /opened: {post: {tags: [Door webhooks], requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /closed: {put: {tags: [Gate webhooks], requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /doors/event: {get: {tags: [Webhook setup]}, post: {tags: [Webhook setup], requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                tags = ["Door webhooks", "Gate webhooks"]
        "#]],
    );
}

#[test]
fn one_tag_is_offered_before_a_path() {
    check_likely(
        "
            /opened: {post: {tags: [Door webhooks], requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /webhook-events: {post: {tags: [Doors], requestBody: {content: {application/json: {schema: {type: object}}}}}, get: {tags: [Doors]}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                tags = ["Door webhooks"]
        "#]],
    );
}

#[test]
fn a_path_that_reads_more_is_offered_before_a_tag() {
    let of = |tag: &str| {
        format!(
            "{{post: {{tags: [{tag}], requestBody: {{content: {{application/json: {{schema: {{type: object}}}}}}}}}}}}"
        )
    };
    check_likely(
        &format!(
            "
            /webhooks/door: {}
            /webhooks/gate: {}
            /webhooks/lift: {}
            /health: {{get: {{}}}}
        ",
            of("Doors"),
            of("Gates"),
            of("Lift events")
        ),
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                paths = ["/webhooks/*"]
        "#]],
    );
}

#[test]
fn all_operations_of_a_description_that_is_called_webhooks() {
    let hook = "{post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}";
    let check = |paths: &str, expected: Expect| {
        let spec = format!("openapi: 3.1.0\ninfo: {{title: Acme webhooks, version: '1'}}\npaths: {paths}");
        let (_, findings) = Input { spec: &spec, config: "" }.offers(Stage::Normalized);
        expected.assert_eq(&findings);
    };
    check(
        &format!("{{/door.opened: {hook}, /door.closed: {hook}}}"),
        expect![[r#"
        E0602: the description has no webhook with a JSON body
            paths = ["/*"]
    "#]],
    );
    check(
        &format!("{{/notify: {hook}}}"),
        expect![[r#"
        E0602: the description has no webhook with a JSON body
            paths = ["/notify"]
    "#]],
    );
    check(
        &format!("{{/door.opened: {hook}, /doors: {{get: {{}}}}}}"),
        expect![[r#"
        E0602: the description has no webhook with a JSON body
    "#]],
    );
}

/// The address of a receiver in what a schema combines.
#[test]
fn what_manages_webhooks_is_shown() {
    let spec = "
        openapi: 3.1.0
        info: {title: Acme webhooks, version: '1'}
        paths:
          /webhooks:
            post:
              requestBody:
                content:
                  application/json:
                    schema: {oneOf: [{$ref: '#/components/schemas/CreateWebhook'}]}
        components:
          schemas:
            CreateWebhook: {allOf: [{$ref: '#/components/schemas/CreateWebhook'}, {properties: {url: {type: string}}}]}
    ";
    expect![[r#"
        error[E0602]: the description has no webhook with a JSON body
          |
        1 | openapi: 3.1.0
          | ^^^^^^^^^^^^^^
        ...
        5 |     post:
          |     ---- this operation seems to manage webhooks, and not to be one
          |
          = help: webhooks are listed under `webhooks` (before OpenAPI 3.1: `x-webhooks`), a map of path items
          = help: if some operations under `paths`, or schemas under `components`, describe what is sent, list their `paths`, `tags` or `schemas` in the table `[webhooks]` of codegen.toml
    "#]].assert_eq(&Input { spec, config: "" }.messages(Stage::Normalized));
}

/// What manages webhooks does not hide those that are received.
#[test]
fn received_webhooks_beside_others_are_offered() {
    let object = "post: {requestBody: {content: {application/json: {schema: {type: object}}}}}";
    let address = "post: {requestBody: {content: {application/json: {schema: {properties: {url: {}}}}}}}";
    check_likely(
        &format!(
            "
            /webhooks/orders: {{post: {{requestBody: {{content: {{application/json: {{schema: {{properties: {{order_status_url: {{}}, html_url: {{}}}}}}}}}}}}}}}}
            /webhooks/carts: {{{object}}}
            /webhooks/health: {{get: {{}}}}
        "
        ),
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                paths = ["/webhooks/*"]
        "#]],
    );
    // A pattern would also read what manages webhooks.
    check_likely(
        &format!(
            "
            /v1/webhooks: {{{address}, get: {{}}}}
            /v1/webhooks/test: {{{object}}}
            /v1/webhooks/{{id}}: {{{object}, get: {{}}}}
            /v1/webhooks/orders: {{{object}}}
            /v1/webhooks/carts: {{{object}}}
        "
        ),
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                paths = ["/v1/webhooks/orders", "/v1/webhooks/carts"]
        "#]],
    );
    check_likely(
        &format!(
            "
            /v1/webhooks/orders: {{{object}}}
            /v1/webhooks/carts: {{{object}}}
        "
        ),
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                paths = ["/v1/webhooks/*"]
        "#]],
    );
}

/// What can be offered has a JSON body, and is not a command; nothing is offered again if it is configured.
#[test]
fn paths_that_cannot_be_received_are_not_offered() {
    check_likely(
        "
            /event-notifications: {post: {requestBody: {content: {application/jwt: {schema: {type: string}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
    check_likely(
        "
            /item/webhook/update: {post: {requestBody: {content: {application/json: {schema: {properties: {webhook: {format: url}}}}}}}}
            /item/fire_webhook: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
    let spec = "openapi: 3.1.0\ninfo: {title: Acme, version: '1'}\npaths: {/a: {post: {tags: [Events], requestBody: {content: {text/xml: {}}}}}}";
    let (_, findings) = Input { spec, config: "[webhooks]\ntags = ['Events']" }.offers(Stage::Normalized);
    expect![[r#"
        W0601: webhook `a` has no JSON body (content: text/xml)
        E0602: the description has no webhook with a JSON body
    "#]]
    .assert_eq(&findings);
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

/// Checks the whole message about a description without webhooks.
#[track_caller]
fn check_no_webhooks(fields: &str, expected: Expect) {
    let spec = format!("openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n{}", dedented(fields));
    expected.assert_eq(&Input { spec: &spec, config: "" }.messages(Stage::Normalized));
}

#[test]
fn empty_maps_are_not_misspelled() {
    let hook = "post: {requestBody: {content: {application/json: {schema: {type: object}}}}}";
    check_no_webhooks(
        &format!("webhooks: []\npaths: {{/webhooks/orders: {{{hook}}}}}"),
        expect![[r#"
        error[E0602]: the description has no webhook with a JSON body
          |
        3 | webhooks: []
          | ^^^^^^^^
          |
          = help: webhooks are listed under `webhooks` (before OpenAPI 3.1: `x-webhooks`), a map of path items
          = help: if webhooks are described under `paths`, list them in codegen.toml, or their `tags`; `*` matches any text:
                  [webhooks]
                  paths = ["/webhooks/orders"]
    "#]],
    );
    check_no_webhooks(
        "
            webhooks: []
            x-webhooks: {door.opened: {post: {requestBody: {content: {application/xml: {}}}}}}
        ",
        expect![[r#"
            warning[W0601]: webhook `door.opened` has no JSON body (content: application/xml)
              |
            4 | x-webhooks: {door.opened: {post: {requestBody: {content: {application/xml: {}}}}}}
              |              ^^^^^^^^^^^ skipped

            error[E0602]: the description has no webhook with a JSON body
              |
            4 | x-webhooks: {door.opened: {post: {requestBody: {content: {application/xml: {}}}}}}
              | ^^^^^^^^^^
              |
              = help: only JSON bodies are received: a `requestBody` with `application/json`, or a type with `+json`
        "#]],
    );
}

#[test]
fn schemas_with_other_words_for_webhooks() {
    check_offers(
        "paths: {}\ncomponents: {schemas: {ebhookHook: {}, orderHook: {}}}",
        expect![[r#"
        E0602: the description has no webhook with a JSON body
            schemas = ["*Hook"]
    "#]],
    );
    check_offers(
        "paths: {}\ncomponents: {schemas: {Éebhook_hook: {}, order_hook: {}}}",
        expect![[r#"
        E0602: the description has no webhook with a JSON body
            schemas = ["*hook"]
    "#]],
    );
    check_offers(
        "paths: {}\ncomponents: {schemas: {ORDER_WEBHOOK: {}, ITEM_WEBHOOK: {}}}",
        expect![[r#"
        E0602: the description has no webhook with a JSON body
            schemas = ["*WEBHOOK"]
    "#]],
    );
}

#[test]
fn a_tag_of_which_some_operations_have_no_json() {
    check_offers(
        "
            paths:
              /door-opened:
                post: {tags: [Webhooks], requestBody: {content: {application/json: {schema: {type: object}}}}}
              /door-closed: {post: {tags: [Webhooks], requestBody: {content: {application/xml: {}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                tags = ["Webhooks"]
        "#]],
    );
}

#[test]
fn a_misspelled_media_type_under_paths() {
    check_offers(
        "
            paths:
              /webhooks/orders: {post: {requestBody: {content: {application.json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                paths = ["/webhooks/orders"]
        "#]],
    );
}

/// Some describe only the bodies.
#[test]
fn schemas_that_are_bodies_of_webhooks() {
    let spec = "openapi: 3.1.0
info: {title: Acme, version: '1'}
paths: {/doors: {get: {}}}
components:
  schemas:
    Door: {type: object}
    CreateWebhook: {type: object, properties: {url: {type: string}}}
    DoorOpenedWebhook: {description: A door, type: object, properties: {door: {$ref: '#/components/schemas/Door'}}}
    DoorClosedWebhook: {allOf: [{$ref: '#/components/schemas/DoorOpenedWebhook'}]}
";
    let (_, findings) = Input { spec, config: "" }.offers(Stage::Normalized);
    expect![[r#"
        E0602: the description has no webhook with a JSON body
            schemas = ["DoorOpenedWebhook", "DoorClosedWebhook"]
    "#]]
    .assert_eq(&findings);
    let config = "[webhooks]\nschemas = ['Door*Webhook', 'Gate*']";
    let (outline, findings) = Input { spec, config }.stage(Stage::Normalized);
    expect![[r#"
        webhook "Opened": #0
            /// A door
        webhook "Closed": #3

        #0 /components/schemas/DoorOpenedWebhook
            /// A door
            type: object
            properties: door #1

        #1 /components/schemas/DoorOpenedWebhook/properties/door
            $ref: #2

        #2 /components/schemas/Door
            type: object

        #3 /components/schemas/DoorClosedWebhook
            allOf: #4

        #4 /components/schemas/DoorClosedWebhook/allOf/0
            $ref: #0

        W0704: unknown schema `Gate*`
    "#]]
    .assert_eq(&join(&outline, &findings));
}

#[test]
fn an_empty_map_of_webhooks_beside_paths() {
    check_offers(
        "
            webhooks: {}
            paths:
              /webhooks/orders: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
                paths = ["/webhooks/orders"]
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

#[test]
fn paths_that_manage_webhooks_are_not_offered() {
    for (path, member) in
        [("/v1/webhooks", "target_url"), ("/api/webhooks/add", "target_url"), ("/webhooks", "callbackUrl")]
    {
        check_likely(
            &format!(
                "{path}: {{post: {{requestBody: {{content: {{application/json: {{schema: {{properties: {{{member}: {{}}}}}}}}}}}}}}}}"
            ),
            expect![[r#"
                E0602: the description has no webhook with a JSON body
            "#]],
        );
    }
    check_likely(
        "
            /webhooks: {get: {}, post: {requestBody: {content: {application/json: {schema: {properties: {url: {}}}}}}}}
            /webhooks/{id}: {delete: {}, post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /webhooks/test: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
    check_likely(
        "
            /webhook:
              post: {requestBody: {content: {application/json: {schema: {type: object}}}}}
              delete: {}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
    check_likely(
        "
            /webhooks: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /webhooks/{id}:
              get: {}
              put: {requestBody: {content: {application/json: {schema: {type: object}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
    check_likely(
        "
            /webhooks/add: {post: {requestBody: {content: {application/json: {schema: {properties: {target_url: {type: string}}}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
    check_likely(
        "
            /webhooks/{id}/verify: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
    check_likely(
        "
            /events/paged: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
            /events/all: {get: {}}
        ",
        expect![[r#"
            E0602: the description has no webhook with a JSON body
        "#]],
    );
    check_likely(
        "/doors: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}",
        expect![[r#"
        E0602: the description has no webhook with a JSON body
    "#]],
    );
}
