//! Uses the names of a generated crate and of axum in one file, without a rename.

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode, Uri};
use axum::routing::{get, post_service};
use axum::{Json, Router};
use tenovos_webhooks::webhook_receiver::testing;
use tenovos_webhooks::*;
use tower::ServiceExt;

type Assets = Arc<Mutex<Vec<String>>>;

async fn created(event: AssetCreated, HandlerState(assets): HandlerState<Assets>) {
    assets.lock().unwrap().push(event.asset.id.to_string());
}

async fn list(State(assets): State<Assets>) -> Json<Vec<String>> {
    Json(assets.lock().unwrap().clone())
}

#[tokio::test]
async fn axum_and_webhooks_share_a_state() {
    let (assets, secret) = (Assets::default(), testing::secret());
    let body = JsonValue::new(&AssetCreated::example()).unwrap().as_str().to_owned();
    let headers = testing::signed_now(&SIGNATURE_SCHEME, &secret, body.as_bytes());
    let webhooks = receiver(secret).with_state(Arc::clone(&assets)).on(created).into_service();
    let app = Router::new().route("/assets", get(list)).route("/webhooks", post_service(webhooks)).with_state(assets);

    let mut delivery = testing::request(headers, body);
    *delivery.uri_mut() = Uri::from_static("/webhooks");
    let response = app.clone().oneshot(delivery.map(Body::new)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);

    let page = app.oneshot(Request::get("/assets").body(Body::empty()).unwrap()).await.unwrap();
    let page = to_bytes(page.into_body(), usize::MAX).await.unwrap();
    assert_eq!(page, format!("[\"{}\"]", AssetCreated::example().asset.id));
}
