//! Headers of any kind: nothing panics, and nothing is accepted that holds no right signature.
//!
//! The input is lines of `name:value`, then an empty line, then the body.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use libfuzzer_sys::fuzz_target;
use webhook_receiver::authorization::{Authenticator, BasicAuth};
use webhook_receiver::http::{HeaderMap, HeaderName, HeaderValue};
use webhook_receiver::signature::{Ed25519Scheme, Encoding, Hash, Piece, PublicKey};
use webhook_receiver::{HmacScheme, Secret, StandardWebhooks, TextSecret, Verifier};

const STRIPE: HmacScheme = HmacScheme::list(
    "stripe-signature",
    ',',
    Hash::Sha256,
    Encoding::Hex,
    &[Piece::TimestampToken("t="), Piece::Text("."), Piece::Body],
)
.prefix("v1=");

/// One verifier of each kind, whose secrets no input can know.
static GATES: LazyLock<Vec<Authenticator>> = LazyLock::new(|| {
    let now = || SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_265_330);
    let text = || TextSecret::new("never part of an input").unwrap();
    let shared = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
    let public = PublicKey::new("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=").unwrap();
    let basic = BasicAuth::new("vendor", &text()).unwrap();
    vec![
        Verifier::builder(StandardWebhooks::DEFAULT).secret(shared).clock(now).build().unwrap().with_basic(basic),
        Verifier::builder(Ed25519Scheme(StandardWebhooks::DEFAULT)).secret(public).clock(now).build().unwrap().into(),
        Verifier::builder(STRIPE).secret(text()).clock(now).build().unwrap().into(),
    ]
});

fuzz_target!(|input: &[u8]| {
    let mut rest = input;
    let mut headers = HeaderMap::new();
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { break };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(&line[colon + 1..]);
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    for authenticator in GATES.iter() {
        let Ok(admission) = authenticator.check(&headers) else { continue };
        // Without a bearer token there is nothing to wait for.
        let mut verified = std::pin::pin!(admission.admit(rest.to_vec().into()));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(matches!(verified.as_mut().poll(&mut context), std::task::Poll::Ready(Err(_))));
    }
});
