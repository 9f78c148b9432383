//! From the names of a run to the record that the next run reads.

use std::collections::{BTreeMap, HashSet};

use proc_macro2::Ident;

use super::{Names, members};
use crate::ir::{Api, Location, Naming, Paths, TypeId};
use crate::lock::{self, Lock, LockedAccessor, LockedType, OTHERS};
use crate::source::Sources;

/// The record of all names, those of `old` that nothing has any more included.
pub fn record(api: &Api, names: &Names, old: &Lock, sources: &Sources) -> Lock {
    let events = api.webhooks.iter().map(|webhook| webhook.event_type.clone());
    let accessor = |accessor: &super::Accessor| {
        let event_type = api.webhooks[accessor.webhook].event_type.clone();
        (accessor.field(api).wire.clone(), LockedAccessor { name: text(&accessor.name), event_type })
    };
    Lock {
        events: renewed(&old.events, events.zip(names.event_types.iter().map(text))),
        topics: renewed(&old.topics, names.topics.iter().map(|(topic, name)| (topic.clone(), text(name)))),
        modules: renewed(&old.modules, names.topic_modules.clone()),
        accessors: renewed(&old.accessors, names.accessors.iter().map(accessor)),
        types: types(api, names, old, sources),
    }
}

/// The old entries, with new ones in front of them.
fn renewed<T: Clone>(old: &BTreeMap<String, T>, new: impl IntoIterator<Item = (String, T)>) -> BTreeMap<String, T> {
    let mut all = old.clone();
    all.extend(new);
    all
}

fn types(api: &Api, names: &Names, old: &Lock, sources: &Sources) -> Vec<LockedType> {
    let live = old.types_of(api, sources);
    let entries: Vec<Option<&LockedType>> = live.iter().map(|entry| entry.map(|entry| &old.types[entry])).collect();
    let mut types: Vec<LockedType> = Vec::new();
    for ((index, def), keys) in api.types.iter().enumerate().zip(keys(api, &entries, sources)) {
        if keys.is_empty() {
            continue;
        }
        let id = TypeId(index);
        let own = members::keys(def).into_iter().chain(has_others(def).then(|| OTHERS.to_owned()));
        let idents = names.members(id).iter().chain((!is_struct(def)).then(|| names.unknown(id)));
        let kept = entries[index].map(|entry| members::kept(def, &entry.members)).unwrap_or_default();
        let members = renewed(&kept, own.zip(idents.map(text)));
        types.push(LockedType { module: names.module(id).to_owned(), name: text(names.ty(id)), keys, members });
    }
    let taken: HashSet<String> =
        types.iter().flat_map(|locked| [&locked.name].into_iter().chain(&locked.keys)).cloned().collect();
    let live: HashSet<usize> = live.into_iter().flatten().collect();
    let gone = old.types.iter().enumerate().filter(|(entry, _)| !live.contains(entry)).map(|(_, gone)| gone);
    let gone = gone.filter(|gone| !taken.contains(&gone.name)).filter_map(|gone| {
        let keys: Vec<String> = gone.keys.iter().filter(|key| !taken.contains(*key)).cloned().collect();
        (!keys.is_empty()).then(|| LockedType { keys, ..gone.clone() })
    });
    types.extend(gone);
    types.sort_by(|a, b| (&a.module, &a.name).cmp(&(&b.module, &b.name)));
    types
}

/// The keys of each type: those it was known by as long as they are right, and new ones. No key is that of two types: if
/// corrections have made several types of a schema, its place stays with the one that has it.
fn keys(api: &Api, entries: &[Option<&LockedType>], sources: &Sources) -> Vec<Vec<String>> {
    let paths = Paths::new(api);
    let known = |index: usize| entries[index].map_or(&[][..], |entry| &entry.keys);
    let places: Vec<String> = api.types.iter().map(|def| lock::place(&def.origin, sources)).collect();
    let is_right = |index: usize, key: &String| paths.find(key) == Some(TypeId(index)) || *key == places[index];
    let mut keys: Vec<Vec<String>> = (0..api.types.len())
        .map(|index| known(index).iter().filter(|key| is_right(index, key)).cloned().collect())
        .collect();
    let mut taken: HashSet<String> = keys.iter().flatten().cloned().collect();
    let (first, last) = (paths.locations(), paths.last_locations());
    for (index, (def, place)) in api.types.iter().zip(places).enumerate() {
        if !known(index).is_empty() && keys[index].len() == known(index).len() {
            continue;
        }
        let path = |location: &Location| location.path.clone();
        let mut fresh: Vec<String> = [path(&first[index]), path(&last[index])].into_iter().flatten().collect();
        if matches!(def.naming, Naming::Component(_)) || fresh.is_empty() {
            fresh.push(place);
        }
        keys[index].extend(fresh.into_iter().filter(|key| taken.insert(key.clone())));
    }
    keys
}

fn is_struct(def: &crate::ir::TypeDef) -> bool {
    matches!(def.kind, crate::ir::Kind::Struct(_))
}

fn has_others(def: &crate::ir::TypeDef) -> bool {
    use crate::ir::Kind;
    matches!(def.kind, Kind::Struct(_) | Kind::Enum(_) | Kind::Union(_))
}

/// A name without what makes it raw.
fn text(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}
