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

/// The program of the README and three lines, apart from imports: the store, the inbox, the drain.
#[test]
fn an_inbox_takes_three_lines() {
    let code = |text: &str| -> Vec<String> {
        let code = text.split_once("async fn agreement").expect("the imports come first").1;
        code.lines().map(|line| line.trim().replace("service.clone()", "service")).collect()
    };
    let (readme, inbox) = (code(include_str!("../examples/readme.rs")), code(include_str!("../examples/inbox.rs")));
    let mut rest = readme.iter().peekable();
    let added: Vec<&String> = inbox.iter().filter(|line| rest.next_if_eq(line).is_none()).collect();
    assert_eq!(rest.next(), None);
    assert_eq!(added.len(), 3, "{added:#?}");
    let docs = include_str!("../../../docs/inbox.md");
    for line in added {
        assert!(docs.contains(line.as_str()), "docs/inbox.md does not show {line:?}");
    }
}

fn without_indentation(text: &str) -> String {
    text.lines().map(|line| line.trim().to_owned() + "\n").collect()
}
