//! Reads a checkout of the suite.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::group::{Draft, Group, Test};

#[derive(Deserialize)]
struct ReadGroup {
    description: String,
    schema: Box<RawValue>,
    tests: Vec<ReadTest>,
}

#[derive(Deserialize)]
struct ReadTest {
    description: String,
    data: Box<RawValue>,
    valid: bool,
}

/// The groups of the drafts that descriptions use, by file. With a filter, those with the text in the name of their file or
/// group.
pub(super) fn groups(suite: &Path, filter: Option<&str>) -> Result<Vec<Group>, String> {
    let mut groups = Vec::new();
    for draft in Draft::ALL {
        let folder = suite.join("tests").join(draft.folder());
        let mut files = Vec::new();
        find(&folder, &mut files).map_err(|error| format!("`{}`: {error}", folder.display()))?;
        files.sort();
        for path in files {
            let problem = |what: &dyn std::fmt::Display| format!("`{}`: {what}", path.display());
            let text = fs::read(&path).map_err(|error| problem(&error))?;
            let read: Vec<ReadGroup> = serde_json::from_slice(&text).map_err(|error| problem(&error))?;
            let within = path.strip_prefix(&folder).unwrap_or(&path).with_extension("");
            let within: Vec<_> = within.components().map(|name| name.as_os_str().to_string_lossy()).collect();
            let file = format!("{}/{}", draft.folder(), within.join("/"));
            groups.extend(read.into_iter().map(|group| Group {
                draft,
                name: format!("{file}: {}", group.description),
                file: file.clone(),
                schema: group.schema,
                tests: group.tests.into_iter().map(ReadTest::into_test).collect(),
            }));
        }
    }
    groups.retain(|group| filter.is_none_or(|text| group.name.contains(text)));
    Ok(groups)
}

impl ReadTest {
    fn into_test(self) -> Test {
        Test { name: self.description, data: self.data, valid: self.valid }
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}
