//! All files of a description, fetched into a folder of their own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tempfile::TempDir;
use webhook_generator::diagnostics::{Code, Diagnostic};
use webhook_generator::resolve::referenced_files;
use webhook_generator::source::Sources;
use webhook_generator::write::access;

use super::client::{Answer, Client, Content, Failure, Validators, shown};
use super::job::Job;
use super::place::{Scope, is_part_of_description, joined};
use super::record::{Record, RecordedFile, sha256};

/// A description as the server has it now.
pub(super) struct Download {
    /// Removed when it is dropped.
    stage: TempDir,
    /// The address of the description after redirects.
    pub(super) url: String,
    /// By path from the root folder.
    pub(super) files: BTreeMap<String, RecordedFile>,
    /// References that were not fetched, and why.
    pub(super) skipped: Vec<String>,
}

impl Download {
    /// Fetches the description and all that it references, into a folder in `stages`.
    pub(super) fn new(job: &Job, record: Option<&Record>, stages: &Path) -> Result<Self, Diagnostic> {
        let stage = tempfile::Builder::new().prefix(".fetch-").tempdir_in(stages);
        let stage = stage.map_err(|error| access(stages, "write to", &error))?;
        let client = Client {
            origin: job.url.origin(),
            headers: job.headers.clone(),
            allow_http: job.allow_http,
            max_bytes: job.limits.file_bytes,
            timeout: job.timeout,
            start: Instant::now(),
        };
        // What another address sent is not what this one has.
        let record = record.filter(|record| record.url == job.url.as_str());
        let mut fetching = Fetching { job, client, record, stage: stage.path() };
        let (url, files, skipped) = fetching.all()?;
        Ok(Self { stage, url, files, skipped })
    }

    /// Where a file is until it replaces the old one.
    pub(super) fn staged(&self, path: &str) -> PathBuf {
        self.stage.path().join(path)
    }

    /// The folder that has the files, in place of the root folder.
    pub(super) fn root(&self) -> &Path {
        self.stage.path()
    }
}

struct Fetching<'a> {
    job: &'a Job,
    client: Client,
    record: Option<&'a Record>,
    stage: &'a Path,
}

type Files = BTreeMap<String, RecordedFile>;

impl Fetching<'_> {
    fn all(&mut self) -> Result<(String, Files, Vec<String>), Diagnostic> {
        let (mut files, mut skipped) = (Files::new(), Vec::new());
        let description = self.file(&self.job.path, &self.job.url, None)?;
        let (url, file) = description.map_err(|status| {
            self.error(Failure {
                message: format!("`{}` answers {status}", shown(&self.job.url)),
                help: Some("check the address: the vendor may have moved the description".to_owned()),
            })
        })?;
        let scope = Scope::new(&url, &self.job.path).ok_or_else(|| {
            let (url, path) = (shown(&url), &self.job.path);
            let message =
                format!("`{}` redirects to `{url}`, whose folders are not those of `{path}`", shown(&self.job.url));
            self.error(Failure {
                message,
                help: Some("set `url` to the new address, and `root` accordingly".to_owned()),
            })
        })?;
        files.insert(file.path.clone(), file);
        let mut open = vec![self.job.path.clone()];
        while let Some(path) = open.pop() {
            for reference in self.references(&path) {
                let Some(file) = joined(&path, &reference) else {
                    skipped.push(format!("`{reference}` in `{path}` leaves the folder of the description"));
                    continue;
                };
                if files.contains_key(&file) {
                    continue;
                }
                if !is_part_of_description(&file) {
                    skipped.push(format!("`{file}` has no name that a part of a description may have"));
                    continue;
                }
                if files.len() >= self.job.limits.files {
                    let message = format!("the description has more than {} files", self.job.limits.files);
                    let help = "if that is right, raise the limit with `--limit files=…`";
                    return Err(Diagnostic::new(Code::Limit, message).help(help));
                }
                let Some(url) = scope.url(&file) else { continue };
                match self.file(&file, &url, Some(&scope))? {
                    Ok((_, found)) => {
                        files.insert(file.clone(), found);
                        open.push(file);
                    }
                    Err(status) => skipped.push(format!("`{}` answers {status}", shown(&url))),
                }
            }
        }
        skipped.sort_unstable();
        skipped.dedup();
        Ok((url.into(), files, skipped))
    }

    /// Fetches one file, unless the one that is here is still what the server has. The inner error is that there is none.
    fn file(
        &self,
        path: &str,
        url: &url::Url,
        scope: Option<&Scope>,
    ) -> Result<Result<(url::Url, RecordedFile), ureq::http::StatusCode>, Diagnostic> {
        let known = self.record.and_then(|record| record.file(path)).and_then(|recorded| {
            let bytes = fs::read(self.job.root.join(path)).ok()?;
            recorded.is_of(&bytes).then_some((recorded, bytes))
        });
        let validators = known.as_ref().map(|(recorded, _)| recorded.validators()).unwrap_or_default();
        let answer = self.client.get(url, &validators, scope).map_err(|failure| self.error(failure))?;
        let stored = match (answer, known) {
            (Answer::Content(Content { bytes, url, validators: Validators { etag, last_modified } }), _) => {
                self.store(path, &bytes)?;
                (url, RecordedFile { path: path.to_owned(), sha256: sha256(&bytes), etag, last_modified })
            }
            (Answer::NotModified(url), Some((recorded, bytes))) => {
                self.store(path, &bytes)?;
                (url, recorded.clone())
            }
            (Answer::NotModified(_), None) => unreachable!("nothing was known"),
            (Answer::Missing(status), _) => return Ok(Err(status)),
        };
        Ok(Ok(stored))
    }

    fn store(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let staged = self.stage.join(path);
        let folder = staged.parent().unwrap_or(self.stage);
        let stored = fs::create_dir_all(folder).and_then(|()| fs::write(&staged, bytes));
        stored.map_err(|error| access(&staged, "write", &error))
    }

    /// The files that a fetched file references. One that does not parse references none: its errors are reported later.
    fn references(&self, path: &str) -> Vec<String> {
        let sources = Sources::with_limits(self.job.limits);
        let tree = sources.add_spec(&self.stage.join(path));
        tree.map(|tree| referenced_files(&tree).into_iter().collect()).unwrap_or_default()
    }

    fn error(&self, Failure { message, help }: Failure) -> Diagnostic {
        self.job.at_address(Diagnostic::new(Code::Read, message).maybe_help(help))
    }
}
