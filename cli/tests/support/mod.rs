//! A folder to run the command in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub(crate) const SPEC: &str = r##"
openapi: 3.1.0
info: { title: Parcels, version: "1" }
webhooks:
  parcel.sent:
    post:
      requestBody:
        content:
          application/json:
            schema: { $ref: "#/components/schemas/parcel" }
      responses: { "200": { description: Taken. } }
components:
  schemas:
    parcel:
      type: object
      required: [eventType, weight]
      properties:
        eventType: { type: string, const: parcel.sent }
        weight: { type: integer }
"##;

pub(crate) const OVERLAY: &str = r#"
overlay: 1.0.0
info: { title: Corrections, version: "1" }
actions: [{ target: $.info, update: { title: All parcels } }]
"#;

/// The settings of a `codegen.toml`, without files.
pub(crate) const CONFIG: &str =
    "crate-name = \"parcel-webhooks\"\nvendor = \"Parcels\"\n[event-type]\npointer = \"/eventType\"\n";

/// A temporary folder.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Every file in a folder, by its path.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<PathBuf, String> {
        fn visit(folder: &Path, root: &Path, files: &mut BTreeMap<PathBuf, String>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, root, files);
                } else {
                    files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
                }
            }
        }
        let (root, mut files) = (self.path(folder), BTreeMap::new());
        visit(&root, &root, &mut files);
        files
    }

    /// Runs `cargo webhooks` in a folder.
    pub(crate) fn webhooks(&self, folder: &str, arguments: &str) -> Run {
        Run::of(&mut self.command(folder, arguments))
    }

    /// The command `cargo webhooks`, to run in a folder.
    pub(crate) fn command(&self, folder: &str, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-webhooks"));
        command.current_dir(self.path(folder)).args(arguments.split_whitespace());
        command
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// On standard output.
    #[track_caller]
    pub(crate) fn shows(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is not on standard output: {self:#?}");
        self
    }

    /// On standard error.
    #[track_caller]
    pub(crate) fn reports(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not on standard error: {self:#?}");
        self
    }
}
