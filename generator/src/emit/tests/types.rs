//! Types of payloads, and what their modules import.

use expect_test::{Expect, expect};

use super::{blocks, emitted, items};
use crate::testing::{VERIFIER, schemas};

/// Checks the items of the type `Pet`.
#[track_caller]
fn check_type(entries: &str, expected: Expect) {
    expected.assert_eq(&items(&emitted(&schemas(entries), VERIFIER, "src/it.rs"), "Pet"));
}

/// Checks what a module of payloads imports.
#[track_caller]
fn check_imports(entries: &str, expected: Expect) {
    let file = emitted(&schemas(entries), VERIFIER, "src/it.rs");
    let imports: Vec<&str> = blocks(&file).into_iter().filter(|block| block.starts_with("use ")).collect();
    expected.assert_eq(&format!("{}\n", imports.concat().trim_end()));
}

#[test]
fn a_struct() {
    check_type(
        "
            Pet:
              type: object
              description: An animal
              required: [name, tag]
              properties:
                name: {type: string, description: What it is called, minLength: 1}
                age: {type: integer, format: int32}
                tag: {type: [string, 'null']}
                chip: {type: [string, 'null'], format: uuid}
                type: {type: string, deprecated: true}
        ",
        expect![[r#"
            /// An animal.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct Pet {
                /// What it is called.
                ///
                /// `minLength`: `1`.
                pub name: String,
                /// `age`: an integer of 32 bits.
                pub age: Option<i32>,
                /// `tag`: a string.
                pub tag: Option<String>,
                /// `chip`: a string with the format `uuid`.
                pub chip: Option<Option<Text<format::Uuid>>>,
                /// **Deprecated** by the vendor.
                pub r#type: Option<String>,
                /// Members that the description does not declare.
                pub undeclared: Undeclared,
            }

            codec::object! {
                Pet {
                    "name" => name: required,
                    "age" => age: optional,
                    "tag" => tag: required,
                    "chip" => chip: optional_nullable,
                    "type" => r#type: optional,
                    ..undeclared
                }
            }
        "#]],
    );
}

/// Null is a value of the unions, although they are not nullable themselves.
#[test]
fn an_optional_union_with_null() {
    check_type(
        "
            Pet:
              type: object
              properties:
                weight: {oneOf: [{type: boolean}, {type: [integer, 'null']}]}
                size: {oneOf: [{type: boolean}, {items: {type: integer}}]}
                name: {oneOf: [{type: boolean}, {type: string}]}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct Pet {
                /// `weight`: one of several types, see [`PetWeight`].
                pub weight: Option<PetWeight>,
                /// `size`: one of several types, see [`PetSize`].
                pub size: Option<PetSize>,
                /// `name`: one of several types, see [`PetName`].
                pub name: Option<PetName>,
                /// Members that the description does not declare.
                pub undeclared: Undeclared,
            }

            codec::object! {
                Pet {
                    "weight" => weight: optional_nullable,
                    "size" => size: optional_nullable,
                    "name" => name: optional,
                    ..undeclared
                }
            }

            codec::untagged_union! {
                PetWeight {
                    Bool,
                    Integer,
                    ..Unknown
                }
            }

            codec::untagged_union! {
                PetSize {
                    Bool,
                    Variant2,
                    ..Unknown
                }
            }

            codec::untagged_union! {
                PetName {
                    Bool,
                    String,
                    ..Unknown
                }
            }
        "#]],
    );
}

#[test]
fn a_struct_with_typed_rest() {
    check_type(
        "
            Pet: {type: object, properties: {name: {type: string}}, additionalProperties: {type: integer}}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct Pet {
                /// `name`: a string.
                pub name: Option<String>,
                /// All other members.
                pub additional: BTreeMap<String, Integer>,
            }

            codec::object! {
                Pet {
                    "name" => name: optional,
                    ..additional
                }
            }
        "#]],
    );
}

#[test]
fn a_struct_in_itself() {
    check_type(
        "
            Pet: {type: object, properties: {mother: {$ref: '#/components/schemas/Pet'}, young: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct Pet {
                /// `mother`: an object, see [`Pet`].
                pub mother: Option<Box<Pet>>,
                /// `young`: an array of [`Pet`].
                pub young: Option<Vec<Pet>>,
                /// Members that the description does not declare.
                pub undeclared: Undeclared,
            }

            codec::object! {
                Pet {
                    "mother" => mother: optional,
                    "young" => young: optional,
                    ..undeclared
                }
            }
        "#]],
    );
}

#[test]
fn an_enum_of_texts() {
    check_type(
        "
            Pet: {description: A kind of pet, oneOf: [{const: cat, description: It purrs}, {const: guard dog}]}
        ",
        expect![[r#"
            /// A kind of pet.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum Pet {
                /// `cat`.
                ///
                /// It purrs.
                Cat,
                /// `guard dog`.
                GuardDog,
                /// A value that the description does not list.
                Unknown(String),
            }

            codec::text_enum! {
                Pet {
                    "cat" => Cat,
                    "guard dog" => GuardDog,
                    ..Unknown
                }
            }
        "#]],
    );
}

#[test]
fn many_texts_are_found_in_a_table() {
    for (count, codec) in [(64, "codec::text_enum! {"), (65, "codec::large_text_enum! {")] {
        let values: Vec<String> = (0..count).map(|index| format!("v{index}")).collect();
        let entries = format!("Pet: {{type: string, enum: [{}]}}", values.join(", "));
        let file = emitted(&schemas(&entries), VERIFIER, "src/it.rs");
        assert!(file.contains(codec), "{count}: {file}");
    }
}

#[test]
fn an_enum_of_integers() {
    check_type(
        "
            Pet: {type: integer, enum: [1, 2]}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum Pet {
                /// `1`.
                N1,
                /// `2`.
                N2,
                /// A value that the description does not list.
                Unknown(Integer),
            }

            codec::integer_enum! {
                Pet {
                    1 => N1,
                    2 => N2,
                    ..Unknown
                }
            }
        "#]],
    );
}

#[test]
fn an_enum_of_any_values() {
    check_type(
        "
            Pet: {enum: [1.5, true, text]}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq, Eq)]
            #[non_exhaustive]
            pub enum Pet {
                /// `1.5`.
                N15,
                /// `true`.
                True,
                /// `text`.
                Text,
                /// A value that the description does not list.
                Unknown(JsonValue),
            }

            codec::json_enum! {
                Pet {
                    "1.5" => N15,
                    "true" => True,
                    "\"text\"" => Text,
                    ..Unknown
                }
            }
        "#]],
    );
}

#[test]
fn a_constant() {
    check_type(
        "
            Pet: {const: cat}
            Pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct Pet;

            codec::constant!(Pet: str = "cat");
        "#]],
    );
}

#[test]
fn a_union_by_tag() {
    check_type(
        "
            Pet:
              oneOf:
                - {title: Cat, type: object, properties: {kind: {const: cat}}}
                - {title: Dog, type: object, properties: {kind: {enum: [dog, wolf]}}}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum Pet {
                /// Selected if `kind` is `cat`.
                Cat(PetCat),
                /// Selected if `kind` is `dog` or `wolf`.
                Dog(PetDog),
                /// A value that is none of these.
                Unknown(JsonValue),
            }

            codec::tagged_union! {
                Pet by "kind" {
                    "cat" => Cat,
                    "dog" | "wolf" => Dog,
                    ..Unknown
                }
            }

            codec::object! {
                PetCat {
                    "kind" => kind: optional = "cat",
                    ..undeclared
                }
            }

            codec::object! {
                PetDog {
                    "kind" => kind: optional,
                    ..undeclared
                }
            }

            codec::text_enum! {
                PetDogKind {
                    "dog" => Dog,
                    "wolf" => Wolf,
                    ..Unknown
                }
            }
        "#]],
    );
}

#[test]
fn a_union_by_tag_with_a_default() {
    check_type(
        "
            Pet:
              oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
              discriminator: {propertyName: kind, mapping: {cat: Cat}, defaultMapping: Dog}
            Cat: {type: object, properties: {kind: {type: string}}}
            Dog: {type: object, properties: {kind: {type: string}}}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum Pet {
                /// Selected if `kind` is `cat`.
                Cat(Cat),
                /// Selected if `kind` is `Dog`, or if no other tag matches.
                Dog(Dog),
                /// A value that is none of these.
                Unknown(JsonValue),
            }

            codec::tagged_union! {
                Pet by "kind" {
                    "cat" => Cat,
                    "Dog" => Dog,
                    _ => Dog,
                    ..Unknown
                }
            }
        "#]],
    );
}

#[test]
fn a_union_by_members() {
    check_type(
        "
            Pet:
              oneOf:
                - {title: Named, type: object, required: [name], properties: {name: {type: string}}}
                - {type: array, items: {type: string}}
                - {type: 'null'}
                - {type: boolean}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum Pet {
                /// An object, see [`PetNamed`].
                Named(PetNamed),
                /// An array of strings.
                List(Vec<String>),
                /// A boolean.
                Bool(bool),
                /// A value that is none of these.
                Unknown(JsonValue),
            }

            codec::untagged_union! {
                Pet {
                    Named,
                    List,
                    Bool,
                    ..Unknown
                }
            }

            codec::object! {
                PetNamed {
                    "name" => name: required,
                    ..undeclared
                }
            }
        "#]],
    );
}

#[test]
fn a_newtype() {
    check_type(
        "
            Pet: {type: array, items: {$ref: '#/components/schemas/Pet'}}
        ",
        expect![[r#"
            /// The schema `Pet`.
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            pub struct Pet(
                /// The value.
                pub Vec<Pet>,
            );

            codec::newtype!(Pet);
        "#]],
    );
}

#[test]
fn texts_that_would_end_a_comment_or_run_as_code() {
    check_type(
        r##"
            Pet:
              type: object
              description: "*/ fn main() {} /* ``` let x = 1;\n\n    indented\n# Heading <script> [link](https://example.com) \u202e"
              properties: {a"b: {type: string, default: "\"#\\"}}
        "##,
        expect![[r##"
            /// */ fn main() {} /* \`\`\` let x = 1;
            ///
            /// indented
            /// # Heading \<script\> \[link\](<https://example.com>)
            ///
            /// Source: `spec.yaml#/components/schemas/Pet`
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct Pet {
                /// `a"b`: a string.
                ///
                /// `default`: `"\"#\\"`.
                pub a_b: Option<String>,
                /// Members that the description does not declare.
                pub undeclared: Undeclared,
            }

            codec::object! {
                Pet {
                    "a\"b" => a_b: optional,
                    ..undeclared
                }
            }
        "##]],
    );
}

#[test]
fn imports_of_what_fields_need() {
    check_imports(
        "
            Pet: {type: object, properties: {a: {type: integer}, b: {type: number}, c: {}, d: {type: string, format: uuid}, e: {type: object, additionalProperties: {type: string}}}}
        ",
        expect![[r#"
            use std::collections::BTreeMap;
            use webhook_receiver::codegen::codec;
            use webhook_receiver::{Integer, JsonValue, Number, Text, Undeclared, codegen, format};
            use crate::{Acme, EventType};
        "#]],
    );
}

#[test]
fn no_imports_for_what_is_not_used() {
    check_imports(
        "
            Pet: {type: object, properties: {a: {type: string}}}
        ",
        expect![[r#"
            use webhook_receiver::codegen::codec;
            use webhook_receiver::{Undeclared, codegen};
            use crate::{Acme, EventType};
        "#]],
    );
}
