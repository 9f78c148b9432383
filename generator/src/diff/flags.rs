//! What a change does, and what follows from it.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use serde::{Serialize, Serializer};

/// What a change does: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(u8);

impl Flags {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Code that was written for the old crate does not compile with the new one.
    pub const SOURCE: Self = Self(1);
    /// A receiver that runs the old crate refuses or loses new deliveries.
    pub const NOW: Self = Self(1 << 1);
    /// The new crate refuses or loses deliveries that were sent before: those that the vendor still retries, and those in an inbox.
    pub const REPLAY: Self = Self(1 << 2);
    /// Code compiles and deliveries decode, but a value is found elsewhere or means something else.
    pub const SILENT: Self = Self(1 << 3);
    /// Only docs or examples differ.
    pub const DOCS: Self = Self(1 << 4);

    /// Every flag with its name, in order.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::SOURCE, "source"),
        (Self::NOW, "now"),
        (Self::REPLAY, "replay"),
        (Self::SILENT, "silent"),
        (Self::DOCS, "docs"),
    ];

    /// Whether all of the other flags are set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the change breaks something: code, or deliveries.
    pub fn is_breaking(self) -> bool {
        self.0 & (Self::SOURCE | Self::NOW | Self::REPLAY).0 != 0
    }

    /// The flag, if a condition is met.
    pub(super) fn when(self, condition: bool) -> Self {
        if condition { self } else { Self::NONE }
    }

    /// The set without a flag.
    pub(super) fn without(self, flag: Self) -> Self {
        Self(self.0 & !flag.0)
    }

    /// The names of the flags that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| name)
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join(", "))
    }
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

/// Which part of the crate's version a change increases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// None: the crate's code is the same.
    #[default]
    None,
    /// The last: docs or examples differ, or code that decodes the same.
    Patch,
    /// The second: code is added, or decoded otherwise.
    Minor,
    /// The first: code does not compile, or deliveries that were sent before are refused or lost.
    Major,
}

impl Step {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// The step of a change that is at least this one.
    pub(super) fn of(flags: Flags, least: Self) -> Self {
        if flags.has(Flags::SOURCE) || flags.has(Flags::REPLAY) {
            Self::Major
        } else if flags.has(Flags::NOW) || flags.has(Flags::SILENT) {
            Self::Minor
        } else if flags.has(Flags::DOCS) {
            least.max(Self::Patch)
        } else {
            least
        }
    }
}

/// In which order the vendor's change and the new crate go into production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deployment {
    /// Any order.
    Any,
    /// The new crate before the vendor switches.
    BeforeSwitch,
    /// The new crate after deliveries that were sent before are handled.
    AfterDrain,
    /// Neither crate reads the deliveries of the other: both, side by side or one after the other.
    BothVersions,
}

impl Deployment {
    pub(super) fn of(flags: Flags) -> Self {
        match (flags.has(Flags::NOW), flags.has(Flags::REPLAY)) {
            (false, false) => Self::Any,
            (true, false) => Self::BeforeSwitch,
            (false, true) => Self::AfterDrain,
            (true, true) => Self::BothVersions,
        }
    }

    /// What to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Any => "in any order: each crate reads the deliveries of the other",
            Self::BeforeSwitch => {
                "deploy the new crate before the vendor switches: the old one refuses or loses new deliveries"
            }
            Self::AfterDrain => {
                "drain first: handle all that the vendor retries or the inbox holds, then deploy; the new crate refuses or loses \
                 some of it"
            }
            Self::BothVersions => {
                "neither crate reads all deliveries of the other: drain the inbox, deploy when the vendor switches, and keep a \
                 receiver with the old crate for what the vendor still retries"
            }
        }
    }
}
