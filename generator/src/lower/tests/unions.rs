//! Which type a choice of schemas becomes, and how its alternatives are distinguished.

use expect_test::expect;

use super::check_types;

#[test]
fn by_a_discriminator_with_a_mapping() {
    check_types(
        "
            Pet:
              oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
              discriminator: {propertyName: kind, mapping: {feline: '#/components/schemas/Cat', canine: Dog, wolf: Dog}}
            Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer}}}
            Dog: {type: object, required: [kind], properties: {kind: {type: string}}}
        ",
        expect![[r#"
            union Pet by "kind" {
                Cat(Cat) = "feline"
                Dog(Dog) = "canine" | "wolf"
            }

            struct Cat {
                kind: String
                lives?: Integer
            }

            struct Dog {
                kind: String
            }
        "#]],
    );
}

#[test]
fn by_a_discriminator_without_a_mapping() {
    check_types(
        "
            Pet:
              oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
              discriminator: {propertyName: kind}
            Cat: {type: object, properties: {kind: {type: string}}}
            Dog: {type: object, properties: {kind: {type: string}}}
        ",
        expect![[r#"
            union Pet by "kind" {
                Cat(Cat) = "Cat"
                Dog(Dog) = "Dog"
            }

            struct Cat {
                kind?: String
            }

            struct Dog {
                kind?: String
            }
        "#]],
    );
}

#[test]
fn by_a_discriminator_with_constants() {
    check_types(
        "
            Pet:
              oneOf:
                - {type: object, properties: {kind: {const: cat}}}
                - {type: object, properties: {kind: {enum: [dog, wolf]}}}
              discriminator: {propertyName: kind}
        ",
        expect![[r#"
            union Pet by "kind" {
                cat(Pet/cat) = "cat"
                Variant2(Pet/Variant2) = "dog" | "wolf"
            }

            struct Pet/cat {
                kind?: "cat"
            }

            struct Pet/Variant2 {
                kind?: Pet/Variant2/kind
            }

            enum Pet/Variant2/kind: text {
                "dog"
                "wolf"
            }
        "#]],
    );
}

#[test]
fn a_discriminator_with_a_default() {
    check_types(
        "
            Pet:
              oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
              discriminator: {propertyName: kind, mapping: {cat: Cat}, defaultMapping: Dog}
            Cat: {type: object, properties: {kind: {type: string}}}
            Dog: {type: object, properties: {kind: {type: string}}}
        ",
        expect![[r#"
            union Pet by "kind" {
                Cat(Cat) = "cat"
                Dog(Dog) = "Dog" or any other
            }

            struct Cat {
                kind?: String
            }

            struct Dog {
                kind?: String
            }
        "#]],
    );
}

#[test]
fn a_discriminator_that_distinguishes_nothing() {
    check_types(
        "
            Pet:
              oneOf:
                - {type: object, required: [a], properties: {a: {type: string}}}
                - {type: object, required: [b], properties: {b: {type: string}}}
              discriminator: {propertyName: kind}
        ",
        expect![[r#"
            union Pet by members {
                Variant1(Pet/Variant1)
                Variant2(Pet/Variant2)
            }

            struct Pet/Variant1 {
                a: String
            }

            struct Pet/Variant2 {
                b: String
            }

            W0603: the discriminator `kind` does not distinguish the alternatives
        "#]],
    );
}

#[test]
fn by_a_base_that_others_extend() {
    check_types(
        "
            Vehicle: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind}}
            Car: {allOf: [{$ref: '#/components/schemas/Vehicle'}, {properties: {doors: {type: integer}}}]}
            Boat: {allOf: [{$ref: '#/components/schemas/Vehicle'}, {properties: {sails: {type: integer}}}]}
        ",
        expect![[r#"
            union Vehicle by "kind" {
                Car(Car) = "Car"
                Boat(Boat) = "Boat"
            }

            struct Car {
                kind: String
                doors?: Integer
            }

            struct Boat {
                kind: String
                sails?: Integer
            }
        "#]],
    );
}

#[test]
fn by_a_member_whose_constant_differs() {
    check_types(
        "
            Door:
              oneOf:
                - {type: object, properties: {state: {const: open}, since: {type: string}}}
                - {type: object, properties: {state: {enum: [shut, locked]}}}
        ",
        expect![[r#"
            union Door by "state" {
                open(Door/open) = "open"
                Variant2(Door/Variant2) = "shut" | "locked"
            }

            struct Door/open {
                state?: "open"
                since?: String
            }

            struct Door/Variant2 {
                state?: Door/Variant2/state
            }

            enum Door/Variant2/state: text {
                "shut"
                "locked"
            }
        "#]],
    );
}

#[test]
fn by_the_members_that_are_there() {
    check_types(
        "
            Contact:
              oneOf:
                - {title: By mail, type: object, required: [mail], properties: {mail: {type: string}}}
                - {type: object, required: [phone], properties: {phone: {type: string}}}
        ",
        expect![[r#"
            union Contact by members {
                By mail(Contact/By mail)
                Variant2(Contact/Variant2)
            }

            /// By mail
            struct Contact/By mail {
                mail: String
            }

            struct Contact/Variant2 {
                phone: String
            }
        "#]],
    );
}

#[test]
fn by_the_type() {
    check_types(
        "
            Value: {oneOf: [{type: string}, {type: integer}, {type: array, items: {type: string}}]}
            When: {oneOf: [{type: string, format: date}, {type: string, format: date-time}]}
        ",
        expect![[r#"
            union Value by members {
                Integer(Integer)
                List([String])
                String(String)
            }

            union When by members {
                date(Text<Date>)
                date-time(Text<DateTime>)
            }
        "#]],
    );
}

#[test]
fn null_is_not_an_alternative() {
    check_types(
        "
            Pet: {oneOf: [{type: string}, {type: integer}, {type: 'null'}]}
            Alone: {anyOf: [{type: string}, {type: 'null'}]}
        ",
        expect![[r#"
            Pet?: Pet | null
            Alone?: String | null

            union Pet by members {
                Integer(Integer)
                String(String)
            }
        "#]],
    );
}

#[test]
fn any_of_objects_makes_one_struct() {
    check_types(
        "
            Contact:
              anyOf:
                - {type: object, required: [id, mail], properties: {id: {type: string}, mail: {type: string}}}
                - {type: object, required: [id, phone], properties: {id: {type: string}, phone: {type: string}}}
        ",
        expect![[r#"
            struct Contact {
                id: String
                mail?: String
                phone?: String
            }
        "#]],
    );
}

#[test]
fn any_of_objects_with_constants_stays_a_union() {
    check_types(
        "
            Contact:
              anyOf:
                - {type: object, properties: {via: {const: mail}, address: {type: string}}}
                - {type: object, properties: {via: {const: phone}, number: {type: string}}}
        ",
        expect![[r#"
            union Contact by "via" {
                mail(Contact/mail) = "mail"
                phone(Contact/phone) = "phone"
            }

            struct Contact/mail {
                via?: "mail"
                address?: String
            }

            struct Contact/phone {
                via?: "phone"
                number?: String
            }
        "#]],
    );
}

#[test]
fn any_of_objects_whose_members_differ_stays_a_union() {
    check_types(
        "
            Contact:
              anyOf:
                - {type: object, properties: {id: {type: string}}}
                - {type: object, properties: {id: {type: integer}}}
        ",
        expect![[r#"
            union Contact by members {
                Variant1(Contact/Variant1)
                Variant2(Contact/Variant2)
            }

            struct Contact/Variant1 {
                id?: String
            }

            struct Contact/Variant2 {
                id?: Integer
            }
        "#]],
    );
}

#[test]
fn siblings_of_the_alternatives_apply_to_each() {
    check_types(
        "
            Event:
              type: object
              required: [id]
              properties: {id: {type: string}}
              oneOf:
                - {title: Added, type: object, required: [added], properties: {added: {type: string}}}
                - {title: Removed, type: object, required: [removed], properties: {removed: {type: string}}}
        ",
        expect![[r#"
            union Event by members {
                Added(Event/Added)
                Removed(Event/Removed)
            }

            /// Added
            struct Event/Added {
                added: String
                id: String
            }

            /// Removed
            struct Event/Removed {
                removed: String
                id: String
            }
        "#]],
    );
}

#[test]
fn alternatives_that_only_require_members_are_rules() {
    check_types(
        "
            Range:
              type: object
              properties: {from: {type: integer}, to: {type: integer}}
              anyOf: [{required: [from]}, {required: [to]}]
        ",
        expect![[r#"
            struct Range {
                from?: Integer
                to?: Integer
            }
        "#]],
    );
}

#[test]
fn several_choices_at_once() {
    check_types(
        "
            Odd:
              oneOf: [{type: string}, {type: integer}]
              anyOf: [{type: string}, {type: boolean}]
            Member:
              type: object
              properties: {id: {type: string}}
              allOf:
                - {oneOf: [{required: [a], properties: {a: {type: string}}}, {required: [b], properties: {b: {type: string}}}]}
                - {oneOf: [{required: [c], properties: {c: {type: string}}}, {required: [d], properties: {d: {type: string}}}]}
        ",
        expect![[r#"
            type Odd = JsonValue;

            struct Member {
                id?: String
            }

            untyped /components/schemas/Odd: several `oneOf` or `anyOf` apply to one value

            W0604: several `oneOf` or `anyOf` apply to one value
            W0603: several `oneOf` or `anyOf` apply to one value
        "#]],
    );
}

/// One value may match several alternatives. Where an alternative does not declare a member, it may have any value.
#[test]
fn any_of_objects_with_constants_in_different_members_is_one_struct() {
    check_types(
        "
            Any: {anyOf: [
              {type: object, required: [id, a], properties: {id: {type: string}, a: {const: x}, n: {const: 1}, t: {const: true}, l: {const: [1]}}},
              {type: object, required: [id], properties: {id: {type: string}, b: {enum: [y]}}}
            ]}
            Tagged: {anyOf: [
              {type: object, properties: {kind: {const: x}}},
              {type: object, properties: {kind: {const: y}}}
            ]}
            Same: {anyOf: [
              {type: object, properties: {kind: {const: x}, a: {type: string}}},
              {type: object, properties: {kind: {const: x}, b: {type: string}}}
            ]}
        ",
        expect![[r#"
            struct Any {
                id: String
                a?: Any/a
                n?: Any/n
                t?: bool
                l?: JsonValue
                b?: Any/b
            }

            union Tagged by "kind" {
                x(Tagged/x) = "x"
                y(Tagged/y) = "y"
            }

            struct Same {
                kind?: "x"
                a?: String
                b?: String
            }

            enum Any/a: text {
                "x"
            }

            enum Any/n: integer {
                1
            }

            enum Any/b: text {
                "y"
            }

            struct Tagged/x {
                kind?: "x"
            }

            struct Tagged/y {
                kind?: "y"
            }

            untyped /components/schemas/Any/anyOf/0/properties/l: a value of one alternative of `anyOf`
        "#]],
    );
}

#[test]
fn a_type_beside_alternatives_is_checked() {
    check_types(
        "
            Pet: {type: object, anyOf: [{type: object, properties: {a: {type: string}}}, {type: string}]}
            Number: {type: number, oneOf: [{type: integer}, {type: number}]}
        ",
        expect![[r#"
            union Pet by members {
                Variant1(Pet/Variant1)
                String(String)
            }

            union Number by members {
                Integer(Integer)
                Number(Number)
            }

            struct Pet/Variant1 {
                a?: String
            }

            W0610: the `type` beside the alternatives excludes one of them
        "#]],
    );
}
