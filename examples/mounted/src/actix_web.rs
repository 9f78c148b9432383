//! In an `actix-web` application, which has its own types: the head is copied. The body is streamed, after the head has
//! passed.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use futures_util::TryStreamExt;
use http_body_util::{BodyExt, StreamBody};
use tenovos_webhooks::{ReceiverService, Tenovos};
use webhook_receiver::http::{self, Request};

/// Serves until the process is stopped.
///
/// # Errors
///
/// If the server cannot start.
pub async fn serve(listener: TcpListener, service: ReceiverService<Tenovos>) -> io::Result<()> {
    let running = service.clone();
    let app = move || {
        App::new()
            .app_data(web::Data::new(service.clone()))
            .service(web::resource("/webhooks/tenovos").to(receive))
            .default_service(web::to(|head: HttpRequest| async move {
                crate::report_unknown_path(head.path());
                HttpResponse::NotFound().finish()
            }))
    };
    HttpServer::new(app)
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(10))
        .max_connections(512)
        .listen(listener)?
        .run()
        .await?;
    running.idle().await;
    Ok(())
}

async fn receive(
    head: HttpRequest,
    payload: web::Payload,
    service: web::Data<ReceiverService<Tenovos>>,
) -> actix_web::Result<HttpResponse> {
    let body = payload.map_ok(hyper::body::Frame::data).map_err(|error| error.to_string());
    let request = head_of(&head).body(StreamBody::new(body)).map_err(actix_web::error::ErrorBadRequest)?;
    let (answer, body) = service.respond(request).await.into_parts();
    let status = StatusCode::from_u16(answer.status.as_u16()).map_err(actix_web::error::ErrorInternalServerError)?;
    let mut response = HttpResponse::build(status);
    for (name, value) in &answer.headers {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    let body = body.collect().await.map(http_body_util::Collected::to_bytes);
    Ok(response.body(body.unwrap_or_else(|never| match never {})))
}

/// Every value of every header, so that the receiver can refuse a second signature.
fn head_of(head: &HttpRequest) -> http::request::Builder {
    let request = Request::builder().method(head.method().as_str()).uri(head.uri().to_string());
    head.headers().iter().fold(request, |request, (name, value)| request.header(name.as_str(), value.as_bytes()))
}
