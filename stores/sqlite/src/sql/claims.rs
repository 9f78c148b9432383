use std::time::Duration;

use rusqlite::{CachedStatement, Row, ToSql, named_params, params};
use webhook_inbox::store::{
    Claim, ClaimId, ClaimRequest, ClaimToken, EventTypes, Finish, Finished, Key, State, StoreError, StoreErrorKind,
    Verdict, crash_point, within,
};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::{BoxError, LeaseState};

use super::{Context, Sql, json_list, limit, millis, number};
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
/// The state is a constant, so that its index can be used.
const CLAIMABLE: &str = "\
    p.endpoint = :endpoint AND p.state = {state} AND p.at <= :now {event_types}
        AND (p.order_key IS NULL OR NOT EXISTS (
            SELECT 1 FROM webhook_pending e
            WHERE e.endpoint = p.endpoint AND e.order_key = p.order_key AND e.state < 2 AND e.state >= {state}
                AND e.sequence < p.sequence
        ) {none_running})
        AND NOT EXISTS (SELECT 1 FROM webhook_paused WHERE endpoint = :endpoint)
        AND NOT EXISTS (SELECT 1 FROM webhook_store WHERE incoming IS NOT NULL)";
/// A later one can be running if an earlier one was replayed. Few are running, so they are read once for all that are pending.
const NONE_RUNNING: &str = "\
    AND p.order_key NOT IN (
            SELECT order_key FROM webhook_pending INDEXED BY webhook_pending_running
            WHERE endpoint = :endpoint AND state = 1 AND order_key IS NOT NULL
        )";

/// A statement on the row of a claim, if the claim is held: if its endpoint, id and token are the first parameters.
macro_rules! held {
    ($sql:literal) => {
        concat!(
            $sql,
            " WHERE state = 1 AND token = ?3
                AND sequence = (SELECT sequence FROM webhook_seen WHERE endpoint = ?1 AND id = ?2)"
        )
    };
}

const EXTEND: &str = held!("UPDATE webhook_pending SET at = ?4");
const END: &str = held!(
    "UPDATE webhook_pending
     SET state = ?4, at = ?5, attempts = max(attempts - ?6, 0), reason = coalesce(?7, reason)"
);
/// Marks a delivery done in a transaction of another connection to the file, such as one of a pool of sqlx or diesel,
/// for a handler with the argument [`Claimed`](webhook_inbox::Claimed).
///
/// The parameters are the endpoint, the id and the token of the claim. If no row was changed, something else has
/// claimed the delivery: roll back, and return an error. Versions of
/// [`latest_by`](webhook_inbox::InboxBuilder::latest_by) are not remembered: use [`SqliteEffect`] with them.
pub const MARK_DONE: &str = held!("DELETE FROM webhook_pending");
const MARK: &str = concat!(held!("DELETE FROM webhook_pending"), " AND version IS NULL");
const REMEMBER: &str = concat!(
    held!(
        "INSERT INTO webhook_version (endpoint, order_key, version, at)
         SELECT endpoint, order_key, version, ?4 FROM webhook_pending"
    ),
    " AND order_key IS NOT NULL AND version IS NOT NULL
     ON CONFLICT (endpoint, order_key) DO UPDATE SET version = max(version, excluded.version), at = excluded.at"
);

/// Most claims are of all event types. They need no list, and so no condition.
fn with_condition(sql: &str, request: &ClaimRequest) -> (String, Option<String>) {
    const LISTED: &str = "p.event_type IN (SELECT value FROM json_each(:event_types))";
    let state = if request.lapsed { State::Running } else { State::Pending };
    let (event_types, list) = match &request.event_types {
        EventTypes::Only(list) => (format!("AND {LISTED}"), Some(json_list(list))),
        EventTypes::Except(list) if list.is_empty() => (String::new(), None),
        EventTypes::Except(list) => (format!("AND (p.event_type IS NULL OR NOT {LISTED})"), Some(json_list(list))),
    };
    let condition = CLAIMABLE
        .replace("{state}", &state.number().to_string())
        .replace("{none_running}", if request.lapsed { "" } else { NONE_RUNNING })
        .replace("{event_types}", &event_types);
    (sql.replace("{claimable}", &condition), list)
}

pub(crate) fn has_claimable(session: &Session, request: &ClaimRequest, now: i64) -> Sql<bool> {
    let (sql, event_types) = with_condition(HAS_CLAIMABLE, request);
    let mut parameters = named_params! { ":endpoint": request.endpoint, ":now": now }.to_vec();
    parameters.extend(event_types.as_ref().map(|list| (":event_types", list as &dyn ToSql)));
    session.prepare(&sql).and_then(|mut found| found.query_row(&parameters[..], |row| row.get(0))).typed()
}

pub(crate) fn claim(session: &Session, request: &ClaimRequest, now: i64) -> Sql<Vec<Claim>> {
    let (sql, event_types) = with_condition(CLAIM, request);
    let limit = limit(request.limit);
    let mut parameters = named_params! { ":endpoint": request.endpoint, ":now": now, ":limit": limit }.to_vec();
    parameters.extend(event_types.as_ref().map(|list| (":event_types", list as &dyn ToSql)));
    let mut statement = session.prepare(&sql).typed()?;
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
        .query_map(&parameters[..], found)
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
    let mut update = session.prepare(EXTEND).typed()?;
    let until = now.saturating_add(millis(lease));
    let extend = |ClaimId { key, token }: &ClaimId| {
        let rows = update.execute(params![key.endpoint, key.id, number(token.get()), until]).typed()?;
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
    mark: CachedStatement<'c>,
    savepoint: CachedStatement<'c>,
    release: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    fn prepare(session: &'c Session) -> Sql<Self> {
        Ok(Self {
            session,
            mark: session.prepare(MARK).typed()?,
            savepoint: session.prepare("SAVEPOINT webhook_effects").typed()?,
            release: session.prepare("RELEASE webhook_effects").typed()?,
        })
    }

    fn end(&mut self, claim: &ClaimId, verdict: Verdict<SqliteEffect>, now: i64) -> Sql<Finished> {
        let (state, at, attempts, reason) = match verdict {
            Verdict::Done(effects) => return self.done(claim, effects, now),
            Verdict::Retry { after, reason } => (0, now.saturating_add(millis(after)), 0, Some(reason)),
            Verdict::Release => (0, now, 1, None),
            Verdict::Dead { reason } => (2, now, 0, Some(reason)),
            Verdict::Unrouted { reason } => (3, now, 0, Some(reason)),
        };
        let ClaimId { key, token } = claim;
        let parameters = params![key.endpoint, key.id, number(token.get()), state, at, attempts, reason];
        let rows = self.session.prepare(END).and_then(|mut end| end.execute(parameters)).typed()?;
        Ok(if rows > 0 { Finished::Applied } else { Finished::Fenced })
    }

    /// The mark and the effects, or neither.
    fn done(&mut self, claim: &ClaimId, effects: Vec<SqliteEffect>, now: i64) -> Sql<Finished> {
        let has_effects = !effects.is_empty();
        if has_effects {
            self.savepoint.execute([]).typed()?;
        }
        let is_held = self.mark(claim, now)?;
        let mut run = effects.into_iter().map(|effect| self.session.run(effect));
        let failure = if is_held { run.find_map(Result::err) } else { None };
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
        let marked = if is_held { Finished::Applied } else { Finished::Fenced };
        Ok(failure.map_or(marked, Finished::EffectFailed))
    }

    /// Returns false if the claim is not held. Most deliveries have no version: they take one statement.
    fn mark(&mut self, ClaimId { key, token }: &ClaimId, now: i64) -> Sql<bool> {
        let (endpoint, id, token) = (&key.endpoint, &key.id, number(token.get()));
        if self.mark.execute(params![endpoint, id, token]).typed()? > 0 {
            return Ok(true);
        }
        let execute = |sql, parameters: &[&dyn ToSql]| {
            self.session.prepare(sql).and_then(|mut statement| statement.execute(parameters)).typed()
        };
        execute(REMEMBER, params![endpoint, id, token, now])?;
        Ok(execute(MARK_DONE, params![endpoint, id, token])? > 0)
    }
}

/// The kind of error that has ended the transaction.
fn ended(error: BoxError) -> StoreError {
    match error.downcast::<rusqlite::Error>() {
        Ok(error) => crate::error::store_error(&error),
        Err(error) => StoreError::new(StoreErrorKind::Other, error),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::schema::{MIGRATIONS, migrate};

    fn plan(lapsed: bool, event_types: EventTypes) -> String {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, MIGRATIONS).unwrap();
        let (endpoint, lease) = ("acme".to_owned(), Duration::from_secs(30));
        let request = ClaimRequest { endpoint, event_types, lapsed, limit: 64, max_bytes: u64::MAX, lease };
        let (sql, _) = with_condition(CLAIM, &request);
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps: Vec<String> = explain.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap();
        steps.join("\n")
    }

    #[test]
    fn claims_skip_rows_in_an_index_and_in_its_order() {
        for event_types in [EventTypes::Except(Vec::new()), EventTypes::Except(vec!["asset.created".to_owned()])] {
            for (lapsed, index) in [(false, "webhook_pending_waiting"), (true, "webhook_pending_running")] {
                let plan = plan(lapsed, event_types.clone());
                assert!(plan.starts_with(&format!("SEARCH p USING INDEX {index} (endpoint=? AND at<?)")), "{plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{plan}");
            }
        }
    }
}
