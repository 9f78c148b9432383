//! `[signature]`: how deliveries are signed.

use std::ops::Range;

use toml::Spanned;

use super::Located;
use super::pattern::{Pattern, PatternPart};
use super::table::Table;
use super::values::{HeaderName, Pointer, VisibleText};
use crate::diagnostics::Diagnostic;
use crate::signature::{Encoding, Hash, Hmac, OtherId, Piece};

/// How deliveries are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// By the Standard Webhooks specification, with the documented headers unless some are set.
    StandardWebhooks(Option<Headers>),
    /// By the vendor's own scheme, with HMAC.
    Hmac(Hmac),
    /// Not at all.
    None,
    /// By an unknown scheme: the caller passes a verifier.
    Verifier,
}

/// The headers of Standard Webhooks; by default those of its specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// Carries the id of the delivery.
    pub id: HeaderName,
    /// Carries the time of the attempt.
    pub timestamp: HeaderName,
    /// Carries the signatures.
    pub signature: HeaderName,
}

impl Default for Headers {
    fn default() -> Self {
        Self {
            id: HeaderName::fixed("webhook-id"),
            timestamp: HeaderName::fixed("webhook-timestamp"),
            signature: HeaderName::fixed("webhook-signature"),
        }
    }
}

/// The keys of the table.
struct Keys {
    scheme: Spanned<Scheme>,
    headers: Option<Spanned<Headers>>,
    header: Option<Spanned<HeaderName>>,
    hash: Option<Spanned<Hash>>,
    encoding: Option<Spanned<Encoding>>,
    signed: Option<Spanned<Pattern>>,
    prefix: Option<Spanned<VisibleText>>,
    separator: Option<Spanned<char>>,
    id_header: Option<Spanned<HeaderName>>,
    /// In the body.
    id: Option<Spanned<Pointer>>,
    timestamp_header: Option<Spanned<HeaderName>>,
    timestamp_prefix: Option<Spanned<VisibleText>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    StandardWebhooks,
    Hmac,
    None,
    Verifier,
}

const SCHEMES: &[(&str, Scheme)] = &[
    ("standard-webhooks", Scheme::StandardWebhooks),
    ("hmac", Scheme::Hmac),
    ("none", Scheme::None),
    ("verifier", Scheme::Verifier),
];

const HASHES: &[(&str, Hash)] = &[("sha1", Hash::Sha1), ("sha256", Hash::Sha256), ("sha512", Hash::Sha512)];

/// The help for an unknown hash. None is suggested: a weaker one must not be a guess.
const OTHER_HASH: &str = "codegen.toml cannot state it; if the vendor signs with it, verify in front of the receiver, and set \
                          `scheme = \"verifier\"`";

const ENCODINGS: &[(&str, Encoding)] = &[("hex", Encoding::Hex), ("base64", Encoding::Base64)];

impl Scheme {
    fn name(self) -> &'static str {
        SCHEMES.iter().find(|(_, scheme)| *scheme == self).map_or("", |(name, _)| name)
    }
}

impl Signature {
    /// Reads the table; `None` if it has an error.
    pub(super) fn read(table: &mut Table<'_>) -> Option<Located<Self>> {
        let scheme = table.word("scheme", SCHEMES);
        let headers = table.table("headers", |table| {
            let defaults = Headers::default();
            Headers {
                id: table.string("id").map_or(defaults.id, Spanned::into_inner),
                timestamp: table.string("timestamp").map_or(defaults.timestamp, Spanned::into_inner),
                signature: table.string("signature").map_or(defaults.signature, Spanned::into_inner),
            }
        });
        let header = table.string("header");
        let hash = table.exact_word("hash", HASHES, OTHER_HASH);
        let encoding = table.word("encoding", ENCODINGS);
        let signed = table.string("signed");
        let prefix = table.string("prefix");
        let separator = table.string("separator");
        let id_header = table.string("id-header");
        let id = table.table("id", |table| {
            let pointer = table.string("pointer");
            if pointer.is_none() && table.check_keys() {
                let missing = Err(table.missing("pointer").help("such as `id = { pointer = \"/id\" }`"));
                return table.take_in(missing);
            }
            pointer
        });
        let timestamp_header = table.string("timestamp-header");
        let timestamp_prefix = table.string("timestamp-prefix");
        // Keys that could not be read may be what others need.
        if !table.check_keys() {
            return None;
        }
        let keys = scheme.ok_or_else(|| table.missing("scheme")).map(|scheme| Keys {
            scheme,
            headers,
            header,
            hash,
            encoding,
            signed,
            prefix,
            separator,
            id_header,
            id: id.and_then(Spanned::into_inner),
            timestamp_header,
            timestamp_prefix,
        });
        let signature = keys.and_then(|keys| keys.check(table));
        table.take_in(signature)
    }
}

impl Keys {
    fn check(self, table: &Table<'_>) -> Result<Located<Signature>, Diagnostic> {
        let scheme = *self.scheme.get_ref();
        for (key, owner, span) in self.keys() {
            if owner != scheme {
                let message = format!("the scheme `{}` does not use `{key}`", scheme.name());
                let help = format!("`{key}` belongs to the scheme `{}`", owner.name());
                return Err(table.error(span, message, help));
            }
        }
        let chosen = self.scheme.span();
        let (value, span) = match scheme {
            Scheme::None => (Signature::None, chosen),
            Scheme::Verifier => (Signature::Verifier, chosen),
            Scheme::StandardWebhooks => match self.headers {
                None => (Signature::StandardWebhooks(None), chosen),
                Some(headers) => {
                    let span = headers.span();
                    let Headers { id, timestamp, signature } = headers.get_ref();
                    distinct(table, &span, [Some(id), Some(timestamp), Some(signature)])?;
                    (Signature::StandardWebhooks(Some(headers.into_inner())), span)
                }
            },
            Scheme::Hmac => {
                let (hmac, span) = self.hmac(table)?;
                (Signature::Hmac(hmac), span)
            }
        };
        Ok(Located { value, place: table.place(span) })
    }

    /// The keys given with `scheme`, and the scheme that each belongs to.
    fn keys(&self) -> impl Iterator<Item = (&'static str, Scheme, Range<usize>)> {
        fn key<T>(
            name: &'static str,
            owner: Scheme,
            value: Option<&Spanned<T>>,
        ) -> Option<(&'static str, Scheme, Range<usize>)> {
            value.map(|value| (name, owner, value.span()))
        }
        let keys = [
            key("headers", Scheme::StandardWebhooks, self.headers.as_ref()),
            key("header", Scheme::Hmac, self.header.as_ref()),
            key("hash", Scheme::Hmac, self.hash.as_ref()),
            key("encoding", Scheme::Hmac, self.encoding.as_ref()),
            key("signed", Scheme::Hmac, self.signed.as_ref()),
            key("prefix", Scheme::Hmac, self.prefix.as_ref()),
            key("separator", Scheme::Hmac, self.separator.as_ref()),
            key("id-header", Scheme::Hmac, self.id_header.as_ref()),
            key("id", Scheme::Hmac, self.id.as_ref()),
            key("timestamp-header", Scheme::Hmac, self.timestamp_header.as_ref()),
            key("timestamp-prefix", Scheme::Hmac, self.timestamp_prefix.as_ref()),
        ];
        keys.into_iter().flatten()
    }

    fn hmac(&self, table: &Table<'_>) -> Result<(Hmac, Range<usize>), Diagnostic> {
        let (Some(header), Some(hash), Some(encoding), Some(signed)) =
            (&self.header, &self.hash, &self.encoding, &self.signed)
        else {
            return Err(self.incomplete(table));
        };
        self.check_tokens(table)?;
        let timestamp = self.timestamp(table, signed)?;
        let id = self.id(table, signed)?;
        let names = [Some(header), self.id_header.as_ref(), self.timestamp_header.as_ref()];
        distinct(table, &header.span(), names.map(|name| name.map(Spanned::get_ref)))?;

        let pattern = signed.get_ref();
        let hmac = Hmac {
            header: header.get_ref().as_str().to_owned(),
            separator: self.separator.as_ref().map(|separator| *separator.get_ref()),
            prefix: self.prefix.as_ref().map_or("", |prefix| prefix.get_ref().as_str()).to_owned(),
            hash: *hash.get_ref(),
            encoding: *encoding.get_ref(),
            signed: pieces(pattern, timestamp.as_ref(), id),
            other_id: match (&self.id, id) {
                (Some(pointer), _) => Some(OtherId::Body(pointer.get_ref().as_str().to_owned())),
                (None, Some(header)) if !pattern.has(&PatternPart::Id) => {
                    Some(OtherId::UnsignedHeader(header.to_owned()))
                }
                (None, _) => None,
            },
        };
        Ok((hmac, header.span()))
    }

    /// The error for all keys of `hmac` that are missing.
    fn incomplete(&self, table: &Table<'_>) -> Diagnostic {
        let needed = [
            ("header", self.header.is_some()),
            ("hash", self.hash.is_some()),
            ("encoding", self.encoding.is_some()),
            ("signed", self.signed.is_some()),
        ];
        let missing: Vec<String> =
            needed.iter().filter(|(_, is_set)| !is_set).map(|(key, _)| format!("`{key}`")).collect();
        let keys = if missing.len() == 1 { "key" } else { "keys" };
        let help = "the scheme `hmac` needs `header`, `hash`, `encoding` and `signed`";
        table.error(self.scheme.span(), format!("missing {keys} {}", missing.join(", ")), help)
    }

    /// Checks that the signature header can be split into tokens, and that a token has only one meaning.
    fn check_tokens(&self, table: &Table<'_>) -> Result<(), Diagnostic> {
        let error = |span: Range<usize>, message: &str, help: &str| Err(table.error(span, message, help));
        if let Some(separator) = &self.separator {
            let character = *separator.get_ref();
            if !is_separator(character) {
                let message = "`separator` can occur inside a signature or is not allowed in a header";
                return error(separator.span(), message, "use one such as \",\"");
            }
            let mut prefixes = [&self.prefix, &self.timestamp_prefix].into_iter().flatten();
            if let Some(prefix) = prefixes.find(|prefix| prefix.get_ref().as_str().contains(character)) {
                return error(prefix.span(), "a prefix must not contain the separator", "remove the separator from it");
            }
        }
        if let Some(timestamp) = &self.timestamp_prefix {
            let signature = self.prefix.as_ref().map_or("", |prefix| prefix.get_ref().as_str());
            let text = timestamp.get_ref().as_str();
            if text.starts_with(signature) || signature.starts_with(text) {
                let message = "`prefix` and `timestamp-prefix` must not be prefixes of each other";
                return error(timestamp.span(), message, "choose values that begin differently");
            }
        }
        Ok(())
    }

    /// The timestamp. It must be signed if it has a location, and needs a location if it is signed.
    fn timestamp(&self, table: &Table<'_>, signed: &Spanned<Pattern>) -> Result<Option<Piece>, Diagnostic> {
        let error = |span: Range<usize>, message: &str, help: &str| Err(table.error(span, message, help));
        let timestamp = match (&self.timestamp_header, &self.timestamp_prefix) {
            (Some(_), Some(prefix)) => {
                let help = "it is either in its own header (`timestamp-header`) or in a token of the signature header \
                    (`timestamp-prefix`)";
                return error(prefix.span(), "the timestamp has two locations", help);
            }
            (None, Some(prefix)) if self.separator.is_none() => {
                let help = "set the separator between the tokens, such as `separator = \",\"`";
                return error(prefix.span(), "without `separator`, the signature header has only one token", help);
            }
            (Some(name), None) => Some((Piece::TimestampHeader(name.get_ref().as_str().to_owned()), name.span())),
            (None, Some(prefix)) => Some((Piece::TimestampToken(prefix.get_ref().as_str().to_owned()), prefix.span())),
            (None, None) => None,
        };
        match (timestamp, signed.get_ref().has(&PatternPart::Timestamp)) {
            (None, true) => {
                let help = "set its location: `timestamp-header = \"…\"`, or `timestamp-prefix = \"t=\"` for a token of the \
                    signature header";
                error(signed.span(), "the timestamp is signed, but its location is not set", help)
            }
            (Some((_, span)), false) => {
                let help = "anyone can change it: remove it, or add `{timestamp}` to `signed`";
                error(span, "the timestamp is not signed", help)
            }
            (timestamp, _) => Ok(timestamp.map(|(piece, _)| piece)),
        }
    }

    /// The header with the delivery's id. It must be set if the id is signed.
    fn id(&self, table: &Table<'_>, signed: &Spanned<Pattern>) -> Result<Option<&str>, Diagnostic> {
        if let (Some(id), Some(_)) = (&self.id, &self.id_header) {
            let help = "it is either in a header (`id-header`) or in the body (`id`)";
            return Err(table.error(id.span(), "the id has two locations", help));
        }
        if self.id_header.is_none() && signed.get_ref().has(&PatternPart::Id) {
            let help = "set its location: `id-header = \"…\"`";
            return Err(table.error(signed.span(), "the id is signed, but its location is not set", help));
        }
        Ok(self.id_header.as_ref().map(|name| name.get_ref().as_str()))
    }
}

/// Whether tokens can be separated by it: it is allowed in a header, and does not occur in hexadecimal digits or base64.
fn is_separator(character: char) -> bool {
    character == ' ' || character.is_ascii_punctuation() && !"+/=".contains(character)
}

/// The parts of a pattern, with the locations of its timestamp and id.
fn pieces(pattern: &Pattern, timestamp: Option<&Piece>, id: Option<&str>) -> Vec<Piece> {
    let piece = |part: &PatternPart| match part {
        PatternPart::Body => Some(Piece::Body),
        PatternPart::Text(text) => Some(Piece::Text(text.clone())),
        PatternPart::Timestamp => timestamp.cloned(),
        PatternPart::Id => id.map(|header| Piece::IdHeader(header.to_owned())),
    };
    pattern.parts().iter().filter_map(piece).collect()
}

fn distinct(table: &Table<'_>, span: &Range<usize>, names: [Option<&HeaderName>; 3]) -> Result<(), Diagnostic> {
    let [a, b, c] = names;
    let same = |a: Option<&HeaderName>, b: Option<&HeaderName>| a.is_some() && a == b;
    if same(a, b) || same(b, c) || same(c, a) {
        return Err(table.error(span.clone(), "two headers have the same name", "give each its own name"));
    }
    Ok(())
}
