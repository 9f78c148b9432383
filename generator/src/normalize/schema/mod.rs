//! Schema Objects.

mod corrected;
mod extensions;
mod fault;
mod keyword;
mod model;

use std::collections::VecDeque;

use indexmap::{IndexMap, IndexSet};
use openapiv3::Discriminator;

use crate::budget::{Budget, Resource};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::{Node, Object, Origin, Segment, Value, json};
use crate::resolve::{Resolver, Unresolved};
pub use corrected::{Correction, EACH};
pub(super) use fault::unresolved;
use fault::{Meaning, converted};
use keyword::Treatment;
pub use model::{Additional, Inexpressible, JsonType, Schema, SchemaId, Schemas};

/// The keywords of a Schema Object.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    keyword::KEYWORDS.iter().map(|(keyword, _)| *keyword)
}

/// OpenAPI 3.2's addition to discriminators: the alternative for values with an unknown tag.
pub const DEFAULT_MAPPING: &str = "defaultMapping";

impl Schemas {
    /// Normalizes a schema and all schemas that it uses.
    pub(super) fn add(
        &mut self,
        node: &Node,
        resolver: &Resolver<'_>,
        budget: &Budget,
        diagnostics: &mut Diagnostics,
    ) -> SchemaId {
        let mut reader = Reader { schemas: self, resolver, budget, diagnostics, pending: VecDeque::new() };
        let id = reader.reserve(node);
        // They are read in the order of reservation, so that each gets the index of its id.
        while let Some(node) = reader.pending.pop_front() {
            let schema = reader.read(&node);
            reader.schemas.all.push(schema);
        }
        id
    }
}

/// Reads schemas without recursion: children are reserved first and read later.
struct Reader<'a, 'r> {
    schemas: &'a mut Schemas,
    resolver: &'a Resolver<'r>,
    budget: &'a Budget,
    diagnostics: &'a mut Diagnostics,
    pending: VecDeque<Node>,
}

impl Reader<'_, '_> {
    fn reserve(&mut self, node: &Node) -> SchemaId {
        let next = SchemaId(self.schemas.known.len());
        let id = *self.schemas.known.entry(node.origin().identity()).or_insert(next);
        if id == next {
            self.pending.push_back(node.clone());
        }
        id
    }

    fn read(&mut self, node: &Node) -> Schema {
        let mut schema = Schema::empty(node.clone());
        match node.value() {
            Value::Bool(allows) => {
                schema.boolean = Some(*allows);
                if !allows {
                    self.diagnostics.push(
                        Diagnostic::new(Code::NotEnforced, "the schema `false` is not enforced")
                            .at(Place::Value(node.origin().clone()), "decoding accepts any value here"),
                    );
                }
            }
            Value::Object(members) => {
                for (keyword, value) in &**members {
                    self.keyword(&mut schema, keyword, value);
                }
                self.check_values(&mut schema, members);
                if let Some(discriminator) = members.get("discriminator")
                    && schema.one_of.is_empty()
                    && schema.any_of.is_empty()
                {
                    schema.children = self.children(node, discriminator);
                }
            }
            _ => self.not_a_schema(&mut schema, node),
        }
        schema
    }

    fn keyword(&mut self, schema: &mut Schema, keyword: &str, value: &Node) {
        let Some((keyword, treatment)) = keyword::KEYWORDS.iter().find(|(known, _)| *known == keyword) else {
            if !keyword.starts_with("x-") {
                self.diagnostics.push(
                    Diagnostic::new(Code::UnknownKeyword, format!("unknown keyword `{keyword}` is ignored"))
                        .at(Place::Name(value.origin().clone()), "")
                        .maybe_help(keyword::help(keyword, value)),
                );
            }
            return;
        };
        let place = || Place::Name(value.origin().clone());
        match treatment {
            Treatment::Read(read) => read(self, schema, keyword, value),
            Treatment::Fact => schema.fact(keyword, value),
            Treatment::Nothing => {}
            Treatment::Rule => self.diagnostics.push(
                Diagnostic::new(Code::NotEnforced, format!("`{keyword}` is not enforced"))
                    .at(place(), "decoding accepts values that break this rule"),
            ),
            Treatment::Untyped => schema.inexpressible = Some(Inexpressible::Keyword((*keyword).to_owned())),
        }
    }

    fn types(&mut self, schema: &mut Schema, value: &Node) {
        let named: Vec<&Node> = match value.value() {
            Value::Array(names) if !names.is_empty() => names.iter().collect(),
            Value::Array(_) | Value::Object(_) => {
                return self.ignored(schema, value, "`type` must be a type name or a list of type names");
            }
            _ => vec![value],
        };
        let mut meanings = Vec::new();
        for name in &named {
            meanings.push(match name.as_str() {
                Some(text) => {
                    let is_known = |name: &&Node| name.as_str().is_some_and(|text| Meaning::of_name(text).is_some());
                    Meaning::of_name(text).or_else(|| self.misspelt(name, text, named.iter().any(is_known)))
                }
                None if matches!(name.value(), Value::Null) => {
                    self.fault(name, "`type` has `null` without quotes", "read as `\"null\"`", "write `\"null\"`");
                    Some(Meaning::Null)
                }
                None => {
                    self.ignored(schema, name, "`type` must be a type name or a list of type names");
                    None
                }
            });
        }
        schema.restrict(meanings);
    }

    fn values(&mut self, schema: &mut Schema, value: &Node) {
        let Some(values) = value.as_array().filter(|values| !values.is_empty()) else {
            return self.ignored(schema, value, "`enum` must be a list with at least one value");
        };
        if !self.within(value, "enum") {
            return;
        }
        let mut distinct: IndexMap<String, Node> = IndexMap::new();
        for value in values {
            if matches!(value.value(), Value::Null) {
                schema.data.nullable = true;
            } else if let Some(first) = distinct.get(&json(value)) {
                self.diagnostics.push(
                    Diagnostic::new(Code::DuplicateValue, "duplicate value in an `enum`")
                        .at(Place::Value(value.origin().clone()), "skipped")
                        .at(Place::Value(first.origin().clone()), "first given here"),
                );
            } else {
                distinct.insert(json(value), value.clone());
            }
        }
        schema.only_null |= distinct.is_empty();
        schema.values = Some(distinct.into_values().collect::<Vec<_>>()).filter(|values| !values.is_empty());
    }

    /// Reads values that are not of the type as what they probably mean.
    fn check_values(&mut self, schema: &mut Schema, members: &Object) {
        let of_type = |value: &&Node| schema.types.iter().any(|json_type| json_type.allows(value));
        let values: Vec<Node> = schema.constant.iter().chain(schema.values.iter().flatten()).cloned().collect();
        let Some(wrong) = values.iter().find(|value| !schema.types.is_empty() && !of_type(value)) else { return };
        let elements = members.get("enum").filter(|_| schema.types == [JsonType::Array] && schema.constant.is_none());
        let as_type: Option<Vec<Node>> = values.iter().map(|value| converted(value, &schema.types)).collect();
        let (instead, help) = if let Some(list) = elements.filter(|_| !values.iter().any(|v| v.as_array().is_some())) {
            // The element's schema is the list alone, apart from what `items` says.
            let list_only = Object::from_iter([("enum".into(), list.clone())]);
            let schema_of_element = Node::new(Value::Object(Box::new(list_only)), list.origin().clone());
            schema.items.insert(0, self.reserve(&schema_of_element));
            schema.values = None;
            ("read as the values of the elements", "move `enum` into `items`".to_owned())
        } else if let Some(values) = as_type {
            let mut seen = IndexSet::new();
            let mut values = values.into_iter();
            schema.constant = schema.constant.take().and_then(|_| values.next());
            let values: Vec<Node> = values.filter(|value| seen.insert(json(value))).collect();
            schema.values = schema.values.take().map(|_| values);
            let right = converted(wrong, &schema.types).as_ref().map(json).unwrap_or_default();
            ("read as a value of this type", format!("write `{right}`, or correct `type`"))
        } else if schema.properties.is_empty() && schema.items.is_empty() {
            schema.types.clear();
            ("the values are used, and `type` is ignored", "correct `type`, or the value".to_owned())
        } else {
            schema.constant = None;
            schema.values = None;
            ("the values are ignored", "correct `type`, or remove the values".to_owned())
        };
        let mut diagnostic = Diagnostic::new(Code::SchemaFault, "the value does not have the schema's type")
            .at(Place::Value(wrong.origin().clone()), instead)
            .help(help);
        if let Some(json_type) = members.get("type") {
            diagnostic = diagnostic.at(Place::Value(json_type.origin().clone()), "the type");
        }
        self.diagnostics.push(diagnostic);
    }

    fn required(&mut self, schema: &Schema, value: &Node) -> Vec<String> {
        let rule = "`required` must be a list of names";
        match value.value() {
            Value::Array(names) => {
                let mut required = Vec::new();
                for name in names {
                    match fault::scalar_text(name) {
                        Some(text) => {
                            if name.as_str().is_none() {
                                self.fault(name, rule, "read as a name", &format!("put it in quotes: `\"{text}\"`"));
                            }
                            required.push(text);
                        }
                        None => self.fault(name, rule, "ignored", "write the name of a member"),
                    }
                }
                required
            }
            Value::String(name) if schema.node.get("properties").is_some_and(|members| members.get(name).is_some()) => {
                self.fault(value, rule, "read as this name", &format!("write `required: [{name}]`"));
                vec![name.to_string()]
            }
            // From JSON Schema draft 3 and Swagger, where it applies to the property. JSON Schema has no such rule now.
            Value::Bool(_) => {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::NotEnforced,
                        "`required` must be a list of names; a boolean has no effect here",
                    )
                    .at(Place::Value(value.origin().clone()), "ignored")
                    .maybe_help(
                        property_name(value).filter(|_| value.as_bool() == Some(true)).map(|name| {
                            format!(
                                "remove it, and add next to the `properties` that contain `{name}`:\nrequired: [{name}]"
                            )
                        }),
                    ),
                );
                Vec::new()
            }
            _ => {
                self.fault(value, rule, "ignored", "write `required: [name]` next to `properties`");
                Vec::new()
            }
        }
    }

    fn discriminator(&mut self, value: &Node) -> Option<Discriminator> {
        let rule = "a discriminator must have a `propertyName`";
        let name = match value.get("propertyName").and_then(Node::as_str) {
            Some(name) => name,
            // As in Swagger 2.0.
            None => {
                let Some(name) = value.as_str() else {
                    self.fault(
                        value,
                        rule,
                        "the discriminator is ignored",
                        "write `discriminator: { propertyName: … }`",
                    );
                    return None;
                };
                let help = format!("write `discriminator: {{ propertyName: {name} }}`");
                self.fault(value, rule, "read as `propertyName`", &help);
                name
            }
        };
        let mapping = value.get("mapping").and_then(|mapping| {
            if mapping.as_object().is_none() {
                self.fault(mapping, "`mapping` must be an object", "ignored", "write `mapping: { value: schema }`");
            }
            mapping.as_object()
        });
        let mut targets = IndexMap::new();
        for (tag, target) in mapping.into_iter().flatten() {
            // The bare name of a schema is not a reference.
            let named = target.as_str().is_some_and(|text| !text.contains(['/', '#', '.', ':']));
            match self.resolver.follow(target) {
                Err(Unresolved::Wrong(wrong)) if !named => {
                    self.diagnostics.push(wrong.made(Code::SchemaFault, "this value of the discriminator is ignored"));
                }
                Err(Unresolved::Unavailable(diagnostic)) if !named => self.diagnostics.push(*diagnostic),
                _ => targets.extend(target.as_str().map(|target| (tag.to_string(), target.to_owned()))),
            }
        }
        let default = value.get(DEFAULT_MAPPING).and_then(Node::as_str);
        Some(Discriminator {
            property_name: name.to_owned(),
            mapping: targets,
            extensions: default.map(|target| (DEFAULT_MAPPING.to_owned(), target.into())).into_iter().collect(),
        })
    }

    /// The reusable schemas whose `allOf` refers to this one.
    fn children(&mut self, base: &Node, discriminator: &Node) -> Vec<SchemaId> {
        let mapped = discriminator.get("mapping").and_then(Node::as_object).into_iter().flatten();
        let mapped: Vec<Node> = mapped.filter_map(|(_, target)| self.resolver.follow(target).ok()).collect();
        let mut children = self.extending(base);
        children.extend(mapped.iter().filter(|target| !target.is(base)).cloned());
        let mut children: IndexSet<SchemaId> = children.iter().map(|child| self.reserve(child)).collect();
        if !children.is_empty() && mapped.iter().any(|target| target.is(base)) {
            let base = self.reserve(&without_discriminator(base));
            self.schemas.bases.insert(base);
            children.insert(base);
        }
        children.into_iter().collect()
    }

    /// The siblings of a base that extend it, in their order.
    fn extending(&mut self, base: &Node) -> Vec<Node> {
        let siblings = self.resolver.siblings(base);
        self.schemas.extensions.add(&siblings, self.resolver);
        let spend = || self.budget.spend(Resource::Members, 1, || Place::Value(base.origin().clone()));
        let extending = self.schemas.extensions.of(base, spend);
        siblings.into_iter().filter(|schema| extending.contains(&schema.origin().identity())).collect()
    }

    fn schemas_of(&mut self, value: &Node, keyword: &str) -> Vec<SchemaId> {
        if !self.within(value, keyword) {
            return Vec::new();
        }
        let rule = || format!("`{keyword}` must be a list with at least one schema");
        match value.value() {
            Value::Array(schemas) if !schemas.is_empty() => schemas.iter().map(|schema| self.reserve(schema)).collect(),
            Value::Object(_) => {
                self.fault(value, &rule(), "read as a list of this schema", &format!("write `{keyword}: [ … ]`"));
                vec![self.reserve(value)]
            }
            _ => {
                self.fault(value, &rule(), "ignored", &format!("remove `{keyword}`, or list schemas"));
                Vec::new()
            }
        }
    }

    fn properties(&mut self, schema: &mut Schema, value: &Node, keyword: &str) -> IndexMap<String, SchemaId> {
        let Some(members) = value.as_object() else {
            self.ignored(schema, value, &format!("`{keyword}` must be an object"));
            return IndexMap::new();
        };
        if !self.within(value, keyword) {
            return IndexMap::new();
        }
        members.iter().map(|(name, schema)| (name.to_string(), self.reserve(schema))).collect()
    }

    fn text(&mut self, value: &Node, keyword: &str) -> Option<String> {
        let rule = || format!("`{keyword}` must be a string");
        match (value.value(), fault::scalar_text(value)) {
            (Value::String(text), _) => return Some(text.to_string()),
            (Value::Null, _) => {}
            (_, Some(text)) => {
                self.fault(value, &rule(), "read as a string", &format!("put it in quotes: `\"{text}\"`"));
                return Some(text);
            }
            (_, None) => self.fault(value, &rule(), "ignored", &format!("remove `{keyword}`, or write a string")),
        }
        None
    }

    fn flag(&mut self, value: &Node, keyword: &str) -> bool {
        let rule = || format!("`{keyword}` must be `true` or `false`");
        match (value.value(), value.as_str()) {
            (Value::Bool(flag), _) => *flag,
            (_, Some(text @ ("true" | "false"))) => {
                self.fault(value, &rule(), &format!("read as `{text}`"), &format!("write `{text}` without quotes"));
                text == "true"
            }
            _ => {
                self.fault(value, &rule(), "ignored", "write `true` or `false`");
                false
            }
        }
    }

    /// Whether the keyword lists no more than the limits allow.
    fn within(&mut self, value: &Node, keyword: &str) -> bool {
        let limits = self.resolver.limits();
        let (count, most, what) = match value.value() {
            Value::Array(elements) => (elements.len(), limits.values, "values"),
            Value::Object(members) => (members.len(), limits.members, "members"),
            _ => return true,
        };
        if count > most {
            self.diagnostics.push(
                Diagnostic::new(Code::Limit, format!("`{keyword}` has more than {most} {what}"))
                    .at(Place::Name(value.origin().clone()), ""),
            );
        }
        count <= most
    }
}

/// A base at the same place, but another schema: its values are no extension of it.
fn without_discriminator(base: &Node) -> Node {
    let mut members = base.as_object().cloned().unwrap_or_default();
    members.shift_remove("discriminator");
    let place = base.origin();
    let origin = match (place.parent(), place.last()) {
        (Some(parent), Some(last)) => parent.child(last.clone()),
        _ => Origin::root(place.file()),
    };
    Node::new(Value::Object(Box::new(members)), origin)
}

/// The name in `properties` of the schema with a keyword.
fn property_name(keyword: &Node) -> Option<String> {
    match keyword.origin().segments().as_slice() {
        [.., Segment::Member(parent), Segment::Member(name), _] if &**parent == "properties" => Some(name.to_string()),
        _ => None,
    }
}
