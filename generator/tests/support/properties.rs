//! What holds of every run, whatever the input is. The fuzz targets hold their findings against the same.

use std::collections::BTreeMap;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use webhook_generator::source::Limits;
use webhook_generator::{ReceiverDependency, Request, generate, render};

/// The macros that emitted code calls.
const MACROS: [&str; 24] = [
    "assert",
    "assert_eq",
    "constant",
    "contract",
    "deserialize",
    "event",
    "event_member",
    "event_type",
    "include",
    "include_str",
    "integer_enum",
    "json_enum",
    "large_object",
    "large_text_enum",
    "matches",
    "newtype",
    "object",
    "panic",
    "payload",
    "println",
    "tagged_union",
    "text_enum",
    "topic",
    "untagged_union",
];

/// The attributes that emitted code has.
const ATTRIBUTES: [&str; 9] =
    ["allow", "cfg_attr", "deprecated", "derive", "doc", "expect", "forbid", "non_exhaustive", "warn"];

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The emitted files; `None` if there was an error.
    pub(crate) files: Option<BTreeMap<String, String>>,
    /// Code and place of each finding, the place as `path:line:column`; errors first.
    pub(crate) codes: Vec<String>,
    /// All that is said.
    pub(crate) told: String,
}

/// Runs the generator on `spec.yaml` or `spec.json` of a folder, and on what is beside it, twice, and holds the outcome
/// against what holds of all.
#[allow(dead_code, reason = "not every user of this module runs whole folders")]
pub(crate) fn checked(folder: &Path) -> Run {
    let first = run(folder, Limits::default());
    assert_eq!(first, again(folder), "a second run differs");
    check(&first);
    first
}

/// One run. All findings are located together.
pub(crate) fn run(folder: &Path, limits: Limits) -> Run {
    run_and_locate(folder, limits, true)
}

/// A second run, whose result must be equal. Each finding is located by itself.
pub(crate) fn again(folder: &Path) -> Run {
    run_and_locate(folder, Limits::default(), false)
}

fn run_and_locate(folder: &Path, limits: Limits, together: bool) -> Run {
    let optional = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
    let mut request = Request::new(optional("spec.json").unwrap_or_else(|| folder.join("spec.yaml")))
        .overlays(optional("overlay.yaml"))
        .crate_name("hostile-webhooks".parse().expect("it is a name"))
        .receiver(ReceiverDependency::Version("1.0".to_owned()))
        .limits(limits);
    if let Some(config) = optional("codegen.toml") {
        request = request.config(config);
    }
    let outcome = generate(&request);
    let shown = format!("{}/", folder.display());
    let sources = &outcome.sources;
    if together {
        sources.locate(&outcome.diagnostics);
    }
    let mut codes: Vec<String> = outcome
        .diagnostics
        .iter()
        .map(|finding| match finding.labels.first() {
            Some(label) => {
                let (file, at) = (sources.range(&label.place).0, sources.position(&label.place));
                let path = sources.path_name(file).replace(&shown, "");
                format!("{} {path}:{}:{}", finding.code.as_str(), at.line, at.column)
            }
            None => finding.code.as_str().to_owned(),
        })
        .collect();
    codes.sort_by_key(|code| code.starts_with('W'));
    Run {
        files: outcome.output.map(|output| output.files),
        codes,
        told: render::text(&outcome.diagnostics, sources, false).replace(&shown, ""),
    }
}

/// Holds a run against what holds of all.
pub(crate) fn check(run: &Run) {
    let failed = run.codes.iter().any(|code| code.starts_with('E'));
    assert_eq!(failed, run.files.is_none(), "errors and output, or neither:\n{}", run.told);
    assert!(!run.codes.iter().any(|code| code.starts_with("E09")), "a fault of the generator:\n{}", run.told);
    for (path, text) in run.files.iter().flatten() {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
        assert!(path.chars().all(safe) && !path.contains("..") && !path.starts_with('/'), "a path: {path:?}");
        match Path::new(path).extension().and_then(|extension| extension.to_str()) {
            Some("rs") => check_source(path, text),
            Some("toml") => check_manifest(text),
            _ => {}
        }
    }
}

/// Rust that has nothing of the description but literals, names and docs.
fn check_source(path: &str, text: &str) {
    assert!(!text.contains(['\r', '\0', '\u{1b}']), "{path} has control characters");
    let bidi = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!text.contains(bidi), "{path} has bidirectional controls");
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path} is no Rust: {error}\n{text}"));
    drop(file);
    // Ordinary comments are the generator's own; a text of the description in one would not be seen by the parser.
    for line in text.lines().map(str::trim_start).filter(|line| line.starts_with("//")) {
        let own = line.starts_with("///") || line.starts_with("//!") || line.starts_with("// Generated by ");
        assert!(own, "{path} has the comment {line:?}");
    }
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path} is no Rust: {error}"));
    check_tokens(path, tokens);
}

fn check_tokens(path: &str, tokens: TokenStream) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => check_tokens(path, group.stream()),
            TokenTree::Ident(ident) => {
                assert!(!["unsafe", "extern"].contains(&&*ident.to_string()), "{path} has `{ident}`");
                if let Some([TokenTree::Punct(mark), TokenTree::Group(_)]) = tokens.get(at + 1..at + 3) {
                    let known = mark.as_char() != '!' || MACROS.contains(&&*ident.to_string());
                    assert!(known, "{path} calls `{ident}!`");
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let group = tokens[at + 1..].iter().take(2).find_map(|token| match token {
                    TokenTree::Group(group) => Some(group.stream()),
                    _ => None,
                });
                let attribute: Vec<TokenTree> = group.into_iter().flatten().collect();
                let name = attribute.first().map(ToString::to_string).unwrap_or_default();
                assert!(ATTRIBUTES.contains(&&*name) || name == "test", "{path} has `#[{name}]`");
                if let (true, Some(TokenTree::Literal(doc))) = (name == "doc", attribute.get(2)) {
                    check_doc(path, &doc.to_string());
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// A line of docs without a code block that would be run.
fn check_doc(path: &str, line: &str) {
    let line = line.trim_start_matches(['r', '#', '"']);
    assert!(!line.trim_start().starts_with("~~~"), "{path} has a fence in its docs: {line}");
    if let Some((_, fence)) = line.split_once("```").filter(|(before, _)| before.trim().is_empty()) {
        let fence = fence.trim_end_matches(['#', '"']);
        assert!(
            ["", "text", "json", "toml", "ignore"].contains(&fence),
            "{path} has a code block of {fence:?} in its docs"
        );
    }
}

/// The manifest has no table, and no key, but the generator's own.
fn check_manifest(text: &str) {
    let known = ["[package]", "[lib]", "[features]", "[dependencies]", "[dev-dependencies]", "[workspace]"];
    for line in text.lines().filter(|line| line.starts_with('[')) {
        assert!(known.contains(&line), "the manifest has {line}");
    }
}

/// The files of Rust.
#[allow(dead_code, reason = "not every user of this module reads sources")]
pub(crate) fn sources(files: &BTreeMap<String, String>) -> impl Iterator<Item = (&String, &String)> {
    files.iter().filter(|(path, _)| Path::new(path).extension().is_some_and(|extension| extension == "rs"))
}

/// The tokens without literals and docs: what is code.
#[allow(dead_code, reason = "not every user of this module compares code")]
pub(crate) fn code(files: &BTreeMap<String, String>) -> String {
    fn strip(tokens: TokenStream, out: &mut String) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => {
                    out.push('(');
                    strip(group.stream(), out);
                    out.push(')');
                }
                TokenTree::Literal(_) => out.push_str(" \"\""),
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    let inner =
                        tokens.next_if(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == '!'));
                    let doc = |group: &TokenTree| group.to_string().starts_with("[doc =");
                    if tokens.next_if(doc).is_none() {
                        out.push('#');
                        out.push_str(if inner.is_some() { "!" } else { "" });
                    }
                }
                token => {
                    out.push(' ');
                    out.push_str(&token.to_string());
                }
            }
        }
    }
    let mut out = String::new();
    for (path, text) in sources(files) {
        out.push_str(path);
        strip(text.parse().expect("emitted sources are Rust"), &mut out);
        out.push('\n');
    }
    out
}
