//! Texts of the table with `$(…)` in them, turned into bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

/// The tag of row V01.
const TAG: &str = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

/// What the recipes for signatures refer to.
#[derive(Default)]
pub(super) struct Signed<'a> {
    pub(super) secret: &'a str,
    /// Id, timestamp and body, joined by dots.
    pub(super) content: Vec<u8>,
}

/// Replaces each `$(…)` of a text.
pub(super) fn bytes(text: &str, signed: &Signed<'_>) -> Vec<u8> {
    let Some((before, rest)) = text.split_once("$(") else { return text.into() };
    let (recipe, rest) = rest.split_once(')').expect("a closing parenthesis");
    [before.as_bytes(), &cook(recipe, signed), &bytes(rest, signed)].concat()
}

fn cook(recipe: &str, signed: &Signed<'_>) -> Vec<u8> {
    let (name, argument) = recipe.split_once(':').unwrap_or((recipe, ""));
    match name {
        "signed" if argument.is_empty() && name == recipe => token(&tag(&key(signed.secret), &signed.content)),
        "signed" => token(&tag(&key(argument), &signed.content)),
        "hmac" => token(&tag(&key(signed.secret), argument.as_bytes())),
        "hmac-sha512" => token(&hmac::<Hmac<Sha512>>(&key(signed.secret), &signed.content)),
        "cut" => {
            let tag = STANDARD.decode(TAG).unwrap();
            token(&tag.into_iter().cycle().take(argument.parse().unwrap()).collect::<Vec<_>>())
        }
        "wrong" => {
            let (first, last) = argument.split_once("..").unwrap_or((argument, argument));
            let tokens = (first.parse::<u8>().unwrap()..=last.parse().unwrap()).map(|byte| token(&[byte; 32]));
            tokens.collect::<Vec<_>>().join(&b' ')
        }
        "repeat" => {
            let (count, text) = argument.split_once(':').unwrap();
            text.repeat(count.parse().unwrap()).into()
        }
        "hex" => {
            let (pairs, []) = argument.as_bytes().as_chunks::<2>() else {
                panic!("{argument} is no sequence of bytes")
            };
            pairs.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
        }
        _ => panic!("there is no recipe `{name}`"),
    }
}

fn key(secret: &str) -> Vec<u8> {
    match secret.strip_prefix("text:") {
        Some(text) => text.into(),
        None => STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).unwrap(),
    }
}

fn tag(key: &[u8], content: &[u8]) -> Vec<u8> {
    hmac::<Hmac<Sha256>>(key, content)
}

fn hmac<M: Mac + KeyInit>(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn token(tag: &[u8]) -> Vec<u8> {
    format!("v1,{}", STANDARD.encode(tag)).into()
}
