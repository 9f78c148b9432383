//! Tokens to text, the same on every machine: prettyplease, blank lines between the items of an `impl`, and macro calls
//! with a row per line.

mod macros;

use proc_macro2::TokenStream;

/// A source file: a header of comments, then items with a blank line between them.
pub(crate) struct SourceFile {
    header: String,
    items: Vec<TokenStream>,
}

impl SourceFile {
    /// A file that begins with these comment lines.
    pub(crate) fn new(header: String) -> Self {
        Self { header, items: Vec::new() }
    }

    /// Adds what stands together without a blank line: an item, or several `use` or `mod`.
    pub(crate) fn item(&mut self, tokens: TokenStream) {
        if !tokens.is_empty() {
            self.items.push(tokens);
        }
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// When the tokens are no Rust, which is a fault of the generator.
    pub(crate) fn print(self) -> Result<String, syn::Error> {
        let mut text = self.header;
        for item in self.items {
            let file = syn::parse2::<syn::File>(item)?;
            if !text.is_empty() {
                text.push('\n');
            }
            match &file.items[..] {
                [syn::Item::Macro(call)] => macros::print(&mut text, &call.mac),
                _ => text.push_str(&spaced(&prettyplease::unparse(&file))),
            }
        }
        Ok(text)
    }
}

/// Puts a blank line between the items of an `impl` or `trait`.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut previous = "";
    for line in text.lines() {
        let opens = ["    ///", "    #[", "    fn ", "    pub fn ", "    pub const fn ", "    type ", "    const "];
        let ends = matches!(previous, "    }" | "    ];")
            || (previous.starts_with("    type ") || previous.starts_with("    const ")) && previous.ends_with(';');
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
