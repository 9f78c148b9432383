//! Writes an emitted crate into a folder.
//!
//! A list in the folder, [`MANIFEST`], distinguishes emitted files from others. A file on the list that is no longer
//! emitted is removed. A file that is not on it, such as a `Cargo.lock` or the files in `target/`, is neither read nor
//! touched, and is an error if it would be overwritten.
//!
//! [`Plan::new`] reads and decides, [`Plan::apply`] writes. All files are written under temporary names before the first
//! one is renamed, so that most failures leave the old crate intact. The list contains a file before it appears and until
//! it is gone, so that an interrupted run is completed by the next.

mod diff;
mod path;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostics::{Code, Diagnostic, Diagnostics};

/// The name of the list of emitted files, in their folder.
pub const MANIFEST: &str = ".codegen-files";

type Result<T, E = Diagnostic> = std::result::Result<T, E>;

const MANIFEST_COMMENT: &str = "# The files that the generator owns here: written and removed by it, never by hand.\n";

/// The action for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It does not exist yet.
    Create,
    /// It exists with another text.
    Change,
    /// It exists and is up to date; line endings do not count.
    Keep,
    /// It is on the list and no longer emitted.
    Remove,
}

/// The changes that bring a folder up to date with an emitted crate.
#[derive(Debug)]
pub struct Plan {
    folder: PathBuf,
    owned: BTreeSet<String>,
    steps: BTreeMap<String, Step>,
}

#[derive(Debug)]
struct Step {
    action: Action,
    /// The current text; empty if there is none.
    old: Vec<u8>,
    /// The new text; empty if there is none.
    new: String,
}

impl Plan {
    /// Compares a folder with the emitted files, by path with `/`. Changes nothing.
    ///
    /// # Errors
    ///
    /// Everything that prevents writing: files that were not emitted, symbolic links, folders in place of files,
    /// unreadable files, and paths that are not safe on every system.
    pub fn new(folder: &Path, files: &BTreeMap<String, String>) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        match Self::look(folder, files, &mut diagnostics) {
            Ok(plan) if !diagnostics.has_errors() => return Ok(plan),
            Ok(_) => {}
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
        Err(diagnostics)
    }

    fn look(folder: &Path, files: &BTreeMap<String, String>, diagnostics: &mut Diagnostics) -> Result<Self> {
        // Without the `/` or `/.` at the end, which would make the system follow a link.
        let folder: PathBuf = folder.components().collect();
        let mut files = files.clone();
        files.insert(MANIFEST.to_owned(), manifest(files.keys()));
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
        let owned = read_manifest(&folder)?;

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
        Ok(Self { folder, owned, steps })
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

    /// Applies the plan.
    ///
    /// # Errors
    ///
    /// The first failure. If it happens while texts are written, as with a full disk or a missing permission, everything
    /// stays unchanged.
    pub fn apply(self) -> Result<()> {
        if self.is_fresh() {
            return Ok(());
        }
        let Self { folder, owned, steps } = self;
        let written = |step: &Step| matches!(step.action, Action::Create | Action::Change);

        let mut stage = stage::Stage::new(&folder)?;
        let claim: BTreeSet<&String> = owned.iter().chain(steps.keys()).collect();
        let claim = (claim.len() > owned.len()).then(|| manifest(claim));
        if let Some(claim) = &claim {
            stage.add(MANIFEST, claim)?;
        }
        for (path, step) in steps.iter().filter(|(path, step)| *path != MANIFEST && written(step)) {
            stage.add(path, &step.new)?;
        }
        let release = steps.get(MANIFEST).filter(|step| written(step) && claim.as_ref() != Some(&step.new));
        let release = release.map(|step| stage.prepare(MANIFEST, &step.new)).transpose()?;

        stage.commit()?;
        for (path, _) in steps.iter().filter(|(_, step)| step.action == Action::Remove) {
            remove(&folder, path)?;
        }
        release.map_or(Ok(()), stage::Staged::commit)
    }
}

/// Removes a file, and folders that become empty.
fn remove(folder: &Path, path: &str) -> Result<()> {
    let place = folder.join(path);
    fs::remove_file(&place).map_err(|error| access(&place, "remove", &error))?;
    for (end, _) in path.rmatch_indices('/') {
        if fs::remove_dir(folder.join(&path[..end])).is_err() {
            break;
        }
    }
    Ok(())
}

/// The list of emitted files, which includes itself.
fn manifest<'a>(paths: impl IntoIterator<Item = &'a String>) -> String {
    let paths: BTreeSet<&str> = paths.into_iter().map(String::as_str).chain([MANIFEST]).collect();
    let mut text = MANIFEST_COMMENT.to_owned();
    for path in paths {
        text.push_str(path);
        text.push('\n');
    }
    text
}

/// The files on the list. Anyone who can write to the folder can edit the list, so it is trusted for this folder only.
fn read_manifest(folder: &Path) -> Result<BTreeSet<String>> {
    let Some(bytes) = find(folder, MANIFEST)? else { return Ok(BTreeSet::new()) };
    let text = String::from_utf8_lossy(&bytes);
    let paths: BTreeSet<String> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .chain([MANIFEST.to_owned()])
        .collect();
    match path::check_all(paths.iter()) {
        Ok(()) => Ok(paths),
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

/// Whether two texts differ in their line endings at most.
fn same(a: &[u8], b: &[u8]) -> bool {
    fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
        text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }
    lines(a).eq(lines(b))
}

fn access(path: &Path, what: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::new(Code::OutputAccess, format!("cannot {what} `{}`: {error}", path.display()))
}

fn foreign(path: &Path) -> Diagnostic {
    Diagnostic::new(
        Code::OutputForeign,
        format!("`{}` already exists and was not generated; not overwritten", path.display()),
    )
    .help(format!("remove it, or choose another folder; generated files are listed in `{MANIFEST}`"))
}

fn link(path: &Path) -> Diagnostic {
    let message = format!("`{}` is a symbolic link, and links are not followed", path.display());
    Diagnostic::new(Code::OutputLink, message).help("use the folder that it points to, or remove the link")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use tempfile::TempDir;

    use super::*;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn codes(error: &Diagnostics) -> Vec<Code> {
        error.iter().map(|diagnostic| diagnostic.code).collect()
    }

    fn folder() -> TempDir {
        TempDir::new().unwrap()
    }

    /// Everything that is in a folder, folders with a `/` at the end.
    fn tree(folder: &Path) -> Vec<String> {
        fn visit(folder: &Path, prefix: &str, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
                if entry.file_type().unwrap().is_dir() {
                    found.push(format!("{name}/"));
                    visit(&entry.path(), &format!("{name}/"), found);
                } else {
                    found.push(name);
                }
            }
        }
        let mut found = Vec::new();
        visit(folder, "", &mut found);
        found.sort();
        found
    }

    #[track_caller]
    fn apply(folder: &Path, emitted: &[(&str, &str)]) {
        let plan = Plan::new(folder, &files(emitted)).map_err(|error| format!("{error:?}")).unwrap();
        plan.apply().unwrap();
        let again = Plan::new(folder, &files(emitted)).unwrap();
        assert!(again.is_fresh(), "{}", again.diff(100));
        for (path, text) in emitted {
            assert_eq!(fs::read_to_string(folder.join(path)).unwrap(), *text);
        }
    }

    #[track_caller]
    fn refuse(folder: &Path, emitted: &[(&str, &str)], expected: &[Code]) -> Diagnostics {
        let before = tree(folder);
        let error = Plan::new(folder, &files(emitted)).expect_err("something is in the way");
        assert_eq!(codes(&error), expected);
        assert_eq!(tree(folder), before);
        error
    }

    #[test]
    fn a_life_of_a_folder() {
        let parent = folder();
        let out = parent.path().join("deep/out");
        apply(&out, &[("Cargo.toml", "a"), ("src/lib.rs", "b"), ("src/old/mod.rs", "c"), ("tests/one.rs", "d")]);
        fs::write(out.join("Cargo.lock"), "theirs").unwrap();
        fs::write(out.join("tests/theirs.rs"), "theirs").unwrap();

        let next = [("Cargo.toml", "a"), ("src/lib.rs", "b2"), ("src/new/mod.rs", "e")];
        let plan = Plan::new(&out, &files(&next)).unwrap();
        let actions: Vec<_> = plan.actions().collect();
        assert_eq!(
            actions,
            [
                (MANIFEST, Action::Change),
                ("Cargo.toml", Action::Keep),
                ("src/lib.rs", Action::Change),
                ("src/new/mod.rs", Action::Create),
                ("src/old/mod.rs", Action::Remove),
                ("tests/one.rs", Action::Remove),
            ]
        );
        assert_eq!((plan.count(Action::Remove), plan.is_fresh()), (2, false));

        apply(&out, &next);
        assert_eq!(
            tree(&out),
            [
                ".codegen-files",
                "Cargo.lock",
                "Cargo.toml",
                "src/",
                "src/lib.rs",
                "src/new/",
                "src/new/mod.rs",
                "tests/",
                "tests/theirs.rs",
            ]
        );
        let manifest = fs::read_to_string(out.join(MANIFEST)).unwrap();
        assert_eq!(
            manifest.lines().skip(1).collect::<Vec<_>>(),
            [".codegen-files", "Cargo.toml", "src/lib.rs", "src/new/mod.rs"]
        );
    }

    #[test]
    fn only_what_changed_is_written() {
        let out = folder();
        apply(out.path(), &[("a", "1"), ("b", "1")]);
        let written = |path: &str| fs::metadata(out.path().join(path)).unwrap().modified().unwrap();
        let before = [written("a"), written(MANIFEST)];
        apply(out.path(), &[("a", "1"), ("b", "2")]);
        assert_eq!([written("a"), written(MANIFEST)], before);
    }

    #[test]
    fn line_endings_are_no_change() {
        let out = folder();
        apply(out.path(), &[("a", "1\n2\n")]);
        fs::write(out.path().join("a"), "1\r\n2\r\n").unwrap();
        let manifest = fs::read_to_string(out.path().join(MANIFEST)).unwrap().replace('\n', "\r\n");
        fs::write(out.path().join(MANIFEST), manifest).unwrap();
        assert!(Plan::new(out.path(), &files(&[("a", "1\n2\n")])).unwrap().is_fresh());
        for (a, b) in [("a\n", "a"), ("a\rb", "a\nb"), ("a\r\r\n", "a\n")] {
            assert!(!same(a.as_bytes(), b.as_bytes()), "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_lost_file_comes_back() {
        let out = folder();
        apply(out.path(), &[("src/a", "1"), ("src/b", "1")]);
        fs::remove_file(out.path().join("src/a")).unwrap();
        apply(out.path(), &[("src/a", "1"), ("src/b", "1")]);
    }

    #[test]
    fn an_interrupted_run_is_finished_by_the_next() {
        let out = folder();
        apply(out.path(), &[("a", "1"), ("b", "1")]);
        // The list claims `c` before `c` is there, and `b` until it is gone.
        fs::write(out.path().join(MANIFEST), manifest(&["a", "b", "c"].map(str::to_owned))).unwrap();
        apply(out.path(), &[("a", "1"), ("c", "1")]);
        assert_eq!(tree(out.path()), [".codegen-files", "a", "c"]);
    }

    #[test]
    fn a_foreign_file_is_not_overwritten() {
        let out = folder();
        fs::create_dir(out.path().join("src")).unwrap();
        fs::write(out.path().join("src/lib.rs"), "theirs").unwrap();
        fs::write(out.path().join("Cargo.toml"), "theirs").unwrap();
        let emitted = [("Cargo.toml", "a"), ("README.md", "a"), ("src/lib.rs", "a")];
        let error = refuse(out.path(), &emitted, &[Code::OutputForeign, Code::OutputForeign]);
        let messages: Vec<_> = error.iter().map(|diagnostic| &*diagnostic.message).collect();
        assert!(messages[0].contains("Cargo.toml") && messages[1].contains("lib.rs"), "{messages:?}");
        assert_eq!(fs::read(out.path().join("src/lib.rs")).unwrap(), b"theirs");
    }

    #[test]
    fn a_file_is_no_folder_and_a_folder_no_file() {
        let out = folder();
        fs::write(out.path().join("src"), "theirs").unwrap();
        refuse(out.path(), &[("src/lib.rs", "a")], &[Code::OutputForeign]);
        fs::create_dir(out.path().join("README.md")).unwrap();
        refuse(out.path(), &[("README.md", "a")], &[Code::OutputForeign]);
        let plan = Plan::new(&out.path().join("src"), &files(&[("a", "a")]));
        assert_eq!(codes(&plan.unwrap_err()), [Code::OutputForeign]);
        refuse(&out.path().join("README.md"), &[("../evil", "a")], &[Code::OutputPath]);
    }

    #[test]
    fn a_list_that_leads_out_of_the_folder_is_refused() {
        let out = folder();
        for line in ["../victim", "/etc/passwd", "<<<<<<< ours", "a/../../victim"] {
            fs::write(out.path().join(MANIFEST), line).unwrap();
            refuse(out.path(), &[("a", "1")], &[Code::OutputPath]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused() {
        use std::os::unix::fs::symlink;

        let elsewhere = folder();
        fs::write(elsewhere.path().join("a"), "theirs").unwrap();
        let parent = folder();
        let out = parent.path().join("out");
        symlink(elsewhere.path(), &out).unwrap();
        for spelling in [out.clone(), out.join(""), out.join(".")] {
            refuse(&spelling, &[("b", "1")], &[Code::OutputLink]);
        }

        let out = folder();
        apply(out.path(), &[("src/a", "1"), ("b", "1")]);
        fs::remove_file(out.path().join("src/a")).unwrap();
        fs::remove_dir(out.path().join("src")).unwrap();
        symlink(elsewhere.path(), out.path().join("src")).unwrap();
        refuse(out.path(), &[("src/a", "1"), ("b", "1")], &[Code::OutputLink]);
        // Not when it would be removed.
        refuse(out.path(), &[("b", "1")], &[Code::OutputLink]);
        assert_eq!(fs::read(elsewhere.path().join("a")).unwrap(), b"theirs");

        let out = folder();
        symlink(elsewhere.path().join("dangling"), out.path().join("a")).unwrap();
        refuse(out.path(), &[("a", "1")], &[Code::OutputLink]);
    }

    /// The messages, with the folder's path as `out`.
    fn told(found: &Diagnostics, folder: &Path) -> String {
        crate::render::text(found, &crate::source::Sources::new(), false).replace(folder.to_str().unwrap(), "out")
    }

    #[cfg(unix)]
    #[test]
    fn refusals_are_told() {
        let out = folder();
        fs::write(out.path().join("Cargo.toml"), "theirs").unwrap();
        fs::write(out.path().join("b"), "theirs").unwrap();
        std::os::unix::fs::symlink("elsewhere", out.path().join("a")).unwrap();
        let say = |emitted: &[(&str, &str)]| told(&Plan::new(out.path(), &files(emitted)).unwrap_err(), out.path());
        expect![[r"
            error[E0502]: `out/Cargo.toml` already exists and was not generated; not overwritten
             |
             = help: remove it, or choose another folder; generated files are listed in `.codegen-files`
        "]]
        .assert_eq(&say(&[("Cargo.toml", "ours")]));
        expect![[r"
            error[E0503]: invalid output path `../evil`: a name in it ends with a period
        "]]
        .assert_eq(&say(&[("../evil", "ours")]));
        expect![[r"
            error[E0504]: `out/a` is a symbolic link, and links are not followed
             |
             = help: use the folder that it points to, or remove the link
        "]]
        .assert_eq(&say(&[("a", "ours")]));
        let plan = Plan::new(out.path(), &files(&[("c/d", "ours")])).unwrap();
        fs::write(out.path().join("c"), "theirs").unwrap();
        let failure = plan.apply().unwrap_err().into();
        expect![[r"
            error[E0501]: cannot write `out/c/d`: Not a directory (os error 20)
        "]]
        .assert_eq(&told(&failure, out.path()));
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        let parent = folder();
        let out = parent.path().join("out");
        apply(&out, &[("a", "1"), ("z/a", "1")]);
        let before = tree(&out);
        let plan = Plan::new(&out, &files(&[("a", "2"), ("b/c/d", "2"), ("y/a", "2")])).unwrap();
        // In place of a folder, after others have been created.
        fs::write(out.join("y"), "theirs").unwrap();
        assert_eq!(plan.apply().unwrap_err().code, Code::OutputAccess);
        fs::remove_file(out.join("y")).unwrap();
        assert_eq!(tree(&out), before);
        assert_eq!(fs::read(out.join("a")).unwrap(), b"1");
        assert!(Plan::new(&out, &files(&[("a", "1"), ("z/a", "1")])).unwrap().is_fresh());
    }

    #[track_caller]
    fn check_diff(old: &[(&str, &str)], new: &[(&str, &str)], max_lines: usize, expected: &Expect) {
        let parent = folder();
        apply(parent.path(), old);
        let mut plan = Plan::new(parent.path(), &files(new)).unwrap();
        plan.folder = PathBuf::from("out");
        expected.assert_eq(&plan.diff(max_lines));
    }

    #[test]
    fn differences_are_shown() {
        let old = [("a", "1\n2\n3\n"), ("b", "1\n"), ("c", "1\n"), ("d", "same\n")];
        let new = [("a", "1\n2 \u{1b}[31m\n3\n"), ("c", "2"), ("d", "same\n"), ("e", "1\n2\n")];
        check_diff(
            &old,
            &new,
            100,
            &expect![[r"
            no longer generated: out/b
            missing: out/e (2 lines)
            --- out/a (current)
            +++ out/a (generated)
            @@ -1,3 +1,3 @@
             1
            -2
            +2 �[31m
             3
            --- out/c (current)
            +++ out/c (generated)
            @@ -1 +1 @@
            -1
            +2
            \ No newline at end of file
        "]],
        );
        check_diff(
            &old,
            &new,
            3,
            &expect![[r"
            no longer generated: out/b
            missing: out/e (2 lines)
            --- out/a (current)
            ... and 12 more lines of differences
        "]],
        );
        check_diff(&old, &old, 3, &expect![]);
    }
}
