use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::DecodeError;
use super::drift::{DriftKind, Path, Watch};
use super::error::Quoted;
use super::lexer::Lexer;
use super::meter::{MIN_MEMORY, Meter};
use super::outline::Outline;
use super::value_memory::Holding;

/// Objects and arrays within each other.
const MAX_DEPTH: u8 = 128;
/// Names among which is looked one by one.
const FEW: usize = 16;
/// The memory that a name among many takes at most, while their table grows.
const HASHED: usize = 88;

/// A type that can be read from JSON, with errors that say where they arose.
pub trait Decode: Sized {
    /// The members that an object type declares; `None` for anything that is not an object.
    const MEMBERS: Option<&'static [&'static str]> = None;

    /// Which of [`MEMBERS`](Self::MEMBERS) are required. If it is shorter, the others are not.
    #[doc(hidden)]
    const REQUIRED: &'static [bool] = &[];

    /// The kinds of JSON that values of the type can be: a bit for each.
    #[doc(hidden)]
    const KINDS: u8 = match Self::MEMBERS {
        Some(_) => Kind::Object.bit(),
        None => u8::MAX,
    };

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the input is not JSON or does not fit the type.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Reads a value behind a pointer. Types that are large, and may be within each other, are never on the stack meanwhile.
    ///
    /// # Errors
    ///
    /// Like [`decode`](Self::decode).
    #[doc(hidden)]
    fn decode_boxed(reader: &mut Reader<'_>) -> Result<Box<Self>, DecodeError> {
        reader.hold(size_of::<Self>())?;
        Self::decode(reader).map(Box::new)
    }

    /// Clones a value behind a pointer, likewise.
    #[doc(hidden)]
    fn clone_boxed(&self) -> Box<Self>
    where
        Self: Clone,
    {
        Box::new(self.clone())
    }
}

/// Reads JSON (RFC 8259) from a text, value by value.
///
/// Each method that returns a value takes it from the text, or says that something else is there.
pub struct Reader<'de> {
    pub(super) lexer: Lexer<'de>,
    /// How many objects and arrays are open.
    pub(super) depth: u8,
    /// Whether errors are dropped, so that their text is not needed.
    pub(super) is_quiet: bool,
    /// Whether numbers may be beyond the range of a double.
    pub(super) has_any_number: bool,
    pub(super) once: Option<Once>,
    /// Of the outermost union that is being read.
    pub(super) outline: Outline,
    pub(super) meter: Meter,
    pub(super) watch: Watch,
}

/// A top-level member that may occur but once.
pub(super) struct Once {
    name: &'static str,
    is_found: bool,
}

/// The type of a value, determined by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [Self::Null, Self::Bool, Self::Number, Self::String, Self::Array, Self::Object];

    /// The bit in [`Decode::KINDS`].
    pub(super) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl<'de> Reader<'de> {
    pub(crate) fn new(text: &'de str) -> Self {
        Self::with_memory(text, MIN_MEMORY)
    }

    /// A reader whose values may take at least this much memory, in bytes.
    pub(crate) fn with_memory(text: &'de str, bytes: usize) -> Self {
        let meter = Meter::new(text.len(), bytes);
        let (lexer, outline, watch) = (Lexer::new(text), Outline::default(), Watch::new());
        Self { lexer, depth: 0, is_quiet: false, has_any_number: false, once: None, outline, meter, watch }
    }

    /// Undeclared members at these paths are not drift.
    pub(crate) fn expect(&mut self, is_expected: fn(&Path<'_>) -> bool) {
        self.watch.is_expected = is_expected;
    }

    /// Refuses a second member of this name at the top, also where such members are not declared.
    pub(crate) fn once(&mut self, name: &'static str) {
        self.once = Some(Once { name, is_found: false });
    }

    /// Takes the memory of values from what all deliveries share, beginning with this many bytes. It is called before anything
    /// is read.
    pub(super) fn share(&mut self, holding: &Arc<Holding>, bytes: usize) -> Result<(), DecodeError> {
        let shared = self.meter.share(Arc::clone(holding)).and_then(|()| self.meter.hold(bytes));
        shared.map_err(|reason| self.exhausted(reason))
    }

    /// Refuses whatever is left.
    pub(super) fn end(&mut self) -> Result<(), DecodeError> {
        match self.lexer.peek() {
            None => Ok(()),
            Some(_) => Err(self.lexer.malformed("expected the end of the text")),
        }
    }

    /// What the next value is.
    #[inline]
    pub(crate) fn kind(&mut self) -> Result<Kind, DecodeError> {
        match self.lexer.peek() {
            Some(b'"') => Ok(Kind::String),
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b'n') => Ok(Kind::Null),
            Some(b't' | b'f') => Ok(Kind::Bool),
            _ => Err(self.lexer.malformed("expected a value")),
        }
    }

    /// Reads a string. It is borrowed, unless it contains escapes.
    ///
    /// # Errors
    ///
    /// If the value is not a string.
    #[inline]
    pub fn string(&mut self) -> Result<Cow<'de, str>, DecodeError> {
        match self.lexer.peek() {
            Some(b'"') => self.lexer.string(),
            _ => Err(self.mismatch(&"a string")),
        }
    }

    /// Reads a number, as written.
    ///
    /// # Errors
    ///
    /// If the value is not a number.
    pub fn number(&mut self, expected: &dyn fmt::Display) -> Result<&'de str, DecodeError> {
        match self.lexer.peek() {
            Some(b'-' | b'0'..=b'9') => self.lexer.number(),
            _ => Err(self.mismatch(expected)),
        }
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    ///
    /// If the value is neither.
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.lexer.peek() {
            Some(b't') => self.lexer.word("true").map(|()| true),
            Some(b'f') => self.lexer.word("false").map(|()| false),
            _ => Err(self.mismatch(&"a boolean")),
        }
    }

    /// Reads `null`, if that is the value.
    ///
    /// # Errors
    ///
    /// If the text is not JSON.
    #[inline]
    pub fn null(&mut self) -> Result<bool, DecodeError> {
        if self.lexer.peek() == Some(b'n') { self.lexer.word("null").map(|()| true) } else { Ok(false) }
    }

    /// Begins to read an object. The name of its type is for error messages.
    ///
    /// # Errors
    ///
    /// If the value is not an object, or too deep within others.
    pub fn object(&mut self, name: &str) -> Result<Members<'_, 'de>, DecodeError> {
        if self.lexer.peek() == Some(b'{') {
            self.open()?;
            Ok(Members { reader: self, next: Next::First, at: 0 })
        } else if name.is_empty() {
            Err(self.mismatch(&"an object"))
        } else {
            Err(self.mismatch(&format_args!("an object ({name})")))
        }
    }

    /// Begins to read an array.
    pub(crate) fn array(&mut self, expected: &dyn fmt::Display) -> Result<Elements<'_, 'de>, DecodeError> {
        if self.lexer.peek() == Some(b'[') {
            self.open()?;
            self.hide_name();
            Ok(Elements { reader: self, index: 0 })
        } else {
            Err(self.mismatch(expected))
        }
    }

    /// Notes that the value that was just read is none of those that its type lists.
    #[cold]
    pub fn note_unknown(&mut self) {
        self.outline.unlisted = Some(self.lexer.at());
        if self.watch.is_on {
            self.note(DriftKind::UnknownValue);
        }
    }

    /// Whether a value is read as one of several types.
    pub(crate) fn is_attempt(&self) -> bool {
        self.outline.attempts > 0
    }

    /// Notes that the value that was just read is rather one of another type, if it may have several.
    pub(crate) fn note_unlikely(&mut self) {
        self.outline.unlisted = Some(self.lexer.at());
    }

    /// Notes that the member that was named last is not declared.
    pub(super) fn note_undeclared(&mut self) {
        if self.watch.is_on && !self.watch.is_expected(self.lexer.text, self.depth) {
            self.hide_name();
            self.note(DriftKind::UndeclaredMember);
        }
    }

    #[cold]
    fn note(&mut self, kind: DriftKind) {
        let steps = self.watch.note(self.lexer.text, self.depth, kind);
        self.meter.count(steps);
    }

    /// What is read next has no declared name.
    #[inline]
    pub(super) fn hide_name(&mut self) {
        self.watch.hide(self.depth);
    }

    /// Passes over any value. Only its form is looked at.
    pub(crate) fn skip(&mut self) -> Result<&'de str, DecodeError> {
        let start = self.place();
        if !self.skip_kept() {
            self.lexer.skip()?;
        }
        Ok(self.lexer.since(start))
    }

    /// Passes over any value that every reader understands alike.
    pub(super) fn check(&mut self) -> Result<(), DecodeError> {
        match self.kind()? {
            Kind::Null => self.null().map(drop),
            Kind::Bool => self.bool().map(drop),
            Kind::String => self.string().map(drop),
            Kind::Number => {
                let start = self.lexer.at();
                let number = self.number(&"a number")?;
                // Only a long number, or one with an exponent, is beyond the range of a double.
                let in_range = self.has_any_number
                    || number.len() < 300 && !number.contains(['e', 'E'])
                    || number.parse().is_ok_and(f64::is_finite);
                if in_range { Ok(()) } else { Err(DecodeError::mismatch(start, "the number is out of range")) }
            }
            Kind::Array => {
                let record = self.record()?;
                let mut elements = self.array(&"an array")?;
                while elements.next_with(Reader::check)?.is_some() {}
                self.recorded(record);
                Ok(())
            }
            Kind::Object => {
                let record = self.record()?;
                let mut held = 0;
                let mut members = self.object("")?;
                // Most objects have few members, among which looking is quicker than hashing.
                let (mut few, mut many) = (Vec::new(), HashSet::new());
                while let Some(name) = members.next()? {
                    if few.contains(&name) || many.contains(&name) {
                        return Err(members.duplicate(&name));
                    }
                    members.reader.check().map_err(|error| error.below(&name))?;
                    if few.len() < FEW {
                        few.push(name);
                    } else {
                        members.reader.hold(HASHED)?;
                        held += HASHED;
                        many.insert(name);
                    }
                }
                // What the values within hold for the outline remains.
                self.release(held);
                self.recorded(record);
                Ok(())
            }
        }
    }

    /// Takes memory, before it is allocated.
    ///
    /// # Errors
    ///
    /// If the body may not use as much.
    #[inline]
    pub fn hold(&mut self, bytes: usize) -> Result<(), DecodeError> {
        self.meter.hold(bytes).map_err(|reason| self.exhausted(reason))
    }

    /// Gives memory back that was freed.
    pub fn release(&mut self, bytes: usize) {
        self.meter.release(bytes);
    }

    #[inline]
    fn open(&mut self) -> Result<(), DecodeError> {
        if self.depth >= MAX_DEPTH {
            return Err(self.lexer.malformed("objects and arrays nest too deep"));
        }
        self.lexer.advance();
        self.depth += 1;
        self.outline.open();
        Ok(())
    }

    /// The error that the next value is something else than expected.
    #[cold]
    pub(crate) fn mismatch(&mut self, expected: &dyn fmt::Display) -> DecodeError {
        if self.is_quiet {
            return DecodeError::UNREAD;
        }
        match self.describe() {
            Ok((start, found)) => {
                DecodeError::mismatch(start, format_args!("invalid type: {found}, expected {expected}"))
            }
            Err(error) => error,
        }
    }

    /// The error that the value at this place does not fit.
    #[cold]
    pub(crate) fn invalid(&self, start: usize, message: impl fmt::Display) -> DecodeError {
        if self.is_quiet { DecodeError::UNREAD } else { DecodeError::mismatch(start, message) }
    }

    /// The position and the text of the next value.
    fn describe(&mut self) -> Result<(usize, String), DecodeError> {
        let kind = self.kind()?;
        let start = self.lexer.at();
        let found = match kind {
            Kind::Null => "null".to_owned(),
            Kind::Array => "array".to_owned(),
            Kind::Object => "object".to_owned(),
            Kind::Bool => format!("boolean `{}`", self.bool()?),
            Kind::String => format!("string {}", Quoted(&self.lexer.string()?)),
            Kind::Number => format!("number `{}`", self.lexer.number()?),
        };
        Ok((start, found))
    }

    /// The place of the next value.
    pub(super) fn place(&mut self) -> usize {
        self.lexer.peek();
        self.lexer.at()
    }
}

/// The members of an object that is being read.
///
/// For every name that [`next`](Self::next) returns, exactly one of [`read`](Self::read), [`rest`](Self::rest) and
/// [`skip`](Self::skip) is called.
pub struct Members<'r, 'de> {
    reader: &'r mut Reader<'de>,
    next: Next,
    /// The place of the last name.
    at: usize,
}

/// What may come next in an object.
#[derive(Clone, Copy)]
enum Next {
    First,
    Further,
    Nothing,
}

impl<'de> Members<'_, 'de> {
    /// The name of the next member.
    ///
    /// # Errors
    ///
    /// If the input is not JSON.
    #[expect(clippy::should_implement_trait, reason = "a fallible, lending reader is not an iterator")]
    pub fn next(&mut self) -> Result<Option<Name<'de>>, DecodeError> {
        let lexer = &mut self.reader.lexer;
        match (self.next, lexer.peek()) {
            (Next::Nothing, _) => return Ok(None),
            (_, Some(b'}')) => {
                lexer.advance();
                self.reader.depth -= 1;
                self.next = Next::Nothing;
                return Ok(None);
            }
            (Next::Further, Some(b',')) => {
                lexer.advance();
                lexer.quote()?;
            }
            (Next::Further, _) => return Err(lexer.unfinished(b'}')),
            (Next::First, _) => {
                lexer.quote()?;
                self.next = Next::Further;
            }
        }
        self.at = lexer.at();
        let name = lexer.string()?;
        lexer.colon()?;
        if self.reader.depth == 1
            && let Some(once) = &mut self.reader.once
            && *once.name == *name
        {
            if once.is_found {
                return Err(self.duplicate(&name));
            }
            once.is_found = true;
        }
        self.reader.watch.enter(self.reader.depth, self.at);
        Ok(Some(Name(name)))
    }

    /// Reads the member's value into its slot.
    ///
    /// # Errors
    ///
    /// If the slot is filled already, or the value does not fit.
    #[inline]
    pub fn read<T: Decode>(&mut self, name: &'static str, slot: &mut Option<T>) -> Result<(), DecodeError> {
        if slot.is_some() {
            return Err(self.duplicate(name));
        }
        match T::decode(self.reader) {
            Ok(value) => {
                *slot = Some(value);
                Ok(())
            }
            Err(error) => Err(error.below(name)),
        }
    }

    /// Passes over the member's value without looking into it.
    ///
    /// # Errors
    ///
    /// If the input is not JSON.
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        self.reader.skip().map(drop)
    }

    /// The value of a required member, once all members are read.
    ///
    /// # Errors
    ///
    /// If the member is missing.
    #[inline]
    pub fn required<T>(&self, name: &'static str, slot: Option<T>) -> Result<T, DecodeError> {
        slot.ok_or_else(|| self.missing(name))
    }

    /// The value of an optional member, once all members are read. A null that the type does not allow is read as absence, unless
    /// the object itself is read as one of several types: then it is of another type.
    #[inline]
    pub fn optional<T>(&mut self, slot: Option<Option<T>>) -> Option<T> {
        if let Some(None) = slot {
            self.reader.outline.nulls += 1;
            self.reader.outline.nulled = Some(self.reader.lexer.at());
        }
        slot.flatten()
    }

    /// The value of the member that was named last.
    pub(crate) fn reader(&mut self) -> &mut Reader<'de> {
        self.reader
    }

    /// The error of a member that occurs twice.
    #[cold]
    pub(crate) fn duplicate(&self, name: &str) -> DecodeError {
        DecodeError::malformed(self.at, "the member occurs twice").below(name)
    }

    /// The position is the end of the object, where it is known.
    #[cold]
    fn missing(&self, name: &'static str) -> DecodeError {
        self.reader.invalid(self.reader.lexer.at(), format_args!("member `{name}` is missing"))
    }
}

/// The name of a member, borrowed from the input unless it contains escapes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name<'de>(Cow<'de, str>);

impl Name<'_> {
    /// Whether it was written without escapes.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.0, Cow::Borrowed(_))
    }
}

impl Deref for Name<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Name<'_>> for String {
    fn from(name: Name<'_>) -> Self {
        name.0.into_owned()
    }
}

/// The elements of an array that is being read.
pub(crate) struct Elements<'r, 'de> {
    pub(super) reader: &'r mut Reader<'de>,
    /// Of the next element.
    index: usize,
}

impl<'de> Elements<'_, 'de> {
    pub(crate) fn next<T: Decode>(&mut self) -> Result<Option<T>, DecodeError> {
        self.next_with(T::decode)
    }

    #[inline]
    pub(crate) fn next_with<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'de>) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        let lexer = &mut self.reader.lexer;
        if lexer.take(b']') {
            self.reader.depth -= 1;
            return Ok(None);
        }
        if self.index > 0 && !lexer.take(b',') {
            return Err(lexer.unfinished(b']'));
        }
        let value = read(self.reader).map_err(|error| error.below_index(self.index))?;
        self.index += 1;
        Ok(Some(value))
    }

    /// How many were read.
    pub(crate) fn count(&self) -> usize {
        self.index
    }
}
