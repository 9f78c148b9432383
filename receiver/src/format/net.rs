use std::net::{Ipv4Addr, Ipv6Addr};

use super::{FormatError, Ipv4, Ipv6, Text};

impl Text<Ipv4> {
    /// Parses the address.
    ///
    /// # Errors
    ///
    /// If the text is not four decimal numbers with dots between them.
    pub fn addr(&self) -> Result<Ipv4Addr, FormatError> {
        self.parse().map_err(|error| FormatError::new("an IPv4 address", error))
    }
}

impl Text<Ipv6> {
    /// Parses the address.
    ///
    /// # Errors
    ///
    /// If the text is not an IPv6 address of RFC 4291.
    pub fn addr(&self) -> Result<Ipv6Addr, FormatError> {
        self.parse().map_err(|error| FormatError::new("an IPv6 address", error))
    }
}
