//! One request, and what is done about its answer: redirects, limits, credentials, proxies.

use std::io::{self, Read as _};
use std::time::{Duration, Instant};

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use ureq::http::{Response, StatusCode, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};
use url::{Origin, Url};

use super::place::{Scope, is_loopback};
use super::proxy;

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;

/// How old a file must be for its time to say that it is unchanged.
const SETTLED: SignedDuration = SignedDuration::from_secs(60);

/// Fetches from one origin, and from others that it redirects to.
pub(super) struct Client {
    /// The only origin that the headers are sent to.
    pub(super) origin: Origin,
    /// Names and values, such as credentials.
    pub(super) headers: Vec<(String, String)>,
    /// Whether `http:` is allowed for other machines.
    pub(super) allow_http: bool,
    /// The largest body, in bytes, after decompression.
    pub(super) max_bytes: usize,
    /// How long all requests together may take.
    pub(super) timeout: Duration,
    pub(super) start: Instant,
}

/// What an earlier answer said, so that the server need not send the same again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// What a server answers.
pub(super) enum Answer {
    Content(Content),
    /// It is what the validators are of. The address is the one after redirects.
    NotModified(Url),
    /// There is nothing at the address.
    Missing(StatusCode),
}

/// A body, and where it came from in the end.
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    pub(super) url: Url,
    pub(super) validators: Validators,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl Client {
    /// Gets an address. Redirects are followed within the scope, if there is one.
    pub(super) fn get(&self, url: &Url, known: &Validators, scope: Option<&Scope>) -> Result<Answer, Failure> {
        self.permit(url)?;
        let mut at = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&at, known)?;
            if !is_redirect(response.status()) {
                return self.answer(response, at, known);
            }
            let next = self.next(&at, &response)?;
            if scope.is_some_and(|scope| !scope.contains(&next)) {
                return Err(Failure::new(format!(
                    "`{}` redirects to `{}`, out of the description's folder",
                    shown(url),
                    shown(&next)
                ))
                .help("references of a description are fetched only from its own origin and folder"));
            }
            at = next;
        }
        Err(Failure::new(format!(
            "`{}` redirects more than {MAX_REDIRECTS} times, at last from `{}`",
            shown(url),
            shown(&at)
        ))
        .help("open the address in a browser, and set the one that it ends at"))
    }

    /// Where a redirect goes, if it may go there.
    fn next(&self, at: &Url, response: &Response<Body>) -> Result<Url, Failure> {
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        let next = location.and_then(|location| at.join(location).ok()).ok_or_else(|| {
            Failure::new(format!("`{}` answers {} without a valid `location`", shown(at), response.status()))
        })?;
        let refuse = |why: &str| Err(Failure::new(format!("`{}` redirects to `{}`, {why}", shown(at), shown(&next))));
        if at.scheme() == "https" && next.scheme() != "https" {
            return refuse("which is not encrypted");
        }
        if !next.username().is_empty() || next.password().is_some() {
            return refuse("which contains a user or a password");
        }
        if is_loopback(&next) && !is_loopback(at) {
            return refuse("which is an address of this machine");
        }
        self.permit(&next)?;
        Ok(next)
    }

    /// Only `https:`, except on this machine or if the configuration says so.
    fn permit(&self, url: &Url) -> Result<(), Failure> {
        match url.scheme() {
            "https" => Ok(()),
            "http" if self.allow_http || is_loopback(url) => Ok(()),
            "http" => Err(Failure::new(format!(
                "`{}` is not encrypted: anyone on the way can change what is fetched",
                shown(url)
            ))
            .help("write `https://`; if the server has no certificate, set `allow-http = true` in `[fetch]`")),
            scheme => Err(Failure::new(format!("`{}` has the scheme `{scheme}`; only `https` is fetched", shown(url)))
                .help("look for an `https` address of the same file; or download it with another program, and replace the description with it")),
        }
    }

    fn send(&self, url: &Url, known: &Validators) -> Result<Response<Body>, Failure> {
        let left = self.timeout.saturating_sub(self.start.elapsed());
        if left.is_zero() {
            return Err(self.too_slow(url));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(left))
            .proxy(proxy::of(url).map_err(Failure::new)?)
            .user_agent(concat!("cargo-webhooks/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build());
        let mut request = Agent::from(config.build())
            .get(url.as_str())
            .header(header::ACCEPT, "application/yaml, application/json, text/yaml, */*;q=0.1");
        let conditions = [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)];
        for (name, value) in conditions {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        if url.origin() == self.origin {
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
        }
        request.call().map_err(|error| self.failed(url, &error))
    }

    fn answer(&self, response: Response<Body>, url: Url, known: &Validators) -> Result<Answer, Failure> {
        let status = response.status();
        let failed = || Failure::new(format!("`{}` answers {status}", shown(&url)));
        match status {
            StatusCode::OK => self.content(response, url).map(Answer::Content),
            StatusCode::NOT_MODIFIED if *known != Validators::default() => Ok(Answer::NotModified(url)),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Answer::Missing(status)),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if self.headers.is_empty() => Err(failed().help(
                "if it needs credentials, put them in an environment variable, and name it in the configuration:\n\
                 [fetch.headers]\nauthorization = \"ACME_AUTHORIZATION\"   # the variable contains `Bearer …`",
            )),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if url.origin() != self.origin => {
                Err(failed().help("credentials are sent only to the origin of the configured address"))
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(failed().help("check the environment variables that `[fetch.headers]` names"))
            }
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Err(failed().help("run the command again later"))
            }
            _ => Err(failed()),
        }
    }

    fn content(&self, response: Response<Body>, url: Url) -> Result<Content, Failure> {
        let text = |name: header::HeaderName| {
            let value = response.headers().get(name)?.to_str().ok()?.trim();
            Some(value.to_owned()).filter(|value| !value.is_empty())
        };
        let date = text(header::DATE);
        let last_modified = text(header::LAST_MODIFIED).filter(|modified| is_settled(modified, date.as_deref()));
        let validators = Validators { etag: text(header::ETAG), last_modified };
        let encoding = text(header::CONTENT_ENCODING).unwrap_or_default().to_ascii_lowercase();
        if !["", "identity", "gzip", "x-gzip"].contains(&&*encoding) {
            return Err(Failure::new(format!(
                "`{}` is compressed with `{encoding}`, which was not asked for",
                shown(&url)
            )));
        }
        let too_large = || {
            Failure::new(format!("`{}` is larger than {} bytes", shown(&url), self.max_bytes))
                .help("if that is right, raise the limit with `--limit file-bytes=…`")
        };
        let most = u64::try_from(self.max_bytes).unwrap_or(u64::MAX);
        if response.body().content_length().is_some_and(|length| length > most) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let mut reader = response.into_body().into_reader().take(most.saturating_add(1));
        reader.read_to_end(&mut bytes).map_err(|error| self.failed(&url, &error.into()))?;
        if bytes.len() > self.max_bytes {
            return Err(too_large());
        }
        let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start();
        if start.is_empty() {
            return Err(Failure::new(format!("`{}` answers without content", shown(&url))));
        }
        if start.starts_with(b"<") {
            return Err(Failure::new(format!("`{}` answers with a web page, not with a description", shown(&url))).help(
                "open the address in a browser: if it asks for a login, name the credentials in `[fetch.headers]`; if it shows \
                 documentation, set the address of the YAML or JSON file that it links to",
            ));
        }
        Ok(Content { bytes, url, validators })
    }

    fn too_slow(&self, url: &Url) -> Failure {
        Failure::new(format!("`{}` did not answer within {} s", shown(url), self.timeout.as_secs_f64()))
            .help("run the command again, or give it more time with `--timeout SECONDS`")
    }

    fn failed(&self, url: &Url, error: &ureq::Error) -> Failure {
        let address = shown(url);
        match error {
            ureq::Error::Timeout(_) => self.too_slow(url),
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => self.too_slow(url),
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Failure::new(format!("the connection to `{address}` ended before the whole answer was read"))
                    .help("run the command again")
            }
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => Failure::new(format!(
                "the host of `{address}` refuses connections"
            ))
            .help("check the host and the port; behind a proxy, set `HTTPS_PROXY`; or run the command again later"),
            ureq::Error::ConnectionFailed => Failure::new(format!("there is no connection to the host of `{address}`"))
                .help("check the network, the host and the port; behind a proxy, set `HTTPS_PROXY`"),
            ureq::Error::HostNotFound => Failure::new(format!("the host of `{address}` does not exist"))
                .help("check the spelling and the network; behind a proxy, set `HTTPS_PROXY`"),
            ureq::Error::Decompress(..) => {
                Failure::new(format!("`{address}` is not valid gzip, although its header says so"))
            }
            ureq::Error::Rustls(error) => Failure::new(format!("no secure connection to `{address}`: {error}"))
                .help("the roots are those of the system; `SSL_CERT_FILE` names others"),
            error => Failure::new(format!("cannot read `{address}`: {error}")),
        }
    }
}

/// An address as messages show it: without its query, which may contain a secret.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    shown.into()
}

/// Whether a file that was modified at this time was at least [`SETTLED`] old at the time of the answer. A later change may
/// otherwise have the same time, which has seconds only.
fn is_settled(modified: &str, answered: Option<&str>) -> bool {
    let parse = |text: &str| rfc2822::parse(text).ok().map(|time| time.timestamp());
    let answered = answered.and_then(parse).unwrap_or_else(Timestamp::now);
    parse(modified).is_some_and(|modified| answered.duration_since(modified) >= SETTLED)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}
