//! What edits do, from what the compiler and the receivers say.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fmt, fs};

use serde_json::{Value, json};
use webhook_generator::diagnostics::Severity;
use webhook_generator::{Output, ReceiverDependency};

use super::crates::Crates;
use super::direction::Direction;
use super::emitted::Difference;
use super::handler::Handler;
use super::referee::Referees;
use super::table::{Delivery, Edit, Effect, Flag, Read, Step, Table, base, run};

/// The crate of the description before the edits.
const BASE: &str = "base";

/// What an edit does.
pub(super) struct Measured {
    pub(super) old_reads_new: Read,
    pub(super) new_reads_old: Read,
    pub(super) there: Effect,
    /// If the edit is undone.
    pub(super) back: Effect,
    /// The first error of handlers for the old crate with the new one, and the reverse.
    compile: [Option<String>; 2],
    /// The code of the error if the generator refuses the edited description.
    pub(super) error: Option<String>,
    /// What makes the row of the table worthless, such as a payload that no crate reads.
    pub(super) problems: Vec<String>,
}

/// What all edits do.
pub(super) struct Outcome {
    pub(super) measured: Vec<Measured>,
    /// Known differences of a referee that did not occur.
    pub(super) stale: Vec<String>,
}

/// What a receiver did with a delivery.
struct Passed {
    read: Read,
    drift: BTreeSet<String>,
}

/// Generates, compiles and runs the crates of all edits. If `is_refereed`, the referees that can be run here must agree with the
/// compiler.
pub(super) fn measure(root: &Path, folder: &Path, table: &Table, is_refereed: bool) -> Result<Outcome, String> {
    let inputs = folder.join("descriptions");
    fs::create_dir_all(&inputs).map_err(|error| error.to_string())?;
    let receiver = root.join("receiver");
    let dependency = ReceiverDependency::Path(receiver.to_string_lossy().replace('\\', "/"));
    let generate = |description: &str, names: Option<&str>| -> Result<Output, String> {
        let outcome = run(&inputs, description, names, dependency.clone());
        let error = outcome.diagnostics.iter().find(|diagnostic| diagnostic.severity() == Severity::Error);
        let code = error.map_or("none", |error| error.code.as_str());
        outcome.output.ok_or_else(|| code.to_owned())
    };
    let description = base(&inputs);
    let old = generate(&description, None).map_err(|code| format!("the base is refused: {code}"))?;
    let edited: Vec<Result<Output, String>> =
        table.edits.iter().map(|edit| generate(&edit.apply(&inputs), Some(&old.names))).collect();

    let mut crates = Crates::new(folder.to_owned(), receiver);
    crates.add(BASE, &old.files);
    let handler = Handler::new(&old.files)?;
    let mut deliveries = Vec::new();
    for (edit, (number, new)) in table.edits.iter().zip(edited.iter().enumerate()) {
        let Ok(new) = new else { continue };
        let name = crate_name(number);
        crates.add(&name, &new.files);
        crates.add_handler(&format!("there-{name}"), &name, handler.source());
        crates.add_handler(&format!("back-{name}"), BASE, Handler::new(&new.files)?.source());
        let mut send = |to: &str, delivery: &Delivery| {
            let body = delivery.payload(&table.payloads);
            deliveries
                .push(json!({ "crate": to, "body": body, "headers": delivery.headers, "signed": delivery.signed }));
        };
        for delivery in [&edit.old, &edit.new] {
            send(BASE, delivery);
            send(&name, delivery);
        }
    }
    crates.write(&root.join("Cargo.lock")).map_err(|error| error.to_string())?;
    eprintln!("compiling handlers");
    let errors = crates.check()?;
    eprintln!("compiling receivers");
    let mut passed = crates.decode(&deliveries)?.into_iter().map(|line| Passed::new(&line));

    let mut referees = if is_refereed { Referees::new(&crates, root, folder) } else { Referees::default() };

    let mut measured = Vec::new();
    for (edit, (number, new)) in table.edits.iter().zip(edited.iter().enumerate()) {
        let new = match new {
            Ok(new) => new,
            Err(code) => {
                measured.push(Measured::refused(code));
                continue;
            }
        };
        let mut next = || passed.next().ok_or("the decoder printed too little".to_owned());
        let reads = Reads { old_old: next()?, new_old: next()?, old_new: next()?, new_new: next()? };
        let undone = generate(&description, Some(&new.names)).map_err(|code| format!("{}: {code}", edit.name))?;
        let name = crate_name(number);
        let error = |direction: &str| errors.get(&format!("{direction}-{name}")).cloned();
        let compile = [error("there"), error("back")];
        let [there, back] = compile.each_ref().map(Option::as_deref);
        let undone_rule = edit.undone.as_ref().map_or("", |undone| &undone.rule);
        let mut disagreements =
            referees.disagree(&Direction { rule: &edit.rule, old: BASE, new: &name, error: there })?;
        disagreements.extend(referees.disagree(&Direction {
            rule: undone_rule,
            old: &name,
            new: BASE,
            error: back,
        })?);
        let mut row = Measured::new(edit, &old, new, &undone, reads, compile)?;
        row.problems.extend(disagreements);
        measured.push(row);
    }
    Ok(Outcome { measured, stale: referees.end() })
}

fn crate_name(number: usize) -> String {
    format!("edit{number:03}")
}

/// What the crates did with the deliveries: `new_old` is the new crate, and the old delivery.
struct Reads {
    old_old: Passed,
    new_old: Passed,
    old_new: Passed,
    new_new: Passed,
}

impl Passed {
    fn new(line: &Value) -> Self {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let drift: BTreeSet<String> =
            line["drift"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let read = match text("read").as_str() {
            "refused" => Read::Refused(text("pointer")),
            "typed" if drift.iter().any(|drift| drift.starts_with("unknown_value")) => Read::Unknown,
            "typed" if !drift.is_empty() => Read::Undeclared,
            other => Read::from(other.to_owned()),
        };
        Self { read, drift }
    }
}

impl Measured {
    fn new(
        edit: &Edit,
        old: &Output,
        new: &Output,
        undone: &Output,
        reads: Reads,
        compile: [Option<String>; 2],
    ) -> Result<Self, String> {
        let mut problems = Vec::new();
        for (what, passed) in [("old", &reads.old_old), ("new", &reads.new_new)] {
            if passed.read.breaks() {
                problems.push(format!("the {what} crate does not read the {what} delivery: {}", passed.read));
            }
        }
        if Difference::between(&undone.files, &old.files) != Difference::None {
            problems.push("the edit undone does not give the crate before it".to_owned());
        }
        // A value is elsewhere: another drift, or a handler instead of the fallback, unless deliveries are lost in both directions.
        let is_new = (reads.old_new.read == Read::Lost) != (reads.new_old.read == Read::Lost);
        let is_elsewhere = |one: &Passed, other: &Passed| match (&one.read, &other.read) {
            (Read::Lost, _) | (_, Read::Lost) => is_new,
            (one_read, other_read) => !one_read.breaks() && !other_read.breaks() && one.drift != other.drift,
        };
        let moved = is_elsewhere(&reads.old_old, &reads.new_old) || is_elsewhere(&reads.old_new, &reads.new_new);
        let (handler, other) = (Handler::new(&old.files)?, Handler::new(&new.files)?);
        let change = Change {
            files: Difference::between(&old.files, &new.files),
            has_other_items: handler.uses() != other.uses(),
            is_elsewhere: moved,
        };
        let (now, replay) = (reads.old_new.read.breaks(), reads.new_old.read.breaks());
        Ok(Self {
            there: change.effect(compile[0].is_some(), now, replay),
            back: change.effect(compile[1].is_some(), replay, now),
            old_reads_new: reads.old_new.read,
            new_reads_old: reads.new_old.read,
            compile,
            error: edit.error.as_ref().map(|_| "none".to_owned()),
            problems,
        })
    }

    fn refused(code: &str) -> Self {
        let nothing = || Effect { rule: String::new(), flags: BTreeSet::new(), step: Step::None };
        Self {
            old_reads_new: Read::Typed,
            new_reads_old: Read::Typed,
            there: nothing(),
            back: nothing(),
            compile: [None, None],
            error: Some(code.to_owned()),
            problems: Vec::new(),
        }
    }
}

/// How two crates differ, in either direction.
struct Change {
    files: Difference,
    /// The public items are not the same.
    has_other_items: bool,
    /// A value that both read is elsewhere.
    is_elsewhere: bool,
}

impl Change {
    fn effect(&self, source: bool, now: bool, replay: bool) -> Effect {
        let silent = self.is_elsewhere && !source;
        let flags = [
            (Flag::Source, source),
            (Flag::Now, now),
            (Flag::Replay, replay),
            (Flag::Silent, silent),
            (Flag::Docs, self.files == Difference::Docs),
        ];
        let step = if source || replay {
            Step::Major
        } else if self.has_other_items || silent || now {
            Step::Minor
        } else if self.files == Difference::None {
            Step::None
        } else {
            Step::Patch
        };
        let flags = flags.into_iter().filter_map(|(flag, is_set)| is_set.then_some(flag)).collect();
        Effect { rule: String::new(), flags, step }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.error {
            return write!(f, "error {code}");
        }
        let reads = (&self.old_reads_new, &self.new_reads_old);
        write!(f, "[{}] [{}]; read: {}, {}", self.there, self.back, reads.0, reads.1)?;
        let errors: Vec<&str> =
            self.compile.iter().flatten().map(|error| error.split(' ').next().unwrap_or(error)).collect();
        if errors.is_empty() { Ok(()) } else { write!(f, "; {}", errors.join(", ")) }
    }
}
