use http::HeaderName;

/// A scheme that signs with HMAC, as data: the header, the hash, and the signed pieces.
///
/// Create it with [`new`](Self::new) or [`list`](Self::list) in a `const`: an invalid scheme then does not compile.
///
/// ```
/// use webhook_receiver::signature::{Encoding, Hash, HmacScheme, Piece};
///
/// /// `X-Hub-Signature-256: sha256=7571…`, signed over the body alone.
/// const GITHUB: HmacScheme = HmacScheme::new("x-hub-signature-256", Hash::Sha256, Encoding::Hex, &[Piece::Body])
///     .prefix("sha256=")
///     .unsigned_id("x-github-delivery");
///
/// /// `Stripe-Signature: t=1492774577,v1=5257…,v0=6ffb…`, signed over `1492774577.` and the body.
/// const STRIPE: HmacScheme = HmacScheme::list(
///     "stripe-signature",
///     ',',
///     Hash::Sha256,
///     Encoding::Hex,
///     &[Piece::TimestampToken("t="), Piece::Text("."), Piece::Body],
/// )
/// .prefix("v1=")
/// .id_in_body("/id");
/// ```
///
/// # What it proves
///
/// A holder of the secret has signed the pieces, and nothing else: neither other headers nor the URL.
///
/// - With a timestamp among the pieces, a recorded delivery can be sent again only as long as the
///   [tolerance](super::VerifierBuilder::tolerance) lasts. Without one it can be sent again forever, so handlers must
///   tolerate repetition.
/// - With an id among the pieces, [`Delivery::id`](crate::Delivery::id) is the sender's. An [unsigned](Self::unsigned_id)
///   one can be changed by anyone on the way. One [in the body](Self::id_in_body) is signed with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a scheme does nothing until a verifier is made of it"]
pub struct HmacScheme {
    pub(super) header: &'static str,
    pub(super) separator: Option<char>,
    pub(super) prefix: &'static str,
    pub(super) hash: Hash,
    pub(super) encoding: Encoding,
    pub(super) signed: &'static [Piece],
    pub(super) other_id: Option<OtherId>,
}

/// The location of an id that is not one of the signed pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherId {
    UnsignedHeader(&'static str),
    /// A JSON pointer.
    Body(&'static str),
}

/// The hash function of an [`HmacScheme`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1. Broken as a hash function, but not within HMAC, where old schemes still use it.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// The encoding of a signature in an [`HmacScheme`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Two hexadecimal digits per byte, in lower or upper case.
    Hex,
    /// Standard base64 (RFC 4648, section 4), padded and canonical.
    Base64,
}

/// A piece of the text that an [`HmacScheme`] signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// The body, as sent.
    Body,
    /// The delivery's id, in the header of this name.
    IdHeader(&'static str),
    /// When the attempt was signed, in seconds since 1970-01-01T00:00:00Z, in the header of this name.
    TimestampHeader(&'static str),
    /// The same, in the token of the signature header that begins with this prefix. There must be exactly one.
    TimestampToken(&'static str),
    /// Literal text.
    Text(&'static str),
}

impl HmacScheme {
    /// A scheme whose header contains one signature over these pieces. The name is in lower case.
    ///
    /// # Panics
    ///
    /// A compile error in a `const`: if a name is not a lower-case header name; if the body is not signed exactly once,
    /// or an id or a timestamp more than once; if two of these are adjacent without text between them, or with text that
    /// begins or ends with a letter or digit, so that bytes could move from one to the other; or if there is a
    /// [`Piece::TimestampToken`], which requires a [`list`](Self::list).
    pub const fn new(header: &'static str, hash: Hash, encoding: Encoding, signed: &'static [Piece]) -> Self {
        Self::checked(header, None, hash, encoding, signed)
    }

    /// A scheme whose header is a list of tokens. Tokens that begin with the [`prefix`](Self::prefix) are signatures, one
    /// of which must match. Spaces around tokens are ignored.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new), and if the separator is neither a space nor ASCII punctuation, or is used by base64.
    pub const fn list(
        header: &'static str,
        separator: char,
        hash: Hash,
        encoding: Encoding,
        signed: &'static [Piece],
    ) -> Self {
        let fits = separator == ' ' || separator.is_ascii_punctuation();
        assert!(fits && !matches!(separator, '+' | '/' | '='), "signatures may hold the separator");
        Self::checked(header, Some(separator), hash, encoding, signed)
    }

    /// The text before each signature, such as `sha256=`. Empty by default.
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self
    }

    /// Takes the delivery's id from a header that the signature does not cover. Such an id is useful in logs, and to
    /// recognize repetitions of an honest sender. It does not protect against replay. A delivery without it, or with
    /// several, has no id.
    ///
    /// # Panics
    ///
    /// A compile error in a `const`: if the name is not a lower-case header name, or if there is another id already.
    pub const fn unsigned_id(mut self, header: &'static str) -> Self {
        check_name(header);
        self.check_other_id();
        self.other_id = Some(OtherId::UnsignedHeader(header));
        self
    }

    /// Takes the delivery's id from the body, which is signed: the string or the integer at this JSON pointer (RFC 6901), such as
    /// `/id`. For vendors that send no id in a header and give each event one, the same in every attempt. It is a
    /// [signed id](crate::Delivery::signed_id).
    ///
    /// A value that is not an id, of 1 to 256 visible ASCII characters, is ignored: the delivery has no id. The body is read for
    /// it after its signature has matched.
    ///
    /// # Panics
    ///
    /// A compile error in a `const`: if the pointer does not begin with `/`, or if there is another id already.
    pub const fn id_in_body(mut self, pointer: &'static str) -> Self {
        assert!(matches!(pointer.as_bytes(), [b'/', ..]), "a JSON pointer begins with `/`");
        self.check_other_id();
        self.other_id = Some(OtherId::Body(pointer));
        self
    }

    const fn check_other_id(&self) {
        assert!(count(self.signed).ids == 0, "the id is signed already");
        assert!(self.other_id.is_none(), "there is another id already");
    }

    const fn checked(
        header: &'static str,
        separator: Option<char>,
        hash: Hash,
        encoding: Encoding,
        signed: &'static [Piece],
    ) -> Self {
        check_name(header);
        let count = count(signed);
        assert!(count.bodies == 1, "the body has to be signed, once");
        assert!(count.ids <= 1, "there are several ids");
        assert!(count.timestamps <= 1, "there are several timestamps");
        assert!(!count.tokens || separator.is_some(), "a timestamp in a token asks for a header that is a list");
        assert!(count.parted, "bytes could move from one piece to the other");
        Self { header, separator, prefix: "", hash, encoding, signed, other_id: None }
    }
}

struct Count {
    bodies: usize,
    ids: usize,
    timestamps: usize,
    /// Whether a token contains the timestamp.
    tokens: bool,
    /// Whether texts and other pieces alternate, and each text between two others parts them.
    parted: bool,
}

const fn count(pieces: &[Piece]) -> Count {
    let mut count = Count { bodies: 0, ids: 0, timestamps: 0, tokens: false, parted: true };
    let mut index = 0;
    while index < pieces.len() {
        let text = match pieces[index] {
            Piece::Body => {
                count.bodies += 1;
                false
            }
            Piece::IdHeader(name) => {
                check_name(name);
                count.ids += 1;
                false
            }
            Piece::TimestampHeader(name) => {
                check_name(name);
                count.timestamps += 1;
                false
            }
            Piece::TimestampToken(_) => {
                count.timestamps += 1;
                count.tokens = true;
                false
            }
            Piece::Text(text) => {
                let between = 0 < index && index + 1 < pieces.len();
                count.parted &= !between || parts(text);
                true
            }
        };
        count.parted &= index == 0 || text != matches!(pieces[index - 1], Piece::Text(_));
        index += 1;
    }
    count
}

const fn parts(text: &str) -> bool {
    match text.as_bytes() {
        [only] => !only.is_ascii_alphanumeric(),
        [first, .., last] => !first.is_ascii_alphanumeric() && !last.is_ascii_alphanumeric(),
        [] => false,
    }
}

const fn check_name(name: &'static str) {
    // What has a destructor cannot be dropped in a constant.
    std::mem::forget(HeaderName::from_static(name));
}
