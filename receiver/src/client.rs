//! Who sends a request: the peer, or who a trusted proxy says it is.

use std::error::Error;
use std::fmt;
use std::iter;
use std::net::IpAddr;
use std::str::FromStr;

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName, HeaderValue};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A client, for limits: an IPv4 address, or the first 64 bits of an IPv6 address, since a network has all that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Client(u128);

impl Client {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            // As IPv6 it is within `::/64`, where no client is.
            IpAddr::V4(address) => Self(u128::from(address.to_bits())),
            IpAddr::V6(address) => Self(address.to_bits() >> 64 << 64),
        }
    }
}

/// The header in which a proxy states the address of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyHeader {
    /// `X-Forwarded-For: 192.0.2.1, 10.0.0.1`
    XForwardedFor,
    /// `Forwarded: for=192.0.2.1, for="[2001:db8::1]:4711"` (RFC 7239).
    Forwarded,
}

/// A network such as `10.0.0.0/8`, or a single address.
///
/// ```
/// # use webhook_receiver::serve::Network;
/// let network: Network = "2001:db8::/32".parse()?;
/// assert!(network.contains("2001:db8:1::1".parse()?));
/// assert!("10.0.0.0/33".parse::<Network>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// How many leading bits are the same for all addresses.
    prefix: u8,
}

impl Network {
    /// Whether the address belongs to the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        let is_same = |a: u128, b: u128, bits: u8| {
            let free = u32::from(bits - self.prefix);
            a.checked_shr(free).unwrap_or_default() == b.checked_shr(free).unwrap_or_default()
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => is_same(a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => is_same(a.to_bits(), b.to_bits(), 128),
            _ => false,
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }
}

/// The text is not a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidNetwork;

impl fmt::Display for InvalidNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a network is an IP address, or one with the length of its prefix, such as `10.0.0.0/8`")
    }
}

impl Error for InvalidNetwork {}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let single = Self::from(address.parse::<IpAddr>().map_err(|_| InvalidNetwork)?);
        let Some(prefix) = prefix else { return Ok(single) };
        let prefix = prefix.parse().ok().filter(|&prefix| prefix <= single.prefix).ok_or(InvalidNetwork)?;
        Ok(Self { prefix, ..single })
    }
}

/// The proxies whose statements about clients are believed.
#[derive(Default)]
pub(crate) struct Proxies {
    header: Option<ProxyHeader>,
    networks: Vec<Network>,
}

impl Proxies {
    pub(crate) fn new(header: ProxyHeader, networks: Vec<Network>) -> Self {
        Self { header: Some(header), networks }
    }

    /// Whether the peer may state whose request it passes on.
    pub(crate) fn has(&self, peer: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(peer))
    }

    /// Who sends a request: the last address in the header that is not a proxy's. Each proxy appends the address that it was
    /// contacted from, so what is before that one can be invented. If the header ends there, or states no address, it is the
    /// last proxy that is known.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = peer;
        if let Some(header) = self.header.filter(|_| self.has(peer)) {
            let name = match header {
                ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
                ProxyHeader::Forwarded => FORWARDED,
            };
            let values: Vec<_> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
            let stated = values.iter().rev().flat_map(|value| rsplit_unquoted(value, b','));
            for stated in stated {
                let Some(address) = address(header, stated) else { break };
                client = address;
                if !self.has(address) {
                    break;
                }
            }
        }
        Client::of(client)
    }
}

/// The parts of a text between separators that are not within quotes, the last part first.
///
/// It is read from its end, which a proxy has appended. A client can begin a quoted text and leave it open, but only before
/// that.
fn rsplit_unquoted(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let mut is_quoted = false;
        let at = (0..text.len()).rev().find(|&at| {
            let backslashes = || text[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
            is_quoted ^= text[at] == b'"' && backslashes().is_multiple_of(2);
            text[at] == separator && !is_quoted
        });
        rest = at.map(|at| &text[..at]);
        Some(at.map_or(text, |at| &text[at + 1..]))
    })
}

/// The address in an element of a header, perhaps with a port.
fn address(header: ProxyHeader, element: &[u8]) -> Option<IpAddr> {
    let node = match header {
        ProxyHeader::XForwardedFor => str::from_utf8(element).ok()?.trim(),
        ProxyHeader::Forwarded => rsplit_unquoted(element, b';').find_map(|pair| {
            let (name, value) = str::from_utf8(pair).ok()?.split_once('=')?;
            name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
        })?,
    };
    let bracketed = node.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let host = match (bracketed, node.split_once(':')) {
        (Some((host, _)), _) => host,
        // With a port, unless there are several colons.
        (None, Some((host, port))) if !port.contains(':') => host,
        _ => node,
    };
    host.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(header: ProxyHeader, peer: &str, values: &[&str]) -> Client {
        let networks = ["10.0.0.0/8", "2001:db8:ff::/48"].map(|network| network.parse().unwrap());
        let name = if header == ProxyHeader::Forwarded { "forwarded" } else { "x-forwarded-for" };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        // The other header is the client's own.
        let other = if header == ProxyHeader::Forwarded { "x-forwarded-for" } else { "forwarded" };
        headers.append(other, "for=203.0.113.9".parse().unwrap());
        Proxies::new(header, networks.into()).client(peer.parse().unwrap(), &headers)
    }

    fn of(address: &str) -> Client {
        Client::of(address.parse().unwrap())
    }

    #[test]
    fn the_last_address_that_is_not_a_proxys_counts() {
        for (peer, values, expected) in [
            ("10.0.0.1", &["192.0.2.1"][..], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7, 192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7, 192.0.2.1,10.1.1.1"], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.1", "192.0.2.2, 10.0.0.3"], "192.0.2.2"),
            ("10.0.0.1", &["\u{fc}, 192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["\", 192.0.2.1"], "192.0.2.1"),
            ("::ffff:10.0.0.1", &["192.0.2.1:4711"], "192.0.2.1"),
            ("2001:db8:ff::1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("2001:db8:ff::1", &["2001:db8::1"], "2001:db8::ffff"),
            // What proxies have not stated is unknown.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["192.0.2.1, "], "10.0.0.1"),
        ] {
            assert_eq!(client(ProxyHeader::XForwardedFor, peer, values), of(expected), "{peer} {values:?}");
        }
        for (values, expected) in [
            (&["for=192.0.2.1"][..], "192.0.2.1"),
            (&["for=\"[2001:db8::1]:80\";proto=https, For=10.0.0.2;by=10.0.0.1"], "2001:db8::1"),
            (&["by=10.0.0.1; for=192.0.2.1"], "192.0.2.1"),
            (&["for=\"x", "for=192.0.2.1"], "192.0.2.1"),
            (&["for=_hidden"], "10.0.0.1"),
            // A proxy may quote what a client has sent in another header.
            (&["for=192.0.2.1;host=\"x, for=198.51.100.7\""], "192.0.2.1"),
            (&["host=\"x;for=198.51.100.7\";for=192.0.2.1"], "192.0.2.1"),
            (&["for=192.0.2.1;host=\"x\\\", for=198.51.100.7\""], "192.0.2.1"),
            (&["for=192.0.2.1;host=\"x\\\\\""], "192.0.2.1"),
            (&["for=\"x, for=192.0.2.1;host=\"y,\""], "192.0.2.1"),
        ] {
            assert_eq!(client(ProxyHeader::Forwarded, "10.0.0.1", values), of(expected), "{values:?}");
        }
    }

    #[test]
    fn a_peer_that_is_not_trusted_is_not_believed() {
        for header in [ProxyHeader::XForwardedFor, ProxyHeader::Forwarded] {
            assert_eq!(client(header, "192.0.2.1", &["for=198.51.100.7", "198.51.100.7"]), of("192.0.2.1"));
        }
        let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, "198.51.100.7".parse().unwrap())]);
        assert_eq!(Proxies::default().client([10, 0, 0, 1].into(), &headers), of("10.0.0.1"));
    }

    #[test]
    fn networks_of_clients() {
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn networks() {
        let contains =
            |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(contains("10.0.0.0/8", "10.255.0.1") && !contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("0.0.0.0/0", "192.0.2.1") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("::/0", "2001:db8::1") && contains("2001:db8::1", "2001:db8::1"));
        assert!(contains("192.0.2.1", "::ffff:192.0.2.1") && !contains("192.0.2.1/32", "192.0.2.2"));
        for text in ["", "10.0.0.0/", "10.0.0.0/33", "::/129", "/8", "10.0.0/8", "10.0.0.0/8/8"] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork), "{text}");
        }
    }
}
