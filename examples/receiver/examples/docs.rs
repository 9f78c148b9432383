//! The code that `docs/receiver.md` shows.

use tenovos_webhooks::{
    AssetCreated, Delivery, HandlerState, Outcome, ReceiverService, SIGNATURE_SCHEME, Secret, Tenovos,
};
use webhook_receiver::BoxError;

#[derive(Clone)]
struct App;

impl App {
    async fn store(&self, id: Option<&str>, created: AssetCreated) -> Result<(), BoxError> {
        tokio::task::yield_now().await;
        println!("{id:?}: {}", created.asset.id);
        Ok(())
    }
}

fn handlers(app: App, secret: Secret) -> ReceiverService<Tenovos> {
    async fn asset(created: AssetCreated, app: HandlerState<App>, delivery: Delivery) -> Result<(), BoxError> {
        app.store(delivery.id(), created).await
    }

    let service = tenovos_webhooks::receiver(secret)
        .with_state(app) // for the handlers registered after it
        .on(asset)
        .into_service();
    for route in service.routes() {
        println!("{route}");
    }
    service
}

fn test(service: &ReceiverService<Tenovos>) -> Result<(), BoxError> {
    use tenovos_webhooks::webhook_receiver::{serde_json, testing};

    let body = serde_json::to_vec(&AssetCreated::example())?;
    let secret = testing::secret(); // the receiver under test uses the same one
    let headers = testing::signed_now(&SIGNATURE_SCHEME, &secret, &body);
    let outcome = testing::block_on(async { service.receive(&headers, body).await });
    assert!(matches!(outcome, Ok(Outcome::Handled)));
    Ok(())
}

fn main() -> Result<(), BoxError> {
    test(&handlers(App, webhook_receiver::testing::secret()))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use webhook_receiver::MemoryGuard;
    use webhook_receiver::testing::check_replay_guard;

    const URL: &str = "memory";

    /// In place of a store.
    struct MyGuard;

    impl MyGuard {
        async fn connect(_: &str) -> Arc<MemoryGuard> {
            static STORE: LazyLock<Arc<MemoryGuard>> = LazyLock::new(Arc::default);
            tokio::task::yield_now().await;
            Arc::clone(&STORE)
        }
    }

    #[tokio::test]
    async fn my_guard_keeps_the_rules() {
        check_replay_guard(async || MyGuard::connect(URL).await, tokio::time::sleep).await.unwrap();
    }
}
