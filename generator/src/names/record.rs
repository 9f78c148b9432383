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
    let entries = old.types_of(api, sources);
    let paths = Paths::new(api);
    let (first, last) = (paths.locations(), paths.last_locations());
    let mut types: Vec<LockedType> = Vec::new();
    for (index, def) in api.types.iter().enumerate() {
        let id = TypeId(index);
        let entry = entries[index].map(|entry| &old.types[entry]);
        let known = entry.map_or(&[][..], |entry| &entry.keys);
        let is_component = matches!(def.naming, Naming::Component(_));
        let place = lock::place(&def.origin, sources);
        let mut keys: Vec<String> =
            known.iter().filter(|key| paths.find(key) == Some(id) || **key == place).cloned().collect();
        if keys.len() < known.len() || known.is_empty() {
            let path = |location: &Location| location.path.clone();
            let mut fresh: Vec<String> = [path(&first[index]), path(&last[index])].into_iter().flatten().collect();
            if is_component || fresh.is_empty() {
                fresh.push(place);
            }
            for key in fresh {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        let own = members::keys(def).into_iter().chain(has_others(def).then(|| OTHERS.to_owned()));
        let idents = names.members(id).iter().chain((!is_struct(def)).then(|| names.unknown(id)));
        let kept = entry.map(|entry| members::kept(def, &entry.members)).unwrap_or_default();
        let members = renewed(&kept, own.zip(idents.map(text)));
        types.push(LockedType { module: names.module(id).to_owned(), name: text(names.ty(id)), keys, members });
    }
    let taken: HashSet<String> =
        types.iter().flat_map(|locked| [&locked.name].into_iter().chain(&locked.keys)).cloned().collect();
    let live: HashSet<usize> = entries.into_iter().flatten().collect();
    let gone = old.types.iter().enumerate().filter(|(entry, _)| !live.contains(entry)).map(|(_, gone)| gone);
    let gone = gone.filter(|gone| !taken.contains(&gone.name)).filter_map(|gone| {
        let keys: Vec<String> = gone.keys.iter().filter(|key| !taken.contains(*key)).cloned().collect();
        (!keys.is_empty()).then(|| LockedType { keys, ..gone.clone() })
    });
    types.extend(gone);
    types.sort_by(|a, b| (&a.module, &a.name).cmp(&(&b.module, &b.name)));
    types
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
