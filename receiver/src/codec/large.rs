//! Parts of the codec of large structs.

use serde::{Serialize, Serializer};

use super::{ObjectWriter, Rest};

/// Calls a function that has its own place on the stack, and only while it runs.
#[inline(never)]
pub fn apart<T>(call: impl FnOnce() -> T) -> T {
    call()
}

/// Clones a field into its slot.
#[inline(never)]
pub fn clone_into<T: Clone>(field: &T, slot: &mut Option<T>) {
    *slot = Some(field.clone());
}

/// The field of a slot.
///
/// # Panics
///
/// If the slot is empty.
#[inline]
pub fn filled<T>(slot: Option<T>) -> T {
    slot.expect("each field has been cloned")
}

/// The name of a field as `Debug` shows it.
pub fn field_name(ident: &'static str) -> &'static str {
    ident.strip_prefix("r#").unwrap_or(ident)
}

/// Writes an object like [`ObjectWriter`], which keeps an error until the end: a result for each field would take stack.
pub struct Fields<S: Serializer> {
    object: ObjectWriter<S>,
    written: Result<(), S::Error>,
}

impl<S: Serializer> Fields<S> {
    /// Opens the object.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn new(serializer: S) -> Result<Self, S::Error> {
        Ok(Self { object: ObjectWriter::new(serializer)?, written: Ok(()) })
    }

    /// See [`ObjectWriter::required`].
    #[inline(never)]
    pub fn required<T: Serialize>(&mut self, name: &str, value: &T) {
        if self.written.is_ok() {
            self.written = self.object.required(name, value);
        }
    }

    /// See [`ObjectWriter::optional`].
    #[inline(never)]
    pub fn optional<T: Serialize>(&mut self, name: &str, value: &Option<T>) {
        if self.written.is_ok() {
            self.written = self.object.optional(name, value);
        }
    }

    /// See [`ObjectWriter::optional_nullable`].
    pub fn optional_nullable<T: Serialize>(&mut self, name: &str, value: &Option<T>) {
        self.optional(name, value);
    }

    /// Writes all other members, and closes the object.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn end<R: Rest>(mut self, rest: &R) -> Result<S::Ok, S::Error> {
        self.written?;
        self.object.rest(rest)?;
        self.object.end()
    }
}
