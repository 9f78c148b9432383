//! The tables: what is different from a valid message, and what is expected.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;

use super::{BODY, ED25519, ID, Message, NOW, OTHER_SECRET, SECRET, TAG, VALID, key, tag, token, valid_tag, wrong};

pub(super) type Case = (&'static str, &'static str, Message, Result<(), &'static str>);

const MISSING: Result<(), &str> = Err("MissingHeader");
const DUPLICATE: Result<(), &str> = Err("DuplicateHeader");
const HEADER: Result<(), &str> = Err("MalformedHeader");
const TIMESTAMP: Result<(), &str> = Err("MalformedTimestamp");
const OLD: Result<(), &str> = Err("TimestampTooOld");
const NEW: Result<(), &str> = Err("TimestampTooNew");
const NO_MATCH: Result<(), &str> = Err("NoMatchingSignature");
pub(super) const SECRET_ERROR: Result<(), &str> = Err("Secret");

pub(super) fn vectors() -> Vec<Case> {
    let valid = Message::valid;
    let large = |length, signatures: &str| valid().body("a".repeat(length)).signatures(signatures);
    vec![
        ("V01", "Svix and Standard Webhooks libraries", valid(), Ok(())),
        (
            "V02",
            "Rust libraries",
            Message::new(
                OTHER_SECRET,
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                1_649_367_553,
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
            Ok(()),
        ),
        (
            "V03",
            "Svix, manual verification; the key has 18 bytes",
            Message::new(
                "whsec_plJ3nmyCDGBKInavdOK15jsl",
                "msg_loFOjxBNrRLzqYUf",
                1_731_705_121,
                r#"{"event_type":"ping","data":{"success":true}}"#,
                "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
            ),
            Ok(()),
        ),
        ("V04", "large body", large(262_143, "v1,NTItnqyWMoFhk2Bbe5V/BMdcFRWgcSQaTgqLHX7FC7c="), Ok(())),
        ("V05", "large body", large(262_144, "v1,Mw4Pe2WgApuT7NSqnSq0PQPV9gbLdggCl9B865x5Xh0="), Ok(())),
        ("V06", "large body", large(1_048_576, "v1,txpEUxqWZJ5nteTnymUVa+7C4NHpBeXJ6CsBAW0c3/A="), Ok(())),
        ("V07", "an Ed25519 token beside", valid().signatures(format!("{VALID} {ED25519}")), Ok(())),
        ("V08", "an Ed25519 token only", valid().signatures(ED25519), NO_MATCH),
        (
            "V09",
            "the list in Tenovos' documentation",
            valid().signatures(format!(
                "{VALID} v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v2,MzJsNDk4MzI0K2VvdSMjMTEjQEBAQDEyMzMzMzEyMwo="
            )),
            Ok(()),
        ),
    ]
}

pub(super) fn headers() -> Vec<Case> {
    let valid = Message::valid;
    let (id, timestamp, signature) = ("webhook-id", "webhook-timestamp", "webhook-signature");
    let now = NOW.to_string();
    let shifted = token(&tag(&key(SECRET), format!("msg.1.{NOW}.x").as_bytes()));
    let svix = || valid().without(id).without(timestamp).without(signature);
    vec![
        ("H01", "no id", valid().without(id), MISSING),
        ("H02", "no timestamp", valid().without(timestamp), MISSING),
        ("H03", "no signature", valid().without(signature), MISSING),
        ("H04", "empty id", valid().id("").signed(), HEADER),
        ("H05", "empty timestamp", valid().timestamp("").signed(), TIMESTAMP),
        ("H06", "empty signature", valid().signatures(""), HEADER),
        ("H07", "two ids, the first signed", valid().with(id, "other"), DUPLICATE),
        ("H08", "two timestamps, identical", valid().with(timestamp, now.clone()), DUPLICATE),
        ("H09", "two signatures, the first valid", valid().with(signature, "v1,bad"), DUPLICATE),
        ("H10", "two signatures, the second valid", valid().signatures("v1,bad").with(signature, VALID), DUPLICATE),
        ("H11", "Latin-1 byte in the id", valid().id(*b"caf\xe9").signed(), HEADER),
        ("H12", "space in the id", valid().id("a b").signed(), HEADER),
        ("H13", "tab in the id", valid().id("a\tb").signed(), HEADER),
        ("H14", "dot in the id", valid().id("msg.1").signed(), HEADER),
        ("H15", "bytes moved from the body to the id", valid().id("msg.1").body("x").signatures(shifted), HEADER),
        ("H16", "id of 256 bytes", valid().id("m".repeat(256)).signed(), Ok(())),
        ("H17", "id of 257 bytes", valid().id("m".repeat(257)).signed(), HEADER),
        ("H18", "id of 1 byte", valid().id("m").signed(), Ok(())),
        (
            "H19",
            "another vendor's headers beside",
            valid().with("svix-id", "evil").with("svix-timestamp", "1").with("svix-signature", "v1,x"),
            Ok(()),
        ),
        (
            "H20",
            "another vendor's headers only",
            svix().with("svix-id", ID).with("svix-timestamp", now).with("svix-signature", VALID),
            MISSING,
        ),
        ("H21", "metacharacters in the id", valid().id("';DROP/**/TABLE/**/inbox;--<b>").signed(), Ok(())),
        ("H22", "format characters in the id", valid().id("%s%n{}%00").signed(), Ok(())),
    ]
}

pub(super) fn timestamps() -> Vec<Case> {
    let valid = Message::valid;
    let at = |timestamp: &str| valid().timestamp(timestamp);
    vec![
        ("T01", "300 s old", at("1614265030").signed(), Ok(())),
        ("T02", "301 s old", at("1614265029").signed(), OLD),
        ("T03", "300 s ahead", at("1614265630").signed(), Ok(())),
        ("T04", "301 s ahead", at("1614265631").signed(), NEW),
        ("T05", "plus sign", at("+1614265330"), TIMESTAMP),
        ("T06", "leading zeros", at("0001614265330"), TIMESTAMP),
        ("T07", "fraction", at("1614265330.9"), TIMESTAMP),
        ("T08", "letters behind", at("1614265330abc"), TIMESTAMP),
        ("T09", "underscore", at("1_614265330"), TIMESTAMP),
        ("T10", "exponent", at("1.61426533e9"), TIMESTAMP),
        ("T11", "hexadecimal", at("0x6037bbf2"), TIMESTAMP),
        ("T12", "nan", at("nan").signed(), TIMESTAMP),
        ("T13", "inf", at("inf").signed(), TIMESTAMP),
        ("T14", "Arabic-Indic digits", at("١٦١٤٢٦٥٣٣٠"), TIMESTAMP),
        ("T15", "space", at("16142 65330"), TIMESTAMP),
        ("T16", "minus one", at("-1").signed(), TIMESTAMP),
        ("T17", "minus zero", at("-0").signed(), TIMESTAMP),
        ("T18", "zero", at("0").signed(), OLD),
        ("T19", "i64::MIN", valid().timestamp(i64::MIN).signed(), TIMESTAMP),
        ("T20", "i64::MAX", valid().timestamp(i64::MAX).signed(), TIMESTAMP),
        ("T21", "u64::MAX", valid().timestamp(u64::MAX).signed(), TIMESTAMP),
        ("T22", "4000 digits", at(&"9".repeat(4000)).signed(), TIMESTAMP),
        ("T23", "milliseconds", at("1614265330000").signed(), TIMESTAMP),
        ("T24", "12 digits", at("999999999999").signed(), NEW),
        ("T25", "other than signed", at("1614265331"), NO_MATCH),
        ("T26", "list", at("1614265330,1614265330"), TIMESTAMP),
        ("T27", "clock at zero", valid().now(0), NEW),
        ("T28", "clock 10 minutes ahead", valid().now(NOW + 600), OLD),
    ]
}

pub(super) fn signatures() -> Vec<Case> {
    let listed = |signatures: &str| Message::valid().signatures(signatures);
    let encoded = |tag: &[u8]| listed(&token(tag));
    let tag_bytes = valid_tag();
    let key = key(SECRET);
    let many = |count: u8| {
        let mut tokens: Vec<String> = (0..count - 1).map(wrong).collect();
        tokens.push(VALID.to_owned());
        listed(&tokens.join(" "))
    };
    let sha512 = {
        let mut mac = Hmac::<Sha512>::new_from_slice(&key).unwrap();
        mac.update(format!("{ID}.{NOW}.{BODY}").as_bytes());
        mac.finalize().into_bytes()
    };
    let tag_over = |content: String| encoded(&tag(&key, content.as_bytes()));
    let hex: String = tag_bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let flipped: Vec<u8> = tag_bytes.iter().enumerate().map(|(i, b)| b ^ u8::from(i == 0)).collect();
    let (a, b) = (wrong(10), wrong(1));
    vec![
        ("S01", "no tag", listed("v1,"), NO_MATCH),
        ("S02", "no comma", listed("v1"), NO_MATCH),
        ("S03", "comma only", listed(","), NO_MATCH),
        ("S04", "cut short", listed("v1,g0hM9"), NO_MATCH),
        ("S05", "no padding", listed(VALID.trim_end_matches('=')), NO_MATCH),
        ("S06", "too much padding", listed(&format!("{VALID}=")), NO_MATCH),
        ("S07", "another field", listed(&format!("{VALID},extra")), NO_MATCH),
        ("S08", "upper-case version", listed(&format!("V1,{TAG}")), NO_MATCH),
        ("S09", "version v1a", listed(&format!("v1a,{TAG}")), NO_MATCH),
        ("S10", "version v2", listed(&format!("v2,{TAG}")), NO_MATCH),
        ("S11", "equals sign", listed(&format!("v1={TAG}")), NO_MATCH),
        ("S12", "no version", listed(TAG), NO_MATCH),
        ("S13", "hexadecimal", listed(&format!("v1,{hex}")), NO_MATCH),
        ("S14", "URL-safe alphabet", listed(&VALID.replace('+', "-").replace('/', "_")), NO_MATCH),
        ("S15", "junk within", listed(&VALID.replace("hM9S", "hM9!S")), NO_MATCH),
        ("S16", "non-canonical last symbol", listed(&VALID.replace("1OE=", "1OF=")), NO_MATCH),
        ("S17", "lower case", listed(&VALID.to_lowercase()), NO_MATCH),
        ("S18", "wrong, other version, valid, wrong", listed(&format!("{a} v2,{TAG} {VALID} {a}")), Ok(())),
        ("S19", "valid last", listed(&format!("{b} {VALID}")), Ok(())),
        ("S20", "valid first", listed(&format!("{VALID} {b}")), Ok(())),
        ("S21", "three wrong", listed(&format!("{} {} {}", wrong(0), wrong(1), wrong(2))), NO_MATCH),
        ("S22", "malformed, then valid", listed(&format!("garbage {VALID}")), Ok(())),
        ("S23", "valid, then malformed", listed(&format!("{VALID} garbage")), Ok(())),
        ("S24", "unknown version, then valid", listed(&format!("v9,whatever,with,commas {VALID}")), Ok(())),
        ("S25", "two spaces", listed(&format!("{b}  {VALID}")), Ok(())),
        ("S26", "space behind", listed(&format!("{VALID} ")), Ok(())),
        ("S27", "space in front", listed(&format!(" {VALID}")), Ok(())),
        ("S28", "tab", listed(&format!("{b}\t{VALID}")), HEADER),
        ("S29", "comma for a space", listed(&format!("{b},{VALID}")), NO_MATCH),
        ("S30", "non-ASCII token, then valid", listed(&format!("v1,é {VALID}")), HEADER),
        ("S31", "32 tokens, valid last", many(32), Ok(())),
        ("S32", "33 tokens, valid last", many(33), HEADER),
        ("S33", "8193 bytes", listed(&format!("v1,{}", "A".repeat(8190))), HEADER),
        ("S34", "tag of 1 byte", encoded(&tag_bytes[..1]), NO_MATCH),
        ("S35", "tag of 2 bytes", encoded(&tag_bytes[..2]), NO_MATCH),
        ("S36", "tag of 8 bytes", encoded(&tag_bytes[..8]), NO_MATCH),
        ("S37", "tag of 16 bytes", encoded(&tag_bytes[..16]), NO_MATCH),
        ("S38", "tag of 31 bytes", encoded(&tag_bytes[..31]), NO_MATCH),
        ("S39", "tag of 33 bytes", encoded(&[&tag_bytes[..], &[0]].concat()), NO_MATCH),
        ("S40", "tag of 64 bytes", encoded(&[&tag_bytes[..], &tag_bytes].concat()), NO_MATCH),
        ("S41", "zeros", listed(&wrong(0)), NO_MATCH),
        ("S42", "one bit flipped", encoded(&flipped), NO_MATCH),
        ("S43", "key not decoded", Message::valid().signed_with(&SECRET.as_bytes()[6..]), NO_MATCH),
        ("S44", "signed over the body", tag_over(BODY.to_owned()), NO_MATCH),
        ("S45", "signed over timestamp.id.body", tag_over(format!("{NOW}.{ID}.{BODY}")), NO_MATCH),
        ("S46", "HMAC-SHA-512", encoded(&sha512), NO_MATCH),
    ]
}

pub(super) fn secrets() -> Vec<Case> {
    let valid = Message::valid;
    let holding = |secrets: &[&'static str]| valid().secrets(secrets);
    let rotating = {
        let [old, new] =
            [SECRET, OTHER_SECRET].map(|secret| token(&tag(&key(secret), format!("{ID}.{NOW}.{BODY}").as_bytes())));
        valid().signatures(format!("{new} {old}"))
    };
    vec![
        ("K01", "signed by the first of two", holding(&[SECRET, OTHER_SECRET]), Ok(())),
        ("K02", "signed by the second of two", holding(&[OTHER_SECRET, SECRET]), Ok(())),
        ("K03", "signed by one no longer held", holding(&[OTHER_SECRET]), NO_MATCH),
        ("K04", "sender rotates, only the old one is held", rotating.clone(), Ok(())),
        ("K05", "sender rotates, only the new one is held", rotating.secrets(&[OTHER_SECRET]), Ok(())),
        ("K06", "no prefix", holding(&["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]), Ok(())),
        ("K20", "no secret", holding(&[]), SECRET_ERROR),
        ("K21", "one secret twice", holding(&[SECRET, SECRET]), Ok(())),
        ("K22", "key of 16 bytes", holding(&["whsec_a2tra2tra2tra2tra2traw=="]).signed(), Ok(())),
        (
            "K23",
            "key of 64 bytes",
            holding(&[
                "whsec_a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2traw==",
            ])
            .signed(),
            Ok(()),
        ),
        ("K24", "forged with an empty key", valid().signed_with(b""), NO_MATCH),
    ]
}

pub(super) fn bodies() -> Vec<Case> {
    let signed = |body: &[u8]| Message::valid().body(body).signed();
    let unsigned = |body: &[u8]| Message::valid().body(body);
    let gzip =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabV*I-.Q\xb2R0216226264\xa9\x05\x00\xcc\xf3]c\x14\x00\x00\x00";
    vec![
        ("B01", "empty", signed(b""), Ok(())),
        ("B02", "not UTF-8", signed(b"{\"a\":\"\xff\"}"), Ok(())),
        ("B03", "byte order mark", signed(b"\xef\xbb\xbf{\"a\":1}"), Ok(())),
        ("B04", "NUL bytes", signed(&[0; 10]), Ok(())),
        ("B05", "beyond the basic plane", signed("{\"a\":\"😀\"}".as_bytes()), Ok(())),
        ("B06", "CR LF", signed(b"{\r\n\"a\":1\r\n}"), Ok(())),
        ("B07", "newline appended", unsigned(format!("{BODY}\n").as_bytes()), NO_MATCH),
        ("B08", "written anew", unsigned(br#"{"test":2432232314}"#), NO_MATCH),
        ("B09", "one byte changed", unsigned(br#"{"test": 2432232315}"#), NO_MATCH),
        ("B10", "compressed", unsigned(gzip), NO_MATCH),
        ("B11", "removed", unsigned(b""), NO_MATCH),
    ]
}
