//! Attacks a receiver over real sockets, and measures good deliveries at the same time.
//!
//! ```text
//! cargo run --release -p load-example
//! ```
//!
//! The receiver is a separate process, so that its memory can be measured apart from the clients. It has default
//! settings. Fails if a good delivery is not answered with 200, or if the memory grows beyond the limit. Needs Linux for
//! the memory, and `ulimit -n` well above the number of connections.

mod abuse;
mod client;
mod server;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use tokio::time::sleep;
use webhook_receiver::BoxError;

use abuse::Abuse;
use server::Server;

/// Attacks a receiver over real sockets, and measures good deliveries at the same time.
#[derive(Clone, Copy, Parser)]
struct Options {
    /// How many connections the attacker keeps
    #[arg(long, default_value_t = 10_000)]
    connections: usize,

    /// How long each attack lasts, in seconds
    #[arg(long, default_value_t = 20)]
    seconds: u64,

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
    println!("| attack | attempts | good deliveries | first attempt | 50 % within | 99 % within | slowest | memory |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut faults = Vec::new();
    for abuse in Abuse::ALL {
        let mut server = Server::start().await?;
        let abusers = abuse.begin(server.address, options.connections);
        let end = Instant::now() + Duration::from_secs(options.seconds);
        let mut good = Vec::new();
        while Instant::now() < end {
            good.push(client::deliver(server.address, good.len()).await);
            sleep(Duration::from_millis(50)).await;
        }
        let attempts = abusers.end();
        let memory = server.peak_memory()?;
        if !server.is_running()? {
            faults.push(format!("{abuse}: the receiver has ended"));
        }
        let lost = good.iter().filter(|delivery| delivery.is_none()).count();
        if lost > 0 {
            faults.push(format!("{abuse}: {lost} good deliveries were not answered with 200"));
        }
        if memory > options.memory {
            faults.push(format!("{abuse}: {memory} MB of memory"));
        }
        let total = good.len();
        let mut answered: Vec<_> = good.into_iter().flatten().collect();
        let at_once = answered.iter().filter(|delivery| delivery.attempts == 1).count();
        answered.sort_by_key(|delivery| delivery.elapsed);
        let within = |percent: usize| {
            let index = (answered.len() * percent / 100).min(answered.len().saturating_sub(1));
            answered.get(index).map_or(f64::NAN, |delivery| delivery.elapsed.as_secs_f64() * 1e3)
        };
        println!(
            "| {abuse} | {attempts} | {total} | {at_once} | {:.1} ms | {:.1} ms | {:.1} ms | {memory} MB |",
            within(50),
            within(99),
            within(100),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ").into()) }
}
