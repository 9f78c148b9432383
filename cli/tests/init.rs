//! `cargo webhooks init`: the file that it writes, what a person then does with it, and what it leaves alone.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use expect_test::{Expect, expect};
use support::{Folder, Run};

/// A description with these entries under `webhooks`, and `paths` if there are any.
fn description(webhooks: &str, paths: &str) -> String {
    let section = |name: &str, entries: &str| {
        let lines: Vec<String> = entries.lines().map(|line| format!("  {line}")).collect();
        if entries.is_empty() { String::new() } else { format!("{name}:\n{}\n", lines.join("\n")) }
    };
    format!(
        "openapi: 3.1.0\ninfo: {{ title: Acme, version: \"1\" }}\n{}{}",
        section("webhooks", webhooks),
        section("paths", paths)
    )
}

/// A webhook whose body has these properties.
fn webhook(key: &str, properties: &str) -> String {
    format!(
        "{key}:\n  post:\n    requestBody:\n      content:\n        application/json:\n          \
         schema: {{ type: object, properties: {{ {properties} }} }}\n    responses: {{ \"200\": {{ description: OK }} }}\n"
    )
}

struct First(Folder);

impl First {
    /// The folder of a new user, with a description.
    fn new(spec: &str) -> Self {
        let folder = Folder::new();
        folder.write("receiver/Cargo.toml", "[package]\nname = \"webhook-receiver\"\n");
        folder.write("acme.yaml", spec);
        Self(folder)
    }

    fn init(&self) -> Run {
        self.0.webhooks(".", "init --spec acme.yaml --receiver receiver")
    }

    fn generate(&self) -> Run {
        self.0.webhooks(".", "generate --config codegen.toml")
    }

    fn has_crate(&self) -> bool {
        self.0.path("acme-webhooks/src/lib.rs").exists()
    }

    #[track_caller]
    fn wrote(&self, expected: &Expect) {
        expected.assert_eq(&self.0.read("codegen.toml"));
    }

    /// The next run writes nothing, and reports the same.
    #[track_caller]
    fn is_settled(&self, first: &Run) {
        let next = self.generate().exits(0).reports(": no files written, 0 removed");
        let messages = |run: &Run| run.stderr.split("`acme-webhooks`: ").next().map(str::to_owned);
        assert_eq!(messages(first), messages(&next));
    }

    /// Removes the `#` of each line that has one of these texts.
    fn answer(&self, lines: &[&str]) {
        let text = self.0.read("codegen.toml");
        let answered = text.lines().map(|line| {
            let is_meant =
                line.starts_with('#') && !line.starts_with("# ") && lines.iter().any(|text| line.contains(text));
            if is_meant { format!("{}\n", &line[1..]) } else { format!("{line}\n") }
        });
        let answered: String = answered.collect();
        assert_ne!(answered, text, "no line has {lines:?}:\n{text}");
        self.0.write("codegen.toml", &answered);
    }

    /// The crate is the one that the command generates without a file.
    #[track_caller]
    fn is_as_without_file(&self) {
        self.0.webhooks(".", "generate --spec acme.yaml --out plain/acme-webhooks --receiver receiver").exits(0);
        let [mut with, mut without] = ["acme-webhooks", "plain/acme-webhooks"].map(|folder| self.0.files(folder));
        for files in [&mut with, &mut without] {
            // The path to the receiver differs.
            files.retain(|path, _| !path.ends_with("Cargo.toml"));
        }
        assert!(!with.is_empty());
        assert!(with == without, "the crates differ");
    }
}

fn standard_headers() -> String {
    let header = |name: &str| format!("{{ name: {name}, in: header, schema: {{ type: string }} }}");
    let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(header);
    format!("    parameters: [{}]\n", headers.join(", "))
}

#[test]
fn everything_is_inferred() {
    let sent = webhook("parcel.sent", "type: { const: parcel.sent }")
        .replace("  post:\n", &format!("  post:\n{}", standard_headers()));
    let first =
        First::new(&description(&format!("{sent}{}", webhook("parcel.lost", "type: { const: parcel.lost }")), ""));
    let run = first.init().exits(0).reports("no open questions");
    assert!(!run.stderr.contains("warning["), "{run:#?}");
    first.is_settled(&run);
    first.wrote(&expect![[r##"
        # Settings of a generated crate. To answer an open question, or to take an option, complete its
        # lines and remove the `#` before them, then run `cargo webhooks generate`. All other comments only
        # explain.

        spec = "acme.yaml"
        out = "acme-webhooks"
        receiver = "receiver"

        [event-type]
        # Inferred: each webhook has its own value at `/type` of its body.
        #   acme.yaml:4:3  for example this one
        pointer = "/type"

        [signature]
        # Inferred: deliveries are signed in the header `webhook-signature`.
        #   acme.yaml:6:155  of a well-known scheme
        scheme = "standard-webhooks"
    "##]]);
    first.is_as_without_file();
}

#[test]
fn a_written_file_is_never_changed() {
    let first = First::new(&description(&webhook("parcel.sent", "type: { const: parcel.sent }"), ""));
    first.init().exits(0);
    let edited = format!("# mine\n{}\n[diagnostics]  # and this\nW0703 = \"allow\"\n\n", first.0.read("codegen.toml"));
    first.0.write("codegen.toml", &edited);
    let again = first.init().exits(0).reports("0 removed");
    assert!(!again.stderr.contains("W0703"), "{again:#?}");
    assert_eq!(first.0.read("codegen.toml"), edited);
    first.0.write("other.yaml", "");
    first.0.webhooks(".", "init --spec other.yaml").exits(2).reports("`codegen.toml` is for `acme.yaml`");
}

#[test]
fn the_event_types_are_asked() {
    let first = First::new(&description(
        &(webhook("sent", "type: { type: string }") + &webhook("lost", "type: { type: string }")),
        "",
    ));
    first.init().exits(0).reports("no crate until the questions are answered");
    assert!(!first.has_crate());
    first.wrote(&expect![[r##"
        # Settings of a generated crate. To answer an open question, or to take an option, complete its
        # lines and remove the `#` before them, then run `cargo webhooks generate`. All other comments only
        # explain.

        spec = "acme.yaml"
        out = "acme-webhooks"
        receiver = "receiver"

        [event-type]
        # Inferred: the body states the event type at `/type`.
        #   acme.yaml:4:3  inferred, for example here
        pointer = "/type"

        # Open: cannot determine the event type of webhook `sent`.
        #   acme.yaml:4:3  neither the key nor `/type` nor `operationId` names it
        #   acme.yaml:11:3  cannot determine the event type of webhook `lost`
        #
        # If the keys are the event types:
        #from-keys = true

        [event-type.names]
        # Open: cannot determine the event type of webhook `sent`.
        #   acme.yaml:4:3  neither the key nor `/type` nor `operationId` names it
        #   acme.yaml:11:3  cannot determine the event type of webhook `lost`
        #"sent" = "sent"  # a guess
        #"lost" = "lost"  # a guess

        # Open: the description does not say how deliveries are signed.
        #   acme.yaml:4:3
        #
        # For Standard Webhooks:
        #[signature]
        #scheme = "standard-webhooks"
        #
        # For an HMAC in a header, with the values of the vendor's documentation:
        #[signature]
        #scheme = "hmac"
        #header = "…"
        #hash = "…"  # "sha256", "sha512" or "sha1"
        #encoding = "…"  # "hex" or "base64"
        #signed = "…"  # "{body}", or "{timestamp}.{body}" with `timestamp-header`
        #id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        #
        # For no signatures, so that anyone can forge deliveries:
        #[signature]
        #scheme = "none"
        #
        # To pass a `Verifier`, without this warning:
        #[signature]
        #scheme = "verifier"
    "##]]);
    let unanswered = first.0.read("codegen.toml");
    for answers in [&["\"sent\" =", "\"lost\" ="][..], &["from-keys"]] {
        first.0.write("codegen.toml", &unanswered);
        first.answer(answers);
        let run = first.generate().exits(0);
        assert!(!run.stderr.contains("[E07") && !run.stderr.contains("W0710"), "{run:#?}");
        assert!(first.has_crate());
    }
}

#[test]
fn a_signature_is_stated_in_part() {
    let header = "    parameters: [{ name: X-Acme-Signature, in: header, description: The HMAC of the body as hex, \
                  schema: { type: string } }]\n";
    let sent =
        webhook("parcel.sent", "type: { const: parcel.sent }").replace("  post:\n", &format!("  post:\n{header}"));
    let first = First::new(&description(&sent, ""));
    let run = first.init().exits(0).reports("1 open question");
    first.is_settled(&run);
    first.wrote(&expect![[r##"
        # Settings of a generated crate. To answer an open question, or to take an option, complete its
        # lines and remove the `#` before them, then run `cargo webhooks generate`. All other comments only
        # explain.

        spec = "acme.yaml"
        out = "acme-webhooks"
        receiver = "receiver"

        [event-type]
        # Inferred: the body states the event type at `/type`.
        #   acme.yaml:4:3  for example this one
        pointer = "/type"

        # Open: the signature in `x-acme-signature` is documented in part; not stated: hash function.
        #   acme.yaml:6:28  a header parameter
        #[signature]
        #scheme = "hmac"
        #header = "x-acme-signature"
        #hash = "…"  # not stated: "sha256" or "sha512" or "sha1"
        #encoding = "hex"
        #signed = "{body}"
        #id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
    "##]]);
    first.is_as_without_file();
    let text = first.0.read("codegen.toml").replace("#hash = \"…\"", "#hash = \"sha512\"");
    first.0.write("codegen.toml", &text);
    first.answer(&["[signature]", "scheme", "header", "hash", "encoding", "signed"]);
    let run = first.generate().exits(0);
    assert!(!run.stderr.contains("W0703"), "{run:#?}");
    let files = first.0.files("acme-webhooks");
    assert!(files.values().any(|text| text.contains("\"x-acme-signature\"")), "the header is not in the crate");
}

#[test]
fn two_webhooks_claim_one_event_type() {
    let claim = "type: { const: parcel.sent }";
    let first = First::new(&description(&(webhook("sent", claim) + &webhook("sentAgain", claim)), ""));
    first.init().exits(0).reports("no crate until the questions are answered");
    first.wrote(&expect![[r##"
        # Settings of a generated crate. To answer an open question, or to take an option, complete its
        # lines and remove the `#` before them, then run `cargo webhooks generate`. All other comments only
        # explain.

        spec = "acme.yaml"
        out = "acme-webhooks"
        receiver = "receiver"

        [event-type]
        # Inferred: the body states the event type at `/type`.
        #   acme.yaml:4:3  for example here
        pointer = "/type"

        [event-type.names]
        # Open: 2 webhooks claim the event type `parcel.sent`.
        #   acme.yaml:4:3  `sent`
        #   acme.yaml:9:66  states this event type
        #   acme.yaml:11:3  `sentAgain`
        #   and 1 more
        #"sent" = "parcel.sent"
        #"sentAgain" = "parcel.sent.again"  # a guess

        # Open: the description does not say how deliveries are signed.
        #   acme.yaml:4:3
        #
        # For Standard Webhooks:
        #[signature]
        #scheme = "standard-webhooks"
        #
        # For an HMAC in a header, with the values of the vendor's documentation:
        #[signature]
        #scheme = "hmac"
        #header = "…"
        #hash = "…"  # "sha256", "sha512" or "sha1"
        #encoding = "…"  # "hex" or "base64"
        #signed = "…"  # "{body}", or "{timestamp}.{body}" with `timestamp-header`
        #id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        #
        # For no signatures, so that anyone can forge deliveries:
        #[signature]
        #scheme = "none"
        #
        # To pass a `Verifier`, without this warning:
        #[signature]
        #scheme = "verifier"
    "##]]);
    first.answer(&["\"sent\"", "\"sentAgain\""]);
    first.generate().exits(0);
    assert!(first.has_crate());
}

#[test]
fn webhooks_are_under_paths() {
    let properties = |name: &str| format!("type: {{ const: {name} }}");
    let paths =
        webhook("/webhook-events/sent", &properties("sent")) + &webhook("/hook-payloads/a/lost", &properties("lost"));
    let first = First::new(&description("", &paths));
    let run = first.init().exits(0).reports("inferred choice");
    let run = run.reports("acme-webhooks = { path = \"acme-webhooks\", features = [\"serve\"] }\n");
    first.is_settled(&run);
    first.wrote(&expect![[r##"
        # Settings of a generated crate. To answer an open question, or to take an option, complete its
        # lines and remove the `#` before them, then run `cargo webhooks generate`. All other comments only
        # explain.

        spec = "acme.yaml"
        out = "acme-webhooks"
        receiver = "receiver"

        [webhooks]
        # Inferred: webhooks are read from `paths`, by `/webhook-events/*` and `/hook-payloads/*`.
        #   acme.yaml:5:5  for example this one
        #   acme.yaml:12:5
        paths = ["/webhook-events/*", "/hook-payloads/*"]

        [event-type]
        # Inferred: each webhook has its own value at `/type` of its body.
        #   acme.yaml:5:5  for example this one
        pointer = "/type"

        # Open: the description does not say how deliveries are signed.
        #   acme.yaml:5:5
        #
        # For Standard Webhooks:
        #[signature]
        #scheme = "standard-webhooks"
        #
        # For an HMAC in a header, with the values of the vendor's documentation:
        #[signature]
        #scheme = "hmac"
        #header = "…"
        #hash = "…"  # "sha256", "sha512" or "sha1"
        #encoding = "…"  # "hex" or "base64"
        #signed = "…"  # "{body}", or "{timestamp}.{body}" with `timestamp-header`
        #id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        #
        # For no signatures, so that anyone can forge deliveries:
        #[signature]
        #scheme = "none"
        #
        # To pass a `Verifier`, without this warning:
        #[signature]
        #scheme = "verifier"
    "##]]);
    first.is_as_without_file();
    let run = first.generate().exits(0);
    assert!(!run.stderr.contains("W0611"), "{run:#?}");
}

#[test]
fn webhooks_are_callbacks() {
    let callback = |name: &str, address: &str, property: &str| {
        format!(
            "        {name}:\n          '{address}':\n            post:\n              requestBody:\n                \
             content:\n                  application/json:\n                    \
             schema: {{ type: object, required: [{property}], properties: {{ {property}: {{ type: string }} }} }}\n"
        )
    };
    let paths = format!(
        "/parcels:\n  post:\n    responses: {{ \"202\": {{ description: Accepted }} }}\n    callbacks:\n{}{}",
        callback("sent", "{$request.body#/sentUrl}", "carrier"),
        callback("lost", "{$request.body#/lostUrl}", "place"),
    )
    .replace("\n      ", "\n    ");
    let first = First::new(&description("", &paths));
    let run = first.init().exits(0).reports("2 inferred choices, 1 open question");
    first.is_settled(&run);
    first.wrote(&expect![[r##"
        # Settings of a generated crate. To answer an open question, or to take an option, complete its
        # lines and remove the `#` before them, then run `cargo webhooks generate`. All other comments only
        # explain.

        spec = "acme.yaml"
        out = "acme-webhooks"
        receiver = "receiver"

        [webhooks]
        # Inferred: webhooks are read from `callbacks`.
        #   acme.yaml:9:11  for example this one
        callbacks = true

        [event-type]
        # Inferred: the event type is not sent, and each webhook has its own address.
        #   acme.yaml:9:11  inferred, for example here
        address = true # each webhook has its own endpoint

        # Open: the description does not say how deliveries are signed.
        #   acme.yaml:9:11
        #
        # For Standard Webhooks:
        #[signature]
        #scheme = "standard-webhooks"
        #
        # For an HMAC in a header, with the values of the vendor's documentation:
        #[signature]
        #scheme = "hmac"
        #header = "…"
        #hash = "…"  # "sha256", "sha512" or "sha1"
        #encoding = "…"  # "hex" or "base64"
        #signed = "…"  # "{body}", or "{timestamp}.{body}" with `timestamp-header`
        #id = { pointer = "/…" }  # if the body has the delivery's id: repeated ones are recognized by it
        #
        # For no signatures, so that anyone can forge deliveries:
        #[signature]
        #scheme = "none"
        #
        # To pass a `Verifier`, without this warning:
        #[signature]
        #scheme = "verifier"
    "##]]);
    first.is_as_without_file();
}

#[test]
fn options_are_comments() {
    let paths = "/parcels:\n  post:\n    responses: { \"202\": { description: Accepted } }\n    callbacks:\n      weighed:\n        \
                 '{$request.body#/url}':\n          post:\n            requestBody:\n              content:\n                \
                 application/json:\n                  schema: { type: object, properties: { type: { const: com.acme.weighed } } }\n";
    let named = |name: &str| {
        let webhook = webhook(name, &format!("type: {{ const: {name} }}"));
        webhook.replace("  post:\n", &format!("  post:\n{}", standard_headers()))
    };
    let first = First::new(&description(&(named("com.acme.parcel.sent") + &named("com.acme.parcel.lost")), paths));
    let run = first.init().exits(0).reports("no open questions").reports("note[W0612]");
    first.is_settled(&run);
    first.wrote(&expect![[r##"
        # Settings of a generated crate. To answer an open question, or to take an option, complete its
        # lines and remove the `#` before them, then run `cargo webhooks generate`. All other comments only
        # explain.

        spec = "acme.yaml"
        out = "acme-webhooks"
        receiver = "receiver"

        [webhooks]
        # Optional: 1 webhook under `callbacks` is not read.
        #   acme.yaml:25:9
        #
        # To read it, too:
        #callbacks = true

        [event-type]
        # Inferred: each webhook has its own value at `/type` of its body.
        #   acme.yaml:4:3  for example this one
        pointer = "/type"

        [names]
        # Optional: all event types begin with `com.acme.`, which names can leave out.
        #   acme.yaml:4:3  for example this one
        #
        # So that `com.acme.parcel.sent` is named like `parcel.sent` (delete `names.lock` first):
        #drop-prefix = "com.acme"
        #
        # So that `com.acme.parcel.sent` is named like `sent` (delete `names.lock` first):
        #drop-prefix = "com.acme.parcel"

        [signature]
        # Inferred: deliveries are signed in the header `webhook-signature`.
        #   acme.yaml:6:155  of a well-known scheme
        scheme = "standard-webhooks"
    "##]]);
    first.is_as_without_file();
    first.answer(&["callbacks =", "\"com.acme\""]);
    std::fs::remove_file(first.0.path("names.lock")).expect("the file exists");
    let run = first.generate().exits(0);
    assert!(!run.stderr.contains("W0612"), "{run:#?}");
    let event_types = first.0.read("acme-webhooks/src/event_type.rs");
    for name in ["ParcelSent", "Weighed"] {
        assert!(event_types.contains(&format!("    {name},")), "{event_types}");
    }
}

#[test]
fn an_example_states_an_event_type_that_the_key_does_not_name() {
    let sent = |key: &str, event_type: &str| webhook(key, &format!("type: {{ type: string, example: {event_type} }}"));
    let first =
        First::new(&description(&(sent("Parcel Sent", "Parcel Left") + &sent("Parcel Lost", "Parcel Lost")), ""));
    let run = first.init().exits(0);
    assert!(first.0.read("codegen.toml").contains("\n\"Parcel Sent\" = \"Parcel Left\"\n"), "{run:#?}");
    first.is_settled(&run);
}

#[test]
fn a_missing_receiver_is_asked_and_a_missing_file_is_an_error() {
    let first = First::new(&description(&webhook("parcel.sent", "type: { const: parcel.sent }"), ""));
    first.0.webhooks(".", "init --spec acme.yaml").exits(0).reports("Answer the open question");
    assert!(first.0.read("codegen.toml").contains("\n#receiver = \"…\"\n") && !first.has_crate());
    // The option holds for this run; the file that exists is not changed.
    let before = first.0.read("codegen.toml");
    first.init().exits(0);
    assert!(first.has_crate());
    assert_eq!(first.0.read("codegen.toml"), before);
    let nowhere = first.0.webhooks(".", "init --spec nowhere.yaml --out new/crate").exits(1);
    assert!(nowhere.stderr.contains("error["), "{nowhere:#?}");
    assert!(!first.0.path("new").exists(), "nothing is written");
    first.0.webhooks(".", "init").exits(2).reports("--spec FILE");
}

#[test]
fn text_of_a_description_stays_in_comments_and_strings() {
    let key = r#""a\nb = 1\"\\\u0007\u202e""#;
    let sent = webhook(key, "type: { type: string }") + &webhook("lost", "type: { type: string }");
    let first = First::new(&description(&sent, ""));
    first.init().exits(0);
    let text = first.0.read("codegen.toml");
    assert!(text.lines().all(|line| !line.starts_with("b = 1")) && !text.contains(['\u{202e}', '\u{7}']), "{text}");
    first.answer(&["\"lost\"", "\"a\\nb = 1"]);
    first.generate().exits(0);
}
