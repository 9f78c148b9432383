//! Moves from one store to another.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use tokio::runtime::Builder;
use tokio::time::sleep;
use webhook_inbox::operations::{finish_move, prepare_move};
use webhook_inbox::store::{Clock, Store};
use webhook_inbox::{Backoff, Effects, Inbox};
use webhook_receiver::{BoxError, Delivery};

use crate::Subject;
use crate::acme::{Acme, Created, created, receiver};
use crate::cases::{PATIENCE, send, settle};

const BEFORE: usize = 40;
const ALL: usize = 80;

/// Asset and id, in the order in which they were handled.
type Handled = Arc<Mutex<Vec<(String, String)>>>;

/// Checks that the order of deliveries with the same key holds while they move from the store in one folder to that in another:
/// row M13.
///
/// # Panics
///
/// If it does not hold.
pub fn check_move<S: Subject>(subject: S, from: &Path, to: &Path) {
    let (subject, handled) = (Arc::new(subject), Handled::default());
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let moving = moving(&subject, from, to, &handled);
    runtime.expect("there should be a runtime").block_on(moving);
    let handled = handled.lock().unwrap_or_else(PoisonError::into_inner);
    for key in 0..3 {
        let found: Vec<&str> = handled.iter().filter(|(name, _)| *name == asset(key)).map(|(_, id)| &**id).collect();
        let expected: Vec<String> = (key..ALL).step_by(3).map(id).collect();
        assert_eq!(found, expected);
    }
    let [old, new] = [from, to].map(|folder| subject.effects(folder));
    assert!(!old.is_empty() && new.len() >= ALL - BEFORE, "{old:?}, {new:?}");
    let mut effects = old;
    for (id, count) in new {
        *effects.entry(id).or_default() += count;
    }
    assert_eq!(effects, (0..ALL).map(|number| (id(number), 1)).collect());
}

fn id(number: usize) -> String {
    format!("{number:02}")
}

/// The key of order.
fn asset(number: usize) -> String {
    format!("key-{}", number % 3)
}

/// Both accept, and handle what they have, until the move is finished.
async fn moving<S: Subject>(subject: &Arc<S>, from: &Path, to: &Path, handled: &Handled) {
    let mut random = Rng::with_seed(13);
    let (old, new) = (inbox(subject, from, handled).await, inbox(subject, to, handled).await);
    let accept = async |inbox: &Inbox<S::Store, Acme>, number: usize| {
        let outcome = send(inbox, &id(number), &created(&asset(number))).await;
        assert!(["stored", "duplicate"].contains(&outcome), "{outcome}");
    };
    for number in 0..BEFORE {
        accept(&old, number).await;
    }
    prepare_move(old.store(), new.store()).await.expect("the move is prepared");
    for number in BEFORE..ALL {
        accept(&new, number).await;
        if random.bool() {
            // The sender has missed an answer of the old store.
            accept(&new, random.usize(..BEFORE)).await;
        }
    }
    finish_move(old.store(), new.store(), PATIENCE).await.expect("the move is finished");
    settle(new.store()).await;
    assert!(old.drain(PATIENCE).await && new.drain(PATIENCE).await);
}

/// Each third attempt fails.
async fn inbox<S: Subject>(subject: &Arc<S>, folder: &Path, handled: &Handled) -> Inbox<S::Store, Acme> {
    let store = subject.open(folder, Clock::system()).await;
    let (subject, folder, handled) = (Arc::clone(subject), folder.to_owned(), Arc::clone(handled));
    let attempts = AtomicU64::new(0);
    let handle = move |event: Created, delivery: Delivery, effects: Effects<<S::Store as Store>::Effect>| {
        let fails = attempts.fetch_add(1, Ordering::Relaxed) % 3 == 2;
        let id = delivery.id().unwrap_or_default().to_owned();
        let (effect, handled) = (subject.effect(&folder, &id), Arc::clone(&handled));
        async move {
            sleep(Duration::from_millis(fastrand::u64(..20))).await;
            if fails {
                return Err(BoxError::from("it fails"));
            }
            effects.add(effect)?;
            handled.lock().unwrap_or_else(PoisonError::into_inner).push((event.asset, id));
            Ok(())
        }
    };
    Inbox::builder("acme", store, receiver().on(handle).into_service())
        .backoff(Backoff::constant(Duration::from_millis(10)))
        .poll_interval(Duration::from_millis(10))
        .order_by("/asset")
        .start()
        .expect("the settings are usable")
}
