//! Signed requests, over connections that are kept alive.

use std::error::Error;
use std::net::SocketAddr;
use std::time::SystemTime;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use webhook_receiver::{Secret, SecretError, testing};

type Failure = Box<dyn Error + Send + Sync>;

/// A well-known secret.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The same, read.
///
/// # Errors
///
/// None.
pub fn secret() -> Result<Secret, SecretError> {
    Secret::new(SECRET)
}

/// A POST request to `/`, signed now.
///
/// # Errors
///
/// None.
pub fn request(id: &str, body: &str) -> Result<Bytes, SecretError> {
    let headers = testing::sign(&secret()?, id, SystemTime::now(), body.as_bytes());
    let mut text = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nuser-agent: bench\r\naccept: */*\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n",
        body.len()
    );
    for (name, value) in &headers {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    Ok((text + "\r\n" + body).into())
}

/// Divides these requests among so many connections, and sends those of each one after the other.
///
/// # Errors
///
/// If an answer is not 200.
pub async fn send_all(address: SocketAddr, requests: &[Bytes], connections: usize) -> Result<(), Failure> {
    let parts = requests.chunks(requests.len().div_ceil(connections).max(1));
    let tasks: Vec<_> = parts.map(|part| tokio::spawn(send(address, part.to_vec()))).collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

async fn send(address: SocketAddr, requests: Vec<Bytes>) -> Result<(), Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(1024);
    for request in requests {
        stream.write_all(&request).await?;
        buffer.clear();
        // The answers have no bodies, or short ones that come in the same piece.
        while !buffer.windows(4).any(|end| end == b"\r\n\r\n") {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err("the server hung up".into());
            }
        }
        if !buffer.starts_with(b"HTTP/1.1 200") {
            return Err(String::from_utf8_lossy(&buffer).into_owned().into());
        }
    }
    Ok(())
}
