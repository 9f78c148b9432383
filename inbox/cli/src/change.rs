//! Commands that change a store.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use webhook_inbox::operations::{self, Pages};
use webhook_inbox::store::{Entry, Key, Selection, State};
use webhook_inbox::{Retention, Store};

use crate::args::{Backup, Confirmation, Endpoint, Erase, Purge, Replay};
use crate::entry::rows;
use crate::open::Target;
use crate::output::{harmless, print};
use crate::time::Age;
use crate::{Done, Failure};

/// So many of the entries that would be changed are printed.
const SHOWN: usize = 10;

pub(crate) async fn replay<S: Store>(store: &S, replay: &Replay) -> Done {
    let selection = replay.filter.selection();
    if selection.ids.is_empty() {
        let mut states = vec![State::Dead, State::Unrouted];
        if !selection.states.is_empty() {
            states.retain(|state| selection.states.contains(state));
        }
        if states.is_empty() {
            return Err(Failure::Usage("only dead and unrouted deliveries can be replayed".to_owned()));
        }
        let found = collect(store, Selection { states, ..selection.clone() }, |entry| entry.size.is_some()).await?;
        confirm(&replay.confirmation, &found, "would be replayed")?;
    }
    let count = operations::replay(store, &selection).await?;
    if count == 0 && !selection.ids.is_empty() {
        return Err(Failure::failed("nothing was replayed: no dead or unrouted delivery with a body has these ids"));
    }
    print(&format!("{count} replayed\n"))
}

pub(crate) async fn set_paused<S: Store>(store: &S, endpoint: &Endpoint, is_paused: bool) -> Done {
    let known = store.endpoints().await?;
    let endpoint = match (&endpoint.endpoint, &known[..]) {
        (Some(endpoint), _) => endpoint,
        (None, [only]) => only,
        (None, []) => return Err(Failure::Usage("name the endpoint: the store has none so far".to_owned())),
        (None, _) => return Err(Failure::Usage(format!("name one of the endpoints: {}", known.join(", ")))),
    };
    if !known.contains(endpoint) {
        eprintln!("note: no delivery of `{}` was accepted so far", harmless(endpoint));
    }
    store.set_paused(endpoint, is_paused).await?;
    print(&format!("{} is {}\n", harmless(endpoint), if is_paused { "paused" } else { "resumed" }))
}

pub(crate) async fn purge<S: Store>(store: &S, purge: &Purge) -> Done {
    let or_never = |age: Option<Age>| age.map_or(Duration::MAX, |Age(age)| age);
    let retention = Retention::default().dead(or_never(purge.dead)).unrouted(or_never(purge.unrouted));
    let retention = retention.seen(or_never(purge.seen)).map_err(|error| Failure::Usage(error.to_string()))?;
    if !purge.confirmation.yes {
        let now = SystemTime::now();
        let before = |age: Option<Age>| age.and_then(|Age(age)| now.checked_sub(age));
        for (state, age) in [(State::Dead, purge.dead), (State::Unrouted, purge.unrouted)] {
            if let Some(before) = before(age) {
                let selection = Selection { states: vec![state], ..Selection::default() };
                let is_old = |entry: &Entry| entry.size.is_some() && entry.at.is_some_and(|at| at <= before);
                let count = count(store, selection, is_old).await?;
                print(&format!("{count} bodies of {} deliveries would be removed\n", state.name()))?;
            }
        }
        if let Some(before) = before(purge.seen) {
            let selection = Selection { until: Some(before), ..Selection::default() };
            let is_closed =
                |entry: &Entry| entry.size.is_none() && !matches!(entry.state, State::Pending | State::Running);
            print(&format!("{} ids would be forgotten\n", count(store, selection, is_closed).await?))?;
        }
        return Err(Failure::Unconfirmed);
    }
    let removed = operations::purge(store, &retention).await?;
    print(&format!("{removed} bodies and ids removed\n"))
}

pub(crate) async fn erase<S: Store>(store: &S, erase: &Erase) -> Done {
    let selection = erase.filter.selection();
    let has_ids = !selection.ids.is_empty();
    // Those that are done are many, and have no body.
    let mut found = collect(store, selection.clone(), |entry| has_ids || entry.size.is_some()).await?;
    let missing: Vec<_> = selection.ids.iter().filter(|id| !found.iter().any(|entry| entry.key.id == **id)).collect();
    if let Some(id) = missing.first() {
        return Err(Failure::failed(format!("no such delivery has the id `{}`", harmless(id))));
    }
    if let Some(member) = &erase.member {
        let keys = operations::find_by_member(store, &selection, &member.pointer, &member.value).await?;
        let keys: HashSet<Key> = keys.into_iter().collect();
        found.retain(|entry| keys.contains(&entry.key));
    }
    found.retain(|entry| entry.size.is_some());
    confirm(&erase.confirmation, &found, "would be erased")?;
    let keys: Vec<Key> = found.into_iter().map(|entry| entry.key).collect();
    print(&format!("{} erased\n", operations::erase(store, &keys).await?))
}

pub(crate) async fn backup(target: &Target, backup: &Backup) -> Done {
    target.open_sqlite()?.backup(&backup.file).await?;
    print(&format!("copied to {}\n", backup.file.display()))
}

/// Prints what would be changed, if that is not confirmed.
fn confirm(confirmation: &Confirmation, entries: &[Entry], what: &str) -> Done {
    if confirmation.yes {
        return Ok(());
    }
    let shown = &entries[..entries.len().min(SHOWN)];
    let list = if shown.is_empty() { String::new() } else { rows(shown) };
    let more = entries.len() - shown.len();
    let more = if more > 0 { format!("… and {more} more\n") } else { String::new() };
    print(&format!("{} deliveries {what}\n{list}{more}", entries.len()))?;
    Err(Failure::Unconfirmed)
}

async fn count<S: Store>(store: &S, selection: Selection, is_meant: impl Fn(&Entry) -> bool) -> Result<u64, Failure> {
    let mut pages = Pages::new(selection);
    let mut count = 0;
    loop {
        let page = pages.next(store).await?;
        if page.is_empty() {
            return Ok(count);
        }
        count += page.iter().filter(|entry| is_meant(entry)).count() as u64;
    }
}

async fn collect<S: Store>(
    store: &S,
    selection: Selection,
    is_meant: impl Fn(&Entry) -> bool,
) -> Result<Vec<Entry>, Failure> {
    let mut pages = Pages::new(selection);
    let mut found = Vec::new();
    loop {
        let page = pages.next(store).await?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page.into_iter().filter(&is_meant));
    }
}
