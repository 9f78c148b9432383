//! How deliveries are signed, from the headers that the description documents.
//!
//! `security` of the description belongs to the vendor's API and says nothing of the receiver.

use crate::config::{Config, Headers, Signature};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::ir::{Encoding, Hash, Hmac, Piece, Scheme};
use crate::normalize::{Description, Header};

/// The ways to say how deliveries are signed, where a description is silent.
const CHOICES: [&str; 4] = [
    "where the vendor follows Standard Webhooks:\n[signature]\nscheme = \"standard-webhooks\"",
    "where it signs in a way of its own, here that of GitHub:\n[signature]\nscheme = \"hmac\"\n\
     header = \"x-hub-signature-256\"\nhash = \"sha256\"\nencoding = \"hex\"\nprefix = \"sha256=\"\n\
     signed = \"{body}\"  # or \"{timestamp}.{body}\", with `timestamp-header`",
    "where it signs nothing, so that anybody can make up deliveries:\n[signature]\nscheme = \"none\"",
    "where the user of the crate is to bring a `Verifier`, without this warning:\n[signature]\nscheme = \"verifier\"",
];

/// The scheme; none where a verifier is to be asked for.
pub(super) fn scheme(description: &Description, config: &Config, diagnostics: &mut Diagnostics) -> Option<Scheme> {
    let first = description.webhooks.first()?;
    let documented = documented(description);
    let Some(signature) = &config.signature else {
        return match &documented[..] {
            [(scheme, _)] => Some(scheme.clone()),
            [] => {
                let silent = Diagnostic::new(
                    Code::NoSignature,
                    "the description does not tell how deliveries are signed",
                )
                .at(Place::Name(first.key.origin().clone()), "")
                .help("the emitted constructor asks for a `Verifier`, unless codegen.toml says how they are signed");
                diagnostics.push(CHOICES.into_iter().fold(silent, Diagnostic::help));
                None
            }
            several => {
                diagnostics.push(ambiguous(several));
                None
            }
        };
    };
    let chosen = match &signature.value {
        Signature::Verifier => return None,
        Signature::None => Scheme::Unsigned,
        Signature::Hmac(hmac) => Scheme::Hmac(hmac.clone()),
        Signature::StandardWebhooks(Some(headers)) => standard_webhooks(headers),
        Signature::StandardWebhooks(None) => {
            let standard = |scheme: &Scheme| matches!(scheme, Scheme::StandardWebhooks { .. });
            let standard: Vec<_> = documented.iter().filter(|(scheme, _)| standard(scheme)).cloned().collect();
            match &standard[..] {
                [] => standard_webhooks(&Headers::default()),
                [(scheme, _)] => scheme.clone(),
                several => {
                    diagnostics.push(ambiguous(several));
                    return None;
                }
            }
        }
    };
    if let [(_, place), ..] = &documented[..]
        && !documented.iter().any(|(scheme, _)| agrees(&chosen, scheme))
    {
        diagnostics.push(
            Diagnostic::new(Code::SignatureContradicted, "the configured signature is not that of the description")
                .at(signature.place.clone(), "configured here")
                .at((*place).clone(), "documented here")
                .help("leave `[signature]` out of codegen.toml to take it from the description, or correct the description in an overlay"),
        );
    }
    Some(chosen)
}

/// Whether a choice is one that the description bears out. How a vendor's own scheme reads its header is for the
/// configuration to say.
fn agrees(chosen: &Scheme, documented: &Scheme) -> bool {
    match chosen {
        Scheme::StandardWebhooks { .. } => chosen == documented,
        Scheme::Hmac(hmac) => hmac.header == signature_header(documented),
        Scheme::Unsigned => false,
    }
}

fn signature_header(scheme: &Scheme) -> &str {
    match scheme {
        Scheme::StandardWebhooks { signature, .. } => signature,
        Scheme::Hmac(hmac) => &hmac.header,
        Scheme::Unsigned => "",
    }
}

fn ambiguous(several: &[(Scheme, &Place)]) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::SignatureContradicted, "several signature headers are documented");
    for (scheme, place) in several {
        diagnostic = diagnostic.at((*place).clone(), format!("`{}`", signature_header(scheme)));
    }
    diagnostic.help(
        "say in codegen.toml which one is right, such as:\n[signature]\nscheme = \"standard-webhooks\"\n\
         headers = { id = \"webhook-id\", timestamp = \"webhook-timestamp\", signature = \"webhook-signature\" }",
    )
}

/// The schemes that documented headers give away, each with the place of its header.
fn documented(description: &Description) -> Vec<(Scheme, &Place)> {
    let find = |name: &str| -> Option<&Header> {
        let mut headers = description.webhooks.iter().flat_map(|webhook| &webhook.headers);
        headers.find(|header| header.name.eq_ignore_ascii_case(name))
    };
    let prefixed = |prefix: &str| Scheme::StandardWebhooks {
        id: format!("{prefix}-id"),
        timestamp: format!("{prefix}-timestamp"),
        signature: format!("{prefix}-signature"),
    };
    let hmac = |header: &str, prefix: &str, separator, signed, id: Option<&str>| {
        Scheme::Hmac(Hmac {
            header: header.to_owned(),
            separator,
            prefix: prefix.to_owned(),
            hash: Hash::Sha256,
            encoding: Encoding::Hex,
            signed,
            unsigned_id: id.filter(|id| find(id).is_some()).map(str::to_owned),
        })
    };
    let timestamped = vec![Piece::TimestampToken("t=".to_owned()), Piece::Text(".".to_owned()), Piece::Body];
    let known = [
        prefixed("webhook"),
        prefixed("svix"),
        hmac("x-hub-signature-256", "sha256=", None, vec![Piece::Body], Some("x-github-delivery")),
        hmac("stripe-signature", "v1=", Some(','), timestamped, None),
    ];
    let place = |scheme: Scheme| {
        let place = &find(signature_header(&scheme))?.place;
        Some((scheme, place))
    };
    let complete = |(scheme, _): &(Scheme, &Place)| match scheme {
        // The signature's header alone may be another scheme's: GoCardless calls its own so.
        Scheme::StandardWebhooks { id, timestamp, .. } => find(id).is_some() && find(timestamp).is_some(),
        Scheme::Hmac(_) | Scheme::Unsigned => true,
    };
    known.into_iter().filter_map(place).filter(complete).collect()
}

fn standard_webhooks(headers: &Headers) -> Scheme {
    Scheme::StandardWebhooks {
        id: headers.id.as_str().to_owned(),
        timestamp: headers.timestamp.as_str().to_owned(),
        signature: headers.signature.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hmac(header: &str, encoding: Encoding) -> Scheme {
        Scheme::Hmac(Hmac {
            header: header.to_owned(),
            separator: None,
            prefix: String::new(),
            hash: Hash::Sha256,
            encoding,
            signed: vec![Piece::Body],
            unsigned_id: None,
        })
    }

    #[test]
    fn a_choice_agrees_where_the_documented_header_is_its_own() {
        let documented = hmac("x-hub-signature-256", Encoding::Hex);
        assert!(agrees(&hmac("x-hub-signature-256", Encoding::Base64), &documented));
        assert!(!agrees(&hmac("x-acme-signature", Encoding::Hex), &documented));
        assert!(!agrees(&Scheme::Unsigned, &documented));
        let standard = standard_webhooks(&Headers::default());
        assert!(agrees(&standard, &standard) && !agrees(&standard, &documented));
    }
}
