//! Where the files of a description are: on the server, and here. Paths are relative to the root folder, with `/`.

use url::{Host, Origin, Url};

/// Extensions of files that references may name.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// The folder that the description is in, or the one above it that references must not leave, as an address.
pub(super) struct Scope {
    origin: Origin,
    /// Ends with `/`.
    folder: Url,
}

impl Scope {
    /// The root folder of a description whose path from there is known. `None` if the address is in other folders than the
    /// path.
    pub(super) fn new(description: &Url, path: &str) -> Option<Self> {
        let mut folder = description.clone();
        folder.set_query(None);
        folder.set_fragment(None);
        let mut names: Vec<String> = folder.path_segments()?.map(str::to_owned).collect();
        names.pop();
        for expected in path.rsplit('/').skip(1) {
            names.pop().filter(|name| name == expected)?;
        }
        folder.set_path(&names.iter().map(|name| format!("{name}/")).collect::<String>());
        Some(Self { origin: description.origin(), folder })
    }

    /// The address of a file.
    pub(super) fn url(&self, path: &str) -> Option<Url> {
        let mut url = self.folder.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(path.split('/'));
        Some(url)
    }

    /// Whether an address is in the folder.
    pub(super) fn contains(&self, url: &Url) -> bool {
        url.origin() == self.origin && url.path().starts_with(self.folder.path())
    }
}

/// The file that a reference in another one names. `None` if it is outside of the root folder.
pub(super) fn joined(file: &str, reference: &str) -> Option<String> {
    let mut names: Vec<&str> = file.split('/').collect();
    names.pop();
    for name in reference.split('/') {
        match name {
            "." => {}
            ".." => drop(names.pop()?),
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// Whether a file may be written because a description names it: not one that another program obeys, such as a workflow in
/// `.github` or a `build.rs`.
pub(super) fn is_part_of_description(path: &str) -> bool {
    let has_extension = path.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension));
    has_extension
        && path.split('/').all(|name| !name.starts_with('.'))
        && webhook_generator::write::check_path(path).is_ok()
}

/// Whether the host is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files() {
        let description = Url::parse("https://acme.example/api/v1/openapi.yaml?token=x").unwrap();
        let scope = Scope::new(&description, "acme.yaml").unwrap();
        let url = |scope: &Scope, path: &str| scope.url(path).unwrap().to_string();
        assert_eq!(url(&scope, "a/b.yaml"), "https://acme.example/api/v1/a/b.yaml");
        assert_eq!(url(&scope, "a?b#c%.yaml"), "https://acme.example/api/v1/a%3Fb%23c%25.yaml");
        let above = Scope::new(&description, "v1/acme.yaml").unwrap();
        assert_eq!(url(&above, "common/b.yaml"), "https://acme.example/api/common/b.yaml");
        assert!(Scope::new(&description, "v2/acme.yaml").is_none());
        for (address, is_inside) in [
            ("https://acme.example/api/v1/x.yaml", true),
            ("https://acme.example/api/v1/../x.yaml", false),
            ("https://acme.example/api/v12/x.yaml", false),
            ("http://acme.example/api/v1/x.yaml", false),
            ("https://acme.example:444/api/v1/x.yaml", false),
            ("https://other.example/api/v1/x.yaml", false),
        ] {
            assert_eq!(scope.contains(&Url::parse(address).unwrap()), is_inside, "{address}");
        }
        // At the top of a server.
        let top = Scope::new(&Url::parse("https://acme.example/openapi.yaml").unwrap(), "acme.yaml").unwrap();
        assert_eq!(url(&top, "b.yaml"), "https://acme.example/b.yaml");
    }

    #[test]
    fn references_join_and_do_not_escape() {
        for (file, reference, expected) in [
            ("a.yaml", "b.yaml", Some("b.yaml")),
            ("v1/a.yaml", "./x/../../common/b.yaml", Some("common/b.yaml")),
            ("a.yaml", "../b.yaml", None),
            ("v1/a.yaml", "../../v1/b.yaml", None),
        ] {
            assert_eq!(joined(file, reference).as_deref(), expected, "{file} {reference}");
        }
    }

    #[test]
    fn files_that_a_description_may_name() {
        for (path, may) in [
            ("a.yaml", true),
            ("a/b.c.json", true),
            (".github/workflows/a.yml", false),
            (".a.yaml", false),
            ("build.rs", false),
            ("codegen.toml", false),
            ("Makefile", false),
            ("con.yaml", false),
            ("a b.yaml", false),
        ] {
            assert_eq!(is_part_of_description(path), may, "{path}");
        }
    }
}
