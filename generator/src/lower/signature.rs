//! How deliveries are signed, from the headers that the description documents.
//!
//! `security` of the description belongs to the vendor's API and says nothing of the receiver.

use crate::config::{Config, Signature};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::ir::Scheme;
use crate::normalize::Description;

/// The prefixes under which the headers of Standard Webhooks are in use.
const PREFIXES: [&str; 2] = ["webhook", "svix"];

/// The scheme; none where a verifier is to be asked for.
pub(super) fn scheme(description: &Description, config: &Config, diagnostics: &mut Diagnostics) -> Option<Scheme> {
    let first = description.webhooks.first()?;
    let documented: Vec<(&str, &Place)> = PREFIXES
        .iter()
        .filter_map(|prefix| {
            let name = format!("{prefix}-signature");
            let headers = description.webhooks.iter().flat_map(|webhook| &webhook.headers);
            let header = headers.into_iter().find(|header| header.name.eq_ignore_ascii_case(&name))?;
            Some((*prefix, &header.place))
        })
        .collect();
    let scheme = |prefix: &str| Scheme {
        id: format!("{prefix}-id"),
        timestamp: format!("{prefix}-timestamp"),
        signature: format!("{prefix}-signature"),
    };
    let documented_help = "say in codegen.toml which headers are right:\n[signature]\nscheme = \"standard-webhooks\"\n\
        headers = { id = \"webhook-id\", timestamp = \"webhook-timestamp\", signature = \"webhook-signature\" }";
    match (&config.signature, &documented[..]) {
        (Some(Signature::Verifier), _) => None,
        (Some(Signature::StandardWebhooks(Some(headers))), _) => {
            let chosen = Scheme {
                id: headers.value.id.as_str().to_owned(),
                timestamp: headers.value.timestamp.as_str().to_owned(),
                signature: headers.value.signature.as_str().to_owned(),
            };
            if !documented.is_empty() && documented.iter().all(|(prefix, _)| scheme(prefix) != chosen) {
                diagnostics.push(
                    Diagnostic::new(Code::SignatureContradicted, "the configured signature headers are not those of the description")
                        .at(headers.place.clone(), "configured here")
                        .at(documented[0].1.clone(), "documented here")
                        .help("leave `headers` out of codegen.toml to take them from the description, or correct the description in an overlay"),
                );
            }
            Some(chosen)
        }
        (Some(Signature::StandardWebhooks(None)), []) => Some(scheme("webhook")),
        (_, [(prefix, _)]) => Some(scheme(prefix)),
        (None, []) => {
            diagnostics.push(
                Diagnostic::new(Code::NoSignature, "the description does not tell how deliveries are signed")
                    .at(Place::Name(first.key.origin().clone()), "")
                    .help("the emitted constructor asks for a `Verifier`")
                    .help("where the vendor follows Standard Webhooks, say it in codegen.toml:\n[signature]\nscheme = \"standard-webhooks\""),
            );
            None
        }
        (_, several) => {
            let mut diagnostic =
                Diagnostic::new(Code::SignatureContradicted, "two sets of signature headers are documented");
            for (prefix, place) in several {
                diagnostic = diagnostic.at((*place).clone(), format!("`{prefix}-signature`"));
            }
            diagnostics.push(diagnostic.help(documented_help));
            None
        }
    }
}
