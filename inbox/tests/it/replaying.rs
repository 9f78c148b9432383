//! A replay of what ends again at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::select;
use tokio::time::sleep;
use webhook_inbox::operations::replay;
use webhook_inbox::store::{Selection, State, Store};
use webhook_inbox::{Inbox, MemoryStore};

use crate::acme::{Created, created, receiver};
use crate::support::{send, store, until};
use crate::unreliable::Unreliable;

const COUNT: usize = 400;

async fn dead(store: &MemoryStore, count: usize) {
    while store.stats("acme").await.unwrap().dead < count as u64 {
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn each_delivery_is_replayed_once_even_if_it_ends_again_meanwhile() {
    let store = store();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let handler = move |_: Created| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Err::<(), _>("it fails") }
    };
    let service = receiver().on(handler).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service).concurrency(256).max_attempts(1).start().unwrap();
    for number in 0..COUNT {
        send(&inbox, &number.to_string(), &created("a")).await;
    }
    dead(&store, COUNT).await;
    assert_eq!(count.swap(0, Ordering::SeqCst), COUNT);

    // Handlers are faster than the replay, and more is accepted meanwhile.
    let slow = Unreliable::new(store.clone());
    slow.slow(Duration::from_secs(1));
    let more = async {
        for number in 0.. {
            for part in 0..50 {
                send(&inbox, &format!("more-{number}-{part}"), &created("a")).await;
            }
            sleep(Duration::from_millis(500)).await;
        }
    };
    let selection = Selection::default();
    let replayed = select! {
        replayed = replay(&slow, &selection) => replayed.unwrap(),
        () = more => unreachable!(),
    };
    // What was accepted before the first step was executed is replayed as well.
    assert!((COUNT as u64..=COUNT as u64 + 150).contains(&replayed), "{replayed}");
    until(&store, "0", State::Dead).await;
    let accepted = store.stats("acme").await.unwrap().dead;
    sleep(Duration::from_secs(10)).await;
    assert_eq!(count.load(Ordering::SeqCst) as u64, accepted - COUNT as u64 + replayed);
}
