//! How deliveries are signed, from documented headers and the configuration.

use expect_test::{Expect, expect};

use super::{NO_EXAMPLE, check_signature, webhooks};
use crate::Stage;
use crate::testing::{Input, description};

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
            W0703: the signature in `webhook-signature` is documented in part; not stated: the scheme
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
            W0703: the description does not say how deliveries are signed
        "#]],
    );
}

#[test]
fn several_signature_headers_are_a_warning() {
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
            W0703: several signature headers are documented
        "#]],
    );
}

#[test]
fn a_well_known_header_of_one_webhook_and_another_of_the_others() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters: [{name: stripe-signature, in: header, schema: {type: string}}]
            pong:
              body: {type: {const: pong}}
              parameters: [{name: x-acme-signature, in: header, schema: {type: string}}]
        ",
        "",
        expect![[r#"
            W0703: several signature headers are documented
        "#]],
    );
}

#[test]
fn a_well_known_header_that_one_webhook_does_not_document() {
    check_signature(
        "
            ping:
              body: {type: {const: ping}}
              parameters: [{name: stripe-signature, in: header, schema: {type: string}}]
            pong: {body: {type: {const: pong}}}
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{timestamp after t=}.{body}" in stripe-signature as "v1={hex}" between ','
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

/// Checks what is reported of a header parameter with this description, for a crate that is configured with this line changed.
#[track_caller]
fn check_configured(header: &str, said: &str, config: &str, expected: Expect) {
    let entries = format!(
        "
            ping:
              body: {{type: {{const: ping}}}}
              parameters:
                - {{name: {header}, in: header, schema: {{type: string}}, description: '{said}'}}
        "
    );
    let base = ["scheme = \"hmac\"", "header = \"x-acme-signature\"", "hash = \"sha256\"", "encoding = \"hex\""];
    let config = format!("[signature]\n{}\n{config}\n", base.join("\n"));
    let (_, findings) = Input { spec: &description(&webhooks(&entries), ""), config: &config }.stage(Stage::Ir);
    let findings: String =
        findings.lines().filter(|line| !line.starts_with(NO_EXAMPLE)).map(|line| format!("{line}\n")).collect();
    expected.assert_eq(&findings);
}

#[test]
fn words_that_contradict_the_configuration() {
    const BODY: &str = "signed = \"{body}\"";
    const TIMED: &str = "signed = \"{timestamp}.{body}\"\ntimestamp-header = \"x-acme-time\"";
    let check = |header: &str, said: &str, config: &str, expected| check_configured(header, said, config, expected);
    let own = "X-Acme-Signature";
    check(
        own,
        "HMAC-SHA512 of the raw body, in hex",
        BODY,
        expect![[r#"
        W0713: the description states another signature than `[signature]`: the hash `sha512` instead of `sha256`
    "#]],
    );
    check(
        own,
        "HMAC of the raw body, in Base64",
        BODY,
        expect![[r#"
        W0713: the description states another signature than `[signature]`: the encoding `base64` instead of `hex`
    "#]],
    );
    check(
        own,
        "HMAC-SHA256 of `{timestamp}.{body}`",
        BODY,
        expect![[r#"
        W0713: the description states another signature than `[signature]`: the signed text `{timestamp}.{body}` instead of `{body}`
    "#]],
    );
    check(
        own,
        "HMAC-SHA256 of the timestamp concatenated with the payload",
        BODY,
        expect![[r#"
        W0713: the description states another signature than `[signature]`: the signed text `{timestamp}…{body}` instead of `{body}`
    "#]],
    );
    check(
        own,
        "Ed25519 signature of the raw body",
        BODY,
        expect![[r#"
        W0713: the description states another signature than `[signature]`: a signature of a key pair, not an HMAC
    "#]],
    );
    check(
        own,
        "HMAC-MD5 of the raw body",
        BODY,
        expect![[r#"
        W0713: the description states another signature than `[signature]`: another hash function than SHA-1, SHA-256 or SHA-512
    "#]],
    );
    check(
        "X-Acme-Signature-V2",
        "HMAC-SHA256 of the raw body, in hex",
        BODY,
        expect![[r#"
        W0713: the description states another signature than `[signature]`: the header `x-acme-signature-v2` instead of `x-acme-signature`
    "#]],
    );
    check(
        own,
        "HMAC-SHA256 of `{timestamp}:{body}`",
        TIMED,
        expect![[r#"
        W0713: the description states another signature than `[signature]`: the signed text `{timestamp}:{body}` instead of `{timestamp}.{body}`
    "#]],
    );
    // Nothing that is stated is another thing, or it is vague.
    for (said, config) in [
        ("HMAC-SHA256 of the raw body, in hex", BODY),
        ("Proves the origin", BODY),
        ("HMAC-SHA256 or HMAC-SHA512 of the raw body", BODY),
        ("HMAC of the raw body", TIMED),
        ("HMAC-SHA256 of the timestamp concatenated with the payload", TIMED),
        ("HMAC with a secret, not a signature with a private key", BODY),
    ] {
        check(own, said, config, expect![[""]]);
    }
}
