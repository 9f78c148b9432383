//! `[required]` and `[open]` of the configuration.

use expect_test::{Expect, expect};

use super::NO_EXAMPLE;
use crate::Stage;
use crate::testing::{Input, VERIFIER, dedented, description, join, webhooks};

/// Checks the structs, with the findings, for webhooks whose event type is their key.
#[track_caller]
fn check(entries: &str, schemas: &str, config: &str, expected: Expect) {
    let config = format!("{VERIFIER}[event-type]\npointer = \"/type\"\nfrom-keys = true\n{}", dedented(config));
    let (outline, findings) =
        Input { spec: &description(&webhooks(entries), schemas), config: &config }.stage(Stage::Ir);
    let blocks = outline.split("\n\n").filter(|block| block.starts_with("struct ") || block.starts_with("union "));
    let findings: Vec<&str> = findings.lines().filter(|finding| !finding.starts_with(NO_EXAMPLE)).collect();
    expected.assert_eq(&join(&blocks.collect::<Vec<_>>().join("\n"), &findings.join("\n")));
}

const SHARED: &str = "
    a.made:
      body: {type: {type: string}, item: {$ref: '#/components/schemas/item'}}
    a.sent:
      body: {type: {type: string}, item: {$ref: '#/components/schemas/item'}}
    a.lost:
      body: {type: {type: string}, item: {$ref: '#/components/schemas/item'}}
";

const ITEM: &str = "
    item: {type: object, properties: {id: {type: string}, owner: {$ref: '#/components/schemas/owner'}}}
    owner: {type: object, properties: {name: {type: string}}}
";

#[test]
fn a_type_whose_corrections_agree_stays_one() {
    let config = r#"
        [required]
        "a.made" = ["/type", "/item", "/item/id"]
        "a.sent" = ["/item/id"]
        "a.lost" = ["/item/id"]
        [open]
        "a.sent" = [""]
    "#;
    check(
        SHARED,
        ITEM,
        config,
        expect![[r#"
        struct a.made {
            type: String
            item: item
        }
        struct item {
            id: String
            owner?: owner
        }
        struct owner {
            name?: String
        }
        struct a.sent {
            type?: String
            item?: item
            ..: JsonValue
        }
        struct a.lost {
            type?: String
            item?: item
        }
    "#]],
    );
}

#[test]
fn a_type_that_others_share_is_divided() {
    let config = r#"
        [required]
        "a.made" = ["/item/id", "/item/owner/name"]
        "a.sent" = ["/item/id"]
    "#;
    check(
        SHARED,
        ITEM,
        config,
        expect![[r#"
            struct a.made {
                type?: String
                item?: a.made/item
            }
            struct a.made/item {
                id: String
                owner?: a.made/item/owner
            }
            struct a.made/item/owner {
                name: String
            }
            struct a.sent {
                type?: String
                item?: a.sent/item
            }
            struct a.sent/item {
                id: String
                owner?: owner
            }
            struct owner {
                name?: String
            }
            struct a.lost {
                type?: String
                item?: item
            }
            struct item {
                id?: String
                owner?: owner
            }

            W0712: corrections that do not apply wherever `spec.yaml#/components/schemas/item` is used make 3 types of it
            W0712: corrections that do not apply wherever `spec.yaml#/components/schemas/owner` is used make 2 types of it
        "#]],
    );
}

#[test]
fn places_are_found_through_references_parts_and_elements() {
    let entries = "
        a.made:
          schema:
            allOf:
              - {$ref: '#/components/schemas/base'}
              - {type: object, properties: {lists: {type: array, items: {type: array, items: {$ref: '#/components/schemas/item'}}}}}
              - {type: object, properties: {map: {type: object, additionalProperties: {$ref: '#/components/schemas/item'}}}}
    ";
    let schemas = "
        base: {type: object, properties: {type: {type: string}, next: {$ref: '#/components/schemas/base'}}}
        item: {anyOf: [{type: 'null'}, {type: object, properties: {id: {type: string}}}]}
    ";
    let config = r#"
        [required]
        "a.made" = ["/type", "/lists", "/lists/*/*/id", "/map/*/id", "/next/next"]
    "#;
    check(
        entries,
        schemas,
        config,
        expect![[r#"
            struct a.made {
                type: String
                next?: a.made/next
                lists: [[(a.made/list | null)]]
                map?: Map<(a.made/list | null)>
            }
            struct a.made/next {
                type?: String
                next: base
            }
            struct a.made/list {
                id: String
            }
            struct base {
                type?: String
                next?: Box<base>
            }

            W0712: corrections that do not apply wherever `spec.yaml#/components/schemas/base` is used make 2 types of it
        "#]],
    );
}

#[test]
fn alternatives_that_have_the_member_require_it() {
    let entries = "
        a.made:
          body:
            type: {type: string}
            one:
              oneOf:
                - {type: object, properties: {kind: {const: x}, id: {type: string}}}
                - {type: object, properties: {kind: {const: y}}}
            any:
              anyOf:
                - {type: object, properties: {id: {type: string}, a: {type: string}}}
                - {type: object, properties: {id: {type: string}, b: {type: string}}}
            base: {$ref: '#/components/schemas/base'}
    ";
    let schemas = "
        base: {type: object, properties: {kind: {type: string}, id: {type: string}}, discriminator: {propertyName: kind}}
        x: {allOf: [{$ref: '#/components/schemas/base'}, {type: object, properties: {a: {type: string}}}]}
        y: {allOf: [{$ref: '#/components/schemas/base'}, {type: object, properties: {b: {type: string}}}]}
    ";
    let config = r#"
        [required]
        "a.made" = ["/one/id", "/any/id", "/any/a", "/base/id"]
        [open]
        "a.made" = ["/one", "/any", "/base"]
    "#;
    check(
        entries,
        schemas,
        config,
        expect![[r#"
        struct a.made {
            type?: String
            one?: a.made/one
            any?: a.made/any
            base?: base
        }
        union a.made/one by "kind" {
            x(a.made/one/x) = "x"
            y(a.made/one/y) = "y"
        }
        struct a.made/any {
            id: String
            a?: String
            b?: String
            ..: JsonValue
        }
        union base by "kind" {
            x(x) = "x"
            y(y) = "y"
        }
        struct a.made/one/x {
            kind?: "x"
            id: String
            ..: JsonValue
        }
        struct a.made/one/y {
            kind?: "y"
            ..: JsonValue
        }
        struct x {
            kind?: String
            id: String
            a?: String
            ..: JsonValue
        }
        struct y {
            kind?: String
            id: String
            b?: String
            ..: JsonValue
        }

        W0704: `/any/a` of `a.made` is not required
    "#]],
    );
}

#[test]
fn entries_without_effect_are_reported() {
    let entries = "
        a.made:
          body:
            type: {type: string}
            lists: {type: array, items: {type: object, required: [id], properties: {id: {type: string}}}}
            other: {type: object, additionalProperties: true, properties: {a: {type: string}}}
            text: {type: string}
    ";
    let config = r#"
        [required]
        "a.mad" = ["/type"]
        "a.made" = ["/typ", "/lists/id", "/lists/*/id", "/lists/*/ids", "/text/a", "/a/b"]
        [open]
        "b" = [""]
        "a.made" = ["/other", "/text", "/lists"]
    "#;
    check(
        entries,
        "",
        config,
        expect![[r#"
        struct a.made {
            type?: String
            lists?: [a.made/list]
            other?: a.made/other
            text?: String
        }
        struct a.made/list {
            id: String
        }
        struct a.made/other {
            a?: String
            ..: JsonValue
        }

        W0704: no webhook has the event type `a.mad`
        W0704: no webhook has the event type `b`
        W0704: the body of `a.made` has no `/typ`
        W0704: the body of `a.made` has no `/lists/id`
        W0704: the description requires `/lists/*/id` in the body of `a.made` already
        W0704: the body of `a.made` has no `/lists/*/ids`
        W0704: the body of `a.made` has no `/text/a`
        W0704: the body of `a.made` has no `/a`
        W0704: the description allows other members at `/other` in the body of `a.made` already
        W0704: no schema describes an object at `/text` in the body of `a.made`
        W0704: no schema describes an object at `/lists` in the body of `a.made`
    "#]],
    );
}

#[test]
fn a_webhook_is_not_an_event_type() {
    let spec = description(&webhooks("made: {body: {type: {const: a.made}, id: {type: string}}}"), "");
    let config = format!("{VERIFIER}[required]\nmade = [\"/id\"]\n");
    let folder = Input { spec: &spec, config: &config }.stage(Stage::Ir).1;
    expect![[r#"
        W0704: no webhook has the event type `made`
        W0707: webhook `made` has no example, and its properties have none
    "#]]
    .assert_eq(&folder);
}
