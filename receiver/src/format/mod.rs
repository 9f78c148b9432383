//! Strings with a declared format.
//!
//! A description may declare a string as a UUID or a point in time, and a sender may still send something else. A
//! delivery must not be lost because of that, so [`Text`] keeps the received string and parses it on request.

mod encoded;
mod error;
mod net;
mod shape;
mod text;
#[cfg(feature = "jiff")]
mod time;
#[cfg(feature = "url")]
mod uri;
#[cfg(feature = "uuid")]
mod uuid;

pub use error::FormatError;
pub use text::Text;

/// A format, as a type parameter of [`Text`].
pub trait Format {
    /// Whether a string looks like one of this format. If a value has one of several types, a string that does not is of this
    /// type only if it is of no other.
    fn is_likely(text: &str) -> bool;
}

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident: $shape:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Format for $name {
            fn is_likely(text: &str) -> bool {
                shape::$shape(text)
            }
        }
    )+};
}

formats! {
    /// `uuid`: see `Text::uuid` (feature `uuid`).
    Uuid: uuid
    /// `date-time` (RFC 3339): see `Text::timestamp` (feature `jiff`).
    DateTime: date_time
    /// `date` (RFC 3339): see `Text::date` (feature `jiff`).
    Date: date
    /// `time` (RFC 3339): see `Text::time` (feature `jiff`).
    Time: time
    /// `duration` (ISO 8601): see `Text::span` (feature `jiff`).
    Duration: duration
    /// `email`.
    Email: email
    /// `uri`: see `Text::url` (feature `url`).
    Uri: uri
    /// `uri-reference`: see `Text::resolve` (feature `url`).
    UriReference: uri_reference
    /// `hostname`.
    Hostname: hostname
    /// `ipv4`: see [`Text::addr`](Text#method.addr).
    Ipv4: ipv4
    /// `ipv6`: see [`Text::addr`](Text#method.addr).
    Ipv6: ipv6
    /// `byte` (base64): see [`Text::bytes`].
    Byte: byte
}
