//! Printing, and numbers in words.

use std::io;

/// Prints a text. A reader that has closed the pipe, such as `head`, is not an error.
///
/// # Errors
///
/// Any other error of writing.
pub fn print(mut to: impl io::Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// A number of things in words.
pub(crate) fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
