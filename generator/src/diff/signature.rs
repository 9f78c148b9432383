//! How the signature differs: the scheme that the crate verifies, and the one that the description states.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::report::Draft;
use super::{Flags, Rule};
use crate::catalogue::Catalogue;
use crate::signature::{JOINED_SOMEHOW, Piece, Scheme, StatedScheme};

impl Comparison<'_> {
    /// The scheme that is verified; if that is the same, what the description states about it.
    pub(super) fn signature(&mut self) {
        let (old, new) = (&self.sides.old.signature, &self.sides.new.signature);
        if old == new {
            self.stated();
            return;
        }
        let draft = |rule, message: &str| Draft::new(rule, "signature", message).item("SIGNATURE_SCHEME");
        let refused = |draft: Draft| {
            let draft = draft.flags(Flags::NOW | Flags::REPLAY);
            draft
                .reason("the old crate: every new delivery is refused with 401")
                .reason("the new crate: every earlier delivery is refused with 401")
        };
        let draft = match (old, new) {
            (Some(_), None) => {
                draft(Rule::HeadersRemoved, "the description no longer states how deliveries are signed")
                    .source(true)
                    .hint("if deliveries are still signed the same way, state it in `[signature]` of `codegen.toml`")
            }
            (None, Some(_)) => {
                draft(Rule::HeadersAdded, "the description now states how deliveries are signed").source(true)
            }
            (Some(old), Some(new)) => {
                let are_standard =
                    matches!((old, new), (Scheme::StandardWebhooks { .. }, Scheme::StandardWebhooks { .. }));
                let (rule, what) = if are_standard {
                    (Rule::HeadersRenamed, "the headers of the signature have other names")
                } else {
                    (Rule::SchemeChanged, "deliveries are signed in another way")
                };
                let is_same_type = std::mem::discriminant(old) == std::mem::discriminant(new);
                let message = format!("{what}: {} instead of {}", new.in_words(), old.in_words());
                refused(draft(rule, &message).source(!is_same_type))
            }
            (None, None) => return,
        };
        let draft = self.at_stated(draft);
        self.drafts.push(draft.item("receiver()"));
    }

    fn at_stated(&self, mut draft: Draft) -> Draft {
        if let Some(stated) = &self.sides.old.stated {
            draft = draft.old(&stated.source);
        }
        if let Some(stated) = &self.sides.new.stated {
            draft = draft.new_place(&stated.source);
        }
        draft
    }

    fn stated(&mut self) {
        let (old, new) = (&self.sides.old.stated, &self.sides.new.stated);
        let [old, new] = [old, new].map(|stated| stated.as_ref().map(|stated| &stated.scheme));
        if old == new {
            return;
        }
        let nothing = StatedScheme::default();
        let verified = self.sides.new.signature.as_ref();
        let change = Change {
            old: old.unwrap_or(&nothing),
            new: new.unwrap_or(&nothing),
            verified: verified.and_then(Scheme::parts),
        };
        let is_verified = verified != Some(&Scheme::Unsigned);
        let contradicts = is_verified && (new.is_none() || change.contradicts());
        let message = match (old, new) {
            (Some(_), None) => "the description no longer states a signature".to_owned(),
            (None, _) => format!("the description now states a signature: {}", change.shown()),
            _ if contradicts => format!("the description states another signature: {}", change.shown()),
            _ => format!("the description states the signature in another way: {}", change.shown()),
        };
        let ending = match verified {
            Some(scheme @ Scheme::Unsigned) => format!("the crate verifies {}", scheme.in_words()),
            Some(scheme) => format!("the crate verifies as before: {}", scheme.in_words()),
            None => "the crate verifies with the `Verifier` that it is passed".to_owned(),
        };
        let mut draft = Draft::new(Rule::SignatureStated, "signature", format!("{message}; {ending}"));
        if contradicts {
            let hint = match verified {
                Some(_) => "ask the vendor when and how this changes, and state it in `[signature]` of `codegen.toml`",
                None => "ask the vendor when and how this changes, and pass a `Verifier` for it",
            };
            let when = match new {
                Some(_) => "once the vendor signs as stated",
                None => "if the vendor signs in another way now, or not at all",
            };
            draft = draft
                .flags(Flags::NOW | Flags::REPLAY)
                .reason(format!("the old crate: {when}, every new delivery is refused with 401"))
                .reason("the new crate: the same; once that is configured, every earlier delivery is refused with 401")
                .hint(hint);
        }
        let draft = self.at_stated(draft);
        self.drafts.push(draft);
    }
}

/// A change of what the description states.
struct Change<'a> {
    old: &'a StatedScheme,
    new: &'a StatedScheme,
    verified: Option<StatedScheme>,
}

impl Change<'_> {
    /// Whether something is stated now that is not what the crate verifies, or may not be.
    fn contradicts(&self) -> bool {
        let Self { old, new, verified } = self;
        let verified = verified.as_ref();
        let signs_otherwise = match (&old.signed, &new.signed, verified.and_then(|verified| verified.signed.as_ref())) {
            (old, new, _) if old == new => false,
            (old, Some(new), Some(verified)) if old.is_some() && !new.contains(JOINED_SOMEHOW) => new != verified,
            (_, _, Some(verified)) => new.signs_otherwise(verified),
            (old, new, None) => old.is_some() && new.is_some(),
        };
        differs(old.header.as_ref(), new.header.as_ref(), verified.map(|verified| verified.header.as_ref()))
            || differs(old.hash.as_ref(), new.hash.as_ref(), verified.map(|verified| verified.hash.as_ref()))
            || differs(
                old.encoding.as_ref(),
                new.encoding.as_ref(),
                verified.map(|verified| verified.encoding.as_ref()),
            )
            || signs_otherwise
            || new.beyond.iter().any(|what| !old.beyond.contains(what))
            || verified.is_none() && old.beyond != new.beyond
    }

    /// What differs, in words.
    fn shown(&self) -> String {
        let Self { old, new, .. } = self;
        let text = |text: &Option<String>| text.clone();
        let parts = [
            ("the header", text(&old.header), text(&new.header)),
            ("the hash", old.hash.map(|hash| hash.name().to_owned()), new.hash.map(|hash| hash.name().to_owned())),
            (
                "the encoding",
                old.encoding.map(|encoding| encoding.name().to_owned()),
                new.encoding.map(|encoding| encoding.name().to_owned()),
            ),
            ("the signed text", text(&old.signed), text(&new.signed)),
        ];
        let shown = parts.into_iter().filter(|(_, old, new)| old != new).map(|(what, old, new)| match (old, new) {
            (Some(old), Some(new)) => format!("{what} `{new}` instead of `{old}`"),
            (None, Some(new)) => format!("{what} `{new}`"),
            (Some(old), None) => format!("{what} is no longer stated (it was `{old}`)"),
            (None, None) => String::new(),
        });
        let come = new.beyond.iter().filter(|what| !old.beyond.contains(what)).cloned();
        let gone = old.beyond.iter().filter(|what| !new.beyond.contains(what)).map(|what| format!("no longer {what}"));
        come.chain(shown).chain(gone).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a part is stated now, and is not what is verified. Without a scheme, only what is stated otherwise than before.
fn differs<T: PartialEq>(old: Option<&T>, new: Option<&T>, verified: Option<Option<&T>>) -> bool {
    new.is_some() && old != new && verified.map_or(old.is_some(), |verified| new != verified)
}

/// The headers of the signature in both versions, in lower case: those that are verified, and the one that is stated.
pub(super) fn headers(old: &Catalogue, new: &Catalogue) -> BTreeSet<String> {
    let verified = [old, new].into_iter().filter_map(|catalogue| catalogue.signature.as_ref()).flat_map(of_scheme);
    let stated = [old, new].into_iter().filter_map(|catalogue| catalogue.stated.as_ref()?.scheme.header.clone());
    verified.chain(stated).map(|name| name.to_ascii_lowercase()).collect()
}

fn of_scheme(scheme: &Scheme) -> Vec<String> {
    match scheme {
        Scheme::StandardWebhooks { id, timestamp, signature } => vec![id.clone(), timestamp.clone(), signature.clone()],
        Scheme::Hmac(hmac) => {
            let signed = hmac.signed.iter().filter_map(|piece| match piece {
                Piece::IdHeader(name) | Piece::TimestampHeader(name) => Some(name.clone()),
                _ => None,
            });
            [hmac.header.clone()].into_iter().chain(signed).collect()
        }
        Scheme::Unsigned => Vec::new(),
    }
}
