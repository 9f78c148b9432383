//! Any texts, a line each, as names, and the whole as a text that names nothing.
#![no_main]

#[allow(dead_code)]
mod common;

use common::{inputs, properties};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut names: Vec<&str> = text.split('\n').take(8).collect();
    names.sort_unstable();
    names.dedup();
    let spec = inputs::with_names(&names).to_string();
    let config = inputs::NAMES_CONFIG.as_bytes();
    properties::checked(inputs::folder(&[("spec.json", spec.as_bytes()), ("codegen.toml", config)]).path());
    let run = |text: &str| {
        let spec = inputs::with_text(text).to_string();
        properties::checked(inputs::folder(&[("spec.json", spec.as_bytes())]).path())
    };
    if let (Some(hostile), Some(plain)) = (run(text).files, run("plain").files) {
        assert_eq!(properties::code(&hostile), properties::code(&plain), "a text became code");
    }
});
