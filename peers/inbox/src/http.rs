//! Accepting over HTTP, beside the same server without a store.

use std::future::ready;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::Body;
use http_body_util::Full;
use tenovos_webhooks::Tenovos;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use webhook_inbox::Inbox;
use webhook_receiver::http::{Request, Response};
use webhook_receiver::serve::Server;
use webhook_receiver::{BoxError, Outcome, ReceiverService, WebhookService};
use webhooks_bench::load;

use crate::counting::Counting;
use crate::deliveries::{ENDPOINT, body, deliveries, id, receiver, rows};
use crate::engine::Engine;
use crate::round::{deliveries_of, insert, medians, rate};
use crate::tables::{self, Tables, rounded, size};
use crate::{Failure, Plan};

/// The client is on the same cores. The ratio is to 1 / (1 / loop + 1 / without a store).
const COLUMNS: &[&str] = &["store, connections", "mean batch", "loop, rows/s", "without a store", "over HTTP", "ratio"];

pub(crate) fn measure<E: Engine>(
    plan: &Plan,
    runtime: &Runtime,
    engine: &mut E,
    tables: &mut Tables,
) -> Result<(), Failure> {
    for &concurrent in &plan.concurrent {
        let count = deliveries_of(concurrent);
        let mut rounds = Vec::new();
        for _ in 0..plan.rounds {
            let without = rate(count, send(runtime, WithoutStore(receiver()?.into_service()), count, concurrent)?);

            let store = Counting::new(engine.empty(runtime)?);
            let counts = store.counts.clone();
            let entered = runtime.enter();
            let inbox = Inbox::builder(ENDPOINT, store, receiver()?.into_service()).without_workers().start()?;
            drop(entered);
            let ours = rate(count, send(runtime, inbox, count, concurrent)?);
            let mean = counts.inserted.mean();

            engine.empty(runtime)?;
            let bare = insert(&mut engine.floor()?, &rows(&deliveries(count)?), mean)?;
            rounds.push([mean, bare, without, ours, ours * (1.0 / bare + 1.0 / without)]);
        }
        let [mean, bare, without, ours, ratio] = medians(&rounds);
        let cells = [
            format!("{}, {concurrent}", E::NAME),
            size(mean),
            rounded(bare),
            rounded(without),
            rounded(ours),
            tables::ratio(ratio),
        ];
        tables.row("Over HTTP", COLUMNS, &cells);
    }
    Ok(())
}

/// Sends so many requests to a service, over so many connections. Returns how long that took.
fn send<S: WebhookService>(
    runtime: &Runtime,
    service: S,
    count: usize,
    connections: usize,
) -> Result<Duration, Failure> {
    let body = body();
    let requests = (0..count).map(|_| load::request(&id(), &body)).collect::<Result<Vec<_>, _>>()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let server = Server::new().route_service("/", service).max_connections(2 * connections);
    let server = server.with_graceful_shutdown(async { drop(stopped.await) });
    let server = runtime.spawn(server.run(listener));
    let load = thread::spawn(move || load(address, &requests, connections));
    let elapsed = load.join().map_err(|_| "the load has panicked")??;
    drop(stop);
    runtime.block_on(server)??;
    Ok(elapsed)
}

/// In a thread of its own.
fn load(address: SocketAddr, requests: &[Bytes], connections: usize) -> Result<Duration, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let start = Instant::now();
    runtime.block_on(load::send_all(address, requests, connections))?;
    Ok(start.elapsed())
}

/// Verifies and answers.
#[derive(Clone)]
struct WithoutStore(ReceiverService<Tenovos>);

impl WebhookService for WithoutStore {
    async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        self.0.respond_with(request, |_| ready(Outcome::Stored)).await
    }

    async fn idle(&self) {}
}
