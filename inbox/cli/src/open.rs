//! Opens stores by their URLs.

use std::env;
use std::path::PathBuf;

use webhook_inbox::store::StoreError;
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

    /// Errors do not quote the URL, which may have a password in any place.
    pub(crate) fn parse(url: &str, schema: &str) -> Result<Self, Failure> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::file(path.strip_prefix("//").unwrap_or(path));
        }
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        // `host=… user=…`, another form that PostgreSQL's clients know.
        if is_postgres || (!has_scheme(url) && url.contains('=')) {
            return Ok(Self::Postgres { url: url.to_owned(), schema: schema.to_owned() });
        }
        if has_scheme(url) || url.contains('@') {
            let text = "the URL of a store begins with `postgresql://` or `sqlite:`; a path without `sqlite:` has no `@` or `=`";
            return Err(Failure::Usage(text.to_owned()));
        }
        Self::file(url)
    }

    fn file(path: &str) -> Result<Self, Failure> {
        if path.is_empty() {
            return Err(Failure::Usage("the URL of the store has no path".to_owned()));
        }
        Ok(Self::Sqlite(path.into()))
    }

    /// A store that exists.
    pub(crate) async fn open(&self) -> Result<AnyStore, Failure> {
        Ok(match self {
            Self::Sqlite(_) => AnyStore::Sqlite(self.open_sqlite()?),
            Self::Postgres { url, schema } => {
                AnyStore::Postgres(postgres(url)?.schema(schema.clone()).existing().connect().await?)
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
                AnyStore::Postgres(postgres(url)?.schema(schema.clone()).connect().await?)
            }
        })
    }
}

/// The error of the client is left out: it quotes a part of the text that it takes for the name of an option.
fn postgres(url: &str) -> Result<PostgresOptions, Failure> {
    PostgresOptions::new(url).map_err(|_| Failure::Usage("the URL of PostgreSQL cannot be understood".to_owned()))
}

impl AnyStore {
    /// Closes the store when everything is written.
    pub(crate) async fn close(self) {
        if let Self::Sqlite(store) = self {
            store.close().await;
        }
    }

    /// Removes what the log of a SQLite file still has of removed bodies. Returns false if another process reads from it.
    pub(crate) async fn empty_log(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(store) => store.empty_log().await,
            Self::Postgres(_) => Ok(true),
        }
    }
}

/// Whether it begins with a scheme, such as `mysql:`. One letter is a drive of Windows.
fn has_scheme(url: &str) -> bool {
    let is_of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    url.split_once(':').is_some_and(|(scheme, _)| scheme.len() > 1 && scheme.bytes().all(is_of_scheme))
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
        assert_eq!(path("sqlite:/srv/a=b@c.sqlite"), "/srv/a=b@c.sqlite");
        assert_eq!(path(r"C:\webhooks.sqlite"), r"C:\webhooks.sqlite");
    }

    #[test]
    fn what_may_have_a_password_is_not_a_file() {
        let parse = |url| Target::parse(url, "s");
        for url in ["host=db user=webhooks password=s3cret dbname=app", "password='s3:cret@' host=db"] {
            assert!(matches!(parse(url), Ok(Target::Postgres { .. })), "{url}");
        }
        for url in
            ["webhooks:s3cret@db/app", "s3cret@db", "mysql://webhooks:s3cret@db/app", "jdbc:postgresql://s3cret", ""]
        {
            let Err(Failure::Usage(error)) = parse(url) else { panic!("{url} is accepted") };
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
