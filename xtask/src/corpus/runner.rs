//! Passes examples through the receiver: reads one JSON object per line and prints one per line.

use std::future::ready;
use std::sync::mpsc;
use std::{env, fs};

use corpus_webhooks::webhook_receiver::http::HeaderValue;
use corpus_webhooks::webhook_receiver::serde_json::{self, Value, json};
use corpus_webhooks::webhook_receiver::codegen::{EventName, EventTypeLocation};
use corpus_webhooks::webhook_receiver::{StandardWebhooks, Webhooks, testing};
use corpus_webhooks::{Event, EventType, Fallback, Receiver, Unrouted, VENDOR, Verifier};

/// What a handler got.
enum Got {
    Event(Box<Event>),
    Unrouted(Box<Unrouted>),
}

fn main() {
    let path = env::args().nth(1).expect("the file of examples is an argument");
    let examples = fs::read_to_string(path).expect("the file of examples can be read");
    for line in examples.lines() {
        let example: Value = serde_json::from_str(line).expect("each line is an example");
        println!("{}", pass(&example));
    }
}

/// Signs an example, passes it through the receiver, and compares what the handler got with it.
fn pass(example: &Value) -> Value {
    let body = example["body"].as_str().expect("an example has a body").to_owned();
    let names = example["event_types"].as_array().into_iter().flatten();
    let own: Vec<EventType> = names.filter_map(|name| <EventType as EventName>::parse(name.as_str()?)).collect();
    let mut headers = testing::signed_now(&StandardWebhooks::DEFAULT, &testing::secret(), body.as_bytes());
    if let (EventTypeLocation::Header { name, .. }, Some(value)) = (VENDOR::EVENT_TYPE, example["header"].as_str()) {
        headers.insert(name, HeaderValue::from_str(value).expect("an event's name is valid in a header"));
    }
    let verifier = || Verifier::standard_webhooks(testing::secret());

    let (events, got) = mpsc::channel();
    let others = events.clone();
    let mut receiver = Receiver::<VENDOR>::new(verifier())
        .on_any(move |event: Event| {
            drop(events.send(Got::Event(Box::new(event))));
            ready(())
        })
        .fallback(move |event: Unrouted| {
            drop(others.send(Got::Unrouted(Box::new(event))));
            ready(Fallback::Handled)
        });
    if let (EventTypeLocation::Endpoint, [only]) = (VENDOR::EVENT_TYPE, &own[..]) {
        receiver = receiver.assume_event_type(*only);
    }
    let service = receiver.into_service();
    let outcome = testing::block_on(async { service.receive(&headers, body.clone()).await });
    outcome.expect("an example is signed");

    let (routed, intact, mut decoded) = match got.recv().expect("a handler has run") {
        Got::Event(event) => (event.event_type(), None, written(&body, &event)),
        Got::Unrouted(event) => (None, Some(*event.raw() == body.as_bytes()), Err(event.reason().to_string())),
    };
    // An example may state no event type or a wrong one, and still be what its webhook describes.
    let elsewhere = !own.is_empty() && routed.is_none_or(|routed| !own.contains(&routed));
    if elsewhere {
        let delivery = verifier().verify(&headers, body.clone().into()).expect("an example is signed");
        let attempts = own.iter().map(|own| match delivery.event_as::<VENDOR>(*own) {
            Ok(event) => written(&body, &event),
            Err(error) => Err(error.to_string()),
        });
        // The first one that decodes, else the last error.
        decoded = attempts.reduce(|best, next| if best.is_ok() { best } else { next }).unwrap_or(decoded);
    }
    let misstated = decoded.is_ok() && elsewhere;
    let (difference, error) = decoded.map_or_else(|error| (None, Some(error)), |difference| (difference, None));
    json!({ "difference": difference, "error": error, "misstated": misstated, "intact": intact })
}

/// The difference between an event, serialized again, and its example.
fn written(body: &str, event: &Event) -> Result<Option<String>, String> {
    let text = serde_json::to_string(event).expect("an event can be written");
    Ok(testing::same_json(body, &text).err())
}
