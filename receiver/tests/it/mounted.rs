//! The service in an axum router.

use axum::Router;
use axum::body::Body;
use tower::ServiceExt;
use webhook_receiver::http::Request;
use webhook_receiver::testing::{request, secret, signed_now};
use webhook_receiver::{Receiver, StandardWebhooks, Verifier};

use crate::acme::{Acme, Ping};

#[tokio::test]
async fn the_service_is_a_route() {
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret())).on(|_: Ping| async {}).into_service();
    let app = Router::new().route_service("/webhooks/acme", service);

    let body = r#"{"eventType": "ping"}"#;
    let send = |path: &'static str, sent: &'static str| {
        let headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), body.as_bytes());
        let mut request: Request<Body> = request(headers, sent).map(Body::new);
        *request.uri_mut() = path.parse().unwrap();
        let app = app.clone();
        async move { app.oneshot(request).await.unwrap().status().as_u16() }
    };
    assert_eq!(send("/webhooks/acme", body).await, 200);
    assert_eq!(send("/webhooks/acme?x=1", body).await, 200);
    assert_eq!(send("/webhooks/acme", "{}").await, 401);
    assert_eq!(send("/webhooks/acme/", body).await, 404);
}
