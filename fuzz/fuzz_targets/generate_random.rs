//! Descriptions whose bytes make the decisions of `arbitrary-openapi`.
#![no_main]

#[allow(dead_code, reason = "shared with the other targets")]
mod common;

use arbitrary_openapi::Document;
use common::{inputs, properties};

libfuzzer_sys::fuzz_target!(|document: Document| {
    let texts = document.texts();
    let files: Vec<(&str, &[u8])> = texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    properties::checked(inputs::folder(&files).path());
});
