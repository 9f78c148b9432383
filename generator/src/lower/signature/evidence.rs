//! What the places of a description say about each signature header.
//!
//! Each kind of place has a row in [`KINDS`]. What words say is in `words`, the form of a header in `form`, and the signed
//! text in `signed`. A part that a more direct place states is not searched for in the others.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::form::{self, Form};
use super::header::{Role, names, role};
use super::signed::{self, Signed};
use super::words::{BODYLESS, Like, REQUEST, Says, have, said, words};
use crate::diagnostics::Place;
use crate::document::Node;
use crate::normalize::{Description, Schemas, Statement, StatementKind, prose};
use crate::signature::{Encoding, Hash};

/// How far a kind of place is trusted.
pub(super) struct Kind {
    of: StatementKind,
    /// What it is called in messages.
    pub shown: &'static str,
    /// Whether an HMAC scheme that it states in full is used; otherwise it is only offered.
    pub is_used: bool,
}

const KINDS: [Kind; 5] = [
    Kind { of: StatementKind::Parameter, shown: "a header parameter", is_used: true },
    Kind { of: StatementKind::Security, shown: "a security scheme of a webhook", is_used: true },
    Kind { of: StatementKind::Response, shown: "a response header", is_used: true },
    Kind { of: StatementKind::Webhook, shown: "the text of a webhook", is_used: true },
    Kind { of: StatementKind::Prose, shown: "a text outside of the webhooks", is_used: false },
];

/// The row of a kind of place.
pub(super) fn row(kind: StatementKind) -> &'static Kind {
    KINDS.iter().find(|row| row.of == kind).unwrap_or(&KINDS[KINDS.len() - 1])
}

/// What places say about a part of a scheme, each with its kind.
#[derive(Clone, Debug)]
pub(super) struct Part<T>(Vec<(StatementKind, T)>);

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone + PartialEq> Part<T> {
    pub(super) fn add(&mut self, kind: StatementKind, value: T) {
        self.0.push((kind, value));
    }

    /// What the most direct places say: nothing, one thing, or several different ones.
    pub(super) fn stated(&self) -> Vec<T> {
        let best = self.0.iter().map(|(kind, _)| *kind).min();
        let mut values: Vec<T> = Vec::new();
        for (_, value) in self.0.iter().filter(|(kind, _)| Some(*kind) == best) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        values
    }

    /// The one thing that is stated.
    pub(super) fn only(&self) -> Option<T> {
        match &self.stated()[..] {
            [only] => Some(only.clone()),
            _ => None,
        }
    }
}

/// What is said about one signature header.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Its name in lower case; `None` if only a signature is mentioned.
    pub header: Option<String>,
    /// The places that say something, the most direct first.
    pub places: Vec<(StatementKind, Place)>,
    /// Whether a text calls it a header.
    pub is_called_header: bool,
    /// Whether it is called an HMAC.
    pub is_hmac: bool,
    pub hash: Part<Hash>,
    pub encoding: Part<Encoding>,
    pub form: Part<Form>,
    pub signed: Part<Signed>,
    pub like: Part<Like>,
    /// What words say that `codegen.toml` cannot state.
    beyond: Vec<&'static str>,
    /// Forms of the timestamp that cannot be read.
    pub times: Vec<&'static str>,
    /// Documented headers that may carry the timestamp.
    pub timestamps: Vec<String>,
    /// Documented headers that may carry the id.
    pub ids: Vec<String>,
}

impl Evidence {
    /// The most direct kind of place.
    pub(super) fn kind(&self) -> StatementKind {
        self.places.iter().map(|(kind, _)| *kind).min().unwrap_or(StatementKind::Prose)
    }

    /// What `codegen.toml` cannot state.
    pub(super) fn beyond(&self) -> Vec<&'static str> {
        let bodyless = (self.signed.only() == Some(Signed::Bodyless)).then_some(BODYLESS);
        self.beyond.iter().copied().chain(bodyless).collect()
    }

    /// How much is said, to choose between several headers.
    pub(super) fn weight(&self) -> usize {
        let parts = [
            self.hash.only().is_some(),
            self.encoding.only().is_some(),
            self.signed.only().is_some(),
            self.form.only().is_some(),
            self.is_hmac,
            !self.like.stated().is_empty(),
        ];
        parts.iter().filter(|stated| **stated).count() + self.beyond.len().min(1)
    }

    /// The headers beside the one with the signature.
    fn add_beside(&mut self, name: &str) {
        let names = match role(name) {
            Some(Role::Timestamp) => &mut self.timestamps,
            Some(Role::Id) => &mut self.ids,
            _ => return,
        };
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }

    fn at(&mut self, statement: &Statement) {
        if !self.places.iter().any(|(_, place)| *place == statement.place) {
            self.places.push((statement.kind, statement.place.clone()));
            self.places.sort_by_key(|(kind, _)| *kind);
        }
    }

    fn say(&mut self, kind: StatementKind, says: Says) {
        match says {
            Says::Hmac => self.is_hmac = true,
            Says::Hash(hash) => self.hash.add(kind, hash),
            Says::Encoding(encoding) => self.encoding.add(kind, encoding),
            Says::Like(like) => self.like.add(kind, like),
            Says::Beyond(what) if self.beyond.contains(&what) => {}
            Says::Beyond(what) => self.beyond.push(what),
            Says::Time(what) => self.times.push(what),
        }
    }

    /// Reads a text about the header.
    fn read(&mut self, kind: StatementKind, text: &str) {
        for says in said(&words(text)) {
            self.say(kind, says);
        }
        if let Some(form::Found { form, says }) = form::find(text) {
            self.form.add(kind, form);
            for says in says {
                self.say(kind, says);
            }
        }
        if let Some(encoding) = form::encoding(text) {
            self.encoding.add(kind, encoding);
        }
        match signed::find(text) {
            Some(Signed::Beyond) => self.say(kind, REQUEST),
            Some(signed) => self.signed.add(kind, signed),
            None => {}
        }
    }
}

/// What the description says about each signature header, the most direct first.
pub(super) fn gather(description: &Description) -> Vec<Evidence> {
    let mut found = Found::default();
    let (texts, headers): (Vec<&Statement>, Vec<&Statement>) =
        description.statements.iter().partition(|statement| statement.header.is_none());
    for statement in &headers {
        found.add_header(statement);
    }
    found.add_beside(&headers);
    for statement in texts {
        for text in statement.texts.iter().filter_map(|text| text.as_str()) {
            found.add_text(statement, text);
        }
    }
    if !found.is_settled() {
        let introduction = introduction(&description.document);
        for statement in prose(&description.document) {
            let is_introduction = introduction.as_ref() == Some(&statement.place);
            let is_about =
                |section: &&str| mentions_signatures(section) && (is_introduction || is_about_deliveries(section));
            let texts = statement.texts.iter().filter_map(|text| text.as_str());
            for section in texts.flat_map(sections).filter(is_about) {
                found.add_text(&statement, section);
            }
        }
        found.add_standard(&description.document);
    }
    found.finish()
}

#[derive(Default)]
struct Found {
    /// By name; the empty name is that of a signature in an unnamed header.
    by_header: IndexMap<String, Evidence>,
    /// Texts that were read: webhooks often repeat one.
    read: HashSet<String>,
}

impl Found {
    fn at(&mut self, header: &str) -> &mut Evidence {
        let header = (!header.is_empty()).then(|| header.to_owned());
        let key = header.clone().unwrap_or_default();
        self.by_header.entry(key).or_insert_with(|| Evidence { header, ..Evidence::default() })
    }

    fn add_header(&mut self, statement: &Statement) {
        let name = statement.header.as_deref().unwrap_or_default().to_ascii_lowercase();
        let texts: Vec<&str> = statement.texts.iter().filter_map(|text| text.as_str()).collect();
        let is_signature = match role(&name) {
            Some(Role::Signature) => true,
            Some(_) => false,
            None => texts.iter().any(|text| said(&words(text)).contains(&Says::Hmac)),
        };
        if !is_signature {
            return;
        }
        let is_first = !self.by_header.contains_key(&name);
        let evidence = self.at(&name);
        evidence.at(statement);
        if is_first {
            for says in said(&words(&name)) {
                evidence.say(statement.kind, says);
            }
        }
        for text in texts {
            if self.read.insert(format!("{name}\n{text}")) {
                self.at(&name).read(statement.kind, text);
            }
        }
    }

    /// Adds the other headers that webhooks document, and what those that describe the signature say.
    fn add_beside(&mut self, headers: &[&Statement]) {
        for statement in headers {
            let name = statement.header.as_deref().unwrap_or_default().to_ascii_lowercase();
            let is_about = role(&name) == Some(Role::About) && have(&words(&name), &["signature", "algorithm"]);
            let mut says: Vec<Says> = Vec::new();
            if is_about {
                says.extend(statement.texts.iter().filter_map(|text| Some(said(&words(text.as_str()?)))).flatten());
            }
            if says.contains(&Says::Hmac) {
                // Of several algorithms, the one that can be stated is offered.
                says.retain(|says| !matches!(says, Says::Beyond(_)));
            }
            for evidence in self.by_header.values_mut() {
                evidence.add_beside(&name);
                for says in &says {
                    evidence.say(statement.kind, *says);
                }
            }
        }
    }

    /// Adds what a text says about the headers that it names. It counts for a header that is documented elsewhere, if there
    /// is one.
    fn add_text(&mut self, statement: &Statement, text: &str) {
        if !self.read.insert(text.to_owned()) {
            return;
        }
        let names = names(text);
        let (signatures, beside): (Vec<&String>, Vec<&String>) =
            names.iter().partition(|name| role(name) == Some(Role::Signature));
        let is_documented = self.by_header.values().any(|evidence| evidence.kind() < StatementKind::Webhook);
        let known: Vec<&String> =
            signatures.iter().copied().filter(|name| self.by_header.contains_key(*name)).collect();
        let words = words(text);
        let mentions = |says: &Says| matches!(says, Says::Hmac | Says::Like(Like::StandardWebhooks | Like::Svix));
        let targets: Vec<&str> = match (&known[..], &signatures[..]) {
            ([], _) if is_documented => return,
            ([], []) if said(&words).iter().any(mentions) && have(&words, &SIGNING) => vec![""],
            ([], signatures) => signatures.iter().map(|name| name.as_str()).collect(),
            (known, _) => known.iter().map(|name| name.as_str()).collect(),
        };
        for target in targets {
            let evidence = self.at(target);
            evidence.at(statement);
            for name in &beside {
                evidence.add_beside(name);
            }
            evidence.is_called_header |= is_called_header(text, target);
            evidence.read(statement.kind, text);
        }
    }

    /// Adds the other headers of Standard Webhooks, wherever they are mentioned, if the signature has the header of it.
    fn add_standard(&mut self, document: &Node) {
        for prefix in ["webhook", "svix"] {
            let Some(evidence) = self.by_header.get_mut(&format!("{prefix}-signature")) else { continue };
            let others = ["id", "timestamp"].map(|last| format!("{prefix}-{last}"));
            let texts = prose(document);
            let texts = texts.iter().flat_map(|statement| &statement.texts).filter_map(Node::as_str);
            let texts = texts.filter(|text| text.to_ascii_lowercase().contains(prefix));
            for name in texts.flat_map(names).filter(|name| others.contains(name)) {
                evidence.add_beside(&name);
            }
        }
    }

    /// Whether nothing is left to search for.
    fn is_settled(&self) -> bool {
        self.by_header.values().any(|evidence| {
            evidence.kind() < StatementKind::Webhook
                && (!evidence.beyond().is_empty()
                    || evidence.hash.only().is_some()
                        && evidence.encoding.only().is_some()
                        && evidence.signed.only().is_some())
        })
    }

    /// Those of the most direct kinds of places.
    fn finish(self) -> Vec<Evidence> {
        let mut found: Vec<Evidence> = self.by_header.into_values().collect();
        // A named header is more than a mention.
        if found.iter().any(|evidence| evidence.header.is_some()) {
            found.retain(|evidence| evidence.header.is_some());
        }
        found.sort_by_key(|evidence| (evidence.kind(), std::cmp::Reverse(evidence.weight())));
        found
    }
}

/// Whether the word "header" is beside a name, as in "the `Signature` header" or "a header named `Signature`".
fn is_called_header(text: &str, name: &str) -> bool {
    let words = text.split(|character: char| !character.is_alphanumeric() && character != '-');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let is_header = |word: &&str| ["header", "headers"].iter().any(|header| word.eq_ignore_ascii_case(header));
    let mut named = (0..words.len()).filter(|at| words[*at].eq_ignore_ascii_case(name));
    named.any(|at| words[at.saturating_sub(2)..words.len().min(at + 3)].iter().any(is_header))
}

/// The member of a body that has a signature or takes part in one, by its name (`hmacSignature`) or its description.
pub(super) fn in_body(schemas: &Schemas) -> Option<(&str, Place)> {
    const CHECKED: [&str; 5] = ["verify", "verification", "validate", "validating", "authenticity"];
    const SENT: [&str; 4] = ["webhook", "callback", "notification", "secret"];
    let mut members = schemas.iter().flat_map(|schema| &schema.properties).map(|(name, id)| (name, schemas.get(*id)));
    let (name, schema) = members.find(|(name, schema)| {
        let name = words(name);
        let is_named = have(&name, &["hmac"]) && have(&name, &["signature", "sig"]);
        let description = schema.data.description.as_deref().filter(|text| text.contains("ignature")).map(words);
        let is_described = |words: Vec<String>| have(&words, &CHECKED) && have(&words, &SENT);
        is_named || description.is_some_and(is_described)
    })?;
    Some((name, Place::Name(schema.node.origin().clone())))
}

/// Words of a text about signatures.
const SIGNING: [&str; 8] =
    ["sign", "signed", "signs", "signature", "signatures", "verify", "verification", "authenticity"];

/// The sections of a text in Markdown.
fn sections(text: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices("\n#") {
        sections.push(&text[start..at]);
        start = at + 1;
    }
    sections.push(&text[start..]);
    sections
}

/// The place of `info.description`, if there is nothing but webhooks that it can be about.
fn introduction(document: &Node) -> Option<Place> {
    let has_paths = document.get("paths").and_then(Node::as_object).is_some_and(|paths| !paths.is_empty());
    let text = document.get("info")?.get("description").filter(|_| !has_paths)?;
    Some(Place::Value(text.origin().clone()))
}

/// Whether a text may say how something is signed. Most texts have none of these words.
fn mentions_signatures(text: &str) -> bool {
    ["ignature", "hmac", "HMAC", "signed", "tandard", "vix"].iter().any(|mention| text.contains(mention))
}

/// Whether a text is about what a vendor sends.
fn is_about_deliveries(text: &str) -> bool {
    const DELIVERIES: [&str; 9] = [
        "webhook",
        "webhooks",
        "deliver",
        "delivery",
        "deliveries",
        "delivered",
        "callback",
        "callbacks",
        "notifications",
    ];
    have(&words(text), &DELIVERIES)
}
