//! `cargo xtask explain`

use std::process::ExitCode;

use webhook_generator::diagnostics::Code;

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
    let help = match nearest(&name) {
        Some(near) => format!("did you mean `{}`?", near.as_str()),
        None => "`cargo xtask explain` lists all codes".to_owned(),
    };
    eprintln!("error: there is no code `{}`; {help}", asked.escape_debug());
    ExitCode::FAILURE
}

/// The code of the same group whose number is nearest.
fn nearest(name: &str) -> Option<Code> {
    // A letter and the two digits of the group.
    const GROUP: usize = 3;
    let (group, number) = name.split_at_checked(GROUP)?;
    let number: u32 = number.parse().ok()?;
    let distance = |code: &Code| code.as_str().get(GROUP..)?.parse().ok().map(|known| number.abs_diff(known));
    Code::ALL.iter().filter(|code| code.as_str().starts_with(group)).min_by_key(|code| distance(code)).copied()
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
    use webhook_generator::diagnostics::Severity;

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
            let severity = if code.severity() == Severity::Error { "error" } else { "warning" };
            let message = format!("```text\n{severity}[{}]: ", code.as_str());
            assert!(entry.contains(&message), "{} shows no message", code.as_str());
            let behind = entry.rsplit_once("\n```\n").map_or("", |(_, behind)| behind.trim());
            assert!(behind.len() > 20, "{} does not say what to do", code.as_str());
        }
    }
}
