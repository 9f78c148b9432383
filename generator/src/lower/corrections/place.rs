//! From a JSON pointer into a body to the schemas that apply there.

use indexmap::IndexSet;

use super::{Entry, Rule, Useless};
use crate::diagnostics::suggest;
use crate::document::pointer;
use crate::lower::context::Context;
use crate::lower::event_types::Route;
use crate::normalize::{EACH, Schema, SchemaId, Schemas};

/// All schemas that apply to the values at one place of a body, or that may.
pub(super) struct Level {
    /// Those where the values are described, before references and parts.
    from: Vec<SchemaId>,
    schemas: IndexSet<SchemaId>,
}

/// The schemas of the object that an entry corrects.
pub(super) fn corrected(cx: &Context<'_>, route: &Route<'_>, entry: &Entry<'_>) -> Result<Level, Useless> {
    let mut level = Level::new(cx, vec![route.body], &route.alternatives);
    for (depth, name) in entry.parents().iter().enumerate() {
        let below: Vec<SchemaId> = level.all(cx.schemas).flat_map(|schema| schema.below(name)).collect();
        if below.is_empty() {
            return Err(level.unknown(cx, entry, depth));
        }
        level = Level::new(cx, below, &[]);
    }
    let (event_type, pointer) = (entry.event_type, entry.pointer);
    let remove = Some("remove it from the list".to_owned());
    let is_needless = match entry.rule {
        Rule::Required => {
            let depth = entry.names.len() - 1;
            let name = &entry.names[depth];
            let mut members = level.all(cx.schemas).filter(|schema| schema.properties.contains_key(name)).peekable();
            if members.peek().is_none() {
                return Err(level.unknown(cx, entry, depth));
            }
            members.all(|schema| schema.required.contains(name)) || level.requires(cx, name)
        }
        Rule::Open => {
            let mut objects = level.all(cx.schemas).filter_map(Schema::is_open_object).peekable();
            if objects.peek().is_none() {
                let message = format!("no schema describes an object at `{pointer}` in the body of `{event_type}`");
                return Err(Useless { message, help: None });
            }
            objects.all(|is_open| is_open)
        }
    };
    match entry.rule {
        _ if !is_needless => Ok(level),
        Rule::Required => {
            let message = format!("the description requires `{pointer}` in the body of `{event_type}` already");
            Err(Useless { message, help: remove })
        }
        Rule::Open => {
            let message =
                format!("the description allows other members at `{pointer}` in the body of `{event_type}` already");
            Err(Useless { message, help: remove })
        }
    }
}

impl Level {
    /// All that applies where these do. `only` are the alternatives that do, if not all.
    fn new(cx: &Context<'_>, from: Vec<SchemaId>, only: &[SchemaId]) -> Self {
        let mut schemas: IndexSet<SchemaId> = from.iter().copied().collect();
        let mut next = 0;
        while let Some(id) = schemas.get_index(next).copied() {
            next += 1;
            let schema = cx.schemas.get(id);
            let choices = [&schema.one_of, &schema.any_of, &schema.children];
            let choices = choices.into_iter().filter(|choice| choice.iter().any(|part| only.contains(part)));
            let others: Vec<SchemaId> = choices.flatten().copied().filter(|part| !only.contains(part)).collect();
            schemas.extend(schema.applied().filter(|part| !others.contains(part)));
        }
        Self { from, schemas }
    }

    /// Whether a schema applies here, or may.
    pub(super) fn has(&self, schema: SchemaId) -> bool {
        self.schemas.contains(&schema)
    }

    fn all<'s>(&'s self, schemas: &'s Schemas) -> impl Iterator<Item = &'s Schema> {
        self.schemas.iter().map(move |id| schemas.get(*id))
    }

    /// Whether a member is required whichever alternative applies.
    fn requires(&self, cx: &Context<'_>, name: &str) -> bool {
        self.from.iter().all(|from| cx.merged(&[*from]).required.contains(name))
    }

    /// What is wrong with an entry whose name at `depth` no schema here has.
    fn unknown(&self, cx: &Context<'_>, entry: &Entry<'_>, depth: usize) -> Useless {
        let known = || self.all(cx.schemas).flat_map(|schema| schema.properties.keys()).map(String::as_str);
        let name = &entry.names[depth];
        let meant = if known().next().is_none() && self.all(cx.schemas).any(|schema| !schema.below(EACH).is_empty()) {
            Some(EACH)
        } else {
            suggest(name, known())
        };
        let with = |meant: &str| {
            let mut names = entry.names.clone();
            meant.clone_into(&mut names[depth]);
            pointer::join(&names)
        };
        let help = match meant {
            Some(EACH) => Some(format!("`{EACH}` is each element: `{}`", with(EACH))),
            Some(meant) => Some(format!("did you mean `{}`?", with(meant))),
            None => None,
        };
        let missing = pointer::join(&entry.names[..=depth]);
        Useless { message: format!("the body of `{}` has no `{missing}`", entry.event_type), help }
    }
}
