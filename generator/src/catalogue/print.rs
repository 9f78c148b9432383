//! The text of the file.

use std::io;

use serde::Serialize as _;
use serde_json::ser::{Formatter, Serializer};

use super::Catalogue;
use super::json::escaped;

/// How deep lines are broken: a member, value or variant is on one line.
const BROKEN: usize = 6;

impl Catalogue {
    /// The text of the file.
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        let lines = Lines { depth: 0, has_items: Vec::new() };
        let written = self.serialize(&mut Serializer::with_formatter(&mut text, lines));
        debug_assert!(written.is_ok(), "{written:?}");
        text.push(b'\n');
        String::from_utf8(text).unwrap_or_default()
    }
}

/// Breaks lines in the outer levels.
struct Lines {
    depth: usize,
    /// Whether each open object or array has items.
    has_items: Vec<bool>,
}

impl Lines {
    fn is_broken(&self) -> bool {
        self.depth < BROKEN
    }

    fn line(&self, writer: &mut (impl io::Write + ?Sized)) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }

    fn open(&mut self, writer: &mut (impl io::Write + ?Sized), open: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_items.push(false);
        writer.write_all(open)
    }

    fn close(&mut self, writer: &mut (impl io::Write + ?Sized), close: &[u8]) -> io::Result<()> {
        let has_items = self.has_items.pop().unwrap_or_default();
        let is_broken = self.is_broken() && has_items;
        self.depth -= 1;
        if is_broken {
            self.line(writer)?;
        }
        writer.write_all(close)
    }

    fn item(&mut self, writer: &mut (impl io::Write + ?Sized), first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if let Some(has_items) = self.has_items.last_mut() {
            *has_items = true;
        }
        if self.is_broken() {
            self.line(writer)
        } else if first {
            Ok(())
        } else {
            writer.write_all(b" ")
        }
    }
}

impl Formatter for Lines {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        writer.write_all(escaped(fragment).as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.item(writer, first)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.item(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
