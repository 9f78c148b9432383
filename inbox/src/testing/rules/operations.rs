//! What operators do: replay, erase, pause, purge.

use super::{Bench, Checked, DAY, SECOND, dead, done, expect, ids, ok, retry, unrouted};
use crate::store::{Inserted, NewEntry, Part, Retention, Selection, State, Store};
use crate::testing::Subject;

pub(in crate::testing) async fn replay<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let of_type = |id, event_type| bench.of_type(id, event_type);
    bench.insert([of_type("dead", "x"), of_type("unrouted", "y"), of_type("done", "x"), of_type("more", "x")]).await?;
    let claims = bench.claim_many(&bench.here, 4).await?;
    bench.end(&claims[0].id, dead()).await?;
    bench.end(&claims[1].id, unrouted()).await?;
    bench.end(&claims[2].id, done()).await?;
    bench.end(&claims[3].id, dead()).await?;

    let selection = Selection { endpoint: Some(bench.endpoint.to_owned()), ..Selection::default() };
    let replay = async |selection, limit| {
        ok("replay", bench.there.replay(&selection, Part::ALL, limit).await).map(|replayed| replayed.count)
    };
    let nothing = Selection { states: vec![State::Done, State::Pending], ..selection.clone() };
    expect("of other states", &replay(nothing, 10).await?, &0)?;
    let by_type = Selection { event_types: vec!["y".to_owned()], ..selection.clone() };
    expect("by type", &replay(by_type, 10).await?, &1)?;
    let claim = bench.claim_only(&bench.here, "unrouted").await?;
    expect("the attempt", &claim.attempt, &1)?;
    expect("the body", &&claim.bytes[..], &b"unrouted".as_slice())?;
    bench.end(&claim.id, done()).await?;

    expect("at most one", &replay(selection.clone(), 1).await?, &1)?;
    expect("the rest", &replay(selection.clone(), 10).await?, &1)?;
    expect("again", &replay(selection, 10).await?, &0)?;
    let mut claimed = ids(&bench.claim(&bench.here, 10).await?);
    claimed.sort_unstable();
    expect("what was replayed", &claimed, &vec!["dead".to_owned(), "more".to_owned()])
}

/// The steps of one replay, while what was replayed ends again and more is accepted.
pub(in crate::testing) async fn steps<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a", "b", "c"]).await?;
    bench.kill(3).await?;
    let selection = Selection { endpoint: Some(bench.endpoint.to_owned()), ..Selection::default() };
    let replay = async |part, limit| ok("replay", bench.there.replay(&selection, part, limit).await);

    let first = replay(Part::ALL, 1).await?;
    expect("the first step", &first.count, &1)?;
    bench.advance(SECOND).await;
    expect("what is replayed first", &bench.kill(1).await?, &vec!["a".to_owned()])?;
    bench.insert_ids(&["later"]).await?;
    bench.kill(1).await?;
    let second = replay(first.rest, 10).await?;
    expect("the second step", &second.count, &2)?;
    bench.advance(SECOND).await;
    let mut ended = bench.kill(2).await?;
    ended.sort_unstable();
    expect("what is replayed next", &ended, &vec!["b".to_owned(), "c".to_owned()])?;
    expect("the third step", &replay(second.rest, 10).await?.count, &0)?;
    expect("another replay", &replay(Part::ALL, 10).await?.count, &4)
}

/// What has failed and waits for its next attempt.
pub(in crate::testing) async fn waiting<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["waits", "dead"]).await?;
    let claims = bench.claim_many(&bench.here, 2).await?;
    bench.end(&claims[0].id, retry(DAY)).await?;
    bench.end(&claims[1].id, dead()).await?;
    bench.insert_ids(&["new"]).await?;
    let any = || Selection { endpoint: Some(bench.endpoint.to_owned()), ..Selection::default() };
    let retrying = || Selection { retrying: true, ..any() };
    for (states, expected) in [(vec![], &["waits"][..]), (vec![State::Dead], &["waits", "dead"])] {
        let listed = bench.list(Selection { states, ..retrying() }).await?;
        let listed: Vec<_> = listed.iter().map(|entry| &entry.key.id[..]).collect();
        expect("those that are tried again", &listed, &expected.to_vec())?;
    }

    let replay = async |selection: Selection| {
        ok("replay", bench.there.replay(&selection, Part::ALL, 10).await).map(|replayed| replayed.count)
    };
    expect("of no state", &replay(any()).await?, &1)?;
    let mut claimed = ids(&bench.claim(&bench.here, 10).await?);
    claimed.sort_unstable();
    expect("what does not wait", &claimed, &vec!["dead".to_owned(), "new".to_owned()])?;
    let pending = Selection { states: vec![State::Pending], ..any() };
    let by_id = Selection { ids: vec!["waits".to_owned()], ..any() };
    for selection in [retrying(), pending, by_id.clone()] {
        expect("of those that wait", &replay(selection.clone()).await?, &1)?;
        expect("again", &replay(selection).await?, &0)?;
        let claim = bench.claim_only(&bench.here, "waits").await?;
        expect("the attempt", &claim.attempt, &1)?;
        expect("while it runs", &replay(by_id.clone()).await?, &0)?;
        bench.end(&claim.id, retry(DAY)).await?;
    }
    Ok(())
}

pub(in crate::testing) async fn erase<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["running", "done", "pending", "dead"]).await?;
    let claims = bench.claim_many(&bench.here, 2).await?;
    bench.end(&claims[1].id, done()).await?;
    let claim = bench.claim(&bench.here, 2).await?.pop().ok_or("nothing to claim")?;
    bench.end(&claim.id, dead()).await?;
    bench.advance(100 * SECOND).await;

    let keys = ["running", "done", "pending", "dead", "unknown"].map(|id| bench.key(id));
    expect("erased", &ok("erase", bench.there.erase(&keys, "it is erased").await)?, &3)?;
    bench.claim_nothing(&bench.here).await?;
    bench.fenced(&claims[0].id, retry(SECOND)).await?;
    for id in ["running", "pending", "dead"] {
        let entry = bench.get(id).await?;
        let found = (entry.state, entry.reason.as_deref(), entry.bytes);
        expect(id, &found, &(State::Dead, Some("it is erased"), None))?;
        bench.remembered(id).await?;
    }
    expect("what was done", &bench.get("done").await?.state, &State::Done)?;
    let selection = Selection { endpoint: Some(bench.endpoint.to_owned()), ..Selection::default() };
    expect("replayed", &ok("replay", bench.here.replay(&selection, Part::ALL, 10).await)?.count, &0)
}

pub(in crate::testing) async fn pause<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a", "b"]).await?;
    bench.insert([NewEntry { key: crate::store::Key::new("pause-2", "c"), ..bench.new_entry("c") }]).await?;
    let running = bench.claim_many(&bench.here, 1).await?;
    for _ in 0..2 {
        ok("pause", bench.here.set_paused(bench.endpoint, true).await)?;
    }
    expect("paused", &bench.stats().await?.is_paused, &true)?;
    bench.claim_nothing(&bench.there).await?;
    bench.insert_ids(&["d"]).await?;
    bench.end(&running[0].id, done()).await?;
    let elsewhere = crate::store::ClaimRequest { endpoint: "pause-2".to_owned(), ..bench.request(10) };
    expect("elsewhere", &bench.claim_by(&bench.there, elsewhere).await?.len(), &1)?;
    for _ in 0..2 {
        ok("resume", bench.there.set_paused(bench.endpoint, false).await)?;
    }
    expect("paused", &bench.stats().await?.is_paused, &false)?;
    expect("after resuming", &bench.claim(&bench.here, 10).await?.len(), &2)
}

/// Removes everything that is older than its retention.
async fn purge_all<T: Subject>(bench: &Bench<'_, T>, retention: &Retention) -> Checked {
    for _ in 0..1000 {
        if ok("purge", bench.here.purge(retention, 100).await)? < 100 {
            return Ok(());
        }
    }
    Err("purge does not end".to_owned())
}

pub(in crate::testing) async fn purge<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let retention = Retention::default().seen(5 * DAY).map_err(|error| error.to_string())?;
    // What other rules have left.
    bench.advance(60 * DAY).await;
    purge_all(bench, &retention).await?;
    bench.insert_ids(&["pending", "running"]).await?;
    bench.insert((0..5).map(|number| bench.new_entry(&format!("done-{number}")))).await?;
    bench.advance(SECOND).await;
    for claim in bench.claim(&bench.here, 10).await? {
        match &claim.id.key.id[..] {
            "pending" => bench.end(&claim.id, retry(SECOND)).await?,
            "running" => {}
            _ => bench.end(&claim.id, done()).await?,
        }
    }
    bench.advance((5 * DAY).saturating_sub(2 * SECOND)).await;
    purge_all(bench, &retention).await?;
    for number in 0..5 {
        bench.remembered(&format!("done-{number}")).await?;
    }
    bench.advance(2 * SECOND).await;
    let left = async || Ok::<_, String>(bench.list(Selection::default()).await?.len());
    expect("purged at once", &ok("purge", bench.there.purge(&retention, 2).await)?, &2)?;
    expect("what is left", &left().await?, &5)?;
    purge_all(bench, &retention).await?;
    expect("what is left", &left().await?, &2)?;
    expect("nothing more", &ok("purge", bench.there.purge(&retention, 100).await)?, &0)?;
    let inserted = ok("insert", bench.here.insert(vec![bench.new_entry("done-0")]).await)?;
    expect("insert what was forgotten", &inserted, &vec![Inserted::New])?;
    bench.remembered("pending").await?;
    expect("what can be claimed", &bench.claim(&bench.here, 10).await?.len(), &3)
}

pub(in crate::testing) async fn bodies<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let retention = Retention::default().dead(2 * DAY).unrouted(20 * DAY);
    bench.insert_ids(&["dead", "unrouted"]).await?;
    bench.advance(5 * DAY).await;
    let claims = bench.claim_many(&bench.here, 2).await?;
    bench.end(&claims[0].id, dead()).await?;
    bench.end(&claims[1].id, unrouted()).await?;
    let is_kept = async |id| Ok::<_, String>(bench.get(id).await?.bytes.is_some());
    bench.advance((2 * DAY).saturating_sub(SECOND)).await;
    purge_all(bench, &retention).await?;
    expect("the dead body early", &is_kept("dead").await?, &true)?;
    bench.advance(2 * SECOND).await;
    purge_all(bench, &retention).await?;
    expect("the dead body", &is_kept("dead").await?, &false)?;
    expect("the unrouted body", &is_kept("unrouted").await?, &true)?;
    expect("the state", &bench.get("dead").await?.state, &State::Dead)?;
    // It can quote the body.
    expect("the reason", &bench.get("dead").await?.reason, &None)?;
    bench.remembered("dead").await?;

    bench.advance(10 * DAY).await;
    purge_all(bench, &retention).await?;
    expect("the dead entry", &bench.find("dead").await?, &None)?;
    // A body keeps its key.
    expect("the unrouted body", &is_kept("unrouted").await?, &true)?;
    bench.advance(10 * DAY).await;
    purge_all(bench, &retention).await?;
    expect("the unrouted entry", &bench.find("unrouted").await?, &None)
}
