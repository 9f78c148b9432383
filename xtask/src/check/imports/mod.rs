//! Import cycles between the rooms of a crate, and between the files of a room.
//!
//! A room is a module at the top of a crate. What is used is attributed to the module that defines it, whichever re-exports
//! it is found by. A module that re-exports what is inside it does not import it.

mod cycles;
mod modules;
mod resolve;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use cycles::{Graph, Place};
use modules::{Mention, Module, Modules};
use resolve::{Target, resolve};

use super::step::Failure;

/// The crates that are checked, by their root files.
const ROOTS: [&str; 8] = [
    "generator/src/lib.rs",
    "receiver/src/lib.rs",
    "inbox/src/lib.rs",
    "stores/postgres/src/lib.rs",
    "stores/sqlite/src/lib.rs",
    "cli/src/lib.rs",
    "cli/src/main.rs",
    "xtask/src/main.rs",
];

/// Fails with the cycles, if there are any.
pub(super) fn check(repository: &Path) -> Result<(), Failure> {
    let mut report = String::new();
    for root in ROOTS {
        report += &Imports::of(&Modules::read(&repository.join(root))?, repository).report();
    }
    if report.is_empty() { Ok(()) } else { Err(report.into()) }
}

/// What the modules of a crate import from each other.
struct Imports<'a> {
    /// The folder that files are named from.
    folder: &'a Path,
    rooms: Graph,
    files: Graph,
    /// Paths into the crate that lead to nothing.
    unresolved: BTreeSet<Place>,
}

impl<'a> Imports<'a> {
    fn of(modules: &Modules, folder: &'a Path) -> Self {
        let mut imports = Self { folder, rooms: Graph::new(), files: Graph::new(), unresolved: BTreeSet::new() };
        for (id, module) in modules.0.iter().enumerate() {
            for mention in &module.mentions {
                if let Some(Target::Item(target)) = imports.resolve(modules, id, mention) {
                    imports.add(module, &modules.0[target], mention);
                }
            }
            for import in &module.imports {
                let target = match imports.resolve(modules, id, &import.mention) {
                    Some(Target::Item(target)) => target,
                    Some(Target::Module(target)) if import.scope == modules::Scope::Glob => target,
                    // What is used of an imported module is a mention.
                    Some(Target::Module(_) | Target::Elsewhere) | None => continue,
                };
                let target = &modules.0[target];
                if !(import.reexport && target.path.starts_with(&module.path)) {
                    imports.add(module, target, &import.mention);
                }
            }
        }
        imports
    }

    fn resolve(&mut self, modules: &Modules, id: modules::Id, mention: &Mention) -> Option<Target> {
        let target = resolve(modules, id, &mention.segments);
        if target.is_none() {
            self.unresolved.insert(self.place(&modules.0[id], mention));
        }
        target
    }

    fn file(&self, module: &Module) -> String {
        module.file.strip_prefix(self.folder).unwrap_or(&module.file).to_string_lossy().replace('\\', "/")
    }

    fn place(&self, module: &Module, mention: &Mention) -> Place {
        Place { file: self.file(module), line: mention.line, path: mention.segments.join("::") }
    }

    fn add(&mut self, from: &Module, to: &Module, mention: &Mention) {
        let place = self.place(from, mention);
        let (from_file, to_file) = (self.file(from), self.file(to));
        let add = |graph: &mut Graph, from: String, to: String| {
            if from != to {
                graph.entry(from).or_default().entry(to).or_default().insert(place.clone());
            }
        };
        add(&mut self.rooms, room(from), room(to));
        // A module may use what the modules around it define.
        if !from.path.starts_with(&to.path) {
            add(&mut self.files, from_file, to_file);
        }
    }

    fn report(&self) -> String {
        let mut report = String::new();
        for Place { file, line, path } in &self.unresolved {
            let _ = writeln!(report, "{file}:{line}: cannot find `{path}` in this crate");
        }
        for (kind, graph) in [("rooms", &self.rooms), ("files", &self.files)] {
            for cycle in cycles::cycles(graph) {
                let _ =
                    writeln!(report, "import cycle of {} {kind}: {} -> {}", cycle.len(), cycle.join(" -> "), cycle[0]);
                for (from, to) in cycle.iter().zip(cycle.iter().cycle().skip(1)) {
                    for Place { file, line, path } in &graph[*from][*to] {
                        let _ = writeln!(report, "    {file}:{line}: {path} ({to})");
                    }
                }
            }
        }
        report
    }
}

/// The module at the top of the crate that a module is in, or the root.
fn room(module: &Module) -> String {
    module.path.first().cloned().unwrap_or_else(|| "crate".to_owned())
}
