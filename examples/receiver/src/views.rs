//! Pages that show the work of the handlers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};

use crate::app::App;

/// The pages, all of them JSON except the body of an unrouted delivery, which may be anything.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/assets", get(async |State(app): Shared| Json(app.assets())))
        .route("/agreements", get(async |State(app): Shared| Json(app.agreements())))
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
