//! The signature schemes that documents state, compared with a table that was written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::iter::zip;
use std::path::Path;

use serde::Deserialize;
use webhook_generator::diagnostics::{Code, Diagnostics};
use webhook_generator::ir::Api;
use webhook_generator::signature::{Hmac, Piece, Scheme};

/// How many of ten documented schemes must be found.
const FOUND_OF_TEN: usize = 9;

/// The table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signatures {
    document: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    path: String,
    /// For readers of the table.
    #[serde(rename = "said-in")]
    _said_in: String,
    outcome: Outcome,
    scheme: Option<String>,
    header: Option<String>,
    hash: Option<String>,
    encoding: Option<String>,
    signed: Option<String>,
}

/// What the generator makes of a documented scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// It is used.
    Scheme,
    /// It is offered, with its known parts.
    Part,
    /// A message says that it cannot be stated.
    Beyond,
}

/// The parts of a scheme by their keys in `codegen.toml`; a missing one is not stated.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts(BTreeMap<String, String>);

impl Row {
    fn parts(&self) -> Parts {
        let values = [&self.scheme, &self.header, &self.hash, &self.encoding, &self.signed];
        let stated = zip(Parts::KEYS, values).filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)));
        Parts(stated.collect())
    }
}

/// The result for a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// What is documented was found.
    Right,
    /// Nothing, or less, was found.
    Missed(String),
    /// Something else was found.
    Wrong(String),
}

impl Signatures {
    /// Reads the table.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let problem = |what: &dyn std::fmt::Display| format!("`{}`: {what}", path.display());
        let text = fs::read_to_string(path).map_err(|error| problem(&error))?;
        toml::from_str(&text).map_err(|error| problem(&error))
    }

    /// Compares what was found in a document; `None` if nothing is documented or found.
    pub(crate) fn verdict(&self, document: &str, diagnostics: &Diagnostics, api: Option<&Api>) -> Option<Verdict> {
        let found = Found::new(diagnostics, api);
        match (self.document.iter().find(|row| row.path == document), found) {
            (None, None) => None,
            (None, Some(found)) => {
                Some(Verdict::Wrong(format!("a scheme is found that the table does not list: {found:?}")))
            }
            (Some(_), None) => Some(Verdict::Missed("the documented scheme is not found".to_owned())),
            (Some(row), Some(found)) => Some(found.judge(row)),
        }
    }
}

/// One line that counts the verdicts.
pub(crate) fn summary(verdicts: &[Verdict]) -> String {
    let [right, missed, wrong] = counted(verdicts);
    format!("signature schemes: {} documented, {right} right, {missed} missed, {wrong} wrong", right + missed + wrong)
}

/// What is too little, in words. Nothing may be wrong.
pub(crate) fn shortfall(verdicts: &[Verdict]) -> Option<String> {
    let [right, missed, wrong] = counted(verdicts);
    (wrong > 0 || right * 10 < (right + missed) * FOUND_OF_TEN)
        .then(|| format!("too few are right: {}", summary(verdicts)))
}

fn counted(verdicts: &[Verdict]) -> [usize; 3] {
    let mut counts = [0; 3];
    for verdict in verdicts {
        let place = match verdict {
            Verdict::Right => 0,
            Verdict::Missed(_) => 1,
            Verdict::Wrong(_) => 2,
        };
        counts[place] += 1;
    }
    counts
}

#[derive(Debug)]
struct Found {
    outcome: Outcome,
    parts: Parts,
}

impl Found {
    /// What the lines of the finding state; without a finding, what is used.
    fn new(diagnostics: &Diagnostics, api: Option<&Api>) -> Option<Self> {
        let finding =
            diagnostics.iter().find(|finding| [Code::NoSignature, Code::SignatureInferred].contains(&finding.code));
        let Some(finding) = finding else {
            let parts = Parts::of(api?.scheme.as_ref()?)?;
            return Some(Self { outcome: Outcome::Scheme, parts });
        };
        // Those with a case to choose are offered without evidence.
        let setting = finding.settings.iter().find(|setting| setting.when.is_none())?;
        // What is known of a scheme that cannot be stated is a text.
        let known = finding.help.iter().find_map(|help| help.strip_prefix("it states: "));
        let known = known.into_iter().flat_map(|known| known.split(", "));
        let parts = Parts::offered(setting.lines.iter().map(String::as_str).chain(known));
        let outcome = if finding.code == Code::SignatureInferred {
            Outcome::Scheme
        } else if setting.lines.iter().any(|line| line == "scheme = \"verifier\"") {
            Outcome::Beyond
        } else {
            Outcome::Part
        };
        Some(Self { outcome, parts })
    }

    fn judge(&self, row: &Row) -> Verdict {
        let Parts(documented) = row.parts();
        let differing = |(key, value): &(&String, &String)| documented.get(*key) != Some(*value);
        if let Some((key, value)) = self.parts.0.iter().find(differing) {
            return Verdict::Wrong(format!("`{key} = {value:?}`, but documented is {:?}", documented.get(key)));
        }
        if let Some(key) = documented.keys().find(|key| !self.parts.0.contains_key(*key)) {
            return Verdict::Missed(format!("`{key}` is documented and not found"));
        }
        match (self.outcome, row.outcome) {
            (found, documented) if found == documented => Verdict::Right,
            (Outcome::Scheme, documented) => {
                Verdict::Wrong(format!("the scheme is used, but expected is {documented:?}"))
            }
            (found, documented) => Verdict::Missed(format!("the outcome is {found:?}, but expected is {documented:?}")),
        }
    }
}

impl Parts {
    /// The keys that the table of documented schemes has.
    const KEYS: [&str; 5] = ["scheme", "header", "hash", "encoding", "signed"];

    /// Those that lines state; what is open has `…`.
    fn offered<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        let mut parts = BTreeMap::new();
        for line in lines {
            let Some((key, value)) = line.trim_start_matches("# ").split_once(" = ") else { continue };
            if key == "headers" {
                let signature = value.split("signature = \"").nth(1).and_then(|rest| rest.split('"').next());
                parts.extend(signature.map(|name| ("header".to_owned(), name.to_owned())));
            }
            let value = value.trim_start_matches('"').split('"').next().unwrap_or_default();
            if Self::KEYS.contains(&key) && value != "…" && value != "verifier" {
                parts.insert(key.to_owned(), value.to_owned());
            }
        }
        if parts.get("scheme").is_some_and(|scheme| scheme == "standard-webhooks") {
            parts.entry("header".to_owned()).or_insert_with(|| "webhook-signature".to_owned());
        }
        Self(parts)
    }

    /// Those of a scheme that is used.
    fn of(scheme: &Scheme) -> Option<Self> {
        let values = match scheme {
            Scheme::StandardWebhooks { signature, .. } => vec!["standard-webhooks".to_owned(), signature.clone()],
            Scheme::Hmac(Hmac { header, hash, encoding, signed, .. }) => {
                let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
                let signed = signed.iter().map(shown).collect();
                vec!["hmac".to_owned(), header.clone(), word(hash), word(encoding), signed]
            }
            Scheme::Unsigned => return None,
        };
        Some(Self(zip(Self::KEYS.map(str::to_owned), values).collect()))
    }
}

fn shown(piece: &Piece) -> &str {
    match piece {
        Piece::Body => "{body}",
        Piece::IdHeader(_) => "{id}",
        Piece::TimestampHeader(_) | Piece::TimestampToken(_) => "{timestamp}",
        Piece::Text(text) => text,
    }
}
