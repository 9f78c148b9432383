//! A PostgreSQL server in a temporary folder, for tests.
//!
//! It is started by its own programs, as an ordinary user: `root` starts it as `nobody`. It listens on a socket in its folder,
//! and on a loopback port if it has TLS. It ends, and its folder is removed, when the test process ends, however that happens.
//!
//! Tests are skipped if the programs are not installed. If `REQUIRE_POSTGRES` is set, that is a failure.

#![cfg(unix)]

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The administrator of the server. It needs no password.
pub const ADMINISTRATOR: &str = "postgres";

/// How long a start or a stop may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// The ids of `nobody`, and of its group.
const NOBODY: u32 = 65534;

/// Runs `postgres` until its input ends, which is when the test ends. Then it removes the folder.
const GUARDIAN: &str = r#"
"$1/postgres" -D "$2/data" >>"$2/log" 2>&1 </dev/null &
server=$!
read -r how
kill "-${how:-QUIT}" "$server"
wait "$server"
if [ -z "$how" ]; then rm -rf "$2"; fi
"#;

/// A server. It is stopped when this is dropped.
#[derive(Debug)]
pub struct PostgresServer {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<u32>,
    port: Option<u16>,
    guardian: Option<Child>,
}

/// How a server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It ends all sessions, and writes everything to the disk.
    Fast,
    /// As after a crash: it writes nothing.
    Immediate,
}

/// A certificate of the server and its key, both in PEM.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The certificate.
    pub certificate: &'a str,
    /// Its private key.
    pub key: &'a str,
}

impl PostgresServer {
    /// Starts a server. `None` if PostgreSQL is not installed, which is reported as skipped.
    ///
    /// # Panics
    ///
    /// If it does not start, or if it is not installed although `REQUIRE_POSTGRES` is set.
    pub fn start() -> Option<Self> {
        Self::start_with("", None)
    }

    /// Starts a server with these lines in its configuration, and with TLS on a loopback port if it has an identity.
    ///
    /// # Panics
    ///
    /// Like [`start`](Self::start).
    pub fn start_with(configuration: &str, identity: Option<Identity<'_>>) -> Option<Self> {
        let Some(programs) = programs() else {
            let text = "PostgreSQL is not installed: no `initdb` in PATH or /usr/lib/postgresql";
            assert!(env::var_os("REQUIRE_POSTGRES").is_none(), "{text}");
            eprintln!("skipped: {text}");
            return None;
        };
        Some(Self::create(programs, configuration, identity).expect("a server should be created"))
    }

    fn create(programs: PathBuf, configuration: &str, identity: Option<Identity<'_>>) -> io::Result<Self> {
        let folder = TempDir::with_prefix("pg")?;
        // PostgreSQL refuses to run as root.
        let user = if fs::metadata(folder.path())?.uid() == 0 { Some(NOBODY) } else { None };
        give(folder.path(), user)?;
        let data = folder.path().join("data");
        let mut init = command(programs.join("initdb"), user);
        init.arg("-D").arg(&data).args([
            "-U",
            ADMINISTRATOR,
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]);
        let output = init.output()?;
        assert!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr));
        let port = identity.map(|_| free_port()).transpose()?;
        let socket = folder.path().display();
        let mut lines = format!(
            "unix_socket_directories = '{socket}'\nlisten_addresses = ''\nfsync = off\nshared_buffers = 16MB\n\
             max_connections = 60\nautovacuum = off\n{configuration}\n"
        );
        if let (Some(port), Some(identity)) = (port, identity) {
            for (name, text) in [("server.crt", identity.certificate), ("server.key", identity.key)] {
                let path = data.join(name);
                fs::write(&path, text)?;
                let mut permissions = fs::metadata(&path)?.permissions();
                std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
                fs::set_permissions(&path, permissions)?;
                give(&path, user)?;
            }
            lines += &format!("listen_addresses = '127.0.0.1'\nport = {port}\nssl = on\n");
        }
        let path = data.join("postgresql.conf");
        fs::write(&path, fs::read_to_string(&path)? + &lines)?;
        let mut server = Self { programs, folder: folder.keep(), user, port, guardian: None };
        server.launch();
        Ok(server)
    }

    /// The URL of a database for a role, over the socket. `postgres` is one that exists.
    pub fn url(&self, role: &str, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgresql://{role}@{folder}:{}/{database}", self.port.unwrap_or(5432))
    }

    /// The loopback port, if the server has TLS.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The folder with the socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command that runs as the user of the server. `None` if the program is neither in PATH nor in `/usr/sbin`.
    pub fn command(&self, program: &str) -> Option<Command> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        let found = folders.find_map(|folder| Some(folder.join(program)).filter(|path| path.is_file()))?;
        Some(command(found, self.user))
    }

    /// Stops the server, if it is running.
    ///
    /// # Panics
    ///
    /// If it does not stop.
    pub fn stop(&mut self, how: Stop) {
        let Some(mut guardian) = self.guardian.take() else { return };
        let signal: &[u8] = match how {
            Stop::Fast => b"INT\n",
            Stop::Immediate => b"QUIT\n",
        };
        if let Some(mut input) = guardian.stdin.take() {
            io::Write::write_all(&mut input, signal).expect("the guardian should read");
        }
        guardian.wait().expect("the guardian should end");
    }

    /// Starts the server again after it was stopped.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn launch(&mut self) {
        let mut command = command("sh", self.user);
        command.args(["-c", GUARDIAN, "sh"]).arg(&self.programs).arg(&self.folder).stdin(Stdio::piped());
        // A signal from the terminal reaches the test, and its end the guardian.
        command.process_group(0);
        self.guardian = Some(command.spawn().expect("a shell should start"));
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready() {
            if Instant::now() > deadline {
                let mut log = String::new();
                let _ = fs::File::open(self.folder.join("log")).and_then(|mut file| file.read_to_string(&mut log));
                panic!("the server does not start: {log}");
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// The last line of this file is `ready` when connections are accepted.
    fn is_ready(&self) -> bool {
        let text = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        text.lines().nth(7).is_some_and(|line| line.trim() == "ready")
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(mut guardian) = self.guardian.take() {
            drop(guardian.stdin.take());
            let _ = guardian.wait();
        } else {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The folder of PostgreSQL's programs, that of the latest version if there are several.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.into_iter().find(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file()))
}

fn command(program: impl AsRef<OsStr>, user: Option<u32>) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C").current_dir("/");
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    command
}

fn give(path: &Path, user: Option<u32>) -> io::Result<()> {
    chown(path, user, user)
}

/// Nothing else should take it until the server listens.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
