//! The contract with generated crates, see `tests/contract/README.md`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use webhook_receiver::codegen::CONTRACT;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a version, by path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    files
}

/// The versions that have frozen crates, with their folders.
fn frozen() -> BTreeMap<u32, PathBuf> {
    let folders =
        fs::read_dir(repository().join("receiver/tests/contract")).unwrap().map(|entry| entry.unwrap().path());
    folders
        .filter_map(|folder| Some((folder.file_name()?.to_str()?.strip_prefix('v')?.parse().ok()?, folder)))
        .collect()
}

/// Compiles a crate that states this version of the contract; returns the errors of the compiler.
fn errors_of(version: u32) -> Option<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = folder.join(format!("contract_{version}.rs"));
    let contract = fs::read_to_string(repository().join("receiver/src/codegen/contract.rs")).unwrap();
    fs::write(&source, format!("{contract}\n__contract!({version});\n")).unwrap();
    let mut rustc = Command::new(option_env!("RUSTC").unwrap_or("rustc"));
    rustc.args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--out-dir"]).arg(folder).arg(source);
    let output = rustc.output().unwrap();
    (!output.status.success()).then(|| String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_crate_of_an_unsupported_version_does_not_compile_and_says_why() {
    assert_eq!(errors_of(CONTRACT), None);
    for version in [0, CONTRACT + 1] {
        let errors = errors_of(version).expect("the version is not supported");
        for part in [
            &format!(
                "this crate was generated for version {version} of the contract with `webhook-receiver`, which supports"
            ),
            "`cargo webhooks generate`",
        ] {
            assert!(errors.contains(part), "{errors}");
        }
    }
}

#[test]
fn frozen_crates_state_their_version() {
    assert!(frozen().contains_key(&CONTRACT), "version {CONTRACT} has no frozen crates");
    for (version, folder) in frozen() {
        assert_eq!(errors_of(version), None, "version {version} is not supported: remove its frozen crates");
        for name in ["standard-webhooks", "hmac", "unsigned", "verifier", "header", "address"] {
            let library = fs::read_to_string(folder.join(name).join("src/lib.rs")).unwrap();
            assert!(library.contains(&format!("webhook_receiver::codegen::contract!({version});")), "{library}");
        }
    }
}

/// The digest of the frozen crates of a version.
fn digest(folder: &Path) -> String {
    let mut digest = Sha256::new();
    for (path, text) in files(folder) {
        // The same on Windows.
        let name = path.strip_prefix(folder).unwrap().iter().filter_map(OsStr::to_str).collect::<Vec<_>>().join("/");
        let text = String::from_utf8(text).unwrap().replace("\r\n", "\n");
        digest.update(format!("{name} {}\n{text}", text.len()));
    }
    digest.finalize().iter().take(8).fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// The lines of `DIGESTS`: each version, with its digest.
fn digests() -> BTreeMap<u32, String> {
    let text = fs::read_to_string(repository().join("receiver/tests/contract/DIGESTS")).unwrap();
    let lines = text.lines().map(|line| line.split_once(' ').expect("a version and a digest"));
    lines.map(|(version, digest)| (version.parse().expect("a version"), digest.to_owned())).collect()
}

#[test]
fn frozen_crates_never_change() {
    let digests = digests();
    for (version, folder) in frozen() {
        let digest = digest(&folder);
        let listed = digests.get(&version).unwrap_or_else(|| panic!("DIGESTS needs the line: {version} {digest}"));
        assert_eq!(
            *listed,
            digest,
            "the crates of version {version} are frozen: restore them, and write changed ones as version {}",
            CONTRACT + 1
        );
    }
}

#[test]
fn each_version_has_a_digest_and_a_line_in_the_changelog() {
    assert_eq!(digests().into_keys().collect::<Vec<_>>(), (1..=CONTRACT).collect::<Vec<_>>());
    let changelog = fs::read_to_string(repository().join("CHANGELOG.md")).unwrap();
    for version in 1..=CONTRACT {
        let line = format!("Version {version} of the contract with generated crates");
        assert!(changelog.contains(&line), "CHANGELOG.md needs a line with: {line}");
    }
}
