//! Holds what the benchmarks have just measured against a record of ratios.
//!
//! `ratios RECORD` fails where a ratio exceeds the recorded one by half; `ratios RECORD --bless` writes the record anew.
//! A time says nothing on another machine; how it compares with another one of the same run does.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::{env, fs};

use serde::{Deserialize, Serialize};
use webhooks_bench::report;

/// By how much a ratio may be larger than recorded: machines differ in what they are good at.
const TOLERANCE: f64 = 1.5;

/// By group.
type Record = BTreeMap<String, Ratio>;

#[derive(Serialize, Deserialize)]
struct Ratio {
    /// What is measured, and what beside.
    function: String,
    base: String,
    ratio: f64,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let path = arguments.first().ok_or("usage: ratios RECORD [--bless]")?;
    let mut record: Record = serde_json::from_str(&fs::read_to_string(path)?)?;
    let bless = arguments.iter().any(|argument| argument == "--bless");
    let mut holds = true;
    for (group, recorded) in &mut record {
        let medians = report::medians(group);
        let time = |name: &str| medians.get(name).ok_or(format!("`{group}` has not been measured: no `{name}`"));
        let ratio = time(&recorded.function)? / time(&recorded.base)?;
        let fits = ratio <= recorded.ratio * TOLERANCE;
        let verdict = if fits { "holds" } else { "IS SLOWER" };
        let Ratio { function, base, ratio: before } = &recorded;
        println!("{group}: {function} takes {ratio:.2} of {base}, recorded {before:.2}: {verdict}");
        holds &= fits;
        recorded.ratio = (ratio * 100.0).round() / 100.0;
    }
    if bless {
        fs::write(path, serde_json::to_string_pretty(&record)? + "\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
