//! Deliveries move from one store to another while both accept.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::sleep;
use webhook_inbox::operations::{self, MoveError, Moved, cancel_move, finish_move, prepare_move};
use webhook_inbox::store::{ERASED, Entry, Key, MOVED, Page, Selection, State, Store, StoreErrorKind};
use webhook_inbox::{Backoff, Effects, HealthState, Inbox, MemoryEffect, MemoryStore, MemoryTable};
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

/// Both steps, with nothing between.
async fn move_all<A: Store, B: Store>(from: &A, to: &B, patience: Duration) -> Result<Moved, MoveError> {
    prepare_move(from, to).await?;
    finish_move(from, to, patience).await
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
        let from = Unreliable::with_jitter(old_store.clone(), seed);
        let to = Unreliable::with_jitter(new_store.clone(), seed + 1_000_000);
        let moving = finish_move(&from, &to, patience);
        let only_new = [&new];
        let (moved, ()) = tokio::join!(moving, traffic(&only_new, &mut random, &mut sent, 30));
        moved.unwrap();
        settle(&new_store).await;
        for (id, _) in &sent {
            assert_eq!(effects(&[&old_store, &new_store], id), 1, "seed {seed}: effects of {id}");
            assert_eq!(state(&new_store, id).await, Some(State::Done), "seed {seed}: {id}");
        }
        assert_nothing_left(&old_store).await;
    }
}

/// No body is in this store.
async fn assert_nothing_left(store: &MemoryStore) {
    let left: Vec<_> = listed(store).await.into_iter().filter(|entry| entry.size.is_some()).collect();
    assert!(left.is_empty(), "{left:?}");
}

async fn listed(store: &MemoryStore) -> Vec<Entry> {
    let page = Page { after: 0, limit: 10_000, max_bytes: Some(u64::MAX) };
    store.list(&Selection::default(), &page).await.unwrap()
}

/// Handlers take some time, and each third attempt fails. The table has the ids that each asset has had, in their order.
fn ordered(store: MemoryStore, random: &mut Rng) -> Inbox<MemoryStore, Acme> {
    let (attempts, random) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(random.fork())));
    let handler = move |event: Created, delivery: Delivery, effects: Effects<MemoryEffect>| {
        let fails = attempts.fetch_add(1, Ordering::Relaxed) % 3 == 2;
        let millis = random.lock().unwrap().u64(..600);
        async move {
            sleep(Duration::from_millis(millis)).await;
            let id = delivery.id().unwrap_or_default().to_owned();
            effects.add(move |table: &mut MemoryTable| {
                let ids = table.entry(event.asset).or_default();
                *ids += &format!("{id} ");
                Ok(())
            })?;
            if fails { Err(BoxError::from("it fails")) } else { Ok(()) }
        }
    };
    let service = receiver().on(handler).into_service();
    Inbox::builder("acme", store, service).backoff(Backoff::constant(SECOND)).order_by("/asset").start().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_order_holds_across_a_move() {
    for seed in 0..20 {
        let mut random = Rng::with_seed(seed);
        let (old_store, new_store) = (store(), store());
        let (old, new) = (ordered(old_store.clone(), &mut random), ordered(new_store.clone(), &mut random));
        let asset = |number: usize| ["a", "b", "c"][number % 3];
        let send = async |inbox: &Inbox<MemoryStore, Acme>, number: usize| {
            let outcome = send(inbox, &format!("{number:02}"), &created(asset(number))).await;
            assert!(["stored", "duplicate"].contains(&outcome), "{outcome}");
        };
        for number in 0..30 {
            send(&old, number).await;
            sleep(Duration::from_millis(random.u64(..200))).await;
        }
        prepare_move(&old_store, &new_store).await.unwrap();
        for number in 30..60 {
            send(&new, number).await;
            if random.bool() {
                // One that the old store has acknowledged, but the sender has missed it.
                send(&new, random.usize(..30)).await;
            }
            sleep(Duration::from_millis(random.u64(..20))).await;
        }
        finish_move(&old_store, &new_store, Duration::from_millis(random.u64(..3000))).await.unwrap();
        settle(&new_store).await;
        for name in ["a", "b", "c"] {
            let handled = [&old_store, &new_store].map(|store| store.table().remove(name).unwrap_or_default());
            let expected: String = (0..60).filter(|n| asset(*n) == name).map(|n| format!("{n:02} ")).collect();
            assert_eq!(handled.concat(), expected, "seed {seed}: {handled:?}");
        }
    }
}

/// On several pages, while workers of the old store run, also between an attempt that is interrupted and the next.
#[tokio::test(start_paused = true)]
async fn the_order_holds_across_pages_and_interruptions() {
    let deliveries = store();
    let sender = ordered(deliveries.clone(), &mut Rng::with_seed(0));
    sender.pause().await.unwrap();
    for number in 0..510 {
        send(&sender, &format!("{number:03}"), &created("a")).await;
    }
    let deliveries = listed(&deliveries).await;
    for loses_old in [true, false] {
        let mut call = 0;
        while keeps_the_order_without_the_answer_of(call, loses_old, deliveries.clone()).await {
            call += 1;
        }
        assert!(call > 5, "{call}");
    }
}

/// Returns whether there was such a call.
async fn keeps_the_order_without_the_answer_of(call: u64, loses_old: bool, deliveries: Vec<Entry>) -> bool {
    let all: String = deliveries.iter().map(|entry| format!("{} ", entry.key.id)).collect();
    let (old_store, new_store) = (store(), store());
    old_store.import(deliveries).await.unwrap();
    let old = ordered(old_store.clone(), &mut Rng::with_seed(call));
    sleep(3 * SECOND).await;
    let (mut from, mut to) = (Unreliable::new(old_store.clone()), Unreliable::new(new_store.clone()));
    from.slow_lists(SECOND);
    if loses_old { &mut from } else { &mut to }.loses_answer_of(call);
    let moved = move_all(&from, &to, 2 * SECOND).await;
    if moved.is_err() {
        sleep(5 * SECOND).await;
        from.slow_lists(SECOND / 2);
        move_all(&from, &to, 2 * SECOND).await.unwrap();
    }
    let handled = old_store.table().remove("a").unwrap();
    let waiting = listed(&new_store).await.into_iter().filter(|entry| entry.state == State::Pending);
    let waiting: String = waiting.map(|entry| format!("{} ", entry.key.id)).collect();
    assert_eq!(handled + &waiting, all, "call {call}");
    assert_nothing_left(&old_store).await;
    drop(old);
    moved.is_err()
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_does_not_end_in_time_is_fenced() {
    let (old_store, new_store) = (store(), store());
    let old = inbox(old_store.clone());
    send(&old, "slow", &created("20000")).await;
    until(&old_store, "slow", State::Running).await;
    let moved = move_all(&old_store, &new_store, SECOND).await.unwrap();
    assert_eq!((moved.deliveries, moved.bodies), (1, 1));
    let left = entry(&old_store, "slow").await.unwrap();
    assert_eq!((left.state, left.reason.as_deref(), left.bytes), (State::Dead, Some(MOVED), None));
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

    move_all(&old_store, &new_store, Duration::ZERO).await.unwrap();
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
    prepare_move(&old_store, &new_store).await.unwrap();
    let (moved, _) = tokio::join!(finish_move(&old_store, &new_store, SECOND), late);
    assert!(matches!(moved, Err(MoveError::StillAccepts(key)) if key == Key::new("acme", "2")));
    assert!(new_store.stats("acme").await.unwrap().is_moving);
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
    prepare_move(&old_store, &new_store).await.unwrap();
    let to = Unreliable::new(new_store.clone());
    // What was imported is known at the second time.
    for trouble in [Trouble::Fails(StoreErrorKind::Unavailable), Trouble::LosesAnswers] {
        to.others(trouble);
        let error = finish_move(&old_store, &to, Duration::ZERO).await.unwrap_err();
        assert!(matches!(&error, MoveError::To(error) if error.kind() == StoreErrorKind::Unavailable), "{error}");
        assert!(new_store.stats("acme").await.unwrap().is_moving);
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

#[tokio::test(start_paused = true)]
async fn an_interrupted_move_is_taken_back() {
    let (old_store, new_store) = (store(), store());
    let old = inbox(old_store.clone());
    prepare_move(&old_store, &new_store).await.unwrap();
    let to = Unreliable::new(new_store.clone());
    to.others(Trouble::Calm);
    old.pause().await.unwrap();
    send(&old, "1", &created("0")).await;
    old.resume().await.unwrap();
    let stops = async {
        sleep(SECOND / 2).await;
        to.others(Trouble::Fails(StoreErrorKind::Unavailable));
    };
    let (moved, ()) = tokio::join!(finish_move(&old_store, &to, SECOND), stops);
    assert!(matches!(moved, Err(MoveError::To(_))), "{moved:?}");
    // Neither begins anything.
    assert_eq!(send(&old, "2", &created("0")).await, "stored");
    let new = inbox(new_store.clone());
    assert_eq!(send(&new, "3", &created("0")).await, "stored");
    sleep(DAY).await;
    for store in [&old_store, &new_store] {
        let stats = store.stats("acme").await.unwrap();
        assert!(stats.is_moving && stats.oldest.is_some(), "{stats:?}");
    }
    move_all(&new_store, &old_store, SECOND).await.unwrap();
    for id in ["1", "2", "3"] {
        until(&old_store, id, State::Done).await;
        assert_eq!(effects(&[&old_store, &new_store], id), 1, "{id}");
    }
    for (id, inbox) in [("4", &old), ("5", &new)] {
        send(inbox, id, &created("0")).await;
        until(inbox.store(), id, State::Done).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_move_can_be_repeated_after_each_call_that_was_interrupted() {
    for loses_old in [true, false] {
        let mut call = 0;
        while move_without_the_answer_of(call, loses_old).await {
            call += 1;
        }
        assert!(call > 5, "{call}");
    }
}

/// Returns whether there was such a call.
async fn move_without_the_answer_of(call: u64, loses_old: bool) -> bool {
    let (old_store, new_store) = (store(), store());
    let old = inbox(old_store.clone());
    send(&old, "1", &created("0")).await;
    until(&old_store, "1", State::Done).await;
    old.pause().await.unwrap();
    for id in ["2", "3"] {
        send(&old, id, &created("0")).await;
    }
    old.resume().await.unwrap();
    old.drain(Duration::ZERO).await;
    let (mut from, mut to) = (Unreliable::new(old_store.clone()), Unreliable::new(new_store.clone()));
    if loses_old { &mut from } else { &mut to }.loses_answer_of(call);
    let moved = move_all(&from, &to, Duration::ZERO).await;
    if moved.is_err() {
        move_all(&from, &to, Duration::ZERO).await.unwrap();
    }
    assert_nothing_left(&old_store).await;
    let new = inbox(new_store.clone());
    settle(&new_store).await;
    for id in ["1", "2", "3"] {
        assert_eq!(effects(&[&old_store, &new_store], id), 1, "call {call}: {id}");
        assert_eq!(send(&new, id, &created("0")).await, "duplicate");
    }
    moved.is_err()
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_while_its_page_is_read_is_moved() {
    let (old_store, new_store) = (store(), store());
    // The handler fails after each possible time, also between the list and the question whether something is left.
    for millis in (0..300).step_by(10) {
        let handler = move |_: Created| async move {
            sleep(Duration::from_millis(millis)).await;
            Err::<(), _>("it fails")
        };
        let service = receiver().on(handler).into_service();
        let builder = Inbox::builder("acme", old_store.clone(), service).backoff(Backoff::constant(DAY));
        let old = builder.start().unwrap();
        let id = format!("after-{millis}");
        send(&old, &id, &created("a")).await;
        sleep(Duration::from_millis(5)).await;
        let mut from = Unreliable::new(old_store.clone());
        from.slow_lists(Duration::from_millis(50));
        move_all(&from, &new_store, 60 * SECOND).await.unwrap();
        assert_eq!(state(&new_store, &id).await, Some(State::Pending), "{id}");
        assert_nothing_left(&old_store).await;
        drop(old);
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_accepted_late_is_never_left_behind_in_silence() {
    for millis in (0..1500).step_by(20) {
        let (old_store, new_store) = (store(), store());
        let old = inbox(old_store.clone());
        send(&old, "1", &created("0")).await;
        until(&old_store, "1", State::Done).await;
        if millis % 40 == 0 {
            // It accepts, and handles nothing.
            old.drain(SECOND).await;
        }
        let late = async {
            sleep(Duration::from_millis(millis)).await;
            send(&old, "late", &created("0")).await
        };
        let mut from = Unreliable::new(old_store.clone());
        from.slow_lists(Duration::from_millis(50));
        prepare_move(&old_store, &new_store).await.unwrap();
        let (moved, _) = tokio::join!(finish_move(&from, &new_store, Duration::ZERO), late);
        let (there, error) = (state(&new_store, "late").await, moved.err());
        // Beyond the quiet second, nothing can be known.
        let is_known = there.is_some() || matches!(error, Some(MoveError::StillAccepts(_)));
        assert!(is_known || millis >= 1200, "after {millis} ms: {there:?}, {error:?}");
        assert_eq!(new_store.stats("acme").await.unwrap().is_moving, error.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_is_not_moved_to_itself() {
    let store = store();
    let service = receiver().on(|_: Created| async {}).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service).without_workers().start().unwrap();
    send(&inbox, "1", &created("0")).await;
    let before = entry(&store, "1").await;
    for error in [prepare_move(&store, &store).await, finish_move(&store, &store.clone(), Duration::ZERO).await] {
        assert!(matches!(error, Err(MoveError::SameStore)), "{error:?}");
    }
    assert_eq!(entry(&store, "1").await, before);
    assert!(!store.stats("acme").await.unwrap().is_moving);
}

#[tokio::test(start_paused = true)]
async fn what_was_moved_away_comes_back_with_its_body() {
    let (old_store, new_store) = (store(), store());
    let handler = |_: Created| async move { Err::<(), _>("it fails") };
    let service = receiver().on(handler).into_service();
    let old = Inbox::builder("acme", old_store.clone(), service).max_attempts(1).start().unwrap();
    send(&old, "1", &created("0")).await;
    until(&old_store, "1", State::Dead).await;
    let before = entry(&old_store, "1").await.unwrap();
    for _ in 0..2 {
        move_all(&old_store, &new_store, Duration::ZERO).await.unwrap();
        let (here, there) = (entry(&old_store, "1").await.unwrap(), entry(&new_store, "1").await.unwrap());
        assert_eq!((here.bytes, there.bytes), (None, before.bytes.clone()));
        let moved = move_all(&new_store, &old_store, Duration::ZERO).await.unwrap();
        assert_eq!((moved.bodies, moved.conflicts), (1, 0));
        let back = entry(&old_store, "1").await.unwrap();
        assert_eq!(Entry { sequence: before.sequence, ..back }, before);
        assert_nothing_left(&new_store).await;
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_way_back_both_stores_can_handle() {
    let (old_store, new_store) = (store(), store());
    let (old, new) = (inbox(old_store.clone()), inbox(new_store.clone()));
    send(&old, "1", &created("0")).await;
    until(&old_store, "1", State::Done).await;
    prepare_move(&old_store, &new_store).await.unwrap();
    send(&new, "2", &created("0")).await;
    // The new version does not work. Back to the old store.
    move_all(&new_store, &old_store, SECOND).await.unwrap();
    for (id, inbox) in [("3", &old), ("4", &new)] {
        assert_eq!(send(inbox, id, &created("0")).await, "stored");
        until(inbox.store(), id, State::Done).await;
    }
    until(&old_store, "2", State::Done).await;
    for store in [&old_store, &new_store] {
        let stats = store.stats("acme").await.unwrap();
        assert_eq!((stats.is_paused, stats.is_moving), (false, false));
    }
    // A pause by an operator is kept.
    new.pause().await.unwrap();
    prepare_move(&old_store, &new_store).await.unwrap();
    finish_move(&old_store, &new_store, Duration::ZERO).await.unwrap();
    assert!(new_store.stats("acme").await.unwrap().is_paused);
    assert!(!old_store.stats("acme").await.unwrap().is_paused);
}

#[tokio::test(start_paused = true)]
async fn the_first_delivery_of_an_endpoint_after_the_preparation_is_handled_once() {
    let (old_store, new_store) = (store(), store());
    prepare_move(&old_store, &new_store).await.unwrap();
    let (old, new) = (inbox(old_store.clone()), inbox(new_store.clone()));
    for inbox in [&old, &new] {
        assert_eq!(send(inbox, "1", &created("0")).await, "stored");
    }
    until(&old_store, "1", State::Done).await;
    // Resuming the endpoint does not end the wait.
    new.resume().await.unwrap();
    sleep(10 * SECOND).await;
    assert_eq!(new.health().await.state, HealthState::Paused);
    finish_move(&old_store, &new_store, SECOND).await.unwrap();
    sleep(10 * SECOND).await;
    assert_eq!(effects(&[&old_store, &new_store], "1"), 1);
    assert_eq!(state(&new_store, "1").await, Some(State::Done));
}

#[tokio::test(start_paused = true)]
async fn a_move_is_finished_only_after_its_own_preparation() {
    let (a, b, c) = (store(), store(), store());
    let finish = async |from, to| finish_move(from, to, Duration::ZERO).await;
    assert!(matches!(finish(&a, &c).await, Err(MoveError::NotPrepared)));
    prepare_move(&a, &c).await.unwrap();
    assert!(matches!(finish(&b, &c).await, Err(MoveError::NotPrepared)));
    assert!(matches!(prepare_move(&b, &c).await, Err(MoveError::OtherMove)));
    finish(&a, &c).await.unwrap();
    assert!(matches!(finish(&a, &c).await, Err(MoveError::NotPrepared)));
    prepare_move(&a, &c).await.unwrap();
    cancel_move(&c).await.unwrap();
    prepare_move(&b, &c).await.unwrap();
    finish(&b, &c).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_erased_in_one_store_is_erased_in_the_other() {
    let (old_store, new_store) = (store(), store());
    let (old, new) = (inbox(old_store.clone()), inbox(new_store.clone()));
    prepare_move(&old_store, &new_store).await.unwrap();
    old.pause().await.unwrap();
    for id in ["old", "new", "none"] {
        for inbox in [&old, &new] {
            assert_eq!(send(inbox, id, &created("0")).await, "stored");
        }
    }
    operations::erase(&old_store, &[Key::new("acme", "old")]).await.unwrap();
    operations::erase(&new_store, &[Key::new("acme", "new")]).await.unwrap();
    old.resume().await.unwrap();
    old.drain(Duration::ZERO).await;
    finish_move(&old_store, &new_store, Duration::ZERO).await.unwrap();
    settle(&new_store).await;
    for id in ["old", "new"] {
        for store in [&old_store, &new_store] {
            let erased = entry(store, id).await.unwrap();
            let found = (erased.state, erased.reason.as_deref(), erased.bytes);
            assert_eq!(found, (State::Dead, Some(ERASED), None), "{id}");
        }
        assert_eq!(effects(&[&old_store, &new_store], id), 0, "{id}");
    }
    assert_eq!(effects(&[&old_store, &new_store], "none"), 1);
}

#[tokio::test(start_paused = true)]
async fn of_two_bodies_with_one_id_none_is_lost() {
    let (old_store, new_store) = (store(), store());
    prepare_move(&old_store, &new_store).await.unwrap();
    let service = || receiver().on(|_: Created| async {}).into_service();
    let start = |store| Inbox::builder("acme", store, service()).without_workers().start().unwrap();
    for (store, asset) in [(&old_store, "a"), (&new_store, "b")] {
        assert_eq!(send(&start(store.clone()), "1", &created(asset)).await, "stored");
    }
    let moved = finish_move(&old_store, &new_store, Duration::ZERO).await.unwrap();
    assert_eq!((moved.bodies, moved.conflicts), (0, 1));
    for store in [&old_store, &new_store] {
        assert!(entry(store, "1").await.unwrap().bytes.is_some());
    }
}
