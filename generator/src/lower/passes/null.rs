//! Members whose type has null among its values.

use crate::ir::{Api, Kind, Presence, Type, TypeDef, TypeId, Variant};

/// Lets optional members keep a null that is a value of their type, instead of reading it as absence: null may be what an
/// alternative of a union, or an alternative of that, allows. Then unions keep what their alternatives only imply.
pub(crate) fn keep_null(api: &mut Api) {
    let has_null = has_null(&api.types);
    for def in &mut api.types {
        match &mut def.kind {
            Kind::Struct(object) => {
                let optional = object.fields.iter_mut().filter(|field| field.presence == Presence::Optional);
                for field in optional.filter(|field| null_of(&field.ty).is_in(&has_null)) {
                    field.presence = Presence::OptionalWithNull;
                }
            }
            Kind::Union(union) => union.variants.iter_mut().for_each(Variant::keep_others_outside),
            Kind::Enum(_) | Kind::Constant(_) | Kind::Newtype(_) => {}
        }
    }
}

/// Whether null is a value of a type.
enum Null {
    Always,
    Never,
    /// If it is one of this definition.
    Of(usize),
}

impl Null {
    fn is_in(&self, definitions: &[bool]) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Of(index) => definitions[*index],
        }
    }
}

fn null_of(ty: &Type) -> Null {
    match ty {
        Type::Null | Type::Any | Type::Implied(_) | Type::Nullable(_) => Null::Always,
        Type::Deep(inner) => null_of(inner),
        Type::Named(TypeId(index)) | Type::Boxed(TypeId(index)) => Null::Of(*index),
        _ => Null::Never,
    }
}

/// For each definition, whether null is one of its values.
fn has_null(defs: &[TypeDef]) -> Vec<bool> {
    let mut found = vec![false; defs.len()];
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); defs.len()];
    let mut pending = Vec::new();
    for (index, def) in defs.iter().enumerate() {
        let types: Vec<&Type> = match &def.kind {
            Kind::Newtype(inner) => vec![inner],
            Kind::Union(union) => union.variants.iter().map(|variant| &variant.ty).collect(),
            Kind::Struct(_) | Kind::Enum(_) | Kind::Constant(_) => Vec::new(),
        };
        for ty in types {
            match null_of(ty) {
                Null::Always => pending.push(index),
                Null::Never => {}
                Null::Of(inner) => users[inner].push(index),
            }
        }
    }
    while let Some(index) = pending.pop() {
        if !std::mem::replace(&mut found[index], true) {
            pending.extend(&users[index]);
        }
    }
    found
}
