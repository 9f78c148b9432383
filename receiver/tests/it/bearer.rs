//! Bearer tokens in addition to the signature: rows O01 to O21.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use webhook_receiver::authorization::jwt::Algorithm as Allowed;
use webhook_receiver::authorization::{Authenticator, BearerAuth, CredentialsError, Jwt};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::testing::{request, secret, signed_now};
use webhook_receiver::{BoxError, Receiver, StandardWebhooks, Verifier, VerifyError};

use crate::acme::{Acme, Ping};

const NOW: u64 = 1_800_000_000;
const ISSUER: &str = "https://auth.example.com";
const AUDIENCE: &str = "https://hooks.example.com";
const BODY: &str = r#"{"eventType": "ping"}"#;
const RSA: &[u8] = include_bytes!("../cases/rsa-2048.der");

/// A key pair of the issuer.
fn ed25519(seed: u8) -> EncodingKey {
    // PKCS #8 (RFC 8410, section 7): everything before the seed is always the same.
    let prefix = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[&prefix[..], &[seed; 32]].concat())
}

fn jwk(key: &EncodingKey, algorithm: Algorithm, id: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).unwrap();
    jwk.common.key_id = Some(id.into());
    serde_json::to_value(jwk).unwrap()
}

fn published() -> Value {
    let rsa = EncodingKey::from_rsa_der(RSA);
    json!({"keys": [jwk(&ed25519(1), Algorithm::EdDSA, "one"), jwk(&rsa, Algorithm::RS256, "rsa")]})
}

/// The issuer, as the receiver sees it.
#[derive(Clone)]
struct Issuer {
    /// None while it is down.
    keys: Arc<Mutex<Option<Value>>>,
    fetched: Arc<AtomicUsize>,
}

impl Issuer {
    fn new(keys: Option<Value>) -> Self {
        Self { keys: Arc::new(Mutex::new(keys)), fetched: Arc::default() }
    }

    fn set(&self, keys: Option<Value>) {
        *self.keys.lock().unwrap() = keys;
    }

    fn fetched(&self) -> usize {
        self.fetched.load(Ordering::Relaxed)
    }

    fn jwt(&self) -> Jwt {
        let issuer = self.clone();
        let fetch = move || {
            let issuer = issuer.clone();
            async move {
                issuer.fetched.fetch_add(1, Ordering::Relaxed);
                let keys = issuer.keys.lock().unwrap().clone().ok_or("the issuer is down")?;
                Ok::<_, BoxError>(Bytes::from(keys.to_string()))
            }
        };
        Jwt::new(ISSUER, AUDIENCE, fetch).clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
    }
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 300, "nbf": NOW - 300})
}

fn with(member: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[member] = value;
    claims
}

fn without(member: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(member);
    claims
}

fn signed_by(key: &EncodingKey, header: &Value, claims: &str) -> String {
    let content = [header.to_string().as_str(), claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let algorithm = header["alg"].as_str().unwrap().parse().unwrap();
    format!("{content}.{}", jsonwebtoken::crypto::sign(content.as_bytes(), key, algorithm).unwrap())
}

fn token(claims: &Value) -> String {
    signed_by(&ed25519(1), &json!({"alg": "EdDSA", "kid": "one"}), &claims.to_string())
}

async fn check(token: &str) -> Result<(), CredentialsError> {
    Issuer::new(Some(published())).jwt().authenticate(token).await
}

#[track_caller]
fn assert_refused(found: Result<(), CredentialsError>, reason: &str) {
    match found {
        Err(CredentialsError::Refused(found)) => assert!(found.contains(reason), "{found}"),
        other => panic!("{other:?} where {reason} was expected"),
    }
}

fn signed() -> HeaderMap {
    signed_now(&StandardWebhooks::DEFAULT, &secret(), BODY.as_bytes())
}

fn authorized(mut headers: HeaderMap, value: &str) -> HeaderMap {
    headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
    headers
}

async fn respond(authenticator: impl Into<Authenticator>, headers: HeaderMap) -> Response<impl Sized> {
    let service = Receiver::<Acme>::new(authenticator).on(|_: Ping| async {}).into_service();
    service.respond(request(headers, BODY)).await
}

fn both() -> Authenticator {
    Verifier::standard_webhooks(secret()).with_bearer(Issuer::new(Some(published())).jwt())
}

async fn status(headers: HeaderMap) -> u16 {
    respond(both(), headers).await.status().as_u16()
}

#[tokio::test]
async fn o01_o02_o03_the_header() {
    let missing = respond(both(), signed()).await;
    assert_eq!(missing.status(), 401);
    assert_eq!(missing.headers()[WWW_AUTHENTICATE], "Bearer");
    let good = token(&claims());
    assert_eq!(status(authorized(signed(), "Basic dXNlcjpwYXNzd29yZA==")).await, 401);
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
        assert_eq!(status(authorized(signed(), &format!("{scheme} {good}"))).await, 200, "{scheme}");
    }
    for malformed in ["Bearer", "Bearer ", "Bearer =", "Bearer a b", "Bearer a,b", "Bearer ä"] {
        assert_eq!(status(authorized(signed(), malformed)).await, 400, "{malformed}");
    }
}

#[tokio::test]
async fn o04_o05_two_headers_and_long_ones() {
    let good = format!("Bearer {}", token(&claims()));
    assert_eq!(status(authorized(authorized(signed(), &good), &good)).await, 400);
    assert_eq!(status(authorized(signed(), &format!("Bearer {}", "a".repeat(16 * 1024)))).await, 400);
    assert_eq!(status(authorized(signed(), &format!("Bearer {}", "a".repeat(8192 - 7)))).await, 401);
    assert_eq!(status(authorized(signed(), &format!("Bearer {}", "a".repeat(8192 - 6)))).await, 400);
}

#[tokio::test]
async fn o06_no_algorithm() {
    let claims = URL_SAFE_NO_PAD.encode(claims().to_string());
    let signature = token(&self::claims()).rsplit('.').next().unwrap().to_owned();
    for algorithm in ["none", "None", "NONE", ""] {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": algorithm, "kid": "one"}).to_string());
        for signature in ["", &signature] {
            assert_refused(check(&format!("{header}.{claims}.{signature}")).await, "not a token");
        }
    }
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","kid":"one"}"#);
    assert_refused(check(&format!("{header}.{claims}.")).await, "signature is wrong");
    for nonsense in ["a", "..", "a.b.c", "....", &format!("{header}.{claims}")] {
        assert_refused(check(nonsense).await, "not a token");
    }
}

#[tokio::test]
async fn o07_a_published_key_is_not_a_shared_key() {
    let modulus = URL_SAFE_NO_PAD.decode(published()["keys"][1]["n"].as_str().unwrap()).unwrap();
    for key in [EncodingKey::from_secret(&modulus), EncodingKey::from_secret(RSA)] {
        let forged = signed_by(&key, &json!({"alg": "HS256", "kid": "rsa"}), &claims().to_string());
        assert_refused(check(&forged).await, "algorithm is not allowed");
    }
    // A published shared key is not accepted either.
    let shared = Issuer::new(Some(json!({"keys": [{"kty": "oct", "kid": "rsa", "alg": "HS256", "k": "AAAA"}]})));
    let header = json!({"alg": "RS256", "kid": "rsa"});
    let good = signed_by(&EncodingKey::from_rsa_der(RSA), &header, &claims().to_string());
    assert_refused(shared.jwt().authenticate(&good).await, "key is unknown");
    assert_eq!(check(&good).await, Ok(()));
}

#[tokio::test]
async fn algorithms_are_pinned() {
    let rsa = EncodingKey::from_rsa_der(RSA);
    let of = |algorithm: &str| signed_by(&rsa, &json!({"alg": algorithm, "kid": "rsa"}), &claims().to_string());
    assert_refused(check(&of("RS512")).await, "algorithm is not allowed");
    let issuer = Issuer::new(Some(published()));
    let jwt = || issuer.jwt().algorithms([Allowed::Rs256, Allowed::Ps256]);
    assert_eq!(jwt().authenticate(&of("RS256")).await, Ok(()));
    // The key says that it is for RS256.
    assert_refused(jwt().authenticate(&of("PS256")).await, "key is unknown");
    assert_refused(jwt().authenticate(&token(&claims())).await, "algorithm is not allowed");
    // An algorithm that the named key cannot be used with.
    let crossed = signed_by(&rsa, &json!({"alg": "RS256", "kid": "one"}), &claims().to_string());
    assert_refused(check(&crossed).await, "key is unknown");
}

#[tokio::test]
async fn o08_o09_o10_times() {
    assert_eq!(check(&token(&claims())).await, Ok(()));
    for (claims, reason) in [
        (with("exp", json!((NOW + 300).to_string())), "`exp` is not a time"),
        (with("exp", json!(-1)), "`exp` is not a time"),
        (with("exp", json!(null)), "`exp` is not a time"),
        (with("exp", json!([NOW + 300])), "claims cannot be read"),
        (without("exp"), "`exp` is not a time"),
        (with("exp", json!(NOW - 3600)), "expired"),
        (with("nbf", json!((NOW - 300).to_string())), "`nbf` is not a time"),
        (with("nbf", json!(null)), "`nbf` is not a time"),
        (with("nbf", json!(NOW + 3600)), "not valid yet"),
        (without("nbf"), "`nbf` is missing"),
    ] {
        assert_refused(check(&token(&claims)).await, reason);
    }
    let huge = claims().to_string().replace(&(NOW + 300).to_string(), "1e400");
    assert_refused(
        check(&signed_by(&ed25519(1), &json!({"alg": "EdDSA", "kid": "one"}), &huge)).await,
        "claims cannot be read",
    );
    assert_eq!(check(&token(&with("exp", json!(1_800_000_300.5)))).await, Ok(()));

    let lenient = || Issuer::new(Some(published())).jwt().allow_missing_nbf();
    assert_eq!(lenient().authenticate(&token(&without("nbf"))).await, Ok(()));
    assert_refused(lenient().authenticate(&token(&with("nbf", json!(NOW + 3600)))).await, "not valid yet");
    let stopped = lenient().clock(|| SystemTime::UNIX_EPOCH - Duration::from_secs(1));
    assert_refused(stopped.authenticate(&token(&claims())).await, "before 1970");
}

#[tokio::test]
async fn o11_o12_audience_and_issuer() {
    for good in [json!(AUDIENCE), json!(["https://other.example.com", AUDIENCE])] {
        assert_eq!(check(&token(&with("aud", good))).await, Ok(()));
    }
    for bad in [json!("other"), json!(["other"]), json!([]), json!(null), json!([AUDIENCE, 1]), json!({AUDIENCE: 1})] {
        assert_refused(check(&token(&with("aud", bad))).await, "`aud`");
    }
    assert_refused(check(&token(&without("aud"))).await, "`aud`");
    for bad in [json!("https://evil.example.com"), json!([ISSUER]), json!(null), json!(format!("{ISSUER}/"))] {
        assert_refused(check(&token(&with("iss", bad))).await, "`iss`");
    }
    assert_refused(check(&token(&without("iss"))).await, "`iss`");
}

fn signed_for(kid: &str) -> String {
    signed_by(&ed25519(1), &json!({"alg": "EdDSA", "kid": kid}), &claims().to_string())
}

#[tokio::test(start_paused = true)]
async fn o13_unknown_keys_are_requested_once_per_interval() {
    let issuer = Issuer::new(Some(published()));
    let jwt = issuer.jwt();
    assert_refused(jwt.authenticate(&signed_for("../../x")).await, "key is unknown");
    for number in 0..1000 {
        assert_refused(jwt.authenticate(&signed_for(&number.to_string())).await, "key is unknown");
    }
    assert_eq!(jwt.authenticate(&token(&claims())).await, Ok(()));
    assert_eq!(issuer.fetched(), 1);

    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(jwt.authenticate(&token(&claims())).await, Ok(()));
    assert_eq!(issuer.fetched(), 1, "a known key needs no fetch");
    assert_refused(jwt.authenticate(&signed_for("two")).await, "key is unknown");
    assert_refused(jwt.authenticate(&signed_for("three")).await, "key is unknown");
    assert_eq!(issuer.fetched(), 2);

    // The issuer gets a new key.
    issuer.set(Some(json!({"keys": [jwk(&ed25519(1), Algorithm::EdDSA, "two")]})));
    assert_refused(jwt.authenticate(&signed_for("two")).await, "key is unknown");
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(jwt.authenticate(&signed_for("two")).await, Ok(()));
    assert_refused(jwt.authenticate(&signed_for("one")).await, "key is unknown");
    assert_eq!(issuer.fetched(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_interval_can_be_chosen() {
    let issuer = Issuer::new(Some(published()));
    let jwt = issuer.jwt().refresh_interval(Duration::from_secs(5));
    for seconds in [0, 4, 1] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        assert_refused(jwt.authenticate(&signed_for("two")).await, "key is unknown");
    }
    assert_eq!(issuer.fetched(), 2);
}

#[tokio::test(start_paused = true)]
async fn o14_the_issuer_is_down() {
    let issuer = Issuer::new(None);
    let jwt = issuer.jwt();
    let unavailable = Err(CredentialsError::Unavailable("the issuer's keys are not available"));
    assert_eq!(jwt.authenticate(&token(&claims())).await, unavailable);
    issuer.set(Some(json!({"keys": "none"})));
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(jwt.authenticate(&token(&claims())).await, unavailable);

    issuer.set(Some(published()));
    assert_eq!(jwt.authenticate(&token(&claims())).await, unavailable, "within the interval");
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(jwt.authenticate(&token(&claims())).await, Ok(()));

    issuer.set(None);
    let fetched = issuer.fetched();
    tokio::time::advance(Duration::from_secs(60 * 60 - 1)).await;
    assert_eq!(jwt.authenticate(&token(&claims())).await, Ok(()));
    assert_eq!(issuer.fetched(), fetched, "not an hour old");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(jwt.authenticate(&token(&claims())).await, Ok(()));
    assert_eq!(issuer.fetched(), fetched + 1, "an hour old");
    tokio::time::advance(Duration::from_secs(23 * 60 * 60 - 1)).await;
    assert_eq!(jwt.authenticate(&token(&claims())).await, Ok(()));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(jwt.authenticate(&token(&claims())).await, unavailable, "a day old");

    let authenticator = Verifier::standard_webhooks(secret()).with_bearer(Issuer::new(None).jwt());
    let response = respond(authenticator, authorized(signed(), &format!("Bearer {}", token(&claims())))).await;
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_hangs_does_not_hold_up_known_keys() {
    let hangs = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&hangs);
    let fetch = move || {
        let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            if !first {
                std::future::pending::<()>().await;
            }
            Ok::<_, BoxError>(Bytes::from(published().to_string()))
        }
    };
    let jwt = Jwt::new(ISSUER, AUDIENCE, fetch).clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(NOW));
    let authenticator = Verifier::standard_webhooks(secret()).with_bearer(jwt);
    let headers = || authorized(signed(), &format!("Bearer {}", token(&claims())));
    for _ in 0..2 {
        assert!(authenticator.authenticate(&headers(), BODY.into()).await.is_ok());
        tokio::time::advance(Duration::from_hours(1)).await;
    }
    assert!(authenticator.authenticate(&headers(), BODY.into()).await.is_ok());
    assert_eq!(hangs.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn many_at_once_wait_for_one_fetch() {
    let issuer = Issuer::new(Some(published()));
    let jwt = Arc::new(issuer.jwt());
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let jwt = Arc::clone(&jwt);
            tokio::spawn(async move { jwt.authenticate(&token(&claims())).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    assert_eq!(issuer.fetched(), 1);
}

#[tokio::test]
async fn o15_headers_that_bring_something_along() {
    let of = |mut header: Value| {
        header["alg"] = "EdDSA".into();
        header["kid"] = "one".into();
        header
    };
    for crit in [json!(["exp"]), json!(["b64"]), json!([])] {
        let token = signed_by(&ed25519(1), &of(json!({"crit": crit, "b64": true})), &claims().to_string());
        assert_refused(check(&token).await, "extension");
    }
    // Neither does a token that brings its own key gain by it, nor does one lose by it.
    let own = jwk(&ed25519(9), Algorithm::EdDSA, "one");
    let bring = of(json!({"jku": "https://evil.example.com", "x5u": "https://evil.example.com", "jwk": own}));
    assert_refused(check(&signed_by(&ed25519(9), &bring, &claims().to_string())).await, "signature is wrong");
    assert_eq!(check(&signed_by(&ed25519(1), &bring, &claims().to_string())).await, Ok(()));
}

#[tokio::test]
async fn o16_skew() {
    assert_eq!(check(&token(&with("exp", json!(NOW - 60)))).await, Ok(()));
    assert_refused(check(&token(&with("exp", json!(NOW - 61)))).await, "expired");
    assert_eq!(check(&token(&with("nbf", json!(NOW + 60)))).await, Ok(()));
    assert_refused(check(&token(&with("nbf", json!(NOW + 61)))).await, "not valid yet");
    let strict = Issuer::new(Some(published())).jwt().leeway(Duration::ZERO);
    assert_eq!(strict.authenticate(&token(&with("exp", json!(NOW)))).await, Ok(()));
    assert_refused(strict.authenticate(&token(&with("exp", json!(NOW - 1)))).await, "expired");
}

#[tokio::test]
async fn o17_o18_both_are_needed() {
    let good = format!("Bearer {}", token(&claims()));
    let bad = format!("Bearer {}", token(&with("aud", json!("other"))));
    let mut forged = signed();
    forged.insert("webhook-signature", HeaderValue::from_static("v1,AAAA"));
    assert_eq!(status(authorized(signed(), &good)).await, 200);
    for (headers, why) in [
        (authorized(forged.clone(), &good), "signature"),
        (authorized(signed(), &bad), "token"),
        (authorized(forged, &bad), "both"),
        (signed(), "no token"),
    ] {
        let response = respond(both(), headers).await;
        assert_eq!(response.status(), 401, "{why}");
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer", "{why}");
    }
}

/// Answers after some time, or never.
struct Slow(Duration);

impl BearerAuth for Slow {
    async fn authenticate(&self, _: &str) -> Result<(), CredentialsError> {
        tokio::time::sleep(self.0).await;
        Ok(())
    }
}

struct Fails(CredentialsError);

impl BearerAuth for Fails {
    async fn authenticate(&self, _: &str) -> Result<(), CredentialsError> {
        Err(self.0.clone())
    }
}

#[tokio::test(start_paused = true)]
async fn o19_answers_have_a_deadline() {
    let slow = |seconds| Verifier::standard_webhooks(secret()).with_bearer(Slow(Duration::from_secs(seconds)));
    let headers = || authorized(signed(), "Bearer x");
    assert_eq!(respond(slow(4), headers()).await.status(), 200);
    assert_eq!(respond(slow(6), headers()).await.status(), 503);
    assert_eq!(respond(slow(6).timeout(Duration::from_secs(7)), headers()).await.status(), 200);
    let failing = Fails(CredentialsError::Unavailable("the authorization server answers with 500"));
    let response = respond(Verifier::standard_webhooks(secret()).with_bearer(failing), headers()).await;
    assert_eq!(response.status(), 503);
}

#[tokio::test]
async fn an_unsigned_request_calls_no_server() {
    let authenticator = Verifier::standard_webhooks(secret()).with_bearer(Slow(Duration::MAX)).timeout(Duration::MAX);
    let mut headers = authorized(signed(), "Bearer x");
    headers.insert("webhook-signature", HeaderValue::from_static("v1,AAAA"));
    assert_eq!(authenticator.authenticate(&headers, BODY.into()).await.unwrap_err(), VerifyError::NoMatchingSignature);
}

#[tokio::test]
async fn o20_scopes() {
    let issuer = Issuer::new(Some(published()));
    let jwt = || issuer.jwt().scope("webhooks").scope("read");
    for good in ["webhooks read", "read write webhooks"] {
        assert_eq!(jwt().authenticate(&token(&with("scope", json!(good)))).await, Ok(()));
    }
    for bad in [json!("webhooks"), json!("webhooks:read"), json!("READ webhooks"), json!(["webhooks", "read"])] {
        let found = jwt().authenticate(&token(&with("scope", bad))).await;
        assert_eq!(found, Err(CredentialsError::InsufficientScope));
    }
    let authenticator = Verifier::standard_webhooks(secret()).with_bearer(jwt());
    let response = respond(authenticator, authorized(signed(), &format!("Bearer {}", token(&claims())))).await;
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer error=\"insufficient_scope\"");
}

#[tokio::test]
async fn o21_bearer_alone_has_a_name_that_says_so() {
    let authenticator = || Authenticator::dangerously_trust_bearer_alone(Issuer::new(Some(published())).jwt());
    let good = format!("Bearer {}", token(&claims()));
    assert_eq!(respond(authenticator(), authorized(HeaderMap::new(), &good)).await.status(), 200);
    assert_eq!(respond(authenticator(), signed()).await.status(), 401);
    let delivery = authenticator().authenticate(&authorized(signed(), &good), BODY.into()).await.unwrap();
    assert_eq!((delivery.id(), delivery.timestamp()), (None, None), "nobody has signed them");
}

#[tokio::test]
async fn keys_of_no_use_are_left_out() {
    let short = URL_SAFE_NO_PAD.encode([1; 31]);
    let long = URL_SAFE_NO_PAD.encode([1; 32]);
    let small = URL_SAFE_NO_PAD.encode([0xff; 128]);
    let mut encryption = jwk(&ed25519(1), Algorithm::EdDSA, "one");
    encryption["use"] = "enc".into();
    for useless in [
        json!({"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": short}),
        json!({"kty": "OKP", "crv": "X25519", "kid": "one", "x": URL_SAFE_NO_PAD.encode([1; 32])}),
        json!({"kty": "RSA", "kid": "one", "n": small, "e": "AQAB"}),
        json!({"kty": "EC", "crv": "P-256", "kid": "one", "x": short, "y": short}),
        json!({"kty": "EC", "crv": "P-256", "kid": "one", "x": long, "y": short}),
        json!({"kty": "EC", "crv": "P-256", "kid": "one", "x": short, "y": long}),
        json!({"kty": "new", "kid": "one"}),
        json!("one"),
        encryption,
    ] {
        let issuer = Issuer::new(Some(json!({"keys": [useless]})));
        for algorithm in ["EdDSA", "ES256", "RS256"] {
            let header = URL_SAFE_NO_PAD.encode(json!({"alg": algorithm, "kid": "one"}).to_string());
            let token = format!("{header}.{}.AAAA", URL_SAFE_NO_PAD.encode(claims().to_string()));
            assert_refused(issuer.jwt().authenticate(&token).await, "key is unknown");
        }
        // It does not spoil those beside it.
        let issuer = Issuer::new(Some(json!({"keys": [useless, jwk(&ed25519(1), Algorithm::EdDSA, "one")]})));
        assert_eq!(issuer.jwt().authenticate(&token(&claims())).await, Ok(()));
    }
}

#[tokio::test]
async fn a_set_of_keys_has_limits() {
    let key = jwk(&ed25519(1), Algorithm::EdDSA, "one");
    // 64 keys are read, of a document of 256 KiB.
    for (before, length, accepted) in
        [(63, 262_144, true), (64, 262_144, false), (0, 262_145, false), (0, 262_144, true)]
    {
        let keys = [vec![json!({"kty": "new"}); before], vec![key.clone()]].concat();
        let mut document = json!({"keys": keys, "": ""});
        document[""] = "x".repeat(length - document.to_string().len()).into();
        assert_eq!(document.to_string().len(), length);
        let found = Issuer::new(Some(document)).jwt().authenticate(&token(&claims())).await;
        assert_eq!(found.is_ok(), accepted, "{before} {length}: {found:?}");
    }
}

#[tokio::test]
async fn a_token_that_names_no_key_means_the_only_one() {
    let nameless = signed_by(&ed25519(1), &json!({"alg": "EdDSA"}), &claims().to_string());
    assert_eq!(check(&nameless).await, Ok(()));
    let two = json!({"keys": [jwk(&ed25519(2), Algorithm::EdDSA, "two"), jwk(&ed25519(1), Algorithm::EdDSA, "one")]});
    assert_refused(Issuer::new(Some(two)).jwt().authenticate(&nameless).await, "key is unknown");
}

/// Signed with OpenSSL.
#[tokio::test]
async fn a_p384_key() {
    let signature = "clo9e1H9_pWZBpEPseFR9FNS_z6mAng8IKzl6CIwgVcLIG1ceMYpxNKTxKht1F303Lv7V-mJLTSRFWdX00_b0XXGUV1vw1vbBQ2MNzt3Jy2tDgb8m1ydkUsowgA2U10y";
    let key = json!({
        "kty": "EC", "crv": "P-384",
        "x": "isB0Bc4La_Z1dJ6itcLEH8shoMLhTk-FsaOr8bGXYgqf-7jnqqN5Qsb3_eZaPNDK",
        "y": "OaeURV6qZvmAGLaAY4bYSTkcMwq5BKPQdFYlahI1wZWOgyjMwIDuMhikrRPAZStG",
    });
    let issuer = Issuer::new(Some(json!({"keys": [key]})));
    let content = [json!({"alg": "ES384"}), claims()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let jwt = || issuer.jwt().algorithms([Allowed::Es384]);
    assert_eq!(jwt().authenticate(&format!("{content}.{signature}")).await, Ok(()));
    let forged = format!("{content}.{}", signature.replace(&signature[..4], "AAAA"));
    assert_refused(jwt().authenticate(&forged).await, "signature is wrong");
}

#[tokio::test]
async fn a_p256_key() {
    // RFC 7515, appendix A.3, over claims of its own: the signature is right and the claims are not.
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let key = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let issuer = Issuer::new(Some(json!({"keys": [key]})));
    assert_refused(issuer.jwt().authenticate(token).await, "`iss`");
    assert_refused(issuer.jwt().authenticate(&token.replace("DtEh", "DtEi")).await, "signature is wrong");
}

#[test]
fn nothing_of_a_token_is_shown() {
    let header = Header::new(Algorithm::EdDSA);
    let token = jsonwebtoken::encode(&header, &with("iss", json!("private")), &ed25519(1)).unwrap();
    let found = webhook_receiver::testing::block_on(check(&token)).unwrap_err();
    let shown = format!("{found} {found:?} {:?} {:?}", both(), Issuer::new(None).jwt());
    assert!(!shown.contains("private") && !shown.contains(&token[..10]), "{shown}");
    assert!(format!("{:?}", both()).contains("credentials: Some(\"Bearer\")"));
    assert!(format!("{:?}", Issuer::new(None).jwt()).contains(ISSUER));
}
