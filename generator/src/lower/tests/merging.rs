//! `allOf` and siblings of `$ref` apply together.

use expect_test::expect;

use super::check_types;

#[test]
fn the_parts_of_all_of_make_one_struct() {
    check_types(
        "
            Pet:
              allOf:
                - {type: object, required: [name], properties: {name: {type: string}}}
                - {type: object, properties: {age: {type: integer}}}
        ",
        expect![[r#"
            struct Pet {
                name: String
                age?: Integer
            }
        "#]],
    );
}

#[test]
fn one_part_and_annotations_are_the_part() {
    check_types(
        "
            Owner: {$ref: '#/components/schemas/Person'}
            Described: {allOf: [{$ref: '#/components/schemas/Person'}, {description: The one who pays}]}
            Person: {type: object, properties: {name: {type: string}}}
        ",
        expect![[r#"
            Owner?: Person
            Described?: Person

            struct Person {
                name?: String
            }
        "#]],
    );
}

#[test]
fn siblings_of_a_reference_extend_it() {
    check_types(
        "
            Dog: {$ref: '#/components/schemas/Pet', properties: {breed: {type: string}}, required: [breed]}
            Pet: {type: object, properties: {name: {type: string}}}
        ",
        expect![[r#"
            struct Dog {
                name?: String
                breed: String
            }

            struct Pet {
                name?: String
            }
        "#]],
    );
}

#[test]
fn required_next_to_a_reference_makes_members_required() {
    check_types(
        "
            Named: {$ref: '#/components/schemas/Pet', required: [name]}
            Pet: {type: object, properties: {name: {type: string}}}
        ",
        expect![[r#"
            struct Named {
                name: String
            }

            struct Pet {
                name?: String
            }
        "#]],
    );
}

#[test]
fn of_two_formats_the_nearer_wins() {
    check_types(
        "
            Narrow: {$ref: '#/components/schemas/Number', format: int32}
            Number: {type: integer, format: int64}
        ",
        expect![[r#"
            Narrow?: i32
            Number?: i64
        "#]],
    );
}

#[test]
fn members_of_one_name_are_merged_themselves() {
    check_types(
        "
            Square:
              allOf:
                - {$ref: '#/components/schemas/Shape'}
                - {properties: {kind: {const: square}, size: {format: int32}}}
            Shape: {type: object, required: [kind], properties: {kind: {type: string}, size: {type: integer, description: How large}}}
        ",
        expect![[r#"
            struct Square {
                kind: "square"
                /// How large
                size?: i32
            }

            struct Shape {
                kind: String
                /// How large
                size?: Integer
            }
        "#]],
    );
}

#[test]
fn nested_objects_of_one_name_are_merged() {
    check_types(
        "
            Both:
              allOf:
                - {type: object, properties: {data: {type: object, properties: {a: {type: string}}}}}
                - {type: object, properties: {data: {type: object, properties: {b: {type: string}}}}}
        ",
        expect![[r#"
            struct Both {
                data?: Both/data
            }

            struct Both/data {
                b?: String
                a?: String
            }
        "#]],
    );
}

#[test]
fn listed_values_are_narrowed_to_the_common_ones() {
    check_types(
        "
            Some: {allOf: [{enum: [a, b, c]}, {enum: [b, c, d]}]}
            None: {allOf: [{enum: [a]}, {enum: [b]}]}
        ",
        expect![[r#"
            None?: "a"

            enum Some: text {
                "b"
                "c"
            }

            W0603: the `enum` lists have no value in common
        "#]],
    );
}

#[test]
fn types_are_narrowed_to_the_common_ones() {
    check_types(
        "
            Whole: {allOf: [{type: number}, {type: integer}]}
            Text: {allOf: [{type: [string, integer]}, {type: string}]}
        ",
        expect![[r#"
            Whole?: Integer
            Text?: String
        "#]],
    );
}

#[test]
fn a_map_and_a_closed_object_stay_a_map() {
    check_types(
        "
            Labels: {allOf: [{type: object, additionalProperties: {type: string}}, {type: object, additionalProperties: false}]}
        ",
        expect![[r#"
            Labels?: Map<String>
        "#]],
    );
}

#[test]
fn null_next_to_a_reference() {
    check_types(
        "
            Owner: {oneOf: [{$ref: '#/components/schemas/Person'}, {type: 'null'}]}
            Old: {allOf: [{$ref: '#/components/schemas/Person'}], nullable: true}
            Person: {type: object, properties: {name: {type: string}}}
        ",
        expect![[r#"
            Owner?: Person | null
            Old?: Person | null

            struct Person {
                name?: String
            }
        "#]],
    );
}

#[test]
fn a_schema_that_is_part_of_itself_is_read_without_that_part() {
    check_types(
        "
            A: {allOf: [{$ref: '#/components/schemas/B'}]}
            B: {allOf: [{$ref: '#/components/schemas/A'}], properties: {a: {type: string}}}
        ",
        expect![[r#"
            A?: Implied<B>
            B?: Implied<B>

            struct B {
                a?: String
            }

            W0610: a schema is part of itself
        "#]],
    );
}

#[test]
fn the_nearer_description_wins() {
    check_types(
        "
            Dog: {description: A dog, allOf: [{$ref: '#/components/schemas/Pet'}], properties: {name: {type: string, description: On the collar}}}
            Pet: {description: Any pet, type: object, properties: {name: {type: string, description: Any name}}}
        ",
        expect![[r#"
            /// A dog
            struct Dog {
                /// On the collar
                name?: String
            }

            /// Any pet
            struct Pet {
                /// Any name
                name?: String
            }
        "#]],
    );
}

#[test]
fn types_that_have_nothing_in_common_are_ignored() {
    check_types(
        "
            None: {allOf: [{type: string}, {type: integer}]}
        ",
        expect![[r#"
            None?: JsonValue

            untyped /components/schemas/None: the schema is wrong

            W0610: no value can be of all these types at once
        "#]],
    );
}
