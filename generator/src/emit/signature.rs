//! How the emitted crate speaks of signatures: its constant, its constructor, and how its tests sign.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, docs};
use crate::ir::{Encoding, EventTypeLocation, Hash, Hmac, Piece, Scheme};

/// How the emitted tests make a delivery that the receiver trusts.
pub(super) struct Signing {
    /// What the crate's own names are that the other parts use.
    pub(super) names: &'static [&'static str],
    /// A statement that comes first.
    pub(super) secret: Option<TokenStream>,
    /// The headers, an expression.
    pub(super) headers: TokenStream,
    /// The receiver, an expression.
    pub(super) receiver: TokenStream,
}

impl Emitter<'_> {
    /// What `lib.rs` re-exports of the receiver for the scheme.
    pub(super) fn signature_types(&self) -> &'static [&'static str] {
        match &self.api.scheme {
            None => &["StandardWebhooks", "HmacScheme", "Secret", "SecretError", "TextSecret"],
            Some(Scheme::StandardWebhooks { .. }) => &["StandardWebhooks", "Secret", "SecretError"],
            Some(Scheme::Hmac(_)) => &["HmacScheme", "SecretError", "TextSecret"],
            Some(Scheme::Unsigned) => &[],
        }
    }

    /// The name of the constructor.
    pub(super) fn constructor(&self) -> &'static str {
        match &self.api.scheme {
            Some(Scheme::Unsigned) => "dangerously_unsigned_receiver",
            _ => "receiver",
        }
    }

    /// A call of the constructor, for the front page.
    pub(super) fn constructor_call(&self) -> String {
        let trusted = match &self.api.scheme {
            None => Some("verifier"),
            Some(Scheme::StandardWebhooks { .. }) => Some("Secret::from_env(\"WEBHOOK_SECRET\")?"),
            Some(Scheme::Hmac(_)) => Some("TextSecret::from_env(\"WEBHOOK_SECRET\")?"),
            Some(Scheme::Unsigned) => None,
        };
        let event_type = self.names.event_types().first().filter(|_| self.has_addresses());
        let event_type = event_type.map(|event_type| format!("EventType::{event_type}"));
        let arguments: Vec<String> = event_type.into_iter().chain(trusted.map(str::to_owned)).collect();
        format!("{}({})", self.constructor(), arguments.join(", "))
    }

    /// Whether each event type has an address of its own, so that a receiver is for one of them.
    fn has_addresses(&self) -> bool {
        self.api.event_type_location == EventTypeLocation::Address && self.api.webhooks.len() > 1
    }

    /// The constant and the constructor.
    pub(super) fn signature(&self) -> Vec<TokenStream> {
        let vendor = &self.names.vendor;
        let (parameter, assumed, address) = if self.has_addresses() {
            let docs = "Deliveries do not state their event type: this is a receiver for the address to which those of \
                `event_type` are sent.";
            (
                quote!(event_type: EventType,),
                quote!(.assume_event_type(event_type)),
                docs::outer(&format!("\n{}", docs::wrapped(docs))),
            )
        } else {
            (TokenStream::new(), TokenStream::new(), TokenStream::new())
        };
        match &self.api.scheme {
            None => vec![quote! {
                /// A receiver without handlers, which trusts what `verifier` trusts.
                ///
                /// The description does not tell how deliveries are signed, so that the verifier is yours to choose.
                #address
                pub fn receiver(#parameter verifier: Verifier) -> Receiver<#vendor> {
                    Receiver::new(verifier)#assumed
                }
            }],
            Some(Scheme::StandardWebhooks { id, timestamp, signature }) => vec![
                quote! {
                    /// The headers that carry the signature, from the description.
                    pub const SIGNATURE_SCHEME: StandardWebhooks = StandardWebhooks::new(#id, #timestamp, #signature);
                },
                quote! {
                    /// A receiver without handlers, which trusts deliveries that are signed with `secret`.
                    ///
                    /// For several secrets, another tolerance or another clock, build a verifier with
                    /// [`Verifier::builder`] and [`SIGNATURE_SCHEME`], and give it to [`Receiver::new`].
                    #address
                    pub fn receiver(#parameter secret: Secret) -> Receiver<#vendor> {
                        Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))#assumed
                    }
                },
            ],
            Some(Scheme::Hmac(hmac)) => {
                let scheme_docs = docs::outer(&coverage(hmac));
                let scheme = expression(hmac);
                vec![
                    quote! {
                        #scheme_docs
                        pub const SIGNATURE_SCHEME: HmacScheme = #scheme;
                    },
                    quote! {
                        /// A receiver without handlers, which trusts deliveries that are signed with `secret`, as
                        /// [`SIGNATURE_SCHEME`] has it.
                        ///
                        /// For several secrets, another tolerance or another clock, build a verifier with
                        /// [`Verifier::builder`] and [`SIGNATURE_SCHEME`], and give it to [`Receiver::new`].
                        #address
                        pub fn receiver(#parameter secret: TextSecret) -> Receiver<#vendor> {
                            Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))#assumed
                        }
                    },
                ]
            }
            Some(Scheme::Unsigned) => vec![quote! {
                /// A receiver without handlers, which trusts everybody, as the vendor signs nothing.
                ///
                /// Whoever knows the address can make up deliveries, see [`Verifier::dangerously_accept_unsigned`].
                #address
                pub fn dangerously_unsigned_receiver(#parameter) -> Receiver<#vendor> {
                    Receiver::new(Verifier::dangerously_accept_unsigned())#assumed
                }
            }],
        }
    }

    /// How the tests sign.
    pub(super) fn signing(&self) -> Signing {
        let secret = quote!(let secret = testing::secret(););
        let event_type = self.has_addresses().then(|| quote!(P::EVENT_TYPE,));
        match &self.api.scheme {
            None => Signing {
                names: &["StandardWebhooks", "Verifier"],
                secret: Some(secret),
                headers: quote!(testing::signed_now(&StandardWebhooks::DEFAULT, &secret, example.as_bytes())),
                receiver: quote!(receiver(#event_type Verifier::standard_webhooks(secret))),
            },
            Some(Scheme::StandardWebhooks { .. }) => Signing {
                names: &["SIGNATURE_SCHEME"],
                secret: Some(secret),
                headers: quote!(testing::signed_now(&SIGNATURE_SCHEME, &secret, example.as_bytes())),
                receiver: quote!(receiver(#event_type secret)),
            },
            Some(Scheme::Hmac(_)) => Signing {
                names: &["SIGNATURE_SCHEME"],
                secret: Some(quote!(let secret = testing::text_secret();)),
                headers: quote!(testing::signed_now(&SIGNATURE_SCHEME, &secret, example.as_bytes())),
                receiver: quote!(receiver(#event_type secret)),
            },
            Some(Scheme::Unsigned) => Signing {
                names: &[],
                secret: None,
                headers: quote!(webhook_receiver::http::HeaderMap::new()),
                receiver: quote!(dangerously_unsigned_receiver(#event_type)),
            },
        }
    }
}

/// What a scheme covers, and what it does not.
fn coverage(hmac: &Hmac) -> String {
    let hash = match hmac.hash {
        Hash::Sha1 => "SHA-1",
        Hash::Sha256 => "SHA-256",
        Hash::Sha512 => "SHA-512",
    };
    let signed = |wanted: fn(&Piece) -> bool| hmac.signed.iter().any(wanted);
    let id = signed(|piece| matches!(piece, Piece::IdHeader(_)));
    let timestamp = signed(|piece| matches!(piece, Piece::TimestampHeader(_) | Piece::TimestampToken(_)));
    let covered = match (id, timestamp) {
        (false, false) => "the body alone",
        (true, false) => "id and body",
        (false, true) => "timestamp and body",
        (true, true) => "id, timestamp and body",
    };
    let header = docs::code(&hmac.header);
    let mut text = format!("How deliveries are signed: HMAC with {hash} over {covered}, in the header {header}.");
    if !timestamp {
        text += "\n\nAs no timestamp is signed, whoever has recorded a delivery can send it again at any time.";
    }
    if let Some(name) = &hmac.unsigned_id {
        let name = docs::code(name);
        text += &format!("\n\n[`Delivery::id`] is that of the header {name}, which is not signed.");
    }
    docs::wrapped(&text)
}

/// Names are written with their whole path: a payload may have the same.
fn expression(hmac: &Hmac) -> TokenStream {
    let Hmac { header, separator, prefix, hash, encoding, signed, unsigned_id } = hmac;
    let hash = match hash {
        Hash::Sha1 => quote!(webhook_receiver::signature::Hash::Sha1),
        Hash::Sha256 => quote!(webhook_receiver::signature::Hash::Sha256),
        Hash::Sha512 => quote!(webhook_receiver::signature::Hash::Sha512),
    };
    let encoding = match encoding {
        Encoding::Hex => quote!(webhook_receiver::signature::Encoding::Hex),
        Encoding::Base64 => quote!(webhook_receiver::signature::Encoding::Base64),
    };
    let signed = signed.iter().map(|piece| {
        let piece = match piece {
            Piece::Body => quote!(Body),
            Piece::IdHeader(name) => quote!(IdHeader(#name)),
            Piece::TimestampHeader(name) => quote!(TimestampHeader(#name)),
            Piece::TimestampToken(prefix) => quote!(TimestampToken(#prefix)),
            Piece::Text(text) => quote!(Text(#text)),
        };
        quote!(webhook_receiver::signature::Piece::#piece)
    });
    let signed = quote!(&[#(#signed),*]);
    let scheme = match separator {
        None => quote!(HmacScheme::new(#header, #hash, #encoding, #signed)),
        Some(separator) => quote!(HmacScheme::list(#header, #separator, #hash, #encoding, #signed)),
    };
    let prefix = (!prefix.is_empty()).then(|| quote!(.prefix(#prefix)));
    let unsigned_id = unsigned_id.as_ref().map(|name| quote!(.unsigned_id(#name)));
    quote!(#scheme #prefix #unsigned_id)
}
