//! Files outside of the crate: the record of names, and those of a release.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::diff;
use super::error::{Result, access, changed, link};
use super::step::{Action, Step, same};

/// The change that brings a single file up to date.
#[derive(Debug)]
pub struct FilePlan {
    path: PathBuf,
    /// What the new text was made from; `None` if there was no file.
    base: Option<Vec<u8>>,
    step: Step,
}

impl FilePlan {
    /// Compares a file with its new text. Changes nothing. `base` is what the file had when the new text was made from it; `None`
    /// if there was no file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is a symbolic link.
    pub fn new(path: &Path, base: Option<&[u8]>, new: String) -> Result<Self> {
        let (action, old) = match read(path)? {
            Some(old) if same(&old, new.as_bytes()) => (Action::Keep, old),
            Some(old) => (Action::Change, old),
            None => (Action::Create, Vec::new()),
        };
        Ok(Self { path: path.to_owned(), base: base.map(<[u8]>::to_vec), step: Step { action, old, new } })
    }

    /// What is done with the file.
    pub fn action(&self) -> Action {
        self.step.action
    }

    /// Prints the differences, in about `max_lines` lines.
    pub fn diff(self, max_lines: usize) -> String {
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        diff::diff(&folder, &BTreeMap::from([(name, self.step)]), max_lines)
    }

    /// Writes the file, through a temporary one beside it.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or has changed since the new text was made from it.
    pub fn apply(self) -> Result<()> {
        apply_all(&[self], || Ok(()))
    }

    fn new_text(&self) -> &[u8] {
        self.step.new.as_bytes()
    }

    /// Whether the file as it is now has another text: that which the new one was made from.
    fn is_stale(&self) -> Result<bool> {
        let here = read(&self.path)?;
        if here.as_deref().is_some_and(|here| same(here, self.new_text())) {
            Ok(false)
        } else if here == self.base {
            Ok(true)
        } else {
            Err(changed(&self.path))
        }
    }

    /// Makes the file what it was, unless another program has written it since.
    fn undo(&self) {
        if fs::read(&self.path).is_ok_and(|here| here == self.new_text()) {
            // The failure that it follows is reported.
            let _ = match &self.base {
                Some(base) => self.put(base),
                None => fs::remove_file(&self.path).map_err(|error| access(&self.path, "remove", &error)),
            };
        }
    }

    fn put(&self, text: &[u8]) -> Result<()> {
        let failed = |error| access(&self.path, "write", &error);
        let (temporary, file) = create_beside(&self.path).map_err(failed)?;
        let written = fill(file, text, &self.path).and_then(|()| fs::rename(&temporary, &self.path));
        written.map_err(|error| {
            // Nothing else can be done about a file that cannot be removed.
            let _ = fs::remove_file(&temporary);
            failed(error)
        })
    }
}

/// Writes files in this order, then does the rest: all or nothing. After a failure, also of the rest, the files are as before.
/// Nothing is written if one of them has changed since its new text was made from it.
///
/// # Errors
///
/// If a file has changed or cannot be written, or the rest fails.
pub(super) fn apply_all(files: &[FilePlan], rest: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut stale = Vec::new();
    for file in files {
        if file.is_stale()? {
            stale.push(file);
        }
    }
    let mut done = Vec::new();
    let write = || {
        for file in stale {
            file.put(file.new_text())?;
            done.push(file);
        }
        rest()
    };
    let written = write();
    if written.is_err() {
        done.into_iter().rev().for_each(FilePlan::undo);
    }
    written
}

/// What a file has; `None` if it does not exist.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    if path.is_symlink() {
        return Err(link(path));
    }
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(access(path, "read", &error)),
    }
}

/// Creates a file beside another one, with a name that no file has.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 0_usize;
    loop {
        let mut name = OsString::from(path);
        name.push(if number == 0 { ".new".to_owned() } else { format!(".{number}.new") });
        match File::create_new(&name) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            created => return created.map(|file| (name.into(), file)),
        }
    }
}

/// Writes a text that is on disk afterwards, with the permissions of another file, if that exists.
fn fill(mut file: File, text: &[u8], like: &Path) -> io::Result<()> {
    file.write_all(text)?;
    match fs::metadata(like) {
        Ok(like) if like.permissions() != file.metadata()?.permissions() => file.set_permissions(like.permissions())?,
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Code, Diagnostic};
    use crate::write::Plan;

    /// The names of all files of a folder.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn text(path: &Path) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    /// The plan for a file that was read just now.
    fn plan(path: &Path, new: &str) -> FilePlan {
        FilePlan::new(path, text(path).as_deref().map(str::as_bytes), new.to_owned()).unwrap()
    }

    #[test]
    fn files_are_written_with_the_rest_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("old"), "old").unwrap();
        fs::write(path("same"), "same").unwrap();
        let plans = || ["old", "new", "same"].map(|name| plan(&path(name), &format!("{name}er")));
        let failed = || Err(Diagnostic::new(Code::OutputAccess, "the rest fails"));
        assert!(apply_all(&plans(), failed).is_err());
        assert_eq!(names(folder.path()), ["old", "same"]);
        assert_eq!(text(&path("old")).unwrap(), "old");

        // The last file cannot be written.
        let plans_before = plans();
        fs::remove_file(path("same")).unwrap();
        fs::create_dir(path("same")).unwrap();
        assert!(apply_all(&plans_before, || panic!("the rest is not done")).is_err());
        assert_eq!(text(&path("old")).unwrap(), "old");
        assert_eq!(names(folder.path()), ["old", "same"]);

        fs::remove_dir(path("same")).unwrap();
        apply_all(&plans(), || Ok(())).unwrap();
        assert_eq!(text(&path("new")).unwrap(), "newer");
        assert_eq!(names(folder.path()), ["new", "old", "same"]);
    }

    #[test]
    fn a_file_that_was_edited_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("edited"), "old").unwrap();
        let plans = ["other", "made", "edited"].map(|name| plan(&path(name), "new"));
        fs::write(path("edited"), "of a person").unwrap();
        let error = apply_all(&plans, || panic!("the rest is not done")).unwrap_err();
        assert_eq!(error.code, Code::OutputAccess);
        assert!(error.message.ends_with("edited` has changed since it was read; not overwritten"), "{error:?}");
        assert_eq!(text(&path("edited")).unwrap(), "of a person");
        fs::write(path("edited"), "old").unwrap();
        fs::write(path("made"), "of a person").unwrap();
        assert!(apply_all(&plans, || panic!("the rest is not done")).is_err());
        assert_eq!(names(folder.path()), ["edited", "made"], "nothing is written");
        // What the run read counts, not what was there when it compared.
        let late = FilePlan::new(&path("made"), None, "new".to_owned()).unwrap();
        assert!(late.apply().is_err());
        // Another run has written the same.
        fs::write(path("made"), "new\r\n").unwrap();
        FilePlan::new(&path("made"), None, "new\n".to_owned()).unwrap().apply().unwrap();
        assert_eq!(text(&path("made")).unwrap(), "new\r\n");
    }

    #[test]
    fn a_file_that_was_written_since_is_not_undone() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("old"), "old").unwrap();
        let plans = ["old", "made", "undone"].map(|name| plan(&path(name), "new"));
        let failed = || {
            fs::write(path("old"), "of another").unwrap();
            fs::write(path("made"), "of another").unwrap();
            Err(Diagnostic::new(Code::OutputAccess, "the rest fails"))
        };
        assert_eq!(apply_all(&plans, failed).unwrap_err().message, "the rest fails");
        assert_eq!(["old", "made"].map(|name| text(&path(name)).unwrap()), ["of another", "of another"]);
        assert_eq!(names(folder.path()), ["made", "old"]);
    }

    /// A run that is refused because another one is writing leaves what that one has written.
    #[test]
    fn files_are_written_by_the_run_that_has_locked_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let names_lock = folder.path().join("names.lock");
        let crate_plan = || {
            let files = BTreeMap::from([("src/lib.rs".to_owned(), "new".to_owned())]);
            Plan::new(&folder.path().join("crate"), "acme-webhooks", &files).unwrap()
        };
        let mut others: Vec<_> = (0..20).map(|_| (crate_plan(), plan(&names_lock, "other names"))).collect();
        let mine = plan(&names_lock, "names");
        let (mut step, mut seen) = (0, Vec::new());
        let mut step = || {
            step += 1;
            // The first two steps come before the lock.
            if step > 2 {
                let before = text(&names_lock);
                let (plan, file) = others.pop().unwrap();
                let error = plan.apply_with(&[file]).unwrap_err();
                assert!(error.message.contains("another run is writing"), "{error:?}");
                assert_eq!(text(&names_lock), before);
                seen.push(before.is_some());
            }
        };
        crate_plan().apply_in_steps(&[mine], &mut step).unwrap();
        assert!(seen.len() > 5 && seen.iter().all(|seen| *seen), "{seen:?}");
        assert_eq!(text(&names_lock).unwrap(), "names");
        assert_eq!(names(folder.path()), ["crate", "names.lock"]);
        // It waited until the other run had ended, with names that were made from what it had read before.
        let (plan, file) = others.pop().unwrap();
        let error = plan.apply_with(&[file]).unwrap_err();
        assert!(error.message.contains("has changed since"), "{error:?}");
        assert_eq!(text(&names_lock).unwrap(), "names");
    }

    #[test]
    fn no_two_temporary_files_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.lock");
        let (first, _) = create_beside(&path).unwrap();
        let (second, _) = create_beside(&path).unwrap();
        assert_ne!(first, second);
        fs::write(&first, "of another").unwrap();
        plan(&path, "names").apply().unwrap();
        assert_eq!((text(&path).unwrap().as_str(), text(&first).unwrap().as_str()), ("names", "of another"));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codegen.toml");
        fs::write(&path, "old").unwrap();
        for mode in [0o600, 0o664] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            plan(&path, &format!("{mode}")).apply().unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        }
    }
}
