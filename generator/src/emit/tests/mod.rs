//! The emitted code of single items.

mod events;
mod receivers;
mod types;

use crate::testing::Input;

/// A file of the emitted crate.
#[track_caller]
fn emitted(spec: &str, config: &str, path: &str) -> String {
    let (mut files, findings) = Input { spec, config }.files();
    files.remove(path).unwrap_or_else(|| panic!("there is no {path} in {:?}\n{findings}", files.keys()))
}

/// The items that are about a name: its definition, its implementations, macro calls that begin with it.
fn items(file: &str, name: &str) -> String {
    let is_about = |block: &&str| {
        let mut code = block.lines().filter(|line| !["//", "#["].iter().any(|start| line.starts_with(start)));
        let head = code.next().unwrap_or_default();
        let called = if head.ends_with("! {") { code.next() } else { None };
        let mut words = head.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| word == name) && !head.contains("use ")
            || called.is_some_and(|line| line.trim().starts_with(name))
    };
    let found: Vec<&str> = blocks(file).into_iter().filter(is_about).collect();
    found.iter().map(|block| format!("{}\n", block.trim_end())).collect::<Vec<_>>().join("\n")
}

/// The items of a file with their docs: they begin at the margin after an empty line.
fn blocks(file: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in file.split_inclusive('\n') {
        at += line.len();
        if line == "\n" && file[at..].starts_with(|c: char| !c.is_whitespace() && c != '}') {
            blocks.push(&file[start..at]);
            start = at;
        }
    }
    blocks.push(&file[start..]);
    blocks
}
