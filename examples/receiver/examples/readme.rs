//! The receiver that the README shows.

use tenovos_webhooks::webhook_receiver::serve::Server;
use tenovos_webhooks::{AssetCreated, Event, Secret, State, Topic, Unrouted};

#[derive(Clone)]
struct App {/* a database, a queue … */}

async fn agreement(event: Event) {
    println!("{:?} by {:?}", event.event_type(), event.event().and_then(|context| context.user.as_ref()));
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = tenovos_webhooks::receiver(Secret::from_env("TENOVOS_WEBHOOK_SECRET")?)
        .with_state(App {})
        .on(|created: AssetCreated, State(_app): State<App>| async move { println!("new asset {}", created.asset.id) })
        .on_topic(Topic::RmAgreement, agreement)
        .otherwise(|unrouted: Unrouted| async move {
            eprintln!("kept {} bytes: {}", unrouted.raw().len(), unrouted.reason());
        })
        .into_service();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Server::new().at("/webhooks/tenovos", service).run(listener).await?;
    Ok(())
}
