//! Random instances of random schemas: each that a validator accepts decodes as the emitted type, and encodes to equal JSON.

mod compare;
mod program;

use std::collections::{BTreeMap, BTreeSet};

use arbitrary_openapi::{Cases, Document, instance, json_schema, json_text, seeded, shrink};
use jsonschema::Validator;
use serde_json::{Value, json};
use webhook_generator::source::Limits;

use crate::modules::{Batch, Purpose};
use crate::{child, properties};
use program::Program;

/// How many descriptions become one program.
const BATCH: u64 = 12;

/// How many instances of a schema are made; equal ones count once.
const ATTEMPTS: u64 = 50;

/// After so many findings, the run ends.
const MOST_FINDINGS: usize = 200;

/// How many instances are tried to shrink one that fails.
const SHRINKING: usize = 400;

/// What came of all instances.
#[derive(Default)]
pub(crate) struct Tally {
    schemas: usize,
    without_instances: usize,
    /// Made, but not valid.
    refused: usize,
    instances: usize,
    findings: usize,
}

impl Tally {
    /// Whether there is no finding.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings == 0
    }
}

/// Tries so many instances of the schemas of the seeds from the first one.
pub(crate) fn run(first: u64, instances: usize) -> Tally {
    let mut tally = Tally::default();
    let mut seed = first;
    let batch = Batch::new("instances", Purpose::Program(program::main));
    while tally.instances < instances && tally.findings < MOST_FINDINGS {
        let all: BTreeMap<u64, Cases> = (seed..seed + BATCH).map(|seed| (seed, Cases::from_seed(seed))).collect();
        seed += BATCH;
        tally.batch(&batch, &all, instances);
        println!("seeds to {seed}: {} instances, {} findings", tally.instances, tally.findings);
    }
    println!(
        "{} instances of {} schemas, {} findings; {} schemas have no instance, and {} that were made are not valid",
        tally.instances, tally.schemas, tally.findings, tally.without_instances, tally.refused
    );
    tally
}

/// Prints the schemas of a seed, and what the generator reports.
pub(crate) fn show(seed: u64) {
    let cases = Cases::from_seed(seed);
    println!("{:#}", cases.document.spec);
    println!("{}", properties::run(child::written(&cases.document).path(), Limits::default()).told);
}

impl Tally {
    fn found(&mut self, finding: &str) {
        println!("\n{finding}");
        self.findings += 1;
    }

    fn batch(&mut self, batch: &Batch, all: &BTreeMap<u64, Cases>, most: usize) {
        let mut documents: BTreeMap<u64, Document> = BTreeMap::new();
        for (seed, cases) in all {
            let run = properties::run(child::written(&cases.document).path(), Limits::default());
            if run.files.is_some() {
                documents.insert(*seed, cases.document.clone());
            } else {
                self.found(&format!("seed {seed} is not generated: {}", run.told));
            }
        }
        for (seed, problem) in batch.build(&mut documents) {
            self.found(&format!("seed {seed} does not compile: {problem}"));
        }
        let mut program = Program::start(batch.program());
        for seed in documents.keys() {
            for (number, (event, schema)) in all[seed].schemas.iter().enumerate() {
                if self.instances < most {
                    let case = Case { seed: *seed, event, document: &documents[seed].spec, schema };
                    self.case(&case, number as u64, &mut program);
                }
            }
        }
    }

    /// Tries instances of one schema; the first finding is enough.
    fn case(&mut self, case: &Case<'_>, number: u64, program: &mut Program) {
        self.schemas += 1;
        let options = jsonschema::options().should_validate_formats(true);
        let validator = match options.build(&json_schema(case.document, case.schema)) {
            Ok(validator) => validator,
            Err(error) => {
                self.found(&format!("seed {}: the validator refuses {}: {error}", case.seed, case.schema));
                return;
            }
        };
        let mut known = BTreeSet::new();
        let mut found = false;
        for attempt in 0..ATTEMPTS {
            let tape = seeded((case.seed * 10 + number) * 1_000 + attempt);
            let mut choices = tape.choices();
            let Some(value) = instance(&mut choices, case.document, case.schema) else { continue };
            if !validator.is_valid(&value) {
                self.refused += 1;
                continue;
            }
            let text = json_text(&mut choices, &value);
            if known.insert(text.clone()) {
                self.instances += 1;
                if let Err(why) = case.fault(&text, program)
                    && !found
                {
                    found = true;
                    self.found(&case.report(&validator, &value, text, why, program));
                }
            }
        }
        self.without_instances += usize::from(known.is_empty());
    }
}

/// A schema of a description.
struct Case<'c> {
    seed: u64,
    event: &'c str,
    document: &'c Value,
    schema: &'c Value,
}

impl Case<'_> {
    /// Decodes an instance at each place of a payload, and compares what is encoded.
    fn fault(&self, text: &str, program: &mut Program) -> Result<(), String> {
        let body = format!("{{\"required\":{text},\"optional\":{text},\"list\":[{text}],\"map\":{{\"a\":{text}}}}}");
        let encoded = program.round_trip(self.seed, self.event, &body)?;
        compare::same(&body, &encoded)
    }

    /// A finding, with the smallest instance that also fails.
    fn report(&self, validator: &Validator, value: &Value, text: String, why: String, program: &mut Program) -> String {
        // In its usual spelling, a smaller instance is sought.
        let fails = |value: &Value, program: &mut Program| {
            validator.is_valid(value) && self.fault(&value.to_string(), program).is_err()
        };
        let (text, why) = if fails(value, program) {
            let small = shrink(value.clone(), SHRINKING, |value| fails(value, program)).to_string();
            let why = self.fault(&small, program).err().unwrap_or(why);
            (small, why)
        } else {
            (text, why)
        };
        format!(
            "seed {} {}: {why}\ninstance: {text}\nschema: {}\ncomponents: {}",
            self.seed,
            self.event,
            self.schema,
            used(self.document, self.schema)
        )
    }
}

/// The components that a schema leads to.
fn used(document: &Value, schema: &Value) -> Value {
    let mut used = json!({});
    let mut pending = vec![schema.to_string()];
    while let Some(text) = pending.pop() {
        for (name, component) in document["components"]["schemas"].as_object().into_iter().flatten() {
            if text.contains(&format!("#/components/schemas/{name}\"")) && used.get(name).is_none() {
                used[name] = component.clone();
                pending.push(component.to_string());
            }
        }
    }
    used
}
