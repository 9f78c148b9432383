//! Bodies that take long to decode, or much memory.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver as Gate, channel};
use std::time::Duration;

use serde::{Serialize, Serializer};
use tokio::join;
use tokio::sync::{Notify, oneshot};
use webhook_receiver::codegen::codec::Reader;
use webhook_receiver::testing::block_on;
use webhook_receiver::{
    Decode, DecodeError, Fallback, Outcome, Payload, Reason, Receiver, Undeclared, Unrouted, Verifier, codegen::codec,
};

use crate::acme::{Acme, EventType, Ping, delivery};

static GATE: Mutex<Option<(oneshot::Sender<()>, Gate<()>)>> = Mutex::new(None);

/// Is decoded once the gate is open.
struct Slow;

impl Decode for Slow {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (begun, gate) = GATE.lock().unwrap().take().unwrap();
        begun.send(()).unwrap();
        gate.recv_timeout(Duration::from_mins(1)).expect("nothing else should be held up");
        reader.json().map(|_| Self)
    }
}

impl Serialize for Slow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl Payload for Slow {
    type Webhooks = Acme;

    const EVENT_TYPE: EventType = EventType::AssetCreated;
}

#[test]
fn a_large_body_does_not_hold_up_others() {
    let (begun, has_begun) = oneshot::channel();
    let (open, gate) = channel();
    *GATE.lock().unwrap() = Some((begun, gate));
    let service = Receiver::<Acme>::new(Verifier::dangerously_accept_unsigned())
        .on(|_: Slow| async {})
        .on(|_: Ping| async {})
        .into_service();
    let large = format!(r#"{{"eventType": "asset.created", "x": "{}"}}"#, "x".repeat(64 * 1024));
    let small = Notify::new();
    let (large, small) = block_on(async {
        join!(
            async {
                let outcome = service.dispatch(delivery(large)).await;
                small.notify_one();
                outcome
            },
            async {
                // There is only one thread for requests.
                has_begun.await.unwrap();
                let outcome = service.dispatch(delivery(r#"{"eventType": "ping", "count": 1}"#)).await;
                open.send(()).unwrap();
                small.notified().await;
                outcome
            }
        )
    });
    assert!(matches!((large, small), (Outcome::Handled, Outcome::Handled)));
}

/// Takes much more memory than its text if it is empty.
#[derive(Debug)]
struct Wide {
    numbers: Option<(i64, i64, i64, i64, i64, i64)>,
    undeclared: Undeclared,
}

codec::object! {
    Wide {
        "numbers" => numbers: optional,
        ..undeclared
    }
}

#[derive(Debug)]
struct Many {
    parts: Vec<Wide>,
    undeclared: Undeclared,
}

codec::object! {
    Many {
        "parts" => parts: required,
        ..undeclared
    }
}

impl Payload for Many {
    type Webhooks = Acme;

    const EVENT_TYPE: EventType = EventType::AssetCreated;
}

/// The reason why a body goes to the fallback, if it does.
fn unrouted(body: &str, decode_memory: Option<usize>) -> Option<Reason> {
    static REASON: Mutex<Option<Reason>> = Mutex::new(None);
    let mut receiver = Receiver::<Acme>::new(Verifier::dangerously_accept_unsigned()).on(|_: Many| async {}).fallback(
        |unrouted: Unrouted| async move {
            assert!(unrouted.raw().starts_with(br#"{"eventType""#));
            *REASON.lock().unwrap() = Some(unrouted.reason().clone());
            Fallback::Kept
        },
    );
    if let Some(bytes) = decode_memory {
        receiver = receiver.decode_memory(bytes);
    }
    let outcome = block_on(receiver.into_service().dispatch(delivery(body.to_owned())));
    let reason = REASON.lock().unwrap().take();
    assert_eq!(outcome.name(), reason.as_ref().map_or("handled", Reason::name));
    reason
}

#[test]
fn a_body_that_takes_too_much_memory_goes_to_the_fallback() {
    let body = |length: usize| {
        format!(r#"{{"eventType": "asset.created", "parts": [{}{{}}]}}"#, "{},".repeat(length / 3 - 20))
    };
    assert_eq!(unrouted(&body(64 * 1024), None), None);
    let large = body(256 * 1024);
    let reason = unrouted(&large, None).unwrap();
    assert!(matches!(&reason, Reason::Mismatch(error) if error.pointer() == "/parts"), "{reason}");
    assert!(reason.to_string().contains("more memory than a body of this size may use"), "{reason}");
    assert_eq!(unrouted(&large, Some(64 << 20)), None);
}

#[test]
fn a_delivery_has_a_limit_of_memory_of_its_own() {
    let body = format!(r#"{{"parts": [{}{{}}]}}"#, "{},".repeat(100_000));
    let error = delivery(body.clone()).decode::<Many>().unwrap_err();
    assert_eq!(error.message(), "the values take more memory than a body of this size may use");
    let many: Many = delivery(body).with_decode_memory(64 << 20).decode().unwrap();
    assert_eq!(many.parts.len(), 100_001);
}
