//! What the comparison needs and Python's standard library lacks: YAML, and JSON Schema.
//!
//! - `read FILE` prints a YAML or JSON file as JSON.
//! - `check` takes `{"document": …, "checks": [{"pointer": …, "instance": …}]}` on standard input, and prints for each
//!   check what is wrong with the instance according to the schema at the pointer, or null. Formats are not asserted.

use std::error::Error;
use std::io::{self, Read, Write};
use std::{env, fmt, fs};

use jsonschema::{Draft, Registry, Validator};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
struct Checks {
    document: Value,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    pointer: String,
    instance: Value,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let output = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["read", file] => read(&fs::read_to_string(file)?)?,
        ["check"] => {
            let mut input = String::new();
            io::stdin().read_to_string(&mut input)?;
            check(serde_json::from_str(&input)?)?
        }
        _ => return Err("usage: comparison-helper read FILE | check".into()),
    };
    serde_json::to_writer(io::stdout().lock(), &output)?;
    Ok(io::stdout().write_all(b"\n")?)
}

/// The text as JSON. JSON is read as such: it is faster, and no number is taken for a string.
fn read(text: &str) -> Result<Value> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(_) => Ok(serde_yaml::from_str::<Yaml>(text)?.0),
    }
}

/// A YAML value, as JSON. `serde_yaml::Value` would refuse integers of more than 64 bits, which descriptions have.
struct Yaml(Value);

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(YamlVisitor).map(Self)
    }
}

struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON readers take such an integer for a float, too")]
    fn visit_i128<E>(self, value: i128) -> std::result::Result<Value, E> {
        Ok((value as f64).into())
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON readers take such an integer for a float, too")]
    fn visit_u128<E>(self, value: u128) -> std::result::Result<Value, E> {
        Ok((value as f64).into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Yaml(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(array.into())
    }

    /// YAML has keys that are no strings, `200:` above all; JSON has not.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((Yaml(key), Yaml(value))) = members.next_entry()? {
            let key = match key {
                Value::String(key) => key,
                key => key.to_string(),
            };
            object.insert(key, value);
        }
        if let Some(Value::Object(merged)) = object.shift_remove("<<") {
            for (key, value) in merged {
                object.entry(key).or_insert(value);
            }
        }
        Ok(object.into())
    }
}

fn check(input: Checks) -> Result<Value> {
    const DOCUMENT: &str = "urn:document";
    let registry = Registry::new().draft(Draft::Draft202012).add(DOCUMENT, input.document)?.prepare()?;
    let mut known: Option<(String, Validator)> = None;
    let mut results = Vec::new();
    for Check { pointer, instance } in input.checks {
        if known.as_ref().is_none_or(|(known, _)| *known != pointer) {
            let schema = json!({ "$ref": format!("{DOCUMENT}#{pointer}") });
            let validator =
                jsonschema::options().with_draft(Draft::Draft202012).with_registry(&registry).build(&schema)?;
            known = Some((pointer, validator));
        }
        let problem = known.as_ref().and_then(|(_, validator)| validator.validate(&instance).err());
        results.push(problem.map_or(Value::Null, |problem| Value::String(problem.to_string())));
    }
    Ok(Value::Array(results))
}
