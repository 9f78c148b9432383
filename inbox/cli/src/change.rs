//! Commands that change a store.

use std::time::{Duration, SystemTime};

use webhook_inbox::operations::{self, Pages};
use webhook_inbox::store::{Entry, Selection, State, Version};
use webhook_inbox::{Retention, Store};

use crate::args::{Backup, Confirmation, Endpoint, Erase, Purge, Replay};
use crate::entry::rows;
use crate::open::Target;
use crate::output::{counted, harmless, print};
use crate::time::Age;
use crate::{Done, Failure};

/// The most entries that are printed of those that would be changed.
const SHOWN: usize = 10;

pub(crate) async fn replay<S: Store>(store: &S, replay: &Replay) -> Done {
    let mut selection = replay.filter.selection();
    // Whether a delay is over is decided by the store, with its clock.
    let replays_waiting = selection.replays_waiting();
    let is_retrying = |entry: &Entry| entry.state == State::Pending && entry.attempts > 0;
    let is_replayable = |entry: &Entry| {
        let is_ended = matches!(entry.state, State::Dead | State::Unrouted);
        entry.size.is_some() && (is_ended || replays_waiting && is_retrying(entry))
    };
    let mut named = 0;
    if selection.ids.is_empty() {
        let has_any_state = selection.has_any_state();
        selection.states.retain(|state| matches!(state, State::Pending | State::Dead | State::Unrouted));
        if has_any_state {
            selection.states = vec![State::Dead, State::Unrouted];
        } else if selection.has_any_state() {
            let text = "only dead and unrouted deliveries can be replayed, and pending ones that wait for an attempt";
            return Err(Failure::Usage(text.to_owned()));
        }
        let what = if replays_waiting { "would be replayed, unless their delay is over" } else { "would be replayed" };
        confirm(store, &replay.confirmation, Pages::new(selection.clone()), is_replayable, what).await?;
    } else {
        let mut found = find(store, &selection).await?;
        found.retain(is_replayable);
        let of_id = |id: &String| found.iter().filter(|entry| entry.key.id == *id).count();
        if let Some(id) = selection.ids.iter().find(|id| of_id(id) == 0) {
            return Err(Failure::failed(format!(
                "nothing was replayed: the delivery with the id `{}` is not dead or unrouted with a body, and waits for no \
                 attempt",
                harmless(id)
            )));
        }
        if selection.ids.iter().any(|id| of_id(id) > 1) {
            let what = "would be replayed; several endpoints have an id, see `--endpoint`";
            confirm(store, &replay.confirmation, Pages::new(selection.clone()), is_replayable, what).await?;
        }
        named = found.len() as u64;
    }
    let count = operations::replay(store, &selection).await?;
    if count < named {
        let text = "replayed; the delay of the others is over, so each of them waits for no attempt";
        return Err(Failure::failed(format!("{count} of {named} {text}")));
    }
    print(&format!("{count} replayed\n"))
}

pub(crate) async fn set_paused<S: Store>(store: &S, endpoint: &Endpoint, is_paused: bool) -> Done {
    let known = store.endpoints().await?;
    let names = known.iter().map(|name| harmless(name)).collect::<Vec<_>>().join(", ");
    let endpoint = match (&endpoint.endpoint, &known[..]) {
        (Some(endpoint), _) => endpoint,
        (None, [only]) => only,
        (None, []) => return Err(Failure::Usage("name the endpoint: the store has none so far".to_owned())),
        (None, _) => return Err(Failure::Usage(format!("name one of the endpoints: {names}"))),
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
        let of = |state| if state == State::Dead { before(purge.dead) } else { before(purge.unrouted) };
        let loses_body = |entry: &Entry| {
            let is_old = |before| entry.at.is_some_and(|at| at <= before);
            entry.size.is_some() && of(entry.state).is_some_and(is_old)
        };
        for state in [State::Dead, State::Unrouted] {
            if of(state).is_some() {
                let selection = Selection { states: vec![state], ..Selection::default() };
                let count = count(store, selection, loses_body).await?;
                let bodies = counted(count, "body", "bodies");
                print(&format!("{bodies} of {} deliveries would be removed\n", state.name()))?;
            }
        }
        if let Some(before) = before(purge.seen) {
            let selection = Selection { until: Some(before), ..Selection::default() };
            let is_forgotten = |entry: &Entry| match entry.state {
                State::Pending | State::Running => false,
                State::Dead | State::Unrouted | State::Done => entry.size.is_none() || loses_body(entry),
            };
            let ids = counted(count(store, selection, is_forgotten).await?, "id", "ids");
            let versions = counted(count_versions(store, before).await?, "version", "versions");
            print(&format!("{ids} and {versions} of `latest_by` would be forgotten\n"))?;
        }
        return Err(Failure::Unconfirmed);
    }
    let removed = operations::purge(store, &retention).await?;
    print(&format!("{removed} removed: bodies, ids and versions of `latest_by`\n"))
}

/// Versions of keys of order that have not changed since.
async fn count_versions<S: Store>(store: &S, since: SystemTime) -> Result<u64, Failure> {
    const PAGE: usize = 500;
    let (mut last, mut count) = (None::<Version>, 0);
    loop {
        let after = last.as_ref().map(|version| (&version.endpoint[..], &version.key[..]));
        let page = store.versions(after, PAGE).await?;
        count += page.iter().filter(|version| version.at <= since).count() as u64;
        match page.into_iter().next_back() {
            Some(version) => last = Some(version),
            None => return Ok(count),
        }
    }
}

pub(crate) async fn erase<S: Store>(store: &S, erase: &Erase) -> Done {
    let selection = erase.filter.selection();
    if selection.ids.is_empty() {
        operations::refuse_during_move(store).await?;
    } else {
        find(store, &selection).await?;
    }
    let pages = match &erase.member {
        Some(member) => Pages::new(selection).with_member(&member.pointer, &member.value),
        None => Pages::new(selection.or_not_done()),
    };
    confirm(store, &erase.confirmation, pages.clone(), |entry| entry.size.is_some(), "would be erased").await?;
    print(&format!("{} erased\n", operations::erase_pages(store, pages).await?))
}

pub(crate) async fn backup(target: &Target, backup: &Backup) -> Done {
    let store = target.open_sqlite()?;
    let copied = store.backup(&backup.file).await;
    store.close().await;
    copied?;
    print(&format!("copied to {}\n", backup.file.display()))
}

/// The deliveries with these ids, each of which must exist.
async fn find<S: Store>(store: &S, selection: &Selection) -> Result<Vec<Entry>, Failure> {
    let mut pages = Pages::new(selection.clone());
    let mut found = Vec::new();
    while let Some(page) = pages.next(store).await? {
        found.extend(page);
    }
    match selection.ids.iter().find(|id| !found.iter().any(|entry: &Entry| entry.key.id == **id)) {
        Some(id) => Err(Failure::failed(format!("no such delivery has the id `{}`", harmless(id)))),
        None => Ok(found),
    }
}

/// If it is not confirmed, counts what would be changed, and prints the first of it.
async fn confirm<S: Store>(
    store: &S,
    confirmation: &Confirmation,
    mut pages: Pages,
    is_meant: impl Fn(&Entry) -> bool,
    what: &str,
) -> Done {
    if confirmation.yes {
        return Ok(());
    }
    let (mut count, mut shown) = (0, Vec::new());
    while let Some(mut page) = pages.next(store).await? {
        page.retain(&is_meant);
        count += page.len();
        let first = page.into_iter().take(SHOWN - shown.len());
        shown.extend(first.map(|entry| Entry { bytes: None, ..entry }));
    }
    let list = if shown.is_empty() { String::new() } else { rows(&shown) };
    let more = count - shown.len();
    let more = if more > 0 { format!("… and {more} more\n") } else { String::new() };
    let deliveries = counted(count as u64, "delivery", "deliveries");
    print(&format!("{deliveries} {what}\n{list}{more}"))?;
    Err(Failure::Unconfirmed)
}

async fn count<S: Store>(store: &S, selection: Selection, is_meant: impl Fn(&Entry) -> bool) -> Result<u64, Failure> {
    let mut pages = Pages::new(selection);
    let mut count = 0;
    while let Some(page) = pages.next(store).await? {
        count += page.iter().filter(|entry| is_meant(entry)).count() as u64;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use webhook_inbox::MemoryStore;
    use webhook_inbox::store::Key;
    use webhook_inbox::testing::ManualClock;
    use webhook_receiver::BodyDigest;

    use super::*;
    use crate::args::{Cli, Command};

    #[tokio::test]
    async fn the_store_decides_whether_a_delay_is_over() {
        let clock = ManualClock::default();
        // That of the operator is a day ahead.
        clock.set(SystemTime::now() - Duration::from_hours(24));
        let store = MemoryStore::with_clock(clock.clock());
        let entry = Entry {
            sequence: 0,
            key: Key::new("acme", "1"),
            digest: BodyDigest::of(b"body"),
            state: State::Pending,
            received: clock.now(),
            at: Some(clock.now() + Duration::from_hours(1)),
            event_type: None,
            order: None,
            attempts: 3,
            reason: None,
            size: Some(4),
            bytes: Some("body".into()),
        };
        let over = Entry { key: Key::new("acme", "2"), at: Some(clock.now()), ..entry.clone() };
        store.import(vec![entry, over]).await.unwrap();
        let by_id = async |id| {
            let cli = Cli::parse_from(["cargo-webhooks-inbox", "replay", id]);
            let Command::Replay(by_id) = &cli.command else { panic!("it is a replay") };
            replay(&store, by_id).await
        };
        by_id("1").await.unwrap();
        let over = by_id("2").await.unwrap_err();
        assert!(matches!(&over, Failure::Failed(text) if text.starts_with("0 of 1 replayed")), "{over:?}");
    }
}
