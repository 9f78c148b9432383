//! Texts of a description that may be the event type of a webhook.

use super::spelling::Spelling;
use crate::diagnostics::Place;
use crate::document::Node;
use crate::normalize::{SchemaId, Webhook};

/// A text that may be the event type of a webhook.
#[derive(Clone)]
pub(super) struct Candidate {
    pub name: String,
    /// The part at the location, if the body completes it.
    pub head: Option<String>,
    pub place: Place,
    pub source: Source,
    /// The alternatives of the body that state it; empty if the whole body does.
    pub alternatives: Vec<SchemaId>,
}

/// Where a [`Candidate`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Configuration,
    /// `const`, or an `enum` of one value.
    Constant,
    /// One value of an `enum`.
    Listed,
    Key,
    Example,
    OperationId,
    /// The documentation of a header, or an extension.
    Header,
}

impl Source {
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Configuration => "the configuration",
            Self::Constant => "a constant",
            Self::Listed => "a listed value",
            Self::Key => "the key",
            Self::Example => "an example",
            Self::OperationId => "`operationId`",
            Self::Header => "the documentation of the header",
        }
    }
}

impl Candidate {
    pub(super) fn new(name: &str, place: Place, source: Source) -> Self {
        Self { name: name.to_owned(), head: None, place, source, alternatives: Vec::new() }
    }

    /// A string of the description.
    pub(super) fn of(value: &Node, source: Source) -> Option<Self> {
        Some(Self::new(value.as_str()?, Place::Value(value.origin().clone()), source))
    }

    /// The key of a webhook, without the slash at the start of a path.
    pub(super) fn key(webhook: &Webhook) -> Self {
        let name = webhook.name.strip_prefix('/').filter(|name| !name.is_empty()).unwrap_or(&webhook.name);
        Self::new(name, Place::Name(webhook.key.origin().clone()), Source::Key)
    }

    /// Whether one body may state both.
    pub(super) fn may_go_with(&self, other: &Self) -> bool {
        self.alternatives.is_empty() || other.alternatives.is_empty() || self.alternatives == other.alternatives
    }

    /// The candidate with the part that completes it.
    pub(super) fn completed(&self, part: &Self, separator: &str) -> Self {
        Self {
            name: format!("{}{separator}{}", self.name, part.name),
            head: Some(self.name.clone()),
            place: part.place.clone(),
            source: part.source,
            alternatives: if self.alternatives.is_empty() { &part.alternatives } else { &self.alternatives }.clone(),
        }
    }
}

/// The candidates at one place of a webhook's body.
#[derive(Default)]
pub(super) struct Candidates {
    /// Whether the body declares the place, and its value may be a string.
    pub declared: bool,
    /// From `const`, or an `enum` of one value.
    pub fixed: Vec<Candidate>,
    /// From an `enum` of several values.
    pub listed: Vec<Candidate>,
    pub examples: Vec<Candidate>,
    /// Whether it is a discriminator of the body.
    pub discriminates: bool,
}

impl Candidates {
    /// The candidates with the parts that complete them, each with those of its own alternative. Examples are dropped: it is
    /// unknown which part belongs to an example. Stops if `spend` refuses the number of combinations, or of those it makes.
    pub(super) fn completed(self, parts: &Self, separator: &str, spend: impl Fn(usize) -> bool) -> Self {
        if parts.fixed.is_empty() && parts.listed.is_empty() {
            return self;
        }
        let (mut fixed, mut listed) = (Vec::new(), Vec::new());
        for (heads, head_is_listed) in [(self.fixed, false), (self.listed, true)] {
            for head in heads {
                // Looking at a part takes a small part of the time that a candidate takes.
                if !spend(1 + (parts.fixed.len() + parts.listed.len()) / 64) {
                    break;
                }
                let with = |parts: &[Candidate]| -> Vec<Candidate> {
                    let own = parts.iter().filter(|part| head.may_go_with(part));
                    own.map(|part| head.completed(part, separator)).collect()
                };
                let (mut by_fixed, by_listed) = (with(&parts.fixed), with(&parts.listed));
                if !spend(by_fixed.len() + by_listed.len()) {
                    break;
                }
                if by_fixed.is_empty() && by_listed.is_empty() {
                    by_fixed.push(head);
                }
                if head_is_listed { &mut listed } else { &mut fixed }.extend(by_fixed);
                listed.extend(by_listed);
            }
        }
        Self { fixed, listed, examples: Vec::new(), ..self }
    }

    /// The listed value that is another spelling of the webhook's name, or the only one that begins or ends with it.
    pub(super) fn listed_for(&self, webhook: &Webhook) -> Option<&Candidate> {
        let names: Vec<Spelling> = names(webhook).map(Spelling::of).collect();
        let mut fitting: [Vec<&Candidate>; 3] = Default::default();
        for listed in &self.listed {
            let spelling = Spelling::of(&listed.name);
            let ways = [Spelling::is_same, Spelling::agrees, Spelling::begins_with];
            for (fitting, fits) in fitting.iter_mut().zip(ways) {
                if names.iter().any(|name| fits(&spelling, name)) {
                    fitting.push(listed);
                }
            }
        }
        fitting.into_iter().find_map(|fitting| {
            let (first, others) = fitting.split_first()?;
            others.iter().all(|other| other.name == first.name).then_some(*first)
        })
    }
}

/// The names of a webhook: its key and its `operationId`.
pub(super) fn names(webhook: &Webhook) -> impl Iterator<Item = &str> {
    [Some(webhook.name.as_str()), webhook.operation.operation_id.as_deref()].into_iter().flatten()
}
