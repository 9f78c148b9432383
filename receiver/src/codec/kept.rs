//! Values that are read several times: those of unions.

use std::borrow::Cow;
use std::collections::HashMap;

use super::meter::Exhausted;
use super::outline::{Outline, Place};
use super::reader::{Kind, Reader};
use super::{DecodeError, JsonValue};

/// The work of considering a member or making an attempt, beside the bytes that are read.
const STEP: usize = 4;
/// Attempts within each other. Only types that contain themselves without any object or array in between get here.
const MAX_ATTEMPTS: u16 = 256;

/// The memory that a remembered variant takes at most, while their table grows.
const REMEMBERED: usize = 120;

/// A value that was read as one of several types.
pub(super) enum Attempt<T> {
    Fits(T),
    /// It fits if a null that the type does not allow is read as absence.
    Lenient(T),
    /// It fits a type that keeps any value, and is none of those that the type lists. This is not noted yet.
    Unlisted(T),
    Fails,
}

impl<T> Attempt<T> {
    pub(super) fn into_value(self) -> Option<T> {
        match self {
            Self::Fits(value) | Self::Lenient(value) | Self::Unlisted(value) => Some(value),
            Self::Fails => None,
        }
    }

    /// Whether this is a better reading of the value.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        let rank = |attempt: &Self| match attempt {
            Self::Fits(_) => 3,
            Self::Lenient(_) => 2,
            Self::Unlisted(_) => 1,
            Self::Fails => 0,
        };
        rank(self) > rank(other)
    }
}

/// A value of the text that was checked, to be read several times.
pub(super) struct Kept {
    start: Place,
    end: Place,
    /// Not within another one.
    is_outermost: bool,
}

impl<'de> Reader<'de> {
    /// Passes over a value that every reader understands alike, to read it later.
    pub(super) fn keep(&mut self) -> Result<Kept, DecodeError> {
        let at = self.place();
        if self.outline.is_complete {
            let start = Place { at, opened: self.outline.opened };
            self.skip()?;
            return Ok(Kept { start, end: self.here(), is_outermost: false });
        }
        self.outline.opened = 0;
        self.outline.ends.clear();
        self.outline.is_recording = true;
        self.check()?;
        self.outline.is_recording = false;
        self.outline.is_complete = true;
        if self.depth == 0 {
            // It has been checked that the member occurs but once.
            self.once = None;
        }
        let kept = Kept { start: Place { at, opened: 0 }, end: self.here(), is_outermost: true };
        self.meter.grant(kept.length());
        Ok(kept)
    }

    /// Goes to the start of a kept value.
    pub(super) fn rewind(&mut self, kept: &Kept) {
        self.go(kept.start);
    }

    /// Goes to the end of a kept value.
    pub(super) fn leave(&mut self, kept: &Kept) {
        self.go(kept.end);
        if kept.is_outermost {
            self.outline.is_complete = false;
            self.release(self.outline.remembered());
            self.outline.variants = HashMap::new();
        }
    }

    /// The text was read. Only its values remain in memory.
    pub(super) fn settle(&mut self) {
        if !self.meter.is_shared() {
            return;
        }
        self.meter.release(self.outline.ends.capacity() * size_of::<Place>());
        self.outline.ends = Vec::new();
        self.meter.settle();
    }

    /// The variant that was found to fit this value, if it was read as this union before. `Some(None)` if none fits.
    pub(super) fn recall(&self, kept: &Kept, union: usize) -> Option<Option<usize>> {
        self.outline.variants.get(&(kept.start.at, union)).copied()
    }

    /// Remembers the variant that fits this value, if the value may be read again and contains objects or arrays. Otherwise
    /// values within each other would be read in as many ways as their variants can be combined.
    pub(super) fn remember(&mut self, kept: &Kept, union: usize, variant: Option<usize>) -> Result<(), DecodeError> {
        if self.outline.attempts > 0 && kept.end.opened - kept.start.opened > 1 {
            self.hold(REMEMBERED)?;
            self.outline.variants.insert((kept.start.at, union), variant);
        }
        Ok(())
    }

    /// Reads a kept value as one of several types.
    pub(super) fn attempt<T>(
        &mut self,
        kept: &Kept,
        read: fn(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Attempt<T>, DecodeError> {
        self.rewind(kept);
        self.work(STEP)?;
        if self.outline.attempts >= MAX_ATTEMPTS {
            let reason = self.meter.exhaust("too many unions within unions");
            return Err(self.exhausted(reason));
        }
        let (depth, is_quiet) = (self.depth, self.is_quiet);
        let memory = self.memory_besides_remembered();
        let found = self.watch.mark();
        let nulls = self.outline.nulls;
        self.is_quiet = true;
        self.outline.unlisted = None;
        self.outline.nulled = None;
        self.outline.attempts += 1;
        let mut read = read(self);
        self.outline.attempts -= 1;
        if self.outline.nulled == Some(kept.end.at) {
            // It would be read as absence. What is of none of the types is kept as it is.
            read = read.and_then(|_| Err(DecodeError::mismatch(kept.start.at, "a member is null")));
        }
        self.is_quiet = is_quiet;
        // They count for the value around this one if this reading is taken.
        let is_lenient = std::mem::replace(&mut self.outline.nulls, nulls) > nulls;
        match (read, self.meter.exhausted()) {
            (Ok(value), _) if self.outline.unlisted == Some(kept.end.at) => {
                drop(self.watch.take_since(found));
                Ok(Attempt::Unlisted(value))
            }
            (Ok(value), _) if is_lenient => Ok(Attempt::Lenient(value)),
            (Ok(value), _) => Ok(Attempt::Fits(value)),
            (Err(_), Some(reason)) => Err(self.exhausted(reason)),
            (Err(_), None) => {
                let in_vain = self.here().at - kept.start.at;
                self.work(in_vain)?;
                self.free_to(memory);
                drop(self.watch.take_since(found));
                self.depth = depth;
                Ok(Attempt::Fails)
            }
        }
    }

    /// The memory in use, without that of what is remembered.
    pub(super) fn memory_besides_remembered(&self) -> usize {
        self.meter.memory() - self.outline.remembered()
    }

    /// Everything since then was freed. What is remembered remains.
    pub(super) fn free_to(&mut self, memory: usize) {
        self.meter.reset_memory(memory + self.outline.remembered());
    }

    /// A kept value as JSON.
    pub(super) fn kept_json(&self, kept: &Kept) -> JsonValue {
        JsonValue::of_checked(self.lexer.between(kept.start.at, kept.end.at))
    }

    /// Calls a function with the name of each member of an object that is kept.
    pub(super) fn kept_names(&mut self, mut found: impl FnMut(&str)) -> Result<(), DecodeError> {
        self.kept_member(|name| {
            found(name);
            false
        })
        .map(drop)
    }

    /// The member of this name as text: a string's value, or a number or boolean as written. `None` if the value is not an
    /// object, or the member is absent, `null`, an array or an object.
    pub(super) fn tag(&mut self, kept: &Kept, member: &str) -> Result<Option<Cow<'de, str>>, DecodeError> {
        self.rewind(kept);
        let depth = self.depth;
        if self.kind()? != Kind::Object || !self.kept_member(|name| name == member)? {
            return Ok(None);
        }
        let tag = match self.kind()? {
            Kind::String => Some(self.string()?),
            Kind::Number | Kind::Bool => Some(Cow::Borrowed(self.skip()?)),
            Kind::Null | Kind::Array | Kind::Object => None,
        };
        self.depth = depth;
        Ok(tag)
    }

    /// Goes to the value of the first member that is looked for.
    fn kept_member(&mut self, mut is_it: impl FnMut(&str) -> bool) -> Result<bool, DecodeError> {
        let mut members = self.object("")?;
        while let Some(name) = members.next()? {
            if is_it(&name) {
                return Ok(true);
            }
            let reader = members.reader();
            let start = reader.here();
            members.skip()?;
            let reader = members.reader();
            let end = reader.here();
            // Skipping an object or an array is one step, whatever its length.
            let skipped = if end.opened > start.opened { 0 } else { end.at - start.at };
            reader.work(STEP + name.len() + skipped)?;
        }
        Ok(false)
    }

    /// Passes over an object or array that is within a kept value, if that is the next value.
    #[inline]
    pub(super) fn skip_kept(&mut self) -> bool {
        if !self.outline.is_complete || !matches!(self.lexer.peek(), Some(b'{' | b'[')) {
            return false;
        }
        match self.outline.ends.get(self.outline.opened) {
            Some(&end) => {
                self.go(end);
                true
            }
            None => false,
        }
    }

    /// Begins the record of an object or array that is about to be opened.
    pub(super) fn record(&mut self) -> Result<Option<usize>, DecodeError> {
        if !self.outline.is_recording {
            return Ok(None);
        }
        let position = self.outline.ends.len();
        self.meter.push(&mut self.outline.ends, Place { at: 0, opened: 0 }).map_err(|reason| self.exhausted(reason))?;
        Ok(Some(position))
    }

    /// Ends the record of an object or array that was closed.
    pub(super) fn recorded(&mut self, position: Option<usize>) {
        if let Some(position) = position {
            self.outline.ends[position] = self.here();
        }
    }

    /// Does work for a union.
    pub(super) fn work(&mut self, steps: usize) -> Result<(), DecodeError> {
        self.meter.work(steps).map_err(|reason| self.exhausted(reason))
    }

    /// Reads or writes bytes once more. This is limited only within unions, where the same value may be read many times.
    pub(super) fn work_again(&mut self, steps: usize) -> Result<(), DecodeError> {
        if self.outline.is_complete {
            self.work(steps)
        } else {
            self.meter.count(steps);
            Ok(())
        }
    }

    /// The error that memory or work is used up.
    #[cold]
    pub(super) fn exhausted(&self, Exhausted(reason): Exhausted) -> DecodeError {
        DecodeError::mismatch(self.lexer.at(), reason)
    }

    fn here(&self) -> Place {
        Place { at: self.lexer.at(), opened: self.outline.opened }
    }

    fn go(&mut self, place: Place) {
        self.lexer.at = place.at;
        self.outline.opened = place.opened;
    }
}

impl Outline {
    /// The memory of what is remembered.
    fn remembered(&self) -> usize {
        self.variants.len() * REMEMBERED
    }
}

impl Kept {
    fn length(&self) -> usize {
        self.end.at - self.start.at
    }
}
