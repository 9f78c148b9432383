//! The signature scheme and the constructors of a crate.

use expect_test::{Expect, expect};

use super::{emitted, items};
use crate::testing::{description, webhooks};

/// Checks the signature scheme and the constructor of a crate.
#[track_caller]
fn check_receiver(entries: &str, config: &str, expected: Expect) {
    let file = emitted(&description(&webhooks(entries), ""), config, "src/lib.rs");
    let names = ["SIGNATURE_SCHEME", "receiver", "dangerously_unsigned_receiver"];
    let found = names.map(|name| items(&file, name)).into_iter().filter(|items| !items.is_empty());
    expected.assert_eq(&found.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_receiver_for_standard_webhooks() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
              parameters: [{name: webhook-id, in: header, schema: {type: string}}, {name: webhook-timestamp, in: header, schema: {type: string}}, {name: webhook-signature, in: header, schema: {type: string}}]
        ",
        "",
        expect![[r#"
            /// The headers that carry the signature, from the description.
            pub const SIGNATURE_SCHEME: StandardWebhooks = StandardWebhooks::new(
                "webhook-id",
                "webhook-timestamp",
                "webhook-signature",
            );

            /// Creates a receiver that accepts deliveries signed with `secret`.
            ///
            /// For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`]
            /// and [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].
            pub fn receiver(secret: Secret) -> Receiver<Acme> {
                Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))
            }
        "#]],
    );
}

#[test]
fn a_receiver_for_one_hmac_signature() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
              parameters: [{name: x-hub-signature-256, in: header, schema: {type: string}}, {name: x-github-delivery, in: header, schema: {type: string}}]
        ",
        "",
        expect![[r#"
            /// How deliveries are signed: HMAC with SHA-256 over the body alone, in the header
            /// `x-hub-signature-256`.
            ///
            /// No timestamp is signed, so a recorded delivery can be sent again at any time.
            ///
            /// [`Delivery::id`] is the value of the header `x-github-delivery`, which is not signed.
            pub const SIGNATURE_SCHEME: HmacScheme = HmacScheme::new(
                    "x-hub-signature-256",
                    webhook_receiver::signature::Hash::Sha256,
                    webhook_receiver::signature::Encoding::Hex,
                    &[webhook_receiver::signature::Piece::Body],
                )
                .prefix("sha256=")
                .unsigned_id("x-github-delivery");

            /// Creates a receiver that accepts deliveries signed with `secret`.
            ///
            /// For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`]
            /// and [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].
            pub fn receiver(secret: TextSecret) -> Receiver<Acme> {
                Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))
            }
        "#]],
    );
}

#[test]
fn a_receiver_with_the_id_in_the_body() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
        ",
        "[signature]\nscheme = \"hmac\"\nheader = \"acme\"\nhash = \"sha256\"\nencoding = \"hex\"\nsigned = \"{body}\"\n\
         id = { pointer = \"/data/id\" }",
        expect![[r#"
            /// How deliveries are signed: HMAC with SHA-256 over the body alone, in the header `acme`.
            ///
            /// No timestamp is signed, so a recorded delivery can be sent again at any time.
            ///
            /// [`Delivery::id`] is the value at `/data/id` in the body, which is signed.
            pub const SIGNATURE_SCHEME: HmacScheme = HmacScheme::new(
                    "acme",
                    webhook_receiver::signature::Hash::Sha256,
                    webhook_receiver::signature::Encoding::Hex,
                    &[webhook_receiver::signature::Piece::Body],
                )
                .id_in_body("/data/id");

            /// Creates a receiver that accepts deliveries signed with `secret`.
            ///
            /// For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`]
            /// and [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].
            pub fn receiver(secret: TextSecret) -> Receiver<Acme> {
                Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))
            }
        "#]],
    );
}

#[test]
fn a_receiver_for_a_list_of_hmac_signatures() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
              parameters: [{name: stripe-signature, in: header, schema: {type: string}}]
        ",
        "",
        expect![[r#"
            /// How deliveries are signed: HMAC with SHA-256 over timestamp and body, in the header
            /// `stripe-signature`.
            ///
            /// Nothing identifies a delivery, so one that is sent again is handled again.
            pub const SIGNATURE_SCHEME: HmacScheme = HmacScheme::list(
                    "stripe-signature",
                    ',',
                    webhook_receiver::signature::Hash::Sha256,
                    webhook_receiver::signature::Encoding::Hex,
                    &[
                        webhook_receiver::signature::Piece::TimestampToken("t="),
                        webhook_receiver::signature::Piece::Text("."),
                        webhook_receiver::signature::Piece::Body,
                    ],
                )
                .prefix("v1=");

            /// Creates a receiver that accepts deliveries signed with `secret`.
            ///
            /// For several secrets, another tolerance or another clock, build a verifier with [`Verifier::builder`]
            /// and [`SIGNATURE_SCHEME`], and pass it to [`Receiver::new`].
            pub fn receiver(secret: TextSecret) -> Receiver<Acme> {
                Receiver::new(Verifier::new(SIGNATURE_SCHEME, secret))
            }
        "#]],
    );
}

#[test]
fn a_receiver_for_unsigned_deliveries() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
        ",
        r#"
            [signature]
            scheme = "none"
        "#,
        expect![[r#"
            /// Creates a receiver that accepts every delivery, as the vendor signs none.
            ///
            /// Anyone who knows the address can forge deliveries, see [`Verifier::dangerously_accept_unsigned`].
            pub fn dangerously_unsigned_receiver() -> Receiver<Acme> {
                Receiver::new(Verifier::dangerously_accept_unsigned())
            }
        "#]],
    );
}

#[test]
fn a_receiver_for_a_verifier() {
    check_receiver(
        "
            door.opened:
              body: {type: {const: door.opened}}
        ",
        r#"
            [signature]
            scheme = "verifier"
        "#,
        expect![[r#"
            /// Creates a receiver that accepts the deliveries that `verifier` accepts.
            ///
            /// The description does not state how deliveries are signed. The vendor's documentation says which
            /// verifier is right.
            pub fn receiver(verifier: Verifier) -> Receiver<Acme> {
                Receiver::new(verifier)
            }
        "#]],
    );
}
