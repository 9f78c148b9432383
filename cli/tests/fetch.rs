//! `cargo webhooks fetch`, with servers on the loopback interface.

#![cfg(feature = "fetch")]

#[path = "support/server.rs"]
mod server;
#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::fs;
use std::io::Write as _;
use std::process::Command;

use serde_json::Value;
use server::{Reply, Server};
use support::{Folder, OVERLAY, Run, SPEC};

/// A vendor that publishes a description, and a project that has its address.
struct Vendor {
    folder: Folder,
    server: Server,
}

impl Vendor {
    fn new() -> Self {
        let vendor = Self { folder: Folder::new(), server: Server::new() };
        vendor.configure("");
        vendor
    }

    /// With more lines in the table `[fetch]`.
    fn configure(&self, more: &str) {
        let url = self.server.url("/api/openapi.yaml");
        self.folder.write("acme/codegen.toml", &format!("spec = \"acme.yaml\"\n[fetch]\nurl = \"{url}\"\n{more}"));
    }

    fn publish(&self, reply: Reply) {
        self.server.has("/api/openapi.yaml", reply);
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = self.folder.command(".", &format!("fetch --config acme/codegen.toml {arguments}"));
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command
    }

    fn fetch(&self) -> Run {
        Run::of(&mut self.command(""))
    }

    fn check(&self) -> Run {
        Run::of(&mut self.command("--check"))
    }

    /// The description fails to be fetched with this message, and nothing changes.
    #[track_caller]
    fn fails(&self, arguments: &str, message: &str) -> Run {
        // Folders, too.
        let names = || fs::read_dir(self.folder.path("acme")).unwrap().count();
        let before = (self.folder.files("."), names());
        let run = Run::of(&mut self.command(arguments)).exits(1).reports(message);
        assert_eq!((self.folder.files("."), names()), before, "something was written");
        run
    }
}

/// The second version of the description.
fn second() -> String {
    SPEC.replace("version: \"1\"", "version: \"2\"").replace("weight: { type: integer }", "weight: { type: number }")
}

#[test]
fn a_new_version_replaces_the_old_one() {
    let vendor = Vendor::new();
    let dated = Reply::ok(SPEC).etag("\"one\"").header("date", "Sun, 01 Nov 2026 10:01:00 GMT");
    vendor.publish(dated.header("last-modified", "Sun, 01 Nov 2026 10:00:00 GMT"));
    vendor
        .check()
        .exits(3)
        .reports("has something new for `acme/acme.yaml`, version `1`; run the command without `--check`");
    assert!(!vendor.folder.path("acme/acme.yaml").exists());
    vendor
        .fetch()
        .exits(0)
        .reports("`acme/acme.yaml` was fetched from")
        .reports("version `1`: 1 file written, 0 removed");
    assert_eq!(vendor.folder.read("acme/acme.yaml"), SPEC);
    let record = vendor.folder.read("acme/acme.yaml.fetched.toml");
    for part in [
        "# Where `acme.yaml` comes from. Written by `cargo webhooks fetch`: commit it",
        &format!("url = \"{}\"", vendor.server.url("/api/openapi.yaml")),
        "version = \"1\"",
        "etag = '\"one\"'",
        "last-modified = \"Sun, 01 Nov 2026 10:00:00 GMT\"",
    ] {
        assert!(record.contains(part), "{part} is not in {record}");
    }
    let digits = record.split("sha256 = \"").nth(1).unwrap();
    assert_eq!(digits.find('"'), Some(64), "{record}");

    // The server is asked whether there is a new version, and nothing is written, not even a date.
    vendor.server.requests();
    let files = vendor.folder.files(".");
    vendor
        .fetch()
        .exits(0)
        .reports("`acme/acme.yaml`: the vendor's file is unchanged since it was fetched on 20")
        .reports("version `1`");
    vendor.check().exits(0).reports("is unchanged since");
    let requests = vendor.server.requests();
    for header in
        ["if-none-match: \"one\"", "if-modified-since: sun, 01 nov 2026 10:00:00 gmt", "user-agent: cargo-webhooks/"]
    {
        assert!(requests.iter().all(|request| request.contains(header)), "{header}: {requests:?}");
    }
    // A server that does not know validators sends the same again.
    vendor.publish(Reply::ok(SPEC));
    vendor.fetch().exits(0).reports("is unchanged since");
    assert_eq!(vendor.folder.files("."), files);

    vendor.publish(Reply::ok(second()).etag("\"two\""));
    vendor.check().exits(3).reports("version `1` → `2`");
    assert_eq!(vendor.folder.files("."), files);
    vendor.fetch().exits(0).reports("version `1` → `2`: 1 file written");
    assert_eq!(vendor.folder.read("acme/acme.yaml"), second());
    vendor.check().exits(0);

    let json = Run::of(&mut vendor.command("--check --message-format json")).exits(0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let fetch = &json["fetch"];
    assert_eq!((&fetch["end"], &fetch["version"]), (&"unchanged".into(), &"2".into()), "{json}");
    // What is here is asked for without a condition if it is not what was fetched.
    fs::remove_file(vendor.folder.path("acme/acme.yaml")).unwrap();
    vendor.check().exits(3);
    vendor.fetch().exits(0);
    assert_eq!(vendor.folder.read("acme/acme.yaml"), second());
}

/// A time has seconds. What was changed just now may change again in the same second.
#[test]
fn a_file_that_was_modified_just_now_is_asked_for_without_a_condition() {
    const MODIFIED: &str = "Sun, 01 Nov 2026 10:00:00 GMT";
    let vendor = Vendor::new();
    let asks = |date: &str| {
        let _ = fs::remove_file(vendor.folder.path("acme/acme.yaml.fetched.toml"));
        let _ = fs::remove_file(vendor.folder.path("acme/acme.yaml"));
        vendor.publish(Reply::ok(SPEC).header("date", date).header("last-modified", MODIFIED));
        vendor.fetch().exits(0);
        vendor.server.requests();
        vendor.fetch().exits(0);
        vendor.server.requests().iter().any(|request| request.contains("if-modified-since: "))
    };
    assert!(!asks("Sun, 01 Nov 2026 10:00:00 GMT"));
    assert!(!asks("Sun, 01 Nov 2026 10:00:59 GMT"));
    assert!(asks("Sun, 01 Nov 2026 10:01:00 GMT"));
    // Without a date, the time is that of this machine.
    vendor.publish(Reply::ok(second()).header("last-modified", "Thu, 01 Jan 2099 00:00:00 GMT"));
    vendor.fetch().exits(0);
    assert!(!vendor.folder.read("acme/acme.yaml.fetched.toml").contains("last-modified"));
    vendor.publish(Reply::ok(SPEC).header("last-modified", "Sat, 01 Jan 2000 00:00:00 GMT"));
    vendor.fetch().exits(0);
    assert!(vendor.folder.read("acme/acme.yaml.fetched.toml").contains("last-modified"));
}

#[test]
fn edits_are_not_overwritten() {
    let vendor = Vendor::new();
    vendor.publish(Reply::ok(SPEC));
    let edited = SPEC.replace("title: Parcels", "title: Edited");
    // A file that was never fetched is not known to be the vendor's.
    vendor.folder.write("acme/acme.yaml", &edited);
    vendor
        .fails("", "error[E0502]: `acme/acme.yaml` was not fetched, and `http://localhost:")
        .reports("acme/codegen.toml:3:7");
    vendor
        .check()
        .exits(3)
        .reports("note: `acme/acme.yaml` was not fetched, and the vendor has something else: compare the two\n")
        .reports("run the command with `--overwrite` instead of `--check`");
    vendor.folder.write("acme/acme.yaml", SPEC);
    vendor.fetch().exits(0).reports("is what").reports("version `1`");
    assert!(vendor.folder.read("acme/acme.yaml.fetched.toml").contains("version = \"1\""));

    // While the vendor has nothing new, an edit is no obstacle.
    vendor.folder.write("acme/acme.yaml", &edited);
    vendor.check().exits(0).reports("note: `acme/acme.yaml` was edited here, but not by the vendor");
    vendor.fetch().exits(0);
    assert_eq!(vendor.folder.read("acme/acme.yaml"), edited);
    vendor.publish(Reply::ok(second()));
    vendor
        .check()
        .exits(3)
        .reports("note: `acme/acme.yaml` was edited after the last fetch: move the changes to an overlay\n")
        .reports("run the command with `--overwrite` instead of `--check`");
    vendor
        .fails("", "error[E0502]: `acme/acme.yaml` was edited after the last fetch; not overwritten")
        .reports("move the changes to an overlay, then run the command with `--overwrite`");
    Run::of(&mut vendor.command("--overwrite")).exits(0);
    assert_eq!(vendor.folder.read("acme/acme.yaml"), second());
    // Other line endings are no edit.
    vendor.folder.write("acme/acme.yaml", &second().replace('\n', "\r\n"));
    vendor.publish(Reply::ok(SPEC));
    vendor.fetch().exits(0);
    assert_eq!(vendor.folder.read("acme/acme.yaml"), SPEC);

    vendor.folder.write("acme/acme.yaml.fetched.toml", "<<<<<<< ours\n");
    vendor
        .fails("", "error[E0102]: `acme/acme.yaml.fetched.toml` is damaged: ")
        .reports("restore the file, or remove it");
}

#[test]
fn what_is_not_a_description_replaces_nothing() {
    let vendor = Vendor::new();
    for (reply, messages) in [
        (Reply::status("404 Not Found"), ["answers 404 Not Found", "the vendor may have moved"]),
        (Reply::status("401 Unauthorized"), ["answers 401 Unauthorized", "[fetch.headers]"]),
        (Reply::status("503 Service Unavailable"), ["answers 503 Service Unavailable", "run the command again later"]),
        (Reply::status("304 Not Modified"), ["answers 304 Not Modified", ""]),
        (Reply::ok(""), ["answers without content", ""]),
        (
            Reply::ok("\n<!DOCTYPE html><title>Login</title>"),
            ["answers with a web page, not with a description", "login"],
        ),
        (Reply::ok("openapi: ["), ["error[E0102]", "nothing was written"]),
        (Reply::ok("plain text"), ["error[E0102]: a description must be an object", "cannot be used"]),
        (Reply::ok("{\"message\": \"hello\"}"), ["error[E0601]", "cannot be used"]),
        (
            Reply::ok("openapi: 3.1.0\ninfo: { title: A, version: '1' }\npaths: {}\n"),
            ["error[E0602]", "cannot be used"],
        ),
        (Reply::ok(SPEC).header("content-length", "100000"), ["ended before the whole answer was read", "again"]),
        (Reply::ok("not gzip").header("content-encoding", "gzip"), ["is not valid gzip", ""]),
        (Reply::ok(SPEC).header("content-encoding", "br"), ["is compressed with `br`", ""]),
        (Reply::redirect("/api/openapi.yaml"), ["redirects more than 5 times", "set the one that it ends at"]),
        (Reply::status("302 Found"), ["answers 302 Found without a valid `location`", ""]),
        (Reply::redirect("ftp://acme.example/a"), ["has the scheme `ftp`; only `https` is fetched", ""]),
        (Reply::redirect("http://acme.example/a"), ["is not encrypted", "allow-http = true"]),
        (Reply::redirect("https://user:secret@acme.example/"), ["which contains a user or a password", ""]),
    ] {
        vendor.publish(reply);
        let run = vendor.fails("", messages[0]);
        assert!(run.stderr.contains(messages[1]), "{} is not in {run:#?}", messages[1]);
    }
    // An address without a server.
    let url = "http://127.0.0.1:1/a.yaml";
    vendor.folder.write("acme/codegen.toml", &format!("spec = \"acme.yaml\"\n[fetch]\nurl = \"{url}\"\n"));
    vendor.fails("", &format!("the host of `{url}` refuses connections")).reports("acme/codegen.toml:3:7");
}

#[test]
fn an_old_description_stays_if_the_new_one_is_invalid() {
    let vendor = Vendor::new();
    vendor.publish(Reply::ok(SPEC).etag("\"one\""));
    vendor.fetch().exits(0);
    vendor.publish(Reply::ok("openapi: 3.1.0\n"));
    vendor.fails("", "error[E0101]: what").reports("has cannot be used; `acme/acme.yaml` is as before");
    vendor.fails("--check", "cannot be used");
    vendor.publish(Reply::ok(SPEC).etag("\"one\""));
    vendor.fetch().exits(0).reports("is unchanged");
}

#[test]
fn size_and_time_are_limited() {
    let vendor = Vendor::new();
    vendor.publish(Reply::ok(SPEC));
    vendor.fails("--limit file-bytes=100", "is larger than 100 bytes").reports("`--limit file-bytes=…`");
    // A length that is not true, and one that is not stated.
    vendor.publish(Reply::ok(vec![b' '; 2000]).header("content-length", "99999999999"));
    vendor.fails("--limit file-bytes=1000", "is larger than 1000 bytes");
    // It is small until it is decompressed.
    vendor.publish(Reply::ok(gzip(&vec![b' '; 100_000])).header("content-encoding", "gzip"));
    vendor.fails("--limit file-bytes=1000", "is larger than 1000 bytes");

    vendor.publish(Reply::silence());
    vendor.fails("--timeout 0.1", "did not answer within 0.1 s").reports("`--timeout SECONDS`");
    Run::of(&mut vendor.command("--timeout 0")).exits(2).reports("not a positive number of seconds");
}

#[test]
fn redirects_are_followed_without_credentials() {
    let vendor = Vendor::new();
    let elsewhere = Server::new();
    vendor.configure("headers = { authorization = \"ACME_AUTHORIZATION\", x-key = \"ACME_KEY\" }\n");
    vendor
        .fails(
            "",
            "error[E0401]: the environment variable `ACME_AUTHORIZATION`, for the header `authorization`, is not set",
        )
        .reports("acme/codegen.toml:4:13");
    let fetch = |key: &str| {
        let mut command = vendor.command("");
        Run::of(command.env("ACME_AUTHORIZATION", "Bearer s3cret").env("ACME_KEY", key))
    };
    let run = fetch("a\nb").exits(1).reports("`ACME_KEY`, for the header `x-key`, is not the value of a header");
    assert!(!run.stderr.contains("a\nb"));

    vendor.publish(Reply::redirect("/moved.yaml"));
    vendor.server.has("/moved.yaml", Reply::redirect(&elsewhere.url("/final.yaml?signature=x")));
    elsewhere.has("/final.yaml?signature=x", Reply::ok(SPEC));
    fetch("k3y").exits(0);
    let own = vendor.server.requests();
    assert_eq!(own.len(), 2);
    assert!(
        own.iter().all(|request| request.contains("authorization: bearer s3cret") && request.contains("x-key: k3y"))
    );
    let foreign = elsewhere.requests();
    assert!(foreign.len() == 1 && !foreign[0].contains("s3cret") && !foreign[0].contains("k3y"), "{foreign:?}");
    // Neither they nor the signed address are on disk.
    let files = vendor.folder.files(".");
    assert!(
        files.values().all(|text| !text.contains("s3cret") && !text.contains("k3y") && !text.contains("signature="))
    );

    vendor.publish(Reply::status("403 Forbidden"));
    fetch("k3y").exits(1).reports("check the environment variables that `[fetch.headers]` names");
}

#[test]
fn connections_are_encrypted() {
    let vendor = Vendor::new();
    let certificate = vendor.folder.path("certificate.pem");
    let server = Server::encrypted(&certificate);
    let url = server.url("/a.yaml");
    vendor.folder.write("acme/codegen.toml", &format!("spec = \"acme.yaml\"\n[fetch]\nurl = \"{url}\"\n"));
    server.has("/a.yaml", Reply::ok(SPEC));
    // The system does not know the certificate.
    vendor.fails("", "certificate");
    let trusting = || Run::of(vendor.command("").env("SSL_CERT_FILE", &certificate).env_remove("SSL_CERT_DIR"));
    trusting().exits(0).reports("was fetched from `https://localhost:");
    // An encrypted address does not lead to one that is not.
    server.has("/a.yaml", Reply::redirect(&vendor.server.url("/a.yaml")));
    vendor.server.has("/a.yaml", Reply::ok(second()));
    trusting().exits(1).reports("which is not encrypted");
    assert!(vendor.server.requests().is_empty());

    vendor.folder.write("acme/codegen.toml", "spec = \"acme.yaml\"\n[fetch]\nurl = \"http://acme.example/a.yaml\"\n");
    vendor
        .fails("", "is not encrypted: anyone on the way can change what is fetched")
        .reports("`allow-http = true` in `[fetch]`");
}

#[test]
fn a_proxy_is_used_except_for_this_machine() {
    let vendor = Vendor::new();
    let address = "http://acme.example/a.yaml";
    vendor.folder.write(
        "acme/codegen.toml",
        &format!("spec = \"acme.yaml\"\n[fetch]\nurl = \"{address}\"\nallow-http = true\n"),
    );
    let proxy = vendor.server.url("");
    vendor.server.has("acme.example:80", Reply::status("200 OK"));
    vendor.server.has("/a.yaml", Reply::ok(SPEC));
    Run::of(vendor.command("").env("HTTP_PROXY", &proxy)).exits(0);
    let requests = vendor.server.requests();
    assert!(requests.len() == 2 && requests[0].starts_with("connect acme.example:80 "), "{requests:?}");
    for (name, value) in [("NO_PROXY", "acme.example"), ("HTTPS_PROXY", &*proxy)] {
        let mut command = vendor.command("--timeout 5");
        if name == "NO_PROXY" {
            command.env("HTTP_PROXY", &proxy);
        }
        Run::of(command.env(name, value)).exits(1);
        assert!(vendor.server.requests().is_empty(), "{name}");
    }
    let run = Run::of(vendor.command("").env("HTTP_PROXY", "http://user:s3cret@ /")).exits(1);
    let run = run.reports("the environment variable `HTTP_PROXY` is not the address of a proxy");
    assert!(!run.stderr.contains("s3cret"));

    vendor.configure("");
    vendor.publish(Reply::ok(second()));
    Run::of(vendor.command("").env("ALL_PROXY", "http://127.0.0.1:1")).exits(0);
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn gzip_is_decompressed() {
    let vendor = Vendor::new();
    vendor.publish(Reply::ok(gzip(SPEC.as_bytes())).header("content-encoding", "gzip"));
    vendor.fetch().exits(0);
    assert_eq!(vendor.folder.read("acme/acme.yaml"), SPEC);
    assert!(vendor.server.requests()[0].contains("accept-encoding: gzip"));
    let truncated = gzip(second().as_bytes());
    vendor.publish(Reply::ok(&truncated[..truncated.len() - 9]).header("content-encoding", "gzip"));
    vendor.fails("", "localhost");
}

/// A description in three files.
fn publish_files(vendor: &Vendor, prefix: &str) {
    let spec = SPEC.replace("#/components/schemas/parcel", "schemas/parcel.yaml#/parcel");
    let (spec, _) = spec.split_once("components:").unwrap();
    vendor.publish(Reply::ok(spec).etag("\"spec\""));
    let parcel = "parcel:\n  type: object\n  required: [eventType]\n  properties:\n    eventType: { const: parcel.sent }\n    \
                  weight: { $ref: \"../weight.json\" }\n    example: { example: { $ref: missing.yaml } }\n";
    vendor.server.has(&format!("{prefix}/schemas/parcel.yaml"), Reply::ok(parcel).etag("\"parcel\""));
    vendor.server.has(&format!("{prefix}/weight.json"), Reply::ok("{ \"type\": \"integer\" }"));
}

#[test]
fn references_are_fetched_from_the_same_folder() {
    let vendor = Vendor::new();
    publish_files(&vendor, "/api");
    vendor.fetch().exits(0).reports("3 files written");
    assert_eq!(vendor.folder.read("acme/weight.json"), "{ \"type\": \"integer\" }");
    vendor.server.requests();
    vendor.fetch().exits(0).reports("is unchanged");
    let requests = vendor.server.requests();
    let conditional = requests.iter().filter(|request| request.contains("if-none-match")).count();
    assert_eq!(conditional, 2, "{requests:?}");

    // A change in a referenced file is one of the description.
    let second = "{ \"type\": \"number\" }";
    vendor.server.has("/api/weight.json", Reply::ok(second));
    vendor.check().exits(3);
    vendor.fetch().exits(0).reports("1 file written");
    assert_eq!(vendor.folder.read("acme/weight.json"), second);

    // A file that is needed and cannot be fetched is an error; the old files stay.
    vendor.server.has("/api/weight.json", Reply::status("500 Internal Server Error"));
    vendor.fails("", "/api/weight.json` answers 500");
    vendor.server.has("/api/weight.json", Reply::status("404 Not Found"));
    vendor
        .fails("", "error[E0301]")
        .reports("not fetched: `http://localhost:")
        .reports("/api/weight.json` answers 404 Not Found");
    vendor.server.has("/api/weight.json", Reply::redirect("/other/weight.json"));
    vendor.server.has("/other/weight.json", Reply::ok("{}"));
    vendor.fails("", "out of the description's folder").reports("only from its own origin and folder");

    // What is no longer referenced is removed.
    vendor.publish(Reply::ok(SPEC));
    vendor.fetch().exits(0).reports("1 file written, 2 removed");
    assert!(
        !vendor.folder.path("acme/weight.json").exists() && !vendor.folder.path("acme/schemas/parcel.yaml").exists()
    );
}

#[test]
fn a_description_does_not_choose_where_files_are_written() {
    let vendor = Vendor::new();
    for reference in
        ["../codegen.yaml", "codegen.toml", ".github/workflows/a.yml", "a%2F..%2F..%2Fb.yaml", "/etc/a.yaml"]
    {
        vendor.publish(Reply::ok(SPEC.replace("#/components/schemas/parcel", &format!("{reference}#/a"))));
        vendor.server.requests();
        let run = vendor.fails("", "error[E030");
        assert_eq!(vendor.server.requests().len(), 1, "{reference} was fetched: {run:#?}");
    }
    // Nor does it reach through a link, or replace a file that it did not bring.
    publish_files(&vendor, "/api");
    vendor.folder.write("acme/weight.json", "mine");
    vendor.fails("", "error[E0502]: `acme/weight.json` was not fetched, and `http://localhost:");
}

#[test]
fn another_server_is_not_asked() {
    let (vendor, elsewhere) = (Vendor::new(), Server::new());
    let foreign = format!("{}#/a", elsewhere.url("/a.yaml"));
    vendor.publish(Reply::ok(SPEC.replace("#/components/schemas/parcel", &foreign)));
    let run = Run::of(&mut vendor.command(""));
    assert!(elsewhere.requests().is_empty(), "{run:#?}");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let vendor = Vendor::new();
    publish_files(&vendor, "/api");
    vendor.folder.write("elsewhere/parcel.yaml", "mine");
    std::os::unix::fs::symlink("../elsewhere", vendor.folder.path("acme/schemas")).unwrap();
    Run::of(&mut vendor.command("--overwrite")).exits(1).reports("error[E0504]: `acme/schemas` is a symbolic link");
    assert_eq!(vendor.folder.read("elsewhere/parcel.yaml"), "mine");
    assert!(!vendor.folder.path("acme/acme.yaml").exists());
}

#[test]
fn a_root_above_the_description() {
    let vendor = Vendor::new();
    let url = vendor.server.url("/spec/v1/openapi.yaml");
    let config = format!("spec = \"v1/acme.yaml\"\nroot = \".\"\n[fetch]\nurl = \"{url}\"\n");
    vendor.folder.write("acme/codegen.toml", &config);
    vendor.server.has(
        "/spec/v1/openapi.yaml",
        Reply::ok(SPEC.replace("#/components/schemas/parcel", "../common/a.yaml#/parcel")),
    );
    vendor
        .server
        .has("/spec/common/a.yaml", Reply::ok("parcel: { properties: { eventType: { const: parcel.sent } } }\n"));
    vendor.fetch().exits(0).reports("2 files written");
    assert!(vendor.folder.read("acme/common/a.yaml").contains("parcel.sent"));
    vendor.folder.write("acme/codegen.toml", &config.replace("/v1/openapi", "/v2/openapi"));
    vendor.fails("", "the folders of the address must be those of `v1/acme.yaml`").reports("acme/codegen.toml:4:7");
}

#[test]
fn an_overlay_may_mend_a_description_or_need_mending() {
    let vendor = Vendor::new();
    let config = vendor.folder.read("acme/codegen.toml");
    vendor.folder.write("acme/codegen.toml", &format!("overlays = [\"overlay.yaml\"]\n{config}"));
    let mends = "overlay: 1.0.0\ninfo: { title: A, version: '1' }\nactions: [{ target: $.info, update: { title: A } }, \
                 { target: $, update: { openapi: 3.1.0 } }]\n";
    vendor.folder.write("acme/overlay.yaml", mends);
    vendor.publish(Reply::ok(SPEC.replace("openapi: 3.1.0", "openapi: 9")));
    vendor.fetch().exits(0);
    vendor.folder.write("acme/overlay.yaml", &OVERLAY.replace("$.info", "$.["));
    vendor.publish(Reply::ok(SPEC));
    vendor.fetch().exits(0).reports("note: the overlays do not fit this version");
}

#[test]
fn the_workspace_lists_vendors() {
    let vendor = Vendor::new();
    let folder = &vendor.folder;
    folder.write(
        "Cargo.toml",
        "[workspace]\n[workspace.metadata.webhooks]\nconfigs = [\"acme/codegen.toml\", \"b/codegen.toml\"]\n",
    );
    folder.write("b/codegen.toml", "spec = \"b.yaml\"\n");
    vendor.publish(Reply::ok(SPEC));
    let fetch = |arguments: &str| folder.webhooks(".", &format!("fetch {arguments}"));
    fetch("").exits(0).reports("`acme/acme.yaml` was fetched");
    fetch("--config b/codegen.toml")
        .exits(1)
        .reports("error[E0401]: `[fetch]` is not set")
        .reports("url = \"https://…\"");
    folder.write("b/codegen.toml", "spec = \"b.yaml\"\n[fetch]\n");
    fetch("").exits(1).reports("error[E0401]: `[fetch]` has no `url`").reports("is unchanged");
    folder.write(
        "b/codegen.toml",
        &format!("spec = \"b.yaml\"\n[fetch]\nurl = \"{}\"\n", vendor.server.url("/api/openapi.yaml")),
    );
    fetch("--check")
        .exits(3)
        .reports("`acme/acme.yaml`: the vendor's file is unchanged")
        .reports("something new for `b/b.yaml`");
}

#[test]
fn init_starts_from_an_address() {
    let vendor = Vendor::new();
    let folder = &vendor.folder;
    folder.write("receiver/Cargo.toml", "[package]\nname = \"webhook-receiver\"\n");
    let url = vendor.server.url("/api/parcels.yaml");
    let init = format!("init --spec {url} --receiver receiver");
    folder.webhooks(".", &init).exits(1).reports("answers 404 Not Found");
    let ftp = folder.webhooks(".", "init --spec ftp://127.0.0.1/parcels.yaml --receiver receiver").exits(2);
    ftp.reports("\"ftp://127.0.0.1/parcels.yaml\" must begin with `https://`; what is published in another way");
    let read = folder.webhooks(".", "overlay --spec https://acme.example/parcels.yaml").exits(2);
    read.reports("is an address, and this command reads files: `cargo webhooks init --spec ADDRESS`");
    assert!(!folder.path("codegen.toml").exists());
    vendor.server.has("/api/parcels.yaml", Reply::ok(SPEC));
    folder.webhooks(".", &init).exits(0).reports("`parcels.yaml` was fetched").reports("`parcels-webhooks`: ");
    let config = folder.read("codegen.toml");
    assert!(config.starts_with("# Settings") && config.contains("spec = \"parcels.yaml\"\n"), "{config}");
    assert!(config.contains(&format!(
        "\n[fetch]\n# Where the vendor publishes the description, for `cargo webhooks fetch`.\nurl = \"{url}\"\n"
    )));
    assert_eq!(folder.read("parcels.yaml"), SPEC);
    folder.webhooks(".", "fetch").exits(0).reports("is unchanged");
    folder.webhooks(".", "generate --check").exits(0);
    // The file exists now.
    folder.webhooks(".", &init).exits(0);
    folder
        .webhooks(".", &init.replace("parcels.yaml", "other.yaml --config codegen.toml"))
        .exits(2)
        .reports("is not for");
}
