//! The files of a run.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::file::SourceFile;
use super::limits::Limits;
use super::lines::Position;
use super::outline::Part;
use super::read;
use super::syntax::Syntax;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::{FileId, Node, Origin, Segment};

/// The files of a run.
pub struct Sources {
    limits: Limits,
    /// Slots that are filled in order and never emptied, so that files can be added while others are borrowed.
    files: Box<[OnceCell<SourceFile>]>,
    count: Cell<usize>,
    /// The folder that references are confined to, if it is not that of the description.
    confines: Option<PathBuf>,
    /// What messages call the description, if not by its path.
    shown: Option<String>,
    root: RefCell<Option<RootFolder>>,
    /// The referenced files, by every path that was used for them.
    inside: RefCell<HashMap<PathBuf, FileId>>,
    /// The referenced files that do not exist.
    missing: RefCell<BTreeSet<String>>,
}

/// The folder of the description, and how far references may leave it.
#[derive(Clone)]
struct RootFolder {
    /// Without symbolic links.
    canonical: PathBuf,
    /// How many folders above it references may go.
    up: usize,
    /// As the user wrote it.
    shown: PathBuf,
    description: FileId,
}

impl RootFolder {
    /// The path of a file from this folder, with `/`; `None` if references must not reach it. The path must not have symbolic
    /// links.
    fn relative(&self, path: &Path) -> Option<String> {
        let above = self.canonical.ancestors().take(self.up + 1).enumerate();
        let (up, inner) = above.map(|(up, folder)| (up, path.strip_prefix(folder))).find(|(_, inner)| inner.is_ok())?;
        Some("../".repeat(up) + &show(inner.ok()?))
    }
}

/// Why a file that a reference names is not available.
#[derive(Debug)]
pub(crate) enum Unavailable {
    /// It lies outside the root folder, behind a symbolic link.
    Outside,
    /// It does not exist; the rest of a sentence that begins with its name.
    Missing(String),
    /// It cannot be read; the rest of a sentence that begins with its name.
    Unreadable(Code, String),
    /// It was read but does not parse.
    Broken(Box<Diagnostic>),
}

impl Default for Sources {
    fn default() -> Self {
        Self::new()
    }
}

impl Sources {
    /// No files, with default limits.
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// No files.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            files: (0..limits.files).map(|_| OnceCell::new()).collect(),
            count: Cell::new(0),
            confines: None,
            shown: None,
            root: RefCell::new(None),
            inside: RefCell::default(),
            missing: RefCell::default(),
        }
    }

    /// Confines references to this folder, instead of that of the description. It must be above it, or the same.
    #[must_use]
    pub fn confined_to(mut self, root: Option<PathBuf>) -> Self {
        self.confines = root;
        self
    }

    /// Calls the description this in messages, and files that it references as if they were in the same folder.
    #[must_use]
    pub fn shown_as(mut self, name: Option<String>) -> Self {
        self.shown = name;
        self
    }

    /// Displays names of files in a folder, which begin with its path, with this text in place of the path and its `/`.
    pub fn show_folder_as(&mut self, folder: &Path, text: &str) {
        let folder = show(folder) + "/";
        for file in self.files.iter_mut().filter_map(OnceCell::get_mut) {
            if let Some(rest) = file.name.strip_prefix(&folder) {
                file.name = format!("{text}{rest}");
            }
        }
    }

    /// Reads the description. References are confined to its folder, or to the one that is [set](Self::confined_to).
    ///
    /// # Errors
    ///
    /// If the file cannot be read, does not parse or is not an object, or is not in the folder that is set.
    pub fn add_spec(&self, path: &Path) -> Result<Node, Diagnostic> {
        let relative = file_name(path);
        let name = self.shown.clone().unwrap_or_else(|| show(path));
        let (id, result) = self.add(path, SourceFile::new(name.clone(), relative, true), true);
        if let Ok(canonical) = path.canonicalize() {
            let parent = path.parent().unwrap_or(Path::new(""));
            let shown = Path::new(&name).parent().unwrap_or(Path::new("")).to_owned();
            let folder = canonical.parent().unwrap_or(&canonical).to_owned();
            // If the description is a symbolic link, its folder is that of the link.
            let folder =
                if parent.as_os_str().is_empty() { Path::new(".") } else { parent }.canonicalize().unwrap_or(folder);
            let up = match &self.confines {
                Some(root) => above(&folder, root).ok_or_else(|| {
                    let root = show(root);
                    Diagnostic::new(Code::Config, format!("the root folder `{root}` does not contain `{name}`"))
                        .at(Place::File(id), "")
                        .help("`root` must be the folder of the description, or one above it")
                })?,
                None => 0,
            };
            self.root.replace(Some(RootFolder { canonical: folder.clone(), up, shown, description: id }));
            let mut inside = self.inside.borrow_mut();
            inside.insert(folder.join(file_name(path)), id);
            inside.insert(canonical, id);
        }
        result?;
        self.object(id, "a description")
    }

    /// Reads an overlay, which may be anywhere.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, does not parse or is not an object.
    pub fn add_overlay(&self, path: &Path) -> Result<Node, Diagnostic> {
        let (id, result) = self.add(path, SourceFile::new(show(path), file_name(path), false), true);
        result?;
        self.object(id, "an overlay")
    }

    /// Reads a file as plain text; it may be anywhere.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is not UTF-8.
    pub fn add_text(&self, path: &Path) -> Result<FileId, Diagnostic> {
        let (id, result) = self.add(path, SourceFile::new(show(path), file_name(path), false), false);
        result.map(|()| id)
    }

    /// Reads a file as plain text, if there is one; it may be anywhere.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is not UTF-8. A symbolic link to a file that does not exist is such a file.
    pub fn add_optional_text(&self, path: &Path) -> Result<Option<FileId>, Diagnostic> {
        match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            _ => self.add_text(path).map(Some),
        }
    }

    /// The bytes that were read from the file at a path that the user named; `None` if there was no file.
    pub fn read_at(&self, path: &Path) -> Option<&[u8]> {
        self.files().find(|file| Path::new(self.path_name(*file)) == path).map(|file| self.bytes(file))
    }

    /// The description, once it is read.
    pub fn description(&self) -> Option<FileId> {
        self.root.borrow().as_ref().map(|root| root.description)
    }

    /// The displayed name of the folder that references are confined to.
    pub fn folder_name(&self) -> String {
        let root = self.root.borrow();
        let shown = root.as_ref().map(|root| show(self.confines.as_deref().unwrap_or(&root.shown)));
        shown.filter(|shown| !shown.is_empty()).unwrap_or_else(|| ".".to_owned())
    }

    /// The files that references which were followed name and that do not exist, by path from the folder of the description.
    pub fn missing(&self) -> Vec<String> {
        self.missing.borrow().iter().cloned().collect()
    }

    /// How many folders above that of the description references may go.
    pub(crate) fn up(&self) -> usize {
        self.root.borrow().as_ref().map_or(0, |root| root.up)
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// All files, in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = FileId> + '_ {
        (0..).take(self.count.get()).map(FileId)
    }

    /// The displayed name of the file: as the user wrote it, and relative to it for referenced files.
    pub fn path_name(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.name)
    }

    /// Whether the file is written in JSON.
    pub(crate) fn is_json(&self, file: FileId) -> bool {
        self.file(file).is_some_and(|file| file.syntax == Some(Syntax::Json))
    }

    /// The file's path relative to the folder of the description, with `/`; of an overlay or a configuration only its name.
    pub fn relative_name(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.relative)
    }

    /// The file's text, without a byte order mark.
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", SourceFile::text)
    }

    /// The bytes that were read from the file.
    pub fn bytes(&self, file: FileId) -> &[u8] {
        self.file(file).map_or(&[], SourceFile::bytes)
    }

    /// Warnings about how the files are written.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.files().filter_map(|file| self.file(file)).flat_map(|file| &file.warnings)
    }

    /// The size of all files, in bytes.
    pub fn size(&self) -> usize {
        self.files().map(|file| self.bytes(file).len()).sum()
    }

    /// The file's tree, unless it is plain text or does not parse: as parsed, or as set by [`set_root`](Self::set_root).
    pub fn root(&self, file: FileId) -> Option<Node> {
        self.file(file)?.root.borrow().clone()
    }

    /// Replaces the file's tree; references see the new one from now on.
    pub fn set_root(&self, file: FileId, root: Node) {
        if let Some(file) = self.file(file) {
            file.root.replace(Some(root));
        }
    }

    /// Finds the places of these diagnostics, with one reading of each file where otherwise each place takes one. Whoever
    /// calls [`range`](Self::range) for many of them calls this first.
    pub fn locate(&self, diagnostics: &Diagnostics) {
        self.locate_places(diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels).map(|label| &label.place));
    }

    /// Finds these places, as [`locate`](Self::locate) does.
    pub(crate) fn locate_places<'p>(&self, all: impl IntoIterator<Item = &'p Place>) {
        let mut places: BTreeMap<FileId, HashSet<(Vec<&Segment>, Part)>> = BTreeMap::new();
        for place in all {
            if let Some((origin, part)) = part(place) {
                places.entry(origin.file()).or_default().insert((origin.segments(), part));
            }
        }
        for (file, places) in places {
            if let Some(file) = self.file(file) {
                file.find_all(places);
            }
        }
    }

    /// The bytes of the place in the text of its file. The range is on one line and may be empty. The first call for a
    /// JSON file reads it again; for a YAML file, each call does, except for places that were
    /// [located](Self::locate) together.
    pub fn range(&self, place: &Place) -> (FileId, Range<usize>) {
        let (origin, part) = match place {
            Place::Value(origin) => (origin, Part::Value),
            Place::Name(origin) => (origin, Part::Key),
            Place::Bytes(file, range) => {
                let text = self.text(*file);
                let start = text.floor_char_boundary(range.start);
                return (*file, start..text.floor_char_boundary(range.end).max(start));
            }
            Place::File(file) => return (*file, 0..0),
        };
        let located = self.file(origin.file()).and_then(|file| file.find(origin.segments(), part));
        (origin.file(), located.unwrap_or(0..0))
    }

    /// Line and column of the place.
    pub fn position(&self, place: &Place) -> Position {
        let (id, range) = self.range(place);
        self.file(id).map_or(Position::START, |file| file.position(range.start))
    }

    /// The file that this file's references are relative to: for an overlay, the description.
    pub(crate) fn home(&self, file: FileId) -> FileId {
        match self.file(file) {
            Some(known) if !known.inside => self.description().unwrap_or(file),
            _ => file,
        }
    }

    /// The file's tree as it was parsed.
    pub(crate) fn parsed(&self, file: FileId) -> Option<&Node> {
        self.file(file)?.parsed.as_ref()?.as_ref().ok()
    }

    /// The file at a path relative to the folder of the description, with `/`, without `.`, and with `..` at its beginning
    /// only; reads it unless it was read before.
    pub(crate) fn open(&self, relative: &str) -> Result<FileId, Unavailable> {
        let Some(root) = self.root.borrow().clone() else { return Err(Unavailable::Outside) };
        let known = |path: &Path| self.inside.borrow().get(path).copied();
        let asked = root.canonical.join(relative);
        if let Some(id) = known(&asked) {
            return self.available(id);
        }
        let path = asked.canonicalize().map_err(|error| {
            let (code, why) = read::failed(&error);
            if error.kind() == ErrorKind::NotFound {
                self.missing.borrow_mut().insert(relative.to_owned());
                Unavailable::Missing(why)
            } else {
                unreadable((code, why))
            }
        })?;
        let Some(inner) = root.relative(&path) else { return Err(Unavailable::Outside) };
        let id = if let Some(id) = known(&path) {
            id
        } else {
            let bytes = read::read(&path, self.limits.file_bytes).map_err(unreadable)?;
            let file = SourceFile::new(show(&root.shown.join(&inner)), inner, true);
            self.push(&path, file, bytes, true).map_err(unreadable)?.0
        };
        self.inside.borrow_mut().extend([(asked, id), (path, id)]);
        self.available(id)
    }

    fn available(&self, id: FileId) -> Result<FileId, Unavailable> {
        match self.file(id).and_then(|file| file.parsed.as_ref()) {
            Some(Err(diagnostic)) => Err(Unavailable::Broken(Box::new(diagnostic.clone()))),
            _ => Ok(id),
        }
    }

    fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(usize::try_from(id.0).ok()?)?.get()
    }

    /// Reads and adds a file that the user named. On failure it is added without content, so that messages can name it.
    fn add(&self, path: &Path, file: SourceFile, parse: bool) -> (FileId, Result<(), Diagnostic>) {
        let name = file.name.clone();
        let (bytes, read) = match read::read(path, self.limits.file_bytes) {
            Ok(bytes) => (bytes, Ok(())),
            Err(unreadable) => (Vec::new(), Err(unreadable)),
        };
        let pushed = self.push(path, file, bytes, parse && read.is_ok());
        let (id, result) = match (pushed, read) {
            (Ok((id, result)), Ok(())) => (id, result),
            (Ok((id, _)), Err(unreadable)) => (id, Err(refusal(&name, unreadable).at(Place::File(id), ""))),
            (Err(unreadable), _) => (FileId(u32::MAX), Err(refusal(&name, unreadable))),
        };
        (id, result)
    }

    /// Adds a file that was read, and parses it.
    fn push(
        &self,
        path: &Path,
        mut file: SourceFile,
        bytes: Vec<u8>,
        parse: bool,
    ) -> Result<(FileId, Result<(), Diagnostic>), read::Unreadable> {
        let too_many = || (Code::Limit, format!("is one file too many: a run reads at most {}", self.limits.files));
        let index = self.count.get();
        let slot = self.files.get(index).ok_or_else(too_many)?;
        let id = FileId(u32::try_from(index).map_err(|_| too_many())?);
        match file.decode(bytes, id) {
            Ok(()) if parse => file.parse(path, id, &self.limits),
            Ok(()) => {}
            Err(diagnostic) => file.parsed = Some(Err(diagnostic)),
        }
        let result = match &file.parsed {
            Some(Err(diagnostic)) => Err(diagnostic.clone()),
            _ => Ok(()),
        };
        self.count.set(index + 1);
        slot.get_or_init(|| file);
        Ok((id, result))
    }

    /// The tree of a file that must be an object.
    fn object(&self, id: FileId, what: &str) -> Result<Node, Diagnostic> {
        self.root(id).filter(|root| root.as_object().is_some()).ok_or_else(|| {
            Diagnostic::new(Code::Syntax, format!("{what} must be an object"))
                .at(Place::Value(Origin::root(id)), "not an object")
        })
    }
}

/// How many folders a folder is above another one, which has no symbolic links; `None` if it is not above it.
fn above(folder: &Path, root: &Path) -> Option<usize> {
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root }.canonicalize().ok()?;
    folder.ancestors().position(|above| above == root)
}

/// The part of a document that a place is.
fn part(place: &Place) -> Option<(&Origin, Part)> {
    match place {
        Place::Value(origin) => Some((origin, Part::Value)),
        Place::Name(origin) => Some((origin, Part::Key)),
        Place::Bytes(..) | Place::File(_) => None,
    }
}

fn unreadable((code, why): read::Unreadable) -> Unavailable {
    Unavailable::Unreadable(code, why)
}

fn refusal(name: &str, (code, why): read::Unreadable) -> Diagnostic {
    Diagnostic::new(code, format!("`{name}` {why}"))
}

/// A path as text, with `/` on every system.
pub(super) fn show(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
