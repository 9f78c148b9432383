use std::collections::HashSet;
use std::path::Path;

use expect_test::{Expect, expect};

use super::*;
use crate::diff::{compare, trees};
use crate::testing::Input;

const OLD: &str = "
    openapi: 3.1.0
    info: {title: Acme, version: '1'}
    webhooks:
      order.paid: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/order'}}}}}}
    components:
      schemas:
        order:
          type: object
          required: [type, id]
          properties:
            type: {const: order.paid}
            id: {type: integer}
            state: {enum: [open, closed]}
            note: {type: string}
";

/// The edited description.
fn new() -> String {
    OLD.replace("id: {type: integer}", "id: {type: string}")
        .replace("[open, closed]", "[open, closed, held]")
        .replace("            note: {type: string}\n", "            remark: {type: string}\n")
        .replace("version: '1'", "version: '2'")
}

fn shown(old: &str, new: &str, accepted: &[usize], verbose: bool, show: impl Fn(&Changes<'_>) -> String) -> String {
    let config = "[event-type]\npointer = \"/type\"\n[signature]\nscheme = \"verifier\"\n";
    let (before, mut old_sources) = Input { spec: old, config }.described(None);
    let (after, mut new_sources) = Input { spec: new, config }.described(Some(&before.names));
    let mut report = compare(&before.catalogue, &after.catalogue);
    trees(&before.tree, &after.tree, &mut report);
    for (sources, text) in [(&mut old_sources, "v1:"), (&mut new_sources, "")] {
        let folder = sources.path_name(sources.description().unwrap()).strip_suffix("/spec.yaml").unwrap().to_owned();
        sources.show_folder_as(Path::new(&folder), text);
    }
    let changes = Changes {
        report: &report,
        old: Side { title: "v1", sources: Some(&old_sources) },
        new: Side { title: "v2", sources: Some(&new_sources) },
        accepted: accepted.iter().copied().collect::<HashSet<_>>(),
        verbose,
    };
    show(&changes)
}

fn check(accepted: &[usize], verbose: bool, show: impl Fn(&Changes<'_>) -> String, expected: Expect) {
    expected.assert_eq(&shown(OLD, &new(), accepted, verbose, show));
}

#[test]
fn text() {
    check(
        &[],
        false,
        |changes| changes_text(changes, false),
        expect![[r#"
            error[integer-to-string]: the type of `id` is `String` instead of `Integer`
              --> spec.yaml:12:9
               |
            12 |         id: {type: string}
               |         ^^ after
               |
              ::: v1:spec.yaml:12:9
               |
            12 |         id: {type: integer}
               |         -- before
               |
               = note: source, now, replay; version: major; at `order.paid/id`
               = note: in the crate: `OrderPaid::id`, `Event::id()`
               = note: the old crate: a value of another type is refused
               = note: the new crate: a value of another type is refused

            error[member-renamed-optional]: the member `note` is now called `remark` (a guess)
              --> spec.yaml:14:9
               |
            14 |         remark: {type: string}
               |         ^^^^^^ after
               |
              ::: v1:spec.yaml:14:9
               |
            14 |         note: {type: string}
               |         ---- before
               |
               = note: source; version: major; at `order.paid/remark`
               = note: in the crate: `OrderPaid::remark`, `OrderPaid::note`, `Event::note()`, `Event::remark()`
               = note: the old crate: `note` is `None`
               = note: the new crate: `remark` is `None`

            warning[value-added]: the value "held" of `OrderPaidState` is new
              --> spec.yaml:13:38
               |
            13 |         state: {enum: [open, closed, held]}
               |                                      ^^^^ after
               |
              ::: v1:spec.yaml:13:9
               |
            13 |         state: {enum: [open, closed]}
               |         ----- before
               |
               = note: silent; version: minor; at `order.paid/state`
               = note: in the crate: `OrderPaidState::Held`
               = note: the old crate: "held" is `Unknown`

            note[info-version]: the version of the description is `2` instead of `1`
             --> spec.yaml:2:21
              |
            2 | info: {title: Acme, version: '2'}
              |                     ^^^^^^^ after
              |
             ::: v1:spec.yaml:2:21
              |
            2 | info: {title: Acme, version: '1'}
              |                     ------- before
              |
              = note: docs; version: patch; at `/info/version`

            4 changes from v1 to v2
            version: major (source, now, replay, silent)
            deploy: neither crate reads all deliveries of the other: drain the inbox, deploy when the vendor switches, and keep a receiver with the old crate for what the vendor still retries
        "#]],
    );
    check(
        &[0, 1],
        false,
        |changes| changes_text(changes, false),
        expect![[r#"
            warning[value-added]: the value "held" of `OrderPaidState` is new
              --> spec.yaml:13:38
               |
            13 |         state: {enum: [open, closed, held]}
               |                                      ^^^^ after
               |
              ::: v1:spec.yaml:13:9
               |
            13 |         state: {enum: [open, closed]}
               |         ----- before
               |
               = note: silent; version: minor; at `order.paid/state`
               = note: in the crate: `OrderPaidState::Held`
               = note: the old crate: "held" is `Unknown`

            note[info-version]: the version of the description is `2` instead of `1`
             --> spec.yaml:2:21
              |
            2 | info: {title: Acme, version: '2'}
              |                     ^^^^^^^ after
              |
             ::: v1:spec.yaml:2:21
              |
            2 | info: {title: Acme, version: '1'}
              |                     ------- before
              |
              = note: docs; version: patch; at `/info/version`

            4 changes from v1 to v2, 2 of them accepted
            version: major (source, now, replay, silent)
            deploy: neither crate reads all deliveries of the other: drain the inbox, deploy when the vendor switches, and keep a receiver with the old crate for what the vendor still retries
        "#]],
    );
}

#[test]
fn many_changes_are_one_line_for_each_rule() {
    let old: String =
        OLD.to_owned() + &(0..9).map(|n| format!("            m{n}: {{type: string}}\n")).collect::<String>();
    let new = old.replace("m0: {type: string}", "m0: {type: boolean}").replace("m1: {type: string}", "m1: {}");
    let new = new.replace("m2: {type: string}", "m2: {type: string, format: uuid}");
    let new: String = new + &(0..9).map(|n| format!("            n{n}: {{type: string}}\n")).collect::<String>();
    expect![[r#"
        source now replay  1 string-to-boolean      order.paid/m0
        source now         1 string-to-any          order.paid/m1
        source             1 format-added           order.paid/m2
        silent             9 member-added-optional  order.paid/n0
        each line has the first place of its kind; `-v` shows every change

        12 changes from v1 to v2
        version: major (source, now, replay, silent)
        deploy: neither crate reads all deliveries of the other: drain the inbox, deploy when the vendor switches, and keep a receiver with the old crate for what the vendor still retries
    "#]].assert_eq(&shown(&old, &new, &[], false, |changes| changes_text(changes, false)));
}

#[test]
fn changes_without_an_effect_do_not_shorten_the_others() {
    let places: String = (0..8).map(|number| format!(", x-{number}: {number}")).collect();
    let new = OLD
        .replace("id: {type: integer}", "id: {type: string}")
        .replace("note: {type: string}", &format!("note: {{type: string{places}}}"));
    let text = shown(OLD, &new, &[], false, |changes| changes_text(changes, false));
    assert!(text.contains("error[integer-to-string]: ") && text.contains("9 changes from v1 to v2"), "{text}");
}

#[test]
fn a_member_that_becomes_required_is_shown_in_the_list() {
    let new = OLD.replace("[type, id]", "[type, id, note]");
    let text = shown(OLD, &new, &[], false, |changes| changes_text(changes, false));
    for line in [
        "required: [type, id, note]\n",
        "required: [type, id]\n",
        "the new crate: a delivery without `note` is refused\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
}

#[test]
fn markdown() {
    check(
        &[],
        false,
        changes_markdown,
        expect![[r####"
            ### Webhooks: v1 to v2

            **Version:** major  
            **Deploy:** neither crate reads all deliveries of the other: drain the inbox, deploy when the vendor switches, and keep a receiver with the old crate for what the vendor still retries

            | effect | change | count |
            |---|---|--:|
            | source, now, replay | A value has another JSON type. | 1 |
            | source | An optional member is removed, and one of the same type is added. | 1 |
            | silent | A value is added to an enum. | 1 |
            | docs | The version of the description differs. | 1 |

            <details><summary><code>integer-to-string</code> (1)</summary>

            - the type of `id` is `String` instead of `Integer`: `v1:spec.yaml:12:9` → `spec.yaml:12:9`
              - the old crate: a value of another type is refused
              - the new crate: a value of another type is refused

            </details>
            <details><summary><code>member-renamed-optional</code> (1)</summary>

            - the member `note` is now called `remark` (a guess): `v1:spec.yaml:14:9` → `spec.yaml:14:9`
              - the old crate: `note` is `None`
              - the new crate: `remark` is `None`

            </details>
            <details><summary><code>value-added</code> (1)</summary>

            - the value "held" of `OrderPaidState` is new: `v1:spec.yaml:13:9` → `spec.yaml:13:38`
              - the old crate: "held" is `Unknown`

            </details>
            <details><summary><code>info-version</code> (1)</summary>

            - the version of the description is `2` instead of `1`: `v1:spec.yaml:2:21` → `spec.yaml:2:21`

            </details>
        "####]],
    );
}

#[test]
fn text_of_a_description_formats_no_markdown() {
    let new = OLD.replace("            note: {type: string}\n", "            'a`<b>`|[c](d)': {type: string}\n");
    let text = shown(OLD, &new, &[], false, changes_markdown);
    let line = text.lines().find(|line| line.contains("is now called")).unwrap();
    expect![[
        r#"- the member `note` is now called `a`\<b\>`\|[c](d)` (a guess): `v1:spec.yaml:14:9` → `spec.yaml:14:9`"#
    ]]
    .assert_eq(line);
}

#[test]
fn github() {
    check(
        &[3],
        false,
        changes_github,
        expect![[r#"
            ::error file=spec.yaml,line=12,col=9,title=integer-to-string::the type of `id` is `String` instead of `Integer`%0Asource, now, replay; version: major%0Athe old crate: a value of another type is refused%0Athe new crate: a value of another type is refused%0Ain the crate: `OrderPaid::id`, `Event::id()`
            ::error file=spec.yaml,line=14,col=9,title=member-renamed-optional::the member `note` is now called `remark`%0Asource; version: major%0Athe old crate: `note` is `None`%0Athe new crate: `remark` is `None`%0Ain the crate: `OrderPaid::remark`, `OrderPaid::note`, `Event::note()`, `Event::remark()`
            ::warning file=spec.yaml,line=13,col=38,title=value-added::the value "held" of `OrderPaidState` is new%0Asilent; version: minor%0Athe old crate: "held" is `Unknown`%0Ain the crate: `OrderPaidState::Held`
            4 changes from v1 to v2, 1 of them accepted
            version: major (source, now, replay, silent)
            deploy: neither crate reads all deliveries of the other: drain the inbox, deploy when the vendor switches, and keep a receiver with the old crate for what the vendor still retries
        "#]],
    );
}

#[test]
fn json_is_as_its_schema_states() {
    let text = shown(OLD, &new(), &[1], false, changes_json);
    let schema = include_str!("../../../../docs/changes.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    expect![[r#"
        {
          "accepted": false,
          "events": [
            "order.paid"
          ],
          "flags": [
            "source",
            "now",
            "replay"
          ],
          "guess": false,
          "hint": null,
          "items": [
            "OrderPaid::id",
            "Event::id()"
          ],
          "meaning": "A value has another JSON type.",
          "message": "the type of `id` is `String` instead of `Integer`",
          "new": {
            "column": 9,
            "file": "spec.yaml",
            "line": 12,
            "pointer": "/components/schemas/order/properties/id"
          },
          "old": {
            "column": 9,
            "file": "v1:spec.yaml",
            "line": 12,
            "pointer": "/components/schemas/order/properties/id"
          },
          "reasons": [
            "the old crate: a value of another type is refused",
            "the new crate: a value of another type is refused"
          ],
          "rule": "integer-to-string",
          "settings": [],
          "step": "major",
          "subject": "order.paid/id"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&document["entries"][0]).unwrap());
    assert_eq!(document["entries"][1]["accepted"], true);
}
