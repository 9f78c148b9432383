use expect_test::{Expect, expect};

use super::fit::{Fit, Relation};
use super::*;
use crate::catalogue::{Catalogue, Kind};
use crate::testing::{Input, VERIFIER, description, schemas};

/// The catalogue of a payload with the member `x` of this schema.
fn member(schema: &str) -> Catalogue {
    let spec = schemas(&format!("x: {schema}\n"));
    Input { spec: &spec, config: VERIFIER }.described(None).0.catalogue
}

/// How values of one schema decode as another one, in both directions.
fn fits(old: &str, new: &str) -> [Fit; 2] {
    let (old, new) = (member(old), member(new));
    let fit = |reader: &Catalogue, writer: &Catalogue| {
        let field = |catalogue: &Catalogue| match &catalogue.types[&catalogue.event_types[0].payload].is {
            Kind::Struct(object) => object.fields.iter().find(|field| field.name == "x").unwrap().ty.clone(),
            _ => unreachable!("the payload is an object"),
        };
        let (read, written) = (field(reader), field(writer));
        Relation::new(reader, writer).types(&read, &written)
    };
    [fit(&old, &new), fit(&new, &old)]
}

#[track_caller]
fn check_fits(old: &str, new: &str, expected: [&str; 2]) {
    let found = fits(old, new).map(|fit| match fit {
        Fit::Fits => "fits",
        Fit::Elsewhere(_) => "elsewhere",
        Fit::Refused(_) => "refused",
    });
    assert_eq!(found, expected, "{old} and {new}: {:?}", fits(old, new));
}

#[test]
fn scalars_fit_wider_ones() {
    check_fits("{type: integer, format: int32}", "{type: integer, format: int64}", ["refused", "fits"]);
    check_fits("{type: integer}", "{type: number}", ["refused", "fits"]);
    check_fits("{type: string}", "{type: string, format: uuid}", ["fits", "fits"]);
    check_fits("{type: string}", "{type: integer}", ["refused", "refused"]);
    check_fits("{}", "{type: string}", ["fits", "refused"]);
    check_fits("{const: 1}", "{type: integer}", ["refused", "fits"]);
    check_fits("{const: a}", "{const: b}", ["refused", "refused"]);
    check_fits("{enum: [1, 2]}", "{type: number}", ["refused", "fits"]);
}

#[test]
fn unlisted_values_are_elsewhere() {
    check_fits("{enum: [a, b]}", "{enum: [a, b, c]}", ["elsewhere", "fits"]);
    check_fits("{enum: [a, b]}", "{type: string}", ["elsewhere", "fits"]);
    check_fits("{enum: [a, b]}", "{enum: [a, 1]}", ["refused", "elsewhere"]);
    check_fits("{enum: [a, b]}", "{const: a}", ["fits", "refused"]);
    check_fits("{enum: [a, b]}", "{type: integer}", ["refused", "refused"]);
}

#[test]
fn containers_fit_by_what_they_contain() {
    check_fits("{type: array, items: {type: string}}", "{type: array}", ["refused", "fits"]);
    check_fits("{type: array, items: {type: string}}", "{type: string}", ["refused", "refused"]);
    let pair = "{type: array, prefixItems: [{type: string}, {type: string}], minItems: 2, maxItems: 2}";
    check_fits(pair, "{type: array, items: {type: string}}", ["refused", "fits"]);
    let map = "{type: object, additionalProperties: {type: string}}";
    check_fits(map, "{type: object, additionalProperties: {type: integer}}", ["refused", "refused"]);
    check_fits(
        map,
        "{type: object, properties: {a: {type: string}}, additionalProperties: {type: string}}",
        ["fits", "fits"],
    );
    check_fits(map, "{type: object, properties: {a: {type: boolean}}}", ["refused", "refused"]);
}

#[test]
fn objects_fit_by_their_members() {
    let of =
        |required: &str, members: &str| format!("{{type: object, required: [{required}], properties: {{{members}}}}}");
    let a = &of("a", "a: {type: string}");
    check_fits(a, &of("", "a: {type: string}"), ["refused", "fits"]);
    check_fits(a, &of("a", "a: {type: string}, b: {type: string}"), ["elsewhere", "fits"]);
    check_fits(a, &of("a, b", "a: {type: string}, b: {type: string}"), ["elsewhere", "refused"]);
    check_fits(a, &of("a", "a: {type: [string, 'null']}"), ["refused", "fits"]);
    check_fits(&of("", "a: {type: string}"), &of("", "a: {type: [string, 'null']}"), ["fits", "fits"]);
    let typed = "{type: object, required: [a], properties: {a: {type: string}}, additionalProperties: {type: string}}";
    check_fits(a, typed, ["fits", "refused"]);
    let own = |more: &str| format!("{{type: object, properties: {{a: {{$ref: '#/components/schemas/x'}}{more}}}}}");
    check_fits(&own(""), &own(", b: {type: string}"), ["elsewhere", "fits"]);
}

#[test]
fn types_that_contain_themselves_are_compared_once() {
    let own = "{$ref: '#/components/schemas/x'}";
    let list = &format!("{{type: array, items: {own}}}");
    check_fits(list, list, ["fits", "fits"]);
    let pair = &format!("{{type: array, prefixItems: [{own}, {{type: string}}], minItems: 2, maxItems: 2}}");
    check_fits(pair, pair, ["fits", "fits"]);
    check_fits(list, &format!("{{type: object, additionalProperties: {own}}}"), ["refused", "refused"]);
    let either = &format!("{{oneOf: [{{type: string}}, {{type: array, items: {own}}}]}}");
    check_fits(either, either, ["fits", "fits"]);
    check_fits(either, list, ["fits", "refused"]);
}

#[test]
fn unions_keep_what_no_alternative_reads() {
    let (one, two) = (
        "{type: object, required: [a], properties: {a: {type: string}}}",
        "{type: object, required: [b], properties: {b: {type: string}}}",
    );
    check_fits(one, &format!("{{oneOf: [{one}, {two}]}}"), ["refused", "fits"]);
    check_fits("{type: [string, integer]}", "{type: [string, integer, boolean]}", ["elsewhere", "fits"]);
    check_fits("{type: [string, integer]}", "{type: string}", ["fits", "refused"]);
    let tagged = |tag: &str, required: &str| {
        format!(
            "{{oneOf: [{{type: object, required: [k], properties: {{k: {{const: a}}}}}}, \
             {{type: object, required: [k{required}], properties: {{k: {{const: {tag}}}, v: {{type: string}}}}}}]}}"
        )
    };
    check_fits(&tagged("b", ""), &tagged("c", ""), ["elsewhere", "elsewhere"]);
    check_fits(&tagged("b", ""), &tagged("b", ", v"), ["fits", "refused"]);
}

#[test]
fn a_type_that_is_implied_is_taken_to_be_meant() {
    check_fits(
        "{properties: {a: {type: string}}}",
        "{type: object, properties: {a: {type: string}}}",
        ["fits", "fits"],
    );
    check_fits("{properties: {a: {type: string}}}", "{type: string}", ["elsewhere", "refused"]);
}

/// The changes between two descriptions, with the record of names carried forward.
fn changes(old: &str, new: &str) -> String {
    let (before, _) = Input { spec: old, config: VERIFIER }.described(None);
    let (after, _) = Input { spec: new, config: VERIFIER }.described(Some(&before.names));
    let mut report = compare(&before.catalogue, &after.catalogue);
    trees(&before.tree, &after.tree, &mut report);
    let line = |entry: &Entry| {
        let guess = if entry.guess { " (a guess)" } else { "" };
        format!("{}{guess} [{}] {}: {}\n", entry.rule, entry.flags, entry.subject, entry.message)
    };
    let entries: String = report.entries.iter().map(line).collect();
    format!("{entries}{}, {:?}\n", report.step().name(), report.deployment())
}

fn check_changes(old: &str, new: &str, expected: Expect) {
    expected.assert_eq(&changes(&schemas(old), &schemas(new)));
}

#[test]
fn what_a_union_refuses_is_kept_unless_the_type_is_used_elsewhere_too() {
    let webhook = |name: &str, schema: &str| {
        format!(
            "{name}: {{post: {{requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/{schema}'}}}}}}}}}}}}\n"
        )
    };
    let soft = "
        a: {type: object, properties: {type: {const: it.a}, x: {oneOf: [{$ref: '#/components/schemas/b'}, {type: string}]}}}
        b: {type: object, properties: {y: {type: string}}}
    ";
    let edited = |text: &str| text.replace("y: {type: string}", "y: {type: integer}");
    let one = description(&webhook("it.a", "a"), soft);
    expect![[r#"
        string-to-integer [source] it.a/x/<B>/y: the type of `y` is `Integer` instead of `String`
        major, Any
    "#]]
    .assert_eq(&changes(&one, &edited(&one)));
    let hard = format!(
        "{}\n        c: {{type: object, properties: {{type: {{const: it.c}}, b: {{$ref: '#/components/schemas/b'}}}}}}\n",
        soft.trim_end()
    );
    let two = description(&(webhook("it.a", "a") + &webhook("it.c", "c")), &hard);
    expect![[r#"
        string-to-integer [source, now, replay] it.c/b/y: the type of `y` is `Integer` instead of `String`
        major, BothVersions
    "#]]
    .assert_eq(&changes(&two, &edited(&two)));
}

#[test]
fn types_that_are_gone_are_part_of_the_change_that_needed_them() {
    let old = "a: {type: object, properties: {first: {type: object, properties: {kind: {enum: [x, y]}, n: {type: string}}}, b: {type: string}}}";
    let new = "a: {type: object, properties: {b: {type: string}}}";
    check_changes(
        old,
        new,
        expect![[r#"
        member-removed-optional [source] it.happened/a/first: the optional member `first` of `A` is gone
        major, Any
    "#]],
    );
    check_changes(
        new,
        old,
        expect![[r#"
        member-added-optional [silent] it.happened/a/first: the optional member `first` of `A` is new: `first: Option<AFirst>`
        minor, Any
    "#]],
    );
}

#[test]
fn equal_descriptions_have_no_changes() {
    let spec = "a: {type: object, properties: {b: {oneOf: [{type: string}, {$ref: '#/components/schemas/a'}]}}}";
    check_changes(
        spec,
        spec,
        expect![[r#"
        none, Any
    "#]],
    );
}

#[test]
fn several_renames_are_guessed_by_their_names() {
    let old =
        "a: {type: object, properties: {street_name: {type: string}, city_name: {type: string}, zip: {type: string}}}";
    let new =
        "a: {type: object, properties: {streetName: {type: string}, city: {type: string}, country: {type: string}}}";
    check_changes(
        old,
        new,
        expect![[r#"
        member-recased-optional [source] it.happened/a/streetName: the member `street_name` is now written `streetName`
        member-renamed-optional (a guess) [source] it.happened/a/city: the member `city_name` is now called `city`
        member-removed-optional [source] it.happened/a/zip: the optional member `zip` of `A` is gone
        member-added-optional [silent] it.happened/a/country: the optional member `country` of `A` is new: `country: Option<String>`
        major, Any
    "#]],
    );
}

#[test]
fn types_around_others_are_compared_by_what_is_within() {
    let spec = |items: &str| {
        let webhook =
            "it.a: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/a'}}}}}}";
        description(webhook, &format!("a: {{type: array, items: {items}}}"))
    };
    expect![[r##"
        items-changed [source] it.a: the type within `ItA` differs
        major, Any
    "##]]
    .assert_eq(&changes(&spec("{type: string, format: uuid}"), &spec("{type: string}")));
}

#[test]
fn settings_of_changes_are_toml() {
    let webhook = |name: &str| {
        format!(
            "{name}: {{post: {{requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/a'}}}}}}}}}}}}"
        )
    };
    let schema =
        |name: &str| format!("a: {{type: object, properties: {{type: {{const: {name}}}, n: {{type: string}}}}}}");
    let catalogue = |name: &str| {
        let spec = description(&webhook(name), &schema(name));
        Input { spec: &spec, config: VERIFIER }.described(None).0.catalogue
    };
    // Rust would escape the combining accent as TOML does not.
    let (old, new) = ("cafe\u{301}.cancelled", "cafe\u{301}.canceled");
    let report = compare(&catalogue(old), &catalogue(new));
    let renamed = report.entries.iter().find(|entry| entry.rule == Rule::EventRenamed).unwrap();
    let settings: toml::Table = renamed.settings.join("\n").parse().unwrap();
    assert_eq!(settings["event-type"]["names"][new].as_str(), Some(old));
}

#[test]
fn components_of_webhooks_that_come_or_go_are_part_of_them() {
    let webhook = |name: &str| {
        format!(
            "{name}: {{post: {{requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}}}}}\n"
        )
    };
    let schema = |name: &str| {
        format!(
            "{name}: {{type: object, properties: {{type: {{const: {name}}}, of_{name}: {{$ref: '#/components/schemas/part_{name}'}}}}}}\npart_{name}: {{type: object, properties: {{{name}: {{type: string}}}}}}\n"
        )
    };
    let spec = |other: &str, unused: &str| {
        let schemas = [schema("one"), schema(other), format!("unused: {{type: {unused}}}\n")].concat();
        description(&(webhook("one") + &webhook(other)), &schemas)
    };
    expect![[r#"
        event-removed [source, replay] two: the event type `two` is gone
        event-added [now, silent] three: the event type `three` is new
        component-unused [] #/components/schemas/unused/type: `#/components/schemas/unused/type` differs, without an effect on the crate
        major, BothVersions
    "#]].assert_eq(&changes(&spec("two", "string"), &spec("three", "integer")));
}

#[test]
fn null_of_an_alternative_is_no_longer_absence_of_the_member() {
    let spec =
        |ty: &str| format!("a: {{type: object, properties: {{m: {{anyOf: [{{type: integer}}, {{type: {ty}}}]}}}}}}");
    check_changes(
        &spec("string"),
        &spec("[string, 'null']"),
        expect![[r#"
        nullable-added [source] it.happened/a/m/<String>: `AM::String` has `Option<String>` instead of `String`
        nullable-added [silent] it.happened/a/m: null of the member `m` is now a value of its type
        major, Any
    "#]],
    );
}

#[test]
fn a_key_without_a_trace_in_the_crate_has_no_effect() {
    let spec = |key: &str| {
        let schema = "a: {type: object, properties: {type: {const: it.a}, n: {type: string}}}\n";
        let item = "{post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/a'}}}}}}";
        description(&format!("{key}: {{$ref: '#/components/pathItems/x'}}\n"), schema)
            + &format!("\n  pathItems: {{x: {item}}}\n")
    };
    expect![[r#"
        key-renamed [] it.a: the webhook of `it.a` has the key `two` instead of `one`
        none, Any
    "#]]
    .assert_eq(&changes(&spec("one"), &spec("two")));
}

#[test]
fn what_a_reference_is_to_is_part_of_the_change_at_its_place() {
    let spec = |text: &str, value: &str| {
        let webhook = "it.a: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/a'}, \
             examples: {x: {$ref: '#/components/examples/x'}}}}}}}";
        let schemas = format!(
            "a: {{type: object, properties: {{type: {{const: it.a}}, n: {{$ref: '#/components/schemas/n'}}}}}}\nn: {{type: string, description: {text}}}\n"
        );
        description(webhook, &schemas) + &format!("\n  examples: {{x: {{value: {{type: it.a, n: {value}}}}}}}\n")
    };
    expect![[r#"
        fixture-changed [docs] it.a: the examples of `it.a` differ
        member-docs [docs] it.a/n: the docs of `ItA::n` differ
        patch, Any
    "#]]
    .assert_eq(&changes(&spec("One.", "a"), &spec("Two.", "b")));
}

#[test]
fn what_has_no_effect_is_said_to_have_none() {
    let webhooks = "
        a.b: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/a'}}}}}}
    ";
    let old = description(webhooks, "a: {type: object, properties: {type: {const: a.b}, n: {type: string}}}");
    let new =
        old.replace("n: {type: string}", "n: {type: string, format: x-unknown, x-note: 1}").replace("3.1.0", "3.1.1");
    expect![[r#"
        openapi-version [] #/openapi: `#/openapi` differs, without an effect on the crate
        format-unknown [] #/components/schemas/a/properties/n/format: `#/components/schemas/a/properties/n/format` is new, without an effect on the crate
        no-effect [] #/components/schemas/a/properties/n/x-note: `#/components/schemas/a/properties/n/x-note` is new, without an effect on the crate
        none, Any
    "#]].assert_eq(&changes(&old, &new));
}

#[test]
fn an_example_that_is_stated_as_it_was_assembled_is_another_text_in_the_docs() {
    let spec = |example: &str| {
        let schema = "a: {type: object, required: [type], properties: {type: {const: a.b}}}";
        let content = format!("{{application/json: {{schema: {{$ref: '#/components/schemas/a'}}{example}}}}}");
        description(&format!("a.b: {{post: {{requestBody: {{content: {content}}}}}}}"), schema)
    };
    let (made, stated) = (spec(""), spec(", example: {type: a.b}"));
    expect![[r#"
        example-added [docs] a.b: the examples of `a.b` are stated, no longer assembled
        patch, Any
    "#]]
    .assert_eq(&changes(&made, &stated));
    expect![[r#"
        example-removed [docs] a.b: the examples of `a.b` are assembled, no longer stated
        patch, Any
    "#]]
    .assert_eq(&changes(&stated, &made));
}

#[test]
fn a_title_beside_a_description_is_not_in_the_docs() {
    let spec = |member: &str, ty: &str| {
        format!(
            "a: {{type: object{ty}, properties: {{m: {{type: string{member}}}}}}}\nb: {{$ref: '#/components/schemas/a'}}"
        )
    };
    let (described, title) = (", description: Text.", ", title: One, description: Text.");
    check_changes(
        &spec(described, described),
        &spec(title, title),
        expect![[r#"
            title-changed [] it.happened/a: the title of `A` differs
            title-inline [] it.happened/a/m: the title of `A::m` differs
            none, Any
        "#]],
    );
    check_changes(
        &spec("", ""),
        &spec(", title: One", ", title: Two"),
        expect![[r#"
            title-changed [docs] it.happened/a: the title of `A` differs
            title-inline [docs] it.happened/a/m: the title of `A::m` differs
            patch, Any
        "#]],
    );
    check_changes(
        &spec(", title: One", ""),
        &spec(title, ""),
        expect![[r#"
            member-docs [docs] it.happened/a/m: the docs of `A::m` differ
            patch, Any
        "#]],
    );
}

#[test]
fn an_object_that_becomes_large_is_mentioned() {
    let spec = |count: usize| {
        let members: String = (0..count).map(|index| format!("m{index}: {{type: string}}, ")).collect();
        schemas(&format!("a: {{type: object, properties: {{{members} last: {{type: string}}}}}}"))
    };
    let of_the_type = |old: usize, new: usize| {
        let changes = changes(&spec(old), &spec(new));
        changes.lines().find(|line| line.contains("off the stack")).map(str::to_owned)
    };
    assert_eq!(of_the_type(10, 20), None);
    expect!["indirection-changed [] it.happened/a: `A` is now kept off the stack while it is read"]
        .assert_eq(&of_the_type(10, 200).unwrap());
    expect!["indirection-changed [] it.happened/a: `A` is no longer kept off the stack while it is read"]
        .assert_eq(&of_the_type(200, 10).unwrap());
}

/// What a change of the documented header does, for a crate that verifies an HMAC in hex of the body in `x-a-signature`.
fn header_changes(config: &str, old: &str, new: &str) -> String {
    let described = |parameters: &str, names: Option<&str>| {
        let webhook = "it.a: {post: {parameters: [{$ref: '#/components/parameters/id'}PARAMETERS], \
             requestBody: {content: {application/json: {schema: {type: object, properties: {type: {const: it.a}}}}}}}}";
        let (list, header) = match parameters {
            "" => ("", String::new()),
            header => (", {$ref: '#/components/parameters/signature'}", format!("signature: {{in: header, {header}}}")),
        };
        let id = "id: {name: X-Id, in: header}";
        let spec = description(&webhook.replace("PARAMETERS", list), "{}")
            + &format!("\n  parameters:\n    {id}\n    {header}\n");
        Input { spec: &spec, config }.described(names).0
    };
    let before = described(old, None);
    let after = described(new, Some(&before.names));
    let mut report = compare(&before.catalogue, &after.catalogue);
    trees(&before.tree, &after.tree, &mut report);
    let place =
        |place: &Option<crate::catalogue::Source>| place.as_ref().map_or("-", |place| place.0.as_str()).to_owned();
    let line = |entry: &Entry| {
        let (old, new) = (place(&entry.old), place(&entry.new));
        format!("{} [{}] {old} → {new}\n{}\n", entry.rule, entry.flags, entry.message)
    };
    report.entries.iter().map(line).collect()
}

#[test]
fn another_stated_signature_is_reported_although_the_crate_verifies_as_before() {
    const HMAC: &str = "[signature]\nscheme = 'hmac'\nheader = 'x-a-signature'\nhash = 'sha256'\nencoding = 'hex'\nsigned = '{body}'\n";
    let said = |text: &str| format!("name: X-A-Signature, description: '{text}'");
    let old = said("HMAC-SHA256 of the raw body, in hex");
    let changes: String = [
        said("HMAC-SHA512 of the raw body, in hex"),
        said("HMAC-SHA256 of the raw body, in Base64"),
        said("HMAC-SHA256 of `{timestamp}.{body}`, in hex"),
        said("Ed25519 signature of the raw body, in hex"),
        old.replace("X-A-Signature", "X-A-Signature-V2"),
        String::new(),
        said("The signature, an HMAC"),
        said("The HMAC-SHA256 of the raw body, in hex"),
    ]
    .iter()
    .map(|new| header_changes(HMAC, &old, new) + "\n")
    .collect();
    expect![[r#"
        signature-stated [now, replay] #/components/parameters/signature/description → #/components/parameters/signature/description
        the description states another signature: the hash `sha512` instead of `sha256`; the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`

        signature-stated [now, replay] #/components/parameters/signature/description → #/components/parameters/signature/description
        the description states another signature: the encoding `base64` instead of `hex`; the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`

        signature-stated [now, replay] #/components/parameters/signature/description → #/components/parameters/signature/description
        the description states another signature: the signed text `{timestamp}.{body}` instead of `{body}`; the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`

        signature-stated [now, replay] #/components/parameters/signature/description → #/components/parameters/signature/description
        the description states another signature: a signature of a key pair, not an HMAC, the hash is no longer stated (it was `sha256`); the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`

        signature-stated [now, replay] #/components/parameters/signature/name → #/components/parameters/signature/name
        the description states another signature: the header `x-a-signature-v2` instead of `x-a-signature`; the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`

        signature-stated [now, replay] #/components/parameters/signature/name → -
        the description no longer states a signature; the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`

        signature-stated [] #/components/parameters/signature/description → #/components/parameters/signature/description
        the description states the signature in another way: the hash is no longer stated (it was `sha256`), the encoding is no longer stated (it was `hex`), the signed text is no longer stated (it was `{body}`); the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`

        header-other [] #/components/parameters/signature/description → #/components/parameters/signature/description
        `#/components/parameters/signature/description` differs, without an effect on the crate

    "#]].assert_eq(&changes);
    // What is stated now is what the crate verifies.
    expect![[r#"
        signature-stated [] #/components/parameters/signature/description → #/components/parameters/signature/description
        the description states the signature in another way: the hash `sha256` instead of `sha1`, the encoding `hex`; the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`
    "#]].assert_eq(&header_changes(HMAC, &said("HMAC-SHA1 of the body"), &old));
    expect![[r#"
        signature-stated [] - → #/components/parameters/signature/name
        the description now states a signature: the header `x-a-signature`, the hash `sha256`, the encoding `hex`, the signed text `{body}`; the crate verifies as before: HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`
    "#]].assert_eq(&header_changes(HMAC, "", &old));
    // Another scheme than the configured one is not known to be verified.
    let other = said("HMAC-SHA512 of the raw body, in hex");
    expect![[r#"
        signature-stated [now, replay] #/components/parameters/signature/description → #/components/parameters/signature/description
        the description states another signature: the hash `sha512` instead of `sha256`; the crate verifies with the `Verifier` that it is passed
    "#]].assert_eq(&header_changes(VERIFIER, &old, &other));
    expect![[r#"
        signature-stated [] #/components/parameters/signature/description → #/components/parameters/signature/description
        the description states the signature in another way: the hash `sha512` instead of `sha256`; the crate verifies no signature
    "#]].assert_eq(&header_changes("[signature]\nscheme = 'none'\n", &old, &other));
    // The scheme follows the description.
    expect![[r#"
        scheme-changed [now, replay] #/components/parameters/signature/description → #/components/parameters/signature/description
        deliveries are signed in another way: HMAC with sha512 of `{body}`, in hex in the header `x-a-signature` instead of HMAC with sha256 of `{body}`, in hex in the header `x-a-signature`
    "#]].assert_eq(&header_changes("", &old, &other));
}
