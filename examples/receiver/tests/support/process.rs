//! The example as a process.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{mem, thread};

use tempfile::TempDir;

/// How long anything is waited for: long enough for a busy machine, and no test ever waits that long
/// unless it is about to fail.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The secret that servers are started with.
pub(crate) const SECRET: &str = "whsec_dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHM=";

/// A running example, killed when dropped.
pub(crate) struct Process {
    child: Child,
    /// Removed when dropped.
    _folder: Option<TempDir>,
    pub(crate) stdout: Lines,
    pub(crate) log: Lines,
}

impl Process {
    /// Starts it on any free port, after `configure` had its say.
    pub(crate) fn spawn(configure: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_receiver-example"));
        command.args(["--listen", "127.0.0.1:0"]).env("TENOVOS_WEBHOOK_SECRET", SECRET);
        for variable in ["LISTEN", "GRACE_MS", "WORK_MS", "LEASE_MS", "DATABASE_URL"] {
            command.env_remove(variable);
        }
        let folder = tempfile::tempdir().expect("there should be a temporary folder");
        command.env("INBOX", folder.path().join("webhooks.sqlite"));
        configure(&mut command);
        Self::run(command, Some(folder))
    }

    /// Starts the program of `docs/inbox.md` in a folder.
    pub(crate) fn of_the_docs(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_inbox-any-port"));
        command.env("TENOVOS_WEBHOOK_SECRET", SECRET).current_dir(folder);
        Self::run(command, None)
    }

    fn run(mut command: Command, folder: Option<TempDir>) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the example should start");
        let stdout = Lines::read("stdout", child.stdout.take().expect("stdout is piped"));
        let log = Lines::read("stderr", child.stderr.take().expect("stderr is piped"));
        Self { child, _folder: folder, stdout, log }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal. The shell's `kill` is there even where the program is not.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let mut kill = Command::new("sh");
        kill.args(["-c", r#"kill -s "$0" "$1""#, name, &pid]);
        assert!(kill.status().expect("there should be a shell").success());
    }

    /// Waits for the end.
    pub(crate) fn exit(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the example can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "the example did not stop");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines that a process prints, read in the background so that it never has to wait.
pub(crate) struct Lines {
    name: &'static str,
    received: Receiver<String>,
    seen: Vec<String>,
}

impl Lines {
    fn read(name: &'static str, source: impl Read + Send + 'static) -> Self {
        let (sender, received) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(source).lines().map_while(Result::ok);
            // Sending fails when the test has ended.
            lines.map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
        });
        Self { name, received, seen: Vec::new() }
    }

    /// Waits for the next line that contains `text`.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.received.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => self.seen.push(line),
                Err(error) => panic!("no {text:?} in {}: {error}; {:#?}", self.name, self.seen),
            }
        }
    }

    /// The lines not waited for, up to now.
    pub(crate) fn so_far(&mut self) -> &[String] {
        self.seen.extend(self.received.try_iter());
        &self.seen
    }

    /// The lines not waited for, up to the end of the process.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.received.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => return mem::take(&mut self.seen),
                Err(RecvTimeoutError::Timeout) => panic!("{} does not end", self.name),
            }
        }
    }
}

/// A process that listens.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// The command that it suggests.
    pub(crate) curl: String,
}

impl Server {
    /// Starts one as a user would.
    pub(crate) fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts one after `configure` had its say.
    pub(crate) fn start_with(configure: impl FnOnce(&mut Command)) -> Self {
        let mut process = Process::spawn(configure);
        let line = process.stdout.wait_for("listening on ");
        let address = line
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix("/webhooks/tenovos"))
            .and_then(|address| address.parse().ok())
            .unwrap_or_else(|| panic!("no address in {line:?}"));
        let curl = process.stdout.wait_for("curl ");
        Self { process, address, curl }
    }

    /// Sends a signal, and expects a clean exit.
    #[track_caller]
    pub(crate) fn stop(&mut self, signal: &str) {
        self.process.signal(signal);
        self.process.stdout.wait_for("stopped: every handler has finished");
        let status = self.process.exit();
        assert_eq!(status.code(), Some(0), "{status}");
        let rest = self.process.log.rest();
        assert!(!rest.iter().any(|line| line.contains("panicked")), "{rest:#?}");
    }
}
