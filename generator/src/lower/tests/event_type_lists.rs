//! The event types of webhooks, from lists and alternatives at the place where deliveries state them.

use expect_test::expect;

use super::{check_description, check_event_types, check_lowered};
use crate::Stage;
use crate::testing::{Input, VERIFIER, description, webhooks};

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

/// What only one alternative lists belongs to it, although the mapping does not have it.
#[test]
fn a_listed_value_that_the_mapping_lacks() {
    let spec = "openapi: 3.1.0
info: {title: Acme, version: '1'}
webhooks:
  event:
    post:
      requestBody:
        content:
          application/json:
            schema:
              oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}]
              discriminator:
                propertyName: t
                mapping: {one: '#/components/schemas/One', two: '#/components/schemas/Two'}
components:
  schemas:
    One: {type: object, required: [t, a], properties: {t: {type: string, enum: [one, uno]}, a: {type: string}}}
    Two: {type: object, required: [t, b], properties: {t: {type: string, enum: [two]}, b: {type: string}}}
";
    let config = format!("{VERIFIER}\n[event-type]\npointer = '/t'\n");
    let (outline, _) = Input { spec, config: &config }.stage(Stage::Ir);
    expect![[r#"
        webhook "event" is "one": one
        webhook "event" is "uno": uno
        webhook "event" is "two": two
    "#]]
    .assert_eq(&super::lines(&outline, &["webhook "]));
}

#[test]
fn a_value_that_only_the_list_of_a_base_has() {
    let schemas = "
        Base: {type: object, properties: {type: {$ref: '#/components/schemas/EventType'}}}
        EventType: {enum: [door.opened, door.closed, door.painted]}
    ";
    let extended = |name: &str| {
        format!("{{allOf: [{{$ref: '#/components/schemas/Base'}}, {{properties: {{type: {{const: {name}}}}}}}]}}")
    };
    let entries =
        format!("opened: {{schema: {}}}\nclosed: {{schema: {}}}", extended("door.opened"), extended("door.closed"));
    check_description(
        &description(&webhooks(&entries), schemas),
        "",
        expect![[r#"
        event type in /type
        webhook "opened" is "door.opened": door.opened
        webhook "closed" is "door.closed": door.closed

        W0711: listed event type that no webhook has: `door.painted`
    "#]],
    );
}
