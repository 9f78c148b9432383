//! Bodies that are a choice.

use expect_test::{Expect, expect};

use crate::Stage;
use crate::testing::{Input, VERIFIER, description, join, webhooks};

/// Checks the types of one webhook whose body is the schema `Body`.
#[track_caller]
fn check_body(config: &str, components: &str, expected: Expect) {
    let config = format!("{VERIFIER}{config}");
    let spec = description(&webhooks("seen: {schema: {$ref: '#/components/schemas/Body'}}"), components);
    let (outline, findings) = Input { spec: &spec, config: &config }.stage(Stage::Ir);
    let outline = outline.lines().filter(|line| !line.starts_with("signed")).collect::<Vec<_>>().join("\n");
    expected.assert_eq(&join(outline.trim(), &findings));
}

const ADDRESS: &str = "[event-type]\naddress = true\n";

#[test]
fn a_base_whose_children_add_nothing() {
    check_body(
        ADDRESS,
        "
            Body: {type: object, properties: {t: {type: string}}, discriminator: {propertyName: t}}
            One: {allOf: [{$ref: '#/components/schemas/Body'}]}
        ",
        expect![[r#"
            event type in the address

            webhook "seen": seen
                assembled {"t": "One"}

            union seen by "t" {
                One(One) = "One"
            }

            struct One {
                t?: String
            }

            W0707: webhook `seen` has no example, and its properties have none
        "#]],
    );
    check_body(
        ADDRESS,
        "
            Body: {type: object, properties: {t: {type: string}}, discriminator: {propertyName: t}}
            One: {allOf: [{$ref: '#/components/schemas/Body'}]}
            Two: {allOf: [{$ref: '#/components/schemas/Body'}]}
        ",
        expect![[r#"
            event type in the address

            webhook "seen": seen
                assembled {"t": "One"}

            union seen by "t" {
                One(One) = "One"
                Two(Two) = "Two"
            }

            struct One {
                t?: String
            }

            struct Two {
                t?: String
            }

            W0707: webhook `seen` has no example, and its properties have none
        "#]],
    );
}

/// The base lists all event types, and each schema that extends it has the same list. The mapping says which is which.
#[test]
fn a_base_that_lists_the_values_of_its_mapping() {
    check_body(
        "",
        "
            Body:
                type: object
                properties: {t: {type: string, enum: [one.made, two.made, three.made]}, data: {type: object}}
                discriminator:
                    propertyName: t
                    mapping: {one.made: '#/components/schemas/One', two.made: '#/components/schemas/Two'}
            One: {allOf: [{$ref: '#/components/schemas/Body'}, {properties: {data: {properties: {a: {type: string}}}}}]}
            Two: {allOf: [{$ref: '#/components/schemas/Body'}, {properties: {data: {properties: {b: {type: string}}}}}]}
        ",
        expect![[r#"
            event type in /t

            webhook "seen" is "one.made": one.made
                assembled {"t": "one.made"}
            webhook "seen" is "three.made": three.made
                assembled {"t": "three.made"}
            webhook "seen" is "two.made": two.made
                assembled {"t": "two.made"}

            struct one.made {
                t?: one.made/t
                data?: one.made/data
            }

            enum one.made/t: text {
                "one.made"
                "two.made"
                "three.made"
            }

            struct one.made/data {
                a?: String
            }

            union three.made by "t" {
                One(One) = "one.made"
                Two(Two) = "two.made"
            }

            struct One {
                t?: one.made/t
                data?: one.made/data
            }

            struct Two {
                t?: one.made/t
                data?: Two/data
            }

            struct Two/data {
                b?: String
            }

            struct two.made {
                t?: one.made/t
                data?: Two/data
            }

            W0707: webhook `seen` has no example, and its properties have none
        "#]],
    );
}

/// The base is itself made of parts; its child has the members of all.
#[test]
fn a_base_with_one_child_that_the_mapping_names() {
    check_body(
        "",
        "
            Envelope: {type: object, required: [id, type], properties: {id: {type: string}, type: {type: string}}}
            Body:
              allOf: [{$ref: '#/components/schemas/Envelope'}, {type: object, properties: {type: {enum: [changed]}}}]
              discriminator: {propertyName: type, mapping: {changed: '#/components/schemas/Changed'}}
            Changed: {allOf: [{$ref: '#/components/schemas/Body'}, {type: object, required: [data], properties: {data: {type: string}}}]}
        ",
        expect![[r#"
            event type in /type

            webhook "seen" is "changed": changed
                assembled {"id": "text","type": "changed","data": "text"}

            struct changed {
                id: String
                type: "changed"
                data: String
            }

            W0707: webhook `seen` has no example, and its properties have none
        "#]],
    );
}

/// Tags and names are those of the schemas that the alternatives name.
#[test]
fn alternatives_that_are_aliases() {
    check_body(
        ADDRESS,
        "
            Body:
              oneOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/D'}]
              discriminator: {propertyName: t, mapping: {b: '#/components/schemas/B', d: '#/components/schemas/D'}}
            A: {type: object, properties: {t: {type: string}}}
            B: {allOf: [{$ref: '#/components/schemas/A'}]}
            D: {allOf: [{$ref: '#/components/schemas/A'}], properties: {c: {type: string}}}
        ",
        expect![[r#"
            event type in the address

            webhook "seen": seen
                assembled {"t": "b"}

            union seen by "t" {
                B(A) = "b"
                D(D) = "d"
            }

            struct A {
                t?: String
            }

            struct D {
                t?: String
                c?: String
            }

            W0707: webhook `seen` has no example, and its properties have none
        "#]],
    );
}
