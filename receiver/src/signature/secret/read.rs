//! Secrets from outside the program.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::SecretError;
use super::error::Problem;

pub(in super::super) fn from_env<T>(
    variable: &str,
    parse: impl FnOnce(&str) -> Result<T, Problem>,
) -> Result<T, SecretError> {
    env::var_os(variable)
        .ok_or(Problem::NotSet)
        .and_then(|value| value.into_string().map_err(|_| Problem::NotUtf8))
        .map(Zeroizing::new)
        .and_then(|text| parse(&text))
        .map_err(|problem| SecretError { origin: Some(format!("environment variable {variable:?}")), problem })
}

/// Removes one line ending at the end of the file. At most `longest` bytes before it are read, plus one.
pub(in super::super) fn from_file<T>(
    path: &Path,
    longest: usize,
    parse: impl FnOnce(&str) -> Result<T, Problem>,
) -> Result<T, SecretError> {
    read(path, longest + "\r\n".len() + 1)
        .map_err(Problem::Unreadable)
        .and_then(|bytes| {
            let text = str::from_utf8(&bytes).map_err(|_| Problem::NotUtf8)?;
            let line = text.strip_suffix('\n').unwrap_or(text);
            parse(line.strip_suffix('\r').unwrap_or(line))
        })
        .map_err(|problem| SecretError { origin: Some(format!("file {}", path.display())), problem })
}

/// Reads only as much as needed to detect that a file is too long.
fn read(path: &Path, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    // Filled without growing, so that no copy of the secret is left behind.
    let mut bytes = Zeroizing::new(vec![0; limit]);
    let mut file = File::open(path)?;
    let mut length = 0;
    while let Some(room) = bytes.get_mut(length..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}
