//! The program that decodes and encodes instances, and its process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// The rest of the program, which is the same for all batches. Each line of the input is answered by one of the output.
const REST: &str = r#"
use std::cell::RefCell;
use std::io::{self, BufRead as _, Write as _};
use std::panic;

use webhook_receiver::codegen::codec::Reader;
use webhook_receiver::codegen::{EventName, Webhooks, serde_json};
use webhook_receiver::{Decode, DecodeError, JsonValue};

thread_local! {
    static EVENT_TYPE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// An event whose type is in `EVENT_TYPE`.
struct Any<W: Webhooks>(W::Event);

impl<W: Webhooks> Decode for Any<W> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let event_type = EVENT_TYPE.with_borrow(|name| W::EventType::parse(name)).expect("an event type");
        W::decode(event_type, reader).map(Self)
    }
}

/// The JSON of what was decoded, or why it was not.
fn round_trip<W: Webhooks>(body: &str) -> Result<String, String> {
    let event: Any<W> = body.parse::<JsonValue>().and_then(|body| body.decode()).map_err(|error| error.to_string())?;
    serde_json::to_string(&event.0).map_err(|error| error.to_string())
}

fn main() {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line.expect("a line");
        let mut parts = line.splitn(3, ' ');
        let (seed, event_type, body) =
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        EVENT_TYPE.set(event_type.to_owned());
        let body: String = serde_json::from_str(body).expect("a string");
        let result = panic::catch_unwind(|| dispatch(seed, &body)).unwrap_or_else(|_| Err("panic".to_owned()));
        let answer = match result {
            Ok(encoded) => serde_json::json!({ "encoded": encoded }),
            Err(why) => serde_json::json!({ "why": why }),
        };
        writeln!(out, "{answer}").and_then(|()| out.flush()).expect("someone reads");
    }
}
"#;

/// The text of the program for the modules of these seeds.
pub(super) fn main(seeds: &[u64]) -> String {
    let arms: String = seeds
        .iter()
        .map(|seed| format!("        \"{seed}\" => round_trip::<batch::d{seed}::Hostile>(body),\n"))
        .collect();
    format!(
        "//! Decodes and encodes instances.\n{REST}\nfn dispatch(seed: &str, body: &str) -> Result<String, String> {{\n    match seed {{\n{arms}        _ => Err(\"no such seed\".to_owned()),\n    }}\n}}\n"
    )
}

/// A process of the program.
pub(super) struct Program {
    path: PathBuf,
    process: Option<(Child, ChildStdin, BufReader<ChildStdout>)>,
}

impl Program {
    /// The program at this path; it is started when it is needed.
    pub(super) fn start(path: PathBuf) -> Self {
        Self { path, process: None }
    }

    /// Decodes a body as a payload of the event type of a module, and encodes it.
    pub(super) fn round_trip(&mut self, seed: u64, event_type: &str, body: &str) -> Result<String, String> {
        let (process, input, output) = self.process.get_or_insert_with(|| {
            let mut process = Command::new(&self.path)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the program can be started");
            let input = process.stdin.take().expect("the input is piped");
            let output = BufReader::new(process.stdout.take().expect("the output is piped"));
            (process, input, output)
        });
        let mut line = String::new();
        let asked = writeln!(input, "{seed} {event_type} {}", json!(body)).and_then(|()| output.read_line(&mut line));
        if asked.is_err() || line.is_empty() {
            let ended = process.wait();
            self.process = None;
            return Err(format!("abort: {ended:?}"));
        }
        let answer: Value = serde_json::from_str(&line).expect("the program answers in JSON");
        match answer["encoded"].as_str() {
            Some(encoded) => Ok(encoded.to_owned()),
            None => Err(answer["why"].as_str().unwrap_or_default().to_owned()),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some((mut process, input, _)) = self.process.take() {
            drop(input);
            let _ = process.wait();
        }
    }
}
