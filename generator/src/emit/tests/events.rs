//! Any event: where its type is found, and the members that all have.

use std::mem::replace;

use expect_test::{Expect, expect};

use super::{blocks, emitted};
use crate::testing::{VERIFIER, dedented, description, webhooks};

/// Checks where a crate looks for event types.
#[track_caller]
fn check_location(entries: &str, config: &str, expected: Expect) {
    let config = format!("{VERIFIER}{}", dedented(config));
    let file = emitted(&description(&webhooks(entries), ""), &config, "src/event.rs");
    let from = file.lines().skip_while(|line| !line.trim_start().starts_with("const EVENT_TYPE"));
    let constant: Vec<&str> =
        from.scan(false, |ended, line| (!replace(ended, line.ends_with(';'))).then_some(line)).collect();
    expected.assert_eq(&dedented(&constant.join("\n")));
}

#[test]
fn an_event_type_in_a_member() {
    check_location(
        "
            doorOpened: {body: {type: {const: door.opened}}}
            doorClosed: {body: {type: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            const EVENT_TYPE: EventTypeLocation = EventTypeLocation::body(&["/type"]);
        "#]],
    );
}

#[test]
fn an_event_type_below_the_top() {
    check_location(
        "
            doorOpened: {body: {meta: {type: object, properties: {type: {const: door.opened}}}}}
            doorClosed: {body: {meta: {type: object, properties: {type: {const: door.closed}}}}}
        ",
        "",
        expect![[r#"
            const EVENT_TYPE: EventTypeLocation = EventTypeLocation::body(&["/meta/type"]);
        "#]],
    );
}

#[test]
fn an_event_type_in_one_of_two_members() {
    check_location(
        "
            doorOpened: {body: {type: {const: door.opened}}}
            doorClosed: {body: {event: {const: door.closed}}}
        ",
        "",
        expect![[r#"
            const EVENT_TYPE: EventTypeLocation = EventTypeLocation::body(&["/type", "/event"]);
        "#]],
    );
}

#[test]
fn an_event_type_in_two_members() {
    check_location(
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
            const EVENT_TYPE: EventTypeLocation = EventTypeLocation::body(&["/type"])
                .completed_by("/action", ".");
        "#]],
    );
}

#[test]
fn an_event_type_in_a_header() {
    check_location(
        "
            doorOpened: {body: {id: {type: string}}}
            doorClosed: {body: {id: {type: string}}}
        ",
        r#"
            [event-type]
            header = "x-event"
            from-keys = true
        "#,
        expect![[r#"
            const EVENT_TYPE: EventTypeLocation = EventTypeLocation::header("x-event");
        "#]],
    );
}

#[test]
fn an_event_type_by_address() {
    check_location(
        "
            doorOpened: {body: {id: {type: string}}}
            doorClosed: {body: {id: {type: string}}}
        ",
        "
            [event-type]
            address = true
        ",
        expect![[r#"
            const EVENT_TYPE: EventTypeLocation = EventTypeLocation::endpoint();
        "#]],
    );
}

/// The receiver's macro returns `Option<&str>` for `str`, `Option<&[T]>` for `[T]`, and what is marked with `copy` by value.
#[test]
fn accessors_borrow_or_copy() {
    let entries = "
        cat.fed: {body: {type: {const: cat.fed}, name: {type: string}, tame: {type: boolean}, toys: {type: array, items: {type: string}}, by: {const: us}}}
        dog.fed: {body: {type: {const: dog.fed}, name: {type: string}, tame: {type: boolean}, toys: {type: array, items: {type: string}}, by: {const: us}}}
    ";
    let file = emitted(&description(&webhooks(entries), ""), VERIFIER, "src/event.rs");
    let accessors = blocks(&file).into_iter().filter(|block| block.starts_with("codegen::event_member!"));
    let expected = expect![[r#"
        codegen::event_member! {
            /// `by` of the payload; `None` if it is absent, or if the event is unknown.
            Event::by -> str {
                CatFed => by,
                DogFed => by,
                ..Unknown
            }
        }

        codegen::event_member! {
            /// `name` of the payload; `None` if it is absent, or if the event is unknown.
            Event::name -> str {
                CatFed => name,
                DogFed => name,
                ..Unknown
            }
        }

        codegen::event_member! {
            /// `tame` of the payload; `None` if it is absent, or if the event is unknown.
            Event::tame -> copy bool {
                CatFed => tame,
                DogFed => tame,
                ..Unknown
            }
        }

        codegen::event_member! {
            /// `toys` of the payload; `None` if it is absent, or if the event is unknown.
            Event::toys -> [String] {
                CatFed => toys,
                DogFed => toys,
                ..Unknown
            }
        }

    "#]];
    expected.assert_eq(&accessors.collect::<String>());
}
