//! Deliveries move from one store to another while both accept.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::sleep;
use webhook_inbox::operations::{MoveError, finish_move, prepare_move};
use webhook_inbox::store::{Key, State, Store, StoreErrorKind};
use webhook_inbox::{Backoff, Effects, Inbox, MemoryEffect, MemoryStore, MemoryTable};
use webhook_receiver::{BoxError, Delivery};

use crate::acme::{Acme, Created, Updated, created, receiver, signed, updated};
use crate::support::{DAY, entry, send, state, store, until};
use crate::unreliable::{Trouble, Unreliable};

const SECOND: Duration = Duration::from_secs(1);

/// Handlers take the time that the body states in milliseconds, and count their ids in the table. Each tenth attempt fails.
fn inbox<S: Store<Effect = MemoryEffect>>(store: S) -> Inbox<S, Acme> {
    let attempts = Arc::new(AtomicU64::new(0));
    let handler = move |event: Created, delivery: Delivery, effects: Effects<MemoryEffect>| {
        let fails = attempts.fetch_add(1, Ordering::Relaxed) % 10 == 9;
        async move {
            let id = delivery.id().unwrap_or_default().to_owned();
            sleep(Duration::from_millis(event.asset.parse()?)).await;
            effects.add(move |table: &mut MemoryTable| {
                let count = table.get(&id).map_or(0, |count| count.parse::<u64>().unwrap()) + 1;
                table.insert(id, count.to_string());
                Ok(())
            })?;
            if fails { Err(BoxError::from("it fails")) } else { Ok(()) }
        }
    };
    let service = receiver().on(handler).into_service();
    Inbox::builder("acme", store, service).backoff(Backoff::constant(SECOND)).start().unwrap()
}

async fn settle(store: &impl Store) {
    for _ in 0..10_000 {
        if store.stats("acme").await.unwrap().oldest.is_none() {
            return;
        }
        sleep(SECOND).await;
    }
    panic!("something is left");
}

/// How often something has happened for this id, in all stores.
fn effects(stores: &[&MemoryStore], id: &str) -> u64 {
    stores.iter().filter_map(|store| Some(store.table().get(id)?.parse::<u64>().unwrap())).sum()
}

/// Sends new deliveries, and old ones again, to one of these.
async fn traffic(
    inboxes: &[&Inbox<MemoryStore, Acme>],
    random: &mut Rng,
    sent: &mut BTreeSet<(String, u64)>,
    number: usize,
) {
    for _ in 0..number {
        let again = sent.iter().nth(random.usize(..sent.len().max(1))).cloned();
        let (id, millis) = match again {
            Some(again) if random.u8(..4) == 0 => again,
            _ => (format!("{:04}", sent.len()), random.u64(..400)),
        };
        let inbox = inboxes[random.usize(..inboxes.len())];
        let outcome = send(inbox, &id, &created(&millis.to_string())).await;
        assert!(["stored", "duplicate"].contains(&outcome), "{outcome}");
        sent.insert((id, millis));
        sleep(Duration::from_millis(random.u64(..40))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_move_under_traffic_loses_and_doubles_nothing() {
    let rounds = std::env::var("ROUNDS").map_or(10, |rounds| rounds.parse().unwrap());
    for seed in 0..rounds {
        let mut random = Rng::with_seed(seed);
        let mut sent = BTreeSet::new();
        let (old_store, new_store) = (store(), store());
        let old = inbox(old_store.clone());
        traffic(&[&old], &mut random, &mut sent, 40).await;
        prepare_move(&old_store, &new_store).await.unwrap();
        let new = inbox(new_store.clone());
        traffic(&[&old, &new], &mut random, &mut sent, 40).await;
        if random.bool() {
            prepare_move(&old_store, &new_store).await.unwrap();
        }
        assert!(new_store.table().is_empty(), "the new store handles nothing before the end");
        // From now on, only the new one accepts. The old one still handles, sometimes for longer than the move waits.
        let patience = Duration::from_millis(random.u64(..1000));
        let moving = finish_move(&old_store, &new_store, patience);
        let only_new = [&new];
        let (moved, ()) = tokio::join!(moving, traffic(&only_new, &mut random, &mut sent, 30));
        moved.unwrap();
        settle(&new_store).await;
        for (id, _) in &sent {
            assert_eq!(effects(&[&old_store, &new_store], id), 1, "seed {seed}: effects of {id}");
            assert_eq!(state(&new_store, id).await, Some(State::Done), "seed {seed}: {id}");
        }
        assert_eq!(old_store.stats("acme").await.unwrap().oldest, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_does_not_end_in_time_is_fenced() {
    let (old_store, new_store) = (store(), store());
    let old = inbox(old_store.clone());
    send(&old, "slow", &created("20000")).await;
    until(&old_store, "slow", State::Running).await;
    let moved = finish_move(&old_store, &new_store, SECOND).await.unwrap();
    assert_eq!((moved.deliveries, moved.bodies), (1, 1));
    let left = entry(&old_store, "slow").await.unwrap();
    assert_eq!((left.state, left.reason.as_deref(), left.bytes), (State::Dead, Some("moved"), None));
    let new = inbox(new_store.clone());
    until(&new_store, "slow", State::Done).await;
    sleep(60 * SECOND).await;
    assert_eq!((effects(&[&old_store], "slow"), effects(&[&new_store], "slow")), (0, 1));
    drop((old, new));
}

#[tokio::test(start_paused = true)]
async fn dead_deliveries_pauses_and_versions_move_as_well() {
    let (old_store, new_store) = (store(), store());
    let handler = |event: Updated| async move { if event.asset == "bad" { Err("it fails") } else { Ok(()) } };
    let start = |store: MemoryStore| {
        let service = receiver().on(handler).into_service();
        Inbox::builder("acme", store, service).max_attempts(1).order_by("/asset").latest_by("/time").start().unwrap()
    };
    let old = start(old_store.clone());
    let update = |asset, time: &str| updated(asset, &format!("2026-01-01T00:00:{time}Z"));
    let latest = update("a", "09");
    assert_eq!(old.receive(&signed("latest", &latest), latest).await.unwrap().name(), "stored");
    let bad = update("bad", "00");
    old.receive(&signed("bad", &bad), bad).await.unwrap();
    until(&old_store, "latest", State::Done).await;
    until(&old_store, "bad", State::Dead).await;
    old.pause().await.unwrap();
    let ended = entry(&old_store, "bad").await.unwrap();
    drop(old);
    sleep(DAY).await;

    finish_move(&old_store, &new_store, Duration::ZERO).await.unwrap();
    let new = start(new_store.clone());
    let moved = entry(&new_store, "bad").await.unwrap();
    assert_eq!((moved.state, moved.reason, moved.at), (State::Dead, ended.reason, ended.at));
    assert_eq!(moved.bytes, ended.bytes);
    assert!(new_store.stats("acme").await.unwrap().is_paused);
    new.resume().await.unwrap();
    // One that is late is skipped, as it would have been in the old store.
    let late = update("a", "05");
    new.receive(&signed("late", &late), late).await.unwrap();
    until(&new_store, "late", State::Done).await;
    let versions = async |store: &MemoryStore| {
        let versions = store.versions(None, 10).await.unwrap();
        versions.into_iter().map(|version| (version.key, version.version)).collect::<Vec<_>>()
    };
    assert_eq!(versions(&new_store).await, versions(&old_store).await);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_still_accepts_is_an_error_and_the_move_can_be_repeated() {
    let (old_store, new_store) = (store(), store());
    let old = inbox(old_store.clone());
    send(&old, "1", &created("0")).await;
    let late = async {
        sleep(SECOND / 2).await;
        send(&old, "2", &created("0")).await
    };
    let (moved, _) = tokio::join!(finish_move(&old_store, &new_store, SECOND), late);
    assert!(matches!(moved, Err(MoveError::StillAccepts(key)) if key == Key::new("acme", "2")));
    assert!(new_store.stats("acme").await.unwrap().is_paused);
    finish_move(&old_store, &new_store, SECOND).await.unwrap();
    let new = inbox(new_store.clone());
    settle(&new_store).await;
    for id in ["1", "2"] {
        assert_eq!(effects(&[&old_store, &new_store], id), 1, "{id}");
        assert_eq!(send(&new, id, &created("0")).await, "duplicate");
    }
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_move_is_finished_by_the_next() {
    let (old_store, new_store) = (store(), store());
    let old = inbox(old_store.clone());
    old.pause().await.unwrap();
    for id in ["1", "2", "3"] {
        send(&old, id, &created("0")).await;
    }
    old.resume().await.unwrap();
    old.drain(Duration::ZERO).await;
    let to = Unreliable::new(new_store.clone());
    // What was imported is known at the second time.
    for trouble in [Trouble::Fails(StoreErrorKind::Unavailable), Trouble::LosesAnswers] {
        to.others(trouble);
        let error = finish_move(&old_store, &to, Duration::ZERO).await.unwrap_err();
        assert!(matches!(&error, MoveError::To(error) if error.kind() == StoreErrorKind::Unavailable), "{error}");
        assert!(new_store.stats("acme").await.unwrap().is_paused);
    }
    to.others(Trouble::Calm);
    finish_move(&old_store, &to, Duration::ZERO).await.unwrap();
    let new = inbox(new_store.clone());
    settle(&new_store).await;
    for id in ["1", "2", "3"] {
        assert_eq!(effects(&[&old_store, &new_store], id), 1, "{id}");
    }
    drop(new);
}
