//! How event types differ.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::Comparison;
use super::fit::Fit;
use super::report::Draft;
use super::sides::Sides;
use super::{Flags, Rule, guess, signature};
use crate::catalogue::{Catalogue, EventType, Field, Kind, Source};
use crate::diagnostics::toml_line;
use crate::document::pointer;

/// The event types of both versions.
pub(super) struct Matched<'a> {
    same: Vec<(&'a EventType, &'a EventType)>,
    renamed: Vec<(&'a EventType, &'a EventType)>,
    removed: Vec<&'a EventType>,
    added: Vec<&'a EventType>,
}

impl<'a> Matched<'a> {
    /// Those that correspond.
    pub(super) fn both(&self) -> Vec<(&'a EventType, &'a EventType)> {
        self.same.iter().chain(&self.renamed).copied().collect()
    }

    /// The payloads of event types that were renamed: their own renames are part of that.
    pub(super) fn renamed_payloads(&self) -> BTreeSet<&'a str> {
        self.renamed.iter().map(|(_, new)| new.payload.as_str()).collect()
    }
}

/// Finds the event types that correspond: by their names, else those that look alike.
pub(super) fn matched<'a>(sides: &Sides<'a>) -> Matched<'a> {
    let by_name = sides.new.event_types_by_name();
    let (mut same, mut removed) = (Vec::new(), Vec::new());
    for old in &sides.old.event_types {
        match by_name.get(old.name.as_str()) {
            Some(new) => same.push((old, *new)),
            None => removed.push(old),
        }
    }
    let known: BTreeSet<&str> = sides.old.event_types.iter().map(|event_type| event_type.name.as_str()).collect();
    let mut added: Vec<&EventType> =
        sides.new.event_types.iter().filter(|event_type| !known.contains(event_type.name.as_str())).collect();
    let mut renamed = Vec::new();
    if removed.len() * added.len() <= guess::MAX_PAIRS {
        removed.retain(|old| {
            let similarity = |new: &EventType| guess::similarity(&old.name, &new.name);
            let candidates = added
                .iter()
                .enumerate()
                .filter(|(_, new)| guess::are_similar(&old.name, &new.name) && have_equal_payloads(sides, old, new));
            let best = candidates.max_by(|(_, a), (_, b)| similarity(a).total_cmp(&similarity(b)));
            let Some((position, _)) = best else { return true };
            renamed.push((*old, added.remove(position)));
            false
        });
    }
    Matched { same, renamed, removed, added }
}

/// Whether the payloads have the same members, apart from those that state the event type.
fn have_equal_payloads<'a>(sides: &Sides<'a>, old: &'a EventType, new: &'a EventType) -> bool {
    let (Some(before), Some(after)) = (sides.old.definition(&old.payload), sides.new.definition(&new.payload)) else {
        return false;
    };
    match (&before.is, &after.is) {
        (Kind::Struct(before), Kind::Struct(after)) => {
            let (before, after) = (contents(sides.old, &before.fields), contents(sides.new, &after.fields));
            before.len() == after.len()
                && before.iter().all(|(name, old)| {
                    after.get(name).is_some_and(|new| old.presence == new.presence && sides.are_equal(&old.ty, &new.ty))
                })
        }
        _ => sides.now.definitions(&old.payload, &new.payload) == Fit::Fits,
    }
}

/// The members of a payload without those that state the event type.
fn contents<'a>(catalogue: &Catalogue, fields: &'a [Field]) -> BTreeMap<&'a str, &'a Field> {
    let place = &catalogue.event_type;
    let pointers = place.pointers.iter().chain(&place.completed_by);
    let carriers: Vec<String> = pointers.filter_map(|text| pointer::split(text).into_iter().next()).collect();
    fields.iter().filter(|field| !carriers.contains(&field.name)).map(|field| (field.name.as_str(), field)).collect()
}

/// The topics of an event type, from the narrowest to the widest.
fn topics<'a>(catalogue: &Catalogue, name: &'a str) -> Vec<&'a str> {
    let separator = catalogue.event_type.separator.as_str();
    let parent =
        |name: &'a str| if separator.is_empty() { None } else { name.rsplit_once(separator).map(|(topic, _)| topic) };
    let is_topic = |topic: &&str| catalogue.topics.iter().any(|known| known.name == *topic);
    std::iter::successors(parent(name), |topic| parent(topic)).filter(is_topic).collect()
}

/// The topics of an event type that only one version has.
fn topic_items(own: &Catalogue, other: &Catalogue, name: &str) -> Vec<String> {
    let is_alone = |topic: &&str| !other.topics.iter().any(|known| known.name == *topic);
    let rust =
        |topic: &str| own.topics.iter().find(|known| known.name == topic).map(|topic| format!("Topic::{}", topic.rust));
    topics(own, name).into_iter().filter(is_alone).filter_map(rust).collect()
}

/// The items of an event type.
fn items(event_type: &EventType) -> [String; 4] {
    let EventType { rust, payload, .. } = event_type;
    [format!("EventType::{rust}"), format!("Event::{rust}"), payload.clone(), format!("impl Payload for {payload}")]
}

/// A place below a webhook.
fn below(source: &Source, path: &[&str]) -> Source {
    Source(format!("{}{}", source.0, pointer::join(path)))
}

const LOST: &str = "goes to the fallback, or is answered with 200 and lost without one";

impl<'a> Comparison<'a> {
    /// All event types.
    pub(super) fn events(&mut self, matched: &Matched<'a>) {
        let (old, new) = (self.sides.old, self.sides.new);
        for event_type in &matched.removed {
            let message = format!("the event type `{}` is gone", event_type.name);
            let gone_topics = topic_items(old, new, &event_type.name);
            let draft = Draft::new(Rule::EventRemoved, &event_type.name, message)
                .old(&event_type.source)
                .flags(Flags::SOURCE | Flags::REPLAY)
                .items(items(event_type))
                .items(gone_topics)
                .gone([&*event_type.payload])
                .events([event_type.name.clone()])
                .reason(format!("the new crate: `{}` {LOST}", event_type.name));
            self.drafts
                .push(draft.hint("keep a fallback that stores what it gets, or an inbox, until all are handled"));
        }
        for event_type in &matched.added {
            let known: Vec<&str> = topics(old, &event_type.name);
            let own = topics(new, &event_type.name);
            let rule = match own.first() {
                Some(first) if known.contains(first) => Rule::EventAdded,
                Some(_) if !known.is_empty() => Rule::EventAddedSubtopic,
                Some(_) => Rule::EventAddedNewTopic,
                None => Rule::EventAdded,
            };
            let new_topics = topic_items(new, old, &event_type.name);
            let draft = Draft::new(rule, &event_type.name, format!("the event type `{}` is new", event_type.name))
                .new_place(&event_type.source)
                .flags(Flags::NOW | Flags::SILENT)
                .adds()
                .items(items(event_type))
                .items(new_topics)
                .come([&*event_type.payload])
                .events([event_type.name.clone()])
                .reason(format!("the old crate: `{}` {LOST}", event_type.name));
            let hint = "once regenerated, it reaches the handlers of its topics and `on_any` instead of the fallback";
            self.drafts.push(draft.hint(hint));
        }
        for (before, after) in &matched.renamed {
            let separator = &new.event_type.separator;
            let action = |name: &'a str| name.rsplit(separator.as_str()).next();
            let is_moved = before.topic != after.topic && action(&before.name) == action(&after.name);
            let rule = if is_moved { Rule::EventMovedTopic } else { Rule::EventRenamed };
            let message = format!("the event type `{}` is now called `{}`", before.name, after.name);
            let mut topics = topic_items(old, new, &before.name);
            topics.extend(topic_items(new, old, &after.name));
            let draft = Draft::new(rule, &before.name, message)
                .places(&before.source, &after.source)
                .flags(Flags::SOURCE.when(before.rust != after.rust || before.payload != after.payload))
                .flags(Flags::NOW | Flags::REPLAY)
                .guess()
                .items(items(before))
                .items(items(after))
                .items(topics)
                .gone([&*before.payload])
                .come([&*after.payload])
                .events([before.name.clone(), after.name.clone()])
                .reason(format!("the old crate: `{}` {LOST}", after.name))
                .reason(format!("the new crate: `{}` {LOST}", before.name));
            let draft = draft.hint(format!("if the vendor still sends `{}`, this keeps it:", before.name));
            let line = toml_line(&after.webhook, &before.name);
            self.drafts.push(draft.setting("[event-type.names]").setting(line));
        }
        for (before, after) in matched.same.iter().chain(&matched.renamed) {
            self.event(before, after);
        }
        let place = |after: &EventType| new.event_types.iter().position(|other| other.name == after.name);
        let places: Vec<_> = matched.same.iter().map(|(_, after)| place(after)).collect();
        if !places.is_sorted() {
            let draft = Draft::new(Rule::EventsReordered, "webhooks", "the webhooks are in another order");
            self.drafts.push(draft.code().item("Event"));
        }
    }

    fn event(&mut self, old: &'a EventType, new: &'a EventType) {
        let name = &new.name;
        let draft = |rule: Rule, message: String| {
            Draft::new(rule, name, message)
                .places(&old.source, &new.source)
                .item(format!("EventType::{}", new.rust))
                .events([name.clone()])
        };
        if old.name == new.name && (old.rust != new.rust) {
            let message = format!("`{name}` is `EventType::{}` instead of `EventType::{}`", new.rust, old.rust);
            let renamed = draft(Rule::EventVariantRenamed, message).source(true).items(items(old)).items(items(new));
            self.drafts.push(renamed);
        }
        if old.webhook != new.webhook && old.name == new.name {
            let message = format!("the webhook of `{name}` has the key `{}` instead of `{}`", new.webhook, old.webhook);
            // With the key, the places move that docs state.
            self.drafts.push(draft(Rule::KeyRenamed, message).item(&*new.payload));
        }
        if old.summary != new.summary || old.description != new.description {
            let message = format!("the summary or description of `{name}` differs");
            self.drafts.push(draft(Rule::EventDocs, message).docs().item(&*new.payload));
        }
        let is_same_operation = old.operation_id == new.operation_id
            && old.tags == new.tags
            && old.security == new.security
            && old.deprecated == new.deprecated;
        if !is_same_operation {
            let what = match (old.deprecated, new.deprecated) {
                (false, true) => "the vendor now advises against",
                (true, false) => "the vendor no longer advises against",
                _ => "`operationId`, tags or security differ for",
            };
            let changed = draft(Rule::EventOperation, format!("{what} `{name}`"));
            self.drafts.push(if old.deprecated == new.deprecated { changed } else { changed.docs() });
        }
        if old.method != new.method {
            let message = format!("`{name}` is sent with {} instead of {}", upper(&new.method), upper(&old.method));
            let [before, after] =
                [(old, &old.method), (new, &new.method)].map(|(event, method)| below(&event.source, &[method]));
            self.drafts.push(draft(Rule::Method, message).docs().places(&before, &after).item(&*new.payload));
        }
        if old.media_type != new.media_type {
            let message = format!("the body of `{name}` is `{}` instead of `{}`", new.media_type, old.media_type);
            let place =
                |event: &EventType| below(&event.source, &[&event.method, "requestBody", "content", &event.media_type]);
            let changed = draft(Rule::MediaType, message).docs().places(&place(old), &place(new));
            self.drafts.push(changed.item(&*new.payload).reason("the receiver accepts any JSON media type"));
        }
        self.headers(old, new, &draft);
        let has_both = old.header_value.is_some() && new.header_value.is_some();
        if has_both && old.header_value != new.header_value && old.name == new.name {
            let message = format!("the header that states `{name}` has another value");
            let changed = draft(Rule::HeaderValue, message).flags(Flags::NOW | Flags::REPLAY);
            self.drafts.push(changed);
        }
        self.examples(old, new, &draft);
    }

    fn examples(&mut self, old: &EventType, new: &EventType, draft: &dyn Fn(Rule, String) -> Draft) {
        if old.examples == new.examples {
            return;
        }
        let [before, after] =
            [old, new].map(|event| event.examples.iter().map(|example| example.hash.as_str()).collect::<Vec<_>>());
        let has_all = |one: &[&str], other: &[&str]| other.iter().all(|hash| one.contains(hash));
        let [were_made, are_made] = [old, new].map(|event| event.examples.iter().all(|example| example.assembled));
        let name = &new.name;
        let (rule, what) = match (has_all(&after, &before), has_all(&before, &after)) {
            (true, false) => (Rule::ExampleAdded, "differ"),
            (false, true) => (Rule::ExampleRemoved, "differ"),
            (true, true) if were_made && !are_made => (Rule::ExampleAdded, "are stated, no longer assembled"),
            (true, true) if are_made && !were_made => (Rule::ExampleRemoved, "are assembled, no longer stated"),
            _ => (Rule::FixtureChanged, "differ"),
        };
        let files = new.examples.iter().map(|example| example.file.clone());
        // Those that are assembled are made from what else has changed.
        let changed = draft(rule, format!("the examples of `{name}` {what}")).docs().follows(were_made && are_made);
        self.drafts.push(changed.items(files));
    }

    fn headers(&mut self, old: &EventType, new: &EventType, draft: &dyn Fn(Rule, String) -> Draft) {
        let signature = signature::headers(self.sides.old, self.sides.new);
        let own = |event_type: &EventType, catalogue: &Catalogue| -> Vec<(String, Vec<String>)> {
            let is_other =
                |name: &String| !signature.contains(name) && catalogue.event_type.header.as_ref() != Some(name);
            let headers = event_type.headers.iter();
            headers
                .map(|header| (header.name.to_ascii_lowercase(), header.values.clone()))
                .filter(|(name, _)| is_other(name))
                .collect()
        };
        if own(old, self.sides.old) != own(new, self.sides.new) {
            self.drafts.push(draft(Rule::HeaderOther, format!("the documented headers of `{}` differ", new.name)));
        }
    }
}

fn upper(method: &str) -> String {
    method.to_ascii_uppercase()
}
