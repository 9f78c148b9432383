//! Which module defines what a path names.

use std::collections::HashSet;

use super::modules::{Id, Modules, Scope};

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Module(Id),
    /// An item, or what is inside of one, by the module that defines the item.
    Item(Id),
    /// Something in another crate, or a name that the language has.
    Elsewhere,
}

/// The kind of thing that is looked for, as a module and a function may have one name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Module,
    Any,
}

/// Resolves a path that is in a module; `None` if it is outside this crate.
pub(super) fn resolve(modules: &Modules, module: Id, path: &[String]) -> Option<Target> {
    Resolver { modules, visited: HashSet::new() }.path(module, path, Wanted::Any)
}

struct Resolver<'a> {
    modules: &'a Modules,
    /// What is being looked up, as imports may refer to each other.
    visited: HashSet<(Id, &'a str)>,
}

impl<'a> Resolver<'a> {
    fn path(&mut self, module: Id, path: &'a [String], wanted: Wanted) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let kind = |rest: &[String]| if rest.is_empty() { wanted } else { Wanted::Module };
        let mut target = match first.as_str() {
            "crate" => Target::Module(0),
            "self" => Target::Module(module),
            "super" => Target::Module(self.modules.0[module].parent?),
            name => self
                .name(module, name, kind(rest))
                .or_else(|| self.textual_macro(module, name).filter(|_| rest.is_empty()))
                .unwrap_or(Target::Elsewhere),
        };
        for (index, segment) in rest.iter().enumerate() {
            target = match target {
                Target::Item(_) | Target::Elsewhere => return Some(target),
                Target::Module(inside) if segment == "super" => Target::Module(self.modules.0[inside].parent?),
                Target::Module(inside) => self.name(inside, segment, kind(&rest[index + 1..]))?,
            };
        }
        Some(target)
    }

    fn name(&mut self, id: Id, name: &'a str, wanted: Wanted) -> Option<Target> {
        let module = &self.modules.0[id];
        let child = module.children.get(name).copied().map(Target::Module);
        let item = module.items.contains(name).then_some(Target::Item(id));
        let exported = module.exported.get(name).copied().map(Target::Item);
        let own = if wanted == Wanted::Module { child.or(item) } else { item.or(child).or(exported) };
        if own.is_some() || !self.visited.insert((id, name)) {
            return own;
        }
        let mut named =
            module.imports.iter().filter(|import| matches!(&import.scope, Scope::Name(alias) if alias == name));
        let mut globs = module.imports.iter().filter(|import| import.scope == Scope::Glob);
        let found = named
            .find_map(|import| self.path(id, &import.mention.segments, wanted))
            .or_else(|| globs.find_map(|glob| self.inside(id, &glob.mention.segments, name, wanted)))
            .or_else(|| module.words.contains(name).then_some(Target::Item(id)));
        self.visited.remove(&(id, name));
        found
    }

    /// A name in what a glob imports. The variants of an enum are not looked for: the glob itself names the enum.
    fn inside(&mut self, id: Id, glob: &'a [String], name: &'a str, wanted: Wanted) -> Option<Target> {
        match self.path(id, glob, Wanted::Module)? {
            Target::Module(module) => self.name(module, name, wanted),
            Target::Item(_) | Target::Elsewhere => None,
        }
    }

    /// A macro that can be called by its name alone, because it or a module around it defines one.
    fn textual_macro(&self, module: Id, name: &str) -> Option<Target> {
        std::iter::successors(Some(module), |&id| self.modules.0[id].parent)
            .find_map(|id| self.modules.0[id].macros.get(name))
            .map(|&id| Target::Item(id))
    }
}
