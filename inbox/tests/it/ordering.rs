//! One at a time for each key, and the latest wins.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::sleep;
use webhook_inbox::store::{Selection, State};
use webhook_inbox::{Backoff, Inbox, MemoryStore};

use crate::acme::{Acme, Updated, receiver, updated};
use crate::support::{Ledger, send, store, until};

fn inbox(store: &MemoryStore, ledger: &Ledger) -> Inbox<MemoryStore, Acme> {
    let ledger = ledger.clone();
    let handler = move |event: Updated| {
        let ledger = ledger.clone();
        async move {
            let time = event.time.unwrap_or_default();
            ledger.write(&event.asset, &format!("begin {time}"));
            sleep(Duration::from_secs(3)).await;
            if time == "fails" && ledger.of(&event.asset).iter().filter(|line| *line == "begin fails").count() < 3 {
                return Err("it fails");
            }
            ledger.write(&event.asset, &format!("end {time}"));
            Ok(())
        }
    };
    Inbox::builder("acme", store.clone(), receiver().on(handler).into_service())
        .backoff(Backoff::constant(Duration::from_secs(5)))
        .order_by("/asset")
        .latest_by("/time")
        .start()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn deliveries_of_a_key_are_handled_one_at_a_time() {
    let (store, ledger) = (store(), Ledger::default());
    let inbox = inbox(&store, &ledger);
    for (id, asset, time) in [("1", "a", "x"), ("2", "a", "fails"), ("3", "a", "y"), ("4", "b", "z")] {
        send(&inbox, id, &updated(asset, time)).await;
    }
    for id in ["4", "1", "2", "3"] {
        until(&store, id, State::Done).await;
    }
    let expected = ["begin x", "end x", "begin fails", "begin fails", "begin fails", "end fails", "begin y", "end y"];
    assert_eq!(ledger.of("a"), expected);
    assert_eq!(ledger.of("b"), ["begin z", "end z"]);
}

#[tokio::test(start_paused = true)]
async fn r14_the_latest_wins() {
    let (store, ledger) = (store(), Ledger::default());
    let inbox = inbox(&store, &ledger);
    let times = [
        ("1", "2026-01-01T10:00:00Z"),
        ("2", "2026-01-01T09:59:59.999Z"),  // earlier
        ("3", "2026-01-01T11:00:00+01:00"), // equal
        ("4", "unknown"),                   // not a time
        ("5", "2026-01-01T10:00:01Z"),
        ("6", "2026-01-01T10:00:00Z"), // earlier than the last one
    ];
    for (id, time) in times {
        send(&inbox, id, &updated("a", time)).await;
    }
    let missing = r#"{"type":"asset.updated","asset":"a"}"#;
    send(&inbox, "7", missing).await;
    for id in ["1", "2", "3", "4", "5", "6", "7"] {
        until(&store, id, State::Done).await;
    }
    let handled: Vec<String> =
        ledger.of("a").iter().filter_map(|line| line.strip_prefix("end ")).map(str::to_owned).collect();
    assert_eq!(handled, [times[0].1, times[2].1, times[3].1, times[4].1, ""]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// F10: whatever the order in which deliveries arrive, and however often, each id is handled once and the state
    /// that the latest leaves is that of the sorted run.
    #[test]
    fn f10_shuffled_and_repeated(
        mut sent in prop::collection::vec((0..3_u8, 0..1000_u32), 1..30),
        order in prop::collection::vec(any::<prop::sample::Index>(), 40),
        delays in prop::collection::vec(0..4000_u64, 70),
    ) {
        sent.sort_unstable();
        sent.dedup();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (store, ledger) = (store(), Ledger::default());
            let inbox = inbox(&store, &ledger);
            // Each once in a shuffled order, and some again.
            let mut arrivals: Vec<usize> = (0..sent.len()).collect();
            for index in &order {
                let position = index.index(arrivals.len());
                let first = arrivals.remove(0);
                arrivals.insert(position, first);
            }
            arrivals.extend(order.iter().step_by(8).map(|index| index.index(sent.len())));
            let mut seen = std::collections::HashSet::new();
            for (arrival, delay) in arrivals.iter().zip(&delays) {
                let (asset, time) = sent[*arrival];
                let outcome = send(&inbox, &format!("id-{arrival}"), &updated(&asset.to_string(), &time.to_string())).await;
                prop_assert_eq!(outcome, if seen.insert(*arrival) { "stored" } else { "duplicate" });
                sleep(Duration::from_millis(*delay)).await;
            }
            for index in 0..sent.len() {
                until(&store, &format!("id-{index}"), State::Done).await;
            }
            for asset in 0..3_u8 {
                let latest = sent.iter().filter(|(of, _)| *of == asset).map(|(_, time)| *time).max();
                let lines = ledger.of(&asset.to_string());
                prop_assert_eq!(lines.last().cloned(), latest.map(|time| format!("end {time}")));
                // Those that were not superseded were handled once, one after the other.
                for pair in lines.chunks(2) {
                    prop_assert_eq!(pair[0].replace("begin", "end"), pair[1].clone());
                }
                let distinct: std::collections::HashSet<_> = lines.iter().collect();
                prop_assert_eq!(distinct.len(), lines.len());
            }
            Ok(())
        })?;
    }
}

/// One that is replayed comes before those that wait, but not beside one that has begun.
#[tokio::test(start_paused = true)]
async fn a_replayed_delivery_is_not_handled_beside_a_later_one_of_its_key() {
    let (store, ledger) = (store(), Ledger::default());
    let inbox = Inbox::builder("acme", store.clone(), {
        let ledger = ledger.clone();
        let handler = move |event: Updated| {
            let ledger = ledger.clone();
            async move {
                let time = event.time.unwrap_or_default();
                ledger.write("a", &format!("begin {time}"));
                sleep(Duration::from_secs(3)).await;
                ledger.write("a", &format!("end {time}"));
                if time == "dead" && ledger.of("a").len() == 2 { Err("it fails") } else { Ok(()) }
            }
        };
        receiver().on(handler).into_service()
    })
    .max_attempts(1)
    .order_by("/asset")
    .start()
    .unwrap();
    for (id, time) in [("1", "dead"), ("2", "x"), ("3", "y")] {
        send(&inbox, id, &updated("a", time)).await;
    }
    until(&store, "2", State::Running).await;
    assert_eq!(inbox.replay(&Selection { ids: vec!["1".to_owned()], ..Selection::default() }).await.unwrap(), 1);
    until(&store, "3", State::Done).await;
    let expected = ["begin dead", "end dead", "begin x", "end x", "begin dead", "end dead", "begin y", "end y"];
    assert_eq!(ledger.of("a"), expected);
}
