use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join3;
use tokio_postgres::types::Type;
use webhook_inbox::store::{ClaimId, Finish, Finished, Key, State, Verdict, crash_point};
use webhook_receiver::BoxError;

use super::claims::token;
use super::{BEGIN, Context, Parameter, Sql, columns, get, in_flight, millis, place};
use crate::PostgresEffect;
use crate::error::{of_effect, other};

/// What holds a claim, locked.
const LOCK: &str = "\
    SELECT i.n, p.sequence, p.endpoint, p.order_key, p.version
    FROM :durable, unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS i (endpoint, id, token, n)
    JOIN webhook_seen s ON s.endpoint = i.endpoint AND s.id = i.id
    JOIN webhook_pending p ON p.sequence = s.sequence AND p.token = i.token AND p.state = 1
    ORDER BY p.sequence FOR UPDATE OF p";

/// Ends claims that have no effects. The last state is done.
const END: &str = "\
WITH locked AS MATERIALIZED (
    SELECT i.n, i.state, i.after, i.uncounted, i.reason, p.sequence
    FROM :durable, unnest($2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::bigint[], $7::bigint[], $8::text[])
        WITH ORDINALITY AS i (endpoint, id, token, state, after, uncounted, reason, n)
    JOIN webhook_seen s ON s.endpoint = i.endpoint AND s.id = i.id
    JOIN webhook_pending p ON p.sequence = s.sequence AND p.token = i.token AND p.state = 1
    ORDER BY p.sequence FOR UPDATE OF p
), done AS (
    DELETE FROM webhook_pending p USING locked l WHERE p.sequence = l.sequence AND l.state = 4
    RETURNING p.endpoint, p.order_key, p.version
), remembered AS (
    INSERT INTO webhook_version AS v (endpoint, order_key, version, at)
    SELECT endpoint, order_key, max(version), :now FROM done WHERE order_key IS NOT NULL AND version IS NOT NULL
    GROUP BY endpoint, order_key ORDER BY endpoint, order_key
    ON CONFLICT (endpoint, order_key) DO UPDATE SET version = greatest(v.version, excluded.version), at = excluded.at
), ended AS (
    UPDATE webhook_pending p
    SET state = l.state, at = :now + l.after, attempts = greatest(p.attempts - l.uncounted, 0),
        reason = coalesce(l.reason, p.reason)
    FROM locked l WHERE p.sequence = l.sequence AND l.state < 4
)
SELECT n FROM locked";

const BEFORE_THE_COMMIT: &str = "finish: before the commit";

/// Ends claims. Each key is in one round once, so that the ends of one claim come one after the other.
pub(crate) async fn finish(context: Context<'_>, batch: Vec<Finish<PostgresEffect>>) -> Sql<Vec<Finished>> {
    let mut results: Vec<Finished> = batch.iter().map(|_| Finished::Fenced).collect();
    let rounds = rounds(batch);
    if rounds.iter().all(|round| round.with_effects.is_empty())
        && let [round] = &rounds[..]
    {
        // One statement is a transaction.
        in_flight(BEFORE_THE_COMMIT, end(context, &round.plain, &mut results)).await?;
        return Ok(results);
    }
    context.batch(BEGIN).await?;
    if rounds.len() > 1 || rounds.iter().any(|round| !round.plain.is_empty()) {
        // One statement locks in order. Several would not.
        let claims: Vec<_> = rounds.iter().flat_map(Round::claims).collect();
        lock(context, &claims).await?;
    }
    for round in rounds {
        end(context, &round.plain, &mut results).await?;
        end_with_effects(context, round.with_effects, &mut results).await?;
    }
    crash_point(BEFORE_THE_COMMIT);
    context.batch("COMMIT").await?;
    Ok(results)
}

#[derive(Default)]
struct Round {
    plain: Vec<Plain>,
    with_effects: Vec<(usize, ClaimId, Vec<PostgresEffect>)>,
    keys: HashSet<Key>,
}

impl Round {
    fn claims(&self) -> impl Iterator<Item = &ClaimId> {
        self.plain.iter().map(|end| &end.claim).chain(self.with_effects.iter().map(|(_, claim, _)| claim))
    }
}

/// An end without effects.
struct Plain {
    index: usize,
    claim: ClaimId,
    state: State,
    after: Duration,
    /// How many attempts are not counted.
    uncounted: i64,
    reason: Option<String>,
}

fn rounds(batch: Vec<Finish<PostgresEffect>>) -> Vec<Round> {
    let mut rounds: Vec<Round> = Vec::new();
    for (index, Finish { claim, verdict }) in batch.into_iter().enumerate() {
        // After the last one that has the key.
        let next = rounds.iter().rposition(|round| round.keys.contains(&claim.key)).map_or(0, |last| last + 1);
        if next == rounds.len() {
            rounds.push(Round::default());
        }
        let round = &mut rounds[next];
        round.keys.insert(claim.key.clone());
        let (state, after, uncounted, reason) = match verdict {
            Verdict::Done(effects) if !effects.is_empty() => {
                round.with_effects.push((index, claim, effects));
                continue;
            }
            Verdict::Done(_) => (State::Done, Duration::ZERO, 0, None),
            Verdict::Retry { after, reason } => (State::Pending, after, 0, Some(reason)),
            Verdict::Release => (State::Pending, Duration::ZERO, 1, None),
            Verdict::Dead { reason } => (State::Dead, Duration::ZERO, 0, Some(reason)),
            Verdict::Unrouted { reason } => (State::Unrouted, Duration::ZERO, 0, Some(reason)),
        };
        round.plain.push(Plain { index, claim, state, after, uncounted, reason });
    }
    rounds
}

async fn end(context: Context<'_>, ends: &[Plain], results: &mut [Finished]) -> Sql<()> {
    if ends.is_empty() {
        return Ok(());
    }
    let (endpoints, ids) = columns(ends.iter().map(|end| &end.claim.key));
    let tokens: Vec<i64> = ends.iter().map(|end| token(&end.claim)).collect();
    let states: Vec<i16> = ends.iter().map(|end| end.state.number()).collect();
    let afters: Vec<i64> = ends.iter().map(|end| millis(end.after)).collect();
    let uncounted: Vec<i64> = ends.iter().map(|end| end.uncounted).collect();
    let reasons: Vec<Option<&str>> = ends.iter().map(|end| end.reason.as_deref()).collect();
    let parameters = [
        context.now_parameter(),
        (&endpoints, Type::TEXT_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&tokens, Type::INT8_ARRAY),
        (&states, Type::INT2_ARRAY),
        (&afters, Type::INT8_ARRAY),
        (&uncounted, Type::INT8_ARRAY),
        (&reasons, Type::TEXT_ARRAY),
    ];
    for row in &context.rows(END, &parameters).await? {
        results[ends[place(row, 0)?].index] = Finished::Applied;
    }
    Ok(())
}

/// Marks each entry done and makes its effects, in a savepoint. All are locked before, so no mark is in vain.
async fn end_with_effects(
    context: Context<'_>,
    ends: Vec<(usize, ClaimId, Vec<PostgresEffect>)>,
    results: &mut [Finished],
) -> Sql<()> {
    const UNDO: &str = "ROLLBACK TO webhook_effects; RELEASE webhook_effects";
    if ends.is_empty() {
        return Ok(());
    }
    let claims: Vec<_> = ends.iter().map(|(_, claim, _)| claim).collect();
    let held = lock(context, &claims).await?;
    for ((index, _, effects), held) in ends.into_iter().zip(held) {
        let Some(held) = held else { continue };
        // None of the three waits for the answer to another before it is sent.
        let (savepoint, marked, made) =
            join3(context.batch("SAVEPOINT webhook_effects"), mark(context, &held), make(context, effects)).await;
        savepoint?;
        marked?;
        let kept = match made {
            Ok(()) => context.batch("RELEASE webhook_effects").await.map_err(BoxError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = &kept
            && context.batch(UNDO).await.is_err()
        {
            return Err(other(format!("an effect has ended the transaction: {error}")));
        }
        results[index] = kept.map_or_else(Finished::EffectFailed, |()| Finished::Applied);
    }
    Ok(())
}

/// An entry that is locked.
struct Held {
    sequence: i64,
    /// Its endpoint, key of order and version.
    order: (String, Option<String>, Option<i64>),
}

/// Locks the entries of these claims. `None` where a claim is fenced.
async fn lock(context: Context<'_>, claims: &[&ClaimId]) -> Sql<Vec<Option<Held>>> {
    let (endpoints, ids) = columns(claims.iter().map(|claim| &claim.key));
    let tokens: Vec<i64> = claims.iter().copied().map(token).collect();
    let parameters: [Parameter<'_>; 3] =
        [(&endpoints, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY), (&tokens, Type::INT8_ARRAY)];
    let mut held: Vec<Option<Held>> = claims.iter().map(|_| None).collect();
    for row in &context.rows(LOCK, &parameters).await? {
        let (sequence, order) = (get(row, 1)?, (get(row, 2)?, get(row, 3)?, get(row, 4)?));
        held[place(row, 0)?] = Some(Held { sequence, order });
    }
    Ok(held)
}

async fn mark(context: Context<'_>, held: &Held) -> Sql<()> {
    const DELETE: &str = "DELETE FROM webhook_pending WHERE sequence = $1";
    const REMEMBER: &str = "\
        INSERT INTO webhook_version AS v (endpoint, order_key, version, at) VALUES ($2, $3, $4, :now)
        ON CONFLICT (endpoint, order_key) DO UPDATE SET version = greatest(v.version, excluded.version), at = excluded.at";
    context.execute(DELETE, &[(&held.sequence, Type::INT8)]).await?;
    if let (endpoint, Some(order_key), Some(version)) = &held.order {
        let parameters =
            [context.now_parameter(), (endpoint, Type::TEXT), (order_key, Type::TEXT), (version, Type::INT8)];
        context.execute(REMEMBER, &parameters).await?;
    }
    Ok(())
}

async fn make(context: Context<'_>, effects: Vec<PostgresEffect>) -> Result<(), BoxError> {
    for effect in effects {
        AssertUnwindSafe(async { effect.run(context.client).await })
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err("an effect has panicked".into()))
            .map_err(of_effect)?;
    }
    Ok(())
}
