//! The counts of a document.

use std::iter::zip;
use std::ops::{Index, IndexMut};

use serde_json::{Map, Value};

macro_rules! counts {
    ($($(#[$meaning:meta])* $count:ident = $name:literal, $worse:expr;)*) => {
        /// Something that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Count {
            $($(#[$meaning])* $count,)*
        }

        impl Count {
            /// All of them, in display order.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$count,)*];

            /// The name in records and JSON.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$count => $name,)* }
            }

            /// Which change makes a count worse.
            fn worse(self) -> Worse {
                match self { $(Self::$count => $worse,)* }
            }
        }
    };
}

counts! {
    /// Webhooks with a JSON body.
    Webhooks = "webhooks", Worse::Less;
    /// Routed event types.
    Routed = "routed", Worse::Less;
    /// Webhooks whose own values reach them.
    Right = "right", Worse::Less;
    /// Webhooks without values of their own.
    Unknown = "unknown", Worse::Neither;
    /// Webhooks that their own values do not reach.
    Wrong = "wrong", Worse::More;
    /// Emitted types.
    Types = "types", Worse::Neither;
    /// Places that the description leaves untyped.
    Open = "open", Worse::More;
    /// Places that are untyped because Rust cannot express the schema.
    Inexpressible = "inexpressible", Worse::More;
    /// Examples of whole payloads.
    Examples = "examples", Worse::Less;
    /// Examples that decode.
    Decoded = "decoded", Worse::Less;
    /// Examples that decode and are written as equal JSON.
    Equal = "equal", Worse::Less;
    /// Examples that decode but do not state their event type, or another one.
    Misstated = "misstated", Worse::More;
    /// Examples that reach the fallback.
    Raw = "raw", Worse::More;
    /// Configuration lines that the generator requested.
    Settings = "settings", Worse::More;
    /// Warnings of the generator.
    Warnings = "warnings", Worse::More;
    /// Lines of the emitted sources.
    Lines = "lines", Worse::Neither;
    /// Failures.
    Failures = "failures", Worse::More;
}

/// The direction in which a count must not change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Worse {
    More,
    Less,
    Neither,
}

/// The counts of a document, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts([usize; Count::ALL.len()]);

impl Index<Count> for Counts {
    type Output = usize;

    fn index(&self, count: Count) -> &usize {
        &self.0[count as usize]
    }
}

impl IndexMut<Count> for Counts {
    fn index_mut(&mut self, count: Count) -> &mut usize {
        &mut self.0[count as usize]
    }
}

impl Counts {
    /// Adds those of another document.
    pub(crate) fn add(&mut self, other: &Self) {
        zip(&mut self.0, other.0).for_each(|(sum, count)| *sum += count);
    }

    /// What got worse, in words.
    pub(crate) fn worse_than(&self, before: &Self) -> Vec<String> {
        let is_worse = |count: &&Count| match count.worse() {
            Worse::More => self[**count] > before[**count],
            Worse::Less => self[**count] < before[**count],
            Worse::Neither => false,
        };
        let words = |count: &Count| format!("{} was {}, is {}", count.name(), before[*count], self[*count]);
        Count::ALL.iter().filter(is_worse).map(words).collect()
    }

    /// By name. Counts that can be neither better nor worse are not recorded.
    pub(crate) fn to_json(&self, for_record: bool) -> Map<String, Value> {
        let wanted = |count: &&Count| !for_record || count.worse() != Worse::Neither;
        Count::ALL.iter().filter(wanted).map(|count| (count.name().to_owned(), self[*count].into())).collect()
    }

    /// Reads the form of [`Self::to_json`]; missing counts are 0.
    pub(crate) fn from_json(members: &Map<String, Value>) -> Self {
        let mut counts = Self::default();
        for count in Count::ALL {
            let number = members.get(count.name()).and_then(Value::as_u64).unwrap_or_default();
            counts[*count] = usize::try_from(number).unwrap_or(usize::MAX);
        }
        counts
    }
}
