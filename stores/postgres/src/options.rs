use std::fmt;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use webhook_inbox::store::{Clock, StoreError};

use crate::connections::{Connections, Server};
use crate::database::Database;
use crate::error::store_error;
use crate::schema::{self, Schema};
use crate::tls::Tls;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Those that insert. The inbox of an endpoint uses two at the same time, and must not keep those of others waiting.
const WRITERS: usize = 4;
const WORKERS: usize = 4;
/// A connection that no packet has passed for this time is checked. The default of the client is two hours.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// How a [`PostgresStore`](crate::PostgresStore) is connected.
#[derive(Clone)]
#[must_use = "nothing is connected until `connect` is called"]
pub struct PostgresOptions {
    config: Config,
    tls: Tls,
    schema: String,
    clock: Option<Clock>,
    timeout: Duration,
    workers: usize,
    must_exist: bool,
}

impl PostgresOptions {
    /// The database with this URL, such as `postgresql://user:password@host/database`, with default settings.
    ///
    /// The parameters are those of [`tokio_postgres::Config`], and in addition `sslrootcert`: a file with certificates in PEM,
    /// which replace those of the system. `sslmode` is `disable`, `prefer` (the default: TLS if the server has it) or `require`.
    /// Certificates and host names are always verified, so `verify-ca` and `verify-full` mean the same as `require`.
    ///
    /// # Errors
    ///
    /// If the URL cannot be understood.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        let Url { text, root_certificates, verifies } = Url::parse(url);
        let mut config: Config = text.parse().map_err(|error| store_error(&error))?;
        if verifies {
            config.ssl_mode(SslMode::Require);
        }
        if config.get_keepalives_idle() > KEEPALIVE {
            config.keepalives_idle(KEEPALIVE);
        }
        if config.get_application_name().is_none() {
            config.application_name("webhook-inbox");
        }
        Ok(Self {
            config,
            tls: root_certificates.map_or_else(Tls::default, |path| Tls::File(path.into())),
            schema: schema::DEFAULT.to_owned(),
            clock: None,
            timeout: TIMEOUT,
            workers: WORKERS,
            must_exist: false,
        })
    }

    /// Sets the schema of the tables. The default is `webhook_inbox`. Their names begin with `webhook_`, so that they can be
    /// in a schema with others, such as `public`.
    pub fn schema(self, schema: impl Into<String>) -> Self {
        Self { schema: schema.into(), ..self }
    }

    /// Replaces the clock of the server, for tests. With the server's, all processes have the same time.
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Sets how long a call can take, effects of handlers included. The default is 10 s.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets how many connections there are at most, besides four for new deliveries. The default is 4. They are opened when they
    /// are needed.
    pub fn connections(self, connections: usize) -> Self {
        Self { workers: connections.max(1), ..self }
    }

    /// Uses only tables that exist, and neither creates nor upgrades them. For tools.
    pub fn existing(self) -> Self {
        Self { must_exist: true, ..self }
    }

    /// Replaces the settings of TLS, for example to have a certificate of the client. The provider of its cryptography is that of
    /// the configuration.
    #[cfg(feature = "tls")]
    pub fn tls(self, config: rustls::ClientConfig) -> Self {
        Self { tls: Tls::Custom(Box::new(config)), ..self }
    }

    /// The SQL that creates the tables, to be run by a role with more rights than that of the store. Needed only if the
    /// role of the store cannot create them.
    ///
    /// # Errors
    ///
    /// If the name of the schema cannot be used.
    pub fn create_tables(&self) -> Result<String, StoreError> {
        Ok(schema::create_tables(&Schema::new(&self.schema)?))
    }

    pub(crate) async fn open(self) -> Result<Database, StoreError> {
        let schema = Schema::new(&self.schema)?;
        let connector = self.tls.connector(&self.config)?;
        let server = Server::new(self.config, connector, self.timeout);
        let workers = Connections::new(server.clone(), self.workers);
        let connection = workers.get().await?;
        if self.must_exist {
            connection.run(schema::check(connection.client(), &schema, schema::MIGRATIONS)).await?;
        } else {
            connection.run(schema::migrate(connection.client(), &schema, schema::MIGRATIONS)).await?;
        }
        drop(connection);
        Ok(Database { schema, clock: self.clock, writers: Connections::new(server, WRITERS), workers })
    }
}

/// Omits the password, which the URL may contain.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// A URL, without the parameters that the client does not know.
struct Url {
    text: String,
    root_certificates: Option<String>,
    verifies: bool,
}

impl Url {
    fn parse(url: &str) -> Self {
        let mut parsed = Self { text: url.to_owned(), root_certificates: None, verifies: false };
        let (Some((address, parameters)), true) = (url.split_once('?'), url.starts_with("postgres")) else {
            return parsed;
        };
        let mut rest = Vec::new();
        for parameter in parameters.split('&') {
            match parameter.split_once('=') {
                Some(("sslrootcert", "system")) => {}
                Some(("sslrootcert", path)) => {
                    parsed.root_certificates = Some(percent_decode_str(path).decode_utf8_lossy().into_owned());
                }
                Some(("sslmode", "verify-ca" | "verify-full")) => parsed.verifies = true,
                _ => rest.push(parameter),
            }
        }
        parsed.text = if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) };
        parsed
    }
}
