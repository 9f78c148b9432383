//! The tokens of JSON (RFC 8259).

use std::borrow::Cow;

use super::DecodeError;

/// Reads a text token by token, without knowledge of the grammar above.
pub(super) struct Lexer<'de> {
    pub(super) text: &'de str,
    pub(super) at: usize,
}

impl<'de> Lexer<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self::from(text, 0)
    }

    /// Begins somewhere within the text.
    pub(super) fn from(text: &'de str, at: usize) -> Self {
        Self { text, at }
    }

    /// The place of the next byte.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What was read since this place.
    pub(super) fn since(&self, start: usize) -> &'de str {
        self.between(start, self.at)
    }

    /// What is between these places.
    pub(super) fn between(&self, start: usize, end: usize) -> &'de str {
        &self.text[start..end]
    }

    /// Skips whitespace and returns the byte after it, without consuming it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(b' ' | b'\t' | b'\n' | b'\r') => self.after_whitespace(),
            byte => byte,
        }
    }

    #[inline(never)]
    fn after_whitespace(&mut self) -> Option<u8> {
        self.at = end_of_blank(self.bytes(), self.at);
        self.byte()
    }

    /// Consumes the byte that was [peeked](Self::peek).
    #[inline]
    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    /// Takes the next byte after whitespace, if it is this one.
    #[inline]
    pub(super) fn take(&mut self, wanted: u8) -> bool {
        let is_next = self.peek() == Some(wanted);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes `null`, `true` or `false`, of which the first letter was shown.
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), DecodeError> {
        if self.bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.malformed("expected a value"))
        }
    }

    /// Consumes a string whose quotation mark was peeked. Borrows it, unless it contains escapes.
    #[expect(clippy::inline_always, reason = "called for every name and string; see docs/performance.md")]
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<Cow<'de, str>, DecodeError> {
        let start = self.at + 1;
        self.at = end_of_plain(self.bytes(), start);
        let plain = self.since(start);
        if self.byte() == Some(b'"') {
            self.at += 1;
            Ok(Cow::Borrowed(plain))
        } else {
            self.escaped(plain).map(Cow::Owned)
        }
    }

    /// The rest of a string that is not plain.
    #[cold]
    fn escaped(&mut self, plain: &str) -> Result<String, DecodeError> {
        let mut text = plain.to_owned();
        while self.more()? {
            text.push(self.escape()?);
            let start = self.at;
            self.at = end_of_plain(self.bytes(), start);
            text.push_str(self.since(start));
        }
        Ok(text)
    }

    /// Passes over the rest of a string that is not plain. Of its escapes only the form is looked at.
    #[cold]
    pub(super) fn skip_escaped(&mut self) -> Result<(), DecodeError> {
        while self.more()? {
            if self.next() == Some(b'u') {
                self.hex()?;
            }
            self.at = end_of_plain(self.bytes(), self.at);
        }
        Ok(())
    }

    /// Takes the quotation mark at the end of a string, or the backslash of an escape, and then there is more.
    fn more(&mut self) -> Result<bool, DecodeError> {
        match self.byte() {
            Some(b'"') => {
                self.at += 1;
                Ok(false)
            }
            Some(b'\\') => {
                self.at += 1;
                match self.byte() {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u') => Ok(true),
                    _ => Err(self.malformed("unknown escape")),
                }
            }
            _ => Err(self.malformed("control character within a string")),
        }
    }

    /// The character of an escape, after its backslash.
    fn escape(&mut self) -> Result<char, DecodeError> {
        Ok(match self.next() {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let start = self.at;
                let first = self.hex()?;
                let pair = if matches!(first, 0xD800..=0xDBFF) && self.bytes()[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    char::decode_utf16([first, self.hex()?]).next()
                } else {
                    char::decode_utf16([first]).next()
                };
                let Some(Ok(character)) = pair else {
                    self.at = start;
                    return Err(self.malformed("half of a surrogate pair"));
                };
                character
            }
            Some(itself) => char::from(itself),
            None => return Err(self.malformed("unknown escape")),
        })
    }

    fn hex(&mut self) -> Result<u16, DecodeError> {
        let digits = self.bytes()[self.at..].first_chunk::<4>();
        let value = digits.and_then(|digits| {
            digits.iter().try_fold(0, |value: u16, &digit| {
                let digit = char::from(digit).to_digit(16)?;
                Some(value << 4 | u16::try_from(digit).ok()?)
            })
        });
        let value = value.ok_or_else(|| self.malformed("expected four hexadecimal digits"))?;
        self.at += 4;
        Ok(value)
    }

    /// Takes a number, of which the first byte was shown.
    pub(super) fn number(&mut self) -> Result<&'de str, DecodeError> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(self.since(start))
    }

    /// At least one.
    fn digits(&mut self) -> Result<(), DecodeError> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.malformed("expected a digit")) }
    }

    /// Shows the quotation mark of a name.
    #[inline]
    pub(super) fn quote(&mut self) -> Result<(), DecodeError> {
        if self.peek() == Some(b'"') { Ok(()) } else { Err(self.unnamed()) }
    }

    /// Takes the colon after a name.
    #[inline]
    pub(super) fn colon(&mut self) -> Result<(), DecodeError> {
        if self.take(b':') { Ok(()) } else { Err(self.uncoloned()) }
    }

    /// An error: expected a name.
    #[cold]
    pub(super) fn unnamed(&self) -> DecodeError {
        self.malformed("expected the name of a member")
    }

    /// An error: expected a colon.
    #[cold]
    pub(super) fn uncoloned(&self) -> DecodeError {
        self.malformed("expected `:`")
    }

    /// An error: expected a comma or this closing bracket.
    #[cold]
    pub(super) fn unfinished(&self, close: u8) -> DecodeError {
        self.malformed(if close == b'}' { "expected `,` or `}`" } else { "expected `,` or `]`" })
    }

    #[cold]
    pub(super) fn malformed(&self, message: &str) -> DecodeError {
        let message = if self.byte().is_none() { "the text ends too soon" } else { message };
        DecodeError::malformed(self.at, message)
    }

    #[inline]
    fn bytes(&self) -> &'de [u8] {
        self.text.as_bytes()
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = self.byte();
        self.at += usize::from(byte.is_some());
        byte
    }
}

/// The end of whitespace.
#[inline]
pub(super) fn end_of_blank(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The place of the first quotation mark, backslash or control character, or the end.
///
/// Looks at eight bytes at once, and leaves the highest bit of a byte set where it is one of these. A borrow may set it in
/// later bytes too, so only the first counts.
#[inline]
pub(super) fn end_of_plain(bytes: &[u8], start: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let mut at = start;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let chunk = u64::from_le_bytes(*chunk);
        // Inverting the second bit brings the quotation mark next to the control characters, and what is then as low as
        // they are was one of them.
        let quote_or_control = (chunk ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
        let backslash = (chunk ^ (ONES * 0x5C)).wrapping_sub(ONES);
        let found = (quote_or_control | backslash) & !chunk & HIGH;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..=0x1F);
    while bytes.get(at).is_some_and(is_plain) {
        at += 1;
    }
    at
}
