//! The public items of a crate with their types, as they are emitted.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase as _;

use crate::catalogue::{Catalogue, Constant, Definition, Fallback, Field, Kind, Presence, Type};
use crate::ir::Format;
use crate::signature::Scheme;

/// The public items: each with what its users see of it.
pub(super) fn items(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let mut items = BTreeMap::new();
    let mut add = |item: String, form: String| drop(items.insert(item, form));
    for name in &catalogue.reexports {
        add(format!("use {name}"), String::new());
    }
    add(catalogue.vendor.clone(), "enum {}".to_owned());
    for event_type in &catalogue.event_types {
        add(format!("EventType::{}", event_type.rust), String::new());
        add(format!("Event::{}", event_type.rust), format!("Box<{}>", event_type.payload));
        add(format!("impl Payload for {}", event_type.payload), event_type.rust.clone());
    }
    for topic in &catalogue.topics {
        add(format!("Topic::{}", topic.rust), String::new());
    }
    for accessor in &catalogue.accessors {
        add(format!("Event::{}()", accessor.rust), rust(&accessor.ty));
    }
    for (name, definition) in &catalogue.types {
        add(format!("mod {}", definition.module), String::new());
        add(name.clone(), form(&definition.is).to_owned());
        for (item, form) in parts(name, definition) {
            add(item, form);
        }
    }
    let (constructor, scheme, parameter) = match &catalogue.signature {
        None => ("receiver()", None, "Verifier"),
        Some(Scheme::StandardWebhooks { .. }) => ("receiver()", Some("StandardWebhooks"), "Secret"),
        Some(Scheme::Hmac(_)) => ("receiver()", Some("HmacScheme"), "TextSecret"),
        Some(Scheme::Unsigned) => ("dangerously_unsigned_receiver()", None, ""),
    };
    let is_by_address = catalogue.event_type.pointers.is_empty() && catalogue.event_type.header.is_none();
    let event_type = if is_by_address && catalogue.event_types.len() > 1 { "EventType, " } else { "" };
    add(constructor.to_owned(), format!("{event_type}{parameter}"));
    if let Some(scheme) = scheme {
        add("SIGNATURE_SCHEME".to_owned(), scheme.to_owned());
    }
    items
}

/// The items within a type.
fn parts(name: &str, definition: &Definition) -> Vec<(String, String)> {
    let part = |rust: &str, form: String| (format!("{name}::{rust}"), form);
    match &definition.is {
        Kind::Struct(object) => {
            let fields = object.fields.iter().map(|field| part(&field.rust, field_type(field)));
            let rest = object.rest.ty.as_ref().map_or_else(|| "Undeclared".to_owned(), map);
            fields.chain([part(&object.rest.rust, rest)]).collect()
        }
        Kind::Enum(listed) => {
            let kept = match listed.keeps {
                Fallback::String => "String",
                Fallback::Integer => "Integer",
                Fallback::Any => "JsonValue",
            };
            let values = listed.values.iter().filter_map(|value| value.rust.as_deref());
            values.map(|rust| part(rust, String::new())).chain([part(&listed.unknown, kept.to_owned())]).collect()
        }
        Kind::Constant(value) => vec![part("VALUE", constant_type(value.value.as_str()).to_owned())],
        Kind::Union(union) => {
            let variants = union.variants.iter().map(|variant| part(&variant.rust, rust(&variant.ty)));
            variants.chain([part(&union.unknown, "JsonValue".to_owned())]).collect()
        }
        Kind::Newtype(ty) => vec![part("0", rust(ty))],
    }
}

/// What kind of item a type is, and what is derived for it.
fn form(kind: &Kind) -> &'static str {
    match kind {
        Kind::Struct(_) => "struct",
        Kind::Newtype(_) => "struct ()",
        Kind::Constant(_) => "struct: Copy",
        Kind::Union(_) => "enum",
        Kind::Enum(listed) => match listed.keeps {
            Fallback::String | Fallback::Integer => "enum: Hash",
            Fallback::Any => "enum: Eq",
        },
    }
}

/// The type of the value of a constant.
fn constant_type(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b't' | b'f') => "bool",
        Some(b'"') => "&'static str",
        _ if json.parse::<i64>().is_ok_and(|value| value != i64::MIN) => "i64",
        _ => "&'static str",
    }
}

/// The type of a field, with what its presence adds.
pub(super) fn field_type(field: &Field) -> String {
    let inner = rust(&field.ty);
    match field.presence {
        Presence::Required => inner,
        Presence::Optional | Presence::OptionalWithNull | Presence::Nullable => format!("Option<{inner}>"),
        Presence::OptionalNullable => format!("Option<Option<{inner}>>"),
    }
}

fn map(ty: &Type) -> String {
    format!("BTreeMap<String, {}>", rust(ty))
}

/// A type as it is emitted.
pub(super) fn rust(ty: &Type) -> String {
    match ty {
        Type::Boolean | Type::Constant(Constant::Boolean(_)) => "bool".to_owned(),
        Type::Int32 => "i32".to_owned(),
        Type::Int64 | Type::Constant(Constant::Integer(_)) => "i64".to_owned(),
        Type::Integer => "Integer".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Constant(Constant::Text(_)) => "&'static str".to_owned(),
        Type::Null => "()".to_owned(),
        Type::Any => "JsonValue".to_owned(),
        Type::Format(name) => {
            let marker = Format::parse(name).map(Format::marker);
            format!("Text<format::{}>", marker.map_or_else(|| name.to_upper_camel_case(), str::to_owned))
        }
        Type::List(inner) => format!("Vec<{}>", rust(inner)),
        Type::Tuple(elements) => format!("({})", elements.iter().map(rust).collect::<Vec<_>>().join(", ")),
        Type::Map(inner) => map(inner),
        Type::Nullable(inner) => format!("Option<{}>", rust(inner)),
        Type::Implied(inner) => format!("Implied<{}>", rust(inner)),
        Type::Deep(inner) => format!("Deep<{}>", rust(inner)),
        Type::Ref(name) => name.clone(),
        Type::Boxed(name) => format!("Box<{name}>"),
    }
}
