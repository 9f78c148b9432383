//! A name and a password beside the signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use webhook_receiver::authorization::{Authenticator, BasicAuth, CredentialsError};
use webhook_receiver::testing::{block_on, secret, signed_now};
use webhook_receiver::{StandardWebhooks, TextSecret, Verifier, VerifyError};

const PASSWORD: &str = "correct:horse battery";

fn basic() -> BasicAuth {
    let password = |text| TextSecret::new(text).unwrap();
    BasicAuth::new("vendor", &password(PASSWORD)).unwrap().or("vendor", &password("the next password")).unwrap()
}

fn headers(pair: &str) -> HeaderMap {
    let mut headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), b"{}");
    headers.insert(AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)).parse().unwrap());
    headers
}

fn verify(authenticator: &Authenticator, headers: &HeaderMap) -> Result<(), VerifyError> {
    block_on(authenticator.authenticate(headers, "{}".into())).map(drop)
}

#[test]
fn name_and_password_are_needed() {
    let authenticator = Verifier::standard_webhooks(secret()).with_basic(basic());
    assert_eq!(verify(&authenticator, &headers(&format!("vendor:{PASSWORD}"))), Ok(()));
    assert_eq!(verify(&authenticator, &headers("vendor:the next password")), Ok(()));
    let wrong = Err(VerifyError::Credentials(CredentialsError::Refused("the name or the password is wrong")));
    for pair in
        ["", "vendor", "vendor:", ":", "vendor:correct", "Vendor:the next password", "vendor:the next password "]
    {
        let sent = if pair.is_empty() { ":".to_owned() } else { pair.to_owned() };
        assert_eq!(verify(&authenticator, &headers(&sent)), wrong, "{pair}");
    }
    let mut other = headers("vendor:the next password");
    other.insert(AUTHORIZATION, "Basic dmVuZG9y-_".parse().unwrap());
    let found = verify(&authenticator, &other);
    assert_eq!(found, Err(CredentialsError::Refused("the credentials are not base64").into()));
    other.insert(AUTHORIZATION, "Bearer dmVuZG9y".parse().unwrap());
    assert_eq!(verify(&authenticator, &other), Err(CredentialsError::Refused("they use another scheme").into()));
    other.remove(AUTHORIZATION);
    assert_eq!(verify(&authenticator, &other), Err(CredentialsError::Missing.into()));
}

#[test]
fn what_is_named_twice_is_good_as_well() {
    let twice = basic().or("vendor", &TextSecret::new(PASSWORD).unwrap()).unwrap();
    let authenticator = Verifier::standard_webhooks(secret()).with_basic(twice);
    assert_eq!(verify(&authenticator, &headers(&format!("vendor:{PASSWORD}"))), Ok(()));
}

#[test]
fn the_signature_is_needed_too() {
    let authenticator = Verifier::standard_webhooks(secret()).with_basic(basic());
    let mut unsigned = headers("vendor:the next password");
    unsigned.remove("webhook-signature");
    assert!(matches!(verify(&authenticator, &unsigned), Err(VerifyError::MissingHeader(_))));
    assert_eq!(verify(&Authenticator::dangerously_trust_password_alone(basic()), &unsigned), Ok(()));
}

#[tokio::test]
async fn a_refusal_asks_for_a_password() {
    let authenticator = Verifier::standard_webhooks(secret()).with_basic(basic());
    let service = webhook_receiver::Receiver::<crate::acme::Acme>::new(authenticator).into_service();
    let mut request = webhook_receiver::testing::request(headers("vendor:wrong password"), "{}");
    let response = service.respond(request.clone()).await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()[WWW_AUTHENTICATE], "Basic realm=\"webhooks\", charset=\"UTF-8\"");
    *request.headers_mut() = headers(&format!("vendor:{PASSWORD}"));
    assert_ne!(service.respond(request).await.status(), 401);
}

#[test]
fn names_that_cannot_be_sent() {
    let password = TextSecret::new(PASSWORD).unwrap();
    for name in ["ven:dor", "ven\ndor"] {
        let error = BasicAuth::new(name, &password).unwrap_err().to_string();
        assert_eq!(error, "the user name contains a colon or a control character");
    }
    assert_eq!(format!("{:?}", basic()), "BasicAuth(..)");
}
