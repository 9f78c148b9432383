//! The checks.

use std::collections::BTreeSet;

use xshell::{Shell, cmd};

use super::imports;
use super::step::{Failure, Outcome, Step, Verdict};

/// Cheap ones first.
pub(super) const STEPS: &[Step] = &[
    Step { name: "toolchain", about: "the stated rust-version is the installed one", run: toolchain },
    Step { name: "format", about: "rustfmt, in every workspace", run: format },
    Step { name: "imports", about: "no import cycles between rooms, or between files", run: imports },
    Step { name: "crates", about: "limits on the number of crates", run: crates },
    Step { name: "lints", about: "clippy, all targets and features", run: lints },
    Step { name: "codegen", about: "generated/ is up to date", run: codegen },
    Step { name: "tests", about: "all tests of the workspace", run: tests },
    Step {
        name: "features",
        about: "receiver, generated crate, command, inbox and its store in PostgreSQL, with no feature, each, and all",
        run: features,
    },
    Step { name: "docs", about: "rustdoc, without warnings", run: docs },
    Step { name: "peers", about: "benchmarks compile; the verifier agrees with other libraries", run: peers },
    Step { name: "beside", about: "stores resolve beside sqlx, diesel and sea-orm, and work with them", run: beside },
    Step { name: "fuzz", about: "fuzz targets type-check", run: fuzz },
    Step { name: "targets", about: "macOS and Windows type-check", run: targets },
];

/// Workspaces, by folder.
const WORKSPACES: [&str; 7] = [
    ".",
    "peers",
    "fuzz",
    "docs/comparison/helper",
    "stores/beside/diesel",
    "stores/beside/sea-orm",
    "stores/beside/sqlx",
];

/// The largest number of crates that a package may be compiled from, itself included.
const CRATES: [(&str, usize); 7] = [
    ("cargo-webhooks", 165),
    ("cargo-webhooks-inbox", 135),
    ("tenovos-webhooks", 40),
    ("webhook-inbox", 45),
    ("webhook-inbox-postgres", 105),
    ("webhook-inbox-sqlite", 65),
    ("xtask", 110),
];

/// Packages that work with no feature, with each alone, and with all.
const WITH_FEATURES: [&str; 4] = ["webhook-receiver", "tenovos-webhooks", "webhook-inbox", "webhook-inbox-postgres"];

/// Supported platforms besides Linux, as Rust targets. See `README.md`.
const TARGETS: [&str; 3] = ["aarch64-apple-darwin", "x86_64-pc-windows-gnu", "x86_64-pc-windows-msvc"];

fn toolchain(shell: &Shell) -> Verdict {
    let installed = cmd!(shell, "rustc --version").quiet().read()?;
    let stated = env!("CARGO_PKG_RUST_VERSION");
    if !installed.starts_with(&format!("rustc {stated}.")) {
        return Err(format!("Cargo.toml states Rust {stated}, but this is {installed}").into());
    }
    Ok(Outcome::Passed)
}

fn format(shell: &Shell) -> Verdict {
    for workspace in WORKSPACES {
        cmd!(shell, "cargo fmt --all --check --manifest-path {workspace}/Cargo.toml").run()?;
    }
    Ok(Outcome::Passed)
}

fn imports(shell: &Shell) -> Verdict {
    imports::check(&shell.current_dir())?;
    Ok(Outcome::Passed)
}

fn crates(shell: &Shell) -> Verdict {
    for (package, most) in CRATES {
        let tree = cmd!(shell, "cargo tree --package {package} --edges normal,build --prefix none").read()?;
        let crates: BTreeSet<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        if crates.len() > most {
            return Err(format!("{package} is compiled from {} crates, more than {most}", crates.len()).into());
        }
        eprintln!("{package}: {} crates of at most {most}", crates.len());
    }
    Ok(Outcome::Passed)
}

fn lints(shell: &Shell) -> Verdict {
    cmd!(shell, "cargo clippy --workspace --all-targets --all-features -- -D warnings").run()?;
    Ok(Outcome::Passed)
}

fn codegen(shell: &Shell) -> Verdict {
    cmd!(shell, "cargo xtask codegen --check").run()?;
    Ok(Outcome::Passed)
}

fn tests(shell: &Shell) -> Verdict {
    cmd!(shell, "cargo test --workspace").run()?;
    Ok(Outcome::Passed)
}

fn features(shell: &Shell) -> Verdict {
    for package in WITH_FEATURES {
        cmd!(shell, "cargo check --package {package} --no-default-features").run()?;
        for feature in features_of(shell, package)? {
            cmd!(shell, "cargo check --package {package} --no-default-features --features {feature}").run()?;
        }
    }
    // At once: for each alone, what they depend on would be compiled again.
    let packages = WITH_FEATURES.map(|package| format!("--package={package}"));
    cmd!(shell, "cargo test --all-features {packages...}").run()?;
    cmd!(shell, "cargo check --package cargo-webhooks --no-default-features --all-targets").run()?;
    cmd!(shell, "cargo test --package receiver-example --no-default-features --test process without_the_feature")
        .run()?;
    Ok(Outcome::Passed)
}

/// The features of a package of the workspace, except the default.
fn features_of(shell: &Shell, package: &str) -> Result<Vec<String>, Failure> {
    let metadata: serde_json::Value =
        serde_json::from_str(&cmd!(shell, "cargo metadata --no-deps --format-version 1").quiet().read()?)?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let features = packages
        .find(|found| found["name"] == package)
        .and_then(|found| found["features"].as_object())
        .ok_or_else(|| format!("the workspace has no package `{package}`"))?;
    Ok(features.keys().filter(|name| *name != "default").cloned().collect())
}

fn docs(shell: &Shell) -> Verdict {
    let _flags = shell.push_env("RUSTDOCFLAGS", "-D warnings");
    cmd!(shell, "cargo doc --workspace --no-deps --all-features").run()?;
    Ok(Outcome::Passed)
}

fn peers(shell: &Shell) -> Verdict {
    cmd!(shell, "cargo test --manifest-path peers/Cargo.toml").run()?;
    cmd!(shell, "cargo build --manifest-path peers/Cargo.toml --benches").run()?;
    Ok(Outcome::Passed)
}

fn beside(shell: &Shell) -> Verdict {
    for project in ["sqlx", "diesel"] {
        let manifest = format!("stores/beside/{project}/Cargo.toml");
        cmd!(shell, "cargo test --manifest-path {manifest} --target-dir target/beside").run()?;
    }
    // Only one crate of a project can link SQLite.
    let manifest = "stores/beside/sea-orm/Cargo.toml";
    cmd!(shell, "cargo tree --manifest-path {manifest} --invert libsqlite3-sys --depth 1").run()?;
    Ok(Outcome::Passed)
}

fn fuzz(shell: &Shell) -> Verdict {
    cmd!(shell, "cargo check --manifest-path fuzz/Cargo.toml").run()?;
    Ok(Outcome::Passed)
}

fn targets(shell: &Shell) -> Verdict {
    // Without rustup there are no other targets.
    let installed = cmd!(shell, "rustup target list --installed").read().unwrap_or_default();
    let is_installed = |target: &&str| installed.lines().any(|line| line == *target);
    let (present, missing): (Vec<&str>, Vec<&str>) = TARGETS.into_iter().partition(is_installed);
    for target in present {
        cmd!(shell, "cargo check --package webhook-receiver --all-features --target {target}").run()?;
        // Without `fetch`, whose TLS needs a C compiler for the target.
        cmd!(shell, "cargo check --package cargo-webhooks --no-default-features --features watch --target {target}")
            .run()?;
    }
    if missing.is_empty() {
        return Ok(Outcome::Passed);
    }
    Ok(Outcome::Skipped(format!("not installed: {}", missing.join(", "))))
}
