//! `public-api` as the referee of `source`: the public items of one crate that another does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use super::crates::Crates;
use super::handler::CRATE;
use crate::corpus::output_of;

/// The public items of all crates.
pub(super) struct Referee(BTreeMap<String, BTreeSet<String>>);

impl Referee {
    /// Reads the items from rustdoc's JSON of these crates.
    ///
    /// # Errors
    ///
    /// Why there is no referee here, for a notice.
    pub(super) fn new(crates: &Crates, root: &Path) -> Result<Self, String> {
        let nightly = Command::new("rustup").args(["run", "nightly", "rustdoc", "--version"]).output();
        if !nightly.is_ok_and(|output| output.status.success()) {
            return Err("a nightly toolchain is not installed (rustup toolchain install nightly)".to_owned());
        }
        let files = crates.describe()?;
        let mut command = Command::new("cargo");
        command
            .args(["run", "--quiet", "--package", "public-items", "--manifest-path"])
            .arg(root.join("peers/Cargo.toml"))
            .arg("--")
            .args(&files)
            .stdin(Stdio::null());
        let mut items: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut name = String::new();
        for line in output_of(&mut command)?.lines() {
            if let Some(path) = line.strip_prefix("# ") {
                name = Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            } else {
                let own = line.replace(&format!("{name}::"), &format!("{CRATE}::"));
                items.entry(name.clone()).or_default().insert(own);
            }
        }
        Ok(Self(items))
    }

    /// What the referee says of two crates if it disagrees with the compiler, whose error is that of handlers for the first with the
    /// second one.
    pub(super) fn disagrees(&self, old: &str, new: &str, error: Option<&str>) -> Option<String> {
        match (self.missing(old, new), error) {
            (Some(item), None) => {
                Some(format!("public-api: {new} does not have `{item}`, but handlers for {old} compile"))
            }
            (None, Some(error)) => {
                Some(format!("public-api: {new} has all items of {old}, but handlers do not compile: {error}"))
            }
            _ => None,
        }
    }

    /// The first item of a crate that another does not have. The module of the crate itself differs.
    fn missing(&self, of: &str, from: &str) -> Option<&str> {
        let (of, from) = (self.0.get(of)?, self.0.get(from)?);
        of.difference(from).map(String::as_str).find(|item| !item.starts_with("pub mod "))
    }
}
