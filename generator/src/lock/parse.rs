//! From the text of the file to names. Each mistake is reported at its place.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::print::quoted;
use super::{Lock, LockedAccessor, LockedType, OTHERS};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::FileId;

const RESTORE: &str = "restore the committed file, or correct the line and run `cargo webhooks generate` again";

impl Lock {
    /// Reads a record. Lines that are not well formed, and names that are recorded twice, are reported and skipped.
    pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Self {
        let mut parser = Parser::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end();
            let range = range(start, content);
            if let Err(Fault { message, first, help }) = parser.line(content, range.clone()) {
                let diagnostic = Diagnostic::new(Code::NamesLock, message).at(Place::Bytes(file, range), "");
                let first = first.map(|range| Place::Bytes(file, range));
                let diagnostic = first.into_iter().fold(diagnostic, |found, first| found.at(first, "the first one"));
                diagnostics.push(diagnostic.help(help.as_deref().unwrap_or(RESTORE)));
            }
            start += line.len();
        }
        parser.lock
    }

    /// Checks that the next run reads the record as it is.
    ///
    /// # Errors
    ///
    /// The message about the first line that it would reject, or that it would read something else.
    pub(crate) fn check(&self) -> Result<(), String> {
        let mut parser = Parser::default();
        for line in self.to_string().lines() {
            parser.line(line, 0..0).map_err(|fault| format!("{}: {line}", fault.message))?;
        }
        if parser.lock == *self { Ok(()) } else { Err("the names are read as others".to_owned()) }
    }
}

/// What is wrong with a line.
struct Fault {
    message: String,
    /// The line that it contradicts.
    first: Option<Range<usize>>,
    help: Option<String>,
}

impl<T: Into<String>> From<T> for Fault {
    fn from(message: T) -> Self {
        Self { message: message.into(), first: None, help: None }
    }
}

fn range(start: usize, line: &str) -> Range<usize> {
    let indentation = line.len() - line.trim_start().len();
    start + indentation..start + line.len()
}

#[derive(Default)]
struct Parser {
    lock: Lock,
    /// What is already named, by scope: types share one, each type has one for its members.
    taken: HashSet<(&'static str, String)>,
    /// The keys of types: the type's position, and its line.
    keys: HashMap<String, (usize, Range<usize>)>,
    /// The type of the lines that follow. `None` after a line that could not be read.
    open: Option<usize>,
    members: HashSet<String>,
    failed: bool,
}

impl Parser {
    fn line(&mut self, line: &str, range: Range<usize>) -> Result<(), Fault> {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return Ok(());
        }
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| trimmed.starts_with(marker)) {
            return Err("this is a conflict of a merge: keep the lines of both sides".into());
        }
        if trimmed.len() < line.len() {
            return Ok(self.member(trimmed)?);
        }
        self.open = None;
        self.failed = true;
        let unknown = || "a line begins with `event`, `topic`, `module`, `accessor` or `type`".to_owned();
        let (kind, rest) = trimmed.split_once(' ').ok_or_else(unknown)?;
        let (name, keys) = rest.split_once(" = ").ok_or("a line is `KIND NAME = \"KEY\"`")?;
        let keys = texts(keys).ok_or("what follows `=` must be strings in double quotes")?;
        let kind = ["event", "topic", "module", "accessor", "type"].into_iter().find(|known| *known == kind);
        match (kind.ok_or_else(unknown)?, &keys[..]) {
            ("event", [key]) => self.add("event", name, key, |lock| &mut lock.events)?,
            ("topic", [key]) => self.add("topic", name, key, |lock| &mut lock.topics)?,
            ("module", [key]) => self.add("module", name, key, |lock| &mut lock.modules)?,
            ("accessor", [wire, event_type]) => {
                self.take("accessor", name)?;
                let accessor = LockedAccessor { name: name.to_owned(), event_type: event_type.clone() };
                if self.lock.accessors.insert(wire.clone(), accessor).is_some() {
                    return Err(two_names(wire).into());
                }
            }
            ("type", [_, ..]) => {
                let (module, name) = name.split_once("::").ok_or("a type is written `MODULE::NAME`")?;
                check_name(module)?;
                self.take("type", name)?;
                let (module, name) = (module.to_owned(), name.to_owned());
                let locked = LockedType { module, name, keys, members: BTreeMap::new() };
                for key in &locked.keys {
                    if let Some((first, line)) = self.keys.insert(key.clone(), (self.lock.types.len(), range.clone())) {
                        return Err(key_twice(key, line, self.lock.types.get(first), &locked));
                    }
                }
                self.open = Some(self.lock.types.len());
                self.members.clear();
                self.lock.types.push(locked);
            }
            _ => return Err("the number of keys is wrong".into()),
        }
        Ok(())
    }

    fn add(
        &mut self,
        scope: &'static str,
        name: &str,
        key: &str,
        names: impl Fn(&mut Lock) -> &mut BTreeMap<String, String>,
    ) -> Result<(), String> {
        self.take(scope, name)?;
        match names(&mut self.lock).insert(key.to_owned(), name.to_owned()) {
            Some(_) => Err(two_names(key)),
            None => Ok(()),
        }
    }

    fn take(&mut self, scope: &'static str, name: &str) -> Result<(), String> {
        check_name(name)?;
        if self.taken.insert((scope, name.to_owned())) { Ok(()) } else { Err(format!("`{name}` is recorded twice")) }
    }

    fn member(&mut self, line: &str) -> Result<(), String> {
        let Some(open) = self.open else {
            // The line of the type is already reported.
            return if self.failed { Ok(()) } else { Err("this line belongs to no type".to_owned()) };
        };
        let (name, key) = match line.split_once(" = ") {
            Some((name, OTHERS)) => (name, OTHERS.to_owned()),
            Some((name, json)) => match serde_json::from_str::<&serde_json::value::RawValue>(json) {
                Ok(_) => (name, json.to_owned()),
                Err(_) => return Err("what follows `=` must be JSON or `*`".to_owned()),
            },
            None => (line, quoted(line)),
        };
        check_name(name)?;
        if !self.members.insert(name.to_owned()) {
            return Err(format!("`{name}` is recorded twice"));
        }
        match self.lock.types[open].members.insert(key.clone(), name.to_owned()) {
            Some(_) => Err(format!("{key} has two names")),
            None => Ok(()),
        }
    }
}

fn two_names(key: &str) -> String {
    format!("{} has two names", quoted(key))
}

/// A key on the lines of two types. One of them does not need it if it has others: the one with fewer keys, which is probably
/// the newer one.
fn key_twice(key: &str, line: Range<usize>, first: Option<&LockedType>, second: &LockedType) -> Fault {
    let with_others = first.into_iter().chain([second]).filter(|locked| locked.keys.iter().any(|other| other != key));
    let help = with_others.rev().min_by_key(|locked| locked.keys.len()).map(|LockedType { module, name, .. }| {
        format!(
            "remove {} from the line of `{module}::{name}`, which has another key: no name changes; then run\n\
             `cargo webhooks generate` again",
            quoted(key),
        )
    });
    Fault { message: two_names(key), first: Some(line), help }
}

/// The strings of a line, each in JSON.
fn texts(line: &str) -> Option<Vec<String>> {
    serde_json::Deserializer::from_str(line).into_iter::<String>().collect::<Result<_, _>>().ok()
}

fn check_name(name: &str) -> Result<(), String> {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first));
    if starts && chars.all(unicode_ident::is_xid_continue) && name != "_" {
        Ok(())
    } else {
        Err(format!("`{name}` is not a name in Rust"))
    }
}
