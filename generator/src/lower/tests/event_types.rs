//! Where deliveries state their event type, and which one each webhook has.

use expect_test::{Expect, expect};

use super::{NO_EXAMPLE, check_event_types, lines};
use crate::Stage;
use crate::testing::{Input, VERIFIER, dedented, join};

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
fn a_configured_member_that_is_not_declared() {
    check_event_types(
        "
            door.opened: {body: {type: {type: string}}}
            door.closed: {body: {type: {type: string}}}
        ",
        r#"
            [event-type]
            pointer = "/name"
        "#,
        expect![[r#"
            event type in /name
            webhook "door.opened": door.opened
            webhook "door.closed": door.closed

            W0702: the bodies of 2 webhooks do not declare `/name`
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
fn the_value_of_an_enum_that_is_the_key_in_another_spelling() {
    check_event_types(
        "
            doorOpened: {body: {type: {enum: [door.opened, door.closed]}}}
            doorClosed: {body: {type: {enum: [door.opened, door.closed]}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "doorOpened" is "door.opened": door.opened
            webhook "doorClosed" is "door.closed": door.closed
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
fn alternatives_with_constants_of_their_own() {
    check_event_types(
        "
            doors:
              schema:
                oneOf:
                  - {type: object, properties: {type: {const: door.opened}, at: {type: string}}}
                  - {type: object, properties: {type: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "doors" is "door.opened": door.opened
            webhook "doors" is "door.closed": door.closed
        "#]],
    );
}

#[test]
fn alternatives_of_a_discriminator() {
    check_event_types(
        "
            doors:
              schema:
                oneOf:
                  - {title: Opened, type: object, properties: {type: {const: door.opened}}}
                  - {title: Closed, type: object, properties: {type: {const: door.closed}}}
                discriminator: {propertyName: type}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "doors" is "door.opened": door.opened
            webhook "doors" is "door.closed": door.closed
        "#]],
    );
}

#[test]
fn an_enum_that_lists_other_event_types_than_the_key() {
    check_event_types(
        "
            changed: {body: {type: {enum: [door.opened, door.closed]}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "changed" is "door.opened": door.opened
            webhook "changed" is "door.closed": door.closed
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
fn every_value_that_only_one_webhook_lists() {
    check_event_types(
        "
            door-status: {body: {type: {enum: [DOOR.OPENED, DOOR.STATUS_CHANGED, DOOR.PAINTED]}}}
            window: {body: {type: {enum: [WINDOW.BROKEN, WINDOW.CLEANED]}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "door-status" is "DOOR.OPENED": DOOR.OPENED
            webhook "door-status" is "DOOR.STATUS_CHANGED": DOOR.STATUS_CHANGED
            webhook "door-status" is "DOOR.PAINTED": DOOR.PAINTED
            webhook "window" is "WINDOW.BROKEN": WINDOW.BROKEN
            webhook "window" is "WINDOW.CLEANED": WINDOW.CLEANED
        "#]],
    );
}

#[test]
fn listed_values_win_over_a_key_for_all_of_them() {
    check_event_types(
        "
            'door.moved.*': {body: {event_type: {enum: [door.moved.in, door.moved.out]}}}
            door.opened: {body: {event_type: {const: door.opened}}}
            door.closed: {body: {event_type: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            event type in /event_type
            webhook "door.moved.*" is "door.moved.in": door.moved.in
            webhook "door.moved.*" is "door.moved.out": door.moved.out
            webhook "door.opened": door.opened
            webhook "door.closed": door.closed
        "#]],
    );
}

#[test]
fn listed_values_that_no_webhook_has_are_reported() {
    check_event_types(
        "
            doorOpened: {body: {type: {enum: [door.opened, door.closed, door.painted]}}}
            doorClosed: {body: {type: {enum: [door.opened, door.closed, door.painted]}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "doorOpened" is "door.opened": door.opened
            webhook "doorClosed" is "door.closed": door.closed

            W0711: listed event type that no webhook has: `door.painted`
        "#]],
    );
}

#[test]
fn alternatives_of_which_one_is_the_key() {
    check_event_types(
        "
            lock:
              schema:
                oneOf:
                  - {type: object, properties: {type: {const: lock}, by: {type: string}}}
                  - {type: object, properties: {type: {const: lock_failed}, why: {type: string}}}
            unlock: {body: {type: {const: unlock}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "lock": lock
            webhook "lock" is "lock_failed": lock_failed
            webhook "unlock": unlock
        "#]],
    );
}

#[test]
fn a_configured_value_of_several_confirms_all() {
    check_event_types(
        "
            lock:
              schema:
                oneOf:
                  - {type: object, properties: {type: {const: lock}, by: {type: string}}}
                  - {type: object, properties: {type: {const: lock_failed}, why: {type: string}}}
            unlock: {body: {type: {const: unlock}}}
        ",
        r#"
            [event-type.names]
            lock = "lock"
        "#,
        expect![[r#"
            event type in /type
            webhook "lock": lock
            webhook "lock" is "lock_failed": lock_failed
            webhook "unlock": unlock
        "#]],
    );
}

#[test]
fn a_choice_of_constants_is_a_list() {
    check_event_types(
        "
            door: {body: {event: {type: string, oneOf: [{const: WINDOW, description: glass}, {const: DOOR}]}}}
            windows: {body: {event: {type: string, oneOf: [{const: WINDOW, description: glass}, {const: DOOR}]}}}
        ",
        "",
        expect![[r#"
            event type in /event
            webhook "door" is "DOOR": DOOR
            webhook "windows" is "WINDOW": WINDOW
        "#]],
    );
}

#[test]
fn a_list_in_a_header_by_the_words_of_the_key() {
    let header = "parameters: [{name: x-event-type, in: header, schema: {enum: ['*', house.door.opened, house.lift.door.stuck]}}]";
    check_event_types(
        &format!(
            "
                DoorOpened: {{{header}, body: {{id: {{type: string}}}}}}
                LiftStuck: {{{header}, body: {{id: {{type: string}}}}}}
            "
        ),
        "",
        expect![[r#"
            event type in header x-event-type
            webhook "DoorOpened" is "house.door.opened", header "house.door.opened": house.door.opened
            webhook "LiftStuck" is "house.lift.door.stuck", header "house.lift.door.stuck": house.lift.door.stuck

            W0708: the header `x-event-type` states the event type
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
fn the_mapping_of_a_base_that_each_body_extends() {
    check_lowered(
        "
            webhooks:
              first: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Door'}}}}}}
              second: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Window'}}}}}}
            components:
              schemas:
                Part:
                  type: object
                  required: [what]
                  properties: {what: {type: string}}
                  discriminator:
                    propertyName: what
                    mapping: {door: '#/components/schemas/Door', window: '#/components/schemas/Window'}
                Door: {allOf: [{$ref: '#/components/schemas/Part'}, {type: object, properties: {locked: {type: boolean}}}]}
                Window: {allOf: [{$ref: '#/components/schemas/Part'}, {type: object, properties: {panes: {type: integer}}}]}
        ",
        expect![[r#"
            event type in /what
            webhook "first" is "door": door
            webhook "second" is "window": window
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

/// Checks the event types of a whole description.
#[track_caller]
fn check_lowered(fields: &str, expected: Expect) {
    let spec = format!("openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n{}", dedented(fields));
    let (outline, findings) = Input { spec: &spec, config: VERIFIER }.stage(Stage::Ir);
    let table = lines(&outline, &["event type in ", "webhook "]);
    let findings: Vec<&str> = findings.lines().filter(|finding| !finding.starts_with(NO_EXAMPLE)).collect();
    expected.assert_eq(&join(&table, &findings.join("\n")));
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
fn a_key_that_a_shared_list_lacks_is_reported() {
    check_event_types(
        "
            door.opened: {body: {type: {enum: [door.opened, door.closed]}}}
            door.closed: {body: {type: {enum: [door.opened, door.closed]}}}
            window.broken: {body: {type: {enum: [door.opened, door.closed]}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "door.opened": door.opened
            webhook "door.closed": door.closed
            webhook "window.broken": window.broken

            W0701: webhook `window.broken` is decoded as `window.broken`, which its body does not list
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
