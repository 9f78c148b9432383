//! Verifying one delivery, beside the crates `standardwebhooks` and `svix` and the bare compression function.

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BatchSize, Criterion};
use http::{HeaderMap, HeaderName, HeaderValue};
use webhook_receiver::{Secret, StandardWebhooks, Verifier, testing};
use webhooks_bench::report;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHERS: [&str; 2] = ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_wBQIhrscChlQIMV+b5sSYspob7oDC2FV"];

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("a secret")
}

/// Headers as a server makes them: each value is a part of one buffer.
fn shared(headers: &HeaderMap) -> HeaderMap {
    let mut buffer = Vec::new();
    let parts: Vec<_> = headers
        .iter()
        .map(|(name, value)| {
            let start = buffer.len();
            buffer.extend_from_slice(value.as_bytes());
            (name.clone(), start..buffer.len())
        })
        .collect();
    let buffer = Bytes::from(buffer);
    let value = |range| HeaderValue::from_maybe_shared(buffer.slice(range)).expect("a header's value");
    parts.into_iter().map(|(name, range): (HeaderName, _)| (name, value(range))).collect()
}

/// The blocks that HMAC has to compress when its key is known before: those of the message, and one more.
fn compress(blocks: &[[u8; 64]], last: &[u8; 64]) -> [u32; 8] {
    let mut state = [1; 8];
    sha2::block_api::compress256(&mut state, blocks);
    sha2::block_api::compress256(&mut state, std::slice::from_ref(last));
    state
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut groups = Vec::new();
    for (size, length) in [("600 B", 600), ("10 KB", 10_000), ("1 MB", 1_000_000)] {
        for (count, signatures, secrets) in [("", 1, 1), (", 3 signatures", 3, 1), (", 3 secrets", 1, 3)] {
            let body = Bytes::from(vec![b'x'; length]);
            let mut headers = testing::signed_now(&StandardWebhooks::DEFAULT, &secret(SECRET), &body);
            let signed = headers["webhook-signature"].to_str().expect("ASCII").to_owned();
            let others = ["v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "; 2].concat();
            let list = if signatures == 1 { signed } else { others + &signed };
            headers.insert("webhook-signature", HeaderValue::from_str(&list).expect("ASCII"));
            let headers = shared(&headers);

            let builder = Verifier::builder(StandardWebhooks::DEFAULT);
            let keys = OTHERS[..secrets - 1].iter().copied().chain([SECRET]);
            let ours = keys.fold(builder, |builder, key| builder.secret(secret(key))).build().expect("secrets");
            let standardwebhooks = standardwebhooks::Webhook::new(SECRET).expect("a secret");
            let svix = svix::webhooks::Webhook::new(SECRET).expect("a secret");
            // `id.timestamp.body`, a bit, and the length.
            let signed_bytes = headers["webhook-id"].len() + headers["webhook-timestamp"].len() + 2 + length;
            let blocks = vec![[7; 64]; (signed_bytes + 9).div_ceil(64)];

            let name = format!("verify {size}{count}");
            let mut group = criterion.benchmark_group(&name);
            group.bench_function("floor", |bencher| {
                bencher.iter(|| {
                    for _ in 0..secrets {
                        black_box(compress(black_box(&blocks), black_box(&[7; 64])));
                    }
                });
            });
            group.bench_function("ours", |bencher| {
                bencher.iter(|| black_box(ours.verify(black_box(&headers), body.clone()).expect("valid")));
            });
            // What is left once the headers are found and checked.
            group.bench_function("ours, headers checked", |bencher| {
                bencher.iter_batched(
                    || (ours.check(&headers).expect("well-formed"), body.clone()),
                    |(envelope, body)| envelope.verify(body).expect("valid"),
                    BatchSize::SmallInput,
                );
            });
            if secrets == 1 {
                group.bench_function("standardwebhooks", |bencher| {
                    bencher.iter(|| standardwebhooks.verify(black_box(&body), black_box(&headers)).expect("valid"));
                });
                group.bench_function("svix", |bencher| {
                    bencher.iter(|| svix.verify(black_box(&body), black_box(&headers)).expect("valid"));
                });
            }
            group.finish();
            groups.push(name);
        }
    }
    criterion.final_summary();
    report::print("Verification", &groups, &["floor", "ours", "ours, headers checked", "standardwebhooks", "svix"]);
}
