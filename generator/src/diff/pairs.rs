//! Which types correspond: those at the same place in bodies of the same event type.

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexMap;

use super::link::{Link, join};
use super::members;
use super::sides::Sides;
use super::uses::{Renames, is_wrapped};
use super::variants;
use crate::catalogue::{Definition, EventType, Kind, Type};
use crate::document::pointer;

/// Types that correspond, in the order of their paths' lengths.
pub(super) type Pairs<'a> = IndexMap<(&'a str, &'a str), Pair>;

/// Where two types correspond.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// An event type and the first path in its body, such as `order.paid/customer`.
    pub(super) path: String,
    /// Whether it is only within unions that keep what they do not read.
    pub(super) is_soft: bool,
    /// Whether it is an alternative of a union.
    pub(super) is_variant: bool,
}

/// All pairs of types in the bodies of these event types.
pub(super) fn pairs<'a>(sides: &Sides<'a>, event_types: &[(&'a EventType, &'a EventType)]) -> Pairs<'a> {
    let mut pairs = Pairs::new();
    let mut pending = VecDeque::new();
    let add = |pairs: &mut Pairs<'a>, pending: &mut VecDeque<_>, key: (&'a str, &'a str), pair: Pair| {
        match pairs.get_mut(&key) {
            // What is read strictly at one place is so at all that is within it.
            Some(known) if known.is_soft && !pair.is_soft => {
                known.is_soft = false;
                pending.push_back(key);
            }
            Some(_) => {}
            None => {
                pairs.insert(key, pair);
                pending.push_back(key);
            }
        }
    };
    let mut roots = event_types.to_vec();
    roots.sort_by_key(|(_, new)| &new.name);
    for (old, new) in roots {
        let pair = Pair { path: pointer::escape(&new.name).into_owned(), is_soft: false, is_variant: false };
        add(&mut pairs, &mut pending, (&old.payload, &new.payload), pair);
    }
    while let Some(key) = pending.pop_front() {
        let outer = pairs[&key].clone();
        let (Some(old), Some(new)) = (sides.old.definition(key.0), sides.new.definition(key.1)) else { continue };
        for link in links(sides, old, new) {
            for (index, (old, new)) in corresponding(link.old, link.new).into_iter().enumerate() {
                if old != new && wraps(sides, old, new) {
                    continue;
                }
                let step = if index == 0 { link.step.clone() } else { format!("{}[{index}]", link.step) };
                let pair = Pair {
                    path: join(&outer.path, &step),
                    is_soft: outer.is_soft || link.is_soft,
                    is_variant: link.is_variant,
                };
                add(&mut pairs, &mut pending, (old, new), pair);
            }
        }
    }
    pairs
}

/// An object that is now within another one, or no longer, is not compared with that.
fn wraps(sides: &Sides<'_>, old: &str, new: &str) -> bool {
    match (sides.old.definition(old), sides.new.definition(new)) {
        (Some(Definition { is: Kind::Struct(old), .. }), Some(Definition { is: Kind::Struct(new), .. })) => {
            is_wrapped(sides.new, old, new) || is_wrapped(sides.old, new, old)
        }
        _ => false,
    }
}

/// The places within two definitions that correspond.
fn links<'a>(sides: &Sides<'a>, old: &'a Definition, new: &'a Definition) -> Vec<Link<'a>> {
    match (&old.is, &new.is) {
        (Kind::Struct(old), Kind::Struct(new)) => members::links(sides, old, new),
        (Kind::Union(old), Kind::Union(new)) => variants::links(sides, old, new),
        (Kind::Newtype(old), Kind::Newtype(new)) => {
            vec![Link { step: "[]".to_owned(), old, new, is_soft: false, is_variant: false }]
        }
        _ => Vec::new(),
    }
}

/// The definitions that correspond in two types.
fn corresponding<'a>(old: &'a Type, new: &'a Type) -> Vec<(&'a str, &'a str)> {
    match (old, new) {
        (Type::Deep(old) | Type::Nullable(old) | Type::Implied(old), new) => corresponding(old, new),
        (old, Type::Deep(new) | Type::Nullable(new) | Type::Implied(new)) => corresponding(old, new),
        (Type::Ref(old) | Type::Boxed(old), Type::Ref(new) | Type::Boxed(new)) => vec![(old, new)],
        (Type::List(old), Type::List(new)) | (Type::Map(old), Type::Map(new)) => corresponding(old, new),
        (Type::Tuple(old), Type::Tuple(new)) => {
            old.iter().zip(new).flat_map(|(old, new)| corresponding(old, new)).collect()
        }
        _ => Vec::new(),
    }
}

/// The old types that have another name now: those whose old name is gone, and whose new name is new.
pub(super) fn renames<'a>(sides: &Sides<'a>, pairs: &Pairs<'a>) -> Renames<'a> {
    let mut renames: Renames<'a> = HashMap::new();
    let mut taken: HashSet<&str> = HashSet::new();
    for &(old, new) in pairs.keys() {
        let is_gone = sides.new.definition(old).is_none() && sides.old.definition(new).is_none();
        if old != new && is_gone && !renames.contains_key(old) && !taken.contains(new) {
            renames.insert(old, new);
            taken.insert(new);
        }
    }
    renames
}
