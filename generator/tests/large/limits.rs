//! Large and recursive types on a small stack, and lists of unions with many variants.

use std::fmt::Debug;
use std::thread;

use large_webhooks::webhook_receiver::testing::decode_counting_steps;
use large_webhooks::webhook_receiver::{Decode, DecodeError, serde::Serialize, serde_json};
use large_webhooks::{Choice, Narrow, Part, Wide, Word};

/// Uses a value in every way, on a thread with a stack of 2 MiB.
fn check<T: Decode + Clone + Debug + PartialEq + Serialize>(json: String) -> Result<(), String> {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let value: T = json.parse::<large_webhooks::JsonValue>().unwrap().decode().map_err(|error| error.to_string())?;
        let copy = value.clone();
        assert!(copy == value);
        assert_eq!(serde_json::to_string(&copy).unwrap(), json);
        drop(value);
        assert!(format!("{copy:?}").len() > json.len());
        Ok(())
    });
    thread.unwrap().join().unwrap()
}

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}{{\"m7\":\"x\"}}{}", open.repeat(depth - 1), close.repeat(depth - 1))
}

#[test]
fn recursive_structs_of_300_members() {
    check::<Narrow>(nested("{\"child\":", "}", 128)).unwrap();
    check::<Narrow>(nested("{\"children\":[{},", "]}", 64)).unwrap();
    check::<Narrow>(nested("{\"named\":{\"x\":", "}}", 64)).unwrap();
    check::<Narrow>(nested("{\"either\":", "}", 128)).unwrap();
    let error = nested("{\"child\":", "}", 129).parse::<large_webhooks::JsonValue>().unwrap_err();
    assert_eq!(error.message(), "objects and arrays nest too deep");
    let deeper = serde_json::from_str::<Narrow>(&nested("{\"child\":", "}", 129)).unwrap_err();
    assert!(deeper.to_string().contains("objects and arrays nest too deep"), "{deeper}");
}

#[test]
fn recursive_structs_of_2000_members() {
    check::<Wide>(nested("{\"child\":", "}", 64)).unwrap();
    check::<Wide>(nested("{\"child\":", "}", 128)).unwrap();
    check::<Wide>(nested("{\"children\":[{},", "]}", 64)).unwrap();
    check::<Wide>(nested("{\"named\":{\"x\":", "}}", 64)).unwrap();
    check::<Wide>(nested("{\"either\":", "}", 128)).unwrap();
}

/// Decodes a list of many parts of 2 MiB within the steps that it may take.
fn steps<T: Decode>(part: &str) -> Result<(), DecodeError> {
    let json = format!("[{}]", vec![part; (2 << 20) / (part.len() + 1)].join(","));
    let (decoded, steps) = decode_counting_steps::<Vec<T>>(&json);
    println!("{:.2} steps for each byte of {part}", steps as f64 / json.len() as f64);
    assert!(steps <= 20 * json.len(), "{part}: {steps} steps for {} bytes", json.len());
    decoded.map(drop)
}

#[test]
fn unions_of_200_structs_take_few_steps() {
    steps::<Choice>("{}").unwrap();
    steps::<Choice>("{\"id\":\"x\"}").unwrap();
    steps::<Choice>("{\"id\":\"x\",\"own199\":\"x\"}").unwrap();
    steps::<Choice>("{\"id\":\"x\",\"own199\":1}").unwrap();
    steps::<Choice>("[{}]").unwrap();
    steps::<Part>("{}").unwrap();
}

#[test]
fn enums_of_5000_values_take_few_steps() {
    for part in ["\"word0000\"", "\"word4999\"", "\"word5000\""] {
        steps::<Word>(part).unwrap();
    }
}
