//! Any bytes as a body: nothing panics, we read what `serde_json` reads, and what is decoded survives being written.
#![no_main]

#[path = "../../receiver/tests/it/beside_serde_json.rs"]
mod beside_serde_json;

use std::fmt::Debug;

use webhook_receiver::serde::Serialize;
use webhook_receiver::{Webhooks, serde_json};

use beside_serde_json::{agree, delivery};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    agree(body);
    survives::<tenovos_webhooks::Tenovos>(body, |event| event.event_type().is_some());
    survives::<unions_webhooks::Unions>(body, |event| event.event_type().is_some());
    survives::<recursion_webhooks::Recursion>(body, |event| event.event_type().is_some());
});

/// An event that is not known is written as its body is, which need not be what we write.
fn survives<W>(body: &[u8], is_known: impl Fn(&W::Event) -> bool)
where
    W: Webhooks<Event: Serialize + PartialEq + Debug>,
{
    let Ok(event) = delivery(body).event::<W>() else { return };
    if is_known(&event) {
        let written = serde_json::to_vec(&event).expect("what was read can be written");
        assert_eq!(delivery(&written).event::<W>().as_ref(), Ok(&event), "{}", body.escape_ascii());
    }
}
