//! A server that receives the webhooks of Tenovos.
//!
//! ```text
//! cargo run -p receiver-example
//! ```
//!
//! It prints a `curl` command to try it. Set `TENOVOS_WEBHOOK_SECRET` to the secret that Tenovos shows for your webhook;
//! otherwise a public demo secret is used. `--help` lists the rest. The handlers log their work, and show it under
//! `/assets`, `/agreements`, `/unrouted` and `/drift`.
//!
//! Each delivery is stored in a file, `webhooks.sqlite`, before it is answered. If the server is killed, it handles what is left
//! when it is started again. With the feature `postgres` and `DATABASE_URL`, it stores in PostgreSQL, and
//! several can run at once.
//!
//! # Before this goes to production
//!
//! - Put a reverse proxy with TLS in front. The server itself handles slow clients and too many of them.
//! - What the handlers write is in memory here. A handler can write to the same file with `Effects`.
//! - The pages that show the state are public, and the `curl` command is a valid delivery for anyone who reads the output
//!   within five minutes. Remove both.

mod app;
mod curl;
mod secret;
mod shown;
mod views;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Parser;
use tenovos_webhooks::Topic;
use tokio::net::TcpListener;
use webhook_inbox::{Inbox, Store};
use webhook_inbox_sqlite::SqliteStore;
use webhook_receiver::BoxError;
use webhook_receiver::serve::Server;

use app::App;

/// The path for Tenovos' webhooks.
const ENDPOINT: &str = "/webhooks/tenovos";

/// Receives webhooks of Tenovos. The signing secret is read from `TENOVOS_WEBHOOK_SECRET`.
#[derive(Parser)]
struct Options {
    /// The address to listen on; port 0 selects a free port
    #[arg(long, env, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// The file in which deliveries are stored; it is created if it does not exist
    #[arg(long, env, default_value = "webhooks.sqlite")]
    inbox: PathBuf,

    /// A PostgreSQL database in place of the file, as a URL
    #[arg(long, env, hide_env_values = true)]
    database_url: Option<String>,

    /// For how long a delivery is claimed, in milliseconds: after a crash, it waits for as long before it is handled again
    #[arg(long, env, default_value_t = 30_000)]
    lease_ms: u64,

    /// How long to wait for answers and handlers when stopped, in milliseconds
    #[arg(long, env, default_value_t = 30_000)]
    grace_ms: u64,

    /// How long indexing an asset takes, in milliseconds; use a long time to watch a graceful shutdown
    #[arg(long, env, default_value_t = 0)]
    work_ms: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), BoxError> {
    if let Some(url) = &options.database_url {
        #[cfg(feature = "postgres")]
        {
            let store = webhook_inbox_postgres::PostgresStore::connect(url).await;
            return serve(options, store.map_err(|error| format!("cannot use the database: {error}"))?).await;
        }
        #[cfg(not(feature = "postgres"))]
        {
            let _ = url;
            return Err("`DATABASE_URL` is set: it needs the feature `postgres`, which is a default".into());
        }
    }
    let store = SqliteStore::open(&options.inbox).map_err(|error| format!("cannot use the inbox: {error}"))?;
    serve(options, store).await
}

async fn serve(options: &Options, store: impl Store) -> Result<(), BoxError> {
    let secret = secret::from_env()?;
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let address = listener.local_addr()?;
    let try_it = curl::command(&secret, address, SystemTime::now())?;

    let app = Arc::new(App::new(Duration::from_millis(options.work_ms)));
    let service = tenovos_webhooks::receiver(secret)
        .with_state(Arc::clone(&app))
        .on(app::index_asset)
        .on_topic(Topic::RmAgreement, app::record_agreement)
        .into_service();
    let lease = Duration::from_millis(options.lease_ms);
    let inbox = Inbox::builder("tenovos", store, service).lease(lease).start()?;
    let grace = Duration::from_millis(options.grace_ms);
    let server = Server::new()
        .route_service(ENDPOINT, inbox.clone())
        .fallback_service(views::router(app, inbox.clone()))
        .shutdown_timeout(grace);

    println!("listening on http://{address}{ENDPOINT}");
    println!("try it, the signature is valid for five minutes:\n\n{try_it}\n");

    server.run(listener).await?;
    // The server has drained it already.
    if inbox.drain(Duration::ZERO).await {
        println!("stopped: every handler has finished");
    } else {
        println!("stopped: some deliveries are handled after the next start");
    }
    Ok(())
}
