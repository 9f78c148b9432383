//! Any texts, a line each, as names, and the whole as a text that names nothing.
#![no_main]

#[allow(dead_code, reason = "shared with the other targets")]
mod common;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use common::{inputs, properties};

/// The crate that a harmless text makes.
static PLAIN: OnceLock<BTreeMap<String, String>> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut names: Vec<&str> = text.split('\n').take(3).collect();
    names.sort_unstable();
    names.dedup();
    let spec = inputs::with_names(&names).to_string();
    let config = inputs::NAMES_CONFIG.as_bytes();
    properties::checked(inputs::folder(&[("spec.json", spec.as_bytes()), ("codegen.toml", config)]).path());
    let run = |text: &str| {
        let spec = inputs::with_text(text).to_string();
        properties::checked(inputs::folder(&[("spec.json", spec.as_bytes())]).path())
    };
    let plain = PLAIN.get_or_init(|| run("plain").files.expect("a text is no error"));
    let hostile = run(text).files.expect("a text is no error");
    assert_eq!(properties::code(&hostile), properties::code(plain), "a text became code");
});
