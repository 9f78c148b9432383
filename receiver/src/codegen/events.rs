//! Event types, topics, events and payloads as rows.

/// `EventName` and further methods for an enum of event types. A row is `name => variant`, then `in` the innermost topic,
/// then `as template` if the name is a template. `by` is the separator of the parts of names.
#[doc(hidden)]
#[macro_export]
macro_rules! __event_type {
    ($ty:ident: $topics:ident by $separator:literal {
        $($name:literal => $variant:ident $(in $topic:ident)? $(as $template:ident)?,)*
    }) => {
        impl $ty {
            /// Every event type, in the order of the variants.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name as sent.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The innermost topic that the event type belongs to.
            pub const fn topic(self) -> ::core::option::Option<$topics> {
                match self {
                    $(Self::$variant => $crate::__event_type!(@topic $topics $($topic)?),)*
                }
            }

            /// What happened within the topic: the last part of the name.
            pub const fn action(self) -> &'static str {
                $crate::codegen::action(self.as_str(), $separator)
            }
        }

        impl $crate::codegen::EventName for $ty {
            type Topic = $topics;

            const ALL: &'static [Self] = Self::ALL;

            fn parse(name: &str) -> ::core::option::Option<Self> {
                match name {
                    $($name => return ::core::option::Option::Some(Self::$variant),)*
                    _ => {}
                }
                $($crate::__event_type!(@parse name, $name => $variant, $separator $(, $template)?);)*
                ::core::option::Option::None
            }

            fn as_str(self) -> &'static str {
                Self::as_str(self)
            }

            fn topic(self) -> ::core::option::Option<$topics> {
                Self::topic(self)
            }
        }

        $crate::__display!($ty, |event_type| event_type.as_str());
        $crate::__from_str!($ty, |name| <$ty as $crate::codegen::EventName>::parse(name));
    };
    (@topic $topics:ident) => {
        ::core::option::Option::None
    };
    (@topic $topics:ident $topic:ident) => {
        ::core::option::Option::Some($topics::$topic)
    };
    (@parse $text:ident, $name:literal => $variant:ident, $separator:literal) => {};
    (@parse $text:ident, $name:literal => $variant:ident, $separator:literal, template) => {
        if $crate::codegen::matches_template($name, $text, $separator) {
            return ::core::option::Option::Some(Self::$variant);
        }
    };
}

/// `TopicName` and further methods for an enum of topics. A row is `name => variant`, then `in` the topic around it.
#[doc(hidden)]
#[macro_export]
macro_rules! __topic {
    ($ty:ident { $($name:literal => $variant:ident $(in $parent:ident)?,)* }) => {
        impl $ty {
            /// Every topic, in alphabetical order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name: event types of the topic begin with it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The topic around this one.
            pub const fn parent(self) -> ::core::option::Option<Self> {
                match self {
                    $(Self::$variant => $crate::__event_type!(@topic $ty $($parent)?),)*
                }
            }
        }

        impl $crate::codegen::TopicName for $ty {
            fn as_str(self) -> &'static str {
                Self::as_str(self)
            }

            fn parent(self) -> ::core::option::Option<Self> {
                Self::parent(self)
            }
        }

        $crate::__display!($ty, |topic| topic.as_str());
        $crate::__from_str!($ty, |name| {
            <$ty>::ALL.iter().copied().find(|topic: &$ty| topic.as_str() == name)
        });
    };
}

/// `FromStr` by a lookup.
#[doc(hidden)]
#[macro_export]
macro_rules! __from_str {
    ($ty:ident, |$name:ident| $lookup:expr) => {
        impl ::core::str::FromStr for $ty {
            type Err = $crate::codegen::UnknownName;

            fn from_str($name: &str) -> ::core::result::Result<Self, Self::Err> {
                let known: ::core::option::Option<Self> = $lookup;
                known.ok_or_else(|| $crate::codegen::UnknownName::new($name))
            }
        }
    };
}

/// What an enum of events has. The rows are the variants, called as the event types are; the last one is for events whose
/// type is unknown.
#[doc(hidden)]
#[macro_export]
macro_rules! __event {
    ($ty:ident: $event_type:ident { $($variant:ident,)* ..$unknown:ident }) => {
        impl $ty {
            /// The event type; `None` if the description does not list it.
            pub fn event_type(&self) -> ::core::option::Option<$event_type> {
                ::core::option::Option::Some(match self {
                    $(Self::$variant(_) => $event_type::$variant,)*
                    Self::$unknown(_) => return ::core::option::Option::None,
                })
            }

            /// The event type as it was sent; `None` if the delivery states none. It can be any text: escape it before
            /// logging.
            pub fn event_type_name(&self) -> ::core::option::Option<&str> {
                match self {
                    Self::$unknown(event) => event.event_type(),
                    known => known.event_type().map($event_type::as_str),
                }
            }

            fn decode(
                event_type: $event_type,
                reader: &mut $crate::codegen::codec::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                match event_type {
                    $($event_type::$variant => $crate::codegen::codec::Decode::decode(reader).map(Self::$variant),)*
                }
            }
        }

        /// Serializes the payload; an unknown event is written back unchanged.
        impl $crate::codegen::serde::Serialize for $ty {
            fn serialize<S: $crate::codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(payload) => $crate::codegen::serde::Serialize::serialize(payload, serializer),)*
                    Self::$unknown(event) => $crate::codegen::serde::Serialize::serialize(event, serializer),
                }
            }
        }
    };
}

/// A method of an enum of events for a member that every payload has. A row is `variant => field`. `copy` returns the value
/// instead of a reference.
#[doc(hidden)]
#[macro_export]
macro_rules! __event_member {
    ($(#[$docs:meta])* $ty:ident::$accessor:ident -> copy $member:ty {
        $($variant:ident => $field:ident,)* ..$unknown:ident
    }) => {
        impl $ty {
            $(#[$docs])*
            pub fn $accessor(&self) -> ::core::option::Option<$member> {
                match self {
                    $(Self::$variant(payload) => $crate::codegen::Member::<$member>::get(&payload.$field).copied(),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
    ($(#[$docs:meta])* $ty:ident::$accessor:ident -> $member:ty {
        $($variant:ident => $field:ident,)* ..$unknown:ident
    }) => {
        impl $ty {
            $(#[$docs])*
            pub fn $accessor(&self) -> ::core::option::Option<&$member> {
                match self {
                    $(Self::$variant(payload) => $crate::codegen::Member::<$member>::get(&payload.$field),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
}

/// What makes a type a payload: its vendor, its event type, and the file with an example.
#[doc(hidden)]
#[macro_export]
macro_rules! __payload {
    ($ty:ident: $webhooks:ident, $event_type:expr, $example:literal) => {
        impl $ty {
            /// The example above, for tests.
            pub fn example() -> Self {
                $crate::codegen::codec::example(::core::include_str!($example))
            }
        }

        impl $crate::codegen::Payload for $ty {
            type Webhooks = $webhooks;

            const EVENT_TYPE: <$webhooks as $crate::codegen::Webhooks>::EventType = $event_type;
        }
    };
}

/// A field with an optional `T`: a string is also a `str`, a list a slice.
pub trait Member<T: ?Sized> {
    /// The value.
    fn get(&self) -> Option<&T>;
}

impl<T> Member<T> for T {
    fn get(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T> Member<T> for Option<T> {
    fn get(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl<T> Member<T> for Option<Option<T>> {
    fn get(&self) -> Option<&T> {
        self.as_ref()?.as_ref()
    }
}

/// Fields that are returned as what they refer to.
macro_rules! borrowed {
    ($($owned:ty => $borrowed:ty $(, $parameter:ident)?;)*) => {
        $(
            impl$(<$parameter>)? Member<$borrowed> for $owned {
                fn get(&self) -> Option<&$borrowed> {
                    Some(self)
                }
            }

            impl$(<$parameter>)? Member<$borrowed> for Option<$owned> {
                fn get(&self) -> Option<&$borrowed> {
                    self.as_deref()
                }
            }

            impl$(<$parameter>)? Member<$borrowed> for Option<Option<$owned>> {
                fn get(&self) -> Option<&$borrowed> {
                    self.as_ref()?.as_deref()
                }
            }
        )*
    };
}

borrowed! {
    String => str;
    &'static str => str;
    Vec<T> => [T], T;
}

/// The part of a name after the last separator.
pub const fn action<'a>(name: &'a str, separator: &str) -> &'a str {
    let (name_bytes, separator) = (name.as_bytes(), separator.as_bytes());
    let mut start = name_bytes.len();
    while start > 0 {
        start -= 1;
        let mut matching = 0;
        while matching < separator.len()
            && start + matching < name_bytes.len()
            && name_bytes[start + matching] == separator[matching]
        {
            matching += 1;
        }
        if matching == separator.len() && matching > 0 {
            return name.split_at(start + matching).1;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::action;

    #[test]
    fn the_action_is_the_last_part() {
        for (name, separator, expected) in [
            ("asset.metadata.updated", ".", "updated"),
            ("ping", ".", "ping"),
            ("asset::created", "::", "created"),
            ("asset:created", "::", "asset:created"),
            ("größe.größer", ".", "größer"),
            ("asset.", ".", ""),
            (".asset", ".", "asset"),
            ("asset", "", "asset"),
        ] {
            assert_eq!(action(name, separator), expected, "{name}");
        }
    }
}
