//! Files as of a revision. `git` writes them into a temporary folder; the index and the working tree are not touched.

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::error::ErrorKind;
use tempfile::TempDir;

use crate::args::UsageError;
use crate::paths::without_links;

/// What a configuration can name, by the ending of the file.
const ENDINGS: [&str; 5] = ["json", "lock", "toml", "yaml", "yml"];

fn failed(what: impl Display) -> UsageError {
    UsageError::new(ErrorKind::Io, format!("git: {what}"))
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    // A hook inherits those of the command that runs it; with them, the root would be the current folder.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    // Messages are compared.
    command.env("LC_ALL", "C");
    command
}

/// The root of the repository that a folder is in.
fn root(folder: &Path) -> Result<PathBuf, UsageError> {
    const INSTEAD: &str = "compare two files, as in `cargo webhooks diff old.yaml new.yaml`, or a release, as in `cargo webhooks diff released.json`";
    let mut git = command(folder);
    let output = git.args(["rev-parse", "--show-toplevel"]).stdin(Stdio::null()).output();
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failed(format_args!("it is not installed: {INSTEAD}")),
        _ => failed(&error),
    })?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\r', '\n'])))
    } else if errors.contains("not a git repository") {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Err(failed(format_args!("`{}` is not in a repository: {INSTEAD}", folder.display())))
    } else {
        Err(failed(errors.trim()))
    }
}

fn output(mut command: Command) -> Result<String, UsageError> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| failed(&error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(failed(String::from_utf8_lossy(&output.stderr).trim()))
    }
}

/// Whether a text is a revision of the repository that a folder is in.
pub(super) fn is_revision(folder: &Path, text: &str) -> bool {
    let mut git = command(folder);
    git.args(["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{text}^{{commit}}")]);
    output(git).is_ok()
}

/// Whether a revision has a file at a path from the root of the repository.
pub(super) fn is_file(folder: &Path, revision: &str, path: &str) -> bool {
    let mut git = command(folder);
    git.args(["cat-file", "-t", &format!("{revision}:{path}")]);
    !revision.starts_with('-') && output(git).is_ok_and(|kind| kind.trim() == "blob")
}

/// The files of a revision that are in a temporary folder.
pub(super) struct Checkout {
    /// The root of the repository.
    root: PathBuf,
    folder: TempDir,
}

impl Checkout {
    /// A revision, still without files.
    pub(super) fn new(folder: &Path, revision: &str) -> Result<Self, UsageError> {
        let root = root(folder)?;
        if !is_revision(folder, revision) {
            return Err(failed(if revision == "HEAD" {
                "there is no commit yet: commit the description, its `codegen.toml` and `names.lock`, and later changes are compared \
                 with that"
                    .to_owned()
            } else {
                format!("`{revision}` is not a revision")
            }));
        }
        let checkout = Self { root, folder: TempDir::new().map_err(|error| failed(&error))? };
        let mut git = checkout.git();
        git.args(["read-tree", &format!("{revision}^{{tree}}")]);
        output(git)?;
        Ok(checkout)
    }

    /// The folder that is like the root of the repository.
    pub(super) fn folder(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// The path of a file of the working tree, as it is in the revision.
    pub(super) fn path(&self, file: &Path) -> Result<PathBuf, UsageError> {
        let file = without_links(file);
        let inner = file.strip_prefix(without_links(&self.root));
        let inner = inner.map_err(|_| failed(format_args!("`{}` is outside of the repository", file.display())))?;
        Ok(self.folder().join(inner))
    }

    /// Writes a file, if the revision has it.
    pub(super) fn write(&self, path: &Path) -> Result<(), UsageError> {
        let Ok(inner) = path.strip_prefix(self.folder()) else { return Ok(()) };
        self.write_all(&[inner.to_string_lossy().replace('\\', "/")])
    }

    /// Writes the files below folders that a configuration can name.
    pub(super) fn write_folders(&self, folders: &[PathBuf]) -> Result<(), UsageError> {
        let mut git = self.git();
        git.args(["ls-files", "-z"]);
        let all = output(git)?;
        let base = self.folder();
        let is_wanted = |path: &&str| {
            let file = Path::new(path);
            let ending = file.extension().and_then(OsStr::to_str).unwrap_or_default();
            ENDINGS.contains(&ending) && folders.iter().any(|folder| base.join(file).starts_with(folder))
        };
        let wanted: Vec<String> = all.split('\0').filter(is_wanted).map(str::to_owned).collect();
        self.write_all(&wanted)
    }

    fn write_all(&self, paths: &[String]) -> Result<(), UsageError> {
        if paths.is_empty() {
            return Ok(());
        }
        let mut prefix = self.folder().into_os_string();
        prefix.push("/");
        let mut git = self.git();
        git.args(["checkout-index", "--force", "--quiet", "-z", "--stdin", "--prefix"]).arg(prefix);
        git.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = git.spawn().map_err(|error| failed(&error))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A git that has ended reports why.
            let _ = stdin.write_all(paths.join("\0").as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| failed(&error))?;
        let errors = String::from_utf8_lossy(&output.stderr);
        // `--quiet`: without a message, a file is not in the index.
        if output.status.success() || errors.trim().is_empty() { Ok(()) } else { Err(failed(errors.trim())) }
    }

    fn git(&self) -> Command {
        let mut git = command(&self.root);
        git.env("GIT_INDEX_FILE", self.folder.path().join("index"));
        git
    }
}
