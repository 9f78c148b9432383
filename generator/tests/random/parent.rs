//! Starts child processes, counts what they report, and shrinks their findings.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use arbitrary_openapi::{Document, shrink};
use serde_json::Value;

use crate::{Arguments, child, instances, modules, processor};

/// For how much time of a processor a child may be silent, and how long at most. A document within the limits takes much less.
const SILENCE: Duration = Duration::from_secs(90);
const LONGEST_SILENCE: Duration = Duration::from_mins(30);

/// How many documents a child runs.
const CHUNK: u64 = 250;

/// How many bytes of code a crate may have to be compiled here.
const MOST_COMPILED: u64 = 200_000;

/// How many findings are shrunk, and how many documents are tried for each.
const SHRUNK: usize = 8;
const ATTEMPTS: usize = 500;

/// What came of all documents.
#[derive(Default)]
struct Tally {
    documents: u64,
    generated: Vec<u64>,
    /// Those of `generated` whose code is small enough to compile many of them.
    compilable: Vec<u64>,
    errors: BTreeMap<String, u64>,
    /// The seeds of each kind of fault.
    faults: BTreeMap<String, Vec<u64>>,
    bytes: (u64, u64),
    milliseconds: (u64, u64),
    emitted: (u64, u64),
}

/// Runs the documents, compiles some of the crates, prints the counts, and fails if there is a fault.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let tally = tally(arguments.seed..arguments.seed + arguments.documents);
    let faults = tally.faults.values().map(Vec::len).sum::<usize>();
    println!("{} documents: {} crates, {faults} faults", tally.documents, tally.generated.len());
    println!("errors: {:?}", tally.errors);
    println!(
        "most: {} bytes at once (seed {}), {} ms of a processor (seed {}), {} bytes of code (seed {})",
        tally.bytes.0, tally.bytes.1, tally.milliseconds.0, tally.milliseconds.1, tally.emitted.0, tally.emitted.1
    );
    for (number, (kind, seeds)) in tally.faults.iter().enumerate() {
        println!("\n{} times, seeds {:?}: {kind}", seeds.len(), &seeds[..seeds.len().min(5)]);
        if number < SHRUNK
            && let Some(seed) = seeds.first()
        {
            let document = Document::from_seed(*seed).to_value();
            let fails = |value: &Value| fault_of(value).as_ref() == Some(kind);
            if fails(&document) {
                println!("shrunk: {}", shrink(document, ATTEMPTS, fails));
            } else {
                println!("alone, the document does not fail");
            }
        }
    }
    let compiled = modules::compile(&tally.compilable[..tally.compilable.len().min(arguments.compile)], arguments.test);
    for (seed, problem) in &compiled {
        println!("\nseed {seed}: {problem}");
    }
    let instances = instances::run(arguments.seed, arguments.instances);
    let is_clean = faults == 0 && compiled.is_empty() && instances.is_clean();
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs chunks of the documents, several at the same time.
fn tally(seeds: Range<u64>) -> Tally {
    let starts: Vec<u64> = seeds.clone().step_by(usize::try_from(CHUNK).unwrap_or(usize::MAX)).collect();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::Mutex::new(starts.into_iter());
    let mut tallies: Vec<Tally> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let mut tally = Tally::default();
                    loop {
                        let start = next.lock().expect("no worker panics").next();
                        let Some(start) = start else { return tally };
                        tally.chunk(start..seeds.end.min(start + CHUNK));
                    }
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no worker panics")).collect()
    });
    let mut tally = tallies.pop().unwrap_or_default();
    for other in tallies {
        tally.documents += other.documents;
        tally.generated.extend(other.generated);
        tally.compilable.extend(other.compilable);
        other.errors.into_iter().for_each(|(code, count)| *tally.errors.entry(code).or_default() += count);
        other.faults.into_iter().for_each(|(kind, seeds)| tally.faults.entry(kind).or_default().extend(seeds));
        tally.bytes = tally.bytes.max(other.bytes);
        tally.milliseconds = tally.milliseconds.max(other.milliseconds);
        tally.emitted = tally.emitted.max(other.emitted);
    }
    tally.generated.sort_unstable();
    tally.compilable.sort_unstable();
    tally.faults.values_mut().for_each(|seeds| seeds.sort_unstable());
    tally
}

impl Tally {
    /// Runs some documents in a child; if it dies, the rest of them in another one.
    fn chunk(&mut self, mut seeds: Range<u64>) {
        while !seeds.is_empty() {
            let (mut process, lines) = start(&[child::SEEDS, &seeds.start.to_string(), &seeds.end.to_string()]);
            let silent = loop {
                match next(&process, &lines) {
                    Ok(line) if line.get("started").is_some() => {
                        seeds.start = line["started"].as_u64().unwrap_or(seeds.end);
                    }
                    Ok(line) => {
                        self.add(seeds.start, &line);
                        seeds.start += 1;
                    }
                    Err(error) => break error == mpsc::RecvTimeoutError::Timeout,
                }
            };
            if let Some(fault) = end(&mut process, silent) {
                self.documents += 1;
                self.faults.entry(fault).or_default().push(seeds.start);
                seeds.start += 1;
            }
        }
    }

    fn add(&mut self, seed: u64, line: &Value) {
        self.documents += 1;
        let number = |name: &str| (line[name].as_u64().unwrap_or(0), seed);
        self.bytes = self.bytes.max(number("bytes"));
        self.milliseconds = self.milliseconds.max(number("milliseconds"));
        self.emitted = self.emitted.max(number("emitted"));
        if let Some(fault) = line["fault"].as_str() {
            self.faults.entry(kind(fault)).or_default().push(seed);
        } else if let Some(error) = line["error"].as_str() {
            *self.errors.entry(error.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        } else {
            self.generated.push(seed);
            if line["emitted"].as_u64().is_some_and(|bytes| bytes <= MOST_COMPILED) {
                self.compilable.push(seed);
            }
        }
    }
}

/// The kind of fault: what it says without the numbers of a limit, and its first line.
fn kind(fault: &str) -> String {
    let first = fault.lines().next().unwrap_or_default();
    let limit = |text: &str| text.starts_with("limit: ");
    if limit(first) {
        if first.ends_with("bytes") { "limit: bytes".into() } else { "limit: time".into() }
    } else {
        first.chars().take(160).collect()
    }
}

/// The fault of a document, if it has one.
fn fault_of(document: &Value) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("document.json");
    fs::write(&path, document.to_string()).expect("the document can be written");
    let (mut process, lines) = start(&[child::FILE, &path.to_string_lossy()]);
    let line = next(&process, &lines);
    let silent = matches!(line, Err(mpsc::RecvTimeoutError::Timeout));
    end(&mut process, silent).or_else(|| line.ok()?["fault"].as_str().map(kind))
}

/// Starts a child, whose memory is limited so that one document does not exhaust the machine.
fn start(arguments: &[&str]) -> (Child, Receiver<Value>) {
    let own = env::current_exe().expect("the path of this program");
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "ulimit -v 2000000 && ulimit -c 0 && exec \"$@\"", "sh"]).arg(own);
        shell
    } else {
        Command::new(own)
    };
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().expect("the child can be started");
    let out = process.stdout.take().expect("the output is piped");
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let Ok(value) = serde_json::from_str(&line) else { continue };
            if sender.send(value).is_err() {
                break;
            }
        }
    });
    (process, lines)
}

/// The next line of a child, unless it is silent for too long.
fn next(process: &Child, lines: &Receiver<Value>) -> Result<Value, mpsc::RecvTimeoutError> {
    let used = || processor::of_process(process.id()).unwrap_or(Duration::MAX);
    let (start, begun) = (Instant::now(), used());
    loop {
        match lines.recv_timeout(Duration::from_secs(10)) {
            Err(mpsc::RecvTimeoutError::Timeout)
                if used().saturating_sub(begun) < SILENCE && start.elapsed() < LONGEST_SILENCE => {}
            other => return other,
        }
    }
}

/// Ends a child; the fault if it did not end well.
fn end(process: &mut Child, silent: bool) -> Option<String> {
    if silent {
        let _ = process.kill();
    }
    let status = process.wait().expect("the child ends");
    match (silent, status.success()) {
        (true, _) => Some(format!("limit: silent for {SILENCE:?}")),
        (false, true) => None,
        (false, false) => Some(format!("abort: {status}")),
    }
}
