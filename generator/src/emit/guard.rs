//! The build script that keeps a crate up to date, if the configuration asks for one. Its text does not depend on the description.

/// The path of the script.
pub(crate) const MAIN: &str = "build/main.rs";

/// The files of the script. It runs the command with this configuration, as seen from the crate.
pub(crate) fn files(config: &str) -> [(String, String); 3] {
    let quoted = format!("{config:?}");
    let main = include_str!("../../guard/main.rs")
        .replace("\"{config}\"", &quoted)
        .replace("{version}", env!("CARGO_PKG_VERSION"));
    // Without its tests, which use another crate.
    let fingerprint = include_str!("../fingerprint.rs").replace("\r\n", "\n");
    let (fingerprint, _) = fingerprint.split_once("\n#[cfg(test)]\n").unwrap_or((&fingerprint, ""));
    [
        (MAIN.to_owned(), main.replace("\r\n", "\n")),
        ("build/fingerprint.rs".to_owned(), fingerprint.to_owned()),
        ("build/guard.rs".to_owned(), include_str!("../../guard/guard.rs").replace("\r\n", "\n")),
    ]
}
