//! Any bytes as an overlay on a description that is right.
#![no_main]

#[allow(dead_code, reason = "shared with the other targets")]
mod common;

use common::{MAX_BYTES, inputs, properties};

const SPEC: &[u8] = include_bytes!("../../generator/tests/fixtures/crates/overlaid/spec.yaml");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.len() <= MAX_BYTES {
        properties::checked(inputs::folder(&[("spec.yaml", SPEC), ("overlay.yaml", bytes)]).path());
    }
});
