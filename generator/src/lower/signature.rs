//! How deliveries are signed, from the headers that the description documents.
//!
//! `security` in the description is ignored: it describes calls to the vendor's API.

use super::context::Context;
use crate::config::{Headers, Signature};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::normalize::{Description, Header, Webhook};
use crate::signature::{Encoding, Hash, Hmac, Piece, Scheme};

/// The settings to choose from if a description documents no scheme.
const CHOICES: [&str; 4] = [
    "for Standard Webhooks:\n[signature]\nscheme = \"standard-webhooks\"",
    "for another scheme, here that of GitHub:\n[signature]\nscheme = \"hmac\"\n\
     header = \"x-hub-signature-256\"\nhash = \"sha256\"\nencoding = \"hex\"\nprefix = \"sha256=\"\n\
     signed = \"{body}\"  # or \"{timestamp}.{body}\", with `timestamp-header`",
    "for no signatures, so that anyone can forge deliveries:\n[signature]\nscheme = \"none\"",
    "to pass a `Verifier`, without this warning:\n[signature]\nscheme = \"verifier\"",
];

/// The scheme; `None` if the caller must pass a verifier.
pub(super) fn scheme(cx: &Context<'_>) -> Option<Scheme> {
    let first = cx.description.webhooks.first()?;
    let documented = documented(cx.description);
    let Some(signature) = &cx.config.signature else {
        return only(cx, &documented, || cx.report(undocumented(first)));
    };
    let chosen = match &signature.value {
        Signature::Verifier => return None,
        Signature::None => Scheme::Unsigned,
        Signature::Hmac(hmac) => Scheme::Hmac(hmac.clone()),
        Signature::StandardWebhooks(Some(headers)) => standard_webhooks(headers),
        Signature::StandardWebhooks(None) => {
            let is_standard = |scheme: &Scheme| matches!(scheme, Scheme::StandardWebhooks { .. });
            let standard: Vec<_> = documented.iter().filter(|(scheme, _)| is_standard(scheme)).cloned().collect();
            match &standard[..] {
                [] => standard_webhooks(&Headers::default()),
                several => only(cx, several, || ())?,
            }
        }
    };
    if let [(_, place), ..] = &documented[..]
        && !documented.iter().any(|(scheme, _)| agrees(&chosen, scheme))
    {
        cx.report(contradicted(&signature.place, place));
    }
    Some(chosen)
}

/// The only documented scheme. Several are reported; without any, `undocumented` reports.
fn only(cx: &Context<'_>, documented: &[(Scheme, &Place)], undocumented: impl FnOnce()) -> Option<Scheme> {
    match documented {
        [(scheme, _)] => return Some(scheme.clone()),
        [] => undocumented(),
        several => cx.report(ambiguous(several)),
    }
    None
}

fn undocumented(webhook: &Webhook) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::NoSignature, "the description documents no signature header that is known")
        .at(Place::Name(webhook.key.origin().clone()), "")
        .help("set the scheme in codegen.toml; until then, the generated `receiver` takes a `Verifier`");
    CHOICES.into_iter().fold(diagnostic, Diagnostic::help)
}

fn contradicted(configured: &Place, documented: &Place) -> Diagnostic {
    Diagnostic::new(Code::SignatureContradicted, "the configured signature differs from the documented one")
        .at(configured.clone(), "configured here")
        .at(documented.clone(), "documented here")
        .help(
            "remove `[signature]` from codegen.toml to use the documented one, or correct the description in an overlay",
        )
}

/// Whether a configured scheme agrees with a documented one. How an HMAC is written in its header is not documented.
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
        "state in codegen.toml which one is right, for instance:\n[signature]\nscheme = \"standard-webhooks\"\n\
         headers = { id = \"webhook-id\", timestamp = \"webhook-timestamp\", signature = \"webhook-signature\" }",
    )
}

/// The schemes of documented headers, each with the place of its header.
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
        // The signature header alone may belong to another scheme: GoCardless uses the same name.
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
    fn a_scheme_agrees_if_its_header_is_documented() {
        let documented = hmac("x-hub-signature-256", Encoding::Hex);
        assert!(agrees(&hmac("x-hub-signature-256", Encoding::Base64), &documented));
        assert!(!agrees(&hmac("x-acme-signature", Encoding::Hex), &documented));
        assert!(!agrees(&Scheme::Unsigned, &documented));
        let standard = standard_webhooks(&Headers::default());
        assert!(agrees(&standard, &standard) && !agrees(&standard, &documented));
    }
}
