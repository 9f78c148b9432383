use super::{FormatError, Text};

/// The length of the form with hyphens, which is the only one in RFC 9562.
const LENGTH: usize = 36;

impl Text<super::Uuid> {
    /// Parses the UUID.
    ///
    /// # Errors
    ///
    /// If the text is not a UUID with its hyphens.
    pub fn uuid(&self) -> Result<uuid::Uuid, FormatError> {
        if self.len() != LENGTH {
            return Err(FormatError::new("a UUID", "it does not have the form of RFC 9562"));
        }
        self.parse().map_err(|error: uuid::Error| FormatError::new("a UUID", error))
    }
}
