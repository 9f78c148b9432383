//! An inbox whose store follows Tokio's clock, which tests pause.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};
use webhook_inbox::store::{Clock, Entry, Page, Selection, State, Store};
use webhook_inbox::{Inbox, MemoryStore};
use webhook_receiver::Outcome;

use crate::acme::{Acme, signed};

pub(crate) const DAY: Duration = Duration::from_hours(24);

/// A clock that shows what Tokio's clock shows, which can be paused.
pub(crate) fn tokio_clock() -> Clock {
    let (start, base) = (Instant::now(), SystemTime::now());
    Clock::new(move || base + start.elapsed())
}

pub(crate) fn store() -> MemoryStore {
    MemoryStore::with_clock(tokio_clock())
}

/// What handlers have done, by asset.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

impl Ledger {
    pub(crate) fn write(&self, asset: &str, what: &str) {
        self.0.lock().unwrap().entry(asset.to_owned()).or_default().push(what.to_owned());
    }

    pub(crate) fn of(&self, asset: &str) -> Vec<String> {
        self.0.lock().unwrap().get(asset).cloned().unwrap_or_default()
    }

    pub(crate) fn count(&self, asset: &str) -> usize {
        self.of(asset).len()
    }
}

/// The outcome of an attempt to deliver this body.
pub(crate) async fn send<S: Store>(inbox: &Inbox<S, Acme>, id: &str, body: &str) -> &'static str {
    inbox.receive(&signed(id, body), body.to_owned()).await.as_ref().map_or("refused", Outcome::name)
}

pub(crate) async fn entry<S: Store>(store: &S, id: &str) -> Option<Entry> {
    let selection = Selection { ids: vec![id.to_owned()], ..Selection::default() };
    let page = Page { after: 0, limit: 10, max_bytes: Some(u64::MAX) };
    store.list(&selection, &page).await.unwrap().pop()
}

pub(crate) async fn state<S: Store>(store: &S, id: &str) -> Option<State> {
    entry(store, id).await.map(|entry| entry.state)
}

/// Waits until an entry has this state. With a paused clock, time passes at once.
pub(crate) async fn until<S: Store>(store: &S, id: &str, expected: State) {
    for _ in 0..100_000 {
        if state(store, id).await == Some(expected) {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{id} is {:?}, not {expected:?}", entry(store, id).await);
}
