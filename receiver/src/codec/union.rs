use super::budget::Attempt;
use super::reader::{Kind, Name};
use super::{Decode, DecodeError, JsonValue, Reader};

/// A value that is kept as text first, to choose the type to decode it into.
#[derive(Clone, Copy)]
pub struct Value<'de> {
    text: &'de str,
    /// Its offset in the enclosing text.
    start: usize,
}

impl<'de> Reader<'de> {
    /// Reads any value that every reader understands alike, to be decoded later.
    ///
    /// # Errors
    ///
    /// If a name occurs twice in an object, a number is beyond the range of a double, an escape is not Unicode, or objects
    /// and arrays nest deeper than 127.
    pub fn value(&mut self) -> Result<Value<'de>, DecodeError> {
        let (text, start) = self.checked_text()?;
        Ok(Value::new(text, start))
    }
}

impl JsonValue {
    /// Decodes the value as another type. Lines and columns of an error count from this value.
    ///
    /// # Errors
    ///
    /// If the value does not match the type.
    pub fn decode<T: Decode>(&self) -> Result<T, DecodeError> {
        self.value().decode().map_err(|error| error.located(self.as_str().as_bytes()))
    }

    /// The value, for inspection before it is decoded.
    pub fn value(&self) -> Value<'_> {
        Value::of_checked(self.as_str())
    }
}

impl<'de> Value<'de> {
    pub(super) fn new(text: &'de str, start: usize) -> Self {
        Self { text, start }
    }

    /// A text that was checked, by itself.
    pub(super) fn of_checked(text: &'de str) -> Self {
        Self::new(text, 0)
    }

    /// Decodes the value.
    ///
    /// # Errors
    ///
    /// If it does not fit, or is made of unions within unions that can be read in so many ways that trying them is not
    /// worth the time.
    pub fn decode<T: Decode>(&self) -> Result<T, DecodeError> {
        let attempt = Attempt::begin(self.text.len()).map_err(|message| DecodeError::mismatch(0, message));
        attempt.and_then(|_attempt| T::decode(&mut self.reader())).map_err(|error| error.after(self.start))
    }

    /// Keeps the value.
    pub fn to_json(&self) -> JsonValue {
        JsonValue::of_checked(self.text)
    }

    /// The top-level member of this name as text: a string's value, or a number or boolean as written.
    ///
    /// `None` if the value is not an object, or the member is absent, `null`, an array or an object.
    pub fn tag(&self, member: &str) -> Option<String> {
        let (_, value) = self.members().into_iter().find(|(name, _)| **name == *member)?;
        let mut reader = Reader::of_checked(value);
        match reader.kind().ok()? {
            Kind::String => reader.string().ok().map(Into::into),
            Kind::Number | Kind::Bool => Some(value.to_owned()),
            Kind::Null | Kind::Array | Kind::Object => None,
        }
    }

    /// Which types are worth trying; each is given as its [`Decode::MEMBERS`](super::Decode::MEMBERS).
    pub fn candidates(&self, types: &[Option<&'static [&'static str]>]) -> Candidates<'de> {
        let mut declared: Vec<Name<'de>> = self.members().into_iter().map(|(name, _)| name).collect();
        declared.retain(|name| types.iter().flatten().any(|members| members.contains(&&**name)));
        Candidates { declared }
    }

    /// The top-level members; none if the value is not an object.
    pub(super) fn members(&self) -> Vec<(Name<'de>, &'de str)> {
        let mut found = Vec::new();
        let mut reader = self.reader();
        if let Ok(mut members) = reader.object("") {
            while let Ok(Some(name)) = members.next()
                && let Ok(value) = members.reader().skip()
            {
                found.push((name, value));
            }
        }
        found
    }

    fn reader(&self) -> Reader<'de> {
        Reader::of_checked(self.text)
    }
}

/// Types that a value may be decoded as.
///
/// An object type does not look into members that it does not declare. So that no member is lost that another type
/// declares, an object type is a candidate only if it declares every member of the value that any of the types declares.
/// Types that are not objects always are candidates, and if the value is not an object, all types are.
pub struct Candidates<'de> {
    /// The members of the value that any of the types declares.
    declared: Vec<Name<'de>>,
}

impl Candidates<'_> {
    /// Whether a type with these members is one.
    pub fn contains(&self, members: Option<&'static [&'static str]>) -> bool {
        members.is_none_or(|members| self.declared.iter().all(|name| members.contains(&&**name)))
    }
}

/// The members that the type in a variant declares.
pub fn members_of<T: Decode, U>(_variant: fn(T) -> U) -> Option<&'static [&'static str]> {
    T::MEMBERS
}
