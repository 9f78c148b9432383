//! Properties of the names of any description, checked without emitting a crate, which would take a thousand times as
//! long.

use std::collections::HashSet;
use std::path::Path;

use proc_macro2::Ident;
use unicode_normalization::UnicodeNormalization;
use webhook_generator::budget::Budget;
use webhook_generator::config::Config;
use webhook_generator::diagnostics::Diagnostics;
use webhook_generator::ir::{Api, Kind, TypeId};
use webhook_generator::lock::Lock;
use webhook_generator::lower::lower;
use webhook_generator::names::{Names, ident, is_keyword, name, snake, upper_camel};
use webhook_generator::normalize::normalize;
use webhook_generator::outline;
use webhook_generator::resolve::Resolver;
use webhook_generator::source::Sources;

/// Names what `spec.json` of a folder describes, configured by `codegen.toml`, twice, and holds the names against what
/// holds of all. A description with errors gets no names.
pub(crate) fn checked(folder: &Path) {
    let mut diagnostics = Diagnostics::default();
    let sources = Sources::new();
    let Ok(root) = sources.add_spec(&folder.join("spec.json")) else { return };
    let settings = sources.add_text(&folder.join("codegen.toml")).expect("the configuration can be read");
    let config = Config::parse(settings, sources.text(settings), &mut diagnostics);
    let budget = Budget::new(*sources.limits());
    let description = normalize(&root, &config.webhooks, &Resolver::new(&sources), &budget, &mut diagnostics);
    let Some(api) = lower(&description, &config, &Lock::default(), &sources, &budget, &mut diagnostics) else { return };
    let mut run = || name(&api, &config, &Lock::default(), "hostile-webhooks", &sources, &mut diagnostics);
    let (names, again) = (run(), run());
    assert_eq!(outline::named(&api, &names, &sources), outline::named(&api, &again, &sources), "a second run differs");
    check(&api, &names);
}

/// Holds one text, as a name of each kind, against what holds of all.
pub(crate) fn check_text(text: &str) {
    for name in [snake(text), upper_camel(text)] {
        check_scope("a text", [&ident(&name)]);
        assert_eq!(name, name.nfc().collect::<String>(), "the compiler reads another name");
    }
}

fn check(api: &Api, names: &Names) {
    let ids = || (0..api.types.len()).map(TypeId);
    check_scope("types", ids().map(|id| names.ty(id)).chain([&names.vendor]));
    check_scope("event types", names.event_types().iter().chain([&ident("Unknown")]));
    check_scope("topics", names.topics().values());
    check_scope("accessors", names.accessors().iter().map(|accessor| &accessor.name));
    for id in ids() {
        let unlisted = matches!(api.def(id).kind, Kind::Enum(_) | Kind::Union(_)).then(|| names.unknown(id));
        check_scope("members", names.members(id).iter().chain(unlisted));
        let module = names.module(id);
        check_file(module);
        assert!(!is_keyword(module), "`{module}` is no module");
    }
    let files: HashSet<&String> = names.fixtures().iter().inspect(|name| check_file(name)).collect();
    assert_eq!(files.len(), names.event_types().len(), "a file for each event type: {:?}", names.fixtures());
}

/// Identifiers that the compiler takes, and takes for different ones. It compares them in NFC.
fn check_scope<'a>(scope: &str, names: impl IntoIterator<Item = &'a Ident>) {
    let mut taken = HashSet::new();
    for name in names {
        let text = name.to_string();
        assert!(syn::parse_str::<Ident>(&text).is_ok(), "{scope}: `{text}` is no identifier");
        assert!(taken.insert(text.nfc().collect::<String>()), "{scope}: `{text}` is there twice");
    }
}

/// A name for a file or module on any system.
fn check_file(name: &str) {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    assert!(plain && !name.is_empty() && name.len() < 100, "`{name}` is no name for a file");
    assert!(!["con", "aux", "nul", "prn"].contains(&name), "`{name}` is reserved");
}
