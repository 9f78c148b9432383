use std::fs;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::*;
use crate::document::Value;
use crate::render::text;
use crate::source::Sources;

const DESCRIPTION: &str = "\
openapi: 3.1.0
info:
  title: Old
  tags: [a, b]
paths:
  /one: {get: {summary: 1, security: []}}
  /two: {get: {summary: 2}, post: {summary: 3}}
webhooks:
  created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}
";

/// A description and an overlay, read.
fn read(description: &str, overlay: &str) -> (TempDir, Sources, Node, Node) {
    let folder = tempfile::tempdir().unwrap();
    let sources = Sources::new();
    let write = |name: &str, content| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let root = sources.add_spec(&write("api.yaml", description)).unwrap();
    let overlay = sources.add_overlay(&write("overlay.yaml", overlay)).unwrap();
    (folder, sources, root, overlay)
}

/// The tree in the flow style of YAML, the parts that come from the overlay in `«»`.
fn show(node: &Node, root: &Node) -> String {
    let shown = match node.value() {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text) | Value::String(text) => text.to_string(),
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(|element| show(element, root)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| format!("{name}: {}", show(member, root)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    };
    if node.origin().file() == root.origin().file() { shown } else { format!("«{shown}»") }
}

/// What the actions make of the description, or what there is to say of them.
fn applied(description: &str, overlay: &str) -> String {
    let (folder, sources, root, overlay) = read(description, overlay);
    let mut diagnostics = Diagnostics::default();
    let result = apply(root.clone(), &overlay, &Limits::default(), &mut diagnostics);
    if diagnostics.iter().next().is_some() {
        assert!(!diagnostics.has_errors() || result.is(&root), "what is refused is not applied");
        return text(&diagnostics, &sources, false).replace(&format!("{}/", folder.path().to_str().unwrap()), "");
    }
    result.as_object().unwrap().iter().map(|(name, member)| format!("{name}: {}\n", show(member, &root))).collect()
}

#[track_caller]
fn check(actions: &str, expect: Expect) {
    let overlay = format!("overlay: 1.1.0\ninfo: {{title: Test, version: 1.0}}\nactions:\n{actions}");
    expect.assert_eq(&applied(DESCRIPTION, &overlay));
}

#[track_caller]
fn check_overlay(overlay: &str, expect: Expect) {
    expect.assert_eq(&applied("a: 1\n", overlay));
}

#[test]
fn objects_are_merged() {
    check(
        "- target: $\n  update:\n    info: {title: New, contact: {name: me}, tags: [c]}\n    servers: []\n",
        expect![[r#"
            openapi: 3.1.0
            info: {title: «New», tags: [a, b, «c»], contact: «{name: «me»}»}
            paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
            webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
            servers: «[]»
        "#]],
    );
}

#[test]
fn all_matches_are_changed() {
    check(
        "- target: $.paths.*.get\n  update: {x-safe: true}\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b]}
        paths: {/one: {get: {summary: 1, security: [], x-safe: «true»}}, /two: {get: {summary: 2, x-safe: «true»}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
    check(
        "- target: $..summary\n  update: {not: fitting}\n",
        expect![[r#"
        error[E0201]: cannot merge an object into a single value
         --> overlay.yaml:5:11
          |
        4 | - target: $..summary
          |           ---------- by this action
        5 |   update: {not: fitting}
          |           ^ this is merged
          |
         ::: api.yaml:6:25
          |
        6 |   /one: {get: {summary: 1, security: []}}
          |                         - into this
          |
          = help: to replace it, remove it in an earlier action
    "#]],
    );
    check(
        "- target: $..summary\n  update: same\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b]}
        paths: {/one: {get: {summary: «same», security: []}}, /two: {get: {summary: «same»}, post: {summary: «same»}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
}

#[test]
fn arrays_are_appended_to() {
    check(
        "- target: $.info.tags\n  update: c\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b, «c»]}
        paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
    check(
        "- target: $.info.tags\n  update: [c, d]\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b, «c», «d»]}
        paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
    check(
        "- target: $.info.tags\n  update: {name: c}\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b, «{name: «c»}»]}
        paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
    check(
        "- target: $.info.tags[0]\n  update: z\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [«z», b]}
        paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
}

#[test]
fn nodes_are_removed() {
    check(
        "- target: $.webhooks.created.post.parameters[?@.name == 'x']\n  remove: true\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b]}
        paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: y}]}}}
    "#]],
    );
    check(
        "- target: $.paths['/one', '/two'].get\n  remove: true\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b]}
        paths: {/one: {}, /two: {post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
    check(
        "- target: $.paths..*\n  remove: true\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b]}
        paths: {}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
    check(
        "- target: $.info.tags[?@ == 'b']\n  remove: true\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a]}
        paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
}

#[test]
fn nodes_are_copied() {
    check(
        "- target: $.paths['/one']\n  copy: $.paths['/two']\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b]}
        paths: {/one: {get: {summary: 2, security: []}, post: {summary: 3}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
    check(
        "- target: $.info.tags\n  copy: $.info.title\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b, Old]}
        paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
    check(
        "- target: $.info\n  copy: $.paths.*\n",
        expect![[r#"
        error[E0201]: `copy` must select exactly one node, not 2
         --> overlay.yaml:5:9
          |
        5 |   copy: $.paths.*
          |         ^^^^^^^^^
    "#]],
    );
}

#[test]
fn actions_see_the_result_of_those_before() {
    check(
        "- target: $.paths['/one'].get\n  remove: true\n- target: $.paths['/one']\n  update: {get: {summary: anew}}\n\
         - target: $.paths[?@.get.summary == 'anew']\n  update: {found: true}\n- target: $.info.tags\n  update: c\n\
         - target: $.info.tags[2]\n  update: d\n",
        expect![[r#"
            openapi: 3.1.0
            info: {title: Old, tags: [a, b, «d»]}
            paths: {/one: {get: «{summary: «anew»}», found: «true»}, /two: {get: {summary: 2}, post: {summary: 3}}}
            webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
        "#]],
    );
}

#[test]
fn what_matches_nothing_is_a_warning() {
    check(
        "- target: $.paths.missing\n  update: {a: 1}\n",
        expect![[r#"
            warning[W0201]: the action matches nothing
             --> overlay.yaml:4:11
              |
            4 | - target: $.paths.missing
              |           ^^^^^^^^^^^^^^^ `$.paths` has no `missing`
              |
              = help: if the vendor has removed this from the description, remove the action
        "#]],
    );
}

#[test]
fn what_matches_nothing_is_reported_once() {
    check(
        "- target: $.webhook.created\n  update: {a: 1}\n- target: $.webhook.created.post\n  remove: true\n\
         - target: $.paths['/one', '/tow']\n  update: {a: 1}\n- target: $.paths['/three', '/four']\n  remove: true\n\
         - target: $.paths[?@.x]\n  remove: true\n",
        expect![[r#"
            warning[W0201]: the action matches nothing
              --> overlay.yaml:12:11
               |
            12 | - target: $.paths[?@.x]
               |           ^^^^^^^^^^^^^ this selects nothing in the description

            warning[W0201]: this action and 1 more match nothing
             --> overlay.yaml:4:11
              |
            4 | - target: $.webhook.created
              |           ^^^^^^^^^^^^^^^^^ `$` has no `webhook`
              |
             ::: api.yaml:8:1
              |
            8 | webhooks:
              | -------- found this instead
              |
              = help: did you mean `webhooks`?

            warning[W0201]: the action matches nothing for `/tow`
             --> overlay.yaml:8:11
              |
            8 | - target: $.paths['/one', '/tow']
              |           ^^^^^^^^^^^^^^^^^^^^^^^ `$.paths` has no `/tow`
              |
             ::: api.yaml:7:3
              |
            7 |   /two: {get: {summary: 2}, post: {summary: 3}}
              |   ---- found this instead
              |
              = help: did you mean `/two`?

            warning[W0201]: the action matches nothing
              --> overlay.yaml:10:11
               |
            10 | - target: $.paths['/three', '/four']
               |           ^^^^^^^^^^^^^^^^^^^^^^^^^^ `$.paths` has no `/three`
               |
               = help: if the vendor has removed this from the description, remove the action
        "#]],
    );
}

#[test]
fn what_changes_nothing_is_a_warning() {
    check(
        "- target: $.info\n  update: {title: Old, tags: [b]}\n",
        expect![[r#"
        warning[W0202]: the action changes nothing: the description already says this
         --> overlay.yaml:4:11
          |
        4 | - target: $.info
          |           ^^^^^^
          |
         ::: api.yaml:2:1
          |
        2 | info:
          | ---- here
          |
          = help: remove the action: the vendor or an earlier action has made this correction
    "#]],
    );
    check(
        "- target: $.info.tags\n  update: a\n",
        expect![[r#"
        warning[W0202]: the action changes nothing: the description already says this
         --> overlay.yaml:4:11
          |
        4 | - target: $.info.tags
          |           ^^^^^^^^^^^
          |
         ::: api.yaml:4:3
          |
        4 |   tags: [a, b]
          |   ---- here
          |
          = help: remove the action: the vendor or an earlier action has made this correction
    "#]],
    );
    check(
        "- target: $.paths['/one', '/two'].get\n  update: {summary: 2}\n",
        expect![[r#"
        warning[W0202]: the action changes nothing for `/two`: the description already says this
         --> overlay.yaml:4:11
          |
        4 | - target: $.paths['/one', '/two'].get
          |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
         ::: api.yaml:7:10
          |
        7 |   /two: {get: {summary: 2}, post: {summary: 3}}
          |          --- here
          |
          = help: remove `/two` from the target
    "#]],
    );
    check(
        "- target: $.info\n  update: {title: New}\n- target: $.info\n  update: {title: New}\n",
        expect![[r#"
        warning[W0202]: the action changes nothing: the description already says this
         --> overlay.yaml:6:11
          |
        6 | - target: $.info
          |           ^^^^^^
          |
         ::: api.yaml:2:1
          |
        2 | info:
          | ---- here
          |
          = help: remove the action: the vendor or an earlier action has made this correction
    "#]],
    );
    check(
        "- target: $.info.title\n  copy: $.info.title\n",
        expect![[r#"
        warning[W0202]: the action changes nothing: the description already says this
         --> overlay.yaml:4:11
          |
        4 | - target: $.info.title
          |           ^^^^^^^^^^^^
          |
         ::: api.yaml:3:3
          |
        3 |   title: Old
          |   ----- here
          |
          = help: remove the action: the vendor or an earlier action has made this correction
    "#]],
    );
    check(
        "- target: $.info\n  remove: true\n  update: {a: 1}\n",
        expect![[r#"
        warning[W0202]: an action with `remove` can do nothing else
         --> overlay.yaml:6:3
          |
        5 |   remove: true
          |   ------ because of this
        6 |   update: {a: 1}
          |   ^^^^^^ this has no effect
          |
          = help: to replace it, add another action after this one
    "#]],
    );
}

#[test]
fn what_changes_something_is_none() {
    check(
        "- target: $.info.tags\n  update: [a, c]\n- target: $.paths.*\n  update: {get: {summary: 2}}\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b, «a», «c»]}
        paths: {/one: {get: {summary: «2», security: []}}, /two: {get: {summary: «2»}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
}

#[test]
fn targets_of_several_kinds() {
    check(
        "- target: $.info.*\n  update: a\n",
        expect![[r#"
        error[E0201]: the target selects an array and a single value
         --> overlay.yaml:4:11
          |
        4 | - target: $.info.*
          |           ^^^^^^^^
          |
         ::: api.yaml:3:10
          |
        3 |   title: Old
          |          --- a single value
        4 |   tags: [a, b]
          |         - an array
          |
          = help: split it into two actions
    "#]],
    );
    check(
        "- target: $.info.*\n  remove: true\n",
        expect![[r#"
            openapi: 3.1.0
            info: {}
            paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
            webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
        "#]],
    );
}

#[test]
fn targets_of_version_1_0() {
    let overlay = |actions: &str| format!("overlay: 1.0.0\ninfo: {{title: Test, version: 1.0}}\nactions:\n{actions}");
    let check = |actions: &str, expect: Expect| expect.assert_eq(&applied(DESCRIPTION, &overlay(actions)));
    check(
        "- target: $.info.title\n  update: New\n",
        expect![[r#"
        error[E0201]: a target of version 1.0 must be an object or an array
         --> overlay.yaml:4:11
          |
        4 | - target: $.info.title
          |           ^^^^^^^^^^^^
          |
         ::: api.yaml:3:10
          |
        3 |   title: Old
          |          --- selected
          |
          = help: write `overlay: 1.1.0` at the top
    "#]],
    );
    check(
        "- target: $.info.tags[?@ == 'a']\n  remove: true\n",
        expect![[r#"
        error[E0201]: a target of version 1.0 must be an object or an array
         --> overlay.yaml:4:11
          |
        4 | - target: $.info.tags[?@ == 'a']
          |           ^^^^^^^^^^^^^^^^^^^^^^
          |
         ::: api.yaml:4:10
          |
        4 |   tags: [a, b]
          |          - selected
          |
          = help: write `overlay: 1.1.0` at the top
    "#]],
    );
    check(
        "- target: $.info.tags\n  update: [c, d]\n",
        expect![[r#"
        error[E0201]: in version 1.0, the update of an array is one element
         --> overlay.yaml:5:11
          |
        5 |   update: [c, d]
          |           ^ this is a list of elements
          |
          = help: write `overlay: 1.1.0` at the top, where all of them are appended, or write an action for each
    "#]],
    );
    check(
        "- target: $.info.tags\n  update: c\n",
        expect![[r#"
        openapi: 3.1.0
        info: {title: Old, tags: [a, b, «c»]}
        paths: {/one: {get: {summary: 1, security: []}}, /two: {get: {summary: 2}, post: {summary: 3}}}
        webhooks: {created: {post: {parameters: [{name: x}, {name: y}, {name: x}]}}}
    "#]],
    );
}

#[test]
fn what_does_not_fit() {
    check(
        "- target: $.info\n  update: text\n",
        expect![[r#"
        error[E0201]: cannot merge a single value into an object
         --> overlay.yaml:5:11
          |
        4 | - target: $.info
          |           ------ by this action
        5 |   update: text
          |           ^^^^ this is merged
          |
         ::: api.yaml:3:3
          |
        3 |   title: Old
          |   ---------- into this
          |
          = help: to replace it, remove it in an earlier action
    "#]],
    );
    check(
        "- target: $.info\n  update: {title: {en: New}}\n",
        expect![[r#"
        error[E0201]: cannot merge an object into a single value
         --> overlay.yaml:5:19
          |
        4 | - target: $.info
          |           ------ by this action
        5 |   update: {title: {en: New}}
          |                   ^ this is merged
          |
         ::: api.yaml:3:10
          |
        3 |   title: Old
          |          --- into this
          |
          = help: to replace it, remove it in an earlier action
    "#]],
    );
    check(
        "- target: $.info.title\n  update: [a]\n",
        expect![[r#"
        error[E0201]: cannot merge an array into a single value
         --> overlay.yaml:5:11
          |
        4 | - target: $.info.title
          |           ------------ by this action
        5 |   update: [a]
          |           ^ this is merged
          |
         ::: api.yaml:3:10
          |
        3 |   title: Old
          |          --- into this
          |
          = help: to replace it, remove it in an earlier action
    "#]],
    );
    check(
        "- target: $\n  remove: true\n",
        expect![[r#"
        error[E0201]: the whole description cannot be removed
         --> overlay.yaml:4:11
          |
        4 | - target: $
          |           ^ this selects the root
    "#]],
    );
}

#[test]
fn queries_that_are_none() {
    check(
        "- target: paths\n  remove: true\n",
        expect![[r#"
            error[E0201]: `paths` is not a JSONPath query
             --> overlay.yaml:4:11
              |
            4 | - target: paths
              |           ^^^^^ a query begins with `$`, the root of the description
        "#]],
    );
    check(
        "- target: $.paths[?@.a ==]\n  remove: true\n",
        expect![[r#"
            error[E0201]: `$.paths[?@.a ==]` is not a JSONPath query
             --> overlay.yaml:4:11
              |
            4 | - target: $.paths[?@.a ==]
              |           ^^^^^^^^^^^^^^^^ at character 14: in long-hand segment, expected closing ']'
        "#]],
    );
    check(
        "- target: $.info\n  copy: $.[\n",
        expect![[r#"
            error[E0201]: `$.[` is not a JSONPath query
             --> overlay.yaml:5:9
              |
            5 |   copy: $.[
              |         ^^^ at character 3: in dot member name, must start with lowercase alpha or '_'
        "#]],
    );
}

#[test]
fn malformed_actions() {
    check(
        "- update: {a: 1}\n",
        expect![[r#"
        error[E0201]: an action must have `target`
         --> overlay.yaml:4:3
          |
        4 | - update: {a: 1}
          |   ^^^^^^^^^^^^^^
    "#]],
    );
    check(
        "- target: 1\n  remove: true\n",
        expect![[r#"
        error[E0201]: `target` must be a string
         --> overlay.yaml:4:11
          |
        4 | - target: 1
          |           ^
    "#]],
    );
    check(
        "- target: $.info\n",
        expect![[r#"
            warning[W0202]: the action changes nothing
             --> overlay.yaml:4:3
              |
            4 | - target: $.info
              |   ^^^^^^^^^^^^^^
              |
              = help: add `update`, `copy` or `remove: true`
        "#]],
    );
    check(
        "- target: $.info\n  remove: false\n",
        expect![[r#"
            warning[W0202]: the action changes nothing
             --> overlay.yaml:4:3
              |
            4 | - target: $.info
              |   ^^^^^^^^^^^^^^
              |
              = help: add `update`, `copy` or `remove: true`
        "#]],
    );
    check(
        "- target: $.info\n  remove: yes\n",
        expect![[r#"
        error[E0201]: `remove` must be `true` or `false`
         --> overlay.yaml:5:11
          |
        5 |   remove: yes
          |           ^^^
    "#]],
    );
    check(
        "- target: $.info\n  copy: $.a\n  update: {a: 1}\n",
        expect![[r#"
            error[E0201]: an action must have only one of `update` and `copy`
             --> overlay.yaml:5:3
              |
            5 |   copy: $.a
              |   ^^^^
            6 |   update: {a: 1}
              |   ------
              |
              = help: split it into two actions
        "#]],
    );
    check(
        "- target: $.info\n  remvoe: true\n",
        expect![[r#"
            error[E0201]: an action has no field `remvoe`
             --> overlay.yaml:5:3
              |
            5 |   remvoe: true
              |   ^^^^^^
              |
              = help: did you mean `remove`?
        "#]],
    );
    check(
        "- text\n",
        expect![[r#"
        error[E0201]: an action must be an object
         --> overlay.yaml:4:3
          |
        4 | - text
          |   ^^^^
    "#]],
    );
}

#[test]
fn malformed_overlays() {
    check_overlay(
        "info: {title: a, version: b}\nactions: [{target: $, update: {}}]\n",
        expect![[r#"
        error[E0201]: an overlay must have `overlay`
         --> overlay.yaml:1:1
          |
        1 | info: {title: a, version: b}
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
    check_overlay(
        "overlay: 2.0.0\ninfo: {title: a, version: b}\nactions: []\n",
        expect![[r#"
        error[E0201]: version `2.0.0` of the Overlay Specification is not supported
         --> overlay.yaml:1:10
          |
        1 | overlay: 2.0.0
          |          ^^^^^
          |
          = help: the supported versions are 1.0.0 and 1.1.0
    "#]],
    );
    check_overlay(
        "overlay: 1.1\ninfo: {title: a, version: b}\nactions: []\n",
        expect![[r#"
        error[E0201]: `overlay` must be a string
         --> overlay.yaml:1:10
          |
        1 | overlay: 1.1
          |          ^^^
    "#]],
    );
    check_overlay(
        "overlay: 1.0.0\nactions: [{target: $, update: {}}]\n",
        expect![[r#"
        error[E0201]: an overlay must have `info`
         --> overlay.yaml:1:1
          |
        1 | overlay: 1.0.0
          | ^^^^^^^^^^^^^^
    "#]],
    );
    check_overlay(
        "overlay: 1.0.0\ninfo: {title: a}\nactions: [{target: $, update: {}}]\n",
        expect![[r#"
        error[E0201]: `info` must have `version`
         --> overlay.yaml:2:7
          |
        2 | info: {title: a}
          |       ^
    "#]],
    );
    check_overlay(
        "overlay: 1.0.0\ninfo: {title: a, version: b}\nactions: []\n",
        expect![[r#"
        error[E0201]: `actions` must not be empty
         --> overlay.yaml:3:10
          |
        3 | actions: []
          |          ^
    "#]],
    );
    check_overlay(
        "overlay: 1.0.0\ninfo: {title: a, version: b}\nactions: {}\n",
        expect![[r#"
        error[E0201]: `actions` must be an array
         --> overlay.yaml:3:10
          |
        3 | actions: {}
          |          ^
    "#]],
    );
    check_overlay(
        "overlay: 1.0.0\ninfo: {title: a, version: b}\nx-note: fine\nactions:\n- target: $\n  copy: $.a\n",
        expect![[r#"
            error[E0201]: `copy` needs version 1.1.0 of the Overlay Specification
             --> overlay.yaml:6:3
              |
            6 |   copy: $.a
              |   ^^^^
              |
              = help: write `overlay: 1.1.0` at the top
        "#]],
    );
}

#[test]
fn the_limits_of_documents_hold() {
    let deep = format!("{}1{}", "{a: ".repeat(100), "}".repeat(100));
    let actions = format!(
        "- target: $.info\n  update: {{d: {deep}}}\n- target: $.info.d{}\n  update: {{b: {deep}}}\n",
        ".a".repeat(98)
    );
    let overlay = format!("overlay: 1.1.0\ninfo: {{title: Test, version: 1.0}}\nactions:\n{actions}");
    let (_folder, _sources, root, overlay) = read(DESCRIPTION, &overlay);
    let mut diagnostics = Diagnostics::default();
    apply(root, &overlay, &Limits::default(), &mut diagnostics);
    let messages: Vec<_> = diagnostics.iter().map(|diagnostic| &*diagnostic.message).collect();
    assert_eq!(messages, ["the description grows deeper than 128 levels"]);
}

#[test]
fn an_update_of_many_targets_is_counted_before_it_is_merged() {
    let description = format!("openapi: 3.1.0\nx-pad: [{}]\n", vec!["{}"; 2_000].join(","));
    let overlay = |action: &str| {
        let overlay = format!("overlay: 1.1.0\ninfo: {{title: a, version: '1'}}\nactions: [{action}]\n");
        let (_folder, _sources, root, overlay) = read(&description, &overlay);
        let mut diagnostics = Diagnostics::default();
        let result = apply(root, &overlay, &Limits::default(), &mut diagnostics);
        (result, diagnostics.iter().map(|found| found.code).collect::<Vec<_>>())
    };
    let members: String = (0..2_000).map(|index| format!("m{index}: 1, ")).collect();
    let target = "target: '$[\"x-pad\"][*]'";
    assert_eq!(overlay(&format!("{{{target}, update: {{{members}}}}}")).1, [Code::Limit]);
    let (updated, found) = overlay(&format!("{{{target}, update: {{a: 1}}}}"));
    assert_eq!(found, []);
    assert!(updated.get("x-pad").unwrap().children().all(|child| child.get("a").is_some()));
    let (removed, found) = overlay(&format!("{{{target}, remove: true}}"));
    assert_eq!(found, []);
    assert_eq!(removed.get("x-pad").unwrap().children().count(), 0);
}

#[test]
fn the_view_of_queries_follows_the_changes() {
    let actions = [
        "{target: $, update: {info: {tags: [c], more: {a: [1]}}, paths: {/one: {get: {summary: 2}}}}}",
        "{target: '$..tags', update: [[d], e]}",
        "{target: '$[\"info\", \"paths\"]', update: {x: {y: [{}]}}}",
        "{target: '$..[?@[0]]', update: [[f]]}",
        "{target: '$..x.y[0]', update: {z: 1}}",
        "{target: '$.info.tags[0, 2, 4]', remove: true}",
        "{target: '$.info[\"tags\", \"title\"]', remove: true}",
        "{target: '$..get', remove: true}",
        "{target: '$..summary', remove: true}",
        "{target: '$.webhooks..parameters[0, 1]', remove: true}",
        "{target: $.openapi, update: same}",
        "{target: '$..parameters', copy: $.openapi}",
    ];
    let overlay: String = actions.iter().map(|action| format!("- {action}\n")).collect();
    let overlay = format!("overlay: 1.1.0\ninfo: {{title: Test, version: 1.0}}\nactions:\n{overlay}");
    let (_folder, _sources, root, overlay) = read(DESCRIPTION, &overlay);
    let mut diagnostics = Diagnostics::default();
    let actions = document::read(&overlay, &mut diagnostics);
    let limits = Limits::default();
    let mut target = Target::new(root, &limits, &mut diagnostics);
    for action in &actions {
        let applied = target.apply(action);
        assert!(applied.is_ok(), "{applied:?}");
        assert!(target.view.is_of(&target.root), "after {:?}", action.target.as_str());
    }
    let unchanged: Vec<_> = diagnostics.iter().map(|diagnostic| &diagnostic.message).collect();
    assert_eq!(unchanged, ["the action matches nothing"; 0]);
}
