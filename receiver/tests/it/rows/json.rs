//! JSON behind a valid signature.

use std::sync::{Arc, Mutex};

use webhook_receiver::testing::{block_on, secret};
use webhook_receiver::{Fallback, Outcome, Reason, Receiver, ReceiverService, Unrouted, Verifier};

use super::{assert_complete, assert_named, expand, read};
use crate::acme::{Acme, AssetCreated, AssetMetadataUpdated, Ping, delivery};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    row: String,
    what: String,
    by: Option<String>,
    body: Option<String>,
    hex: Option<String>,
    outcome: Option<String>,
    pointer: Option<String>,
    /// Why the outcome is another than that of the row.
    deviation: Option<String>,
}

impl Case {
    fn bytes(&self) -> Vec<u8> {
        match (&self.body, &self.hex) {
            (Some(body), None) => expand(body).into_bytes(),
            (None, Some(hex)) => {
                let digits: Vec<_> = hex.chars().map(|digit| digit.to_digit(16).expect("a digit")).collect();
                digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("a byte")).collect()
            }
            _ => panic!("{} {}", self.row, self.what),
        }
    }
}

fn cases() -> Vec<Case> {
    read(include_str!("../../cases/json.toml"))
}

#[test]
fn every_row_has_a_case() {
    let cases = cases();
    assert_complete(cases.iter().map(|case| &*case.row), (1..=39).map(|number| format!("J{number:02}")));
    cases.iter().filter_map(|case| case.by.as_deref()).for_each(assert_named);
    assert!(cases.iter().all(|case| case.by.is_some() || case.outcome.is_some()));
    assert!(cases.iter().all(|case| case.deviation.as_ref().is_none_or(|why| why.len() > 20)));
}

fn receiver() -> Receiver<Acme> {
    Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .on(|_: Ping| async {})
        .on(|_: AssetCreated| async {})
        .on(|_: AssetMetadataUpdated| async {})
}

fn dispatch(service: &ReceiverService<Acme>, body: Vec<u8>) -> (&'static str, u16, Option<String>) {
    let outcome = block_on(service.dispatch(delivery(body)));
    let status = outcome.status().as_u16();
    match &outcome {
        Outcome::Unrouted { reason: Reason::Malformed(error), .. } => {
            ("malformed", status, Some(error.pointer().to_owned()))
        }
        Outcome::Unrouted { reason: Reason::Mismatch(error), .. } => {
            ("mismatch", status, Some(error.pointer().to_owned()))
        }
        _ => (outcome.name(), status, None),
    }
}

#[test]
fn outcomes() {
    let service = receiver().into_service();
    let mut failures = Vec::new();
    for case in cases().iter().filter(|case| case.by.is_none()) {
        let body = case.bytes();
        let (outcome, status, pointer) = dispatch(&service, body);
        let expected = match outcome {
            "malformed" => 400,
            "mismatch" => 422,
            _ => 200,
        };
        let fits = case.outcome.as_deref() == Some(outcome)
            && status == expected
            && (case.pointer.is_none() || case.pointer == pointer);
        if !fits {
            failures.push(format!("{} {}: {outcome} {status} {pointer:?}", case.row, case.what));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Where there is a fallback, nothing authentic is lost: it gets the bytes of whatever no handler got.
#[test]
fn a_fallback_gets_the_rest() {
    let kept = Arc::<Mutex<Vec<Vec<u8>>>>::default();
    let keep = Arc::clone(&kept);
    let service = receiver()
        .fallback(move |unrouted: Unrouted| {
            keep.lock().unwrap().push(unrouted.raw().to_vec());
            async { Fallback::Handled }
        })
        .into_service();
    for case in cases().iter().filter(|case| case.by.is_none()) {
        let body = case.bytes();
        let (outcome, status, _) = dispatch(&service, body.clone());
        assert_eq!((Some(outcome), status), (case.outcome.as_deref(), 200), "{} {}", case.row, case.what);
        let kept = std::mem::take(&mut *kept.lock().unwrap());
        let expected = if case.outcome.as_deref() == Some("handled") { vec![] } else { vec![body] };
        assert!(kept == expected, "{} {}", case.row, case.what);
    }
}
