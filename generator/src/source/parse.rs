//! Text to a tree of [`Node`]s.

use super::build::Build;
use super::error::ParserError;
use super::limits::Limits;
use super::merge::merged;
use super::outline::Part;
use super::places::Places;
use super::repeated::Repeated;
use super::seed::{Guide, NodeSeed};
use super::syntax::Syntax;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{FileId, Node, Origin, Value};

/// What a document is read as.
pub(super) struct Parsed {
    /// The tree as it is written.
    pub written: Node,
    /// The tree with its merge keys applied.
    pub root: Node,
    /// Which members of the tree as written are the last ones with their key, or all of them.
    pub repeated: Repeated,
    /// Warnings about how it is written.
    pub warnings: Vec<Diagnostic>,
}

/// Parses a document.
pub(super) fn parse(text: &str, syntax: Syntax, file: FileId, limits: &Limits) -> Result<Parsed, Diagnostic> {
    let empty = || Diagnostic::new(Code::Syntax, ParserError::empty().message).at(Place::Bytes(file, 0..0), "");
    if text.trim().is_empty() {
        return Err(empty());
    }
    let read = |guide: Option<Guide<'_>>| {
        let build = Build::new(text, syntax, limits.nodes_of(text.len()));
        let origin = Origin::root(file);
        let result =
            syntax.check(text, limits).and_then(|()| syntax.run(text, NodeSeed { build: &build, origin, guide }));
        match result {
            Ok(node) => Ok((node, build)),
            Err(error) => Err(build.explain(error, file)),
        }
    };
    let (first, build) = read(None)?;
    if matches!(first.value(), Value::Null) {
        // A document of comments only.
        return Err(empty());
    }
    let warnings = build.warnings(&first, file);
    let (rounded, mut repeated) = (build.rounded.take(), build.repeated.take());
    // The parsers round floating-point numbers. If there are any, the document is read again for their text, guided
    // by the first tree.
    let written = if rounded.is_empty() {
        first
    } else {
        let (written, build) = read(Some(Guide { node: &first, rounded: &rounded, repeated: &repeated }))?;
        repeated.extend(build.repeated.take());
        written
    };
    let refused = |origin: Origin| {
        let way = repeated.way(&written, origin.segments());
        let range = Places::of(text, syntax).find(text, &way, Part::Value).unwrap_or(0..0);
        Diagnostic::new(Code::Unsupported, "a merge key must name an object or a list of objects")
            .at(Place::Bytes(file, range), "")
    };
    let root = if repeated.has_merges() { merged(&written, &repeated).map_err(refused)? } else { written.clone() };
    Ok(Parsed { written, root, repeated, warnings })
}
