//! The rules of [`ReplayGuard`], checked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::{BodyDigest, BoxError, FencingToken, Lease, LeaseState, ReplayGuard, Reservation};

/// A rule that a guard breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The name of the rule, as listed at [`check_replay_guard`].
    pub rule: &'static str,
    /// What the guard did.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.found)
    }
}

/// Checks that a [`ReplayGuard`] keeps the rules, for those who implement one.
///
/// `open` returns a guard on one store, which must be empty at first. It is called several times: each guard must share the
/// store with the others, as those of several processes do. `advance` lets time pass for the store. It can wait, or set a
/// clock forward that the store reads. The time for all rules is about 30 times the TTL of a lease.
///
/// | rule | |
/// |---|---|
/// | `reserve` | An id can be reserved if it is unknown. Others do not matter. |
/// | `exclusive` | An id that is reserved is running for everything else, whatever the body. |
/// | `commit` | A committed id was handled, with the body that was reserved. |
/// | `permanent` | Nothing changes an id that was handled: no call with an earlier token, and no lease. |
/// | `release` | A released id can be reserved at once, with any body. |
/// | `abandon` | So can an abandoned one, when its lease has expired or if its leases do not expire. |
/// | `tokens` | No two reservations of an id have the same token. |
/// | `fenced` | After another reservation, the old token changes nothing. Neither does any token of an unknown id. |
/// | `expiry` | A lease lasts for its TTL. Then the id can be reserved. |
/// | `extend` | An extended lease lasts for another TTL. |
/// | `truthful` | If a call with an expired lease reports `Held`, it took effect, else it did not. |
/// | `atomic` | Of several concurrent calls, one wins. |
/// | `ids` | Ids are compared byte by byte: all of 256 visible ASCII characters. |
/// | `digests` | A digest is kept in full. |
///
/// Rules on expiry do not apply to leases without a TTL. Races show only by chance: use a runtime with several threads.
///
/// # Errors
///
/// The rules that the guard breaks.
///
/// # Panics
///
/// Outside of a Tokio runtime.
///
/// ```
/// use std::sync::Arc;
/// use webhook_receiver::MemoryGuard;
/// use webhook_receiver::testing::{block_on, check_replay_guard};
///
/// let guard = Arc::new(MemoryGuard::default());
/// block_on(check_replay_guard(async || Arc::clone(&guard), tokio::time::sleep)).unwrap();
/// ```
pub async fn check_replay_guard<G: ReplayGuard>(
    open: impl AsyncFn() -> G,
    advance: impl AsyncFn(Duration),
) -> Result<(), Vec<Violation>> {
    let (here, there) = (Instance::new(open().await), Instance::new(open().await));
    let mut violations = Vec::new();
    let mut check = |rule, result: Result<(), String>| {
        violations.extend(result.err().map(|found| Violation { rule, found }));
    };
    check("reserve", reserve(&here, &there).await);
    check("exclusive", exclusive(&here, &there).await);
    check("commit", commit(&here, &there, &open).await);
    check("permanent", permanent(&here, &there, &advance).await);
    check("release", release(&here, &there).await);
    check("abandon", abandon(&here, &there, &advance).await);
    check("tokens", tokens(&here, &there, &advance).await);
    check("fenced", fenced(&here, &there, &advance).await);
    check("expiry", expiry(&here, &there, &advance).await);
    check("extend", extend(&here, &there, &advance).await);
    check("truthful", truthful(&here, &there, &advance).await);
    check("atomic", atomic(&here, &there, &advance).await);
    check("ids", ids(&here, &there).await);
    check("digests", digests(&here, &there).await);
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

type Checked<T = ()> = Result<T, String>;

async fn reserve<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>) -> Checked {
    for (guard, id) in [(here, "reserve-1"), (here, "reserve-2"), (there, "reserve-3")] {
        guard.lease(id, b"body").await?;
    }
    Ok(())
}

async fn exclusive<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>) -> Checked {
    here.lease("exclusive", b"body").await?;
    for (guard, body) in [(here, b"body"), (here, b"else"), (there, b"body"), (there, b"else")] {
        guard.expect("exclusive", body, Reservation::Running).await?;
    }
    Ok(())
}

async fn commit<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>, open: impl AsyncFn() -> G) -> Checked {
    let token = here.lease("commit", b"body").await?.token();
    here.commit("commit", token, LeaseState::Held).await?;
    for guard in [here, there, &Instance::new(open().await)] {
        guard.expect_handled("commit", b"body").await?;
    }
    Ok(())
}

async fn permanent<G: ReplayGuard>(
    here: &Instance<G>,
    there: &Instance<G>,
    advance: impl AsyncFn(Duration),
) -> Checked {
    let lease = here.lease("permanent", b"body").await?;
    here.commit("permanent", lease.token(), LeaseState::Held).await?;
    for guard in [here, there] {
        // A repeated commit can be reported either way.
        let _ = text("commit", guard.0.commit("permanent", lease.token()).await)?;
        guard.expect_handled("permanent", b"body").await?;
        let _ = text("extend", guard.0.extend("permanent", lease.token()).await)?;
        guard.expect_handled("permanent", b"body").await?;
        guard.release("permanent", lease.token()).await?;
        guard.expect_handled("permanent", b"body").await?;
        guard.0.abandon("permanent", lease.token());
        guard.expect_handled("permanent", b"body").await?;
    }
    if let Some(ttl) = lease.ttl() {
        advance(3 * ttl).await;
        there.expect_handled("permanent", b"body").await?;
    }
    Ok(())
}

async fn release<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>) -> Checked {
    let token = here.lease("release", b"body").await?.token();
    here.release("release", token).await?;
    // Many vendors render the body again.
    let token = there.lease("release", b"else").await?.token();
    there.commit("release", token, LeaseState::Held).await?;
    here.expect_handled("release", b"else").await
}

async fn abandon<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>, advance: impl AsyncFn(Duration)) -> Checked {
    let lease = here.lease("abandon", b"body").await?;
    here.0.abandon("abandon", lease.token());
    if let Some(ttl) = lease.ttl() {
        advance(2 * ttl).await;
    }
    there.lease("abandon", b"else").await.map(drop)
}

async fn tokens<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>, advance: impl AsyncFn(Duration)) -> Checked {
    let mut tokens = Vec::new();
    for guard in [here, there, here, there, there, here] {
        let lease = guard.lease("tokens", b"body").await?;
        if tokens.contains(&lease.token()) {
            return Err(format!("{:?} was given twice", lease.token()));
        }
        tokens.push(lease.token());
        match lease.ttl() {
            Some(ttl) if tokens.len() % 2 == 0 => advance(2 * ttl).await,
            _ => guard.release("tokens", lease.token()).await?,
        }
    }
    Ok(())
}

async fn fenced<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>, advance: impl AsyncFn(Duration)) -> Checked {
    let released = here.lease("fenced-1", b"body").await?;
    here.release("fenced-1", released.token()).await?;
    superseded("fenced-1", released, here, there).await?;
    if let Some(ttl) = released.ttl() {
        let expired = here.lease("fenced-2", b"body").await?;
        advance(2 * ttl).await;
        superseded("fenced-2", expired, here, there).await?;
    }
    // A token of another id.
    here.commit("fenced-3", released.token(), LeaseState::Expired).await?;
    here.extend("fenced-3", released.token(), LeaseState::Expired).await?;
    here.release("fenced-3", released.token()).await?;
    there.lease("fenced-3", b"body").await.map(drop)
}

/// Uses a lease after another holder has reserved the id.
async fn superseded<G: ReplayGuard>(id: &str, old: Lease, here: &Instance<G>, there: &Instance<G>) -> Checked {
    let new = there.lease(id, b"else").await?;
    for guard in [here, there] {
        guard.extend(id, old.token(), LeaseState::Expired).await?;
        guard.commit(id, old.token(), LeaseState::Expired).await?;
        guard.expect(id, b"body", Reservation::Running).await?;
        guard.release(id, old.token()).await?;
        guard.expect(id, b"body", Reservation::Running).await?;
        guard.0.abandon(id, old.token());
        guard.expect(id, b"body", Reservation::Running).await?;
    }
    there.commit(id, new.token(), LeaseState::Held).await?;
    here.commit(id, old.token(), LeaseState::Expired).await?;
    here.release(id, old.token()).await?;
    here.expect_handled(id, b"else").await
}

async fn expiry<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>, advance: impl AsyncFn(Duration)) -> Checked {
    let Some(ttl) = here.lease("expiry", b"body").await?.ttl() else { return Ok(()) };
    advance(ttl / 2).await;
    there.expect("expiry", b"body", Reservation::Running).await?;
    advance(ttl).await;
    let token = there.lease("expiry", b"else").await?.token();
    here.expect("expiry", b"body", Reservation::Running).await?;
    there.commit("expiry", token, LeaseState::Held).await?;
    here.expect_handled("expiry", b"else").await
}

async fn extend<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>, advance: impl AsyncFn(Duration)) -> Checked {
    let lease = here.lease("extend", b"body").await?;
    for _ in 0..3 {
        if let Some(ttl) = lease.ttl() {
            advance(ttl * 2 / 3).await;
        }
        there.expect("extend", b"body", Reservation::Running).await?;
        here.extend("extend", lease.token(), LeaseState::Held).await?;
    }
    if let Some(ttl) = lease.ttl() {
        advance(2 * ttl).await;
        there.lease("extend", b"body").await?;
    }
    Ok(())
}

async fn truthful<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>, advance: impl AsyncFn(Duration)) -> Checked {
    let lease = here.lease("truthful-1", b"body").await?;
    let Some(ttl) = lease.ttl() else { return Ok(()) };
    advance(2 * ttl).await;
    match text("commit", here.0.commit("truthful-1", lease.token()).await)? {
        LeaseState::Held => there.expect_handled("truthful-1", b"body").await?,
        LeaseState::Expired => there.lease("truthful-1", b"body").await.map(drop)?,
    }
    let lease = here.lease("truthful-2", b"body").await?;
    advance(2 * ttl).await;
    match text("extend", here.0.extend("truthful-2", lease.token()).await)? {
        LeaseState::Held => there.expect("truthful-2", b"body", Reservation::Running).await,
        LeaseState::Expired => there.lease("truthful-2", b"body").await.map(drop),
    }
}

async fn atomic<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>, advance: impl AsyncFn(Duration)) -> Checked {
    let mut ttl = None;
    for round in 0..20 {
        ttl = race(&format!("atomic-{round}"), here, there).await?.ttl();
    }
    let Some(ttl) = ttl else { return Ok(()) };
    let rounds: Vec<String> = (0..20).map(|round| format!("atomic-expired-{round}")).collect();
    let mut leases = Vec::new();
    for id in &rounds {
        leases.push(here.lease(id, b"body").await?);
    }
    advance(2 * ttl).await;
    for (id, lease) in rounds.iter().zip(leases) {
        // The old holder comes back while another one takes over.
        let (guard, owned, token) = (Arc::clone(&here.0), id.clone(), lease.token());
        let old = tokio::spawn(async move { guard.commit(&owned, token).await });
        let (guard, owned) = (Arc::clone(&there.0), id.clone());
        let new = tokio::spawn(async move { guard.reserve(&owned, &BodyDigest::of(b"body")).await });
        let old = text("commit", old.await.map_err(|error| error.to_string())?)?;
        let new = text("reserve", new.await.map_err(|error| error.to_string())?)?;
        match (old, new) {
            (LeaseState::Held, Reservation::Reserved(_)) => {
                return Err("a commit and a reservation of one id have both succeeded".to_owned());
            }
            (LeaseState::Expired, Reservation::Handled(_)) => {
                return Err("a commit that was refused took effect".to_owned());
            }
            _ => {}
        }
    }
    for round in 0..20 {
        here.lease(&format!("atomic-again-{round}"), b"body").await?;
    }
    advance(2 * ttl).await;
    for round in 0..20 {
        race(&format!("atomic-again-{round}"), here, there).await?;
    }
    Ok(())
}

/// Reserves an id several times at once.
async fn race<G: ReplayGuard>(id: &str, here: &Instance<G>, there: &Instance<G>) -> Checked<Lease> {
    let mut tasks = JoinSet::new();
    for guard in [here, there, here, there, here, there] {
        let (guard, id) = (Arc::clone(&guard.0), id.to_owned());
        tasks.spawn(async move { guard.reserve(&id, &BodyDigest::of(b"body")).await });
    }
    let mut leases = Vec::new();
    while let Some(result) = tasks.join_next().await {
        match text("reserve", result.map_err(|error| error.to_string())?)? {
            Reservation::Reserved(lease) => leases.push(lease),
            Reservation::Running => {}
            Reservation::Handled(_) => return Err("an id that is reserved counts as handled".to_owned()),
        }
    }
    match leases[..] {
        [lease] => Ok(lease),
        _ => Err(format!("{} of 6 concurrent calls have reserved an id", leases.len())),
    }
}

async fn ids<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>) -> Checked {
    let visible: String = (0x21..0x7f_u8).map(char::from).collect();
    let long = "x".repeat(255);
    let ids = [
        visible.clone(),
        visible.to_ascii_lowercase(),
        "ids-A".to_owned(),
        "ids-a".to_owned(),
        "ids-".to_owned(),
        "ids-%".to_owned(),
        "ids-_".to_owned(),
        "ids-*".to_owned(),
        "0".to_owned(),
        "00".to_owned(),
        format!("{long}x"),
        format!("{long}y"),
        long,
    ];
    for id in &ids {
        let token = here.lease(id, id.as_bytes()).await?.token();
        here.commit(id, token, LeaseState::Held).await?;
    }
    for id in &ids {
        there.expect_handled(id, id.as_bytes()).await?;
    }
    Ok(())
}

async fn digests<G: ReplayGuard>(here: &Instance<G>, there: &Instance<G>) -> Checked {
    let ends = |first, last| {
        let mut bytes = [0; 32];
        (bytes[0], bytes[31]) = (first, last);
        bytes
    };
    for (number, bytes) in [[0; 32], [0xff; 32], [b'\''; 32], ends(1, 0), ends(0, 1)].into_iter().enumerate() {
        let (id, digest) = (format!("digests-{number}"), BodyDigest::from_bytes(bytes));
        let Reservation::Reserved(lease) = text("reserve", here.0.reserve(&id, &digest).await)? else {
            return Err("an unknown id cannot be reserved".to_owned());
        };
        here.commit(&id, lease.token(), LeaseState::Held).await?;
        there.expect(&id, b"body", Reservation::Handled(digest)).await?;
    }
    Ok(())
}

/// One guard on the store.
struct Instance<G>(Arc<G>);

impl<G: ReplayGuard> Instance<G> {
    fn new(guard: G) -> Self {
        Self(Arc::new(guard))
    }

    async fn reserve(&self, id: &str, body: &[u8]) -> Checked<Reservation> {
        text("reserve", self.0.reserve(id, &BodyDigest::of(body)).await)
    }

    async fn lease(&self, id: &str, body: &[u8]) -> Checked<Lease> {
        match self.reserve(id, body).await? {
            Reservation::Reserved(lease) => Ok(lease),
            other => Err(format!("`reserve` should reserve `{id}`, and returned {other:?}")),
        }
    }

    async fn expect(&self, id: &str, body: &[u8], expected: Reservation) -> Checked {
        let found = self.reserve(id, body).await?;
        if found == expected {
            return Ok(());
        }
        Err(format!("`reserve` should return {expected:?} for `{id}`, and returned {found:?}"))
    }

    /// With this body, whichever is sent now.
    async fn expect_handled(&self, id: &str, body: &[u8]) -> Checked {
        for sent in [body, b"another"] {
            self.expect(id, sent, Reservation::Handled(BodyDigest::of(body))).await?;
        }
        Ok(())
    }

    async fn extend(&self, id: &str, token: FencingToken, expected: LeaseState) -> Checked {
        same("extend", id, expected, text("extend", self.0.extend(id, token).await)?)
    }

    async fn commit(&self, id: &str, token: FencingToken, expected: LeaseState) -> Checked {
        same("commit", id, expected, text("commit", self.0.commit(id, token).await)?)
    }

    async fn release(&self, id: &str, token: FencingToken) -> Checked {
        text("release", self.0.release(id, token).await)
    }
}

fn same(method: &str, id: &str, expected: LeaseState, found: LeaseState) -> Checked {
    if found == expected {
        return Ok(());
    }
    Err(format!("`{method}` should return {expected:?} for `{id}`, and returned {found:?}"))
}

fn text<T>(method: &str, result: Result<T, BoxError>) -> Checked<T> {
    result.map_err(|error| format!("`{method}` has failed: {error}"))
}
