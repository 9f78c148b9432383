use super::compiled_scheme::CompiledScheme;
use super::key::Key;
use super::{Hash, HmacScheme, Secret, StandardWebhooks, TextSecret};

/// A signature scheme. It determines the type of its secret, so that a [`Secret`] and a [`TextSecret`] cannot be mixed
/// up:
///
/// ```compile_fail,E0308
/// use webhook_receiver::{StandardWebhooks, TextSecret, Verifier};
///
/// # fn wrong(secret: TextSecret) {
/// Verifier::new(StandardWebhooks::DEFAULT, secret);
/// # }
/// ```
///
/// Implemented by [`StandardWebhooks`], by [`HmacScheme`] for all other HMAC schemes, and with the feature `ed25519` by
/// `Ed25519Scheme`. The trait is sealed.
pub trait Scheme: sealed::Scheme<<Self as Scheme>::Secret> {
    /// The kind of secret.
    type Secret;
}

impl Scheme for StandardWebhooks {
    type Secret = Secret;
}

impl Scheme for HmacScheme {
    type Secret = TextSecret;
}

#[cfg(feature = "ed25519")]
impl Scheme for super::Ed25519Scheme {
    type Secret = super::PublicKey;
}

pub(crate) mod sealed {
    use super::{CompiledScheme, Key};

    pub trait Scheme<S> {
        fn compile(&self) -> CompiledScheme;

        fn key(&self, secret: &S) -> Key;
    }
}

impl sealed::Scheme<Secret> for StandardWebhooks {
    fn compile(&self) -> CompiledScheme {
        CompiledScheme::standard_webhooks(self)
    }

    fn key(&self, secret: &Secret) -> Key {
        Key::hmac(Hash::Sha256, secret.key())
    }
}

impl sealed::Scheme<TextSecret> for HmacScheme {
    fn compile(&self) -> CompiledScheme {
        CompiledScheme::hmac(self)
    }

    fn key(&self, secret: &TextSecret) -> Key {
        Key::hmac(self.hash, secret.key())
    }
}

#[cfg(feature = "ed25519")]
impl sealed::Scheme<super::PublicKey> for super::Ed25519Scheme {
    fn compile(&self) -> CompiledScheme {
        CompiledScheme::ed25519(&self.0)
    }

    fn key(&self, public: &super::PublicKey) -> Key {
        Key::Ed25519(public.key())
    }
}
