//! Descriptions without webhooks, and what is offered for them.

use expect_test::{Expect, expect};

use crate::Stage;
use crate::testing::{Input, dedented};

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
