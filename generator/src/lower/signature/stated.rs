//! What the description states about the signature that is verified, and whether it contradicts the configuration.

use super::ELSEWHERE;
use super::evidence::{Evidence, row};
use super::offer::{Offer, shown};
use super::signed::Signed;
use super::words::beyond;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::Stated;
use crate::normalize::{Description, StatementKind};
use crate::signature::{JOINED_SOMEHOW, Scheme, StatedScheme};

/// The evidence about the signature that is verified: about its header if anything is, else the most direct.
fn relevant<'e>(evidence: &'e [Evidence], scheme: Option<&Scheme>) -> Option<&'e Evidence> {
    let is_its = |evidence: &&Evidence| match (&evidence.header, scheme.and_then(Scheme::header)) {
        (Some(stated), Some(verified)) => stated.eq_ignore_ascii_case(verified),
        _ => false,
    };
    // Texts outside of the webhooks may be about another signature.
    let is_clear = |evidence: &&Evidence| row(evidence.kind()).is_used || scheme.is_none() && evidence.header.is_some();
    evidence.iter().find(is_its).or_else(|| evidence.iter().find(is_clear))
}

fn parts(evidence: &Evidence) -> StatedScheme {
    StatedScheme {
        header: evidence.header.clone(),
        hash: evidence.hash.only(),
        encoding: evidence.encoding.only(),
        signed: match evidence.signed.only() {
            Some(Signed::Pieces(pieces)) => Some(pieces.iter().map(shown).collect()),
            Some(Signed::Timestamped) => Some(format!("{{timestamp}}{JOINED_SOMEHOW}{{body}}")),
            Some(Signed::Beyond | Signed::Bodyless) | None => None,
        },
        beyond: evidence
            .beyond()
            .into_iter()
            .filter(|what| excludes(evidence, what) != Some(false))
            .map(str::to_owned)
            .collect(),
    }
}

/// Whether what `codegen.toml` cannot state is there instead of a part that it has; `None` if it is not about such a part.
/// "An HMAC, not a signature with a private key" does not state a key pair.
fn excludes(evidence: &Evidence, what: &str) -> Option<bool> {
    match what {
        beyond::KEY_PAIR | beyond::TOKEN => Some(!evidence.is_hmac),
        beyond::OTHER_HASH => Some(evidence.hash.stated().is_empty()),
        beyond::OTHER_ENCODING => Some(evidence.encoding.stated().is_empty()),
        _ => None,
    }
}

/// What the description states about the signature that is verified by `scheme`.
pub(super) fn stated(evidence: &[Evidence], scheme: Option<&Scheme>) -> Option<Stated> {
    let evidence = relevant(evidence, scheme)?;
    let (Place::Value(origin) | Place::Name(origin)) = &evidence.places.first()?.1 else { return None };
    Some(Stated { scheme: parts(evidence), origin: origin.clone() })
}

/// The warning if what is stated contradicts the scheme that is configured at a place.
pub(super) fn contradiction(
    description: &Description,
    evidence: &[Evidence],
    scheme: &Scheme,
    configured: &Place,
) -> Option<Diagnostic> {
    let evidence = relevant(evidence, Some(scheme))?;
    let (stated, verified) = (parts(evidence), scheme.parts()?);
    let mut differences = Differences::default();
    if let (Some(name), Some(header)) = (&stated.header, &verified.header)
        && name != header
        && evidence.kind() < StatementKind::Webhook
        && !is_documented(description, header)
    {
        differences.add("the header", "header", name, header);
    }
    differences.compare(evidence, &stated, &verified);
    let Differences { found, keys, is_beyond } = differences;
    if found.is_empty() {
        return None;
    }
    let message = format!("the description states another signature than `[signature]`: {}", found.join("; "));
    let (kind, place) = evidence.places.first()?;
    let diagnostic = Diagnostic::new(Code::SignatureStatedOtherwise, message)
        .at(place.clone(), row(*kind).shown)
        .at(configured.clone(), "configured here")
        .help("the crate verifies as configured: if the description is wrong, correct it in an overlay");
    Some(if is_beyond {
        diagnostic.help(format!("if the vendor signs as stated, set `scheme = \"verifier\"`, and {ELSEWHERE}"))
    } else {
        let lines = lines(evidence, &keys);
        diagnostic.help(format!("if the vendor signs as stated, change this in `[signature]`:\n{}", lines.join("\n")))
    })
}

/// How what is stated of a signature differs from the scheme that its header or a name suggests.
pub(super) fn otherwise(evidence: &Evidence, scheme: &Scheme) -> Vec<String> {
    let Some(suggested) = scheme.parts() else { return Vec::new() };
    let mut differences = Differences::default();
    differences.compare(evidence, &parts(evidence), &suggested);
    let prefix = match scheme {
        Scheme::StandardWebhooks { .. } => "v1,",
        Scheme::Hmac(hmac) => &hmac.prefix,
        Scheme::Unsigned => "",
    };
    if let Some(form) = evidence.form.only().filter(|form| form.prefix != prefix) {
        differences.add("the prefix", "prefix", &form.prefix, prefix);
    }
    differences.found
}

/// How what is stated differs from a scheme.
#[derive(Default)]
struct Differences {
    found: Vec<String>,
    /// The keys of the settings that differ.
    keys: Vec<&'static str>,
    /// Whether there is something that `codegen.toml` cannot state.
    is_beyond: bool,
}

impl Differences {
    fn add(&mut self, what: &str, key: &'static str, stated: &str, verified: &str) {
        self.found.push(format!("{what} `{stated}` instead of `{verified}`"));
        self.keys.push(key);
    }

    /// Compares all but the headers.
    fn compare(&mut self, evidence: &Evidence, stated: &StatedScheme, verified: &StatedScheme) {
        if let (Some(stated), Some(verified)) = (stated.hash, verified.hash)
            && stated != verified
        {
            self.add("the hash", "hash", stated.name(), verified.name());
        }
        if let (Some(stated), Some(verified)) = (stated.encoding, verified.encoding)
            && stated != verified
        {
            self.add("the encoding", "encoding", stated.name(), verified.name());
        }
        if let (Some(text), Some(verified)) = (&stated.signed, &verified.signed)
            && stated.signs_otherwise(verified)
        {
            self.add("the signed text", "signed", text, verified);
        }
        // How the body or the secret is prepared may be a detail of the scheme.
        for what in evidence.beyond().into_iter().filter(|what| excludes(evidence, what) == Some(true)) {
            self.found.push(what.to_owned());
            self.is_beyond = true;
        }
    }
}

/// The lines of the offer for these keys. With the signed text, its parts may be in other headers.
fn lines(evidence: &Evidence, keys: &[&str]) -> Vec<String> {
    const BESIDE_SIGNED: [&str; 3] = ["timestamp-header", "timestamp-prefix", "id-header"];
    let offer = Offer::new(evidence).lines;
    let is_wanted = |line: &&String| {
        let key = line.trim_start_matches("# ").split(' ').next().unwrap_or_default();
        keys.contains(&key) || keys.contains(&"signed") && BESIDE_SIGNED.contains(&key)
    };
    let wanted: Vec<String> = offer.iter().filter(is_wanted).cloned().collect();
    // Those of Standard Webhooks have other keys.
    if wanted.is_empty() { offer } else { wanted }
}

fn is_documented(description: &Description, header: &str) -> bool {
    let mut headers = description.webhooks.iter().flat_map(|webhook| &webhook.headers);
    headers.any(|documented| documented.name.eq_ignore_ascii_case(header))
}
