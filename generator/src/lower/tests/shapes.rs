//! Which Rust type each kind of schema becomes.

use expect_test::expect;

use super::check_types;
use crate::Stage;
use crate::testing::{Input, VERIFIER, description, schemas, types, webhooks};

#[test]
fn scalars() {
    check_types(
        "
            Text: {type: string}
            Yes: {type: boolean}
            Price: {type: number}
            Any: {type: integer}
            Small: {type: integer, format: int32}
            Big: {type: integer, format: int64}
        ",
        expect![[r#"
            Text?: String
            Yes?: bool
            Price?: Number
            Any?: Integer
            Small?: i32
            Big?: i64
        "#]],
    );
}

#[test]
fn string_formats() {
    check_types(
        "
            Id: {type: string, format: uuid}
            At: {type: string, format: date-time}
            On: {type: string, format: date}
            Clock: {type: string, format: time}
            Took: {type: string, format: duration}
            Mail: {type: string, format: email}
            Url: {type: string, format: url}
            Relative: {type: string, format: uri-reference}
            Host: {type: string, format: hostname}
            V4: {type: string, format: ipv4}
            V6: {type: string, format: ipv6}
            Bytes: {type: string, format: byte}
            Encoded: {type: string, contentEncoding: base64}
            Secret: {type: string, format: password}
            Misspelt: {type: string, format: date-tyme}
        ",
        expect![[r#"
            Id?: Text<Uuid>
            At?: Text<DateTime>
            On?: Text<Date>
            Clock?: Text<Time>
            Took?: Text<Duration>
            Mail?: Text<Email>
            Url?: Text<Uri>
            Relative?: Text<UriReference>
            Host?: Text<Hostname>
            V4?: Text<Ipv4>
            V6?: Text<Ipv6>
            Bytes?: Text<Byte>
            Encoded?: Text<Byte>
            Secret?: String
            Misspelt?: String

            W0605: unknown format `date-tyme`
        "#]],
    );
}

#[test]
fn members_make_a_struct() {
    check_types(
        "
            Pet:
              type: object
              required: [name, tag]
              properties:
                name: {type: string}
                age: {type: integer}
                tag: {type: [string, 'null']}
                owner: {type: string, nullable: true}
        ",
        expect![[r#"
            struct Pet {
                name: String
                age?: Integer
                tag: String | null
                owner?: String | null
            }
        "#]],
    );
}

/// Keywords without `type` allow values of other types, which are kept.
#[test]
fn types_that_are_implied() {
    check_types(
        "
            Open: {properties: {id: {type: string}}}
            Strict: {required: [id], properties: {id: {type: string}}}
            Optional: {type: object, properties: {open: {$ref: '#/components/schemas/Open'}, no: {nullable: true, items: {type: boolean}}}}
            List: {type: array, items: {$ref: '#/components/schemas/Open'}}
            Map: {additionalProperties: {$ref: '#/components/schemas/Strict'}}
            Either: {oneOf: [{type: boolean}, {$ref: '#/components/schemas/Strict'}]}
            Any: {anyOf: [{properties: {a: {type: string}}}, {properties: {b: {type: string}}}]}
            Stated: {allOf: [{properties: {a: {type: string}}}, {type: object}]}
        ",
        expect![[r#"
            Open?: Implied<Open>
            Strict?: Implied<Strict>
            List?: [Implied<Open>]
            Map?: Implied<Map<Implied<Strict>>>
            Any?: Implied<Any>

            struct Open {
                id?: String
            }

            struct Strict {
                id: String
            }

            struct Optional {
                open?: Implied<Open>
                no?: Implied<[bool]>
            }

            union Either by members {
                Bool(bool)
                Strict(Strict)
            }

            struct Any {
                a?: String
                b?: String
            }

            struct Stated {
                a?: String
            }
        "#]],
    );
}

/// The payload is a struct itself.
#[test]
fn a_body_without_a_type_is_an_object() {
    let webhook =
        "door.opened: {schema: {required: [type], properties: {type: {const: door.opened}, id: {type: string}}}}";
    let (outline, _) = Input { spec: &description(&webhooks(webhook), ""), config: VERIFIER }.stage(Stage::Ir);
    assert!(outline.contains("struct door.opened {\n    type: \"door.opened\"\n    id?: String\n}"), "{outline}");
}

#[test]
fn null_is_a_type() {
    check_types(
        "
            Nil: {type: 'null'}
            One: {enum: [null]}
            Nulls: {type: array, items: {const: null}}
            Either: {oneOf: [{type: 'null'}, {type: string}]}
        ",
        expect![[r#"
            Nil?: null
            One?: null
            Nulls?: [null]
            Either?: String | null
        "#]],
    );
}

#[test]
fn members_without_a_type_make_a_struct() {
    check_types(
        "
            Pet: {properties: {name: {type: string}}}
        ",
        expect![[r#"
            Pet?: Implied<Pet>

            struct Pet {
                name?: String
            }
        "#]],
    );
}

#[test]
fn a_required_member_without_a_schema() {
    check_types(
        "
            Pet:
              type: object
              required: [nmae]
              properties: {name: {type: string}}
        ",
        expect![[r#"
            struct Pet {
                name?: String
                /// Required, but not described.
                nmae: JsonValue
            }

            untyped /components/schemas/Pet: a member is required, but not described

            W0609: `nmae` is required, but not described
        "#]],
    );
}

#[test]
fn additional_properties_alone_make_a_map() {
    check_types(
        "
            Labels: {type: object, additionalProperties: {type: string}}
            Counts: {type: object, additionalProperties: {type: integer, nullable: true}}
            Open: {type: object, additionalProperties: true}
            Bare: {type: object}
            Closed: {type: object, additionalProperties: false}
        ",
        expect![[r#"
            Labels?: Map<String>
            Counts?: Map<(Integer | null)>
            Open?: Map<JsonValue>
            Bare?: Map<JsonValue>
            Closed?: Map<JsonValue>

            untyped /components/schemas/Open: `additionalProperties` allows anything
            untyped /components/schemas/Bare: an object without `properties`
            untyped /components/schemas/Closed: an object without `properties`
        "#]],
    );
}

#[test]
fn additional_properties_with_members_keep_the_rest() {
    check_types(
        "
            Pet:
              type: object
              properties: {name: {type: string}}
              additionalProperties: {type: integer}
            Strict:
              type: object
              properties: {name: {type: string}}
              additionalProperties: false
        ",
        expect![[r#"
            struct Pet {
                name?: String
                ..: Integer
            }

            struct Strict {
                name?: String
            }
        "#]],
    );
}

#[test]
fn pattern_properties_make_a_map() {
    check_types(
        "
            Dated: {type: object, patternProperties: {'^d': {type: string}}, additionalProperties: false}
            Either: {type: object, patternProperties: {'^d': {type: string}, '^n': {type: integer}}, additionalProperties: false}
            Some: {type: object, patternProperties: {'^d': {type: string}}}
        ",
        expect![[r#"
            Dated?: Map<String>
            Either?: Map<it.happened/Either>
            Some?: Map<it.happened/Some>

            union it.happened/Either by members {
                String(String)
                Integer(Integer)
            }

            union it.happened/Some by members {
                String(String)
            }
        "#]],
    );
}

#[test]
fn arrays_make_lists() {
    check_types(
        "
            Tags: {type: array, items: {type: string}}
            Gaps: {type: array, items: {type: [string, 'null']}}
            Grid: {type: array, items: {type: array, items: {type: number}}}
            Open: {type: array}
            Implied: {items: {type: boolean}}
            Pets: {type: array, items: {type: object, properties: {name: {type: string}}}}
        ",
        expect![[r#"
            Tags?: [String]
            Gaps?: [(String | null)]
            Grid?: [[Number]]
            Open?: [JsonValue]
            Implied?: Implied<[bool]>
            Pets?: [it.happened/Pet]

            struct it.happened/Pet {
                name?: String
            }

            untyped /components/schemas/Open: an array without `items`
        "#]],
    );
}

#[test]
fn prefix_items_of_a_fixed_length_make_a_tuple() {
    check_types(
        "
            Pair: {type: array, prefixItems: [{type: string}, {type: integer}], items: false, minItems: 2}
            ByMaximum: {type: array, prefixItems: [{type: string}, {type: integer}], minItems: 2, maxItems: 2}
        ",
        expect![[r#"
            Pair?: (String, Integer)
            ByMaximum?: (String, Integer)
        "#]],
    );
}

#[test]
fn prefix_items_of_an_open_length_make_a_list() {
    check_types(
        "
            Short: {type: array, prefixItems: [{type: string}, {type: integer}], items: false}
            Alike: {type: array, prefixItems: [{type: string}, {type: string}], items: {type: string}}
            More: {type: array, prefixItems: [{type: string}], items: {type: integer}}
        ",
        expect![[r#"
            Short?: [it.happened/Short]
            Alike?: [String]
            More?: [it.happened/More]

            union it.happened/Short by members {
                String(String)
                Integer(Integer)
            }

            union it.happened/More by members {
                String(String)
                Integer(Integer)
            }

            W0603: the order of `prefixItems` is not enforced
            W0603: the order of `prefixItems` is not enforced
        "#]],
    );
}

#[test]
fn listed_values_make_an_open_enum() {
    check_types(
        "
            Colour: {type: string, enum: [red, green]}
            Level: {type: integer, enum: [1, 2]}
            Rate: {type: number, enum: [1, 2.5]}
            Mixed: {enum: [one, 2, true]}
            Nullable: {type: [string, 'null'], enum: [a, b, null]}
            Truth: {type: boolean, enum: [true, false]}
        ",
        expect![[r#"
            Nullable?: Nullable | null
            Truth?: bool

            enum Colour: text {
                "red"
                "green"
            }

            enum Level: integer {
                1
                2
            }

            enum Rate: json {
                1
                2.5
            }

            enum Mixed: json {
                "one"
                2
                true
            }

            enum Nullable: text {
                "a"
                "b"
            }
        "#]],
    );
}

#[test]
fn a_single_value_makes_a_constant() {
    check_types(
        "
            Kind: {const: pet}
            One: {type: string, enum: [only]}
            Version: {const: 2}
            Nothing: {const: null}
        ",
        expect![[r#"
            Kind?: "pet"
            One?: "only"
            Version?: 2
            Nothing?: null
        "#]],
    );
}

#[test]
fn constants_as_alternatives_make_an_enum_with_docs() {
    check_types(
        "
            State:
              oneOf:
                - {const: 'on', description: It runs}
                - {const: 'off', title: Switched off}
            Known:
              anyOf:
                - {type: string, enum: [a, b]}
                - {type: string}
        ",
        expect![[r#"
            enum State: text {
                /// It runs
                "on"
                /// Switched off
                "off"
            }

            enum Known: text {
                "a"
                "b"
            }
        "#]],
    );
}

#[test]
fn several_types_make_a_union() {
    check_types(
        "
            Mixed: {type: [string, integer, array], items: {type: boolean}}
            WithNull: {type: [string, 'null']}
            Numbers: {type: [integer, number]}
        ",
        expect![[r#"
            WithNull?: String | null
            Numbers?: Number

            union Mixed by members {
                String(String)
                Integer(Integer)
                List([bool])
            }
        "#]],
    );
}

#[test]
fn anything_stays_json() {
    check_types(
        "
            Free: {}
            Yes: true
            NotText: {not: {type: string}}
            Conditional: {if: {properties: {a: {const: 1}}}, then: {required: [b]}}
        ",
        expect![[r#"
            Free?: JsonValue
            Yes?: JsonValue
            NotText?: JsonValue
            Conditional?: JsonValue

            untyped /components/schemas/Free: no keyword restricts the value
            untyped /components/schemas/Yes: no keyword restricts the value
            untyped /components/schemas/NotText: no keyword restricts the value
            untyped /components/schemas/Conditional: no keyword restricts the value

            W0603: `not` is not enforced
            W0603: `if` is not enforced
            W0603: `then` is not enforced
        "#]],
    );
}

#[test]
fn a_struct_that_contains_itself_is_boxed() {
    check_types(
        "
            Node:
              type: object
              properties:
                next: {$ref: '#/components/schemas/Node'}
                children: {type: array, items: {$ref: '#/components/schemas/Node'}}
        ",
        expect![[r#"
            struct Node {
                next?: Box<Node>
                children?: [Node]
            }
        "#]],
    );
}

/// They would take too much of the stack: see `passes::large`.
#[test]
fn large_structs_are_behind_pointers() {
    let members = |count: usize| (0..count).map(|index| format!("m{index}: {{type: string}}, ")).collect::<String>();
    let entries = format!(
        "
            Small: {{type: object, properties: {{{}next: {{$ref: '#/components/schemas/Small'}}}}}}
            Node:
              type: object
              properties:
                {{{}next: {{$ref: '#/components/schemas/Node'}}, all: {{type: array, items: {{$ref: '#/components/schemas/Node'}}}}}}
            Plain: {{type: object, properties: {{{}}}}}
            Large: {{type: object, properties: {{{}}}}}
            Holder: {{type: object, properties: {{a: {{$ref: '#/components/schemas/Plain'}}, b: {{$ref: '#/components/schemas/Large'}}}}}}
        ",
        members(19),
        members(20),
        members(169),
        members(170),
    );
    let (outline, _) = Input { spec: &schemas(&entries), config: VERIFIER }.stage(Stage::Ir);
    let outline = types(&outline);
    let shown: Vec<&str> = outline.lines().map(str::trim).filter(|line| !line.starts_with('m')).collect();
    for expected in ["next?: Box<Small>", "next?: Deep<Node>", "all?: [Deep<Node>]", "a?: Plain", "b?: Deep<Large>"] {
        assert!(shown.contains(&expected), "{expected} in {shown:#?}");
    }
}

/// Clippy's `large_enum_variant` warns of a difference of more than 200 bytes.
#[test]
fn large_variants_are_boxed() {
    let members = |count: usize| (0..count).map(|index| format!("m{index}: {{type: string}}, ")).collect::<String>();
    let entries = format!(
        "
            Either: {{oneOf: [{{$ref: '#/components/schemas/Seven'}}, {{$ref: '#/components/schemas/Eight'}}, {{type: array, items: {{$ref: '#/components/schemas/Eight'}}}}]}}
            Holder: {{oneOf: [{{$ref: '#/components/schemas/Either'}}, {{type: object, required: [a], properties: {{a: {{$ref: '#/components/schemas/Eight'}}}}}}]}}
            Seven: {{type: object, properties: {{{}}}}}
            Eight: {{type: object, properties: {{{}}}}}
        ",
        members(7),
        members(8),
    );
    let (outline, _) = Input { spec: &schemas(&entries), config: VERIFIER }.stage(Stage::Ir);
    let outline = types(&outline);
    let variants =
        ["Seven(Seven)", "Eight(Box<Eight>)", "List([Eight])", "Either(Either)", "Variant2(Box<Holder/Variant2>)"];
    for expected in variants {
        assert!(outline.lines().any(|line| line.trim() == expected), "{expected} in {outline}");
    }
}

#[test]
fn structs_that_contain_each_other_are_boxed_once() {
    check_types(
        "
            Person: {type: object, properties: {employer: {$ref: '#/components/schemas/Company'}}}
            Company: {type: object, properties: {owner: {$ref: '#/components/schemas/Person'}}}
        ",
        expect![[r#"
            struct Person {
                employer?: Box<Company>
            }

            struct Company {
                owner?: Box<Person>
            }
        "#]],
    );
}

#[test]
fn a_list_or_map_nested_in_itself_has_a_name() {
    check_types(
        "
            Deck: {type: array, items: {$ref: '#/components/schemas/Deck'}}
            Folder: {type: object, additionalProperties: {$ref: '#/components/schemas/Folder'}}
        ",
        expect![[r#"
            type Deck = [Deck];

            type Folder = Map<Folder>;
        "#]],
    );
}

#[test]
fn a_struct_that_needs_itself_has_an_optional_member() {
    check_types(
        "
            Node: {type: object, required: [next], properties: {next: {$ref: '#/components/schemas/Node'}}}
        ",
        expect![[r#"
            struct Node {
                next?: Box<Node>
            }

            W0610: `next` is required, but contains itself: no value is finite
        "#]],
    );
}

#[test]
fn inline_types_of_one_name_and_shape_become_one() {
    check_types(
        "
            Dog: {type: object, properties: {homeAddress: {type: object, properties: {city: {type: string}}}}}
            Cat: {type: object, properties: {homeAddress: {type: object, properties: {city: {type: string}}}}}
        ",
        expect![[r#"
            struct Dog {
                homeAddress?: Dog/homeAddress*
            }

            struct Cat {
                homeAddress?: Dog/homeAddress*
            }

            struct Dog/homeAddress* {
                city?: String
            }
        "#]],
    );
}

#[test]
fn inline_types_of_one_name_and_other_shapes_stay_apart() {
    check_types(
        "
            Dog: {type: object, properties: {home: {type: object, properties: {city: {type: string}}}}}
            Cat: {type: object, properties: {home: {type: object, properties: {street: {type: string}}}}}
        ",
        expect![[r#"
            struct Dog {
                home?: Dog/home
            }

            struct Cat {
                home?: Cat/home
            }

            struct Dog/home {
                city?: String
            }

            struct Cat/home {
                street?: String
            }
        "#]],
    );
}

#[test]
fn docs_of_a_use_and_of_a_type() {
    check_types(
        "
            Pet:
              title: Pet
              description: An animal
              deprecated: true
              type: object
              properties:
                name: {type: string, description: What it is called, minLength: 1, default: Rex}
                owner: {$ref: '#/components/schemas/Owner', description: Who feeds it}
            Owner: {type: object, description: A person, properties: {age: {type: integer, minimum: 0}}}
        ",
        expect![[r#"
            /// Pet
            /// An animal
            #[deprecated]
            struct Pet {
                /// What it is called
                /// minLength: 1
                /// default: "Rex"
                name?: String
                /// Who feeds it
                owner?: Owner
            }

            /// A person
            struct Owner {
                /// minimum: 0
                age?: Integer
            }
        "#]],
    );
}
