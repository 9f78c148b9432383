//! `cargo xtask explain`

use std::process::ExitCode;

use webhook_generator::diagnostics::Code;
use webhook_generator::text::suggest;

use crate::cli::Explain;

/// What there is to know of every code: a heading each, `## E0101: …`.
const DOCS: &str = include_str!("../../docs/diagnostics.md");

/// Runs the command.
pub(crate) fn run(arguments: &Explain) -> ExitCode {
    let Some(asked) = &arguments.code else {
        for code in Code::ALL {
            println!("{}  {}", code.as_str(), code.meaning());
        }
        return ExitCode::SUCCESS;
    };
    let name = asked.to_ascii_uppercase();
    if let Some(entry) = entry(&name) {
        println!("{entry}");
        return ExitCode::SUCCESS;
    }
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let help = match suggest(&name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`cargo xtask explain` lists all codes".to_owned(),
    };
    eprintln!("error: there is no code `{}`; {help}", asked.escape_debug());
    ExitCode::FAILURE
}

/// The entry of a code, without the marks of its heading.
fn entry(code: &str) -> Option<&'static str> {
    entries().find(|entry| entry.split_once(':').is_some_and(|(name, _)| name == code))
}

fn entries() -> impl Iterator<Item = &'static str> {
    DOCS.split("\n## ").skip(1).map(str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_an_entry_and_every_entry_a_code() {
        let headings: Vec<&str> = entries().filter_map(|entry| entry.lines().next()).collect();
        let codes: Vec<String> =
            Code::ALL.iter().map(|code| format!("{}: {}", code.as_str(), code.meaning())).collect();
        assert_eq!(headings, codes);
    }

    #[test]
    fn every_entry_shows_the_message_and_says_what_to_do() {
        for code in Code::ALL {
            let entry = entry(code.as_str()).unwrap_or_default();
            let message = format!(
                "```text\n{}[{}]: ",
                if code.as_str().starts_with('E') { "error" } else { "warning" },
                code.as_str()
            );
            assert!(entry.contains(&message), "{} shows no message", code.as_str());
            let behind = entry.rsplit_once("\n```\n").map_or("", |(_, behind)| behind.trim());
            assert!(behind.len() > 20, "{} does not say what to do", code.as_str());
        }
    }
}
