//! What became of a release, as a part of the summary.

use serde_json::{Value, json};
use webhook_generator::config::CrateVersion;
use webhook_generator::diff::{Report, Step};
use webhook_generator::released::Cut;
use webhook_generator::{Output, Request};

use crate::output::count;

/// What became of a release.
pub(crate) enum Released {
    /// None was asked for, or the run failed.
    NotAsked,
    /// There is nothing to release since this version.
    Nothing(Option<CrateVersion>),
    /// It was made, after this version.
    Made(Box<Cut>, Option<CrateVersion>),
}

impl Released {
    /// That of a run.
    pub(crate) fn of(request: &Request, output: Option<&Output>) -> Self {
        match output {
            Some(Output { release: Some(cut), released, .. }) => Self::Made(Box::new(cut.clone()), released.clone()),
            Some(Output { released, .. }) if request.is_release() => Self::Nothing(released.clone()),
            _ => Self::NotAsked,
        }
    }

    /// The lines of the summary.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::NotAsked => String::new(),
            Self::Nothing(since) => {
                let since = since.as_ref().map(|since| format!(" since {since}, the last release")).unwrap_or_default();
                format!("nothing to release: nothing that users of the crate see has changed{since}\n")
            }
            Self::Made(cut, since) => match (since, &cut.report) {
                (Some(since), Some(report)) => format!(
                    "release {}: {} since {since}, the last release; {}\ndeploy: {}\n",
                    cut.version,
                    count(changes(report), "change"),
                    step(report),
                    report.deployment().advice()
                ),
                _ => format!("release {}: the first\n", cut.version),
            },
        }
    }

    /// Whether it was made.
    pub(crate) fn is_made(&self) -> bool {
        matches!(self, Self::Made(..))
    }

    /// The part of the summary for programs.
    pub(crate) fn json(&self) -> Value {
        let Self::Made(cut, since) = self else { return Value::Null };
        json!({
            "version": cut.version.to_string(),
            "since": since.as_ref().map(ToString::to_string),
            "step": cut.report.as_ref().map(|report| report.step().name()),
            "section": cut.section,
        })
    }
}

/// How many changes increase the version.
fn changes(report: &Report) -> usize {
    report.entries.iter().filter(|entry| entry.step > Step::None).count()
}

/// The step, and the flags that it follows from.
fn step(report: &Report) -> String {
    let flags = report.flags().to_string();
    let step = report.step().name();
    if flags.is_empty() { step.to_owned() } else { format!("{step} ({flags})") }
}
