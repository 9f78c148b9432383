//! Behind PgBouncer in transaction mode, if it is installed.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tokio::time::sleep;
use webhook_inbox::testing::check_store;
use webhook_inbox_postgres::tokio_postgres::{self, NoTls};

use crate::rules::Tables;
use crate::support::PATIENCE;

/// Is killed when dropped.
struct Bouncer(Child);

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Two sessions of the server serve all connections, each for one transaction at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_keeps_all_rules_behind_pgbouncer() {
    let Some(mut tables) = Tables::new("bounced").await else { return };
    let server = tables.place.server;
    let Some(mut command) = server.command("pgbouncer") else {
        eprintln!("skipped: PgBouncer is not installed");
        return;
    };
    let folder = server.folder().display();
    let configuration = format!(
        "[databases]\npostgres = host={folder} port=5432 user=postgres\n[pgbouncer]\npool_mode = transaction\ndefault_pool_size = 2\n\
         listen_addr =\nlisten_port = 6432\nunix_socket_dir = {folder}\nauth_type = any\n"
    );
    let file = server.folder().join("pgbouncer.ini");
    fs::write(&file, configuration).unwrap();
    let _bouncer = Bouncer(command.arg("-q").arg(&file).stderr(Stdio::null()).spawn().unwrap());
    let url = server.url("postgres", "postgres").replace(":5432/", ":6432/");
    let deadline = Instant::now() + PATIENCE;
    while tokio_postgres::connect(&url, NoTls).await.is_err() {
        assert!(Instant::now() < deadline, "PgBouncer does not start");
        sleep(Duration::from_millis(10)).await;
    }
    tables.url = Some(url);
    check_store(&tables).await.unwrap();
}
