//! One of several types.
//!
//! A union is read in two steps. First its text is checked, once for all unions within it, and the ends of its objects and
//! arrays are written down, so that skipping one costs a single step. Then the candidates that its members allow are tried
//! in their order, each from the beginning. One that keeps any value, and does not list this one, is taken only if no other
//! fits, and so is one that reads a null as absence, of which nothing remains. Which one fits is remembered for values within
//! others. What is tried counts as work: see [`Meter`](super::meter::Meter).

use std::ptr;
use std::sync::OnceLock;

use super::kept::{Attempt, Kept};
use super::reader::Kind;
use super::{Decode, DecodeError, JsonValue, Reader};

/// The work of considering a candidate or a member, beside the bytes that are read.
const STEP: usize = 4;

/// How many candidates are tried after one that reads a null as absence: bodies may have one everywhere.
const MORE: usize = 8;

/// Reads a variant.
type Read<U> = fn(&mut Reader<'_>) -> Result<U, DecodeError>;

/// A variant that the members of the value select.
pub struct ByShape<U> {
    shape: Shape,
    read: Read<U>,
}

/// A variant that a tag selects.
pub struct ByTag<U> {
    tags: &'static [&'static str],
    read: Read<U>,
}

/// What is known about the values of a type.
struct Shape {
    /// The kinds of JSON that can be one.
    kinds: u8,
    /// The members that an object type declares, and which of them are required.
    members: Option<(&'static [&'static str], &'static [bool])>,
}

impl<U> ByShape<U> {
    /// The variant of this constructor.
    pub const fn new<T: Decode>(_constructor: fn(T) -> U, read: Read<U>) -> Self {
        let members = match T::MEMBERS {
            Some(members) => Some((members, T::REQUIRED)),
            None => None,
        };
        Self { shape: Shape { kinds: T::KINDS, members }, read }
    }
}

impl<U> ByTag<U> {
    /// The variant of these tags.
    pub const fn new(tags: &'static [&'static str], read: Read<U>) -> Self {
        Self { tags, read }
    }
}

/// The tags of a union in alphabetical order, each with the position of its variant.
pub struct Tags(OnceLock<Vec<(&'static str, usize)>>);

impl Tags {
    /// They are sorted when they are needed.
    #[expect(clippy::new_without_default, reason = "only statics have this type")]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    fn find<U>(&self, tag: &str, variants: &[ByTag<U>]) -> Option<usize> {
        let sorted = self.0.get_or_init(|| {
            let tags = variants.iter().enumerate();
            let mut tags: Vec<_> =
                tags.flat_map(|(at, variant)| variant.tags.iter().map(move |tag| (*tag, at))).collect();
            tags.sort_unstable();
            tags
        });
        // Of equal tags the first counts, as in a `match`.
        let at = sorted.partition_point(|(known, _)| *known < tag);
        sorted.get(at).filter(|(known, _)| *known == tag).map(|(_, variant)| *variant)
    }
}

/// Reads a union whose variant the text of a member selects. The default is for any other text.
///
/// # Errors
///
/// If the value does not fit the variant that is selected, or costs too much.
pub fn by_tag<U>(
    reader: &mut Reader<'_>,
    member: &str,
    (variants, tags): (&[ByTag<U>], &Tags),
    default: Option<Read<U>>,
    unknown: fn(JsonValue) -> U,
) -> Result<U, DecodeError> {
    let kept = reader.keep()?;
    let tag = reader.tag(&kept, member)?;
    if let Some(found) = tag.and_then(|tag| tags.find(&tag, variants)) {
        reader.rewind(&kept);
        let decoded = (variants[found].read)(reader)?;
        reader.leave(&kept);
        return Ok(decoded);
    }
    let decoded = match default {
        Some(read) => reader.attempt(&kept, read)?,
        None => Attempt::Fails,
    };
    Ok(finish(reader, &kept, decoded, unknown))
}

/// Takes what was found, or keeps the value as JSON.
fn finish<U>(reader: &mut Reader<'_>, kept: &Kept, found: Attempt<U>, unknown: fn(JsonValue) -> U) -> U {
    let is_listed = matches!(found, Attempt::Fits(_) | Attempt::Lenient(_));
    reader.outline.nulls += usize::from(matches!(found, Attempt::Lenient(_)));
    let value = found.into_value().unwrap_or_else(|| unknown(reader.kept_json(kept)));
    reader.leave(kept);
    if !is_listed {
        reader.note_unknown();
    }
    value
}

/// Reads a union whose variant is the first that fits, else the first that reads a null as absence, else the first that
/// keeps any value.
///
/// An object type does not look into members that it does not declare. So that no member is lost that another type
/// declares, an object type is a candidate only if it declares every member of the value that any of the types declares.
///
/// # Errors
///
/// If the text is not JSON, or costs too much.
pub fn by_shape<U>(
    reader: &mut Reader<'_>,
    variants: &[ByShape<U>],
    index: &Index,
    unknown: fn(JsonValue) -> U,
) -> Result<U, DecodeError> {
    let kept = reader.keep()?;
    let union = ptr::from_ref(index).addr();
    let found = match reader.recall(&kept, union) {
        Some(None) => Attempt::Fails,
        Some(Some(variant)) => reader.attempt(&kept, variants[variant].read)?,
        None => {
            let shapes = || variants.iter().map(|variant| &variant.shape).collect::<Vec<_>>();
            let built = index.0.get_or_init(|| Built::new(&shapes()));
            let candidates = Candidates::of(built, reader, &kept)?;
            let (found, variant, tried) = first(reader, &kept, variants, candidates)?;
            // One that fits at once is found as soon the next time.
            if tried > usize::from(matches!(found, Attempt::Fits(_))) {
                reader.remember(&kept, union, variant)?;
            }
            found
        }
    };
    Ok(finish(reader, &kept, found, unknown))
}

/// The first candidate that fits, else the first that reads a null as absence, else the first that keeps any value; its
/// position, and how many were tried.
fn first<U>(
    reader: &mut Reader<'_>,
    kept: &Kept,
    variants: &[ByShape<U>],
    mut candidates: Candidates<'_>,
) -> Result<(Attempt<U>, Option<usize>, usize), DecodeError> {
    let (mut found, mut variant, mut tried, mut more) = (Attempt::Fails, None, 0, MORE);
    let (memory, mark, mut drift) = (reader.memory_besides_remembered(), reader.watch.mark(), Vec::new());
    while let Some(candidate) = candidates.next(reader)? {
        tried += 1;
        let before = reader.memory_besides_remembered();
        let attempt = reader.attempt(kept, variants[candidate].read)?;
        if attempt.is_better_than(&found) {
            // Of an earlier one, nothing remains.
            let own = reader.memory_besides_remembered().saturating_sub(before);
            drop(std::mem::replace(&mut found, attempt));
            reader.free_to(memory + own);
            drift = reader.watch.take_since(mark);
            variant = Some(candidate);
        } else {
            drop(attempt);
            reader.free_to(before);
            drop(reader.watch.take_since(mark));
        }
        match found {
            Attempt::Fits(_) => break,
            Attempt::Lenient(_) if more == 0 => break,
            Attempt::Lenient(_) => more -= 1,
            Attempt::Unlisted(_) | Attempt::Fails => {}
        }
    }
    reader.watch.put_back(drift);
    Ok((found, variant, tried))
}

/// Finds the candidates among the variants of a union.
pub struct Index(OnceLock<Built>);

impl Index {
    /// It is built when it is needed.
    #[expect(clippy::new_without_default, reason = "only statics have this type")]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }
}

/// Variants are given by their positions, and members by their positions among all names. All lists are in order.
struct Built {
    /// The names of all members, in alphabetical order.
    names: Vec<&'static str>,
    /// For each kind of JSON, the variants that are not structs.
    others: [Vec<usize>; Kind::ALL.len()],
    /// The members of each struct; empty for other variants.
    structs: Vec<Members>,
    /// The structs that can be `null`.
    nullable: Vec<usize>,
    /// The structs without a required member.
    open: Vec<usize>,
    /// For each member, the structs of which it is the rarest required one.
    keyed: Vec<Vec<usize>>,
    /// For each member, the structs that declare it.
    declaring: Vec<Vec<usize>>,
}

#[derive(Default)]
struct Members {
    declared: Vec<usize>,
    required: Vec<usize>,
}

impl Built {
    fn new(shapes: &[&Shape]) -> Self {
        let mut names: Vec<_> =
            shapes.iter().filter_map(|shape| shape.members).flat_map(|(names, _)| names).copied().collect();
        names.sort_unstable();
        names.dedup();
        let position = |name: &str| names.binary_search(&name).ok();
        let structs: Vec<Members> = shapes
            .iter()
            .map(|shape| {
                let Some((declared, required)) = shape.members else { return Members::default() };
                let required = declared.iter().zip(required).filter(|(_, required)| **required).map(|(name, _)| name);
                let positions = |names: &mut dyn Iterator<Item = &&str>| {
                    let mut positions: Vec<usize> = names.filter_map(|name| position(name)).collect();
                    positions.sort_unstable();
                    positions
                };
                Members { required: positions(&mut required.clone()), declared: positions(&mut declared.iter()) }
            })
            .collect();
        let mut declaring = vec![Vec::new(); names.len()];
        let mut requiring = vec![0_usize; names.len()];
        for (variant, members) in structs.iter().enumerate() {
            members.declared.iter().for_each(|&name| declaring[name].push(variant));
            members.required.iter().for_each(|&name| requiring[name] += 1);
        }
        let mut keyed = vec![Vec::new(); names.len()];
        let (mut open, mut nullable) = (Vec::new(), Vec::new());
        for (variant, (shape, members)) in shapes.iter().zip(&structs).enumerate() {
            if shape.members.is_some() {
                match members.required.iter().min_by_key(|name| requiring[**name]) {
                    Some(&key) => keyed[key].push(variant),
                    None => open.push(variant),
                }
                if shape.kinds & Kind::Null.bit() != 0 {
                    nullable.push(variant);
                }
            }
        }
        let others = Kind::ALL.map(|kind| {
            let is_other = |shape: &Shape| shape.members.is_none() && shape.kinds & kind.bit() != 0;
            shapes.iter().enumerate().filter(|(_, shape)| is_other(shape)).map(|(variant, _)| variant).collect()
        });
        Self { names, others, structs, nullable, open, keyed, declaring }
    }
}

/// The candidates for a value, in their order.
struct Candidates<'i> {
    built: &'i Built,
    /// The members of the value that any of the structs declares.
    present: Vec<usize>,
    /// Lists that together contain every candidate, and whether those of a list still have to be compared with what is
    /// present.
    lists: Vec<(&'i [usize], bool)>,
}

impl<'i> Candidates<'i> {
    fn of(built: &'i Built, reader: &mut Reader<'_>, kept: &Kept) -> Result<Self, DecodeError> {
        reader.rewind(kept);
        let kind = reader.kind()?;
        let mut lists: Vec<(&[usize], bool)> = vec![(&built.others[kind as usize], false)];
        let mut present = Vec::new();
        match kind {
            Kind::Null => lists.push((&built.nullable, false)),
            Kind::Object if !built.names.is_empty() => {
                reader.kept_names(|name| present.extend(built.names.binary_search(&name)))?;
                present.sort_unstable();
                let by_required = present.iter().map(|&name| &built.keyed[name]).filter(|list| !list.is_empty());
                let all = built.open.len() + by_required.clone().map(Vec::len).sum::<usize>();
                match present.iter().map(|&name| &built.declaring[name]).min_by_key(|list| list.len()) {
                    Some(declaring) if declaring.len() <= all => lists.push((declaring, true)),
                    _ => {
                        lists.push((&built.open, true));
                        lists.extend(by_required.map(|list| (list.as_slice(), true)));
                    }
                }
            }
            _ => {}
        }
        Ok(Self { built, present, lists })
    }

    fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<usize>, DecodeError> {
        loop {
            let heads = self.lists.iter_mut().filter(|(list, _)| !list.is_empty());
            let Some((list, is_compared)) = heads.min_by_key(|(list, _)| list[0]) else { return Ok(None) };
            let Some((&candidate, rest)) = list.split_first() else { return Ok(None) };
            *list = rest;
            let Members { declared, required } = &self.built.structs[candidate];
            let fits = |names: &[usize], all: &[usize]| names.iter().all(|name| all.binary_search(name).is_ok());
            let is_candidate = !*is_compared || fits(required, &self.present) && fits(&self.present, declared);
            reader.work(STEP + self.lists.len() + required.len() + self.present.len())?;
            if is_candidate {
                return Ok(Some(candidate));
            }
        }
    }
}
