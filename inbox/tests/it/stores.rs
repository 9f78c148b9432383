//! The check of stores accepts the store in memory, and finds each of these faults.

use std::collections::BTreeSet;
use std::time::Duration;

use webhook_inbox::store::{
    Claim, ClaimId, ClaimRequest, Entry, EventTypes, Finish, Finished, Identity, Imported, Inserted, Key, NewEntry,
    Page, Part, Replayed, Selection, State, Stats, StoreError, Verdict, Version,
};
use webhook_inbox::testing::{MemorySubject, Subject, check_store};
use webhook_inbox::{MemoryEffect, MemoryStore, Retention, Store};
use webhook_receiver::{BodyDigest, LeaseState};

/// What a store does wrong, and a rule that must find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    ForgetsTheDigest,
    TakesEndpointsTogether,
    IgnoresCase,
    CutsBodies,
    InsertsTwoOfABatch,
    ListsBytesAlways,
    IgnoresThePage,
    CountsNothing,
    IgnoresTheLimit,
    IgnoresEventTypes,
    ClaimsOfAnyEndpoint,
    LeasesDoNotLapse,
    LeasesLapseEarly,
    ClaimsLapsedWithOthers,
    ClaimsNothingLapsed,
    SeesNothingClaimable,
    ClaimsToSee,
    ExtendsNothing,
    ExtendsForever,
    AcceptsOldTokens,
    CountsNoAttempts,
    RetriesAtOnce,
    CountsReleases,
    KillsInsteadOfUnrouting,
    RunsEffectsOfFencedClaims,
    UndoesTheWholeBatch,
    IgnoresOrder,
    IgnoresVersions,
    ReplaysAll,
    ReplaysNothing,
    ReplaysFromTheBeginning,
    ReplaysWithoutEnd,
    KeepsErasedBodies,
    ForgetsErasedKeys,
    IgnoresPause,
    PurgesTooMuchAtOnce,
    PurgesEarly,
    PurgesNothing,
    ImportsNothing,
    ForgetsDelays,
    KeepsWhatWasHandled,
    KeepsNothingBack,
    RevivesWhatWasErased,
    IgnoresIncoming,
    HasManyIdentities,
    HidesPausedEndpoints,
    HidesSizes,
    LowersVersions,
    CountsNoRetries,
    ListsTooManyBytes,
    ClaimsTooManyBytes,
    ListsNoRetries,
    ReplaysNothingThatWaits,
    ForgetsTheOrderOfImports,
}

const FAULTS: &[(Fault, &str)] = &[
    (Fault::ForgetsTheDigest, "insert"),
    (Fault::TakesEndpointsTogether, "keys"),
    (Fault::IgnoresCase, "keys"),
    (Fault::CutsBodies, "bytes"),
    (Fault::InsertsTwoOfABatch, "insert"),
    (Fault::ListsBytesAlways, "list"),
    (Fault::IgnoresThePage, "list"),
    (Fault::CountsNothing, "stats"),
    (Fault::IgnoresTheLimit, "claim"),
    (Fault::IgnoresEventTypes, "claim"),
    (Fault::ClaimsOfAnyEndpoint, "claim"),
    (Fault::LeasesDoNotLapse, "lease"),
    (Fault::LeasesLapseEarly, "lease"),
    (Fault::ClaimsLapsedWithOthers, "apart"),
    (Fault::ClaimsNothingLapsed, "apart"),
    (Fault::SeesNothingClaimable, "apart"),
    (Fault::ClaimsToSee, "apart"),
    (Fault::ExtendsNothing, "extend"),
    (Fault::ExtendsForever, "extend"),
    (Fault::AcceptsOldTokens, "fenced"),
    (Fault::CountsNoAttempts, "attempts"),
    (Fault::RetriesAtOnce, "retry"),
    (Fault::CountsReleases, "release"),
    (Fault::KillsInsteadOfUnrouting, "dead"),
    (Fault::RunsEffectsOfFencedClaims, "effects"),
    (Fault::UndoesTheWholeBatch, "effects"),
    (Fault::IgnoresOrder, "ordered"),
    (Fault::IgnoresVersions, "superseded"),
    (Fault::ReplaysAll, "replay"),
    (Fault::ReplaysNothing, "replay"),
    (Fault::ReplaysFromTheBeginning, "steps"),
    (Fault::ReplaysWithoutEnd, "steps"),
    (Fault::KeepsErasedBodies, "erase"),
    (Fault::ForgetsErasedKeys, "erase"),
    (Fault::IgnoresPause, "pause"),
    (Fault::PurgesTooMuchAtOnce, "purge"),
    (Fault::PurgesEarly, "purge"),
    (Fault::PurgesNothing, "bodies"),
    (Fault::ImportsNothing, "import"),
    (Fault::ForgetsDelays, "import"),
    (Fault::KeepsWhatWasHandled, "handled"),
    (Fault::KeepsNothingBack, "returned"),
    (Fault::RevivesWhatWasErased, "returned"),
    (Fault::IgnoresIncoming, "incoming"),
    (Fault::HasManyIdentities, "incoming"),
    (Fault::HidesPausedEndpoints, "endpoints"),
    (Fault::HidesSizes, "list"),
    (Fault::LowersVersions, "versions"),
    (Fault::CountsNoRetries, "stats"),
    (Fault::ListsTooManyBytes, "sizes"),
    (Fault::ClaimsTooManyBytes, "sizes"),
    (Fault::ListsNoRetries, "waiting"),
    (Fault::ReplaysNothingThatWaits, "waiting"),
    (Fault::ForgetsTheOrderOfImports, "placed"),
];

/// A store in memory with a fault.
struct Faulty {
    fault: Fault,
    store: MemoryStore,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }
}

impl Store for Faulty {
    type Effect = MemoryEffect;

    async fn insert(&self, mut batch: Vec<NewEntry>) -> Result<Vec<Inserted>, StoreError> {
        for entry in &mut batch {
            match self.fault {
                Fault::ForgetsTheDigest => entry.digest = BodyDigest::of(b""),
                Fault::TakesEndpointsTogether => entry.key.endpoint = entry.key.endpoint.replace("-2", ""),
                Fault::IgnoresCase => entry.key.id.make_ascii_lowercase(),
                Fault::CutsBodies => entry.bytes.truncate(70_000),
                Fault::IgnoresOrder => entry.order = None,
                Fault::IgnoresVersions => entry.order.iter_mut().for_each(|order| order.version = None),
                _ => {}
            }
        }
        let mut inserted = self.store.insert(batch).await?;
        if self.has(Fault::InsertsTwoOfABatch) && inserted.len() > 1 {
            inserted[1] = Inserted::New;
        }
        Ok(inserted)
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, StoreError> {
        let mut request = request.clone();
        match self.fault {
            Fault::IgnoresTheLimit => request.limit += 1,
            Fault::ClaimsTooManyBytes => request.max_bytes = u64::MAX,
            Fault::IgnoresEventTypes => request.event_types = EventTypes::Except(Vec::new()),
            Fault::LeasesDoNotLapse => request.lease *= 1_000_000,
            Fault::LeasesLapseEarly => request.lease /= 2,
            Fault::ClaimsNothingLapsed => request.lapsed = false,
            Fault::IgnoresPause => self.store.set_paused(&request.endpoint, false).await?,
            Fault::IgnoresIncoming => self.store.set_incoming(None).await?,
            Fault::ClaimsOfAnyEndpoint if request.endpoint == "elsewhere" => "claim".clone_into(&mut request.endpoint),
            _ => {}
        }
        let mut claims = self.store.claim(&request).await?;
        if self.has(Fault::ClaimsLapsedWithOthers) && !request.lapsed {
            let lapsed = ClaimRequest { lapsed: true, limit: request.limit - claims.len(), ..request.clone() };
            claims.extend(self.store.claim(&lapsed).await?);
        }
        if self.has(Fault::CountsNoAttempts) {
            for claim in &mut claims {
                claim.attempt = 1;
            }
        }
        Ok(claims)
    }

    async fn has_claimable(&self, request: &ClaimRequest) -> Result<bool, StoreError> {
        match self.fault {
            Fault::SeesNothingClaimable => Ok(false),
            Fault::ClaimsToSee => Ok(!self.store.claim(request).await?.is_empty()),
            _ => self.store.has_claimable(request).await,
        }
    }

    async fn extend(&self, claims: &[ClaimId], lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        match self.fault {
            Fault::ExtendsNothing => self.store.extend(claims, Duration::ZERO).await,
            Fault::ExtendsForever => self.store.extend(claims, lease * 1_000_000).await,
            _ => self.store.extend(claims, lease).await,
        }
    }

    async fn finish(&self, mut batch: Vec<Finish<MemoryEffect>>) -> Result<Vec<Finished>, StoreError> {
        if self.has(Fault::RunsEffectsOfFencedClaims) {
            // The done marks come first, and the effects are run whatever becomes of them.
            let mut all = Vec::new();
            for finish in batch {
                if let Verdict::Done(effects) = finish.verdict {
                    let key = Key::new("aside", finish.claim.key.id.clone());
                    let entry =
                        NewEntry { key, digest: BodyDigest::of(b""), event_type: None, order: None, bytes: "".into() };
                    self.store.insert(vec![entry]).await?;
                    let request = ClaimRequest {
                        endpoint: "aside".to_owned(),
                        event_types: EventTypes::Except(Vec::new()),
                        lapsed: false,
                        limit: 1,
                        max_bytes: u64::MAX,
                        lease: Duration::from_secs(9),
                    };
                    if let Some(claim) = self.store.claim(&request).await?.into_iter().next() {
                        let verdict = Verdict::Done(effects);
                        let _ = self.store.finish(vec![Finish { claim: claim.id, verdict }]).await?;
                    }
                    all.push(Finish { claim: finish.claim, verdict: Verdict::Done(Vec::new()) });
                } else {
                    all.push(finish);
                }
            }
            return self.store.finish(all).await;
        }
        if self.has(Fault::UndoesTheWholeBatch) && batch.len() == 4 {
            return Ok(batch.iter().map(|_| Finished::EffectFailed("one of them".into())).collect());
        }
        for finish in &mut batch {
            if self.has(Fault::AcceptsOldTokens) {
                for number in 0..10 {
                    let token = webhook_inbox::store::ClaimToken::new(number);
                    let any = ClaimId { token, ..finish.claim.clone() };
                    if self.store.extend(std::slice::from_ref(&any), Duration::from_secs(30)).await?[0]
                        == LeaseState::Held
                    {
                        finish.claim = any;
                    }
                }
            }
            match &mut finish.verdict {
                Verdict::Retry { after, .. } if self.has(Fault::RetriesAtOnce) => *after = Duration::ZERO,
                Verdict::Unrouted { reason } if self.has(Fault::KillsInsteadOfUnrouting) => {
                    finish.verdict = Verdict::Dead { reason: reason.clone() };
                }
                Verdict::Release if self.has(Fault::CountsReleases) => {
                    finish.verdict = Verdict::Retry { after: Duration::ZERO, reason: String::new() };
                }
                _ => {}
            }
        }
        self.store.finish(batch).await
    }

    async fn list(&self, selection: &Selection, page: &Page) -> Result<Vec<Entry>, StoreError> {
        let mut page = page.clone();
        if self.has(Fault::ListsBytesAlways) {
            page.max_bytes = page.max_bytes.or(Some(u64::MAX));
        }
        if self.has(Fault::ListsTooManyBytes) {
            page.max_bytes = page.max_bytes.map(|_| u64::MAX);
        }
        if self.has(Fault::IgnoresThePage) {
            page.after = 0;
        }
        let selection =
            Selection { retrying: selection.retrying && !self.has(Fault::ListsNoRetries), ..selection.clone() };
        let mut entries = self.store.list(&selection, &page).await?;
        if self.has(Fault::HidesSizes) {
            for entry in &mut entries {
                entry.size = entry.bytes.as_ref().map(|bytes| bytes.len() as u64);
            }
        }
        Ok(entries)
    }

    async fn replay(&self, selection: &Selection, part: Part, limit: usize) -> Result<Replayed, StoreError> {
        match self.fault {
            Fault::ReplaysAll => {
                let all = Selection { endpoint: selection.endpoint.clone(), ..Selection::default() };
                self.store.replay(&all, part, limit).await
            }
            Fault::ReplaysNothingThatWaits if selection.replays_waiting() => Ok(Replayed { count: 0, rest: part }),
            Fault::ReplaysNothing => Ok(Replayed { count: 0, rest: part }),
            Fault::ReplaysFromTheBeginning => self.store.replay(selection, Part { after: 0, ..part }, limit).await,
            Fault::ReplaysWithoutEnd => self.store.replay(selection, Part { last: u64::MAX, ..part }, limit).await,
            _ => self.store.replay(selection, part, limit).await,
        }
    }

    async fn erase(&self, keys: &[Key], reason: &str) -> Result<u64, StoreError> {
        match self.fault {
            Fault::KeepsErasedBodies => Ok(3),
            Fault::ForgetsErasedKeys => {
                let count = self.store.erase(keys, reason).await?;
                let forget = Retention::default().seen_shorter_than_the_sender_retries(Duration::ZERO);
                self.store.purge(&forget, 100).await?;
                Ok(count)
            }
            _ => self.store.erase(keys, reason).await,
        }
    }

    async fn set_paused(&self, endpoint: &str, is_paused: bool) -> Result<(), StoreError> {
        self.store.set_paused(endpoint, is_paused).await
    }

    async fn purge(&self, retention: &Retention, limit: usize) -> Result<u64, StoreError> {
        match self.fault {
            Fault::PurgesTooMuchAtOnce => self.store.purge(retention, limit + 3).await,
            Fault::PurgesEarly => {
                let early = retention.seen_shorter_than_the_sender_retries(retention.of_seen() / 2);
                self.store.purge(&early, limit).await
            }
            Fault::PurgesNothing => Ok(0),
            _ => self.store.purge(retention, limit).await,
        }
    }

    async fn stats(&self, endpoint: &str) -> Result<Stats, StoreError> {
        match self.fault {
            Fault::CountsNothing => Ok(Stats::default()),
            Fault::CountsNoRetries => Ok(Stats { retrying: 0, ..self.store.stats(endpoint).await? }),
            _ => self.store.stats(endpoint).await,
        }
    }

    async fn endpoints(&self) -> Result<Vec<String>, StoreError> {
        let mut endpoints = self.store.endpoints().await?;
        if self.has(Fault::HidesPausedEndpoints) {
            endpoints.retain(|endpoint| !endpoint.ends_with("paused"));
        }
        Ok(endpoints)
    }

    async fn import(&self, mut entries: Vec<Entry>) -> Result<Vec<Imported>, StoreError> {
        match self.fault {
            Fault::ImportsNothing => return Ok(vec![Imported::HasBody; entries.len()]),
            Fault::ForgetsTheOrderOfImports => entries.iter_mut().for_each(|entry| entry.order = None),
            Fault::ForgetsDelays => entries.iter_mut().for_each(|entry| entry.at = None),
            Fault::KeepsWhatWasHandled if entries.iter().all(|entry| entry.state == State::Done) => {
                return Ok(vec![Imported::Done; entries.len()]);
            }
            _ => {}
        }
        let keys: Vec<Key> = entries.iter().map(|entry| entry.key.clone()).collect();
        match self.fault {
            Fault::KeepsNothingBack => {
                let known = self.store.endpoints().await?.iter().any(|endpoint| *endpoint == keys[0].endpoint);
                if known && keys[0].id == "moved" {
                    return Ok(vec![Imported::HasBody; keys.len()]);
                }
                self.store.import(entries).await
            }
            Fault::RevivesWhatWasErased => {
                entries.retain(|entry| entry.reason.as_deref() != Some("erased"));
                let mut imported = self.store.import(entries).await?;
                imported.resize(keys.len(), Imported::Stored);
                Ok(imported)
            }
            _ => self.store.import(entries).await,
        }
    }

    async fn identity(&self) -> Result<Identity, StoreError> {
        let identity = self.store.identity().await?;
        let id =
            if self.has(Fault::HasManyIdentities) { identity.id + &fastrand::u64(..).to_string() } else { identity.id };
        Ok(Identity { id, ..identity })
    }

    async fn set_incoming(&self, from: Option<&str>) -> Result<(), StoreError> {
        self.store.set_incoming(from).await
    }

    async fn versions(&self, after: Option<(&str, &str)>, limit: usize) -> Result<Vec<Version>, StoreError> {
        self.store.versions(after, limit).await
    }

    async fn import_versions(&self, mut versions: Vec<Version>) -> Result<(), StoreError> {
        if self.has(Fault::LowersVersions) {
            for version in &mut versions {
                version.version -= 2;
            }
        }
        self.store.import_versions(versions).await
    }
}

struct FaultySubject(Fault, MemorySubject);

impl Subject for FaultySubject {
    type Store = Faulty;

    async fn open(&self) -> Faulty {
        Faulty { fault: self.0, store: self.1.open().await }
    }

    async fn advance(&self, by: Duration) {
        self.1.advance(by).await;
    }

    fn effect(&self, name: &str, fails: bool) -> MemoryEffect {
        self.1.effect(name, fails)
    }

    async fn count(&self, name: &str) -> u64 {
        self.1.count(name).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_in_memory_keeps_all_rules() {
    check_store(&MemorySubject::default()).await.unwrap();
}

#[tokio::test]
async fn each_fault_is_found_by_its_rule() {
    for &(fault, rule) in FAULTS {
        let found = check_store(&FaultySubject(fault, MemorySubject::default())).await;
        let violations = found.expect_err(&format!("{fault:?} is not found"));
        let rules: BTreeSet<_> = violations.iter().map(|violation| violation.rule).collect();
        assert!(rules.contains(rule), "{fault:?} breaks {rule}, but found are {violations:#?}");
    }
}

#[test]
fn states_have_names() {
    for state in State::ALL {
        assert_eq!(State::parse(state.name()), Some(state));
        assert_eq!(State::from_number(state.number()), Some(state));
    }
    assert_eq!(State::parse("Done"), None);
}
