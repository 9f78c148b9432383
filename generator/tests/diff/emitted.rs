//! How emitted files differ. Shared with `cargo xtask edits`.

use std::collections::BTreeMap;

use proc_macro2::{Group, TokenStream, TokenTree};

/// How the files of two crates differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Difference {
    None,
    /// The code is the same.
    Docs,
    Code,
}

impl Difference {
    /// Compares what is compiled, run, or read by emitted tests. Data about the description, such as a catalogue, is not.
    pub(crate) fn between(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Self {
        let (one, other) = (built(one), built(other));
        let sources = |files: &BTreeMap<&str, &str>| -> Vec<String> {
            files.keys().filter(|path| path.starts_with("src/")).map(ToString::to_string).collect()
        };
        let tokens = |text: &str| without_docs(text.parse().expect("emitted sources are Rust")).to_string();
        let is_same = |path: &str| one[path] == other[path] || tokens(one[path]) == tokens(other[path]);
        if one == other {
            Self::None
        } else if sources(&one) == sources(&other) && sources(&one).iter().all(|path| is_same(path)) {
            Self::Docs
        } else {
            Self::Code
        }
    }
}

fn built(files: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    let folders = ["src/", "tests/", "fixtures/"];
    let is_built = |path: &str| path == "Cargo.toml" || folders.iter().any(|folder| path.starts_with(folder));
    files.iter().map(|(path, text)| (&**path, &**text)).filter(|(path, _)| is_built(path)).collect()
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
