//! How deliveries are signed, from documented headers and the configuration.

use expect_test::expect;

use super::check_signature;

#[test]
fn standard_webhooks_by_its_headers() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters:
                - {name: webhook-id, in: header, schema: {type: string}}
                - {name: webhook-timestamp, in: header, schema: {type: string}}
                - {name: webhook-signature, in: header, schema: {type: string}}
        ",
        "",
        expect![[r#"
            signed: Standard Webhooks in webhook-id, webhook-timestamp, webhook-signature
        "#]],
    );
}

#[test]
fn standard_webhooks_by_the_headers_of_svix() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters:
                - {name: svix-id, in: header, schema: {type: string}}
                - {name: svix-timestamp, in: header, schema: {type: string}}
                - {name: svix-signature, in: header, schema: {type: string}}
        ",
        "",
        expect![[r#"
            signed: Standard Webhooks in svix-id, svix-timestamp, svix-signature
        "#]],
    );
}

#[test]
fn a_signature_header_alone_is_not_standard_webhooks() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters:
                - {name: webhook-signature, in: header, schema: {type: string}}
        ",
        "",
        expect![[r#"
            W0703: the description documents no signature header that is known
        "#]],
    );
}

#[test]
fn github_by_its_header() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters:
                - {name: X-Hub-Signature-256, in: header, schema: {type: string}}
                - {name: X-GitHub-Delivery, in: header, schema: {type: string}}
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{body}" in x-hub-signature-256 as "sha256={hex}", id in x-github-delivery
        "#]],
    );
}

#[test]
fn stripe_by_its_header() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters:
                - {name: Stripe-Signature, in: header, schema: {type: string}}
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{timestamp after t=}.{body}" in stripe-signature as "v1={hex}" between ','
        "#]],
    );
}

#[test]
fn no_header_is_a_warning() {
    check_signature(
        "
            ping: {body: {type: {const: ping}}}
        ",
        "",
        expect![[r#"
            W0703: the description documents no signature header that is known
        "#]],
    );
}

#[test]
fn several_signature_headers_are_an_error() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters:
                - {name: x-hub-signature-256, in: header, schema: {type: string}}
                - {name: stripe-signature, in: header, schema: {type: string}}
        ",
        "",
        expect![[r#"
            E0704: several signature headers are documented
        "#]],
    );
}

#[test]
fn a_configured_verifier() {
    check_signature(
        "
            ping: {body: {type: {const: ping}}}
        ",
        r#"
            [signature]
            scheme = "verifier"
        "#,
        expect![""],
    );
}

#[test]
fn configured_as_unsigned() {
    check_signature(
        "
            ping: {body: {type: {const: ping}}}
        ",
        r#"
            [signature]
            scheme = "none"
        "#,
        expect![[r#"
            signed: no
        "#]],
    );
}

#[test]
fn configured_standard_webhooks_with_other_headers() {
    check_signature(
        "
            ping: {body: {type: {const: ping}}}
        ",
        r#"
            [signature]
            scheme = "standard-webhooks"
            headers = { id = "acme-id", timestamp = "acme-time", signature = "acme-signature" }
        "#,
        expect![[r#"
            signed: Standard Webhooks in acme-id, acme-time, acme-signature
        "#]],
    );
}

#[test]
fn configured_hmac() {
    check_signature(
        "
            ping: {body: {type: {const: ping}}}
        ",
        r#"
            [signature]
            scheme = "hmac"
            header = "acme-signature"
            hash = "sha512"
            encoding = "base64"
            signed = "v1:{id}:{timestamp}:{body}"
            prefix = "v1="
            separator = ","
            id-header = "acme-id"
            timestamp-header = "acme-time"
        "#,
        expect![[r#"
            signed: HMAC SHA-512 of "v1:{id in acme-id}:{timestamp in acme-time}:{body}" in acme-signature as "v1={base64}" between ','
        "#]],
    );
}

#[test]
fn configured_otherwise_than_documented() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters:
                - {name: stripe-signature, in: header, schema: {type: string}}
        ",
        r#"
            [signature]
            scheme = "none"
        "#,
        expect![[r#"
            E0704: the configured signature differs from the documented one
        "#]],
    );
}
