//! Skipping of values.

use super::DecodeError;
use super::lexer::{Lexer, end_of_blank, end_of_plain};

impl Lexer<'_> {
    /// Skips a value of any depth. Only the form of names and strings is checked.
    pub(super) fn skip(&mut self) -> Result<(), DecodeError> {
        self.at = value(self.text, self.at)?;
        Ok(())
    }
}

/// The end of the value that begins here after whitespace, at any depth. Of names and strings only the form is looked at.
fn value(text: &str, start: usize) -> Result<usize, DecodeError> {
    let bytes = text.as_bytes();
    let mut open = Open::default();
    let mut at = start;
    loop {
        at = end_of_blank(bytes, at);
        match bytes.get(at) {
            Some(b'"') => at = string(text, at)?,
            Some(b'{') => {
                at = end_of_blank(bytes, at + 1);
                if bytes.get(at) == Some(&b'}') {
                    at += 1;
                } else {
                    open.push(b'}');
                    at = name(text, at)?;
                    continue;
                }
            }
            Some(b'[') => {
                at = end_of_blank(bytes, at + 1);
                if bytes.get(at) == Some(&b']') {
                    at += 1;
                } else {
                    open.push(b']');
                    continue;
                }
            }
            _ => at = plain(text, at)?,
        }
        // A value has ended, and with it perhaps what it is in.
        while let Some(close) = open.innermost() {
            at = end_of_blank(bytes, at);
            match bytes.get(at) {
                Some(b',') => {
                    at += 1;
                    if close == b'}' {
                        at = name(text, end_of_blank(bytes, at))?;
                    }
                    break;
                }
                Some(&byte) if byte == close => {
                    at += 1;
                    open.pop();
                }
                _ => return Err(Lexer::from(text, at).unfinished(close)),
            }
        }
        if open.innermost().is_none() {
            return Ok(at);
        }
    }
}

/// The end of a string that begins here.
#[inline]
fn string(text: &str, at: usize) -> Result<usize, DecodeError> {
    let end = end_of_plain(text.as_bytes(), at + 1);
    if text.as_bytes().get(end) == Some(&b'"') {
        return Ok(end + 1);
    }
    let mut lexer = Lexer::from(text, end);
    lexer.skip_escaped()?;
    Ok(lexer.at())
}

/// The end of the colon after the name that begins here.
#[inline]
fn name(text: &str, at: usize) -> Result<usize, DecodeError> {
    if text.as_bytes().get(at) != Some(&b'"') {
        return Err(Lexer::from(text, at).unnamed());
    }
    let at = end_of_blank(text.as_bytes(), string(text, at)?);
    if text.as_bytes().get(at) == Some(&b':') { Ok(at + 1) } else { Err(Lexer::from(text, at).uncoloned()) }
}

/// The end of a number or a word that begins here.
fn plain(text: &str, at: usize) -> Result<usize, DecodeError> {
    let mut lexer = Lexer::from(text, at);
    match lexer.peek() {
        Some(b'-' | b'0'..=b'9') => drop(lexer.number()?),
        Some(b'n') => lexer.word("null")?,
        Some(b't') => lexer.word("true")?,
        Some(b'f') => lexer.word("false")?,
        _ => return Err(lexer.malformed("expected a value")),
    }
    Ok(lexer.at())
}

/// The brackets that are open, as a stack of the closing ones: a bit for each.
#[derive(Default)]
struct Open {
    /// The innermost up to 64, the very innermost lowest. A bit is set for an object.
    bits: u64,
    count: usize,
    /// What is further out, 64 at a time.
    outer: Vec<u64>,
}

impl Open {
    fn innermost(&self) -> Option<u8> {
        match (self.count, self.bits & 1) {
            (0, _) => None,
            (_, 0) => Some(b']'),
            _ => Some(b'}'),
        }
    }

    fn push(&mut self, close: u8) {
        if self.count > 0 && self.count.is_multiple_of(64) {
            self.outer.push(self.bits);
        }
        self.bits = self.bits << 1 | u64::from(close == b'}');
        self.count += 1;
    }

    fn pop(&mut self) {
        self.count -= 1;
        self.bits >>= 1;
        if self.count > 0 && self.count.is_multiple_of(64) {
            self.bits = self.outer.pop().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Open;

    #[test]
    fn brackets_are_closed_in_reverse() {
        let brackets: Vec<u8> = (0..1000_u32).map(|n| if n % 3 == 0 || n % 7 == 2 { b'}' } else { b']' }).collect();
        let mut open = Open::default();
        for (count, &close) in brackets.iter().enumerate() {
            open.push(close);
            assert_eq!((open.innermost(), open.count), (Some(close), count + 1));
        }
        for &close in brackets.iter().rev() {
            assert_eq!(open.innermost(), Some(close));
            open.pop();
        }
        assert_eq!(open.innermost(), None);
    }
}
