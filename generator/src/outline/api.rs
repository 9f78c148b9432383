//! The intermediate representation.

use std::fmt::{self, Display, Formatter};

use super::{name_or_quoted, one_line};
use crate::ir::{
    Api, Docs, EventTypeLocation, Example, Fallback, Field, Kind, Literal, Naming, Presence, Select, Type, TypeDef,
    TypeId, UntypedReason, Webhook,
};
use crate::names::Names;
use crate::signature::{Encoding, Hash, Hmac, OtherId, Piece, Scheme};
use crate::source::Sources;

/// The intermediate representation, its types called as they are proposed to be.
pub fn proposed(api: &Api) -> String {
    Outline { api, names: None }.to_string()
}

/// The intermediate representation with the names, modules and places of its items.
pub fn named(api: &Api, names: &Names, sources: &Sources) -> String {
    Outline { api, names: Some((names, sources)) }.to_string()
}

struct Outline<'a> {
    api: &'a Api,
    /// `None` before names are decided.
    names: Option<(&'a Names, &'a Sources)>,
}

impl Display for Outline<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let api = self.api;
        if let Some((names, _)) = self.names {
            writeln!(f, "crate {}: {}", names.crate_name, names.vendor)?;
        }
        writeln!(f, "event type in {}", Location(&api.event_type_location))?;
        if let Some(scheme) = &api.scheme {
            writeln!(f, "signed: {}", Signature(scheme))?;
        }
        writeln!(f)?;
        for (index, webhook) in api.webhooks.iter().enumerate() {
            self.webhook(f, index, webhook)?;
        }
        if let Some((names, _)) = self.names {
            for (topic, name) in names.topics() {
                writeln!(f, "topic {topic:?} as {name}")?;
            }
            let accessors: Vec<String> = names.accessors().iter().map(|accessor| accessor.name.to_string()).collect();
            if !accessors.is_empty() {
                writeln!(f, "accessors {}", accessors.join(", "))?;
            }
        }
        for (index, def) in api.types.iter().enumerate() {
            self.definition(f, TypeId(index), def)?;
        }
        if !api.untyped.is_empty() {
            writeln!(f)?;
        }
        for untyped in &api.untyped {
            let reason = match &untyped.reason {
                UntypedReason::Unrestricted(reason) => *reason,
                UntypedReason::Inexpressible(reason) => reason,
            };
            writeln!(f, "untyped {}: {reason}", untyped.origin.pointer())?;
        }
        Ok(())
    }
}

impl Outline<'_> {
    fn webhook(&self, f: &mut Formatter<'_>, index: usize, webhook: &Webhook) -> fmt::Result {
        for text in [&webhook.summary, &webhook.description].into_iter().flatten() {
            writeln!(f, "/// {}", one_line(text))?;
        }
        if webhook.deprecated {
            writeln!(f, "#[deprecated]")?;
        }
        write!(f, "webhook {:?}", webhook.key)?;
        if webhook.event_type != webhook.key {
            write!(f, " is {:?}", webhook.event_type)?;
        }
        if let Some(header) = &webhook.header {
            write!(f, ", header {header:?}")?;
        }
        if let Some((names, _)) = self.names {
            write!(f, " as {}", names.event_types()[index])?;
        }
        writeln!(f, ": {}", self.ty(&Type::Named(webhook.payload)))?;
        for Example { json, assembled, states_event_type, .. } in &webhook.examples {
            let kind = if *assembled { "assembled" } else { "example" };
            let partial = if *states_event_type { "" } else { " without event type" };
            // Line breaks within strings are escaped.
            let json: Vec<&str> = json.lines().map(str::trim).collect();
            writeln!(f, "    {kind}{partial} {}", json.concat())?;
        }
        Ok(())
    }

    fn definition(&self, f: &mut Formatter<'_>, id: TypeId, def: &TypeDef) -> fmt::Result {
        writeln!(f)?;
        if let Some((names, sources)) = self.names {
            let file = def.origin.file();
            let file = if sources.description() == Some(file) { "" } else { sources.relative_name(file) };
            writeln!(f, "// {}: {file}#{}", names.module(id), def.origin.pointer())?;
        }
        docs(f, "", &def.docs)?;
        let name = self.ty(&Type::Named(id));
        match &def.kind {
            Kind::Struct(object) => {
                writeln!(f, "struct {name} {{")?;
                for (index, field) in object.fields.iter().enumerate() {
                    self.field(f, field, self.member(id, index))?;
                }
                if let Some(rest) = &object.rest {
                    writeln!(
                        f,
                        "    ..{}: {}",
                        self.member(id, object.fields.len()).unwrap_or_default(),
                        self.ty(rest)
                    )?;
                }
                writeln!(f, "}}")
            }
            Kind::Enum(listed) => {
                let fallback = match listed.fallback {
                    Fallback::Text => "text",
                    Fallback::Integer => "integer",
                    Fallback::Json => "json",
                };
                writeln!(f, "enum {name}: {fallback} {{")?;
                for (index, value) in listed.values.iter().enumerate() {
                    literal_docs(f, value)?;
                    writeln!(f, "    {}{}", self.prefix(id, index), value.json())?;
                }
                self.close(f, id)
            }
            Kind::Constant(value) => {
                literal_docs(f, value)?;
                writeln!(f, "const {name} = {};", value.json())
            }
            Kind::Union(union) => {
                match &union.select {
                    Select::Tag { member, .. } => writeln!(f, "union {name} by {member:?} {{")?,
                    Select::Shape => writeln!(f, "union {name} by members {{")?,
                }
                for (index, variant) in union.variants.iter().enumerate() {
                    let label = self.member(id, index).unwrap_or_else(|| variant.name.clone());
                    write!(f, "    {label}({})", self.ty(&variant.ty))?;
                    let tags: Vec<String> = variant.tags.iter().map(|tag| format!("{tag:?}")).collect();
                    if !tags.is_empty() {
                        write!(f, " = {}", tags.join(" | "))?;
                    }
                    let default = matches!(union.select, Select::Tag { default: Some(at), .. } if at == index);
                    writeln!(f, "{}", if default { " or any other" } else { "" })?;
                }
                self.close(f, id)
            }
            Kind::Newtype(inner) => writeln!(f, "type {name} = {};", self.ty(inner)),
        }
    }

    fn field(&self, f: &mut Formatter<'_>, field: &Field, name: Option<String>) -> fmt::Result {
        docs(f, "    ", &field.docs)?;
        let wire = match name {
            Some(name) if name.trim_start_matches("r#") != field.wire => format!("{:?} as {name}", field.wire),
            _ => name_or_quoted(&field.wire),
        };
        let ty = self.ty(&field.ty);
        match field.presence {
            Presence::Required => writeln!(f, "    {wire}: {ty}"),
            Presence::Optional | Presence::OptionalWithNull => writeln!(f, "    {wire}?: {ty}"),
            Presence::Nullable => writeln!(f, "    {wire}: {ty} | null"),
            Presence::OptionalNullable => writeln!(f, "    {wire}?: {ty} | null"),
        }
    }

    /// The end of an enum or union, with its variant for what is not listed where that has an unusual name.
    fn close(&self, f: &mut Formatter<'_>, id: TypeId) -> fmt::Result {
        match self.names.map(|(names, _)| names.unknown(id)).filter(|name| *name != "Unknown") {
            Some(name) => writeln!(f, "    {name} otherwise\n}}"),
            None => writeln!(f, "}}"),
        }
    }

    /// The name of a field or variant, once it is decided.
    fn member(&self, id: TypeId, index: usize) -> Option<String> {
        self.names.map(|(names, _)| names.members(id)[index].to_string())
    }

    fn prefix(&self, id: TypeId, index: usize) -> String {
        self.member(id, index).map(|name| format!("{name} = ")).unwrap_or_default()
    }

    fn ty(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".to_owned(),
            Type::I32 => "i32".to_owned(),
            Type::I64 => "i64".to_owned(),
            Type::Integer => "Integer".to_owned(),
            Type::Number => "Number".to_owned(),
            Type::String => "String".to_owned(),
            Type::Text(format) => format!("Text<{format:?}>"),
            Type::Constant(value) => value.json(),
            Type::Null => "null".to_owned(),
            Type::Any => "JsonValue".to_owned(),
            Type::List(inner) => format!("[{}]", self.ty(inner)),
            Type::Tuple(elements) => {
                format!("({})", elements.iter().map(|element| self.ty(element)).collect::<Vec<_>>().join(", "))
            }
            Type::Map(inner) => format!("Map<{}>", self.ty(inner)),
            Type::Nullable(inner) => format!("({} | null)", self.ty(inner)),
            Type::Implied(inner) => format!("Implied<{}>", self.ty(inner)),
            Type::Named(id) => self.names.map_or_else(|| self.proposal(*id), |(names, _)| names.ty(*id).to_string()),
            Type::Boxed(id) => format!("Box<{}>", self.ty(&Type::Named(*id))),
            Type::Deep(inner) => format!("Deep<{}>", self.ty(inner)),
        }
    }

    /// `asset.created/owner`: the place of an inline definition follows the name of what contains it.
    fn proposal(&self, id: TypeId) -> String {
        match &self.api.def(id).naming {
            Naming::Root(name) | Naming::Component(name) => name_or_quoted(name),
            Naming::Inline { parent, hint, shared } => {
                format!("{}/{hint}{}", self.proposal(*parent), if *shared { "*" } else { "" })
            }
        }
    }
}

fn docs(f: &mut Formatter<'_>, indent: &str, docs: &Docs) -> fmt::Result {
    for text in [&docs.title, &docs.description].into_iter().flatten() {
        writeln!(f, "{indent}/// {}", one_line(text))?;
    }
    for (keyword, value) in &docs.facts {
        writeln!(f, "{indent}/// {keyword}: {}", one_line(value))?;
    }
    if docs.deprecated { writeln!(f, "{indent}#[deprecated]") } else { Ok(()) }
}

fn literal_docs(f: &mut Formatter<'_>, value: &Literal) -> fmt::Result {
    match &value.description {
        Some(text) => writeln!(f, "    /// {}", one_line(text)),
        None => Ok(()),
    }
}

struct Location<'a>(&'a EventTypeLocation);

impl Display for Location<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            EventTypeLocation::Body { pointers, .. } => f.write_str(&pointers.join(" or "))?,
            EventTypeLocation::Header { name, .. } => write!(f, "header {name}")?,
            EventTypeLocation::Address => f.write_str("the address")?,
        }
        match self.0.completed_by() {
            Some(pointer) => write!(f, ", completed by {pointer}"),
            None => Ok(()),
        }
    }
}

struct Signature<'a>(&'a Scheme);

impl Display for Signature<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Scheme::StandardWebhooks { id, timestamp, signature } => {
                write!(f, "Standard Webhooks in {id}, {timestamp}, {signature}")
            }
            Scheme::Unsigned => f.write_str("no"),
            Scheme::Hmac(Hmac { header, separator, prefix, hash, encoding, signed, other_id }) => {
                let hash = match hash {
                    Hash::Sha1 => "SHA-1",
                    Hash::Sha256 => "SHA-256",
                    Hash::Sha512 => "SHA-512",
                };
                let encoding = match encoding {
                    Encoding::Hex => "hex",
                    Encoding::Base64 => "base64",
                };
                write!(f, "HMAC {hash} of \"")?;
                for piece in signed {
                    match piece {
                        Piece::Body => f.write_str("{body}")?,
                        Piece::IdHeader(name) => write!(f, "{{id in {name}}}")?,
                        Piece::TimestampHeader(name) => write!(f, "{{timestamp in {name}}}")?,
                        Piece::TimestampToken(prefix) => write!(f, "{{timestamp after {prefix}}}")?,
                        Piece::Text(text) => f.write_str(text)?,
                    }
                }
                write!(f, "\" in {header} as \"{prefix}{{{encoding}}}\"")?;
                if let Some(separator) = separator {
                    write!(f, " between '{separator}'")?;
                }
                match other_id {
                    Some(OtherId::UnsignedHeader(name)) => write!(f, ", id in {name}"),
                    Some(OtherId::Body(pointer)) => write!(f, ", id in the body at {pointer}"),
                    None => Ok(()),
                }
            }
        }
    }
}
