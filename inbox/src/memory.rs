//! A store in memory, for tests.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use webhook_receiver::{BodyDigest, BoxError, LeaseState};

use crate::store::{
    Claim, ClaimId, ClaimRequest, ClaimToken, Clock, ERASED, Entry, FIRST_SEQUENCE, Finish, Finished, Identity,
    Imported, Inserted, Key, Known, Merge, NewEntry, Order, PROBE_ENDPOINT, Page, Part, Replayed, Retention, Selection,
    State, Stats, Store, StoreError, Verdict, Version, within,
};

/// A [`Store`] in memory, for tests: a restart forgets everything. Clones share it.
///
/// Its transaction is a [`MemoryTable`].
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    clock: Clock,
    tables: Arc<Mutex<Tables>>,
}

/// The data of handlers in a [`MemoryStore`]: a map from names to texts.
pub type MemoryTable = BTreeMap<String, String>;

/// A change of a [`MemoryTable`]. A function becomes one.
pub struct MemoryEffect(Change);

type Change = Box<dyn FnOnce(&mut MemoryTable) -> Result<(), BoxError> + Send>;

impl<F> From<F> for MemoryEffect
where
    F: FnOnce(&mut MemoryTable) -> Result<(), BoxError> + Send + 'static,
{
    fn from(change: F) -> Self {
        Self(Box::new(change))
    }
}

impl fmt::Debug for MemoryEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryEffect").finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store with another clock than that of the system.
    pub fn with_clock(clock: Clock) -> Self {
        Self { clock, tables: Arc::default() }
    }

    /// What the handlers have written.
    pub fn table(&self) -> MemoryTable {
        self.lock().data.clone()
    }

    /// Effects are undone if they panic, see [`Tables::apply`].
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Tables {
    id: String,
    incoming: Option<String>,
    last: u64,
    last_imported: u64,
    by_key: HashMap<Key, u64>,
    rows: BTreeMap<u64, Row>,
    paused: HashSet<String>,
    /// The highest version that is done, and when, by endpoint and key of order.
    versions: HashMap<(String, String), (i64, i64)>,
    data: MemoryTable,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            id: format!("{:032x}", fastrand::u128(..)),
            incoming: None,
            last: FIRST_SEQUENCE - 1,
            last_imported: 0,
            by_key: HashMap::new(),
            rows: BTreeMap::new(),
            paused: HashSet::new(),
            versions: HashMap::new(),
            data: MemoryTable::new(),
        }
    }
}

/// Times are in milliseconds since 1970.
#[derive(Debug)]
struct Row {
    key: Key,
    digest: BodyDigest,
    received: i64,
    state: State,
    event_type: Option<String>,
    order: Option<Order>,
    attempts: u32,
    token: u64,
    /// When it can be claimed, if it is pending; when its lease lapses, if it is running; else when it became what it is.
    at: i64,
    reason: Option<String>,
    bytes: Option<Bytes>,
}

impl Row {
    fn entry(&self, sequence: u64, with_bytes: bool) -> Entry {
        Entry {
            sequence,
            key: self.key.clone(),
            state: self.state,
            digest: self.digest,
            received: Clock::time(self.received),
            at: Some(Clock::time(self.at)).filter(|_| self.state != State::Done),
            event_type: self.event_type.clone(),
            order: self.order.clone(),
            attempts: self.attempts,
            reason: self.reason.clone(),
            size: self.bytes.as_ref().map(|bytes| bytes.len() as u64),
            bytes: self.bytes.clone().filter(|_| with_bytes),
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.state, State::Pending | State::Running)
    }

    fn order_key(&self) -> Option<&str> {
        self.order.as_ref().map(|order| &order.key[..])
    }

    fn end(&mut self, state: State, at: i64, reason: Option<String>) {
        (self.state, self.at, self.reason) = (state, at, reason);
    }

    fn mark_done(&mut self, now: i64) {
        self.end(State::Done, now, None);
        self.remove_body();
        self.attempts = 0;
    }

    fn erase(&mut self, now: i64, reason: &str) {
        self.end(State::Dead, now, Some(reason.to_owned()));
        self.remove_body();
    }

    fn remove_body(&mut self) {
        (self.bytes, self.event_type, self.order) = (None, None, None);
    }
}

impl Tables {
    fn insert(&mut self, row: Row) -> Inserted {
        if let Some(known) = self.by_key.get(&row.key) {
            let is_same = self.rows[known].digest == row.digest;
            return if is_same { Inserted::Duplicate } else { Inserted::Conflict };
        }
        self.last += 1;
        self.by_key.insert(row.key.clone(), self.last);
        self.rows.insert(self.last, row);
        Inserted::New
    }

    /// After all that was imported, and before all that was accepted.
    fn place(&mut self, row: Row) {
        self.last_imported += 1;
        if let Some(before) = self.by_key.insert(row.key.clone(), self.last_imported) {
            self.rows.remove(&before);
        }
        self.rows.insert(self.last_imported, row);
    }

    fn import(&mut self, entry: Entry, now: i64) -> Imported {
        let known = self.by_key.get(&entry.key).copied();
        let Some((sequence, row)) = known.and_then(|known| Some((known, self.rows.get_mut(&known)?))) else {
            self.place(imported(entry, now));
            return Imported::Stored;
        };
        let (has_body, reason) = (row.bytes.is_some(), row.reason.as_deref());
        match entry.merge(&Known { state: row.state, digest: row.digest, has_body, reason }) {
            Merge::Replace => {
                let row = Row { received: row.received, token: row.token, ..imported(entry, now) };
                self.place(row);
            }
            Merge::Place => {
                if let Some(row) = self.rows.remove(&sequence) {
                    self.place(row);
                }
                return Imported::HasBody;
            }
            Merge::MarkDone => row.mark_done(now),
            Merge::Erase => row.erase(now, ERASED),
            Merge::Keep(imported) => return imported,
        }
        Imported::Stored
    }

    fn claimable(&self, request: &ClaimRequest, now: i64) -> Vec<u64> {
        if self.incoming.is_some() || self.paused.contains(&request.endpoint) {
            return Vec::new();
        }
        let of_endpoint =
            |state| self.rows.iter().filter(move |(_, row)| row.key.endpoint == request.endpoint && row.state == state);
        let state = if request.lapsed { State::Running } else { State::Pending };
        // One that is running holds back all that wait, also those that were accepted before it and replayed since.
        let mut orders: HashSet<_> =
            of_endpoint(State::Running).filter(|_| !request.lapsed).filter_map(|(_, row)| row.order_key()).collect();
        let mut found: Vec<(i64, u64)> = Vec::new();
        for (&sequence, row) in of_endpoint(state) {
            let is_first = row.order_key().is_none_or(|order| orders.insert(order));
            if is_first && row.at <= now && request.event_types.contains(row.event_type.as_deref()) {
                found.push((row.at, sequence));
            }
        }
        found.sort_unstable();
        let mut fits = within(request.max_bytes);
        let fits = |sequence: &u64| fits(self.rows[sequence].bytes.as_ref().map_or(0, |bytes| bytes.len() as u64));
        found.into_iter().map(|(_, sequence)| sequence).take(request.limit).take_while(fits).collect()
    }

    fn is_superseded(&self, row: &Row) -> bool {
        let version = row.order.as_ref().and_then(|order| Some((order, order.version?)));
        version.is_some_and(|(order, version)| {
            let done = self.versions.get(&(row.key.endpoint.clone(), order.key.clone()));
            done.is_some_and(|(done, _)| *done > version)
        })
    }

    fn claimed(&mut self, claim: &ClaimId) -> Option<&mut Row> {
        let row = self.rows.get_mut(self.by_key.get(&claim.key)?)?;
        Some(row).filter(|row| row.state == State::Running && row.token == claim.token.get())
    }

    fn finish(&mut self, finish: Finish<MemoryEffect>, now: i64) -> Finished {
        let Finish { claim, verdict } = finish;
        let Some(row) = self.claimed(&claim) else { return Finished::Fenced };
        match verdict {
            Verdict::Done(effects) => {
                let order = row.order.clone();
                if let Err(error) = self.apply(effects) {
                    return Finished::EffectFailed(error);
                }
                if let Some((order, version)) = order.and_then(|order| Some((order.key, order.version?))) {
                    let done = self.versions.entry((claim.key.endpoint.clone(), order)).or_insert((version, now));
                    *done = (done.0.max(version), now);
                }
                if let Some(row) = self.claimed(&claim) {
                    row.mark_done(now);
                }
            }
            Verdict::Retry { after, reason } => row.end(State::Pending, later(now, after), Some(reason)),
            Verdict::Release => {
                row.end(State::Pending, now, row.reason.clone());
                row.attempts = row.attempts.saturating_sub(1);
            }
            Verdict::Dead { reason } => row.end(State::Dead, now, Some(reason)),
            Verdict::Unrouted { reason } => row.end(State::Unrouted, now, Some(reason)),
        }
        Finished::Applied
    }

    /// All effects or none.
    fn apply(&mut self, effects: Vec<MemoryEffect>) -> Result<(), BoxError> {
        if effects.is_empty() {
            return Ok(());
        }
        let mut data = self.data.clone();
        for MemoryEffect(effect) in effects {
            effect(&mut data)?;
        }
        self.data = data;
        Ok(())
    }

    fn purge(&mut self, retention: &Retention, limit: usize, now: i64) -> u64 {
        let mut left = limit;
        let mut take = |is_meant: bool| {
            let take = is_meant && left > 0;
            left -= usize::from(take);
            take
        };
        let before = |retention| now.saturating_sub(millis(retention));
        for row in self.rows.values_mut() {
            let is_old = match row.state {
                State::Dead => row.at <= before(retention.of_dead()),
                State::Unrouted => row.at <= before(retention.of_unrouted()),
                State::Pending | State::Running | State::Done => false,
            };
            if take(is_old && row.bytes.is_some()) {
                row.reason = None;
                row.remove_body();
            }
        }
        let oldest = before(retention.of_seen());
        let by_key = &mut self.by_key;
        self.rows.retain(|_, row| {
            let forget = take(!row.is_open() && row.bytes.is_none() && row.received <= oldest);
            if forget {
                by_key.remove(&row.key);
            }
            !forget
        });
        self.versions.retain(|_, (_, at)| !take(*at <= oldest));
        (limit - left) as u64
    }
}

impl Store for MemoryStore {
    type Effect = MemoryEffect;

    async fn insert(&self, batch: Vec<NewEntry>) -> Result<Vec<Inserted>, StoreError> {
        let now = self.clock.millis()?;
        let mut tables = self.lock();
        let row = |NewEntry { key, digest, event_type, order, bytes }| Row {
            key,
            digest,
            received: now,
            state: State::Pending,
            event_type,
            order,
            attempts: 0,
            token: 0,
            at: now,
            reason: None,
            bytes: Some(bytes),
        };
        Ok(batch.into_iter().map(|entry| tables.insert(row(entry))).collect())
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, StoreError> {
        let now = self.clock.millis()?;
        let tables = &mut *self.lock();
        let claimable = tables.claimable(request, now);
        let claims = claimable.into_iter().filter_map(|sequence| {
            let superseded = tables.is_superseded(tables.rows.get(&sequence)?);
            let row = tables.rows.get_mut(&sequence)?;
            row.state = State::Running;
            row.token += 1;
            row.attempts += 1;
            row.at = later(now, request.lease);
            Some(Claim {
                id: ClaimId { key: row.key.clone(), token: ClaimToken::new(row.token) },
                attempt: row.attempts,
                event_type: row.event_type.clone(),
                age: Duration::from_millis(now.saturating_sub(row.received).try_into().unwrap_or_default()),
                superseded,
                bytes: row.bytes.clone()?,
            })
        });
        Ok(claims.collect())
    }

    async fn has_claimable(&self, request: &ClaimRequest) -> Result<bool, StoreError> {
        let now = self.clock.millis()?;
        Ok(!self.lock().claimable(request, now).is_empty())
    }

    async fn extend(&self, claims: &[ClaimId], lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        let now = self.clock.millis()?;
        let mut tables = self.lock();
        let extend = |claim| match tables.claimed(claim) {
            Some(row) => {
                row.at = later(now, lease);
                LeaseState::Held
            }
            None => LeaseState::Expired,
        };
        Ok(claims.iter().map(extend).collect())
    }

    async fn finish(&self, batch: Vec<Finish<MemoryEffect>>) -> Result<Vec<Finished>, StoreError> {
        let now = self.clock.millis()?;
        let mut tables = self.lock();
        Ok(batch.into_iter().map(|finish| tables.finish(finish, now)).collect())
    }

    async fn list(&self, selection: &Selection, page: &Page) -> Result<Vec<Entry>, StoreError> {
        let tables = self.lock();
        let entries = tables.rows.range(page.after.saturating_add(1)..);
        let entries = entries.map(|(&sequence, row)| row.entry(sequence, page.max_bytes.is_some()));
        let mut fits = within(page.max_bytes.unwrap_or(u64::MAX));
        let entries = entries.filter(|entry| selection.contains(entry)).take(page.limit);
        Ok(entries.take_while(|entry| fits(entry.size.unwrap_or(0))).collect())
    }

    async fn replay(&self, selection: &Selection, part: Part, limit: usize) -> Result<Replayed, StoreError> {
        let now = self.clock.millis()?;
        let tables = &mut *self.lock();
        let Part { after, last } = part;
        let mut replayed = Replayed { count: 0, rest: Part { after, last: last.min(tables.last) } };
        if last <= after {
            return Ok(replayed);
        }
        let is_meant = |&(&sequence, ref row): &(&u64, &mut Row)| {
            let is_waiting = row.state == State::Pending && row.at > now && selection.replays_waiting();
            (is_waiting || matches!(row.state, State::Dead | State::Unrouted))
                && row.bytes.is_some()
                && selection.contains(&row.entry(sequence, false))
        };
        for (&sequence, row) in tables.rows.range_mut(after + 1..=last).filter(is_meant).take(limit) {
            row.end(State::Pending, now, None);
            row.attempts = 0;
            replayed.count += 1;
            replayed.rest.after = sequence;
        }
        Ok(replayed)
    }

    async fn erase(&self, keys: &[Key], reason: &str) -> Result<u64, StoreError> {
        let now = self.clock.millis()?;
        let tables = &mut *self.lock();
        let mut count = 0;
        for sequence in keys.iter().filter_map(|key| tables.by_key.get(key)) {
            let Some(row) = tables.rows.get_mut(sequence).filter(|row| row.bytes.is_some()) else { continue };
            row.erase(now, reason);
            count += 1;
        }
        Ok(count)
    }

    async fn set_paused(&self, endpoint: &str, is_paused: bool) -> Result<(), StoreError> {
        let mut tables = self.lock();
        if is_paused {
            tables.paused.insert(endpoint.to_owned());
        } else {
            tables.paused.remove(endpoint);
        }
        Ok(())
    }

    async fn purge(&self, retention: &Retention, limit: usize) -> Result<u64, StoreError> {
        let now = self.clock.millis()?;
        Ok(self.lock().purge(retention, limit, now))
    }

    async fn stats(&self, endpoint: &str) -> Result<Stats, StoreError> {
        let now = self.clock.millis()?;
        let tables = self.lock();
        let (is_paused, is_moving) = (tables.paused.contains(endpoint), tables.incoming.is_some());
        let mut stats = Stats { is_paused, is_moving, ..Stats::default() };
        for row in tables.rows.values().filter(|row| row.key.endpoint == endpoint) {
            match row.state {
                State::Pending => {
                    stats.pending += 1;
                    stats.retrying += u64::from(row.attempts > 0);
                }
                State::Running => stats.running += 1,
                State::Dead => stats.dead += 1,
                State::Unrouted => stats.unrouted += 1,
                State::Done => {}
            }
            if row.is_open() {
                let age = Duration::from_millis(now.saturating_sub(row.received).try_into().unwrap_or_default());
                stats.oldest = stats.oldest.max(Some(age));
            }
        }
        Ok(stats)
    }

    async fn endpoints(&self) -> Result<Vec<String>, StoreError> {
        let tables = self.lock();
        let used = tables.by_key.keys().map(|key| &key.endpoint).chain(&tables.paused);
        Ok(used.filter(|endpoint| *endpoint != PROBE_ENDPOINT).cloned().collect::<BTreeSet<_>>().into_iter().collect())
    }

    async fn import(&self, entries: Vec<Entry>) -> Result<Vec<Imported>, StoreError> {
        let now = self.clock.millis()?;
        let mut tables = self.lock();
        Ok(entries.into_iter().map(|entry| tables.import(entry, now)).collect())
    }

    async fn identity(&self) -> Result<Identity, StoreError> {
        let tables = self.lock();
        Ok(Identity { id: tables.id.clone(), incoming: tables.incoming.clone() })
    }

    async fn set_incoming(&self, from: Option<&str>) -> Result<(), StoreError> {
        self.lock().incoming = from.map(str::to_owned);
        Ok(())
    }

    async fn versions(&self, after: Option<(&str, &str)>, limit: usize) -> Result<Vec<Version>, StoreError> {
        let tables = self.lock();
        let mut versions: Vec<Version> = tables
            .versions
            .iter()
            .filter(|((endpoint, key), _)| after.is_none_or(|after| (&endpoint[..], &key[..]) > after))
            .map(|((endpoint, key), (version, at))| Version {
                endpoint: endpoint.clone(),
                key: key.clone(),
                version: *version,
                at: Clock::time(*at),
            })
            .collect();
        versions.sort_unstable_by(|a, b| (&a.endpoint, &a.key).cmp(&(&b.endpoint, &b.key)));
        versions.truncate(limit);
        Ok(versions)
    }

    async fn import_versions(&self, versions: Vec<Version>) -> Result<(), StoreError> {
        let mut tables = self.lock();
        for Version { endpoint, key, version, at } in versions {
            let at = Clock::millis_of(at);
            let known = tables.versions.entry((endpoint, key)).or_insert((version, at));
            *known = (known.0.max(version), known.1.max(at));
        }
        Ok(())
    }
}

fn imported(entry: Entry, now: i64) -> Row {
    let Entry { sequence: _, key, state, digest, received, at, event_type, order, attempts, reason, size: _, bytes } =
        entry;
    let state = if state == State::Running { State::Pending } else { state };
    let (received, at) = (Clock::millis_of(received), at.map_or(now, Clock::millis_of));
    Row { key, digest, received, state, event_type, order, attempts, token: 0, at, reason, bytes }
}

fn later(now: i64, after: Duration) -> i64 {
    now.saturating_add(millis(after))
}

fn millis(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}
