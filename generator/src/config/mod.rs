//! The configuration: settings that the description does not contain.
//!
//! ```toml
//! spec = "openapi.yaml"                   # paths are relative to this file
//! overlays = ["overlay.yaml"]
//! out = "../acme-webhooks"
//! receiver = "0.1"                        # where the crate finds `webhook-receiver`
//! build-script = "../build.rs"
//! crate-name = "tenovos-webhooks"
//! crate-version = "0.1.0"
//! vendor = "Tenovos"                      # the name of the vendor in Rust
//!
//! [event-type]
//! pointer = "/eventType"                  # where a body says what it tells of; a list where bodies differ
//! header = "x-acme-event"                 # or the header that says it
//! completed-by = "/action"                # beside one of them: where the body says the rest of it
//! address = true                          # deliveries do not say it: each webhook has an address of its own
//! from-keys = true                        # the webhooks' keys are the event types, whatever they look like
//! separator = "."                         # parts the words, and the header's part from the body's
//!
//! [event-type.names]                      # key of a webhook → event type
//! assetCreated = "asset.created"
//!
//! [names]                                 # place in the description → name of the Rust type
//! "#/components/schemas/event" = "Envelope"
//! "common.yaml#/components/schemas/user" = "User"
//!
//! [signature]
//! scheme = "standard-webhooks"
//! headers = { id = "webhook-id", timestamp = "webhook-timestamp", signature = "webhook-signature" }
//! ```
//!
//! The other schemes are `hmac`, for a vendor's own scheme; `none`, with which anyone can forge deliveries; and
//! `verifier`, with which the caller passes a `Verifier`.
//!
//! ```toml
//! [signature]
//! scheme = "hmac"
//! header = "x-acme-signature"             # t=1492774577,v1=5257…,v1=6ffb…
//! hash = "sha256"                         # sha1, sha256, sha512
//! encoding = "hex"                        # hex, base64
//! signed = "{id}.{timestamp}.{body}"      # `{body}` at least, with a text between any two
//! prefix = "v1="                          # what a signature begins with
//! separator = ","                         # parts the tokens, where the header is a list of them
//! timestamp-prefix = "t="                 # the timestamp is the token that begins so, or …
//! timestamp-header = "x-acme-timestamp"   # … it is in a header, in seconds; only one of the two
//! id-header = "x-acme-id"                 # with `{id}` in `signed` it is signed, without it is not
//! ```
//!
//! The levels of warnings, by code:
//!
//! ```toml
//! [diagnostics]
//! W0603 = "allow"                         # not told
//! W0604 = "deny"                          # an error
//! W0707 = "warn"                          # a warning, also with `--deny warnings`
//! ```
//!
//! Every key is optional. Unknown keys are errors.

mod pattern;
mod project;
mod signature;
mod values;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use project::{Project, Receiver};
pub use signature::{Headers, Signature};
pub use values::{CrateName, CrateVersion, HeaderName, Pointer, SpecPlace, Text, TypeName, VisibleText};

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Level, Place, Severity, did_you_mean};
use crate::document::FileId;
use signature::RawSignature;

/// The maximum number of mistakes that one run reports.
const MAX_ERRORS: usize = 20;

/// A configuration. The default is that of an empty file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The files.
    pub project: Project,
    /// The name of the package.
    pub crate_name: Option<CrateName>,
    /// The version of the package; `0.1.0` if not set.
    pub crate_version: CrateVersion,
    /// The vendor's name in Rust.
    pub vendor: Option<TypeName>,
    /// How an event type is found.
    pub event_types: EventTypes,
    /// Rust names of types, by position in the description.
    pub names: BTreeMap<SpecPlace, Located<TypeName>>,
    /// How deliveries are signed.
    pub signature: Option<Located<Signature>>,
    /// The levels of warnings, and where they are set.
    pub levels: BTreeMap<Code, (Level, Place)>,
}

/// How an event type is found, and which ones there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTypes {
    /// Where a delivery states its event type.
    pub carrier: Option<Located<Carrier>>,
    /// The text between the words of an event type; a period if not set.
    pub separator: Text,
    /// Whether the keys of the webhooks are the event types, whatever their form.
    pub from_keys: bool,
    /// Event types, by the key of the webhook.
    pub names: BTreeMap<String, Located<Text>>,
}

impl Default for EventTypes {
    fn default() -> Self {
        Self { carrier: None, separator: Text::full_stop(), from_keys: false, names: BTreeMap::new() }
    }
}

/// Where a delivery states its event type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// In the body, at the first of these places that it has, completed at another one if set.
    Body(Vec<Pointer>, Option<Pointer>),
    /// In a header, completed by the body if there is a pointer.
    Header(HeaderName, Option<Pointer>),
    /// Nowhere: each event type has its own endpoint.
    Address,
}

/// A value that a later stage may report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its place; with its key if the configuration chooses the key.
    pub place: Place,
}

impl Config {
    /// Reads a configuration. Mistakes are reported to `diagnostics` and skipped.
    pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Self {
        match DeTable::parse(text) {
            Ok(table) => read(file, text, table, diagnostics).check(file, diagnostics),
            Err(error) => {
                diagnostics.push(diagnostic(Code::Syntax, file, text, &error));
                Self::default()
            }
        }
    }
}

/// Reads the file. After an error, its entry is removed and the rest is read again, so that all errors are found.
fn read(file: FileId, text: &str, mut table: Spanned<DeTable<'_>>, diagnostics: &mut Diagnostics) -> Raw {
    let mut errors = Vec::new();
    let mut taken: Vec<Taken> = Vec::new();
    let mut read = Raw::default();
    while errors.len() < MAX_ERRORS {
        let error = match Raw::deserialize(toml::Deserializer::from(table.clone())) {
            Ok(raw) => {
                read = raw;
                break;
            }
            Err(error) => error,
        };
        let span = error.span().unwrap_or_default();
        // An entry that is missing because it was removed is not another mistake.
        if !error.message().starts_with("missing field") || !taken.iter().any(|taken| taken.from == span) {
            errors.push((span.start, diagnostic(Code::Config, file, text, &error)));
        }
        let whole = table.span();
        let Some(entry) = take_out(table.get_mut(), whole, &span) else { break };
        taken.push(entry);
    }
    errors.sort_by_key(|(start, _)| *start);
    for (_, error) in errors {
        diagnostics.push(error);
    }
    // Nor is a contradiction in a table from which an entry was removed.
    for Taken { section, .. } in taken {
        match section.as_str() {
            "signature" => read.signature = None,
            "event-type" => read.event_type = RawEventType::default(),
            _ => {}
        }
    }
    read
}

/// An entry that was removed from a table.
struct Taken {
    /// The place of the table.
    from: Range<usize>,
    /// The key at the top of the file that the entry belongs to.
    section: String,
}

/// Removes the innermost entry with this place from a table at another place.
fn take_out(table: &mut DeTable<'_>, from: Range<usize>, entry: &Range<usize>) -> Option<Taken> {
    for (key, value) in table.iter_mut() {
        let inner_place = value.span();
        if let DeValue::Table(inner) = value.get_mut()
            && let Some(taken) = take_out(inner, inner_place, entry)
        {
            return Some(Taken { section: key.get_ref().to_string(), ..taken });
        }
    }
    let holds = |span: Range<usize>| span.start <= entry.start && entry.end <= span.end;
    let key = table.iter().find(|(key, value)| holds(key.span()) || holds(value.span())).map(|(key, _)| key.clone())?;
    table.remove(&key)?;
    Some(Taken { from, section: key.into_inner().into_owned() })
}

/// The file as written.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    spec: Option<Text>,
    #[serde(default)]
    overlays: Vec<Text>,
    out: Option<Text>,
    receiver: Option<Spanned<Receiver>>,
    build_script: Option<Text>,
    crate_name: Option<CrateName>,
    #[serde(default)]
    crate_version: CrateVersion,
    vendor: Option<TypeName>,
    #[serde(default)]
    event_type: RawEventType,
    #[serde(default)]
    names: BTreeMap<Spanned<SpecPlace>, Spanned<TypeName>>,
    signature: Option<RawSignature>,
    #[serde(default)]
    diagnostics: BTreeMap<Spanned<String>, Spanned<Level>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RawEventType {
    pointer: Option<Spanned<Pointers>>,
    header: Option<Spanned<HeaderName>>,
    completed_by: Option<Spanned<Pointer>>,
    address: Option<Spanned<bool>>,
    separator: Option<Text>,
    from_keys: bool,
    names: BTreeMap<Spanned<String>, Spanned<Text>>,
}

/// One pointer, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Pointers {
    One(Pointer),
    Several(Vec<Pointer>),
}

impl RawEventType {
    fn carrier(&mut self, file: FileId) -> Result<Option<Located<Carrier>>, Diagnostic> {
        let misuse = |span, message: &str| {
            Err(Diagnostic::new(Code::Config, message)
                .at(Place::Bytes(file, span), "")
                .help("set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two"))
        };
        let address = self.address.take().filter(|address| *address.get_ref());
        let completed_by = self.completed_by.take();
        let (carrier, span) = match (self.header.take(), self.pointer.take(), address) {
            (None, None, None) => match completed_by {
                None => return Ok(None),
                Some(pointer) => return misuse(pointer.span(), "`completed-by` requires `pointer` or `header`"),
            },
            (None, None, Some(address)) if completed_by.is_none() => (Carrier::Address, address.span()),
            (_, _, Some(address)) => {
                return misuse(address.span(), "`address` cannot be combined with another location");
            }
            (Some(_), Some(pointers), None) => {
                return misuse(pointers.span(), "`pointer` and `header` cannot be combined");
            }
            (None, Some(pointers), None) => {
                let span = pointers.span();
                let pointers = match pointers.into_inner() {
                    Pointers::One(pointer) => vec![pointer],
                    Pointers::Several(pointers) => pointers,
                };
                if pointers.is_empty() {
                    return misuse(span, "`pointer` must not be an empty list");
                }
                (Carrier::Body(pointers, completed_by.map(Spanned::into_inner)), span)
            }
            (Some(header), None, None) => {
                let span = header.span();
                (Carrier::Header(header.into_inner(), completed_by.map(Spanned::into_inner)), span)
            }
        };
        Ok(Some(Located { value: carrier, place: Place::Bytes(file, span) }))
    }
}

impl Raw {
    fn check(self, file: FileId, diagnostics: &mut Diagnostics) -> Config {
        let Self { crate_name, crate_version, vendor, mut event_type, names, signature, diagnostics: levels, .. } =
            self;
        let path = |text: Text| PathBuf::from(text.as_str());
        let project = Project {
            spec: self.spec.map(path),
            overlays: self.overlays.into_iter().map(path).collect(),
            out: self.out.map(path),
            receiver: self.receiver.map(|receiver| {
                let place = Place::Bytes(file, receiver.span());
                Located { value: receiver.into_inner(), place }
            }),
            build_script: self.build_script.map(path),
        };
        let carrier = diagnostics.take_in(event_type.carrier(file)).flatten();
        let signature = signature.and_then(|signature| diagnostics.take_in(signature.check(file)));
        let levels = levels.into_iter().filter_map(|entry| diagnostics.take_in(level(file, entry))).collect();
        let RawEventType { separator, from_keys, names: event_type_names, .. } = event_type;
        Config {
            project,
            crate_name,
            crate_version,
            vendor,
            event_types: EventTypes {
                carrier,
                separator: separator.unwrap_or_else(Text::full_stop),
                from_keys,
                names: located(file, event_type_names),
            },
            names: located(file, names),
            signature,
            levels,
        }
    }
}

/// The level of one code.
fn level(file: FileId, (key, level): (Spanned<String>, Spanned<Level>)) -> Result<(Code, (Level, Place)), Diagnostic> {
    let refuse = |message| Err(Diagnostic::new(Code::Config, message).at(Place::Bytes(file, key.span()), ""));
    let text = key.get_ref();
    match Code::find(text) {
        Some(code) if code.severity() == Severity::Warning => {
            let place = Place::Bytes(file, key.span().start..level.span().end);
            Ok((code, (level.into_inner(), place)))
        }
        Some(_) => refuse(format!("`{text}` is an error: only warnings have a level")),
        None => {
            let warnings: Vec<&str> = Code::ALL
                .iter()
                .filter(|code| code.severity() == Severity::Warning)
                .map(|code| code.as_str())
                .collect();
            let help = did_you_mean(text, warnings)
                .unwrap_or_else(|| "messages show the codes, as in `warning[W0707]`".to_owned());
            refuse(format!("there is no warning `{text}`")).map_err(|diagnostic| diagnostic.help(help))
        }
    }
}

/// A finding about a part of the configuration.
fn complaint(file: FileId, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Config, message).at(Place::Bytes(file, span), "").help(help)
}

fn located<K: Ord, V>(file: FileId, entries: BTreeMap<Spanned<K>, Spanned<V>>) -> BTreeMap<K, Located<V>> {
    let entry = |(key, value): (Spanned<K>, Spanned<V>)| {
        let place = Place::Bytes(file, key.span().start..value.span().end);
        (key.into_inner(), Located { value: value.into_inner(), place })
    };
    entries.into_iter().map(entry).collect()
}

/// Turns an error of the TOML parser into a diagnostic. The expected values move from its message to the help.
fn diagnostic(code: Code, file: FileId, text: &str, error: &toml::de::Error) -> Diagnostic {
    let place = match error.span() {
        Some(span) => Place::Bytes(file, within(text, span)),
        None => Place::File(file),
    };
    let mut message = match error.message() {
        "wanted string or table" => "expected a quoted string".to_owned(),
        message => message.to_owned(),
    };
    let mut help = None;
    for (theirs, ours) in [("unknown field", "unknown key"), ("unknown variant", "unknown value")] {
        if let Some((unknown, known)) = message.split_once(", expected ").filter(|_| message.starts_with(theirs)) {
            help = Some(
                nearest(unknown, known)
                    .unwrap_or_else(|| format!("expected one of {}", known.trim_start_matches("one of "))),
            );
            message = unknown.replacen(theirs, ours, 1);
        }
    }
    if let Some(key) = message.strip_prefix("missing field ") {
        message = format!("missing key {key}");
    }
    let mut diagnostic = Diagnostic::new(code, message);
    diagnostic.help.extend(help);
    diagnostic.at(place, "")
}

/// A suggestion of a known word. Both texts have their words in backticks.
fn nearest(unknown: &str, known: &str) -> Option<String> {
    let words = |text| str::split(text, '`').skip(1).step_by(2).collect::<Vec<_>>();
    did_you_mean(words(unknown).first()?, words(known))
}

/// The range, cut to the length of the text.
fn within(text: &str, range: Range<usize>) -> Range<usize> {
    let end = range.end.min(text.len());
    range.start.min(end)..end
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::ir::{Encoding, Hash, Hmac, Piece};

    const FILE: FileId = FileId(0);

    #[track_caller]
    fn parsed(text: &str) -> Config {
        let mut diagnostics = Diagnostics::default();
        let config = Config::parse(FILE, text, &mut diagnostics);
        assert!(!diagnostics.has_errors(), "{text:?}: {diagnostics:?}");
        config
    }

    #[track_caller]
    fn check_error(text: &str, expected: &Expect) {
        let mut diagnostics = Diagnostics::default();
        Config::parse(FILE, text, &mut diagnostics);
        assert!(diagnostics.has_errors(), "{text:?} has no mistake");
        let mut shown = String::new();
        for error in &diagnostics {
            writeln!(shown, "{}: {}", error.code.as_str(), error.message).unwrap();
            for label in &error.labels {
                let Place::Bytes(_, range) = &label.place else { panic!("no range: {:?}", label.place) };
                writeln!(shown, "at {}..{}: {:?}", range.start, range.end, &text[range.clone()]).unwrap();
            }
            for help in &error.help {
                writeln!(shown, "help: {help}").unwrap();
            }
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn all_mistakes_are_told() {
        check_error(
            "crate-name = \"fn\"\nvendr = 1\n[names]\n\"#/a\" = \"a\"\n\"#/b\" = \"b\"\n\
             [event-type]\npointer = []\n[signature]\nscheme = 7\nheaders = { id = \"A\", ide = \"b\" }\n\
             [diagnostics]\nE0101 = \"allow\"\nW9999 = \"deny\"\n",
            &expect![[r#"
                E0401: "fn" is a Rust keyword and cannot be a package name
                at 13..17: "\"fn\""
                E0401: unknown key `vendr`
                at 18..23: "vendr"
                help: did you mean `vendor`?
                E0401: "a" is not a Rust type name: begin with A-Z, followed by letters and digits
                at 44..47: "\"a\""
                E0401: "b" is not a Rust type name: begin with A-Z, followed by letters and digits
                at 56..59: "\"b\""
                E0401: expected a quoted string
                at 107..108: "7"
                E0401: "A" is not an HTTP header name in lower case
                at 126..129: "\"A\""
                E0401: unknown key `ide`
                at 131..134: "ide"
                help: did you mean `id`?
                E0401: `pointer` must not be an empty list
                at 83..85: "[]"
                help: set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two
                E0401: `E0101` is an error: only warnings have a level
                at 157..162: "E0101"
                E0401: there is no warning `W9999`
                at 173..178: "W9999"
                help: messages show the codes, as in `warning[W0707]`
            "#]],
        );
        check_error(
            "vendr = 1\n[signature]\nprefix = \"a\"",
            &expect![[r#"
                E0401: unknown key `vendr`
                at 0..5: "vendr"
                help: did you mean `vendor`?
                E0401: missing key `scheme`
                at 10..21: "[signature]"
            "#]],
        );
    }

    #[test]
    fn files_of_a_project() {
        let project = parsed(
            "spec = \"a.yaml\"\noverlays = [\"b.yaml\", \"c.yaml\"]\nout = \"../acme\"\n\
             receiver = \"^1.2\"\nbuild-script = \"build.rs\"\n",
        )
        .project;
        let expected = Project {
            spec: Some("a.yaml".into()),
            overlays: vec!["b.yaml".into(), "c.yaml".into()],
            out: Some("../acme".into()),
            receiver: Some(Located { value: Receiver::Version("^1.2".to_owned()), place: Place::Bytes(FILE, 75..81) }),
            build_script: Some("build.rs".into()),
        };
        assert_eq!(project, expected);
        assert_eq!(parsed("").project, Project::default());
        check_error(
            "spec = \"\"\noverlays = \"b.yaml\"\nreceiver = \"git@example.com:a\"\n",
            &expect![[r#"
            E0401: "" must not be empty
            at 7..9: "\"\""
            E0401: invalid type: string "b.yaml", expected a sequence
            at 21..29: "\"b.yaml\""
            E0401: "git@example.com:a": write this address as `ssh://git@host/path`, which Cargo accepts
            at 41..60: "\"git@example.com:a\""
        "#]],
        );
    }

    #[test]
    fn an_event_type_is_stated_in_one_way() {
        check_error(
            "[event-type]\npointer = \"/a\"\nheader = \"x-a\"",
            &expect![[r#"
            E0401: `pointer` and `header` cannot be combined
            at 23..27: "\"/a\""
            help: set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two
        "#]],
        );
        check_error(
            "[event-type]\ncompleted-by = \"/a\"",
            &expect![[r#"
            E0401: `completed-by` requires `pointer` or `header`
            at 28..32: "\"/a\""
            help: set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two
        "#]],
        );
        check_error(
            "[event-type]\naddress = true\ncompleted-by = \"/a\"",
            &expect![[r#"
            E0401: `address` cannot be combined with another location
            at 23..27: "true"
            help: set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two
        "#]],
        );
    }

    #[test]
    fn everything_may_be_left_out() {
        for text in ["", "# nothing\n", "[event-type]\n[names]\n[event-type.names]\n", "\u{feff}"] {
            assert_eq!(parsed(text), Config::default(), "{text:?}");
        }
    }

    #[test]
    fn everything_may_be_said() {
        let text = r##"
crate-name = "acme-hooks"
crate-version = "1.2.3"
vendor = "Acme"
[event-type]
pointer = "/meta/type"
completed-by = "/action"
separator = ":"
[event-type.names]
userAdded = "user:added"
[names]
"#/components/schemas/event" = "Envelope"
"common.yaml#/a~1b" = "Common"
[signature]
scheme = "standard-webhooks"
headers = { id = "acme-id" }
"##;
        let text_of = |place: &Place| match place {
            Place::Bytes(_, range) => &text[range.clone()],
            _ => "",
        };
        let config = parsed(text);
        assert_eq!(config.crate_name.unwrap().as_str(), "acme-hooks");
        assert_eq!(config.crate_version.as_str(), "1.2.3");
        assert_eq!(config.vendor.unwrap().as_str(), "Acme");
        let carrier = config.event_types.carrier.unwrap();
        assert_eq!(
            (carrier.value, text_of(&carrier.place)),
            (Carrier::Body(vec!["/meta/type".parse().unwrap()], Some("/action".parse().unwrap())), "\"/meta/type\"")
        );
        assert_eq!(config.event_types.separator.as_str(), ":");
        let added = &config.event_types.names["userAdded"];
        assert_eq!((added.value.as_str(), text_of(&added.place)), ("user:added", "userAdded = \"user:added\""));
        let names: Vec<_> = config.names.iter().map(|(place, name)| (place.to_string(), name.value.as_str())).collect();
        assert_eq!(names, [("#/components/schemas/event".into(), "Envelope"), ("common.yaml#/a~1b".into(), "Common")]);
        let signature = config.signature.unwrap();
        let headers = Headers { id: "acme-id".parse().unwrap(), ..Headers::default() };
        assert_eq!(signature.value, Signature::StandardWebhooks(Some(headers)));
        assert_eq!(text_of(&signature.place), "{ id = \"acme-id\" }");
    }

    #[test]
    fn levels() {
        let config = parsed("[diagnostics]\nW0603 = \"allow\"\nW0604 = \"deny\"\n");
        let levels: Vec<_> = config.levels.iter().map(|(code, (level, _))| (code.as_str(), *level)).collect();
        assert_eq!(levels, [("W0603", Level::Allow), ("W0604", Level::Deny)]);
        check_error(
            "[diagnostics]\nE0301 = \"allow\"",
            &expect![[r#"
            E0401: `E0301` is an error: only warnings have a level
            at 14..19: "E0301"
        "#]],
        );
        check_error(
            "[diagnostics]\nW0710 = \"warn\"",
            &expect![[r#"
            E0401: there is no warning `W0710`
            at 14..19: "W0710"
            help: did you mean `W0701`?
        "#]],
        );
        check_error(
            "[diagnostics]\nw0701 = \"warn\"",
            &expect![[r#"
                E0401: there is no warning `w0701`
                at 14..19: "w0701"
                help: did you mean `W0701`?
            "#]],
        );
        check_error(
            "[diagnostics]\nhints = \"warn\"",
            &expect![[r#"
                E0401: there is no warning `hints`
                at 14..19: "hints"
                help: messages show the codes, as in `warning[W0707]`
            "#]],
        );
        check_error(
            "[diagnostics]\nW0701 = \"ignore\"",
            &expect![[r#"
            E0401: unknown value `ignore`
            at 22..30: "\"ignore\""
            help: expected one of `allow`, `warn`, `deny`
        "#]],
        );
    }

    #[test]
    fn signatures() {
        let signature = |text: &str| parsed(text).signature.unwrap().value;
        assert_eq!(signature("[signature]\nscheme = \"verifier\""), Signature::Verifier);
        assert_eq!(signature("[signature]\nscheme = \"none\""), Signature::None);
        let text = r#"
[signature]
scheme = "hmac"
header = "acme-signature"
hash = "sha512"
encoding = "base64"
signed = "{id}:{timestamp}:{body}"
prefix = "v1="
separator = ","
timestamp-prefix = "t="
id-header = "acme-id"
"#;
        let full = Hmac {
            header: "acme-signature".to_owned(),
            separator: Some(','),
            prefix: "v1=".to_owned(),
            hash: Hash::Sha512,
            encoding: Encoding::Base64,
            signed: vec![
                Piece::IdHeader("acme-id".to_owned()),
                Piece::Text(":".to_owned()),
                Piece::TimestampToken("t=".to_owned()),
                Piece::Text(":".to_owned()),
                Piece::Body,
            ],
            unsigned_id: None,
        };
        assert_eq!(signature(text), Signature::Hmac(full.clone()));
        let text = text.replace("{id}:{timestamp}:{body}", "{timestamp}.{body}");
        let text = text.replace("timestamp-prefix = \"t=\"", "timestamp-header = \"acme-timestamp\"");
        let partial = Hmac {
            signed: vec![Piece::TimestampHeader("acme-timestamp".to_owned()), Piece::Text(".".to_owned()), Piece::Body],
            unsigned_id: Some("acme-id".to_owned()),
            ..full
        };
        assert_eq!(signature(&text), Signature::Hmac(partial));
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn mistakes_are_located() {
        check_error(
            "crate-name = ",
            &expect![[r#"
            E0102: string values must be quoted, expected literal string
            at 13..13: ""
        "#]],
        );
        check_error(
            "vendor = \"A\"\nvendor = \"B\"",
            &expect![[r#"
            E0102: duplicate key
            at 13..19: "vendor"
        "#]],
        );
        check_error(
            "crate_name = \"a\"",
            &expect![[r#"
                E0401: unknown key `crate_name`
                at 0..10: "crate_name"
                help: did you mean `crate-name`?
            "#]],
        );
        check_error(
            "[event-type]\ntopic = \".\"",
            &expect![[r#"
                E0401: unknown key `topic`
                at 13..18: "topic"
                help: expected one of `pointer`, `header`, `completed-by`, `address`, `separator`, `from-keys`, `names`
            "#]],
        );
        check_error(
            "[signature]\nscheme = \"jwt\"",
            &expect![[r#"
                E0401: unknown value `jwt`
                at 21..26: "\"jwt\""
                help: expected one of `standard-webhooks`, `hmac`, `none`, `verifier`
            "#]],
        );
        check_error(
            "[signature]\n",
            &expect![[r#"
            E0401: missing key `scheme`
            at 0..11: "[signature]"
        "#]],
        );
        check_error(
            "vendor = 1",
            &expect![[r#"
            E0401: invalid type: integer `1`, expected a string
            at 9..10: "1"
        "#]],
        );
        check_error(
            "# ä\ncrate-name = \"fn\"",
            &expect![[r#"
            E0401: "fn" is a Rust keyword and cannot be a package name
            at 18..22: "\"fn\""
        "#]],
        );
        check_error(
            "[names]\n\"#/a\" = \"asset\"",
            &expect![[r#"
            E0401: "asset" is not a Rust type name: begin with A-Z, followed by letters and digits
            at 16..23: "\"asset\""
        "#]],
        );
        check_error(
            "[names]\n\"#a\" = \"Asset\"",
            &expect![[r##"
            E0401: "a" is not a JSON pointer: it must begin with `/`
            at 8..12: "\"#a\""
        "##]],
        );
        check_error(
            "[event-type.names]\na = \"\"",
            &expect![[r#"
            E0401: "" must not be empty
            at 23..25: "\"\""
        "#]],
        );
        check_error(
            "[signature]\nscheme = \"standard-webhooks\"\nheaders = { id = \"A\" }",
            &expect![[r#"
            E0401: "A" is not an HTTP header name in lower case
            at 58..61: "\"A\""
        "#]],
        );
        check_error(
            "[signature]\nscheme = \"standard-webhooks\"\nheaders = { id = \"a\", timestamp = \"a\" }",
            &expect![[r#"
                E0401: two headers have the same name
                at 51..80: "{ id = \"a\", timestamp = \"a\" }"
                help: give each its own name
            "#]],
        );
        check_error(
            "[signature]\nscheme = \"verifier\"\nheaders = {}",
            &expect![[r#"
                E0401: the scheme `verifier` does not use `headers`
                at 42..44: "{}"
                help: `headers` belongs to the scheme `standard-webhooks`
            "#]],
        );
        check_error(
            &format!("a = {}", "[".repeat(200_000)),
            &expect![[r#"
            E0102: cannot recurse further; max recursion depth met
            at 84..85: "["
        "#]],
        );
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn mistakes_in_signatures_are_located() {
        let start = "[signature]\nscheme = \"hmac\"\nheader = \"a\"\nhash = \"sha256\"\nencoding = \"hex\"";
        let hmac = |lines: &str| format!("{start}\n{lines}");
        check_error(
            "[signature]\nscheme = \"none\"\nprefix = \"a\"",
            &expect![[r#"
            E0401: the scheme `none` does not use `prefix`
            at 37..40: "\"a\""
            help: `prefix` belongs to the scheme `hmac`
        "#]],
        );
        check_error(
            "[signature]\nscheme = \"hmac\"\nheader = \"a\"",
            &expect![[r#"
            E0401: missing key `hash`
            at 21..27: "\"hmac\""
            help: the scheme `hmac` needs `header`, `hash`, `encoding` and `signed`
        "#]],
        );
        check_error(
            "[signature]\nscheme = \"hmac\"\nhash = \"md5\"",
            &expect![[r#"
                E0401: unknown value `md5`
                at 35..40: "\"md5\""
                help: expected one of `sha1`, `sha256`, `sha512`
            "#]],
        );
        check_error(
            &hmac("signed = \"{timestamp}{body}\""),
            &expect![[r#"
                E0401: "{timestamp}{body}" is ambiguous: without a text such as `.` between them, bytes could move from one placeholder to the other
                at 83..102: "\"{timestamp}{body}\""
            "#]],
        );
        check_error(
            &hmac("signed = \"{url}.{body}\""),
            &expect![[r#"
                E0401: "{url}.{body}" names `{url}`: known are `{body}`, `{id}` and `{timestamp}`
                at 83..97: "\"{url}.{body}\""
            "#]],
        );
        check_error(
            &hmac("signed = \"{timestamp}.{body}\""),
            &expect![[r#"
                E0401: the timestamp is signed, but its location is not set
                at 83..103: "\"{timestamp}.{body}\""
                help: set its location: `timestamp-header = "…"`, or `timestamp-prefix = "t="` for a token of the signature header
            "#]],
        );
        check_error(
            &hmac("signed = \"{id}.{body}\""),
            &expect![[r#"
                E0401: the id is signed, but its location is not set
                at 83..96: "\"{id}.{body}\""
                help: set its location: `id-header = "…"`
            "#]],
        );
        check_error(
            &hmac("signed = \"{body}\"\ntimestamp-header = \"t\""),
            &expect![[r#"
                E0401: the timestamp is not signed
                at 111..114: "\"t\""
                help: anyone can change it: remove it, or add `{timestamp}` to `signed`
            "#]],
        );
        check_error(
            &hmac("signed = \"{timestamp}.{body}\"\nprefix = \"v1=\"\ntimestamp-prefix = \"t=\""),
            &expect![[r#"
                E0401: without `separator`, the signature header has only one token
                at 138..142: "\"t=\""
                help: set the separator between the tokens, such as `separator = ","`
            "#]],
        );
        check_error(
            &hmac(
                "signed = \"{timestamp}.{body}\"\nseparator = \",\"\nprefix = \"v1=\"\ntimestamp-prefix = \"t=\"\ntimestamp-header = \"t\"",
            ),
            &expect![[r#"
                E0401: the timestamp has two locations
                at 154..158: "\"t=\""
                help: it is either in its own header (`timestamp-header`) or in a token of the signature header (`timestamp-prefix`)
            "#]],
        );
        check_error(
            &hmac("signed = \"{body}\"\nseparator = \"ä\""),
            &expect![[r#"
                E0401: `separator` can occur inside a signature or is not allowed in a header
                at 104..108: "\"ä\""
                help: use one such as ","
            "#]],
        );
        check_error(
            &hmac("signed = \"{timestamp}.{body}\"\nseparator = \",\"\nprefix = \"v1,\"\ntimestamp-prefix = \"t=\""),
            &expect![[r#"
                E0401: a prefix must not contain the separator
                at 129..134: "\"v1,\""
                help: remove the separator from it
            "#]],
        );
        check_error(
            &hmac("signed = \"{timestamp}.{body}\"\nseparator = \",\"\nprefix = \"v1=\"\ntimestamp-prefix = \"v\""),
            &expect![[r#"
                E0401: `prefix` and `timestamp-prefix` must not be prefixes of each other
                at 154..157: "\"v\""
                help: choose values that begin differently
            "#]],
        );
        check_error(
            &hmac("signed = \"{body}\"\nprefix = \"a b\""),
            &expect![[r#"
                E0401: "a b" must contain only visible ASCII characters
                at 101..106: "\"a b\""
            "#]],
        );
        check_error(
            &hmac("signed = \"{body}\"\nid-header = \"a\""),
            &expect![[r#"
                E0401: two headers have the same name
                at 37..40: "\"a\""
                help: give each its own name
            "#]],
        );
    }
}
