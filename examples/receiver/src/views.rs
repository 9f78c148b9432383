//! Pages that show the work of the handlers, and what no handler took.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tenovos_webhooks::Tenovos;
use webhook_inbox::Inbox;
use webhook_inbox::store::{Page, Selection, State as Entries, Store};
use webhook_receiver::{BoxError, StoredDelivery};

use crate::app::App;

/// How many unrouted deliveries are shown.
const MAX_UNROUTED: usize = 100;

type TenovosInbox<S> = Inbox<S, Tenovos>;

/// The pages, all of them JSON except the body of an unrouted delivery, which may be anything.
pub(crate) fn router<S: Store>(app: Arc<App>, inbox: TenovosInbox<S>) -> Router {
    // What Tenovos sends although its description does not list it.
    let drift = {
        let service = inbox.service().clone();
        move || service.drift().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let unrouted =
        Router::new().route("/unrouted", get(reasons::<S>)).route("/unrouted/{id}", get(raw::<S>)).with_state(inbox);
    Router::new()
        .route("/assets", get(async |State(app): Shared| Json(app.assets())))
        .route("/agreements", get(async |State(app): Shared| Json(app.agreements())))
        .route("/drift", get(async move || Json(drift())))
        .with_state(app)
        .merge(unrouted)
}

type Shared = State<Arc<App>>;

/// An error is logged, and its text is not shown.
struct Failure;

impl From<BoxError> for Failure {
    fn from(error: BoxError) -> Self {
        tracing::error!(%error, "a page cannot be shown");
        Self
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

/// Why each delivery could not be routed.
async fn reasons<S: Store>(State(inbox): State<TenovosInbox<S>>) -> Result<Json<BTreeMap<String, String>>, Failure> {
    let selection = Selection { states: vec![Entries::Unrouted], ..Selection::default() };
    let page = Page { after: 0, limit: MAX_UNROUTED, max_bytes: None };
    let entries = inbox.store().list(&selection, &page).await.map_err(BoxError::from)?;
    Ok(Json(entries.into_iter().map(|entry| (entry.key.id, entry.reason.unwrap_or_default())).collect()))
}

/// The body as received, sent as `application/octet-stream` so that no browser interprets it.
async fn raw<S: Store>(State(inbox): State<TenovosInbox<S>>, Path(id): Path<String>) -> Result<Response, Failure> {
    let selection = Selection { ids: vec![id], states: vec![Entries::Unrouted], ..Selection::default() };
    let page = Page { after: 0, limit: 1, max_bytes: Some(u64::MAX) };
    let entries = inbox.store().list(&selection, &page).await.map_err(BoxError::from)?;
    let Some(bytes) = entries.into_iter().find_map(|entry| entry.bytes) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let stored = StoredDelivery::from_bytes(bytes).map_err(BoxError::from)?;
    Ok(stored.raw().clone().into_response())
}
