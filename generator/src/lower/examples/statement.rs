//! The text that a body must state to be routed.

use super::build;
use crate::document::{Node, Value, pointer};
use crate::ir::EventTypeLocation;
use crate::lower::event_types::Route;

/// The text that a body must state.
pub(super) struct Statement<'a> {
    event_type: &'a str,
    separator: &'a str,
    /// The value of the header.
    header: Option<&'a str>,
    texts: Vec<Text<'a>>,
    /// The places where a text would change the event type.
    completed_by: Option<Vec<String>>,
}

/// A text at the first of these places that a body has.
struct Text<'a> {
    paths: Vec<Vec<String>>,
    text: &'a str,
}

impl<'a> Statement<'a> {
    pub(super) fn of(location: &EventTypeLocation, separator: &'a str, route: &'a Route<'_>) -> Self {
        let (event_type, head) = (route.event_type.as_str(), route.head.as_str());
        let mut texts = Vec::new();
        if let EventTypeLocation::Body { pointers, .. } = location {
            texts.push(Text { paths: pointers.iter().map(|pointer| pointer::split(pointer)).collect(), text: head });
        }
        let mut completed_by = location.completed_by().map(pointer::split);
        if let Some(part) = event_type.strip_prefix(head).and_then(|rest| rest.strip_prefix(separator)) {
            texts.extend(completed_by.take().map(|path| Text { paths: vec![path], text: part }));
        }
        let header = matches!(location, EventTypeLocation::Header { .. }).then_some(head);
        Self { event_type, separator, header, texts, completed_by }
    }

    /// Whether a payload states it, and does not state one of the other event types.
    pub(super) fn is_in(&self, payload: &Node, routes: &[Route<'_>]) -> bool {
        let is_completed = || {
            let part = self.completed_by.as_ref().and_then(|path| payload.at_names(path)?.as_str());
            let whole = part.map(|part| format!("{}{}{part}", self.event_type, self.separator));
            whole.is_some_and(|whole| routes.iter().any(|route| route.event_type == whole))
        };
        self.texts.iter().all(|text| text.found_in(payload) == Some(text.text)) && !is_completed()
    }

    /// The event type that a payload states instead.
    pub(super) fn other_event_type(&self, payload: &Node) -> Option<String> {
        let found = |text: &Text<'a>| text.found_in(payload).unwrap_or(text.text).to_owned();
        let found: Vec<String> = self.texts.iter().map(found).collect();
        let differs = found.iter().zip(&self.texts).any(|(found, text)| found != text.text);
        let header = self.header.map(str::to_owned);
        differs.then(|| header.into_iter().chain(found).collect::<Vec<_>>().join(self.separator))
    }

    /// Payloads that state it, each at other places.
    pub(super) fn added_to(&self, payload: &Node) -> Vec<Node> {
        self.texts.iter().fold(vec![payload.clone()], |payloads, Text { paths, text }| {
            payloads.iter().flat_map(|payload| paths.iter().map(|path| with_text(payload, path, text))).collect()
        })
    }
}

impl Text<'_> {
    fn found_in<'n>(&self, payload: &'n Node) -> Option<&'n str> {
        self.paths.iter().find_map(|path| payload.at_names(path)?.as_str())
    }
}

/// The payload with a text at `path`. Missing objects are added, missing elements are not.
fn with_text(node: &Node, path: &[String], text: &str) -> Node {
    let origin = node.origin();
    let Some((segment, rest)) = path.split_first() else { return build::text(text, origin) };
    match node.value() {
        Value::Array(elements) => {
            let mut elements = elements.clone();
            if let Some(element) = pointer::index(segment).and_then(|index| elements.get_mut(index)) {
                *element = with_text(element, rest, text);
            }
            build::array(elements, origin)
        }
        Value::Object(members) => {
            let mut members = (**members).clone();
            let inner = members.get(segment.as_str()).cloned().unwrap_or_else(|| build::empty(origin));
            members.insert(segment.as_str().into(), with_text(&inner, rest, text));
            build::object(members, origin)
        }
        _ => node.clone(),
    }
}
