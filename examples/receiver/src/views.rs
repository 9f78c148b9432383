//! Pages that show the work of the handlers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use tenovos_webhooks::{ReceiverService, Tenovos};

use crate::app::App;

/// The pages, all of them JSON except the body of an unrouted delivery, which may be anything.
pub(crate) fn router(app: Arc<App>, receiver: ReceiverService<Tenovos>) -> Router {
    // What Tenovos sends although its description does not list it.
    let drift = move || receiver.drift().iter().map(ToString::to_string).collect::<Vec<_>>();
    Router::new()
        .route("/assets", get(async |State(app): Shared| Json(app.assets())))
        .route("/agreements", get(async |State(app): Shared| Json(app.agreements())))
        .route("/drift", get(async move || Json(drift())))
        .route("/unrouted", get(reasons))
        .route("/unrouted/{id}", get(raw))
        .with_state(app)
}

type Shared = State<Arc<App>>;

/// Why each delivery could not be routed.
async fn reasons(State(app): Shared) -> Json<BTreeMap<String, String>> {
    let unrouted = app.unrouted().into_iter();
    Json(unrouted.map(|(id, unrouted)| (id, unrouted.reason().to_string())).collect())
}

/// The body as received, sent as `application/octet-stream` so that no browser interprets it.
async fn raw(State(app): Shared, Path(id): Path<String>) -> impl IntoResponse {
    let unrouted = app.unrouted().remove(&id);
    unrouted.map(|unrouted| unrouted.raw().clone()).ok_or(StatusCode::NOT_FOUND)
}
