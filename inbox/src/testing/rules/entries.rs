//! Entries: what is stored and listed.

use bytes::Bytes;
use tokio::join;
use webhook_receiver::BodyDigest;

use super::{Bench, Checked, DAY, LEASE, SECOND, dead, done, expect, ok, retry, unrouted};
use crate::store::{ClaimRequest, Inserted, Key, NewEntry, PROBE_ENDPOINT, Page, Selection, State, Stats, Store};
use crate::testing::Subject;

pub(in crate::testing) async fn insert<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let entry = bench.new_entry("a");
    let other = NewEntry { digest: BodyDigest::of(b"else"), ..entry.clone() };
    let new = bench.new_entry("b");
    let batch = vec![entry.clone(), entry.clone(), other.clone(), new];
    let inserted = ok("insert", bench.here.insert(batch).await)?;
    expect("a batch", &inserted, &vec![Inserted::New, Inserted::Duplicate, Inserted::Conflict, Inserted::New])?;
    let inserted = ok("insert", bench.there.insert(vec![other, entry]).await)?;
    expect("a batch from elsewhere", &inserted, &vec![Inserted::Conflict, Inserted::Duplicate])?;
    let stored = bench.get("a").await?;
    expect("the state of a new entry", &stored.state, &State::Pending)?;
    expect("the body after a conflict", &stored.bytes, &Some(Bytes::from_static(b"a")))?;
    expect("an empty batch", &ok("insert", bench.here.insert(Vec::new()).await)?, &Vec::new())
}

pub(in crate::testing) async fn keys<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let long = "x".repeat(511);
    let all: String = ('!'..='~').collect();
    let ids = ["a", "A", "a%", "a_", "'a'", "a\\", "\"a\"", "a,b", "{a}", "NULL", "0", "00", "0.0", &all];
    let ids = ids.iter().map(|id| (*id).to_owned()).chain([format!("{long}y"), format!("{long}z")]);
    let keys: Vec<Key> = ids.map(|id| bench.key(&id)).chain([Key::new("keys-2", "a"), Key::new("KEYS", "a")]).collect();
    for key in &keys {
        let entry = NewEntry { key: key.clone(), ..bench.new_entry("body") };
        let inserted = ok("insert", bench.here.insert(vec![entry.clone()]).await)?;
        expect(&format!("insert {key}"), &inserted, &vec![Inserted::New])?;
        let inserted = ok("insert", bench.there.insert(vec![entry]).await)?;
        expect(&format!("insert {key} again"), &inserted, &vec![Inserted::Duplicate])?;
    }
    expect("the number of entries", &bench.list(Selection::default()).await?.len(), &(keys.len() - 2))
}

pub(in crate::testing) async fn bytes<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let all: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for (id, bytes) in [("empty", Vec::new()), ("zero", vec![0]), ("all", all)] {
        let entry = NewEntry { bytes: bytes.into(), ..bench.ordered(id, "Ünï ' \" % 🗝", Some(i64::MIN)) };
        let entry = NewEntry { event_type: Some("a.b'c".to_owned()), ..entry };
        bench.insert([entry.clone()]).await?;
        let stored = bench.get(id).await?;
        expect("key", &stored.key, &entry.key)?;
        expect("digest", &stored.digest, &entry.digest)?;
        expect("event type", &stored.event_type, &entry.event_type)?;
        expect("order", &stored.order, &entry.order)?;
        expect("bytes", &(stored.bytes.as_ref() == Some(&entry.bytes)), &true)?;
        let claim = bench.claim_only(&bench.there, id).await?;
        expect("claimed bytes", &(claim.bytes == entry.bytes), &true)?;
        expect("claimed event type", &claim.event_type, &entry.event_type)?;
        bench.end(&claim.id, dead()).await?;
    }
    // Each bit of a digest counts.
    let digest = BodyDigest::from_bytes([0xa5; 32]);
    bench.insert([NewEntry { digest, ..bench.new_entry("digest") }]).await?;
    for byte in 0..32 {
        let mut changed = [0xa5; 32];
        changed[byte] ^= 1 << (byte % 8);
        let entry = NewEntry { digest: BodyDigest::from_bytes(changed), ..bench.new_entry("digest") };
        expect("a changed digest", &ok("insert", bench.here.insert(vec![entry]).await)?, &vec![Inserted::Conflict])?;
    }
    Ok(())
}

pub(in crate::testing) async fn one<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    for round in 0..20 {
        // Some have a key of order.
        let entry = |number: usize| match number % 2 {
            0 => bench.new_entry(&format!("{round}-{number}")),
            _ => bench.ordered(&format!("{round}-{number}"), &format!("key-{}", number % 3), None),
        };
        let forth: Vec<NewEntry> = (0..10).map(entry).collect();
        // In several orders, so that stores that lock rows can meet.
        let mut back = forth.clone();
        back.reverse();
        let mut aside = forth.clone();
        aside.rotate_left(5);
        // An inbox may insert twice at the same time, and so may others.
        let (a, b, c) =
            join!(bench.here.insert(forth.clone()), bench.here.insert(back.clone()), bench.there.insert(aside.clone()));
        for entry in &forth {
            let result = |batch: &[NewEntry], inserted: &[Inserted]| {
                batch.iter().position(|other| other.key == entry.key).and_then(|index| inserted.get(index).copied())
            };
            let mut found = Vec::new();
            for (batch, inserted) in [(&forth, &a), (&back, &b), (&aside, &c)] {
                let inserted = inserted.as_ref().map_err(|error| format!("insert fails: {error}"))?;
                expect("the number of results", &inserted.len(), &batch.len())?;
                found.push(result(batch, inserted));
            }
            let count = |expected| found.iter().filter(|found| **found == Some(expected)).count();
            if (count(Inserted::New), count(Inserted::Duplicate)) != (1, 2) {
                return Err(format!("three concurrent inserts: {found:?}"));
            }
        }
    }
    Ok(())
}

pub(in crate::testing) async fn list<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert([bench.of_type("a", "x"), bench.of_type("b", "y")]).await?;
    bench.advance(SECOND).await;
    bench.insert([bench.of_type("c", "x"), bench.new_entry("d")]).await?;
    let listed = bench.list(Selection::default()).await?;
    expect("the number of entries", &listed.len(), &4)?;
    let times: Vec<_> = listed.iter().map(|entry| entry.received).collect();
    expect("the difference of times", &times[2].duration_since(times[0]).ok(), &Some(SECOND))?;

    let names = |ids: &str| ids.chars().map(String::from).collect::<Vec<_>>();
    let ids = async |selection| -> Checked<Vec<String>> {
        Ok(bench.list(selection).await?.into_iter().map(|entry| entry.key.id).collect())
    };
    let any = Selection::default;
    expect("all", &ids(any()).await?, &names("abcd"))?;
    expect("by id", &ids(Selection { ids: names("bcz"), ..any() }).await?, &names("bc"))?;
    expect("by type", &ids(Selection { event_types: names("xz"), ..any() }).await?, &names("ac"))?;
    expect("since", &ids(Selection { since: Some(times[2]), ..any() }).await?, &names("cd"))?;
    expect("until", &ids(Selection { until: Some(times[2]), ..any() }).await?, &names("ab"))?;
    let both = Selection { until: Some(times[2]), event_types: names("x"), ..any() };
    expect("by two conditions", &ids(both).await?, &names("a"))?;

    let claims = bench.claim_many(&bench.here, 3).await?;
    bench.end(&claims[0].id, done()).await?;
    bench.end(&claims[1].id, dead()).await?;
    for (state, expected) in [(State::Done, "a"), (State::Dead, "b"), (State::Running, "c"), (State::Pending, "d")] {
        let selection = Selection { states: vec![state], ..any() };
        expect(state.name(), &ids(selection).await?, &names(expected))?;
    }
    let states = vec![State::Pending, State::Done];
    expect("by states", &ids(Selection { states, ..any() }).await?, &names("ad"))?;
    expect("by attempts", &ids(Selection { min_attempts: 1, ..any() }).await?, &names("bc"))?;
    expect("by more attempts", &ids(Selection { min_attempts: 2, ..any() }).await?, &names(""))?;
    for entry in bench.list(any()).await? {
        // The body is the id.
        let expected = if entry.key.id == "a" { None } else { Some(1) };
        expect(&format!("the size of {}", entry.key.id), &entry.size, &expected)?;
        let expected = match &entry.key.id[..] {
            "a" => None,
            "c" => Some(times[2] + LEASE),
            _ => Some(times[2]),
        };
        expect(&format!("the time of {}", entry.key.id), &entry.at, &expected)?;
    }

    let selection = Selection { endpoint: Some(bench.endpoint.to_owned()), ..any() };
    let page = Page { after: listed[1].sequence, limit: 1, max_bytes: None };
    let entries = ok("list", bench.here.list(&selection, &page).await)?;
    let found: Vec<_> = entries.into_iter().map(|entry| (entry.key.id, entry.size, entry.bytes)).collect();
    expect("a page without bytes", &found, &vec![("c".to_owned(), Some(1), None)])
}

/// The bytes of each entry are its id.
pub(in crate::testing) async fn sizes<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a", "bb", "ccc", "dddd"]).await?;
    let selection = Selection { endpoint: Some(bench.endpoint.to_owned()), ..Selection::default() };
    let list = async |after, max_bytes| {
        let page = Page { after, limit: 10, max_bytes: Some(max_bytes) };
        ok("list", bench.there.list(&selection, &page).await)
    };
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let all = list(0, u64::MAX).await?;
    expect("all", &all.len(), &4)?;
    for (after, max_bytes, expected) in [(0, 6, &["a", "bb", "ccc"][..]), (0, 5, &["a", "bb"]), (0, 0, &["a"])] {
        let listed: Vec<_> = list(after, max_bytes).await?.into_iter().map(|entry| entry.key.id).collect();
        expect(&format!("a page of {max_bytes} bytes"), &listed, &ids(expected))?;
    }
    let rest: Vec<_> = list(all[1].sequence, 6).await?.into_iter().map(|entry| entry.key.id).collect();
    expect("the next page", &rest, &ids(&["ccc"]))?;

    let claim = async |lapsed, max_bytes| {
        let request = ClaimRequest { lapsed, max_bytes, ..bench.request(10) };
        Ok::<_, String>(super::ids(&bench.claim_by(&bench.here, request).await?))
    };
    expect("claims of 5 bytes", &claim(false, 5).await?, &ids(&["a", "bb"]))?;
    expect("a claim of more bytes", &claim(false, 1).await?, &ids(&["ccc"]))?;
    bench.advance(2 * LEASE).await;
    expect("lapsed claims of 5 bytes", &claim(true, 5).await?, &ids(&["a", "bb"]))?;
    expect("a lapsed claim of more bytes", &claim(true, 1).await?, &ids(&["ccc"]))?;
    expect("what is left", &(claim(true, 9).await?, claim(false, 9).await?), &(Vec::new(), ids(&["dddd"])))
}

pub(in crate::testing) async fn stats<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    expect("without entries", &bench.stats().await?, &Stats::default())?;
    bench.insert_ids(&["a", "b", "c", "d"]).await?;
    bench.advance(SECOND).await;
    bench.insert_ids(&["e", "f"]).await?;
    let claims = bench.claim_many(&bench.here, 4).await?;
    bench.end(&claims[0].id, done()).await?;
    bench.end(&claims[1].id, dead()).await?;
    bench.end(&claims[2].id, unrouted()).await?;
    let expected = Stats {
        pending: 2,
        retrying: 0,
        running: 1,
        dead: 1,
        unrouted: 1,
        oldest: Some(SECOND),
        is_paused: false,
        is_moving: false,
    };
    expect("counts", &bench.stats().await?, &expected)?;
    bench.end(&claims[3].id, retry(DAY)).await?;
    let expected = Stats { pending: 3, retrying: 1, running: 0, ..expected };
    expect("counts", &bench.stats().await?, &expected)?;
    bench.advance(DAY).await;
    bench.claim_many(&bench.here, 3).await?;
    let expected = Stats { pending: 0, retrying: 0, running: 3, oldest: Some(DAY + SECOND), ..expected };
    expect("counts", &bench.stats().await?, &expected)
}

pub(in crate::testing) async fn endpoints<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let found = async || ok("endpoints", bench.there.endpoints().await);
    let others = found().await?;
    let names = ["endpoints", "endpoints-2", "endpointS", "endpoints-paused"];
    for endpoint in &names[..3] {
        let keys = ["a", "b"].map(|id| Key::new(*endpoint, id));
        bench.insert(keys.map(|key| NewEntry { key, ..bench.new_entry("a") })).await?;
    }
    for claim in bench.claim(&bench.here, 10).await? {
        bench.end(&claim.id, done()).await?;
    }
    ok("pause", bench.here.set_paused(names[3], true).await)?;
    // As a process leaves it that is killed while it asks for the health.
    ok("pause", bench.here.set_paused(PROBE_ENDPOINT, true).await)?;
    let mut expected: Vec<String> = names.map(str::to_owned).into_iter().chain(others.clone()).collect();
    expected.sort_unstable();
    expect("endpoints with entries, and a paused one", &found().await?, &expected)?;
    ok("resume", bench.here.set_paused(names[3], false).await)?;
    ok("resume", bench.here.set_paused(PROBE_ENDPOINT, false).await)?;
    expected.retain(|endpoint| endpoint != names[3]);
    expect("endpoints with entries", &found().await?, &expected)
}
