//! What the benchmarks share: their inputs, and a table of ratios.

pub mod derived;
pub mod load;
pub mod payload;
pub mod report;
