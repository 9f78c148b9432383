//! Secrets are swapped while the verifier works.

use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use http::HeaderMap;
use webhook_receiver::testing::{secret, signed_now};
use webhook_receiver::{Secret, SecretRotation, StandardWebhooks, Verifier, VerifyError};

fn next() -> Secret {
    Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap()
}

fn signed(secret: &Secret) -> HeaderMap {
    signed_now(&StandardWebhooks::DEFAULT, secret, b"{}")
}

fn verifier() -> (Verifier, SecretRotation<StandardWebhooks>) {
    Verifier::builder(StandardWebhooks::DEFAULT).secret(secret()).build_with_rotation().unwrap()
}

fn accepts(verifier: &Verifier) -> (bool, bool) {
    let accepts = |secret| verifier.verify(&signed(&secret), Bytes::from_static(b"{}")).is_ok();
    (accepts(secret()), accepts(next()))
}

#[test]
fn a_rotation_in_two_steps() {
    let (verifier, rotation) = verifier();
    assert_eq!(accepts(&verifier), (true, false));
    rotation.replace([next(), secret()]).unwrap();
    assert_eq!(accepts(&verifier), (true, true));
    rotation.clone().replace([next()]).unwrap();
    assert_eq!(accepts(&verifier), (false, true));
}

#[test]
fn unusable_sets_change_nothing() {
    let (verifier, rotation) = verifier();
    let none = rotation.replace([]).unwrap_err();
    assert_eq!(none.to_string(), "a verifier needs at least one secret");
    let many = rotation.replace(std::iter::repeat_with(next)).unwrap_err();
    assert_eq!(many.to_string(), "a verifier takes at most 5 secrets");
    assert_eq!(accepts(&verifier), (true, false));
    rotation.replace(std::iter::repeat_with(next).take(5)).unwrap();
    assert_eq!(accepts(&verifier), (false, true));
    assert!(Verifier::builder(StandardWebhooks::DEFAULT).build_with_rotation().is_err());
}

#[test]
fn a_request_is_verified_with_the_secrets_of_its_arrival() {
    let (verifier, rotation) = verifier();
    let headers = signed(&secret());
    let envelope = verifier.check(&headers).unwrap();
    rotation.replace([next()]).unwrap();
    assert!(envelope.verify(Bytes::from_static(b"{}")).is_ok());
    let late = verifier.check(&headers).unwrap().verify(Bytes::from_static(b"{}"));
    assert_eq!(late.unwrap_err(), VerifyError::NoMatchingSignature);
}

#[test]
fn no_request_is_lost_in_between() {
    let (verifier, rotation) = verifier();
    let verifier = Arc::new(verifier);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let verifier = Arc::clone(&verifier);
            thread::spawn(move || (0..500).all(|_| accepts(&verifier).0))
        })
        .collect();
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        rotation.replace([next(), secret()]).unwrap();
        rotation.replace([secret()]).unwrap();
    }
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
}

#[test]
fn nothing_is_printed() {
    assert_eq!(format!("{:?}", verifier().1), "SecretRotation(..)");
}
