//! What the targets share with the generator's own tests.

#[path = "../../generator/tests/support/inputs.rs"]
pub(crate) mod inputs;
#[path = "../../generator/tests/support/properties.rs"]
pub(crate) mod properties;

/// Keeps the machine out of it: a small run is as telling as a large one.
pub(crate) const MAX_BYTES: usize = 32 * 1024;
