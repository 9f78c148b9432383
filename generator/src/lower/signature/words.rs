//! The words by which descriptions say how deliveries are signed, and what each says.

use crate::signature::{Encoding, Hash};

/// What words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// The signature is an HMAC.
    Hmac,
    /// The hash function.
    Hash(Hash),
    /// How the signature is written.
    Encoding(Encoding),
    /// The scheme is that of a standard or of a well-known vendor.
    Like(Like),
    /// Something that `codegen.toml` cannot state.
    Beyond(&'static str),
    /// The form of the timestamp is not the one that is read. It matters only if the timestamp is signed.
    Time(&'static str),
}

/// A well-known scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Like {
    StandardWebhooks,
    /// Svix. Its headers begin with `svix` or `webhook`.
    Svix,
    Github,
    Stripe,
}

/// What `codegen.toml` cannot state instead of a part that it has.
pub(super) mod beyond {
    pub(in super::super) const KEY_PAIR: &str = "a signature of a key pair, not an HMAC";
    pub(in super::super) const TOKEN: &str = "a JSON Web Token";
    pub(in super::super) const OTHER_HASH: &str = "another hash function than SHA-1, SHA-256 or SHA-512";
    pub(in super::super) const OTHER_ENCODING: &str = "another encoding than hex or base64";
}

const HMAC: Says = Says::Hmac;
const SHA1: Says = Says::Hash(Hash::Sha1);
const SHA256: Says = Says::Hash(Hash::Sha256);
const SHA512: Says = Says::Hash(Hash::Sha512);
const KEY_PAIR: Says = Says::Beyond(beyond::KEY_PAIR);
const OTHER_HASH: Says = Says::Beyond(beyond::OTHER_HASH);
const OTHER_ENCODING: Says = Says::Beyond(beyond::OTHER_ENCODING);
const TOKEN: Says = Says::Beyond(beyond::TOKEN);
const CANONICAL: Says = Says::Beyond("a rewritten form of the body is signed, not the body as it arrives");
const DECODED_SECRET: Says = Says::Beyond("the secret is decoded before it is used");
pub(super) const REQUEST: Says = Says::Beyond("the signed text has parts other than the body, a timestamp and an id");
pub(super) const BODYLESS: &str = "the body is not part of the signed text";

/// Words in lower case, without punctuation, and what they say. Where several rows match, the longest counts.
const WORDS: &[(&[&str], &[Says])] = &[
    (&["hmac", "hash based message authentication code"], &[HMAC]),
    (&["hmacsha 1", "hs 1"], &[HMAC, SHA1]),
    (&["hmacsha 256", "hs 256"], &[HMAC, SHA256]),
    (&["hmacsha 512", "hs 512"], &[HMAC, SHA512]),
    (&["sha 1"], &[SHA1]),
    (&["sha 256", "sha 2 256"], &[SHA256]),
    (&["sha 512", "sha 2 512"], &[SHA512]),
    (
        &["md 5", "sha 224", "sha 384", "sha 512 256", "sha 3", "hs 384", "blake 2", "blake 2 b", "blake 3"],
        &[OTHER_HASH],
    ),
    (&["hex", "hexadecimal", "hexidecimal", "hexdigest", "base 16"], &[Says::Encoding(Encoding::Hex)]),
    (&["base 64"], &[Says::Encoding(Encoding::Base64)]),
    (&["base 64 url", "url safe base 64", "base 32", "base 58"], &[OTHER_ENCODING]),
    (&["public key", "private key", "asymmetric", "ecdsa", "eddsa", "ed 25519", "rsa", "x 509", "jwks"], &[KEY_PAIR]),
    (&["p 256", "secp 256 r 1", "secp 256 k 1", "rs 256", "rs 512", "es 256", "ps 256", "certificate"], &[KEY_PAIR]),
    (&["jwt", "jws", "json web token", "json web signature"], &[TOKEN]),
    (&["canonical", "canonicalized", "canonicalised", "canonicalization", "json stringify"], &[CANONICAL]),
    (&["sorted", "alphabetical", "alphabetically", "minified", "without whitespace"], &[CANONICAL]),
    (
        &["base 64 encoded secret", "base 64 secret", "base 64 decode the secret", "base 64 decoded secret"],
        &[DECODED_SECRET],
    ),
    (&["base 64 encoded key", "base 64 decode the key", "base 64 decoded key", "decode the secret"], &[DECODED_SECRET]),
    (
        &["hex encoded secret", "hex decoded secret", "hex decode the secret", "decoded secret", "decoded key"],
        &[DECODED_SECRET],
    ),
    (
        &["http method", "request method", "request path", "request uri", "request url", "full url", "query string"],
        &[REQUEST],
    ),
    (&["millisecond", "milliseconds"], &[Says::Time("a timestamp in milliseconds")]),
    (
        &["iso 8601", "iso string", "iso timestamp", "iso date", "rfc 3339"],
        &[Says::Time("a timestamp that is written as a date")],
    ),
    (&["standard webhooks", "standardwebhooks"], &[Says::Like(Like::StandardWebhooks)]),
    (&["svix"], &[Says::Like(Like::Svix)]),
    (
        &["github style", "like github", "same as github", "as github", "github compatible", "github s scheme"],
        &[Says::Like(Like::Github)],
    ),
    (
        &["github format", "github s format", "github signature scheme", "compatible with github"],
        &[Says::Like(Like::Github)],
    ),
    (
        &["stripe style", "like stripe", "same as stripe", "as stripe", "stripe compatible", "stripe s scheme"],
        &[Says::Like(Like::Stripe)],
    ),
    (
        &["stripe format", "stripe s format", "stripe signature scheme", "compatible with stripe"],
        &[Says::Like(Like::Stripe)],
    ),
];

/// The words of a text in lower case: letters and digits are separate words, and so are the parts of a name in camel case.
/// So `SHA-256`, `sha256` and `Sha_256` have the same words. Scripts without spaces, such as Chinese, end a word in Latin
/// letters.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = None;
    for character in text.chars() {
        if character.is_alphanumeric() {
            let starts = match before {
                Some(before) => {
                    char::is_numeric(before) != character.is_numeric()
                        || has_case(before) != has_case(character)
                        || char::is_lowercase(before) && character.is_uppercase()
                }
                None => true,
            };
            if starts {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = character.is_alphanumeric().then_some(character);
    }
    words
}

/// Whether it is a letter of a script with upper and lower case.
fn has_case(character: char) -> bool {
    character.is_lowercase() || character.is_uppercase()
}

/// What words say. Each word counts once.
pub(super) fn said(words: &[String]) -> Vec<Says> {
    let mut said = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let rows = WORDS.iter().flat_map(|(phrases, says)| phrases.iter().map(move |phrase| (*phrase, *says)));
        let matching = rows.filter_map(|(phrase, says)| Some((starts_with(rest, phrase)?, says)));
        let (length, says) = matching.max_by_key(|(length, _)| *length).unwrap_or((1, &[]));
        said.extend(says);
        rest = &rest[length..];
    }
    said
}

/// The number of words of the phrase, if the words begin with it.
fn starts_with(words: &[String], phrase: &str) -> Option<usize> {
    let mut length = 0;
    for word in phrase.split(' ') {
        if words.get(length)? != word {
            return None;
        }
        length += 1;
    }
    Some(length)
}

/// Whether the words have one of these phrases.
pub(super) fn have(words: &[String], phrases: &[&str]) -> bool {
    (0..words.len()).any(|start| phrases.iter().any(|phrase| starts_with(&words[start..], phrase).is_some()))
}
