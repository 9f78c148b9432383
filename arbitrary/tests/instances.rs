//! Instances are valid, as an independent validator sees it.

use arbitrary_openapi::{Dialect, Schemas, Taste, instance, json_schema, seeded};
use serde_json::json;

#[test]
fn instances_are_valid() {
    let names = ["A", "B", "C", "D", "E"].map(str::to_owned);
    let (mut made, mut valid, mut schemas) = (0, 0, 0);
    let mut refused = Vec::new();
    for seed in 0..400 {
        let tape = seeded(seed);
        let mut choices = tape.choices();
        let maker = Schemas::new(Taste::Plain, Dialect::V31, &names);
        let document = json!({ "components": { "schemas": maker.definitions(&mut choices, 3) } });
        let schema = maker.schema(&mut choices, 3);
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&json_schema(&document, &schema))
            .expect("a schema");
        schemas += 1;
        for attempt in 0..4 {
            let tape = seeded(1000 + 4 * seed + attempt);
            let Some(instance) = instance(&mut tape.choices(), &document, &schema) else { continue };
            made += 1;
            if validator.is_valid(&instance) {
                valid += 1;
            } else if refused.len() < 5 {
                let why = validator.iter_errors(&instance).next().map(|error| error.to_string());
                refused.push(format!("{seed}: {schema}\n{instance}\n{why:?}"));
            }
        }
    }
    println!("{schemas} schemas, {made} instances, {valid} valid\n{}", refused.join("\n\n"));
    assert!(made * 100 >= 4 * schemas * 80, "{made} instances of {schemas} schemas");
    assert!(valid * 100 >= made * 95, "{valid} of {made} are valid\n{}", refused.join("\n\n"));
}
