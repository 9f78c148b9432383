//! What a verifier accepts and refuses, and why.
//!
//! The table of cases is `tests/cases/signatures.toml`. Its tags are computed here, with the HMAC primitive alone.

mod recipe;
pub(crate) mod table;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use webhook_receiver::signature::VerifierBuilder;
use webhook_receiver::{Secret, StandardWebhooks, Verifier, VerifyError};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const NOW: u64 = 1_614_265_330;

#[test]
fn there_are_at_most_five_secrets() {
    let with =
        |count| (0..count).fold(Verifier::builder(StandardWebhooks::DEFAULT), |builder, _| builder.secret(secret()));
    assert!(with(5).build().is_ok());
    assert_eq!(with(6).build().unwrap_err().to_string(), "a verifier takes at most 5 secrets");
    assert_eq!(with(0).build().unwrap_err().to_string(), "a verifier needs at least one secret");
}

fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

fn verifier(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> VerifierBuilder {
    Verifier::builder(StandardWebhooks::DEFAULT).secret(Secret::new(SECRET).unwrap()).clock(clock)
}

fn signed_headers(id: &str, seconds: u64, body: &[u8]) -> HeaderMap {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    webhook_receiver::testing::sign(&Secret::new(SECRET).unwrap(), id, at, body)
}

#[test]
fn a_clock_before_1970_fails_closed() {
    let headers = signed_headers(ID, 0, b"");
    let verifier =
        verifier(|| SystemTime::UNIX_EPOCH - Duration::from_nanos(1)).tolerance(Duration::MAX).build().unwrap();
    assert_eq!(verifier.verify(&headers, Bytes::new()).unwrap_err(), VerifyError::TimestampTooNew);
}

#[test]
fn the_tolerance_can_be_chosen() {
    let headers = signed_headers(ID, 100, b"");
    let at = |now| {
        verifier(move || SystemTime::UNIX_EPOCH + Duration::from_secs(now))
            .tolerance(Duration::from_secs(2))
            .build()
            .unwrap()
            .verify(&headers, Bytes::new())
            .map(drop)
    };
    assert_eq!(at(97), Err(VerifyError::TimestampTooNew));
    assert_eq!(at(98), Ok(()));
    assert_eq!(at(102), Ok(()));
    assert_eq!(at(103), Err(VerifyError::TimestampTooOld));
}

#[test]
fn dots_in_ids_can_be_allowed() {
    let headers = signed_headers("msg.1", 100, b"");
    let builder = || verifier(|| SystemTime::UNIX_EPOCH + Duration::from_secs(100));
    let refused = builder().build().unwrap().verify(&headers, Bytes::new()).unwrap_err();
    assert_eq!(refused, VerifyError::MalformedHeader(HeaderName::from_static("webhook-id")));
    let accepted = builder().allow_separators_in_id().build().unwrap().verify(&headers, Bytes::new());
    assert_eq!(accepted.unwrap().id(), Some("msg.1"));
}

#[test]
fn the_timestamp_is_that_of_the_header() {
    let headers = signed_headers(ID, NOW, b"");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let verifier = verifier(move || at + Duration::from_secs(20)).build().unwrap();
    assert_eq!(verifier.verify(&headers, Bytes::new()).unwrap().timestamp(), Some(at));
}

#[test]
fn other_header_names_can_be_chosen() {
    let headers = webhook_receiver::testing::signed_now(&StandardWebhooks::SVIX, &secret(), b"{}");
    let body = || Bytes::from_static(b"{}");
    assert!(Verifier::new(StandardWebhooks::SVIX, secret()).verify(&headers, body()).is_ok());
    assert!(Verifier::standard_webhooks(secret()).verify(&headers, body()).is_err());
}

#[test]
fn the_right_token_twice_is_right() {
    let mut headers = signed_headers(ID, NOW, b"");
    let token = headers["webhook-signature"].to_str().unwrap().to_owned();
    headers.insert("webhook-signature", format!("{token} {token}").parse().unwrap());
    let verifier = verifier(|| SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)).build().unwrap();
    assert!(verifier.verify(&headers, Bytes::new()).is_ok());
}

#[test]
fn errors_name_the_header() {
    let name = || HeaderName::from_static("webhook-id");
    for (error, text) in [
        (VerifyError::MissingHeader(name()), "header `webhook-id` is missing"),
        (VerifyError::DuplicateHeader(name()), "header `webhook-id` occurs more than once"),
        (
            VerifyError::MalformedHeader(name()),
            "header `webhook-id` is malformed: it is empty, too long, or has characters that are not allowed, such as `.` in an id",
        ),
        (VerifyError::MalformedTimestamp, "the timestamp is not a count of seconds"),
        (VerifyError::TimestampTooOld, "the timestamp is too old"),
        (VerifyError::TimestampTooNew, "the timestamp is too far in the future"),
        (VerifyError::NoMatchingSignature, "no signature matches"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
