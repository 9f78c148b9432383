//! One attempt to handle a delivery.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument, info_span};
use webhook_receiver::{BoxError, Fallback, Outcome, StoredDelivery, Webhooks};

use crate::batch::NotWritten;
use crate::effects::{Attached, Attempt, Collected};
use crate::metrics;
use crate::shared::{Call, Phase, Shared};
use crate::store::{Claim, ClaimId, Finish, Finished, Store, Verdict, crash_point};
use crate::unwind::{Panicked, unwinding};

/// How long an attempt keeps its place if the memory for decoded values is in use.
const PAUSE: Duration = Duration::from_secs(1);
/// A reason is at most this long.
const MAX_REASON_CHARS: usize = 500;

/// What an attempt occupies.
pub(crate) struct Places {
    /// Until its handler has finished.
    pub(crate) handling: OwnedSemaphorePermit,
    /// The same among those of its event type.
    pub(crate) limited: Option<OwnedSemaphorePermit>,
    /// Until its end is stored.
    pub(crate) claimed: OwnedSemaphorePermit,
}

/// Handles a delivery in a task of its own. `None` if it is being handled here already.
pub(crate) fn start<S: Store, W: Webhooks>(
    shared: &Arc<Shared<S, W>>,
    claim: Claim,
    places: Places,
) -> Option<JoinHandle<()>> {
    let key = claim.id.key.clone();
    if !shared.held.begin(&claim) {
        tracing::warn!(
            endpoint = key.endpoint,
            id = key.id,
            "the lease of a webhook has lapsed while its handler runs"
        );
        return None;
    }
    let span = info_span!("webhook_attempt", endpoint = key.endpoint, id = key.id, attempt = claim.attempt);
    let this = Arc::clone(shared);
    let task = tokio::spawn(
        async move {
            let claimed = Instant::now();
            let (key, age) = (claim.id.key.clone(), claim.age);
            let age = || age + claimed.elapsed();
            let ended = run(&this, claim).await;
            let claim = this.held.end(&key);
            let Places { handling, limited, claimed: place } = places;
            drop((handling, limited));
            if let Some(claim) = claim {
                match ended {
                    Some(ended) => finish(&this, &claim, ended, age).await,
                    // The handler has done it.
                    None => metrics::finished(&this.settings.endpoint, "done", age()),
                }
                this.held.remove(&claim);
            }
            drop(place);
            this.held.ended.notify_one();
            this.progressed();
            if this.settings.order.is_some() {
                // The next one with the same key can be claimed.
                this.wake.notify_one();
            }
        }
        .instrument(span),
    );
    shared.held.set_task(&key, task.abort_handle());
    Some(task)
}

/// What has become of an attempt, and whether it can be tried again if the end fails.
struct Ended<E> {
    verdict: Verdict<E>,
    attempt: u32,
}

/// Returns how the claim must end. `None` if the handler has ended it.
async fn run<S: Store, W: Webhooks>(shared: &Shared<S, W>, claim: Claim) -> Option<Ended<S::Effect>> {
    let attempt = claim.attempt;
    let ended = |verdict| Some(Ended { verdict, attempt });
    if shared.phase() == Phase::Stopped {
        // The claim was on its way when the inbox stopped.
        return ended(Verdict::Release);
    }
    if attempt > shared.settings.max_attempts {
        // It has not failed, or it would be dead already.
        let reason = format!("the process ended in attempt {}", attempt - 1);
        return ended(Verdict::Dead { reason });
    }
    if claim.superseded {
        tracing::info!("a webhook is superseded by a later one");
        return ended(Verdict::Done(Vec::new()));
    }
    let effects = Collected::new();
    let handling = Attempt::new(claim.id, &effects);
    let stored = match StoredDelivery::from_bytes(claim.bytes) {
        Ok(stored) => stored.attach(Arc::new(Attached(Arc::clone(&handling)))),
        Err(error) => return ended(failed(shared, attempt, &error.into())),
    };
    crash_point("attempt: counted, before the handler");
    // The receiver catches panics of handlers. This catches those of decoders.
    let outcome = timeout(shared.settings.attempt_timeout, unwinding(shared.service.run_stored(stored))).await;
    crash_point("attempt: after the handler");
    ended(match outcome {
        Ok(Ok(Outcome::Handled | Outcome::Unrouted { fallback: Some(Fallback::Handled), .. })) => {
            let effects = effects.take();
            if handling.is_ended() && effects.is_empty() {
                return None;
            }
            Verdict::Done(effects)
        }
        Ok(Ok(Outcome::Unrouted { reason, .. })) => Verdict::Unrouted { reason: cut(&reason.to_string()) },
        Ok(Ok(Outcome::Failed(error))) => failed(shared, attempt, &error),
        // No handler has run. Its place stays occupied for a while, so that fewer deliveries compete for the memory.
        Ok(Ok(Outcome::Overloaded)) => {
            sleep(PAUSE).await;
            Verdict::Release
        }
        Ok(Ok(other)) => failed(shared, attempt, &other.to_string().into()),
        Ok(Err(Panicked)) => failed(shared, attempt, &"the receiver panicked".into()),
        Err(_) => {
            let limit = shared.settings.attempt_timeout;
            failed(shared, attempt, &format!("the handler took longer than {limit:?}").into())
        }
    })
}

fn failed<S: Store, W: Webhooks, E>(shared: &Shared<S, W>, attempt: u32, error: &BoxError) -> Verdict<E> {
    let reason = cut(&error.to_string());
    if attempt >= shared.settings.max_attempts {
        return Verdict::Dead { reason };
    }
    Verdict::Retry { after: shared.settings.backoff.after_with_jitter(attempt), reason }
}

/// Ends a claim, and tries until the store has it or something else has claimed the entry.
async fn finish<S: Store, W: Webhooks>(
    shared: &Shared<S, W>,
    claim: &ClaimId,
    ended: Ended<S::Effect>,
    age: impl Fn() -> Duration,
) {
    let Ended { mut verdict, attempt } = ended;
    let mut delay = Duration::from_millis(50);
    loop {
        let name = name(&verdict);
        let again = without_effects(shared, &verdict, attempt);
        let dead = if let Verdict::Dead { reason } = &verdict { Some(reason.clone()) } else { None };
        match shared.finishes.write(Finish { claim: claim.clone(), verdict }).await {
            Ok(Finished::Applied) => {
                crash_point("attempt: its end is committed");
                if let Some(reason) = dead {
                    tracing::error!(reason, "a webhook is dead");
                }
                metrics::finished(&shared.settings.endpoint, name, age());
                return;
            }
            Ok(Finished::Fenced) => {
                tracing::warn!("a webhook was claimed by another worker or erased while its handler ran");
                metrics::finished(&shared.settings.endpoint, "fenced", age());
                return;
            }
            Ok(Finished::Released) => {
                tracing::warn!(
                    "the effects of a webhook could not be made after those of another one; it is handled again"
                );
                metrics::finished(&shared.settings.endpoint, "release", age());
                shared.wake.notify_one();
                return;
            }
            Ok(Finished::EffectFailed(error)) => {
                verdict = failed(shared, attempt, &format!("an effect failed: {error}").into());
            }
            Err(error) => {
                if let NotWritten::Failed(error) = error {
                    tracing::error!(%error, "the end of a webhook's attempt cannot be stored yet");
                    let _ = shared.observe(Call::Work, Err::<(), _>(error));
                }
                verdict = again;
                sleep(delay).await;
                delay = (2 * delay).min(Duration::from_secs(5));
            }
        }
    }
}

/// The verdict to try again with. Effects are gone after one try: if that was in vain, the attempt has failed.
fn without_effects<S: Store, W: Webhooks, E>(shared: &Shared<S, W>, verdict: &Verdict<E>, attempt: u32) -> Verdict<E> {
    match verdict {
        Verdict::Done(effects) if effects.is_empty() => Verdict::Done(Vec::new()),
        Verdict::Done(_) => failed(shared, attempt, &"the store failed while the effects were made".into()),
        Verdict::Retry { after, reason } => Verdict::Retry { after: *after, reason: reason.clone() },
        Verdict::Release => Verdict::Release,
        Verdict::Dead { reason } => Verdict::Dead { reason: reason.clone() },
        Verdict::Unrouted { reason } => Verdict::Unrouted { reason: reason.clone() },
    }
}

fn name<E>(verdict: &Verdict<E>) -> &'static str {
    match verdict {
        Verdict::Done(_) => "done",
        Verdict::Retry { .. } => "retry",
        Verdict::Release => "release",
        Verdict::Dead { .. } => "dead",
        Verdict::Unrouted { .. } => "unrouted",
    }
}

/// A reason goes into logs and databases.
fn cut(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(MAX_REASON_CHARS).collect()
}
