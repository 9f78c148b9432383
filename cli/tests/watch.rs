//! `cargo webhooks generate --watch`, as a process.

#![cfg(all(feature = "watch", unix))]

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use support::{CONFIG, Folder, OVERLAY, SPEC};

/// How long a line may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command that watches.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Folder, arguments: &str) -> Self {
        let mut command = folder.command(".", &format!("generate --watch {arguments}"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let watch = Self { child, lines };
        watch.until("Watching `");
        watch
    }

    /// The lines up to one with this text.
    #[track_caller]
    fn until(&self, text: &str) -> String {
        let (start, mut all) = (Instant::now(), String::new());
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else { panic!("no {text:?} in:\n{all}") };
            all = all + &line + "\n";
            if line.contains(text) {
                return all;
            }
        }
    }

    /// A run has this text, and has ended. On a busy machine, a run before it may have seen half of a change.
    #[track_caller]
    fn shows(&self, text: &str) {
        self.until(text);
        self.until("Watching ");
    }

    fn interrupt(mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It has ended unless the test failed.
        let _ = self.child.kill();
    }
}

#[test]
fn each_input_is_followed() {
    let folder = Folder::new();
    let config = format!(
        "spec = \"api.yaml\"\noverlays = [\"more/overlay.yaml\"]\nout = \"crate\"\nreceiver = \"0.1\"\n{CONFIG}"
    );
    let (start, components) = SPEC.split_once("components:").unwrap();
    let spec = start.replace("#/components/schemas/parcel", "schemas/parcel.yaml#/components/schemas/parcel");
    folder.write("codegen.toml", &config);
    folder.write("api.yaml", &spec);
    folder.write("schemas/parcel.yaml", &format!("components:{components}"));
    folder.write("more/overlay.yaml", OVERLAY);
    let watch = Watch::start(&folder, "");
    let library = || folder.read("crate/src/lib.rs");
    assert!(library().contains("All parcels"));

    folder.write("more/overlay.yaml", &OVERLAY.replace("All parcels", "Some parcels"));
    watch.shows("`more/overlay.yaml` changed");
    assert!(library().contains("Some parcels"));

    // An editor that writes a new file and renames it over the old one, twice.
    for title in ["first", "second"] {
        folder.write(
            "codegen.toml.tmp",
            &config.replace("vendor = \"Parcels\"", &format!("vendor = \"{}\"", title.to_uppercase())),
        );
        fs::rename(folder.path("codegen.toml.tmp"), folder.path("codegen.toml")).unwrap();
        watch.shows("`codegen.toml` changed");
    }
    assert!(folder.read("crate/Cargo.toml").contains("SECOND"));

    // A referenced file in a folder of its own.
    folder.write("schemas/parcel.yaml", &format!("components:{components}").replace("weight", "mass"));
    watch.until("`schemas/parcel.yaml` changed");
    // With what it means for a receiver.
    watch.until(" from the last run to this one");
    watch.shows("deploy: ");
    assert!(folder.files("crate/src").values().any(|text| text.contains("pub mass")));

    // A mistake is shown, and mended. Nothing is generated in between.
    folder.write("api.yaml", "openapi: [\n");
    watch.shows("error[E0102]");
    let before = folder.files("crate");
    // A file that is moved away and comes back.
    fs::remove_file(folder.path("api.yaml")).unwrap();
    watch.shows("`api.yaml` does not exist");
    assert_eq!(folder.files("crate"), before);
    folder.write("api.yaml", &spec.replace("parcel.sent:", "parcel.lost:"));
    watch.shows("written");

    // A folder that is replaced by another one.
    fs::rename(folder.path("more"), folder.path("old")).unwrap();
    watch.shows("`more/overlay.yaml` does not exist");
    folder.write("new/overlay.yaml", OVERLAY);
    fs::rename(folder.path("new"), folder.path("more")).unwrap();
    watch.shows("`more/overlay.yaml` changed");
    folder.write("more/overlay.yaml", &OVERLAY.replace("All parcels", "No parcels"));
    watch.shows("`more/overlay.yaml` changed");
    assert!(library().contains("No parcels"));

    // A release in another terminal.
    folder.webhooks(".", "release --date 2026-01-31").exits(0);
    watch.shows("`released.json`, `released.md` changed");
    assert!(folder.read("crate/CHANGELOG.md").contains("\n## 0.1.0 - 2026-01-31\n"));
    assert_eq!(watch.interrupt(), Some(0));
    folder.webhooks(".", "generate --check").exits(0);
}

#[test]
fn the_manifest_of_the_workspace_is_followed() {
    let folder = Folder::new();
    let list = |configs: &str| {
        folder.write("Cargo.toml", &format!("[workspace]\n[workspace.metadata.webhooks]\nconfigs = [{configs}]\n"));
    };
    for vendor in ["acme", "globex"] {
        folder.write(&format!("{vendor}.yaml"), SPEC);
        let config = format!("spec = \"{vendor}.yaml\"\nout = \"{vendor}-webhooks\"\nreceiver = \"0.1\"\n{CONFIG}");
        folder.write(&format!("{vendor}.toml"), &config);
    }
    list("\"acme.toml\"");
    let watch = Watch::start(&folder, "");
    assert!(!folder.path("globex-webhooks").exists());
    list("\"acme.toml\", \"globex.toml");
    watch.shows("error: `Cargo.toml` is not valid");
    list("\"acme.toml\", \"globex.toml\"");
    watch.shows("`globex-webhooks`: ");
    folder.write("globex.yaml", &SPEC.replace("weight", "mass"));
    watch.shows("`globex.yaml` changed");
    assert_eq!(watch.interrupt(), Some(0));
    // What is wrong from the start ends the command.
    list("");
    folder.webhooks(".", "generate --watch").exits(2).reports("there is no `codegen.toml` here");
    folder.webhooks(".", "generate --watch --check").exits(2);
}
