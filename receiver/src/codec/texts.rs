//! Which of many texts a text is.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::{DecodeError, Reader};

/// The texts of a list, each with its position.
pub struct Texts(OnceLock<HashMap<&'static str, usize>>);

impl Texts {
    /// They are hashed when they are needed.
    #[expect(clippy::new_without_default, reason = "only statics have this type")]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The position of the text in the list, which is always the same one.
    pub fn find(&self, listed: &[&'static str], text: &str) -> Option<usize> {
        let positions = self.0.get_or_init(|| listed.iter().enumerate().map(|(at, text)| (*text, at)).rev().collect());
        positions.get(text).copied()
    }

    /// Reads a string: its position in the list, or the string if it is not in it.
    ///
    /// # Errors
    ///
    /// If the value is not a string, or costs too much.
    pub fn read<'de>(
        &self,
        listed: &[&'static str],
        reader: &mut Reader<'de>,
    ) -> Result<Result<usize, Cow<'de, str>>, DecodeError> {
        let text = reader.string()?;
        // It is hashed, and compared with one of them.
        reader.work_again(2 * text.len())?;
        Ok(self.find(listed, &text).ok_or(text))
    }
}
