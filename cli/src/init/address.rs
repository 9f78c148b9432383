//! A description that is given by its address.

use std::path::{Path, PathBuf};

/// Extensions of descriptions.
const EXTENSIONS: [&str; 3] = [".yaml", ".yml", ".json"];

/// The address, if it is not the path of a file. Which addresses can be fetched is decided later.
pub(super) fn of(spec: &Path) -> Option<&str> {
    let text = spec.to_str()?;
    text.contains("://").then_some(text)
}

/// A path with the names that the address has, for finding that of the vendor: the host without its last label, then the folders.
pub(super) fn path(address: &str) -> PathBuf {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.split(':').next().unwrap_or_default();
    let host = host.rsplit_once('.').map_or("", |(host, _)| host);
    Path::new("/").join(host).join(path)
}

/// The name of the file here: as in the address if it is that of a description, else that of the vendor.
pub(super) fn file_name(address: &str, vendor: &str) -> String {
    let path = path(address);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if is_plain && !name.starts_with('.') && EXTENSIONS.iter().any(|extension| name.ends_with(extension)) {
        name
    } else {
        format!("{vendor}.yaml")
    }
}

#[cfg(test)]
mod tests {
    use super::super::name;
    use super::*;

    #[test]
    fn names_of_addresses() {
        for (address, vendor, file) in [
            ("https://api.acme.com/openapi.yaml", "acme", "openapi.yaml"),
            ("https://acme.example/v2/globex.json?token=a/b", "globex", "globex.json"),
            ("https://docs.acme.io/api/spec", "docs-acme", "docs-acme.yaml"),
            ("http://127.0.0.1:8000/", "vendor", "vendor.yaml"),
            ("https://acme.io/.yaml", "acme", "acme.yaml"),
        ] {
            let name = name::of(&path(address));
            assert_eq!((&*name, &*file_name(address, &name)), (vendor, file), "{address}");
        }
        assert_eq!(of(Path::new("openapi.yaml")), None);
    }
}
