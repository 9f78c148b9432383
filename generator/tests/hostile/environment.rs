//! What is around a description does not get into a crate, and what a description says of packages does not either.

use expect_test::expect;
use serde_json::json;

use crate::{described, document, each, emitted, inputs, of_document, outcome, properties};

#[test]
fn g122_names_that_leave_the_folder() {
    // No character of a name but letters, digits and `_` gets into a path; `properties::check` holds that of every run.
    let names = ["../../x.a", "/etc/x.a", "a\\b.a", "..a.b", "C:.a", "A.x", "a.x", "nul.a", "x\0y.a"];
    let spec = inputs::with_names(&names).to_string();
    let run = outcome(&[("spec.json", spec.as_bytes()), ("codegen.toml", inputs::NAMES_CONFIG.as_bytes())]);
    let files = run.files.expect("names make a crate");
    let folder = tempfile::tempdir().unwrap();
    let plan = webhook_generator::write::Plan::new(&folder.path().join("out"), "acme", &files);
    assert!(plan.is_ok(), "{files:?}");
}

#[test]
fn g123_the_order_of_keys_does_not_count_where_it_means_nothing() {
    let one = described("{ type: string, description: a, maxLength: 3 }");
    let other = described("{ maxLength: 3, description: a, type: string }");
    assert_eq!(of_document(one).files, of_document(other).files);
}

#[test]
fn g124_nothing_of_the_machine() {
    let run = of_document(described("{ type: string }"));
    let sources = emitted(&run);
    let folder = std::env::temp_dir().to_string_lossy().into_owned();
    assert!(!sources.contains(&folder), "{sources}");
    for variable in ["USER", "HOME", "HOSTNAME", "PWD"] {
        let value = std::env::var(variable).unwrap_or_default();
        assert!(value.len() < 4 || !sources.contains(&value), "{variable} is in the output");
    }
}

#[test]
fn g126_a_title_that_is_a_table() {
    let title = "x\"\n[build-dependencies]\nevil=\"*\"";
    let spec = inputs::with_text(title).to_string();
    let run = outcome(&[("spec.json", spec.as_bytes())]);
    let plain = outcome(&[("spec.json", inputs::with_text("plain").to_string().as_bytes())]);
    // The manifest has nothing of the description.
    let manifest = |run: &properties::Run| run.files.as_ref().expect("a title makes a crate")["Cargo.toml"].clone();
    assert_eq!(manifest(&run), manifest(&plain));
}

#[test]
fn g127_a_version_that_is_code() {
    let text = described("{}").replace("version: '1'", "version: '1\"; fn pwn(){} //'");
    let run = document(text, &expect!["ok"]);
    let plain = of_document(described("{}"));
    assert_eq!(properties::code(run.files.as_ref().unwrap()), properties::code(plain.files.as_ref().unwrap()));
    assert_eq!(run.files.unwrap()["Cargo.toml"], plain.files.unwrap()["Cargo.toml"]);
}

#[test]
fn g128_licences_and_addresses() {
    // Neither they nor a README of the description's making are emitted.
    let text = "[x](javascript:alert(1)) <script>canary</script>";
    let mut spec = inputs::description(&json!({ "type": "string" }), &json!({}));
    spec["info"]["license"] = json!({ "name": text, "url": text });
    spec["info"]["contact"] = json!({ "name": text, "url": text, "email": text });
    spec["externalDocs"] = json!({ "url": text, "description": text });
    let run = outcome(&[("spec.json", spec.to_string().as_bytes())]);
    assert!(!emitted(&run).contains("canary"));
}

#[test]
fn g129_keys_that_look_like_routes() {
    // There are no routes: deliveries are distinguished by their event type, which is a literal.
    let names = ["/a/b", "{x}", "a/{x}", "..", "%2f", "a b", ":id", "*"];
    let spec = inputs::with_names(&names).to_string();
    let run = outcome(&[("spec.json", spec.as_bytes()), ("codegen.toml", inputs::NAMES_CONFIG.as_bytes())]);
    let sources = emitted(&run);
    for name in names.iter().filter(|name| !name.starts_with('/')) {
        assert!(sources.contains(&format!("{name:?}")), "{name}:\n{sources}");
    }
}

#[test]
fn g130_headers_that_are_none() {
    let with = |names: &str| {
        let parameters =
            names.split(" | ").map(|name| format!("{{ name: {name}, in: header, schema: {{ type: string }} }}"));
        let parameters = parameters.collect::<Vec<_>>().join(", ");
        of_document(
            described("{}")
                .replace("      requestBody", &format!("      parameters: [{parameters}]\n      requestBody")),
        )
    };
    each(
        &[
            "\"bad header\\r\\nX: 1\"",
            "Host",
            "webhook-id | webhook-id",
            "\"\"",
            "1",
            "webhook-id | webhook-timestamp | webhook-signature | Webhook-Signature",
        ],
        with,
        &expect![[r#"
            "\"bad header\\r\\nX: 1\"" → ok, W0601 spec.yaml:6:28
            "Host" → ok
            "webhook-id | webhook-id" → ok
            "\"\"" → ok, W0601 spec.yaml:6:28
            "1" → ok, W0601 spec.yaml:6:28
            "webhook-id | webhook-timestamp | webhook-signature | Webhook-Signature" → ok
        "#]],
    );
}

#[test]
fn g130_event_types_that_no_header_can_hold() {
    let with = |event_type: &str| {
        let text = described("{}").replace("{ const: parcel.sent }", "{ type: integer }").replace(
            "      requestBody",
            &format!(
                "      parameters: [{{ name: x-parcel-event, in: header, schema: {{ const: \"{event_type}\" }} }}]\n      requestBody"
            ),
        );
        of_document(text.replace("  parcel.sent:", &format!("  \"{event_type}\":")))
    };
    each(
        &["parcel.sent", "parcel.名", "parcel\\u202e.sent", "parcel\\n.sent"],
        with,
        &expect![[r#"
        "parcel.sent" → ok
        "parcel.名" → E0701 spec.yaml:4:3
        "parcel\\u202e.sent" → E0701 spec.yaml:4:3
        "parcel\\n.sent" → E0701 spec.yaml:4:3
    "#]],
    );
}

#[test]
fn g133_queries_that_visit_too_much() {
    let deep = nested_lists(100);
    let spec = format!("{}x-deep: {deep}\n", described("{}"));
    let overlay = |target: &str| {
        let overlay = format!(
            "overlay: 1.1.0\ninfo: {{ title: a, version: '1' }}\nactions:\n  - {{ target: {target:?}, update: {{ a: 1 }} }}\n"
        );
        outcome(&[("spec.yaml", spec.as_bytes()), ("overlay.yaml", overlay.as_bytes())])
    };
    let filters = |count: usize| format!("$.a{}{}", "[?@.a".repeat(count), "]".repeat(count));
    for (target, found) in [
        ("$..*..*..*".to_owned(), "E0201 overlay.yaml:4:15"),
        (filters(10), "ok"),
        (filters(22), "E0104 overlay.yaml:4:15"),
        (filters(900), "E0104 overlay.yaml:4:15"),
        (format!("$[?{}@.a{}]", "(".repeat(60_000), ")".repeat(60_000)), "E0104 overlay.yaml:4:15"),
        ("$..[?@..*..*..*..*..*]".to_owned(), "E0104 overlay.yaml:4:15"),
        (format!("$[?@{}]", "[*,*]".repeat(60)), "E0104 overlay.yaml:4:15"),
    ] {
        let outcome = super::found(&overlay(&target));
        assert!(outcome.starts_with(found), "{outcome}: {}", target.chars().take(100).collect::<String>());
    }
}

fn nested_lists(levels: usize) -> String {
    (0..levels).fold("{}".to_owned(), |inner, _| format!("[{inner}, {{}}, {{}}]"))
}

#[test]
fn g135_updates_that_multiply() {
    let spec = format!("{}x-pad: [{}]\n", described("{}"), vec!["{}"; 20_000].join(","));
    let members: String = (0..2_000).map(|index| format!("m{index}: 1, ")).collect();
    for (update, found) in [("a: 1", "ok"), (members.as_str(), "E0104 overlay.yaml:4:15")] {
        let overlay = format!(
            "overlay: 1.1.0\ninfo: {{ title: a, version: '1' }}\nactions:\n  - {{ target: '$[\"x-pad\"][*]', update: {{ {update} }} }}\n"
        );
        let outcome = super::found(&outcome(&[("spec.yaml", spec.as_bytes()), ("overlay.yaml", overlay.as_bytes())]));
        assert!(outcome.starts_with(found), "{outcome}");
    }
}

/// What a description finds with these additional members and an overlay of these actions.
fn overlaid(members: &str, actions: &[String]) -> String {
    let spec = format!("{}{members}\n", described("{}"));
    let actions: String = actions.iter().map(|action| format!("  - {{ {action} }}\n")).collect();
    let overlay = format!("overlay: 1.1.0\ninfo: {{ title: a, version: '1' }}\nactions:\n{actions}");
    super::found(&outcome(&[("spec.yaml", spec.as_bytes()), ("overlay.yaml", overlay.as_bytes())]))
}

/// An action with this target.
fn targeting(target: &str) -> String {
    format!("target: {target:?}, update: {{ a: 1 }}")
}

#[test]
fn g136_comparisons_of_large_values() {
    let pad = format!("x-pad: [{}]\nx-text: '{}'", vec!["{}"; 8_000].join(","), "y".repeat(50_000));
    let long = "x".repeat(50_000);
    for target in [
        "$..[?$==$]".to_owned(),
        format!("$..[?$.openapi=='{long}']"),
        format!("$..[?match('a', '{long}')]"),
        "$['x-pad'][?length($['x-text']) > 1]".to_owned(),
        "$['x-pad'][?search($['x-text'], '[a-z]+z')]".to_owned(),
    ] {
        let found = overlaid(&pad, &[targeting(&target)]);
        assert!(found.starts_with("E0104 overlay.yaml:4:15"), "{found}: {}", &target[..10]);
    }
}

#[test]
fn g136_regular_expressions() {
    let values: Vec<String> = (0..1_000).map(|index| format!("{{ a: v{index}, p: 'x{{99}}' }}")).collect();
    let values = format!("x-pad: [{}]", values.join(", "));
    let found = |condition: &str| overlaid(&values, &[targeting(&format!("$['x-pad'][?{condition}]"))]);
    assert_eq!(found("match(@.a, 'v1.*') && !search(@.a, \"[[:alpha:]]{2}\")"), "ok");
    let located = "E0104 overlay.yaml:4:15";
    for expression in ["a{1000}{1000}", "((a{99}){99}){99}", r"\\p{L}{500}"] {
        assert_eq!(found(&format!("match(@.a, '{expression}')")), located, "{expression}");
    }
    // Small enough for some values, but not for these.
    assert_eq!(found(r"search(@.a, '(\\p{L}|\\p{N}){19}')"), located);
    for unknown in ["match(@.a, @.p)", "search('a', $['x-pad'][0].p)", "match(@.a, value(@['p', 'q']))"] {
        assert_eq!(found(unknown), "E0201 overlay.yaml:4:15", "{unknown}");
    }
}

#[test]
fn g136_queries_that_are_long() {
    let nested = format!("@[?{}@.a{}]", "@[?".repeat(7), "]".repeat(7));
    let selectors = |selector: &str, count: usize| format!("$['x-pad'][{}]", vec![selector; count].join(","));
    let pad = format!("x-pad: [{}]", vec!["{}"; 9_000].join(","));
    for target in [
        format!("$[?{}]", vec![nested.as_str(); 4_000].join("||")),
        selectors("*", 5_000),
        selectors("::1", 5_000),
        format!("$..[{}]", (0..5_000).map(|name| format!("'n{name}'")).collect::<Vec<_>>().join(",")),
    ] {
        assert_eq!(overlaid(&pad, &[targeting(&target)]), "E0104 overlay.yaml:4:15", "{}", &target[..20]);
    }
    assert_eq!(overlaid(&pad, &[targeting(&selectors("*", 5))]), "ok");
}

#[test]
fn g136_many_actions() {
    let pad: String = (0..3_000).map(|index| format!("k{index}: [1], ")).collect();
    let pad = format!("x-pad: {{ {pad} }}");
    let actions =
        |count: usize, action: &dyn Fn(usize) -> String| overlaid(&pad, &(0..count).map(action).collect::<Vec<_>>());
    let trivial = |index: usize| format!("target: $.info, update: {{ title: t{index} }}");
    assert_eq!(actions(2_000, &trivial), "ok");
    let copies = actions(500, &|index| format!("target: \"$['x-pad'].k{index}\", copy: \"$['x-pad']\""));
    assert!(copies.starts_with("E0104 overlay.yaml:"), "{copies}");
}

#[test]
fn g134_names_in_the_configuration() {
    let config = |line: &str| outcome(&[("spec.yaml", described("{}").as_bytes()), ("codegen.toml", line.as_bytes())]);
    each(
        &[
            "vendor = \"Option\"",
            "vendor = \"Event\"",
            "vendor = \"P\"",
            "vendor = \"Acme\"",
            "crate-name = \"testing\"",
            "names.\"#/components/schemas/other\" = \"Secret\"",
            "event-type.names.\"parcel.sent\" = \"Option\"",
        ],
        config,
        &expect![[r##"
            "vendor = \"Option\"" → E0801 codegen.toml:1:10
            "vendor = \"Event\"" → E0801 codegen.toml:1:10
            "vendor = \"P\"" → E0801 codegen.toml:1:10
            "vendor = \"Acme\"" → ok
            "crate-name = \"testing\"" → E0401 codegen.toml:1:14
            "names.\"#/components/schemas/other\" = \"Secret\"" → ok, W0704 codegen.toml:1:7
            "event-type.names.\"parcel.sent\" = \"Option\"" → ok, W0701 spec.yaml:13:32
        "##]],
    );
    let deep = format!("event-type.pointer = \"{}\"", "/a".repeat(60_000));
    assert_eq!(super::found(&config(&deep)), "E0401 codegen.toml:1:22");
    assert!(super::found(&config(&format!("{}a = 1", "a.".repeat(60_000)))).starts_with("E0102"));
    assert!(super::found(&config(&format!("a = {}", "[".repeat(60_000)))).starts_with("E0102"));
}
