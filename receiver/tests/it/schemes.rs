//! Configurable schemes: published examples of vendors, and invalid deliveries.

use std::panic::catch_unwind;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::{HeaderMap, HeaderName, HeaderValue};
use webhook_receiver::signature::{Encoding, Hash, Piece, Scheme, VerifierBuilder};
use webhook_receiver::testing::{sign_as, text_secret};
use webhook_receiver::{Delivery, HmacScheme, Secret, StandardWebhooks, TextSecret, Verifier, VerifyError};

const GITHUB: HmacScheme = HmacScheme::new("x-hub-signature-256", Hash::Sha256, Encoding::Hex, &[Piece::Body])
    .prefix("sha256=")
    .unsigned_id("x-github-delivery");

const STRIPE: HmacScheme = HmacScheme::list(
    "stripe-signature",
    ',',
    Hash::Sha256,
    Encoding::Hex,
    &[Piece::TimestampToken("t="), Piece::Text("."), Piece::Body],
)
.prefix("v1=");

const SLACK: HmacScheme = HmacScheme::new(
    "x-slack-signature",
    Hash::Sha256,
    Encoding::Hex,
    &[Piece::Text("v0:"), Piece::TimestampHeader("x-slack-request-timestamp"), Piece::Text(":"), Piece::Body],
)
.prefix("v0=");

/// Everything signed that can be.
const FULL: HmacScheme = HmacScheme::list(
    "acme-signature",
    ' ',
    Hash::Sha512,
    Encoding::Base64,
    &[
        Piece::IdHeader("acme-id"),
        Piece::Text(":"),
        Piece::TimestampHeader("acme-timestamp"),
        Piece::Text(":"),
        Piece::Body,
    ],
);

/// Standard Webhooks, as a configurable scheme.
const STANDARD: HmacScheme = HmacScheme::list(
    "webhook-signature",
    ' ',
    Hash::Sha256,
    Encoding::Base64,
    &[
        Piece::IdHeader("webhook-id"),
        Piece::Text("."),
        Piece::TimestampHeader("webhook-timestamp"),
        Piece::Text("."),
        Piece::Body,
    ],
)
.prefix("v1,");

const GITHUB_SECRET: &str = "It's a Secret to Everybody";
const GITHUB_BODY: &str = "Hello, World!";
const GITHUB_TAG: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

const STRIPE_SECRET: &str = "webhook_secret";
const STRIPE_SECONDS: u64 = 1_533_204_620;
const STRIPE_TAG: &str = "f0bdba6d4eacbd8ad8a3bbadd7248e633ec1477f7899c124c51b39405fa36613";
const STRIPE_V0: &str = "63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef";
const STRIPE_BODY: &str = r#"{
  "id": "evt_123",
  "object": "event",
  "account": "acct_123",
  "api_version": "2017-05-25",
  "created": 1533204620,
  "data": {
    "object": {
      "id": "ii_123",
      "object": "invoiceitem",
      "amount": 1000,
      "currency": "usd",
      "customer": "cus_123",
      "date": 1533204620,
      "description": "Test Invoice Item",
      "discountable": false,
      "invoice": "in_123",
      "livemode": false,
      "metadata": {},
      "period": {
        "start": 1533204620,
        "end": 1533204620
      },
      "plan": null,
      "proration": false,
      "quantity": null,
      "subscription": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": "req_123",
    "idempotency_key": "idempotency-key-123"
  },
  "type": "invoiceitem.created"
}
"#;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn verify(
    scheme: HmacScheme,
    secrets: &[&str],
    now: u64,
    headers: &[(&'static str, &[u8])],
    body: &str,
) -> Result<Delivery, VerifyError> {
    let builder = Verifier::builder(scheme).clock(move || at(now));
    let secrets = secrets.iter().map(|secret| TextSecret::new(secret).unwrap());
    let verifier = secrets.fold(builder, VerifierBuilder::secret).build().unwrap();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).expect("a value that HTTP allows"));
    }
    verifier.verify(&map, Bytes::copy_from_slice(body.as_bytes()))
}

fn github(headers: &[(&'static str, &[u8])]) -> Result<Delivery, VerifyError> {
    verify(GITHUB, &[GITHUB_SECRET], 0, headers, GITHUB_BODY)
}

fn stripe(now: u64, signature: &str) -> Result<Delivery, VerifyError> {
    verify(STRIPE, &[STRIPE_SECRET], now, &[("stripe-signature", signature.as_bytes())], STRIPE_BODY)
}

fn malformed(header: &'static str) -> VerifyError {
    VerifyError::MalformedHeader(HeaderName::from_static(header))
}

/// From "Validating webhook deliveries" in GitHub's documentation.
#[test]
fn githubs_vector() {
    let signature = format!("sha256={GITHUB_TAG}");
    let delivery = github(&[("x-hub-signature-256", signature.as_bytes())]).unwrap();
    assert_eq!((delivery.id(), delivery.timestamp()), (None, None));
    assert_eq!(delivery.raw(), GITHUB_BODY);
}

/// From the tests of Stripe's library for .NET.
#[test]
fn stripes_vector() {
    let signature = format!("t={STRIPE_SECONDS},v1={STRIPE_TAG},v0={STRIPE_V0}");
    let delivery = stripe(STRIPE_SECONDS + 100, &signature).unwrap();
    assert_eq!((delivery.id(), delivery.timestamp()), (None, Some(at(STRIPE_SECONDS))));
    assert_eq!(stripe(STRIPE_SECONDS + 400, &signature).unwrap_err(), VerifyError::TimestampTooOld);
}

/// From "Verifying requests from Slack" in Slack's documentation.
#[test]
fn slacks_vector() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
        &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let headers: [(_, &[u8]); 2] = [
        ("x-slack-signature", b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        ("x-slack-request-timestamp", b"1531420618"),
    ];
    let verify = |headers| verify(SLACK, &["8f742231b10e8888abcd99yyyzzz85a5"], 1_531_420_618, headers, body);
    assert!(verify(&headers).is_ok());
    assert_eq!(
        verify(&headers[..1]).unwrap_err(),
        VerifyError::MissingHeader(HeaderName::from_static("x-slack-request-timestamp"))
    );
}

/// Computed with the `hmac` module of Python, the long secret being 200 times `k`.
#[test]
fn hashes_and_encodings() {
    let long = "k".repeat(200);
    for (hash, encoding, secret, signature) in [
        (Hash::Sha1, Encoding::Hex, GITHUB_SECRET, "01dc10d0c83e72ed246219cdd91669667fe2ca59"),
        (Hash::Sha1, Encoding::Base64, GITHUB_SECRET, "AdwQ0Mg+cu0kYhnN2RZpZn/iylk="),
        (Hash::Sha256, Encoding::Base64, GITHUB_SECRET, "dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc="),
        (Hash::Sha256, Encoding::Hex, &long, "8d7aeb0fcb2a1d10f86100d22eb4e69cf7748787809c170c15cb49214a82f95c"),
        (
            Hash::Sha512,
            Encoding::Hex,
            GITHUB_SECRET,
            "11ed355a617e98134e842012a7944ccf59c10256cb182357bd7e3a42013ff07c376f8c14cf5cc1923da20b51d64256b2fb8ebbf100aa67a61326f61fea8111bc",
        ),
        (
            Hash::Sha512,
            Encoding::Base64,
            GITHUB_SECRET,
            "Ee01WmF+mBNOhCASp5RMz1nBAlbLGCNXvX46QgE/8Hw3b4wUz1zBkj2iC1HWQlay+4678QCqZ6YTJvYf6oERvA==",
        ),
    ] {
        let scheme = HmacScheme::new("acme-signature", hash, encoding, &[Piece::Body]);
        let verified = verify(scheme, &[secret], 0, &[("acme-signature", signature.as_bytes())], GITHUB_BODY);
        assert!(verified.is_ok(), "{hash:?} {encoding:?}: {verified:?}");
    }
}

#[test]
fn one_signature() {
    use VerifyError::{DuplicateHeader, MissingHeader, NoMatchingSignature};

    let header = HeaderName::from_static("x-hub-signature-256");
    let upper = GITHUB_TAG.to_uppercase();
    for (id, value, expected) in [
        ("upper-case digits", format!("sha256={upper}"), Ok(())),
        ("upper-case prefix", format!("SHA256={GITHUB_TAG}"), Err(NoMatchingSignature)),
        ("no prefix", GITHUB_TAG.to_owned(), Err(NoMatchingSignature)),
        ("another prefix", format!("sha1={GITHUB_TAG}"), Err(NoMatchingSignature)),
        ("prefix only", "sha256=".to_owned(), Err(NoMatchingSignature)),
        ("odd number of digits", format!("sha256={}", &GITHUB_TAG[1..]), Err(NoMatchingSignature)),
        ("a digit more", format!("sha256={GITHUB_TAG}0"), Err(NoMatchingSignature)),
        ("cut short", format!("sha256={}", &GITHUB_TAG[2..]), Err(NoMatchingSignature)),
        ("too long", format!("sha256={GITHUB_TAG}00"), Err(NoMatchingSignature)),
        ("twice", format!("sha256={GITHUB_TAG}{GITHUB_TAG}"), Err(NoMatchingSignature)),
        ("far too long", format!("sha256={}", GITHUB_TAG.repeat(10)), Err(NoMatchingSignature)),
        ("a list", format!("sha256={GITHUB_TAG},sha256={GITHUB_TAG}"), Err(NoMatchingSignature)),
        ("sign", format!("sha256=+{}", &GITHUB_TAG[1..]), Err(NoMatchingSignature)),
        ("junk within", format!("sha256=75 {}", &GITHUB_TAG[3..]), Err(NoMatchingSignature)),
        ("empty", String::new(), Err(malformed("x-hub-signature-256"))),
        ("spaces", "   ".to_owned(), Err(malformed("x-hub-signature-256"))),
        ("tab", format!("sha256=\t{GITHUB_TAG}"), Err(malformed("x-hub-signature-256"))),
        ("not ASCII", format!("sha256=é{GITHUB_TAG}"), Err(malformed("x-hub-signature-256"))),
        ("8193 bytes", "a".repeat(8193), Err(malformed("x-hub-signature-256"))),
    ] {
        let verified = github(&[("x-hub-signature-256", value.as_bytes())]).map(drop);
        assert_eq!(verified, expected, "{id}");
    }
    let valid = format!("sha256={GITHUB_TAG}");
    let valid = ("x-hub-signature-256", valid.as_bytes());
    assert_eq!(github(&[]).unwrap_err(), MissingHeader(header.clone()));
    assert_eq!(github(&[("x-hub-signature", valid.1)]).unwrap_err(), MissingHeader(header.clone()));
    assert_eq!(github(&[valid, valid]).unwrap_err(), DuplicateHeader(header));
}

#[test]
fn an_unsigned_id_never_blocks_a_delivery() {
    let valid = format!("sha256={GITHUB_TAG}");
    let id = |ids: &[&'static [u8]]| {
        let mut headers = vec![("x-hub-signature-256", valid.as_bytes())];
        headers.extend(ids.iter().map(|id| ("x-github-delivery", *id)));
        github(&headers).unwrap().id().map(str::to_owned)
    };
    assert_eq!(id(&[b"72d3162e-cc78-11e3-81ab-4c9367dc0958"]).as_deref(), Some("72d3162e-cc78-11e3-81ab-4c9367dc0958"));
    assert_eq!(id(&[b"a", b"b"]), None);
    assert_eq!(id(&[b""]), None);
    assert_eq!(id(&[b"a b"]), None);
    assert_eq!(id(&[b"caf\xe9"]), None);
}

#[test]
fn a_list_with_a_timestamp() {
    use VerifyError::{MalformedTimestamp, NoMatchingSignature, TimestampTooNew, TimestampTooOld};

    const NOW: u64 = STRIPE_SECONDS;
    let (t, v1) = (format!("t={NOW}"), format!("v1={STRIPE_TAG}"));
    let wrong = format!("v1={}", "00".repeat(32));
    let header = Err(malformed("stripe-signature"));
    let many = |count: usize| format!("{t},{},{v1}", vec![wrong.as_str(); count - 2].join(","));
    for (id, value, now, expected) in [
        ("timestamp last", format!("{v1},{t}"), NOW, Ok(())),
        ("valid behind a wrong one", format!("{t},{wrong},{v1}"), NOW, Ok(())),
        ("valid before a wrong one", format!("{t},{v1},{wrong}"), NOW, Ok(())),
        ("unknown tokens", format!("x=y,,{t},nonsense,{v1},v2={STRIPE_TAG}"), NOW, Ok(())),
        ("spaces", format!(" {t} , {v1} "), NOW, Ok(())),
        ("32 tokens", many(32), NOW, Ok(())),
        ("33 tokens", many(33), NOW, header.clone()),
        ("another version only", format!("{t},v0={STRIPE_TAG}"), NOW, Err(NoMatchingSignature)),
        ("no signature", t.clone(), NOW, Err(NoMatchingSignature)),
        ("another separator", format!("{t};{v1}"), NOW, Err(MalformedTimestamp)),
        ("no timestamp", v1.clone(), NOW, header.clone()),
        ("two timestamps", format!("{t},{t},{v1}"), NOW, header.clone()),
        ("two timestamps, one of them other", format!("t=1,{v1},{t}"), NOW, header.clone()),
        ("upper-case key", format!("T={NOW},{v1}"), NOW, header.clone()),
        ("empty timestamp", format!("t=,{v1}"), NOW, Err(MalformedTimestamp)),
        ("plus sign", format!("t=+{NOW},{v1}"), NOW, Err(MalformedTimestamp)),
        ("leading zero", format!("t=0{NOW},{v1}"), NOW, Err(MalformedTimestamp)),
        ("fraction", format!("t={NOW}.0,{v1}"), NOW, Err(MalformedTimestamp)),
        ("space", format!("t= {NOW},{v1}"), NOW, Err(MalformedTimestamp)),
        ("milliseconds", format!("t={NOW}000,{v1}"), NOW, Err(MalformedTimestamp)),
        ("other than signed", format!("t={},{v1}", NOW + 1), NOW, Err(NoMatchingSignature)),
        ("300 s old", format!("{t},{v1}"), NOW + 300, Ok(())),
        ("301 s old", format!("{t},{v1}"), NOW + 301, Err(TimestampTooOld)),
        ("300 s ahead", format!("{t},{v1}"), NOW - 300, Ok(())),
        ("301 s ahead", format!("{t},{v1}"), NOW - 301, Err(TimestampTooNew)),
        ("empty", String::new(), NOW, header.clone()),
        ("separators only", ",,,".to_owned(), NOW, header),
    ] {
        assert_eq!(stripe(now, &value).map(drop), expected, "{id}");
    }
}

#[test]
fn signed_ids_do_not_hold_what_separates_them() {
    const IN_FRONT: HmacScheme = HmacScheme::new(
        "acme-signature",
        Hash::Sha256,
        Encoding::Hex,
        &[Piece::Text("v1:"), Piece::IdHeader("acme-id"), Piece::Text("--"), Piece::Body],
    );
    const BEHIND: HmacScheme = HmacScheme::new(
        "acme-signature",
        Hash::Sha256,
        Encoding::Hex,
        &[Piece::Body, Piece::Text("-."), Piece::IdHeader("acme-id"), Piece::Text(":v1")],
    );
    let verify = |scheme: HmacScheme, id: &str, allowed: bool| {
        let builder = Verifier::builder(scheme).secret(text_secret()).clock(|| at(100));
        let builder = if allowed { builder.allow_separators_in_id() } else { builder };
        let headers = sign_as(&scheme, &text_secret(), id, at(100), b"{}");
        let delivery = builder.build().unwrap().verify(&headers, Bytes::from_static(b"{}"))?;
        assert_eq!(delivery.id(), Some(id));
        Ok(())
    };
    for (scheme, good, bad) in [(FULL, "evt.1", "evt:1"), (IN_FRONT, "v1:.", "v-1"), (BEHIND, "v-1:", "v.1")] {
        assert_eq!(verify(scheme, good, false), Ok(()));
        assert_eq!(verify(scheme, bad, false), Err(malformed("acme-id")));
        assert_eq!(verify(scheme, bad, true), Ok(()));
    }
}

#[test]
fn several_secrets() {
    let signature = format!("sha256={GITHUB_TAG}");
    let with = |secrets: &[&str]| {
        verify(GITHUB, secrets, 0, &[("x-hub-signature-256", signature.as_bytes())], GITHUB_BODY).is_ok()
    };
    assert!(with(&["another secret", GITHUB_SECRET]));
    assert!(with(&[GITHUB_SECRET, "another secret"]));
    assert!(!with(&["another secret"]));
    assert!(Verifier::builder(GITHUB).build().is_err());
    assert!((0..6).fold(Verifier::builder(GITHUB), |builder, _| builder.secret(text_secret())).build().is_err());
}

/// Stripe's secrets look like those of Standard Webhooks, and are not: the prefix belongs to the key.
#[test]
fn text_secrets_are_not_decoded() {
    let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let [whole, cut] = [text, &text[6..]].map(|text| TextSecret::new(text).unwrap());
    let headers = sign_as(&STRIPE, &whole, "", SystemTime::now(), b"{}");
    let body = || Bytes::from_static(b"{}");
    assert!(Verifier::new(STRIPE, whole).verify(&headers, body()).is_ok());
    assert!(Verifier::new(STRIPE, cut).verify(&headers, body()).is_err());

    // Signed with the text itself, not with the key that it encodes.
    let standard = Verifier::standard_webhooks(Secret::new(text).unwrap());
    let verify =
        |secret| standard.verify(&sign_as(&STANDARD, &secret, "msg", SystemTime::now(), b"{}"), body()).is_ok();
    assert!(!verify(TextSecret::new(text).unwrap()));
    assert!(!verify(TextSecret::new(&text[6..]).unwrap()));
}

/// One mechanism: what [`STANDARD`] signs, a verifier of Standard Webhooks accepts, where the key is the same.
#[test]
fn standard_webhooks_as_data() {
    let headers = sign_as(&STANDARD, &text_secret(), "msg", SystemTime::now(), b"{}");
    let same = Secret::new("whsec_dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHM=").unwrap();
    let delivery = Verifier::new(StandardWebhooks::DEFAULT, same).verify(&headers, Bytes::from_static(b"{}")).unwrap();
    assert_eq!(delivery.id(), Some("msg"));
}

#[test]
fn unsigned_deliveries() {
    let verifier = Verifier::dangerously_accept_unsigned();
    let mut headers = HeaderMap::new();
    headers.append("webhook-id", HeaderValue::from_static("msg"));
    headers.append("webhook-timestamp", HeaderValue::from_static("x"));
    let delivery = verifier.verify(&headers, Bytes::from_static(b"{}")).unwrap();
    assert_eq!((delivery.id(), delivery.timestamp()), (None, None));
    assert_eq!(&delivery.raw()[..], b"{}");
}

#[test]
fn schemes_that_make_no_sense() {
    const BODY: Piece = Piece::Body;
    const DOT: Piece = Piece::Text(".");
    const ID: Piece = Piece::IdHeader("acme-id");
    const TIMESTAMP: Piece = Piece::TimestampHeader("acme-timestamp");
    const TOKEN: Piece = Piece::TimestampToken("t=");

    let refused = |signed: &'static [Piece]| {
        let new = |name| catch_unwind(move || HmacScheme::new(name, Hash::Sha256, Encoding::Hex, signed)).is_err();
        assert!(new("Acme-Signature") && new(""));
        new("acme-signature")
    };
    for signed in [
        &[BODY] as &[Piece],
        &[ID, DOT, TIMESTAMP, DOT, BODY],
        &[BODY, DOT, ID],
        &[DOT, BODY, DOT],
        &[Piece::Text("v1:"), ID, DOT, BODY],
    ] {
        assert!(!refused(signed), "{signed:?}");
    }
    for signed in [
        &[] as &[Piece],
        &[DOT],
        &[TIMESTAMP],
        &[BODY, DOT, BODY],
        &[ID, DOT, ID, DOT, BODY],
        &[TIMESTAMP, DOT, TIMESTAMP, DOT, BODY],
        &[TIMESTAMP, BODY],
        &[TIMESTAMP, Piece::Text(""), BODY],
        &[TIMESTAMP, Piece::Text("a."), BODY],
        &[TIMESTAMP, Piece::Text(".0"), BODY],
        &[TIMESTAMP, DOT, DOT, BODY],
        &[ID, TIMESTAMP, DOT, BODY],
        &[TOKEN, DOT, BODY],
        &[Piece::IdHeader("Acme-Id"), DOT, BODY],
        &[Piece::TimestampHeader("acme timestamp"), DOT, BODY],
    ] {
        assert!(refused(signed), "{signed:?}");
    }
    for timestamps in [&[TOKEN, DOT, TOKEN, DOT, BODY] as &[Piece], &[TOKEN, DOT, TIMESTAMP, DOT, BODY]] {
        let list = || HmacScheme::list("acme-signature", ',', Hash::Sha256, Encoding::Hex, timestamps);
        assert!(catch_unwind(list).is_err(), "{timestamps:?}");
    }
    for separator in ['\n', 'é', '\0', 'a', '0', '='] {
        let list = || HmacScheme::list("acme-signature", separator, Hash::Sha256, Encoding::Hex, &[BODY]);
        assert!(catch_unwind(list).is_err(), "{separator:?}");
    }
    assert!(catch_unwind(|| GITHUB.unsigned_id("X-Id")).is_err());
    assert!(catch_unwind(|| FULL.unsigned_id("x-id")).is_err());
}

fn schemes() -> impl Strategy<Value = HmacScheme> {
    prop::sample::select(vec![GITHUB, STRIPE, SLACK, FULL])
}

/// Values that come near to what is accepted, and ones that do not.
fn value() -> impl Strategy<Value = HeaderValue> {
    let near =
        "[ -~]{0,40}|sha256=[0-9a-f]{64}|t=[0-9]{0,12},v1=[0-9a-f]{64}|([tv][01]?=[0-9a-f]{0,64},){1,40}|1[0-9]{9}";
    let any = prop::collection::vec(any::<u8>(), 0..64);
    prop_oneof![near.prop_map(String::into_bytes), any]
        .prop_filter_map("a value that HTTP allows", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    let name = prop::sample::select(vec![
        "x-hub-signature-256",
        "x-github-delivery",
        "stripe-signature",
        "x-slack-signature",
        "x-slack-request-timestamp",
        "acme-signature",
        "acme-id",
        "acme-timestamp",
    ]);
    prop::collection::vec((name.prop_map(HeaderName::from_static), value()), 0..12).prop_map(|list| {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(name, value);
        }
        headers
    })
}

proptest! {
    #[test]
    fn verifying_never_panics_and_never_accepts(scheme in schemes(), headers in headers(), body in any::<Vec<u8>>()) {
        let verifier = Verifier::builder(scheme).secret(text_secret()).tolerance(Duration::MAX).build().unwrap();
        prop_assert!(verifier.verify(&headers, body.into()).is_err());
    }

    #[test]
    fn what_is_signed_is_accepted_and_nothing_else(
        scheme in schemes(),
        id in "[!-9;-~]{1,256}",
        seconds in 1_000_000_000..=9_000_000_000_u64,
        body in prop::collection::vec(any::<u8>(), 1..512),
        position in any::<prop::sample::Index>(),
        flip in 1..=127_u8,
    ) {
        let verifier = Verifier::builder(scheme).secret(text_secret()).clock(move || at(seconds)).build().unwrap();
        let headers = sign_as(&scheme, &text_secret(), &id, at(seconds), &body);
        let delivery = verifier.verify(&headers, Bytes::from(body.clone())).unwrap();
        prop_assert_eq!(&delivery.raw()[..], &body[..]);
        prop_assert!(delivery.id().is_none_or(|kept| kept == id));

        let mut changed = body.clone();
        let index = position.index(changed.len());
        changed[index] ^= flip;
        prop_assert!(verifier.verify(&headers, changed.into()).is_err());

        // Any byte of any header that is signed, or is the signature; the case of hexadecimal digits does not count.
        for (name, value) in headers.iter().filter(|(name, _)| *name != "x-github-delivery") {
            let mut bytes = value.as_bytes().to_vec();
            let index = position.index(bytes.len());
            bytes[index] ^= flip;
            let Ok(flipped) = HeaderValue::from_bytes(&bytes) else { continue };
            let hexadecimal = scheme != FULL && bytes.eq_ignore_ascii_case(value.as_bytes());
            let mut headers = headers.clone();
            headers.insert(name, flipped);
            let refused = verifier.verify(&headers, body.clone().into()).is_err();
            prop_assert!(refused || hexadecimal, "{}: {:?}", name, headers);
        }
    }

    #[test]
    fn another_secret_signs_nothing(scheme in schemes(), secret in "[!-~]{8,100}", body in any::<Vec<u8>>()) {
        fn accepts<S: Scheme>(scheme: S, secret: S::Secret, headers: &HeaderMap, body: Vec<u8>) -> bool {
            Verifier::new(scheme, secret).verify(headers, body.into()).is_ok()
        }
        let secret = TextSecret::new(&secret).unwrap();
        let headers = sign_as(&scheme, &secret, "msg", SystemTime::now(), &body);
        prop_assert!(!accepts(scheme, text_secret(), &headers, body.clone()));
        prop_assert!(accepts(scheme, secret, &headers, body));
    }
}

#[test]
fn an_id_in_the_body() {
    const SCHEME: HmacScheme =
        HmacScheme::new("acme-signature", Hash::Sha256, Encoding::Hex, &[Piece::Body]).id_in_body("/event/id");
    let secret = text_secret();
    let verifier = Verifier::new(SCHEME, text_secret());
    let id = |body: &str| {
        let headers = sign_as(&SCHEME, &secret, "", SystemTime::now(), body.as_bytes());
        let delivery = verifier.verify(&headers, body.to_owned().into()).unwrap();
        assert_eq!(delivery.id(), delivery.signed_id());
        delivery.id().map(str::to_owned)
    };
    assert_eq!(id(r#"{"id":"x","event":{"id":"evt_1"}}"#).as_deref(), Some("evt_1"));
    assert_eq!(id(r#"{"event":{"id":12345678901234567890}}"#).as_deref(), Some("12345678901234567890"));
    // None of these is an id, and the delivery is accepted all the same.
    let long = format!(r#"{{"event":{{"id":"{}"}}}}"#, "x".repeat(257));
    for body in [
        r#"{"event":{}}"#,
        r#"{"event":{"id":""}}"#,
        r#"{"event":{"id":"a b"}}"#,
        r#"{"event":{"id":null}}"#,
        "{",
        &long,
    ] {
        assert_eq!(id(body), None, "{body}");
    }
}
