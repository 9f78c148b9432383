//! What to fetch, and where to put it.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::error::ErrorKind;
use url::Url;
use webhook_generator::config::{self, Address, Located};
use webhook_generator::diagnostics::{Code, Diagnostic, Place};
use webhook_generator::fingerprint::relative;
use webhook_generator::source::Limits;

use super::place::Scope;
use crate::args::UsageError;
use crate::job::{Context, Problem};
use crate::project::ProjectFile;

/// A description to fetch.
pub(crate) struct Job {
    /// The configuration or, without one, the address.
    pub(super) name: PathBuf,
    pub(super) url: Url,
    /// Where the address is configured.
    pub(super) place: Option<Place>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) allow_http: bool,
    /// The description here.
    pub(super) spec: PathBuf,
    /// The folder that references must not leave.
    pub(super) root: PathBuf,
    /// The path of the description from there, with `/`.
    pub(super) path: String,
    /// What it is read with.
    pub(super) config: Option<PathBuf>,
    pub(super) overlays: Vec<PathBuf>,
    pub(super) limits: Limits,
    pub(super) timeout: Duration,
}

impl Job {
    /// The description that a configuration names; `None` if it names no address.
    pub(super) fn of(context: Context<'_>, timeout: Duration) -> Result<Option<Self>, Problem> {
        let Some(file) = context.file else { return Ok(None) };
        let Some(Located { value: fetch, place }) = &file.project.fetch else { return Ok(None) };
        let error = |message: &str| Diagnostic::new(Code::Config, message);
        let Some(Located { value: address, place }) = &fetch.url else {
            let help = "add the address of the description: url = \"https://…\"";
            return Err(Problem::Config(error("`[fetch]` has no `url`").at(place.clone(), "").help(help)));
        };
        let Some(spec) = &file.project.spec else {
            let message = "`spec` is not set: it is where the description is stored";
            return Err(Problem::Config(file.error(message).help("add a line such as:\nspec = \"openapi.yaml\"")));
        };
        let spec = file.resolve(&spec.value);
        let root = file.project.root.as_ref().map(|root| file.resolve(&root.value));
        let located = |message: String| Problem::Config(error(&message).at(place.clone(), ""));
        let job = Self::new(address, spec, root).map_err(located)?;
        Ok(Some(Self {
            name: file.path.clone(),
            place: Some(place.clone()),
            headers: headers(fetch).map_err(Problem::Config)?,
            allow_http: fetch.allow_http,
            config: Some(file.path.clone()),
            overlays: file.project.overlays.iter().map(|overlay| file.resolve(&overlay.value)).collect(),
            limits: context.limits,
            timeout,
            ..job
        }))
    }

    /// A description without a configuration, of which only the address is known.
    pub(crate) fn without_config(url: &str, spec: PathBuf, limits: Limits) -> Result<Self, UsageError> {
        let invalid = |message| UsageError::new(ErrorKind::InvalidValue, message);
        let address: Address = url.parse().map_err(invalid)?;
        Ok(Self { limits, ..Self::new(&address, spec, None).map_err(invalid)? })
    }

    fn new(address: &Address, spec: PathBuf, root: Option<PathBuf>) -> Result<Self, String> {
        let url = Url::parse(address.as_str()).map_err(|error| format!("`{address}` is not an address: {error}"))?;
        let beside = spec.parent().map(Path::to_owned).unwrap_or_default();
        let root = root.unwrap_or(beside);
        let root = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root };
        let path = relative(&root, &spec)
            .filter(|path| !path.starts_with("../"))
            .ok_or_else(|| format!("the root folder `{}` does not contain `{}`", root.display(), spec.display()))?;
        if Scope::new(&url, &path).is_none() {
            return Err(format!(
                "the folders of the address must be those of `{path}`, its place below `root`: references lead through them"
            ));
        }
        Ok(Self {
            name: address.as_str().into(),
            url,
            place: None,
            headers: Vec::new(),
            allow_http: false,
            spec,
            root,
            path,
            config: None,
            overlays: Vec::new(),
            limits: Limits::default(),
            timeout: super::TIMEOUT,
        })
    }

    /// An error with the place where the address is configured.
    pub(super) fn at_address(&self, error: Diagnostic) -> Diagnostic {
        match &self.place {
            Some(place) => error.at(place.clone(), ""),
            None => error,
        }
    }

    /// The address as it is configured.
    pub(crate) fn url(&self) -> &str {
        self.url.as_str()
    }
}

/// The headers, with the values of their environment variables.
fn headers(fetch: &config::Fetch) -> Result<Vec<(String, String)>, Diagnostic> {
    let header = |(name, variable): (&config::HeaderName, &Located<config::EnvironmentVariable>)| {
        let error = |problem: &str| {
            let message = format!("the environment variable `{}`, for the header `{name}`, {problem}", variable.value);
            Diagnostic::new(Code::Config, message).at(variable.place.clone(), "")
        };
        let value =
            env::var(variable.value.as_str()).map_err(|_| error("is not set").help("set it for this command"))?;
        let is_valid = !value.is_empty() && value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
        if is_valid { Ok((name.as_str().to_owned(), value)) } else { Err(error("is not the value of a header")) }
    };
    fetch.headers.iter().map(header).collect()
}

/// The error of a configuration that names no address.
pub(super) fn not_configured(file: Option<&ProjectFile>) -> Problem {
    let help = "add the address at which the vendor publishes the description:\n[fetch]\nurl = \"https://…\"";
    match file {
        Some(file) => Problem::Config(file.error("`[fetch]` is not set").help(help)),
        None => UsageError::new(ErrorKind::MissingRequiredArgument, "`--config FILE` is required").into(),
    }
}
