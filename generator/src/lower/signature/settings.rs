//! The lines of `[signature]` that state a scheme.

use crate::diagnostics::toml_string;
use crate::signature::{Hmac, OtherId, Piece, Scheme};

/// A comment for schemes that sign no id, without which repeated deliveries are not recognized.
pub(super) const ID: &str =
    "# id = { pointer = \"/…\" }  # if the body has the delivery's id: repeated ones are recognized by it";

/// The lines that state this scheme.
pub(super) fn of(scheme: &Scheme) -> Vec<String> {
    match scheme {
        Scheme::StandardWebhooks { id, timestamp, signature } => standard_webhooks(id, timestamp, signature),
        Scheme::Hmac(scheme) => hmac(scheme),
        Scheme::Unsigned => vec![line("scheme", "none")],
    }
}

/// The lines for Standard Webhooks with these headers.
pub(super) fn standard_webhooks(id: &str, timestamp: &str, signature: &str) -> Vec<String> {
    let mut lines = vec![line("scheme", "standard-webhooks")];
    if (id, timestamp, signature) != ("webhook-id", "webhook-timestamp", "webhook-signature") {
        let [id, timestamp, signature] = [id, timestamp, signature].map(toml_string);
        lines.push(format!("headers = {{ id = {id}, timestamp = {timestamp}, signature = {signature} }}"));
    }
    lines
}

fn hmac(hmac: &Hmac) -> Vec<String> {
    let Hmac { header, separator, prefix, hash, encoding, signed, other_id } = hmac;
    let mut places = Vec::new();
    for piece in signed {
        let place = match piece {
            Piece::Body | Piece::Text(_) => None,
            Piece::IdHeader(name) => Some(line("id-header", name)),
            Piece::TimestampHeader(name) => Some(line("timestamp-header", name)),
            Piece::TimestampToken(prefix) => Some(line("timestamp-prefix", prefix)),
        };
        places.extend(place.filter(|place| !places.contains(place)));
    }
    let mut lines = vec![
        line("scheme", "hmac"),
        line("header", header),
        line("hash", hash.name()),
        line("encoding", encoding.name()),
        line("signed", &hmac.template()),
    ];
    if !prefix.is_empty() {
        lines.push(line("prefix", prefix));
    }
    lines.extend(separator.map(|separator| line("separator", &separator.to_string())));
    lines.extend(places);
    lines.extend(other_id.as_ref().map(|id| match id {
        OtherId::UnsignedHeader(name) => line("id-header", name),
        OtherId::Body(pointer) => format!("id = {{ pointer = {} }}", toml_string(pointer)),
    }));
    lines
}

/// One line of a table.
pub(super) fn line(key: &str, value: &str) -> String {
    format!("{key} = {}", toml_string(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Signature};
    use crate::diagnostics::Diagnostics;
    use crate::document::FileId;
    use crate::signature::{Encoding, Hash};

    #[test]
    fn lines_are_read_as_the_scheme_that_they_state() {
        let name = |text: &str| text.to_owned();
        let hmac = |signed: Vec<Piece>, separator, other_id| Hmac {
            header: name("x-signature"),
            separator,
            prefix: name("v1="),
            hash: Hash::Sha512,
            encoding: Encoding::Base64,
            signed,
            other_id,
        };
        let text = |text: &str| Piece::Text(name(text));
        let stripe = vec![Piece::TimestampToken(name("t=")), text("."), Piece::Body];
        let in_headers = vec![
            Piece::IdHeader(name("x-id")),
            text("\"\\:"),
            Piece::TimestampHeader(name("x-time")),
            text(":"),
            Piece::Body,
        ];
        for expected in [
            hmac(vec![Piece::Body], None, None),
            hmac(vec![Piece::Body], None, Some(OtherId::UnsignedHeader(name("x-delivery")))),
            hmac(vec![Piece::Body], None, Some(OtherId::Body(name("/id")))),
            hmac(stripe, Some(','), None),
            hmac(in_headers, Some(';'), None),
        ] {
            let lines = of(&Scheme::Hmac(expected.clone())).join("\n");
            let mut diagnostics = Diagnostics::default();
            let config = Config::parse(FileId(0), &format!("[signature]\n{lines}"), &mut diagnostics);
            assert_eq!(diagnostics.iter().count(), 0, "{lines}\n{diagnostics:?}");
            assert_eq!(config.signature.map(|read| read.value), Some(Signature::Hmac(expected)), "{lines}");
        }
    }
}
