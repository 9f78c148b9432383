//! Recorded names that are no longer used, because what had them is now another recorded type.

use std::collections::HashSet;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, toml_line};
use crate::ir::Api;
use crate::lock::{self, Lock};
use crate::source::Sources;

/// Reports each of these names. `entries` has the entry of the record that each type continues, `names` the names of all types.
pub(super) fn report(
    api: &Api,
    lock: &Lock,
    sources: &Sources,
    entries: &[Option<usize>],
    names: &[String],
    diagnostics: &mut Diagnostics,
) {
    let continued: HashSet<usize> = entries.iter().flatten().copied().collect();
    let used: HashSet<&str> = names.iter().map(String::as_str).collect();
    let mut reported = HashSet::new();
    for (id, claims) in lock.claims(api, sources).into_iter().enumerate() {
        for entry in claims.into_iter().filter(|entry| !continued.contains(entry)) {
            let replaced = &lock.types[entry].name;
            if used.contains(replaced.as_str()) || !reported.insert(entry) {
                continue;
            }
            let (origin, name) = (&api.types[id].origin, &names[id]);
            let line = toml_line(&lock::place(origin, sources), replaced);
            diagnostics.push(
                Diagnostic::new(Code::NameReplaced, format!("the recorded name `{replaced}` is no longer used"))
                    .at(Place::Value(origin.clone()), format!("recorded types became this one, which is `{name}`"))
                    .candidate("to use that name instead, set it in codegen.toml (`--config`)", "names", vec![line])
                    .help("if this is intended, `cargo webhooks generate --prune-names` forgets the name"),
            );
        }
    }
}
