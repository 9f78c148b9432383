//! Verifying allocates nothing, so that a flood of requests costs no memory beyond their bodies. Decoding allocates in
//! proportion to the body.

use std::collections::BTreeMap;

use allocation_counter::measure;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::codegen::codec;
use webhook_receiver::http::{HeaderMap, HeaderValue};
use webhook_receiver::signature::{Encoding, Hash, HmacScheme, Piece, Scheme};
use webhook_receiver::testing::{secret, signed_now};
use webhook_receiver::{Decode, DecodeError, Delivery, JsonValue, StandardWebhooks, TextSecret, Undeclared, Verifier};

const HEX: HmacScheme = HmacScheme::new("x-signature", Hash::Sha512, Encoding::Hex, &[Piece::Body]);

/// Bytes that are counted already: it is the first clone that allocates the count.
fn shared(bytes: Vec<u8>) -> Bytes {
    let bytes = Bytes::from(bytes);
    let _ = bytes.clone();
    bytes
}

/// Each value is a part of one buffer, as where a server has read them.
fn as_received(headers: &HeaderMap) -> HeaderMap {
    let buffer: Vec<u8> = headers.values().flat_map(HeaderValue::as_bytes).copied().collect();
    let mut rest = shared(buffer);
    let mut value = |value: &HeaderValue| HeaderValue::from_maybe_shared(rest.split_to(value.len())).unwrap();
    headers.iter().map(|(name, sent)| (name.clone(), value(sent))).collect()
}

fn assert_allocates_nothing<S: Scheme>(scheme: S, secret: S::Secret, signed: &HeaderMap, body: &Bytes) {
    let verifier = Verifier::new(scheme, secret);
    let headers = as_received(signed);
    let accepted = measure(|| drop(verifier.verify(&headers, body.clone()).unwrap()));
    assert_eq!(accepted.count_total, 0, "{accepted:?}");
    let refused = measure(|| {
        let claim = verifier.check(&headers).unwrap();
        assert!(claim.verify(Bytes::from_static(b"another")).is_err());
    });
    assert_eq!(refused.count_total, 0, "{refused:?}");
}

#[test]
fn standard_webhooks() {
    let body = shared(vec![b'x'; 10_000]);
    let mut signed = signed_now(&StandardWebhooks::DEFAULT, &secret(), &body);
    assert_allocates_nothing(StandardWebhooks::DEFAULT, secret(), &signed, &body);

    let list = ["v1,AAAA ", signed["webhook-signature"].to_str().unwrap(), " v1a,AAAA v1,?"].concat();
    signed.insert("webhook-signature", list.parse().unwrap());
    assert_allocates_nothing(StandardWebhooks::DEFAULT, secret(), &signed, &body);
}

#[test]
fn another_scheme() {
    let body = shared(vec![b'x'; 10_000]);
    let secret = || TextSecret::new("0123456789abcdef0123456789abcdef").unwrap();
    assert_allocates_nothing(HEX, secret(), &signed_now(&HEX, &secret(), &body), &body);
}

macro_rules! wide {
    ($($wire:literal $member:ident)*) => {
        /// 60 members that are usually absent.
        struct Wide {
            $($member: Option<String>,)*
            undeclared: Undeclared,
        }

        codec::object! {
            Wide {
                $($wire => $member: optional,)*
                ..undeclared
            }
        }
    };
}

wide! {
    "m00" m00 "m01" m01 "m02" m02 "m03" m03 "m04" m04 "m05" m05 "m06" m06 "m07" m07
    "m08" m08 "m09" m09 "m10" m10 "m11" m11 "m12" m12 "m13" m13 "m14" m14 "m15" m15
    "m16" m16 "m17" m17 "m18" m18 "m19" m19 "m20" m20 "m21" m21 "m22" m22 "m23" m23
    "m24" m24 "m25" m25 "m26" m26 "m27" m27 "m28" m28 "m29" m29 "m30" m30 "m31" m31
    "m32" m32 "m33" m33 "m34" m34 "m35" m35 "m36" m36 "m37" m37 "m38" m38 "m39" m39
    "m40" m40 "m41" m41 "m42" m42 "m43" m43 "m44" m44 "m45" m45 "m46" m46 "m47" m47
    "m48" m48 "m49" m49 "m50" m50 "m51" m51 "m52" m52 "m53" m53 "m54" m54 "m55" m55
    "m56" m56 "m57" m57 "m58" m58 "m59" m59
}

#[expect(clippy::large_enum_variant, reason = "as it is generated")]
enum Either {
    Wide(Wide),
    Text(String),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Either {
        Wide,
        Text,
        ..Unknown
    }
}

struct Nested {
    lists: Option<Vec<Vec<bool>>>,
    undeclared: Undeclared,
}

codec::object! {
    Nested {
        "lists" => lists: optional,
        ..undeclared
    }
}

enum NestedOrText {
    Nested(Nested),
    Text(String),
    Unknown(JsonValue),
}

codec::untagged_union! {
    NestedOrText {
        Nested,
        Text,
        ..Unknown
    }
}

enum Mixed {
    One,
    List,
    Unknown(JsonValue),
}

codec::json_enum! {
    Mixed {
        "1" => One,
        "[[[true]]]" => List,
        ..Unknown
    }
}

struct Constant;

codec::constant!(Constant: json = "[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]");

struct Branch {
    list: Option<Vec<Tree>>,
    end: bool,
    undeclared: Undeclared,
}

codec::object! {
    Branch {
        "list" => list: optional,
        "end" => end: required,
        ..undeclared
    }
}

enum Tree {
    Branch(Branch),
    Unknown(JsonValue),
}

codec::untagged_union! {
    Tree {
        Branch,
        ..Unknown
    }
}

/// The result of decoding a body, and the memory that it takes at its peak beyond the body, in bytes.
fn decode<T: Decode>(body: String) -> (Result<(), DecodeError>, usize) {
    let verifier = Verifier::dangerously_accept_unsigned();
    let delivery: Delivery = verifier.verify(&HeaderMap::new(), body.into()).unwrap();
    let mut result = Ok(());
    let memory = measure(|| result = delivery.decode::<T>().map(drop));
    (result, usize::try_from(memory.bytes_max).unwrap())
}

/// A list or an object of many parts. `#` is a number.
fn many(open: &str, part: &str, close: &str, length: usize) -> String {
    let mut body = open.to_owned();
    let mut number = 0;
    while body.len() < length {
        if number > 0 {
            body.push(',');
        }
        body.push_str(&part.replace('#', &number.to_string()));
        number += 1;
    }
    body + close
}

/// Decodes bodies of this form: small ones without a limit, and large ones within 16 times their size.
#[track_caller]
fn assert_bounded<T: Decode>(open: &str, part: &str, close: &str) {
    let (small, _) = decode::<T>(many(open, part, close, 64 * 1024 - 20));
    assert_eq!(small, Ok(()), "{part}");
    for length in [65 * 1024, 512 * 1024] {
        let body = many(open, part, close, length);
        let length = body.len();
        let (result, memory) = decode::<T>(body);
        assert!(memory <= 16 * length, "{part}: {memory} for {length}");
        if let Err(error) = result {
            assert_eq!(error.message(), "the values take more memory than a body of this size may use", "{part}");
            assert!(memory > 4 * length, "{part}: {memory} for {length} is not much");
        }
    }
}

/// Text that is compared is read in one pass, whatever its depth.
#[test]
fn comparing_json_takes_memory_in_proportion_to_the_body() {
    for count in [1, 512 * 1024] {
        let body = format!("{}\"{}\"{}", "[".repeat(120), "\\n".repeat(count / 2), "]".repeat(120));
        let length = body.len();
        let (result, memory) = decode::<Mixed>(body.clone());
        assert_eq!(result, Ok(()));
        assert!(memory <= 4 * length, "{memory} for {length}");
        let (result, memory) = decode::<Constant>(body);
        assert!(
            result.unwrap_err().message().starts_with("at `/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0`: expected {}, found [[")
        );
        assert!(memory <= 8 * length + 10_000, "{memory} for {length}");
    }
}

#[test]
fn decoding_takes_memory_in_proportion_to_the_body() {
    assert_bounded::<Vec<Wide>>("[", "{}", "]");
    assert_bounded::<Vec<Vec<Wide>>>("[", "[{}]", "]");
    assert_bounded::<Vec<Either>>("[", "{}", "]");
    assert_bounded::<Either>("{\"m00\":null,", "\"#\":[]", "}");
    assert_bounded::<NestedOrText>("{\"lists\":[", "[]", "]}");
    assert_bounded::<Tree>("{\"list\":[", "{\"list\":[],\"end\":0}", "],\"end\":true}");
    assert_bounded::<Tree>("{\"list\":[", "{\"list\":[],\"end\":0}", "],\"end\":0}");
    assert_bounded::<Vec<Vec<bool>>>("[", "[true]", "]");
    assert_bounded::<Vec<BTreeMap<String, JsonValue>>>("[", "{\"\":0}", "]");
    assert_bounded::<BTreeMap<String, Wide>>("{", "\"#\":{}", "}");
    assert_bounded::<BTreeMap<String, bool>>("{", "\"#\":true", "}");
    assert_bounded::<Wide>("{", "\"#\":0", "}");
    assert_bounded::<Vec<Mixed>>("[", "[[[true]]]", "]");
    let (open, close) = ("[".repeat(120), "]".repeat(120));
    assert_bounded::<Mixed>(&format!("{open}\""), "\\n", &format!("\"{close}"));
    assert_bounded::<JsonValue>("{", "\"#\":0", "}");
    assert_bounded::<Vec<JsonValue>>("[", "0", "]");
    assert_bounded::<Vec<String>>("[", "\"\\n\"", "]");
    assert_bounded::<String>("\"", "\\n ", "\"");
}
