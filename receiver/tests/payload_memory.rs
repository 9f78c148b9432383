//! The decoded values of all deliveries take no more memory than is set, however many there are.

#[allow(dead_code, reason = "a part of the vendor is enough")]
#[path = "it/acme.rs"]
mod acme;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use allocation_counter::measure;
use serde::{Serialize, Serializer};
use tokio::sync::{Semaphore, SemaphorePermit};
use webhook_receiver::codegen::codec::{self, Reader};
use webhook_receiver::testing::block_on;
use webhook_receiver::{
    Decode, DecodeError, Fallback, Outcome, Payload, Reason, Receiver, ReceiverService, Undeclared, Unrouted, Verifier,
};

use acme::{Acme, EventType, delivery};

/// Takes 1 KiB, whatever its text is.
struct Large([u64; 128]);

impl Decode for Large {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let length = reader.json()?.as_str().len();
        Ok(Self([length as u64; 128]))
    }
}

impl Serialize for Large {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0[0])
    }
}

/// With a list, for a body that takes much more than its length.
struct Many {
    parts: Vec<Large>,
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

/// Large itself, which is in memory where it was decoded and in the futures around its handler.
struct Broad {
    parts: [Option<Large>; 8],
}

impl Decode for Broad {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.json()?;
        Ok(Self { parts: [const { None }; 8] })
    }
}

impl Serialize for Broad {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.parts)
    }
}

impl Payload for Broad {
    type Webhooks = Acme;

    const EVENT_TYPE: EventType = EventType::Ping;
}

const MEMORY: usize = 4 << 20;

/// Handlers that keep their payload until the gate opens.
fn service(gate: &Arc<Semaphore>, running: &Arc<AtomicUsize>) -> ReceiverService<Acme> {
    let (many, broad) = ((Arc::clone(gate), Arc::clone(running)), (Arc::clone(gate), Arc::clone(running)));
    Receiver::<Acme>::new(Verifier::dangerously_accept_unsigned())
        .payload_memory(MEMORY)
        .on(move |payload: Many| {
            let (gate, running) = many.clone();
            async move {
                running.fetch_add(payload.parts.len().min(1), Ordering::Relaxed);
                gate.acquire().await.map(SemaphorePermit::forget).unwrap();
                assert!(size_of_val(&payload) > 0, "it is in memory until then");
            }
        })
        .on(move |payload: Broad| {
            let (gate, running) = broad.clone();
            async move {
                running.fetch_add(1, Ordering::Relaxed);
                gate.acquire().await.map(SemaphorePermit::forget).unwrap();
                assert!(size_of_val(&payload) > 0, "it is in memory until then");
            }
        })
        .fallback(async |unrouted: Unrouted| {
            assert!(matches!(unrouted.reason(), Reason::Mismatch(_)), "{}", unrouted.reason());
            Fallback::Kept
        })
        .into_service()
}

/// Sends this many deliveries while handlers hang, twice. Returns how many ran at once, and the memory that they took.
fn run(body: &str, count: usize) -> (usize, usize) {
    let (gate, running) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let service = service(&gate, &running);
    // What is allocated once.
    block_on(service.dispatch(delivery("{}")));
    let mut handled = Vec::new();
    let memory = measure(|| {
        for _ in 0..2 {
            block_on(async {
                let send = || {
                    let (service, delivery) = (service.clone(), delivery(body.to_owned()));
                    tokio::spawn(async move { service.dispatch(delivery).await.name() })
                };
                let mut tasks = Vec::new();
                for _ in 0..count {
                    tasks.push(send());
                    tokio::task::yield_now().await;
                }
                let at_once = running.swap(0, Ordering::Relaxed);
                gate.add_permits(at_once);
                let mut outcomes = Vec::new();
                for task in tasks {
                    outcomes.push(task.await.unwrap());
                }
                let of = |name: &str| outcomes.iter().filter(|outcome| **outcome == name).count();
                assert_eq!((of("handled"), of("overloaded")), (at_once, count - at_once));
                service.idle().await;
                handled.push(at_once);
            });
        }
    });
    assert_eq!(handled[0], handled[1], "the memory is free again");
    (handled[0], usize::try_from(memory.bytes_max).unwrap())
}

/// The body of a delivery with so many parts.
fn parts(count: usize) -> String {
    format!(r#"{{"eventType": "asset.created", "parts": [{}]}}"#, vec!["0"; count].join(","))
}

#[test]
fn values_share_their_memory() {
    // 1 MiB each, and half of that in addition while the list grows.
    let (at_once, memory) = run(&parts(1024), 30);
    assert!((2..=3).contains(&at_once), "{at_once}");
    assert!(memory <= MEMORY + 30 * 8192, "{memory}");
    assert!(memory > MEMORY / 2, "{memory}");
}

#[test]
fn payloads_count_with_the_futures_of_their_handlers() {
    let (at_once, memory) = run(r#"{"eventType": "ping"}"#, 200);
    assert!((50..150).contains(&at_once), "{at_once}");
    assert!(memory <= MEMORY + 200 * 4096, "{memory}");
    assert!(memory > MEMORY / 3, "{memory}");
}

#[test]
fn a_body_that_needs_more_than_all_of_it_goes_to_the_fallback() {
    let service = service(&Arc::new(Semaphore::new(0)), &Arc::default());
    let outcome = block_on(service.dispatch(delivery(parts(4096))));
    let Outcome::Unrouted { reason: Reason::Mismatch(error), .. } = outcome else { panic!("{outcome}") };
    assert_eq!(error.message(), "the values take more memory than all bodies together may use");
    assert_eq!(error.pointer(), "/parts");
}
