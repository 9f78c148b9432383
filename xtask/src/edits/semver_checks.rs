//! `cargo-semver-checks` as a referee: whether it finds that users of one crate do not compile with another.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::direction::Direction;
use super::handler::CRATE;
use super::known::{Known, Reason};
use crate::corpus::write;

const PROGRAM: &str = "cargo-semver-checks";

/// The version that the known differences are those of.
const VERSION: &str = "0.51.0";

/// The program, with the crates that it compares.
pub(super) struct SemverChecks {
    /// Descriptions of all crates, under one name: items of crates with different names are not compared.
    described: BTreeMap<String, PathBuf>,
    /// The rules of changes that it is known not to report, and to report, although handlers compile.
    known: [BTreeSet<String>; 2],
    seen: [BTreeSet<String>; 2],
}

/// What it says of a direction.
pub(super) struct Verdict {
    /// Whether it says what the compiler says.
    pub(super) agrees: bool,
    /// A difference that is not known.
    pub(super) problem: Option<String>,
}

/// What a difference is: it does not report what breaks, or it reports what does not.
const DIFFERENCES: [&str; 2] = ["misses", "reports"];

impl SemverChecks {
    /// Reads rustdoc's JSON of crates, by name, and writes it with another name into a folder.
    ///
    /// # Errors
    ///
    /// Why the program cannot be run here, for a notice.
    pub(super) fn new(described: &BTreeMap<String, PathBuf>, folder: &Path) -> Result<Self, String> {
        let output = Command::new(PROGRAM).arg("--version").stdin(Stdio::null()).output();
        let install = format!("(cargo install --locked {PROGRAM} --version {VERSION})");
        let output = output.map_err(|_| format!("it is not installed {install}"))?;
        let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if !found.ends_with(&format!(" {VERSION}")) {
            return Err(format!("`{found}` is installed, and the table is that of {VERSION} {install}"));
        }
        let rename = |(name, file): (&String, &PathBuf)| {
            let renamed = folder.join(name).with_extension("json");
            let text = fs::read_to_string(file).map_err(|error| format!("`{}`: {error}", file.display()))?;
            let mut description: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            rename(&mut description);
            write(&renamed, &description.to_string()).map_err(|error| format!("`{}`: {error}", renamed.display()))?;
            Ok((name.clone(), renamed))
        };
        let described = described.iter().map(rename).collect::<Result<_, String>>()?;
        let Known { misses, reports } = Known::new();
        let rules = |reasons: Vec<Reason>| reasons.into_iter().flat_map(|reason| reason.rules).collect();
        Ok(Self { described, known: [rules(misses), rules(reports)], seen: Default::default() })
    }

    /// Compares with what the compiler says.
    ///
    /// # Errors
    ///
    /// If the program fails.
    pub(super) fn judge(&mut self, direction: &Direction<'_>) -> Result<Verdict, String> {
        let lints = self.lints(direction.old, direction.new)?;
        Ok(self.compare(direction, &lints))
    }

    fn compare(&mut self, &Direction { rule, old, new, error }: &Direction<'_>, lints: &[String]) -> Verdict {
        let (kind, problem) = match (error, lints) {
            (Some(error), []) => (0, format!("nothing, but handlers for {old} do not compile with {new}: {error}")),
            (None, [_, ..]) => (1, format!("{}, but handlers for {old} compile with {new}", lints.join(", "))),
            _ => return Verdict { agrees: true, problem: None },
        };
        self.seen[kind].insert(rule.to_owned());
        let is_known = self.known[kind].contains(rule);
        let problem = (!is_known).then(|| format!("cargo-semver-checks reports {problem} ({rule})"));
        Verdict { agrees: false, problem }
    }

    /// The known differences that no direction has.
    pub(super) fn stale(self) -> Vec<String> {
        let stale = |((kind, known), seen): ((&str, &BTreeSet<String>), &BTreeSet<String>)| -> Vec<String> {
            let text = |rule| {
                format!("semver_checks.yaml: `{kind}` lists `{rule}`, but cargo-semver-checks agrees with the compiler")
            };
            known.difference(seen).map(text).collect()
        };
        DIFFERENCES.into_iter().zip(&self.known).zip(&self.seen).flat_map(stale).collect()
    }

    /// The lints that find a change between two crates which breaks users of the first; empty if none does.
    ///
    /// # Errors
    ///
    /// If the program fails.
    fn lints(&self, old: &str, new: &str) -> Result<Vec<String>, String> {
        let file = |name: &str| self.described.get(name).ok_or_else(|| format!("{name} is not described"));
        let mut command = Command::new(PROGRAM);
        command
            // A minor release may add items, and must not break users.
            .args(["semver-checks", "--color", "never", "--release-type", "minor", "--baseline-rustdoc"])
            .arg(file(old)?)
            .arg("--current-rustdoc")
            .arg(file(new)?)
            .stdin(Stdio::null());
        let output = command.output().map_err(|error| format!("{PROGRAM}: {error}"))?;
        let [text, errors] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        found(output.status.code(), &text).ok_or_else(|| format!("{PROGRAM}: {errors}"))
    }
}

/// The lints that failed, by the exit code and the output; `None` if the program itself failed.
fn found(code: Option<i32>, text: &str) -> Option<Vec<String>> {
    let lints = text.lines().filter_map(|line| line.strip_prefix("--- failure ")?.split(':').next());
    let lints: Vec<String> = lints.map(str::to_owned).collect();
    match code {
        Some(0) => Some(Vec::new()),
        Some(100) if !lints.is_empty() => Some(lints),
        _ => None,
    }
}

/// Gives a described crate the name that handlers use.
fn rename(description: &mut Value) {
    let root = description["root"].to_string();
    description["index"][&root]["name"] = json!(CRATE);
    for item in description["paths"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        if item["crate_id"] == 0 {
            item["path"][0] = json!(CRATE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_differences_pass_and_all_of_them_are_seen() {
        let rules = |rules: &[&str]| rules.iter().map(|rule| (*rule).to_owned()).collect();
        let known = [rules(&["format-added", "items-added"]), rules(&["event-added"])];
        let mut checks = SemverChecks { described: BTreeMap::new(), known, seen: Default::default() };
        let lint = ["enum_missing".to_owned()];
        for (rule, error, lints, agrees, is_problem) in [
            ("value-removed", Some("E0599"), &lint[..], true, false),
            ("docs", None, &[], true, false),
            ("format-added", Some("E0308"), &[], false, false),
            ("value-removed", Some("E0599"), &[], false, true),
            ("event-added", None, &lint, false, false),
            ("format-added", None, &lint, false, true),
        ] {
            let verdict = checks.compare(&Direction { rule, old: "base", new: "edit000", error }, lints);
            assert_eq!((verdict.agrees, verdict.problem.is_some()), (agrees, is_problem), "{rule} {error:?}");
        }
        let stale =
            "semver_checks.yaml: `misses` lists `items-added`, but cargo-semver-checks agrees with the compiler";
        assert_eq!(checks.stale(), [stale]);
    }

    #[test]
    fn lints_are_read_from_the_output() {
        let failure = "--- failure enum_missing: pub enum removed or renamed ---\n";
        assert_eq!(found(Some(0), ""), Some(vec![]));
        assert_eq!(found(Some(100), failure), Some(vec!["enum_missing".to_owned()]));
        for (code, text) in [(Some(100), ""), (Some(100), "all checks failed\n"), (Some(1), failure), (None, "")] {
            assert_eq!(found(code, text), None, "{code:?} {text}");
        }
    }
}
