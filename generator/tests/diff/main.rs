//! The edits of `edits.yaml` without a compiler. `cargo xtask edits` compiles and runs what they emit.

#[allow(dead_code, reason = "`cargo xtask edits` uses the rest")]
#[path = "table.rs"]
mod table;

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use table::{Flag, Step, Table, base, run};
use webhook_generator::{Output, ReceiverDependency, render};

/// Each edit applies, changes what the table states of the emitted files, and is undone by its opposite.
#[test]
fn each_edit_changes_the_files_as_stated() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path();
    let output = |name: &str, description: &str, names: Option<&str>| -> Result<Output, String> {
        let outcome = run(folder, description, names, ReceiverDependency::Version("0.1".to_owned()));
        outcome.output.ok_or_else(|| {
            let messages = render::text(&outcome.diagnostics, &outcome.sources, false);
            format!("{name}: {messages}")
        })
    };
    let old = base(folder);
    let base = output("the base", &old, None).unwrap_or_else(|messages| panic!("{messages}"));
    let mut differences = Vec::new();
    for edit in &Table::new().edits {
        let name = &edit.name;
        let description = edit.apply(folder);
        let new = match (output(name, &description, Some(&base.names)), &edit.error) {
            (Ok(new), None) => new,
            (Err(messages), Some(code)) if messages.contains(&format!("error[{code}]")) => continue,
            (Ok(_), Some(code)) => {
                differences.push(format!("{name}: no error {code}"));
                continue;
            }
            (Err(messages), _) => {
                differences.push(messages);
                continue;
            }
        };
        let is_same = base.files == new.files;
        let is_docs = !is_same && code(&base.files) == code(&new.files);
        let (Some(effect), Some(undone)) = (edit.effect(), &edit.undone) else {
            differences.push(format!("{name}: the table has no effect or no error"));
            continue;
        };
        for effect in [&effect, undone] {
            let rule = &effect.rule;
            if is_same != (effect.step == Step::None) {
                differences.push(format!("{name}: {rule}: the files are the same: {is_same}"));
            }
            if is_docs != effect.flags.contains(&Flag::Docs) {
                differences.push(format!("{name}: {rule}: only docs differ: {is_docs}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The emitted tokens without docs.
fn code(files: &BTreeMap<String, String>) -> BTreeMap<&String, String> {
    let sources = files.iter().filter(|(path, _)| path.starts_with("src/"));
    sources
        .map(|(path, text)| (path, without_docs(text.parse().expect("emitted sources are Rust")).to_string()))
        .collect()
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
                let inner = without_docs(group.stream());
                kept.push(TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner)));
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}
