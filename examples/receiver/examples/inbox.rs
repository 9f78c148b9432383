//! The receiver that the README shows, with an inbox.

use tenovos_webhooks::webhook_receiver::serve::Server;
use tenovos_webhooks::{AssetCreated, Event, Secret, Topic};
use tracing::info;

async fn agreement(event: Event) {
    info!("{:?}", event.event_type());
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let secret = Secret::from_env("TENOVOS_WEBHOOK_SECRET")?;
    let service = tenovos_webhooks::receiver(secret)
        .on(|created: AssetCreated| async move { info!("new asset {}", created.asset.id) })
        .on_topic(Topic::RmAgreement, agreement)
        .into_service();
    let store = webhook_inbox_sqlite::SqliteStore::open("webhooks.sqlite")?;
    let service = webhook_inbox::Inbox::start("tenovos", store, service)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    info!("listening on {}", listener.local_addr()?);
    Server::new().route_service("/webhooks/tenovos", service).run(listener).await?;
    Ok(())
}
