//! Generated requests, to our verifier and to those of the crates `svix` and `standardwebhooks`. Each disagreement has to have
//! one of the reasons listed in `explain`; whatever has none fails the test.
//!
//! The crates read the system's clock, so this does as well, and stays away from the edges of the tolerance.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;
use webhook_receiver::{Secret, Verifier};

const INPUTS: usize = 100_000;

const SECRETS: [&str; 9] = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_a2tra2tra2tra2tra2traw==",
    "whsec_",
    "",
    "whsec_QQ==",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
    "whsec_-_-_9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ==",
];

struct Input {
    secret: &'static str,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
    now: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Accepts,
    Refuses,
    Panics,
}

impl Input {
    fn generate(random: &mut Random, now: u64) -> Self {
        // Mostly one thing is unusual, seldom several; else most inputs would be refused for the same reasons.
        let usual = |random: &mut Random| random.below(4) != 0;
        let secret = if usual(random) { SECRETS[0] } else { random.pick(&SECRETS) };
        let id: Vec<u8> = match if usual(random) { 0 } else { random.below(9) } {
            0..=2 => b"msg_1".to_vec(),
            3 => b"msg.1".to_vec(),
            4 => Vec::new(),
            5 => b"a b".to_vec(),
            6 => b"m\xc3\xa4".to_vec(),
            7 => vec![b'm'; 255 + random.below(3)],
            _ => b"a\tb".to_vec(),
        };
        let timestamp: String = match if usual(random) { 0 } else { random.below(12) } {
            0..=1 => now.to_string(),
            2 => (now - 200).to_string(),
            3 => (now + 200).to_string(),
            4 => (now - 400).to_string(),
            5 => (now + 400).to_string(),
            6 => format!("+{now}"),
            7 => format!("000{now}"),
            8 => random.pick(&["", "0", "-0", "-1", "nan", "1e9", "0x10", "9999999999999", "1 x"]).to_owned(),
            9 => i64::MIN.to_string(),
            10 => i64::MAX.to_string(),
            _ => format!("{now}.5"),
        };
        let body: Vec<u8> = match random.below(6) {
            0 => Vec::new(),
            1 => b"\xff\xfe".to_vec(),
            2 => "{\"a\":\"😀\"}\r\n".into(),
            _ => b"{}".to_vec(),
        };
        // As the crates do: over the number that they have read, not over the text.
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).unwrap_or_default();
        let read = timestamp.parse::<i64>().map(|number| number.to_string()).unwrap_or(timestamp.clone());
        let signed = if random.below(2) == 0 { &read } else { &timestamp };
        let valid = token(&key, &[&id[..], signed.as_bytes(), &body].join(&b'.'));
        let wrong = |random: &mut Random| format!("v1,{}", STANDARD.encode([random.below(256) as u8; 32]));
        let list: Vec<u8> = match random.below(16) {
            0..=4 => valid.clone().into(),
            5 => format!("{} {valid}", wrong(random)).into(),
            6 => format!("{valid} {}", wrong(random)).into(),
            7 => format!("  garbage  v2,{} {valid} ", &valid[3..]).into(),
            8 => wrong(random).into(),
            9 => format!("{valid},extra").into(),
            10 => random.pick(&["", "v1", "v1,", ",", " "]).into(),
            11 => {
                let count = 30 + random.below(5);
                format!("{}{valid}", format!("{} ", wrong(random)).repeat(count)).into()
            }
            12 => format!("x\t {valid}").into(),
            13 => [b"v1,\xc3\xa4 ", valid.as_bytes()].concat(),
            14 => format!("{} {valid}", "v9,".to_owned() + &"A".repeat(8100 + random.below(60))).into(),
            _ => mutated(random, &valid),
        };
        let mut headers =
            vec![("webhook-id", id), ("webhook-timestamp", timestamp.into()), ("webhook-signature", list)];
        match random.below(12) {
            0 => {
                let lost = random.below(3);
                headers.remove(lost);
            }
            1 => {
                let twice = headers[random.below(3)].0;
                headers.push((twice, b"other".to_vec()));
            }
            2 => headers.push((random.pick(&["svix-id", "svix-timestamp", "svix-signature"]), b"other".to_vec())),
            3 => {
                for (name, _) in &mut headers {
                    *name = match *name {
                        "webhook-id" => "svix-id",
                        "webhook-timestamp" => "svix-timestamp",
                        _ => "svix-signature",
                    };
                }
            }
            _ => {}
        }
        Self { secret, headers, body, now }
    }

    fn header_map(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    fn get(&self, header: &str) -> &[u8] {
        self.headers.iter().find(|(name, _)| *name == header).map_or(b"", |(_, value)| value)
    }

    fn ours(&self) -> Outcome {
        outcome(|| {
            let verifier = Verifier::standard_webhooks(Secret::new(self.secret).ok()?);
            verifier.verify(&self.header_map(), self.body.clone().into()).ok().map(drop)
        })
    }

    fn svix(&self) -> Outcome {
        outcome(|| svix::webhooks::Webhook::new(self.secret).ok()?.verify(&self.body, &self.header_map()).ok())
    }

    fn standardwebhooks(&self) -> Outcome {
        outcome(|| standardwebhooks::Webhook::new(self.secret).ok()?.verify(&self.body, &self.header_map()).ok())
    }

    /// Why a verifier other than ours ends otherwise.
    fn explain(&self, ours: Outcome, theirs: Outcome, svix: bool) -> Option<&'static str> {
        let id = self.get("webhook-id");
        let timestamp = str::from_utf8(self.get("webhook-timestamp")).unwrap();
        let list = self.get("webhook-signature");
        let key = STANDARD.decode(self.secret.strip_prefix("whsec_").unwrap_or(self.secret)).map(|key| key.len());
        let of_svix = |name: &str| self.headers.iter().any(|(header, _)| *header == format!("svix-{name}"));
        let twice = |header| self.headers.iter().filter(|(name, _)| *name == header).count() > 1;
        let number: Option<i64> = timestamp.parse().ok();
        let tokens = list.split(|&byte| byte == b' ').filter(|token| !token.is_empty()).count();
        match (ours, theirs) {
            (Outcome::Refuses, Outcome::Panics) => {
                (number == Some(i64::MIN) && !svix).then_some("the least i64 as a timestamp overflows")
            }
            (Outcome::Refuses, Outcome::Accepts) => [
                (svix && of_svix("id"), "headers with Svix names are read by default"),
                (key.clone() == Ok(0), "with an empty key, anyone can sign"),
                (key.is_ok_and(|length| !(16..=64).contains(&length)), "keys of less than 16 bytes, or more than 64"),
                (["webhook-id", "webhook-timestamp", "webhook-signature"].map(twice).contains(&true), "header twice"),
                (id.is_empty(), "an empty id"),
                (id.contains(&b'.'), "a dot in the id lets bytes move between id, timestamp and body"),
                (id.len() > 256, "an id of more than 256 bytes"),
                (id.iter().any(|byte| b" \t".contains(byte)), "a space in the id"),
                (number.is_some_and(|number| number.to_string() != timestamp), "a timestamp not in plain form"),
                (tokens > 32, "more than 32 tokens"),
                (list.len() > 8192, "a list of more than 8192 bytes"),
                (list.contains(&b'\t'), "a tab in the list"),
            ]
            .into_iter()
            .find_map(|(applies, reason)| applies.then_some(reason)),
            (Outcome::Accepts, Outcome::Refuses) => [
                (str::from_utf8(&self.body).is_err(), "a body that is not UTF-8 can be signed as any other"),
                (svix && ["id", "timestamp", "signature"].iter().any(|name| of_svix(name)), "a stray header of Svix's"),
            ]
            .into_iter()
            .find_map(|(applies, reason)| applies.then_some(reason)),
            _ => None,
        }
    }
}

fn outcome(verify: impl FnOnce() -> Option<()>) -> Outcome {
    match catch_unwind(AssertUnwindSafe(verify)) {
        Ok(Some(())) => Outcome::Accepts,
        Ok(None) => Outcome::Refuses,
        Err(_) => Outcome::Panics,
    }
}

fn token(key: &[u8], content: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(content);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// One byte is another, one is missing or one is added.
fn mutated(random: &mut Random, token: &str) -> Vec<u8> {
    let mut token = token.as_bytes().to_vec();
    let place = random.below(token.len());
    let byte = random.pick(b"Aa0+/-_=, ");
    match random.below(3) {
        0 => token[place] = byte,
        1 => drop(token.remove(place)),
        _ => token.insert(place, byte),
    }
    token
}

/// `SplitMix64`, from a fixed seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[test]
fn every_disagreement_has_a_reason() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut random = Random(1);
    let mut both = BTreeMap::new();
    let mut reasons: BTreeMap<_, [usize; 2]> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for _ in 0..INPUTS {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let input = Input::generate(&mut random, now);
        let ours = input.ours();
        if ours == Outcome::Panics {
            unexplained.push(format!("we panic: {:?}", input.headers));
        }
        for (column, theirs) in [input.svix(), input.standardwebhooks()].into_iter().enumerate() {
            if ours == theirs {
                *both.entry((ours, column)).or_insert(0) += 1;
                continue;
            }
            match input.explain(ours, theirs, column == 0) {
                Some(reason) => reasons.entry((ours, theirs, reason)).or_default()[column] += 1,
                None => unexplained.push(format!(
                    "{ours:?}, {} {theirs:?}: secret {:?} now {} headers {:?} body {:?}",
                    ["svix", "standardwebhooks"][column],
                    input.secret,
                    input.now,
                    input
                        .headers
                        .iter()
                        .map(|(name, value)| (name, value.escape_ascii().to_string()))
                        .collect::<Vec<_>>(),
                    input.body
                )),
            }
        }
    }
    drop(std::panic::take_hook());
    println!("{INPUTS} inputs; agreement: {both:?}");
    println!("{:8} {:8} {:>6} {:>8}", "we", "they", "svix", "standard");
    for ((ours, theirs, reason), [svix, standard]) in &reasons {
        println!("{:8} {:8} {svix:6} {standard:8}  {reason}", format!("{ours:?}"), format!("{theirs:?}"));
    }
    let shown = unexplained.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
    assert!(unexplained.is_empty(), "{} unexplained:\n{shown}", unexplained.len());
    assert!(reasons.len() >= 12, "the inputs miss some of the known disagreements");
}
