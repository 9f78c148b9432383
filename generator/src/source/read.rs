//! Paths to bytes.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::diagnostics::Code;

/// The reason why a file was not read: the code, and the rest of a sentence that begins with its name.
pub(super) type Unreadable = (Code, String);

/// Reads a whole file of at most `limit` bytes. What is not a regular file is not opened: reading it might never end.
pub(super) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Unreadable> {
    let metadata = fs::metadata(path).map_err(|error| failed(&error))?;
    if metadata.is_dir() {
        return Err((Code::Read, "cannot be read: it is a directory".to_owned()));
    }
    if !metadata.is_file() {
        return Err((Code::Read, "cannot be read: it is not a regular file".to_owned()));
    }
    let limit = limit as u64;
    let too_large = || (Code::Limit, format!("is larger than {}", shown(limit)));
    if metadata.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed(&error))?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

fn shown(bytes: u64) -> String {
    if bytes.is_multiple_of(1 << 20) { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// An error of the operating system, in words.
pub(super) fn failed(error: &io::Error) -> Unreadable {
    let why = match error.kind() {
        ErrorKind::NotFound => "the file does not exist".to_owned(),
        ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        _ => error.to_string(),
    };
    (Code::Read, format!("cannot be read: {why}"))
}
