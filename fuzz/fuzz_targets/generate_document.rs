//! Any bytes as a description.
#![no_main]

#[allow(dead_code, reason = "shared with the other targets")]
mod common;

use common::{MAX_BYTES, inputs, properties};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.len() <= MAX_BYTES {
        let name = if bytes.first() == Some(&b'{') { "spec.json" } else { "spec.yaml" };
        properties::checked(inputs::folder(&[(name, bytes)]).path());
    }
});
