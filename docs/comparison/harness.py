"""A program that decodes examples into the types of a generated crate, and encodes them again."""

import datetime
import decimal
import json
import shutil

from process import problem, run

WORKSPACE = """[workspace]
members = ["harness"]
# It may be a workspace of its own.
exclude = ["subject"]
resolver = "3"

[profile.dev]
debug = 0
incremental = false
"""

MANIFEST = """[package]
name = "harness"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
serde = "1"
serde_json = "1"
subject = { path = "../subject" }
"""

# Whether a type implements `Deserialize` and `Serialize` is found out by method resolution: the more references an
# implementation takes away, the earlier it is looked at.
PROGRAM = """#![recursion_limit = "1024"]

use std::io::Write;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

struct Probe<T>(PhantomData<T>);

/// The result for an example: encoded again, decoded only, or why not.
enum End {
    Encoded(String),
    Decoded(String),
    Failed(String),
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T, End> {
    serde_json::from_str(text).map_err(|error| End::Failed(error.to_string()))
}

trait Both {
    fn end(&self, text: &str) -> End;
}

impl<T: DeserializeOwned + Serialize> Both for &&Probe<T> {
    fn end(&self, text: &str) -> End {
        match decode::<T>(text) {
            Ok(value) => match serde_json::to_string(&value) {
                Ok(text) => End::Encoded(text),
                Err(error) => End::Decoded(error.to_string()),
            },
            Err(end) => end,
        }
    }
}

trait DecodeOnly {
    fn end(&self, text: &str) -> End;
}

impl<T: DeserializeOwned> DecodeOnly for &Probe<T> {
    fn end(&self, text: &str) -> End {
        match decode::<T>(text) {
            Ok(_) => End::Decoded("the type does not implement `Serialize`".to_owned()),
            Err(end) => end,
        }
    }
}

trait Neither {
    fn end(&self, text: &str) -> End;
}

impl<T> Neither for Probe<T> {
    fn end(&self, _: &str) -> End {
        End::Failed("the type does not implement `Deserialize`".to_owned())
    }
}

fn main() {
    let input: Vec<(usize, String)> =
        serde_json::from_str(&std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap()).unwrap();
    let types: &[fn(&str) -> End] = &[
TYPES    ];
    // Deeply nested values need more than the stack of the main thread.
    let run = move |types: &[fn(&str) -> End]| {
        for (index, text) in input {
            let (kind, text) = match types[index](&text) {
                End::Encoded(text) => ("encoded", text),
                End::Decoded(text) => ("decoded", text),
                End::Failed(text) => ("failed", text),
            };
            let mut out = std::io::stdout().lock();
            serde_json::to_writer(&mut out, &(kind, text)).unwrap();
            writeln!(out).unwrap();
        }
    };
    let types: Vec<_> = types.to_vec();
    std::thread::Builder::new().stack_size(256 << 20).spawn(move || run(&types)).unwrap().join().unwrap();
}
"""


class Harness:
    """The workspace of a generated crate and its harness, built in a folder that all of a tool's crates share."""

    def __init__(self, tool, folder, limit):
        self.tool, self.folder, self.limit = tool, folder, limit
        self.environment = {"CARGO_TARGET_DIR": str(tool.build)}
        (folder / "Cargo.toml").write_text(WORKSPACE)
        (folder / "harness" / "src").mkdir(parents=True)
        (folder / "harness" / "Cargo.toml").write_text(MANIFEST)
        (folder / "harness" / "src" / "main.rs").write_text("fn main() {}\n")
        # What was resolved once stays: all crates of a tool see the same dependencies.
        if tool.lock.exists():
            shutil.copy(tool.lock, folder / "Cargo.lock")

    def check(self):
        """Whether the generated crate compiles."""
        result = run(["cargo", "check", "--package", "subject"], self.limit, self.folder, self.environment)
        if result.ok:
            self.tool.lock.parent.mkdir(exist_ok=True)
            shutil.copy(self.folder / "Cargo.lock", self.tool.lock)
        return result

    def decode(self, examples):
        """For each example its name and result; or why there is none."""
        if not examples:
            return [], None
        types = sorted({name for name, _, _ in examples})
        calls = [f"        |text| (&&&Probe::<subject::{name}>(PhantomData)).end(text),\n" for name in types]
        program = PROGRAM.replace("TYPES", "".join(calls))
        (self.folder / "harness" / "src" / "main.rs").write_text(program)
        given = [(types.index(name), json.dumps(example.payload)) for name, _, example in examples]
        (self.folder / "examples.json").write_text(json.dumps(given))
        arguments = ["cargo", "run", "--quiet", "--package", "harness", "--", "examples.json"]
        done = run(arguments, self.limit, self.folder, self.environment)
        if not done.ok:
            return [], problem(done, self.limit)
        ends = [json.loads(line) for line in done.stdout.splitlines()]
        named = zip(examples, ends, strict=True)
        return [(f"{body.webhook} {example.name}", judged(example, *end)) for (_, body, example), end in named], None


def judged(example, kind, text):
    result = {"decoded": kind != "failed", "encoded": kind == "encoded", "same": False, "same_but_times": False}
    if kind != "encoded":
        return result | {"problem": text}
    before, after = exact(json.dumps(example.payload)), exact(text)
    difference = different(before, after)
    result |= {"same": difference is None, "same_but_times": different(before, after, same_time) is None}
    return result | {"problem": difference}


def exact(text):
    return json.loads(text, parse_float=decimal.Decimal)


def different(before, after, same=None, place=""):
    """Where two JSON values differ, or None; numbers are compared by value, strings also by `same`."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            if name not in after:
                return f"not encoded: {place}/{name}"
            if name not in before:
                return f"added: {place}/{name}"
            found = different(before[name], after[name], same, f"{place}/{name}")
            if found:
                return found
        return None
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        found = (different(old, new, same, f"{place}/{at}") for at, (old, new) in enumerate(zip(before, after)))
        return next((difference for difference in found if difference), None)
    equal = before == after and isinstance(before, bool) == isinstance(after, bool)
    if not equal and same and isinstance(before, str) and isinstance(after, str):
        equal = same(before, after)
    return None if equal else f"encoded differently: {place}"


def same_time(before, after):
    """Whether the texts are one and the same point in time, written in two ways."""
    try:
        before, after = (datetime.datetime.fromisoformat(text) for text in (before, after))
    except ValueError:
        return False
    return before.tzinfo is not None and after.tzinfo is not None and before == after
