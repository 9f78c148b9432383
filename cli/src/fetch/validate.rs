//! Reads a fetched description as the generator would, before it replaces anything.

use std::ops::ControlFlow;

use webhook_generator::diagnostics::{Code, Diagnostic, Diagnostics};
use webhook_generator::source::Sources;
use webhook_generator::{Outcome, Reached, Request};

use super::download::Download;
use super::job::Job;

/// A description that can be used.
pub(super) struct Valid {
    /// `info.version`.
    pub(super) version: String,
    /// Whether the overlays still apply.
    pub(super) fits_overlays: bool,
}

/// The errors of one that cannot, with the files that they are in.
pub(super) struct Invalid {
    pub(super) sources: Sources,
    pub(super) diagnostics: Diagnostics,
}

/// Reads the description up to its webhooks and their schemas: all files, every reference that webhooks use, and at least one
/// webhook. With the overlays, which may mend it; if that fails, without, because an overlay may have to follow the description.
/// What later stages ask is asked when the crate is generated.
pub(super) fn validate(job: &Job, download: &Download) -> Result<Valid, Box<Invalid>> {
    let with_overlays = read(job, download, true);
    if job.overlays.is_empty() {
        return with_overlays;
    }
    with_overlays.or_else(|error| match read(job, download, false) {
        Ok(valid) => Ok(Valid { fits_overlays: false, ..valid }),
        Err(_) => Err(error),
    })
}

fn read(job: &Job, download: &Download, with_overlays: bool) -> Result<Valid, Box<Invalid>> {
    let mut request = Request::new(download.staged(&job.path))
        .root(download.root())
        .shown_as(download.url.as_str())
        .limits(job.limits);
    if let Some(config) = &job.config {
        request = request.config(config);
    }
    if with_overlays {
        request = request.overlays(&job.overlays);
    }
    let mut version = None;
    let Outcome { sources, mut diagnostics, .. } = webhook_generator::run(&request, |reached| {
        let Reached::Normalized(description) = reached else { return ControlFlow::Continue(()) };
        version = Some(description.version.clone());
        ControlFlow::Break(())
    });
    // The generator does without them; then a file that the server lacks for a moment would cost the types that are in it.
    for file in sources.missing() {
        diagnostics
            .push(Diagnostic::new(Code::Reference, format!("`{file}`, which the description needs, was not fetched")));
        version = None;
    }
    version
        .map(|version| Valid { version, fits_overlays: true })
        .ok_or_else(|| Box::new(Invalid { sources, diagnostics }))
}
