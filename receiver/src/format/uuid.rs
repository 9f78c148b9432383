use super::{FormatError, Text};

impl Text<super::Uuid> {
    /// Parses the UUID, in any of the forms that `uuid` accepts.
    ///
    /// # Errors
    ///
    /// If the text is not a UUID.
    pub fn uuid(&self) -> Result<uuid::Uuid, FormatError> {
        self.parse().map_err(|error: uuid::Error| FormatError::new("a UUID", error))
    }
}
