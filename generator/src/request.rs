//! The request of a run.

use std::path::PathBuf;

use crate::config::CrateName;
use crate::released::{Files, Release};
use crate::source::Limits;

/// What to generate from, and how.
///
/// ```
/// use webhook_generator::{ReceiverDependency, Request};
///
/// let request = Request::new("acme/openapi.yaml")
///     .overlay("acme/overlay.yaml")
///     .config("acme/codegen.toml")
///     .receiver(ReceiverDependency::Path("../receiver".to_owned()));
/// ```
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) spec: PathBuf,
    pub(crate) shown: Option<String>,
    pub(crate) root: Option<PathBuf>,
    pub(crate) overlays: Vec<PathBuf>,
    pub(crate) config: Option<PathBuf>,
    pub(crate) names: Option<PathBuf>,
    pub(crate) prune_names: bool,
    pub(crate) released: Option<Files>,
    pub(crate) release: Option<Release>,
    pub(crate) crate_name: Option<CrateName>,
    pub(crate) default_crate_name: Option<CrateName>,
    pub(crate) receiver: Option<ReceiverDependency>,
    pub(crate) layout: Layout,
    pub(crate) build_script: Option<BuildScript>,
    pub(crate) limits: Limits,
    pub(crate) deny_warnings: bool,
}

impl Request {
    /// Generates from this OpenAPI description, YAML or JSON, with defaults for everything else.
    pub fn new(spec: impl Into<PathBuf>) -> Self {
        Self {
            spec: spec.into(),
            shown: None,
            root: None,
            overlays: Vec::new(),
            config: None,
            names: None,
            prune_names: false,
            released: None,
            release: None,
            crate_name: None,
            default_crate_name: None,
            receiver: None,
            layout: Layout::Standalone,
            build_script: None,
            limits: Limits::default(),
            deny_warnings: false,
        }
    }

    /// Lets references reach files in this folder, which is above that of the description. The default is the folder of the
    /// description.
    #[must_use]
    pub fn root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.root = Some(folder.into());
        self
    }

    /// Calls the description this in messages, such as the address that it comes from, instead of its path. Names of files that
    /// it references begin with what is before the last `/`.
    #[must_use]
    pub fn shown_as(mut self, name: impl Into<String>) -> Self {
        self.shown = Some(name.into());
        self
    }

    /// Adds an overlay. Overlays are applied in the order in which they are added.
    #[must_use]
    pub fn overlay(mut self, path: impl Into<PathBuf>) -> Self {
        self.overlays.push(path.into());
        self
    }

    /// Adds several overlays.
    #[must_use]
    pub fn overlays(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.overlays.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Reads this `codegen.toml`.
    #[must_use]
    pub fn config(mut self, path: impl Into<PathBuf>) -> Self {
        self.config = Some(path.into());
        self
    }

    /// Reads the [record of names](crate::lock) from this file, if it exists, and gives the same names again. The output has
    /// the record for the next run.
    #[must_use]
    pub fn names(mut self, path: impl Into<PathBuf>) -> Self {
        self.names = Some(path.into());
        self
    }

    /// Drops names of what is gone from the record. New things may then take them.
    #[must_use]
    pub fn prune_names(mut self, prune: bool) -> Self {
        self.prune_names = prune;
        self
    }

    /// Reads the [last release](crate::released) from these files, those of them that exist: the changelog has what has changed
    /// since.
    #[must_use]
    pub fn released(mut self, files: Files) -> Self {
        self.released = Some(files);
        self
    }

    /// Makes a release, if anything has changed since the last one, or a version is chosen. It needs a configuration, and the files
    /// of the last release, which need not exist. The crate is as it is after the release, and the output has the new files.
    #[must_use]
    pub fn release(mut self, release: Release) -> Self {
        self.release = Some(release);
        self
    }

    /// Whether a release is asked for.
    pub fn is_release(&self) -> bool {
        self.release.is_some()
    }

    /// Names the package; this name wins over that of the configuration.
    #[must_use]
    pub fn crate_name(mut self, name: CrateName) -> Self {
        self.crate_name = Some(name);
        self
    }

    /// Names the package if neither [`crate_name`](Self::crate_name) nor the configuration does. Without it, the package
    /// is called `vendor-webhooks`.
    #[must_use]
    pub fn default_crate_name(mut self, name: CrateName) -> Self {
        self.default_crate_name = Some(name);
        self
    }

    /// Sets where the emitted package finds `webhook-receiver`. Required by [`generate`](crate::generate).
    #[must_use]
    pub fn receiver(mut self, receiver: ReceiverDependency) -> Self {
        self.receiver = Some(receiver);
        self
    }

    /// Sets what the emitted package is part of. The default is [`Layout::Standalone`].
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Gives the emitted package a build script, and a [record](crate::fingerprint::record) of its input files.
    #[must_use]
    pub fn build_script(mut self, script: BuildScript) -> Self {
        self.build_script = Some(script);
        self
    }

    /// Sets how large a description may be.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes warnings errors, except those whose level the configuration sets.
    #[must_use]
    pub fn deny_warnings(mut self, deny: bool) -> Self {
        self.deny_warnings = deny;
        self
    }
}

/// How the emitted manifest names the dependency `webhook-receiver`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiverDependency {
    /// A path, relative to the emitted crate unless it is absolute.
    Path(String),
    /// The address of a git repository.
    Git(String),
    /// A version requirement.
    Version(String),
}

/// What the emitted package is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A member of a workspace.
    Member,
    /// A standalone package, with an empty `[workspace]`.
    Standalone,
}

/// The build script of an emitted package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildScript {
    /// Which script it is.
    pub kind: BuildScriptKind,
    /// The folder of the package. Paths in the record of the input files are relative to it.
    pub crate_dir: PathBuf,
}

/// Which build script an emitted package has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildScriptKind {
    /// One that exists: its path relative to the package, with `/`.
    Existing(String),
    /// An emitted one, which keeps the package up to date. It has the path of the `codegen.toml` relative to the package, with
    /// `/`.
    Guard(String),
}

#[cfg(test)]
mod tests {
    use std::fs;

    use expect_test::expect;

    use super::*;
    use crate::{generate, render};

    const SPEC: &str = r#"{
        "openapi": "3.1.0",
        "info": { "title": "Acme", "version": "1" },
        "webhooks": { "parcel.sent": { "post": { "requestBody": { "content": { "application/json": {
            "schema": { "properties": { "type": { "const": "parcel.sent" } } },
            "example": { "type": "parcel.sent" }
        } } } } } }
    }"#;

    #[test]
    fn a_receiver_is_required() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        fs::write(path("openapi.json"), SPEC).unwrap();
        fs::write(
            path("codegen.toml"),
            "crate-name = \"acme\"\n[event-type]\npointer = \"/type\"\n[signature]\nscheme = \"standard-webhooks\"\n",
        )
        .unwrap();
        let request = Request::new(path("openapi.json")).config(path("codegen.toml"));

        let outcome = generate(&request);
        assert!(outcome.output.is_none());
        let shown = render::text(&outcome.diagnostics, &outcome.sources, false);
        expect![[r#"
            error[E0402]: `receiver` is not set
            --> acme/codegen.toml
             = help: say where the generated crate finds `webhook-receiver`, with `--receiver` or in codegen.toml:
                     receiver = "../receiver"                # the path of a folder, or
                     receiver = "https://example.com/a.git"  # a git repository
        "#]]
        .assert_eq(&shown.replace(&*folder.path().to_string_lossy(), "acme"));

        let outcome = generate(&request.receiver(ReceiverDependency::Version("0.1".to_owned())));
        assert!(outcome.output.is_some());
    }
}
