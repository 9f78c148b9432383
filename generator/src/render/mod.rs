//! Diagnostics as text for people, as JSON for programs, and as commands for GitHub Actions.

mod changes;
mod github;
mod json;
mod span;
mod text;
mod visible;

pub use changes::{Changes, Side, changes_changelog, changes_github, changes_json, changes_markdown, changes_text};
pub use github::github;
pub use json::json;
pub use text::text;
pub use visible::visible;

#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
#[allow(clippy::format_collect, clippy::format_push_string, reason = "inputs need not be made fast")]
mod tests;
