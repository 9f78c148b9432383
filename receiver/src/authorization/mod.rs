//! What a request has to show beside its signature: a bearer token (RFC 6750) or a password (RFC 7617).
//!
//! A [`Authenticator`] joins a [`Verifier`](crate::Verifier) with a [`BearerAuth`] or with [`BasicAuth`]. A delivery then passes
//! only where both are right. The credentials are looked at last, so that nobody without a signature can make the receiver
//! ask an authorization server.
//!
//! With the feature `jwt`, `Jwt` verifies tokens of its own accord; any other way to tell a good token from a bad one, such
//! as introspection (RFC 7662), implements [`BearerAuth`].

mod authenticator;
mod basic;
mod bearer;
mod credentials;
mod error;
#[cfg(feature = "jwt")]
pub mod jwt;

pub use authenticator::{Admission, Authenticator};
pub use basic::BasicAuth;
pub use bearer::BearerAuth;
pub use error::CredentialsError;
#[cfg(feature = "jwt")]
pub use jwt::Jwt;
