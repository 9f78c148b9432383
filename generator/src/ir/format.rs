//! String formats. This is the only list of them.

/// Declares [`Format`] with the names that each format has in a description.
macro_rules! formats {
    ($($format:ident: $first:literal $(| $other:literal)*,)*) => {
        /// A string format with a typed form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Format {
            $(
                #[doc = concat!("`", $first, "`" $(, ", `", $other, "`")*, ".")]
                $format,
            )*
        }

        impl Format {
            /// Every name of a format with a typed form.
            pub const NAMES: &[&str] = &[$($first, $($other,)*)*];

            /// The format of this name; `None` if the name is unknown or has no typed form.
            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $($first $(| $other)* => Some(Self::$format),)*
                    _ => None,
                }
            }

            /// Its first name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$format => $first,)*
                }
            }

            /// The marker type in the receiver's `format` module.
            pub fn marker(self) -> &'static str {
                match self {
                    $(Self::$format => stringify!($format),)*
                }
            }
        }
    };
}

formats! {
    Uuid: "uuid",
    DateTime: "date-time",
    Date: "date",
    Time: "time",
    Duration: "duration",
    Email: "email",
    Uri: "uri" | "url",
    UriReference: "uri-reference",
    Hostname: "hostname",
    Ipv4: "ipv4",
    Ipv6: "ipv6",
    Byte: "byte",
}

/// Known formats without a typed form: their values are plain strings.
const PLAIN: [&str; 12] = [
    "password",
    "binary",
    "regex",
    "json-pointer",
    "relative-json-pointer",
    "uri-template",
    "iri",
    "iri-reference",
    "idn-email",
    "idn-hostname",
    "html",
    "commonmark",
];

impl Format {
    /// Whether the name is a known format without a typed form.
    pub fn is_plain(name: &str) -> bool {
        PLAIN.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_has_one_marker_and_several_names() {
        assert_eq!(Format::parse("url"), Some(Format::Uri));
        assert_eq!(Format::parse("uri").map(Format::marker), Some("Uri"));
        assert_eq!(Format::parse("regex"), None);
        assert!(Format::is_plain("regex") && !Format::is_plain("uuid"));
        assert!(Format::NAMES.iter().all(|name| Format::parse(name).is_some()));
    }
}
