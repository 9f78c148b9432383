//! Opens stores by their URLs.

use std::env;
use std::path::PathBuf;

use webhook_inbox_postgres::{PostgresOptions, PostgresStore};
use webhook_inbox_sqlite::{SqliteOptions, SqliteStore};

use crate::Failure;
use crate::args::Address;

/// Where a store is.
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres { url: String, schema: String },
}

/// A store that is open.
pub(crate) enum AnyStore {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// Evaluates an expression with the store, whatever its type is.
macro_rules! with_store {
    ($store:expr, $name:ident => $body:expr) => {
        match $store {
            $crate::open::AnyStore::Sqlite($name) => $body,
            $crate::open::AnyStore::Postgres($name) => $body,
        }
    };
}
pub(crate) use with_store;

impl Target {
    pub(crate) fn of(address: &Address) -> Result<Self, Failure> {
        let url = address.url.clone().or_else(|| env::var("DATABASE_URL").ok()).filter(|url| !url.is_empty());
        let url = url.ok_or_else(|| {
            let text = "set WEBHOOK_INBOX_URL to the store: `postgresql://…`, or the path of a SQLite file";
            Failure::Usage(text.to_owned())
        })?;
        Self::parse(&url, &address.schema)
    }

    pub(crate) fn parse(url: &str, schema: &str) -> Result<Self, Failure> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres { url: url.to_owned(), schema: schema.to_owned() });
        }
        let path = url.strip_prefix("sqlite:");
        let path = path.map_or(url, |path| path.strip_prefix("//").unwrap_or(path));
        if let Some((scheme, _)) = path.split_once("://") {
            return Err(Failure::Usage(format!(
                "there is no store for `{scheme}://`: use `postgresql://` or `sqlite:`"
            )));
        }
        Ok(Self::Sqlite(path.into()))
    }

    /// A store that exists.
    pub(crate) async fn open(&self) -> Result<AnyStore, Failure> {
        Ok(match self {
            Self::Sqlite(_) => AnyStore::Sqlite(self.open_sqlite()?),
            Self::Postgres { url, schema } => {
                let options = PostgresOptions::new(url)?.schema(schema.clone()).existing();
                AnyStore::Postgres(options.connect().await?)
            }
        })
    }

    pub(crate) fn open_sqlite(&self) -> Result<SqliteStore, Failure> {
        match self {
            Self::Sqlite(path) => Ok(SqliteOptions::new(path).existing().without_check().open()?),
            Self::Postgres { .. } => Err(Failure::Usage("that is for a SQLite file: use `pg_dump`".to_owned())),
        }
    }

    /// A store that is created if it does not exist.
    pub(crate) async fn create(&self) -> Result<AnyStore, Failure> {
        Ok(match self {
            Self::Sqlite(path) => AnyStore::Sqlite(SqliteStore::open(path)?),
            Self::Postgres { url, schema } => {
                AnyStore::Postgres(PostgresOptions::new(url)?.schema(schema.clone()).connect().await?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_file_of_sqlite() {
        let path = |url| match Target::parse(url, "s") {
            Ok(Target::Sqlite(path)) => path.display().to_string(),
            Ok(Target::Postgres { .. }) => "PostgreSQL".to_owned(),
            Err(failure) => format!("{failure:?}"),
        };
        for url in ["webhooks.sqlite", "sqlite:webhooks.sqlite", "sqlite://webhooks.sqlite"] {
            assert_eq!(path(url), "webhooks.sqlite");
        }
        assert_eq!(path("sqlite:///srv/webhooks.sqlite"), "/srv/webhooks.sqlite");
        assert_eq!(path("postgres://host/app"), "PostgreSQL");
        assert!(path("mysql://host/app").contains("no store for `mysql://`"));
    }
}
