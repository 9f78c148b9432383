//! Webhooks in other places than the map of webhooks.

use expect_test::{Expect, expect};

use crate::Stage;
use crate::testing::{Input, dedented, join};

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
