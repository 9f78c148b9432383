//! Proxies, as environment variables name them.

use std::env;

use ureq::Proxy;
use url::Url;

use super::place::is_loopback;

/// The proxy for an address: that of its scheme, else that of all; none for this machine and for hosts in `NO_PROXY`.
pub(super) fn of(url: &Url) -> Result<Option<Proxy>, String> {
    if is_loopback(url) {
        return Ok(None);
    }
    // In a CGI script, `HTTP_PROXY` is a header of the request; but no CGI script runs this.
    let names = match url.scheme() {
        "https" => ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        _ => ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
    };
    let set = |name: &'static str| env::var(name).ok().filter(|value| !value.is_empty()).map(|value| (name, value));
    let Some((name, value)) = names.into_iter().find_map(set) else { return Ok(None) };
    // Not the value, which may contain a password.
    let proxy =
        Proxy::new(&value).map_err(|_| format!("the environment variable `{name}` is not the address of a proxy"))?;
    let is_exempt = |uri| Proxy::try_from_env().is_some_and(|proxy| proxy.is_no_proxy(&uri));
    Ok(Some(proxy).filter(|_| !url.as_str().parse().is_ok_and(is_exempt)))
}
