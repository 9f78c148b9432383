//! Doc comments of emitted items.

mod html;
mod item;
mod markdown;
mod values;

pub(super) use item::{definition, described_by_members, event_type, field, linked_event_type, module, value, variant};
pub(super) use markdown::{code, harmless, harmless_line, inner, outer, wrapped};
pub(super) use values::Values;
