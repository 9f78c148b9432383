//! What a stage made, as a short text: what `--emit` prints, and what tests compare.

mod api;
mod description;

pub use api::{named, proposed};
pub use description::normalized;

/// A text on one line, with control characters escaped.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => line.push(c),
            c => line.extend(c.escape_debug()),
        }
    }
    line
}

/// The name itself if it reads as one word, else in quotes.
fn name_or_quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@');
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { format!("{name:?}") }
}
