//! Payloads for tests: the description's own, or assembled from the examples of its properties.
//!
//! Every one is held against the lowered types first, so that the emitted tests cannot fail.

use std::borrow::Cow;
use std::cell::Cell;
use std::mem;
use std::rc::Rc;

use super::event_types::Route;
use super::schema::{Body, MergeCache, MergedSchema, SchemaSet, is_object, unwrap_aliases};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::{Node, Object, Origin, Value, pointer};
use crate::ir::{Api, EventTypeLocation, Example, Fallback, Field, Kind, Presence, Select, Type, TypeId};
use crate::normalize::{JsonType, SchemaId};

/// How deep an assembled payload may be.
const MAX_DEPTH: usize = 24;

/// How many values one may have.
const MAX_VALUES: usize = 10_000;

/// How many steps holding a value against a type may take: alternatives within alternatives double them at each level,
/// for the emitted decoder, too.
const MAX_STEPS: usize = 200_000;

/// The examples of a webhook under one of its event types, at least one.
pub(super) fn examples(
    api: &Api,
    cache: &MergeCache<'_>,
    route: &Route<'_>,
    routes: &[Route<'_>],
    payload: TypeId,
    diagnostics: &mut Diagnostics,
) -> Vec<Example> {
    let Route { webhook, event_type, .. } = route;
    let checker = ExampleChecker {
        api,
        payload,
        statement: Statement::of(&api.event_type_location, &api.separator, route),
        routes,
    };
    let of_same_webhook =
        |name: &str| routes.iter().any(|other| other.webhook.name == webhook.name && other.event_type == name);
    let mut examples = Vec::new();
    for published in webhook.examples.iter().map(|example| &example.payload) {
        if let Some(other) = checker.statement.another(published) {
            if !of_same_webhook(&other) {
                diagnostics.push(
                    Diagnostic::new(
                        Code::ExampleUnusable,
                        format!("this example is of `{other}`, not of `{event_type}`"),
                    )
                    .at(Place::Value(published.origin().clone()), "not used as a fixture"),
                );
            }
            continue;
        }
        match checker.check(published) {
            Ok(checked) => {
                for origin in checked.undeclared {
                    diagnostics.push(
                        Diagnostic::new(
                            Code::ExampleUndeclared,
                            "the example has a member that the schema does not declare",
                        )
                        .at(Place::Name(origin), "kept as undeclared"),
                    );
                }
                examples.push(checked.example);
            }
            Err(mismatch) => diagnostics.push(
                Diagnostic::new(
                    Code::ExampleUnusable,
                    format!("the example is not what its schema describes: expected {}", mismatch.expected),
                )
                .at(Place::Value(mismatch.origin), "not used as a fixture"),
            ),
        }
    }
    if examples.is_empty() {
        examples.extend(made_up(&checker, cache, route, diagnostics));
    }
    examples
}

/// A payload from the examples of properties, or one that fits in any way.
fn made_up(
    checker: &ExampleChecker<'_>,
    cache: &MergeCache<'_>,
    route: &Route<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Example> {
    let webhook = route.webhook;
    let mut assembler = Assembler { cache, found: false, path: Vec::new(), values: 0 };
    let origin = webhook.key.origin();
    let assembled = assembler.body(route.body(), diagnostics).unwrap_or_else(|| empty(origin));
    if !assembler.found {
        diagnostics.push(
            Diagnostic::new(
                Code::NoExample,
                format!("webhook `{}` has no example, and neither have its properties", webhook.name),
            )
            .at(Place::Name(origin.clone()), "its fixture is made up"),
        );
    }
    let checked = checker.check(&assembled).or_else(|mismatch| {
        diagnostics.push(
            Diagnostic::new(
                Code::ExampleUnusable,
                format!("an example is not what its schema describes: expected {}", mismatch.expected),
            )
            .at(Place::Value(mismatch.origin), "a value is made up instead"),
        );
        let mut synthesizer = Synthesizer { api: checker.api, origin, path: Vec::new(), values: 0 };
        checker.check(&synthesizer.value(&Type::Named(checker.payload)))
    });
    match checked {
        Ok(checked) => Some(Example { assembled: true, origin: origin.clone(), ..checked.example }),
        Err(mismatch) => {
            diagnostics.push(
                Diagnostic::new(Code::Contradiction, format!("no payload of up to {MAX_VALUES} values fits webhook `{}`", webhook.name))
                    .at(Place::Value(mismatch.origin), format!("always needs {}", mismatch.expected))
                    .help("a schema that contains itself through required members alone has no finite value; correct it in an overlay"),
            );
            None
        }
    }
}

/// What the body of a delivery has to say so that it is routed.
struct Statement<'a> {
    event_type: &'a str,
    separator: &'a str,
    /// What a header says before them.
    in_header: Option<&'a str>,
    texts: Vec<Stated<'a>>,
    /// Where what a body says would make another event type of it.
    completed_by: Option<Vec<String>>,
}

/// A text that has to stand at the first of these places that a body has.
struct Stated<'a> {
    paths: Vec<Vec<String>>,
    text: &'a str,
}

impl<'a> Statement<'a> {
    fn of(location: &EventTypeLocation, separator: &'a str, route: &'a Route<'_>) -> Self {
        let (event_type, head) = (route.event_type.as_str(), route.head.as_str());
        let mut texts = Vec::new();
        if let EventTypeLocation::Body { pointers, .. } = location {
            texts.push(Stated { paths: pointers.iter().map(|pointer| pointer::split(pointer)).collect(), text: head });
        }
        let mut completed_by = location.completed_by().map(pointer::split);
        if let Some(part) = event_type.strip_prefix(head).and_then(|rest| rest.strip_prefix(separator)) {
            texts.extend(completed_by.take().map(|path| Stated { paths: vec![path], text: part }));
        }
        let in_header = matches!(location, EventTypeLocation::Header { .. }).then_some(head);
        Self { event_type, separator, in_header, texts, completed_by }
    }

    /// Whether a payload says it.
    fn is_in(&self, payload: &Node) -> bool {
        self.texts.iter().all(|stated| stated.found_in(payload) == Some(stated.text))
    }

    /// The event type that a payload says instead.
    fn another(&self, payload: &Node) -> Option<String> {
        let annotations = |stated: &Stated<'a>| stated.found_in(payload).unwrap_or(stated.text).to_owned();
        let annotations: Vec<String> = self.texts.iter().map(annotations).collect();
        let differs = annotations.iter().zip(&self.texts).any(|(annotations, stated)| annotations != stated.text);
        let header = self.in_header.map(str::to_owned);
        differs.then(|| header.into_iter().chain(annotations).collect::<Vec<_>>().join(self.separator))
    }

    /// Payloads that say it, each at some of the places.
    fn put(&self, payload: &Node) -> Vec<Node> {
        self.texts.iter().fold(vec![payload.clone()], |payloads, Stated { paths, text }| {
            payloads.iter().flat_map(|payload| paths.iter().map(|path| with_text(payload, path, text))).collect()
        })
    }
}

impl Stated<'_> {
    fn found_in<'n>(&self, payload: &'n Node) -> Option<&'n str> {
        self.paths.iter().find_map(|path| at(payload, path))
    }
}

/// The text at a place.
fn at<'n>(payload: &'n Node, path: &[String]) -> Option<&'n str> {
    payload.at_names(path)?.as_str()
}

/// Holds examples against the payload type of a webhook.
struct ExampleChecker<'a> {
    api: &'a Api,
    payload: TypeId,
    statement: Statement<'a>,
    routes: &'a [Route<'a>],
}

/// An example that decodes.
struct Checked {
    example: Example,
    undeclared: Vec<Origin>,
}

impl ExampleChecker<'_> {
    /// Checks an example with the event type stated in it, and without where the payload has no place for that.
    fn check(&self, example: &Node) -> Result<Checked, Mismatch> {
        let fit = |node: &Node, states_event_type: bool| {
            let mut checker = Checker { api: self.api, steps: &Cell::new(0), undeclared: Vec::new() };
            let fitted = checker.fit(&Type::Named(self.payload), node)?;
            let example = Example {
                json: crate::document::pretty_json(&fitted),
                assembled: false,
                states_event_type,
                origin: node.origin().clone(),
            };
            Ok((fitted, Checked { example, undeclared: checker.undeclared }))
        };
        let says = |node: &Node| self.statement.is_in(node) && !self.says_another(node);
        let saying = if says(example) { vec![example.clone()] } else { self.statement.put(example) };
        for node in saying {
            if let Ok((fitted, checked)) = fit(&node, true)
                && says(&fitted)
            {
                return Ok(checked);
            }
        }
        fit(example, false).map(|(_, checked)| checked)
    }

    /// Whether a body that need not say any more is completed to another event type.
    fn says_another(&self, example: &Node) -> bool {
        let Statement { event_type, completed_by, .. } = &self.statement;
        completed_by.as_ref().and_then(|path| at(example, path)).is_some_and(|part| {
            let whole = format!("{event_type}{}{part}", self.api.separator);
            self.routes.iter().any(|route| route.event_type == whole)
        })
    }
}

fn empty(origin: &Origin) -> Node {
    Node::new(Value::Object(Box::default()), origin.clone())
}

fn text(text: &str, origin: &Origin) -> Node {
    Node::new(Value::String(text.into()), origin.clone())
}

fn number(digits: &str, origin: &Origin) -> Node {
    Node::new(Value::Number(digits.into()), origin.clone())
}

/// The payload with a text at `path`.
fn with_text(node: &Node, path: &[String], value: &str) -> Node {
    let origin = node.origin();
    let Some((segment, rest)) = path.split_first() else { return text(value, origin) };
    match node.value() {
        Value::Array(elements) => {
            let mut elements = elements.clone();
            if let Some(element) = pointer::index(segment).and_then(|index| elements.get_mut(index)) {
                *element = with_text(element, rest, value);
            }
            Node::new(Value::Array(elements), origin.clone())
        }
        Value::Object(members) => {
            let mut members = members.clone();
            let inner = members.get(segment.as_str()).cloned().unwrap_or_else(|| empty(origin));
            members.insert(segment.as_str().into(), with_text(&inner, rest, value));
            Node::new(Value::Object(members), origin.clone())
        }
        _ => node.clone(),
    }
}

/// Puts a payload together from the examples of properties.
struct Assembler<'f, 'a> {
    cache: &'f MergeCache<'a>,
    found: bool,
    /// The sets that are being put together, each within the one before it.
    path: Vec<SchemaSet>,
    values: usize,
}

impl<'a> Assembler<'_, 'a> {
    /// A value; none where there is no example and none is needed.
    fn value(&mut self, set: &[SchemaId], needed: bool, diagnostics: &mut Diagnostics) -> Option<Node> {
        let (set, _) = unwrap_aliases(self.cache.schemas, set);
        self.values += 1;
        if self.values > MAX_VALUES || self.path.len() >= MAX_DEPTH || self.path.contains(&set) {
            return None;
        }
        let merged = self.cache.of(&set, diagnostics);
        let schema = set[0];
        self.path.push(set);
        let value = self.of_merged(merged, schema, needed, diagnostics);
        self.path.pop();
        value
    }

    /// A payload.
    fn body(&mut self, body: Body<'_>, diagnostics: &mut Diagnostics) -> Option<Node> {
        let merged = body.merge(self.cache, diagnostics);
        self.of_merged(merged, body.schema, true, diagnostics)
    }

    fn of_merged(
        &mut self,
        mut merged: Rc<MergedSchema<'a>>,
        schema: SchemaId,
        needed: bool,
        diagnostics: &mut Diagnostics,
    ) -> Option<Node> {
        if let Some(example) = merged.examples.iter().find(|example| !matches!(example.value(), Value::Null)) {
            self.found = true;
            return Some((*example).clone());
        }
        if let Some(value) = merged.listed().and_then(<[Node]>::first) {
            return Some(value.clone());
        }
        // Of alternatives that exclude each other the first, of others all.
        let choices =
            if merged.choices.is_empty() { Vec::new() } else { mem::take(&mut Rc::make_mut(&mut merged).choices) };
        for choice in choices {
            let taken = if choice.exclusive { &choice.alternatives[..1] } else { &choice.alternatives[..] };
            for alternative in taken {
                let alternative_schema = self.cache.of(&[*alternative], diagnostics);
                if !is_object(&alternative_schema) && merged.properties.is_empty() {
                    return self.value(&[*alternative], needed, diagnostics);
                }
                let merged = Rc::make_mut(&mut merged);
                merged.required.extend(&alternative_schema.required);
                for (name, property) in &alternative_schema.properties {
                    merged.properties.entry(name).or_insert_with(|| property.clone());
                }
                merged.types = Some(Cow::Borrowed(&[JsonType::Object]));
            }
        }
        let origin = self.cache.schemas.get(schema).node.origin().clone();
        if is_object(&merged) {
            let mut members = Object::new();
            for (name, property) in &merged.properties {
                if let Some(value) = self.value(property, merged.required.contains(name), diagnostics) {
                    members.insert((*name).into(), value);
                }
            }
            return (needed || !members.is_empty()).then(|| Node::new(Value::Object(Box::new(members)), origin));
        }
        if !merged.items.is_empty() {
            let element = self.value(&merged.items, false, diagnostics);
            return (needed || element.is_some())
                .then(|| Node::new(Value::Array(element.into_iter().collect()), origin));
        }
        if !needed {
            return None;
        }
        Some(match merged.types.as_deref() {
            Some([JsonType::Array, ..]) => Node::new(Value::Array(Vec::new()), origin),
            Some([JsonType::Boolean, ..]) => Node::new(Value::Bool(true), origin),
            Some([JsonType::Integer | JsonType::Number, ..]) => number("0", &origin),
            _ => text("text", &origin),
        })
    }
}

/// Makes values up that decode, where the description's own do not.
struct Synthesizer<'a> {
    api: &'a Api,
    origin: &'a Origin,
    path: Vec<TypeId>,
    values: usize,
}

impl Synthesizer<'_> {
    /// The smallest value of a type. Where there is no finite one, or only a huge one, a value that does not fit.
    fn value(&mut self, ty: &Type) -> Node {
        let origin = self.origin;
        self.values += 1;
        match ty {
            Type::Bool => Node::new(Value::Bool(true), origin.clone()),
            Type::I32 | Type::I64 | Type::Integer | Type::Number => number("0", origin),
            Type::String | Type::Text(_) => text("text", origin),
            Type::Deep(inner) => self.value(inner),
            Type::Any | Type::Nullable(_) => Node::new(Value::Null, origin.clone()),
            Type::List(_) => Node::new(Value::Array(Vec::new()), origin.clone()),
            Type::Map(_) => empty(origin),
            Type::Tuple(elements) => {
                let elements = elements.iter().map(|element| self.value(element)).collect();
                Node::new(Value::Array(elements), origin.clone())
            }
            Type::Named(id) | Type::Boxed(id) if self.path.contains(id) || self.values > MAX_VALUES => empty(origin),
            Type::Named(id) | Type::Boxed(id) => {
                self.path.push(*id);
                let value = self.definition(*id);
                self.path.pop();
                value
            }
        }
    }

    fn definition(&mut self, id: TypeId) -> Node {
        let origin = self.origin;
        match &self.api.def(id).kind {
            Kind::Struct(object) => {
                let members = object.fields.iter().filter_map(|field| {
                    let value = match field.presence {
                        Presence::Required => self.value(&field.ty),
                        Presence::Nullable => Node::new(Value::Null, origin.clone()),
                        Presence::Optional | Presence::OptionalNullable => return None,
                    };
                    Some((field.wire.as_str().into(), value))
                });
                Node::new(Value::Object(Box::new(members.collect())), origin.clone())
            }
            Kind::Constant(value) => value.value.clone(),
            Kind::Newtype(inner) => self.value(inner),
            Kind::Enum(listed) => listed.values.first().map_or_else(|| empty(origin), |value| value.value.clone()),
            Kind::Union(_) | Kind::Pending => empty(origin),
        }
    }
}

/// Where and why a value does not decode.
struct Mismatch {
    origin: Origin,
    expected: String,
}

/// Holds a value against a type as the emitted decoder would, and gives what comes back.
struct Checker<'a> {
    api: &'a Api,
    /// How many steps were taken.
    steps: &'a Cell<usize>,
    undeclared: Vec<Origin>,
}

impl Checker<'_> {
    fn fit(&mut self, ty: &Type, node: &Node) -> Result<Node, Mismatch> {
        self.steps.update(|steps| steps + 1);
        let mismatch = |expected: &str| Err(Mismatch { origin: node.origin().clone(), expected: expected.to_owned() });
        let integral =
            |digits: &str| digits.parse::<f64>().is_ok_and(|number| number.is_finite() && number.fract() == 0.0);
        // A point with zeros behind it makes no other number.
        let whole = |digits: &str| digits.trim_end_matches('0').strip_suffix('.').unwrap_or(digits).parse::<i64>().ok();
        match (ty, node.value()) {
            (Type::Any, _)
            | (Type::Bool, Value::Bool(_))
            | (Type::String | Type::Text(_), Value::String(_))
            | (Type::Nullable(_), Value::Null) => Ok(node.clone()),
            (Type::Number, Value::Number(digits)) if digits.parse::<f64>().is_ok_and(f64::is_finite) => {
                Ok(node.clone())
            }
            (Type::Integer, Value::Number(digits)) if integral(digits) => Ok(node.clone()),
            (Type::I32, Value::Number(digits)) if whole(digits).is_some_and(|value| i32::try_from(value).is_ok()) => {
                Ok(node.clone())
            }
            (Type::I64, Value::Number(digits)) if whole(digits).is_some() => Ok(node.clone()),
            (Type::Nullable(inner) | Type::Deep(inner), _) => self.fit(inner, node),
            (Type::List(inner), Value::Array(elements)) => {
                let elements = elements.iter().map(|element| self.fit(inner, element)).collect::<Result<_, _>>()?;
                Ok(Node::new(Value::Array(elements), node.origin().clone()))
            }
            (Type::Tuple(types), Value::Array(elements)) if types.len() == elements.len() => {
                let elements =
                    types.iter().zip(elements).map(|(ty, element)| self.fit(ty, element)).collect::<Result<_, _>>()?;
                Ok(Node::new(Value::Array(elements), node.origin().clone()))
            }
            (Type::Map(inner), Value::Object(members)) => {
                let members = members
                    .iter()
                    .map(|(name, member)| Ok((name.clone(), self.fit(inner, member)?)))
                    .collect::<Result<Object, _>>()?;
                Ok(Node::new(Value::Object(Box::new(members)), node.origin().clone()))
            }
            (Type::Named(id) | Type::Boxed(id), _) => self.fit_definition(*id, node),
            (Type::Bool, _) => mismatch("`true` or `false`"),
            (Type::String | Type::Text(_), _) => mismatch("a string"),
            (Type::Number, _) => mismatch("a number"),
            (Type::I32 | Type::I64 | Type::Integer, _) => mismatch("an integer"),
            (Type::List(_) | Type::Tuple(_), _) => mismatch("an array"),
            (Type::Map(_), _) => mismatch("an object"),
        }
    }

    fn fit_definition(&mut self, id: TypeId, node: &Node) -> Result<Node, Mismatch> {
        let api = self.api;
        let mismatch = |expected: String| Err(Mismatch { origin: node.origin().clone(), expected });
        match &api.def(id).kind {
            Kind::Newtype(inner) => self.fit(inner, node),
            Kind::Enum(listed) => match listed.fallback {
                Fallback::Text => self.fit(&Type::String, node),
                Fallback::Integer => self.fit(&Type::Integer, node),
                Fallback::Json => self.fit(&Type::Any, node),
            },
            Kind::Constant(value) if crate::document::same(&value.value, node) => Ok(node.clone()),
            Kind::Constant(value) => mismatch(format!("`{}`", value.json())),
            Kind::Pending => Ok(node.clone()),
            Kind::Union(union) => {
                let candidates = match &union.select {
                    Select::Tag { member, default } => {
                        let tag = node.get(member).and_then(Node::as_str).unwrap_or_default();
                        let told = union.variants.iter().find(|variant| variant.tags.iter().any(|known| known == tag));
                        told.or_else(|| union.variants.get((*default)?)).map(std::slice::from_ref).unwrap_or_default()
                    }
                    Select::Shape => &union.variants,
                };
                let mut best: Option<(usize, Node, Vec<Origin>)> = None;
                for variant in candidates {
                    if self.steps.get() > MAX_STEPS {
                        return mismatch("a type with fewer alternatives to try".to_owned());
                    }
                    let mut attempt = Checker { api, steps: self.steps, undeclared: Vec::new() };
                    match attempt.fit(&variant.ty, node) {
                        Ok(fitted) if best.as_ref().is_none_or(|(known, ..)| attempt.undeclared.len() < *known) => {
                            best = Some((attempt.undeclared.len(), fitted, attempt.undeclared));
                        }
                        // A tag decides, so that there is nothing else to try.
                        Err(mismatch) if matches!(union.select, Select::Tag { .. }) => return Err(mismatch),
                        _ => {}
                    }
                }
                // A value that no alternative describes is kept as it is.
                let Some((_, fitted, undeclared)) = best else { return Ok(node.clone()) };
                self.undeclared.extend(undeclared);
                Ok(fitted)
            }
            Kind::Struct(object) => {
                let Some(given) = node.as_object() else { return mismatch("an object".to_owned()) };
                let mut members = Object::new();
                for (name, member) in given {
                    let field = object.fields.iter().find(|field| field.wire == **name);
                    match (field, &object.rest) {
                        // A null where the description has none is read as absence, and does not come back.
                        (Some(field), _) if reads_as_absent(field, member) => {}
                        (Some(field), _) if nullable(field) && matches!(member.value(), Value::Null) => {
                            members.insert(name.clone(), member.clone());
                        }
                        (Some(Field { ty, .. }), _) | (None, Some(ty)) => {
                            members.insert(name.clone(), self.fit(ty, member)?);
                        }
                        (None, None) => {
                            self.undeclared.push(member.origin().clone());
                            members.insert(name.clone(), member.clone());
                        }
                    }
                }
                let required = |field: &&Field| matches!(field.presence, Presence::Required | Presence::Nullable);
                if let Some(missing) =
                    object.fields.iter().filter(required).find(|field| !given.contains_key(field.wire.as_str()))
                {
                    return mismatch(format!("the member `{}`", missing.wire));
                }
                Ok(Node::new(Value::Object(Box::new(members)), node.origin().clone()))
            }
        }
    }
}

fn nullable(field: &Field) -> bool {
    matches!(field.presence, Presence::Nullable | Presence::OptionalNullable)
}

fn reads_as_absent(field: &Field, member: &Node) -> bool {
    field.presence == Presence::Optional && field.ty != Type::Any && matches!(member.value(), Value::Null)
}
