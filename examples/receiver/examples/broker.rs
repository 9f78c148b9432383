//! Verifies deliveries in one process, and decodes them in another, without an inbox.
//!
//! A pipe takes the place of a broker, such as a queue: the one process writes messages to it, the other reads them. Without an
//! argument, this starts both.
//!
//! ```text
//! cargo run -p receiver-example --example broker
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};

use tenovos_webhooks::{AssetCreated, JsonValue, Outcome, Receiver, SIGNATURE_SCHEME, Secret, Tenovos, Verifier};
use webhook_receiver::http::StatusCode;
use webhook_receiver::{StoredDelivery, testing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    match env::args().nth(1).as_deref() {
        Some("receive") => receive(testing::secret()).await,
        Some("handle") => handle().await,
        _ => both(),
    }
}

/// The process that is reached by the vendor. It knows the secret, and no handlers.
async fn receive(secret: Secret) -> Result<(), Box<dyn Error>> {
    let service = tenovos_webhooks::receiver(secret).into_service();
    let body = JsonValue::new(&AssetCreated::example())?.as_str().to_owned();
    let headers =
        testing::sign_as(&SIGNATURE_SCHEME, &testing::secret(), "msg_1", std::time::SystemTime::now(), body.as_bytes());
    let genuine = testing::request(headers.clone(), body);
    let forged = testing::request(headers, "{}");
    for (request, expected) in [(genuine, StatusCode::OK), (forged, StatusCode::UNAUTHORIZED)] {
        let response = service.respond_with(request, |received| async move {
            let message = StoredDelivery::new("tenovos", &received.delivery).to_bytes();
            match send(&message) {
                Ok(()) => Outcome::Stored,
                Err(error) => Outcome::Unavailable(error.into()),
            }
        });
        assert_eq!(response.await.status(), expected);
    }
    Ok(())
}

/// The process that works. It knows the handlers, and no secret.
async fn handle() -> Result<(), Box<dyn Error>> {
    let service = Receiver::<Tenovos>::new(Verifier::refuse_all())
        .on(|created: AssetCreated| async move { println!("new asset {}", created.asset.id) })
        .into_service();
    while let Some(message) = next()? {
        let stored = StoredDelivery::from_bytes(message.into())?;
        let (endpoint, id) = (stored.endpoint().to_owned(), stored.id().map(str::to_owned));
        let outcome = service.dispatch_stored(stored).await;
        println!("{endpoint} {id:?}: {outcome}");
    }
    Ok(())
}

/// Writes a message to the pipe.
fn send(message: &[u8]) -> io::Result<()> {
    let mut pipe = io::stdout();
    pipe.write_all(&(message.len() as u64).to_be_bytes())?;
    pipe.write_all(message)?;
    pipe.flush()
}

/// Reads a message from the pipe.
fn next() -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    match io::stdin().read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let mut message = vec![0; usize::try_from(u64::from_be_bytes(length)).map_err(io::Error::other)?];
    io::stdin().read_exact(&mut message)?;
    Ok(Some(message))
}

fn both() -> Result<(), Box<dyn Error>> {
    let this = env::current_exe()?;
    let mut receiving = Command::new(&this).arg("receive").stdout(Stdio::piped()).spawn()?;
    let pipe = receiving.stdout.take().ok_or("the output is piped")?;
    let handling = Command::new(&this).arg("handle").stdin(pipe).spawn()?.wait_with_output()?;
    if !receiving.wait()?.success() || !handling.status.success() {
        return Err("a process has failed".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_one_process_verifies_another_decodes() {
        let (body, secret) = (JsonValue::new(&AssetCreated::example()).unwrap().as_str().to_owned(), testing::secret());
        let headers = testing::signed_now(&SIGNATURE_SCHEME, &secret, body.as_bytes());
        let front = tenovos_webhooks::receiver(secret).into_service();
        let mut message = Vec::new();
        let take = |received: webhook_receiver::Received| {
            message = StoredDelivery::new("tenovos", &received.delivery).to_bytes();
            async { Outcome::Stored }
        };
        assert_eq!(front.respond_with(testing::request(headers, body), take).await.status(), StatusCode::OK);
        let back = Receiver::<Tenovos>::new(Verifier::refuse_all()).on(|_: AssetCreated| async {}).into_service();
        let stored = || StoredDelivery::from_bytes(message.clone().into()).unwrap();
        assert!(matches!(back.dispatch_stored(stored()).await, Outcome::Handled));
        assert!(matches!(back.dispatch_stored(stored()).await, Outcome::Duplicate));
    }
}
