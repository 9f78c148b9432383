//! One at a time for each key of order.

use super::{Bench, Checked, LEASE, SECOND, dead, done, expect, ids, ok, retry};
use crate::store::{Part, Selection, Store, Verdict};
use crate::testing::Subject;

pub(in crate::testing) async fn ordered<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let entry = |id, key| bench.ordered(id, key, None);
    bench
        .insert([entry("a1", "a"), entry("a2", "a"), entry("b1", "b"), entry("a3", "a"), bench.new_entry("c")])
        .await?;
    let mut claims = bench.claim(&bench.here, 10).await?;
    claims.sort_by(|a, b| a.id.key.cmp(&b.id.key));
    let names = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    expect("the first of each", &ids(&claims), &names(&["a1", "b1", "c"]))?;
    bench.end(&claims[1].id, done()).await?;
    bench.end(&claims[2].id, done()).await?;
    bench.claim_nothing(&bench.there).await?;

    // One that waits for another attempt holds back the others, and so does one whose lease has lapsed.
    bench.end(&claims[0].id, retry(SECOND)).await?;
    bench.claim_nothing(&bench.there).await?;
    bench.advance(2 * SECOND).await;
    bench.claim_only(&bench.here, "a1").await?;
    bench.advance(LEASE + SECOND).await;
    let first = bench.claim_only(&bench.there, "a1").await?;
    bench.end(&first.id, Verdict::Release).await?;
    let first = bench.claim_only(&bench.there, "a1").await?;

    // A dead one does not.
    bench.end(&first.id, dead()).await?;
    let second = bench.claim_only(&bench.here, "a2").await?;
    bench.claim_nothing(&bench.here).await?;
    bench.end(&second.id, done()).await?;

    // It is replayed while the third is running, which goes on before it, also if its lease lapses.
    bench.claim_only(&bench.here, "a3").await?;
    let selection = Selection { endpoint: Some(bench.endpoint.to_owned()), ..Selection::default() };
    expect("replayed", &ok("replay", bench.there.replay(&selection, Part::ALL, 10).await)?.count, &1)?;
    bench.insert([entry("a4", "a")]).await?;
    bench.claim_nothing(&bench.there).await?;
    bench.advance(LEASE + SECOND).await;
    let third = bench.claim_only(&bench.there, "a3").await?;
    bench.end(&third.id, done()).await?;
    for id in ["a1", "a4"] {
        let next = bench.claim_only(&bench.here, id).await?;
        bench.end(&next.id, done()).await?;
    }
    Ok(())
}

pub(in crate::testing) async fn superseded<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    // The versions in the order of their acceptance, and which are superseded if each is done before the next is claimed.
    let cases = [
        (Some(5), false),
        (Some(3), true),
        (Some(5), false),
        (None, false),
        (Some(4), true),
        (Some(-9), true),
        (Some(i64::MAX), false),
        (Some(6), true),
    ];
    for (number, (version, expected)) in cases.into_iter().enumerate() {
        let id = number.to_string();
        bench.insert([bench.ordered(&id, "key", version)]).await?;
        let claim = bench.claim_only(&bench.here, &id).await?;
        expect(&format!("version {version:?}, number {number}"), &claim.superseded, &expected)?;
        bench.end(&claim.id, done()).await?;
    }
    // Neither one that is not done nor one with another key supersedes anything.
    bench.insert([bench.ordered("dead", "other", Some(9))]).await?;
    let claim = bench.claim_only(&bench.here, "dead").await?;
    bench.end(&claim.id, dead()).await?;
    bench.insert([bench.ordered("later", "other", Some(8)), bench.new_entry("none")]).await?;
    for claim in bench.claim(&bench.there, 10).await? {
        expect(&claim.id.key.id, &claim.superseded, &false)?;
    }
    Ok(())
}
