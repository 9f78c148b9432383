//! What a webhook is called, wherever its deliveries state their event type.

use std::collections::{HashSet, VecDeque};
use std::slice;

use super::evidence::{Evidence, Kind};
use super::spelling::{self, Spelling};
use crate::budget::Resource;
use crate::diagnostics::Place;
use crate::document::Node;
use crate::lower::context::Context;
use crate::normalize::Webhook;

/// The ends of the names of headers and extensions that state an event type.
pub(super) const ENDINGS: [&str; 6] = ["-event", "-event-type", "-event-name", "-event-key", "-topic", "-hook-type"];

/// Longer texts in backticks are not event types.
const MAX_QUOTED: usize = 200;

/// How many schemas of a body are searched for extensions.
const MAX_SCHEMAS: usize = 100;

/// How well a value fits the names of a webhook, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// An extension or the description says the same text.
    Exact,
    /// It is a name in another spelling.
    Same,
    /// It is a name but for the first words.
    Ends,
    /// It begins with a name.
    Begins,
    /// It has the words of a name, and others.
    HasWords,
    /// A name has its words, and others.
    IsWithin,
}

impl Fit {
    const ALL: [Self; 6] = [Self::Exact, Self::Same, Self::Ends, Self::Begins, Self::HasWords, Self::IsWithin];

    /// Whether it shows that the value is the event type. Other values may fit by chance.
    pub(super) fn is_good(self) -> bool {
        self <= Self::Begins
    }
}

/// The names of one webhook.
pub(super) struct Names {
    /// Its key.
    pub key: Evidence,
    /// What its extensions say, or those of its body.
    pub extensions: Vec<Evidence>,
    /// What its summary and description quote.
    pub quoted: Vec<Evidence>,
    pub operation_id: Option<Evidence>,
    spellings: Vec<Spelling>,
}

impl Names {
    pub(super) fn of(cx: &Context<'_>, webhook: &Webhook) -> Self {
        let operation_id = webhook.operation_id.as_ref().and_then(|node| Evidence::of(node, Kind::OperationId));
        let spellings: Vec<Spelling> = texts(webhook).map(Spelling::of).collect();
        let quoted = webhook.texts.iter().flat_map(|text| quoted(text, cx.separator(), &spellings)).collect();
        Self { key: key(webhook), extensions: extensions(cx, webhook), quoted, operation_id, spellings }
    }

    /// The values in backticks in the description of the location that are another spelling of a name. It is often the same
    /// text for all webhooks, with the event types of each.
    pub(super) fn quoted_at_location(&self, cx: &Context<'_>, texts: &[Node]) -> impl Iterator<Item = Evidence> {
        let is_name = |spelling: &Spelling| self.spellings.iter().any(|own| own.is_same(spelling));
        texts.iter().flat_map(move |text| {
            let values = in_backticks(text);
            cx.spend(Resource::Candidates, values.clone().count(), text.origin());
            let values = values.filter(|value| !cx.is_exceeded() && is_value(value, cx.separator()));
            let values = values.filter(|value| is_name(&Spelling::of(value)));
            values
                .map(|value| Evidence::new(value, Place::Value(text.origin().clone()), Kind::Quoted))
                .collect::<Vec<_>>()
        })
    }

    /// How well a value fits.
    pub(super) fn fit(&self, name: &str) -> Option<Fit> {
        let spelling = Spelling::of(name);
        Fit::ALL.into_iter().find(|fit| self.fits(name, &spelling, *fit))
    }

    /// Whether a value is the event type by its spelling.
    pub(super) fn is_good(&self, evidence: &Evidence) -> bool {
        self.fit(&evidence.name).is_some_and(Fit::is_good)
    }

    /// The value that fits best, if no other one fits as well.
    pub(super) fn pick<'e>(&self, values: impl IntoIterator<Item = &'e Evidence>) -> Option<&'e Evidence> {
        let values: Vec<(&Evidence, Spelling)> =
            values.into_iter().map(|value| (value, Spelling::of(&value.name))).collect();
        Fit::ALL.into_iter().find_map(|fit| {
            let mut fitting = values.iter().filter(|(value, spelling)| self.fits(&value.name, spelling, fit));
            let (first, _) = fitting.next()?;
            fitting.all(|(other, _)| other.name == first.name).then_some(*first)
        })
    }

    fn fits(&self, name: &str, spelling: &Spelling, fit: Fit) -> bool {
        let any = |fits: fn(&Spelling, &Spelling) -> bool| self.spellings.iter().any(|own| fits(spelling, own));
        match fit {
            Fit::Exact => self.extensions.iter().chain(&self.quoted).any(|said| said.name == name),
            Fit::Same => any(Spelling::is_same),
            Fit::Ends => any(Spelling::agrees),
            Fit::Begins => any(Spelling::begins_with),
            Fit::HasWords => any(Spelling::has_words_of),
            Fit::IsWithin => any(|value, own| own.has_words_of(value)),
        }
    }
}

/// The texts that name a webhook: its key and its `operationId`.
pub(super) fn texts(webhook: &Webhook) -> impl Iterator<Item = &str> {
    [Some(webhook.name.as_str()), webhook.operation.operation_id.as_deref()].into_iter().flatten()
}

/// The key of a webhook, without the slash at the start of a path.
fn key(webhook: &Webhook) -> Evidence {
    let name = webhook.name.strip_prefix('/').filter(|name| !name.is_empty()).unwrap_or(&webhook.name);
    Evidence::new(name, Place::Name(webhook.key.origin().clone()), Kind::Key)
}

/// The event types in the extensions of a webhook, else in those of its body.
fn extensions(cx: &Context<'_>, webhook: &Webhook) -> Vec<Evidence> {
    let is_event_type = |name: &str| {
        let name = heck::AsKebabCase(name).to_string();
        ENDINGS.iter().any(|ending| format!("-{name}").ends_with(ending))
    };
    let of_operation = webhook.extensions.iter().filter(|(path, _)| is_event_type(path));
    let of_operation: Vec<Evidence> =
        of_operation.filter_map(|(_, value)| Evidence::of(value, Kind::Extension)).collect();
    if !of_operation.is_empty() {
        return of_operation;
    }
    let of_schema = |node: &Node| -> Vec<Evidence> {
        let members = node.as_object().into_iter().flatten();
        let stated = members.filter(|(name, _)| name.starts_with("x-") && is_event_type(name));
        let values = stated.flat_map(|(_, value)| value.as_array().unwrap_or(slice::from_ref(value)));
        values.filter_map(|value| Evidence::of(value, Kind::Extension)).collect()
    };
    // The nearest schema wins.
    let (mut pending, mut seen) = (VecDeque::from([webhook.body]), HashSet::new());
    while let Some(id) = pending.pop_front()
        && seen.len() < MAX_SCHEMAS
    {
        if !seen.insert(id) {
            continue;
        }
        let schema = cx.schemas.get(id);
        let stated = of_schema(&schema.node);
        if !stated.is_empty() {
            return stated;
        }
        pending.extend(schema.reference.iter().chain(schema.all_of.iter().rev()));
    }
    Vec::new()
}

/// The values in backticks that are spellings of a name.
fn quoted(text: &Node, separator: &str, names: &[Spelling]) -> Vec<Evidence> {
    let is_name = |value: &&str| {
        let spelling = Spelling::of(value);
        let has_form = spelling::is_event_type(value, separator);
        let agrees = |name: &Spelling| has_form && spelling.agrees(name) || spelling.is_same(name);
        is_value(value, separator) && names.iter().any(agrees)
    };
    let of = |value: &str| Evidence::new(value, Place::Value(text.origin().clone()), Kind::Quoted);
    in_backticks(text).filter(is_name).map(of).collect()
}

/// The value in backticks that a text consists of.
pub(super) fn only_value<'t>(text: &'t Node, separator: &str) -> Option<&'t str> {
    let text = text.as_str()?.trim().trim_end_matches('.');
    let value = text.strip_prefix('`')?.strip_suffix('`')?;
    (value.len() <= MAX_QUOTED && !value.contains(['`', ' ']) && is_value(value, separator)).then_some(value)
}

fn in_backticks(text: &Node) -> impl Iterator<Item = &str> + Clone {
    let values = text.as_str().unwrap_or_default().split('`').skip(1).step_by(2);
    values.filter(|value| value.len() <= MAX_QUOTED)
}

/// Whether a text has the signs of an event type. Without them, it is often the name of a type.
fn is_value(text: &str, separator: &str) -> bool {
    spelling::is_event_type(text, separator)
        || text.contains(['_', '-', '/', ':'])
        || !text.contains(char::is_lowercase)
}
