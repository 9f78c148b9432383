use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::{Serialize, Serializer};

use super::{Decode, DecodeError, Reader};

/// A value behind a pointer that is `Send`, whatever it contains.
///
/// Types that contain each other in long chains are too deep for the compiler: to find out whether such a type is
/// [`Send`], it looks into all of them, down to its `recursion_limit`. It stops at this type. Large types would take too much of
/// the stack. Use it like a [`Box`].
pub struct Deep<T>(Box<dyn Holds<T> + Send + Sync>);

/// Hides the type of a value from the compiler's check.
trait Holds<T> {
    fn get(&self) -> &T;
    fn get_mut(&mut self) -> &mut T;
    fn take(self: Box<Self>) -> T;
}

impl<T> Holds<T> for T {
    fn get(&self) -> &T {
        self
    }

    fn get_mut(&mut self) -> &mut T {
        self
    }

    fn take(self: Box<Self>) -> T {
        *self
    }
}

impl<T: Send + Sync + 'static> Deep<T> {
    /// Puts a value behind a pointer.
    pub fn new(value: T) -> Self {
        Self(Box::new(value))
    }
}

impl<T> Deep<T> {
    /// The value itself.
    pub fn into_inner(self) -> T {
        Holds::take(self.0)
    }
}

impl<T: Send + Sync + 'static> From<T> for Deep<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T> Deref for Deep<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).get()
    }
}

impl<T> DerefMut for Deep<T> {
    fn deref_mut(&mut self) -> &mut T {
        (*self.0).get_mut()
    }
}

impl<T: Decode + Clone + Send + Sync + 'static> Clone for Deep<T> {
    fn clone(&self) -> Self {
        Self(T::clone_boxed(self))
    }
}

impl<T: PartialEq> PartialEq for Deep<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: fmt::Debug> fmt::Debug for Deep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: Decode + Send + Sync + 'static> Decode for Deep<T> {
    const MEMBERS: Option<&'static [&'static str]> = T::MEMBERS;
    const REQUIRED: &'static [bool] = T::REQUIRED;
    const KINDS: u8 = T::KINDS;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match T::decode_boxed(reader) {
            Ok(value) => Ok(Self(value)),
            Err(error) => Err(error),
        }
    }
}

impl<T: Serialize> Serialize for Deep<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, serializer)
    }
}
