//! The text of a doc comment: what the description says of an item or, if it says nothing, what is known of it.

use std::collections::HashSet;

use heck::ToKebabCase;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::markdown::{code, harmless, harmless_line, json_block, outer, wrapped};
use crate::emit::Emitter;
use crate::emit::handler::Handler;
use crate::ir::{Api, Docs, Field, Kind, Literal, Naming, Select, Type, TypeId, Union, Webhook};
use crate::names::Names;

/// The docs of a file of payloads.
pub(in crate::emit) fn module(emitter: &Emitter<'_>, ids: &[TypeId]) -> String {
    let mut webhooks: Vec<usize> = ids.iter().filter_map(|id| emitter.webhook_of(*id)).collect();
    webhooks.sort_unstable();
    let event_types: Vec<String> =
        webhooks.into_iter().map(|index| code(&emitter.api.webhooks[index].event_type)).collect();
    if event_types.is_empty() {
        format!("Types of {} that several modules use.", emitter.vendor_name())
    } else {
        wrapped(&format!("Payloads of {}.", event_types.join(", ")))
    }
}

/// The docs of an event type.
pub(in crate::emit) fn event_type(webhook: &Webhook) -> String {
    named_event_type(webhook, &code(&webhook.event_type))
}

/// The same, with a link to the payload type.
pub(in crate::emit) fn linked_event_type(webhook: &Webhook, payload: &Ident) -> String {
    named_event_type(webhook, &format!("[{}](crate::{payload})", code(&webhook.event_type)))
}

fn named_event_type(webhook: &Webhook, name: &str) -> String {
    let summary = webhook.summary.as_deref().map(harmless_line).filter(|text| !text.is_empty());
    let deprecated = if webhook.deprecated { " **Deprecated** by the vendor." } else { "" };
    match summary {
        Some(summary) => format!("{name}: {}.{deprecated}", summary.trim_end_matches('.')),
        None => format!("{name}.{deprecated}"),
    }
}

/// The docs of a type.
pub(in crate::emit) fn definition(emitter: &Emitter<'_>, id: TypeId) -> TokenStream {
    let def = emitter.api.def(id);
    let source = format!("Source: {}", code(&emitter.place(&def.origin)));
    let own = described(&def.docs).filter(|_| !emitter.described.contains(&id));
    let Some(index) = emitter.webhook_of(id) else {
        let undescribed = own.is_none().then(|| undescribed(emitter, id));
        let text = own.into_iter().chain(facts(&def.docs));
        return outer(&undescribed.into_iter().chain(text).chain([source]).collect::<Vec<_>>().join("\n\n"));
    };
    let webhook = &emitter.api.webhooks[index];
    let first = format!("Payload of {}.", code(&webhook.event_type));
    let description = webhook.description.as_deref().or(webhook.summary.as_deref()).and_then(sentences);
    let text = own.filter(|own| description.as_ref() != Some(own)).into_iter().chain(facts(&def.docs));
    let text = outer(&[first].into_iter().chain(description).chain(text).collect::<Vec<_>>().join("\n\n"));
    let example = example(emitter, index);
    let rest = outer(&format!("{}\n\n{source}", handler(emitter, index)));
    quote!(#text #example #rest)
}

/// The inline types whose text members with this type have as well, where it is shown. The text of other types is shown there,
/// since members of any meaning may have them.
pub(in crate::emit) fn described_by_members(api: &Api) -> HashSet<TypeId> {
    let structs =
        api.types.iter().filter_map(|def| if let Kind::Struct(object) = &def.kind { Some(object) } else { None });
    let fields = structs.flat_map(|object| &object.fields);
    let same = fields.flat_map(|field| field.ty.definitions().filter(|id| is_same(field, api, *id)));
    same.filter(|id| matches!(api.def(*id).naming, Naming::Inline { .. })).collect()
}

/// Whether a member and a type have the same text.
fn is_same(field: &Field, api: &Api, id: TypeId) -> bool {
    let (own, of_type) = (text(&field.docs), text(&api.def(id).docs));
    own.is_some() && own == of_type
}

/// Description or title.
fn text(docs: &Docs) -> Option<&str> {
    docs.description.as_deref().or(docs.title.as_deref()).map(str::trim)
}

/// The docs of a type of which the description says nothing, or nothing of its own.
fn undescribed(emitter: &Emitter<'_>, id: TypeId) -> String {
    match &emitter.api.def(id).naming {
        Naming::Inline { parent, hint, .. } => {
            let name = emitter.names.ty(*parent);
            let path = if emitter.names.module(*parent) == emitter.names.module(id) {
                String::new()
            } else {
                format!("(crate::{name})")
            };
            format!("{} of [`{name}`]{path}.", code(hint))
        }
        Naming::Component(name) => format!("The schema {}.", code(name)),
        Naming::Root(event_type) => format!("Payload of {}.", code(event_type)),
    }
}

/// The first example of a payload: its file, or its beginning if it is long or has signs that cannot be seen.
fn example(emitter: &Emitter<'_>, index: usize) -> Option<TokenStream> {
    let example = emitter.api.webhooks[index].examples.first()?;
    let origin = if example.assembled { ", assembled from the examples of members" } else { "" };
    let block = json_block(&example.json);
    if block != format!("```json\n{}\n```", example.json.trim_end()) {
        return Some(outer(&format!("\nAn example{origin}:\n\n{block}\n\n")));
    }
    let start = outer(&format!("\nAn example{origin}:\n\n```json"));
    let file = format!("../{}", emitter.names.example_file(index, 0));
    let end = outer("```\n\n");
    Some(quote!(#start #[doc = include_str!(#file)] #end))
}

/// A handler of a payload, with a hidden line that makes the code complete.
fn handler(emitter: &Emitter<'_>, index: usize) -> String {
    let payload = emitter.names.ty(emitter.api.webhooks[index].payload);
    let import = format!("# use {}::{payload};", emitter.names.crate_ident());
    let function = Handler { emitter, index }.text();
    format!("A handler, for [`Receiver::on`](crate::Receiver::on):\n\n```\n{import}\n{function}```")
}

/// The docs of a field.
pub(in crate::emit) fn field(emitter: &Emitter<'_>, id: TypeId, index: usize, field: &Field) -> String {
    let is_of_type =
        field.ty.definitions().any(|id| !emitter.described.contains(&id) && is_same(field, emitter.api, id));
    let text = described(&field.docs).filter(|_| !is_of_type).unwrap_or_else(|| {
        let constant = field.ty.definition().is_some_and(|id| matches!(emitter.api.def(id).kind, Kind::Constant(_)));
        let relation = if constant { "always" } else { "such as" };
        let value = emitter.values.get(id, index).filter(|_| !matches!(field.ty, Type::Constant(_)));
        let example = value.map(|value| format!(", {relation} {}", code(value)));
        format!("{}: {}{}.", code(&field.wire), in_words(emitter, &field.ty), example.unwrap_or_default())
    });
    [text].into_iter().chain(facts(&field.docs)).collect::<Vec<_>>().join("\n\n")
}

/// The docs of a listed value.
pub(in crate::emit) fn value(value: &Literal) -> String {
    let name = format!("{}.", code(&value.name()));
    match value.description.as_deref().and_then(sentences) {
        Some(text) => format!("{name}\n\n{text}"),
        None => name,
    }
}

/// The docs of an alternative of a union.
pub(in crate::emit) fn variant(emitter: &Emitter<'_>, union: &Union, index: usize) -> String {
    let variant = &union.variants[index];
    match &union.select {
        Select::Shape => {
            let words = in_words(emitter, &variant.ty);
            let mut chars = words.chars();
            let first = chars.next().map(|first| first.to_ascii_uppercase());
            format!("{}{}.", first.unwrap_or_default(), chars.as_str())
        }
        Select::Tag { member, default } => {
            let tags = variant.tags.iter().map(|tag| code(tag)).collect::<Vec<_>>().join(" or ");
            let rest = if *default == Some(index) { ", or if no other tag matches" } else { "" };
            format!("Selected if {} is {tags}{rest}.", code(member))
        }
    }
}

/// Description or title, and whether the item is deprecated.
fn described(docs: &Docs) -> Option<String> {
    let title = || docs.title.as_deref().map(harmless_line).filter(|text| !text.is_empty()).map(sentence);
    let text = docs.description.as_deref().and_then(sentences).or_else(title);
    match (text, docs.deprecated) {
        (Some(text), true) => Some(format!("{text}\n\n{DEPRECATED}")),
        (text, false) => text,
        (None, true) => Some(DEPRECATED.to_owned()),
    }
}

const DEPRECATED: &str = "**Deprecated** by the vendor.";

/// Constraints and defaults.
fn facts(docs: &Docs) -> Option<String> {
    let fact = |(keyword, value): &(String, String)| format!("{}: {}", code(keyword), code(value));
    let facts: Vec<String> = docs.facts.iter().map(fact).collect();
    (!facts.is_empty()).then(|| format!("{}.", facts.join(", ")))
}

/// A text of the description; `None` if nothing of it can be shown.
fn sentences(text: &str) -> Option<String> {
    Some(harmless(text)).filter(|text| !text.is_empty()).map(sentence)
}

/// The text with its full stop.
fn sentence(mut text: String) -> String {
    if text.ends_with(char::is_alphanumeric) {
        text.push('.');
    }
    text
}

/// A type in words.
fn in_words(emitter: &Emitter<'_>, ty: &Type) -> String {
    match ty {
        Type::Bool => "a boolean".to_owned(),
        Type::I32 => "an integer of 32 bits".to_owned(),
        Type::I64 => "an integer of 64 bits".to_owned(),
        Type::Integer => "an integer".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::String => "a string".to_owned(),
        Type::Text(format) => format!("a string with the format `{}`", format.marker().to_kebab_case()),
        Type::Constant(value) => format!("always {}", code(&value.json())),
        Type::Null => "`null`".to_owned(),
        Type::Any => "any JSON value".to_owned(),
        Type::List(inner) => format!("an array of {}", plural(emitter.names, inner)),
        Type::Tuple(elements) => format!("an array of {} elements", elements.len()),
        Type::Map(inner) => format!("an object; its values are {}", plural(emitter.names, inner)),
        Type::Nullable(inner) => format!("{}, or `null`", in_words(emitter, inner)),
        Type::Implied(inner) => format!("{}, or any other JSON value", in_words(emitter, inner)),
        Type::Deep(inner) => in_words(emitter, inner),
        Type::Named(id) | Type::Boxed(id) => {
            let kind = match &emitter.api.def(*id).kind {
                Kind::Struct(_) => "an object",
                Kind::Enum(_) => "one of several values",
                Kind::Constant(_) => "a constant",
                Kind::Union(_) => "one of several types",
                Kind::Newtype(_) => "a value",
            };
            format!("{kind}, see [`{}`]", emitter.names.ty(*id))
        }
    }
}

/// Several values of a type.
fn plural(names: &Names, ty: &Type) -> String {
    match ty {
        Type::Bool => "booleans".to_owned(),
        Type::I32 | Type::I64 | Type::Integer => "integers".to_owned(),
        Type::Number => "numbers".to_owned(),
        Type::String => "strings".to_owned(),
        Type::Text(format) => format!("strings with the format `{}`", format.marker().to_kebab_case()),
        Type::Constant(value) => code(&value.json()),
        Type::Null => "`null`".to_owned(),
        Type::Any => "any JSON values".to_owned(),
        Type::List(_) | Type::Tuple(_) => "arrays".to_owned(),
        Type::Map(_) => "objects".to_owned(),
        Type::Nullable(inner) => format!("{} or `null`", plural(names, inner)),
        Type::Implied(inner) => format!("{} or any other JSON values", plural(names, inner)),
        Type::Deep(inner) => plural(names, inner),
        Type::Named(id) | Type::Boxed(id) => format!("[`{}`]", names.ty(*id)),
    }
}
