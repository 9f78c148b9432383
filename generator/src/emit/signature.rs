//! How deliveries are signed: the constant, the constructor, and how the tests sign.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

use super::{Emitter, docs};
use crate::ir::EventTypeLocation;
use crate::signature::{Encoding, Hash, Hmac, OtherId, Piece, Scheme};

impl Emitter<'_> {
    /// The name of the constructor.
    pub(super) fn constructor(&self) -> &'static str {
        match &self.api.scheme {
            Some(Scheme::Unsigned) => "dangerously_unsigned_receiver",
            _ => "receiver",
        }
    }

    /// A call of the constructor with these arguments for the event type and for what it trusts, if it takes them.
    pub(super) fn construct(&self, event_type: &TokenStream, trusted: &TokenStream) -> TokenStream {
        let constructor = format_ident!("{}", self.constructor());
        let event_type = self.has_addresses().then(|| quote!(#event_type,));
        let trusted = (self.api.scheme != Some(Scheme::Unsigned)).then_some(trusted);
        quote!(#constructor(#event_type #trusted))
    }

    /// Whether each event type has its own endpoint, so that a receiver is for one of them.
    pub(super) fn has_addresses(&self) -> bool {
        self.api.event_type_location == EventTypeLocation::Address && self.api.webhooks.len() > 1
    }
}

/// The re-exports of the receiver that depend on the scheme.
pub(super) fn reexports(scheme: Option<&Scheme>) -> &'static [&'static str] {
    match scheme {
        None => &["StandardWebhooks", "HmacScheme", "Secret", "SecretError", "TextSecret"],
        Some(Scheme::StandardWebhooks { .. }) => &["StandardWebhooks", "Secret", "SecretError"],
        Some(Scheme::Hmac(_)) => &["HmacScheme", "SecretError", "TextSecret"],
        Some(Scheme::Unsigned) => &[],
    }
}

/// The constant.
pub(super) struct SchemeItem<'a> {
    pub(super) scheme: Option<&'a Scheme>,
}

impl ToTokens for SchemeItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self.scheme {
            Some(Scheme::StandardWebhooks { id, timestamp, signature }) => quote! {
                /// The headers that carry the signature, from the description.
                pub const SIGNATURE_SCHEME: StandardWebhooks = StandardWebhooks::new(#id, #timestamp, #signature);
            },
            Some(Scheme::Hmac(hmac)) => {
                let docs = docs::outer(&coverage(hmac));
                let value = HmacExpression { hmac };
                quote! {
                    #docs
                    pub const SIGNATURE_SCHEME: HmacScheme = #value;
                }
            }
            Some(Scheme::Unsigned) | None => return,
        });
    }
}

/// The constructor.
pub(super) struct Constructor<'a> {
    pub(super) emitter: &'a Emitter<'a>,
}

impl ToTokens for Constructor<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let emitter = self.emitter;
        let vendor = &emitter.names.vendor;
        let name = format_ident!("{}", emitter.constructor());
        let (trusted, verifier, text) = match &emitter.api.scheme {
            None => (
                quote!(verifier: Verifier),
                quote!(verifier),
                "Creates a receiver that accepts the deliveries that `verifier` accepts.\n\n\
                 The description does not state how deliveries are signed. The vendor's documentation says which verifier is right.",
            ),
            Some(Scheme::StandardWebhooks { .. }) => {
                (quote!(secret: Secret), quote!(Verifier::new(SIGNATURE_SCHEME, secret)), SIGNED)
            }
            Some(Scheme::Hmac(_)) => {
                (quote!(secret: TextSecret), quote!(Verifier::new(SIGNATURE_SCHEME, secret)), SIGNED)
            }
            Some(Scheme::Unsigned) => (
                quote!(),
                quote!(Verifier::dangerously_accept_unsigned()),
                "Creates a receiver that accepts every delivery, as the vendor signs none.\n\n\
                 Anyone who knows the address can forge deliveries, see [`Verifier::dangerously_accept_unsigned`].",
            ),
        };
        let (parameter, assume, address) = if emitter.has_addresses() {
            let address = "\n\nDeliveries do not state their event type. The receiver is for the address to which the vendor sends \
                 `event_type`.";
            (quote!(event_type: EventType,), quote!(.assume_event_type(event_type)), address)
        } else {
            (quote!(), quote!(), "")
        };
        let docs = docs::outer(&docs::wrapped(&format!("{text}{address}")));
        tokens.extend(quote! {
            #docs
            pub fn #name(#parameter #trusted) -> Receiver<#vendor> {
                Receiver::new(#verifier)#assume
            }
        });
    }
}

const SIGNED: &str = "Creates a receiver that accepts deliveries signed with `secret`.\n\n\
    For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`] and \
    [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].";

/// How the emitted tests make a delivery that the receiver accepts.
pub(super) struct Signing {
    /// A statement that comes first.
    pub(super) secret: Option<TokenStream>,
    /// The headers, an expression.
    pub(super) headers: TokenStream,
    /// What the constructor trusts, an expression.
    pub(super) trusted: TokenStream,
}

impl Signing {
    /// In a function with a parameter `example`.
    pub(super) fn new(emitter: &Emitter<'_>) -> Self {
        let (secret, scheme, trusted) = match &emitter.api.scheme {
            None => (
                Some(quote!(testing::secret())),
                quote!(&StandardWebhooks::DEFAULT),
                quote!(Verifier::standard_webhooks(secret)),
            ),
            Some(Scheme::StandardWebhooks { .. }) => {
                (Some(quote!(testing::secret())), quote!(&SIGNATURE_SCHEME), quote!(secret))
            }
            Some(Scheme::Hmac(_)) => (Some(quote!(testing::text_secret())), quote!(&SIGNATURE_SCHEME), quote!(secret)),
            Some(Scheme::Unsigned) => (None, quote!(), quote!()),
        };
        Self {
            headers: match secret {
                Some(_) => quote!(testing::signed_now(#scheme, &secret, example.as_bytes())),
                None => quote!(webhook_receiver::http::HeaderMap::new()),
            },
            secret: secret.map(|secret| quote!(let secret = #secret;)),
            trusted,
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
        text += "\n\nNo timestamp is signed, so a recorded delivery can be sent again at any time.";
    }
    match &hmac.other_id {
        Some(OtherId::UnsignedHeader(name)) => {
            let name = docs::code(name);
            text += &format!("\n\n[`Delivery::id`] is the value of the header {name}, which is not signed.");
        }
        Some(OtherId::Body(pointer)) => {
            let pointer = docs::code(pointer);
            text += &format!("\n\n[`Delivery::id`] is the value at {pointer} in the body, which is signed.");
        }
        None if !id => text += "\n\nNothing identifies a delivery, so one that is sent again is handled again.",
        None => {}
    }
    docs::wrapped(&text)
}

/// The value of the constant. Names have their whole path: a payload may have the same name.
struct HmacExpression<'a> {
    hmac: &'a Hmac,
}

impl ToTokens for HmacExpression<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Hmac { header, separator, prefix, hash, encoding, signed, other_id } = self.hmac;
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
        let other_id = other_id.as_ref().map(|id| match id {
            OtherId::UnsignedHeader(name) => quote!(.unsigned_id(#name)),
            OtherId::Body(pointer) => quote!(.id_in_body(#pointer)),
        });
        tokens.extend(quote!(#scheme #prefix #other_id));
    }
}
