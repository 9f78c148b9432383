//! The record of where a description comes from: a small file beside it, to be committed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use webhook_generator::diagnostics::{Code, Diagnostic};

use super::client::Validators;

/// What the name of the record adds to that of the description.
const SUFFIX: &str = ".fetched.toml";

/// Where a description comes from.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Record {
    /// As configured.
    pub(super) url: String,
    /// The time in UTC, in seconds, as in RFC 3339.
    pub(super) fetched: String,
    /// `info.version` of the description.
    pub(super) version: String,
    /// The description, then what it references, by path.
    #[serde(rename = "file")]
    pub(super) files: Vec<RecordedFile>,
}

/// One file as the server sent it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RecordedFile {
    /// The path from the root folder of references, with `/`.
    pub(super) path: String,
    /// In hexadecimal digits.
    pub(super) sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_modified: Option<String>,
}

impl Record {
    /// The path of the record of a description.
    pub(super) fn beside(description: &Path) -> PathBuf {
        let mut path = description.as_os_str().to_owned();
        path.push(SUFFIX);
        path.into()
    }

    /// Reads a record; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Diagnostic> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Diagnostic::new(Code::Read, format!("`{}` cannot be read: {error}", path.display())));
            }
        };
        toml::from_str(&text).map(Some).map_err(|error| {
            let message = format!("`{}` is damaged: {}", path.display(), error.message());
            Diagnostic::new(Code::Syntax, message)
                .help("restore the file, or remove it and fetch the description again")
        })
    }

    /// The text of the file.
    pub(super) fn text(&self, description: &Path) -> String {
        let name = description.file_name().unwrap_or_default().to_string_lossy();
        let entries = toml::to_string(self).unwrap_or_else(|error| unreachable!("strings only: {error}"));
        format!(
            "# Where `{name}` comes from. Written by `cargo webhooks fetch`: commit it, and do not edit it.\n\n{entries}"
        )
    }

    pub(super) fn file(&self, path: &str) -> Option<&RecordedFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl RecordedFile {
    /// Whether a file that was read here is the one that was fetched. Git may have changed its line endings.
    pub(super) fn is_of(&self, bytes: &[u8]) -> bool {
        self.sha256 == sha256(bytes) || self.sha256 == sha256(&with_line_feeds(bytes))
    }

    pub(super) fn validators(&self) -> Validators {
        Validators { etag: self.etag.clone(), last_modified: self.last_modified.clone() }
    }
}

/// In hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with_line_feeds(bytes: &[u8]) -> Vec<u8> {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut text = lines.next().unwrap_or_default().to_vec();
    for line in lines {
        text.push(b'\n');
        text.extend_from_slice(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let description = folder.path().join("acme.yaml");
        let path = Record::beside(&description);
        assert_eq!(path.file_name().unwrap(), "acme.yaml.fetched.toml");
        assert_eq!(Record::read(&path).unwrap(), None);
        let record = Record {
            url: "https://acme.example/a.yaml".to_owned(),
            fetched: "2026-11-01T10:00:00Z".to_owned(),
            version: "1 \"\n[x]".to_owned(),
            files: vec![RecordedFile {
                path: "acme.yaml".to_owned(),
                sha256: sha256(b"a\nb\n"),
                etag: Some("W/\"1\"".to_owned()),
                last_modified: None,
            }],
        };
        fs::write(&path, record.text(&description)).unwrap();
        let read = Record::read(&path).unwrap().unwrap();
        assert_eq!(read, record);
        let file = read.file("acme.yaml").unwrap();
        assert!(file.is_of(b"a\nb\n") && file.is_of(b"a\r\nb\r\n") && !file.is_of(b"a\nb"));
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

        fs::write(&path, "<<<<<<< ours\n").unwrap();
        assert!(Record::read(&path).unwrap_err().message.contains("is damaged: "));
    }
}
