//! Where definitions are within bodies: an identity that does not depend on where the description writes them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, VecDeque};

use super::{Api, Kind, Type, TypeId, Variant};

/// A longer path is not recorded. Paths of bodies that people write are much shorter.
const MAX_LENGTH: usize = 1000;

/// The paths of definitions: an event type, then the name of a member (or `<tag>` of an alternative) for each step, separated
/// by `/`. Lists, maps and `null` are no steps: `order.paid/items/price` is the price of each item.
pub struct Paths<'a> {
    api: &'a Api,
    roots: BTreeMap<String, TypeId>,
    /// The definitions right inside each definition, by step.
    steps: Vec<OnceCell<BTreeMap<String, TypeId>>>,
}

/// Where a definition is.
#[derive(Clone, Debug, Default)]
pub struct Location {
    /// Its first path: the shortest, from the event type that is first in alphabetical order. `None` if it is too long.
    pub path: Option<String>,
    /// The definition one step before; `None` for a payload.
    pub parent: Option<TypeId>,
}

impl<'a> Paths<'a> {
    /// The paths in all payloads.
    pub fn new(api: &'a Api) -> Self {
        let roots = api.webhooks.iter().map(|webhook| (escaped(&webhook.event_type), webhook.payload)).collect();
        Self { api, roots, steps: api.types.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The definition at a path.
    pub fn find(&self, path: &str) -> Option<TypeId> {
        let mut steps = path.split('/');
        let root = *self.roots.get(steps.next()?)?;
        steps.try_fold(root, |id, step| self.steps(id).get(step).copied())
    }

    /// The location of each definition; the default for one that no body has.
    pub fn locations(&self) -> Vec<Location> {
        self.walk(self.roots.iter())
    }

    /// The same, from the event type that is last in alphabetical order.
    pub fn last_locations(&self) -> Vec<Location> {
        self.walk(self.roots.iter().rev())
    }

    fn walk<'r>(&self, roots: impl Iterator<Item = (&'r String, &'r TypeId)>) -> Vec<Location> {
        let mut found: Vec<Option<Location>> = vec![None; self.api.types.len()];
        let mut pending = VecDeque::new();
        for (event_type, id) in roots {
            let path = Some(event_type.clone()).filter(|path| path.len() <= MAX_LENGTH);
            found[id.0] = Some(Location { path, parent: None });
            pending.push_back(*id);
        }
        while let Some(parent) = pending.pop_front() {
            let prefix = found[parent.0].as_ref().and_then(|location| location.path.clone());
            for (step, id) in self.steps(parent) {
                if found[id.0].is_none() {
                    let path = prefix.as_ref().filter(|prefix| prefix.len() + step.len() < MAX_LENGTH);
                    let path = path.map(|prefix| format!("{prefix}/{step}"));
                    found[id.0] = Some(Location { path, parent: Some(parent) });
                    pending.push_back(*id);
                }
            }
        }
        found.into_iter().map(Option::unwrap_or_default).collect()
    }

    fn steps(&self, id: TypeId) -> &BTreeMap<String, TypeId> {
        self.steps[id.0].get_or_init(|| {
            let mut steps = BTreeMap::new();
            let mut add = |step: String, ty: &Type| {
                for (index, id) in ty.definitions().enumerate() {
                    let step = if index == 0 { step.clone() } else { format!("{step}[{index}]") };
                    steps.entry(step).or_insert(id);
                }
            };
            match &self.api.def(id).kind {
                Kind::Struct(object) => {
                    object.fields.iter().for_each(|field| add(escaped(&field.wire), &field.ty));
                    object.rest.iter().for_each(|rest| add("{}".to_owned(), rest));
                }
                Kind::Union(union) => {
                    union.variants.iter().for_each(|variant| add(format!("<{}>", escaped(variant.key())), &variant.ty));
                }
                Kind::Newtype(inner) => add("[]".to_owned(), inner),
                Kind::Enum(_) | Kind::Constant(_) => {}
            }
            steps
        })
    }
}

impl Variant {
    /// What distinguishes the alternative: its first tag, or its proposed name.
    pub fn key(&self) -> &str {
        self.tags.first().unwrap_or(&self.name)
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
