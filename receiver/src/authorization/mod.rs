//! Credentials in addition to the signature: a bearer token (RFC 6750) or a password (RFC 7617).
//!
//! An [`Authenticator`] combines a [`Verifier`](crate::Verifier) with a [`BearerAuth`] or with [`BasicAuth`]. A delivery
//! must pass both. The credentials are checked last, so that only a signed request can make the receiver call an
//! authorization server.
//!
//! With the feature `jwt`, `Jwt` verifies tokens. Any other check, such as introspection (RFC 7662), implements
//! [`BearerAuth`].

mod authenticator;
mod basic;
mod bearer;
mod credentials;
#[cfg(feature = "jwt")]
pub mod jwt;

pub use crate::verify_error::CredentialsError;
pub use authenticator::{Admission, Authenticator};
pub use basic::BasicAuth;
pub use bearer::BearerAuth;
#[cfg(feature = "jwt")]
pub use jwt::Jwt;
