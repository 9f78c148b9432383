//! Which names the items of an emitted crate get, as `--emit names` prints them.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use crate::Stage;
use crate::testing::{Input, VERIFIER, dedented, description, join, schemas, webhooks};

/// Checks the names of types.
#[track_caller]
fn check_types(entries: &str, expected: Expect) {
    let (outline, findings) = Input { spec: &schemas(entries), config: VERIFIER }.stage(Stage::Names);
    let definitions = outline.split("\n\n").filter(|block| block.starts_with("// ") && !block.contains("#/webhooks/"));
    let definitions =
        definitions.map(|block| format!("{}\n", block.replace("// it: #/components/schemas/", "// ").trim_end()));
    expected.assert_eq(&join(&definitions.collect::<Vec<_>>().join("\n"), &findings));
}

/// Checks the names of webhooks, topics and types.
#[track_caller]
fn check_webhooks(entries: &str, config: &str, expected: Expect) {
    let config = format!("{}{VERIFIER}", dedented(config));
    let (outline, findings) = Input { spec: &description(&webhooks(entries), ""), config: &config }.stage(Stage::Names);
    let outline = outline.replace("/post/requestBody/content/application~1json/schema", "/…");
    // The constants that state event types are the same everywhere.
    let blocks = outline.split("\n\n").filter(|block| !block.contains("\nconst "));
    let lines = blocks.flat_map(|block| block.lines().chain([""])).filter(|line| !line.starts_with("    assembled"));
    let findings = findings.lines().filter(|finding| !finding.starts_with("W0707")).collect::<Vec<_>>();
    expected.assert_eq(&join(&lines.collect::<Vec<_>>().join("\n"), &findings.join("\n")));
}

#[test]
fn types_and_fields_in_rust_spelling() {
    check_types(
        "
            pet-owner: {type: object, properties: {fullName: {type: string}, 2fa: {type: boolean}, HTTPCode: {type: integer}}}
        ",
        expect![[r#"
            // pet-owner
            struct PetOwner {
                "fullName" as full_name?: String
                "2fa" as n2fa?: bool
                "HTTPCode" as http_code?: Integer
            }
        "#]],
    );
}

#[test]
fn keywords_as_fields() {
    check_types(
        "
            Pet: {type: object, properties: {type: {type: string}, self: {type: string}, crate: {type: string}, async: {type: string}}}
        ",
        expect![[r#"
            // Pet
            struct Pet {
                type?: String
                "self" as self_?: String
                "crate" as crate_?: String
                async?: String
            }
        "#]],
    );
}

#[test]
fn fields_that_differ_in_spelling_only() {
    check_types(
        "
            Pet: {type: object, properties: {fooBar: {type: string}, foo_bar: {type: string}, foo-bar: {type: string}}}
        ",
        expect![[r#"
            // Pet
            struct Pet {
                "fooBar" as foo_bar_x9b9c617?: String
                foo_bar?: String
                "foo-bar" as foo_bar_member?: String
            }
        "#]],
    );
}

#[test]
fn fields_of_signs_and_of_other_scripts() {
    check_types(
        "
            Pet: {type: object, properties: {'': {type: string}, '+1': {type: string}, '-1': {type: string}, '😀': {type: string}, '名前': {type: string}}}
        ",
        expect![[r#"
            // Pet
            struct Pet {
                "" as empty?: String
                "+1" as plus_1?: String
                "-1" as minus_1?: String
                "😀" as empty_member?: String
                名前?: String
            }
        "#]],
    );
}

#[test]
fn a_field_called_as_the_rest_is() {
    check_types(
        "
            Pet: {type: object, properties: {additional: {type: string}}, additionalProperties: {type: string}}
        ",
        expect![[r#"
            // Pet
            struct Pet {
                "additional" as additional_member?: String
                ..additional: String
            }
        "#]],
    );
}

#[test]
fn variants_of_values() {
    check_types(
        "
            Sign: {enum: [+1, '-', '', light blue, LightBlue, '1.0', self]}
            Known: {enum: [unknown, unlisted]}
            Levels: {enum: [1, 2]}
        ",
        expect![[r#"
            // Sign
            enum Sign: json {
                N1 = 1
                Minus = "-"
                Empty = ""
                LightBlueValue = "light blue"
                LightBlue = "LightBlue"
                N10 = "1.0"
                Self_ = "self"
            }

            // Known
            enum Known: text {
                UnknownValue = "unknown"
                Unlisted = "unlisted"
            }

            // Levels
            enum Levels: integer {
                N1 = 1
                N2 = 2
            }
        "#]],
    );
}

#[test]
fn types_called_as_what_emitted_code_uses() {
    check_types(
        "
            String: {type: object, properties: {a: {type: string}}}
            Option: {type: object, properties: {b: {type: string}}}
            Event: {type: object, properties: {c: {type: string}}}
            Acme: {type: object, properties: {d: {type: string}}}
        ",
        expect![[r#"
            // String
            struct StringData {
                a?: String
            }

            // Option
            struct OptionData {
                b?: String
            }

            // Event
            struct EventData {
                c?: String
            }

            // Acme
            struct AcmeData {
                d?: String
            }
        "#]],
    );
}

#[test]
fn types_that_differ_in_spelling_only() {
    check_types(
        "
            pet: {type: object, properties: {a: {type: string}}}
            Pet: {type: object, properties: {b: {type: string}}}
        ",
        expect![[r#"
            // pet
            struct ItHappenedPet {
                a?: String
            }

            // Pet
            struct Pet {
                b?: String
            }
        "#]],
    );
}

#[test]
fn an_inline_type_of_two_words_is_called_as_its_member() {
    check_types(
        "
            Pet: {type: object, properties: {homeAddress: {type: object, properties: {city: {type: string}, street: {type: string}}}}}
        ",
        expect![[r#"
            // Pet
            struct Pet {
                "homeAddress" as home_address?: HomeAddress
            }

            // Pet/properties/homeAddress
            struct HomeAddress {
                city?: String
                street?: String
            }
        "#]],
    );
}

#[test]
fn an_inline_type_of_one_word_comes_after_its_parent() {
    check_types(
        "
            Pet: {type: object, properties: {state: {enum: [up, down]}, home: {type: object, properties: {state: {enum: [open, shut]}}}}}
        ",
        expect![[r#"
            // Pet
            struct Pet {
                state?: PetState
                home?: PetHome
            }

            // Pet/properties/state
            enum PetState: text {
                Up = "up"
                Down = "down"
            }

            // Pet/properties/home
            struct PetHome {
                state?: PetHomeState
            }

            // Pet/properties/home/properties/state
            enum PetHomeState: text {
                Open = "open"
                Shut = "shut"
            }
        "#]],
    );
}

#[test]
fn words_are_not_repeated() {
    check_types(
        "
            PetStateChanged: {type: object, properties: {state: {enum: [up, down]}}}
        ",
        expect![[r#"
            // PetStateChanged
            struct PetStateChanged {
                state?: PetChangedState
            }

            // PetStateChanged/properties/state
            enum PetChangedState: text {
                Up = "up"
                Down = "down"
            }
        "#]],
    );
}

#[test]
fn an_element_is_called_in_the_singular() {
    check_types(
        "
            Shop: {type: object, properties: {openOrders: {type: array, items: {type: object, properties: {id: {type: string}}}}, boxes: {type: array, items: {enum: [a, b]}}}}
        ",
        expect![[r#"
            // Shop
            struct Shop {
                "openOrders" as open_orders?: [OpenOrder]
                boxes?: [ShopBox]
            }

            // Shop/properties/openOrders/items
            struct OpenOrder {
                id?: String
            }

            // Shop/properties/boxes/items
            enum ShopBox: text {
                A = "a"
                B = "b"
            }
        "#]],
    );
}

#[test]
fn alternatives_of_a_union() {
    check_types(
        "
            Pet:
              oneOf:
                - {title: A cat, type: object, required: [lives], properties: {lives: {type: integer}}}
                - {type: string}
                - {type: array, items: {type: string}}
        ",
        expect![[r#"
            // Pet
            union Pet by members {
                ACat(ACat)
                List([String])
                String(String)
            }

            // Pet/oneOf/0
            /// A cat
            struct ACat {
                lives: Integer
            }
        "#]],
    );
}

#[test]
fn event_types_topics_and_modules() {
    check_webhooks(
        "
            door.opened: {body: {type: {const: door.opened}}}
            door.lock.shut: {body: {type: {const: door.lock.shut}}}
            ping: {body: {type: {const: ping}}}
        ",
        "",
        expect![[r#"
            crate acme-webhooks: Acme
            event type in /type

            webhook "door.opened" as DoorOpened: DoorOpened
            webhook "door.lock.shut" as DoorLockShut: DoorLockShut
            webhook "ping" as Ping: Ping
            topic "door" as Door
            topic "door.lock" as DoorLock

            // door: #/webhooks/door.opened/…
            struct DoorOpened {
                type?: "door.opened"
            }

            // door: #/webhooks/door.lock.shut/…
            struct DoorLockShut {
                type?: "door.lock.shut"
            }

            // payloads: #/webhooks/ping/…
            struct Ping {
                type?: "ping"
            }
        "#]],
    );
}

#[test]
fn types_that_modules_share() {
    check_webhooks(
        "
            door.opened: {body: {type: {const: door.opened}, byPerson: {type: object, properties: {name: {type: string}, age: {type: integer}}}}}
            gate.opened: {body: {type: {const: gate.opened}, byPerson: {type: object, properties: {name: {type: string}, age: {type: integer}}}}}
        ",
        "",
        expect![[r#"
            crate acme-webhooks: Acme
            event type in /type

            webhook "door.opened" as DoorOpened: DoorOpened
            webhook "gate.opened" as GateOpened: GateOpened
            topic "door" as Door
            topic "gate" as Gate
            accessors by_person

            // door: #/webhooks/door.opened/…
            struct DoorOpened {
                type?: "door.opened"
                "byPerson" as by_person?: ByPerson
            }

            // shared: #/webhooks/door.opened/…/properties/byPerson
            struct ByPerson {
                name?: String
                age?: Integer
            }

            // gate: #/webhooks/gate.opened/…
            struct GateOpened {
                type?: "gate.opened"
                "byPerson" as by_person?: ByPerson
            }
        "#]],
    );
}

#[test]
fn modules_called_as_emitted_files_are() {
    check_webhooks(
        "
            event.sent: {body: {type: {const: event.sent}}}
            std.sent: {body: {type: {const: std.sent}}}
            con.sent: {body: {type: {const: con.sent}}}
            type.sent: {body: {type: {const: type.sent}}}
        ",
        "",
        expect![[r#"
            crate acme-webhooks: Acme
            event type in /type

            webhook "event.sent" as EventSent: EventSent
            webhook "std.sent" as StdSent: StdSent
            webhook "con.sent" as ConSent: ConSent
            webhook "type.sent" as TypeSent: TypeSent
            topic "con" as Con
            topic "event" as Event
            topic "std" as Std
            topic "type" as Type

            // event_payloads: #/webhooks/event.sent/…
            struct EventSent {
                type?: "event.sent"
            }

            // std_payloads: #/webhooks/std.sent/…
            struct StdSent {
                type?: "std.sent"
            }

            // con_xf604f11: #/webhooks/con.sent/…
            struct ConSent {
                type?: "con.sent"
            }

            // type_: #/webhooks/type.sent/…
            struct TypeSent {
                type?: "type.sent"
            }
        "#]],
    );
}

#[test]
fn event_types_that_differ_in_spelling_only() {
    check_webhooks(
        "
            a: {body: {type: {const: door.opened}}}
            b: {body: {type: {const: door_opened}}}
        ",
        "",
        expect![[r#"
            crate acme-webhooks: Acme
            event type in /type

            webhook "a" is "door.opened" as DoorOpened: DoorOpened
            webhook "b" is "door_opened" as DoorOpenedEvent: DoorOpenedPayload
            topic "door" as Door

            // door: #/webhooks/a/…
            struct DoorOpened {
                type?: "door.opened"
            }

            // payloads: #/webhooks/b/…
            struct DoorOpenedPayload {
                type?: "door_opened"
            }
        "#]],
    );
}

#[test]
fn event_types_called_as_emitted_types_are() {
    check_webhooks(
        "
            a: {body: {type: {const: event.type}}}
            b: {body: {type: {const: unknown}}}
            c: {body: {type: {const: box}}}
        ",
        "",
        expect![[r#"
            crate acme-webhooks: Acme
            event type in /type

            webhook "a" is "event.type" as EventType: EventTypePayload
            webhook "b" is "unknown" as UnknownEvent: Unknown
            webhook "c" is "box" as Box: BoxPayload
            topic "event" as Event

            // event_payloads: #/webhooks/a/…
            struct EventTypePayload {
                type?: "event.type"
            }

            // payloads: #/webhooks/b/…
            struct Unknown {
                type?: "unknown"
            }

            // payloads: #/webhooks/c/…
            struct BoxPayload {
                type?: "box"
            }
        "#]],
    );
}

#[test]
fn accessors_of_fields_that_all_payloads_have() {
    check_webhooks(
        "
            a: {body: {type: {const: door.opened}, id: {type: string}, at: {type: string}, clone: {type: string}, decode: {type: string}}}
            b: {body: {type: {const: door.closed}, id: {type: string}, at: {type: integer}, clone: {type: string}, decode: {type: string}}}
        ",
        "",
        expect![[r#"
            crate acme-webhooks: Acme
            event type in /type

            webhook "a" is "door.opened" as DoorOpened: DoorOpened
            webhook "b" is "door.closed" as DoorClosed: DoorClosed
            topic "door" as Door
            accessors clone_member, decode_member, id

            // door: #/webhooks/a/…
            struct DoorOpened {
                type?: "door.opened"
                id?: String
                at?: String
                clone?: String
                decode?: String
            }

            // door: #/webhooks/b/…
            struct DoorClosed {
                type?: "door.closed"
                id?: String
                at?: Integer
                clone?: String
                decode?: String
            }
        "#]],
    );
}

#[test]
fn names_from_the_configuration() {
    check_webhooks(
        "
            door.opened: {body: {type: {const: door.opened}, state: {enum: [a, b]}}}
        ",
        r##"
            vendor = "AcmeInc"

            [names]
            "#/webhooks/door.opened/post/requestBody/content/application~1json/schema" = "Opening"
            "#/webhooks/door.opened/post/requestBody/content/application~1json/schema/properties/state" = "OpeningState"
        "##,
        expect![[r#"
            crate acme-webhooks: AcmeInc
            event type in /type

            webhook "door.opened" as DoorOpened: Opening
            topic "door" as Door
            accessors state

            // door: #/webhooks/door.opened/…
            struct Opening {
                type?: "door.opened"
                state?: OpeningState
            }

            // door: #/webhooks/door.opened/…/properties/state
            enum OpeningState: text {
                A = "a"
                B = "b"
            }
        "#]],
    );
}

#[test]
fn a_configured_name_that_is_taken_is_an_error() {
    check_webhooks(
        "
            door.opened: {body: {type: {const: door.opened}}}
        ",
        r##"
            [names]
            "#/webhooks/door.opened/post/requestBody/content/application~1json/schema" = "String"
        "##,
        expect![[r#"
            E0801: the name `String` is taken
        "#]],
    );
}

#[test]
fn a_configured_name_for_a_place_without_a_type() {
    check_webhooks(
        "
            door.opened: {body: {type: {const: door.opened}}}
        ",
        r##"
            [names]
            "#/webhooks/door.opned" = "Opening"
        "##,
        expect![[r#"
            crate acme-webhooks: Acme
            event type in /type

            webhook "door.opened" as DoorOpened: DoorOpened
            topic "door" as Door

            // door: #/webhooks/door.opened/…
            struct DoorOpened {
                type?: "door.opened"
            }

            W0704: no type is generated from `#/webhooks/door.opned`
        "#]],
    );
}

#[test]
fn names_of_the_vendor_that_generated_code_uses_are_refused() {
    let findings = |vendor: &str| {
        let config = format!("vendor = \"{vendor}\"\n{VERIFIER}");
        Input { spec: &schemas("pet: {type: string}"), config: &config }.stage(Stage::Names).1
    };
    for name in super::reserved::vendors().filter(|name| *name != "Self") {
        assert!(findings(name).contains(&format!("E0801: the name `{name}` is taken")), "{name}");
    }
    assert!(!findings("Acme").contains("E0801"));
}

/// The modules of types of webhooks, each with this many members of types of their own.
fn modules(event_types: &[&str], members: usize, config: &str) -> String {
    let body = |event_type: &&str| {
        let name = event_type.replace(['.', '_'], "");
        let member = |number| {
            format!(
                ", {name}{number}: {{type: object, properties: {{{name}{number}a: {{type: string}}, b: {{type: string}}}}}}"
            )
        };
        let members: String = (0..members).map(member).collect();
        format!("{event_type}: {{body: {{type: {{const: {event_type}}}{members}}}}}\n")
    };
    let spec = description(&webhooks(&event_types.iter().map(body).collect::<String>()), "");
    let (outline, _) = Input { spec: &spec, config: &format!("{config}{VERIFIER}") }.stage(Stage::Names);
    let module = |line: &str| Some(line.strip_prefix("// ")?.split_once(": #")?.0.to_owned());
    let modules: BTreeSet<String> = outline.lines().filter_map(module).collect();
    modules.into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn many_types_without_topics_are_in_several_modules() {
    let event_types = ["parcel_sent", "parcel_lost", "letter_sent", "letter_lost"];
    assert_eq!(modules(&event_types, 3, ""), "payloads");
    assert_eq!(modules(&event_types, 105, ""), "letter parcel");
    let event_types = ["com.acme.paid", "com.acme.sent", "com.acme.sentBack"];
    let config = "[names]\ndrop-prefix = \"com.acme\"\n";
    assert_eq!(modules(&event_types, 3, config), "payloads");
    assert_eq!(modules(&event_types, 140, config), "paid sent");
}

#[test]
fn many_types_whose_event_types_do_not_differ_in_words_are_in_one_module() {
    assert_eq!(modules(&["parcel_sent"], 410, ""), "payloads");
    assert_eq!(modules(&["parcel_sent", "parcelSent"], 210, ""), "payloads");
}
