//! How deliveries are signed, from what descriptions say in words.

use expect_test::expect;

use super::check_signature_words;
use crate::Stage;
use crate::testing::Input;

#[test]
fn words_of_a_header_parameter_and_of_a_security_scheme_of_the_webhook() {
    check_signature_words(
        "
            security: [{signed: []}]
            parameters:
              - {$ref: '#/components/parameters/signature'}
        ",
        "
            components:
              parameters:
                signature:
                  name: X-Acme-Signature
                  in: header
                  description: HMAC of the raw body with SHA-512, as `sha512=<hex digits>`
              securitySchemes:
                signed: {type: apiKey, in: header, name: X-Acme-Signature, description: Proves the origin.}
        ",
        expect![[r#"
            signed: HMAC SHA-512 of "{body}" in x-acme-signature as "sha512={hex}"

            W0709: the signature scheme is inferred from a header parameter
                scheme = "hmac"
                header = "x-acme-signature"
                hash = "sha512"
                encoding = "hex"
                signed = "{body}"
                prefix = "sha512="
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn github_by_the_header_of_a_security_scheme_of_the_webhook() {
    check_signature_words(
        "
            security: [{signed: []}]
        ",
        "
            components:
              securitySchemes: {signed: {type: apiKey, in: header, name: X-Hub-Signature-256}}
        ",
        expect![[r#"
            signed: HMAC SHA-256 of "{body}" in x-hub-signature-256 as "sha256={hex}"

            W0709: the signature scheme is inferred from a security scheme of a webhook
                scheme = "hmac"
                header = "x-hub-signature-256"
                hash = "sha256"
                encoding = "hex"
                signed = "{body}"
                prefix = "sha256="
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn the_security_of_the_whole_description_is_that_of_the_vendors_api() {
    check_signature_words(
        "
            summary: Ping
        ",
        "
            security: [{signed: []}]
            components:
              securitySchemes: {signed: {type: apiKey, in: header, name: X-Hub-Signature-256}}
        ",
        expect![[r#"
            W0703: the description does not say how deliveries are signed
                scheme = "standard-webhooks"
                scheme = "hmac"
                # header = "…"
                # hash = "…"  # "sha256", "sha512" or "sha1"
                # encoding = "…"  # "hex" or "base64"
                # signed = "…"  # "{body}", or "{timestamp}.{body}" with `timestamp-header`
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
                scheme = "none"
                scheme = "verifier"
        "#]],
    );
}

#[test]
fn words_of_a_response_header() {
    check_signature_words(
        "
            responses:
              '200':
                headers:
                  x-acme-signature:
                    description: A signature of the payload
                    schema: {type: string, example: <Base64_HMAC_SHA1>}
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-1 of "{body}" in x-acme-signature as "{base64}"

            W0709: the signature scheme is inferred from a response header
                scheme = "hmac"
                header = "x-acme-signature"
                hash = "sha1"
                encoding = "base64"
                signed = "{body}"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn an_example_shows_the_encoding() {
    check_signature_words(
        "
            parameters:
              - name: x-acme-hmac-sha256
                in: header
                description: Signature over the body
                example: fzxK2mO9cNB2dY2m6z3oQm5vW3v2nT0yJ4mO1sVh7aE=
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{body}" in x-acme-hmac-sha256 as "{base64}"

            W0709: the signature scheme is inferred from a header parameter
                scheme = "hmac"
                header = "x-acme-hmac-sha256"
                hash = "sha256"
                encoding = "base64"
                signed = "{body}"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn standard_webhooks_by_name_with_headers_of_the_vendor() {
    check_signature_words(
        "
            parameters:
              - {name: acme-id, in: header}
              - {name: acme-timestamp, in: header}
              - {name: acme-signature, in: header, description: As in the Standard Webhooks specification}
        ",
        "",
        expect![[r#"
            signed: Standard Webhooks in acme-id, acme-timestamp, acme-signature

            W0709: the signature scheme is inferred from a header parameter
                scheme = "standard-webhooks"
                headers = { id = "acme-id", timestamp = "acme-timestamp", signature = "acme-signature" }
        "#]],
    );
}

#[test]
fn the_words_like_stripe() {
    check_signature_words(
        "
            parameters:
              - {name: Acme-Signature, in: header, description: The same as Stripe sends}
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{timestamp after t=}.{body}" in acme-signature as "v1={hex}" between ','

            W0709: the signature scheme is inferred from a header parameter
                scheme = "hmac"
                header = "acme-signature"
                hash = "sha256"
                encoding = "hex"
                signed = "{timestamp}.{body}"
                prefix = "v1="
                separator = ","
                timestamp-prefix = "t="
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn an_id_and_a_timestamp_in_headers_of_their_own() {
    check_signature_words(
        "
            description: 'The HMAC-SHA256 of `{X-Acme-Id}.{X-Acme-Timestamp}.{body}`, in base64, is in `X-Acme-Signature`.'
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{id in x-acme-id}.{timestamp in x-acme-timestamp}.{body}" in x-acme-signature as "{base64}"

            W0709: the signature scheme is inferred from the text of a webhook
                scheme = "hmac"
                header = "x-acme-signature"
                hash = "sha256"
                encoding = "base64"
                signed = "{id}.{timestamp}.{body}"
                timestamp-header = "x-acme-timestamp"
                id-header = "x-acme-id"
        "#]],
    );
}

#[test]
fn a_timestamp_header_is_offered_with_an_unknown_text() {
    check_signature_words(
        "
            parameters:
              - {name: Acme-Signature, in: header, description: HMAC-SHA256 in hex}
              - {name: Acme-Timestamp, in: header}
        ",
        "",
        expect![[r#"
            W0703: the signature in `acme-signature` is documented in part; not stated: signed text
                scheme = "hmac"
                header = "acme-signature"
                hash = "sha256"
                encoding = "hex"
                # signed = "…"  # not stated: "{timestamp}.{body}"
                # timestamp-header = "acme-timestamp"  # if the timestamp is signed
        "#]],
    );
}

#[test]
fn words_between_chinese_or_japanese_ones() {
    let check = |description: &str| {
        check_signature_words(
            &format!(
                "
                    parameters:
                      - {{name: Acme-Signature, in: header, description: '{description}'}}
                "
            ),
            "",
            expect![[r#"
                W0703: the signature in `acme-signature` is documented in part; not stated: signed text
                    scheme = "hmac"
                    header = "acme-signature"
                    hash = "sha256"
                    encoding = "hex"
                    # signed = "…"  # not stated: "{body}" or "{timestamp}.{body}"
            "#]],
        );
    };
    check("请求的HMAC-SHA256签名，以hex编码");
    check("ボディのHMAC-SHA256署名です。hexの文字列");
}

#[test]
fn a_timestamp_that_may_be_signed_is_a_question() {
    check_signature_words(
        "
            parameters:
              - name: X-Acme-Signature
                in: header
                description: Hex HMAC-SHA256 of the raw body, such as `t=1700000000,v1=abc123...`
        ",
        "",
        expect![[r#"
            W0703: the signature in `x-acme-signature` is documented in part; not stated: whether the timestamp is signed
                scheme = "hmac"
                header = "x-acme-signature"
                hash = "sha256"
                encoding = "hex"
                signed = "{body}"  # or "{timestamp}.{body}", if the timestamp is signed
                prefix = "v1="
                separator = ","
                # timestamp-prefix = "t="  # if the timestamp is signed
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn several_algorithms_are_a_question() {
    check_signature_words(
        "
            parameters:
              - {name: X-Acme-Signature, in: header, description: Signature of the body}
              - {name: X-Acme-Signature-Algorithm, in: header, schema: {enum: [hmac-sha256, hmac-sha512, jwt]}}
        ",
        "",
        expect![[r#"
            W0703: the signature in `x-acme-signature` is documented in part; not stated: hash function, encoding
                scheme = "hmac"
                header = "x-acme-signature"
                # hash = "…"  # not stated: "sha256" or "sha512"
                # encoding = "…"  # not stated: "hex" or "base64"
                signed = "{body}"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn standard_webhooks_by_the_names_of_its_headers_in_a_text() {
    check_signature_words(
        "
            summary: Ping
        ",
        "
            tags:
              - name: webhooks
                description: Each webhook has `webhook-id`, `webhook-timestamp` and `webhook-signature`, which sign it.
        ",
        expect![[r#"
            signed: Standard Webhooks in webhook-id, webhook-timestamp, webhook-signature

            W0709: the signature scheme is inferred from a text outside of the webhooks
                scheme = "standard-webhooks"
        "#]],
    );
}

#[test]
fn a_text_outside_of_the_webhooks_is_only_offered() {
    check_signature_words(
        "
            summary: Ping
        ",
        "
            tags:
              - name: webhooks
                description: |
                  # Calls
                  Sign calls of our API with HMAC-SHA512 in `X-Acme-Api-Signature`.
                  # Deliveries
                  Each delivery of a webhook has the hex HMAC-SHA256 of its body in `X-Acme-Signature`.
        ",
        expect![[r#"
            W0703: the signature in `x-acme-signature` is documented only in a text outside of the webhooks
                scheme = "hmac"
                header = "x-acme-signature"
                hash = "sha256"
                encoding = "hex"
                signed = "{body}"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn a_security_header_of_calls_is_not_that_of_deliveries() {
    check_signature_words(
        "
            summary: Ping
        ",
        "
            paths:
              /transfers:
                post:
                  description: Send `Acme-Wallet-Signature`, a base64 HMAC-SHA256 of the body, with each transfer.
        ",
        expect![[r#"
            W0703: the description does not say how deliveries are signed
                scheme = "standard-webhooks"
                scheme = "hmac"
                # header = "…"
                # hash = "…"  # "sha256", "sha512" or "sha1"
                # encoding = "…"  # "hex" or "base64"
                # signed = "…"  # "{body}", or "{timestamp}.{body}" with `timestamp-header`
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
                scheme = "none"
                scheme = "verifier"
        "#]],
    );
}

#[test]
fn forms_that_cannot_be_configured_yet() {
    for (description, expected) in [
        (
            "Hex HMAC-SHA384 of the body",
            expect![[r#"
                W0703: the signature in `x-acme-signature` has a form that codegen.toml cannot state yet: another hash function than SHA-1, SHA-256 or SHA-512
                    scheme = "verifier"
            "#]],
        ),
        (
            "HMAC-SHA256 of the canonicalized request body, in hex",
            expect![[r#"
                W0703: the signature in `x-acme-signature` has a form that codegen.toml cannot state yet: a rewritten form of the body is signed, not the body as it arrives
                    scheme = "verifier"
            "#]],
        ),
        (
            "Hex HMAC-SHA256 of `{url}.{timestamp}.{body}`",
            expect![[r#"
                W0703: the signature in `x-acme-signature` has a form that codegen.toml cannot state yet: the signed text has parts other than the body, a timestamp and an id
                    scheme = "verifier"
            "#]],
        ),
        (
            "HMAC-SHA256 of the body in hex, with the base64-decoded secret",
            expect![[r#"
                W0703: the signature in `x-acme-signature` has a form that codegen.toml cannot state yet: the secret is decoded before it is used
                    scheme = "verifier"
            "#]],
        ),
        (
            "A detached JWS over the payload",
            expect![[r#"
                W0703: the signature in `x-acme-signature` has a form that codegen.toml cannot state yet: a JSON Web Token
                    scheme = "verifier"
            "#]],
        ),
    ] {
        check_signature_words(
            &format!("parameters: [{{name: X-Acme-Signature, in: header, description: {description:?}}}]"),
            "",
            expected,
        );
    }
}

#[test]
fn the_introduction_of_a_description_without_paths_is_about_webhooks() {
    let findings = |paths: &str| {
        let spec = format!(
            "openapi: 3.1.0\ninfo:\n  title: Acme\n  version: '1'\n  description: 'Every request carries the header \
             `X-Acme-Signature`: the HMAC-SHA256 of the raw body, hex encoded.'\n{paths}\nwebhooks:\n  ping: {{post: {{\
             requestBody: {{content: {{application/json: {{schema: {{properties: {{type: {{const: ping}}}}}}}}}}}}}}}}\n"
        );
        Input { spec: &spec, config: "" }.offers(Stage::Ir).1
    };
    let about = "W0703: the signature in `x-acme-signature` is documented only in a text outside of the webhooks\n";
    for paths in ["", "paths: {}"] {
        let findings = findings(paths);
        assert!(findings.contains(about) && findings.contains("signed = \"{body}\""), "{paths}: {findings}");
    }
    let findings = findings("paths: {/parcels: {get: {responses: {'200': {description: A list}}}}}");
    assert!(findings.contains("W0703: the description does not say how deliveries are signed"), "{findings}");
}

#[test]
fn standard_webhooks_by_headers_that_different_texts_name() {
    check_signature_words(
        "
            summary: Ping
        ",
        "
            tags:
              - name: webhooks
                description: >
                  Verify the `webhook-signature` header of a webhook before acting on the payload. What has the same
                  `webhook-id` was sent before.
              - name: time
                description: The header `Webhook-Timestamp` has the time of the attempt.
        ",
        expect![[r#"
            signed: Standard Webhooks in webhook-id, webhook-timestamp, webhook-signature

            W0709: the signature scheme is inferred from a text outside of the webhooks
                scheme = "standard-webhooks"
        "#]],
    );
}

#[test]
fn a_header_in_the_template_of_the_signed_text() {
    check_signature_words(
        r#"
            description: >
              Signed: `X-Acme-Signature` is the hex `HMAC-SHA256(secret, "${X-Acme-Timestamp}.${body}")`.
        "#,
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{timestamp in x-acme-timestamp}.{body}" in x-acme-signature as "{hex}"

            W0709: the signature scheme is inferred from the text of a webhook
                scheme = "hmac"
                header = "x-acme-signature"
                hash = "sha256"
                encoding = "hex"
                signed = "{timestamp}.{body}"
                timestamp-header = "x-acme-timestamp"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn a_weaker_text_does_not_say_that_the_body_is_not_signed() {
    check_signature_words(
        "
            description: Check `X-Acme-Signature`, then that the event id and timestamp combined are unique.
            parameters: [{name: X-Acme-Signature, in: header, description: Hex HMAC-SHA256 of the raw body}]
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{body}" in x-acme-signature as "{hex}"

            W0709: the signature scheme is inferred from a header parameter
                scheme = "hmac"
                header = "x-acme-signature"
                hash = "sha256"
                encoding = "hex"
                signed = "{body}"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn a_signature_without_the_body() {
    check_signature_words(
        "
            description: Check `X-Acme-Signature`.
            parameters:
              - name: X-Acme-Signature
                in: header
                description: Hex HMAC-SHA256 of the timestamp followed by the token
        ",
        "",
        expect![[r#"
            W0703: the signature in `x-acme-signature` has a form that codegen.toml cannot state yet: the body is not part of the signed text
                scheme = "verifier"
        "#]],
    );
}

#[test]
fn a_place_for_the_signature_is_not_a_signed_part() {
    check_signature_words(
        "
            parameters:
              - name: X-Acme-Signature
                in: header
                description: Hex HMAC-SHA256 of the raw body, sent as `t=<timestamp>,v1=<hash>`
        ",
        "",
        expect![[r#"
            W0703: the signature in `x-acme-signature` is documented in part; not stated: whether the timestamp is signed
                scheme = "hmac"
                header = "x-acme-signature"
                hash = "sha256"
                encoding = "hex"
                signed = "{body}"  # or "{timestamp}.{body}", if the timestamp is signed
                prefix = "v1="
                separator = ","
                # timestamp-prefix = "t="  # if the timestamp is signed
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn a_header_with_the_name_of_a_member() {
    check_signature_words(
        "
            description: The `Signature` header has the hex HMAC-SHA256 of the raw body.
        ",
        "
            components:
              schemas: {Contract: {type: object, properties: {signature: {type: string}}}}
        ",
        expect![[r#"
            signed: HMAC SHA-256 of "{body}" in signature as "{hex}"

            W0709: the signature scheme is inferred from the text of a webhook
                scheme = "hmac"
                header = "signature"
                hash = "sha256"
                encoding = "hex"
                signed = "{body}"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn a_member_that_a_text_names_is_at_the_top_of_a_body() {
    let findings = |text: &str, members: &str| {
        let schema = format!("{{properties: {{type: {{const: ping}}, {members}}}}}");
        let body = format!("{{content: {{application/json: {{schema: {schema}}}}}}}");
        let spec = format!(
            "openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\nwebhooks:\n  ping:\n    post:\n      \
             description: '{text}'\n      requestBody: {body}\n"
        );
        Input { spec: &spec, config: "" }.offers(Stage::Ir).1
    };
    let text = "Compare `signature` with the hex HMAC-SHA256 of the payload.";
    let found = findings(text, "Signature: {type: string}");
    let expected = "W0703: a signature in the body is documented, at the member `Signature`";
    assert!(found.contains(expected), "{found}");
    let nested = findings(text, "contract: {properties: {Signature: {type: string}}}");
    assert!(nested.contains("W0709"), "{nested}");
    let header = findings(&text.replace("with", "(a header) with"), "Signature: {type: string}");
    assert!(header.contains("W0709"), "{header}");
}

#[test]
fn standard_webhooks_by_name_but_described_otherwise() {
    check_signature_words(
        "
            description: |
              The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` are those of Standard Webhooks. A
              signature is written as `v1=<signature>`.

              To verify it, concatenate the `webhook-timestamp` and the raw request body, calculate the HMAC-SHA256 of
              that, and compare it in hex.
        ",
        "",
        expect![[r#"
            W0703: the signature in `webhook-signature` is called Standard Webhooks, but is described otherwise: the encoding `hex` instead of `base64`; the prefix `v1=` instead of `v1,`
                scheme = "standard-webhooks"
                scheme = "hmac"
                header = "webhook-signature"
                hash = "sha256"
                encoding = "hex"
                # signed = "…"  # not stated: "{timestamp}.{body}" or "{timestamp}:{body}"
                timestamp-header = "webhook-timestamp"
                prefix = "v1="
        "#]],
    );
}

#[test]
fn standard_webhooks_by_headers_but_described_otherwise() {
    check_signature_words(
        "
            parameters:
              - {name: webhook-id, in: header}
              - {name: webhook-timestamp, in: header}
              - {name: webhook-signature, in: header, description: 'HMAC-SHA256 of `{timestamp}:{body}`, in base64'}
        ",
        "",
        expect![[r#"
            W0703: the signature in `webhook-signature` has a well-known header, but is described otherwise: the signed text `{timestamp}:{body}` instead of `{id}.{timestamp}.{body}`
                scheme = "standard-webhooks"
                scheme = "hmac"
                header = "webhook-signature"
                hash = "sha256"
                encoding = "base64"
                signed = "{timestamp}:{body}"
                timestamp-header = "webhook-timestamp"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn a_capitalized_name_of_a_header() {
    check_signature_words(
        "
            description: Verify a request by the Signature header, an HMAC-SHA256 over the raw body in hex.
        ",
        "",
        expect![[r#"
            signed: HMAC SHA-256 of "{body}" in signature as "{hex}"

            W0709: the signature scheme is inferred from the text of a webhook
                scheme = "hmac"
                header = "signature"
                hash = "sha256"
                encoding = "hex"
                signed = "{body}"
                # id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        "#]],
    );
}

#[test]
fn a_signed_timestamp_that_is_a_date() {
    check_signature_words(
        "
            description: >
              `X-Acme-Timestamp` has the time as an ISO string, `X-Acme-Signature` the hex HMAC-SHA256 of
              `<timestamp_header>.<received_event_json>`.
        ",
        "",
        expect![[r#"
            W0703: the signature in `x-acme-signature` has a form that codegen.toml cannot state yet: a timestamp that is written as a date
                scheme = "verifier"
        "#]],
    );
}
