//! Passes over finished definitions.

mod alternatives;
mod cycles;
mod dedup;
mod depth;
mod endless;
mod graph;
mod large;
mod null;
mod stated;

pub(super) use alternatives::cut_endless;
pub(super) use cycles::box_cycles;
pub(super) use dedup::merge_equal;
pub(super) use depth::cut_chains;
pub(super) use endless::end_required;
pub(super) use large::point_to_large;
pub(super) use null::keep_null;
pub(super) use stated::state_event_types;
