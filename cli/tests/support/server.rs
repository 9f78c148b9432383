//! A server on the loopback interface.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What is sent for a path.
#[derive(Clone)]
pub(crate) struct Reply {
    head: String,
    body: Vec<u8>,
    etag: Option<String>,
    /// Instead of anything, the connection is kept until the client closes it.
    is_silent: bool,
}

impl Reply {
    pub(crate) fn status(status: &str) -> Self {
        Self { head: format!("HTTP/1.1 {status}\r\n"), body: Vec::new(), etag: None, is_silent: false }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::status("200 OK") }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::status("302 Found").header("location", location)
    }

    pub(crate) fn silence() -> Self {
        Self { is_silent: true, ..Self::status("200 OK") }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head += &format!("{name}: {value}\r\n");
        self
    }

    /// Answers 304 to whoever has this version.
    pub(crate) fn etag(mut self, etag: &str) -> Self {
        self.etag = Some(etag.to_owned());
        self.header("etag", etag)
    }

    fn send_head(&self, to: &mut impl Write) {
        let _ = to.write_all(format!("{}\r\n", self.head).as_bytes());
    }

    fn send(&self, request: &str, to: &mut impl Write) {
        let known = self.etag.as_ref().is_some_and(|etag| request.contains(&format!("if-none-match: {etag}\r\n")));
        let (head, body) = if known {
            (format!("HTTP/1.1 304 Not Modified\r\netag: {}\r\n", self.etag.as_deref().unwrap()), &[][..])
        } else {
            (self.head.clone(), &*self.body)
        };
        let length =
            if head.contains("content-length") { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        // The client may have closed the connection.
        let _ = to
            .write_all(format!("{head}{length}connection: close\r\n\r\n").as_bytes())
            .and_then(|()| to.write_all(body));
    }
}

#[derive(Default)]
struct Shared {
    replies: BTreeMap<String, Reply>,
    requests: Vec<String>,
}

/// Runs until the tests end.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Mutex<Shared>>,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::run("http", |mut stream, shared| serve(&mut stream, shared))
    }

    /// With a certificate for `localhost`, which is written to a file.
    pub(crate) fn encrypted(certificate: &Path) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(certificate, cert.pem()).unwrap();
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
        let config = Arc::new(config);
        Self::run("https", move |stream, shared| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(&mut StreamOwned::new(connection, stream), shared);
        })
    }

    fn run(scheme: &'static str, each: impl Fn(TcpStream, &Mutex<Shared>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), scheme, shared: Arc::default() };
        let (shared, each) = (Arc::clone(&server.shared), Arc::new(each));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, each) = (Arc::clone(&shared), Arc::clone(&each));
                thread::spawn(move || each(stream, &shared));
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.address.port())
    }

    pub(crate) fn has(&self, path: &str, reply: Reply) {
        self.shared.lock().unwrap().replies.insert(path.to_owned(), reply);
    }

    /// The requests since the last call, each with its lines.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock().unwrap().requests)
    }
}

fn serve(stream: &mut (impl Read + Write), shared: &Mutex<Shared>) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request).to_lowercase();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let reply = {
        let mut shared = shared.lock().unwrap();
        shared.requests.push(request.clone());
        shared.replies.get(&path).cloned().unwrap_or_else(|| Reply::status("404 Not Found"))
    };
    if request.starts_with("connect ") {
        // A proxy, which is also the server behind it.
        reply.send_head(stream);
        serve(stream, shared);
    } else if reply.is_silent {
        let _ = stream.read(&mut byte);
    } else {
        reply.send(&request, stream);
    }
}
