//! Where deliveries state their event type, and which one each webhook has.

use expect_test::expect;

use super::check_event_types;

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

            W0702: the body of webhook `door.opened` does not declare `/name`
            W0702: the body of webhook `door.closed` does not declare `/name`
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
fn an_example_and_an_operation_id_that_disagree_are_an_error() {
    check_event_types(
        "
            opened: {operationId: window.opened, body: {type: {type: string, example: door.opened}}}
            closed: {body: {type: {type: string, example: door.closed}}}
        ",
        "",
        expect![[r#"
            E0702: conflicting event types for webhook `opened`
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
fn a_webhook_without_any_evidence_is_an_error() {
    check_event_types(
        "
            opened: {body: {type: {const: door.opened}}}
            closed: {body: {type: {const: door.closed}}}
            knocked: {body: {type: {type: string}}}
        ",
        "",
        expect![[r#"
            E0701: cannot determine the event type of webhook `knocked`
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
