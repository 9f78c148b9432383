//! Text to a tree of [`Node`]s.

use super::build::Build;
use super::error::ParserError;
use super::limits::Limits;
use super::seed::{Guide, NodeSeed};
use super::syntax::Syntax;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{FileId, Node, Origin, Value};

/// A document's tree, and warnings about how it is written.
pub(super) type Parsed = (Node, Vec<Diagnostic>);

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
        match (result, build.keys_twice(file)) {
            (_, Some(diagnostic)) => Err(diagnostic),
            (Ok(node), None) => Ok(((node, build.keys_read_as_text()), build.rounded.take())),
            (Err(error), None) => Err(build.explain(error, file)),
        }
    };
    match read(None)? {
        // A document of comments only.
        ((node, _), _) if matches!(node.value(), Value::Null) => Err(empty()),
        (parsed, rounded) if rounded.is_empty() => Ok(parsed),
        // The parsers round floating-point numbers. If there are any, the document is read again for their text, guided
        // by the first tree.
        ((node, _), rounded) => read(Some(Guide { node: &node, rounded: &rounded })).map(|(parsed, _)| parsed),
    }
}
