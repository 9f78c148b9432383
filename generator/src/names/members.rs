//! Names of fields and variants.

use proc_macro2::Ident;

use super::ident::{extended, ident, short_hash, snake, upper_camel};
use super::scope::Scope;
use crate::ir::{Kind, Literal, Struct, TypeDef};

/// The variant for values that the description does not list.
pub(super) fn unknown(def: &TypeDef) -> Ident {
    let is_taken = |name: &str| match &def.kind {
        Kind::Enum(listed) => listed.values.iter().any(|value| upper_camel(&value.name()) == name),
        Kind::Union(union) => union.variants.iter().any(|variant| upper_camel(&variant.name) == name),
        Kind::Struct(_) | Kind::Constant(_) | Kind::Newtype(_) => false,
    };
    let free = ["Unknown", "Unlisted", "NotListed"].into_iter().find(|name| !is_taken(name));
    ident(free.unwrap_or("NotInTheDescription"))
}

/// The fields or variants of a definition, in its order.
pub(super) fn name(def: &TypeDef, unknown: &Ident) -> Vec<Ident> {
    match &def.kind {
        Kind::Struct(object) => fields(object),
        Kind::Enum(listed) => {
            let values: Vec<String> = listed.values.iter().map(Literal::name).collect();
            variants(values.iter().map(String::as_str), &[&unknown.to_string()])
        }
        Kind::Union(union) => {
            variants(union.variants.iter().map(|variant| variant.name.as_str()), &[&unknown.to_string()])
        }
        Kind::Constant(_) | Kind::Newtype(_) => Vec::new(),
    }
}

/// The fields, and the one for all other members, which gives way to them.
fn fields(object: &Struct) -> Vec<Ident> {
    let field = |wire: &str| {
        let name = snake(wire);
        let hashed = format!("{name}_{}", short_hash(wire));
        vec![name, hashed]
    };
    let mut candidates: Vec<Vec<String>> = object.fields.iter().map(|declared| field(&declared.wire)).collect();
    let others = if object.rest.is_some() { "additional" } else { "undeclared" };
    let is_taken = |name: &String| candidates.iter().any(|candidates| candidates[0] == *name);
    let free = [others.to_owned(), format!("{others}_members")].into_iter().find(|name| !is_taken(name));
    candidates.push(vec![free.unwrap_or_else(|| format!("{others}_{}", short_hash(others)))]);
    idents(&Scope::default().claim(&candidates))
}

/// Variants for texts.
pub(super) fn variants<'a>(texts: impl Iterator<Item = &'a str>, taken: &[&str]) -> Vec<Ident> {
    let variant = |text: &str| {
        let name = upper_camel(text);
        let hashed = extended(&name, &upper_camel(&short_hash(text)));
        vec![name, hashed]
    };
    let candidates: Vec<Vec<String>> = texts.map(variant).collect();
    idents(&Scope::reserving(taken.iter().copied()).claim(&candidates))
}

pub(super) fn idents(names: &[String]) -> Vec<Ident> {
    names.iter().map(|name| ident(name)).collect()
}
