//! What another store has is imported.

use bytes::Bytes;

use super::{Bench, Checked, DAY, SECOND, dead, done, expect, ids, ok, retry};
use crate::store::{ClaimRequest, Entry, Page, Selection, State, Store, Version};
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
    let page = Page { after: 0, limit: 10, with_bytes: true };
    let mut entries = ok("list", bench.here.list(&selection, &page).await)?;
    expect("known keys", &ok("import", bench.there.import(entries.clone()).await)?, &0)?;

    // Under another endpoint, in place of another store.
    for entry in &mut entries {
        "import-2".clone_into(&mut entry.key.endpoint);
    }
    bench.advance(DAY).await;
    expect("new keys", &ok("import", bench.there.import(entries.clone()).await)?, &4)?;
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
        expect("known keys", &ok("import", bench.there.import(as_state(state).collect()).await)?, &0)?;
    }
    // All of them are.
    let handled = as_state(State::Done).map(|entry| Entry { at: None, bytes: None, size: None, ..entry });
    let handled: Vec<Entry> = handled.collect();
    expect("changed", &ok("import", bench.there.import(handled.clone()).await)?, &1)?;
    expect("changed again", &ok("import", bench.there.import(handled).await)?, &0)?;
    for (id, expected) in all.into_iter().zip([State::Done, State::Running, State::Dead, State::Done]) {
        expect(id, &state(id).await?, &expected)?;
        bench.remembered(id).await?;
    }
    expect("the body", &bench.get("pending").await?.bytes, &None::<Bytes>)?;
    bench.claim_nothing(&bench.here).await?;
    bench.end(&claims[0].id, done()).await
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
