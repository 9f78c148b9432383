//! An HTTP/1.1 client that sends exactly what the test specifies, valid or not.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use webhook_receiver::{Secret, testing};

use super::process::{PATIENCE, SECRET};

/// The path that webhooks are sent to.
const ENDPOINT: &str = "/webhooks/tenovos";

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A delivery as Tenovos sends it.
    pub(crate) fn delivery(id: &str, body: &str) -> Self {
        Self::delivery_at(SystemTime::now(), id, body)
    }

    /// A delivery that was signed at another time.
    pub(crate) fn delivery_at(time: SystemTime, id: &str, body: &str) -> Self {
        let secret = Secret::new(SECRET).expect("the secret is usable");
        let mut request = Self::new("POST", ENDPOINT).header("content-type", "application/json");
        for (name, value) in &testing::sign(&secret, id, time, body.as_bytes()) {
            request = request.header(name.as_str(), value.to_str().expect("signatures are ASCII"));
        }
        request.body(body)
    }

    /// Adds a header, even one that is there already.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Removes a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    /// Replaces the body.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The head as sent, with the headers that frame the body.
    fn head(&self, framing: &str) -> String {
        let Self { method, path, headers, .. } = self;
        let mut head = format!(
            "{method} {path} HTTP/1.1
host: test
connection: close
"
        );
        for (name, value) in headers {
            head.extend([
                name, ": ", value, "
",
            ]);
        }
        head + framing
            + "
"
    }

    /// Sends it, and leaves the answer for later.
    pub(crate) fn send(&self, address: SocketAddr) -> Exchange {
        let framing = format!("content-length: {}\r\n", self.body.len());
        Exchange::open(address, &[self.head(&framing).as_bytes(), &self.body].concat())
    }

    /// Sends it and waits for the answer.
    pub(crate) fn answer(&self, address: SocketAddr) -> Response {
        self.send(address).answer()
    }

    /// Sends it and waits for the answer of a server that may be stopping.
    pub(crate) fn try_answer(&self, address: SocketAddr) -> io::Result<Response> {
        let framing = format!("content-length: {}\r\n", self.body.len());
        Exchange::try_open(address, &[self.head(&framing).as_bytes(), &self.body].concat())?.try_answer()
    }

    /// Announces a body of this length and does not send it.
    pub(crate) fn announce(&self, length: usize, address: SocketAddr) -> Exchange {
        let framing = format!("content-length: {length}\r\n");
        Exchange::open(address, self.head(&framing).as_bytes())
    }

    /// Sends the body without announcing its length, and does not end it: what the server is to
    /// refuse, it refuses before.
    pub(crate) fn stream(&self, address: SocketAddr) -> Exchange {
        let head = self.head("transfer-encoding: chunked\r\n");
        let chunk = format!("{:x}\r\n", self.body.len());
        Exchange::open(address, &[head.as_bytes(), chunk.as_bytes(), &self.body].concat())
    }
}

/// A connection. The client hangs up when it is dropped.
pub(crate) struct Exchange {
    stream: TcpStream,
}

impl Exchange {
    /// Connects and sends these bytes.
    fn open(address: SocketAddr, bytes: &[u8]) -> Self {
        Self::try_open(address, bytes).expect("it listens and reads")
    }

    fn try_open(address: SocketAddr, bytes: &[u8]) -> io::Result<Self> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(bytes)?;
        Ok(Self { stream })
    }

    /// Waits until the server asks for the body, as a request with `expect: 100-continue` makes it.
    #[track_caller]
    pub(crate) fn wait_to_continue(&mut self) {
        let mut bytes = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        self.stream.read_exact(&mut bytes).expect("it asks for the body");
        assert_eq!(str::from_utf8(&bytes), Ok("HTTP/1.1 100 Continue\r\n\r\n"));
    }

    /// Waits for the answer.
    #[track_caller]
    pub(crate) fn answer(self) -> Response {
        self.try_answer().expect("it answers and closes the connection")
    }

    fn try_answer(mut self) -> io::Result<Response> {
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Response::parse(&bytes))
    }
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// All but the date.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// Reads an answer that is as long as it says.
    #[track_caller]
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let (head, body) = bytes.split_at(end.expect("an answer has a head") + 4);
        let head = str::from_utf8(head).expect("the head is text");
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().expect("there is a first line");
        let status = status.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
        let headers: Vec<_> = lines
            .map(|line| line.split_once(": ").expect("a header has a name and a value"))
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let response = Self {
            status: status.and_then(|status| status.parse().ok()).expect("there is a status"),
            headers,
            body: body.to_vec(),
        };
        assert_eq!(response.header("content-length"), Some(&*body.len().to_string()), "{head}");
        response
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(other, _)| other == name).map(|(_, value)| &**value)
    }

    /// The body as text.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("the body is text")
    }
}

/// The body of a page.
#[track_caller]
pub(crate) fn page(address: SocketAddr, path: &str) -> Vec<u8> {
    let response = Request::new("GET", path).answer(address);
    assert_eq!(response.status, 200, "{path}");
    response.body
}

/// Whether a page is this JSON, or becomes it soon: deliveries are handled after they are answered.
#[track_caller]
pub(crate) fn assert_page(address: SocketAddr, path: &str, expected: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let body = String::from_utf8(page(address, path)).expect("JSON is UTF-8");
        match testing::same_json(expected, &body) {
            Ok(()) => return,
            Err(difference) => assert!(Instant::now() < deadline, "{path}: {difference}"),
        }
        thread::sleep(Duration::from_millis(10));
    }
}
