//! What a description says about event types.

use indexmap::IndexMap;

use crate::diagnostics::Place;
use crate::document::Node;
use crate::normalize::SchemaId;

/// A text that may be the event type of a webhook.
#[derive(Clone)]
pub(super) struct Evidence {
    pub name: String,
    /// The part at the location, if the body completes it.
    pub head: Option<String>,
    pub place: Place,
    pub kind: Kind,
    /// The alternatives of the body that state it; empty if the whole body does.
    pub alternatives: Vec<SchemaId>,
}

/// The kinds of evidence, the strongest first. What deliveries contain is stronger than what they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `[event-type.names]`.
    Configuration,
    /// The only value of the location: a `const`, an `enum` of one value, or a discriminator's mapping.
    Constant,
    /// One of the values of the location, if no other webhook has it or the webhook's name selects it.
    Listed,
    /// An extension such as `x-event-type`, or the documentation of a header.
    Extension,
    /// The webhook's key, if it has the form of an event type or the configuration says that keys are.
    Key,
    /// The description of the location, if it is only a value in backticks that no other webhook has.
    Described,
    /// A value in backticks in the summary or the description, of the webhook or the location, if it is a spelling of the
    /// webhook's name.
    Quoted,
    /// An example of the location, if no other webhook has it.
    Example,
    /// The default of the location, likewise.
    Default,
    /// The webhook's key, if most other keys are event types.
    UsualKey,
    /// `operationId`, if it has the form of an event type.
    OperationId,
}

impl Kind {
    /// Whether it is what a webhook is called, and not what its deliveries contain.
    pub(super) fn is_name(self) -> bool {
        matches!(self, Self::Key | Self::Quoted | Self::UsualKey | Self::OperationId)
    }

    /// Whether it is a value that deliveries may contain, and that is often copied between webhooks.
    pub(super) fn is_sample(self) -> bool {
        matches!(self, Self::Example | Self::Default)
    }

    /// Whether it is reported, unless it is a spelling of the webhook's name.
    pub(super) fn is_unconfirmed(self) -> bool {
        self == Self::Described || self.is_sample()
    }

    /// Whether it is the only value of its place.
    pub(super) fn is_constant(self) -> bool {
        matches!(self, Self::Constant | Self::Described)
    }

    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Configuration => "the configuration",
            Self::Constant => "a constant",
            Self::Listed => "a listed value",
            Self::Extension => "an extension",
            Self::Key | Self::UsualKey => "the key",
            Self::Described | Self::Quoted => "the description",
            Self::Example => "an example",
            Self::Default => "a default",
            Self::OperationId => "`operationId`",
        }
    }
}

impl Evidence {
    pub(super) fn new(name: &str, place: Place, kind: Kind) -> Self {
        Self { name: name.to_owned(), head: None, place, kind, alternatives: Vec::new() }
    }

    /// A string of the description.
    pub(super) fn of(value: &Node, kind: Kind) -> Option<Self> {
        let name = value.as_str().filter(|name| !name.is_empty())?;
        Some(Self::new(name, Place::Value(value.origin().clone()), kind))
    }

    /// Whether one body may state both.
    pub(super) fn may_go_with(&self, other: &Self) -> bool {
        self.alternatives.is_empty() || other.alternatives.is_empty() || self.alternatives == other.alternatives
    }

    /// The evidence with the part that completes it.
    fn completed(&self, part: &Self, separator: &str) -> Self {
        Self {
            name: format!("{}{separator}{}", self.name, part.name),
            head: Some(self.name.clone()),
            place: part.place.clone(),
            kind: self.kind.max(part.kind),
            alternatives: if self.alternatives.is_empty() { &part.alternatives } else { &self.alternatives }.clone(),
        }
    }
}

/// What one place states for one webhook: a member of its body, or a header.
#[derive(Clone, Default)]
pub(super) struct Stated {
    /// Whether the place is declared, and its value may be a string.
    pub declared: bool,
    /// The values of constants and lists, and of descriptions that are only a value.
    pub values: Vec<Evidence>,
    /// Its examples, and its default.
    pub examples: Vec<Evidence>,
    /// Its descriptions.
    pub texts: Vec<Node>,
    /// Its schemas, and those that they reference. A list of one counts less than a list or constant of a nearer one.
    pub schemas: Vec<SchemaId>,
    /// Whether it is a discriminator of the body.
    pub discriminates: bool,
}

impl Stated {
    pub(super) fn is_described(&self) -> bool {
        self.values.iter().any(|value| value.kind == Kind::Described)
    }

    /// The values of constants and lists.
    pub(super) fn listed(&self) -> impl Iterator<Item = &Evidence> + Clone {
        self.values.iter().filter(|value| value.kind != Kind::Described)
    }

    /// The only value, of each alternative.
    pub(super) fn constants(&self) -> impl Iterator<Item = &Evidence> {
        self.values.iter().filter(|value| value.kind.is_constant())
    }

    /// The values with the parts that complete them, each with those of its own alternative. Examples are dropped: it is
    /// unknown which part belongs to an example. Stops if `spend` refuses the number of combinations, or of those it makes.
    pub(super) fn completed(self, parts: &[Evidence], separator: &str, spend: impl Fn(usize) -> bool) -> Self {
        if parts.is_empty() {
            return self;
        }
        let mut values = Vec::new();
        for head in self.values {
            // Looking at a part takes a small part of the time that a completed value takes.
            if !spend(1 + parts.len() / 64) {
                break;
            }
            let own = parts.iter().filter(|part| head.may_go_with(part));
            let completed: Vec<Evidence> = own.map(|part| head.completed(part, separator)).collect();
            if !spend(completed.len()) {
                break;
            }
            if completed.is_empty() { values.push(head) } else { values.extend(completed) }
        }
        Self { values, examples: Vec::new(), ..self }
    }
}

/// Each event type once, with the alternatives of all evidence that names it.
pub(super) fn distinct<'a>(all: impl IntoIterator<Item = &'a Evidence>) -> Vec<Evidence> {
    let mut distinct: IndexMap<&str, Evidence> = IndexMap::new();
    for evidence in all {
        let known = distinct.entry(&evidence.name).or_insert_with(|| evidence.clone());
        known.alternatives.extend(&evidence.alternatives);
        known.alternatives.sort_unstable();
        known.alternatives.dedup();
    }
    distinct.into_values().collect()
}
