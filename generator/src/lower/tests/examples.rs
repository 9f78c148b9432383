//! Which payloads the emitted tests use: published ones that decode, else assembled ones.

use expect_test::expect;

use super::{check_examples, lines};
use crate::Stage;
use crate::testing::{Input, VERIFIER, description, join, webhooks};

#[test]
fn a_published_example_that_fits() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string}}
              example: {type: door.opened, at: noon}
        ",
        expect![[r#"
            example {"type": "door.opened","at": "noon"}
        "#]],
    );
}

#[test]
fn several_published_examples() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string}}
              examples: {a: {value: {type: door.opened, at: noon}}, b: {value: {type: door.opened}}}
        ",
        expect![[r#"
            example {"type": "door.opened","at": "noon"}
            example {"type": "door.opened"}
        "#]],
    );
}

#[test]
fn a_published_example_that_does_not_fit() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string, example: noon}}
              example: {type: door.opened, at: 12}
        ",
        expect![[r#"
            assembled {"type": "door.opened","at": "noon"}

            W0705: the example does not match its schema: expected a string
        "#]],
    );
}

#[test]
fn a_published_example_without_a_required_member() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string}}
              required: [type, at]
              example: {type: door.opened}
        ",
        expect![[r#"
            assembled {"type": "door.opened","at": "text"}

            W0705: the example does not match its schema: expected the member `at`
            W0707: webhook `door.opened` has no usable example, and its properties have none
        "#]],
    );
}

#[test]
fn a_published_example_of_another_event_type() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string}}
              example: {type: door.closed}
        ",
        expect![[r#"
            assembled {"type": "door.opened"}

            W0701: webhook `door.opened` is decoded as `door.opened`, although an example says `door.closed`
            W0705: this example is for `door.closed`, not for `door.opened`
            W0707: webhook `door.opened` has no usable example, and its properties have none
        "#]],
    );
}

#[test]
fn a_published_example_without_its_event_type() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string}}
              example: {at: noon}
        ",
        expect![[r#"
            example {"at": "noon","type": "door.opened"}
        "#]],
    );
}

#[test]
fn a_member_that_is_not_declared() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string}}
              example: {type: door.opened, by: me}
        ",
        expect![[r#"
            example {"type": "door.opened","by": "me"}

            W0706: the example has a member that the schema does not declare
        "#]],
    );
}

#[test]
fn null_for_a_member_that_may_be_absent() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string}}
              example: {type: door.opened, at: null}
        ",
        expect![[r#"
            example {"type": "door.opened"}
        "#]],
    );
}

#[test]
fn null_for_a_member_that_may_be_null() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: [string, 'null']}}
              example: {type: door.opened, at: null}
        ",
        expect![[r#"
            example {"type": "door.opened","at": null}
        "#]],
    );
}

#[test]
fn a_whole_number_with_a_point_is_an_integer() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, count: {type: integer, format: int32}}
              example: {type: door.opened, count: 2.0}
        ",
        expect![[r#"
            example {"type": "door.opened","count": 2.0}
        "#]],
    );
}

#[test]
fn an_integer_that_is_too_large() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, count: {type: integer, format: int32, example: 7}}
              example: {type: door.opened, count: 2147483648}
        ",
        expect![[r#"
            assembled {"type": "door.opened","count": 7}

            W0705: the example does not match its schema: expected an integer
        "#]],
    );
}

#[test]
fn an_enum_value_that_is_not_listed() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, state: {enum: [open, shut]}}
              example: {type: door.opened, state: ajar}
        ",
        expect![[r#"
            example {"type": "door.opened","state": "ajar"}
        "#]],
    );
}

#[test]
fn a_constant_that_differs() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, version: {const: 2}}
              example: {type: door.opened, version: 1}
        ",
        expect![[r#"
            assembled {"type": "door.opened","version": 2}

            W0705: the example does not match its schema: expected `2`
            W0707: webhook `door.opened` has no usable example, and its properties have none
        "#]],
    );
}

#[test]
fn a_tag_decides_which_alternative_counts() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, by: {oneOf: [{title: User, type: object, required: [kind, id], properties: {kind: {const: user}, id: {type: integer}}}, {title: Wind, type: object, properties: {kind: {const: wind}}}]}}
              examples: {a: {value: {type: door.opened, by: {kind: wind}}}, b: {value: {type: door.opened, by: {kind: user}}}, c: {value: {type: door.opened, by: {kind: ghost}}}}
        ",
        expect![[r#"
            example {"type": "door.opened","by": {"kind": "wind"}}
            example {"type": "door.opened","by": {"kind": "ghost"}}

            W0705: the example does not match its schema: expected the member `id`
        "#]],
    );
}

/// The alternatives that list the value come before one that keeps any value, as in the emitted decoder.
#[test]
fn an_alternative_that_lists_the_value_counts_before_one_that_keeps_it() {
    check_examples(
        "
            door.opened:
              body:
                type: {const: door.opened}
                by: {oneOf: [{type: [string, integer]}, {title: User, type: object, properties: {name: {type: object, properties: {first: {type: string}}}}}]}
                how: {oneOf: [{type: string, enum: [pushed]}, {type: string, enum: [pulled]}]}
              example: {type: door.opened, by: {name: {first: null}, age: 5}, how: pulled}
        ",
        expect![[r#"
            example {"type": "door.opened","by": {"name": {},"age": 5},"how": "pulled"}

            W0706: the example has a member that the schema does not declare
        "#]],
    );
}

/// Of the alternatives that are objects, one that does not declare a member of another is not tried, so that no member is
/// lost. A null that it does not allow is not read as absence.
#[test]
fn alternatives_that_would_lose_a_member_do_not_count() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, by: {oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}}]}}
              examples:
                first: {value: {type: door.opened, by: {a: x, b: 5}}}
                second: {value: {type: door.opened, by: {a: null}}}
                third: {value: {type: door.opened, by: {b: x, c: y}}}
        ",
        expect![[r#"
            example {"type": "door.opened","by": {"a": "x","b": 5}}
            example {"type": "door.opened","by": {"a": null}}
            example {"type": "door.opened","by": {"b": "x","c": "y"}}

            W0706: the example has a member that the schema does not declare
        "#]],
    );
}

#[test]
fn a_tag_that_is_a_number() {
    let webhook = "
        door.opened:
          body:
            type: {const: door.opened}
            by: {oneOf: [{$ref: '#/components/schemas/7'}, {$ref: '#/components/schemas/8'}], discriminator: {propertyName: kind}}
          examples: {a: {value: {type: door.opened, by: {kind: 7, id: 5}}}, b: {value: {type: door.opened, by: {kind: 8}}}}
    ";
    let components = "
        '7': {type: object, properties: {kind: {type: integer}, id: {type: string}}}
        '8': {type: object, properties: {kind: {type: integer}}}
    ";
    let spec = description(&webhooks(webhook), components);
    let (outline, findings) = Input { spec: &spec, config: VERIFIER }.stage(Stage::Ir);
    let expected = expect![[r#"
        example {"type": "door.opened","by": {"kind": 8}}

        W0705: the example does not match its schema: expected a string
    "#]];
    expected.assert_eq(&join(&lines(&outline, &["    example "]), &findings));
}

#[test]
fn a_tuple_of_another_length() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, pair: {type: array, prefixItems: [{type: string}, {type: integer}], items: false, minItems: 2}}
              examples: {a: {value: {type: door.opened, pair: [a, 1]}}, b: {value: {type: door.opened, pair: [a]}}}
        ",
        expect![[r#"
            example {"type": "door.opened","pair": ["a",1]}

            W0705: the example does not match its schema: expected an array
        "#]],
    );
}

#[test]
fn assembled_from_the_examples_of_members() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string, example: noon}, size: {type: integer, examples: [3]}, more: {type: string}}
        ",
        expect![[r#"
            assembled {"type": "door.opened","at": "noon","size": 3}
        "#]],
    );
}

#[test]
fn assembled_with_all_that_is_required() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string, example: noon}, text: {type: string}, 'yes': {type: boolean}, size: {type: integer}, tags: {type: array, items: {type: string}}, pet: {type: object, required: [name], properties: {name: {type: string}}}, state: {enum: [open, shut]}, version: {const: 2}}
              required: [type, text, 'yes', size, tags, pet, state, version]
        ",
        expect![[r#"
            assembled {"type": "door.opened","at": "noon","text": "text","yes": true,"size": 0,"tags": [],"pet": {"name": "text"},"state": "open","version": 2}
        "#]],
    );
}

#[test]
fn assembled_from_the_first_of_one_of() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, by: {oneOf: [{type: object, required: [id], properties: {id: {type: integer, example: 7}}}, {type: string, example: me}]}}
        ",
        expect![[r#"
            assembled {"type": "door.opened","by": {"id": 7}}
        "#]],
    );
}

#[test]
fn assembled_from_all_of_any_of() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, by: {anyOf: [{type: object, properties: {id: {type: integer, example: 7}}}, {type: object, properties: {name: {type: string, example: me}}}]}}
        ",
        expect![[r#"
            assembled {"type": "door.opened","by": {"id": 7,"name": "me"}}
        "#]],
    );
}

#[test]
fn made_up_without_any_example() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string}}
        ",
        expect![[r#"
            assembled {"type": "door.opened"}

            W0707: webhook `door.opened` has no example, and its properties have none
        "#]],
    );
}

/// What the generator made up itself is not blamed on the description.
#[test]
fn made_up_without_blame() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, id: {type: string, example: a}, pair: {type: array, minItems: 2, maxItems: 2, prefixItems: [{type: string}, {type: integer}]}}
              required: [type, pair]
        ",
        expect![[r#"
            assembled {"type": "door.opened","id": "a","pair": ["text",0]}
        "#]],
    );
}

#[test]
fn made_up_if_the_example_of_a_member_does_not_fit() {
    check_examples(
        "
            door.opened:
              body: {type: {const: door.opened}, at: {type: string, example: 12}, size: {type: integer, example: 3}}
        ",
        expect![[r#"
            assembled {"type": "door.opened","at": "text","size": 3}

            W0705: an example does not match its schema: expected a string
        "#]],
    );
}

#[test]
fn a_payload_that_needs_itself_is_finite() {
    check_examples(
        "
            door.opened:
              schema:
                $id: https://example.com/door
                type: object
                required: [type, door]
                properties: {type: {const: door.opened}, door: {$ref: https://example.com/door}}
        ",
        expect![[r#"
            assembled {"type": "door.opened","door": {"type": "door.opened"}}

            W0610: `door` is required, but contains itself: no value is finite
            W0707: webhook `door.opened` has no example, and its properties have none
        "#]],
    );
}
