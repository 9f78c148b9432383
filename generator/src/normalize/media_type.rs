//! Media types of bodies.

use crate::diagnostics::suggest;
use crate::document::Node;

/// How many media types a message shows.
const MAX_MEDIA_TYPES: usize = 5;

/// Media types of bodies; of these, only the first is read.
pub(super) const MEDIA_TYPES: [&str; 9] = [
    "application/json",
    "application/jwt",
    "application/xml",
    "application/yaml",
    "application/cbor",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
    "text/xml",
];

/// The first of these media types, and how many others there are.
pub(super) fn some_of(types: &[&str]) -> String {
    let (shown, others) = types.split_at(types.len().min(MAX_MEDIA_TYPES));
    let shown = shown.join(", ");
    match others.len() {
        0 => shown,
        1 => format!("{shown} and 1 other"),
        several => format!("{shown} and {several} others"),
    }
}

/// Whether a body has a media type that is read as JSON.
pub(super) fn has_json(body: &Node) -> bool {
    let content = body.get("content").and_then(Node::as_object).into_iter().flatten();
    content.into_iter().any(|(media_type, _)| is_json(media_type) || is_misspelled_json(media_type))
}

/// Whether a media type is read as JSON, with a warning.
pub(super) fn is_misspelled_json(media_type: &str) -> bool {
    !media_type.contains('/') && is_nearly_json(media_type)
}

pub(super) fn is_nearly_json(media_type: &str) -> bool {
    suggest(media_type, MEDIA_TYPES) == Some(MEDIA_TYPES[0])
}

/// `application/json`, with or without parameters, and every type with the suffix `+json`.
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json") || essence == "*/*"
}
