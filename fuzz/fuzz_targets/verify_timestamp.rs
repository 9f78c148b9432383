//! Timestamps of any kind, correctly signed: accepted if and only if they are numbers in plain form within the window.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;
use webhook_receiver::http::{HeaderMap, HeaderValue};
use webhook_receiver::{Secret, StandardWebhooks, Verifier};

const KEY: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: u64 = 1_614_265_330;

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    Verifier::builder(StandardWebhooks::DEFAULT).secret(Secret::new(KEY).unwrap()).clock(move || now).build().unwrap()
});

fuzz_target!(|timestamp: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(timestamp) else { return };
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(KEY).unwrap()).unwrap();
    mac.update(&[b"id.", timestamp, b".body"].concat());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_static("id"));
    headers.insert("webhook-timestamp", value);
    headers.insert("webhook-signature", signature.parse().unwrap());

    let seconds = str::from_utf8(timestamp).ok().and_then(|text| {
        let seconds: u64 = text.parse().ok()?;
        (seconds.to_string() == text).then_some(seconds)
    });
    let expected = seconds.is_some_and(|seconds| seconds.abs_diff(NOW) <= 300);
    assert_eq!(VERIFIER.verify(&headers, "body".into()).is_ok(), expected);
});
