use url::Url;

use super::{FormatError, Text, Uri, UriReference};

impl Text<Uri> {
    /// Parses the URL, by the rules of browsers (WHATWG), which repair some of what RFC 3986 forbids.
    ///
    /// # Errors
    ///
    /// If the text is not an absolute URL.
    pub fn url(&self) -> Result<Url, FormatError> {
        Url::parse(self).map_err(|error| FormatError::new("a URL", error))
    }
}

impl Text<UriReference> {
    /// Resolves the reference, which may be relative.
    ///
    /// # Errors
    ///
    /// If the text is not a URL reference, or makes no sense on this base.
    pub fn resolve(&self, base: &Url) -> Result<Url, FormatError> {
        base.join(self).map_err(|error| FormatError::new("a URL reference", error))
    }
}
