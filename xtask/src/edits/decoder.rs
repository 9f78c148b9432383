//! Passes deliveries through the receivers of many crates: reads one JSON object per line and prints one per line.

use std::future::ready;
use std::sync::mpsc;
use std::{env, fs};

use webhook_receiver::codegen::Webhooks;
use webhook_receiver::http::{HeaderMap, HeaderName, HeaderValue};
use webhook_receiver::serde_json::{self, Value, json};
use webhook_receiver::signature::{Encoding, Hash, HmacScheme, Piece};
use webhook_receiver::{Fallback, Reason, Receiver, Secret, StandardWebhooks, TextSecret, Unrouted, Verifier, testing};

const SVIX: StandardWebhooks = StandardWebhooks::new("svix-id", "svix-timestamp", "svix-signature");

const GITHUB: HmacScheme = HmacScheme::new("x-hub-signature-256", Hash::Sha256, Encoding::Hex, &[Piece::Body])
    .prefix("sha256=")
    .unsigned_id("x-github-delivery");

/// What the constructor of a crate trusts.
trait Known {
    fn known() -> Self;
}

impl Known for Secret {
    fn known() -> Self {
        testing::secret()
    }
}

impl Known for TextSecret {
    fn known() -> Self {
        testing::text_secret()
    }
}

/// For a description that does not state how deliveries are signed.
impl Known for Verifier {
    fn known() -> Self {
        Verifier::standard_webhooks(testing::secret())
    }
}

macro_rules! crates {
    ($($name:ident)*) => {
        /// Passes a delivery through the receiver of the crate of this name.
        fn pass_through(name: &str, delivery: &Value) -> Value {
            match name {
                $(stringify!($name) => pass($name::receiver(Known::known()), delivery),)*
                _ => panic!("there is no crate {name}"),
            }
        }
    };
}

fn main() {
    let path = env::args().nth(1).expect("the file of deliveries is an argument");
    let deliveries = fs::read_to_string(path).expect("the file of deliveries can be read");
    for line in deliveries.lines() {
        let delivery: Value = serde_json::from_str(line).expect("each line is a delivery");
        println!("{}", pass_through(delivery["crate"].as_str().expect("a delivery is for a crate"), &delivery));
    }
}

/// What a receiver does with a delivery: an object with `read`, a JSON pointer if it is refused, and the drift if it decodes.
fn pass<W: Webhooks>(receiver: Receiver<W>, delivery: &Value) -> Value {
    let body = delivery["body"].to_string();
    let mut headers = signed(delivery["signed"].as_str(), body.as_bytes());
    for (name, value) in delivery["headers"].as_object().into_iter().flatten() {
        let name: HeaderName = name.parse().expect("the name of a header");
        headers.insert(name, HeaderValue::from_str(value.as_str().expect("a text")).expect("the value of a header"));
    }
    let (events, got) = mpsc::channel();
    let others = events.clone();
    let service = receiver
        .on_any(move |_: W::Event| {
            drop(events.send(None));
            ready(())
        })
        .fallback(move |event: Unrouted| {
            drop(others.send(Some(event.reason().clone())));
            ready(Fallback::Handled)
        })
        .into_service();
    if testing::block_on(async { service.receive(&headers, body).await }).is_err() {
        return json!({ "read": "rejected" });
    }
    match got.recv().expect("a handler has run") {
        None => {
            let drift = service.drift();
            let drift: Vec<String> =
                drift.iter().map(|count| format!("{} {}", count.drift.kind.name(), count.drift.pointer)).collect();
            json!({ "read": "typed", "drift": drift })
        }
        Some(Reason::Mismatch(error)) => json!({ "read": "refused", "pointer": error.pointer() }),
        Some(Reason::UnknownEventType(_)) => json!({ "read": "lost" }),
        Some(reason) => panic!("{delivery} is unrouted: {reason}"),
    }
}

fn signed(scheme: Option<&str>, body: &[u8]) -> HeaderMap {
    match scheme {
        Some("svix") => testing::signed_now(&SVIX, &testing::secret(), body),
        Some("github") => testing::signed_now(&GITHUB, &testing::text_secret(), body),
        _ => testing::signed_now(&StandardWebhooks::DEFAULT, &testing::secret(), body),
    }
}

