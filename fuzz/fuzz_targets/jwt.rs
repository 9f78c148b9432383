//! Bearer tokens: nothing panics, whatever the token and the issuer's keys, and what is accepted was signed and says what it has to.
#![no_main]

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use webhook_receiver::authorization::{BearerAuth, Jwt};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::serde_json::{self, Value, json};
use webhook_receiver::testing::block_on;

const NOW: u32 = 1_700_000_000;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    keys: Keys<'a>,
    token: Token<'a>,
}

/// What the issuer publishes.
#[derive(Arbitrary, Debug)]
enum Keys<'a> {
    Ours,
    Any(&'a [u8]),
    /// One key of these members.
    Of(Vec<(Member, &'a str)>),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Member {
    Kty,
    Crv,
    Alg,
    Use,
    Kid,
    X,
    Y,
    N,
    E,
    K,
}

#[derive(Arbitrary, Debug)]
enum Token<'a> {
    Any(&'a str),
    Signed { header: Header<'a>, claims: Claims<'a>, signature: Signature<'a> },
}

#[derive(Arbitrary, Debug)]
enum Header<'a> {
    Usual,
    WithoutKey,
    Of { alg: &'a str, kid: &'a str },
    Any(&'a [u8]),
}

#[derive(Arbitrary, Debug)]
enum Claims<'a> {
    Times { exp: i32, nbf: i32 },
    With(&'a str, &'a str),
    Any(&'a [u8]),
}

#[derive(Arbitrary, Debug)]
enum Signature<'a> {
    Right,
    ByAnother,
    OfOther(&'a [u8]),
    Any(&'a [u8]),
    /// Of the right one, with this byte changed.
    Changed(u8, u8),
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

impl Keys<'_> {
    fn document(&self) -> Vec<u8> {
        match self {
            Self::Ours => {
                let x = URL_SAFE_NO_PAD.encode(key(1).verifying_key());
                json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": x}]}).to_string().into()
            }
            Self::Any(document) => document.to_vec(),
            Self::Of(members) => {
                let mut key = json!({});
                for (member, text) in members {
                    key[format!("{member:?}").to_lowercase()] = (*text).into();
                }
                json!({"keys": [key]}).to_string().into()
            }
        }
    }
}

impl Header<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Usual => json!({"alg": "EdDSA", "kid": "one"}).to_string().into(),
            Self::WithoutKey => json!({"alg": "EdDSA"}).to_string().into(),
            Self::Of { alg, kid } => json!({"alg": alg, "kid": kid}).to_string().into(),
            Self::Any(bytes) => bytes.to_vec(),
        }
    }
}

impl Claims<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut usual = json!({"iss": "issuer", "aud": "audience", "exp": NOW + 300, "nbf": NOW - 300});
        match self {
            Self::Times { exp, nbf } => {
                usual["exp"] = (i64::from(NOW) + i64::from(*exp)).into();
                usual["nbf"] = (i64::from(NOW) + i64::from(*nbf)).into();
            }
            Self::With(member, value) => {
                usual[member] = serde_json::from_str(value).unwrap_or_else(|_| Value::from(*value));
            }
            Self::Any(bytes) => return bytes.to_vec(),
        }
        usual.to_string().into()
    }
}

impl Signature<'_> {
    fn bytes(&self, content: &[u8]) -> Vec<u8> {
        match self {
            Self::Right => key(1).sign(content).to_bytes().to_vec(),
            Self::ByAnother => key(2).sign(content).to_bytes().to_vec(),
            Self::OfOther(other) => key(1).sign(other).to_bytes().to_vec(),
            Self::Any(bytes) => bytes.to_vec(),
            Self::Changed(position, change) => {
                let mut bytes = key(1).sign(content).to_bytes().to_vec();
                bytes[usize::from(*position) % 64] ^= change;
                bytes
            }
        }
    }
}

/// Whether a token with these claims may be accepted, decided independently of the receiver.
fn is_meant(claims: &[u8]) -> bool {
    let Ok(Value::Object(claims)) = serde_json::from_slice(claims) else { return false };
    let time = |name| claims.get(name).and_then(Value::as_f64);
    let is_audience = match claims.get("aud") {
        Some(Value::Array(list)) => list.contains(&"audience".into()),
        audience => audience == Some(&"audience".into()),
    };
    claims.get("iss") == Some(&"issuer".into())
        && is_audience
        && time("exp").is_some_and(|exp| exp >= f64::from(NOW - 60))
        && time("nbf").is_some_and(|nbf| (0.0..=f64::from(NOW + 60)).contains(&nbf))
}

libfuzzer_sys::fuzz_target!(|input: Input<'_>| {
    let document = Bytes::from(input.keys.document());
    let jwt = Jwt::new("issuer", "audience", move || std::future::ready(Ok(document.clone())))
        .clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.into()));
    match &input.token {
        Token::Any(token) => {
            let accepted = block_on(jwt.authenticate(token)).is_ok();
            assert!(!accepted || !matches!(input.keys, Keys::Ours), "{token} is not signed");
        }
        Token::Signed { header, claims, signature } => {
            let (header_bytes, claims_bytes) = (header.bytes(), claims.bytes());
            let content = [&header_bytes, &claims_bytes].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
            let is_right = signature.bytes(content.as_bytes()) == key(1).sign(content.as_bytes()).to_bytes().to_vec();
            let token = format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature.bytes(content.as_bytes())));
            let accepted = block_on(jwt.authenticate(&token)).is_ok();
            if matches!(input.keys, Keys::Ours) {
                assert!(!accepted || is_right && is_meant(&claims_bytes), "{token}");
                let is_usual =
                    matches!(header, Header::Usual | Header::WithoutKey) && matches!(claims, Claims::Times { .. });
                assert!(accepted || !(is_usual && is_right && is_meant(&claims_bytes)), "{token}");
            }
        }
    }
});
