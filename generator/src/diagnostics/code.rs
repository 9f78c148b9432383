//! The codes of all findings.

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something worth knowing, with nothing to mend.
    Note,
    /// Generation goes on; the message says what was done instead.
    Warning,
    /// Nothing is generated.
    Error,
}

impl Severity {
    /// The word in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($variant:ident = $code:literal, $severity:ident, $meaning:literal;)*) => {
        /// The kind of a diagnostic. Its text form is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable text form, such as `E0101`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The code with this text form.
            pub fn find(text: &str) -> Option<Self> {
                match text { $($code => Some(Self::$variant),)* _ => None }
            }

            /// The severity of this kind, unless its level changes it.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// The meaning of this kind, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    Read = "E0101", Error, "A file cannot be read.";
    Syntax = "E0102", Error, "A file is not well-formed YAML, JSON or TOML.";
    Limit = "E0104", Error, "A document is larger or deeper than the limits allow.";
    Unsupported = "E0105", Error, "A document uses a feature of YAML that a description must not use.";
    KeyNotText = "W0101", Warning, "A key of YAML is not a string, and is read as its text.";
    KeyRepeated = "W0102", Warning, "An object has the same key several times.";
    Overlay = "E0201", Error, "An overlay does not follow the Overlay Specification.";
    OverlayTarget = "W0201", Warning, "An overlay action matches nothing.";
    OverlayNeedless = "W0202", Warning, "An overlay action, or a part of one, changes nothing.";
    Reference = "E0301", Error, "A `$ref` cannot be resolved.";
    ReferenceCycle = "E0302", Error, "References form a cycle.";
    ReferenceOutside = "E0303", Error, "A `$ref` leaves the folder of the description or is remote.";
    Config = "E0401", Error, "The configuration is invalid.";
    NoReceiver = "E0402", Error, "The location of the receiver is not configured.";
    OutputAccess = "E0501", Error, "A file or folder of the output cannot be read or written.";
    OutputForeign = "E0502", Error, "The output would overwrite files that are not its own.";
    OutputPath = "E0503", Error, "An output path is invalid.";
    OutputLink = "E0504", Error, "The output folder or something in it is a symbolic link.";
    Version = "E0601", Error, "The document is not an OpenAPI description of a supported version.";
    NoWebhooks = "E0602", Error, "The description has no webhook that can be received.";
    Malformed = "E0603", Error, "A field outside of schemas has an invalid value.";
    Skipped = "W0601", Warning, "A webhook, or a part of one, is skipped.";
    UnknownKeyword = "W0602", Warning, "An unknown keyword is ignored, or read as the one that it misspells.";
    NotEnforced = "W0603", Warning, "A rule is not enforced: decoding accepts values that break it.";
    Untyped = "W0604", Warning, "Something has no Rust type and is kept as untyped JSON.";
    UnknownFormat = "W0605", Warning, "An unknown `format` is read as a plain string.";
    DuplicateValue = "W0606", Warning, "An `enum` lists a value twice.";
    RequiredUndeclared = "W0609", Warning, "`required` names a member that no schema describes.";
    SchemaFault = "W0610", Warning, "A schema is wrong or contradicts itself, and is read as a less precise type.";
    WebhooksInferred = "W0611", Warning, "Webhooks are read from `callbacks` or `paths`, which is inferred.";
    CallbacksUnread = "W0612", Note, "Callbacks with JSON bodies are not read as webhooks, since there are others.";
    NoEventType = "E0701", Error, "The event type of a webhook cannot be determined.";
    EventTypeTwice = "E0703", Error, "Several webhooks claim one event type.";
    SignatureContradicted = "E0704", Error, "The signature headers contradict each other or the configuration.";
    EventTypeDoubtful = "W0701", Warning, "Weaker evidence names another event type.";
    EventTypeUndeclared = "W0702", Warning, "A body does not declare the member that states the event type.";
    NoSignature = "W0703", Warning, "The signature scheme cannot be determined.";
    ConfigUnused = "W0704", Warning, "A setting has no effect.";
    ExampleUnusable = "W0705", Warning, "An example does not match its schema and is not used as a fixture.";
    ExampleUndeclared = "W0706", Warning, "An example has a member that its schema does not declare.";
    NoExample = "W0707", Note, "A webhook has no example, and its properties have none.";
    EventTypeInferred = "W0708", Warning, "The location of the event type is inferred.";
    SignatureInferred = "W0709", Warning, "The signature scheme is inferred from words.";
    EventTypeUnknown = "W0710", Warning, "A webhook is left out, since its event type cannot be determined.";
    EventTypeUnclaimed = "W0711", Warning, "A listed event type belongs to no webhook.";
    TypeDivided = "W0712", Warning, "A correction that does not apply wherever a type is used divides the type.";
    SignatureStatedOtherwise = "W0713", Warning, "The description states another signature than the configuration.";
    NameUnusable = "E0801", Error, "A configured name clashes with another name of the emitted crate.";
    NamesLock = "E0802", Error, "The record of names is damaged or contradicts itself.";
    ReleaseRecord = "E0803", Error, "The record of the last release is damaged or missing.";
    ReleaseVersion = "E0804", Error, "The version of the crate is too small for what has changed, before the last release, or unknown.";
    NameReplaced = "W0801", Warning, "A recorded name is no longer used, since its type became another recorded one.";
    Internal = "E0901", Error, "The generator has a bug.";
}
