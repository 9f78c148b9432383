//! Tokens to text, the same on every machine: prettyplease, blank lines between the items of an `impl`, and macro calls
//! with a row per line.

mod macros;
mod mentions;

use std::mem::{Discriminant, discriminant};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Item;

use mentions::Mentions;

/// A source file: a header of comments, imports, then items. Each item is printed when it is added, as tokens take far more
/// memory than text.
pub(crate) struct SourceFile {
    header: String,
    imports: Items,
    items: Items,
    mentions: Mentions,
    /// Why tokens are not items.
    error: Option<syn::Error>,
}

impl SourceFile {
    /// A file that begins with these comment lines.
    pub(crate) fn new(header: String) -> Self {
        let (imports, items) = (Items::default(), Items::default());
        Self { header, imports, items, mentions: Mentions::default(), error: None }
    }

    /// Adds items.
    pub(crate) fn item(&mut self, tokens: impl ToTokens) {
        for item in self.parse(tokens.to_token_stream()) {
            self.mentions.add(&item);
            self.items.push(item);
        }
    }

    /// Adds imports, which come before all other items.
    pub(crate) fn import(&mut self, tokens: TokenStream) {
        for item in self.parse(tokens) {
            self.imports.push(item);
        }
    }

    fn parse(&mut self, tokens: TokenStream) -> Vec<Item> {
        match syn::parse2::<syn::File>(tokens) {
            Ok(file) => file.items,
            Err(error) => {
                self.error = Some(error);
                Vec::new()
            }
        }
    }

    /// The names that items mention and do not declare, in alphabetical order.
    pub(crate) fn undeclared(&self) -> impl Iterator<Item = &str> {
        self.mentions.undeclared()
    }

    /// The size of the items so far, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.items.text.len()
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// If tokens were not items, which is a bug of the generator.
    pub(crate) fn print(self) -> Result<String, syn::Error> {
        match self.error {
            Some(error) => Err(error),
            None => Ok([self.imports, self.items].into_iter().fold(self.header, |text, items| items.after(text))),
        }
    }
}

/// The text of several items.
#[derive(Default)]
struct Items {
    text: String,
    last: Option<Discriminant<Item>>,
}

impl Items {
    fn push(&mut self, item: Item) {
        let kind = Some(discriminant(&item));
        let is_list = matches!(item, Item::Use(_) | Item::Mod(_));
        if !(self.last.is_none() || is_list && self.last == kind) {
            self.text.push('\n');
        }
        self.last = kind;
        print_item(&mut self.text, item);
    }

    /// The items after another text.
    fn after(self, mut text: String) -> String {
        if !(text.is_empty() || self.text.is_empty()) {
            text.push('\n');
        }
        text.push_str(&self.text);
        text
    }
}

/// The text of one item.
pub(crate) fn text(item: Item) -> String {
    let mut text = String::new();
    print_item(&mut text, item);
    text
}

fn print_item(text: &mut String, item: Item) {
    match item {
        Item::Macro(call) => macros::print(text, &call.mac),
        item => {
            let file = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] };
            text.push_str(&spaced(&prettyplease::unparse(&file)));
        }
    }
}

/// Puts a blank line between the items of an `impl` or `trait`.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut previous = "";
    for line in text.lines() {
        let opens = ["    ///", "    #[", "    fn ", "    pub fn ", "    pub const fn ", "    type ", "    const "];
        // An item of an `impl` ends before the next begins; types and constants of one line each stay together.
        let ends = previous.starts_with("    ") && previous.ends_with([';', '}']);
        let same_kind = |kind: &str| previous.starts_with(kind) && line.starts_with(kind);
        if ends
            && opens.iter().any(|open| line.starts_with(open))
            && !same_kind("    type ")
            && !same_kind("    const ")
        {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        previous = line;
    }
    out
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn items_of_an_impl_are_apart() {
        let long = "a".repeat(90);
        let item = quote! {
            impl A for B {
                type C = D;
                type E = F;
                const G: H = H::new(#long).then(#long);
                fn i() {}
                fn j() {}
            }
        };
        let expected = format!(
            "impl A for B {{\n    type C = D;\n    type E = F;\n\n    const G: H = H::new(\n            \"{long}\",\n        )\n        \
             .then(\n            \"{long}\",\n        );\n\n    fn i() {{}}\n\n    fn j() {{}}\n}}\n"
        );
        assert_eq!(text(syn::parse2(item).expect("an item")), expected);
    }
}
