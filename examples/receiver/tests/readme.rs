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

fn without_indentation(text: &str) -> String {
    text.lines().map(|line| line.trim().to_owned() + "\n").collect()
}
