//! `cargo webhooks explain`

use std::io;
use std::process::ExitCode;

use webhook_generator::diagnostics::Code;

use crate::args::Explain;
use crate::output::print;

/// The documentation of every code, with a heading for each: `## E0101: …`.
const DOCS: &str = include_str!("../../docs/diagnostics.md");

/// Runs the command.
pub(crate) fn run(arguments: &Explain) -> ExitCode {
    match explanation(arguments.code.as_deref()) {
        Ok(explanation) if print(io::stdout(), &explanation).is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(message) => {
            // The exit code reports the error even if the message cannot be printed.
            let _ = print(io::stderr(), &message);
            ExitCode::FAILURE
        }
    }
}

/// The entry of a code, or the list of all codes; an error message if there is no such code.
fn explanation(code: Option<&str>) -> Result<String, String> {
    let Some(code) = code else {
        return Ok(Code::ALL.iter().map(|code| format!("{}  {}\n", code.as_str(), code.meaning())).collect());
    };
    let name = code.to_ascii_uppercase();
    if let Some(entry) = entry(&name) {
        return Ok(format!("{entry}\n"));
    }
    let help = match nearest(&name) {
        Some(near) => format!("did you mean `{}`?", near.as_str()),
        None => "`cargo webhooks explain` lists all codes".to_owned(),
    };
    Err(format!("error: there is no code `{}`; {help}\n", code.escape_debug()))
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
