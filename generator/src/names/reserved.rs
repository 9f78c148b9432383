//! Names that emitted code uses itself, and that nothing else may have.

/// When a crate re-exports a name of the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reexport {
    /// Every crate does: its own interface mentions it.
    Always,
    /// If a type of the crate mentions it.
    IfMentioned,
    /// If the signature scheme needs it.
    ForScheme,
}

macro_rules! receiver {
    ($($name:ident: $reexport:ident,)*) => {
        /// The types and traits at the root of `webhook-receiver` that emitted code uses, and when a crate re-exports them.
        pub(crate) const RECEIVER: &[(&str, Reexport)] = &[$((stringify!($name), Reexport::$reexport)),*];

        /// Compiles only if the receiver has all of them.
        #[cfg(test)]
        #[allow(unused_imports, reason = "importing them is the test")]
        mod in_the_receiver {
            use webhook_receiver::{$($name),*};
        }
    };
}

receiver! {
    DecodeError: Always,
    Deep: IfMentioned,
    Delivery: Always,
    Fallback: Always,
    HandlerState: Always,
    HmacScheme: ForScheme,
    Implied: IfMentioned,
    Integer: Always,
    JsonValue: Always,
    Number: Always,
    Outcome: Always,
    Payload: Always,
    Reason: Always,
    Receiver: Always,
    ReceiverService: Always,
    Secret: ForScheme,
    SecretError: ForScheme,
    StandardWebhooks: ForScheme,
    Text: Always,
    TextSecret: ForScheme,
    Undeclared: Always,
    UnknownEvent: Always,
    UnknownName: Always,
    Unrouted: Always,
    Verifier: Always,
    VerifyError: Always,
}

/// The types and traits of `webhook_receiver::codegen` that emitted code imports.
pub(crate) const CODEGEN: &[&str] = &["EventTypeLocation", "Webhooks"];

/// The types that every emitted crate defines.
const OWN_TYPES: [&str; 3] = ["Event", "EventType", "Topic"];

/// Traits, types and variants of the standard library.
const STD_TYPES: [&str; 46] = [
    "AsMut",
    "AsRef",
    "BTreeMap",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromStr",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// The names that no type may have.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    let receiver = RECEIVER.iter().map(|(name, _)| *name);
    receiver.chain(CODEGEN.iter().copied()).chain(OWN_TYPES).chain(STD_TYPES)
}

/// The type parameters of functions that mention the vendor.
const PARAMETERS: [&str; 1] = ["P"];

/// The names that the vendor's type must not have.
pub(super) fn vendors() -> impl Iterator<Item = &'static str> {
    types().chain(PARAMETERS)
}

/// The names that no module of payloads may have.
pub(super) const MODULES: [&str; 16] = [
    "alloc",
    "codec",
    "core",
    "event",
    "event_type",
    "format",
    "lib",
    "main",
    "mod",
    "proc_macro",
    "shared",
    "std",
    "test",
    "tests",
    "topic",
    "webhook_receiver",
];

/// The methods of `Event` that no accessor may replace.
pub(super) const EVENT_METHODS: [&str; 6] = ["clone", "decode", "eq", "event_type", "event_type_name", "fmt"];

/// The function that tests of examples call.
pub(super) const TEST_FUNCTIONS: [&str; 1] = ["round_trip"];

#[cfg(test)]
mod tests {
    use super::*;

    /// A vendor's type cannot have a reserved name, so a new one would rename types in crates that are in use.
    #[test]
    fn no_name_is_reserved_later() {
        let mut names: Vec<&str> = types().collect();
        names.sort_unstable();
        let count = names.len();
        let list = names.join(" ");
        let fingerprint = crate::fingerprint::Fingerprint::of(list.as_bytes()).to_string();
        assert_eq!(
            (count, fingerprint.as_str()),
            (77, "1849f295ca72fb4d"),
            "emitted code mentions new names of the receiver by their path, and does not import or re-export them: {list}"
        );
    }
}
