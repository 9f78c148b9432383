//! What a run changes in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{Result, access, foreign, link, other_package};
use super::file::{FilePlan, apply_all};
use super::manifest::{MANIFEST, OwnedFiles};
use super::staging::{Staging, is_unfinished};
use super::step::{Action, Step, same};
use super::{diff, path};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::fingerprint;

/// The changes that bring a folder up to date with an emitted crate.
#[derive(Debug)]
pub struct Plan {
    pub(super) folder: PathBuf,
    package: String,
    owned: BTreeSet<String>,
    steps: BTreeMap<String, Step>,
}

impl Plan {
    /// Compares a folder with the emitted files of a package, by path with `/`. Changes nothing.
    ///
    /// # Errors
    ///
    /// Everything that prevents writing: files that were not emitted, the files of another package, symbolic links, folders
    /// in place of files, unreadable files, and paths that are not safe on every system.
    pub fn new(folder: &Path, package: &str, files: &BTreeMap<String, String>) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        match Self::look(folder, package, files, &mut diagnostics) {
            Ok(plan) if !diagnostics.has_errors() => return Ok(plan),
            Ok(_) => {}
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
        Err(diagnostics)
    }

    fn look(
        folder: &Path,
        package: &str,
        files: &BTreeMap<String, String>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self> {
        // Without the `/` or `/.` at the end, which would make the system follow a link.
        let folder: PathBuf = folder.components().collect();
        let mut files = files.clone();
        files.insert(MANIFEST.to_owned(), OwnedFiles::new(package, files.keys()).to_string());
        path::check_all(files.keys())?;

        match kind(&folder).map_err(|error| access(&folder, "read", &error))? {
            Kind::Absent | Kind::Folder => {}
            Kind::File | Kind::Other => {
                return Err(Diagnostic::new(
                    Code::OutputForeign,
                    format!("the output folder `{}` is not a folder", folder.display()),
                ));
            }
            Kind::Link => return Err(link(&folder)),
        }
        let OwnedFiles { package: previous, paths: owned } = read_manifest(&folder)?;
        if let Some(previous) = previous
            && previous != package
        {
            return Err(other_package(&folder, &previous, package));
        }

        let mut steps = BTreeMap::new();
        for (path, new) in files {
            let step = match find(&folder, &path) {
                Err(diagnostic) => {
                    diagnostics.push(diagnostic);
                    continue;
                }
                Ok(None) => Step { action: Action::Create, old: Vec::new(), new },
                Ok(Some(_)) if !owned.contains(&path) => {
                    diagnostics.push(foreign(&folder.join(&path)));
                    continue;
                }
                Ok(Some(old)) if same(&old, new.as_bytes()) => Step { action: Action::Keep, old, new },
                Ok(Some(old)) => Step { action: Action::Change, old, new },
            };
            steps.insert(path, step);
        }
        for path in &owned {
            if !steps.contains_key(path)
                && let Some(old) = find(&folder, path)?
            {
                steps.insert(path.clone(), Step { action: Action::Remove, old, new: String::new() });
            }
        }
        Ok(Self { folder, package: package.to_owned(), owned, steps })
    }

    /// The action for each file, by path.
    pub fn actions(&self) -> impl Iterator<Item = (&str, Action)> {
        self.steps.iter().map(|(path, step)| (&**path, step.action))
    }

    /// The number of files with this action.
    pub fn count(&self, action: Action) -> usize {
        self.actions().filter(|(_, other)| *other == action).count()
    }

    /// Whether there is nothing to do.
    pub fn is_fresh(&self) -> bool {
        self.actions().all(|(_, action)| action == Action::Keep)
    }

    /// Prints the differences, in about `max_lines` lines.
    pub fn diff(&self, max_lines: usize) -> String {
        diff::diff(&self.folder, &self.steps, max_lines)
    }

    /// Applies the plan. If another run has changed the folder since, what it lacks now is written.
    ///
    /// # Errors
    ///
    /// The first failure, or that another run is writing to the folder. If it happens while texts are written, as with a
    /// full disk, everything stays unchanged.
    pub fn apply(self) -> Result<()> {
        self.apply_with(&[])
    }

    /// Writes files beside the crate, in this order, and applies the plan: all or none.
    ///
    /// # Errors
    ///
    /// Those of [`apply`](Self::apply), and those of writing the files.
    pub fn apply_with(self, beside: &[FilePlan]) -> Result<()> {
        self.apply_in_steps(beside, &mut || ())
    }

    /// Applies the plan, with a function that is called before each change in the folder.
    pub(super) fn apply_in_steps(self, beside: &[FilePlan], step: &mut dyn FnMut()) -> Result<()> {
        let is_fresh = self.is_fresh() && beside.iter().all(|file| file.action() == Action::Keep);
        if is_fresh && !is_unfinished(&self.folder) {
            return Ok(());
        }
        let mut stage = Staging::new(&self.folder, step)?;
        let plan = self.renewed()?;
        apply_all(beside, || plan.write(&mut stage))
    }

    /// Writes and removes the files of the folder, which is locked.
    ///
    /// An interrupted run must not look finished: a build takes a crate for up to date if the record of its inputs is.
    /// Therefore the record is removed before any other file changes, and written after all of them.
    fn write(self, stage: &mut Staging<'_>) -> Result<()> {
        let Self { package, owned, mut steps, .. } = self;
        if steps.values().all(|step| step.action == Action::Keep) {
            return Ok(());
        }
        let claim: BTreeSet<&String> = owned.iter().chain(steps.keys()).collect();
        let claim = (claim.len() > owned.len()).then(|| OwnedFiles::new(&package, claim).to_string());
        let list = steps.remove(MANIFEST);
        let record = steps.remove(fingerprint::FILE);

        let claimed = claim.as_ref().map(|claim| stage.add(MANIFEST, claim)).transpose()?;
        let mut written = Vec::new();
        for (path, step) in steps.iter().filter(|(_, step)| step.is_written()) {
            written.push(stage.add(path, &step.new)?);
        }
        let new_record = record.as_ref().filter(|step| step.action != Action::Remove);
        let new_record = new_record.map(|step| stage.add(fingerprint::FILE, &step.new)).transpose()?;
        let new_list = list.filter(|step| step.is_written() && claim.as_ref() != Some(&step.new));
        let new_list = new_list.map(|step| stage.add(MANIFEST, &step.new)).transpose()?;

        claimed.map_or(Ok(()), |claimed| stage.commit(claimed))?;
        if record.is_some_and(|step| step.action != Action::Create) {
            stage.remove(fingerprint::FILE)?;
        }
        written.into_iter().try_for_each(|staged| stage.commit(staged))?;
        for (path, _) in steps.iter().filter(|(_, step)| step.action == Action::Remove) {
            stage.remove(path)?;
        }
        new_record.map_or(Ok(()), |staged| stage.commit(staged))?;
        new_list.map_or(Ok(()), |staged| stage.commit(staged))
    }

    /// The plan for the folder as it is now.
    fn renewed(self) -> Result<Self> {
        let Self { folder, package, steps, .. } = self;
        let emitted = steps.into_iter().filter(|(path, step)| path != MANIFEST && step.action != Action::Remove);
        let emitted = emitted.map(|(path, step)| (path, step.new)).collect();
        let mut diagnostics = Diagnostics::default();
        let plan = Self::look(&folder, &package, &emitted, &mut diagnostics)?;
        diagnostics.iter().next().map_or(Ok(plan), |first| Err(first.clone()))
    }
}

/// The files on the list. Anyone who can write to the folder can edit the list, so it is trusted for this folder only.
fn read_manifest(folder: &Path) -> Result<OwnedFiles> {
    let Some(bytes) = find(folder, MANIFEST)? else { return Ok(OwnedFiles::none()) };
    let owned = OwnedFiles::parse(&String::from_utf8_lossy(&bytes));
    match path::check_all(owned.paths.iter()) {
        Ok(()) => Ok(owned),
        Err(diagnostic) => {
            let place = folder.join(MANIFEST);
            Err(diagnostic.help(format!("restore `{}`, which lists it", place.display())))
        }
    }
}

/// The metadata of a path, without following links.
enum Kind {
    Absent,
    File,
    Folder,
    Link,
    Other,
}

fn kind(path: &Path) -> io::Result<Kind> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Ok(Kind::Link),
        Ok(metadata) if metadata.is_dir() => Ok(Kind::Folder),
        Ok(metadata) if metadata.is_file() => Ok(Kind::File),
        Ok(_) => Ok(Kind::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kind::Absent),
        Err(error) => Err(error),
    }
}

/// Reads a file of the folder, if it exists; every parent must be a folder, and the path a file.
fn find(folder: &Path, path: &str) -> Result<Option<Vec<u8>>> {
    for end in path.match_indices('/').map(|(end, _)| end).chain([path.len()]) {
        let place = folder.join(&path[..end]);
        let is_last = end == path.len();
        match kind(&place).map_err(|error| access(&place, "read", &error))? {
            Kind::Absent => return Ok(None),
            Kind::Folder if !is_last => {}
            Kind::File if is_last => {
                return fs::read(&place).map(Some).map_err(|error| access(&place, "read", &error));
            }
            Kind::Link => return Err(link(&place)),
            Kind::Folder | Kind::File | Kind::Other => return Err(foreign(&place)),
        }
    }
    Ok(None)
}
