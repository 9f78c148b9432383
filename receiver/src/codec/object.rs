use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Decode, Seed, Undeclared, pointer};

/// A type whose JSON form is an object with declared members.
pub trait Object: Sized {
    /// The name of the type, for error messages.
    const NAME: &'static str;

    /// The names of the declared members.
    const MEMBERS: &'static [&'static str];

    /// Reads every member, until [`Members::next`] returns `None`.
    ///
    /// # Errors
    ///
    /// If a member does not fit its type, occurs twice or is missing.
    fn decode_members<'de, A: MapAccess<'de>>(members: &mut Members<'de, A>) -> Result<Self, A::Error>;
}

/// Reads an object. Unlike with derived code, an array of the members' values is not accepted.
///
/// # Errors
///
/// If the value is not an object, or [`Object::decode_members`] fails.
pub fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::decode_members(&mut Members { map, lifetime: PhantomData })
    }
}

/// The members of an object that is being read.
///
/// For every name that [`next`](Self::next) returns, exactly one of [`read`](Self::read),
/// [`read_rest`](Self::read_rest), [`keep`](Self::keep) and [`skip`](Self::skip) is called.
pub struct Members<'de, A> {
    map: A,
    lifetime: PhantomData<&'de ()>,
}

impl<'de, A: MapAccess<'de>> Members<'de, A> {
    /// The name of the next member.
    ///
    /// # Errors
    ///
    /// If the input is not JSON.
    #[expect(clippy::should_implement_trait, reason = "a fallible, lending reader is no iterator")]
    pub fn next(&mut self) -> Result<Option<Name<'de>>, A::Error> {
        self.map.next_key()
    }

    /// Reads the member's value into its slot.
    ///
    /// # Errors
    ///
    /// If the slot is filled already, or the value does not fit.
    pub fn read<T: Decode>(&mut self, name: &'static str, slot: &mut Option<T>) -> Result<(), A::Error> {
        if slot.is_some() {
            return Err(duplicate(name));
        }
        *slot = Some(self.value(name)?);
        Ok(())
    }

    /// Reads the value of an undeclared member into a map.
    ///
    /// # Errors
    ///
    /// If the map holds the name already, or the value does not fit.
    pub fn read_rest<T: Decode>(&mut self, name: Name<'de>, rest: &mut BTreeMap<String, T>) -> Result<(), A::Error> {
        if rest.contains_key(&*name) {
            return Err(duplicate(&name));
        }
        let value = self.value(&name)?;
        rest.insert(name.into(), value);
        Ok(())
    }

    /// Keeps an undeclared member, without looking into its value.
    ///
    /// # Errors
    ///
    /// If the input is not JSON.
    pub fn keep(&mut self, name: &Name<'de>, undeclared: &mut Undeclared) -> Result<(), A::Error> {
        let value: Box<RawValue> = self.map.next_value()?;
        undeclared.push(name, &value).map_err(A::Error::custom)
    }

    /// Passes over the member's value without looking into it.
    ///
    /// # Errors
    ///
    /// If the input is not JSON.
    pub fn skip(&mut self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }

    /// The value of a required member, once all members are read.
    ///
    /// # Errors
    ///
    /// If the member is missing.
    pub fn required<T>(&self, name: &'static str, slot: Option<T>) -> Result<T, A::Error> {
        slot.ok_or_else(|| missing(name))
    }

    fn value<T: Decode>(&mut self, name: &str) -> Result<T, A::Error> {
        self.map.next_value_seed(Seed::NEW).map_err(|error| pointer::at(name, &error))
    }
}

/// The error of a member that occurs twice.
#[cold]
pub(crate) fn duplicate<E: Error>(name: &str) -> E {
    pointer::at(name, &E::custom("the member occurs twice"))
}

#[cold]
fn missing<E: Error>(name: &'static str) -> E {
    E::custom(format_args!("member `{name}` is missing"))
}

/// The name of a member, borrowed from the input unless it holds escapes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name<'de>(Cow<'de, str>);

impl Deref for Name<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Name<'_>> for String {
    fn from(name: Name<'_>) -> Self {
        name.0.into_owned()
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}
