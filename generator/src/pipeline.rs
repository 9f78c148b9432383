//! The stages of a run, from the files of a [`Request`] to the files of a crate.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use crate::budget::{Budget, Usage};
use crate::catalogue::{self, Catalogue, Facts};
use crate::config::{Config, CrateVersion, License};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Levels, Place};
use crate::document::{self, FileId, Node};
use crate::emit::{self, Emitter, Manifest, guard};
use crate::ir::Api;
use crate::lock::{self, Lock};
use crate::names::{self, Names};
use crate::normalize::{self, Description};
use crate::released::{CHANGELOG, Cut, Released, Settings};
use crate::request::{BuildScript, BuildScriptKind, ReceiverDependency, Request};
use crate::resolve::Resolver;
use crate::signature::Scheme;
use crate::source::Sources;
use crate::{fingerprint, lower, outline, overlay};

/// The package's name if neither the request nor the configuration has one.
const DEFAULT_CRATE_NAME: &str = "vendor-webhooks";

/// The result of a run.
pub struct Outcome {
    /// The files that were read, for rendering diagnostics.
    pub sources: Sources,
    /// All errors and warnings.
    pub diagnostics: Diagnostics,
    /// What was used of the limits that apply to the whole crate.
    pub usage: Vec<Usage>,
    /// The crate; `None` if there was an error or the run was stopped.
    pub output: Option<Output>,
}

/// An emitted crate.
pub struct Output {
    /// The name of the package.
    pub crate_name: String,
    /// The files, by path relative to the crate, always with `/`.
    pub files: BTreeMap<String, String>,
    /// The intermediate representation of the description.
    pub api: Api,
    /// What the crate has, as data: the content of `catalogue.json`.
    pub catalogue: Catalogue,
    /// The name of the vendor in Rust.
    pub vendor: String,
    /// The text of the record of names, for the next run.
    pub names: String,
    /// The version of the last release before this run; `None` before the first one.
    pub released: Option<CrateVersion>,
    /// The release that was made; `None` if none was asked for, or there is nothing to release.
    pub release: Option<Cut>,
}

/// A stage that ended without an error, and its result.
pub enum Reached<'a> {
    /// The files were read and the overlays applied.
    Tree(&'a Node),
    /// The schemas that webhooks use were brought into one dialect.
    Normalized(&'a Description),
    /// Types and event types were chosen.
    Ir {
        /// The description.
        description: &'a Description,
        /// What it means in Rust.
        api: &'a Api,
    },
    /// All Rust names were chosen.
    Names {
        /// The items that are named.
        api: &'a Api,
        /// Their names.
        names: &'a Names,
        /// What the crate will have.
        catalogue: &'a Catalogue,
        /// The text of the record of names.
        record: &'a str,
        /// The files that they come from.
        sources: &'a Sources,
    },
    /// The source text was written.
    Files(&'a Output),
}

impl Reached<'_> {
    /// The names of all stages, in order.
    pub const NAMES: [&'static str; 5] = ["tree", "normalized", "ir", "names", "files"];

    /// The name of the stage, as in `--emit`; `files` for the last.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Tree(_) => "tree",
            Self::Normalized(_) => "normalized",
            Self::Ir { .. } => "ir",
            Self::Names { .. } => "names",
            Self::Files(_) => "files",
        }
    }
}

/// A stage whose result can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The description with its overlays applied.
    Tree,
    /// The schemas that webhooks use, in one dialect.
    Normalized,
    /// The intermediate representation.
    Ir,
    /// The intermediate representation with its Rust names.
    Names,
}

impl Stage {
    /// The result of this stage as text; `None` if another stage was reached.
    pub fn print(self, reached: &Reached<'_>) -> Option<String> {
        match (self, reached) {
            (Self::Tree, Reached::Tree(root)) => Some(document::pretty_json(root)),
            (Self::Normalized, Reached::Normalized(description)) => Some(outline::normalized(description)),
            (Self::Ir, Reached::Ir { api, .. }) => Some(outline::proposed(api)),
            (Self::Names, Reached::Names { api, names, sources, .. }) => Some(outline::named(api, names, sources)),
            _ => None,
        }
    }
}

/// Generates a crate.
pub fn generate(request: &Request) -> Outcome {
    run(request, |_| ControlFlow::Continue(()))
}

/// Applies the overlays and stops. The tree is `None` if there was an error.
pub fn patch(request: &Request) -> (Outcome, Option<Node>) {
    stop_at(request, |reached| match reached {
        Reached::Tree(root) => Some((*root).clone()),
        _ => None,
    })
}

/// Prints the result of a stage and stops. The text is `None` if there was an error before the end of that stage.
pub fn dump(request: &Request, stage: Stage) -> (Outcome, Option<String>) {
    stop_at(request, |reached| stage.print(reached))
}

/// A description as [`diff`](mod@crate::diff) compares it.
pub struct Described {
    /// What a crate would have.
    pub catalogue: Catalogue,
    /// The description with its overlays applied.
    pub tree: Node,
    /// The text of the record of names, for the next run.
    pub names: String,
}

/// Runs until all names are chosen. The description is `None` if there was an error.
pub fn describe(request: &Request) -> (Outcome, Option<Described>) {
    let mut found = None;
    stop_at(request, |reached| match reached {
        Reached::Tree(root) => {
            found = Some((*root).clone());
            None
        }
        Reached::Names { catalogue, record, .. } => {
            let tree = found.take()?;
            Some(Described { catalogue: (*catalogue).clone(), tree, names: (*record).to_owned() })
        }
        _ => None,
    })
}

/// Runs until a stage returns the wanted result.
fn stop_at<T>(request: &Request, mut wanted: impl FnMut(&Reached<'_>) -> Option<T>) -> (Outcome, Option<T>) {
    let mut found = None;
    let outcome = run(request, |reached| {
        found = wanted(&reached);
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let found = found.filter(|_| !outcome.diagnostics.has_errors());
    (outcome, found)
}

/// Runs stage by stage. `observe` is called at the end of each stage and may stop the run there.
pub fn run(request: &Request, mut observe: impl FnMut(Reached<'_>) -> ControlFlow<()>) -> Outcome {
    let mut run = Run {
        request,
        sources: Sources::with_limits(request.limits).confined_to(request.root.clone()).shown_as(request.shown.clone()),
        budget: Budget::new(request.limits),
        config: Config::default(),
        config_file: None,
        lock: Lock::default(),
        diagnostics: Diagnostics::default(),
    };
    let output = run.stages(&mut observe);

    for warning in run.sources.warnings() {
        run.diagnostics.push(warning.clone());
    }
    // Only now, so that a warning that is denied stops no stage and later stages report theirs as well.
    let Run { sources, budget, config, mut diagnostics, .. } = run;
    let usage = budget.usage();
    budget.into_error().into_iter().for_each(|error| diagnostics.push(error));
    let levels = Levels { deny_warnings: request.deny_warnings, codes: config.levels };
    if output.is_some() {
        // A run that stopped early may not have reached the allowed warnings.
        for diagnostic in levels.unused(&diagnostics) {
            diagnostics.push(diagnostic);
        }
    }
    levels.apply(&mut diagnostics);
    let output = output.filter(|_| !diagnostics.has_errors());
    Outcome { sources, diagnostics, usage, output }
}

type Observer<'o> = dyn FnMut(Reached<'_>) -> ControlFlow<()> + 'o;

struct Run<'a> {
    request: &'a Request,
    sources: Sources,
    budget: Budget,
    config: Config,
    config_file: Option<FileId>,
    lock: Lock,
    diagnostics: Diagnostics,
}

impl Run<'_> {
    /// All stages in order; `None` if one of them fails or the observer stops the run.
    fn stages(&mut self, observe: &mut Observer<'_>) -> Option<Output> {
        let tree = self.read()?;
        self.reach(Reached::Tree(&tree), observe)?;

        self.budget.set_size(self.sources.size());
        let resolver = Resolver::new(&self.sources);
        let description =
            normalize::normalize(&tree, &self.config.webhooks, &resolver, &self.budget, &mut self.diagnostics);
        // References have added files.
        self.budget.set_size(self.sources.size());
        self.reach(Reached::Normalized(&description), observe)?;

        let api =
            lower::lower(&description, &self.config, &self.lock, &self.sources, &self.budget, &mut self.diagnostics)?;
        self.reach(Reached::Ir { description: &description, api: &api }, observe)?;

        let crate_name = crate_name(self.request, &self.config);
        let names = names::name(&api, &self.config, &self.lock, crate_name, &self.sources, &mut self.diagnostics);
        let mut catalogue = self.catalogue(&description, &api, &names);
        let mut released = self.released();
        let last_version = released.version().cloned();
        let release = self.release(&mut released, &mut catalogue)?;
        let changelog = released.describe(&mut catalogue, self.request.released.as_ref());
        let old = if self.request.prune_names { &Lock::default() } else { &self.lock };
        let record = names::record(&api, &names, old, &self.sources);
        if let Err(problem) = record.check() {
            self.diagnostics.push(Diagnostic::internal(lock::FILE, &problem));
        }
        let record = record.to_string();
        let sources = &self.sources;
        let reached = Reached::Names { api: &api, names: &names, catalogue: &catalogue, record: &record, sources };
        self.reach(reached, observe)?;

        let renewed = renewed(self.request, &record, release.as_ref());
        let mut files = self.emit(&api, &names, &catalogue, &renewed)?;
        files.insert(CHANGELOG.to_owned(), changelog);
        let vendor = names.vendor.to_string();
        let crate_name = names.crate_name.clone();
        let output =
            Output { crate_name, files, api, catalogue, vendor, names: record, released: last_version, release };
        self.reach(Reached::Files(&output), observe)?;
        Some(output)
    }

    /// Reports the end of a stage; `None` if it had errors or the run is to stop.
    fn reach(&self, reached: Reached<'_>, observe: &mut Observer<'_>) -> Option<()> {
        if self.diagnostics.has_errors() || self.budget.is_exceeded() {
            None
        } else {
            observe(reached).continue_value()
        }
    }

    /// Reads all files and applies the overlays. Files that cannot be read are all reported at once.
    fn read(&mut self) -> Option<Node> {
        let spec = self.sources.add_spec(&self.request.spec);
        let spec = self.diagnostics.take_in(spec);
        let mut overlays = Vec::new();
        for path in &self.request.overlays {
            let overlay = self.sources.add_overlay(path);
            overlays.extend(self.diagnostics.take_in(overlay));
        }
        if let Some(path) = &self.request.config {
            let file = self.sources.add_text(path);
            self.config_file = self.diagnostics.take_in(file);
        }
        if let Some(file) = self.config_file {
            self.config = Config::parse(file, self.sources.text(file), &mut self.diagnostics);
        }
        if let Some(path) = &self.request.names {
            let file = self.sources.add_optional_text(path);
            if let Some(file) = self.diagnostics.take_in(file).flatten() {
                self.lock = Lock::parse(file, self.sources.text(file), &mut self.diagnostics);
            }
        }
        let mut tree = spec?;
        let limits = self.sources.limits().for_overlays_of(self.sources.size());
        for overlay in &overlays {
            tree = overlay::apply(tree, overlay, &limits, &mut self.diagnostics);
        }
        self.sources.set_root(self.sources.description()?, tree.clone());
        Some(tree)
    }

    /// What was released before. The files are read as late as here: their size is not that of the description.
    fn released(&mut self) -> Released {
        let files = self.request.released.as_ref();
        let released =
            files.map(|files| Released::read(files, &self.sources, &mut self.diagnostics)).unwrap_or_default();
        if let Some(file) = self.config_file
            && let Some(behind) = released.behind(&self.config, file)
        {
            self.diagnostics.push(behind);
        }
        released
    }

    /// Makes a release, if one is asked for. `None` if it is refused.
    fn release(&mut self, released: &mut Released, catalogue: &mut Catalogue) -> Option<Option<Cut>> {
        let cut = self.cut(released, catalogue)?;
        if let Some(unfinished) = released.unfinished().filter(|_| cut.is_none()) {
            self.diagnostics.push(unfinished.clone());
        }
        Some(cut)
    }

    fn cut(&mut self, released: &mut Released, catalogue: &mut Catalogue) -> Option<Option<Cut>> {
        let Request { release: Some(release), released: Some(files), .. } = self.request else { return Some(None) };
        let Some(file) = self.config_file.filter(|_| !self.diagnostics.has_errors()) else { return Some(None) };
        let settings = Settings { config: &self.config, file, sources: &self.sources, files };
        let cut = released.cut(release, &settings, catalogue);
        self.diagnostics.take_in(cut)
    }

    fn catalogue(&self, description: &Description, api: &Api, names: &Names) -> Catalogue {
        let receiver = match &self.request.receiver {
            Some(ReceiverDependency::Version(version)) => Some(version.as_str()),
            _ => None,
        };
        let facts = Facts {
            version: &self.config.version().to_string(),
            contract: emit::CONTRACT,
            receiver,
            reexports: emit::reexports(api),
        };
        catalogue::build(description, api, names, &self.sources, &facts)
    }

    /// The files of the crate.
    fn emit(
        &mut self,
        api: &Api,
        names: &Names,
        catalogue: &Catalogue,
        renewed: &BTreeMap<&Path, &str>,
    ) -> Option<BTreeMap<String, String>> {
        let receiver = self.receiver()?;
        let mut printed = BTreeMap::new();
        let mut files = Emitter::new(api, names, &self.sources, &self.budget).files(|path, file| match file.print() {
            Ok(text) => drop(printed.insert(path, text)),
            Err(error) => self.diagnostics.push(Diagnostic::internal(&path, &error)),
        });
        files.append(&mut printed);
        let manifest = Manifest {
            name: &names.crate_name,
            version: &catalogue.version,
            license: self.config.license.as_ref().map(License::as_str),
            vendor: &names.vendor.to_string(),
            signed: api.scheme != Some(Scheme::Unsigned),
            receiver: &receiver,
            layout: self.request.layout,
            build_script: self.request.build_script.as_ref().map(|script| match &script.kind {
                BuildScriptKind::Existing(path) => &**path,
                BuildScriptKind::Guard(_) => guard::MAIN,
            }),
        };
        files.insert("Cargo.toml".to_owned(), emit::manifest(&manifest));
        files.insert(catalogue::FILE.to_owned(), catalogue.to_json());
        if let Some(BuildScript { crate_dir, kind }) = &self.request.build_script {
            if let BuildScriptKind::Guard(config) = kind {
                files.extend(guard::files(config));
            }
            files.insert(fingerprint::FILE.to_owned(), self.fingerprint(crate_dir, renewed));
        }
        Some(files)
    }

    fn receiver(&mut self) -> Option<ReceiverDependency> {
        let receiver = self.request.receiver.clone();
        if receiver.is_none() {
            let diagnostic = Diagnostic::new(Code::NoReceiver, "`receiver` is not set").help(
                "say where the generated crate finds `webhook-receiver`, with `--receiver` or in codegen.toml:\n\
                 receiver = \"../receiver\"                # the path of a folder, or\n\
                 receiver = \"https://example.com/a.git\"  # a git repository",
            );
            self.diagnostics.push(match self.config_file {
                Some(file) => diagnostic.at(Place::File(file), ""),
                None => diagnostic,
            });
        }
        receiver
    }

    /// The record of all files that were read, for the freshness guard of the crate: those that are renewed as they are after
    /// the run.
    fn fingerprint(&mut self, crate_dir: &Path, renewed: &BTreeMap<&Path, &str>) -> String {
        let input = |path: &Path, text: &[u8]| fingerprint::Input::new(crate_dir, path, text);
        let mut inputs: Vec<_> = renewed.iter().filter_map(|(path, text)| input(path, text.as_bytes())).collect();
        for file in self.sources.files() {
            let path = Path::new(self.sources.path_name(file));
            if renewed.contains_key(path) {
                continue;
            }
            match input(path, self.sources.bytes(file)) {
                Some(input) => inputs.push(input),
                None => self.diagnostics.push(
                    Diagnostic::new(Code::OutputPath, "this input has no path relative to the crate")
                        .at(Place::File(file), "")
                        .help("keep the description on the same drive, under a name without control characters"),
                ),
            }
        }
        fingerprint::record(inputs)
    }
}

/// The inputs that the run renews, by path, with their new texts: with them, the next run makes the same.
fn renewed<'r>(request: &'r Request, names: &'r str, release: Option<&'r Cut>) -> BTreeMap<&'r Path, &'r str> {
    let names = request.names.iter().map(|path| (&**path, names));
    let released = release.into_iter().flat_map(|cut| &cut.files).map(|(path, text)| (&**path, &**text));
    names.chain(released).collect()
}

fn crate_name<'a>(request: &'a Request, config: &'a Config) -> &'a str {
    let name = request.crate_name.as_ref().or(config.crate_name.as_ref()).or(request.default_crate_name.as_ref());
    name.map_or(DEFAULT_CRATE_NAME, |name| name.as_str())
}
