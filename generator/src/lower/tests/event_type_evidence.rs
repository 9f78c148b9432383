//! The event types of webhooks, from names, examples and texts.

use expect_test::expect;

use super::{NO_EXAMPLE, check_description, check_event_types, check_offers, sharing};
use crate::Stage;
use crate::testing::{Input, VERIFIER, description, join, webhooks};

#[test]
fn configured_names_win() {
    check_event_types(
        "
            opened: {body: {type: {const: door.opened}}}
            closed: {body: {type: {const: door.closed}}}
        ",
        r#"
            [event-type.names]
            opened = "door.unlocked"
        "#,
        expect![[r#"
            event type in /type
            webhook "opened" is "door.unlocked": door.unlocked
            webhook "closed" is "door.closed": door.closed

            W0701: webhook `opened` is decoded as `door.unlocked`, although a constant says `door.opened`
        "#]],
    );
}

#[test]
fn configured_keys_that_are_event_types_of_any_form() {
    check_event_types(
        "
            opened: {body: {type: {type: string}}}
            closed: {body: {type: {type: string}}}
        ",
        r#"
            [event-type]
            pointer = "/type"
            from-keys = true
        "#,
        expect![[r#"
            event type in /type
            webhook "opened": opened
            webhook "closed": closed
        "#]],
    );
}

#[test]
fn keys_that_have_the_form_of_an_event_type() {
    check_event_types(
        "
            door.opened: {body: {type: {type: string}}}
            door.closed: {body: {type: {type: string}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "door.opened": door.opened
            webhook "door.closed": door.closed

            W0708: the body states the event type at `/type`
        "#]],
    );
}

#[test]
fn a_key_among_keys_that_are_event_types() {
    check_event_types(
        "
            opened: {body: {type: {const: opened}}}
            closed: {body: {type: {const: closed}}}
            knocked: {body: {type: {type: string}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "opened": opened
            webhook "closed": closed
            webhook "knocked": knocked
        "#]],
    );
}

#[test]
fn examples_of_the_member() {
    check_event_types(
        "
            opened: {body: {type: {type: string, example: door.opened}}}
            closed: {body: {type: {type: string, example: door.closed}}}
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
fn an_operation_id_that_is_an_event_type() {
    check_event_types(
        "
            opened: {operationId: door.opened, body: {type: {type: string}}}
            closed: {operationId: door.closed, body: {type: {type: string}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "opened" is "door.opened": door.opened
            webhook "closed" is "door.closed": door.closed

            W0708: the body states the event type at `/type`
        "#]],
    );
}

#[test]
fn a_template_matches_any_segment() {
    check_event_types(
        "
            doors: {body: {type: {const: 'door.{state}'}}}
            gates: {body: {type: {const: gate.opened}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "doors" is "door.{state}": "door.{state}"
            webhook "gates" is "gate.opened": gate.opened

            W0708: `door.{state}` is a template: `{…}` matches any segment
        "#]],
    );
}

#[test]
fn weaker_evidence_that_disagrees_is_a_warning() {
    check_event_types(
        "
            door.opened: {body: {type: {const: door.unlocked}}}
            door.closed: {body: {type: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "door.opened" is "door.unlocked": door.unlocked
            webhook "door.closed": door.closed

            W0701: webhook `door.opened` is decoded as `door.unlocked`, although the key says `door.opened`
        "#]],
    );
}

#[test]
fn an_example_wins_over_an_operation_id() {
    check_event_types(
        "
            opened: {operationId: window.opened, body: {type: {type: string, example: door.opened}}}
            closed: {body: {type: {type: string, example: door.closed}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "opened" is "door.opened": door.opened
            webhook "closed" is "door.closed": door.closed

            W0701: webhook `opened` is decoded as `door.opened`, although `operationId` says `window.opened`
        "#]],
    );
}

#[test]
fn two_webhooks_with_one_event_type_are_an_error() {
    check_event_types(
        "
            opened: {body: {type: {const: door.opened}}}
            unlocked: {body: {type: {const: door.opened}}}
            closed: {body: {type: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            E0703: 2 webhooks claim the event type `door.opened`
        "#]],
    );
}

#[test]
fn a_deprecated_webhook_yields_to_the_one_with_its_event_type() {
    check_event_types(
        "
            opened: {deprecated: true, body: {type: {const: door.opened}}}
            unlocked: {body: {type: {const: door.opened}}}
            closed: {body: {type: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "unlocked" is "door.opened": door.opened
            webhook "closed" is "door.closed": door.closed

            W0601: webhook `opened` is deprecated, and left out: `unlocked` has its event type, `door.opened`
        "#]],
    );
    // The keys are usual, but its own example states what another webhook lists.
    check_event_types(
        "
            DOOR_OPENED: {body: {type: {type: string, example: DOOR_OPENED}}}
            DOOR_CLOSED: {body: {type: {type: string, example: DOOR_CLOSED}}}
            DOOR_LOCKED: {body: {type: {type: string, example: DOOR_LOCKED}}}
            DOOR_PAINTED: {deprecated: true, example: {type: door.painted}, body: {type: {type: string}}}
            DOOR_LOOK: {body: {type: {enum: [door.painted, door.cleaned]}}}
        ",
        "[event-type]\npointer = \"/type\"",
        expect![[r#"
            event type in /type
            webhook "DOOR_OPENED": DOOR_OPENED
            webhook "DOOR_CLOSED": DOOR_CLOSED
            webhook "DOOR_LOCKED": DOOR_LOCKED
            webhook "DOOR_LOOK" is "door.painted": door.painted
            webhook "DOOR_LOOK" is "door.cleaned": door.cleaned

            W0601: webhook `DOOR_PAINTED` is deprecated, and left out: `DOOR_LOOK` has its event type, `door.painted`
        "#]],
    );
    // Two that are deprecated are as unclear as two that are not.
    check_event_types(
        "
            opened: {deprecated: true, body: {type: {const: door.opened}}}
            unlocked: {deprecated: true, body: {type: {const: door.opened}}}
        ",
        "",
        expect![[r#"
            E0703: 2 webhooks claim the event type `door.opened`
        "#]],
    );
}

#[test]
fn a_webhook_without_any_evidence_is_left_out() {
    check_event_types(
        "
            opened: {body: {type: {const: door.opened}}}
            closed: {body: {type: {const: door.closed}}}
            knocked: {body: {type: {type: string}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "opened" is "door.opened": door.opened
            webhook "closed" is "door.closed": door.closed

            W0710: cannot determine the event type of webhook `knocked`, which is left out
        "#]],
    );
}

#[test]
fn all_webhooks_without_evidence_are_an_error() {
    check_event_types(
        "
            opened: {body: {type: {type: string}}}
            closed: {body: {type: {type: string}}}
        ",
        "",
        expect![[r#"
            W0708: the body states the event type at `/type`
            E0701: cannot determine the event type of webhook `opened`
            E0701: cannot determine the event type of webhook `closed`
        "#]],
    );
}

#[test]
fn an_extension_of_the_operation() {
    let header = "parameters: [{name: x-house-event-type, in: header, schema: {type: string}}]";
    check_event_types(
        &format!(
            "
                Opened: {{x-house-event-type: house.door.opened, {header}, body: {{id: {{type: string}}}}}}
                Closed: {{x-house-event-type: house.door.closed, {header}, body: {{id: {{type: string}}}}}}
            "
        ),
        "",
        expect![[r#"
            event type in header x-house-event-type
            webhook "Opened" is "house.door.opened", header "house.door.opened": house.door.opened
            webhook "Closed" is "house.door.closed", header "house.door.closed": house.door.closed

            W0708: the header `x-house-event-type` states the event type
        "#]],
    );
}

#[test]
fn an_extension_of_the_body() {
    let schema = |event_type: &str| {
        format!(
            "{{x-event-type: {event_type}, allOf: [{{type: object, properties: {{event: {{type: string, example: door.moved}}}}}}]}}"
        )
    };
    check_event_types(
        &format!(
            "
                opened: {{schema: {}}}
                shut: {{schema: {}}}
            ",
            schema("house.opened"),
            schema("house.closed")
        ),
        "",
        expect![[r#"
            event type in /event
            webhook "opened" is "house.opened": house.opened
            webhook "shut" is "house.closed": house.closed

            W0701: webhook `opened` is decoded as `house.opened`, although an example says `door.moved`
            W0701: webhook `shut` is decoded as `house.closed`, although an example says `door.moved`
        "#]],
    );
}

#[test]
fn a_value_that_the_description_quotes() {
    check_event_types(
        "
            houseDoorOpened: {description: 'Sent for `house.door.opened`, see `data.id` and `HouseDoorOpened`', body: {type: {type: string, example: house.moved}}}
            houseDoorClosed: {summary: 'The event `house.door.closed`', body: {type: {type: string, example: house.moved}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "houseDoorOpened" is "house.door.opened": house.door.opened
            webhook "houseDoorClosed" is "house.door.closed": house.door.closed

            W0701: webhook `houseDoorOpened` is decoded as `house.door.opened`, although an example says `house.moved`
            W0701: webhook `houseDoorClosed` is decoded as `house.door.closed`, although an example says `house.moved`
        "#]],
    );
}

#[test]
fn examples_that_differ_between_webhooks() {
    check_event_types(
        "
            CreateLock: {operationId: createLock, body: {eventType: {type: string}}, example: {eventType: com.house.lock}}
            CreateDoorbell: {operationId: createDoorbell, body: {eventType: {type: string}}, example: {eventType: com.house.bell}}
        ",
        "",
        expect![[r#"
            event type in /eventType
            webhook "CreateLock" is "com.house.lock": com.house.lock
            webhook "CreateDoorbell" is "com.house.bell": com.house.bell

            W0701: the event types of 2 webhooks are those of their examples
        "#]],
    );
}

#[test]
fn an_example_that_is_copied_does_not_count() {
    check_event_types(
        "
            doorOpened: {body: {type: {type: string, example: house.door.opened}}}
            doorClosed: {body: {type: {type: string, example: house.door.opened}}}
            doorPainted: {body: {type: {type: string, example: house.door.opened}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "doorOpened" is "house.door.opened": house.door.opened

            W0710: cannot determine the event types of 2 webhooks, which are left out
        "#]],
    );
}

#[test]
fn an_own_example_wins_over_a_key_that_is_merely_like_the_others() {
    check_event_types(
        "
            opened: {body: {type: {type: string}}, example: {type: opened}}
            closed: {body: {type: {type: string}}, example: {type: closed}}
            broken: {body: {type: {type: string}}, example: {type: breakage}}
            lost: {body: {type: {type: string}}, example: {type: closed}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "opened": opened
            webhook "closed": closed
            webhook "broken" is "breakage": breakage

            W0710: cannot determine the event type of webhook `lost`, which is left out
            W0701: webhook `broken` is decoded as `breakage`, as an example says
        "#]],
    );
}

#[test]
fn examples_of_a_header_that_differ_between_webhooks() {
    let header = |event_type: &str| {
        format!(
            "parameters: [{{name: X-Harbor-Topic, in: header, schema: {{type: string}}, examples: {{a: {{value: {event_type}}}}}}}]"
        )
    };
    let (arrive, leave) = (header("ships/arrive"), header("ships/leave"));
    check_event_types(
        &format!(
            "
                shipArrived: {{{arrive}, body: {{id: {{type: string}}}}}}
                shipLeft: {{{leave}, body: {{id: {{type: string}}}}}}
            "
        ),
        "",
        expect![[r#"
            event type in header x-harbor-topic
            webhook "shipArrived" is "ships/arrive", header "ships/arrive": ships/arrive
            webhook "shipLeft" is "ships/leave", header "ships/leave": ships/leave

            W0708: the header `x-harbor-topic` states the event type
            W0701: the event types of 2 webhooks are those of their examples
        "#]],
    );
    // A copied one says nothing about the others.
    check_event_types(
        &format!(
            "
                shipArrived: {{{arrive}, body: {{id: {{type: string}}}}}}
                shipLeft: {{{arrive}, body: {{id: {{type: string}}}}}}
            "
        ),
        "",
        expect![[r#"
            W0708: the header `x-harbor-topic` states the event type
            E0701: cannot determine the event type of webhook `shipArrived`
            E0701: cannot determine the event type of webhook `shipLeft`
        "#]],
    );
    // An example is better than nothing.
    check_event_types(
        &format!("notification: {{{arrive}, body: {{id: {{type: string}}}}}}"),
        "",
        expect![[r#"
        event type in header x-harbor-topic
        webhook "notification" is "ships/arrive", header "ships/arrive": ships/arrive

        W0708: the header `x-harbor-topic` states the event type
        W0701: webhook `notification` is decoded as `ships/arrive`, as an example says
    "#]],
    );
}

#[test]
fn values_that_the_description_of_the_location_quotes() {
    let body = "body: {event: {type: string, description: 'One of `DOOR_OPENED`, `DOOR_CLOSED` and `DOOR_LOCKED`.'}}";
    let example =
        "body: {event: {type: string, example: DOOR_OPENED, description: 'One of `DOOR_OPENED`, `DOOR_CLOSED`.'}}";
    check_event_types(
        &format!(
            "
                Door opened: {{{example}}}
                Door closed: {{{body}}}
                Something else: {{{body}}}
            "
        ),
        "",
        expect![[r#"
            event type in /event
            webhook "Door opened" is "DOOR_OPENED": DOOR_OPENED
            webhook "Door closed" is "DOOR_CLOSED": DOOR_CLOSED

            W0710: cannot determine the event type of webhook `Something else`, which is left out
        "#]],
    );
    let header = "parameters: [{name: x-event, in: header, description: 'Such as `door.opened`, `door.closed`', schema: {type: string}}]";
    check_event_types(
        &format!(
            "
                doorOpened: {{{header}, body: {{id: {{type: string}}}}}}
                doorClosed: {{{header}, body: {{id: {{type: string}}}}}}
            "
        ),
        "",
        expect![[r#"
            event type in header x-event
            webhook "doorOpened" is "door.opened", header "door.opened": door.opened
            webhook "doorClosed" is "door.closed", header "door.closed": door.closed

            W0708: the header `x-event` states the event type
        "#]],
    );
}

#[test]
fn a_default_is_evidence_after_examples() {
    check_event_types(
        "
            doorOpened: {body: {eventType: {type: string, default: 'door:opened'}, state: {type: string, default: new}}}
            doorChanged: {body: {eventType: {type: string, default: 'door:allChanged'}, state: {type: string, default: new}}}
        ",
        "",
        expect![[r#"
            event type in /eventType
            webhook "doorOpened" is "door:opened": "door:opened"
            webhook "doorChanged" is "door:allChanged": "door:allChanged"

            W0701: webhook `doorChanged` is decoded as `door:allChanged`, as a default says
        "#]],
    );
    check_event_types(
        "
            doorOpened: {body: {eventType: {type: string, default: 'door:up'}}}
            doorChanged: {body: {eventType: {type: string, default: 'door:allChanged'}}}
            doorClosed: {body: {eventType: {type: string, default: 'door:down', example: 'door:shut'}}}
        ",
        "",
        expect![[r#"
            event type in /eventType
            webhook "doorOpened" is "door:up": "door:up"
            webhook "doorChanged" is "door:allChanged": "door:allChanged"
            webhook "doorClosed" is "door:shut": "door:shut"

            W0701: the event types of 3 webhooks are those of their examples and defaults
        "#]],
    );
}

#[test]
fn a_plain_key_beside_keys_in_the_form_of_event_types() {
    check_event_types(
        "
            door.opened: {body: {event: {type: string}}}
            door.closed: {body: {event: {type: string}}}
            heartbeat: {body: {event: {type: string}}}
        ",
        "",
        expect![[r#"
            event type in /event
            webhook "door.opened": door.opened
            webhook "door.closed": door.closed
            webhook "heartbeat": heartbeat

            W0708: the body states the event type at `/event`
        "#]],
    );
}

#[test]
fn a_quoted_value_in_the_description_of_a_member_of_the_only_webhook() {
    check_event_types(
        "
            door-opened:
              body:
                id: {type: string}
                type: {type: string, description: 'What occurred: `door.opened` for this event.'}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "door-opened" is "door.opened": door.opened

            W0708: the body states the event type at `/type`
        "#]],
    );
}

#[test]
fn a_list_below_the_top_of_the_only_webhook() {
    check_event_types(
        "
            event:
              body:
                data:
                  type: object
                  properties:
                    type: {type: string}
                    attributes: {type: object, properties: {eventType: {enum: [DOOR_OPENED, DOOR_CLOSED, PING]}}}
        ",
        "",
        expect![[r#"
            event type in /data/attributes/eventType
            webhook "event" is "DOOR_OPENED": DOOR_OPENED
            webhook "event" is "DOOR_CLOSED": DOOR_CLOSED
            webhook "event" is "PING": PING

            W0708: the body states the event type at `/data/attributes/eventType`
        "#]],
    );
}

#[test]
fn a_list_in_the_elements_of_an_array_of_the_only_webhook() {
    check_event_types(
        "
            event: {body: {items: {type: array, items: {type: object, properties: {eventType: {enum: [OPENED, CLOSED]}}}}}}
        ",
        "",
        expect![[r#"
            event type in the address
            webhook "event": event

            W0708: there is only one webhook, so every delivery is decoded as it
        "#]],
    );
}

#[test]
fn a_webhook_whose_body_lacks_the_location() {
    check_offers(
        "
            doorOpened: {body: {type: {const: door.opened}}}
            doorClosed: {body: {type: {const: door.closed}}}
            doorStuck: {body: {since: {type: string}}}
        ",
        expect![[r#"
            W0710: cannot determine the event type of webhook `doorStuck`, which is left out
                "doorStuck" = "door.stuck"  # a guess
        "#]],
    );
}

#[test]
fn an_example_has_the_spelling_that_is_delivered() {
    check_event_types(
        "
            _door_opened_: {summary: 'The topic `door_opened`', body: {topic: {type: string, example: door-opened}}}
            _door_closed_: {summary: 'The topic `door_closed`', body: {topic: {type: string, example: door-closed}}}
        ",
        "",
        expect![[r#"
            event type in /topic
            webhook "_door_opened_" is "door-opened": door-opened
            webhook "_door_closed_" is "door-closed": door-closed
        "#]],
    );
}

/// Webhooks share a schema, with an example for one of them. It says nothing about the others.
#[test]
fn the_example_of_a_schema_that_webhooks_share() {
    check_description(
        &sharing("{type: object, properties: {type: {type: string, example: door.opened}}}"),
        "",
        expect![[r#"
        event type in /type
        webhook "door.opened": door.opened
        webhook "door.closed": door.closed
    "#]],
    );
}

#[test]
fn an_empty_key_is_no_evidence() {
    check_event_types(
        "
            '': {body: {type: {const: a}}}
            b: {body: {type: {const: b}}}
            c: {body: {type: {const: c}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "" is "a": a
            webhook "b": b
            webhook "c": c
        "#]],
    );
}

#[test]
fn a_configured_event_type_replaces_the_constant_of_the_body() {
    let spec = description(
        &webhooks(
            "
            opened: {body: {type: {const: door.opened}}}
            closed: {body: {type: {const: door.opened}}}
        ",
        ),
        "",
    );
    let config = format!("{VERIFIER}[event-type.names]\nopened = \"door.opened\"\nclosed = \"door.closed\"");
    let (outline, findings) = Input { spec: &spec, config: &config }.stage(Stage::Ir);
    let structs: Vec<&str> = outline.split("\n\n").filter(|block| block.starts_with("struct ")).collect();
    let findings: Vec<&str> = findings.lines().filter(|finding| !finding.starts_with(NO_EXAMPLE)).collect();
    expect![[r#"
        struct door.opened {
            type?: "door.opened"
        }
        struct door.closed {
            type?: "door.closed"
        }

        W0701: webhook `closed` is decoded as `door.closed`, although a constant says `door.opened`
    "#]]
    .assert_eq(&join(&structs.join("\n"), &findings.join("\n")));
}

#[test]
fn a_line_for_an_event_type_that_two_webhooks_claim() {
    check_offers(
        "
            opened: {body: {type: {const: door/opened}}}
            closed: {body: {type: {const: door/opened}}}
            moved: {body: {type: {const: door/moved}}}
        ",
        expect![[r#"
            E0703: 2 webhooks claim the event type `door/opened`
                "opened" = "door/opened"
                "closed" = "closed"  # a guess
        "#]],
    );
}
