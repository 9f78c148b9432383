//! `cargo webhooks explain`

use std::io;
use std::process::ExitCode;

use webhook_generator::diagnostics::Code;

use crate::args::Explain;
use crate::output::print;

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

/// The documentation of a code, or the list of all codes; an error message if the code is unknown.
fn explanation(code: Option<&str>) -> Result<String, String> {
    let Some(code) = code else {
        return Ok(Code::ALL.iter().map(|code| format!("{}  {}\n", code.as_str(), code.meaning())).collect());
    };
    let name = code.to_ascii_uppercase();
    if let Some(code) = Code::find(&name) {
        return Ok(format!("{}\n", code.explanation()));
    }
    let help = match nearest(&name) {
        Some(near) => format!("did you mean `{}`?", near.as_str()),
        None => "`cargo webhooks explain` lists all codes".to_owned(),
    };
    Err(format!("error: unknown code `{}`; {help}\n", code.escape_debug()))
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
