use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Byte, FormatError, Text};

impl Text<Byte> {
    /// Decodes the bytes.
    ///
    /// # Errors
    ///
    /// If the text is not padded standard base64 (RFC 4648, section 4).
    pub fn bytes(&self) -> Result<Vec<u8>, FormatError> {
        STANDARD.decode(self.as_str()).map_err(|error| FormatError::new("base64", error))
    }
}
