//! A valid instance of a schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::schema::large;
use crate::words::{FORMATS, PATTERNS, STRINGS};
use crate::{Choices, words};

/// How many levels of schemas are followed, references included.
const DEPTH: usize = 24;

/// Beyond this level, members that may be absent are absent.
const ENOUGH: usize = 6;

/// A value that is an instance of the schema, made by following it. References are resolved in the document.
///
/// What the emitted types refuse by intent is left out: integers beyond `int32` and `int64`, and numbers beyond a double.
/// Strings have their `format`.
///
/// `None` if the schema contradicts itself, or if no instance was found. `not`, `if` and the exclusiveness of `oneOf` are
/// not followed: a test that relies on an instance asks an independent validator, and few are refused.
pub fn instance(choices: &mut Choices<'_>, document: &Value, schema: &Value) -> Option<Value> {
    Builder { document, choices }.value(vec![schema], DEPTH)
}

/// The schema with the components of the document, as one JSON Schema: validators look for identifiers only
/// where JSON Schema has schemas, in `$defs`. Keywords of OpenAPI 3.0 become those of JSON Schema that mean the same.
pub fn json_schema(document: &Value, schema: &Value) -> Value {
    let definitions = document.pointer("/components/schemas").cloned().unwrap_or_else(|| json!({}));
    let mut whole = json!({ "$defs": definitions, "allOf": [schema] });
    let is_30 = document["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"));
    translate(&mut whole, is_30);
    whole
}

/// Makes references to components lead into `$defs`, and 3.0 be 3.1.
fn translate(value: &mut Value, is_30: bool) {
    match value {
        Value::Object(members) => {
            if is_30 {
                as_31(members);
            }
            for (keyword, value) in members {
                match value {
                    Value::String(reference) if keyword == "$ref" => {
                        *reference = reference.replacen("#/components/schemas/", "#/$defs/", 1);
                    }
                    value => translate(value, is_30),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| translate(element, is_30)),
        _ => {}
    }
}

/// Rewrites what 3.0 writes in another way.
fn as_31(schema: &mut Map<String, Value>) {
    if schema.get("$ref").is_some_and(Value::is_string) {
        schema.retain(|keyword, _| keyword == "$ref");
    }
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        schema.remove("nullable");
        if let Some(Value::String(ty)) = schema.get("type") {
            let types = json!([ty, "null"]);
            schema.insert("type".to_owned(), types);
        }
    }
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Value::Bool(exclusive)) = schema.get(flag) {
            let exclusive = *exclusive;
            schema.remove(flag);
            if let Some(limit) = schema.remove(bound) {
                schema.insert(if exclusive { flag } else { bound }.to_owned(), limit);
            }
        }
    }
}

struct Builder<'v, 'c, 'b> {
    document: &'v Value,
    choices: &'c mut Choices<'b>,
}

impl<'v> Builder<'v, '_, '_> {
    /// An instance of all these schemas together.
    fn value(&mut self, schemas: Vec<&'v Value>, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let schemas = self.flat(schemas)?;
        if schemas.iter().any(|schema| schema.get("nullable") == Some(&Value::Bool(true))) && self.choices.chance(20) {
            return Some(Value::Null);
        }
        if let Some(value) = self.stated(&schemas) {
            return value;
        }
        let types = self.types(&schemas)?;
        // Another type is tried if the first has no instance.
        let first = self.choices.number(0..=types.len() - 1);
        (0..types.len()).find_map(|offset| match types[(first + offset) % types.len()] {
            "null" => Some(Value::Null),
            "boolean" => Some(self.choices.chance(50).into()),
            "integer" => self.number(&schemas, true),
            "number" => self.number(&schemas, false),
            "string" => self.string(&schemas),
            "array" => self.array(&schemas, depth),
            _ => self.object(&schemas, depth),
        })
    }

    /// The schemas and all that apply with them: references, `allOf`, and an alternative of each choice.
    fn flat(&mut self, schemas: Vec<&'v Value>) -> Option<Vec<&'v Map<String, Value>>> {
        let mut flat: Vec<&'v Map<String, Value>> = Vec::new();
        let mut pending = schemas;
        let mut steps = 0;
        while let Some(schema) = pending.pop() {
            steps += 1;
            let schema = match schema {
                Value::Object(members) => members,
                Value::Bool(true) => continue,
                _ => return None,
            };
            if steps > 200 {
                return None;
            }
            if flat.iter().any(|known| std::ptr::eq(*known, schema)) {
                continue;
            }
            flat.push(schema);
            if let Some(reference) = schema.get("$ref") {
                pending.push(self.target(reference.as_str()?)?);
            }
            pending.extend(list(schema, "allOf"));
            for keyword in ["oneOf", "anyOf"] {
                let alternatives = list(schema, keyword);
                if !alternatives.is_empty() {
                    pending.push(self.choices.pick(alternatives));
                }
            }
        }
        Some(flat)
    }

    /// The target of a reference: a pointer, an anchor or an identifier.
    fn target(&self, reference: &str) -> Option<&'v Value> {
        match reference.strip_prefix('#') {
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => {
                self.document.pointer(&pointer.replace("%25", "%"))
            }
            Some(anchor) => find(self.document, "$anchor", anchor),
            None => find(self.document, "$id", reference),
        }
    }

    /// A value of `const` or `enum` that the schemas agree on; `None` if there are none of these keywords.
    fn stated(&mut self, schemas: &[&'v Map<String, Value>]) -> Option<Option<Value>> {
        let mut agreed: Option<Vec<&Value>> = None;
        for schema in schemas {
            for stated in [schema.get("const").map(std::slice::from_ref), schema.get("enum").and_then(slice)] {
                let Some(stated) = stated else { continue };
                agreed = Some(match agreed {
                    None => stated.iter().collect(),
                    Some(values) => values.into_iter().filter(|value| stated.contains(value)).collect(),
                });
            }
        }
        let mut agreed = agreed?;
        agreed.retain(|value| schemas.iter().all(|schema| has_type(schema, value)));
        Some(if agreed.is_empty() { None } else { Some((*self.choices.pick(&agreed)).clone()) })
    }

    /// The types that all schemas allow; `None` if there are none.
    fn types(&mut self, schemas: &[&'v Map<String, Value>]) -> Option<Vec<&'static str>> {
        const TYPES: [&str; 7] = ["object", "string", "array", "integer", "number", "boolean", "null"];
        let mut types: Vec<&'static str> = TYPES
            .into_iter()
            .filter(|ty| schemas.iter().all(|schema| named(schema, ty) || *ty == "integer" && named(schema, "number")))
            .collect();
        // A schema without a type mostly means the one that its keywords are about.
        let about = |keyword: &str| schemas.iter().any(|schema| schema.contains_key(keyword));
        for (ty, keywords) in [("object", ["properties", "additionalProperties"]), ("array", ["items", "prefixItems"])]
        {
            if types.contains(&ty) && keywords.into_iter().any(about) && !self.choices.chance(15) {
                types = vec![ty];
            }
        }
        Some(types).filter(|types| !types.is_empty())
    }

    fn number(&mut self, schemas: &[&'v Map<String, Value>], whole: bool) -> Option<Value> {
        let bounds = |keyword: &'static str| schemas.iter().filter_map(move |schema| schema.get(keyword)?.as_f64());
        let mut low = bounds("minimum").fold(f64::NEG_INFINITY, f64::max);
        let mut high = bounds("maximum").fold(f64::INFINITY, f64::min);
        let flagged = |keyword: &str| schemas.iter().any(|schema| schema.get(keyword) == Some(&Value::Bool(true)));
        let (mut above, mut below) = (flagged("exclusiveMinimum"), flagged("exclusiveMaximum"));
        for bound in bounds("exclusiveMinimum") {
            if bound >= low {
                (low, above) = (bound, true);
            }
        }
        for bound in bounds("exclusiveMaximum") {
            if bound <= high {
                (high, below) = (bound, true);
            }
        }
        for schema in schemas {
            match schema.get("format").and_then(Value::as_str) {
                // Out of these ranges an instance is valid, but is refused: see docs/support.md.
                Some("int32") => (low, high) = (low.max(f64::from(i32::MIN)), high.min(f64::from(i32::MAX))),
                Some("int64") => (low, high) = (low.max(-9e15), high.min(9e15)),
                _ => {}
            }
        }
        let step = bounds("multipleOf").fold(if whole { 1.0 } else { 0.0 }, f64::max);
        let fits = |number: f64| {
            let within =
                if above { number > low } else { number >= low } && if below { number < high } else { number <= high };
            within && (!whole || number.fract() == 0.0) && bounds("multipleOf").all(|step| number % step == 0.0)
        };
        let base = if low.is_finite() { low } else { 0.0 };
        let aligned = if step > 0.0 { (base / step).ceil() * step } else { base };
        let mut candidates =
            vec![aligned, aligned + step, aligned + step.max(0.5), high, 7.0, 0.0, 42.0, -3.0, 1.5, 100_000.0, -0.25];
        candidates.retain(|number| number.is_finite() && fits(*number));
        if candidates.is_empty() {
            return None;
        }
        // Only what has no bound may be large: doubles do not compare such numbers exactly.
        let bounded = low.is_finite() || high.is_finite() || step > 1.0;
        if whole && !bounded && self.choices.chance(15) {
            return Some(large(self.choices));
        }
        let number = *self.choices.pick(&candidates);
        #[allow(clippy::cast_possible_truncation, reason = "whole numbers of this size are exact")]
        let integer = number as i64;
        // A whole number may have a fraction of zero.
        let plain = number.fract() == 0.0 && number.abs() < 9e15 && !self.choices.chance(10);
        Some(if plain { integer.into() } else { number.into() })
    }

    fn string(&mut self, schemas: &[&'v Map<String, Value>]) -> Option<Value> {
        let text = |keyword: &str| schemas.iter().find_map(|schema| schema.get(keyword)?.as_str());
        let length = |keyword: &'static str| {
            schemas.iter().filter_map(move |schema| usize::try_from(schema.get(keyword)?.as_u64()?).ok())
        };
        let values =
            |table: &'static [(&str, &[&str])], key: &str| table.iter().find(|row| row.0 == key).map(|row| row.1);
        let pattern = text("pattern");
        let known = match (pattern, text("format"), text("contentEncoding")) {
            (Some(pattern), _, _) => values(&PATTERNS, pattern)?,
            (None, Some(format), _) => values(&FORMATS, format).unwrap_or(&STRINGS),
            (None, None, Some("base64")) => &["aGVsbG8=", ""],
            (None, None, _) if text("contentMediaType").is_some() => &["{}", "null"],
            (None, None, _) => &STRINGS,
        };
        let (low, high) = (length("minLength").max().unwrap_or(0), length("maxLength").min().unwrap_or(usize::MAX));
        let fits = |text: &str| (low..=high).contains(&text.chars().count());
        let fitting: Vec<String> = known.iter().copied().filter(|text| fits(text)).map(str::to_owned).collect();
        let free = pattern.is_none() && text("format").is_none() && low <= high;
        let fitting = if fitting.is_empty() && free { vec!["x".repeat(low)] } else { fitting };
        if fitting.is_empty() { None } else { Some(self.choices.pick(&fitting).as_str().into()) }
    }

    fn array(&mut self, schemas: &[&'v Map<String, Value>], depth: usize) -> Option<Value> {
        let count = |keyword: &'static str| {
            schemas.iter().filter_map(move |schema| usize::try_from(schema.get(keyword)?.as_u64()?).ok())
        };
        let (low, high) = (count("minItems").max().unwrap_or(0), count("maxItems").min().unwrap_or(usize::MAX));
        let contains = schemas.iter().any(|schema| schema.contains_key("contains"));
        let low = low.max(usize::from(contains));
        let wanted = if DEPTH - depth > ENOUGH { low } else { self.choices.number(low..=low.max(3)).min(high) };
        let unique = schemas.iter().any(|schema| schema.get("uniqueItems") == Some(&Value::Bool(true)));
        let mut elements = Vec::new();
        for index in 0..wanted {
            let element = self.element(schemas, index, depth);
            match element {
                Some(element) if !unique || !elements.contains(&element) => elements.push(element),
                _ if elements.len() >= low => break,
                _ => return None,
            }
        }
        (elements.len() <= high).then_some(Value::Array(elements))
    }

    fn element(&mut self, schemas: &[&'v Map<String, Value>], index: usize, depth: usize) -> Option<Value> {
        let mut apply = Vec::new();
        let mut evaluated = false;
        for schema in schemas {
            let own = list(schema, "prefixItems").get(index).or_else(|| schema.get("items"));
            evaluated |= own.is_some() || schema.contains_key("contains");
            apply.extend(own);
        }
        if !evaluated && schemas.iter().any(|schema| schema.get("unevaluatedItems") == Some(&Value::Bool(false))) {
            return None;
        }
        self.value(apply, depth)
    }

    fn object(&mut self, schemas: &[&'v Map<String, Value>], depth: usize) -> Option<Value> {
        let mut declared: BTreeSet<&'v str> = BTreeSet::new();
        let mut required: Vec<&'v str> = Vec::new();
        for schema in schemas {
            let properties = schema.get("properties").and_then(Value::as_object);
            declared.extend(properties.into_iter().flatten().map(|(name, _)| name.as_str()));
            required.extend(list(schema, "required").iter().filter_map(Value::as_str));
        }
        let count = |keyword: &'static str| {
            schemas.iter().filter_map(move |schema| usize::try_from(schema.get(keyword)?.as_u64()?).ok())
        };
        let (low, high) =
            (count("minProperties").max().unwrap_or(0), count("maxProperties").min().unwrap_or(usize::MAX));
        let mut members = Map::new();
        let deep = DEPTH - depth > ENOUGH;
        for name in required {
            if !members.contains_key(name) {
                members.insert(name.to_owned(), self.member(schemas, name, depth)?);
            }
        }
        for name in declared {
            let wanted = members.len() < low || !deep && self.choices.chance(60);
            if wanted && members.len() < high && !members.contains_key(name) {
                // A member without an instance can be left out.
                if let Some(value) = self.member(schemas, name, depth) {
                    members.insert(name.to_owned(), value);
                }
            }
        }
        for number in 0..4 {
            let wanted = members.len() < low || !deep && self.choices.chance(25);
            if wanted && members.len() < high {
                let name = format!("{}{number}", self.choices.pick(&["x-", "extra", "another "]));
                if !members.contains_key(&name)
                    && let Some(value) = self.member(schemas, &name, depth)
                {
                    members.insert(name, value);
                }
            }
        }
        (low..=high).contains(&members.len()).then_some(Value::Object(members))
    }

    /// The value of a member; `None` if it is forbidden or has no instance.
    fn member(&mut self, schemas: &[&'v Map<String, Value>], name: &str, depth: usize) -> Option<Value> {
        let mut apply = Vec::new();
        let mut evaluated = false;
        for schema in schemas {
            let declared = schema.get("properties").and_then(|members| members.get(name));
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            let patterned = patterns.and_then(|patterns| patterns.get("^x-")).filter(|_| name.starts_with("x-"));
            apply.extend(declared);
            apply.extend(patterned);
            let known = declared.is_some() || patterned.is_some();
            let additional = schema.get("additionalProperties").filter(|_| !known);
            apply.extend(additional);
            evaluated |= known || additional.is_some();
        }
        if !evaluated && schemas.iter().any(|schema| schema.get("unevaluatedProperties") == Some(&Value::Bool(false))) {
            return None;
        }
        if apply.is_empty() {
            return Some(self.anything());
        }
        self.value(apply, depth)
    }

    /// A value of a member that no schema describes.
    fn anything(&mut self) -> Value {
        match self.choices.number(0..=4) {
            0 => (*self.choices.pick(&STRINGS)).into(),
            1 => json!(null),
            2 => json!(1.50),
            3 => json!([{}, [], "a"]),
            _ => json!({ words::name(self.choices, crate::Taste::Plain): true }),
        }
    }
}

/// The schema with an identifier or anchor of this name.
fn find<'v>(value: &'v Value, keyword: &str, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) if members.get(keyword).and_then(Value::as_str) == Some(name) => Some(value),
        Value::Object(members) => members.values().find_map(|value| find(value, keyword, name)),
        Value::Array(elements) => elements.iter().find_map(|value| find(value, keyword, name)),
        _ => None,
    }
}

fn slice(value: &Value) -> Option<&[Value]> {
    value.as_array().map(Vec::as_slice)
}

fn list<'v>(schema: &'v Map<String, Value>, keyword: &str) -> &'v [Value] {
    schema.get(keyword).and_then(slice).unwrap_or_default()
}

/// Whether a schema allows the type of this name.
fn named(schema: &Map<String, Value>, ty: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == ty,
        Some(Value::Array(types)) => types.iter().any(|one| one == ty),
        _ => true,
    }
}

/// Whether a schema allows the type of a value.
fn has_type(schema: &Map<String, Value>, value: &Value) -> bool {
    match value {
        Value::Null => named(schema, "null"),
        Value::Bool(_) => named(schema, "boolean"),
        Value::Number(number) => {
            let whole = number.as_f64().is_some_and(|number| number.fract() == 0.0);
            named(schema, "number") || whole && named(schema, "integer")
        }
        Value::String(_) => named(schema, "string"),
        Value::Array(_) => named(schema, "array"),
        Value::Object(_) => named(schema, "object"),
    }
}
