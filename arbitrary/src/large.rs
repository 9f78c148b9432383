//! Descriptions that are large in one way: as deep, as long or as many as the limits allow, and a little more. They have less
//! than 100 KB.

use serde_json::{Map, Value, json};

use crate::Choices;
use crate::schema::component_reference;

/// What is added to a description.
#[derive(Default)]
pub(crate) struct Large {
    /// Components.
    pub(crate) components: Map<String, Value>,
    /// The schema of a member of payloads.
    pub(crate) member: Value,
    /// How many webhooks share one path item or body.
    pub(crate) sharing: usize,
    /// Actions of an overlay.
    pub(crate) actions: Vec<Value>,
}

/// One kind of them.
pub(crate) fn large(choices: &mut Choices<'_>) -> Large {
    let kinds = [layers, extended, chain, recursive, many, wide, shared, targets, deep];
    choices.pick(&kinds)(choices)
}

/// A number up to `most`: small ones are as likely as large ones, and so is what is just beyond a limit.
fn amount(choices: &mut Choices<'_>, most: usize) -> usize {
    match choices.number(0..=9) {
        9 => most,
        _ => {
            let bits = choices.number(1..=usize::BITS as usize - most.leading_zeros() as usize);
            choices.number(1..=(1 << bits).min(most))
        }
    }
}

fn reference(kind: &str, number: usize) -> Value {
    json!({ "$ref": component_reference(&format!("{kind}{number}")) })
}

fn text(name: &str) -> Value {
    json!({ "type": "object", "properties": { name: { "type": "string" } } })
}

/// Layers of `allOf`, `anyOf` and `oneOf`, each with the one before it once or twice.
fn layers(choices: &mut Choices<'_>) -> Large {
    let count = amount(choices, 140);
    let fixed = *choices.pick(&["allOf", "anyOf", "oneOf", ""]);
    let twice = choices.chance(50);
    let mut components = Map::new();
    components.insert("Layer0".to_owned(), text("id"));
    for number in 1..=count {
        let keyword = if fixed.is_empty() { *choices.pick(&["allOf", "anyOf", "oneOf"]) } else { fixed };
        let mut parts = vec![reference("Layer", number - 1)];
        if twice {
            let other = choices.number(0..=number - 1);
            parts.push(if choices.chance(50) { reference("Layer", other) } else { reference("Layer", number - 1) });
        }
        parts.push(text(&format!("member{number}")));
        components.insert(format!("Layer{number}"), json!({ keyword: parts }));
    }
    Large { components, member: reference("Layer", count), ..Large::default() }
}

/// A base that many types extend, with a discriminator or without.
fn extended(choices: &mut Choices<'_>) -> Large {
    let count = amount(choices, 300);
    let members: Map<String, Value> =
        (0..amount(choices, 60)).map(|number| (format!("base{number}"), json!({ "type": "string" }))).collect();
    let mut base = json!({ "type": "object", "properties": members });
    base["properties"]["kind"] = json!({ "type": "string" });
    let is_discriminated = choices.chance(50);
    if is_discriminated {
        base["discriminator"] = json!({ "propertyName": "kind" });
    }
    let mut components = Map::from_iter([("Base0".to_owned(), base)]);
    for number in 0..count {
        let own = text(&format!("own{number}"));
        components.insert(format!("Part{number}"), json!({ "allOf": [reference("Base", 0), own] }));
    }
    let parts: Vec<Value> = (0..count).map(|number| reference("Part", number)).collect();
    let member = if is_discriminated { reference("Base", 0) } else { json!({ "oneOf": parts }) };
    Large { components, member, ..Large::default() }
}

/// References to references, which may lead back to the first.
fn chain(choices: &mut Choices<'_>) -> Large {
    let count = amount(choices, 140);
    let described = choices.chance(30);
    let mut components = Map::new();
    for number in 0..count {
        let mut link = reference("Chain", number + 1);
        if described && number % 3 == 1 {
            link["description"] = "A link.".into();
        }
        components.insert(format!("Chain{number}"), link);
    }
    let last = if choices.chance(10) { reference("Chain", 0) } else { text("end") };
    components.insert(format!("Chain{count}"), last);
    let member = match choices.number(0..=2) {
        0 => reference("Chain", 0),
        1 => json!({ "allOf": [reference("Chain", 0), text("own")] }),
        _ => json!({ "type": "array", "items": reference("Chain", 0) }),
    };
    Large { components, member, ..Large::default() }
}

/// Objects, lists, maps and unions that lead to each other.
fn recursive(choices: &mut Choices<'_>) -> Large {
    let count = amount(choices, 120);
    let mut components = Map::new();
    for number in 0..count {
        let mut members = Map::new();
        let mut required = Vec::new();
        for member in 0..choices.number(1..=4) {
            let other = reference("Node", choices.number(0..=count - 1));
            let schema = match choices.number(0..=5) {
                0 => json!({ "type": "array", "items": other }),
                1 => json!({ "type": "object", "additionalProperties": other }),
                2 => json!({ "oneOf": [other, { "type": "string" }] }),
                3 => json!({ "allOf": [other, text("beside")] }),
                _ => other,
            };
            members.insert(format!("member{member}"), schema);
            if choices.chance(15) {
                required.push(Value::from(format!("member{member}")));
            }
        }
        let mut node = json!({ "type": "object", "properties": members });
        if !required.is_empty() {
            node["required"] = required.into();
        }
        let node = match choices.number(0..=19) {
            0 => json!({ "oneOf": [node, reference("Node", choices.number(0..=count - 1))] }),
            1 => json!({ "type": "array", "items": reference("Node", choices.number(0..=count - 1)) }),
            2 => json!({ "type": "object", "additionalProperties": reference("Node", choices.number(0..=count - 1)) }),
            _ => node,
        };
        components.insert(format!("Node{number}"), node);
    }
    Large { components, member: reference("Node", 0), ..Large::default() }
}

/// Many components, all of them used.
fn many(choices: &mut Choices<'_>) -> Large {
    let count = amount(choices, 700);
    let components: Map<String, Value> =
        (0..count).map(|number| (format!("Many{number}"), text(&format!("text{number}")))).collect();
    let members: Map<String, Value> =
        (0..count).map(|number| (format!("many{number}"), reference("Many", number))).collect();
    Large { components, member: json!({ "type": "object", "properties": members }), ..Large::default() }
}

/// One schema with many members, values or alternatives.
fn wide(choices: &mut Choices<'_>) -> Large {
    let member = match choices.number(0..=3) {
        0 => {
            let members: Map<String, Value> =
                (0..amount(choices, 2001)).map(|number| (format!("member{number}"), json!({}))).collect();
            json!({ "type": "object", "properties": members })
        }
        1 => json!({ "enum": (0..amount(choices, 9000)).map(|number| format!("v{number}")).collect::<Vec<_>>() }),
        2 => json!({ "enum": (0..amount(choices, 10_001)).collect::<Vec<_>>() }),
        _ => {
            let alternatives: Vec<Value> =
                (0..amount(choices, 900)).map(|number| text(&format!("member{number}"))).collect();
            json!({ *choices.pick(&["oneOf", "anyOf", "allOf"]): alternatives })
        }
    };
    Large { member, ..Large::default() }
}

/// Many webhooks with one path item or one body.
fn shared(choices: &mut Choices<'_>) -> Large {
    let sharing = amount(choices, 400);
    let count = amount(choices, 40);
    let members: Map<String, Value> =
        (0..count).map(|number| (format!("member{number}"), json!({ "type": "string" }))).collect();
    let components = Map::from_iter([("Shared0".to_owned(), json!({ "type": "object", "properties": members }))]);
    Large { components, member: reference("Shared", 0), sharing, ..Large::default() }
}

/// Actions with many targets.
fn targets(choices: &mut Choices<'_>) -> Large {
    let count = amount(choices, 300);
    let members = |number: usize| {
        let members: Map<String, Value> =
            (0..4).map(|member| (format!("member{number}{member}"), json!({ "type": "string" }))).collect();
        json!({ "type": "object", "properties": members })
    };
    let components: Map<String, Value> =
        (0..count).map(|number| (format!("Target{number}"), members(number))).collect();
    let added: Map<String, Value> =
        (0..amount(choices, 60)).map(|number| (format!("added{number}"), json!({ "type": "string" }))).collect();
    let kinds = [
        json!({ "target": "$.components.schemas.*", "update": { "properties": added } }),
        json!({ "target": "$.components.schemas.*.properties.*", "update": { "description": "Added." } }),
        json!({ "target": "$..properties", "update": added }),
        json!({ "target": "$..[?@.type == 'string']", "update": { "type": "integer" } }),
        json!({ "target": "$.components.schemas[?@.properties.member12]", "remove": true }),
        json!({ "target": "$..[?@..description]", "update": { "x-seen": true } }),
        json!({ "target": "$..description", "remove": true }),
        json!({ "target": "$..*..*", "update": { "x-many": [1] } }),
        json!({ "target": "$.components.schemas.*", "copy": "$.components.schemas.Target0" }),
    ];
    let actions = (0..amount(choices, 60)).map(|_| choices.pick(&kinds).clone()).collect();
    let member = json!({ "type": "array", "items": reference("Target", 0) });
    Large { components, member, actions, ..Large::default() }
}

/// A deep example of a type that contains itself, and deep values of any type.
fn deep(choices: &mut Choices<'_>) -> Large {
    let count = amount(choices, 130);
    let [list, object] = ["children", "next"];
    let mut example = json!({});
    for _ in 0..count / 2 {
        example = if choices.chance(50) { json!({ list: [example] }) } else { json!({ object: example }) };
    }
    let mut node = json!({
        "type": "object",
        "properties": { list: { "type": "array", "items": reference("Deep", 0) }, object: reference("Deep", 0), "any": {} },
    });
    let mut value = json!(1);
    for _ in 0..count {
        value = if choices.chance(50) { json!([value]) } else { json!({ "a": value }) };
    }
    match choices.number(0..=4) {
        0 => node["example"] = example,
        1 => node["examples"] = json!([example, { "any": value }]),
        2 => node["properties"]["any"]["example"] = value,
        3 => node["properties"]["any"]["enum"] = json!([value, 1]),
        _ => node["properties"]["any"]["default"] = value,
    }
    Large { components: Map::from_iter([("Deep0".to_owned(), node)]), member: reference("Deep", 0), ..Large::default() }
}
