//! Schemas.

use expect_test::{Expect, expect};

use crate::Stage;
use crate::testing::{Input, join, schemas};

/// Checks what schemas state, and the findings.
#[track_caller]
fn check_schemas(entries: &str, expected: Expect) {
    let (outline, findings) = Input { spec: &schemas(entries), config: "" }.stage(Stage::Normalized);
    let blocks = outline.split("\n\n").filter(|block| block.starts_with('#') && !block.contains(" /webhooks/"));
    let blocks = blocks.map(|block| block.trim_end().replace("/components/schemas/", ""));
    expected.assert_eq(&join(&blocks.collect::<Vec<_>>().join("\n"), &findings));
}

#[test]
fn types_and_null() {
    check_schemas(
        "
            One: {type: string}
            Several: {type: [string, integer, 'null']}
            Nullable: {type: string, nullable: true}
            OnlyNull: {type: 'null'}
            NullByConst: {const: null}
            NullInEnum: {enum: [a, null]}
        ",
        expect![[r##"
            #8 One
                type: string
            #9 Several
                type: string, integer
                nullable: true
            #10 Nullable
                type: string
                nullable: true
            #11 OnlyNull
                type: only null
            #12 NullByConst
                type: only null
            #13 NullInEnum
                nullable: true
                enum: "a"
        "##]],
    );
}

#[test]
fn values() {
    check_schemas(
        "
            Constant: {const: 1}
            Listed: {type: string, enum: [a, b, a]}
        ",
        expect![[r##"
            #4 Constant
                const: 1
            #5 Listed
                type: string
                enum: "a", "b"

            W0606: duplicate value in an `enum`
        "##]],
    );
}

#[test]
fn an_unknown_type_is_read_as_the_nearest() {
    check_schemas(
        "
            Unknown: {type: strin}
        ",
        expect![[r#"
            #3 Unknown
                type: string

            W0610: `strin` is not a type of JSON Schema
        "#]],
    );
}

#[test]
fn a_value_of_another_type_beats_the_type() {
    check_schemas(
        "
            Contradicted: {type: integer, enum: [1, b]}
        ",
        expect![[r##"
            #3 Contradicted
                enum: 1, "b"

            W0610: the value does not have the schema's type
        "##]],
    );
}

#[test]
fn objects() {
    check_schemas(
        "
            Pet:
              type: object
              required: [name]
              properties: {name: {type: string}}
              additionalProperties: {type: integer}
            Open: {additionalProperties: {}}
            Closed: {additionalProperties: false}
            Patterns: {patternProperties: {'^a': {type: string}}}
            Draft3: {type: object, properties: {name: {type: string, required: true}}}
        ",
        expect![[r#"
            #7 Pet
                type: object
                required: name
                properties: name #12
                additionalProperties: #13
            #8 Open
                additionalProperties: true
            #9 Closed
                additionalProperties: false
            #10 Patterns
                patternProperties: #14
            #11 Draft3
                type: object
                properties: name #15
            #12 Pet/properties/name
                type: string
            #13 Pet/additionalProperties
                type: integer
            #14 Patterns/patternProperties/^a
                type: string
            #15 Draft3/properties/name
                type: string

            W0603: `required` must be a list of names; a boolean has no effect here
        "#]],
    );
}

#[test]
fn arrays() {
    check_schemas(
        "
            List: {type: array, items: {type: string}, minItems: 1, maxItems: 3, uniqueItems: true}
            Tuple: {type: array, prefixItems: [{type: string}, {type: integer}], items: false}
        ",
        expect![[r#"
            #4 List
                type: array
                items: #6
                minItems: 1
                maxItems: 3
                /// minItems: 1
                /// maxItems: 3
                /// uniqueItems: true
            #5 Tuple
                type: array
                prefixItems: #7, #8
                items: false
            #6 List/items
                type: string
            #7 Tuple/prefixItems/0
                type: string
            #8 Tuple/prefixItems/1
                type: integer
        "#]],
    );
}

#[test]
fn combinations() {
    check_schemas(
        "
            All: {allOf: [{type: string}, {minLength: 1}]}
            One: {oneOf: [{$ref: '#/components/schemas/All'}, {type: 'null'}]}
            Any: {anyOf: [{type: string}, {type: integer}]}
            Beside: {$ref: '#/components/schemas/All', description: Beside a reference}
        ",
        expect![[r#"
            #6 All
                allOf: #10, #11
            #7 One
                oneOf: #12, #13
            #8 Any
                anyOf: #14, #15
            #9 Beside
                /// Beside a reference
                $ref: #6
            #10 All/allOf/0
                type: string
            #11 All/allOf/1
                /// minLength: 1
            #12 One/oneOf/0
                $ref: #6
            #13 One/oneOf/1
                type: only null
            #14 Any/anyOf/0
                type: string
            #15 Any/anyOf/1
                type: integer
        "#]],
    );
}

#[test]
fn discriminators() {
    check_schemas(
        "
            Mapped:
              oneOf: [{$ref: '#/components/schemas/Cat'}]
              discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: Cat}, defaultMapping: Cat}
            Base: {discriminator: {propertyName: kind}, properties: {kind: {type: string}}}
            Cat: {allOf: [{$ref: '#/components/schemas/Base'}]}
        ",
        expect![[r##"
            #5 Mapped
                oneOf: #8
                discriminator: kind, "cat" -> #Cat, "dog" -> Cat, otherwise -> "Cat"
            #6 Base
                properties: kind #9
                extended by: #7
                discriminator: kind
            #7 Cat
                allOf: #10
            #8 Mapped/oneOf/0
                $ref: #7
            #9 Base/properties/kind
                type: string
            #10 Cat/allOf/0
                $ref: #6
        "##]],
    );
}

#[test]
fn annotations_and_constraints() {
    check_schemas(
        r#"
            Pet:
              title: Pet
              description: "An animal\nof the house"
              deprecated: true
              examples: [{name: Rex}]
              example: {name: Tom}
              default: {}
              minProperties: 1
            Name: {type: string, pattern: '^[a-z]+$', minLength: 1}
            Size: {type: number, minimum: 0, exclusiveMaximum: 9.50}
        "#,
        expect![[r##"
            #5 Pet
                /// Pet
                /// An animal\nof the house
                deprecated: true
                examples: {"name":"Tom"}, {"name":"Rex"}
                /// default: {}
                /// minProperties: 1
            #6 Name
                type: string
                /// pattern: "^[a-z]+$"
                /// minLength: 1
            #7 Size
                type: number
                /// minimum: 0
                /// exclusiveMaximum: 9.50
        "##]],
    );
}

#[test]
fn rules_that_no_type_expresses() {
    check_schemas(
        "
            Not: {not: {type: string}}
            Conditional: {if: {required: [a]}, then: {required: [b]}, else: {required: [c]}}
            Never: false
        ",
        expect![[r#"
            #5 Not
            #6 Conditional
            #7 Never
                is: false

            W0603: `not` is not enforced
            W0603: `if` is not enforced
            W0603: `then` is not enforced
            W0603: `else` is not enforced
            W0603: the schema `false` is not enforced
        "#]],
    );
}

#[test]
fn keywords_without_a_rust_type() {
    check_schemas(
        "
            Dynamic: {$dynamicRef: '#thing'}
        ",
        expect![[r#"
            #3 Dynamic
                no Rust type for: $dynamicRef
        "#]],
    );
}

#[test]
fn unknown_keywords() {
    check_schemas(
        "
            Misspelt: {type: string, descripton: A text, x-ours: 1}
        ",
        expect![[r#"
            #3 Misspelt
                type: string

            W0602: unknown keyword `descripton` is ignored
        "#]],
    );
}

#[test]
fn keywords_with_a_wrong_value_are_ignored() {
    check_schemas(
        "
            A: {properties: []}
            B: {required: name}
            C: {allOf: []}
            D: {type: 7}
            E: {description: [a]}
            F: {nullable: maybe}
            G: {enum: []}
            H: 7
        ",
        expect![[r#"
            #10 A
                no Rust type for: a fault
            #11 B
            #12 C
            #13 D
                no Rust type for: a fault
            #14 E
            #15 F
            #16 G
                no Rust type for: a fault
            #17 H
                no Rust type for: a fault

            W0610: `properties` must be an object
            W0610: `required` must be a list of names
            W0610: `allOf` must be a list with at least one schema
            W0610: `type` must be a type name or a list of type names
            W0610: `description` must be a string
            W0610: `nullable` must be `true` or `false`
            W0610: `enum` must be a list with at least one value
            W0610: a schema must be an object, `true` or `false`
        "#]],
    );
}

#[test]
fn formats_and_encodings() {
    check_schemas(
        "
            At: {type: string, format: date-time}
            Bytes: {type: string, contentEncoding: base64}
            Hex: {type: string, contentEncoding: base16}
        ",
        expect![[r##"
            #5 At
                type: string
                format: date-time
            #6 Bytes
                type: string
                format: byte
            #7 Hex
                type: string
                /// contentEncoding: "base16"
        "##]],
    );
}

#[test]
fn a_schema_that_refers_to_itself_is_read_once() {
    check_schemas(
        "
            Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}}}
        ",
        expect![[r#"
            #3 Node
                type: object
                properties: next #4
            #4 Node/properties/next
                $ref: #3
        "#]],
    );
}
