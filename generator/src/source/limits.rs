//! Resource limits for descriptions.
//!
//! The limits are far above the needs of real descriptions, and low enough that a hostile one is refused before it
//! exhausts the machine. [`Limits`] can be set for a run. The constants cannot: they come from the parsers or from YAML.

use std::str::FromStr;

/// How deep objects and arrays nest. It is the limit of both parsers, and an overlay must not go beyond it.
pub const DEPTH: usize = 128;

/// How many brackets and braces of YAML may be open, even inside strings. The parser's time grows with the square of
/// their number.
pub const YAML_OPEN: usize = 1000;

/// How long a key is, in characters. It is the limit that YAML has for keys.
pub const KEY_CHARS: usize = 1024;

/// The message for a document that is nested deeper than [`DEPTH`].
pub(super) fn too_deep() -> String {
    format!("the document is nested deeper than {DEPTH} levels")
}

macro_rules! limits {
    ($($(#[$doc:meta])* $field:ident $name:literal = $value:expr;)*) => {
        /// The limits that can be set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$doc])* pub $field: usize,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $value,)* }
            }
        }

        impl Limits {
            /// The names by which limits are set.
            pub const NAMES: &'static [&'static str] = &[$($name,)*];

            /// Sets one of them.
            #[must_use]
            pub fn with(mut self, limit: Limit) -> Self {
                match limit.name {
                    $($name => self.$field = limit.value,)*
                    // A `Limit` has no other name.
                    _ => {}
                }
                self
            }
        }
    };
}

limits! {
    /// The size of a file, in bytes.
    file_bytes "file-bytes" = 64 * 1024 * 1024;
    /// The nodes of a document; the target of an alias counts each time. For files of up to 1 MiB; it grows with a larger
    /// one, to four times as many for 4 MiB: four times the largest published description, and a tree of about 200 MB.
    nodes "nodes" = 250_000;
    /// Characters of YAML that may be indicators, even inside strings. The parser allocates for each, at worst 400 bytes,
    /// before the number of nodes is known.
    indicators "indicators" = 1_250_000;
    /// How many nodes the queries of an overlay visit and its actions copy. Each is visited again by each segment of each
    /// query that reaches it.
    query_nodes "query-nodes" = 10_000_000;
    /// How many files a run reads.
    files "files" = 4096;
    /// How many references a chain has.
    references "references" = 128;
    /// How many members a schema declares. The compiler needs stack and time for each, and overflows at 4000.
    members "members" = 2_000;
    /// How many values an `enum` lists, and how many schemas `allOf`, `anyOf`, `oneOf` and `prefixItems` do.
    values "values" = 10_000;
    /// How many types the crate has, before equal ones become one. This limit and those below are for descriptions of up
    /// to 1 MiB and [grow](scaled) with a larger one.
    types "types" = 12_000;
    /// How many schemas are merged into others by `allOf`, by keywords next to `$ref`, and because they describe the same
    /// member.
    merges "merges" = 10_000;
    /// How many members, listed values and alternatives all types have together.
    all_members "all-members" = 40_000;
    /// How many values examples have, counted for each type that they are compared with.
    checks "checks" = 2_000_000;
    /// How many texts may be the event type of a webhook, counted for each webhook.
    candidates "candidates" = 200_000;
    /// The size of the crate, in bytes.
    output_bytes "output-bytes" = 8 * 1024 * 1024;
}

/// The size in bytes up to which limits for a whole run apply as they are.
const SIZE: usize = 1 << 20;

/// A limit for a whole run: it grows in proportion to the size in bytes of a large description.
pub fn scaled(limit: usize, bytes: usize) -> usize {
    usize::try_from(limit as u128 * bytes.max(SIZE) as u128 / SIZE as u128).unwrap_or(usize::MAX)
}

impl Limits {
    /// The nodes of a file of this size in bytes. A small one has many nodes only if its aliases repeat it.
    pub fn nodes_of(&self, bytes: usize) -> usize {
        scaled(self.nodes, bytes.min(4 * SIZE))
    }

    /// The limits for changing a description of this size in bytes.
    #[must_use]
    pub fn for_overlays_of(self, bytes: usize) -> Self {
        Self { nodes: self.nodes_of(bytes), query_nodes: scaled(self.query_nodes, bytes), ..self }
    }
}

/// One limit and what it is set to, as `members=500`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    name: &'static str,
    value: usize,
}

impl Limit {
    /// A limit with this name.
    ///
    /// # Errors
    ///
    /// A message, if the name is unknown.
    pub fn new(name: &str, value: usize) -> Result<Self, String> {
        match Limits::NAMES.iter().find(|known| **known == name) {
            Some(name) => Ok(Self { name, value }),
            None => Err(format!("unknown limit `{name}`; the names are {}", Limits::NAMES.join(", "))),
        }
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("write NAME=NUMBER")?;
        let value = value.replace('_', "").parse().map_err(|_| format!("`{value}` is not a number"))?;
        Self::new(name, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_grow_with_the_description() {
        for (bytes, limit) in [(0, 3), (SIZE, 3), (SIZE * 2, 6), (SIZE * 10, 30)] {
            assert_eq!(scaled(3, bytes), limit, "{bytes}");
        }
        assert_eq!(scaled(usize::MAX, 0), usize::MAX);
        let limits = Limits { nodes: 100, ..Limits::default() };
        for (bytes, nodes) in [(0, 100), (SIZE, 100), (SIZE * 2, 200), (SIZE * 10, 400)] {
            assert_eq!(limits.nodes_of(bytes), nodes, "{bytes}");
        }
    }

    #[test]
    fn every_limit_can_be_set() {
        for name in Limits::NAMES {
            let limit: Limit = format!("{name}=1_7").parse().unwrap();
            let set = Limits::default().with(limit);
            assert_ne!(set, Limits::default(), "{name}");
            assert!(format!("{set:?}").contains(": 17"), "{name}: {set:?}");
        }
        for text in ["members", "members=", "members=-1", "depth=3", "=1", ""] {
            assert!(text.parse::<Limit>().is_err(), "{text:?}");
        }
    }
}
