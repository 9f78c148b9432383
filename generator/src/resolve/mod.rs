//! Resolves references: from a `$ref` to its target.
//!
//! A reference is resolved on request; a file is read when the first reference to it is resolved. The caller knows which
//! `$ref` is a reference and which is data, for example in an `example`.
//!
//! A reference may also use the URI that an `$id` gives to a schema that has been read. Such a URI opens no file: files
//! are found by path only. Nothing remote is fetched, and nothing outside the folder of the description is read, or
//! outside the one above it that the request allows. A reference out of the folder is refused by its text or, for a
//! symbolic link, by its resolved path, before the file is opened.

mod files;
mod reference;
mod resource;
mod role;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

pub use files::referenced_files;
use reference::{Fragment, Refusal};
use role::Role;

use crate::diagnostics::{Code, Diagnostic, Place, suggest};
use crate::document::pointer;
use crate::document::{FileId, Node, Origin};
use crate::source::{Limits, Sources, Unavailable};

/// Follows references.
pub struct Resolver<'a> {
    sources: &'a Sources,
    /// The resources of the files that were searched for them.
    resources: RefCell<HashMap<FileId, Rc<Resources>>>,
    /// What is known of the nodes with a `$ref`, by the [identities](Origin::identity) of their origins.
    known: RefCell<HashMap<usize, Known>>,
}

/// The outcome for a node with a `$ref`.
struct Known {
    /// The node. It also keeps the identity from being used again.
    from: Node,
    outcome: Result<Chain, Unresolved>,
}

/// A chain of references that has been followed.
#[derive(Clone)]
struct Chain {
    target: Node,
    /// How many references it has.
    length: usize,
}

/// Why a reference has no target.
#[derive(Clone, Debug)]
pub enum Unresolved {
    /// What the description says is wrong: the text of the reference, its target, a file that does not exist, or an address
    /// on the network.
    Wrong(Box<Diagnostic>),
    /// The file cannot be read or must not be, or a limit is reached.
    Unavailable(Box<Diagnostic>),
}

impl Unresolved {
    fn wrong(diagnostic: Diagnostic) -> Self {
        Self::Wrong(Box::new(diagnostic))
    }

    fn unavailable(diagnostic: Diagnostic) -> Self {
        Self::Unavailable(Box::new(diagnostic))
    }

    /// The error.
    pub fn into_error(self) -> Diagnostic {
        match self {
            Self::Wrong(diagnostic) | Self::Unavailable(diagnostic) => *diagnostic,
        }
    }
}

/// The parts of a file with their own URIs.
type Resources = Vec<(Rc<str>, Node)>;

impl<'a> Resolver<'a> {
    /// A resolver for the files of a run.
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, resources: RefCell::default(), known: RefCell::default() }
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        self.sources.limits()
    }

    /// Whether a node is written in JSON.
    pub(crate) fn is_json(&self, node: &Node) -> bool {
        self.sources.is_json(node.origin().file())
    }

    /// The node itself if it has no `$ref`; else the target of the `$ref`, followed as long as the target is only another
    /// `$ref`. A target with siblings of its `$ref` is returned as is.
    ///
    /// # Errors
    ///
    /// If a `$ref` is not a string, cannot be resolved, leaves the folder, or refers back to itself.
    pub fn resolve(&self, node: &Node) -> Result<Node, Unresolved> {
        if node.get("$ref").is_none() {
            return Ok(node.clone());
        }
        if let Some(outcome) = self.known(node) {
            return outcome.map(|chain| chain.target);
        }
        let mut passed: Vec<Node> = Vec::new();
        match self.walk(node, &mut passed) {
            Ok(Chain { target, length }) => {
                for (index, from) in passed.into_iter().enumerate() {
                    self.remember(from, Ok(Chain { target: target.clone(), length: length - index }));
                }
                Ok(target)
            }
            Err(unresolved) => {
                self.remember(node.clone(), Err(unresolved.clone()));
                Err(unresolved)
            }
        }
    }

    /// Follows a chain of references up to its end, or to a node from which the rest is known.
    fn walk(&self, node: &Node, passed: &mut Vec<Node>) -> Result<Chain, Unresolved> {
        let most = self.limits().references;
        let mut places: HashSet<Origin> = HashSet::new();
        let mut at = node.clone();
        while let Some(reference) = at.get("$ref").cloned() {
            if !places.insert(at.origin().clone()) {
                passed.push(at);
                return Err(Unresolved::wrong(self.cycle(passed)));
            }
            if !passed.is_empty() && at.as_object().is_some_and(|members| members.len() > 1) {
                break;
            }
            // Of a chain that is too long, the reference at the limit is reported: it is followed up to there.
            if let Some(Ok(rest)) = self.known(&at)
                && passed.len() + rest.length <= most
            {
                return Ok(Chain { target: rest.target, length: passed.len() + rest.length });
            }
            if passed.len() >= most {
                let message = format!("the chain has more than {most} references");
                return Err(Unresolved::unavailable(at_reference(&reference, Code::Limit, message)));
            }
            passed.push(at);
            at = self.follow(&reference)?;
        }
        Ok(Chain { target: at, length: passed.len() })
    }

    fn known(&self, node: &Node) -> Option<Result<Chain, Unresolved>> {
        let known = self.known.borrow();
        known.get(&node.origin().identity()).filter(|known| known.from.is(node)).map(|known| known.outcome.clone())
    }

    fn remember(&self, from: Node, outcome: Result<Chain, Unresolved>) {
        self.known.borrow_mut().insert(from.origin().identity(), Known { from, outcome });
    }

    /// The target of one reference, given the node of its text: the value of a `$ref`, or of a `mapping`.
    ///
    /// # Errors
    ///
    /// If it is not a string, cannot be resolved, or leaves the folder.
    pub fn follow(&self, reference: &Node) -> Result<Node, Unresolved> {
        let Some(text) = reference.as_str() else {
            let message = "a reference must be a string";
            return Err(Unresolved::wrong(at_reference(reference, Code::Reference, message)));
        };
        let wrong = |refusal: Refusal| Unresolved::wrong(at_reference(reference, refusal.code, refusal.message));
        let home = self.sources.home(reference.origin().file());
        let resource = self.resource(home, reference, text).map_err(Unresolved::wrong)?;
        if let Some((file, root)) = &resource {
            let fragment = Fragment::parse(text).map_err(wrong)?;
            // `#/components/…` below an `$id` refers to the whole document.
            let lacks = |segments: &[String]| segments.first().is_some_and(|first| root.get(first).is_none());
            if !(text.starts_with('#') && matches!(&fragment, Fragment::Pointer(segments) if lacks(segments))) {
                return self.find(root, *file, &fragment, reference).map_err(Unresolved::wrong);
            }
        }
        if text.is_empty() {
            let message = "the reference is empty";
            return Err(Unresolved::wrong(at_reference(reference, Code::Reference, message)));
        }
        let path = reference::path(text).transpose().map_err(|refusal| {
            let diagnostic = at_reference(reference, refusal.code, refusal.message);
            if refusal.is_remote {
                Unresolved::wrong(
                    diagnostic.help("save the file beside the description, and refer to it with an overlay"),
                )
            } else {
                Unresolved::unavailable(diagnostic)
            }
        })?;
        let file = match path {
            None => home,
            Some(path) => self.open(home, &path, reference)?,
        };
        let Some(root) = self.sources.root(file).filter(|root| root.as_object().is_some() || root.as_array().is_some())
        else {
            let message = format!("`{}` is not an object", self.sources.path_name(file));
            return Err(Unresolved::unavailable(at_reference(reference, Code::Reference, message)));
        };
        let fragment = Fragment::parse(text).map_err(wrong)?;
        self.find(&root, file, &fragment, reference).map_err(Unresolved::wrong)
    }

    /// The resource that the URI of a reference names, if one has been read: the one in its own file, else in another.
    ///
    /// # Errors
    ///
    /// If several have this URI.
    fn resource(&self, home: FileId, reference: &Node, text: &str) -> Result<Option<(FileId, Node)>, Diagnostic> {
        let place = reference.origin();
        let base = self.sources.relative_name(home);
        let Some(parsed) = self.sources.parsed(place.file()) else { return Ok(None) };
        let (around, own) = resource::around(parsed, base, &place.segments());
        let Some(uri) = resource::absolute(&around, text) else { return Ok(None) };
        let named = |file: FileId| {
            let resources = self.resources(file);
            let named: Vec<Node> =
                resources.iter().filter(|(known, _)| **known == *uri).map(|(_, root)| root.clone()).collect();
            named.into_iter().map(move |root| (file, root))
        };
        let mut found: Vec<(FileId, Node)> = named(home).collect();
        if text.starts_with('#') {
            // The one around the reference, even if others have its URI.
            let position = found.iter().position(|(_, root)| root.origin() == own.origin());
            return Ok((!found.is_empty()).then(|| found.swap_remove(position.unwrap_or_default())));
        }
        if found.is_empty() {
            found = self.sources.files().filter(|file| *file != home).flat_map(named).collect();
        }
        match &found[..] {
            [] | [_] => Ok(found.pop()),
            several => Err(ambiguous(reference, several.iter().map(|(_, root)| root.origin()))),
        }
    }

    fn resources(&self, file: FileId) -> Rc<Resources> {
        let find = || {
            let root = self.sources.root(file);
            root.map(|root| resource::all(&root, self.sources.relative_name(file))).unwrap_or_default()
        };
        Rc::clone(self.resources.borrow_mut().entry(file).or_insert_with(|| find().into()))
    }

    fn find(&self, root: &Node, file: FileId, fragment: &Fragment, reference: &Node) -> Result<Node, Diagnostic> {
        match fragment {
            Fragment::Pointer(segments) => self.descend(root, file, segments, reference),
            Fragment::Anchor(name) => self.anchor(root, file, name, reference),
        }
    }

    /// The map of reusable schemas that contains a schema.
    pub fn siblings(&self, schema: &Node) -> Vec<Node> {
        let origin = schema.origin();
        let segments = origin.segments();
        let Some((_, map)) = segments.split_last() else { return Vec::new() };
        let root = self.sources.root(origin.file());
        let map = root.as_ref().and_then(|root| root.at(map.iter().copied()));
        map.and_then(Node::as_object).into_iter().flat_map(|members| members.values().cloned()).collect()
    }

    fn open(&self, home: FileId, path: &str, reference: &Node) -> Result<FileId, Unresolved> {
        let outside = || {
            at_reference(reference, Code::ReferenceOutside, "the reference leaves the folder of the description")
                .help(format!("only files in `{}` are read", self.sources.folder_name()))
                .help("if the file is part of the description, set `root` to a folder that contains both")
        };
        let relative = join(self.sources.relative_name(home), path, self.sources.up());
        let relative = relative.ok_or_else(|| Unresolved::unavailable(outside()))?;
        let failed = |code, why| {
            let name = if relative.is_empty() { "." } else { &relative };
            at_reference(reference, code, format!("`{name}` {why}"))
        };
        self.sources.open(&relative).map_err(|unavailable| {
            Unresolved::unavailable(match unavailable {
                Unavailable::Missing(why) => return Unresolved::wrong(failed(Code::Reference, why)),
                Unavailable::Outside => outside(),
                Unavailable::Unreadable(Code::Read, why) => failed(Code::Reference, why),
                Unavailable::Unreadable(code, why) => failed(code, why),
                Unavailable::Broken(diagnostic) => {
                    diagnostic.at(Place::Value(reference.origin().clone()), "this reference points to the file")
                }
            })
        })
    }

    fn descend(&self, root: &Node, file: FileId, segments: &[String], reference: &Node) -> Result<Node, Diagnostic> {
        let mut at = root.clone();
        for (depth, segment) in segments.iter().enumerate() {
            match at.child_named(segment).cloned() {
                Some(next) => at = next,
                None => return Err(self.missing(&at, root, file, segments, depth, reference)),
            }
        }
        Ok(at)
    }

    /// The error if `at` has no `segments[depth]`.
    fn missing(
        &self,
        at: &Node,
        root: &Node,
        file: FileId,
        segments: &[String],
        depth: usize,
        reference: &Node,
    ) -> Diagnostic {
        let (parents, wanted) = (&segments[..depth], &segments[depth]);
        let parent = self.spell(file, &(root.origin().pointer() + &pointer::join(parents)));
        let what = if at.as_array().is_some() {
            format!("`{parent}` has no element `{wanted}`")
        } else if at.as_object().is_some() {
            format!("`{parent}` has no member `{wanted}`")
        } else {
            format!("`{parent}` is neither an object nor an array")
        };
        let text = reference.as_str().unwrap_or_default();
        let diagnostic = Diagnostic::new(Code::Reference, format!("cannot resolve the reference `{text}`"))
            .at(Place::Value(reference.origin().clone()), what);
        if at.get("$ref").is_some() {
            return diagnostic.help(format!("`{parent}` is a reference itself; refer to its target"));
        }
        if let (0, "definitions", [name, ..]) = (depth, wanted.as_str(), &segments[1..])
            && root.at_names(&["components".to_owned(), "schemas".to_owned(), name.clone()]).is_some()
        {
            let meant = [&["components".to_owned(), "schemas".to_owned()], &segments[1..]].concat();
            let meant = pointer::join(&meant).replace('%', "%25");
            return diagnostic
                .help(format!("since OpenAPI 3.0, schemas are in `components`: did you mean `#{meant}`?"));
        }
        let names = at.as_object().into_iter().flatten().map(|(name, _)| &**name);
        match suggest(wanted, names) {
            Some(name) => {
                let mut meant = segments.to_vec();
                name.clone_into(&mut meant[depth]);
                let path = text.split_once('#').map_or("", |(path, _)| path);
                diagnostic.help(format!("did you mean `{path}#{}`?", pointer::join(&meant).replace('%', "%25")))
            }
            None => diagnostic,
        }
    }

    /// Finds the one schema with this `$anchor`. A schema with its own `$id` keeps its anchors to itself.
    fn anchor(&self, root: &Node, file: FileId, name: &str, reference: &Node) -> Result<Node, Diagnostic> {
        let mut found: Vec<Node> = Vec::new();
        let mut open = vec![(Role::of_resource(root), root)];
        while let Some((role, node)) = open.pop() {
            let named = |key| node.get(key).and_then(Node::as_str) == Some(name);
            if role.is_identified() && (named("$anchor") || named("$dynamicAnchor")) {
                found.push(node.clone());
            }
            open.extend(role.children(node).filter(|(role, node)| resource::id(*role, node).is_none()));
        }
        let text = reference.as_str().unwrap_or_default();
        match found.as_slice() {
            [node] => Ok(node.clone()),
            [] => {
                let what = format!("`{}` has no such `$anchor`", self.sources.path_name(file));
                Err(Diagnostic::new(Code::Reference, format!("cannot resolve the reference `{text}`"))
                    .at(Place::Value(reference.origin().clone()), what))
            }
            several => Err(ambiguous(reference, several.iter().rev().map(Node::origin))),
        }
    }

    /// The error for a chain that returns to an earlier node.
    fn cycle(&self, passed: &[Node]) -> Diagnostic {
        let spelled: Vec<String> = passed
            .iter()
            .map(|node| format!("`{}`", self.spell(node.origin().file(), &node.origin().pointer())))
            .collect();
        let start = Diagnostic::new(Code::ReferenceCycle, format!("references form a cycle: {}", spelled.join(" → ")));
        passed[..passed.len().saturating_sub(1)]
            .iter()
            .filter_map(|node| node.get("$ref"))
            .fold(start, |diagnostic, reference| diagnostic.at(Place::Value(reference.origin().clone()), ""))
    }

    /// A place, in the form of a reference from the description.
    fn spell(&self, file: FileId, pointer: &str) -> String {
        if self.sources.description() == Some(file) {
            format!("#{pointer}")
        } else {
            format!("{}#{pointer}", self.sources.relative_name(file))
        }
    }
}

/// The error for a reference to one of several places.
fn ambiguous<'o>(reference: &Node, places: impl Iterator<Item = &'o Origin>) -> Diagnostic {
    let message = format!("the reference `{}` has more than one target", reference.as_str().unwrap_or_default());
    places.fold(at_reference(reference, Code::Reference, message), |diagnostic, place| {
        diagnostic.at(Place::Name(place.clone()), "one of them")
    })
}

fn at_reference(reference: &Node, code: Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, message).at(Place::Value(reference.origin().clone()), "")
}

/// The path that `path` means in a file at `base`; `None` if it goes more than `up` folders above the one that both are
/// relative to.
fn join(base: &str, path: &str, up: usize) -> Option<String> {
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut segments: Vec<&str> = Vec::new();
    for segment in folder.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => drop(segments.pop()),
            ".." if segments.len() < up => segments.push(".."),
            ".." => return None,
            segment => segments.push(segment),
        }
    }
    Some(segments.join("/"))
}

#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
#[allow(clippy::format_collect, clippy::format_push_string, reason = "inputs need not be made fast")]
mod tests;
