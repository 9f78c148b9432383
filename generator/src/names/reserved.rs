//! Names that emitted code uses itself, and that nothing else may have.

/// The receiver's types that every emitted crate re-exports.
pub(crate) const RECEIVER_TYPES: [&str; 18] = [
    "DecodeError",
    "Delivery",
    "HandlerState",
    "Integer",
    "JsonValue",
    "Number",
    "Outcome",
    "Payload",
    "Reason",
    "Receiver",
    "ReceiverService",
    "Text",
    "Undeclared",
    "UnknownEvent",
    "UnknownName",
    "Unrouted",
    "Verifier",
    "VerifyError",
];

/// The receiver's types that some emitted crates re-export or that emitted code names.
const OTHER_RECEIVER_TYPES: [&str; 9] = [
    "Deep",
    "EventName",
    "HmacScheme",
    "Secret",
    "SecretError",
    "StandardWebhooks",
    "TextSecret",
    "TopicName",
    "Webhooks",
];

/// The types that every emitted crate defines.
const OWN_TYPES: [&str; 3] = ["Event", "EventType", "Topic"];

/// Traits and types of the standard library and of serde.
const FOREIGN_TYPES: [&str; 49] = [
    "AsMut",
    "AsRef",
    "BTreeMap",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
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
    "Serialize",
    "Serializer",
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
    RECEIVER_TYPES.into_iter().chain(OTHER_RECEIVER_TYPES).chain(OWN_TYPES).chain(FOREIGN_TYPES)
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
pub(super) const EVENT_METHODS: [&str; 5] = ["clone", "eq", "event_type", "event_type_name", "fmt"];

/// The function that tests of examples call.
pub(super) const TEST_FUNCTIONS: [&str; 1] = ["round_trip"];
