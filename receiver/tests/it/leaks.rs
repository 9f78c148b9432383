//! Nothing secret gets out, and nothing tells a forger more than that he has failed: rows L01, L03, L05, L08 and L09.

use std::fmt::Debug;

use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use webhook_receiver::authorization::{BasicAuth, BearerAuth, CredentialsError};
use webhook_receiver::testing::{block_on, request, sign};
use webhook_receiver::{Receiver, Secret, StandardWebhooks, TextSecret, Verifier};

use crate::acme::{Acme, Ping};
use crate::log::Log;
use crate::signatures::table::{Case, cases};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "a-bearer-token-that-nobody-should-see";

/// Everything that the sender sees.
fn answer(case: &Case) -> Option<(StatusCode, HeaderMap, Vec<u8>)> {
    let service = Receiver::<Acme>::new(case.verifier()?).on(|_: Ping| async {}).into_service();
    let (headers, body) = case.sent();
    block_on(async {
        let (head, body) = service.respond(request(headers, body)).await.into_parts();
        Some((head.status, head.headers, body.collect().await.unwrap().to_bytes().to_vec()))
    })
}

#[test]
fn l01_l08_answers_depend_on_the_status_alone() {
    let mut answers: Vec<_> = cases().iter().filter_map(answer).collect();
    assert!(answers.iter().filter(|answer| answer.0 == StatusCode::UNAUTHORIZED).count() > 40);
    answers.sort_by_key(|answer| answer.0);
    answers.dedup();
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.0.as_u16()).collect();
    statuses.dedup();
    assert_eq!(statuses.len(), answers.len(), "{answers:?}");
    for (status, _, body) in &answers {
        assert_eq!(body, status.canonical_reason().unwrap().as_bytes());
    }
}

/// The key as it could be printed by mistake.
fn forms(key: &[u8]) -> Vec<String> {
    let list = format!("{key:?}");
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = String::from_utf8_lossy(&key[..6]).into_owned();
    vec![text, list[1..20].into(), hex[..8].into(), hex[..8].to_uppercase()]
}

#[test]
fn l03_nothing_secret_is_printed() {
    struct Bearer;

    impl BearerAuth for Bearer {
        async fn authenticate(&self, _: &str) -> Result<(), CredentialsError> {
            Ok(())
        }
    }

    fn assert_hides(shown: &impl Debug) {
        let shown = format!("{shown:?} {shown:#?}");
        let decoded = [0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a];
        let forms =
            [forms(&decoded), forms(&SECRET.as_bytes()[6..]), forms(b"correct horse battery"), forms(b"private")];
        for form in forms.concat() {
            assert!(!shown.contains(&form), "{shown} shows {form}");
        }
    }

    let secret = || Secret::new(SECRET).unwrap();
    let password = || TextSecret::new("correct horse battery").unwrap();
    let headers = webhook_receiver::testing::signed_now(&StandardWebhooks::DEFAULT, &secret(), b"private");
    let verifier = Verifier::standard_webhooks(secret());
    assert_eq!(format!("{:?}", secret()), "Secret(..)");
    assert!(format!("{verifier:?}").contains("webhook-id"));
    assert_hides(&secret());
    assert_hides(&password());
    assert_hides(&verifier);
    assert_hides(&verifier.verify(&headers, "private".into()).unwrap());
    assert_hides(&verifier.verify(&HeaderMap::new(), "private".into()).unwrap_err());
    assert_hides(&verifier.with_bearer(Bearer));
    let basic = BasicAuth::new("vendor", &password()).unwrap();
    assert_hides(&basic);
    assert_hides(&Receiver::<Acme>::new(Verifier::standard_webhooks(secret()).with_basic(basic)).into_service());
    assert_hides(&Verifier::builder(StandardWebhooks::DEFAULT).secret(secret()).build_with_rotation().unwrap());
    assert_hides(&Secret::new(&SECRET[..31]).unwrap_err());
}

struct Refuses;

impl BearerAuth for Refuses {
    async fn authenticate(&self, _: &str) -> Result<(), CredentialsError> {
        Err(CredentialsError::Refused("in this test every token is"))
    }
}

#[test]
fn l05_nothing_secret_is_logged() {
    let log = Log::start();
    for case in cases() {
        answer(&case);
        let Some(verifier) = case.verifier() else { continue };
        let service = Receiver::<Acme>::new(verifier.with_bearer(Refuses)).into_service();
        let (mut headers, body) = case.sent();
        headers.insert("authorization", HeaderValue::try_from(format!("Bearer {TOKEN}")).unwrap());
        block_on(service.respond(request(headers, body)));
    }
    let log = log.text();
    assert!(log.contains("in this test every token is"));
    for hidden in ["MfKQ9r8G", "a2tra2tr", "g0hM9SsE", "tZ1I4/hD", "hnO3f9T8", "2432232314", "test_user", TOKEN] {
        assert!(!log.contains(hidden), "{hidden} was logged");
    }
}

#[test]
fn l09_what_a_sender_writes_stays_on_one_line() {
    let secret = || Secret::new(SECRET).unwrap();
    let log = Log::start();
    for body in [
        r#"{"eventType": "a\n2026 INFO forged \u001b[31m ${jndi:ldap://x} %n"}"#,
        "{\"eventType\": \n\u{1b}[31m}",
        r#"{"eventType": ["\n2026 INFO forged"]}"#,
    ] {
        let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret())).into_service();
        let id = "${jndi:ldap://x}%n%s";
        let headers = sign(&secret(), id, std::time::SystemTime::now(), body.as_bytes());
        block_on(service.respond(request(headers, body)));
    }
    let log = log.text();
    assert!(log.lines().filter(|line| line.contains("${jndi:ldap://x}%n%s")).count() >= 3, "{log}");
    assert!(!log.contains('\u{1b}') && !log.lines().any(|line| line.starts_with("2026 INFO")), "{log}");
}
