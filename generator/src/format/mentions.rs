//! The names that the items of a file mention.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Item;

/// The names that items mention and declare.
#[derive(Default)]
pub(super) struct Mentions {
    mentioned: BTreeSet<String>,
    declared: BTreeSet<String>,
}

impl Mentions {
    /// Adds the names of an item.
    pub(super) fn add(&mut self, item: &Item) {
        mentions(item, &mut self.mentioned);
        self.declared.extend(declared(item).map(Ident::to_string));
    }

    /// The names that are mentioned and not declared, in alphabetical order.
    pub(super) fn undeclared(&self) -> impl Iterator<Item = &str> {
        self.mentioned.difference(&self.declared).map(String::as_str)
    }
}

/// The name that an item declares.
fn declared(item: &Item) -> Option<&Ident> {
    match item {
        Item::Struct(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        _ => None,
    }
}

/// Adds the names that an item mentions: not those that it declares, such as variants.
fn mentions(item: &Item, names: &mut BTreeSet<String>) {
    match item {
        Item::Struct(item) => item.fields.iter().for_each(|field| in_tokens(field.ty.to_token_stream(), names)),
        Item::Enum(item) => {
            let fields = item.variants.iter().flat_map(|variant| &variant.fields);
            fields.for_each(|field| in_tokens(field.ty.to_token_stream(), names));
        }
        Item::Macro(item) => {
            in_tokens(item.mac.path.to_token_stream(), names);
            // Rows in braces list members and variants.
            let is_row =
                |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            in_tokens(item.mac.tokens.clone().into_iter().filter(|token| !is_row(token)).collect(), names);
        }
        item => in_tokens(item.to_token_stream(), names),
    }
}

/// Adds the identifiers that begin a path, other than those of associated types, as in `<Webhooks = Acme>`.
fn in_tokens(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let (mut within_path, mut within_list) = (false, false);
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(name) => {
                let is_assigned = within_list && tokens.peek().is_some_and(is_assignment);
                if !within_path && !is_assigned {
                    names.insert(name.to_string());
                }
            }
            TokenTree::Group(group) => in_tokens(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        let sign = if let TokenTree::Punct(punct) = &token { Some((punct.as_char(), punct.spacing())) } else { None };
        within_path =
            matches!(sign, Some((':', Spacing::Joint) | ('.', _))) || within_path && matches!(sign, Some((':', _)));
        within_list = matches!(sign, Some(('<' | ',', _)));
    }
}

fn is_assignment(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == '=' && sign.spacing() == Spacing::Alone)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[track_caller]
    fn check(item: TokenStream, expected: &[&str]) {
        let item = syn::parse2(item).expect("an item");
        let mut names = BTreeSet::new();
        mentions(&item, &mut names);
        assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn types_are_mentioned() {
        check(
            quote!(
                pub struct A {
                    b: Option<Text<format::Uuid>>,
                    format: C,
                }
            ),
            &["C", "Option", "Text", "format"],
        );
        check(
            quote!(
                pub enum A {
                    B,
                    C(D),
                    E(Box<F>),
                }
            ),
            &["Box", "D", "F"],
        );
    }

    #[test]
    fn paths_are_mentioned_by_their_beginning() {
        check(quote!(impl A for B { const C: D = E::F; }), &["A", "B", "C", "D", "E", "const", "for", "impl"]);
        check(quote!(codec::object! { A { "b" => b: required, ..undeclared } }), &["A", "codec"]);
        check(
            quote!(
                fn a<B: C<D = E>>() {}
            ),
            &["B", "C", "E", "a", "fn"],
        );
        check(quote!(codec::payload!(A: V, EventType::B, "c");), &["A", "EventType", "V", "codec"]);
    }
}
