//! `public-api`: the public items of one crate that another does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::direction::Direction;
use super::handler::CRATE;
use crate::corpus::output_of;

/// The public items of all crates.
pub(super) struct PublicApi(BTreeMap<String, BTreeSet<String>>);

impl PublicApi {
    /// Reads the items from rustdoc's JSON of crates, by name.
    ///
    /// # Errors
    ///
    /// Why it cannot be run here, for a notice.
    pub(super) fn new(described: &BTreeMap<String, PathBuf>, root: &Path) -> Result<Self, String> {
        let mut command = Command::new("cargo");
        command
            .args(["run", "--quiet", "--package", "public-items", "--manifest-path"])
            .arg(root.join("peers/Cargo.toml"))
            .arg("--")
            .args(described.values())
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

    /// What it says of two crates if it disagrees with the compiler.
    pub(super) fn disagrees(&self, &Direction { old, new, error, .. }: &Direction<'_>) -> Option<String> {
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
