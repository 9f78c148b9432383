//! What of emitted files is code. Shared with `cargo xtask edits`.

use std::collections::BTreeMap;

use proc_macro2::{Group, TokenStream, TokenTree};

/// The tokens of emitted sources without docs.
pub(crate) fn code(files: &BTreeMap<String, String>) -> BTreeMap<&String, String> {
    let sources = files.iter().filter(|(path, _)| path.starts_with("src/"));
    let tokens = |text: &String| without_docs(text.parse().expect("emitted sources are Rust"));
    sources.map(|(path, text)| (path, tokens(text).to_string())).collect()
}

fn without_docs(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.stream().to_string().starts_with("doc =") => {
                let is_mark =
                    |token: &mut TokenTree| matches!(token, TokenTree::Punct(mark) if "#!".contains(mark.as_char()));
                while kept.pop_if(is_mark).is_some() {}
            }
            TokenTree::Group(group) => {
                kept.push(TokenTree::Group(Group::new(group.delimiter(), without_docs(group.stream()))));
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}
