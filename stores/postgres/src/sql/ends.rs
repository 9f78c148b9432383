use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join;
use tokio_postgres::types::Type;
use webhook_inbox::store::{ClaimId, Finish, Finished, Key, State, StoreError, StoreErrorKind, Verdict, crash_point};
use webhook_receiver::BoxError;

use super::claims::token;
use super::{BEGIN, Context, Parameter, Sql, columns, in_flight, millis, place};
use crate::PostgresEffect;
use crate::error::{of_effect, other};

/// What holds a claim, locked.
const LOCK: &str = "\
    SELECT i.n
    FROM :durable, unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS i (endpoint, id, token, n)
    JOIN webhook_seen s ON s.endpoint = i.endpoint AND s.id = i.id
    JOIN webhook_pending p ON p.sequence = s.sequence AND p.token = i.token AND p.state = 1
    ORDER BY p.sequence FOR UPDATE OF p";

/// Ends claims whose effects are made.
const END: &str = "SELECT n FROM webhook_end($1, $2, $3, $4, $5, $6, $7, $8)";

const BEFORE_THE_COMMIT: &str = "finish: before the commit";

/// Checks constraints that are deferred to the commit, and leaves them deferred. At the commit, they would fail all effects.
macro_rules! check {
    () => {
        "SAVEPOINT webhook_check; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK TO webhook_check; RELEASE webhook_check; "
    };
}

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
        let mut ends = round.plain;
        ends.extend(make_effects(context, round.with_effects, &mut results).await?);
        end(context, &ends, &mut results).await?;
        if ends.iter().any(|end| end.has_effects && matches!(results[end.index], Finished::Fenced)) {
            return Err(other("an effect has changed the tables of the inbox"));
        }
    }
    crash_point(BEFORE_THE_COMMIT);
    context.batch("COMMIT").await?;
    Ok(results)
}

#[derive(Default)]
struct Round {
    plain: Vec<End>,
    with_effects: Vec<(End, Vec<PostgresEffect>)>,
    keys: HashSet<Key>,
}

impl Round {
    fn claims(&self) -> impl Iterator<Item = &ClaimId> {
        self.plain.iter().chain(self.with_effects.iter().map(|(end, _)| end)).map(|end| &end.claim)
    }
}

/// An end, without its effects.
struct End {
    index: usize,
    has_effects: bool,
    claim: ClaimId,
    state: State,
    after: Duration,
    /// How many attempts are not counted.
    uncounted: i64,
    reason: Option<String>,
}

impl End {
    /// Its effects were not made, for no fault of theirs.
    fn released(self) -> Self {
        Self { has_effects: false, state: State::Pending, uncounted: 1, ..self }
    }
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
        let mut effects = Vec::new();
        let (state, after, uncounted, reason) = match verdict {
            Verdict::Done(added) => {
                effects = added;
                (State::Done, Duration::ZERO, 0, None)
            }
            Verdict::Retry { after, reason } => (State::Pending, after, 0, Some(reason)),
            Verdict::Release => (State::Pending, Duration::ZERO, 1, None),
            Verdict::Dead { reason } => (State::Dead, Duration::ZERO, 0, Some(reason)),
            Verdict::Unrouted { reason } => (State::Unrouted, Duration::ZERO, 0, Some(reason)),
        };
        let has_effects = !effects.is_empty();
        let end = End { index, has_effects, claim, state, after, uncounted, reason };
        if has_effects {
            round.with_effects.push((end, effects));
        } else {
            round.plain.push(end);
        }
    }
    rounds
}

async fn end(context: Context<'_>, ends: &[End], results: &mut [Finished]) -> Sql<()> {
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
        let result = &mut results[ends[place(row, 0)?].index];
        if let Finished::Fenced = result {
            *result = Finished::Applied;
        }
    }
    Ok(())
}

/// Makes the effects of each claim that is held, in a savepoint. Returns the ends to store: of those whose effects are kept, and
/// of those that are released. All are locked, so no effect is in vain.
///
/// Each takes one round trip: the savepoint of the effects before is released together with them. If those have broken the
/// transaction without an error, these were not made, although they are used up.
async fn make_effects(
    context: Context<'_>,
    ends: Vec<(End, Vec<PostgresEffect>)>,
    results: &mut [Finished],
) -> Sql<Vec<End>> {
    const FIRST: &str = "SAVEPOINT webhook_effects";
    const NEXT: &str = concat!(check!(), "RELEASE webhook_effects; SAVEPOINT webhook_effects");
    const LAST: &str = concat!(check!(), "RELEASE webhook_effects");
    let mut to_store = Vec::with_capacity(ends.len());
    if ends.is_empty() {
        return Ok(to_store);
    }
    let claims: Vec<_> = ends.iter().map(|(end, _)| &end.claim).collect();
    let are_held = lock(context, &claims).await?;
    let mut made: Option<End> = None;
    for ((end, effects), _) in ends.into_iter().zip(are_held).filter(|(_, is_held)| *is_held) {
        let before = if made.is_some() { NEXT } else { FIRST };
        let (begun, result) = join(context.batch(before), make(context, effects)).await;
        match (begun, made.take()) {
            (Ok(()), kept) => {
                to_store.extend(kept);
                match result {
                    Ok(()) => made = Some(end),
                    Err(error) => results[end.index] = undo(context, error).await?,
                }
            }
            (Err(error), Some(broken)) => {
                results[broken.index] = undo(context, found_late(&error)).await?;
                results[end.index] = Finished::Released;
                to_store.push(end.released());
            }
            (Err(error), None) => return Err(error),
        }
    }
    if let Some(end) = made {
        match context.batch(LAST).await {
            Ok(()) => to_store.push(end),
            Err(error) => results[end.index] = undo(context, found_late(&error)).await?,
        }
    }
    Ok(to_store)
}

/// The error of effects that have reported none.
fn found_late(error: &StoreError) -> BoxError {
    format!("after the effects: {error}; an effect must return the errors of its statements").into()
}

/// Undoes effects, of which this is the error.
async fn undo(context: Context<'_>, error: BoxError) -> Sql<Finished> {
    match context.batch("ROLLBACK TO webhook_effects; RELEASE webhook_effects").await {
        Ok(()) => Ok(Finished::EffectFailed(error)),
        Err(lost) if lost.kind() == StoreErrorKind::Unavailable => Err(lost),
        Err(_) => Err(other(format!("an effect has ended the transaction: {error}"))),
    }
}

/// Locks the entries of these claims. Returns which are held: the others are fenced.
async fn lock(context: Context<'_>, claims: &[&ClaimId]) -> Sql<Vec<bool>> {
    let (endpoints, ids) = columns(claims.iter().map(|claim| &claim.key));
    let tokens: Vec<i64> = claims.iter().copied().map(token).collect();
    let parameters: [Parameter<'_>; 3] =
        [(&endpoints, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY), (&tokens, Type::INT8_ARRAY)];
    let mut are_held = vec![false; claims.len()];
    for row in &context.rows(LOCK, &parameters).await? {
        are_held[place(row, 0)?] = true;
    }
    Ok(are_held)
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
