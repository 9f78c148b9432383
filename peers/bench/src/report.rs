//! Ratios of what criterion has measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where criterion keeps its results.
fn results() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")).join("criterion")
}

/// Median nanoseconds of each function of a group.
pub fn medians(group: &str) -> BTreeMap<String, f64> {
    let mut medians = BTreeMap::new();
    // Criterion writes a slash of a name as an underscore.
    let group = results().join(group.replace('/', "_"));
    for entry in fs::read_dir(&group).into_iter().flatten().flatten() {
        let read = |file: &str| fs::read_to_string(entry.path().join("new").join(file)).ok();
        let json = |text: String| serde_json::from_str::<serde_json::Value>(&text).ok();
        let estimates = read("estimates.json").and_then(json);
        let about = read("benchmark.json").and_then(json);
        if let (Some(estimates), Some(about)) = (estimates, about)
            && let Some(median) = estimates["median"]["point_estimate"].as_f64()
            && let Some(name) = about["function_id"].as_str()
        {
            medians.insert(name.to_owned(), median);
        }
    }
    medians
}

/// Prints, for each group, the median time and the ratio to the first function, which is the base.
pub fn print(title: &str, groups: &[String], functions: &[&str]) {
    println!("\n{title}: median time, and the ratio to `{}`", functions[0]);
    println!("| | {} |", functions.join(" | "));
    println!("|---{}|", "|---".repeat(functions.len()));
    for group in groups {
        let medians = medians(group);
        let base = medians.get(functions[0]).copied();
        let cells = functions.iter().map(|name| match (medians.get(*name), base) {
            (Some(time), Some(base)) => format!("{} ({:.2})", nanoseconds(*time), time / base),
            _ => "–".to_owned(),
        });
        println!("| {group} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

fn nanoseconds(time: f64) -> String {
    match time {
        ..1e4 => format!("{time:.0} ns"),
        ..1e7 => format!("{:.1} µs", time / 1e3),
        _ => format!("{:.1} ms", time / 1e6),
    }
}
