//! The emitted code of single items.

use std::mem::replace;

use expect_test::{Expect, expect};

use crate::testing::{Input, VERIFIER, dedented, description, schemas, webhooks};

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

/// Checks the signature scheme and the constructor of a crate.
#[track_caller]
fn check_receiver(entries: &str, config: &str, expected: Expect) {
    let file = emitted(&description(&webhooks(entries), ""), config, "src/lib.rs");
    let names = ["SIGNATURE_SCHEME", "receiver", "dangerously_unsigned_receiver"];
    let found = names.map(|name| items(&file, name)).into_iter().filter(|items| !items.is_empty());
    expected.assert_eq(&found.collect::<Vec<_>>().join("\n"));
}

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

/// A file of the emitted crate.
#[track_caller]
fn emitted(spec: &str, config: &str, path: &str) -> String {
    let (mut files, findings) = Input { spec, config }.files();
    files.remove(path).unwrap_or_else(|| panic!("there is no {path} in {:?}\n{findings}", files.keys()))
}

/// The items that are about a name: its definition, its implementations, macro calls that begin with it.
fn items(file: &str, name: &str) -> String {
    let is_about = |block: &&str| {
        let mut code = block.lines().filter(|line| !["//", "#["].iter().any(|start| line.starts_with(start)));
        let head = code.next().unwrap_or_default();
        let called = if head.ends_with("! {") { code.next() } else { None };
        let mut words = head.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| word == name) && !head.contains("use ")
            || called.is_some_and(|line| line.trim().starts_with(name))
    };
    let found: Vec<&str> = blocks(file).into_iter().filter(is_about).collect();
    found.iter().map(|block| format!("{}\n", block.trim_end())).collect::<Vec<_>>().join("\n")
}

/// The items of a file with their docs: they begin at the margin after an empty line.
fn blocks(file: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in file.split_inclusive('\n') {
        at += line.len();
        if line == "\n" && file[at..].starts_with(|c: char| !c.is_whitespace() && c != '}') {
            blocks.push(&file[start..at]);
            start = at;
        }
    }
    blocks.push(&file[start..]);
    blocks
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
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

#[test]
fn a_receiver_for_standard_webhooks() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
              parameters: [{name: webhook-id, in: header, schema: {type: string}}, {name: webhook-timestamp, in: header, schema: {type: string}}, {name: webhook-signature, in: header, schema: {type: string}}]
        ",
        "",
        expect![[r#"
            /// The headers that carry the signature, from the description.
            pub const SIGNATURE_SCHEME: StandardWebhooks = StandardWebhooks::new(
                "webhook-id",
                "webhook-timestamp",
                "webhook-signature",
            );

            /// Creates a receiver that accepts deliveries signed with `secret`.
            ///
            /// For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`]
            /// and [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].
            pub fn receiver(secret: Secret) -> Receiver<Acme> {
                Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))
            }
        "#]],
    );
}

#[test]
fn a_receiver_for_one_hmac_signature() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
              parameters: [{name: x-hub-signature-256, in: header, schema: {type: string}}, {name: x-github-delivery, in: header, schema: {type: string}}]
        ",
        "",
        expect![[r#"
            /// How deliveries are signed: HMAC with SHA-256 over the body alone, in the header
            /// `x-hub-signature-256`.
            ///
            /// No timestamp is signed, so a recorded delivery can be sent again at any time.
            ///
            /// [`Delivery::id`] is the value of the header `x-github-delivery`, which is not signed.
            pub const SIGNATURE_SCHEME: HmacScheme = HmacScheme::new(
                    "x-hub-signature-256",
                    webhook_receiver::signature::Hash::Sha256,
                    webhook_receiver::signature::Encoding::Hex,
                    &[webhook_receiver::signature::Piece::Body],
                )
                .prefix("sha256=")
                .unsigned_id("x-github-delivery");

            /// Creates a receiver that accepts deliveries signed with `secret`.
            ///
            /// For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`]
            /// and [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].
            pub fn receiver(secret: TextSecret) -> Receiver<Acme> {
                Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))
            }
        "#]],
    );
}

#[test]
fn a_receiver_with_the_id_in_the_body() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
        ",
        "[signature]\nscheme = \"hmac\"\nheader = \"acme\"\nhash = \"sha256\"\nencoding = \"hex\"\nsigned = \"{body}\"\n\
         id = { pointer = \"/data/id\" }",
        expect![[r#"
            /// How deliveries are signed: HMAC with SHA-256 over the body alone, in the header `acme`.
            ///
            /// No timestamp is signed, so a recorded delivery can be sent again at any time.
            ///
            /// [`Delivery::id`] is the value at `/data/id` in the body, which is signed.
            pub const SIGNATURE_SCHEME: HmacScheme = HmacScheme::new(
                    "acme",
                    webhook_receiver::signature::Hash::Sha256,
                    webhook_receiver::signature::Encoding::Hex,
                    &[webhook_receiver::signature::Piece::Body],
                )
                .id_in_body("/data/id");

            /// Creates a receiver that accepts deliveries signed with `secret`.
            ///
            /// For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`]
            /// and [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].
            pub fn receiver(secret: TextSecret) -> Receiver<Acme> {
                Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))
            }
        "#]],
    );
}

#[test]
fn a_receiver_for_a_list_of_hmac_signatures() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
              parameters: [{name: stripe-signature, in: header, schema: {type: string}}]
        ",
        "",
        expect![[r#"
            /// How deliveries are signed: HMAC with SHA-256 over timestamp and body, in the header
            /// `stripe-signature`.
            ///
            /// Nothing identifies a delivery, so one that is sent again is handled again.
            pub const SIGNATURE_SCHEME: HmacScheme = HmacScheme::list(
                    "stripe-signature",
                    ',',
                    webhook_receiver::signature::Hash::Sha256,
                    webhook_receiver::signature::Encoding::Hex,
                    &[
                        webhook_receiver::signature::Piece::TimestampToken("t="),
                        webhook_receiver::signature::Piece::Text("."),
                        webhook_receiver::signature::Piece::Body,
                    ],
                )
                .prefix("v1=");

            /// Creates a receiver that accepts deliveries signed with `secret`.
            ///
            /// For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`]
            /// and [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].
            pub fn receiver(secret: TextSecret) -> Receiver<Acme> {
                Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))
            }
        "#]],
    );
}

#[test]
fn a_receiver_for_unsigned_deliveries() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
        ",
        r#"
            [signature]
            scheme = "none"
        "#,
        expect![[r#"
            /// Creates a receiver that accepts every delivery, as the vendor signs none.
            ///
            /// Anyone who knows the address can forge deliveries, see [`Verifier::dangerously_accept_unsigned`].
            pub fn dangerously_unsigned_receiver() -> Receiver<Acme> {
                Receiver::new(Verifier::dangerously_accept_unsigned())
            }
        "#]],
    );
}

#[test]
fn a_receiver_for_a_verifier() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
        ",
        r#"
            [signature]
            scheme = "verifier"
        "#,
        expect![[r#"
            /// Creates a receiver that accepts the deliveries that `verifier` accepts.
            ///
            /// The description does not state how deliveries are signed. The vendor's documentation says which
            /// verifier is right.
            pub fn receiver(verifier: Verifier) -> Receiver<Acme> {
                Receiver::new(verifier)
            }
        "#]],
    );
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
