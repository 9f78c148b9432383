//! Attacks a receiver over real sockets, and measures good deliveries at the same time.
//!
//! ```text
//! cargo run --release -p load-example
//! ```
//!
//! The receiver is a separate process, so that its memory can be measured apart from the clients. It has default
//! settings. Fails if a good delivery is not answered with 200, if more than one in a hundred needs a second attempt while
//! bodies are stalled or slowhttptest runs, or if the heap or the memory grows beyond its limit. Needs Linux for the memory, and `ulimit -n` well above the number of
//! connections.

mod abuse;
mod client;
mod server;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use tokio::task::JoinSet;
use tokio::time::sleep;
use webhook_receiver::BoxError;

use abuse::Abuse;
use server::Server;

/// The default memory for bodies, and 160 KiB for each of the 512 connections.
const HEAP: usize = (64 + 80) * 1024 * 1024;

/// Attacks a receiver over real sockets, and measures good deliveries at the same time.
#[derive(Parser)]
struct Options {
    /// How many connections the attacker keeps
    #[arg(long, default_value_t = 10_000)]
    connections: usize,

    /// How long each attack lasts, in seconds
    #[arg(long, default_value_t = 20)]
    seconds: u64,

    /// How many attackers send bodies of 2 MiB that stop before their last byte, in one attack for each number
    #[arg(long, value_delimiter = ',', default_values_t = [32, 128, 512])]
    stalled: Vec<usize>,

    /// How long each of these attacks lasts, in seconds
    #[arg(long, default_value_t = 60)]
    stalled_seconds: u64,

    /// Only these attacks with stalled bodies
    #[arg(long, conflicts_with = "slowhttptest")]
    only_stalled: bool,

    /// Only attacks with the public tool slowhttptest, which must be installed
    #[arg(long)]
    slowhttptest: bool,

    /// How many megabytes the receiver may use
    #[arg(long, default_value_t = 320)]
    memory: u64,

    /// Run the receiver
    #[arg(long, hide = true)]
    serve: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Runtime::new();
    let result = runtime.map_err(BoxError::from).and_then(|runtime| {
        runtime.block_on(async { if options.serve { server::serve().await } else { run(options).await } })
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), BoxError> {
    println!(
        "| attack | attempts | good deliveries | first attempt | 50 % within | 99 % within | slowest | heap | memory |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let with_seconds = |attacks: &[Abuse]| attacks.iter().map(|&abuse| (abuse, options.seconds)).collect();
    let mut attacks: Vec<_> = match (options.only_stalled, options.slowhttptest) {
        (true, _) => Vec::new(),
        (_, true) => with_seconds(&Abuse::PUBLIC),
        _ => with_seconds(&Abuse::USUAL),
    };
    if !options.slowhttptest {
        attacks.extend(options.stalled.iter().map(|&count| (Abuse::StalledBodies(count), options.stalled_seconds)));
    }
    let mut faults = Vec::new();
    for (abuse, seconds) in attacks {
        for fault in measure(abuse, seconds, &options).await? {
            faults.push(format!("{abuse}: {fault}"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ").into()) }
}

/// Prints a line. Returns which promises were broken.
async fn measure(abuse: Abuse, seconds: u64, options: &Options) -> Result<Vec<String>, BoxError> {
    let mut server = Server::start().await?;
    let abusers = abuse.begin(server.address, options.connections);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (address, mut deliveries) = (server.address, JoinSet::new());
    // A vendor does not wait for one delivery before it begins the next, and does not share a thread with attackers.
    let vendor = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    while Instant::now() < end {
        let number = deliveries.len();
        deliveries.spawn_on(async move { client::deliver(address, number).await }, vendor.handle());
        sleep(Duration::from_millis(100)).await;
    }
    let good = deliveries.join_all().await;
    vendor.shutdown_background();
    let attempts = abusers.end();
    let mut faults = Vec::new();
    if !server.is_running()? {
        faults.push("the receiver has ended".to_owned());
    }
    let memory = server.peak_memory()?;
    if memory > options.memory {
        faults.push(format!("{memory} MB of memory"));
    }
    let heap = server.peak_heap().await?;
    if heap > HEAP {
        faults.push(format!("{heap} bytes on the heap"));
    }
    let total = good.len();
    let mut answered: Vec<_> = good.into_iter().flatten().collect();
    if answered.len() < total {
        faults.push(format!("{} good deliveries were not answered with 200", total - answered.len()));
    }
    let at_once = answered.iter().filter(|delivery| delivery.attempts == 1).count();
    // The others open so many connections that a delivery may have to try again.
    let at_first = matches!(abuse, Abuse::StalledBodies(_) | Abuse::Slowhttptest(_));
    if at_first && at_once * 100 < total * 99 {
        faults.push(format!("{} good deliveries needed several attempts", total - at_once));
    }
    answered.sort_by_key(|delivery| delivery.elapsed);
    let within = |percent: usize| {
        let index = (answered.len() * percent / 100).min(answered.len().saturating_sub(1));
        answered.get(index).map_or(f64::NAN, |delivery| delivery.elapsed.as_secs_f64() * 1e3)
    };
    println!(
        "| {abuse} | {attempts} | {total} | {at_once} | {:.1} ms | {:.1} ms | {:.1} ms | {} MB | {memory} MB |",
        within(50),
        within(99),
        within(100),
        heap / 1_000_000,
    );
    Ok(faults)
}
