//! How the type of a place differs.

use std::collections::HashMap;

use super::Rule;
use super::rule::JsonType;
use super::sides::{Sides, target};
use crate::catalogue::{Catalogue, Constant, Enum, Fallback, Kind, Struct, Type, Union, Variant};

/// The new names of old types that are gone.
pub(super) type Renames<'a> = HashMap<&'a str, &'a str>;

/// Whether the types are written the same in Rust, renamed ones aside.
pub(super) fn are_spelled_alike(renames: &Renames<'_>, old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Ref(old), Type::Ref(new)) | (Type::Boxed(old), Type::Boxed(new)) => {
            renames.get(old.as_str()).map_or(old == new, |renamed| renamed == new)
        }
        (Type::List(old), Type::List(new))
        | (Type::Map(old), Type::Map(new))
        | (Type::Nullable(old), Type::Nullable(new))
        | (Type::Implied(old), Type::Implied(new))
        | (Type::Deep(old), Type::Deep(new)) => are_spelled_alike(renames, old, new),
        (Type::Tuple(old), Type::Tuple(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| are_spelled_alike(renames, old, new))
        }
        (Type::Constant(old), Type::Constant(new)) => std::mem::discriminant(old) == std::mem::discriminant(new),
        (old, new) => old == new,
    }
}

/// The kind of the change from one type to another; `None` if they are the same. What differs within definitions of the same
/// name is a change of the definition.
pub(super) fn change<'a>(sides: &Sides<'a>, renames: &Renames<'_>, old: &'a Type, new: &'a Type) -> Option<Rule> {
    let inner = |old: &'a Type, new: &'a Type| change(sides, renames, old, new);
    match (old, new) {
        (Type::Deep(old), Type::Deep(new))
        | (Type::Nullable(old), Type::Nullable(new))
        | (Type::Implied(old), Type::Implied(new)) => inner(old, new),
        (Type::Deep(old), new) => inner(old, new).or(Some(Rule::IndirectionChanged)),
        (old, Type::Deep(new)) => inner(old, new).or(Some(Rule::IndirectionChanged)),
        (Type::Ref(old), Type::Ref(new)) | (Type::Boxed(old), Type::Boxed(new)) => named(sides, renames, old, new),
        (Type::Ref(old), Type::Boxed(new)) | (Type::Boxed(old), Type::Ref(new)) => {
            named(sides, renames, old, new).or(Some(Rule::IndirectionChanged))
        }
        (Type::Nullable(old), new) => inner(old, new).or(Some(Rule::NullableRemoved)),
        (old, Type::Nullable(new)) => inner(old, new).or(Some(Rule::NullableAdded)),
        (Type::Implied(old), new) if *new != Type::Any => inner(old, new).or(Some(Rule::TypeStated)),
        (old, Type::Implied(new)) if *old != Type::Any => inner(old, new).or(Some(Rule::TypeImplied)),
        (Type::List(old), Type::List(new)) => inner(old, new).map(|_| match (&**old, &**new) {
            (_, Type::Any) => Rule::ItemsRemoved,
            (Type::Any, _) => Rule::ItemsAdded,
            _ => Rule::ItemsChanged,
        }),
        (Type::Map(old), Type::Map(new)) => inner(old, new).map(|_| Rule::MapValuesChanged),
        (Type::Tuple(old), Type::Tuple(new)) => match old.len().cmp(&new.len()) {
            std::cmp::Ordering::Less => Some(Rule::TupleLonger),
            std::cmp::Ordering::Greater => Some(Rule::TupleShorter),
            std::cmp::Ordering::Equal => {
                old.iter().zip(new).find_map(|(old, new)| inner(old, new)).map(|_| Rule::TupleChanged)
            }
        },
        (Type::Tuple(_), Type::List(_)) => Some(Rule::TupleOpened),
        (Type::List(_), Type::Tuple(_)) => Some(Rule::TupleClosed),
        (Type::List(element), _) if sides.are_equal(element, new) => Some(Rule::ArrayToScalar),
        (_, Type::List(element)) if sides.are_equal(old, element) => Some(Rule::ScalarToArray),
        (old, new) if old == new => None,
        (old, new) => Some(other(sides, old, new)),
    }
}

/// The change from one definition to another.
fn named(sides: &Sides<'_>, renames: &Renames<'_>, old: &str, new: &str) -> Option<Rule> {
    if renames.get(old).map_or(old == new, |renamed| *renamed == new) {
        return None;
    }
    let (before, after) = (&sides.old.definition(old)?.is, &sides.new.definition(new)?.is);
    match (before, after) {
        (Kind::Struct(before), Kind::Struct(after)) if is_wrapped(sides.new, before, after) => {
            Some(Rule::ObjectWrapped)
        }
        (Kind::Struct(before), Kind::Struct(after)) if is_wrapped(sides.old, after, before) => {
            Some(Rule::ObjectUnwrapped)
        }
        (before, after) if std::mem::discriminant(before) == std::mem::discriminant(after) => Some(Rule::TypeReplaced),
        (before, after) => Some(kinds(sides, before, after)),
    }
}

/// Whether an object is within the only member of another one.
pub(super) fn is_wrapped(catalogue: &Catalogue, old: &Struct, new: &Struct) -> bool {
    let [only] = &new.fields[..] else { return false };
    let is_new = !old.fields.iter().any(|field| field.name == only.name);
    let inner = target(&only.ty).and_then(|name| catalogue.definition(name)).map(|definition| &definition.is);
    let Some(Kind::Struct(inner)) = inner else { return false };
    is_new && !old.fields.is_empty() && old.fields.iter().all(|old| inner.fields.iter().any(|new| new.name == old.name))
}

/// The change of a definition to one of another kind.
pub(super) fn kinds(sides: &Sides<'_>, old: &Kind, new: &Kind) -> Rule {
    match (old, new) {
        (Kind::Struct(object), Kind::Union(union)) => divided(sides, object, union),
        (Kind::Union(union), Kind::Struct(object)) => united(sides, union, object),
        (Kind::Enum(_), Kind::Constant(_)) => Rule::EnumToConstant,
        (Kind::Constant(_), Kind::Enum(_)) => Rule::ConstantToEnum,
        (Kind::Union(_), _) => Rule::TypeRemoved,
        (_, Kind::Union(_)) => Rule::TypeAdded,
        _ => Rule::TypeChanged,
    }
}

/// The change of an object to a union.
fn divided(sides: &Sides<'_>, old: &Struct, new: &Union) -> Rule {
    if unites(sides.new, new, old) { Rule::AnyofToOneof } else { Rule::ObjectToOneof }
}

/// The change of a union to an object.
fn united(sides: &Sides<'_>, old: &Union, new: &Struct) -> Rule {
    if unites(sides.old, old, new) { Rule::OneofToAnyof } else { Rule::OneofToObject }
}

/// Whether an object has the members of all alternatives, as that of `anyOf` does.
fn unites(catalogue: &Catalogue, union: &Union, object: &Struct) -> bool {
    let has_all = |variant: &Variant| {
        Sides::object(catalogue, &variant.ty).is_some_and(|own| {
            own.fields.iter().all(|field| object.fields.iter().any(|known| known.name == field.name))
        })
    };
    union.variants.len() > 1 && union.variants.iter().all(has_all)
}

/// Whether both are the same alternatives: a value still is one of them, although all members of the object are optional.
pub(super) fn are_same_alternatives(rule: Rule) -> bool {
    matches!(rule, Rule::OneofToAnyof | Rule::AnyofToOneof)
}

/// What a type is, as far as the change to another one has a name.
enum Form<'a> {
    Scalar(JsonType),
    Format,
    Constant(JsonType),
    Enum(&'a Enum),
    Union(&'a Union),
    Struct(&'a Struct),
    List,
    Map,
    Null,
    Any,
}

impl<'a> Form<'a> {
    fn new(catalogue: &'a Catalogue, ty: &'a Type) -> Self {
        match ty {
            Type::Boolean => Self::Scalar(JsonType::Boolean),
            Type::Int32 | Type::Int64 | Type::Integer => Self::Scalar(JsonType::Integer),
            Type::Number => Self::Scalar(JsonType::Number),
            Type::String => Self::Scalar(JsonType::String),
            Type::Format(_) => Self::Format,
            Type::Constant(Constant::Boolean(_)) => Self::Constant(JsonType::Boolean),
            Type::Constant(Constant::Integer(_)) => Self::Constant(JsonType::Integer),
            Type::Constant(Constant::Text(_)) => Self::Constant(JsonType::String),
            Type::Null => Self::Null,
            Type::List(_) | Type::Tuple(_) => Self::List,
            Type::Map(_) => Self::Map,
            Type::Nullable(inner) | Type::Implied(inner) | Type::Deep(inner) => Self::new(catalogue, inner),
            Type::Any => Self::Any,
            Type::Ref(name) | Type::Boxed(name) => match catalogue.definition(name).map(|definition| &definition.is) {
                Some(Kind::Struct(object)) => Self::Struct(object),
                Some(Kind::Enum(listed)) => Self::Enum(listed),
                Some(Kind::Union(union)) => Self::Union(union),
                Some(Kind::Constant(value)) => Self::Constant(match value.value.as_str().as_bytes().first() {
                    Some(b't' | b'f') => JsonType::Boolean,
                    Some(b'"') => JsonType::String,
                    Some(b'[') => JsonType::Array,
                    Some(b'{') => JsonType::Object,
                    Some(b'n') => JsonType::Null,
                    _ => JsonType::Number,
                }),
                // A newtype around a list or a map, or a payload that is not an object.
                Some(Kind::Newtype(Type::Map(_))) => Self::Map,
                Some(Kind::Newtype(Type::List(_) | Type::Tuple(_))) => Self::List,
                Some(Kind::Newtype(_)) | None => Self::Any,
            },
        }
    }

    fn json_type(&self) -> JsonType {
        match self {
            Self::Scalar(json_type) | Self::Constant(json_type) => *json_type,
            Self::Format | Self::Enum(Enum { keeps: Fallback::String, .. }) => JsonType::String,
            Self::Enum(Enum { keeps: Fallback::Integer, .. }) => JsonType::Integer,
            Self::Struct(_) | Self::Map => JsonType::Object,
            Self::List => JsonType::Array,
            Self::Null => JsonType::Null,
            Self::Enum(_) | Self::Union(_) | Self::Any => JsonType::Any,
        }
    }
}

/// Integers by their width.
fn width(ty: &Type) -> Option<u8> {
    match ty {
        Type::Int32 => Some(0),
        Type::Int64 => Some(1),
        Type::Integer => Some(2),
        _ => None,
    }
}

fn other<'a>(sides: &Sides<'a>, old: &'a Type, new: &'a Type) -> Rule {
    if let (Some(before), Some(after)) = (width(old), width(new)) {
        return if after < before { Rule::IntegerNarrowed } else { Rule::IntegerWidened };
    }
    let (before, after) = (Form::new(sides.old, old), Form::new(sides.new, new));
    let types = (before.json_type(), after.json_type());
    match (&before, &after) {
        (Form::Scalar(JsonType::String), Form::Format) => Rule::FormatAdded,
        (Form::Format, Form::Scalar(JsonType::String)) => Rule::FormatRemoved,
        (Form::Format, Form::Format) => Rule::FormatChanged,
        (Form::Enum(_), Form::Constant(_)) => Rule::EnumToConstant,
        (Form::Constant(_), Form::Enum(_)) => Rule::ConstantToEnum,
        (Form::Constant(_), Form::Constant(_)) => Rule::ConstantChanged,
        (Form::Enum(_), Form::Scalar(_) | Form::Format) if types.0 == types.1 => Rule::EnumOpened,
        (Form::Scalar(_) | Form::Format, Form::Enum(_)) if types.0 == types.1 => Rule::EnumClosed,
        (Form::Constant(_), Form::Scalar(_) | Form::Format) if are_near(types) => Rule::ConstantRemoved,
        (Form::Scalar(_) | Form::Format, Form::Constant(_)) if are_near(types) => Rule::ConstantAdded,
        (Form::Struct(_), Form::Map) => Rule::StructToMap,
        (Form::Map, Form::Struct(_)) => Rule::MapToStruct,
        (Form::Struct(object), Form::Union(union)) => divided(sides, object, union),
        (Form::Union(union), Form::Struct(object)) => united(sides, union, object),
        (Form::Any, _) | (_, Form::Any) => Rule::JsonType(types.0, types.1),
        (_, Form::Union(_)) => Rule::TypeAdded,
        (Form::Union(_), _) => Rule::TypeRemoved,
        _ if types.0 != types.1 => Rule::JsonType(types.0, types.1),
        _ => Rule::TypeChanged,
    }
}

/// Whether both are the same type, integers and numbers being one.
fn are_near((one, other): (JsonType, JsonType)) -> bool {
    let number = |json_type| if json_type == JsonType::Integer { JsonType::Number } else { json_type };
    number(one) == number(other)
}
