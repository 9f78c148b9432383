//! Rows of `docs/hostile.md` that are about the whole process: what it costs, what it touches, what it leaves behind.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Seconds of processor time. A release build needs a quarter of what a test build does, or less.
const SECONDS: u32 = 4 * 5;

/// Kilobytes of address space.
const KILOBYTES: u32 = 512 * 1024;

const SPEC: &str = "openapi: 3.1.0
info: { title: Parcels, version: '1' }
webhooks:
  parcel.sent:
    post:
      requestBody:
        content:
          application/json:
            schema: { $ref: '#/components/schemas/a' }
components:
  schemas:
    a:
      type: object
      properties:
        type: { const: parcel.sent }
";

/// A folder with a description.
struct Case(TempDir);

impl Case {
    fn new(spec: impl AsRef<[u8]>) -> Self {
        let case = Self(TempDir::new().unwrap());
        fs::write(case.path("spec.yaml"), spec).unwrap();
        case
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    /// The command in a shell that sets these limits first.
    fn limited(&self, limits: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.current_dir(self.0.path());
        // An arena of its own for the working thread reserves 64 MiB or more of address space, used or not.
        command.env("MALLOC_ARENA_MAX", "1");
        command.args(["-c", &format!("{limits} && exec \"$@\""), "sh", env!("CARGO_BIN_EXE_cargo-webhooks")]);
        command.args([
            "generate",
            "--spec",
            "spec.yaml",
            "--out",
            "out",
            "--receiver",
            "1.0",
            "--crate-name",
            "parcel-webhooks",
        ]);
        if self.path("overlay.yaml").exists() {
            command.args(["--overlay", "overlay.yaml"]);
        }
        command
    }

    /// Runs within the limits of time and memory; being killed for either is a failure.
    #[track_caller]
    fn run(&self) -> Output {
        let started = Instant::now();
        let output = self.limited(&format!("ulimit -t {SECONDS} && ulimit -v {KILOBYTES}")).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{:?}: {stderr}", output.status);
        // Other processes take their share of the processor, so that this only tells a run that waits for something.
        assert!(started.elapsed() < Duration::from_mins(5), "it waits for something");
        output
    }

    #[track_caller]
    fn succeeds(&self) {
        let output = self.run();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    #[track_caller]
    fn fails(&self, message: &str) {
        let output = self.run();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(
            stderr.contains(message),
            "{message:?} is not reported: {}",
            stderr.chars().take(2000).collect::<String>()
        );
        assert!(!self.path("out").exists(), "something was written");
    }
}

#[test]
fn g20_aliases_of_aliases() {
    let level =
        |index: usize| format!("a{index}: &a{index} [{}]\n", vec![format!("*a{}", index.max(1) - 1); 9].join(", "));
    let levels: String = (1..10).map(level).collect();
    let case = Case::new(format!("a0: &a0 [x]\n{levels}"));
    let output = case.limited("ulimit -t 2 && ulimit -v 131072").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    case.fails("E0104");
}

#[test]
fn g21_many_anchors_and_aliases() {
    let anchors: String = (0..60_000).map(|index| format!("  - &a{index} x\n")).collect();
    let aliases: String = (0..60_000).map(|index| format!("  - *a{index}\n")).collect();
    Case::new(format!("{SPEC}x-a:\n{anchors}{aliases}")).succeeds();
    // The target of each alias counts each time it is used.
    let large = format!("&l [{}]", "a, ".repeat(9_000));
    Case::new(format!("{SPEC}x-l: {large}\nx-a: [{}]\n", "*l, ".repeat(200))).fails("E0104");
}

#[test]
fn g25_deep_documents() {
    Case::new("- ".repeat(100_000)).fails("nested deeper than 128 levels");
    Case::new("? ".repeat(20_000)).fails("E0105");
    Case::new("{a: ".repeat(300_000)).fails("E0104");
    Case::new("[".repeat(1_000_000)).fails("E0104");
    Case::new("{\"a\":".repeat(300_000)).fails("E0104");
}

#[test]
fn g26_deep_block_mappings() {
    let levels: String = (0..2000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    Case::new(levels).fails("nested deeper than 128 levels");
}

#[test]
fn g28_what_is_not_to_be_read_to_its_end() {
    let case = Case::new("");
    fs::File::options().write(true).open(case.path("spec.yaml")).unwrap().set_len(100 << 20).unwrap();
    case.fails("is larger than");
    for target in ["/dev/zero", "/", "/dev/stdin"] {
        let case = Case::new("");
        fs::remove_file(case.path("spec.yaml")).unwrap();
        symlink(target, case.path("spec.yaml")).unwrap();
        case.fails("E0101");
    }
    let case = Case::new("");
    fs::remove_file(case.path("spec.yaml")).unwrap();
    assert!(Command::new("mkfifo").arg(case.path("spec.yaml")).status().unwrap().success());
    case.fails("not a regular file");
}

#[test]
fn g29_large_descriptions() {
    let values: String = (0..200_000).map(|index| format!("v{index}, ")).collect();
    Case::new(format!("{SPEC}        e: {{ type: string, enum: [{values}] }}\n")).fails("has more than");
    let members: String = (0..50_000).map(|index| format!("        m{index}: {{ type: string }}\n")).collect();
    Case::new(format!("{SPEC}{members}")).fails("has more than");
    let parts: String =
        (0..10).map(|part| format!("        p{part}: {{ $ref: '#/components/schemas/p{part}' }}\n")).collect();
    let part = |part: usize| {
        let uses = (0..1_000).map(|index| format!("m{index}: {{ $ref: '#/components/schemas/s{part}x{index}' }}, "));
        format!("    p{part}: {{ properties: {{ {} }} }}\n", uses.collect::<String>())
    };
    let wholes: String = (0..10).map(part).collect();
    let schema = |index: usize| {
        format!("    s{}x{}: {{ properties: {{ m{index}: {{ type: string }} }} }}\n", index / 1_000, index % 1_000)
    };
    let schemas: String = (0..10_000).map(schema).collect();
    Case::new(format!("{SPEC}{parts}{wholes}{schemas}")).succeeds();
}

#[test]
fn g29_many_mistakes() {
    let members: String = (0..1_900).map(|index| format!("        m{index}: {{ type: strnig }}\n")).collect();
    let output = Case::new(format!("{SPEC}{members}")).run();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("more than 100 findings of this kind"), "{stderr}");
    assert!(stderr.contains("1900 degraded places"), "{stderr}");
}

#[test]
fn g113_thousands_of_members() {
    let members: String =
        (1..2_000).map(|index| format!("        m{index}: {{ type: string, description: A member. }}\n")).collect();
    Case::new(format!("{SPEC}{members}")).succeeds();
}

/// A description of one event type, with this schema for a member and these components.
fn with_schemas(schema: &str, schemas: &str) -> String {
    format!("{SPEC}        v: {schema}\n{schemas}")
}

/// A component with these members, on one line.
fn component(name: &str, members: impl IntoIterator<Item = (String, String)>) -> String {
    let members = members.into_iter().map(|(name, schema)| format!("{name}: {schema}, ")).collect::<String>();
    format!("    {name}: {{ type: object, properties: {{ {members}}} }}\n")
}

fn reference(name: &str) -> String {
    format!("{{ $ref: '#/components/schemas/{name}' }}")
}

#[test]
fn g140_schemas_that_are_merged_in_many_ways() {
    // Cycles whose lengths have no common divisor meet in as many combinations as the product of the lengths.
    let lengths = [2, 3, 5, 7, 11, 13];
    let cycles: String = lengths
        .iter()
        .flat_map(|length| (0..*length).map(move |at| (length, at)))
        .map(|(length, at)| {
            let next = reference(&format!("c{length}x{}", (at + 1) % length));
            component(&format!("c{length}x{at}"), [("p".to_owned(), next)])
        })
        .collect();
    let all: String = lengths.iter().map(|length| reference(&format!("c{length}x0")) + ", ").collect();
    Case::new(with_schemas(&format!("{{ allOf: [{all}] }}"), &cycles)).fails("--limit merges=");
    // Each member doubles the number of combinations.
    let last = component("q40", [("z".to_owned(), "{ type: string }".to_owned())]);
    let automaton: String = (1..40)
        .map(|at| {
            let next = reference(&format!("q{}", at + 1));
            component(&format!("q{at}"), [("a".to_owned(), next.clone()), ("b".to_owned(), next)])
        })
        .collect();
    let both = format!("{{ allOf: [{}, {}] }}", reference("q0"), reference("q1"));
    let first = component("q0", [("a".to_owned(), both), ("b".to_owned(), reference("q0"))]);
    let output = Case::new(with_schemas(&reference("q0"), &format!("{first}{automaton}{last}"))).run();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("this goes beyond the limit") && stderr.contains("--> spec.yaml:"), "{stderr}");
}

#[test]
fn g141_one_base_in_many_types() {
    let text = || "{ type: string }".to_owned();
    let uses = |base: &str, count: usize| {
        let one = |index| format!("m{index}: {{ allOf: [{}, {{ required: [r{index}] }}] }}, ", reference(base));
        format!("{{ properties: {{ {} }} }}", (0..count).map(one).collect::<String>())
    };
    let base = component("base", (0..500).map(|index| (format!("m{index}"), text())));
    Case::new(with_schemas(&uses("base", 100), &base)).fails("--limit all-members=");
    // Each use has alternatives of its own.
    let alternatives: String = (0..120).map(|index| reference(&format!("a{index}")) + ", ").collect();
    let schemas: String =
        (0..120).map(|index| component(&format!("a{index}"), [(format!("a{index}"), text())])).collect();
    let base = format!("    base: {{ oneOf: [{alternatives}] }}\n{schemas}");
    Case::new(with_schemas(&uses("base", 110), &base)).fails("--limit types=");
    let values: String = (0..5_000).map(|index| format!("v{index}, ")).collect();
    let base = format!("    base: {{ type: string, enum: [{values}] }}\n");
    let formats: String = (0..500)
        .map(|index| format!("m{index}: {{ allOf: [{}, {{ format: f{index} }}] }}, ", reference("base")))
        .collect();
    Case::new(with_schemas(&format!("{{ properties: {{ {formats} }} }}"), &base)).fails("--limit all-members=");
    // Both lists are compared each time.
    let others: String = (0..5_000).map(|index| format!("w{index}, ")).collect();
    let both = base + &format!("    other: {{ type: string, enum: [v0, v1, {others}] }}\n");
    let formats: String = (0..1_000)
        .map(|index| {
            let both = format!("{}, {}", reference("base"), reference("other"));
            format!("m{index}: {{ allOf: [{both}, {{ format: f{index} }}] }}, ")
        })
        .collect();
    Case::new(with_schemas(&format!("{{ properties: {{ {formats} }} }}"), &both)).fails("--limit output-bytes=");
}

#[test]
fn g142_texts_in_many_types() {
    let members = |schema: &str, count: usize| {
        let one = |index| format!("m{index}: {schema}, ");
        format!("{{ properties: {{ {} }} }}", (0..count).map(one).collect::<String>())
    };
    let described = format!("    base: {{ type: string, description: '{}' }}\n", "word ".repeat(5_000));
    Case::new(with_schemas(&members(&reference("base"), 1_500), &described)).fails("--limit output-bytes=");
    let long: String = (0..40).map(|index| format!("{}{index}: {{ type: string }}, ", "x".repeat(1_000))).collect();
    let base = format!("    base: {{ properties: {{ {long} }} }}\n");
    let own = format!("{{ allOf: [{}, {{ required: [a] }}] }}", reference("base"));
    Case::new(with_schemas(&members(&own, 300), &base)).fails("--limit output-bytes=");
}

const START: &str = "openapi: 3.1.0\ninfo: { title: Parcels, version: '1' }\nwebhooks:\n";

#[test]
fn g143_what_many_webhooks_share() {
    let shared = |count: usize, operation: &str| {
        let webhooks: String = (0..count).map(|index| format!("  e{index}: {{ $ref: '#/x-p' }}\n")).collect();
        format!("{START}{webhooks}x-p: {{ post: {{ {operation} }} }}\n")
    };
    let body = |media: &str| format!("requestBody: {{ content: {{ application/json: {{ {media} }} }} }}");
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();

    let headers = many(1_500, &|index| format!("{{ in: header, name: h{index} }}, "));
    let object = body("schema: { type: object }");
    Case::new(shared(1_500, &format!("{object}, parameters: [{headers}]"))).fails("--limit all-members=");
    let texts = many(2_000, &|index| format!("k{index}: a.b, "));
    Case::new(shared(1_500, &format!("{object}, x-a: {{ {texts} }}"))).fails("--limit all-members=");
    let examples = many(1_000, &|index| format!("k{index}: {{ value: {{}} }}, "));
    let several = body(&format!("schema: {{ type: object }}, examples: {{ {examples} }}"));
    Case::new(shared(2_000, &several)).fails("--limit all-members=");
    let event_types = many(4_000, &|index| format!("e{index}, "));
    let listed = body(&format!("schema: {{ properties: {{ type: {{ enum: [{event_types}] }} }} }}"));
    Case::new(shared(1_000, &listed)).fails("--limit candidates=");
    let stating = |index| {
        let media = format!(
            "schema: {{ properties: {{ type: {{ const: e{index} }} }} }}, examples: {{ a: {{ $ref: '#/x-e' }} }}"
        );
        format!("  e{index}: {{ post: {{ {} }} }}\n", body(&media))
    };
    let webhooks = many(600, &stating);
    let example = format!("x-e: {{ value: {{ a: [{}] }} }}\n", "0, ".repeat(15_000));
    Case::new(format!("{START}{webhooks}{example}")).fails("--limit output-bytes=");
}

#[test]
fn g144_limits_for_the_crate_can_be_raised() {
    let case = Case::new(with_schemas("{ allOf: [{ $ref: '#/components/schemas/a' }, { required: [r] }] }", ""));
    for (limit, too_few) in
        [("types", 1), ("merges", 1), ("all-members", 2), ("candidates", 1), ("checks", 1), ("output-bytes", 1_000)]
    {
        let run = |number: usize| {
            let output = case.limited("true").args(["--limit", &format!("{limit}={number}"), "--dry-run"]).output();
            let output = output.unwrap();
            (output.status.code(), String::from_utf8(output.stderr).unwrap())
        };
        let (code, stderr) = run(too_few);
        assert!(code == Some(1) && stderr.contains("error[E0104]") && stderr.contains(limit), "{limit}: {stderr}");
        let (code, stderr) = run(too_few * 100);
        assert_eq!(code, Some(0), "{limit}: {stderr}");
    }
}

#[test]
fn g145_layers_of_schemas_beside_a_base() {
    let layer = |at: usize| {
        let references: String = (0..6).map(|index| reference(&format!("l{}x{index}", at + 1)) + ", ").collect();
        (0..6).map(|index| format!("    l{at}x{index}: {{ allOf: [{references}] }}\n")).collect::<String>()
    };
    let layers: String = (0..9).map(layer).collect();
    let base = "    base: { discriminator: { propertyName: k }, properties: { k: { type: string } } }\n";
    let ends: String = (0..6)
        .map(|index| {
            // One way leads to the base.
            if index == 0 {
                format!("    l9x0: {{ allOf: [{}] }}\n", reference("far"))
            } else {
                format!("    l9x{index}: {{}}\n")
            }
        })
        .collect();
    Case::new(with_schemas(&reference("base"), &format!("{base}    far: {{}}\n{layers}{ends}"))).succeeds();
}

#[test]
fn g146_responses_that_lead_through_many_references() {
    let webhooks: String = (0..150).map(|index| format!("  e{index}: {{ $ref: '#/x-p' }}\n")).collect();
    let responses: String = (0..150).map(|index| format!("'{}': {{ $ref: '#/x-r0' }}, ", 200 + index)).collect();
    let chain: String = (0..100).map(|index| format!("x-r{index}: {{ $ref: '#/x-r{}' }}\n", index + 1)).collect();
    let shared = |responses: &str| {
        let body = "requestBody: { content: { application/json: { schema: { type: object } } } }";
        format!("{START}{webhooks}x-p: {{ post: {{ {body}, responses: {{ {responses} }} }} }}\n{chain}x-r100: {{}}\n")
    };
    let output = Case::new(shared(&responses)).run();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("E0104"));
    let many: String = (0..1_000).map(|index| format!("x{index}: {{}}, ")).collect();
    Case::new(shared(&many)).fails("--limit all-members=");
}

#[test]
fn g121_obstacles_in_the_output_folder() {
    // Somebody else's files.
    let case = Case::new(SPEC);
    fs::create_dir_all(case.path("out/src")).unwrap();
    fs::write(case.path("out/src/lib.rs"), "mine").unwrap();
    assert_eq!(case.run().status.code(), Some(1));
    assert_eq!(fs::read_to_string(case.path("out/src/lib.rs")).unwrap(), "mine");
    assert_eq!(fs::read_dir(case.path("out")).unwrap().count(), 1);
    // A symbolic link, to the folder or in it.
    let case = Case::new(SPEC);
    fs::create_dir(case.path("elsewhere")).unwrap();
    symlink("elsewhere", case.path("out")).unwrap();
    assert_eq!(case.run().status.code(), Some(1));
    fs::remove_file(case.path("out")).unwrap();
    fs::create_dir(case.path("out")).unwrap();
    symlink("../elsewhere", case.path("out/src")).unwrap();
    assert_eq!(case.run().status.code(), Some(1));
    assert_eq!(fs::read_dir(case.path("elsewhere")).unwrap().count(), 0);
    // A file in the folder's place.
    let case = Case::new(SPEC);
    fs::write(case.path("out"), "mine").unwrap();
    assert_eq!(case.run().status.code(), Some(1));
}

#[test]
fn g121_a_disk_that_is_full() {
    let case = Case::new(SPEC);
    case.succeeds();
    let old = contents(&case.path("out"));
    fs::write(
        case.path("spec.yaml"),
        format!("{SPEC}        more: {{ type: string, description: '{}' }}\n", "a ".repeat(9_000)),
    )
    .unwrap();
    // A file may have 1024 bytes, in place of a disk without space: writing fails in the middle.
    let output = case.limited("trap '' XFSZ && ulimit -f 2").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("E0501"));
    assert_eq!(contents(&case.path("out")), old, "the old crate is whole, and nothing is left beside it");
}

#[test]
fn g121_a_folder_that_is_read_only() {
    let case = Case::new(SPEC);
    fs::create_dir(case.path("out")).unwrap();
    fs::set_permissions(case.path("out"), fs::Permissions::from_mode(0o555)).unwrap();
    // The administrator may write anyway.
    let may_write = fs::write(case.path("out/probe"), "").is_ok() && fs::remove_file(case.path("out/probe")).is_ok();
    assert_eq!(case.run().status.code(), Some(i32::from(!may_write)));
}

/// The files of a folder, with their content.
fn contents(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                files.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn g123_the_same_bytes_wherever_it_runs() {
    let run = |variables: &[(&str, &str)]| {
        let case = Case::new(SPEC);
        let output = case.limited("true").env_clear().envs(variables.iter().copied()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let root = case.path("out");
        contents(&root)
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(&root).unwrap().to_owned(), bytes))
            .collect::<Vec<_>>()
    };
    let plain = run(&[]);
    assert_eq!(
        plain,
        run(&[("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati"), ("USER", "canary"), ("HOME", "/canary")])
    );
    assert!(!plain.iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains("canary")));
}

#[test]
fn g125_no_program_is_started() {
    // Whatever is first on the path would be, and would be found out.
    let case = Case::new(SPEC);
    fs::create_dir(case.path("bin")).unwrap();
    for program in ["rustfmt", "cargo", "rustc", "git", "sh"] {
        let path = case.path(&format!("bin/{program}"));
        fs::write(&path, "#!/bin/true\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::write(case.path("rustfmt.toml"), "hard_tabs = true\nmax_width = 20\n").unwrap();
    let plain = Case::new(SPEC);
    plain.succeeds();
    let mut command = case.limited("true");
    let wrapper = case.path("bin/rustc");
    command.env("PATH", case.path("bin")).env("RUSTC_WRAPPER", &wrapper).env("RUSTFMT", &wrapper);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let relative = |case: &Case| {
        let root = case.path("out");
        contents(&root)
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(&root).unwrap().to_owned(), bytes))
            .collect::<Vec<_>>()
    };
    assert_eq!(relative(&case), relative(&plain));
}

/// The output of `strace` for a run; `None` if `strace` is not installed.
#[cfg(target_os = "linux")]
#[test]
fn g131_no_socket_no_program_no_file_outside() {
    let case = Case::new(SPEC.replace("$ref: '#/components/schemas/a'", "$ref: 'https://example.com/a.yaml'"));
    let inside = Case::new(SPEC);
    for case in [&inside, &case] {
        let trace = case.path("trace");
        let mut command = Command::new("strace");
        // Cargo has the loader look in its own folders first.
        command.env_remove("LD_LIBRARY_PATH");
        command
            .current_dir(case.0.path())
            .arg("-f")
            .arg("-o")
            .arg(&trace)
            .args(["-e", "trace=network,process,openat,open"]);
        command.arg(env!("CARGO_BIN_EXE_cargo-webhooks")).args([
            "generate",
            "--spec",
            "spec.yaml",
            "--out",
            "out",
            "--receiver",
            "1.0",
            "--crate-name",
            "parcel-webhooks",
        ]);
        let Ok(output) = command.output() else {
            eprintln!("strace is not installed; docs/hostile.md describes a run with it");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let trace = fs::read_to_string(trace).unwrap();
        let folder = case.0.path().to_string_lossy().into_owned();
        for line in trace.lines() {
            let call = line.split_once(' ').map_or(line, |(_, call)| call.trim_start());
            for forbidden in ["socket(", "connect(", "sendto(", "fork(", "vfork("] {
                assert!(!call.starts_with(forbidden), "{line}");
            }
            // The thread with a large stack, but no other process.
            assert!(!call.starts_with("clone") || call.contains("CLONE_THREAD"), "{line}");
            if call.starts_with("open") {
                let path = call.split('"').nth(1).unwrap_or_default();
                // What the system's loader and the standard library open for every program.
                let system = ["/etc/ld.so", "/lib", "/usr/lib", "/proc/self/", "/sys/fs/cgroup"]
                    .iter()
                    .any(|start| path.starts_with(start));
                // The workspace that the folder lies in, which Cargo looks for in the same way.
                let workspace = path.strip_suffix("Cargo.toml").is_some_and(|root| folder.starts_with(root));
                assert!(
                    system || workspace || !path.starts_with('/') && !path.contains("../") || path.starts_with(&folder),
                    "{line}"
                );
            }
        }
        assert_eq!(trace.matches("execve(").count(), 1, "no program but itself");
    }
}

#[test]
fn g132_an_emitted_crate_depends_on_the_receiver_alone() {
    let case = Case::new(SPEC);
    case.succeeds();
    let manifest = fs::read_to_string(case.path("out/Cargo.toml")).unwrap();
    let dependencies: Vec<&str> = manifest
        .split("dependencies]\n")
        .skip(1)
        .flat_map(|table| table.lines().take_while(|line| !line.is_empty()))
        .filter_map(|line| line.split_once(" =").map(|(name, _)| name))
        .collect();
    assert_eq!(dependencies, ["webhook-receiver", "webhook-receiver"], "{manifest}");
    assert!(!manifest.contains("build =") && !manifest.contains("proc-macro"), "{manifest}");
    let files = contents(&case.path("out"));
    assert!(!files.iter().any(|(path, _)| path.ends_with("build.rs")));
    let library =
        files.iter().find(|(path, _)| path.ends_with("src/lib.rs")).map(|(_, text)| String::from_utf8_lossy(text));
    assert!(library.unwrap_or_default().contains("#![forbid(unsafe_code)]"));
}

#[test]
fn g133_queries_that_multiply() {
    // Three ways down to every node of a large description.
    let lists = (0..100).fold("{}".to_owned(), |inner, _| format!("[{inner}, {}]", "{}, ".repeat(100)));
    let case = Case::new(format!("{SPEC}x-a: {lists}\n"));
    let overlay = |target: &str| {
        format!(
            "overlay: 1.1.0\ninfo: {{ title: a, version: '1' }}\nactions: [{{ target: '{target}', update: {{ a: 1 }} }}]\n"
        )
    };
    fs::write(case.path("overlay.yaml"), overlay("$..*..*..*")).unwrap();
    case.fails("the target selects");
    fs::write(case.path("overlay.yaml"), overlay("$..[?@..*..*..*]")).unwrap();
    case.fails("visit more than 10000000 nodes");
}
