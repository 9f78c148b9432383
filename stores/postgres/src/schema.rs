//! The tables, and their migration.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::error::{other, store_error};

/// The schema, unless another is set.
pub(crate) const DEFAULT: &str = "webhook_inbox";

/// Each brings the tables from the version before to the next.
///
/// Two versions of this crate work side by side during an upgrade. So a migration adds tables, indexes, and columns that are
/// null or have a default. One that crates of earlier versions do not tolerate sets `oldest` to its own version.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration { sql: include_str!("schema/1.sql"), oldest: 1 }];

/// The lock that a migration holds, with the hash of the schema.
const LOCK: i32 = i32::from_be_bytes(*b"whmi");

pub(crate) struct Migration {
    pub(crate) sql: &'static str,
    /// The first version whose crate can use the tables.
    pub(crate) oldest: i64,
}

/// The schema with the tables.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    /// Consists of lower-case letters, digits and `_`.
    name: String,
}

impl Schema {
    pub(crate) fn new(name: &str) -> Result<Self, StoreError> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if (1..=63).contains(&name.len()) && name.bytes().all(is_plain) {
            return Ok(Self { name: name.to_owned() });
        }
        Err(other(format!("`{name}` cannot be used as a schema: use up to 63 lower-case letters, digits and `_`")))
    }

    /// Adds the schema to the names of tables and sequences. So nothing depends on the search path.
    pub(crate) fn qualify(&self, sql: &str) -> String {
        sql.replace("webhook_", &format!("\"{}\".webhook_", self.name))
    }
}

/// The SQL that creates the tables of the latest version.
pub(crate) fn create_tables(schema: &Schema) -> String {
    let create = format!("CREATE SCHEMA IF NOT EXISTS \"{}\";\n", schema.name);
    format!("BEGIN;\n{create}{}COMMIT;\n", upgrade(schema, 0, MIGRATIONS))
}

/// From this version to the latest, in a schema that exists.
fn upgrade(schema: &Schema, from: usize, migrations: &[Migration]) -> String {
    let mut sql = String::new();
    if from == 0 {
        sql += &schema.qualify("CREATE TABLE webhook_schema (version bigint NOT NULL, oldest bigint NOT NULL);\n");
        sql += &schema.qualify("INSERT INTO webhook_schema VALUES (0, 0);\n\n");
    }
    for migration in migrations.iter().skip(from) {
        sql += &schema.qualify(migration.sql);
    }
    let oldest = oldest_of(migrations);
    sql + &schema.qualify(&format!("\nUPDATE webhook_schema SET version = {}, oldest = {oldest};\n", migrations.len()))
}

/// Checks the database, and brings its tables to this version. One process at a time does so.
pub(crate) async fn migrate(client: &Client, schema: &Schema, migrations: &[Migration]) -> Result<(), StoreError> {
    check_settings(client).await?;
    // Without any rights but to read, if there is nothing to do.
    if missing(client, schema, migrations).await?.is_none() {
        return Ok(());
    }
    let execute = async |sql: &str| client.batch_execute(sql).await.map_err(|error| store_error(&error));
    execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    client
        .query_typed(
            "SELECT pg_advisory_xact_lock($1, hashtext($2))",
            &[(&LOCK, Type::INT4), (&schema.name.as_str(), Type::TEXT)],
        )
        .await
        .map_err(|error| store_error(&error))?;
    if let Some(from) = missing(client, schema, migrations).await? {
        let mut sql = upgrade(schema, from, migrations);
        // `IF NOT EXISTS` needs the right to create it even if it exists.
        if !exists(client, "SELECT FROM pg_namespace WHERE nspname = $1", &schema.name).await? {
            sql.insert_str(0, &format!("CREATE SCHEMA \"{}\";\n", schema.name));
        }
        execute(&sql).await.map_err(|error| {
            StoreError::new(error.kind(), format!("its tables cannot be created or upgraded: {error}"))
        })?;
        if from > 0 {
            tracing::info!(schema = schema.name, from, to = migrations.len(), "the tables of the inbox are upgraded");
        }
    }
    execute("COMMIT").await
}

/// Checks the database, and that there are tables of this version or a later one that this crate can use.
pub(crate) async fn check(client: &Client, schema: &Schema, migrations: &[Migration]) -> Result<(), StoreError> {
    check_settings(client).await?;
    let text = match missing(client, schema, migrations).await? {
        None => return Ok(()),
        Some(0) => format!("the schema `{}` has no tables of an inbox", schema.name),
        Some(version) => {
            format!("its tables have version {version}: the inbox upgrades them to {} when it starts", migrations.len())
        }
    };
    Err(StoreError::new(StoreErrorKind::UnknownSchema, text))
}

/// The version of the tables, if it is not the latest; 0 if there are none.
async fn missing(client: &Client, schema: &Schema, migrations: &[Migration]) -> Result<Option<usize>, StoreError> {
    const TABLE: &str = "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = 'webhook_schema'";
    if !exists(client, TABLE, &schema.name).await? {
        return Ok(Some(0));
    }
    let rows = client
        .query_typed(&schema.qualify("SELECT version, oldest FROM webhook_schema"), &[])
        .await
        .map_err(|error| store_error(&error))?;
    let unknown = |text: String| StoreError::new(StoreErrorKind::UnknownSchema, text);
    let [row] = &rows[..] else {
        return Err(unknown("the table `webhook_schema` must have one row".to_owned()));
    };
    let numbers = |row: &Row| Ok((row.try_get::<_, i64>(0)?, row.try_get::<_, i64>(1)?));
    let (version, oldest) = numbers(row).map_err(|error| store_error(&error))?;
    let latest = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if oldest > latest {
        let text = format!("its tables have version {version}, and this crate knows versions up to {latest}");
        return Err(unknown(text));
    }
    Ok(if version < latest { Some(usize::try_from(version).unwrap_or_default()) } else { None })
}

/// The first version whose crate can use the tables after all of these.
fn oldest_of(migrations: &[Migration]) -> i64 {
    migrations.iter().map(|migration| migration.oldest).max().unwrap_or(0)
}

async fn exists(client: &Client, sql: &str, name: &str) -> Result<bool, StoreError> {
    let rows = client.query_typed(sql, &[(&name, Type::NAME)]).await.map_err(|error| store_error(&error))?;
    Ok(!rows.is_empty())
}

/// What a role or a database can set, and would make the store wrong.
async fn check_settings(client: &Client) -> Result<(), StoreError> {
    const SETTINGS: &str =
        "SELECT current_setting('server_encoding'), current_setting('default_transaction_isolation'),
        current_setting('fsync')";
    let row = client.query_typed_one(SETTINGS, &[]).await.map_err(|error| store_error(&error))?;
    let setting = |column| row.try_get::<_, String>(column).map_err(|error| store_error(&error));
    let (encoding, isolation, fsync) = (setting(0)?, setting(1)?, setting(2)?);
    if encoding != "UTF8" {
        return Err(other(format!("the encoding of the database is {encoding}, and must be UTF8")));
    }
    if isolation != "read committed" {
        return Err(other(format!(
            "`default_transaction_isolation` is `{isolation}`, and must be `read committed`: use `ALTER ROLE … SET`"
        )));
    }
    if fsync == "off" {
        tracing::warn!("`fsync` is off: what the server has committed is lost if its machine loses power");
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use temporary_postgres::{ADMINISTRATOR, PostgresServer};
    use tokio_postgres::{NoTls, connect};

    use super::*;

    const SECOND: Migration =
        Migration { sql: "ALTER TABLE webhook_seen ADD COLUMN source text NOT NULL DEFAULT '';", oldest: 1 };
    const THIRD: Migration = Migration { sql: "ALTER TABLE webhook_seen DROP COLUMN digest;", oldest: 3 };

    const FOURTH: Migration = Migration { sql: "CREATE TABLE webhook_more (id text);", oldest: 1 };

    #[tokio::test]
    async fn tables_are_upgraded_while_the_version_before_uses_them() {
        let Some(server) = PostgresServer::start() else { return };
        let (client, connection) = connect(&server.url(ADMINISTRATOR, "postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        let schema = Schema::new("upgraded").unwrap();
        let first = || Migration { sql: MIGRATIONS[0].sql, oldest: 1 };
        migrate(&client, &schema, MIGRATIONS).await.unwrap();
        let insert = schema.qualify("INSERT INTO webhook_seen VALUES ($1, 'acme', $1::text, '', 0)");
        client.query_typed(&insert, &[(&1_i64, Type::INT8)]).await.unwrap();

        migrate(&client, &schema, &[first(), SECOND]).await.unwrap();
        // Both versions open and use them.
        migrate(&client, &schema, MIGRATIONS).await.unwrap();
        migrate(&client, &schema, &[first(), SECOND]).await.unwrap();
        client.query_typed(&insert, &[(&2_i64, Type::INT8)]).await.unwrap();
        let rows = client.query("SELECT FROM upgraded.webhook_seen WHERE source = ''", &[]).await.unwrap();
        assert_eq!(rows.len(), 2);

        migrate(&client, &schema, &[first(), SECOND, THIRD]).await.unwrap();
        let error = migrate(&client, &schema, &[first(), SECOND]).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::UnknownSchema);
        // Nor if one is added that it would tolerate.
        migrate(&client, &schema, &[first(), SECOND, THIRD, FOURTH]).await.unwrap();
        let error = migrate(&client, &schema, &[first(), SECOND]).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::UnknownSchema);
        migrate(&client, &schema, &[first(), SECOND, THIRD]).await.unwrap();

        // The same from the beginning, and by the SQL for another role.
        let at_once = Schema::new("at_once").unwrap();
        migrate(&client, &at_once, &[first(), SECOND, THIRD]).await.unwrap();
        client.batch_execute(&create_tables(&Schema::new("by_hand").unwrap())).await.unwrap();
        migrate(&client, &Schema::new("by_hand").unwrap(), MIGRATIONS).await.unwrap();
    }
}
