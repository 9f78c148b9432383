//! The record of input files in a generated crate.
//!
//! The generator writes a record of its inputs into the crate; the crate's build script compares it with the current
//! files. Both compile this file, so it uses only the standard library.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Component, Path};

/// The name of the record within the generated crate.
pub const FILE: &str = ".codegen-inputs";

const COMMENT: &str =
    "# The inputs of this crate (FNV-1a of each, with its path). Written by `cargo webhooks generate`.\n";

/// A hash of a text, the same for every style of line ending and with or without a byte order mark.
///
/// It detects edits; it does not resist deliberate collisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of a text: FNV-1a (64 bit) with CRLF and CR read as LF, after the byte order mark.
    pub fn of(text: &[u8]) -> Self {
        const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let mut hash = OFFSET_BASIS;
        let mut after_return = false;
        for &byte in text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text) {
            let ends_return = after_return && byte == b'\n';
            after_return = byte == b'\r';
            if !ends_return {
                let byte = if after_return { b'\n' } else { byte };
                hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
            }
        }
        Self(hash)
    }

    /// Reads what [`Display`](fmt::Display) writes: 16 lower-case hexadecimal digits.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if digits { u64::from_str_radix(text, 16).ok().map(Self) } else { None }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// An input as it was when the crate was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path from the folder of the crate, with `/`.
    pub path: String,
    /// The fingerprint.
    pub fingerprint: Fingerprint,
}

impl Input {
    /// Describes a file that was read for the crate in `crate_dir`; `None` if [`relative`] finds no path to it.
    pub fn new(crate_dir: &Path, file: &Path, text: &[u8]) -> Option<Self> {
        Some(Self { path: relative(crate_dir, file)?, fingerprint: Fingerprint::of(text) })
    }
}

/// Writes the record, sorted by path and without repetitions.
pub fn record(mut inputs: Vec<Input>) -> String {
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    inputs.dedup();
    let mut record = String::from(COMMENT);
    for Input { path, fingerprint } in inputs {
        // Writing to a `String` does not fail.
        let _ = writeln!(record, "{fingerprint}  {path}");
    }
    record
}

/// Reads a record; `None` if it is malformed, for example with conflict markers of a merge.
pub fn parse(record: &str) -> Option<Vec<Input>> {
    let lines = record.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (fingerprint, path) = line.split_once("  ")?;
            let fingerprint = Fingerprint::parse(fingerprint)?;
            (!path.is_empty()).then(|| Input { path: path.to_owned(), fingerprint })
        })
        .collect()
}

/// The folders of the generator's package that have its sources.
pub const SOURCES: [&str; 2] = ["guard", "src"];

/// The fingerprint of the generator's sources, in the folder of its package: of every `.rs` file in [`SOURCES`], with its path.
/// `None` if there are none, or one cannot be read.
pub fn sources(generator: &Path) -> Option<Fingerprint> {
    let mut files = Vec::new();
    for folder in SOURCES {
        find(&generator.join(folder), folder, &mut files);
    }
    files.sort_unstable();
    let mut all = String::new();
    for path in &files {
        let text = fs::read(generator.join(path)).ok()?;
        // Writing to a `String` does not fail.
        let _ = writeln!(all, "{path} {}", Fingerprint::of(&text));
    }
    (!files.is_empty()).then(|| Fingerprint::of(all.as_bytes()))
}

/// Adds the `.rs` files below a folder, by path with `/`.
fn find(folder: &Path, name: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let name = format!("{name}/{file}");
        if path.is_dir() {
            find(&path, &name, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(name);
        }
    }
}

/// How an input differs from its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was edited.
    Edited,
    /// It can no longer be read.
    Missing,
}

/// Compares recorded inputs with what `read` finds now, and names those that differ.
pub fn compare(recorded: &[Input], mut read: impl FnMut(&str) -> Option<Vec<u8>>) -> Vec<(&str, Change)> {
    let change = |input: &Input, now: Option<Vec<u8>>| match now {
        None => Some(Change::Missing),
        Some(text) => (Fingerprint::of(&text) != input.fingerprint).then_some(Change::Edited),
    };
    recorded.iter().filter_map(|input| Some((&*input.path, change(input, read(&input.path))?))).collect()
}

/// The path to `file` as seen from `folder`, with `/` on every system.
///
/// It is computed from the names only: neither needs to exist, and links are not followed. `None` if the two are on
/// different drives, or if a name is not Unicode or contains a control character.
pub fn relative(folder: &Path, file: &Path) -> Option<String> {
    let (folder, file) = (Normalized::new(folder)?, Normalized::new(file)?);
    if folder.drive != file.drive {
        return None;
    }
    let common = folder.names.iter().zip(&file.names).take_while(|(a, b)| a == b).count();
    let up = folder.names[common..].iter().map(|_| "..");
    let down = file.names[common..].iter().map(String::as_str);
    let path = up.chain(down).collect::<Vec<_>>().join("/");
    Some(if path.is_empty() { ".".to_owned() } else { path })
}

/// An absolute path, with `.` and `..` resolved.
#[derive(Default)]
struct Normalized {
    drive: String,
    names: Vec<String>,
}

impl Normalized {
    fn new(path: &Path) -> Option<Self> {
        let mut normalized = Self::default();
        for component in std::path::absolute(path).ok()?.components() {
            let name = component.as_os_str().to_str().filter(|name| !name.contains(char::is_control))?;
            match component {
                Component::Prefix(_) => name.clone_into(&mut normalized.drive),
                Component::RootDir | Component::CurDir => {}
                Component::ParentDir => drop(normalized.names.pop()),
                Component::Normal(_) => normalized.names.push(name.to_owned()),
            }
        }
        Some(normalized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, text: &str) -> Input {
        Input { path: path.to_owned(), fingerprint: Fingerprint::of(text.as_bytes()) }
    }

    /// The published vectors of FNV-1a, 64 bit.
    #[test]
    fn known_fingerprints() {
        for (text, expected) in [
            ("", "cbf29ce484222325"),
            ("a", "af63dc4c8601ec8c"),
            ("b", "af63df4c8601f1a5"),
            ("foobar", "85944171f73967e8"),
            ("chongo was here!\n", "46810940eff5f915"),
        ] {
            assert_eq!(Fingerprint::of(text.as_bytes()).to_string(), expected, "{text:?}");
        }
    }

    #[test]
    fn line_endings_do_not_matter() {
        let lf = Fingerprint::of(b"a\n\nb\n");
        for same in ["a\r\n\r\nb\r\n", "a\r\rb\r", "a\n\rb\r\n", "\u{feff}a\n\nb\n"] {
            assert_eq!(Fingerprint::of(same.as_bytes()), lf, "{same:?}");
        }
        for other in ["a\nb\n", "a\n\nb", "a\n\n\nb\n"] {
            assert_ne!(Fingerprint::of(other.as_bytes()), lf, "{other:?}");
        }
    }

    #[test]
    fn a_record_reads_back_sorted_and_once_each() {
        let (b, a) = (input("../spec/b c.yaml", "b"), input("../spec/a.yaml", "a"));
        let text = record(vec![b.clone(), a.clone(), b.clone()]);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].starts_with("# "));
        assert_eq!(lines[1..], ["af63dc4c8601ec8c  ../spec/a.yaml", "af63df4c8601f1a5  ../spec/b c.yaml"]);
        let read_back = Some(vec![a, b]);
        assert_eq!(parse(&text), read_back);
        assert_eq!(parse(&text.replace('\n', "\r\n")), read_back);
    }

    #[test]
    fn what_is_not_a_record() {
        for text in [
            "<<<<<<< ours\n",
            "af63dc4c8601ec8c ../one-space.yaml\n",
            "af63dc4c8601ec8c  \n",
            "AF63DC4C8601EC8C  ../upper.yaml\n",
            "+f63dc4c8601ec8c  ../sign.yaml\n",
            "f63dc4c8601ec8c  ../short.yaml\n",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse(""), Some(Vec::new()));
    }

    #[test]
    fn compares_with_what_is_there_now() {
        let recorded = [input("same", "a\n"), input("edited", "a"), input("gone", "a")];
        let changes = compare(&recorded, |path| match path {
            "same" => Some(b"a\r\n".to_vec()),
            "edited" => Some(b"b".to_vec()),
            _ => None,
        });
        assert_eq!(changes, [("edited", Change::Edited), ("gone", Change::Missing)]);
    }

    #[test]
    fn sources_of_a_generator() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
            sources(folder.path())
        };
        assert_eq!(sources(folder.path()), None);
        let first = write("src/lib.rs", "a");
        assert!(first.is_some());
        assert_eq!(write("src/notes.md", "b"), first);
        assert_eq!(write("tests/a.rs", "b"), first);
        let second = write("src/a/b.rs", "b");
        assert_ne!(second, first);
        assert_ne!(write("src/a/b.rs", "c"), second);
        assert_eq!(write("src/a/b.rs", "b"), second);
    }

    #[test]
    fn paths_as_seen_from_a_folder() {
        for (folder, file, expected) in [
            ("generated", "spec/a.yaml", "../spec/a.yaml"),
            ("generated", "generated/a", "a"),
            ("generated", "generated", "."),
            ("../x/generated", "../spec/./y/../a.yaml", "../../spec/a.yaml"),
            ("/a/b", "/c", "../../c"),
        ] {
            assert_eq!(relative(Path::new(folder), Path::new(file)).as_deref(), Some(expected), "{folder} {file}");
        }
        for (folder, file) in [("", "a"), ("a", "b\nc")] {
            assert_eq!(relative(Path::new(folder), Path::new(file)), None, "{folder:?} {file:?}");
        }
    }
}
