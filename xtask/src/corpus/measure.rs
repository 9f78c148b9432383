//! One document, from its text to its row.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use webhook_generator::Output;
use webhook_generator::fingerprint::Fingerprint;
use webhook_generator::ir::UntypedReason;

use super::count::{Count, Counts};
use super::crates::{Crates, Passed, Raw};
use super::event_types::{Correctness, Expected, Judged};
use super::examples::{self, Example};
use super::find::Document;
use super::generate::Generated;
use super::init::FirstContact;
use super::row::Row;
use super::signatures::{Signatures, Verdict};
use super::twins::Twin;
use super::validity::{self, Validity};
use crate::cli::Until;

/// How many lines of configuration a description may need.
const MAX_SETTINGS: usize = 10;

/// How many messages a description may have; findings of one code and cause are one.
const MAX_MESSAGES: usize = 10;

/// The settings for measuring a document.
pub(crate) struct Measuring {
    /// The event types that documents are known to have.
    pub(crate) expected: Expected,
    /// The known validity of the corpus's examples.
    pub(crate) validity: Validity,
    /// Where crates are compiled.
    pub(crate) crates: Crates,
    /// The folder of `webhook-receiver`.
    pub(crate) receiver: PathBuf,
    /// How far to go.
    pub(crate) until: Until,
    /// Whether `cargo webhooks init` is run, too.
    pub(crate) init: bool,
    /// The documented signature schemes.
    pub(crate) signatures: Signatures,
}

impl Measuring {
    /// The row of a document, and its code if any. Prints progress.
    ///
    /// # Errors
    ///
    /// If files cannot be read or written. Failures of the document are in its row.
    pub(crate) fn row(&self, document: &Document) -> Result<(Row, Option<Twin>), String> {
        let problem = |error: io::Error| format!("`{}`: {error}", document.path.display());
        let text = fs::read(&document.path).map_err(problem)?;
        let folder = self.crates.of(&document.name);
        stage("generate");
        let generated = Generated::new(document, &self.expected, &self.receiver, &folder).map_err(problem)?;
        done(generated.took);
        let mut row = Row {
            document: document.name.clone(),
            fingerprint: Fingerprint::of(&text).to_string(),
            counts: None,
            error: generated.error(),
            inexpressible: Vec::new(),
            open: Vec::new(),
            unknown: Vec::new(),
            first_contact: None,
            signature: self.signatures.verdict(
                &document.name,
                &generated.diagnostics,
                generated.output.as_ref().map(|output| &output.api),
            ),
            failures: Vec::new(),
            generation: generated.took,
            compilation: None,
        };
        if let Some(Verdict::Wrong(what)) = &row.signature {
            row.failures.push(format!("signature: {what}"));
        }
        if self.init {
            stage("init");
            match FirstContact::make(&absolute(&document.path)?, &self.receiver, &folder.join("init"))
                .map_err(problem)?
            {
                Ok(made) => row.first_contact = Some(made),
                Err(complaint) => row.fail(complaint),
            }
        }
        let messages = generated.diagnostics.grouped().iter().count();
        if messages > MAX_MESSAGES {
            row.failures.push(format!("{messages} messages, grouped by code and cause"));
        }
        let Some(output) = &generated.output else {
            if !generated.is_empty() {
                row.fail("nothing is generated");
            }
            return Ok((row, None));
        };
        for untyped in &output.api.untyped {
            let place = generated.place(&untyped.origin);
            match &untyped.reason {
                UntypedReason::Unrestricted(reason) => row.open.push(format!("{place}: {reason}")),
                UntypedReason::Inexpressible(reason) => row.inexpressible.push(format!("{place}: {reason}")),
            }
        }
        let examples = examples::examples(document, &output.api).unwrap_or_else(|problem| {
            row.fail(problem);
            Vec::new()
        });
        for judged in generated.event_types.iter().filter(|judged| judged.correctness == Correctness::Wrong) {
            row.fail(format!("webhook {judged}"));
        }
        let unknown = generated.event_types.iter().filter(|judged| judged.correctness == Correctness::Unknown);
        row.unknown = unknown.map(Judged::unknown).collect();
        let counts = counted(&generated, output, &row, &examples);
        let settings = counts[Count::Settings];
        row.counts = Some(counts);
        if settings > MAX_SETTINGS {
            row.fail(format!("needs {settings} lines of configuration"));
        }
        if self.until > Until::Generate {
            self.try_out(&folder, &output.vendor, &examples, &mut row);
        }
        let twin = Twin::new(&document.name, output);
        Ok((row, Some(twin)))
    }

    /// Compiles the crate and passes the examples through it.
    fn try_out(&self, folder: &Path, vendor: &str, examples: &[Example], row: &mut Row) {
        stage("compile");
        match self.crates.compile(folder, vendor) {
            Ok(took) => {
                row.compilation = Some(took);
                done(took);
            }
            Err(complaint) => return row.fail(format!("does not compile\n{}", beginning(&complaint))),
        }
        if self.until == Until::Tests {
            stage("test");
            if let Err(complaint) = self.crates.test(folder) {
                row.fail(format!("its tests fail\n{}", beginning(&complaint)));
            }
        }
        eprint!(", {} examples", examples.len());
        match self.crates.run(folder, examples) {
            Ok(passed) => self.judge(examples, &passed, row),
            Err(complaint) => row.fail(format!("the examples cannot be run\n{}", beginning(&complaint))),
        }
    }

    /// Valid examples decode and are serialized unchanged; any other may reach the fallback, with its bytes.
    fn judge(&self, examples: &[Example], passed: &[Passed], row: &mut Row) {
        let verdict = self.validity.of(&row.document, examples).unwrap_or_else(|problem| {
            row.fail(problem);
            validity::Verdict::none(examples.len())
        });
        let mut wrong = Vec::new();
        for ((example, passed), valid) in examples.iter().zip(passed).zip(verdict.valid) {
            passed.count(row);
            let place = example.place();
            if passed.raw == Some(Raw::Changed) {
                row.fail(format!("{place} reaches the fallback with other bytes"));
            }
            match &passed.decoded {
                Ok(Some(difference)) if valid => {
                    wrong.push(format!("{place} is valid and comes back changed: {difference}"));
                }
                Err(error) if valid => wrong.push(format!("{place} is valid and does not decode: {error}")),
                Ok(_) | Err(_) => {}
            }
        }
        if wrong.len() > verdict.spare {
            for failure in wrong {
                row.fail(failure);
            }
        }
    }
}

impl Passed {
    fn count(&self, row: &mut Row) {
        let Some(counts) = &mut row.counts else { return };
        let happened = [
            (Count::Decoded, self.decoded.is_ok()),
            (Count::Equal, self.decoded == Ok(None)),
            (Count::Misstated, self.misstated),
            (Count::Raw, self.raw.is_some()),
        ];
        for (count, _) in happened.into_iter().filter(|(_, happened)| *happened) {
            counts[count] += 1;
        }
    }
}

/// What can be counted before anything is compiled.
fn counted(generated: &Generated, output: &Output, row: &Row, examples: &[Example]) -> Counts {
    let sources = output.files.iter().filter(|(path, _)| path.starts_with("src/"));
    let judged = |correctness| generated.event_types.iter().filter(|judged| judged.correctness == correctness).count();
    let found = [
        (Count::Right, judged(Correctness::Right)),
        (Count::Unknown, judged(Correctness::Unknown)),
        (Count::Wrong, judged(Correctness::Wrong)),
        (Count::Webhooks, output.api.described),
        (Count::Routed, output.api.webhooks.len()),
        (Count::Types, output.api.types.len()),
        (Count::Open, row.open.len()),
        (Count::Inexpressible, row.inexpressible.len()),
        (Count::Examples, examples.len()),
        (Count::Settings, generated.settings.lines().filter(|line| !line.is_empty()).count()),
        (Count::Warnings, generated.diagnostics.warnings()),
        (Count::Lines, sources.map(|(_, text)| text.lines().count()).sum()),
        (Count::Failures, row.failures.len()),
    ];
    let mut counts = Counts::default();
    for (count, number) in found {
        counts[count] = number;
    }
    counts
}

/// The first lines of a program's output.
fn beginning(text: &str) -> String {
    text.lines().take(20).collect::<Vec<_>>().join("\n")
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|error| format!("`{}`: {error}", path.display()))
}

fn stage(name: &str) {
    eprint!(", {name}");
    // Progress that cannot be printed does not matter.
    let _ = io::stderr().flush();
}

fn done(took: Duration) {
    eprint!(" {:.1} s", took.as_secs_f64());
}
