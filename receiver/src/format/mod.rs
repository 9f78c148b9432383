//! Strings with a declared format.
//!
//! A description may declare a string as a UUID or a point in time, and a sender may still send something else. A
//! delivery must not be lost because of that, so [`Text`] keeps the received string and parses it on request.

mod encoded;
mod error;
mod net;
mod text;
#[cfg(feature = "jiff")]
mod time;
#[cfg(feature = "url")]
mod uri;
#[cfg(feature = "uuid")]
mod uuid;

pub use error::FormatError;
pub use text::Text;

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
    )+};
}

formats! {
    /// `uuid`: see `Text::uuid` (feature `uuid`).
    Uuid
    /// `date-time` (RFC 3339): see `Text::timestamp` (feature `jiff`).
    DateTime
    /// `date` (RFC 3339): see `Text::date` (feature `jiff`).
    Date
    /// `time` (RFC 3339): see `Text::time` (feature `jiff`).
    Time
    /// `duration` (ISO 8601): see `Text::span` (feature `jiff`).
    Duration
    /// `email`.
    Email
    /// `uri`: see `Text::url` (feature `url`).
    Uri
    /// `uri-reference`: see `Text::resolve` (feature `url`).
    UriReference
    /// `hostname`.
    Hostname
    /// `ipv4`: see [`Text::addr`](Text#method.addr).
    Ipv4
    /// `ipv6`: see [`Text::addr`](Text#method.addr).
    Ipv6
    /// `byte` (base64): see [`Text::bytes`].
    Byte
}
