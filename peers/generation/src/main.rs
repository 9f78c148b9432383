//! What generating costs, beside its floor: of Tenovos and of synthetic descriptions of growing size, or of those named.
//!
//! `cargo run --release --manifest-path peers/Cargo.toml --bin generation [DESCRIPTION…]`
//!
//! Every run is a process of its own that does all that `cargo webhooks generate` does, writing included. The floor reads
//! the description with the same kind of parser, and prints what was emitted with prettyplease: what a generator does
//! that holds nothing in between. prettyplease takes a syntax tree: making it of the emitted text is part of the floor,
//! and is left out of the bare floor. Runs and floors take turns, so that a busy machine is as hard on both. Every run
//! writes to a folder of its own, and none is deleted before the end: a file system may look through what was deleted
//! last for each file that is made, which is not part of our work.
//!
//! Where `cargo build --release -p xtask` was run before, the command itself is timed, too.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use serde_json::json;
use webhook_generator::source::Limits;
use webhook_generator::write::Plan;
use webhook_generator::{ReceiverDependency, Request, generate, render};

/// How many webhooks the synthetic descriptions have.
const SYNTHETIC: [usize; 4] = [10, 100, 1_000, 10_000];

/// For how long one description is measured, and how often at least and at most.
const BUDGET: Duration = Duration::from_secs(10);
const ROUNDS: (usize, usize) = (3, 31);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--generate", spec, out] => measured(|| run(Path::new(spec), Path::new(out))),
        ["--floor", spec, out] => measured(|| floor(Path::new(spec), Path::new(out))),
        paths => measure_all(paths),
    }
}

/// What one piece of work did: how many webhooks there are, and how long it made syntax trees of text.
struct Done {
    webhooks: usize,
    parsing: Duration,
}

/// Works and tells what it took: the processor's time in nanoseconds, the most memory in KiB, and what it did.
fn measured(work: impl FnOnce() -> Result<Done>) -> Result<()> {
    let Done { webhooks, parsing } = work()?;
    // As Linux has it; elsewhere it is not known.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).unwrap_or("0");
    println!("{} {peak} {webhooks} {}", busy().as_nanos(), parsing.as_nanos());
    Ok(())
}

/// The processor's time that this process, which has one thread, has taken. As Linux has it; elsewhere it is not known.
fn busy() -> Duration {
    let stat = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default())
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn tenovos() -> PathBuf {
    project().join("spec/tenovos-webhooks.yaml")
}

/// Generates, says what was found, and writes; how many webhooks there are.
fn run(spec: &Path, out: &Path) -> Result<Done> {
    let ours = spec == tenovos();
    let mut request = Request::new(spec)
        .receiver(ReceiverDependency::Version("1".to_owned()))
        .limits(Limits { nodes: 10_000_000, ..Limits::default() });
    if ours {
        request = request.overlay(project().join("spec/overlay.yaml")).config(project().join("spec/codegen.toml"));
    }
    let outcome = generate(&request);
    eprint!("{}", render::text(&outcome.diagnostics, &outcome.sources, false));
    let output = outcome.output.ok_or("the description has errors")?;
    let plan = Plan::new(out, &output.crate_name, &output.files).map_err(|_| "the output folder is not usable")?;
    plan.apply().map_err(|problem| problem.message)?;
    Ok(Done { webhooks: output.api.webhooks.len(), parsing: Duration::ZERO })
}

/// The least that generating can be: reading the description, and printing what was emitted.
fn floor(spec: &Path, out: &Path) -> Result<Done> {
    let text = fs::read_to_string(spec)?;
    if spec.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str::<serde_json::Value>(&text)?;
    } else {
        serde_yaml::from_str::<serde_yaml::Value>(&text)?;
    }
    let (mut printed, mut parsing) = (0, Duration::ZERO);
    for folder in ["src", "tests"] {
        for entry in fs::read_dir(out.join(folder)).into_iter().flatten() {
            let text = fs::read_to_string(entry?.path())?;
            let start = busy();
            let file = syn::parse_file(&text)?;
            parsing += busy().saturating_sub(start);
            printed += prettyplease::unparse(&file).len();
        }
    }
    if printed == 0 { Err("nothing was emitted".into()) } else { Ok(Done { webhooks: 0, parsing }) }
}

fn measure_all(paths: &[&str]) -> Result<()> {
    let folder = tempfile::tempdir()?;
    measure_command(folder.path())?;
    println!(
        "| description | webhooks | wall | CPU | per webhook | peak memory | floor | ratio | bare floor | ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    if paths.is_empty() {
        measure("Tenovos", &tenovos(), folder.path())?;
        for webhooks in SYNTHETIC {
            let spec = folder.path().join(format!("synthetic-{webhooks}.json"));
            fs::write(&spec, synthetic(webhooks))?;
            measure("synthetic", &spec, folder.path())?;
        }
    }
    for path in paths {
        let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        measure(&name, Path::new(path), folder.path())?;
    }
    Ok(())
}

/// What one process took.
struct Taken {
    wall: Duration,
    busy: Duration,
    peak_kib: u64,
    webhooks: u32,
    parsing: Duration,
}

fn process(what: &str, spec: &Path, out: &Path) -> Result<Taken> {
    let start = Instant::now();
    let output = Command::new(env::current_exe()?).arg(what).arg(spec).arg(out).output()?;
    let wall = start.elapsed();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let output = String::from_utf8(output.stdout)?;
    let [busy, peak, webhooks, parsing] = output.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(output.into());
    };
    let (busy, parsing) = (Duration::from_nanos(busy.parse()?), Duration::from_nanos(parsing.parse()?));
    Ok(Taken { wall, busy, peak_kib: peak.parse()?, webhooks: webhooks.parse()?, parsing })
}

/// Times `xtask codegen` for Tenovos, where the binary is there.
fn measure_command(folder: &Path) -> Result<()> {
    let xtask = project().join("target/release/xtask");
    if !xtask.is_file() {
        return Ok(());
    }
    let mut times = Vec::new();
    for round in 0..ROUNDS.1 {
        let mut command = Command::new(&xtask);
        command.args(["codegen", "--receiver", "1", "--spec"]).arg(tenovos());
        command.arg("--overlay").arg(project().join("spec/overlay.yaml"));
        command.arg("--config").arg(project().join("spec/codegen.toml"));
        command.arg("--out").arg(folder.join(format!("command-{round}")));
        let start = Instant::now();
        let output = command.output()?;
        times.push(start.elapsed());
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
    }
    times.sort_unstable();
    println!(
        "xtask codegen, Tenovos: {} wall, {} at best\n",
        milliseconds(times[times.len() / 2]),
        milliseconds(times[0])
    );
    Ok(())
}

/// Measures one description, and prints its row.
fn measure(name: &str, spec: &Path, folder: &Path) -> Result<()> {
    let folder = tempfile::tempdir_in(folder)?.keep();
    let kept = folder.join("kept");
    process("--generate", spec, &kept)?;
    let (mut runs, mut floors) = (Vec::new(), Vec::new());
    let start = Instant::now();
    while runs.len() < ROUNDS.0 || (runs.len() < ROUNDS.1 && start.elapsed() < BUDGET) {
        runs.push(process("--generate", spec, &folder.join(runs.len().to_string()))?);
        floors.push(process("--floor", spec, &kept)?);
    }
    let (wall, busy) = (median(&runs, |run| run.wall), median(&runs, |run| run.busy));
    let least = median(&floors, |run| run.busy);
    let bare = median(&floors, |run| run.busy.saturating_sub(run.parsing));
    let webhooks = runs[0].webhooks;
    println!(
        "| {name} | {webhooks} | {} | {} | {:.2} ms | {:.0} MB | {} | {:.2} | {} | {:.2} |",
        milliseconds(wall),
        milliseconds(busy),
        busy.as_secs_f64() * 1e3 / f64::from(webhooks.max(1)),
        median(&runs, |run| run.peak_kib) as f64 / 1024.0,
        milliseconds(least),
        busy.as_secs_f64() / least.as_secs_f64(),
        milliseconds(bare),
        busy.as_secs_f64() / bare.as_secs_f64(),
    );
    Ok(())
}

fn median<T: Ord>(runs: &[Taken], of: impl Fn(&Taken) -> T) -> T {
    let mut all: Vec<T> = runs.iter().map(of).collect();
    all.sort_unstable();
    all.swap_remove(all.len() / 2)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}

/// A description in which ten webhooks at a time are about one thing, each with an object of its own and a shared one.
fn synthetic(webhooks: usize) -> String {
    let webhook = |index: usize| {
        let event_type = format!("thing{}.event{index}", index / 10);
        let data = json!({
            "type": "object",
            "description": format!("What the event {index} is about."),
            "required": ["state"],
            "properties": {
                format!("name{index}"): { "type": "string", "example": "a name" },
                "count": { "type": "integer" },
                "changed": { "type": "string", "format": "date-time" },
                "state": { "type": "string", "enum": ["on", "off", format!("state{index}")] },
                "actor": { "$ref": "#/components/schemas/actor" },
            },
        });
        let schema = json!({
            "type": "object",
            "required": ["type", "id", "data"],
            "properties": {
                "type": { "type": "string", "const": event_type },
                "id": { "type": "string", "example": "8d5f" },
                "data": data,
            },
        });
        let operation = json!({
            "summary": format!("Event {index}"),
            "requestBody": { "content": { "application/json": { "schema": schema } } },
            "responses": { "200": { "description": "received" } },
        });
        (event_type, json!({ "post": operation }))
    };
    let actor = json!({
        "type": "object",
        "properties": { "login": { "type": "string" }, "number": { "type": "integer" } },
    });
    let description = json!({
        "openapi": "3.1.0",
        "info": { "title": "Synthetic", "version": "1" },
        "webhooks": (0..webhooks).map(webhook).collect::<serde_json::Map<_, _>>(),
        "components": { "schemas": { "actor": actor } },
    });
    format!("{description:#}")
}
