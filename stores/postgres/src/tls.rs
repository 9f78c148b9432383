//! How connections are encrypted.

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use webhook_inbox::store::StoreError;

use crate::error::other;

#[cfg(feature = "tls")]
pub(crate) use with_rustls::{Connector, Tls};
#[cfg(not(feature = "tls"))]
pub(crate) use without::{Connector, Tls};

#[cfg(feature = "tls")]
mod with_rustls {
    use std::path::PathBuf;
    use std::sync::Arc;

    use rustls::crypto::ring::default_provider;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    use rustls::{ClientConfig, RootCertStore};

    use super::{Config, SslMode, StoreError, other};

    pub(crate) type Connector = tokio_postgres_rustls::MakeRustlsConnect;

    /// Where certificates come from.
    #[derive(Clone, Debug, Default)]
    pub(crate) enum Tls {
        #[default]
        System,
        /// Of this file, in PEM.
        File(PathBuf),
        Custom(Box<ClientConfig>),
    }

    impl Tls {
        pub(crate) fn connector(self, config: &Config) -> Result<Connector, StoreError> {
            let mut roots = RootCertStore::empty();
            match self {
                Self::Custom(tls) => return Ok(Connector::new(*tls)),
                Self::File(path) => {
                    let failed = |error| other(format!("cannot read certificates from `{}`: {error}", path.display()));
                    for certificate in CertificateDer::pem_file_iter(&path).map_err(failed)? {
                        roots.add(certificate.map_err(failed)?).map_err(other)?;
                    }
                }
                // Reading them takes a while.
                Self::System if config.get_ssl_mode() == SslMode::Disable => {}
                Self::System => {
                    let (_, ignored) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                    tracing::debug!(ignored, "certificates of the system are loaded");
                }
            }
            let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(other)?
                .with_root_certificates(roots)
                .with_no_client_auth();
            Ok(Connector::new(tls))
        }
    }
}

#[cfg(not(feature = "tls"))]
mod without {
    use std::path::PathBuf;

    use super::{Config, SslMode, StoreError, other};

    pub(crate) type Connector = tokio_postgres::NoTls;

    #[derive(Clone, Debug, Default)]
    pub(crate) enum Tls {
        #[default]
        System,
        File(PathBuf),
    }

    impl Tls {
        pub(crate) fn connector(self, config: &Config) -> Result<Connector, StoreError> {
            let part = match self {
                Self::System if config.get_ssl_mode() != SslMode::Require => return Ok(tokio_postgres::NoTls),
                Self::System => "`sslmode`".to_owned(),
                Self::File(path) => format!("`{}`", path.display()),
            };
            Err(other(format!("{part} needs the feature `tls` of `webhook-inbox-postgres`")))
        }
    }
}
