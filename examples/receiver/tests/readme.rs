//! The README shows code that compiles.

#[test]
fn the_readme_shows_the_example() {
    let readme = include_str!("../../../README.md").replace("\r\n", "\n");
    let example = include_str!("../examples/readme.rs").replace("\r\n", "\n");
    let (_, code) = example.split_once("\n\n").expect("a line of docs, then the code");
    assert!(readme.contains(&format!("```rust\n{code}```\n")), "README.md does not show examples/readme.rs as it is");
}
