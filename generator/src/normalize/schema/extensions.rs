//! Which schemas extend which, by `allOf`.

use std::collections::{HashMap, HashSet};

use crate::document::Node;
use crate::resolve::Resolver;

/// How far a schema may be from the base that it extends.
const MAX_GENERATIONS: usize = 8;

/// What the `allOf` of schemas refers to. Schemas are known by the [identities](crate::document::Origin::identity) of
/// their origins.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    /// The schemas whose `allOf` refers to a schema.
    users: HashMap<usize, Vec<usize>>,
    seen: HashSet<usize>,
    /// The schemas that were seen, so that their identities last.
    nodes: Vec<Node>,
}

impl Extensions {
    /// Adds schemas, and those that they extend. Each reference is followed once.
    pub(super) fn add(&mut self, schemas: &[Node], resolver: &Resolver<'_>) {
        let mut next = self.nodes.len();
        for schema in schemas {
            self.see(schema);
        }
        while let Some(schema) = self.nodes.get(next).cloned() {
            next += 1;
            let parts = schema.get("allOf").and_then(Node::as_array).unwrap_or_default();
            let references = parts.iter().filter(|part| part.get("$ref").is_some());
            let mut targets = HashSet::new();
            for target in references.filter_map(|part| resolver.resolve(part).ok()) {
                if targets.insert(identity(&target)) {
                    self.users.entry(identity(&target)).or_default().push(identity(&schema));
                }
                self.see(&target);
            }
        }
    }

    fn see(&mut self, schema: &Node) {
        if self.seen.insert(identity(schema)) {
            self.nodes.push(schema.clone());
        }
    }

    /// The schemas that extend a base, or one that does. Each use on the way is counted.
    pub(super) fn of(&self, base: &Node, count: impl Fn()) -> HashSet<usize> {
        let mut found = HashSet::new();
        let mut generation = vec![identity(base)];
        for _ in 0..MAX_GENERATIONS {
            let users = generation.iter().filter_map(|schema| self.users.get(schema)).flatten();
            generation = users.inspect(|_| count()).copied().filter(|user| found.insert(*user)).collect();
        }
        found
    }
}

fn identity(schema: &Node) -> usize {
    schema.origin().identity()
}
