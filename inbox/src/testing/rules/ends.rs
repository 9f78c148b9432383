//! How claims end.

use super::{Bench, Checked, SECOND, applied, expect, ok, unrouted};
use crate::store::{Finish, Finished, Selection, State, Store, Verdict};
use crate::testing::Subject;

pub(in crate::testing) async fn done<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a"]).await?;
    let claim = bench.claim_only(&bench.here, "a").await?;
    bench.end(&claim.id, super::done()).await?;
    let entry = bench.get("a").await?;
    expect("the state and the body", &(entry.state, entry.bytes), &(State::Done, None))?;
    bench.remembered("a").await?;
    bench.advance(100 * SECOND).await;
    bench.claim_nothing(&bench.there).await
}

pub(in crate::testing) async fn retry<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a"]).await?;
    let claim = bench.claim_only(&bench.here, "a").await?;
    bench.end(&claim.id, super::retry(10 * SECOND)).await?;
    let entry = bench.get("a").await?;
    expect("the state", &(entry.state, entry.attempts), &(State::Pending, 1))?;
    expect("the reason", &entry.reason.as_deref(), &Some("it failed"))?;
    bench.advance(9 * SECOND).await;
    bench.claim_nothing(&bench.there).await?;
    bench.remembered("a").await?;
    bench.advance(2 * SECOND).await;
    expect("the next attempt", &bench.claim_only(&bench.there, "a").await?.attempt, &2)
}

pub(in crate::testing) async fn release<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a"]).await?;
    for _ in 0..3 {
        let claim = bench.claim_only(&bench.here, "a").await?;
        expect("the attempt", &claim.attempt, &1)?;
        bench.end(&claim.id, Verdict::Release).await?;
        expect("attempts", &bench.get("a").await?.attempts, &0)?;
    }
    bench.claim_only(&bench.there, "a").await.map(drop)
}

pub(in crate::testing) async fn dead<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    for (id, state, verdict) in [("dead", State::Dead, super::dead()), ("unrouted", State::Unrouted, unrouted())] {
        bench.insert_ids(&[id]).await?;
        let claim = bench.claim_only(&bench.here, id).await?;
        bench.end(&claim.id, verdict).await?;
        bench.advance(100 * SECOND).await;
        bench.claim_nothing(&bench.there).await?;
        bench.remembered(id).await?;
        let entry = bench.get(id).await?;
        expect("the state", &entry.state, &state)?;
        expect("the reason", &entry.reason, &Some(format!("it is {id}")))?;
        expect("the body", &entry.bytes.as_deref(), &Some(id.as_bytes()))?;
    }
    Ok(())
}

pub(in crate::testing) async fn effects<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let effect = |name, fails| bench.subject.effect(name, fails);
    let count = async |name, expected| expect(name, &bench.subject.count(name).await, &expected);

    bench.insert_ids(&["a", "b", "c", "d"]).await?;
    let claims = bench.claim_many(&bench.here, 4).await?;
    let [a, b, c, d] = [0, 1, 2, 3].map(|index| claims[index].id.clone());
    let finish = |claim, effects| Finish { claim, verdict: Verdict::Done(effects) };
    let batch = vec![
        finish(a.clone(), vec![effect("of a", false), effect("of a", false), effect("shared", false)]),
        finish(b.clone(), vec![effect("of b", false), effect("of b", true), effect("of b", false)]),
        Finish { claim: c, verdict: super::retry(SECOND) },
        finish(d, vec![effect("of d", false), effect("shared", false)]),
    ];
    match &ok("finish", bench.here.finish(batch).await)?[..] {
        [Finished::Applied, Finished::EffectFailed(_), Finished::Applied, Finished::Applied] => {}
        other => return Err(format!("a batch in which one effect fails: {other:?}")),
    }
    count("of a", 2).await?;
    count("of b", 0).await?;
    count("of d", 1).await?;
    count("shared", 2).await?;
    let states = async || -> Checked<Vec<State>> {
        Ok(bench.list(Selection::default()).await?.iter().map(|entry| entry.state).collect())
    };
    expect("states", &states().await?, &vec![State::Done, State::Running, State::Pending, State::Done])?;

    // What is fenced has no effect, also within a batch.
    bench.fenced(&a, Verdict::Done(vec![effect("of a", false)])).await?;
    count("of a", 2).await?;
    let twice = vec![finish(b.clone(), vec![effect("of b", false)]), finish(b, vec![effect("of b", false)])];
    match &ok("finish", bench.there.finish(twice).await)?[..] {
        [first, Finished::Fenced] => applied(first)?,
        other => return Err(format!("two ends of one claim in a batch: {other:?}")),
    }
    count("of b", 1).await
}
