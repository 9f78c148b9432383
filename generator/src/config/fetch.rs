//! `[fetch]`: where the description is published.

use std::collections::BTreeMap;

use toml::Spanned;

use super::Located;
use super::table::Table;
use super::values::{Address, EnvironmentVariable, HeaderName};

/// Where the description is published. The generator does not use it: the command `fetch` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The address of the description; `None` if it is missing, which is an error of the command.
    pub url: Option<Located<Address>>,
    /// Headers of requests to the origin of this address, and the environment variables that have their values. Thus no
    /// secret is in the file.
    pub headers: BTreeMap<HeaderName, Located<EnvironmentVariable>>,
    /// Whether addresses with `http:` are allowed that are not of this machine.
    pub allow_http: bool,
}

impl Fetch {
    pub(super) fn read(table: &mut Table<'_>) -> Self {
        Self {
            url: table.string("url").map(|url| table.located(url)),
            headers: table.map("headers"),
            allow_http: table.flag("allow-http").is_some_and(Spanned::into_inner),
        }
    }
}
