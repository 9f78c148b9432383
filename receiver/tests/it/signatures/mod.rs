//! What a verifier accepts and refuses, and why: tables of everything known to have gone wrong in
//! some library.
//!
//! A case starts from a valid message and says what is different. Tags are computed here, with the
//! HMAC primitive alone.

mod cases;

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;
use webhook_receiver::signature::VerifierBuilder;
use webhook_receiver::{HeaderNames, Secret, Verifier, VerifyError};

// The vector that the libraries of Svix and Standard Webhooks share, and Tenovos prints.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const NOW: u64 = 1_614_265_330;
const BODY: &str = r#"{"test": 2432232314}"#;
const TAG: &str = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const VALID: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const ED25519: &str = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

#[derive(Clone)]
struct Message {
    secrets: Vec<&'static str>,
    now: u64,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

impl Message {
    fn new(secret: &'static str, id: &str, seconds: u64, body: &str, signatures: &str) -> Self {
        Self {
            secrets: vec![secret],
            now: seconds,
            headers: vec![
                ("webhook-id", id.into()),
                ("webhook-timestamp", seconds.to_string().into()),
                ("webhook-signature", signatures.into()),
            ],
            body: body.into(),
        }
    }

    fn valid() -> Self {
        Self::new(SECRET, ID, NOW, BODY, VALID)
    }

    fn secrets(mut self, secrets: &[&'static str]) -> Self {
        self.secrets = secrets.to_vec();
        self
    }

    fn now(mut self, now: u64) -> Self {
        self.now = now;
        self
    }

    fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn without(mut self, header: &str) -> Self {
        self.headers.retain(|(name, _)| *name != header);
        self
    }

    fn with(mut self, header: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((header, value.into()));
        self
    }

    fn set(mut self, header: &'static str, value: impl Into<Vec<u8>>) -> Self {
        let value = value.into();
        for (name, old) in &mut self.headers {
            if *name == header {
                old.clone_from(&value);
            }
        }
        self
    }

    fn id(self, id: impl Into<Vec<u8>>) -> Self {
        self.set("webhook-id", id)
    }

    fn timestamp(self, timestamp: impl fmt::Display) -> Self {
        self.set("webhook-timestamp", format!("{timestamp}"))
    }

    fn signatures(self, signatures: impl Into<Vec<u8>>) -> Self {
        self.set("webhook-signature", signatures)
    }

    /// Signs with the first secret whatever the headers and the body are by now.
    fn signed(self) -> Self {
        let secret = self.secrets[0];
        self.signed_with(&key(secret))
    }

    fn signed_with(self, key: &[u8]) -> Self {
        let content = [self.get("webhook-id"), b".", self.get("webhook-timestamp"), b".", &self.body].concat();
        self.signatures(token(&tag(key, &content)))
    }

    fn get(&self, header: &str) -> &[u8] {
        let (_, value) = self.headers.iter().find(|(name, _)| *name == header).unwrap();
        value
    }

    fn verify(&self) -> Result<(), &'static str> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(self.now);
        let secrets: Result<Vec<Secret>, _> = self.secrets.iter().copied().map(Secret::new).collect();
        let builder = Verifier::builder(HeaderNames::WEBHOOK).clock(move || now);
        let verifier = secrets
            .map_err(|_| "Secret")?
            .into_iter()
            .fold(builder, VerifierBuilder::secret)
            .build()
            .map_err(|_| "Secret")?;

        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let value = HeaderValue::from_bytes(value).expect("a value that HTTP allows");
            headers.append(HeaderName::from_static(name), value);
        }
        let delivery = verifier.verify(&headers, Bytes::from(self.body.clone())).map_err(|error| kind(&error))?;
        assert_eq!(delivery.id().map(str::as_bytes), Some(self.get("webhook-id")));
        assert_eq!(*delivery.raw(), self.body);
        Ok(())
    }
}

fn kind(error: &VerifyError) -> &'static str {
    let (kind, status) = match error {
        VerifyError::MissingHeader(_) => ("MissingHeader", 400),
        VerifyError::DuplicateHeader(_) => ("DuplicateHeader", 400),
        VerifyError::MalformedHeader(_) => ("MalformedHeader", 400),
        VerifyError::MalformedTimestamp => ("MalformedTimestamp", 400),
        VerifyError::TimestampTooOld => ("TimestampTooOld", 401),
        VerifyError::TimestampTooNew => ("TimestampTooNew", 401),
        VerifyError::NoMatchingSignature => ("NoMatchingSignature", 401),
        other => panic!("unexpected {other:?}"),
    };
    assert_eq!(error.status(), status, "{kind}");
    kind
}

fn key(secret: &str) -> Vec<u8> {
    STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).unwrap()
}

fn tag(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn token(tag: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(tag))
}

/// A well-formed token that is not the right one.
fn wrong(byte: u8) -> String {
    token(&[byte; 32])
}

fn valid_tag() -> Vec<u8> {
    STANDARD.decode(TAG).unwrap()
}

#[test]
fn every_case() {
    let tables = [
        cases::vectors(),
        cases::headers(),
        cases::timestamps(),
        cases::signatures(),
        cases::secrets(),
        cases::bodies(),
    ];
    for (id, title, message, expected) in tables.into_iter().flatten() {
        assert_eq!(message.verify(), expected, "{id}: {title}");
    }
}

#[test]
fn refused_secrets_are_refused_by_the_verifier_too() {
    let many = Message::valid().secrets(&[SECRET; 6]);
    assert_eq!(many.verify(), cases::SECRET_ERROR);
    assert_eq!(Message::valid().secrets(&[SECRET; 5]).verify(), Ok(()));
}

fn verifier(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> VerifierBuilder {
    Verifier::builder(HeaderNames::WEBHOOK).secret(Secret::new(SECRET).unwrap()).clock(clock)
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
    let secret = || Secret::new(SECRET).unwrap();
    let headers = webhook_receiver::testing::signed_now(&HeaderNames::SVIX, &secret(), b"{}");
    let body = || Bytes::from_static(b"{}");
    assert!(Verifier::new(HeaderNames::SVIX, secret()).verify(&headers, body()).is_ok());
    assert!(Verifier::standard_webhooks(secret()).verify(&headers, body()).is_err());
}

#[test]
fn nothing_secret_is_printed() {
    let verifier = Verifier::standard_webhooks(Secret::new(SECRET).unwrap());
    let headers =
        webhook_receiver::testing::signed_now(&HeaderNames::WEBHOOK, &Secret::new(SECRET).unwrap(), b"private");
    let delivery = verifier.verify(&headers, Bytes::from_static(b"private")).unwrap();
    for text in [format!("{verifier:?}"), format!("{:?}", Secret::new(SECRET).unwrap()), format!("{delivery:?}")] {
        assert!(!text.contains("MfKQ") && !text.contains("private") && !text.contains("31, f2"), "{text}");
    }
}
