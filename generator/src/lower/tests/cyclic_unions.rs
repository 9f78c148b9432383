//! Unions that are alternatives of each other.

use expect_test::expect;

use super::check_types;

#[test]
fn each_has_the_alternatives_of_both() {
    check_types(
        "
            X: {oneOf: [{$ref: '#/components/schemas/Y'}, {type: string}]}
            Y: {oneOf: [{$ref: '#/components/schemas/X'}, {type: integer}]}
        ",
        expect![[r#"
            union X by members {
                Y(Y)
                String(String)
            }

            union Y by members {
                Integer(Integer)
                String(String)
            }

            W0610: a schema is one of its own alternatives
        "#]],
    );
}

#[test]
fn several_ways_back() {
    check_types(
        "
            A: {oneOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/C'}]}
            B: {oneOf: [{$ref: '#/components/schemas/A'}, {type: string}]}
            C: {anyOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/C'}, {type: integer}, {type: object, required: [b], properties: {b: {$ref: '#/components/schemas/B'}}}]}
        ",
        expect![[r#"
            union A by members {
                B(B)
                C(C)
            }

            union B by members {
                Integer(Integer)
                Variant4(Box<C/Variant4>)
                String(String)
            }

            union C by members {
                Integer(Integer)
                Variant4(C/Variant4)
                String(String)
            }

            struct C/Variant4 {
                b: Box<B>
            }

            W0610: a schema is one of its own alternatives
            W0610: a schema is one of its own alternatives
        "#]],
    );
}

#[test]
fn null_comes_back_too() {
    check_types(
        "
            X: {oneOf: [{$ref: '#/components/schemas/Y'}, {type: boolean}, {type: 'null'}]}
            Y: {oneOf: [{$ref: '#/components/schemas/X'}, {type: integer}]}
        ",
        expect![[r#"
            X?: X | null

            union X by members {
                Y(Y)
                Bool(bool)
            }

            union Y by members {
                Integer((Integer | null))
                Bool(bool)
            }

            W0610: a schema is one of its own alternatives
        "#]],
    );
}

#[test]
fn a_way_back_that_adds_nothing() {
    check_types(
        "X: {oneOf: [{$ref: '#/components/schemas/X'}, {type: string}, {type: integer}]}",
        expect![[r#"
        union X by members {
            Integer(Integer)
            String(String)
        }

        W0610: a schema is one of its own alternatives
    "#]],
    );
}

/// The tag selects what is inside, so the alternatives of one are not those of the other.
#[test]
fn by_tags() {
    check_types(
        "
            X: {oneOf: [{$ref: '#/components/schemas/Y'}, {$ref: '#/components/schemas/A'}], discriminator: {propertyName: t}}
            Y: {oneOf: [{$ref: '#/components/schemas/X'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: t}}
            A: {type: object, properties: {t: {type: string}}}
            B: {type: object, properties: {t: {type: string}}}
        ",
        expect![[r#"
            union X by "t" {
                Y(Y) = "Y"
                A(A) = "A"
            }

            union Y by "t" {
                B(B) = "B"
            }

            struct A {
                t?: String
            }

            struct B {
                t?: String
            }

            W0610: a schema is one of its own alternatives
        "#]],
    );
}
