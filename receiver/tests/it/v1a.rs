//! Standard Webhooks with a key pair.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use http::HeaderMap;
use webhook_receiver::signature::{Ed25519Scheme, PublicKey, VerifierBuilder};
use webhook_receiver::{Secret, StandardWebhooks, Verifier, VerifyError};

// The vector of svix-server.
const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY: &str = r#"{"test": 2432232314}"#;
const VALID: &str = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

fn verify_with(keys: &[&str], signature: &str, body: &str) -> Result<(), VerifyError> {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_265_330);
    let builder = Verifier::builder(Ed25519Scheme(StandardWebhooks::DEFAULT)).clock(move || now);
    let keys = keys.iter().map(|key| PublicKey::new(key).unwrap());
    let verifier = keys.fold(builder, VerifierBuilder::secret).build().unwrap();
    verifier.verify(&headers(signature), body.to_owned().into()).map(drop)
}

fn headers(signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", ID.parse().unwrap());
    headers.insert("webhook-timestamp", "1614265330".parse().unwrap());
    headers.insert("webhook-signature", signature.parse().unwrap());
    headers
}

fn verify(signature: &str) -> Result<(), VerifyError> {
    verify_with(&[PUBLIC], signature, BODY)
}

fn token(signature: &[u8]) -> String {
    format!("v1a,{}", STANDARD.encode(signature))
}

fn signature() -> Vec<u8> {
    STANDARD.decode(&VALID[4..]).unwrap()
}

fn public(key: &[u8]) -> String {
    format!("whpk_{}", STANDARD.encode(key))
}

#[test]
fn the_published_vector() {
    assert_eq!(verify(VALID), Ok(()));
    assert_eq!(verify(&format!("v1,AAAA {} {VALID}", token(&[0; 64]))), Ok(()));
    assert_eq!(verify(&format!("{VALID} {VALID}")), Ok(()));
    assert_eq!(verify_with(&[PUBLIC], VALID, "{}"), Err(VerifyError::NoMatchingSignature));
}

#[test]
fn another_key() {
    let other = SigningKey::from_bytes(&[7; 32]);
    let content = format!("{ID}.1614265330.{BODY}");
    let signed = token(&other.sign(content.as_bytes()).to_bytes());
    assert_eq!(verify(&signed), Err(VerifyError::NoMatchingSignature));
    let other = public(other.verifying_key().as_bytes());
    assert_eq!(verify_with(&[&other], &signed, BODY), Ok(()));
    assert_eq!(verify_with(&[PUBLIC, &other], &signed, BODY), Ok(()));
    assert_eq!(verify_with(&[&other, PUBLIC], &signed, BODY), Ok(()));
}

#[test]
fn tokens_that_do_not_count() {
    let no_match = Err(VerifyError::NoMatchingSignature);
    assert_eq!(verify(&token(&signature()[..63])), no_match);
    assert_eq!(verify(&token(&[&signature()[..], &[0]].concat())), no_match);
    assert_eq!(verify(&VALID.replace("v1a,", "v1,")), no_match);
    assert_eq!(verify("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), no_match);
    // S + L: the same signature to an implementation that does not reduce it (RFC 8032, section 5.1.7).
    let order = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut shifted = signature();
    let mut carry = 0;
    for (byte, add) in shifted[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + add + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_ne!(shifted, signature());
    assert_eq!(verify(&token(&shifted)), no_match);
    // A point of small order for R, with S = 0.
    let mut small = vec![0; 64];
    small[0] = 1;
    assert_eq!(verify(&token(&small)), no_match);
}

#[test]
fn the_two_schemes_do_not_mix() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_265_330);
    let shared = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let verifier = Verifier::builder(StandardWebhooks::DEFAULT).secret(shared).clock(move || now).build().unwrap();
    let found = verifier.verify(&headers(VALID), BODY.into()).map(drop);
    assert_eq!(found, Err(VerifyError::NoMatchingSignature));
}

#[test]
fn texts_that_are_not_a_public_key() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let long = format!("whpk_{}", "A".repeat(100_000));
    for text in [
        "",
        "whpk_",
        &PUBLIC[5..],
        &PUBLIC[..PUBLIC.len() - 1],
        &format!("{PUBLIC}\n"),
        &format!(" {PUBLIC}"),
        &public(&[5; 31]),
        &public(&[5; 33]),
        &public(&[0xff; 32]),
        // Of small order.
        &public(&identity),
        &public(&[0; 32]),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
        &long,
    ] {
        let error = PublicKey::new(text).expect_err(text).to_string();
        assert!(error.starts_with("this is not a usable public key"), "{error}");
    }
    assert_eq!(format!("{:?}", PUBLIC.parse::<PublicKey>().unwrap()), format!("PublicKey({PUBLIC})"));
}

#[test]
fn keys_come_from_the_environment_and_from_files() {
    assert!(PublicKey::from_env("CARGO_PKG_NAME").unwrap_err().to_string().contains("CARGO_PKG_NAME"));
    let path = std::env::temp_dir().join(format!("webhook-receiver-public-key-{}", std::process::id()));
    std::fs::write(&path, format!("{PUBLIC}\r\n")).unwrap();
    assert!(PublicKey::from_file(&path).is_ok());
    std::fs::remove_file(&path).unwrap();
    assert!(PublicKey::from_file(&path).is_err());
}
