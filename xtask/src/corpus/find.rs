//! Which documents of a folder describe webhooks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::value::RawValue;

/// A description.
pub(crate) struct Document {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The path within the corpus, with `/` on every system.
    pub(crate) name: String,
}

/// All descriptions of webhooks in a folder and the folders in it, by name. Links are not followed.
pub(crate) fn find(corpus: &Path) -> io::Result<Vec<Document>> {
    let mut documents = Vec::new();
    let mut pending = vec![corpus.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                pending.push(path);
            } else if kind.is_file() && describes_webhooks(&path)? {
                let within = path.strip_prefix(corpus).unwrap_or(&path);
                let name = within.components().map(|name| name.as_os_str().to_string_lossy()).collect::<Vec<_>>();
                documents.push(Document { name: name.join("/"), path });
            }
        }
    }
    documents.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(documents)
}

/// Whether a file is YAML or JSON with `openapi` and `webhooks` at its root, or with callbacks, as far as a quick check
/// shows; the generator checks the rest.
fn describes_webhooks(path: &Path) -> io::Result<bool> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if !["json", "yaml", "yml"].contains(&extension) {
        return Ok(false);
    }
    let text = fs::read(path)?;
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_start_matches('\u{feff}');
    let has: Box<dyn Fn(&str) -> bool> = if extension == "json" || text.trim_start().starts_with('{') {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
        Box::new(move |name| members.contains_key(name))
    } else {
        Box::new(|name| text.lines().any(|line| key(line) == Some(name)))
    };
    let has_callbacks = || has("paths") && (text.contains("\"callbacks\"") || text.contains("callbacks:"));
    Ok(has("openapi") && (has("webhooks") || has("x-webhooks") || has_callbacks()))
}

/// The key that a line of YAML begins with, at the root.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    let key = key.trim_end();
    let unquoted = ['"', '\''].iter().find_map(|quote| key.strip_prefix(*quote)?.strip_suffix(*quote));
    Some(unquoted.unwrap_or(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_distinguished_from_other_files() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            ("a/plain.yaml", "openapi: 3.1.0\nwebhooks: {}\n", true),
            ("a/quoted.yml", "\"openapi\" : 3.1.0\n'x-webhooks':\n  a: 1\n", true),
            ("a/b/tree.json", "{\"openapi\": \"3.1.0\", \"webhooks\": {}}", true),
            ("callbacks.yaml", "openapi: 3.1.0\npaths:\n  /a:\n    post:\n      callbacks: {}\n", true),
            ("callbacks.json", "{\"openapi\": \"3.1.0\", \"paths\": {\"/a\": {\n\"callbacks\": {}}}}", true),
            ("no-webhooks.yaml", "openapi: 3.1.0\npaths: {}\n", false),
            ("deeper.yaml", "openapi: 3.1.0\npaths:\n  webhooks: {}\n", false),
            ("deeper.json", "{\"openapi\": \"3.1.0\", \"paths\": {\"webhooks\": {}}}", false),
            ("part.yaml", "webhooks: {}\n", false),
            ("list.json", "[\n{\n\"openapi\": 1,\n\"webhooks\": 1\n}\n]", false),
            ("notes.md", "openapi: 3.1.0\nwebhooks: {}\n", false),
        ];
        for (name, text, _) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found: Vec<String> = find(folder.path()).unwrap().into_iter().map(|document| document.name).collect();
        let mut expected: Vec<&str> = files.iter().filter(|(.., found)| *found).map(|(name, ..)| *name).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
