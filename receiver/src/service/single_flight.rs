//! One attempt at a time for each id. Only within this process: the replay guard knows about others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

use crate::Outcome;
use crate::replay::BodyDigest;

/// The attempts that are running, by id.
#[derive(Default)]
pub(super) struct SingleFlight(Mutex<HashMap<Arc<str>, Flight>>);

struct Flight {
    digest: BodyDigest,
    /// Shared by all that wait, in place of their own.
    body: Bytes,
    /// For those that wait, if any.
    end: Option<watch::Sender<Option<End>>>,
}

/// The event type, if it is known, and the outcome.
type End = (Option<&'static str>, Outcome);

/// What an attempt finds.
pub(super) enum Joined<'a> {
    /// No other attempt is running.
    First(First<'a>),
    /// The same delivery is being handled.
    Waiting(Waiting),
    /// A delivery with the same id and another body is being handled.
    Busy,
}

/// The one attempt with its id, until it is dropped.
pub(super) struct First<'a> {
    flights: &'a SingleFlight,
    id: Arc<str>,
    /// What those that wait get. They fail if there is none.
    end: Option<End>,
}

/// Waits for the first attempt.
pub(super) struct Waiting {
    body: Bytes,
    end: watch::Receiver<Option<End>>,
}

impl SingleFlight {
    pub(super) fn join(&self, id: &str, digest: BodyDigest, body: &Bytes) -> Joined<'_> {
        let mut flights = self.lock();
        match flights.get_mut(id) {
            None => {
                let id = Arc::<str>::from(id);
                flights.insert(Arc::clone(&id), Flight { digest, body: body.clone(), end: None });
                Joined::First(First { flights: self, id, end: None })
            }
            Some(flight) if flight.digest == digest => {
                let end = flight.end.get_or_insert_with(|| watch::Sender::new(None)).subscribe();
                Joined::Waiting(Waiting { body: flight.body.clone(), end })
            }
            Some(_) => Joined::Busy,
        }
    }

    /// Nothing panics while it is held.
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Flight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl First<'_> {
    pub(super) fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// Ends the attempt. Those that wait get the same outcome.
    pub(super) fn end(mut self, event_type: Option<&'static str>, outcome: &Outcome) {
        self.end = Some((event_type, outcome.of_duplicate()));
    }
}

impl Drop for First<'_> {
    fn drop(&mut self) {
        let flight = self.flights.lock().remove(&self.id);
        if let Some(waiting) = flight.and_then(|flight| flight.end) {
            waiting.send_replace(self.end.take());
        }
    }
}

impl Waiting {
    /// The body of the first attempt, which is the same.
    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// Waits until the first attempt has ended. It has failed if it was dropped.
    pub(super) async fn end(mut self) -> End {
        match self.end.wait_for(Option::is_some).await.as_deref() {
            Ok(Some((event_type, outcome))) => (*event_type, outcome.of_duplicate()),
            _ => (None, Outcome::Failed("the attempt that was waited for was dropped".into())),
        }
    }
}
