//! Turns an OpenAPI description of webhooks into the source of a Rust crate.
//!
//! [`generate`] is the whole way; it reads files and writes none. What it returns is put on disk by
//! [`mod@write`].

pub mod config;
pub mod diagnostics;
pub mod document;
pub mod emit;
pub mod fingerprint;
mod format;
pub mod ir;
pub mod lower;
pub mod names;
pub mod normalize;
pub mod outline;
pub mod overlay;
mod portable;
pub mod render;
mod request;
pub mod resolve;
pub mod source;
#[cfg(test)]
mod testing;
pub mod write;

use std::collections::BTreeMap;
use std::path::Path;

use config::Config;
use diagnostics::{Code, Diagnostic, Diagnostics, Levels, Place};
use document::{FileId, Node};
use emit::{Emitter, Manifest};
use ir::Api;
use names::Names;
use normalize::Description;
pub use request::{Layout, ReceiverDependency, Request};
use resolve::Resolver;
use source::Sources;

/// What came out.
pub struct Outcome {
    /// The files of this run, for rendering diagnostics.
    pub sources: Sources,
    /// Everything that was found.
    pub diagnostics: Diagnostics,
    /// The crate; none where there was an error.
    pub output: Option<Output>,
}

/// An emitted crate.
pub struct Output {
    /// The files, by path relative to the crate (always with `/`), in order.
    pub files: BTreeMap<String, String>,
    /// What they were made from.
    pub api: Api,
    /// The name of the vendor in Rust.
    pub vendor: String,
}

/// A stage whose result can be [dumped](dump).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The description with its overlays applied.
    Tree,
    /// The schemas that webhooks reach, in one dialect.
    Normalized,
    /// The intermediate representation.
    Ir,
    /// The intermediate representation's names.
    Names,
}

/// Generates a crate.
pub fn generate(request: &Request) -> Outcome {
    let mut run = Run::new(request);
    let named = run.named();
    let receiver = run.receiver();
    let output = named.zip(receiver).and_then(|(named, receiver)| run.emit(request, receiver, named));
    if output.is_some() {
        run.report_unused_levels();
    }
    run.outcome(output)
}

/// Applies the overlays and goes no further; none where there was an error.
pub fn patch(request: &Request) -> (Outcome, Option<Node>) {
    let mut run = Run::new(request);
    let root = run.tree();
    let outcome = run.outcome(None);
    let root = root.filter(|_| !outcome.diagnostics.has_errors());
    (outcome, root)
}

/// Runs up to a stage and shows its result; none where there was an error before it.
pub fn dump(request: &Request, stage: Stage) -> (Outcome, Option<String>) {
    let mut run = Run::new(request);
    let shown = match stage {
        Stage::Tree => run.tree().map(|root| document::pretty_json(&root)),
        Stage::Normalized => run.normalized().map(|description| outline::normalized(&description)),
        Stage::Ir => run.lowered().map(|api| outline::proposed(&api)),
        Stage::Names => run.named().map(|Named { api, names }| outline::named(&api, &names, &run.sources)),
    };
    let outcome = run.outcome(None);
    let shown = shown.filter(|_| !outcome.diagnostics.has_errors());
    (outcome, shown)
}

/// The stages of one run, each calling the one before it.
struct Run<'a> {
    request: &'a Request,
    sources: Sources,
    config: Config,
    config_file: Option<FileId>,
    diagnostics: Diagnostics,
}

/// What emitting needs.
struct Named {
    api: Api,
    names: Names,
}

impl<'a> Run<'a> {
    fn new(request: &'a Request) -> Self {
        Self {
            request,
            sources: Sources::with_limits(request.limits),
            config: Config::default(),
            config_file: None,
            diagnostics: Diagnostics::default(),
        }
    }

    /// The description, patched. Files that cannot be read are all reported at once.
    fn tree(&mut self) -> Option<Node> {
        let root =
            self.sources.add_spec(&self.request.spec).map_err(|diagnostic| self.diagnostics.push(diagnostic)).ok();
        let mut overlays = Vec::new();
        for path in &self.request.overlays {
            match self.sources.add_overlay(path) {
                Ok(overlay) => overlays.push(overlay),
                Err(diagnostic) => self.diagnostics.push(diagnostic),
            }
        }
        if let Some(path) = &self.request.config {
            match self.sources.add_text(path) {
                Ok(file) => {
                    self.config = Config::parse(file, self.sources.text(file), &mut self.diagnostics);
                    self.config_file = Some(file);
                }
                Err(diagnostic) => self.diagnostics.push(diagnostic),
            }
        }
        let mut root = root?;
        for overlay in &overlays {
            root = overlay::apply(root, overlay, self.sources.limits(), &mut self.diagnostics);
        }
        self.sources.set_root(self.sources.description()?, root.clone());
        (!self.diagnostics.has_errors()).then_some(root)
    }

    fn normalized(&mut self) -> Option<Description> {
        let root = self.tree()?;
        let description = normalize::normalize(&root, &Resolver::new(&self.sources), &mut self.diagnostics);
        (!self.diagnostics.has_errors()).then_some(description)
    }

    fn lowered(&mut self) -> Option<Api> {
        let description = self.normalized()?;
        lower::lower(&description, &self.config, &self.sources, &mut self.diagnostics)
    }

    fn named(&mut self) -> Option<Named> {
        let api = self.lowered()?;
        let Request { crate_name, default_crate_name, .. } = self.request;
        let crate_name = crate_name.as_ref().or(self.config.crate_name.as_ref()).or(default_crate_name.as_ref());
        let crate_name = crate_name.map_or("vendor-webhooks", |name| name.as_str());
        let names = names::name(&api, &self.config, crate_name, &self.sources, &mut self.diagnostics);
        (!self.diagnostics.has_errors()).then_some(Named { api, names })
    }

    fn receiver(&mut self) -> Option<&'a ReceiverDependency> {
        let receiver = self.request.receiver.as_ref();
        if receiver.is_none() {
            let diagnostic = Diagnostic::new(Code::NoReceiver, "`receiver` is not set").help(
                "say where the generated crate finds `webhook-receiver`, with `--receiver` or in codegen.toml:\n\
                 receiver = \"../receiver\"                # the path of a folder, or\n\
                 receiver = \"https://example.com/a.git\"  # a git repository, or\n\
                 receiver = \"0.1\"                        # a version in the registry",
            );
            self.diagnostics.push(match self.config_file {
                Some(file) => diagnostic.at(Place::File(file), ""),
                None => diagnostic,
            });
        }
        receiver
    }

    fn emit(
        &mut self,
        request: &Request,
        receiver: &ReceiverDependency,
        Named { api, names }: Named,
    ) -> Option<Output> {
        let mut printed = BTreeMap::new();
        let mut texts = Emitter::new(&api, &names, &self.sources).files(|path, file| match file.print() {
            Ok(text) => drop(printed.insert(path, text)),
            Err(error) => self.diagnostics.push(Diagnostic::internal(&path, &error)),
        });
        texts.append(&mut printed);
        let manifest = Manifest {
            name: &names.crate_name,
            version: self.config.crate_version.as_str(),
            vendor: &names.vendor.to_string(),
            signed: api.scheme != Some(ir::Scheme::Unsigned),
            receiver,
            layout: &request.layout,
        };
        texts.insert("Cargo.toml".to_owned(), emit::manifest(&manifest));
        if let Layout::Member { crate_dir } = &request.layout {
            let mut inputs = Vec::new();
            for file in self.sources.files() {
                let path = Path::new(self.sources.path_name(file));
                match fingerprint::Input::new(crate_dir, path, self.sources.bytes(file)) {
                    Some(input) => inputs.push(input),
                    None => self.diagnostics.push(
                        Diagnostic::new(Code::OutputPath, "there is no path from the crate to this input")
                            .at(Place::File(file), "")
                            .help("keep the description on the same drive, under a name without control characters"),
                    ),
                }
            }
            texts.insert(fingerprint::FILE.to_owned(), fingerprint::record(inputs));
        }
        let output = Output { files: texts, api, vendor: names.vendor.to_string() };
        (!self.diagnostics.has_errors()).then_some(output)
    }

    /// Of a run that came to its end, since an earlier one may have missed what is allowed.
    fn report_unused_levels(&mut self) {
        for diagnostic in self.levels().unused(&self.diagnostics) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn levels(&self) -> Levels {
        Levels { deny_warnings: self.request.deny_warnings, codes: self.config.levels.clone() }
    }

    /// The levels come last: a warning that is denied stops no stage, so that later ones tell what they find.
    fn outcome(mut self, output: Option<Output>) -> Outcome {
        self.levels().apply(&mut self.diagnostics);
        let output = output.filter(|_| !self.diagnostics.has_errors());
        Outcome { sources: self.sources, diagnostics: self.diagnostics, output }
    }
}
