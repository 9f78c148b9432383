//! The Cargo workspace of the user: `[workspace.metadata.webhooks]`, and who its members are.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use glob::{MatchOptions, Pattern};
use serde::Deserialize;
use webhook_generator::fingerprint::relative;
use webhook_generator::source::{Limit, Limits};

use crate::args::UsageError;
use crate::paths::{absolute, same, shown};

/// A Cargo workspace.
pub(crate) struct Workspace {
    root: PathBuf,
    table: Table,
}

#[derive(Deserialize)]
struct Manifest {
    package: Option<Package>,
    workspace: Option<Table>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

/// `[workspace]`, as far as it matters here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Table {
    members: Vec<String>,
    exclude: Vec<String>,
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    webhooks: Webhooks,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Webhooks {
    configs: Vec<PathBuf>,
    limits: BTreeMap<PathBuf, Overrides>,
}

/// Limits by name.
#[derive(Deserialize)]
#[serde(try_from = "BTreeMap<String, usize>")]
struct Overrides(Vec<Limit>);

impl TryFrom<BTreeMap<String, usize>> for Overrides {
    type Error = String;

    fn try_from(limits: BTreeMap<String, usize>) -> Result<Self, String> {
        limits.iter().map(|(name, value)| Limit::new(name, *value)).collect::<Result<_, _>>().map(Self)
    }
}

impl Workspace {
    /// The workspace that a folder lies in: the nearest `Cargo.toml` above it with a table `workspace`.
    pub(crate) fn around(folder: &Path) -> Result<Option<Self>, UsageError> {
        for root in absolute(folder).ancestors() {
            let path = root.join("Cargo.toml");
            // A folder that cannot be read has no workspace: Cargo does not find one there either.
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let manifest: Manifest = toml::from_str(&text).map_err(|error| invalid(&path, &error))?;
            if let Some(table) = manifest.workspace {
                let workspace = Self { root: root.to_owned(), table };
                return workspace.check().map(Some);
            }
        }
        Ok(None)
    }

    /// The manifests that decide which workspace a folder belongs to: those above it, up to that of the workspace.
    #[cfg(feature = "watch")]
    pub(crate) fn manifests(folder: &Path) -> Vec<PathBuf> {
        let mut manifests = Vec::new();
        for folder in absolute(folder).ancestors() {
            let path = folder.join("Cargo.toml");
            let Ok(text) = fs::read_to_string(&path) else { continue };
            manifests.push(path);
            if toml::from_str::<Manifest>(&text).is_ok_and(|manifest| manifest.workspace.is_some()) {
                break;
            }
        }
        manifests
    }

    /// Limits for a configuration that is not listed are a mistake.
    fn check(self) -> Result<Self, UsageError> {
        let Webhooks { configs, limits } = &self.table.metadata.webhooks;
        match limits.keys().find(|config| !configs.contains(config)) {
            None => Ok(self),
            Some(config) => Err(invalid(
                &self.root.join("Cargo.toml"),
                &format!("there are limits for `{}`, which is not in `configs`", config.display()),
            )),
        }
    }

    /// The configurations of the workspace.
    pub(crate) fn configs(&self) -> impl Iterator<Item = PathBuf> {
        self.table.metadata.webhooks.configs.iter().map(|config| self.root.join(config))
    }

    /// The limits that the workspace sets for a configuration.
    pub(crate) fn limits(&self, config: &Path) -> Limits {
        let limits = &self.table.metadata.webhooks.limits;
        let overrides = limits.iter().find(|(listed, _)| same(&self.root.join(listed), config));
        overrides
            .into_iter()
            .flat_map(|(_, overrides)| &overrides.0)
            .fold(Limits::default(), |all, limit| all.with(*limit))
    }

    /// The receiver of a clone of this project: a workspace with the generator and the receiver as members.
    pub(crate) fn receiver(&self) -> Option<PathBuf> {
        let has = |folder: &Path, name| self.lists(folder) && package_name(folder).is_some_and(|found| found == name);
        let [receiver, generator] = ["receiver", "generator"].map(|folder| self.root.join(folder));
        (has(&receiver, "webhook-receiver") && has(&generator, "webhook-generator")).then_some(receiver)
    }

    /// Whether the manifest lists a folder as a member.
    pub(crate) fn lists(&self, folder: &Path) -> bool {
        const OPTIONS: MatchOptions =
            MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };
        let from_root = |path: &str| relative(&self.root, &self.root.join(path));
        let Some(folder) = relative(&self.root, folder) else { return false };
        let excluded = self.table.exclude.iter().filter_map(|path| from_root(path));
        let member = |pattern: &str| {
            from_root(pattern)
                .and_then(|pattern| Pattern::new(&pattern).ok())
                .is_some_and(|pattern| pattern.matches_with(&folder, OPTIONS))
        };
        let is_in = |outer: String| Path::new(&folder).starts_with(outer);
        self.table.members.iter().any(|pattern| member(pattern)) && !excluded.into_iter().any(is_in)
    }
}

/// The name of the package in a folder.
fn package_name(folder: &Path) -> Option<String> {
    let manifest: Manifest = toml::from_str(&fs::read_to_string(folder.join("Cargo.toml")).ok()?).ok()?;
    Some(manifest.package?.name)
}

fn invalid(manifest: &Path, error: &dyn Display) -> UsageError {
    UsageError::new(ErrorKind::Io, format!("`{}` is not valid: {error}", shown(manifest.to_owned()).display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(text: &str) -> Result<Option<Workspace>, UsageError> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("Cargo.toml"), text).unwrap();
        fs::write(folder.path().join("a/Cargo.toml"), "[package]\nname = \"a\"\n").unwrap();
        Workspace::around(&folder.path().join("a/b"))
    }

    #[test]
    fn members_are_listed_by_pattern() {
        let workspace = workspace("[workspace]\nmembers = [\"one\", \"./crates/*\"]\nexclude = [\"crates/old\"]\n")
            .unwrap()
            .unwrap();
        let lists = |path: &str| workspace.lists(&workspace.root.join(path));
        assert!(lists("one") && lists("one/") && lists("crates/acme") && lists("other/../crates/acme"));
        assert!(!lists("two") && !lists("crates") && !lists("crates/a/b") && !lists("one/two") && !lists("crates/old"));
    }

    #[test]
    fn limits_are_those_of_a_configuration() {
        let text = "[workspace.metadata.webhooks]\nconfigs = [\"a/codegen.toml\", \"b/codegen.toml\"]\n\
                    [workspace.metadata.webhooks.limits.\"a/codegen.toml\"]\nnodes = 17\n";
        let workspace = workspace(text).unwrap().unwrap();
        assert_eq!(
            workspace.limits(&workspace.root.join("a/../a/codegen.toml")),
            Limits { nodes: 17, ..Limits::default() }
        );
        assert_eq!(workspace.limits(&workspace.root.join("b/codegen.toml")), Limits::default());
    }

    #[test]
    fn mistakes_in_the_table() {
        let error = |table: &str| {
            let text = format!("[workspace.metadata.webhooks]\nconfigs = [\"a.toml\"]\n{table}");
            workspace(&text).map(|_| ()).unwrap_err().to_string()
        };
        for (table, message) in [
            ("config = []", "unknown field `config`"),
            ("limits.\"b.toml\".nodes = 1", "there are limits for `b.toml`, which is not in `configs`"),
            ("limits.\"a.toml\".node = 1", "unknown limit `node`; the names are file-bytes, nodes"),
            ("limits.\"a.toml\".nodes = -1", "invalid value"),
        ] {
            let error = error(table);
            assert!(error.contains(message) && error.contains("Cargo.toml"), "{error}");
        }
        assert!(workspace("[package]\nname = \"root\"\n").unwrap().is_none());
    }
}
