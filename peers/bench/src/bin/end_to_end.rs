//! The processor time of a request, beside that of a route which only reads the body.
//!
//! Each server is a process of its own on one core, and the load comes from another. Run with
//! `cargo run --release --manifest-path peers/Cargo.toml --bin end_to_end [REQUESTS]`. Linux only; needs `taskset`.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use tenovos_webhooks::{AssetCreated, Tenovos};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use webhook_receiver::{Receiver, Verifier};
use webhooks_bench::derived::Tagged;
use webhooks_bench::load::{SECRET, request, secret, send_all};
use webhooks_bench::payload;

type Failure = Box<dyn Error + Send + Sync>;

/// What is compared. The first is the base.
const KINDS: [&str; 4] = ["body only", "ours", "ours, no replay guard", "standardwebhooks + serde"];
const CONNECTIONS: usize = 32;
const ROUNDS: usize = 5;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", kind] => runtime.block_on(serve(kind)),
        ["load", address, requests, body] => runtime.block_on(load(address.parse()?, requests.parse()?, body)),
        [] => compare(40_000),
        [requests] => compare(requests.parse()?),
        _ => Err("usage: end_to_end [REQUESTS]".into()),
    }
}

fn compare(requests: usize) -> Result<(), Failure> {
    for size in ["500 B", "11 KB"] {
        let mut costs = KINDS.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for (kind, costs) in KINDS.iter().zip(&mut costs) {
                costs.push(cost(kind, requests, size)?);
            }
        }
        println!("\n{size}: processor time of a request, requests a second, and the ratio to `{}`", KINDS[0]);
        println!("| server | time | per second | ratio |\n|---|---|---|---|");
        let base = median(&costs[0], |cost| cost.micros);
        for (kind, costs) in KINDS.iter().zip(&costs) {
            let (micros, rate) = (median(costs, |cost| cost.micros), median(costs, |cost| cost.rate));
            println!("| {kind} | {micros:.1} µs | {rate:.0} | {:.2} |", micros / base);
        }
    }
    Ok(())
}

/// Of a request.
struct Cost {
    /// Processor time of the server.
    micros: f64,
    /// Requests a second, of all connections.
    rate: f64,
}

fn median(costs: &[Cost], of: impl Fn(&Cost) -> f64) -> f64 {
    let mut values: Vec<f64> = costs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn cost(kind: &str, requests: usize, size: &str) -> Result<Cost, Failure> {
    let mut server = itself("0", &["serve", kind])?;
    let mut address = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    let run = |requests: usize| -> Result<(f64, f64), Failure> {
        let before = processor_seconds(server.id())?;
        let mut load = itself("1", &["load", address.trim(), &requests.to_string(), size])?;
        let mut seconds = String::new();
        BufReader::new(load.stdout.take().ok_or("no output")?).read_line(&mut seconds)?;
        if !load.wait()?.success() {
            return Err("the load failed".into());
        }
        Ok((processor_seconds(server.id())? - before, seconds.trim().parse()?))
    };
    let measured = run(requests / 10).and_then(|_| run(requests));
    server.kill()?;
    server.wait()?;
    let (processor, wall) = measured?;
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^53")]
    let requests = requests as f64;
    Ok(Cost { micros: processor * 1e6 / requests, rate: requests / wall })
}

/// This program on one core.
fn itself(core: &str, arguments: &[&str]) -> Result<Child, Failure> {
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(env::current_exe()?).args(arguments);
    Ok(command.stdout(Stdio::piped()).spawn()?)
}

/// User and system time, in the hundredths of a second that Linux counts.
fn processor_seconds(process: u32) -> Result<f64, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program, in parentheses, may hold anything.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).ok_or("no times")?.parse::<f64>().map_err(Failure::from);
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

async fn serve(kind: &str) -> Result<(), Failure> {
    let verifier = Verifier::standard_webhooks(secret()?);
    let receiver = Receiver::<Tenovos>::new(verifier).on(|_: AssetCreated| async {});
    let router = Router::new();
    let router = match kind {
        "body only" => router.route("/", post(|_: Bytes| async {})),
        "ours" => router.route_service("/", receiver.into_service()),
        "ours, no replay guard" => router.route_service("/", receiver.without_replay_guard().into_service()),
        _ => {
            let webhook = Arc::new(standardwebhooks::Webhook::new(SECRET)?);
            router.route(
                "/",
                post(move |headers: HeaderMap, body: Bytes| async move {
                    let verified = webhook.verify(&body, &headers).is_ok();
                    match serde_json::from_slice::<Tagged>(&body) {
                        Ok(Tagged::AssetCreated(_)) if verified => StatusCode::OK,
                        _ => StatusCode::UNAUTHORIZED,
                    }
                }),
            )
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

/// Sends requests over a few connections, each with an id of its own, and prints the seconds that it took.
async fn load(address: SocketAddr, requests: usize, size: &str) -> Result<(), Failure> {
    let body = if size == "500 B" { payload::asset_created(false) } else { payload::long_asset_created(105) };
    let run = std::process::id();
    // Signed before the clock starts.
    let prepared: Vec<Bytes> =
        (0..requests).map(|number| request(&format!("msg_{run}_{number}"), &body)).collect::<Result<_, _>>()?;
    let start = Instant::now();
    send_all(address, &prepared, CONNECTIONS).await?;
    println!("{}", start.elapsed().as_secs_f64());
    Ok(())
}
