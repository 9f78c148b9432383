//! The command to try the server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{SystemTime, UNIX_EPOCH};

use tenovos_webhooks::{AssetCreated, JsonValue, SIGNATURE_SCHEME, Secret};
use webhook_receiver::{BoxError, testing};

use crate::ENDPOINT;

/// A line for the shell that sends `asset.created` to the server at `address`, signed with `secret`.
///
/// The receiver accepts it for five minutes from `now`, the tolerance of timestamps.
pub(crate) fn command(secret: &Secret, address: SocketAddr, now: SystemTime) -> Result<String, BoxError> {
    let body = JsonValue::new(&AssetCreated::example())?;
    let id = format!("msg_{}", now.duration_since(UNIX_EPOCH)?.as_millis());
    let headers = testing::sign_as(&SIGNATURE_SCHEME, secret, &id, now, body.as_str().as_bytes());

    // A proxy would look for the loopback address on its own machine.
    let mut line = "curl --include --noproxy '*'".to_owned();
    let mut push = |option: &str, value: &str| {
        line.extend([" ", option, " ", &quoted(value)]);
    };
    push("--header", "content-type: application/json");
    for (name, value) in &headers {
        push("--header", &format!("{name}: {}", value.to_str()?));
    }
    push("--data-binary", body.as_str());
    push("--url", &format!("http://{}{ENDPOINT}", reachable(address)));
    Ok(line)
}

/// Quotes any text as one word for the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A server that listens on all addresses is reached on the loopback one.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_for_the_shell() {
        assert_eq!(quoted("plain"), "'plain'");
        assert_eq!(quoted(r#"{"a":"$(b) `c` \ it's"}"#), r#"'{"a":"$(b) `c` \ it'\''s"}'"#);
    }

    #[test]
    fn reaches_all_addresses_on_one() -> Result<(), BoxError> {
        assert_eq!(reachable("0.0.0.0:80".parse()?), "127.0.0.1:80".parse()?);
        assert_eq!(reachable("[::]:80".parse()?), "[::1]:80".parse()?);
        assert_eq!(reachable("192.0.2.1:80".parse()?), "192.0.2.1:80".parse()?);
        Ok(())
    }
}
