use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;
use crate::diagnostics::{Diagnostics, Level, Place};
use crate::document::FileId;
use crate::signature::{Encoding, Hash, Hmac, OtherId, Piece};

const FILE: FileId = FileId(0);

#[track_caller]
fn parsed(text: &str) -> Config {
    let mut diagnostics = Diagnostics::default();
    let config = Config::parse(FILE, text, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{text:?}: {diagnostics:?}");
    config
}

#[track_caller]
fn check_error(text: &str, expected: &Expect) {
    let mut diagnostics = Diagnostics::default();
    Config::parse(FILE, text, &mut diagnostics);
    assert!(diagnostics.has_errors(), "{text:?} has no mistake");
    let mut shown = String::new();
    for error in &diagnostics {
        writeln!(shown, "{}: {}", error.code.as_str(), error.message).unwrap();
        for label in &error.labels {
            let Place::Bytes(_, range) = &label.place else { panic!("no range: {:?}", label.place) };
            writeln!(shown, "at {}..{}: {:?}", range.start, range.end, &text[range.clone()]).unwrap();
        }
        for help in &error.help {
            writeln!(shown, "help: {help}").unwrap();
        }
    }
    expected.assert_eq(&shown);
}

#[test]
fn all_mistakes_are_reported() {
    check_error(
        "crate-name = \"fn\"\nvendr = 1\n[names]\n\"#/a\" = \"a\"\n\"#/b\" = \"b\"\n\
         [event-type]\npointer = []\n[signature]\nscheme = 7\nheaders = { id = \"a b\", ide = \"b\" }\n\
         [diagnostics]\nE0101 = \"allow\"\nW9999 = \"deny\"\n",
        &expect![[r#"
            E0401: "fn" is a Rust keyword and cannot be a package name
            at 13..17: "\"fn\""
            E0401: unknown key `vendr`
            at 18..23: "vendr"
            help: did you mean `vendor`?
            E0401: "a" is not a Rust type name: begin with A-Z, followed by letters and digits
            at 44..47: "\"a\""
            E0401: "b" is not a Rust type name: begin with A-Z, followed by letters and digits
            at 56..59: "\"b\""
            E0401: `pointer` must not be an empty list
            at 83..85: "[]"
            help: set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two
            E0401: `scheme` must be a string, not an integer
            at 107..108: "7"
            E0401: "a b" is not the name of an HTTP header
            at 126..131: "\"a b\""
            E0401: unknown key `ide`
            at 133..136: "ide"
            help: did you mean `id`?
            E0401: `E0101` is an error: only warnings have a level
            at 159..164: "E0101"
            E0401: unknown warning `W9999`
            at 175..180: "W9999"
            help: messages show the codes, as in `warning[W0707]`
        "#]],
    );
    check_error(
        "vendr = 1\n[signature]\nprefix = \"a\"",
        &expect![[r#"
            E0401: unknown key `vendr`
            at 0..5: "vendr"
            help: did you mean `vendor`?
            E0401: missing key `scheme`
            at 10..21: "[signature]"
        "#]],
    );
}

#[test]
fn files_of_a_project() {
    let project = parsed(
        "spec = \"a.yaml\"\noverlays = [\"b.yaml\", \"c.yaml\"]\nout = \"../acme\"\n\
         receiver = \"^1.2\"\nbuild-script = \"build.rs\"\nroot = \"..\"\n",
    )
    .project;
    let path = |path: &str, range| Located { value: path.into(), place: Place::Bytes(FILE, range) };
    let expected = Project {
        spec: Some(path("a.yaml", 7..15)),
        root: Some(path("..", 115..119)),
        overlays: vec![path("b.yaml", 28..36), path("c.yaml", 38..46)],
        out: Some("../acme".into()),
        receiver: Some(Located { value: Receiver::Version("^1.2".to_owned()), place: Place::Bytes(FILE, 75..81) }),
        build_script: Some("build.rs".into()),
        guard: false,
        fetch: None,
    };
    assert_eq!(project, expected);
    assert_eq!(parsed("").project, Project::default());
    assert!(parsed("guard = true").project.guard);
    check_error(
        "guard = true\nbuild-script = \"build.rs\"\n",
        &expect![[r#"
            E0401: `guard` and `build-script` cannot be combined
            at 8..12: "true"
            help: `guard` is a build script of its own
        "#]],
    );
    check_error(
        "spec = \"\"\noverlays = \"b.yaml\"\nreceiver = \"git@example.com:a\"\n",
        &expect![[r#"
            E0401: "" must not be empty
            at 7..9: "\"\""
            E0401: `overlays` must be a list of strings, not a string
            at 21..29: "\"b.yaml\""
            E0401: write this address as `ssh://git@host/path`, which Cargo accepts
            at 41..60: "\"git@example.com:a\""
        "#]],
    );
}

#[test]
fn where_a_description_is_published() {
    let text = "[fetch]\nurl = \"https://acme.example/a.yaml?v=1\"\nheaders.Authorization = \"ACME_TOKEN\"\n";
    let fetch = parsed(text).project.fetch.unwrap().value;
    assert_eq!(fetch.url.unwrap().value.as_str(), "https://acme.example/a.yaml?v=1");
    let headers: Vec<_> =
        fetch.headers.iter().map(|(name, variable)| (name.as_str(), variable.value.as_str())).collect();
    assert_eq!(headers, [("authorization", "ACME_TOKEN")]);
    assert!(!fetch.allow_http && parsed("[fetch]\nallow-http = true\n").project.fetch.unwrap().value.allow_http);
    for url in [
        "ftp://a/b",
        "acme.example/a",
        "https://",
        "https://u:p@a/b",
        "https://a/b c",
        "https://a/b#c",
        "https://a\\\\b",
    ] {
        let mut diagnostics = Diagnostics::default();
        Config::parse(FILE, &format!("[fetch]\nurl = \"{url}\"\n"), &mut diagnostics);
        assert!(diagnostics.has_errors(), "{url}");
    }
    check_error(
        "[fetch]\nurl = \"https://me:secret@acme.example/\"\nheaders.x-api-key = \"s3cr3t!\"\nallow-http = 1\n",
        &expect![[r#"
            E0401: "https://me:secret@acme.example/" must not have a user or a password: put it in an environment variable, and name that in `[fetch.headers]`
            at 14..47: "\"https://me:secret@acme.example/\""
            E0401: "s3cr3t!" is not the name of an environment variable, such as "ACME_TOKEN"
            at 68..77: "\"s3cr3t!\""
            E0401: `allow-http` must be `true` or `false`, not an integer
            at 91..92: "1"
        "#]],
    );
}

#[test]
fn an_event_type_is_stated_in_one_way() {
    check_error(
        "[event-type]\npointer = \"/a\"\nheader = \"x-a\"",
        &expect![[r#"
        E0401: `pointer` and `header` cannot be combined
        at 23..27: "\"/a\""
        help: set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two
    "#]],
    );
    check_error(
        "[event-type]\ncompleted-by = \"/a\"",
        &expect![[r#"
        E0401: `completed-by` requires `pointer` or `header`
        at 28..32: "\"/a\""
        help: set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two
    "#]],
    );
    check_error(
        "[event-type]\naddress = true\ncompleted-by = \"/a\"",
        &expect![[r#"
        E0401: `address` cannot be combined with another location
        at 23..27: "true"
        help: set `pointer` (the event type is in the body), `header` (in a header) or `address = true` (not sent); `completed-by` can complete the first two
    "#]],
    );
}

#[test]
fn everything_may_be_left_out() {
    for text in ["", "# nothing\n", "[event-type]\n[names]\n[event-type.names]\n", "\u{feff}"] {
        assert_eq!(parsed(text), Config::default(), "{text:?}");
    }
}

#[test]
fn everything_may_be_said() {
    let text = r##"
crate-name = "acme-hooks"
crate-version = "1.2.3"
license = "MIT OR Apache-2.0"
vendor = "Acme"
[event-type]
pointer = "/meta/type"
completed-by = "/action"
separator = ":"
[event-type.names]
userAdded = "user:added"
[names]
"#/components/schemas/event" = "Envelope"
"common.yaml#/a~1b" = "Common"
[signature]
scheme = "standard-webhooks"
headers = { id = "acme-id" }
"##;
    let text_of = |place: &Place| match place {
        Place::Bytes(_, range) => &text[range.clone()],
        _ => "",
    };
    let config = parsed(text);
    assert_eq!(config.version().to_string(), "1.2.3");
    assert_eq!(config.crate_name.unwrap().as_str(), "acme-hooks");
    assert_eq!(config.license.unwrap().as_str(), "MIT OR Apache-2.0");
    assert_eq!(config.vendor.unwrap().value.as_str(), "Acme");
    let location = config.event_types.location.unwrap();
    assert_eq!(
        (location.value, text_of(&location.place)),
        (
            EventTypeLocation::Body(vec!["/meta/type".parse().unwrap()], Some("/action".parse().unwrap())),
            "\"/meta/type\""
        )
    );
    assert_eq!(config.event_types.separator.as_str(), ":");
    let added = &config.event_types.names["userAdded"];
    assert_eq!((added.value.as_str(), text_of(&added.place)), ("user:added", "userAdded = \"user:added\""));
    let names: Vec<_> = config.names.iter().map(|(place, name)| (place.to_string(), name.value.as_str())).collect();
    assert_eq!(names, [("#/components/schemas/event".into(), "Envelope"), ("common.yaml#/a~1b".into(), "Common")]);
    let signature = config.signature.unwrap();
    let headers = Headers { id: "acme-id".parse().unwrap(), ..Headers::default() };
    assert_eq!(signature.value, Signature::StandardWebhooks(Some(headers)));
    assert_eq!(text_of(&signature.place), "{ id = \"acme-id\" }");
}

#[test]
fn levels() {
    let config = parsed("[diagnostics]\nW0603 = \"allow\"\nW0604 = \"deny\"\n");
    let levels: Vec<_> = config.levels.iter().map(|(code, (level, _))| (code.as_str(), *level)).collect();
    assert_eq!(levels, [("W0603", Level::Allow), ("W0604", Level::Deny)]);
    check_error(
        "[diagnostics]\nE0301 = \"allow\"",
        &expect![[r#"
        E0401: `E0301` is an error: only warnings have a level
        at 14..19: "E0301"
    "#]],
    );
    check_error(
        "[diagnostics]\nW0720 = \"warn\"",
        &expect![[r#"
            E0401: unknown warning `W0720`
            at 14..19: "W0720"
            help: did you mean `W0710`?
        "#]],
    );
    check_error(
        "[diagnostics]\nw0701 = \"warn\"",
        &expect![[r#"
            E0401: unknown warning `w0701`
            at 14..19: "w0701"
            help: did you mean `W0701`?
        "#]],
    );
    check_error(
        "[diagnostics]\nhints = \"warn\"",
        &expect![[r#"
            E0401: unknown warning `hints`
            at 14..19: "hints"
            help: messages show the codes, as in `warning[W0707]`
        "#]],
    );
    check_error(
        "[diagnostics]\nW0701 = \"ignore\"",
        &expect![[r#"
        E0401: unknown value `ignore`
        at 22..30: "\"ignore\""
        help: expected one of `allow`, `warn`, `deny`
    "#]],
    );
}

#[test]
fn signatures() {
    let signature = |text: &str| parsed(text).signature.unwrap().value;
    assert_eq!(signature("[signature]\nscheme = \"verifier\""), Signature::Verifier);
    assert_eq!(signature("[signature]\nscheme = \"none\""), Signature::None);
    let text = r#"
[signature]
scheme = "hmac"
header = "acme-signature"
hash = "sha512"
encoding = "base64"
signed = "{id}:{timestamp}:{body}"
prefix = "v1="
separator = ","
timestamp-prefix = "t="
id-header = "acme-id"
"#;
    let full = Hmac {
        header: "acme-signature".to_owned(),
        separator: Some(','),
        prefix: "v1=".to_owned(),
        hash: Hash::Sha512,
        encoding: Encoding::Base64,
        signed: vec![
            Piece::IdHeader("acme-id".to_owned()),
            Piece::Text(":".to_owned()),
            Piece::TimestampToken("t=".to_owned()),
            Piece::Text(":".to_owned()),
            Piece::Body,
        ],
        other_id: None,
    };
    assert_eq!(signature(text), Signature::Hmac(full.clone()));
    let text = text.replace("{id}:{timestamp}:{body}", "{timestamp}.{body}");
    let text = text.replace("timestamp-prefix = \"t=\"", "timestamp-header = \"acme-timestamp\"");
    let partial = Hmac {
        signed: vec![Piece::TimestampHeader("acme-timestamp".to_owned()), Piece::Text(".".to_owned()), Piece::Body],
        other_id: Some(OtherId::UnsignedHeader("acme-id".to_owned())),
        ..full
    };
    assert_eq!(signature(&text), Signature::Hmac(partial.clone()));
    let text = text.replace("id-header = \"acme-id\"", "id = { pointer = \"/data/id\" }");
    let in_body = Hmac { other_id: Some(OtherId::Body("/data/id".to_owned())), ..partial };
    assert_eq!(signature(&text), Signature::Hmac(in_body));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn mistakes_are_located() {
    check_error(
        "crate-name = ",
        &expect![[r#"
            E0102: a value is missing, or a text is not in quotes
            at 13..13: ""
        "#]],
    );
    check_error(
        "vendor = \"A\"\nvendor = \"B\"",
        &expect![[r#"
            E0102: this key is set twice
            at 13..19: "vendor"
        "#]],
    );
    check_error(
        "crate_name = \"a\"",
        &expect![[r#"
            E0401: unknown key `crate_name`
            at 0..10: "crate_name"
            help: did you mean `crate-name`?
        "#]],
    );
    check_error(
        "[event-type]\ntopic = \".\"",
        &expect![[r#"
            E0401: unknown key `topic`
            at 13..18: "topic"
            help: expected one of `header`, `pointer`, `completed-by`, `address`, `separator`, `from-keys`, `names`
        "#]],
    );
    check_error(
        "[signature]\nscheme = \"jwt\"",
        &expect![[r#"
            E0401: unknown value `jwt`
            at 21..26: "\"jwt\""
            help: expected one of `standard-webhooks`, `hmac`, `none`, `verifier`
        "#]],
    );
    check_error(
        "[signature]\n",
        &expect![[r#"
        E0401: missing key `scheme`
        at 0..11: "[signature]"
    "#]],
    );
    check_error(
        "vendor = 1",
        &expect![[r#"
            E0401: `vendor` must be a string, not an integer
            at 9..10: "1"
        "#]],
    );
    check_error(
        "# ä\ncrate-name = \"fn\"",
        &expect![[r#"
        E0401: "fn" is a Rust keyword and cannot be a package name
        at 18..22: "\"fn\""
    "#]],
    );
    check_error(
        "[names]\n\"#/a\" = \"asset\"",
        &expect![[r#"
        E0401: "asset" is not a Rust type name: begin with A-Z, followed by letters and digits
        at 16..23: "\"asset\""
    "#]],
    );
    check_error(
        "[names]\n\"#a\" = \"Asset\"",
        &expect![[r##"
        E0401: "a" is not a JSON pointer: it must begin with `/`
        at 8..12: "\"#a\""
    "##]],
    );
    check_error(
        "[event-type.names]\na = \"\"",
        &expect![[r#"
        E0401: "" must not be empty
        at 23..25: "\"\""
    "#]],
    );
    check_error(
        "[signature]\nscheme = \"standard-webhooks\"\nheaders = { id = \"a b\" }",
        &expect![[r#"
            E0401: "a b" is not the name of an HTTP header
            at 58..63: "\"a b\""
        "#]],
    );
    check_error(
        "[signature]\nscheme = \"standard-webhooks\"\nheaders = { id = \"a\", timestamp = \"a\" }",
        &expect![[r#"
            E0401: two headers have the same name
            at 51..80: "{ id = \"a\", timestamp = \"a\" }"
            help: give each its own name
        "#]],
    );
    check_error(
        "[signature]\nscheme = \"verifier\"\nheaders = {}",
        &expect![[r#"
            E0401: the scheme `verifier` does not use `headers`
            at 42..44: "{}"
            help: `headers` belongs to the scheme `standard-webhooks`
        "#]],
    );
    check_error(
        &format!("a = {}", "[".repeat(200_000)),
        &expect![[r#"
            E0102: the values are nested too deep
            at 84..85: "["
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn mistakes_in_signatures_are_located() {
    let start = "[signature]\nscheme = \"hmac\"\nheader = \"a\"\nhash = \"sha256\"\nencoding = \"hex\"";
    let hmac = |lines: &str| format!("{start}\n{lines}");
    check_error(
        "[signature]\nscheme = \"none\"\nprefix = \"a\"",
        &expect![[r#"
        E0401: the scheme `none` does not use `prefix`
        at 37..40: "\"a\""
        help: `prefix` belongs to the scheme `hmac`
    "#]],
    );
    check_error(
        "[signature]\nscheme = \"hmac\"\nheader = \"a\"",
        &expect![[r#"
            E0401: missing keys `hash`, `encoding`, `signed`
            at 21..27: "\"hmac\""
            help: the scheme `hmac` needs `header`, `hash`, `encoding` and `signed`
        "#]],
    );
    check_error(
        "[signature]\nscheme = \"hmac\"\nheader = \"a\"\nhash = \"SHA-256\"",
        &expect![[r#"
        E0401: unknown value `SHA-256`
        at 48..57: "\"SHA-256\""
        help: did you mean `sha256`?
    "#]],
    );
    check_error(
        &hmac("signed = \"{ts}.{payload}\""),
        &expect![[r#"
        E0401: "{ts}.{payload}" has the unknown placeholder `{ts}`; did you mean `{timestamp}`?
        at 83..99: "\"{ts}.{payload}\""
    "#]],
    );
    check_error(
        "[signature]\nscheme = \"hmac\"\nhash = \"md5\"",
        &expect![[r#"
            E0401: unknown value `md5`
            at 35..40: "\"md5\""
            help: codegen.toml cannot state it; if the vendor signs with it, verify in front of the receiver, and set `scheme = "verifier"`
        "#]],
    );
    check_error(
        &hmac("signed = \"…\""),
        &expect![[r#"
            E0401: the value is not complete
            at 83..88: "\"…\""
            help: complete this value
        "#]],
    );
    check_error(
        &hmac("signed = \"{timestamp}{body}\""),
        &expect![[r#"
            E0401: "{timestamp}{body}" is ambiguous: without a text such as `.` between them, bytes could move from one placeholder to the other; if the vendor signs this, set `scheme = "verifier"`
            at 83..102: "\"{timestamp}{body}\""
        "#]],
    );
    check_error(
        &hmac("signed = \"{url}.{body}\""),
        &expect![[r#"
            E0401: "{url}.{body}" has the unknown placeholder `{url}`; only `{body}`, `{id}` and `{timestamp}` can be signed; for other parts, set `scheme = "verifier"`
            at 83..97: "\"{url}.{body}\""
        "#]],
    );
    check_error(
        &hmac("signed = \"{timestamp}.{body}\""),
        &expect![[r#"
            E0401: the timestamp is signed, but its location is not set
            at 83..103: "\"{timestamp}.{body}\""
            help: set its location: `timestamp-header = "…"`, or `timestamp-prefix = "t="` for a token of the signature header
        "#]],
    );
    check_error(
        &hmac("signed = \"{id}.{body}\""),
        &expect![[r#"
            E0401: the id is signed, but its location is not set
            at 83..96: "\"{id}.{body}\""
            help: set its location: `id-header = "…"`
        "#]],
    );
    check_error(
        &hmac("signed = \"{body}\"\ntimestamp-header = \"t\""),
        &expect![[r#"
            E0401: the timestamp is not signed
            at 111..114: "\"t\""
            help: anyone can change it: remove it, or add `{timestamp}` to `signed`
        "#]],
    );
    check_error(
        &hmac("signed = \"{timestamp}.{body}\"\nprefix = \"v1=\"\ntimestamp-prefix = \"t=\""),
        &expect![[r#"
            E0401: without `separator`, the signature header has only one token
            at 138..142: "\"t=\""
            help: set the separator between the tokens, such as `separator = ","`
        "#]],
    );
    check_error(
        &hmac(
            "signed = \"{timestamp}.{body}\"\nseparator = \",\"\nprefix = \"v1=\"\ntimestamp-prefix = \"t=\"\ntimestamp-header = \"t\"",
        ),
        &expect![[r#"
            E0401: the timestamp has two locations
            at 154..158: "\"t=\""
            help: it is either in its own header (`timestamp-header`) or in a token of the signature header (`timestamp-prefix`)
        "#]],
    );
    check_error(
        &hmac("signed = \"{body}\"\nseparator = \"ä\""),
        &expect![[r#"
            E0401: `separator` can occur inside a signature or is not allowed in a header
            at 104..108: "\"ä\""
            help: use one such as ","
        "#]],
    );
    check_error(
        &hmac("signed = \"{timestamp}.{body}\"\nseparator = \",\"\nprefix = \"v1,\"\ntimestamp-prefix = \"t=\""),
        &expect![[r#"
            E0401: a prefix must not contain the separator
            at 129..134: "\"v1,\""
            help: remove the separator from it
        "#]],
    );
    check_error(
        &hmac("signed = \"{timestamp}.{body}\"\nseparator = \",\"\nprefix = \"v1=\"\ntimestamp-prefix = \"v\""),
        &expect![[r#"
            E0401: `prefix` and `timestamp-prefix` must not be prefixes of each other
            at 154..157: "\"v\""
            help: choose values that begin differently
        "#]],
    );
    check_error(
        &hmac("signed = \"{body}\"\nprefix = \"a b\""),
        &expect![[r#"
            E0401: "a b" must contain only visible ASCII characters
            at 101..106: "\"a b\""
        "#]],
    );
    check_error(
        &hmac("signed = \"{body}\"\nid-header = \"a\""),
        &expect![[r#"
            E0401: two headers have the same name
            at 37..40: "\"a\""
            help: give each its own name
        "#]],
    );
}

#[test]
fn the_id_has_one_location() {
    let hmac = |rest: &str| {
        format!(
            "[signature]\nscheme = \"hmac\"\nheader = \"a\"\nhash = \"sha256\"\nencoding = \"hex\"\nsigned = \"{{body}}\"\n{rest}"
        )
    };
    check_error(
        &hmac("id-header = \"b\"\nid = { pointer = \"/id\" }"),
        &expect![[r#"
        E0401: the id has two locations
        at 125..130: "\"/id\""
        help: it is either in a header (`id-header`) or in the body (`id`)
    "#]],
    );
    check_error(
        &hmac("id = { pointer = \"id\" }"),
        &expect![[r#"
        E0401: "id" is not a JSON pointer: it must begin with `/`
        at 109..113: "\"id\""
    "#]],
    );
    check_error(
        &hmac("id = { }"),
        &expect![[r#"
        E0401: missing key `pointer`
        at 97..100: "{ }"
        help: such as `id = { pointer = "/id" }`
    "#]],
    );
    check_error(
        &hmac("id = \"/id\""),
        &expect![[r#"
        E0401: `id` must be a table, not a string
        at 97..102: "\"/id\""
    "#]],
    );
}

#[test]
fn places_of_webhooks() {
    let texts = |list: &Option<Located<Vec<Text>>>| -> Vec<String> {
        list.iter().flat_map(|list| &list.value).map(Text::to_string).collect()
    };
    let places = parsed("[webhooks]\ncallbacks = true\npaths = [\"/events/*\"]\ntags = [\"Events\"]\n").webhooks;
    assert_eq!(places.callbacks.as_ref().map(|callbacks| &callbacks.value), Some(&Callbacks::All(true)));
    assert_eq!((texts(&places.paths), texts(&places.tags)), (vec!["/events/*".to_owned()], vec!["Events".to_owned()]));
    let named = parsed("[webhooks]\ncallbacks = [\"onEvent\"]\n").webhooks.callbacks.map(|callbacks| callbacks.value);
    assert_eq!(named, Some(Callbacks::Named(vec!["onEvent".parse().unwrap()])));
    assert!(!parsed("[webhooks]\n").webhooks.is_set());
    check_error(
        "[webhooks]\ncallbacks = \"onEvent\"",
        &expect![[r#"
        E0401: `callbacks` must be `true`, `false` or a list of strings, not a string
        at 23..32: "\"onEvent\""
    "#]],
    );
}

#[test]
fn files_of_a_configuration_are_beside_it() {
    assert_eq!(beside(Path::new("a/codegen.toml"), "names.lock"), Path::new("a/names.lock"));
    assert_eq!(beside(Path::new("a/acme.toml"), "names.lock"), Path::new("a/acme.names.lock"));
}
