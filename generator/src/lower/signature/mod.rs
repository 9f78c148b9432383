//! How deliveries are signed.
//!
//! The headers of well-known schemes identify them. Otherwise, what the description says in words is gathered
//! ([`evidence`]) and added up ([`offer`]). The `security` of the whole description is ignored: it describes calls to the
//! vendor's API.

mod evidence;
mod form;
mod header;
mod offer;
mod settings;
mod signed;
mod stated;
mod words;

use super::context::Context;
use super::schema::MergedSchema;
use crate::config::{Headers, Signature};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::Stated;
use crate::normalize::{Description, Header, StatementKind, Webhook};
use crate::signature::{Encoding, Hash, Hmac, OtherId, Piece, Scheme};
use evidence::{Evidence, row};
use offer::Offer;

/// How many other headers of a finding are shown.
const MAX_RIVALS: usize = 3;

/// What to do about a signature that the receiver cannot verify.
const ELSEWHERE: &str = "verify it in front of the receiver, and pass `Verifier::dangerously_accept_unsigned()` to the generated `receiver`";

const UNTIL_SET: &str = "until the scheme is set, the generated `receiver` takes a `Verifier`";

/// The settings to choose from if a description documents no scheme, each with the case that it is for.
const CHOICES: [(&str, &[&str]); 4] = [
    ("for Standard Webhooks", &["scheme = \"standard-webhooks\""]),
    (
        "for an HMAC in a header, with the values of the vendor's documentation",
        &[
            "scheme = \"hmac\"",
            "# header = \"…\"",
            "# hash = \"…\"  # \"sha256\", \"sha512\" or \"sha1\"",
            "# encoding = \"…\"  # \"hex\" or \"base64\"",
            "# signed = \"…\"  # \"{body}\", or \"{timestamp}.{body}\" with `timestamp-header`",
            settings::ID,
        ],
    ),
    ("for no signatures, so that anyone can forge deliveries", &["scheme = \"none\""]),
    ("to pass a `Verifier`, without this warning", &["scheme = \"verifier\""]),
];

/// The scheme, `None` if the caller must pass a verifier; and what the description states about it in words.
pub(super) fn signature(cx: &Context<'_>) -> (Option<Scheme>, Option<Stated>) {
    let evidence = evidence::gather(cx.description);
    let scheme = scheme(cx, &evidence);
    let stated = stated::stated(&evidence, scheme.as_ref());
    (scheme, stated)
}

fn scheme(cx: &Context<'_>, evidence: &[Evidence]) -> Option<Scheme> {
    let first = cx.description.webhooks.first()?;
    let documented = documented(cx.description);
    let Some(signature) = &cx.config.signature else {
        return match &documented[..] {
            [] => inferred(cx, evidence, first),
            [(scheme, place)] => of_header(cx, evidence, scheme, place),
            several => {
                cx.report(ambiguous(Code::NoSignature, several));
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
            let is_standard = |scheme: &Scheme| matches!(scheme, Scheme::StandardWebhooks { .. });
            let standard: Vec<_> = documented.iter().filter(|(scheme, _)| is_standard(scheme)).cloned().collect();
            match &standard[..] {
                [] => standard_webhooks(&Headers::default()),
                [(scheme, _)] => scheme.clone(),
                several => {
                    cx.report(ambiguous(Code::SignatureContradicted, several));
                    return None;
                }
            }
        }
    };
    if let [(_, place), ..] = &documented[..]
        && !documented.iter().any(|(scheme, _)| agrees(&chosen, scheme))
    {
        cx.report(contradicted(&signature.place, place));
    } else if let Some(diagnostic) = stated::contradiction(cx.description, evidence, &chosen, &signature.place) {
        cx.report(diagnostic);
    }
    Some(chosen)
}

/// The scheme of a well-known header, unless something else is said about it, or some webhooks have another signature.
fn of_header(cx: &Context<'_>, evidence: &[Evidence], scheme: &Scheme, place: &Place) -> Option<Scheme> {
    let header = scheme.header().unwrap_or_default();
    let (own, others): (Vec<&Evidence>, Vec<&Evidence>) =
        evidence.iter().partition(|evidence| evidence.header.as_deref() == Some(header));
    for own in own {
        let otherwise = stated::otherwise(own, scheme);
        if !otherwise.is_empty() {
            cx.report(doubtful(own, "has a well-known header", settings::of(scheme), &otherwise));
            return None;
        }
    }
    let has_header = |webhook: &Webhook| webhook.headers.iter().any(|own| own.name.eq_ignore_ascii_case(header));
    let others: Vec<&Evidence> = others.into_iter().filter(|other| other.kind() < StatementKind::Response).collect();
    if !others.is_empty() && !cx.description.webhooks.iter().all(has_header) {
        cx.report(divided(scheme, place, &others));
        return None;
    }
    let message = format!("deliveries are signed in the header `{header}`");
    cx.choose(message, (place.clone(), "of a well-known scheme"), "signature", settings::of(scheme));
    Some(scheme.clone())
}

/// The scheme that the description states in words. What it states in part is only reported.
fn inferred(cx: &Context<'_>, evidence: &[Evidence], first: &Webhook) -> Option<Scheme> {
    let Some((best, others)) = evidence.split_first() else {
        cx.report(evidence::in_body(cx.schemas).map_or_else(|| undocumented(first), unsupported));
        return None;
    };
    if let Some(member) = in_member(cx, best) {
        cx.report(unsupported(member));
        return None;
    }
    let offer = Offer::new(best);
    if let Some(standard) = Offer::standard(best) {
        let otherwise = stated::otherwise(best, &standard_webhooks(&Headers::default()));
        if !otherwise.is_empty() {
            cx.report(doubtful(best, "is called Standard Webhooks", standard.lines, &otherwise));
            return None;
        }
    }
    // Another header that is described as well may be the right one.
    let rivals: Vec<&Evidence> = others
        .iter()
        .filter(|other| row(other.kind()).is_used == row(best.kind()).is_used && other.weight() >= best.weight())
        .collect();
    let is_standard = matches!(offer.scheme, Some(Scheme::StandardWebhooks { .. }));
    let is_used = rivals.is_empty() && (is_standard || row(best.kind()).is_used);
    let scheme = offer.scheme.clone().filter(|_| is_used);
    cx.report(finding(best, &rivals, offer, scheme.is_some()));
    scheme
}

fn finding(evidence: &Evidence, rivals: &[&Evidence], offer: Offer, is_used: bool) -> Diagnostic {
    let kind = row(evidence.kind()).shown;
    let name = named(evidence);
    let (code, message) = if is_used {
        (Code::SignatureInferred, format!("the signature scheme is inferred from {kind}"))
    } else if !offer.beyond.is_empty() {
        let what = offer.beyond.join("; ");
        (Code::NoSignature, format!("{name} has a form that codegen.toml cannot state yet: {what}"))
    } else if !rivals.is_empty() {
        (Code::NoSignature, "several signature headers are documented".to_owned())
    } else if offer.open.is_empty() {
        (Code::NoSignature, format!("{name} is documented only in {kind}"))
    } else {
        (Code::NoSignature, format!("{name} is documented in part; not stated: {}", offer.open.join(", ")))
    };
    let mut diagnostic = at_places(Diagnostic::new(code, message), evidence);
    for rival in rivals.iter().take(MAX_RIVALS) {
        if let Some((_, place)) = rival.places.first() {
            diagnostic = diagnostic.at(place.clone(), "another signature");
        }
    }
    let diagnostic = if is_used {
        diagnostic.help("compare it with the vendor's documentation; these lines keep it, without this warning")
    } else if offer.beyond.is_empty() {
        let is_complete = offer.open.is_empty();
        diagnostic.help(UNTIL_SET).help(if is_complete {
            "compare these lines with the vendor's documentation"
        } else {
            "complete these lines from the vendor's documentation"
        })
    } else {
        let known = (!offer.known.is_empty()).then(|| format!("it states: {}", offer.known.join(", ")));
        diagnostic.maybe_help(known).help(ELSEWHERE)
    };
    if is_used { diagnostic.inferred("signature", offer.lines) } else { diagnostic.setting("signature", offer.lines) }
}

/// A signature whose scheme seems to be known, but which is described otherwise.
fn doubtful(evidence: &Evidence, seems: &str, known: Vec<String>, otherwise: &[String]) -> Diagnostic {
    let message = format!("{} {seems}, but is described otherwise: {}", named(evidence), otherwise.join("; "));
    at_places(Diagnostic::new(Code::NoSignature, message), evidence)
        .help(UNTIL_SET)
        .candidate("if the scheme is the known one", "signature", known)
        .candidate("if it is as described", "signature", Offer::described(evidence).lines)
}

/// A well-known header of some webhooks, beside other signatures.
fn divided(scheme: &Scheme, place: &Place, others: &[&Evidence]) -> Diagnostic {
    let header = scheme.header().unwrap_or_default();
    let diagnostic = Diagnostic::new(Code::NoSignature, "several signature headers are documented")
        .at(place.clone(), format!("`{header}`, which other webhooks do not have"));
    let places = others.iter().take(MAX_RIVALS).filter_map(|other| Some((&other.header, &other.places.first()?.1)));
    let diagnostic = places.fold(diagnostic, |diagnostic, (header, place)| {
        diagnostic.at(place.clone(), format!("`{}`", header.as_deref().unwrap_or_default()))
    });
    let diagnostic = diagnostic
        .help(UNTIL_SET)
        .help("if both are right, make a crate for each: `[webhooks]` of its codegen.toml says which webhooks it has")
        .candidate(format!("for `{header}`"), "signature", settings::of(scheme));
    others.iter().take(MAX_RIVALS).fold(diagnostic, |diagnostic, other| {
        let when = format!("for `{}`", other.header.as_deref().unwrap_or_default());
        diagnostic.candidate(when, "signature", Offer::new(other).lines)
    })
}

fn named(evidence: &Evidence) -> String {
    evidence.header.as_ref().map_or_else(|| "a signature".to_owned(), |name| format!("the signature in `{name}`"))
}

/// Adds the first place of each kind; they are sorted by kind.
fn at_places(mut diagnostic: Diagnostic, evidence: &Evidence) -> Diagnostic {
    for (number, (kind, place)) in evidence.places.iter().enumerate() {
        let alike = evidence.places.iter().filter(|(other, _)| other == kind).count();
        if number == 0 || evidence.places[number - 1].0 != *kind {
            let shown = row(*kind).shown;
            let text = match alike - 1 {
                0 => shown.to_owned(),
                more => format!("{shown}, and {more} more"),
            };
            diagnostic = diagnostic.at(place.clone(), text);
        }
    }
    diagnostic
}

/// The member at the top of a body that has the signature: texts name it as they name headers, unless they call it a header.
fn in_member<'a>(cx: &Context<'a>, evidence: &Evidence) -> Option<(&'a str, Place)> {
    let header = evidence.header.as_deref().filter(|name| !name.contains('-'))?;
    if evidence.kind() < StatementKind::Webhook || evidence.is_called_header {
        return None;
    }
    let find = |body: &MergedSchema<'a>| {
        let (name, set) = body.properties.iter().find(|(name, _)| name.eq_ignore_ascii_case(header))?;
        Some((*name, Place::Name(cx.schemas.get(*set.first()?).node.origin().clone())))
    };
    cx.description.webhooks.iter().find_map(|webhook| {
        let body = cx.merged(&[webhook.body]);
        let mut alternatives = body.choices.iter().flat_map(|choice| &choice.alternatives);
        find(&body).or_else(|| alternatives.find_map(|alternative| find(&cx.merged(&[*alternative]))))
    })
}

/// A member of the body that has the signature, or a part of it.
fn unsupported((name, place): (&str, Place)) -> Diagnostic {
    let message =
        format!("a signature in the body is documented, at the member `{name}`; codegen.toml cannot state that yet");
    Diagnostic::new(Code::NoSignature, message)
        .at(place, "this member")
        .help(ELSEWHERE)
        .setting("signature", vec!["scheme = \"verifier\"".to_owned()])
}

fn undocumented(webhook: &Webhook) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::NoSignature, "the description does not say how deliveries are signed")
        .at(Place::Name(webhook.key.origin().clone()), "")
        .help("set the scheme in codegen.toml; until then, the generated `receiver` takes a `Verifier`");
    CHOICES.into_iter().fold(diagnostic, |diagnostic, (when, lines)| {
        diagnostic.candidate(when, "signature", lines.iter().map(|line| (*line).to_owned()).collect())
    })
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
        Scheme::Hmac(_) => chosen.header() == documented.header(),
        Scheme::Unsigned => false,
    }
}

fn ambiguous(code: Code, several: &[(Scheme, &Place)]) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(code, "several signature headers are documented");
    for (scheme, place) in several {
        diagnostic = diagnostic.at((*place).clone(), format!("`{}`", scheme.header().unwrap_or_default()));
    }
    several.iter().fold(diagnostic.help("state in codegen.toml which one is right"), |diagnostic, (scheme, _)| {
        diagnostic.candidate(
            format!("for `{}`", scheme.header().unwrap_or_default()),
            "signature",
            settings::of(scheme),
        )
    })
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
            other_id: id.filter(|id| find(id).is_some()).map(|id| OtherId::UnsignedHeader(id.to_owned())),
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
        let place = &find(scheme.header()?)?.place;
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
            other_id: None,
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
