//! In a child process: runs the generator on documents, and reports each on standard output.

use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;
use std::{fs, io, panic, thread};

use allocation_counter::measure;
use arbitrary_openapi::Document;
use serde_json::{Value, json};
use webhook_generator::source::Limits;

use crate::processor;
use crate::properties::{self, Run};

/// The argument before the first seed and the one after the last.
pub(crate) const SEEDS: &str = "--child-seeds";

/// The argument before the path of a document.
pub(crate) const FILE: &str = "--child-file";

/// The stack of an ordinary thread.
const STACK: usize = 2 * 1024 * 1024;

/// The stack of the thread that parses the emitted code.
const LARGE_STACK: usize = 256 * 1024 * 1024;

/// How many bytes a run may hold at once.
const MOST_BYTES: u64 = 300_000_000;

/// How much time of a processor a run may take. A test build takes ten times as long as a release build.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

/// The text of the last panic, with its place.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Runs the documents of these seeds.
pub(crate) fn seeds(seeds: Range<u64>) -> ExitCode {
    for seed in seeds {
        report(&json!({ "started": seed }));
        report(&outcome(&Document::from_seed(seed)));
    }
    ExitCode::SUCCESS
}

/// Runs the document in a file, in the form of [`Document::to_value`].
pub(crate) fn file(path: &Path) -> ExitCode {
    let text = fs::read_to_string(path).expect("the document can be read");
    report(&outcome(&Document::from_value(&serde_json::from_str(&text).expect("it is JSON"))));
    ExitCode::SUCCESS
}

/// Prints the files of a document, and what the generator reports.
pub(crate) fn show(seed: u64) -> ExitCode {
    let document = Document::from_seed(seed);
    for (name, text) in document.texts() {
        println!("{name}:\n{text}\n");
    }
    println!("{}", properties::run(written(&document).path(), Limits::default()).told);
    ExitCode::SUCCESS
}

fn report(line: &Value) {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("the parent reads");
}

/// What came of a document: its `fault`, or its first `error`, or neither, and what it cost.
fn outcome(document: &Document) -> Value {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!("{}:{}: ", at.file(), at.line())).unwrap_or_default();
        let text = info.payload_as_str().unwrap_or_default();
        *PANIC.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = format!("{place}{text}");
    }));
    let folder = written(document);
    let (mut bytes, mut took) = (0, Duration::ZERO);
    let first = on_thread(STACK, || {
        let mut run = None;
        let start = processor::of_thread();
        bytes = measure(|| run = Some(properties::run(folder.path(), Limits::default()))).bytes_max;
        took = processor::of_thread().saturating_sub(start);
        run
    });
    let fault = match &first {
        Err(panic) => Some(format!("panic at {panic}")),
        Ok(_) if bytes > MOST_BYTES => Some(format!("limit: {bytes} bytes")),
        Ok(_) if took > LONGEST => Some(format!("limit: {took:?}")),
        Ok(None) => None,
        Ok(Some(first)) => check(folder.path(), first),
    };
    let run = first.ok().flatten();
    let emitted =
        run.as_ref().and_then(|run| run.files.as_ref()).map(|files| files.values().map(String::len).sum::<usize>());
    let error = run.as_ref().and_then(|run| run.codes.first()).filter(|code| code.starts_with('E'));
    json!({ "fault": fault, "error": error, "bytes": bytes, "milliseconds": took.as_millis(), "emitted": emitted })
}

/// Compares a run with a second one, and with what holds of all.
fn check(folder: &Path, first: &Run) -> Option<String> {
    let equal = on_thread(STACK, || properties::again(folder) == *first);
    match equal {
        Err(panic) => Some(format!("panic at {panic}")),
        Ok(false) => Some("a second run differs".to_owned()),
        Ok(true) => on_thread(LARGE_STACK, || properties::check(first)).err().map(|panic| format!("check at {panic}")),
    }
}

/// A folder with the files of a document.
pub(crate) fn written(document: &Document) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in document.texts() {
        fs::write(folder.path().join(name), text).expect("the file can be written");
    }
    folder
}

/// The result of a function on a thread of its own; the text of the panic, if there is one.
fn on_thread<T: Send>(stack: usize, run: impl FnOnce() -> T + Send) -> Result<T, String> {
    thread::scope(|scope| {
        let thread =
            thread::Builder::new().stack_size(stack).spawn_scoped(scope, run).expect("a thread can be started");
        thread.join().map_err(|_| PANIC.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
    })
}
