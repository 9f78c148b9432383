//! The event types of webhooks, from descriptions that are only a value in backticks.

use expect_test::expect;

use super::{check_event_types, sharing};
use crate::Stage;
use crate::testing::{Input, VERIFIER};

/// A description that is only a value in backticks states it as a constant does, but with a warning.
#[test]
fn descriptions_that_are_only_a_value() {
    check_event_types(
        "
            doorOpened: {body: {kind: {type: string, description: '`DOOR`'}, code: {type: string, description: '`OPENED`.'}}}
            doorClosed: {body: {kind: {type: string, description: '`DOOR`'}, code: {type: string, description: '`CLOSED`'}}}
            gateClosed: {body: {kind: {type: string, description: '`GATE`'}, code: {type: string, description: '`CLOSED`'}}}
        ",
        "
            [event-type]
            pointer = '/kind'
            completed-by = '/code'
        ",
        expect![[r#"
            event type in /kind, completed by /code
            webhook "doorOpened" is "DOOR.OPENED": DOOR.OPENED
            webhook "doorClosed" is "DOOR.CLOSED": DOOR.CLOSED
            webhook "gateClosed" is "GATE.CLOSED": GATE.CLOSED
        "#]],
    );
    check_event_types(
        "
            opened: {body: {type: {type: string, description: '`DOOR_OPENED`'}, id: {description: '`ID`'}}}
            closed: {body: {type: {type: string, description: '`DOOR_CLOSED`'}, id: {description: '`ID`'}}}
        ",
        "",
        expect![[r#"
            event type in /type
            webhook "opened" is "DOOR_OPENED": DOOR_OPENED
            webhook "closed" is "DOOR_CLOSED": DOOR_CLOSED

            W0708: each webhook has its own value at `/type` of its body
        "#]],
    );
}

/// The description of a schema that webhooks share is about all of them.
#[test]
fn a_description_that_webhooks_share() {
    let spec = sharing("{type: object, properties: {type: {type: string, description: '`EVENT_TYPE`'}}}");
    for location in ["", "pointer = '/type'"] {
        let config = format!("{VERIFIER}\n[event-type]\n{location}\n");
        let (outline, findings) = Input { spec: &spec, config: &config }.stage(Stage::Ir);
        for name in ["door.opened", "door.closed"] {
            assert!(outline.contains(&format!("webhook \"{name}\": {name}")), "{outline}\n{findings}");
        }
        assert!(!findings.contains("EVENT_TYPE"), "{findings}");
    }
}

#[test]
fn a_description_is_weaker_than_an_extension_and_a_key() {
    check_event_types(
        "
            door.opened: {body: {type: {type: string, description: '`A_1`'}}}
            doorClosed: {x-event-type: door.closed, body: {type: {type: string, description: '`A_2`'}}}
        ",
        "
            [event-type]
            pointer = '/type'
        ",
        expect![[r#"
            event type in /type
            webhook "door.opened": door.opened
            webhook "doorClosed" is "door.closed": door.closed

            W0701: webhook `door.opened` is decoded as `door.opened`, although the description says `A_1`
            W0701: webhook `doorClosed` is decoded as `door.closed`, although the description says `A_2`
        "#]],
    );
}

#[test]
fn a_description_that_is_not_the_name_of_the_only_webhook() {
    let entries = "ping: {body: {event: {type: string, description: '`event_name`'}}}";
    check_event_types(
        entries,
        "",
        expect![[r#"
        event type in the address
        webhook "ping": ping

        W0708: there is only one webhook, so every delivery is decoded as it
    "#]],
    );
    check_event_types(
        entries,
        "[event-type]\npointer = '/event'",
        expect![[r#"
        E0701: cannot determine the event type of webhook `ping`
    "#]],
    );
}

/// What webhooks share is a part of their event types if another description completes it.
#[test]
fn descriptions_that_other_descriptions_complete() {
    check_event_types(
        "
            one: {body: {webhook_type: {type: string, description: '`DOOR`'}, webhook_code: {type: string, description: '`OPENED`'}}}
            two: {body: {webhook_type: {type: string, description: '`DOOR`'}, webhook_code: {type: string, description: '`CLOSED`'}}}
            three: {body: {webhook_type: {type: string, description: '`GATE`'}, webhook_code: {type: string, description: '`CLOSED`'}}}
        ",
        "",
        expect![[r#"
            event type in /webhook_type, completed by /webhook_code
            webhook "one" is "DOOR.OPENED": DOOR.OPENED
            webhook "two" is "DOOR.CLOSED": DOOR.CLOSED
            webhook "three" is "GATE.CLOSED": GATE.CLOSED

            W0708: the body states the event type at `/webhook_type`, completed at `/webhook_code`
            W0701: the event types of 3 webhooks are those of their descriptions
        "#]],
    );
}

#[test]
fn descriptions_of_other_members() {
    check_event_types(
        "
            opened: {body: {id: {type: string, description: '`evt_1`'}}}
            closed: {body: {id: {type: string, description: '`evt_2`'}}}
        ",
        "",
        expect![[r#"
            E0701: cannot determine where a delivery states its event type
        "#]],
    );
}

#[test]
fn descriptions_at_a_configured_place_are_reported() {
    check_event_types(
        "
            opened: {body: {code: {type: string, description: '`A_1`'}}}
            closed: {body: {code: {type: string, description: '`A_2`'}}}
        ",
        "
            [event-type]
            pointer = '/code'
        ",
        expect![[r#"
            event type in /code
            webhook "opened" is "A_1": A_1
            webhook "closed" is "A_2": A_2

            W0701: the event types of 2 webhooks are those of their descriptions
        "#]],
    );
}

#[test]
fn descriptions_that_complete_a_header() {
    check_event_types(
        "
            doorOpened: {parameters: [{name: x-event, in: header, schema: {const: door}}], body: {action: {type: string, description: '`OPENED`'}}}
            doorClosed: {parameters: [{name: x-event, in: header, schema: {const: door}}], body: {action: {type: string, description: '`CLOSED`'}}}
        ",
        "
            [event-type]
            header = 'x-event'
            completed-by = '/action'
        ",
        expect![[r#"
            event type in header x-event, completed by /action
            webhook "doorOpened" is "door.OPENED", header "door": door.OPENED
            webhook "doorClosed" is "door.CLOSED", header "door": door.CLOSED
        "#]],
    );
}
