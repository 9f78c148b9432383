//! From the command line to what is to be done.

use std::env;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use webhook_generator::fingerprint::relative;
use webhook_generator::source::Limits;
use webhook_generator::{Layout, ReceiverDependency, Request};

use crate::args::{Generate, Overlay, Receiver};

/// What to generate, and where to put it.
pub(crate) struct Job {
    pub(crate) request: Request,
    /// The folder of the crate; none where nothing is to be compared or written.
    pub(crate) out: Option<PathBuf>,
}

/// Why a command line makes no sense.
pub(crate) type Misuse = (ErrorKind, String);

impl Job {
    /// What the arguments ask for.
    pub(crate) fn new(arguments: &Generate) -> Result<Self, Misuse> {
        let workspace = Workspace::find();
        match (&arguments.spec, &arguments.out) {
            (None, _) => Self::ours(&workspace?, arguments.deny.is_some()),
            (Some(spec), out) => {
                if out.is_none() && arguments.emit.is_none() {
                    let message = "`--spec` needs `--out <DIR>`, the folder of the crate to generate";
                    return Err((ErrorKind::MissingRequiredArgument, message.to_owned()));
                }
                Self::theirs(arguments, spec, out.as_deref(), workspace)
            }
        }
    }

    /// What the arguments ask to be patched.
    pub(crate) fn patch(arguments: &Overlay) -> Result<Self, Misuse> {
        let deny_warnings = arguments.deny.is_some();
        let Some(spec) = &arguments.spec else { return Self::ours(&Workspace::find()?, deny_warnings) };
        let request = Request::new(spec).overlays(&arguments.overlays).deny_warnings(deny_warnings);
        Ok(Self { request, out: None })
    }

    /// This repository's crate. Everything about it is in `spec/`.
    fn ours(workspace: &Workspace, deny_warnings: bool) -> Result<Self, Misuse> {
        let crate_dir = workspace.path("generated")?;
        let request = Request::new(workspace.path("spec/tenovos-webhooks.yaml")?)
            .overlay(workspace.path("spec/overlay.yaml")?)
            .config(workspace.path("spec/codegen.toml")?)
            .receiver(ReceiverDependency::Path("../receiver".to_owned()))
            .layout(Layout::Member { crate_dir: crate_dir.clone() })
            .deny_warnings(deny_warnings);
        Ok(Self { request, out: Some(crate_dir) })
    }

    /// A crate of its own.
    fn theirs(
        arguments: &Generate,
        spec: &Path,
        out: Option<&Path>,
        workspace: Result<Workspace, Misuse>,
    ) -> Result<Self, Misuse> {
        let is_ours = |out: &Path, workspace: &Workspace| {
            relative(&workspace.root.join("generated"), out).as_deref() == Some(".")
        };
        if let (Some(out), Ok(workspace)) = (out, &workspace)
            && is_ours(out, workspace)
        {
            let message =
                "`generated/` is for the description in `spec/`: choose another folder, or leave `--spec` out";
            return Err((ErrorKind::ArgumentConflict, message.to_owned()));
        }
        let seen_from = out.unwrap_or(Path::new("."));
        let receiver = match &arguments.receiver {
            Some(Receiver::Version(version)) => ReceiverDependency::Version(version.clone()),
            Some(Receiver::Git(address)) => ReceiverDependency::Git(address.clone()),
            Some(Receiver::Path(path)) => path_dependency(seen_from, path)?,
            None => path_dependency(seen_from, &workspace?.root.join("receiver"))?,
        };
        let mut request = Request::new(spec)
            .overlays(&arguments.overlays)
            .receiver(receiver)
            .limits(arguments.limits.iter().fold(Limits::default(), |limits, limit| limits.with(*limit)))
            .deny_warnings(arguments.deny.is_some());
        if let Some(config) = &arguments.config {
            request = request.config(config);
        }
        if let Some(name) = &arguments.crate_name {
            request = request.crate_name(name.clone());
        }
        if let Some(name) = out.and_then(Path::file_name).and_then(|name| name.to_str()?.parse().ok()) {
            request = request.default_crate_name(name);
        }
        Ok(Self { request, out: out.map(Path::to_owned) })
    }
}

/// A dependency on a folder, as seen from another.
fn path_dependency(seen_from: &Path, folder: &Path) -> Result<ReceiverDependency, Misuse> {
    let misuse = |problem| (ErrorKind::InvalidValue, format!("`{}` {problem}", folder.display()));
    if !folder.join("Cargo.toml").is_file() {
        return Err(misuse("is to hold `webhook-receiver` and has no `Cargo.toml`"));
    }
    let path = relative(&resolved(seen_from), &resolved(folder))
        .ok_or_else(|| misuse("cannot be named as seen from the generated crate"))?;
    Ok(ReceiverDependency::Path(path))
}

/// The path without links, as far as it exists: `..` is resolved by the system, and the system follows links.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for ancestor in absolute.ancestors() {
        if let (Ok(existing), Ok(rest)) = (ancestor.canonicalize(), absolute.strip_prefix(ancestor)) {
            return existing.join(rest);
        }
    }
    absolute
}

/// This repository.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
}

impl Workspace {
    /// Where Cargo says that it runs us from; without Cargo, the nearest one around the working directory.
    pub(crate) fn find() -> Result<Self, Misuse> {
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let current_dir = env::current_dir().unwrap_or_default();
        let candidates =
            manifest_dir.iter().flat_map(|dir| dir.ancestors().skip(1).take(1)).chain(current_dir.ancestors());
        let is_root = |root: &Path| {
            ["cli", "generator", "receiver"].iter().all(|member| root.join(member).join("Cargo.toml").is_file())
        };
        match candidates.into_iter().find(|root| is_root(root)) {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => {
                Err((ErrorKind::Io, "this is not run within its repository: use `cargo webhooks` there".to_owned()))
            }
        }
    }

    /// A path of the repository, as seen from the working directory: messages show it.
    fn path(&self, path: &str) -> Result<PathBuf, Misuse> {
        let path = self.root.join(path);
        match relative(Path::new("."), &path) {
            Some(path) => Ok(path.into()),
            None => Err((ErrorKind::Io, format!("`{}` cannot be named: it is not Unicode", path.display()))),
        }
    }
}
