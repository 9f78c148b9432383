//! The README and `docs/receiver.md` show code that compiles.

#[test]
fn the_readme_shows_the_example() {
    let readme = include_str!("../../../README.md").replace("\r\n", "\n");
    let example = include_str!("../examples/readme.rs").replace("\r\n", "\n");
    let (_, code) = example.split_once("\n\n").expect("a line of docs, then the code");
    assert!(readme.contains(&format!("```rust\n{code}```\n")), "README.md does not show examples/readme.rs as it is");
}

#[test]
fn the_docs_show_parts_of_the_example() {
    let docs = include_str!("../../../docs/receiver.md");
    let example = without_indentation(include_str!("../examples/docs.rs"));
    let blocks: Vec<&str> = docs.split("```rust").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        assert!(example.contains(without_indentation(block).trim()), "examples/docs.rs does not have this:\n{block}");
    }
}

/// The program of the README and two lines: the store and the inbox. No other line changes.
#[test]
fn an_inbox_takes_two_lines() {
    let (readme, inbox) = (include_str!("../examples/readme.rs"), include_str!("../examples/inbox.rs"));
    let code = |text: &'static str| text.lines().skip(1);
    let mut rest = code(readme).peekable();
    let added: Vec<&str> = code(inbox).filter(|line| rest.next_if_eq(line).is_none()).collect();
    assert_eq!(rest.next(), None);
    assert_eq!(added.len(), 2, "{added:#?}");
    let added = added.iter().map(|line| line.trim().to_owned() + "\n").collect::<String>();
    for docs in [include_str!("../../../docs/inbox.md"), include_str!("../../../README.md")] {
        assert!(without_indentation(docs).contains(&added), "the docs do not show these lines:\n{added}");
    }
}

/// What `process.rs` kills is the program that the docs show.
#[test]
fn the_program_that_is_killed_is_the_one_in_the_docs() {
    let code = |text: &'static str| text.lines().skip(1).map(str::trim).collect::<Vec<_>>();
    let shown = code(include_str!("../examples/inbox.rs"));
    let mut killed = code(include_str!("support/inbox_any_port.rs"));
    killed.retain(|line| *line != r#"println!("{}", listener.local_addr()?);"#);
    let differences: Vec<_> = shown.iter().zip(&killed).filter(|(a, b)| a != b).collect();
    assert_eq!((shown.len(), differences.len()), (killed.len(), 1), "{differences:#?}");
    assert_eq!(differences[0].0.replace("8080", "0"), *differences[0].1);
}

fn without_indentation(text: &str) -> String {
    text.lines().map(|line| line.trim().to_owned() + "\n").collect()
}
