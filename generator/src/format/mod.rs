//! Tokens to text, the same on every machine: prettyplease, blank lines between the items of an `impl`, and macro calls
//! with a row per line.

mod macros;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Item;

/// A source file: a header of comments, then items.
pub(crate) struct SourceFile {
    header: String,
    items: Vec<Item>,
    /// Why tokens are not items.
    error: Option<syn::Error>,
}

impl SourceFile {
    /// A file that begins with these comment lines.
    pub(crate) fn new(header: String) -> Self {
        Self { header, items: Vec::new(), error: None }
    }

    /// Adds items.
    pub(crate) fn item(&mut self, tokens: impl ToTokens) {
        self.insert(self.items.len(), tokens.to_token_stream());
    }

    /// Puts items before all others.
    pub(crate) fn prepend(&mut self, tokens: TokenStream) {
        self.insert(0, tokens);
    }

    fn insert(&mut self, index: usize, tokens: TokenStream) {
        match syn::parse2::<syn::File>(tokens) {
            Ok(file) => drop(self.items.splice(index..index, file.items)),
            Err(error) => self.error = Some(error),
        }
    }

    /// The items, for finding what they mention.
    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// If tokens were not items, which is a bug of the generator.
    pub(crate) fn print(self) -> Result<String, syn::Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut text = self.header;
        let mut previous = None;
        for item in self.items {
            let kind = std::mem::discriminant(&item);
            let is_list = matches!(item, Item::Use(_) | Item::Mod(_));
            if !(text.is_empty() || is_list && previous == Some(kind)) {
                text.push('\n');
            }
            previous = Some(kind);
            print_item(&mut text, item);
        }
        Ok(text)
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
