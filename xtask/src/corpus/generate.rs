//! From a document to a crate.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io};

use webhook_generator::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use webhook_generator::document::Origin;
use webhook_generator::source::Sources;
use webhook_generator::write::Plan;
use webhook_generator::{Outcome, Output, Reached, ReceiverDependency, Request, run};

use super::crates::CRATE_NAME;
use super::event_types::{Expected, Judged};
use super::find::Document;

/// The generator's result for a document.
pub(crate) struct Generated {
    /// The crate; `None` if there were errors.
    pub(crate) output: Option<Output>,
    /// The diagnostics.
    pub(crate) diagnostics: Diagnostics,
    /// The configuration that the generator requested; empty if none.
    pub(crate) settings: String,
    /// Whether each webhook has the event types that the document says.
    pub(crate) event_types: Vec<Judged>,
    /// How long the last run took.
    pub(crate) took: Duration,
    sources: Sources,
}

impl Generated {
    /// Generates a crate into a folder, with the configuration that the generator requests.
    pub(crate) fn new(document: &Document, expected: &Expected, receiver: &Path, folder: &Path) -> io::Result<Self> {
        let mut request =
            Request::new(&document.path).receiver(ReceiverDependency::Path(receiver.to_string_lossy().into_owned()));
        if let Ok(name) = CRATE_NAME.parse() {
            request = request.crate_name(name);
        }
        let mut generated = Self::run(&request, expected, document);
        if generated.output.is_none()
            && let Some(settings) = generated.diagnostics.suggested_config()
        {
            let config = folder.join("codegen.toml");
            fs::create_dir_all(folder)?;
            fs::write(&config, &settings)?;
            request = request.config(config);
            generated = Self { settings, ..Self::run(&request, expected, document) };
        }
        if let Some(output) = &generated.output {
            write(output, &folder.join("crate"))
                .map_err(|problems| io::Error::other(first_error(&problems).map_or("", |error| &error.message)))?;
        }
        Ok(generated)
    }

    fn run(request: &Request, expected: &Expected, document: &Document) -> Self {
        let start = Instant::now();
        let mut event_types = Vec::new();
        let Outcome { sources, diagnostics, output, .. } = run(request, |reached| {
            if let Reached::Ir { description, api } = reached {
                event_types = expected.judge(&document.name, description, api);
            }
            ControlFlow::Continue(())
        });
        Self { output, diagnostics, settings: String::new(), event_types, took: start.elapsed(), sources }
    }

    /// Whether the document merely has nothing to generate from.
    pub(crate) fn is_empty(&self) -> bool {
        first_error(&self.diagnostics).is_some_and(|error| error.code == Code::NoWebhooks)
    }

    /// The first error, with its place.
    pub(crate) fn error(&self) -> Option<String> {
        let error = first_error(&self.diagnostics)?;
        let place = error.labels.first().map(|label| {
            let position = self.sources.position(&label.place);
            format!("{}:{}: ", position.line, position.column)
        });
        Some(format!("{}{}: {}", place.unwrap_or_default(), error.code.as_str(), error.message))
    }

    /// The file and the JSON pointer.
    pub(crate) fn place(&self, origin: &Origin) -> String {
        format!("{}#{}", self.sources.relative_name(origin.file()), origin.pointer())
    }
}

fn write(output: &Output, folder: &Path) -> Result<(), Diagnostics> {
    Plan::new(folder, &output.crate_name, &output.files)?.apply()?;
    Ok(())
}

fn first_error(diagnostics: &Diagnostics) -> Option<&Diagnostic> {
    diagnostics.iter().find(|diagnostic| diagnostic.severity() == Severity::Error)
}
