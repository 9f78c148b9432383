//! Every check of this repository, by name and in order.

mod imports;
mod step;
mod steps;

use std::io;
use std::process::ExitCode;
use std::time::Instant;

use cargo_webhooks::print;
use xshell::Shell;

use crate::cli::Check;
use crate::workspace;
use step::{Failure, Outcome, Step};
use steps::STEPS;

pub(crate) fn run(arguments: &Check) -> ExitCode {
    if arguments.list {
        let list: String = STEPS.iter().map(|step| format!("{:<10} {}\n", step.name, step.about)).collect();
        return if print(io::stdout(), &list).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    match run_steps(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether all checks passed.
fn run_steps(arguments: &Check) -> Result<bool, Failure> {
    let steps = chosen(arguments)?;
    let shell = Shell::new()?;
    shell.change_dir(workspace::root());

    let mut summary = Vec::new();
    let mut passed = true;
    for step in steps {
        eprintln!("\n== {}: {}", step.name, step.about);
        let start = Instant::now();
        let verdict = (step.run)(&shell);
        let shown = match &verdict {
            Ok(Outcome::Passed) => "passed",
            Ok(Outcome::Skipped(reason)) => &format!("SKIPPED: {reason}"),
            Err(_) => "FAILED",
        };
        summary.push(format!("{:<10} {:>5} s  {shown}", step.name, start.elapsed().as_secs()));
        if let Err(failure) = verdict {
            eprintln!("{failure}");
            passed = false;
            if !arguments.keep_going {
                break;
            }
        }
    }
    eprintln!("\n{}", summary.join("\n"));
    Ok(passed)
}

fn chosen(arguments: &Check) -> Result<Vec<&'static Step>, Failure> {
    let Check { steps: only, skip, .. } = arguments;
    if let Some(unknown) = only.iter().chain(skip).find(|name| STEPS.iter().all(|step| step.name != **name)) {
        return Err(format!("unknown check `{unknown}`; `cargo xtask check --list` lists them").into());
    }
    let named = |names: &[String], step: &Step| names.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(|step| (only.is_empty() || named(only, step)) && !named(skip, step)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(only: &[&str], skip: &[&str]) -> Result<Vec<&'static str>, String> {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let arguments = Check { steps: owned(only), skip: owned(skip), keep_going: false, list: false };
        let steps = chosen(&arguments).map_err(|error| error.to_string())?;
        Ok(steps.into_iter().map(|step| step.name).collect())
    }

    #[test]
    fn checks_are_chosen_by_name_and_keep_their_order() {
        assert_eq!(names(&[], &[]).map(|names| names.len()), Ok(STEPS.len()));
        assert_eq!(names(&["tests", "format"], &[]), Ok(vec!["format", "tests"]));
        assert_eq!(names(&["tests", "format"], &["tests"]), Ok(vec!["format"]));
        assert!(names(&[], &["test"]).is_err_and(|error| error.starts_with("unknown check `test`")));
    }
}
