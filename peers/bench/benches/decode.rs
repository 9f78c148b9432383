//! Decoding a delivery as the event that it is, beside what `serde_json` offers for it.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use serde::de::DeserializeOwned;
use tenovos_webhooks::{AssetCreated, Event, EventType, Tenovos};
use webhook_receiver::{Delivery, JsonValue, StandardWebhooks, Verifier, testing};
use webhooks_bench::derived::{AssetCreated as Derived, Head, Tagged};
use webhooks_bench::{payload, report};

fn two_passes<T: DeserializeOwned>(body: &[u8]) -> T {
    let head: Head = serde_json::from_slice(body).expect("a body");
    assert_eq!(head.event_type, "asset.created");
    serde_json::from_slice(body).expect("a payload")
}

fn by_value<T: DeserializeOwned>(body: &[u8]) -> T {
    let value: serde_json::Value = serde_json::from_slice(body).expect("a body");
    assert_eq!(value["eventType"], "asset.created");
    serde_json::from_value(value).expect("a payload")
}

fn delivery(body: &str) -> Delivery {
    let headers = testing::signed_now(&StandardWebhooks::DEFAULT, &testing::secret(), body.as_bytes());
    let verifier = Verifier::standard_webhooks(testing::secret());
    verifier.verify(&headers, body.to_owned().into()).expect("signed above")
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut groups = Vec::new();
    for (name, body) in [
        ("decode 500 B, event type first", payload::asset_created(false)),
        ("decode 500 B, event type last", payload::asset_created(true)),
        ("decode 11 KB", payload::long_asset_created(105)),
        ("decode 1 MB", payload::long_asset_created(10_000)),
    ] {
        // One undeclared member.
        let drifting = delivery(&body.replacen('{', r#"{"new":1,"#, 1));
        let delivery = delivery(&body);
        let drift_of = |delivery: &Delivery| delivery.event_with_drift::<Tenovos>().expect("a payload").1.len();
        assert_eq!((drift_of(&delivery), drift_of(&drifting)), (0, 1));
        let body = body.as_bytes();
        let event = delivery.event::<Tenovos>().expect("a payload");
        assert!(matches!(&event, Event::AssetCreated(_)) && event.event_type() == Some(EventType::AssetCreated));

        let mut group = criterion.benchmark_group(name);
        group.bench_function("concrete", |bencher| {
            bencher.iter(|| serde_json::from_slice::<Derived>(black_box(body)).expect("a payload"));
        });
        group.bench_function("ours", |bencher| {
            bencher.iter(|| black_box(&delivery).event::<Tenovos>().expect("a payload"));
        });
        group.bench_function("ours, watched", |bencher| {
            bencher.iter(|| black_box(&delivery).event_with_drift::<Tenovos>().expect("a payload"));
        });
        group.bench_function("ours, drift", |bencher| {
            bencher.iter(|| black_box(&drifting).event_with_drift::<Tenovos>().expect("a payload"));
        });
        group.bench_function("ours, concrete", |bencher| {
            bencher.iter(|| black_box(&delivery).decode::<AssetCreated>().expect("a payload"));
        });
        group.bench_function("ours, any JSON", |bencher| {
            bencher.iter(|| black_box(&delivery).decode::<JsonValue>().expect("a payload"));
        });
        group.bench_function("tagged", |bencher| {
            bencher.iter(|| serde_json::from_slice::<Tagged>(black_box(body)).expect("a payload"));
        });
        group.bench_function("two passes", |bencher| bencher.iter(|| two_passes::<Derived>(black_box(body))));
        group.bench_function("value", |bencher| bencher.iter(|| by_value::<Derived>(black_box(body))));
        group.bench_function("a copy", |bencher| bencher.iter(|| black_box(&event).clone()));
        group.finish();
        groups.push(name.to_owned());
    }
    criterion.final_summary();
    let functions = [
        "concrete",
        "ours",
        "ours, watched",
        "ours, drift",
        "ours, concrete",
        "ours, any JSON",
        "tagged",
        "two passes",
        "value",
        "a copy",
    ];
    report::print("Decoding", &groups, &functions);
}
