use std::time::Duration;

use rusqlite::{CachedStatement, OptionalExtension, Row, named_params, params};
use webhook_inbox::store::{
    Claim, ClaimId, ClaimRequest, ClaimToken, EventTypes, Finish, Finished, Key, State, StoreError, StoreErrorKind,
    Verdict, crash_point, within,
};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::{BoxError, LeaseState};

use super::{Context, Sql, json_list, limit, millis, sequence};
use crate::SqliteEffect;
use crate::session::Session;

const CLAIM: &str = "\
    SELECT p.sequence, s.id, p.token + 1, p.attempts + 1, p.event_type, s.received,
        coalesce(v.version > p.version, 0), p.bytes
    FROM webhook_pending p
    JOIN webhook_seen s ON s.sequence = p.sequence
    LEFT JOIN webhook_version v ON v.endpoint = p.endpoint AND v.order_key = p.order_key
    WHERE {claimable}
    ORDER BY p.at, p.sequence LIMIT :limit";
const HAS_CLAIMABLE: &str = "SELECT EXISTS (SELECT 1 FROM webhook_pending p WHERE {claimable})";
/// The state is a constant, so that the index of those that are running can be used.
const CLAIMABLE: &str = "\
    p.endpoint = :endpoint AND p.state < 2 AND p.state = {state} AND p.at <= :now
        AND (p.event_type IS NOT NULL AND p.event_type IN (SELECT value FROM json_each(:event_types))) = :is_only
        AND (p.order_key IS NULL OR NOT EXISTS (
            SELECT 1 FROM webhook_pending e
            WHERE e.endpoint = p.endpoint AND e.order_key = p.order_key AND e.state < 2 AND e.sequence < p.sequence
        ))
        AND NOT EXISTS (SELECT 1 FROM webhook_paused WHERE endpoint = :endpoint)
        AND NOT EXISTS (SELECT 1 FROM webhook_store WHERE incoming IS NOT NULL)";

fn with_condition(sql: &str, request: &ClaimRequest) -> String {
    let state = if request.lapsed { State::Running } else { State::Pending };
    sql.replace("{claimable}", CLAIMABLE).replace("{state}", &state.number().to_string())
}

fn event_types(request: &ClaimRequest) -> (String, bool) {
    match &request.event_types {
        EventTypes::Only(list) => (json_list(list), true),
        EventTypes::Except(list) => (json_list(list), false),
    }
}

pub(crate) fn has_claimable(session: &Session, request: &ClaimRequest, now: i64) -> Sql<bool> {
    let (event_types, is_only) = event_types(request);
    let parameters = named_params! {
        ":endpoint": request.endpoint,
        ":now": now,
        ":event_types": event_types,
        ":is_only": is_only,
    };
    session
        .prepare(&with_condition(HAS_CLAIMABLE, request))
        .and_then(|mut found| found.query_row(parameters, |row| row.get(0)))
        .typed()
}

pub(crate) fn claim(session: &Session, request: &ClaimRequest, now: i64) -> Sql<Vec<Claim>> {
    let (event_types, is_only) = event_types(request);
    let parameters = named_params! {
        ":endpoint": request.endpoint,
        ":now": now,
        ":event_types": event_types,
        ":is_only": is_only,
        ":limit": limit(request.limit),
    };
    let mut statement = session.prepare(&with_condition(CLAIM, request)).typed()?;
    let found = |row: &Row<'_>| {
        let received: i64 = row.get(5)?;
        let claim = Claim {
            id: ClaimId {
                key: Key::new(request.endpoint.clone(), row.get::<_, String>(1)?),
                token: ClaimToken::new(row.get::<_, i64>(2)?.try_into().unwrap_or_default()),
            },
            attempt: row.get(3)?,
            event_type: row.get(4)?,
            age: Duration::from_millis(now.saturating_sub(received).try_into().unwrap_or_default()),
            superseded: row.get(6)?,
            bytes: Bytes::from(row.get::<_, Vec<u8>>(7)?),
        };
        Ok((row.get::<_, i64>(0)?, claim))
    };
    let mut fits = within(request.max_bytes);
    let found: Vec<(i64, Claim)> = statement
        .query_map(parameters, found)
        .and_then(|found| {
            let fits = |claim: &rusqlite::Result<(i64, Claim)>| match claim {
                Ok((_, claim)) => fits(claim.bytes.len() as u64),
                Err(_) => true,
            };
            found.take_while(fits).collect()
        })
        .typed()?;
    let mut update = session
        .prepare(
            "UPDATE webhook_pending SET state = 1, at = ?2, token = token + 1, attempts = attempts + 1 WHERE sequence = ?1",
        )
        .typed()?;
    let until = now.saturating_add(millis(request.lease));
    let claims: Sql<Vec<Claim>> = found
        .into_iter()
        .map(|(sequence, claim)| {
            update.execute([sequence, until]).typed()?;
            Ok(claim)
        })
        .collect();
    if claims.as_ref().is_ok_and(|claims| !claims.is_empty()) {
        crash_point("claim: before the commit");
    }
    claims
}

pub(crate) fn extend(session: &Session, claims: &[ClaimId], lease: Duration, now: i64) -> Sql<Vec<LeaseState>> {
    let mut update = session
        .prepare("UPDATE webhook_pending SET at = ?3 WHERE sequence = ?1 AND token = ?2 AND state = 1")
        .typed()?;
    let until = now.saturating_add(millis(lease));
    let extend = |claim: &ClaimId| {
        let Some(sequence) = sequence(session, &claim.key)? else { return Ok(LeaseState::Expired) };
        let rows = update.execute([sequence, token(claim), until]).typed()?;
        Ok(if rows > 0 { LeaseState::Held } else { LeaseState::Expired })
    };
    let states = claims.iter().map(extend).collect();
    crash_point("extend: before the commit");
    states
}

pub(crate) fn finish(session: &Session, batch: Vec<Finish<SqliteEffect>>, now: i64) -> Sql<Vec<Finished>> {
    let mut statements = Statements::prepare(session)?;
    let end = |Finish { claim, verdict }| statements.end(&claim, verdict, now);
    let finished = batch.into_iter().map(end).collect();
    crash_point("finish: before the commit");
    finished
}

/// What each end of a batch needs.
struct Statements<'c> {
    session: &'c Session,
    find: CachedStatement<'c>,
    delete: CachedStatement<'c>,
    savepoint: CachedStatement<'c>,
    release: CachedStatement<'c>,
}

/// The entry of a claim that is held.
struct Held {
    sequence: i64,
    order_key: Option<String>,
    version: Option<i64>,
}

impl<'c> Statements<'c> {
    fn prepare(session: &'c Session) -> Sql<Self> {
        let prepare = |sql| session.prepare(sql).typed();
        Ok(Self {
            session,
            // Not `DELETE … RETURNING`, for which SQLite creates a table each time.
            find: prepare(
                "SELECT p.sequence, p.order_key, p.version
                 FROM webhook_seen s JOIN webhook_pending p ON p.sequence = s.sequence
                 WHERE s.endpoint = ?1 AND s.id = ?2 AND p.state = 1 AND p.token = ?3",
            )?,
            delete: prepare("DELETE FROM webhook_pending WHERE sequence = ?1")?,
            savepoint: prepare("SAVEPOINT webhook_effects")?,
            release: prepare("RELEASE webhook_effects")?,
        })
    }

    fn end(&mut self, claim: &ClaimId, verdict: Verdict<SqliteEffect>, now: i64) -> Sql<Finished> {
        let Some(held) = self.find(claim)? else { return Ok(Finished::Fenced) };
        let (state, at, attempts, reason) = match verdict {
            Verdict::Done(effects) => return self.done(claim, held, effects, now),
            Verdict::Retry { after, reason } => (0, now.saturating_add(millis(after)), 0, Some(reason)),
            Verdict::Release => (0, now, 1, None),
            Verdict::Dead { reason } => (2, now, 0, Some(reason)),
            Verdict::Unrouted { reason } => (3, now, 0, Some(reason)),
        };
        self.session
            .prepare(
                "UPDATE webhook_pending
                 SET state = ?2, at = ?3, attempts = max(attempts - ?4, 0), reason = coalesce(?5, reason)
                 WHERE sequence = ?1",
            )
            .and_then(|mut update| update.execute(params![held.sequence, state, at, attempts, reason]))
            .typed()?;
        Ok(Finished::Applied)
    }

    fn find(&mut self, claim: &ClaimId) -> Sql<Option<Held>> {
        let held = |row: &Row<'_>| Ok(Held { sequence: row.get(0)?, order_key: row.get(1)?, version: row.get(2)? });
        self.find.query_row(params![claim.key.endpoint, claim.key.id, token(claim)], held).optional().typed()
    }

    /// The mark and the effects, or neither.
    fn done(&mut self, claim: &ClaimId, held: Held, effects: Vec<SqliteEffect>, now: i64) -> Sql<Finished> {
        let has_effects = !effects.is_empty();
        if has_effects {
            self.savepoint.execute([]).typed()?;
        }
        self.delete.execute([held.sequence]).typed()?;
        self.remember(claim, held, now)?;
        let failure = effects.into_iter().find_map(|effect| self.session.run(effect).err());
        if !self.session.has_transaction() {
            // A full disk, or a conflict that rolls back.
            let error = failure.unwrap_or_else(|| "an effect has ended the transaction".into());
            return Err(ended(error));
        }
        if has_effects {
            if failure.is_some() {
                self.session.execute("ROLLBACK TO webhook_effects").typed()?;
            }
            self.release.execute([]).typed()?;
        }
        Ok(failure.map_or(Finished::Applied, Finished::EffectFailed))
    }

    /// The version of what is done.
    fn remember(&self, claim: &ClaimId, held: Held, now: i64) -> Sql<()> {
        let (Some(order_key), Some(version)) = (held.order_key, held.version) else { return Ok(()) };
        self.session
            .prepare(
                "INSERT INTO webhook_version (endpoint, order_key, version, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (endpoint, order_key) DO UPDATE SET version = max(version, excluded.version), at = excluded.at",
            )
            .and_then(|mut remember| remember.execute(params![claim.key.endpoint, order_key, version, now]))
            .map(drop)
            .typed()
    }
}

/// The kind of error that has ended the transaction.
fn ended(error: BoxError) -> StoreError {
    match error.downcast::<rusqlite::Error>() {
        Ok(error) => crate::error::store_error(&error),
        Err(error) => StoreError::new(StoreErrorKind::Other, error),
    }
}

fn token(claim: &ClaimId) -> i64 {
    claim.token.get().try_into().unwrap_or(-1)
}
