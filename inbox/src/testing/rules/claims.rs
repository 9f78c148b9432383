//! Claims, leases and fencing.

use std::collections::HashSet;

use tokio::join;
use webhook_receiver::LeaseState;

use super::{Bench, Checked, LEASE, SECOND, dead, done, expect, ids, ok, retry, unrouted};
use crate::store::{ClaimId, ClaimRequest, ClaimToken, EventTypes, Part, State, Store, Verdict};
use crate::testing::Subject;

pub(in crate::testing) async fn claim<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert([bench.of_type("a", "x"), bench.of_type("b", "y"), bench.new_entry("c")]).await?;
    bench.advance(SECOND).await;
    bench.insert([bench.of_type("d", "x"), bench.of_type("e", "z"), bench.of_type("f", "y")]).await?;
    let claim = async |event_types, limit| {
        let request = ClaimRequest { event_types, ..bench.request(limit) };
        Ok::<_, String>(ids(&bench.claim_by(&bench.there, request).await?))
    };
    let names = |ids: &str| ids.chars().map(String::from).collect::<Vec<_>>();
    let elsewhere = ClaimRequest { endpoint: "elsewhere".to_owned(), ..bench.request(10) };
    expect("of another endpoint", &bench.claim_by(&bench.here, elsewhere).await?, &Vec::new())?;
    expect("at most none", &claim(EventTypes::Except(Vec::new()), 0).await?, &Vec::new())?;
    expect("of one type", &claim(EventTypes::Only(names("x")), 1).await?, &names("a"))?;
    expect("of no type", &claim(EventTypes::Only(Vec::new()), 10).await?, &Vec::new())?;
    expect("except one type", &claim(EventTypes::Except(names("yz")), 10).await?, &names("cd"))?;
    expect("the oldest", &claim(EventTypes::Except(Vec::new()), 1).await?, &names("b"))?;
    let mut rest = claim(EventTypes::Only(names("yz")), 10).await?;
    rest.sort_unstable();
    expect("the rest", &rest, &names("ef"))?;

    // An entry that failed waits behind those that have waited for longer.
    bench.advance(2 * LEASE).await;
    let first = bench.claim_many(&bench.here, 6).await?;
    bench.end(&first[0].id, Verdict::Retry { after: SECOND, reason: String::new() }).await?;
    for claim in &first[1..] {
        bench.end(&claim.id, dead()).await?;
    }
    bench.insert_ids(&["new"]).await?;
    bench.advance(2 * SECOND).await;
    expect("the order", &ids(&bench.claim(&bench.here, 1).await?), &vec!["new".to_owned()])?;
    Ok(())
}

pub(in crate::testing) async fn exclusive<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a"]).await?;
    bench.claim_only(&bench.here, "a").await?;
    bench.claim_nothing(&bench.here).await?;
    bench.claim_nothing(&bench.there).await?;

    let ids: Vec<String> = (0..60).map(|number| format!("{number:02}")).collect();
    ok("insert", bench.here.insert(ids.iter().map(|id| bench.new_entry(id)).collect()).await)?;
    let mut claimed = HashSet::new();
    loop {
        let (a, b, c) = join!(bench.claim(&bench.here, 3), bench.claim(&bench.there, 4), bench.claim(&bench.there, 1),);
        let claims: Vec<_> = [a?, b?, c?].into_iter().flatten().collect();
        // Claims that meet can leave entries to each other, so one of them alone decides.
        let claims = if claims.is_empty() { bench.claim(&bench.here, 5).await? } else { claims };
        if claims.is_empty() {
            break;
        }
        if let Some(twice) = claims.into_iter().find(|claim| !claimed.insert(claim.id.key.id.clone())) {
            return Err(format!("{} was claimed twice", twice.id.key.id));
        }
    }
    expect("the number of claims", &claimed.len(), &ids.len())
}

pub(in crate::testing) async fn attempts<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a"]).await?;
    expect("attempts at first", &bench.get("a").await?.attempts, &0)?;
    let mut tokens = HashSet::new();
    for attempt in 1..=3 {
        let claim = bench.claim_only(&bench.here, "a").await?;
        expect("the number of the attempt", &claim.attempt, &attempt)?;
        let entry = bench.get("a").await?;
        expect("what is stored", &(entry.state, entry.attempts), &(State::Running, attempt))?;
        if !tokens.insert(claim.id.token) {
            return Err(format!("the token {:?} was used before", claim.id.token));
        }
        bench.advance(LEASE + SECOND).await;
        expect("the age", &(claim.age.as_secs()), &((LEASE + SECOND).as_secs() * u64::from(attempt - 1)))?;
    }
    Ok(())
}

pub(in crate::testing) async fn lease<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a"]).await?;
    bench.claim_only(&bench.here, "a").await?;
    bench.advance(LEASE.saturating_sub(SECOND)).await;
    bench.claim_nothing(&bench.there).await?;
    bench.advance(2 * SECOND).await;
    bench.claim_only(&bench.there, "a").await?;
    bench.claim_nothing(&bench.here).await
}

pub(in crate::testing) async fn apart<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let (waiting, lapsed) = (bench.request(10), ClaimRequest { lapsed: true, ..bench.request(10) });
    let check = async |what: &str, request: &ClaimRequest, expected: &[&str]| {
        // Asking changes nothing.
        for store in [&bench.here, &bench.there] {
            let found = ok("has_claimable", store.has_claimable(request).await)?;
            expect(&format!("has_claimable, {what}"), &found, &!expected.is_empty())?;
        }
        let found = ids(&bench.claim_by(&bench.here, request.clone()).await?);
        expect(what, &found, &expected.iter().map(ToString::to_string).collect())
    };
    check("at first", &waiting, &[]).await?;
    bench.insert([bench.of_type("a", "x"), bench.of_type("b", "y"), bench.new_entry("c")]).await?;
    check("none has lapsed", &lapsed, &[]).await?;
    let only = EventTypes::Only(vec!["y".to_owned()]);
    check("of another type", &ClaimRequest { event_types: EventTypes::Only(Vec::new()), ..waiting.clone() }, &[])
        .await?;
    check("of one type", &ClaimRequest { event_types: only.clone(), ..waiting.clone() }, &["b"]).await?;
    check("the rest", &waiting, &["a", "c"]).await?;
    check("none has lapsed yet", &lapsed, &[]).await?;
    bench.advance(LEASE + SECOND).await;
    bench.insert_ids(&["d"]).await?;
    check("lapsed, of one type", &ClaimRequest { event_types: only, ..lapsed.clone() }, &["b"]).await?;
    check("not lapsed", &waiting, &["d"]).await?;
    check("lapsed, at most one", &ClaimRequest { limit: 1, ..lapsed.clone() }, &["a"]).await?;
    ok("pause", bench.there.set_paused(bench.endpoint, true).await)?;
    check("paused", &lapsed, &[]).await?;
    ok("resume", bench.there.set_paused(bench.endpoint, false).await)?;
    check("the last", &lapsed, &["c"]).await
}

pub(in crate::testing) async fn extend<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a", "b"]).await?;
    let claims = bench.claim_many(&bench.here, 2).await?;
    let (a, b) = (&claims[0].id, &claims[1].id);
    for _ in 0..3 {
        bench.advance(LEASE.saturating_sub(SECOND)).await;
        let unknown = ClaimId { key: bench.key("unknown"), token: a.token };
        let states = ok("extend", bench.there.extend(&[unknown, a.clone()], LEASE).await)?;
        expect("extend", &states, &vec![LeaseState::Expired, LeaseState::Held])?;
    }
    let claimed = bench.claim_only(&bench.there, "b").await?;
    bench.extend(&bench.here, b, LeaseState::Expired).await?;
    bench.end(&claimed.id, done()).await?;
    bench.extend(&bench.here, &claimed.id, LeaseState::Expired).await?;
    bench.advance(LEASE + SECOND).await;
    bench.claim_only(&bench.here, "a").await.map(drop)
}

pub(in crate::testing) async fn fenced<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    let unknown = ClaimId { key: bench.key("unknown"), token: ClaimToken::new(1) };
    bench.fenced(&unknown, done()).await?;
    bench.insert_ids(&["a"]).await?;
    // An entry that nothing has claimed.
    for number in 0..3 {
        bench.fenced(&ClaimId { key: bench.key("a"), token: ClaimToken::new(number) }, done()).await?;
    }
    let old = bench.claim_only(&bench.here, "a").await?.id;
    bench.advance(LEASE + SECOND).await;
    let new = bench.claim_only(&bench.there, "a").await?.id;
    for verdict in [done(), retry(SECOND), Verdict::Release, dead(), unrouted()] {
        bench.fenced(&old, verdict).await?;
        bench.extend(&bench.here, &old, LeaseState::Expired).await?;
        let entry = bench.get("a").await?;
        expect("after an old token", &(entry.state, entry.attempts), &(State::Running, 2))?;
    }
    // A token counts for one end only, also after another claim, and after a replay.
    bench.end(&new, Verdict::Release).await?;
    bench.fenced(&new, done()).await?;
    let newest = bench.claim_only(&bench.here, "a").await?.id;
    bench.fenced(&new, dead()).await?;
    bench.end(&newest, dead()).await?;
    bench.fenced(&newest, done()).await?;
    let selection = crate::store::Selection { endpoint: Some(bench.endpoint.to_owned()), ..Default::default() };
    expect("replayed", &ok("replay", bench.here.replay(&selection, Part::ALL, 10).await)?.count, &1)?;
    bench.claim_only(&bench.here, "a").await?;
    for earlier in [old, new, newest] {
        bench.fenced(&earlier, done()).await?;
    }
    Ok(())
}

pub(in crate::testing) async fn lapsed<T: Subject>(bench: &Bench<'_, T>) -> Checked {
    bench.insert_ids(&["a", "b"]).await?;
    let claims = bench.claim_many(&bench.here, 2).await?;
    bench.advance(3 * LEASE).await;
    bench.end(&claims[0].id, done()).await?;
    bench.extend(&bench.here, &claims[1].id, LeaseState::Held).await?;
    bench.claim_nothing(&bench.there).await
}
