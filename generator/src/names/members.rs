//! Names of fields and variants.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::ident::{extended, short_hash, snake, upper_camel};
use super::scope::{Claimant, Scope};
use crate::ir::{Kind, Literal, Struct, TypeDef, Variant};
use crate::lock::OTHERS;

/// Names by what they are called in the description.
pub(super) type ByKey = BTreeMap<String, String>;

/// The names of what a definition consists of.
pub(super) struct Members {
    /// The fields or variants, in the order of the definition.
    pub(super) listed: Vec<String>,
    /// The field or variant for everything else. No other one takes its name.
    pub(super) others: Option<String>,
}

/// The recorded names that a definition keeps. A union of which no variant is recorded distinguishes its alternatives otherwise
/// than it did, such as without a discriminator: they are named anew, which gives them their old names if they are called the same.
pub(super) fn kept<'l>(def: &TypeDef, locked: &'l ByKey) -> Cow<'l, ByKey> {
    let is_other = matches!(def.kind, Kind::Union(_)) && !keys(def).iter().any(|key| locked.contains_key(key));
    if is_other {
        let others = locked.get(OTHERS).map(|name| (OTHERS.to_owned(), name.clone()));
        Cow::Owned(others.into_iter().collect())
    } else {
        Cow::Borrowed(locked)
    }
}

/// The fields or variants of a definition: those that are recorded, and new ones around them.
pub(super) fn name(def: &TypeDef, locked: &ByKey) -> Members {
    let locked = &kept(def, locked);
    let others = |default: &str| locked.get(OTHERS).cloned().unwrap_or_else(|| default.to_owned());
    let enumerated = |texts: Vec<&str>, suffix: &str| {
        let others = others("Unknown");
        let listed = keys(def).into_iter().zip(texts).map(|(key, text)| variant(key, text, suffix)).collect();
        Members { listed: Scope::reserving([&*others]).claim_around(locked, listed), others: Some(others) }
    };
    match &def.kind {
        Kind::Struct(object) => {
            let others = others(if object.rest.is_some() { "additional" } else { "undeclared" });
            let listed = Scope::reserving([&*others]).claim_around(locked, fields(object));
            Members { listed, others: Some(others) }
        }
        Kind::Enum(listed) => {
            let values: Vec<String> = listed.values.iter().map(Literal::name).collect();
            enumerated(values.iter().map(String::as_str).collect(), "Value")
        }
        Kind::Union(union) => {
            enumerated(union.variants.iter().map(|variant| variant.name.as_str()).collect(), "Variant")
        }
        Kind::Constant(_) | Kind::Newtype(_) => Members { listed: Vec::new(), others: None },
    }
}

/// What the fields or variants of a definition are called in JSON, in its order: JSON texts, each once.
pub(super) fn keys(def: &TypeDef) -> Vec<String> {
    match &def.kind {
        Kind::Struct(object) => object.fields.iter().map(|field| json(&field.wire)).collect(),
        Kind::Enum(listed) => listed.values.iter().map(Literal::json).collect(),
        Kind::Union(union) => {
            let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
            let key = |variant: &'_ Variant, number: usize| match number {
                1 => json(variant.key()),
                number => json(&format!("{} {number}", variant.key())),
            };
            let variants = union.variants.iter().map(|variant| {
                let number = seen.entry(variant.key()).or_default();
                *number += 1;
                key(variant, *number)
            });
            variants.collect()
        }
        Kind::Constant(_) | Kind::Newtype(_) => Vec::new(),
    }
}

fn fields(object: &Struct) -> Vec<Claimant> {
    let field = |wire: &str| {
        let name = snake(wire);
        let (longer, hashed) = (format!("{name}_member"), format!("{name}_{}", short_hash(wire)));
        Claimant::called(json(wire), wire, vec![name, longer, hashed])
    };
    object.fields.iter().map(|declared| field(&declared.wire)).collect()
}

/// A variant for a text.
pub(super) fn variant(key: impl Into<String>, text: &str, suffix: &str) -> Claimant {
    let name = upper_camel(text);
    let (longer, hashed) = (extended(&name, suffix), extended(&name, &upper_camel(&short_hash(text))));
    Claimant::called(key, text, vec![name, longer, hashed])
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
