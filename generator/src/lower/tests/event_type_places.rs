//! Where deliveries state their event type.

use expect_test::expect;

use super::{check_event_types, check_lowered};
use crate::Stage;
use crate::testing::{Input, VERIFIER, description, webhooks};

#[test]
fn a_constant_at_the_top_of_each_body() {
    check_event_types(
        "
            opened: {body: {type: {const: door.opened}, id: {type: string}}}
            closed: {body: {type: {const: door.closed}, id: {type: string}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "opened" is "door.opened": door.opened
            webhook "closed" is "door.closed": door.closed
        "#]],
    );
}

#[test]
fn of_several_members_the_one_with_a_usual_name() {
    check_event_types(
        "
            opened: {body: {kind: {const: door.opened}, event: {const: door.opened}}}
            closed: {body: {kind: {const: door.closed}, event: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            event type in /event
            webhook "opened" is "door.opened": door.opened
            webhook "closed" is "door.closed": door.closed
        "#]],
    );
}

#[test]
fn a_member_below_the_top() {
    check_event_types(
        "
            opened: {body: {meta: {type: object, properties: {type: {const: door.opened}}}}}
            closed: {body: {meta: {type: object, properties: {type: {const: door.closed}}}}}
        ",
        "",
        expect![[r#"
            event type in /meta/type
            webhook "opened" is "door.opened": door.opened
            webhook "closed" is "door.closed": door.closed

            W0708: the body states the event type at `/meta/type`
        "#]],
    );
}

#[test]
fn members_where_bodies_differ() {
    check_event_types(
        "
            opened: {body: {type: {const: door.opened}}}
            closed: {body: {event: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            event type in /type or /event
            webhook "opened" is "door.opened": door.opened
            webhook "closed" is "door.closed": door.closed
        "#]],
    );
}

#[test]
fn a_member_that_another_one_completes() {
    check_event_types(
        "
            doorOpened: {body: {type: {const: door}, action: {const: opened}}}
            doorClosed: {body: {type: {const: door}, action: {const: closed}}}
            gateOpened: {body: {type: {const: gate}, action: {const: opened}}}
        ",
        "",
        expect![[r#"
            event type in /type, completed by /action
            webhook "doorOpened" is "door.opened": door.opened
            webhook "doorClosed" is "door.closed": door.closed
            webhook "gateOpened" is "gate.opened": gate.opened

            W0708: the body states the event type at `/type`, completed at `/action`
        "#]],
    );
}

#[test]
fn a_header_that_all_webhooks_document() {
    check_event_types(
        "
            doorOpened: {parameters: [{name: x-event-type, in: header, schema: {const: door.opened}}], body: {id: {type: string}}}
            doorClosed: {parameters: [{name: x-event-type, in: header, schema: {const: door.closed}}], body: {id: {type: string}}}
        ",
        "",
        expect![[r#"
            event type in header x-event-type
            webhook "doorOpened" is "door.opened", header "door.opened": door.opened
            webhook "doorClosed" is "door.closed", header "door.closed": door.closed

            W0708: the header `x-event-type` states the event type
        "#]],
    );
}

#[test]
fn a_header_that_a_member_completes() {
    check_event_types(
        "
            doorOpened: {parameters: [{name: x-github-event, in: header, schema: {const: door}}], body: {action: {const: opened}}}
            doorClosed: {parameters: [{name: x-github-event, in: header, schema: {const: door}}], body: {action: {const: closed}}}
            gateOpened: {parameters: [{name: x-github-event, in: header, schema: {const: gate}}], body: {action: {const: opened}}}
        ",
        "",
        expect![[r#"
            event type in header x-github-event, completed by /action
            webhook "doorOpened" is "door.opened", header "door": door.opened
            webhook "doorClosed" is "door.closed", header "door": door.closed
            webhook "gateOpened" is "gate.opened", header "gate": gate.opened

            W0708: the header `x-github-event` states the event type, completed by the body at `/action`
        "#]],
    );
}

#[test]
fn one_webhook_that_states_nothing_has_an_address() {
    check_event_types(
        "
            opened: {body: {id: {type: string}}}
        ",
        "",
        expect![[r#"
            event type in the address
            webhook "opened": opened

            W0708: there is only one webhook, so every delivery is decoded as it
        "#]],
    );
}

#[test]
fn the_example_of_an_only_webhook_is_one_of_many_event_types() {
    check_event_types(
        "
            changes: {body: {event: {type: string, example: door.opened}}}
        ",
        "",
        expect![[r#"
            event type in the address
            webhook "changes": changes

            W0708: there is only one webhook, so every delivery is decoded as it
        "#]],
    );
    check_event_types(
        "
            doorOpened: {body: {event: {type: string, example: door.opened}}}
        ",
        "",
        expect![[r#"
            event type in /event
            webhook "doorOpened" is "door.opened": door.opened
        "#]],
    );
}

#[test]
fn several_webhooks_that_state_nothing_are_an_error() {
    check_event_types(
        "
            opened: {body: {id: {type: string}}}
            closed: {body: {id: {type: string}}}
        ",
        "",
        expect![[r#"
            E0701: cannot determine where a delivery states its event type
        "#]],
    );
}

#[test]
fn a_configured_member() {
    check_event_types(
        "
            door.opened: {body: {type: {const: event}, name: {type: string}}}
            door.closed: {body: {type: {const: event}, name: {type: string}}}
        ",
        r#"
            [event-type]
            pointer = "/name"
        "#,
        expect![[r#"
            event type in /name
            webhook "door.opened": door.opened
            webhook "door.closed": door.closed
        "#]],
    );
}

#[test]
fn a_configured_member_that_some_bodies_do_not_declare() {
    check_event_types(
        "
            door.opened: {body: {type: {type: string}}}
            door.closed: {body: {name: {type: string}}}
            door.locked: {body: {type: {type: string}}}
        ",
        r#"
            [event-type]
            pointer = "/name"
        "#,
        expect![[r#"
            event type in /name
            webhook "door.opened": door.opened
            webhook "door.closed": door.closed
            webhook "door.locked": door.locked

            W0702: the bodies of 2 webhooks do not declare `/name`
        "#]],
    );
}

#[test]
fn a_configured_member_that_no_body_declares() {
    let config = r#"
        [event-type]
        pointer = "/type"
    "#;
    check_event_types(
        "
            door.opened: {body: {kind: {const: door.opened}}}
            door.closed: {body: {kind: {const: door.closed}}}
        ",
        config,
        expect![[r#"
            E0701: no body declares `/type`, which states the event type
        "#]],
    );
    check_event_types(
        "
            door.opened: {body: {id: {type: string}}}
            door.closed: {body: {id: {type: string}}}
        ",
        config,
        expect![[r#"
            E0701: no body declares `/type`, which states the event type
        "#]],
    );
    // Bodies without any string do not contradict it.
    check_event_types(
        "
            door.opened: {body: {count: {type: integer}}}
            door.closed: {body: {}}
        ",
        config,
        expect![[r#"
            event type in /type
            webhook "door.opened": door.opened
            webhook "door.closed": door.closed

            W0702: the bodies of 2 webhooks do not declare `/type`
        "#]],
    );
}

#[test]
fn a_configured_header() {
    check_event_types(
        "
            door.opened: {body: {id: {type: string}}}
            door.closed: {body: {id: {type: string}}}
        ",
        r#"
            [event-type]
            header = "x-event"
        "#,
        expect![[r#"
            event type in header x-event
            webhook "door.opened", header "door.opened": door.opened
            webhook "door.closed", header "door.closed": door.closed
        "#]],
    );
}

#[test]
fn a_configured_address() {
    check_event_types(
        "
            opened: {body: {id: {type: string}}}
            closed: {body: {id: {type: string}}}
        ",
        "
            [event-type]
            address = true
        ",
        expect![[r#"
            event type in the address
            webhook "opened": opened
            webhook "closed": closed
        "#]],
    );
}

#[test]
fn a_configured_completion() {
    check_event_types(
        "
            doorOpened: {body: {type: {const: door}, action: {const: opened}}}
            doorClosed: {body: {type: {const: door}, action: {const: closed}}}
        ",
        r#"
            [event-type]
            pointer = "/type"
            completed-by = "/action"
        "#,
        expect![[r#"
            event type in /type, completed by /action
            webhook "doorOpened" is "door.opened": door.opened
            webhook "doorClosed" is "door.closed": door.closed
        "#]],
    );
}

#[test]
fn another_separator() {
    check_event_types(
        "
            opened: {body: {type: {const: door/opened}}}
            closed: {body: {type: {const: door/closed}}}
        ",
        r#"
            [event-type]
            separator = "/"
        "#,
        expect![[r#"
            event type in /type
            webhook "opened" is "door/opened": door/opened
            webhook "closed" is "door/closed": door/closed
        "#]],
    );
}

#[test]
fn a_header_that_says_nothing_gives_way_to_the_body() {
    let header = "parameters: [{name: x-event-type, in: header, schema: {type: string}}]";
    check_event_types(
        &format!(
            "
                DoorOpened: {{{header}, body: {{meta: {{type: object, properties: {{type: {{const: door.opened}}}}}}}}}}
                DoorClosed: {{{header}, body: {{meta: {{type: object, properties: {{type: {{const: door.closed}}}}}}}}}}
            "
        ),
        "",
        expect![[r#"
            event type in /meta/type
            webhook "DoorOpened" is "door.opened": door.opened
            webhook "DoorClosed" is "door.closed": door.closed

            W0708: the body states the event type at `/meta/type`
        "#]],
    );
}

#[test]
fn a_constant_that_several_bodies_share_is_no_event_type() {
    let door = "door: {type: object, properties: {type: {enum: [DOOR]}, id: {type: string}}}";
    check_event_types(
        &format!(
            "
                DoorOpened: {{body: {{{door}, at: {{type: string}}}}}}
                DoorClosed: {{body: {{{door}, by: {{type: string}}}}}}
            "
        ),
        "",
        expect![[r#"
            E0701: cannot determine where a delivery states its event type
        "#]],
    );
}

#[test]
fn values_that_divide_the_webhooks() {
    check_event_types(
        "
            photoReady: {body: {state: {enum: [done, failed]}}}
            clippedVideo: {body: {state: {enum: [clipped_video_done]}}}
        ",
        "",
        expect![[r#"
            event type in /state
            webhook "photoReady" is "done": done
            webhook "photoReady" is "failed": failed
            webhook "clippedVideo" is "clipped_video_done": clipped_video_done

            W0708: the values at `/state` of the bodies are different for each webhook
        "#]],
    );
}

#[test]
fn a_place_where_other_webhooks_have_other_lists_is_not_the_event_type() {
    check_event_types(
        "
            DoorOpened: {body: {eventType: {const: DOOR_OPENED}}}
            DoorClosed: {body: {eventType: {const: DOOR_CLOSED}}}
            KeyLost: {body: {type: {enum: [METAL, CARD]}}}
        ",
        "",
        expect![[r#"
            event type in /eventType
            webhook "DoorOpened" is "DOOR_OPENED": DOOR_OPENED
            webhook "DoorClosed" is "DOOR_CLOSED": DOOR_CLOSED

            W0710: cannot determine the event type of webhook `KeyLost`, which is left out
        "#]],
    );
}

#[test]
fn callbacks_to_one_address_are_not_told_apart_by_it() {
    let callback = |member: &str| {
        format!(
            "{{'{{$request.body#/url}}': {{post: {{requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{{member}: {{type: string}}}}}}}}}}}}}}}}}}"
        )
    };
    check_lowered(
        &format!(
            "
                webhooks:
                  opened: {}
                  closed: {}
            ",
            callback("at"),
            callback("by")
        ),
        expect![[r#"
            E0701: cannot determine where a delivery states its event type
        "#]],
    );
}

/// Like callbacks with addresses of their own.
#[test]
fn webhooks_with_paths_of_their_own() {
    let at = |path: &str, body: &str| {
        format!(
            "{path}: {{post: {{tags: [Webhook events], requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{{body}}}}}}}}}}}}}}}"
        )
    };
    let opened = at("/door-opened", "at: {type: string}");
    let closed = at("/door-closed", "by: {type: string}");
    check_lowered(
        &format!("paths:\n  {opened}\n  {closed}"),
        expect![[r#"
        event type in the address
        webhook "door-opened": door-opened
        webhook "door-closed": door-closed

        W0611: webhooks are read from `paths`, by `Webhook events`
        W0708: no body states the event type, and each webhook has its own path
    "#]],
    );
    // What bodies may state comes first.
    let [opened, closed] = ["/door-opened", "/door-closed"].map(|path| at(path, "eventType: {type: string}"));
    check_lowered(
        &format!("paths:\n  {opened}\n  {closed}"),
        expect![[r#"
        W0611: webhooks are read from `paths`, by `Webhook events`
        W0708: the body states the event type at `/eventType`
        E0701: cannot determine the event type of webhook `door-opened`
        E0701: cannot determine the event type of webhook `door-closed`
    "#]],
    );
}

/// What the description has that may be the answer is offered, and nothing that cannot be.
/// A webhook with a member and a header that may state its event type, and a member that does not.
fn with_kind(key: &str, fields: &str, kind: &str) -> String {
    let header = "{name: X-Kind, in: header, schema: {enum: [a, b]}}";
    format!("{key}: {{{fields}parameters: [{header}], body: {{kind: {{{kind}}}, status: {{enum: [new, old]}}}}}}\n")
}

#[test]
fn what_may_state_event_types_is_offered() {
    let entries = [("one", "const: k1"), ("two", "type: string"), ("three", "type: string")];
    let spec = description(&webhooks(&entries.map(|(key, kind)| with_kind(key, "", kind)).concat()), "");
    let (_, findings) = Input { spec: &spec, config: VERIFIER }.offers(Stage::Ir);
    expect![[r#"
        E0701: cannot determine where a delivery states its event type
            pointer = "/kind"
            header = "x-kind"
            address = true
    "#]]
    .assert_eq(&findings);
}

/// A path of the description is not an address of the receiver: what may state the event type is a question.
#[test]
fn paths_of_their_own_beside_what_may_state_event_types() {
    let entries = [("/one", "const: k1"), ("/two", "type: string")];
    let entries = entries.map(|(path, kind)| with_kind(path, "tags: [Webhook events], ", kind)).concat();
    let spec = description(&webhooks(&entries), "").replacen("webhooks:", "paths:", 1);
    let (_, findings) = Input { spec: &spec, config: VERIFIER }.offers(Stage::Ir);
    expect![[r#"
        W0611: webhooks are read from `paths`, by `Webhook events`
            tags = ["Webhook events"]
        E0701: cannot determine where a delivery states its event type
            pointer = "/kind"
            header = "x-kind"
            address = true
    "#]]
    .assert_eq(&findings);
}

#[test]
fn a_header_of_a_path_item_and_its_operation_is_offered_once() {
    let header = "parameters: [{name: X-Kind, in: header, schema: {enum: [a, b]}}]";
    let hook = |key: &str| {
        format!("{key}: {{{header}, post: {{{header}, requestBody: {{content: {{application/json: {{}}}}}}}}}}")
    };
    let spec =
        format!("openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\nwebhooks:\n  {}\n  {}", hook("one"), hook("two"));
    let (_, findings) = Input { spec: &spec, config: VERIFIER }.offers(Stage::Ir);
    expect![[r#"
        E0701: cannot determine where a delivery states its event type
            header = "x-kind"
            address = true
    "#]]
    .assert_eq(&findings);
}

#[test]
fn endpoints_instead_of_a_member() {
    let spec = description(
        &webhooks("{one: {body: {id: {type: string}}}, a.two: {body: {id: {}, type: {}}}, three: {body: {id: {}}}}"),
        "",
    );
    for (location, replaced) in [
        ("pointer = '/type'", "instead of `pointer`:"),
        ("pointer = '/type'\ncompleted-by = '/id'", "instead of `pointer` and `completed-by`:"),
    ] {
        let config = format!("{VERIFIER}\n[event-type]\n{location}\n");
        let messages = Input { spec: &spec, config: &config }.messages(Stage::Ir);
        assert!(messages.contains(replaced), "{messages}");
    }
}

#[test]
fn an_only_webhook_whose_event_types_may_be_those_of_alternatives_within() {
    let spec = description(
        &webhooks(
            "
            happened:
              body:
                event:
                  oneOf:
                    - {type: object, properties: {type: {const: DoorOpened}}}
                    - {type: object, properties: {type: {const: DoorClosed}}}
        ",
        ),
        "",
    );
    expect![[r#"
        warning[W0708]: there is only one webhook, so every delivery is decoded as it
          |
        4 |     happened:
          |     ^^^^^^^^ if the values at `/event/type` are its event types, set `pointer` instead of `address`
          |
          = help: set it in codegen.toml (`--config`):
                  [event-type]
                  address = true

        note[W0707]: webhook `happened` has no example, and its properties have none
          |
        4 |     happened:
          |     ^^^^^^^^ its fixture has made-up values
    "#]]
    .assert_eq(&Input { spec: &spec, config: VERIFIER }.messages(Stage::Ir));
}
