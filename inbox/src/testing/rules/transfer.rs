//! What another store has is imported.

use bytes::Bytes;
use webhook_receiver::BodyDigest;

use super::{Bench, Checked, DAY, SECOND, dead, done, expect, ids, ok, retry};
use crate::store::Imported::{Conflict, Done, HasBody, NoBody, Stored};
use crate::store::{ClaimRequest, ERASED, Entry, FIRST_SEQUENCE, MOVED, Page, Selection, State, Store, Version};
use crate::testing::Subject;

pub(in crate::testing) async fn import<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert([bench.of_type("dead", "x"), bench.ordered("pending", "key", Some(7))]).await?;
    bench.insert_ids(&["done", "running"]).await?;
    for claim in bench.claim(&bench.here, 10).await? {
        match &claim.id.key.id[..] {
            "dead" => bench.end(&claim.id, dead()).await?,
            "pending" => bench.end(&claim.id, retry(2 * DAY)).await?,
            "done" => bench.end(&claim.id, done()).await?,
            _ => {}
        }
    }
    let selection = Selection { endpoint: Some(bench.endpoint.to_owned()), ..Selection::default() };
    let page = Page { after: 0, limit: 10, max_bytes: Some(u64::MAX) };
    let mut entries = ok("list", bench.here.list(&selection, &page).await)?;
    let known = vec![HasBody, HasBody, Done, HasBody];
    expect("known keys", &ok("import", bench.there.import(entries.clone()).await)?, &known)?;

    // Under another endpoint, in place of another store.
    for entry in &mut entries {
        "import-2".clone_into(&mut entry.key.endpoint);
    }
    bench.advance(DAY).await;
    expect("new keys", &ok("import", bench.there.import(entries.clone()).await)?, &vec![Stored; 4])?;
    let selection = Selection { endpoint: Some("import-2".to_owned()), ..Selection::default() };
    let imported = ok("list", bench.here.list(&selection, &page).await)?;
    for (mut imported, mut entry) in imported.into_iter().zip(entries) {
        if entry.state == State::Running {
            entry.state = State::Pending;
        }
        (imported.sequence, entry.sequence) = (0, 0);
        expect(&entry.key.id, &imported, &entry)?;
    }
    let request = ClaimRequest { endpoint: "import-2".to_owned(), ..bench.request(10) };
    // A lease has lapsed, a delay is over one day later.
    for id in ["running", "pending"] {
        let claims = bench.claim_by(&bench.there, request.clone()).await?;
        expect("what can be claimed", &ids(&claims), &vec![id.to_owned()])?;
        expect(id, &claims[0].attempt, &2)?;
        bench.end(&claims[0].id, done()).await?;
        bench.advance(DAY).await;
    }
    Ok(())
}

pub(in crate::testing) async fn handled<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let all = ["pending", "running", "dead", "done"];
    bench.insert_ids(&["running", "dead", "done"]).await?;
    let claims = bench.claim_many(&bench.here, 3).await?;
    bench.insert_ids(&["pending"]).await?;
    bench.end(&claims[1].id, dead()).await?;
    bench.end(&claims[2].id, done()).await?;
    let state = async |id| Ok::<_, String>(bench.get(id).await?.state);

    // None of them is done elsewhere.
    let elsewhere: Vec<Entry> = bench.list(Selection::default()).await?;
    let as_state = |state| elsewhere.iter().map(move |entry| Entry { state, ..entry.clone() });
    for state in [State::Pending, State::Running, State::Dead, State::Unrouted] {
        let imported = ok("import", bench.there.import(as_state(state).collect()).await)?;
        let known = [HasBody, HasBody, Done, HasBody];
        expect("known keys", &imported, &known.to_vec())?;
    }
    // All of them are.
    let handled = as_state(State::Done).map(|entry| Entry { at: None, bytes: None, size: None, ..entry });
    let handled: Vec<Entry> = handled.collect();
    let mut expected = [HasBody, HasBody, Done, Stored];
    expect("changed", &ok("import", bench.there.import(handled.clone()).await)?, &expected.to_vec())?;
    expected[3] = Done;
    expect("changed again", &ok("import", bench.there.import(handled).await)?, &expected.to_vec())?;
    for (id, expected) in all.into_iter().zip([State::Done, State::Running, State::Dead, State::Done]) {
        expect(id, &state(id).await?, &expected)?;
        bench.remembered(id).await?;
    }
    expect("the body", &bench.get("pending").await?.bytes, &None::<Bytes>)?;
    bench.claim_nothing(&bench.here).await?;
    bench.end(&claims[0].id, done()).await
}

pub(in crate::testing) async fn returned<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let ids = ["moved", "done", "erased", "gone", "other"];
    bench.insert_ids(&ids).await?;
    let entries = bench.list(Selection::default()).await?;
    for (id, reason) in ids.into_iter().zip([MOVED, MOVED, ERASED, MOVED, MOVED]) {
        expect("erased", &ok("erase", bench.here.erase(&[bench.key(id)], reason).await)?, &1)?;
    }
    let without_body = |entry: &Entry| Entry { bytes: None, size: None, ..entry.clone() };
    let as_done = |entry: &Entry| Entry { state: State::Done, at: None, ..without_body(entry) };
    let tombstone = |entry: &Entry, reason: &str| Entry {
        state: State::Dead,
        reason: Some(reason.to_owned()),
        ..without_body(entry)
    };
    let [moved, done, erased, gone, other] = &entries[..] else { return Err("five entries are listed".to_owned()) };
    let other = Entry { digest: BodyDigest::of(b"another body"), ..other.clone() };
    let back = vec![moved.clone(), as_done(done), erased.clone(), tombstone(gone, MOVED), other];
    let imported = ok("import", bench.there.import(back.clone()).await)?;
    expect("what comes back", &imported, &vec![Stored, Stored, NoBody, NoBody, Conflict])?;
    let imported = ok("import", bench.there.import(back).await)?;
    expect("what comes back again", &imported, &vec![HasBody, Done, NoBody, NoBody, Conflict])?;
    let of = |entry: Entry| (entry.state, entry.reason, entry.bytes.is_some());
    expect("moved", &of(bench.get("moved").await?), &(State::Pending, None, true))?;
    expect("done", &of(bench.get("done").await?), &(State::Done, None, false))?;
    expect("erased", &of(bench.get("erased").await?), &(State::Dead, Some(ERASED.to_owned()), false))?;
    for id in ids {
        bench.remembered(id).await?;
    }
    let claim = bench.claim_only(&bench.here, "moved").await?;
    expect("the bytes", &&claim.bytes[..], &&b"moved"[..])?;

    // What was erased in one store is erased in the other, even if a handler runs.
    let tombstones = vec![tombstone(moved, ERASED), tombstone(done, ERASED), tombstone(gone, ERASED)];
    let imported = ok("import", bench.there.import(tombstones).await)?;
    expect("erased elsewhere", &imported, &vec![Stored, Done, Stored])?;
    bench.fenced(&claim.id, super::done()).await?;
    for id in ["moved", "gone"] {
        expect(id, &of(bench.get(id).await?), &(State::Dead, Some(ERASED.to_owned()), false))?;
    }
    Ok(())
}

/// What was imported comes before what was accepted, in the order in which it was imported.
pub(in crate::testing) async fn placed<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let ordered = |id| bench.ordered(id, "key", None);
    let ids = ["1", "2", "both", "3", "4", "done"];
    bench.insert(ids.map(ordered)).await?;
    let entries: Vec<Entry> = bench.list(Selection::default()).await?;
    let [one, two, both, three, four, done_here] = &entries[..] else {
        return Err("six entries are listed".to_owned());
    };
    let moved = ["1", "2", "3", "4"].map(|id| bench.key(id));
    ok("erase", bench.here.erase(&moved, MOVED).await)?;
    bench.insert([ordered("accepted")]).await?;
    // Two that the store has never had.
    let [unknown, new] = ["unknown", "new"].map(|id| {
        let bytes = Bytes::copy_from_slice(id.as_bytes());
        let (digest, size) = (BodyDigest::of(&bytes), Some(bytes.len() as u64));
        Entry { key: bench.key(id), digest, bytes: Some(bytes), size, ..one.clone() }
    });
    let import = async |entries: &[&Entry]| {
        let entries = entries.iter().copied().cloned().collect();
        ok("import", bench.there.import(entries).await)
    };
    expect("imported", &import(&[one, two]).await?, &vec![Stored, Stored])?;
    // Known ones before and after one that is new.
    expect("imported", &import(&[both, &unknown, three]).await?, &vec![HasBody, Stored, Stored])?;
    let sequence = async || {
        let listed: Vec<Entry> = bench.list(Selection::default()).await?;
        let listed = listed.into_iter().filter(|entry| entry.bytes.is_some());
        Ok::<_, String>(listed.map(|entry| (entry.key.id, entry.sequence >= FIRST_SEQUENCE)).collect::<Vec<_>>())
    };
    let expected = |ids: &[(&str, bool)]| ids.iter().map(|(id, accepted)| ((*id).to_owned(), *accepted)).collect();
    let order = [("1", false), ("2", false), ("both", false), ("unknown", false), ("3", false)];
    let order = [&order[..], &[("done", true), ("accepted", true)]].concat();
    expect("the order, and what was accepted", &sequence().await?, &expected(&order))?;

    // Each twice: the second changes what the first has made of it.
    let as_done = Entry { state: State::Done, at: None, bytes: None, size: None, ..done_here.clone() };
    let twice = import(&[one, four, &new, done_here, one, four, &new, &as_done]).await?;
    let results = vec![HasBody, Stored, Stored, HasBody, HasBody, HasBody, HasBody, Stored];
    expect("imported twice", &twice, &results)?;
    let order = ["2", "both", "unknown", "3", "1", "4", "new"].map(|id| (id, false));
    let order = [&order[..], &[("accepted", true)]].concat();
    expect("the order after that", &sequence().await?, &expected(&order))?;
    expect("done", &bench.get("done").await?.state, &State::Done)?;
    for (id, _) in order {
        let claim = bench.claim_only(&bench.there, id).await?;
        expect("the bytes", &&claim.bytes[..], &id.as_bytes())?;
        bench.end(&claim.id, done()).await?;
        bench.remembered(id).await?;
    }
    bench.remembered("done").await?;
    bench.claim_nothing(&bench.here).await
}

pub(in crate::testing) async fn incoming<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["running", "pending"]).await?;
    let running = bench.claim_many(&bench.here, 1).await?.remove(0);
    let before = ok("identity", bench.here.identity().await)?;
    expect("incoming", &before.incoming, &None)?;
    expect("the length of the id", &(before.id.len() >= 16), &true)?;
    for _ in 0..2 {
        ok("set_incoming", bench.here.set_incoming(Some("another")).await)?;
    }
    let identity = ok("identity", bench.there.identity().await)?;
    expect("incoming", &(identity.id, identity.incoming), &(before.id.clone(), Some("another".to_owned())))?;
    expect("moving", &(bench.stats().await?.is_moving, bench.stats().await?.is_paused), &(true, false))?;
    // Neither of this endpoint, nor of one that is new.
    ok("resume", bench.here.set_paused(bench.endpoint, false).await)?;
    let key = crate::store::Key::new("incoming-2", "new");
    bench.insert([crate::store::NewEntry { key, ..bench.new_entry("new") }]).await?;
    let elsewhere = ClaimRequest { endpoint: "incoming-2".to_owned(), ..bench.request(10) };
    expect("elsewhere", &bench.claim_by(&bench.there, elsewhere.clone()).await?.len(), &0)?;
    expect("claimable", &ok("has_claimable", bench.there.has_claimable(&elsewhere).await)?, &false)?;
    bench.claim_nothing(&bench.there).await?;
    bench.end(&running.id, done()).await?;
    for _ in 0..2 {
        ok("set_incoming", bench.there.set_incoming(None).await)?;
    }
    expect("identity", &ok("identity", bench.here.identity().await)?, &before)?;
    expect("moving", &bench.stats().await?.is_moving, &false)?;
    expect("elsewhere", &bench.claim_by(&bench.there, elsewhere).await?.len(), &1)?;
    bench.claim_only(&bench.here, "pending").await.map(drop)
}

pub(in crate::testing) async fn versions<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let of = |versions: Vec<Version>| {
        let own = versions.into_iter().filter(|version| version.endpoint == bench.endpoint);
        own.map(|version| (version.key, version.version, version.at)).collect::<Vec<_>>()
    };
    let listed = async || ok("versions", bench.there.versions(None, 10_000).await);
    for (id, key, version) in [("1", "b", 5), ("2", "a", 7), ("3", "B", 1)] {
        bench.insert([bench.ordered(id, key, Some(version))]).await?;
        let claim = bench.claim_only(&bench.here, id).await?;
        bench.end(&claim.id, done()).await?;
    }
    let at = bench.get("1").await?.received;
    let expected = [("B", 1), ("a", 7), ("b", 5)].map(|(key, version)| (key.to_owned(), version, at));
    expect("versions", &of(listed().await?), &expected.to_vec())?;
    let first = ok("versions", bench.here.versions(Some((bench.endpoint, "B")), 1).await)?;
    expect("a page of versions", &of(first), &expected[1..2].to_vec())?;

    let import =
        |key: &str, version, at| Version { endpoint: bench.endpoint.to_owned(), key: key.to_owned(), version, at };
    let versions = vec![import("a", 9, at), import("b", 3, at + SECOND), import("c", -1, at)];
    ok("import_versions", bench.there.import_versions(versions).await)?;
    let expected = [("B", 1, at), ("a", 9, at), ("b", 5, at + SECOND), ("c", -1, at)];
    let expected = expected.map(|(key, version, at)| (key.to_owned(), version, at));
    expect("imported versions", &of(listed().await?), &expected.to_vec())?;
    bench.insert([bench.ordered("4", "a", Some(8))]).await?;
    expect("superseded", &bench.claim_only(&bench.here, "4").await?.superseded, &true)
}
