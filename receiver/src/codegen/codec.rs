//! The codec of generated types.
//!
//! The macros implement [`Decode`], [`Serialize`](serde::Serialize) and [`Deserialize`](serde::Deserialize) for a type from
//! rows of a name in JSON and a name in Rust. The last row is the field or variant for everything else.
//!
//! ```
//! use webhook_receiver::codegen::codec;
//! use webhook_receiver::{Undeclared, serde_json};
//!
//! struct Asset {
//!     id: String,
//!     filename: Option<String>,
//!     undeclared: Undeclared,
//! }
//!
//! codec::object! {
//!     Asset {
//!         "id" => id: required,
//!         "fileName" => filename: optional,
//!         ..undeclared
//!     }
//! }
//!
//! let asset: Asset = serde_json::from_str(r#"{"id": "a1", "fileName": "a.png", "new": [1.0]}"#)?;
//! assert_eq!(serde_json::to_string(&asset)?, r#"{"id":"a1","fileName":"a.png","new":[1.0]}"#);
//!
//! let error = serde_json::from_str::<Asset>(r#"{"id": 1}"#).err().unwrap();
//! assert!(error.to_string().starts_with("unexpected JSON at /id: invalid type: number `1`, expected a string"));
//! # Ok::<(), serde_json::Error>(())
//! ```

pub use crate::codec::{
    ByShape, ByTag, Decode, DecodeError, Fields, Fixed, FixedValue, Index, Integer, JsonValue, JsonValues, Members,
    Name, ObjectWriter, Reader, Rest, Tags, Texts, apart, by_shape, by_tag, clone_into, constant, constant_json,
    constant_value, example, field_name, filled, from_deserializer, json_text, same_json,
};
pub use crate::{
    __constant as constant, __deserialize as deserialize, __integer_enum as integer_enum, __json_enum as json_enum,
    __large_object as large_object, __large_text_enum as large_text_enum, __newtype as newtype, __object as object,
    __tagged_union as tagged_union, __text_enum as text_enum, __untagged_union as untagged_union,
};

/// The codec of a struct.
///
/// `required`, `optional` and `optional_nullable` are methods of [`Members`] and
/// [`ObjectWriter`]. A member with a value has that value only. The last field is a [`Rest`].
#[doc(hidden)]
#[macro_export]
macro_rules! __object {
    ($ty:ident { $($wire:literal => $field:ident: $presence:ident $(= $value:literal)?,)* ..$rest:ident }) => {
        impl $crate::codegen::codec::Decode for $ty {
            const MEMBERS: ::core::option::Option<&'static [&'static str]> =
                ::core::option::Option::Some(&[$($wire),*]);
            const REQUIRED: &'static [bool] = &[$($crate::__is_required!($presence)),*];

            fn decode(
                reader: &mut $crate::codegen::codec::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                let mut members = reader.object(::core::stringify!($ty))?;
                $(let mut $field = ::core::option::Option::None;)*
                let mut $rest = ::core::default::Default::default();
                while let ::core::option::Option::Some(name) = members.next()? {
                    match &*name {
                        $($wire => members$(.fixed($value))?.read($wire, &mut $field),)*
                        _ => members.rest(&name, &mut $rest),
                    }?;
                }
                ::core::result::Result::Ok(Self { $($field: $crate::__finish!($presence members $wire $field),)* $rest })
            }
        }

        impl $crate::codegen::serde::Serialize for $ty {
            fn serialize<S: $crate::codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let mut object = $crate::codegen::codec::ObjectWriter::new(serializer)?;
                $(object.$presence($wire, &self.$field)?;)*
                object.rest(&self.$rest)?;
                object.end()
            }
        }

        $crate::codegen::codec::deserialize!($ty);
    };
}

/// The codec of a large struct, and `Clone`, `Debug` and `PartialEq`.
///
/// It may contain itself behind a [`Deep`](crate::Deep). No function that leads to itself has the struct, or a temporary for
/// each of its fields, on the stack: what is read or cloned is collected in slots on the heap, and put together
/// [apart](crate::codegen::codec::apart). Rows come in groups, of which one at a time is on the stack.
#[doc(hidden)]
#[macro_export]
macro_rules! __large_object {
    ($ty:ident { $({ $($wire:literal => $field:ident: $presence:ident $(= $value:literal)?,)* })* ..$rest:ident }) => {
        const _: () = {
            const FIELDS: &[__Field] = &[$($(__Field::$field),*),*];
            static NAMES: $crate::codegen::codec::Texts = $crate::codegen::codec::Texts::new();

            /// In the order of the members.
            #[allow(non_camel_case_types, reason = "they are called like the fields")]
            enum __Field {
                $($($field,)*)*
            }

            /// The fields that are known already. Their types are inferred.
            #[allow(non_camel_case_types, clippy::builtin_type_shadow, reason = "they are called like the fields")]
            struct Slots<$($($field,)*)* $rest> {
                $($($field: ::core::option::Option<$field>,)*)*
                $rest: $rest,
            }

            #[allow(non_camel_case_types, clippy::builtin_type_shadow, reason = "they are called like the fields")]
            impl<$($($field,)*)* $rest: ::core::default::Default> Slots<$($($field,)*)* $rest> {
                #[allow(clippy::unnecessary_box_returns, reason = "it is never to be on the stack of the caller")]
                #[inline(never)]
                fn empty() -> ::std::boxed::Box<Self> {
                    ::std::boxed::Box::new(Self {
                        $($($field: ::core::option::Option::None,)*)*
                        $rest: ::core::default::Default::default(),
                    })
                }
            }

            impl $crate::codegen::codec::Decode for $ty {
                const MEMBERS: ::core::option::Option<&'static [&'static str]> =
                    ::core::option::Option::Some(&[$($($wire),*),*]);
                const REQUIRED: &'static [bool] = &[$($($crate::__is_required!($presence)),*),*];

                fn decode(
                    reader: &mut $crate::codegen::codec::Reader<'_>,
                ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                    Self::decode_boxed(reader).map(|value| *value)
                }

                fn decode_boxed(
                    reader: &mut $crate::codegen::codec::Reader<'_>,
                ) -> ::core::result::Result<::std::boxed::Box<Self>, $crate::codegen::codec::DecodeError> {
                    // The slots, and then also the value.
                    reader.hold(2 * ::core::mem::size_of::<Self>())?;
                    let mut members = reader.object(::core::stringify!($ty))?;
                    let mut slots = Slots::empty();
                    while let ::core::option::Option::Some(name) = members.next()? {
                        let (known, slots) = (&mut members, &mut *slots);
                        let names = <Self as $crate::codegen::codec::Decode>::MEMBERS.unwrap_or_default();
                        let ::core::option::Option::Some(at) = NAMES.find(names, &name) else {
                            known.rest(&name, &mut slots.$rest)?;
                            continue;
                        };
                        let mut is_read = false;
                        $(if !is_read {
                            is_read = $crate::codegen::codec::apart(|| {
                                // The whole, not each of its fields.
                                let (known, slots) = (&mut *known, &mut *slots);
                                match FIELDS[at] {
                                    $(__Field::$field => known$(.fixed($value))?.read($wire, &mut slots.$field),)*
                                    #[allow(unreachable_patterns, reason = "if there is only one group")]
                                    _ => return ::core::result::Result::Ok(false),
                                }
                                .map(|()| true)
                            })?;
                        })*
                    }
                    let value = $crate::codegen::codec::apart(|| {
                        ::core::result::Result::<_, $crate::codegen::codec::DecodeError>::Ok(::std::boxed::Box::new(Self {
                            $($($field: $crate::__finish!($presence members $wire slots.$field),)*)*
                            $rest: slots.$rest,
                        }))
                    })?;
                    reader.release(::core::mem::size_of::<Self>());
                    ::core::result::Result::Ok(value)
                }

                fn clone_boxed(&self) -> ::std::boxed::Box<Self> {
                    let mut slots = Slots::empty();
                    {
                        let slots = &mut *slots;
                        $($crate::codegen::codec::apart(|| {
                            let (this, slots) = (&*self, &mut *slots);
                            $($crate::codegen::codec::clone_into(&this.$field, &mut slots.$field);)*
                        });)*
                    }
                    ::core::clone::Clone::clone_from(&mut slots.$rest, &self.$rest);
                    $crate::codegen::codec::apart(|| {
                        ::std::boxed::Box::new(Self {
                            $($($field: $crate::codegen::codec::filled(slots.$field),)*)*
                            $rest: slots.$rest,
                        })
                    })
                }
            }
        };

        impl ::core::clone::Clone for $ty {
            fn clone(&self) -> Self {
                *$crate::codegen::codec::Decode::clone_boxed(self)
            }
        }

        impl ::core::fmt::Debug for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut fields = f.debug_struct(::core::stringify!($ty));
                $($(fields.field($crate::codegen::codec::field_name(::core::stringify!($field)), &self.$field);)*)*
                fields.field(::core::stringify!($rest), &self.$rest).finish()
            }
        }

        impl ::core::cmp::PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $($(if self.$field != other.$field {
                    return false;
                })*)*
                self.$rest == other.$rest
            }
        }

        impl $crate::codegen::serde::Serialize for $ty {
            fn serialize<S: $crate::codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let mut fields = $crate::codegen::codec::Fields::new(serializer)?;
                $($(fields.$presence($wire, &self.$field);)*)*
                fields.end(&self.$rest)
            }
        }

        $crate::codegen::codec::deserialize!($ty);
    };
}

/// Whether a member has to be present.
#[doc(hidden)]
#[macro_export]
macro_rules! __is_required {
    (required) => {
        true
    };
    ($presence:ident) => {
        false
    };
}

/// The value of a field, once all members are read. Only `required` can fail: `?` everywhere would take longer to compile.
#[doc(hidden)]
#[macro_export]
macro_rules! __finish {
    (required $members:ident $wire:literal $slot:expr) => {
        $members.required($wire, $slot)?
    };
    (optional $members:ident $wire:literal $slot:expr) => {
        $members.optional($slot)
    };
    (optional_nullable $members:ident $wire:literal $slot:expr) => {
        $slot
    };
}

/// The codec of an enum of strings, `as_str`, `From<String>` and `Display`. The last variant keeps any other string.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_enum {
    ($ty:ident { $($value:literal => $variant:ident,)* ..$unknown:ident }) => {
        const _: () = {
            fn listed(value: &str) -> ::core::option::Option<$ty> {
                ::core::option::Option::Some(match value {
                    $($value => $ty::$variant,)*
                    _ => return ::core::option::Option::None,
                })
            }

            $crate::__text_enum!(@impl $ty $unknown listed, |reader| {
                let text = reader.string()?;
                listed(&text).ok_or(text)
            });
        };

        $crate::__text_enum!(@text $ty { $($value => $variant,)* ..$unknown });
    };
    (@text $ty:ident { $($value:literal => $variant:ident,)* ..$unknown:ident }) => {
        impl $ty {
            /// The value as sent.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::$unknown(value) => value,
                }
            }
        }

        $crate::__display!($ty, |value| value.as_str());
        $crate::__serialize!($ty, |value, serializer| serializer.serialize_str(value.as_str()));
    };
    (@impl $ty:ident $unknown:ident $listed:ident, |$reader:ident| $read:expr) => {
        impl ::core::convert::From<::std::string::String> for $ty {
            fn from(value: ::std::string::String) -> Self {
                $listed(&value).unwrap_or(Self::$unknown(value))
            }
        }

        impl $crate::codegen::codec::Decode for $ty {
            const KINDS: u8 = <::std::string::String as $crate::codegen::codec::Decode>::KINDS;

            fn decode(
                $reader: &mut $crate::codegen::codec::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                ::core::result::Result::Ok($read.unwrap_or_else(|text| {
                    $reader.note_unknown();
                    Self::$unknown(text.into())
                }))
            }
        }
    };
}

/// The codec of an enum of many strings. A `match` would compare them one after the other.
#[doc(hidden)]
#[macro_export]
macro_rules! __large_text_enum {
    ($ty:ident { $($value:literal => $variant:ident,)* ..$unknown:ident }) => {
        const _: () = {
            /// In the order of the values.
            enum __Listed {
                $($variant,)*
            }

            const LISTED: &[&str] = &[$($value),*];
            const VARIANTS: &[__Listed] = &[$(__Listed::$variant),*];
            static TEXTS: $crate::codegen::codec::Texts = $crate::codegen::codec::Texts::new();

            fn variant(position: usize) -> $ty {
                match VARIANTS[position] {
                    $(__Listed::$variant => $ty::$variant,)*
                }
            }

            fn listed(value: &str) -> ::core::option::Option<$ty> {
                TEXTS.find(LISTED, value).map(variant)
            }

            $crate::__text_enum!(@impl $ty $unknown listed, |reader| TEXTS.read(LISTED, reader)?.map(variant));
        };

        $crate::__text_enum!(@text $ty { $($value => $variant,)* ..$unknown });
    };
}

/// The codec of an enum of integers of 64 bits, `to_integer`, `From<Integer>` and `Display`. The last variant keeps any
/// other [`Integer`](crate::Integer).
#[doc(hidden)]
#[macro_export]
macro_rules! __integer_enum {
    ($ty:ident { $($value:literal => $variant:ident,)* ..$unknown:ident }) => {
        impl $ty {
            /// The value as sent.
            pub fn to_integer(&self) -> $crate::codegen::codec::Integer {
                match self {
                    $(Self::$variant => <$crate::codegen::codec::Integer as ::core::convert::From<i64>>::from($value),)*
                    Self::$unknown(value) => ::core::clone::Clone::clone(value),
                }
            }
        }

        impl ::core::convert::From<$crate::codegen::codec::Integer> for $ty {
            fn from(value: $crate::codegen::codec::Integer) -> Self {
                match value.as_i64() {
                    $(::core::option::Option::Some($value) => Self::$variant,)*
                    _ => Self::$unknown(value),
                }
            }
        }

        impl $crate::codegen::codec::Decode for $ty {
            const KINDS: u8 = <$crate::codegen::codec::Integer as $crate::codegen::codec::Decode>::KINDS;

            fn decode(
                reader: &mut $crate::codegen::codec::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                let value = <$crate::codegen::codec::Integer as $crate::codegen::codec::Decode>::decode(reader)?;
                let value = <Self as ::core::convert::From<_>>::from(value);
                if ::core::matches!(value, Self::$unknown(_)) {
                    reader.note_unknown();
                }
                ::core::result::Result::Ok(value)
            }
        }

        $crate::__display!($ty, |value| value.to_integer().as_str());
        $crate::__serialize!($ty, |value, serializer| {
            $crate::codegen::serde::Serialize::serialize(&value.to_integer(), serializer)
        });
    };
}

/// The codec of an enum of any JSON values, `as_json`, `From<JsonValue>` and `Display`. The last variant keeps any other
/// [`JsonValue`](crate::JsonValue).
#[doc(hidden)]
#[macro_export]
macro_rules! __json_enum {
    ($ty:ident { $($value:literal => $variant:ident,)* ..$unknown:ident }) => {
        impl $ty {
            /// The value as sent: JSON text.
            pub fn as_json(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::$unknown(value) => value.as_str(),
                }
            }
        }

        const _: () = {
            const LISTED: &[&str] = &[$($value),*];
            const VARIANTS: &[fn() -> $ty] = &[$(|| $ty::$variant),*];
            static VALUES: $crate::codegen::codec::JsonValues = $crate::codegen::codec::JsonValues::new();

            impl ::core::convert::From<$crate::codegen::codec::JsonValue> for $ty {
                fn from(value: $crate::codegen::codec::JsonValue) -> Self {
                    match VALUES.find(LISTED, &value) {
                        ::core::option::Option::Some(position) => VARIANTS[position](),
                        ::core::option::Option::None => Self::$unknown(value),
                    }
                }
            }

            impl $crate::codegen::codec::Decode for $ty {
                fn decode(
                    reader: &mut $crate::codegen::codec::Reader<'_>,
                ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                    ::core::result::Result::Ok(match VALUES.read(LISTED, reader)? {
                        ::core::result::Result::Ok(position) => VARIANTS[position](),
                        ::core::result::Result::Err(value) => {
                            reader.note_unknown();
                            Self::$unknown(value)
                        }
                    })
                }
            }
        };

        $crate::__display!($ty, |value| value.as_json());
        $crate::__serialize!($ty, |value, serializer| $crate::codegen::codec::json_text(serializer, value.as_json()));
    };
}

/// The codec of a unit struct that is one value, and the value: `VALUE`. `str` is a string, `json` the text of any other
/// JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! __constant {
    ($ty:ident: str = $value:literal) => {
        $crate::__constant!(@value $ty, &'static str, $value, |reader| $crate::codegen::codec::constant(reader, Self::VALUE));
        $crate::__serialize!($ty, |_value, serializer| serializer.serialize_str(Self::VALUE));
    };
    ($ty:ident: json = $value:literal) => {
        $crate::__constant!(@value $ty, &'static str, $value, |reader| {
            static VALUES: $crate::codegen::codec::JsonValues = $crate::codegen::codec::JsonValues::new();
            $crate::codegen::codec::constant_json(reader, &VALUES, Self::VALUE)
        });
        $crate::__serialize!($ty, |_value, serializer| $crate::codegen::codec::json_text(serializer, Self::VALUE));
    };
    ($ty:ident: $kind:ty = $value:literal) => {
        $crate::__constant!(@value $ty, $kind, $value, |reader| $crate::codegen::codec::constant_value(reader, &Self::VALUE));
        $crate::__serialize!($ty, |_value, serializer| $crate::codegen::serde::Serialize::serialize(&Self::VALUE, serializer));
    };
    (@value $ty:ident, $kind:ty, $value:literal, |$reader:ident| $read:expr) => {
        impl $ty {
            /// The only value, as sent.
            pub const VALUE: $kind = $value;
        }

        impl $crate::codegen::codec::Decode for $ty {
            fn decode(
                $reader: &mut $crate::codegen::codec::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                $read.map(|()| Self)
            }
        }
    };
}

/// The codec of an enum whose variant the text of a member selects. `_` is the variant for any other text, and the last
/// one keeps the [`JsonValue`](crate::JsonValue) of values that are none of these.
#[doc(hidden)]
#[macro_export]
macro_rules! __tagged_union {
    ($ty:ident by $member:literal {
        $($($tag:literal)|+ => $variant:ident,)*
        $(_ => $fallback:ident,)?
        ..$unknown:ident
    }) => {
        impl $crate::codegen::codec::Decode for $ty {
            fn decode(
                reader: &mut $crate::codegen::codec::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                const VARIANTS: &[$crate::codegen::codec::ByTag<$ty>] = &[$($crate::codegen::codec::ByTag::new(
                    &[$($tag),+],
                    |reader| $crate::codegen::codec::Decode::decode(reader).map($ty::$variant),
                )),*];
                static TAGS: $crate::codegen::codec::Tags = $crate::codegen::codec::Tags::new();
                let default = ::core::option::Option::None;
                $(let default = ::core::option::Option::or(
                    default,
                    ::core::option::Option::Some(
                        (|reader| $crate::codegen::codec::Decode::decode(reader).map($ty::$fallback))
                            as fn(&mut $crate::codegen::codec::Reader<'_>) -> ::core::result::Result<
                                $ty,
                                $crate::codegen::codec::DecodeError,
                            >,
                    ),
                );)?
                $crate::codegen::codec::by_tag(reader, $member, (VARIANTS, &TAGS), default, $ty::$unknown)
            }
        }

        $crate::__union!($ty { $($variant,)* $unknown });
    };
}

/// The codec of an enum whose variants are distinguished by the members present. The last one keeps the
/// [`JsonValue`](crate::JsonValue) of values that are none of these.
#[doc(hidden)]
#[macro_export]
macro_rules! __untagged_union {
    ($ty:ident { $($variant:ident,)* ..$unknown:ident }) => {
        impl $crate::codegen::codec::Decode for $ty {
            fn decode(
                reader: &mut $crate::codegen::codec::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                const VARIANTS: &[$crate::codegen::codec::ByShape<$ty>] = &[$($crate::codegen::codec::ByShape::new(
                    $ty::$variant,
                    |reader| $crate::codegen::codec::Decode::decode(reader).map($ty::$variant),
                )),*];
                static INDEX: $crate::codegen::codec::Index = $crate::codegen::codec::Index::new();
                $crate::codegen::codec::by_shape(reader, VARIANTS, &INDEX, $ty::$unknown)
            }
        }

        $crate::__union!($ty { $($variant,)* $unknown });
    };
}

/// How a union is written: as the value of its variant.
#[doc(hidden)]
#[macro_export]
macro_rules! __union {
    ($ty:ident { $($variant:ident),* }) => {
        $crate::__serialize!($ty, |value, serializer| match value {
            $(Self::$variant(value) => $crate::codegen::serde::Serialize::serialize(value, serializer),)*
        });
    };
}

/// The codec of a struct around one value: that of the value.
#[doc(hidden)]
#[macro_export]
macro_rules! __newtype {
    ($ty:ident) => {
        impl $crate::codegen::codec::Decode for $ty {
            fn decode(
                reader: &mut $crate::codegen::codec::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::codec::DecodeError> {
                $crate::codegen::codec::Decode::decode(reader).map(Self)
            }
        }

        $crate::__serialize!($ty, |value, serializer| $crate::codegen::serde::Serialize::serialize(
            &value.0, serializer
        ));
    };
}

/// `Display` by a text.
#[doc(hidden)]
#[macro_export]
macro_rules! __display {
    ($ty:ident, |$value:ident| $text:expr) => {
        impl ::core::fmt::Display for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let $value = self;
                f.pad($text)
            }
        }
    };
}

/// `Serialize` by an expression, and [`Deserialize`](crate::codegen::codec::deserialize).
#[doc(hidden)]
#[macro_export]
macro_rules! __serialize {
    ($ty:ident, |$value:ident, $serializer:ident| $write:expr) => {
        impl $crate::codegen::serde::Serialize for $ty {
            fn serialize<S: $crate::codegen::serde::Serializer>(
                &self,
                $serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let $value = self;
                $write
            }
        }

        $crate::codegen::codec::deserialize!($ty);
    };
}
