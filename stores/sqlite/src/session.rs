//! A connection, on which effects run beside the statements of the inbox.

use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::iter::successors;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{CachedStatement, Connection};
use webhook_inbox::store::StoreError;
use webhook_receiver::BoxError;

use crate::SqliteEffect;
use crate::error::store_error;

/// How names of tables and savepoints of the inbox begin.
const OWN: &str = "webhook_";
/// What an effect can set. The rest outlasts the effect, or concerns others that share the transaction.
const PRAGMAS: [&str; 2] = ["foreign_keys", "user_version"];
/// Their value is the name of what they describe or check.
const READING_PRAGMAS: [&str; 10] = [
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// Statements of the inbox can do everything. Those of an effect can neither change the transaction nor what the inbox relies on.
#[derive(Debug)]
pub(crate) struct Session {
    connection: Connection,
    effect: Running,
    /// A comment that an effect cannot know.
    mark: String,
}

/// The effect that runs, if one does.
#[derive(Clone, Debug, Default)]
struct Running(Arc<Mutex<Option<Denied>>>);

/// What the effect was not allowed to do, if it has tried.
#[derive(Debug, Default)]
struct Denied(Option<String>);

impl Session {
    pub(crate) fn new(mut connection: Connection) -> Result<Self, StoreError> {
        let effect = Running::default();
        effect.restrict(&mut connection).map_err(|error| store_error(&error))?;
        let mark = format!(" -- {:x}", RandomState::new().hash_one(()));
        Ok(Self { connection, effect, mark })
    }

    /// Prepares a statement of the inbox.
    ///
    /// SQLite asks for permission when a statement is prepared. With the mark, an effect with the same statement does not find this
    /// one in the cache.
    pub(crate) fn prepare(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.connection.prepare_cached(&format!("{sql}{}", self.mark))
    }

    pub(crate) fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.prepare(sql)?.execute([]).map(drop)
    }

    /// Changes a setting of the connection. SQLite does so when the statement is prepared, so it is not taken from the cache.
    pub(crate) fn set(&self, pragma: &str, value: &str) -> rusqlite::Result<()> {
        self.connection.execute_batch(&format!("PRAGMA {pragma} = {value}"))
    }

    pub(crate) fn has_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    pub(crate) fn run(&self, effect: SqliteEffect) -> Result<(), BoxError> {
        *self.effect.lock() = Some(Denied::default());
        let result = catch_unwind(AssertUnwindSafe(|| effect.run(&self.connection)))
            .unwrap_or_else(|_| Err("an effect has panicked".into()));
        let denied = self.effect.lock().take().and_then(|denied| denied.0);
        match (result, denied) {
            (Err(error), Some(denied)) if is_denial(&*error) => Err(format!("{error}: {denied}").into()),
            (result, _) => result,
        }
    }
}

/// Whether the cause is that a statement was not authorized, and not another error after one that the effect has handled.
fn is_denial(error: &(dyn Error + 'static)) -> bool {
    // The text, since functions and virtual tables that are not authorized have the code of other errors.
    let is_denial = |error: &rusqlite::Error| error.to_string().contains("not authorized");
    successors(Some(error), |&error| error.source()).any(|error| error.downcast_ref().is_some_and(is_denial))
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, Option<Denied>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Setting one of these again would expire all prepared statements. So they are set once, and do nothing without an effect.
    fn restrict(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let effect = self.clone();
        let authorize = move |context: AuthContext<'_>| match &mut *effect.lock() {
            Some(denied) => denied.authorize(&context),
            None => Authorization::Allow,
        };
        connection.authorizer(Some(authorize)).checked()?;
        // A conflict that rolls back (`INSERT OR ROLLBACK`) ends the transaction, and is not asked about. What the effect does
        // afterwards would be committed at once: it is rolled back as well.
        let effect = self.clone();
        connection.commit_hook(Some(move || effect.lock().is_some())).checked()
    }
}

impl Denied {
    fn authorize(&mut self, context: &AuthContext<'_>) -> Authorization {
        let Some(what) = denied(context) else { return Authorization::Allow };
        self.0 = Some(what);
        Authorization::Deny
    }
}

/// What an effect must not do, if this is such an action.
fn denied(context: &AuthContext<'_>) -> Option<String> {
    let names = match context.action {
        AuthAction::Transaction { .. } => return Some("an effect cannot begin or end a transaction".to_owned()),
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            return Some("an effect cannot attach or detach a file".to_owned());
        }
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let is_any = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(pragma_name));
            let is_allowed = pragma_value.is_none() || is_any(&PRAGMAS) || is_any(&READING_PRAGMAS);
            return (!is_allowed).then(|| format!("an effect cannot set `PRAGMA {pragma_name}`"));
        }
        // All that is created is inserted into the schema. Other effects, and the inbox, would use it instead of what has the
        // same name in the file.
        AuthAction::Insert { .. } if context.database_name == Some("temp") => {
            return Some("an effect cannot create what is temporary: it would outlast the effect".to_owned());
        }
        // `ALTER TABLE … RENAME TO` is a call of this function. SQLite does not pass the new name.
        AuthAction::Function { function_name: "sqlite_rename_table" } => {
            return Some("an effect cannot rename a table".to_owned());
        }
        AuthAction::CreateIndex { index_name: name, table_name }
        | AuthAction::CreateTrigger { trigger_name: name, table_name }
        | AuthAction::DropIndex { index_name: name, table_name }
        | AuthAction::DropTrigger { trigger_name: name, table_name } => [name, table_name],
        AuthAction::Savepoint { savepoint_name: name, .. }
        | AuthAction::CreateView { view_name: name }
        | AuthAction::DropView { view_name: name }
        | AuthAction::Insert { table_name: name }
        | AuthAction::Update { table_name: name, .. }
        | AuthAction::Delete { table_name: name }
        | AuthAction::CreateTable { table_name: name }
        | AuthAction::CreateVtable { table_name: name, .. }
        | AuthAction::AlterTable { table_name: name, .. }
        | AuthAction::DropTable { table_name: name } => [name; 2],
        _ => return None,
    };
    // SQLite ignores the case of names.
    let is_own = |name: &&str| name.get(..OWN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(OWN));
    let name = names.into_iter().find(is_own)?;
    Some(format!("an effect cannot change `{name}`: names that begin with `{OWN}` are those of the inbox"))
}

/// What hooks return: nothing before `rusqlite` 0.39.
trait Checked {
    fn checked(self) -> rusqlite::Result<()>;
}

impl Checked for () {
    fn checked(self) -> rusqlite::Result<()> {
        Ok(())
    }
}

impl Checked for rusqlite::Result<()> {
    fn checked(self) -> rusqlite::Result<()> {
        self
    }
}

#[cfg(test)]
mod tests {
    use webhook_inbox::store::StoreErrorKind;

    use super::*;
    use crate::error::kind;

    fn session() -> Session {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE asset (id BLOB)").unwrap();
        Session::new(connection).unwrap()
    }

    fn run(
        session: &Session,
        change: impl FnOnce(&Connection) -> Result<(), BoxError> + Send + 'static,
    ) -> Result<(), BoxError> {
        session.run(SqliteEffect::from(change))
    }

    #[test]
    fn an_error_after_a_hidden_denial_keeps_its_type_and_text() {
        let session = session();
        session.set("max_page_count", "10").unwrap();
        let error = run(&session, |tables| {
            tables.execute_batch("PRAGMA synchronous = OFF").unwrap_err();
            Ok(tables.execute_batch("INSERT INTO asset VALUES (zeroblob(1000000))")?)
        });
        let error = error.unwrap_err().downcast::<rusqlite::Error>().unwrap();
        assert_eq!(kind(&error), StoreErrorKind::Full);
        assert!(!error.to_string().contains("an effect cannot"), "{error}");
    }

    #[test]
    fn a_wrapped_denial_has_its_reason() {
        let error = run(&session(), |tables| {
            let wrapped = |error| StoreError::new(StoreErrorKind::Other, error);
            Ok(tables.execute_batch("COMMIT").map_err(wrapped)?)
        });
        let error = error.unwrap_err().to_string();
        assert!(error.ends_with("not authorized: an effect cannot begin or end a transaction"), "{error}");
    }

    #[test]
    fn an_effect_does_not_find_statements_of_the_inbox() {
        let session = session();
        for sql in ["BEGIN", "COMMIT"] {
            session.execute(sql).unwrap();
        }
        for sql in ["COMMIT", "COMMIT -- of the inbox"] {
            run(&session, |tables| Ok(tables.prepare_cached(sql).map(drop)?)).unwrap_err();
        }
    }
}
