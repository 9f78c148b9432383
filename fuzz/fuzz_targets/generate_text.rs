//! Any text in place of a text that is not a name.
#![no_main]

#[allow(dead_code, reason = "shared with the other targets")]
mod common;

use std::sync::OnceLock;

use common::{inputs, properties};

/// The code that a harmless text makes.
static PLAIN: OnceLock<String> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|text: &str| {
    let code = |text: &str| {
        let spec = inputs::with_text(text).to_string();
        let files = [("spec.json", spec.as_bytes()), ("codegen.toml", inputs::TEXT_CONFIG.as_bytes())];
        let run = properties::checked(inputs::folder(&files).path());
        properties::code(&run.files.expect("a text is not an error"))
    };
    let plain = PLAIN.get_or_init(|| code("plain"));
    assert_eq!(&code(text), plain, "a text became code");
});
