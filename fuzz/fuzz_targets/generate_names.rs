//! Any texts, a line each, wherever a description names something.
#![no_main]

#[allow(dead_code, reason = "shared with the other targets")]
mod common;
#[path = "../../generator/tests/support/naming.rs"]
mod naming;

use common::inputs;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut names: Vec<&str> = text.split('\n').take(8).collect();
    names.sort_unstable();
    names.dedup();
    names.iter().for_each(|name| naming::check_text(name));
    let spec = inputs::with_names(&names).to_string();
    let config = inputs::NAMES_CONFIG.as_bytes();
    naming::checked(inputs::folder(&[("spec.json", spec.as_bytes()), ("codegen.toml", config)]).path());
});
