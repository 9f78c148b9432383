//! Puts fetched files in the place of the old ones: all of them or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use webhook_generator::diagnostics::{Code, Diagnostic};
use webhook_generator::write::{Action, access, same};

use super::download::Download;
use super::job::Job;
use super::place::is_part_of_description;
use super::record::Record;

/// What fetched files change.
pub(super) struct Changes {
    /// By path from the root folder.
    pub(super) files: Vec<(String, Action)>,
    /// Files here that are neither what was fetched before nor what is fetched now.
    pub(super) edited: Vec<String>,
    /// Whether the vendor has something else than what was fetched before, or than what is here if nothing was.
    pub(super) is_new: bool,
}

impl Changes {
    /// Compares fetched files with those that are here.
    pub(super) fn new(job: &Job, download: &Download, record: Option<&Record>) -> Result<Self, Diagnostic> {
        let mut changes = Self { files: Vec::new(), edited: Vec::new(), is_new: false };
        for (path, fetched) in &download.files {
            let here = look(&job.root, path)?;
            let staged = download.staged(path);
            let new = fs::read(&staged).map_err(|error| access(&staged, "read", &error))?;
            let recorded = record.and_then(|record| record.file(path));
            let action = match &here {
                None => Action::Create,
                Some(old) if same(old, &new) => Action::Keep,
                Some(old) => {
                    if !recorded.is_some_and(|recorded| recorded.is_of(old)) {
                        changes.edited.push(path.clone());
                    }
                    Action::Change
                }
            };
            let is_published = recorded.is_none_or(|recorded| recorded.sha256 != fetched.sha256);
            changes.is_new |= action == Action::Create || action == Action::Change && is_published;
            changes.files.push((path.clone(), action));
        }
        for old in record.iter().flat_map(|record| &record.files) {
            // Anyone who can change the record chooses this path.
            if !download.files.contains_key(&old.path)
                && is_part_of_description(&old.path)
                && look(&job.root, &old.path)?.is_some_and(|here| old.is_of(&here))
            {
                changes.is_new = true;
                changes.files.push((old.path.clone(), Action::Remove));
            }
        }
        Ok(changes)
    }

    /// Replaces, creates and removes files.
    pub(super) fn apply(&self, job: &Job, download: &Download) -> Result<(), Diagnostic> {
        let steps = self.files.iter().filter(|(_, action)| *action != Action::Keep);
        let steps = steps.map(|(path, action)| {
            let new = (*action != Action::Remove).then(|| download.staged(path));
            (job.root.join(path), new)
        });
        replace(steps, &download.root().join(".old"))
    }
}

/// Moves files to where they belong; a file without a new one is removed. After a failure, all is as before.
fn replace(steps: impl Iterator<Item = (PathBuf, Option<PathBuf>)>, backups: &Path) -> Result<(), Diagnostic> {
    let mut done: Vec<(PathBuf, Option<PathBuf>)> = Vec::new();
    for (index, (target, new)) in steps.enumerate() {
        let backup = backups.join(index.to_string());
        match step(&target, new.as_deref(), &backup) {
            Ok(had_old) => done.push((target, had_old.then_some(backup))),
            Err(error) => {
                for (target, backup) in done.into_iter().rev() {
                    // The first error is reported; what cannot be undone is found by the next run.
                    let _ = match backup {
                        Some(backup) => fs::rename(backup, target),
                        None => fs::remove_file(target),
                    };
                }
                return Err(access(&target, "write", &error));
            }
        }
    }
    Ok(())
}

/// Replaces one file, and keeps the old one, if there is one.
fn step(target: &Path, new: Option<&Path>, backup: &Path) -> io::Result<bool> {
    let has_old = target.symlink_metadata().is_ok();
    if has_old {
        fs::create_dir_all(backup.parent().unwrap_or(backup))?;
        fs::copy(target, backup)?;
    }
    match new {
        Some(new) => {
            fs::create_dir_all(target.parent().unwrap_or(target))?;
            fs::rename(new, target)?;
        }
        None => fs::remove_file(target)?,
    }
    Ok(has_old)
}

/// The content of a file, if it exists. Neither it nor a folder below the root may be a symbolic link.
fn look(root: &Path, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    for end in path.match_indices('/').map(|(end, _)| end).chain([path.len()]) {
        let place = root.join(&path[..end]);
        match place.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                let message = format!("`{}` is a symbolic link, and links are not followed", place.display());
                return Err(Diagnostic::new(Code::OutputLink, message).help("name the file that it points to"));
            }
            Ok(metadata) if metadata.is_dir() && end == path.len() => {
                let message = format!("`{}` is a folder, and a file is fetched to this place", place.display());
                return Err(Diagnostic::new(Code::OutputForeign, message).help("move the folder"));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(access(&place, "read", &error)),
        }
    }
    let place = root.join(path);
    fs::read(&place).map(Some).map_err(|error| access(&place, "read", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_replaced_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let fill = || {
            for (name, text) in
                [("a", "old a"), ("gone", "old"), ("new-a", "new a"), ("new-b", "new b"), ("new-c", "new c")]
            {
                fs::write(path(name), text).unwrap();
            }
        };
        let read = |name: &str| fs::read_to_string(path(name)).ok();
        let steps = |last: &str| {
            [("a", Some("new-a")), ("gone", None), ("sub/b", Some("new-b")), (last, Some("new-c"))]
                .map(|(target, new)| (path(target), new.map(path)))
                .into_iter()
        };
        fill();
        // A folder cannot be replaced with a file.
        fs::create_dir_all(path("folder/full")).unwrap();
        let error = replace(steps("folder"), &path("old")).unwrap_err();
        assert!(error.message.contains("folder"), "{error:?}");
        assert_eq!((read("a"), read("gone")), (Some("old a".to_owned()), Some("old".to_owned())));
        assert_eq!(read("sub/b"), None);

        fill();
        replace(steps("c"), &path("old")).unwrap();
        let now = ["a", "gone", "sub/b", "c"].map(read);
        assert_eq!(now, [Some("new a"), None, Some("new b"), Some("new c")].map(|text| text.map(str::to_owned)));
    }
}
