//! What types as they are used need to have imported.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::Type;

/// Names for a `use`, each once, in the order that rustfmt gives them.
pub(super) fn list(names: Vec<impl Into<String>>) -> TokenStream {
    let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
    names.sort_by_key(|name| (name.starts_with(char::is_lowercase), name.clone()));
    names.dedup();
    let names = names.iter().map(|name| crate::names::ident(name));
    quote!(#(#names),*)
}

/// The receiver's types among these.
pub(super) fn receiver_types(types: &[&Type]) -> Vec<&'static str> {
    let uses = |wanted: fn(&Type) -> bool| types.iter().any(|ty| mentions(ty, wanted));
    let text = uses(|ty| matches!(ty, Type::Text(_)));
    let needed = [
        (uses(|ty| matches!(ty, Type::Deep(_))), "Deep"),
        (uses(|ty| *ty == Type::Integer), "Integer"),
        (uses(|ty| *ty == Type::Any), "JsonValue"),
        (uses(|ty| *ty == Type::Number), "Number"),
        (text, "Text"),
        (text, "format"),
    ];
    needed.into_iter().filter_map(|(needed, name)| needed.then_some(name)).collect()
}

/// Whether any of these is or holds a map.
pub(super) fn has_map(types: &[&Type]) -> bool {
    types.iter().any(|ty| mentions(ty, |ty| matches!(ty, Type::Map(_))))
}

fn mentions(ty: &Type, wanted: fn(&Type) -> bool) -> bool {
    ty.walk().any(wanted)
}
