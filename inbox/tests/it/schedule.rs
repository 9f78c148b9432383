//! A sender that follows its schedule, while the store fails and processes are replaced.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use webhook_inbox::store::{State, Store, StoreErrorKind};
use webhook_inbox::{Effects, Inbox, MemoryEffect, MemoryTable};
use webhook_receiver::BoxError;

use crate::acme::{Acme, Created, created, receiver};
use crate::support::{DAY, send, state, store, until};
use crate::unreliable::{Trouble, Unreliable};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// The pauses of a vendor between its attempts: the last one is 27 h 35 min after the first.
const SCHEDULE: [Duration; 8] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(10),
];
const DELIVERIES: usize = 60;

type Receiving = Arc<Mutex<Inbox<Unreliable, Acme>>>;

/// Each fifth attempt fails.
fn inbox(store: &Unreliable, random: &mut Rng) -> Inbox<Unreliable, Acme> {
    let random = Mutex::new(random.fork());
    let handler = move |event: Created, effects: Effects<MemoryEffect>| {
        let (seconds, fails) = {
            let mut random = random.lock().unwrap();
            (random.u64(..40), random.u8(..5) == 0)
        };
        async move {
            sleep(Duration::from_secs(seconds)).await;
            effects.add(move |table: &mut MemoryTable| {
                let count = table.get(&event.asset).map_or(0, |count| count.parse::<u64>().unwrap()) + 1;
                table.insert(event.asset, count.to_string());
                Ok(())
            })?;
            if fails { Err(BoxError::from("it fails")) } else { Ok(()) }
        }
    };
    let service = receiver().on(handler).into_service();
    let builder = Inbox::builder("acme", store.clone(), service).poll_interval(MINUTE).lease(5 * MINUTE);
    builder.start().unwrap()
}

/// Attempts until one is answered with success. Returns the number of attempts, or `None` if all have failed.
async fn deliver(receiving: Receiving, id: String, first: Instant) -> Option<usize> {
    sleep_until(first).await;
    for (number, pause) in SCHEDULE.into_iter().enumerate() {
        sleep(pause).await;
        let inbox = receiving.lock().unwrap().clone();
        match send(&inbox, &id, &created(&id)).await {
            "stored" | "duplicate" => return Some(number + 1),
            outcome => assert!(["unavailable", "overloaded"].contains(&outcome), "{outcome}"),
        }
    }
    None
}

/// For a day, the store is down or loses its answers half of the time, and processes are replaced. Then nothing fails any more.
async fn day_of_trouble(receiving: &Receiving, store: &Unreliable, random: &mut Rng) {
    let end = Instant::now() + DAY;
    while Instant::now() < end {
        let troubles =
            [Trouble::Fails(StoreErrorKind::Unavailable), Trouble::Fails(StoreErrorKind::Full), Trouble::LosesAnswers];
        let minutes = |random: &mut Rng| Duration::from_secs(random.u64(..4 * 3600));
        store.all(random.choice(troubles).unwrap());
        sleep(minutes(random)).await;
        if random.bool() {
            let new = inbox(store, random);
            let old = std::mem::replace(&mut *receiving.lock().unwrap(), new);
            // Sometimes with handlers that are dropped.
            old.drain(Duration::from_secs(random.u64(..60))).await;
        }
        store.all(Trouble::Calm);
        sleep(minutes(random)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f11_each_delivery_of_a_day_of_trouble_is_acknowledged_and_has_one_effect() {
    let rounds = std::env::var("ROUNDS").map_or(2, |rounds| rounds.parse().unwrap());
    for seed in 0..rounds {
        let mut random = Rng::with_seed(seed);
        let store = Unreliable::new(store());
        let receiving: Receiving = Arc::new(Mutex::new(inbox(&store, &mut random)));
        let begin = Instant::now();
        let mut sent = JoinSet::new();
        for number in 0..DELIVERIES {
            let first = begin + Duration::from_secs(random.u64(..24 * 3600));
            sent.spawn(deliver(Arc::clone(&receiving), format!("msg_{number}"), first));
        }
        day_of_trouble(&receiving, &store, &mut random).await;
        let attempts = sent.join_all().await;
        assert!(!attempts.contains(&None), "seed {seed}: {attempts:?}");
        assert!(attempts.iter().any(|attempts| *attempts > Some(3)), "seed {seed}: the trouble is too small");

        sleep(12 * HOUR).await;
        let inbox = receiving.lock().unwrap().clone();
        for number in 0..DELIVERIES {
            let id = format!("msg_{number}");
            until(&store, &id, State::Done).await;
            assert_eq!(store.store.table().get(&id).map(String::as_str), Some("1"), "seed {seed}: effects of {id}");
            // The vendor sends it again on demand.
            assert_eq!(send(&inbox, &id, &created(&id)).await, "duplicate");
            assert_eq!(state(&store, &id).await, Some(State::Done));
        }
        assert_eq!(store.stats("acme").await.unwrap().oldest, None);
    }
}
