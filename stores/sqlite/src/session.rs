//! A connection, on which effects run beside the statements of the inbox.

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
        Ok(Self { connection, effect })
    }

    /// Prepares a statement of the inbox.
    ///
    /// SQLite asks for permission when a statement is prepared. With the comment, an effect with the same statement does not
    /// find this one in the cache.
    pub(crate) fn prepare(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.connection.prepare_cached(&format!("{sql} -- of the inbox"))
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
            (Err(error), Some(denied)) => Err(format!("{error}: {denied}").into()),
            (result, _) => result,
        }
    }
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, Option<Denied>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Setting one of these again would expire all prepared statements. So they are set once, and do nothing without an effect.
    fn restrict(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let effect = self.clone();
        let authorize = move |context: AuthContext<'_>| match &mut *effect.lock() {
            Some(denied) => denied.authorize(context.action),
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
    fn authorize(&mut self, action: AuthAction<'_>) -> Authorization {
        let Some(what) = denied(action) else { return Authorization::Allow };
        self.0 = Some(what);
        Authorization::Deny
    }
}

/// What an effect must not do, if this is such an action.
fn denied(action: AuthAction<'_>) -> Option<String> {
    let name = match action {
        AuthAction::Transaction { .. } => return Some("an effect cannot begin or end a transaction".to_owned()),
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            return Some("an effect cannot attach or detach a file".to_owned());
        }
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let is_any = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(pragma_name));
            let is_allowed = pragma_value.is_none() || is_any(&PRAGMAS) || is_any(&READING_PRAGMAS);
            return (!is_allowed).then(|| format!("an effect cannot set `PRAGMA {pragma_name}`"));
        }
        AuthAction::Savepoint { savepoint_name: name, .. }
        | AuthAction::CreateView { view_name: name }
        | AuthAction::CreateTempView { view_name: name }
        | AuthAction::Insert { table_name: name }
        | AuthAction::Update { table_name: name, .. }
        | AuthAction::Delete { table_name: name }
        | AuthAction::CreateTable { table_name: name }
        | AuthAction::CreateTempTable { table_name: name }
        | AuthAction::CreateVtable { table_name: name, .. }
        | AuthAction::CreateIndex { table_name: name, .. }
        | AuthAction::CreateTempIndex { table_name: name, .. }
        | AuthAction::CreateTrigger { table_name: name, .. }
        | AuthAction::CreateTempTrigger { table_name: name, .. }
        | AuthAction::AlterTable { table_name: name, .. }
        | AuthAction::DropTable { table_name: name }
        | AuthAction::DropIndex { table_name: name, .. }
        | AuthAction::DropTrigger { table_name: name, .. } => name,
        _ => return None,
    };
    // SQLite ignores the case of names.
    let is_own = name.get(..OWN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(OWN));
    is_own.then(|| format!("an effect cannot change `{name}`: names that begin with `{OWN}` are those of the inbox"))
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
