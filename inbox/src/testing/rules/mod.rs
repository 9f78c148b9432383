//! The rules of a store, each as a function that does not know of others.

pub(super) mod claims;
pub(super) mod ends;
pub(super) mod entries;
pub(super) mod operations;
pub(super) mod order;
pub(super) mod transfer;

use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;
use webhook_receiver::{BodyDigest, LeaseState};

use super::Subject;
use crate::store::{
    Claim, ClaimId, ClaimRequest, Entry, EventTypes, Finish, Finished, Inserted, Key, NewEntry, Order, Page, Selection,
    Stats, Store, Verdict,
};

pub(super) const LEASE: Duration = Duration::from_secs(30);
pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const DAY: Duration = Duration::from_hours(24);

pub(super) type Checked<T = ()> = Result<T, String>;
pub(super) type Effect<T> = <<T as Subject>::Store as Store>::Effect;

/// A store under test, opened twice. Each rule has an endpoint of its own.
pub(super) struct Bench<'a, T: Subject> {
    pub(super) subject: &'a T,
    pub(super) here: T::Store,
    pub(super) there: T::Store,
    pub(super) endpoint: &'static str,
}

impl<'a, T: Subject> Bench<'a, T> {
    pub(super) async fn new(subject: &'a T) -> Self {
        Self { subject, here: subject.open().await, there: subject.open().await, endpoint: "" }
    }

    pub(super) fn begin(&mut self, rule: &'static str) {
        self.endpoint = rule;
    }

    pub(super) async fn advance(&self, by: Duration) {
        self.subject.advance(by).await;
    }

    pub(super) fn key(&self, id: &str) -> Key {
        Key::new(self.endpoint, id)
    }

    /// The bytes and the digest are those of the id.
    pub(super) fn new_entry(&self, id: &str) -> NewEntry {
        NewEntry {
            key: self.key(id),
            digest: BodyDigest::of(id.as_bytes()),
            event_type: None,
            order: None,
            bytes: Bytes::copy_from_slice(id.as_bytes()),
        }
    }

    pub(super) fn of_type(&self, id: &str, event_type: &str) -> NewEntry {
        NewEntry { event_type: Some(event_type.to_owned()), ..self.new_entry(id) }
    }

    pub(super) fn ordered(&self, id: &str, key: &str, version: Option<i64>) -> NewEntry {
        NewEntry { order: Some(Order { key: key.to_owned(), version }), ..self.new_entry(id) }
    }

    /// One at a time, so that they are accepted in this order.
    pub(super) async fn insert(&self, entries: impl IntoIterator<Item = NewEntry>) -> Checked {
        for entry in entries {
            let id = entry.key.id.clone();
            expect(&format!("insert {id}"), &ok("insert", self.here.insert(vec![entry]).await)?, &vec![Inserted::New])?;
        }
        Ok(())
    }

    pub(super) async fn insert_ids(&self, ids: &[&str]) -> Checked {
        self.insert(ids.iter().map(|id| self.new_entry(id))).await
    }

    pub(super) fn request(&self, limit: usize) -> ClaimRequest {
        let event_types = EventTypes::Except(Vec::new());
        let endpoint = self.endpoint.to_owned();
        ClaimRequest { endpoint, event_types, lapsed: false, limit, max_bytes: u64::MAX, lease: LEASE }
    }

    /// Claims entries, first those whose lease has lapsed.
    pub(super) async fn claim(&self, store: &T::Store, limit: usize) -> Checked<Vec<Claim>> {
        let mut claims = self.claim_by(store, ClaimRequest { lapsed: true, ..self.request(limit) }).await?;
        claims.extend(self.claim_by(store, self.request(limit.saturating_sub(claims.len()))).await?);
        Ok(claims)
    }

    pub(super) async fn claim_by(&self, store: &T::Store, request: ClaimRequest) -> Checked<Vec<Claim>> {
        ok("claim", store.claim(&request).await)
    }

    /// Claims this number of entries. There must be as many.
    pub(super) async fn claim_many(&self, store: &T::Store, count: usize) -> Checked<Vec<Claim>> {
        let claims = self.claim(store, count).await?;
        expect("the number of claims", &claims.len(), &count)?;
        Ok(claims)
    }

    /// Claims what there is, which must be the entry with this id.
    pub(super) async fn claim_only(&self, store: &T::Store, id: &str) -> Checked<Claim> {
        let mut claims = self.claim(store, 10).await?;
        expect("what can be claimed", &ids(&claims), &vec![id.to_owned()])?;
        Ok(claims.remove(0))
    }

    pub(super) async fn claim_nothing(&self, store: &T::Store) -> Checked {
        expect("what can be claimed", &ids(&self.claim(store, 10).await?), &Vec::new())
    }

    pub(super) async fn finish(
        &self,
        store: &T::Store,
        claim: &ClaimId,
        verdict: Verdict<Effect<T>>,
    ) -> Checked<Finished> {
        let finish = Finish { claim: claim.clone(), verdict };
        let mut finished = ok("finish", store.finish(vec![finish]).await)?;
        expect("results of finish", &finished.len(), &1)?;
        Ok(finished.remove(0))
    }

    pub(super) async fn end(&self, claim: &ClaimId, verdict: Verdict<Effect<T>>) -> Checked {
        applied(&self.finish(&self.here, claim, verdict).await?)
    }

    /// Claims all entries, of which there must be this number, and ends them as dead. Returns the ids.
    pub(super) async fn kill(&self, count: usize) -> Checked<Vec<String>> {
        let claims = self.claim_many(&self.here, count).await?;
        for claim in &claims {
            self.end(&claim.id, dead()).await?;
        }
        Ok(ids(&claims))
    }

    pub(super) async fn fenced(&self, claim: &ClaimId, verdict: Verdict<Effect<T>>) -> Checked {
        match self.finish(&self.here, claim, verdict).await? {
            Finished::Fenced => Ok(()),
            other => Err(format!("finish with an old token: {other:?}, not Fenced")),
        }
    }

    pub(super) async fn extend(&self, store: &T::Store, claim: &ClaimId, expected: LeaseState) -> Checked {
        let states = ok("extend", store.extend(std::slice::from_ref(claim), LEASE).await)?;
        expect("extend", &states, &vec![expected])
    }

    pub(super) async fn list(&self, selection: Selection) -> Checked<Vec<Entry>> {
        let selection = Selection { endpoint: Some(self.endpoint.to_owned()), ..selection };
        let page = Page { after: 0, limit: 1000, max_bytes: Some(u64::MAX) };
        ok("list", self.there.list(&selection, &page).await)
    }

    pub(super) async fn find(&self, id: &str) -> Checked<Option<Entry>> {
        let selection = Selection { ids: vec![id.to_owned()], ..Selection::default() };
        let mut entries = self.list(selection).await?;
        if entries.len() > 1 {
            return Err(format!("there are {} entries with one key", entries.len()));
        }
        Ok(entries.pop())
    }

    pub(super) async fn get(&self, id: &str) -> Checked<Entry> {
        self.find(id).await?.ok_or_else(|| format!("the entry {id} is not listed"))
    }

    pub(super) async fn stats(&self) -> Checked<Stats> {
        ok("stats", self.there.stats(self.endpoint).await)
    }

    /// A key that is known is a duplicate.
    pub(super) async fn remembered(&self, id: &str) -> Checked {
        let inserted = ok("insert", self.there.insert(vec![self.new_entry(id)]).await)?;
        expect(&format!("insert {id} again"), &inserted, &vec![Inserted::Duplicate])
    }
}

pub(super) fn ok<T>(call: &str, result: Result<T, crate::store::StoreError>) -> Checked<T> {
    result.map_err(|error| format!("{call} fails: {error}"))
}

pub(super) fn expect<T: Debug + PartialEq>(what: &str, found: &T, expected: &T) -> Checked {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?}, not {expected:?}")) }
}

pub(super) fn applied(finished: &Finished) -> Checked {
    match finished {
        Finished::Applied => Ok(()),
        other => Err(format!("finish with the current token: {other:?}, not Applied")),
    }
}

pub(super) fn ids(claims: &[Claim]) -> Vec<String> {
    claims.iter().map(|claim| claim.id.key.id.clone()).collect()
}

pub(super) fn done<E>() -> Verdict<E> {
    Verdict::Done(Vec::new())
}

pub(super) fn dead<E>() -> Verdict<E> {
    Verdict::Dead { reason: "it is dead".to_owned() }
}

pub(super) fn unrouted<E>() -> Verdict<E> {
    Verdict::Unrouted { reason: "it is unrouted".to_owned() }
}

pub(super) fn retry<E>(after: Duration) -> Verdict<E> {
    Verdict::Retry { after, reason: "it failed".to_owned() }
}
