//! Path Items, and maps of them.

use crate::document::Node;

/// The methods of operations, the likeliest of webhooks first.
pub(super) const METHODS: [&str; 9] = ["post", "put", "patch", "delete", "get", "head", "options", "trace", "query"];

/// The members of a map, and those beside the `$ref` to it.
pub(super) fn entries<'n>(written: &'n Node, map: &'n Node) -> impl Iterator<Item = (&'n str, &'n Node)> {
    let beside = written.as_object().filter(|members| members.contains_key("$ref")).into_iter().flatten();
    let beside = beside.filter(|(name, _)| &***name != "$ref");
    map.as_object().into_iter().flatten().chain(beside).map(|(name, node)| (&**name, node))
}

pub(super) fn is_path_item(node: &Node) -> bool {
    has_method(node) || node.get("$ref").is_some()
}

pub(super) fn has_method(node: &Node) -> bool {
    node.as_object().is_some_and(|members| members.keys().any(|key| METHODS.contains(&&**key)))
}

/// What to write instead of something that is not a path item.
pub(super) fn path_items(instead: &Node) -> String {
    let path_item = "{post: {requestBody: {content: {application/json: {schema: …}}}}}";
    let listed = instead.as_array().and_then(|items| items.first()?.as_str());
    let rule = match listed {
        Some(name) => format!("a webhook is a path item under its name, such as `{name}: {path_item}`"),
        None => format!("a webhook is a path item, such as `{path_item}`"),
    };
    format!("{rule}; if the description is not yours, write it in an overlay")
}

/// The path items of a Callback Object, by the expression for the URL.
pub(super) fn addressed(callback: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let members = callback.as_object().into_iter().flatten();
    members.filter(|(key, item)| !key.starts_with("x-") && is_path_item(item)).map(|(key, item)| (&**key, item))
}
