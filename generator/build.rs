//! Writes down the sources of the generator, for `cargo webhooks --version`: the freshness guard of a clone uses an installed
//! command only if its generator has the sources that are in the clone.

#[allow(dead_code, unreachable_pub, reason = "shared with the generator, which uses the rest of it")]
#[path = "src/fingerprint.rs"]
mod fingerprint;

use std::path::Path;

fn main() {
    let sources = fingerprint::sources(Path::new(env!("CARGO_MANIFEST_DIR")));
    let sources = sources.map(|sources| format!(" ({sources})")).unwrap_or_default();
    println!("cargo::rustc-env=WEBHOOK_GENERATOR_SOURCES={sources}");
    for folder in fingerprint::SOURCES {
        println!("cargo::rerun-if-changed={folder}");
    }
}
