//! Measures whether the time of a verification tells anything about the right signature, after "Dude, is my code constant
//! time?" (Reparaz, Balasch, Verbauwhede, 2017).
//!
//! `cargo run --release -p webhook-receiver --example timing [SAMPLES]`, a million a line unless told. Two classes of requests
//! are verified in random order, and Welch's t-test says whether their times differ: |t| beyond 4.5 does not happen by
//! chance. Exits with 1 where a line that should show no difference shows one. The last line must show one: there a
//! comparison that stops at the first difference is added, so that the measurement proves its own worth.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::HeaderMap;
use webhook_receiver::{Secret, StandardWebhooks, Verifier};

const TAG: &str = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const THRESHOLD: f64 = 4.5;
const TOKENS: usize = 4;

/// Which token is in question, and how many of its bytes are right.
#[derive(Clone, Copy)]
struct Class {
    position: usize,
    right: usize,
}

struct Request {
    headers: HeaderMap,
    /// The tag of the token in question.
    tag: Vec<u8>,
}

fn main() -> ExitCode {
    let samples = std::env::args().nth(1).map_or(1_000_000, |samples| samples.parse().expect("a number of samples"));
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_265_330);
    let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
    let verifier =
        Verifier::builder(StandardWebhooks::DEFAULT).secret(secret).clock(move || now).build().expect("a verifier");
    let body = Bytes::from_static(br#"{"test": 2432232314}"#);
    let right = STANDARD.decode(TAG).expect("a tag");
    let verify = |request: &Request| drop(black_box(verifier.verify(&request.headers, body.clone())));

    let mut random = Random::new();
    let mut constant = true;
    println!("{samples} samples a line, |t| < {THRESHOLD} is no difference");
    for position in 0..TOKENS {
        let classes = [31, 0].map(|right| Class { position, right });
        let t = compare(&mut random, samples, classes, &right, verify);
        println!("token {position}: 31 right bytes against none: t = {t:+.2}");
        constant &= t.abs() < THRESHOLD;
    }
    let classes = [0, TOKENS - 1].map(|position| Class { position, right: 32 });
    let t = compare(&mut random, samples, classes, &right, verify);
    println!("the right token first against last: t = {t:+.2}");
    constant &= t.abs() < THRESHOLD;

    let classes = [31, 0].map(|right| Class { position: 0, right });
    let t = compare(&mut random, samples, classes, &right, |request| {
        verify(request);
        let equal = request.tag.iter().zip(&right).all(|(sent, right)| black_box(sent) == black_box(right));
        black_box(equal);
    });
    println!("control, with a comparison that stops early: t = {t:+.2}");
    if t.abs() < THRESHOLD {
        println!("the control shows no difference: take more samples");
    }
    if constant { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A request with random tags, of which one begins like the right one.
fn request(random: &mut Random, class: Class, right: &[u8]) -> Request {
    let mut tags: Vec<Vec<u8>> = (0..TOKENS).map(|_| random.bytes(32)).collect();
    let tag = &mut tags[class.position];
    // The first byte that is not to be right must be wrong.
    if let (Some(wrong), Some(right)) = (tag.get_mut(class.right), right.get(class.right)) {
        *wrong = right ^ 1;
    }
    tag[..class.right].copy_from_slice(&right[..class.right]);
    let tag = tag.clone();
    let tokens: Vec<String> = tags.iter().map(|tag| format!("v1,{}", STANDARD.encode(tag))).collect();
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse().expect("a header"));
    headers.insert("webhook-timestamp", "1614265330".parse().expect("a header"));
    headers.insert("webhook-signature", tokens.join(" ").parse().expect("a header"));
    Request { headers, tag }
}

/// Welch's t of the two classes' times. The slowest tenth is left out: it is interrupts, not the program.
///
/// Each request is made anew: with a fixed set of them, it would be their places in memory that are measured.
fn compare(random: &mut Random, samples: usize, classes: [Class; 2], right: &[u8], verify: impl Fn(&Request)) -> f64 {
    let mut times = Vec::with_capacity(samples);
    for _ in 0..samples {
        let class = usize::from(random.next() & 1 == 1);
        let request = request(random, classes[class], right);
        let start = Instant::now();
        verify(&request);
        times.push((u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX), class));
    }
    let mut sorted: Vec<u32> = times.iter().map(|&(time, _)| time).collect();
    sorted.sort_unstable();
    // By the time alone: of those that took just as long, none may be kept and others not.
    let limit = sorted[samples * 9 / 10];
    times.retain(|&(time, _)| time <= limit);
    let [a, b] = [0, 1].map(|class| Moments::of(times.iter().filter(|time| time.1 == class).map(|time| time.0)));
    (a.mean - b.mean) / (a.variance / a.count + b.variance / b.count).sqrt()
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: impl Iterator<Item = u32>) -> Self {
        let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
        for value in values {
            let value = f64::from(value);
            count += 1.0;
            let delta = value - mean;
            mean += delta / count;
            squares += delta * (value - mean);
        }
        Self { count, mean, variance: squares / (count - 1.0) }
    }
}

/// `SplitMix64`; the seed differs from run to run.
struct Random(u64);

impl Random {
    fn new() -> Self {
        Self(RandomState::new().hash_one(0))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}
