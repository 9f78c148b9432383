//! Verifying allocates nothing, so that a flood of requests costs no memory beyond their bodies.

use allocation_counter::measure;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::{HeaderMap, HeaderValue};
use webhook_receiver::signature::{Encoding, Hash, HmacScheme, Piece, Scheme};
use webhook_receiver::testing::{secret, signed_now};
use webhook_receiver::{StandardWebhooks, TextSecret, Verifier};

const HEX: HmacScheme = HmacScheme::new("x-signature", Hash::Sha512, Encoding::Hex, &[Piece::Body]);

/// Bytes that are counted already: it is the first clone that allocates the count.
fn shared(bytes: Vec<u8>) -> Bytes {
    let bytes = Bytes::from(bytes);
    let _ = bytes.clone();
    bytes
}

/// Each value is a part of one buffer, as where a server has read them.
fn as_received(headers: &HeaderMap) -> HeaderMap {
    let buffer: Vec<u8> = headers.values().flat_map(HeaderValue::as_bytes).copied().collect();
    let mut rest = shared(buffer);
    let mut value = |value: &HeaderValue| HeaderValue::from_maybe_shared(rest.split_to(value.len())).unwrap();
    headers.iter().map(|(name, sent)| (name.clone(), value(sent))).collect()
}

fn assert_allocates_nothing<S: Scheme>(scheme: S, secret: S::Secret, signed: &HeaderMap, body: &Bytes) {
    let verifier = Verifier::new(scheme, secret);
    let headers = as_received(signed);
    let accepted = measure(|| drop(verifier.verify(&headers, body.clone()).unwrap()));
    assert_eq!(accepted.count_total, 0, "{accepted:?}");
    let refused = measure(|| {
        let claim = verifier.check(&headers).unwrap();
        assert!(claim.verify(Bytes::from_static(b"another")).is_err());
    });
    assert_eq!(refused.count_total, 0, "{refused:?}");
}

#[test]
fn standard_webhooks() {
    let body = shared(vec![b'x'; 10_000]);
    let mut signed = signed_now(&StandardWebhooks::DEFAULT, &secret(), &body);
    assert_allocates_nothing(StandardWebhooks::DEFAULT, secret(), &signed, &body);

    let list = ["v1,AAAA ", signed["webhook-signature"].to_str().unwrap(), " v1a,AAAA v1,?"].concat();
    signed.insert("webhook-signature", list.parse().unwrap());
    assert_allocates_nothing(StandardWebhooks::DEFAULT, secret(), &signed, &body);
}

#[test]
fn another_scheme() {
    let body = shared(vec![b'x'; 10_000]);
    let secret = || TextSecret::new("0123456789abcdef0123456789abcdef").unwrap();
    assert_allocates_nothing(HEX, secret(), &signed_now(&HEX, &secret(), &body), &body);
}
