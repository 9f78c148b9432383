//! A table of a TOML file, read key by key. Each key is reported if its value does not fit, and so are keys that were not
//! read.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Located;
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::document::FileId;

/// A table whose keys are taken out as they are read.
pub(super) struct Table<'t> {
    file: FileId,
    span: Range<usize>,
    entries: DeTable<'t>,
    known: Vec<&'static str>,
    errors: Vec<Diagnostic>,
}

type Value<'t> = Spanned<DeValue<'t>>;

impl<'t> Table<'t> {
    pub(super) fn new(file: FileId, table: Spanned<DeTable<'t>>) -> Self {
        Self { file, span: table.span(), entries: table.into_inner(), known: Vec::new(), errors: Vec::new() }
    }

    /// Reads a string.
    pub(super) fn string<T: FromStr<Err: Display>>(&mut self, key: &'static str) -> Option<Spanned<T>> {
        let value = self.take(key)?;
        self.parse(key, &value)
    }

    /// Reads a string that is one of several words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&'static str, T)]) -> Option<Spanned<T>> {
        let value = self.take(key)?;
        self.choose(key, &value, words)
    }

    /// Reads a string that is one of several words. Only another spelling of one is suggested; `otherwise` is the help for
    /// other words.
    pub(super) fn exact_word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&'static str, T)],
        otherwise: &str,
    ) -> Option<Spanned<T>> {
        let value = self.take(key)?;
        if let DeValue::String(text) = value.get_ref()
            && !is_placeholder(text)
            && !words.iter().any(|(word, _)| word == text)
        {
            let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
            let spelt = words.iter().find(|(word, _)| plain(word) == plain(text));
            let help = spelt.map_or_else(|| otherwise.to_owned(), |(word, _)| format!("did you mean `{word}`?"));
            self.report(self.error(value.span(), format!("unknown value `{text}`"), help));
            return None;
        }
        self.choose(key, &value, words)
    }

    /// Reads `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(Spanned::new(value.span(), *flag)),
            _ => self.mismatch(key, &value, "`true` or `false`"),
        }
    }

    /// Reads a list of strings, each with its place.
    pub(super) fn located_strings<T: FromStr<Err: Display>>(&mut self, key: &'static str) -> Vec<Located<T>> {
        let value = self.take(key);
        value.and_then(|value| self.parse_each(key, &value)).map(Spanned::into_inner).unwrap_or_default()
    }

    /// Reads a table whose keys are free and whose values are lists of strings, each with its place.
    pub(super) fn lists<K: FromStr<Err: Display> + Ord, V: FromStr<Err: Display>>(
        &mut self,
        key: &'static str,
    ) -> BTreeMap<K, Located<Vec<Located<V>>>> {
        let lists = self.table(key, |table| table.entries(Self::parse_each));
        lists.map(Spanned::into_inner).into_iter().flatten().map(|(key, list)| (key.into_inner(), list)).collect()
    }

    /// Reads a list of strings.
    pub(super) fn strings<T: FromStr<Err: Display>>(&mut self, key: &'static str) -> Option<Spanned<Vec<T>>> {
        let value = self.take(key)?;
        self.parse_all(key, &value, "a list of strings")
    }

    /// Reads `true`, `false` or a list of strings.
    pub(super) fn flag_or_strings<T: FromStr<Err: Display>>(
        &mut self,
        key: &'static str,
    ) -> Option<Spanned<Result<bool, Vec<T>>>> {
        let value = self.take(key)?;
        let span = value.span();
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(Spanned::new(span, Ok(*flag)));
        }
        let names = self.parse_all(key, &value, "`true`, `false` or a list of strings")?;
        Some(Spanned::new(span, Err(names.into_inner())))
    }

    /// Reads a string or a list of strings.
    pub(super) fn one_or_more<T: FromStr<Err: Display>>(&mut self, key: &'static str) -> Option<Spanned<Vec<T>>> {
        let value = self.take(key)?;
        if let DeValue::String(_) = value.get_ref() {
            let span = value.span();
            return Some(Spanned::new(span, vec![self.parse(key, &value)?.into_inner()]));
        }
        self.parse_all(key, &value, "a string or a list of strings")
    }

    /// Reads a table.
    pub(super) fn table<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> Option<Spanned<T>> {
        let value = self.take(key)?;
        let span = value.span();
        let DeValue::Table(entries) = value.get_ref() else { return self.mismatch(key, &value, "a table") };
        let mut table = Self::new(self.file, Spanned::new(span.clone(), entries.clone()));
        let read = read(&mut table);
        self.errors.append(&mut table.finish());
        Some(Spanned::new(span, read))
    }

    /// Reads all entries of a table whose keys are free. Each is located with its key.
    pub(super) fn map<K: FromStr<Err: Display> + Ord, V: FromStr<Err: Display>>(
        &mut self,
        key: &'static str,
    ) -> BTreeMap<K, Located<V>> {
        self.table(key, Self::rest).map(Spanned::into_inner).unwrap_or_default()
    }

    /// Reads all entries of this table that were not read.
    pub(super) fn rest<K: FromStr<Err: Display> + Ord, V: FromStr<Err: Display>>(&mut self) -> BTreeMap<K, Located<V>> {
        self.entries(Self::parse).into_iter().map(|(key, value)| (key.into_inner(), value)).collect()
    }

    /// Reads all entries of this table.
    pub(super) fn entries<K: FromStr<Err: Display>, V>(
        &mut self,
        read: impl Fn(&mut Self, &str, &Value<'t>) -> Option<Spanned<V>>,
    ) -> Vec<(Spanned<K>, Located<V>)> {
        let mut entries = Vec::new();
        for (key, value) in std::mem::take(&mut self.entries) {
            let name = self.parse_text(&key.span(), key.get_ref());
            let value = read(self, key.get_ref(), &value);
            if let (Some(name), Some(value)) = (name, value) {
                let place = self.place(key.span().start..value.span().end);
                entries.push((name, Located { value: value.into_inner(), place }));
            }
        }
        entries
    }

    /// One of several words.
    pub(super) fn choose<T: Copy>(
        &mut self,
        key: &str,
        value: &Value<'t>,
        words: &[(&'static str, T)],
    ) -> Option<Spanned<T>> {
        let span = value.span();
        let DeValue::String(text) = value.get_ref() else { return self.mismatch(key, value, "a string") };
        if let Some((_, word)) = words.iter().find(|(word, _)| word == text) {
            return Some(Spanned::new(span, *word));
        }
        let known = || words.iter().map(|(word, _)| *word);
        if is_placeholder(text) {
            self.report(self.incomplete(span).help(listed(known())));
            return None;
        }
        let help = did_you_mean(text, known()).unwrap_or_else(|| listed(known()));
        self.report(self.error(span, format!("unknown value `{text}`"), help));
        None
    }

    /// Reports an error in this table.
    pub(super) fn report(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    /// The value of a result; reports an error.
    pub(super) fn take_in<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.report(error)).ok()
    }

    /// Reports keys that were not read; whether the whole table was read without an error.
    pub(super) fn check_keys(&mut self) -> bool {
        for (key, _) in std::mem::take(&mut self.entries) {
            let known = || self.known.iter().copied();
            let help = did_you_mean(key.get_ref(), known()).unwrap_or_else(|| listed(known()));
            self.report(self.error(key.span(), format!("unknown key `{}`", key.get_ref()), help));
        }
        self.errors.is_empty()
    }

    /// All errors, those of inner tables included.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.check_keys();
        self.errors
    }

    /// An error in a part of the file.
    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Code::Config, message).at(self.place(span), "").help(help)
    }

    /// The error for a value that was offered to be completed.
    fn incomplete(&self, span: Range<usize>) -> Diagnostic {
        self.error(span, "the value is not complete", "complete this value")
    }

    /// The error for a key that must be there.
    pub(super) fn missing(&self, key: &str) -> Diagnostic {
        Diagnostic::new(Code::Config, format!("missing key `{key}`")).at(self.place(self.span.clone()), "")
    }

    /// The value with its place.
    pub(super) fn located<T>(&self, value: Spanned<T>) -> Located<T> {
        let place = self.place(value.span());
        Located { value: value.into_inner(), place }
    }

    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Place::Bytes(self.file, span)
    }

    fn take(&mut self, key: &'static str) -> Option<Value<'t>> {
        self.known.push(key);
        self.entries.remove(key)
    }

    fn parse<T: FromStr<Err: Display>>(&mut self, key: &str, value: &Value<'t>) -> Option<Spanned<T>> {
        match value.get_ref() {
            DeValue::String(text) => self.parse_text(&value.span(), text),
            _ => self.mismatch(key, value, "a string"),
        }
    }

    fn parse_text<T: FromStr<Err: Display>>(&mut self, span: &Range<usize>, text: &str) -> Option<Spanned<T>> {
        if is_placeholder(text) {
            self.report(self.incomplete(span.clone()));
            return None;
        }
        match text.parse() {
            Ok(parsed) => Some(Spanned::new(span.clone(), parsed)),
            Err(problem) => {
                let place = self.place(span.clone());
                self.report(Diagnostic::new(Code::Config, problem.to_string()).at(place, ""));
                None
            }
        }
    }

    /// A list of strings, each with its place. Those that do not fit are reported and left out.
    fn parse_each<T: FromStr<Err: Display>>(
        &mut self,
        key: &str,
        value: &Value<'t>,
    ) -> Option<Spanned<Vec<Located<T>>>> {
        let DeValue::Array(elements) = value.get_ref() else { return self.mismatch(key, value, "a list of strings") };
        let located = |element| self.parse(key, element).map(|text| self.located(text));
        Some(Spanned::new(value.span(), elements.iter().filter_map(located).collect()))
    }

    fn parse_all<T: FromStr<Err: Display>>(
        &mut self,
        key: &str,
        value: &Value<'t>,
        expected: &str,
    ) -> Option<Spanned<Vec<T>>> {
        let span = value.span();
        let DeValue::Array(elements) = value.get_ref() else { return self.mismatch(key, value, expected) };
        let parsed: Vec<Option<T>> =
            elements.iter().map(|element| Some(self.parse(key, element)?.into_inner())).collect();
        Some(Spanned::new(span, parsed.into_iter().collect::<Option<_>>()?))
    }

    fn mismatch<T>(&mut self, key: &str, value: &Value<'_>, expected: &str) -> Option<T> {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{key}` must be {expected}, not {found}");
        let error = Diagnostic::new(Code::Config, message).at(self.place(value.span()), "");
        self.report(error);
        None
    }
}

/// Whether a value is one that messages and `init` offer to complete.
fn is_placeholder(text: &str) -> bool {
    ["…", "/…", "x-…"].contains(&text)
}

fn listed(words: impl Iterator<Item = &'static str>) -> String {
    format!("expected one of {}", words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
}
