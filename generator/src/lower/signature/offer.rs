//! The scheme that evidence adds up to, and the lines of a `codegen.toml` that state what is known of it.

use super::evidence::{Evidence, Part};
use super::form::Form;
use super::settings::{self, line};
use super::signed::{Piece as SignedPiece, Signed};
use super::words::Like;
use crate::diagnostics::toml_string;
use crate::signature::{Encoding, Hash, Hmac, Piece, Scheme};

/// What evidence adds up to.
pub(super) struct Offer {
    /// The scheme, if all of it is stated.
    pub scheme: Option<Scheme>,
    /// What is not stated, or contradictory.
    pub open: Vec<&'static str>,
    /// What `codegen.toml` cannot state.
    pub beyond: Vec<&'static str>,
    /// The lines of the table `signature`. What is open is a comment.
    pub lines: Vec<String>,
    /// What is known, if `codegen.toml` cannot state the rest.
    pub known: Vec<String>,
}

/// What is read with the words "like GitHub".
struct Known {
    like: Like,
    header: &'static str,
    prefix: &'static str,
    separator: Option<char>,
    timestamp: Option<&'static str>,
}

const KNOWN: [Known; 2] = [
    Known { like: Like::Github, header: "x-hub-signature-256", prefix: "sha256=", separator: None, timestamp: None },
    Known {
        like: Like::Stripe,
        header: "stripe-signature",
        prefix: "v1=",
        separator: Some(','),
        timestamp: Some("t="),
    },
];

impl Offer {
    pub(super) fn new(evidence: &Evidence) -> Self {
        Self::standard(evidence).unwrap_or_else(|| Self::described(evidence))
    }

    /// Standard Webhooks, if it is named or has these headers.
    pub(super) fn standard(evidence: &Evidence) -> Option<Self> {
        let header = evidence.header.as_deref();
        let known = evidence.like.stated();
        let is_named = known.contains(&Like::StandardWebhooks);
        let vendor = header.and_then(|header| header.strip_suffix("-signature"));
        let is_documented = |vendor: &str, names: &[String], last: &str| names.contains(&format!("{vendor}-{last}"));
        if let Some(vendor) = vendor
            && (is_named || ["webhook", "svix"].contains(&vendor))
            && is_documented(vendor, &evidence.ids, "id")
            && is_documented(vendor, &evidence.timestamps, "timestamp")
        {
            let [id, timestamp, signature] = ["id", "timestamp", "signature"].map(|last| format!("{vendor}-{last}"));
            let lines = settings::standard_webhooks(&id, &timestamp, &signature);
            let scheme = Some(Scheme::StandardWebhooks { id, timestamp, signature });
            return Some(Offer { scheme, open: Vec::new(), beyond: Vec::new(), lines, known: Vec::new() });
        }
        let is_standard_header = ["webhook-signature", "svix-signature"].map(Some).contains(&header);
        let is_said = is_named || known.contains(&Like::Svix);
        if !(is_said || is_standard_header && evidence.weight() == 0) {
            return None;
        }
        let mut lines = vec!["scheme = \"standard-webhooks\"".to_owned()];
        let [id, timestamp, signature] = ["id", "timestamp", "signature"].map(|last| format!("webhook-{last}"));
        if is_named && header.is_none_or(|header| header == "webhook-signature") {
            let scheme = Some(Scheme::StandardWebhooks { id, timestamp, signature });
            return Some(Offer { scheme, open: Vec::new(), beyond: Vec::new(), lines, known: Vec::new() });
        }
        if !is_said {
            let comment = "# scheme = \"standard-webhooks\"  # not stated: others use this header, too".to_owned();
            return Some(Offer {
                scheme: None,
                open: vec!["the scheme"],
                beyond: Vec::new(),
                lines: vec![comment],
                known: Vec::new(),
            });
        }
        let vendor = vendor.unwrap_or("svix");
        let signature = header.map_or_else(|| format!("{vendor}-signature"), str::to_owned);
        lines.push(format!(
            "# headers = {{ id = {}, timestamp = {}, signature = {} }}  # not stated",
            toml_string(&format!("{vendor}-id")),
            toml_string(&format!("{vendor}-timestamp")),
            toml_string(&signature)
        ));
        Some(Offer { scheme: None, open: vec!["the other headers"], beyond: Vec::new(), lines, known: Vec::new() })
    }

    /// What the parts say, whatever the scheme is called.
    pub(super) fn described(evidence: &Evidence) -> Self {
        known(evidence).unwrap_or_else(|| hmac(evidence))
    }
}

/// A well-known scheme, by its header or by the words "like GitHub".
fn known(evidence: &Evidence) -> Option<Offer> {
    let header = evidence.header.as_deref()?;
    let likes = evidence.like.stated();
    let known = KNOWN.iter().find(|known| known.header == header || likes.contains(&known.like))?;
    if !evidence.beyond().is_empty() {
        return None;
    }
    let mut evidence = evidence.clone();
    let kind = evidence.kind();
    evidence.is_hmac = true;
    if evidence.hash.stated().is_empty() {
        evidence.hash.add(kind, Hash::Sha256);
    }
    if evidence.encoding.stated().is_empty() {
        evidence.encoding.add(kind, Encoding::Hex);
    }
    if evidence.form.stated().is_empty() {
        let timestamp = known.timestamp.map(str::to_owned);
        evidence.form.add(kind, Form { prefix: known.prefix.to_owned(), separator: known.separator, timestamp });
    }
    let body = vec![SignedPiece::Body];
    if evidence.signed.stated().is_empty() || evidence.signed.only() == Some(Signed::Pieces(body.clone())) {
        let before = known.timestamp.map(|_| [SignedPiece::Timestamp, SignedPiece::Text(".".to_owned())]);
        evidence.signed = Part::default();
        evidence.signed.add(kind, Signed::Pieces(before.into_iter().flatten().chain(body).collect()));
    }
    // Its timestamp is a token of the header, or not sent.
    evidence.timestamps.clear();
    Some(hmac(&evidence))
}

/// An HMAC scheme, from its parts.
fn hmac(evidence: &Evidence) -> Offer {
    let mut parts = Parts { open: Vec::new(), lines: Vec::new(), beyond: evidence.beyond() };
    let header = parts.text("header", "header", evidence.header.clone(), &[]);
    let hash = parts.word("hash", "hash function", &evidence.hash.stated(), &["sha256", "sha512", "sha1"], Hash::name);
    let encoding = parts.word("encoding", "encoding", &evidence.encoding.stated(), &["hex", "base64"], Encoding::name);
    let form = match &evidence.form.stated()[..] {
        [] => Some(Form { prefix: String::new(), separator: None, timestamp: None }),
        [form] => Some(form.clone()),
        _ => None,
    };
    let signed = parts.signed(evidence, form.as_ref());
    match &form {
        Some(form) => parts.form(form, signed.as_deref().unwrap_or_default()),
        None => parts.ask("form of the header", "prefix", &[]),
    }
    let signs_no_id =
        signed.as_ref().is_some_and(|signed| !signed.iter().any(|piece| matches!(piece, Piece::IdHeader(_))));
    if !evidence.is_hmac {
        parts.open.insert(0, "whether it is an HMAC");
    }
    let scheme = match (header, hash, encoding, form, signed) {
        (Some(header), Some(hash), Some(encoding), Some(form), Some(signed))
            if parts.open.is_empty() && parts.beyond.is_empty() =>
        {
            let Form { prefix, separator, .. } = form;
            Some(Scheme::Hmac(Hmac { header, separator, prefix, hash, encoding, signed, other_id: None }))
        }
        _ => None,
    };
    let Parts { open, beyond, mut lines } = parts;
    let mut known = Vec::new();
    if beyond.is_empty() {
        lines.insert(0, "scheme = \"hmac\"".to_owned());
        if signs_no_id {
            lines.push(settings::ID.to_owned());
        }
    } else {
        lines.retain(|line| !line.starts_with('#'));
        known = std::mem::replace(&mut lines, vec!["scheme = \"verifier\"".to_owned()]);
    }
    Offer { scheme, open, beyond, lines, known }
}

struct Parts {
    open: Vec<&'static str>,
    beyond: Vec<&'static str>,
    lines: Vec<String>,
}

impl Parts {
    fn set(&mut self, key: &str, value: &str) {
        self.lines.push(line(key, value));
    }

    /// A comment with candidates for what is not stated.
    fn ask(&mut self, what: &'static str, key: &str, candidates: &[&str]) {
        self.open.push(what);
        let candidates: Vec<String> = candidates.iter().map(|candidate| toml_string(candidate)).collect();
        let candidates = if candidates.is_empty() { String::new() } else { format!(": {}", candidates.join(" or ")) };
        self.lines.push(format!("# {key} = \"…\"  # not stated{candidates}"));
    }

    fn text(&mut self, what: &'static str, key: &str, value: Option<String>, candidates: &[&str]) -> Option<String> {
        match &value {
            Some(value) => self.set(key, value),
            None => self.ask(what, key, candidates),
        }
        value
    }

    fn word<T: Copy>(
        &mut self,
        key: &str,
        what: &'static str,
        stated: &[T],
        candidates: &[&str],
        shown: fn(T) -> &'static str,
    ) -> Option<T> {
        if let [only] = stated {
            self.set(key, shown(*only));
            return Some(*only);
        }
        let stated: Vec<&str> = stated.iter().map(|value| shown(*value)).collect();
        self.ask(what, key, if stated.is_empty() { candidates } else { &stated });
        None
    }

    /// The signed text. If a timestamp is documented, it may be signed even where only the body is mentioned.
    fn signed(&mut self, evidence: &Evidence, form: Option<&Form>) -> Option<Vec<Piece>> {
        const CANDIDATES: [&str; 2] = ["{body}", "{timestamp}.{body}"];
        let token = form.and_then(|form| form.timestamp.clone());
        let has_timestamp = token.is_some() || !evidence.timestamps.is_empty();
        let pieces = match evidence.signed.only() {
            Some(Signed::Pieces(pieces)) => pieces,
            Some(Signed::Timestamped) => {
                self.ask("signed text", "signed", &["{timestamp}.{body}", "{timestamp}:{body}"]);
                if let (None, [name]) = (&token, &evidence.timestamps[..]) {
                    self.set("timestamp-header", name);
                }
                self.beyond.extend(evidence.times.iter().copied());
                return None;
            }
            Some(Signed::Bodyless) => return None,
            _ => {
                self.ask("signed text", "signed", if has_timestamp { &CANDIDATES[1..] } else { &CANDIDATES });
                if let (None, [name]) = (&token, &evidence.timestamps[..]) {
                    self.lines.push(format!("# {}  # if the timestamp is signed", line("timestamp-header", name)));
                }
                return None;
            }
        };
        let signs = |piece: &SignedPiece| pieces.contains(piece);
        let text: String = pieces.iter().map(shown).collect();
        self.set("signed", &text);
        if has_timestamp && !signs(&SignedPiece::Timestamp) {
            if let Some(line) = self.lines.last_mut() {
                line.push_str("  # or \"{timestamp}.{body}\", if the timestamp is signed");
            }
            self.open.push("whether the timestamp is signed");
        }
        let only = |names: &[String]| <[String; 1]>::try_from(names.to_vec()).ok().map(|[name]| name);
        let timestamp = match (token, only(&evidence.timestamps)) {
            (Some(token), _) => Some(Piece::TimestampToken(token)),
            (None, name) => name.map(Piece::TimestampHeader),
        };
        let id = only(&evidence.ids).map(Piece::IdHeader);
        if signs(&SignedPiece::Timestamp) {
            self.beyond.extend(evidence.times.iter().copied());
            match &timestamp {
                Some(Piece::TimestampHeader(name)) => self.set("timestamp-header", name),
                Some(_) => {}
                None => self.ask("place of the timestamp", "timestamp-header", &[]),
            }
        }
        if signs(&SignedPiece::Id) {
            match &id {
                Some(Piece::IdHeader(name)) => self.set("id-header", name),
                _ => self.ask("place of the id", "id-header", &[]),
            }
        }
        let placed = |piece: &SignedPiece| match piece {
            SignedPiece::Body => Some(Piece::Body),
            SignedPiece::Text(text) => Some(Piece::Text(text.clone())),
            SignedPiece::Timestamp => timestamp.clone(),
            SignedPiece::Id => id.clone(),
            SignedPiece::Other | SignedPiece::Digest => None,
        };
        pieces.iter().map(placed).collect()
    }

    fn form(&mut self, form: &Form, signed: &[Piece]) {
        if !form.prefix.is_empty() {
            self.set("prefix", &form.prefix);
        }
        if let Some(separator) = form.separator {
            self.set("separator", &separator.to_string());
        }
        if let Some(timestamp) = &form.timestamp {
            self.set("timestamp-prefix", timestamp);
            let is_signed = signed.iter().any(|piece| matches!(piece, Piece::TimestampToken(_)));
            if let (false, Some(line)) = (is_signed, self.lines.last_mut()) {
                *line = format!("# {line}  # if the timestamp is signed");
            }
        }
    }
}

/// A piece as it is written in `signed`.
pub(super) fn shown(piece: &SignedPiece) -> String {
    match piece {
        SignedPiece::Body => "{body}".to_owned(),
        SignedPiece::Timestamp => "{timestamp}".to_owned(),
        SignedPiece::Id => "{id}".to_owned(),
        SignedPiece::Other | SignedPiece::Digest => "…".to_owned(),
        SignedPiece::Text(text) => text.clone(),
    }
}
