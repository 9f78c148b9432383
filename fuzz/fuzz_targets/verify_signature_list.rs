//! Signature lists of any kind: accepted if and only if they hold the one right token.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use libfuzzer_sys::fuzz_target;
use webhook_receiver::http::{HeaderMap, HeaderValue};
use webhook_receiver::{Secret, StandardWebhooks, Verifier};

const VALID: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_265_330);
    Verifier::builder(StandardWebhooks::DEFAULT).secret(secret).clock(move || now).build().unwrap()
});

fuzz_target!(|list: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(list) else { return };
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_static("msg_p5jXN8AQM9LWM0D4loKWxJek"));
    headers.insert("webhook-timestamp", HeaderValue::from_static("1614265330"));
    headers.insert("webhook-signature", value);

    let expected = str::from_utf8(list).is_ok_and(|list| {
        let tokens: Vec<&str> = list.split(' ').filter(|token| !token.is_empty()).collect();
        list.len() <= 8192
            && !list.contains(|letter: char| !letter.is_ascii() || letter.is_ascii_control())
            && tokens.len() <= 32
            && tokens.contains(&VALID)
    });
    let accepted = VERIFIER.verify(&headers, r#"{"test": 2432232314}"#.into()).is_ok();
    assert_eq!(accepted, expected);
});
