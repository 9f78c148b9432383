//! Changes of what a description says about itself, and of the settings.

use serde_json::json;

use super::Kinds;
use crate::words;

pub(super) const KINDS: Kinds = &[
    ("title, version or description", |editor| {
        let text = words::text(editor.choices, crate::Taste::Plain);
        let (keyword, value) =
            editor.pick(&[("title", "Renamed".to_owned()), ("version", "2".to_owned()), ("description", text)])?;
        editor.at("/info".to_owned(), |info| {
            info.insert(keyword.to_owned(), value.into());
            Some(())
        })
    }),
    ("servers, tags or security", |editor| {
        let (keyword, value) = editor.pick(&[
            ("servers", json!([{ "url": "https://api.example.com" }])),
            ("tags", json!([{ "name": "b", "description": "Explained." }])),
            ("security", json!([{ "token": [] }])),
        ])?;
        editor.spec()[keyword] = value;
        Some(keyword.to_owned())
    }),
    ("version of OpenAPI", |editor| {
        let version = editor.document.spec["openapi"].as_str()?.to_owned();
        let to =
            editor.pick(if version.starts_with("3.0") { &["3.0.0", "3.0.4"] } else { &["3.1.0", "3.1.2", "3.2.0"] })?;
        editor.spec()["openapi"] = to.into();
        Some(format!("{version} to {to}"))
    }),
    ("an extension", |editor| {
        editor.spec()["x-added"] = json!({ "anything": [1, 2] });
        Some("x-added".to_owned())
    }),
    ("signature scheme of the settings", |editor| {
        let config = &mut editor.document.config;
        let scheme = config.iter_mut().find(|line| line.starts_with("scheme = "))?;
        if scheme.contains("\"none\"") {
            "scheme = \"verifier\"".clone_into(scheme);
        } else {
            let prefix = config.iter_mut().find(|line| line.starts_with("header = \"X-Signature"))?;
            "header = \"X-Other-Signature\"".clone_into(prefix);
        }
        Some("[signature]".to_owned())
    }),
    ("name in the settings", |editor| {
        let line = editor.document.config.iter_mut().find(|line| line.ends_with(" = \"Renamed\""))?;
        *line = line.replace("\"Renamed\"", "\"RenamedAgain\"");
        Some("[names]".to_owned())
    }),
    ("vendor in the settings", |editor| {
        let config = &mut editor.document.config;
        match config.iter_mut().find(|line| line.starts_with("vendor = ")) {
            Some(line) => "vendor = \"Umbrella\"".clone_into(line),
            None => config.insert(0, "vendor = \"Umbrella\"".to_owned()),
        }
        Some("vendor".to_owned())
    }),
];
