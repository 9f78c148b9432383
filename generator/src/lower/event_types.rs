//! Which event type each webhook has: the strongest evidence decides, and weaker evidence that disagrees is reported.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::flatten::{flatten, peel};
use super::types::{single_text, texts};
use crate::config::{Config, Located};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::normalize::{Description, SchemaId, Schemas, Webhook};
use crate::source::{Node, Value};

/// Names under which vendors state an event type, the most telling first; they decide only between equals.
const USUAL_NAMES: [&str; 10] = [
    "eventType",
    "event_type",
    "type",
    "event",
    "webhook_type",
    "webhookType",
    "topic",
    "eventName",
    "event_name",
    "name",
];

const EXAMPLE: &str = "an example";
const OPERATION_ID: &str = "`operationId`";

/// Something in the description that tells a webhook's event type.
#[derive(Clone)]
struct Evidence {
    name: String,
    place: Place,
    what: &'static str,
}

/// What a description says at the place where a delivery states its event type.
#[derive(Default)]
struct Stated {
    /// The property is there.
    declared: bool,
    /// By `const` or by an `enum` of one value.
    fixed: Vec<Evidence>,
    /// By an example.
    examples: Vec<Evidence>,
}

/// Where deliveries state their event type: from the configuration, else the property that tells the webhooks apart.
pub(super) fn pointer(description: &Description, config: &Config, diagnostics: &mut Diagnostics) -> Option<String> {
    if let Some(pointer) = &config.event_types.pointer {
        return Some(pointer.value.as_str().to_owned());
    }
    let mut candidates: IndexMap<String, usize> = IndexMap::new();
    for webhook in &description.webhooks {
        for name in root_properties(&description.schemas, webhook.body, diagnostics) {
            *candidates.entry(name).or_default() += 1;
        }
    }
    let everywhere = candidates.iter().filter(|(_, count)| **count == description.webhooks.len()).map(|(name, _)| name);
    let best = everywhere
        .filter_map(|name| {
            let told = description.webhooks.iter().filter_map(|webhook| {
                let stated = stated(&description.schemas, webhook, std::slice::from_ref(name), diagnostics);
                let operation_id = webhook.operation.operation_id.as_deref().unwrap_or(&webhook.name);
                // An example tells an event type only where it agrees with the webhook's own name: ids differ, too.
                let telling =
                    |example: &Evidence| agree(&example.name, &webhook.name) || agree(&example.name, operation_id);
                let fixed = stated.fixed.into_iter().chain(stated.examples.into_iter().filter(telling));
                fixed.map(|evidence| evidence.name).next()
            });
            let mut distinct: Vec<String> = told.collect();
            distinct.sort();
            distinct.dedup();
            let usual = USUAL_NAMES.iter().position(|usual| usual == name).map(|position| USUAL_NAMES.len() - position);
            (distinct.len() > 1 || usual.is_some()).then_some(((distinct.len(), usual), name))
        })
        .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)));
    if let Some((_, name)) = best {
        return Some(format!("/{}", name.replace('~', "~0").replace('/', "~1")));
    }
    let first = description.webhooks.first()?;
    let names: Vec<&str> = candidates.keys().map(String::as_str).take(8).collect();
    diagnostics.push(
        Diagnostic::new(Code::NoEventType, "the description does not tell where a delivery states its event type")
            .at(Place::Name(first.key.origin().clone()), "for instance here")
            .help(format!("the bodies have the properties {}", names.join(", ")))
            .help("say it in codegen.toml:\n[event-type]\npointer = \"/…\""),
    );
    None
}

/// The event type of each webhook, in their order; none for those that an error is about.
pub(super) fn assign(
    description: &Description,
    pointer: &str,
    config: &Config,
    separator: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<String>> {
    let path: Vec<String> = crate::text::segments(pointer);
    let mut unused: BTreeMap<&String, &Located<_>> = config.event_types.names.iter().collect();
    let mut untold: Vec<&Webhook> = Vec::new();
    let mut claims: IndexMap<String, Vec<(&Webhook, Place)>> = IndexMap::new();
    let mut assigned = Vec::new();
    for webhook in &description.webhooks {
        unused.remove(&webhook.name);
        let stated = stated(&description.schemas, webhook, &path, diagnostics);
        if !stated.declared {
            diagnostics.push(
                Diagnostic::new(
                    Code::EventTypeUndeclared,
                    format!("the body of webhook `{}` does not declare `{pointer}`", webhook.name),
                )
                .at(Place::Name(webhook.key.origin().clone()), "deliveries without it reach the fallback only"),
            );
        }
        let decided = decide(webhook, stated, config, separator, diagnostics);
        match &decided {
            Decision::Told(evidence) => {
                claims.entry(evidence.name.clone()).or_default().push((webhook, evidence.place.clone()));
                assigned.push(Some(evidence.name.clone()));
            }
            Decision::Untold => {
                untold.push(webhook);
                assigned.push(None);
            }
            Decision::Contradicted => assigned.push(None),
        }
    }
    for webhook in untold {
        diagnostics.push(
            Diagnostic::new(Code::NoEventType, format!("the event type of webhook `{}` is not told", webhook.name))
                .at(
                    Place::Name(webhook.key.origin().clone()),
                    format!("neither the key nor `{pointer}` nor `operationId` names it"),
                )
                .help(setting([(webhook, None)], separator)),
        );
    }
    for (name, claimants) in claims.iter().filter(|(_, claimants)| claimants.len() > 1) {
        let mut diagnostic = Diagnostic::new(
            Code::EventTypeTwice,
            format!("{} webhooks claim the event type `{name}`", claimants.len()),
        );
        for (webhook, place) in claimants {
            diagnostic = diagnostic.at(Place::Name(webhook.key.origin().clone()), format!("`{}`", webhook.name));
            diagnostic = diagnostic.at(place.clone(), "the evidence");
        }
        diagnostics.push(diagnostic.help(setting(claimants.iter().map(|(webhook, _)| (*webhook, None)), separator)));
    }
    for (key, name) in unused {
        diagnostics.push(
            Diagnostic::new(Code::ConfigUnused, format!("there is no webhook `{key}`"))
                .at(name.place.clone(), "this line does nothing"),
        );
    }
    assigned
}

enum Decision {
    Told(Evidence),
    Untold,
    Contradicted,
}

fn decide(
    webhook: &Webhook,
    stated: Stated,
    config: &Config,
    separator: &str,
    diagnostics: &mut Diagnostics,
) -> Decision {
    let configured = config.event_types.names.get(&webhook.name).map(|name| Evidence {
        name: name.value.as_str().to_owned(),
        place: name.place.clone(),
        what: "the configuration",
    });
    let key = is_event_type(&webhook.name, separator).then(|| Evidence {
        name: webhook.name.clone(),
        place: Place::Name(webhook.key.origin().clone()),
        what: "the key",
    });
    let operation_id = webhook.operation_id.as_ref().and_then(|node| {
        let evidence = Evidence {
            name: node.as_str()?.to_owned(),
            place: Place::Value(node.origin().clone()),
            what: OPERATION_ID,
        };
        Some(evidence)
    });
    let named_operation = operation_id.clone().filter(|evidence| is_event_type(&evidence.name, separator));
    // Ranks of evidence, the strongest first; within a rank all weigh the same.
    let ranks = [
        configured.into_iter().collect(),
        stated.fixed,
        key.into_iter().collect(),
        stated.examples.into_iter().chain(named_operation).collect::<Vec<_>>(),
    ];
    let mut ranks = ranks.into_iter().skip_while(Vec::is_empty);
    let Some(strongest) = ranks.next() else { return Decision::Untold };
    let weaker: Vec<Evidence> = ranks.flatten().collect();
    let told = &strongest[0];
    let by_example = told.what == EXAMPLE;
    let contradiction = strongest[1..].iter().find(|evidence| evidence.name != told.name);
    // An operationId in camelCase spells no event type, but it tells when an example is another event's.
    let spelled_otherwise = operation_id.as_ref().filter(|id| by_example && !agree(&id.name, &told.name));
    if let Some(other) = contradiction.or(spelled_otherwise) {
        diagnostics.push(
            Diagnostic::new(
                Code::EventTypeContradicted,
                format!("the event type of webhook `{}` is contradicted", webhook.name),
            )
            .at(told.place.clone(), format!("{} says `{}`", told.what, told.name))
            .at(other.place.clone(), format!("{} says `{}`", other.what, other.name))
            .at(Place::Name(webhook.key.origin().clone()), "the webhook")
            .help(setting([(webhook, Some(told.name.as_str()))], separator)),
        );
        return Decision::Contradicted;
    }
    // An operationId may add to the name, such as the method; that is no disagreement.
    let doubts = |evidence: &&Evidence| {
        evidence.name != told.name && !(evidence.what == OPERATION_ID && agree(&evidence.name, &told.name))
    };
    for evidence in weaker.iter().filter(doubts) {
        diagnostics.push(
            Diagnostic::new(
                Code::EventTypeDoubtful,
                format!(
                    "webhook `{}` is taken for `{}`, though {} says `{}`",
                    webhook.name, told.name, evidence.what, evidence.name
                ),
            )
            .at(evidence.place.clone(), "weaker evidence, not followed")
            .at(told.place.clone(), format!("{} decides", told.what)),
        );
    }
    Decision::Told(told.clone())
}

/// The lines that settle the event types of these webhooks, ready to paste.
fn setting<'a>(webhooks: impl IntoIterator<Item = (&'a Webhook, Option<&'a str>)>, separator: &str) -> String {
    let mut lines = "say it in codegen.toml:\n[event-type.names]".to_owned();
    for (webhook, other) in webhooks {
        let guess = guess(&webhook.name, other, separator);
        lines += &format!("\n{:?} = {guess:?}", webhook.name);
        if let Some(other) = other.filter(|other| *other != guess) {
            lines += &format!(" # or {other:?}");
        }
    }
    lines
}

/// What a webhook's event type may be: the words of its key, within the topic that another event type shares with it.
fn guess(key: &str, other: Option<&str>, separator: &str) -> String {
    let words = heck::AsSnakeCase(key).to_string();
    let first = words.split('_').next().unwrap_or_default();
    let topics: Vec<&str> = other.unwrap_or_default().split(separator).take_while(|word| *word != first).collect();
    let shared = other.is_some_and(|other| other.split(separator).any(|word| word == first));
    let prefix: String = topics.into_iter().filter(|_| shared).map(|topic| format!("{topic}{separator}")).collect();
    prefix + &words.replace('_', separator)
}

/// Whether a text has the form of an event type: words joined by the separator.
fn is_event_type(text: &str, separator: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    text.contains(separator) && text.split(separator).all(word)
}

/// Whether two spellings mean the same name, or the one leaves out the other's first words.
fn agree(a: &str, b: &str) -> bool {
    let words = |text: &str| heck::AsSnakeCase(text).to_string().replace('_', "");
    let (a, b) = (words(a), words(b));
    a.ends_with(&b) || b.ends_with(&a)
}

fn root_properties(schemas: &Schemas, body: SchemaId, diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut flat = flatten(schemas, &peel(schemas, &[body]).0, diagnostics);
    for choice in std::mem::take(&mut flat.choices) {
        for alternative in choice.alternatives {
            for (name, subject) in flatten(schemas, &[alternative], diagnostics).properties {
                flat.properties.entry(name).or_insert(subject);
            }
        }
    }
    flat.properties.into_keys().collect()
}

/// What the description says at a path into a webhook's body.
fn stated(schemas: &Schemas, webhook: &Webhook, path: &[String], diagnostics: &mut Diagnostics) -> Stated {
    let mut stated = Stated::default();
    collect(schemas, &[webhook.body], path, &mut stated, 0, diagnostics);
    let at = |example: &Node| path.iter().try_fold(example.clone(), |node, segment| child(&node, segment));
    for value in webhook.examples.iter().filter_map(at) {
        stated.examples.extend(evidence(&value, EXAMPLE));
    }
    stated
}

fn collect(
    schemas: &Schemas,
    subject: &[SchemaId],
    path: &[String],
    stated: &mut Stated,
    depth: usize,
    diagnostics: &mut Diagnostics,
) {
    if depth > 64 {
        return;
    }
    let flat = flatten(schemas, &peel(schemas, subject).0, diagnostics);
    for alternative in flat.choices.iter().flat_map(|choice| &choice.alternatives) {
        collect(schemas, &[*alternative], path, stated, depth + 1, diagnostics);
    }
    let at = |example: &Node| path.iter().try_fold(example.clone(), |node, segment| child(&node, segment));
    if !path.is_empty() {
        stated.examples.extend(flat.examples.iter().filter_map(at).filter_map(|value| evidence(&value, EXAMPLE)));
    }
    let Some((segment, rest)) = path.split_first() else {
        stated.declared = true;
        let fixed = match (&flat.constant, &flat.values) {
            (Some(constant), _) => Some(constant),
            (None, Some(values)) if values.len() == 1 => values.first(),
            _ => None,
        };
        if single_text(&flat).is_some() {
            stated.fixed.extend(fixed.and_then(|value| evidence(value, "a constant")));
        } else if texts(&flat).is_none_or(|values| !values.is_empty()) {
            stated.examples.extend(flat.examples.iter().filter_map(|value| evidence(value, EXAMPLE)));
        }
        return;
    };
    if let Some(property) = flat.properties.get(segment) {
        collect(schemas, property, rest, stated, depth + 1, diagnostics);
    } else if segment.parse::<usize>().is_ok() && !flat.items.is_empty() {
        collect(schemas, &flat.items, rest, stated, depth + 1, diagnostics);
    }
}

fn evidence(value: &Node, what: &'static str) -> Option<Evidence> {
    Some(Evidence { name: value.as_str()?.to_owned(), place: Place::Value(value.origin().clone()), what })
}

fn child(node: &Node, segment: &str) -> Option<Node> {
    match node.value() {
        Value::Array(elements) => elements.get(segment.parse::<usize>().ok()?).cloned(),
        _ => node.get(segment).cloned(),
    }
}
