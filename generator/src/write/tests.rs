use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::manifest::OwnedFiles;
use super::*;
use crate::diagnostics::{Code, Diagnostics};

const PACKAGE: &str = "acme-webhooks";

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn codes(error: &Diagnostics) -> Vec<Code> {
    error.iter().map(|diagnostic| diagnostic.code).collect()
}

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

/// Everything that is in a folder, folders with a `/` at the end.
fn tree(folder: &Path) -> Vec<String> {
    fn visit(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                found.push(format!("{name}/"));
                visit(&entry.path(), &format!("{name}/"), found);
            } else {
                found.push(name);
            }
        }
    }
    let mut found = Vec::new();
    visit(folder, "", &mut found);
    found.sort();
    found
}

#[track_caller]
fn apply(folder: &Path, emitted: &[(&str, &str)]) {
    let plan = Plan::new(folder, PACKAGE, &files(emitted)).map_err(|error| format!("{error:?}")).unwrap();
    plan.apply().unwrap();
    let again = Plan::new(folder, PACKAGE, &files(emitted)).unwrap();
    assert!(again.is_fresh(), "{}", again.diff(100));
    for (path, text) in emitted {
        assert_eq!(fs::read_to_string(folder.join(path)).unwrap(), *text);
    }
}

#[track_caller]
fn refuse(folder: &Path, emitted: &[(&str, &str)], expected: &[Code]) -> Diagnostics {
    let before = tree(folder);
    let error = Plan::new(folder, PACKAGE, &files(emitted)).expect_err("something is in the way");
    assert_eq!(codes(&error), expected);
    assert_eq!(tree(folder), before);
    error
}

#[test]
fn a_life_of_a_folder() {
    let parent = folder();
    let out = parent.path().join("deep/out");
    apply(&out, &[("Cargo.toml", "a"), ("src/lib.rs", "b"), ("src/old/mod.rs", "c"), ("tests/one.rs", "d")]);
    fs::write(out.join("Cargo.lock"), "theirs").unwrap();
    fs::write(out.join("tests/theirs.rs"), "theirs").unwrap();

    let next = [("Cargo.toml", "a"), ("src/lib.rs", "b2"), ("src/new/mod.rs", "e")];
    let plan = Plan::new(&out, PACKAGE, &files(&next)).unwrap();
    let actions: Vec<_> = plan.actions().collect();
    assert_eq!(
        actions,
        [
            (MANIFEST, Action::Change),
            ("Cargo.toml", Action::Keep),
            ("src/lib.rs", Action::Change),
            ("src/new/mod.rs", Action::Create),
            ("src/old/mod.rs", Action::Remove),
            ("tests/one.rs", Action::Remove),
        ]
    );
    assert_eq!((plan.count(Action::Remove), plan.is_fresh()), (2, false));

    apply(&out, &next);
    assert_eq!(
        tree(&out),
        [
            ".codegen-files",
            "Cargo.lock",
            "Cargo.toml",
            "src/",
            "src/lib.rs",
            "src/new/",
            "src/new/mod.rs",
            "tests/",
            "tests/theirs.rs",
        ]
    );
    let manifest = fs::read_to_string(out.join(MANIFEST)).unwrap();
    assert_eq!(
        manifest.lines().skip(2).collect::<Vec<_>>(),
        [".codegen-files", "Cargo.toml", "src/lib.rs", "src/new/mod.rs"]
    );
}

#[test]
fn the_crate_of_another_package_is_not_overwritten() {
    let out = folder();
    apply(out.path(), &[("a", "1")]);
    let other = Plan::new(out.path(), "globex-webhooks", &files(&[("a", "2")])).unwrap_err();
    expect![[r"
        error[E0502]: `out` has the generated crate `acme-webhooks`; not overwritten with `globex-webhooks`
         |
         = help: choose another folder; if the crate was renamed, change the name in `out/.codegen-files`
    "]]
    .assert_eq(&told(&other, out.path()));

    // A list of an earlier version has no name. It is taken over.
    let list = fs::read_to_string(out.path().join(MANIFEST)).unwrap();
    let list = list.replace("# package: acme-webhooks\n", "");
    fs::write(out.path().join(MANIFEST), &list).unwrap();
    apply(out.path(), &[("a", "2")]);
    assert!(fs::read_to_string(out.path().join(MANIFEST)).unwrap().contains("# package: acme-webhooks\n"));
}

#[test]
fn only_what_changed_is_written() {
    let out = folder();
    apply(out.path(), &[("a", "1"), ("b", "1")]);
    let written = |path: &str| fs::metadata(out.path().join(path)).unwrap().modified().unwrap();
    let before = [written("a"), written(MANIFEST)];
    apply(out.path(), &[("a", "1"), ("b", "2")]);
    assert_eq!([written("a"), written(MANIFEST)], before);
}

#[test]
fn line_endings_are_not_a_change() {
    let out = folder();
    apply(out.path(), &[("a", "1\n2\n")]);
    fs::write(out.path().join("a"), "1\r\n2\r\n").unwrap();
    let manifest = fs::read_to_string(out.path().join(MANIFEST)).unwrap().replace('\n', "\r\n");
    fs::write(out.path().join(MANIFEST), manifest).unwrap();
    assert!(Plan::new(out.path(), PACKAGE, &files(&[("a", "1\n2\n")])).unwrap().is_fresh());
    for (a, b) in [("a\n", "a"), ("a\rb", "a\nb"), ("a\r\r\n", "a\n")] {
        assert!(!same(a.as_bytes(), b.as_bytes()), "{a:?} {b:?}");
    }
}

#[test]
fn a_lost_file_comes_back() {
    let out = folder();
    apply(out.path(), &[("src/a", "1"), ("src/b", "1")]);
    fs::remove_file(out.path().join("src/a")).unwrap();
    apply(out.path(), &[("src/a", "1"), ("src/b", "1")]);
}

#[test]
fn an_interrupted_run_is_finished_by_the_next() {
    let out = folder();
    apply(out.path(), &[("a", "1"), ("b", "1")]);
    // The list claims `c` before `c` is there, and `b` until it is gone.
    fs::write(out.path().join(MANIFEST), OwnedFiles::new(PACKAGE, &["a", "b", "c"].map(str::to_owned)).to_string())
        .unwrap();
    apply(out.path(), &[("a", "1"), ("c", "1")]);
    assert_eq!(tree(out.path()), [".codegen-files", "a", "c"]);
}

#[test]
fn a_foreign_file_is_not_overwritten() {
    let out = folder();
    fs::create_dir(out.path().join("src")).unwrap();
    fs::write(out.path().join("src/lib.rs"), "theirs").unwrap();
    fs::write(out.path().join("Cargo.toml"), "theirs").unwrap();
    let emitted = [("Cargo.toml", "a"), ("README.md", "a"), ("src/lib.rs", "a")];
    let error = refuse(out.path(), &emitted, &[Code::OutputForeign, Code::OutputForeign]);
    let messages: Vec<_> = error.iter().map(|diagnostic| &*diagnostic.message).collect();
    assert!(messages[0].contains("Cargo.toml") && messages[1].contains("lib.rs"), "{messages:?}");
    assert_eq!(fs::read(out.path().join("src/lib.rs")).unwrap(), b"theirs");
}

#[test]
fn a_file_is_not_a_folder_and_a_folder_not_a_file() {
    let out = folder();
    fs::write(out.path().join("src"), "theirs").unwrap();
    refuse(out.path(), &[("src/lib.rs", "a")], &[Code::OutputForeign]);
    fs::create_dir(out.path().join("README.md")).unwrap();
    refuse(out.path(), &[("README.md", "a")], &[Code::OutputForeign]);
    let plan = Plan::new(&out.path().join("src"), PACKAGE, &files(&[("a", "a")]));
    assert_eq!(codes(&plan.unwrap_err()), [Code::OutputForeign]);
    refuse(&out.path().join("README.md"), &[("../evil", "a")], &[Code::OutputPath]);
}

#[test]
fn a_list_that_leads_out_of_the_folder_is_refused() {
    let out = folder();
    for line in ["../victim", "/etc/passwd", "<<<<<<< ours", "a/../../victim"] {
        fs::write(out.path().join(MANIFEST), line).unwrap();
        refuse(out.path(), &[("a", "1")], &[Code::OutputPath]);
    }
}

#[cfg(unix)]
#[test]
fn links_are_refused() {
    use std::os::unix::fs::symlink;

    let elsewhere = folder();
    fs::write(elsewhere.path().join("a"), "theirs").unwrap();
    let parent = folder();
    let out = parent.path().join("out");
    symlink(elsewhere.path(), &out).unwrap();
    for spelling in [out.clone(), out.join(""), out.join(".")] {
        refuse(&spelling, &[("b", "1")], &[Code::OutputLink]);
    }

    let out = folder();
    apply(out.path(), &[("src/a", "1"), ("b", "1")]);
    fs::remove_file(out.path().join("src/a")).unwrap();
    fs::remove_dir(out.path().join("src")).unwrap();
    symlink(elsewhere.path(), out.path().join("src")).unwrap();
    refuse(out.path(), &[("src/a", "1"), ("b", "1")], &[Code::OutputLink]);
    // Not when it would be removed.
    refuse(out.path(), &[("b", "1")], &[Code::OutputLink]);
    assert_eq!(fs::read(elsewhere.path().join("a")).unwrap(), b"theirs");

    let out = folder();
    symlink(elsewhere.path().join("dangling"), out.path().join("a")).unwrap();
    refuse(out.path(), &[("a", "1")], &[Code::OutputLink]);
}

/// The messages, with the folder's path as `out`.
fn told(found: &Diagnostics, folder: &Path) -> String {
    crate::render::text(found, &crate::source::Sources::new(), false).replace(folder.to_str().unwrap(), "out")
}

#[cfg(unix)]
#[test]
fn refusals_are_reported() {
    let out = folder();
    fs::write(out.path().join("Cargo.toml"), "theirs").unwrap();
    fs::write(out.path().join("b"), "theirs").unwrap();
    std::os::unix::fs::symlink("elsewhere", out.path().join("a")).unwrap();
    let say =
        |emitted: &[(&str, &str)]| told(&Plan::new(out.path(), PACKAGE, &files(emitted)).unwrap_err(), out.path());
    expect![[r"
        error[E0502]: `out/Cargo.toml` already exists and was not generated; not overwritten
         |
         = help: remove it, or choose another folder; generated files are listed in `.codegen-files`
    "]]
    .assert_eq(&say(&[("Cargo.toml", "ours")]));
    expect![[r"
        error[E0503]: invalid output path `../evil`: a name in it ends with a period
    "]]
    .assert_eq(&say(&[("../evil", "ours")]));
    expect![[r"
        error[E0504]: `out/a` is a symbolic link, and links are not followed
         |
         = help: use the folder that it points to, or remove the link
    "]]
    .assert_eq(&say(&[("a", "ours")]));
    let plan = Plan::new(out.path(), PACKAGE, &files(&[("c/d", "ours")])).unwrap();
    let failure = plan.apply_in_steps(&[], &mut in_the_way(out.path().join("c"), 4)).unwrap_err().into();
    expect![[r"
        error[E0501]: cannot write `out/c/d`: Not a directory (os error 20)
    "]]
    .assert_eq(&told(&failure, out.path()));
}

#[test]
fn a_failure_leaves_everything_as_it_was() {
    let parent = folder();
    let out = parent.path().join("out");
    apply(&out, &[("a", "1"), ("z/a", "1")]);
    let before = tree(&out);
    let plan = Plan::new(&out, PACKAGE, &files(&[("a", "2"), ("b/c/d", "2"), ("y/a", "2")])).unwrap();
    // In place of a folder, after others have been created.
    assert_eq!(plan.apply_in_steps(&[], &mut in_the_way(out.join("y"), 8)).unwrap_err().code, Code::OutputAccess);
    fs::remove_file(out.join("y")).unwrap();
    assert_eq!(tree(&out), before);
    assert_eq!(fs::read(out.join("a")).unwrap(), b"1");
    assert!(Plan::new(&out, PACKAGE, &files(&[("a", "1"), ("z/a", "1")])).unwrap().is_fresh());
}

#[track_caller]
fn check_diff(old: &[(&str, &str)], new: &[(&str, &str)], max_lines: usize, expected: &Expect) {
    let parent = folder();
    apply(parent.path(), old);
    let mut plan = Plan::new(parent.path(), PACKAGE, &files(new)).unwrap();
    plan.folder = PathBuf::from("out");
    expected.assert_eq(&plan.diff(max_lines));
}

#[test]
fn differences_are_shown() {
    let old = [("a", "1\n2\n3\n"), ("b", "1\n"), ("c", "1\n"), ("d", "same\n")];
    let new = [("a", "1\n2 \u{1b}[31m\n3\n"), ("c", "2"), ("d", "same\n"), ("e", "1\n2\n")];
    check_diff(
        &old,
        &new,
        100,
        &expect![[r"
        no longer generated: out/b
        missing: out/e (2 lines)
        --- out/a (current)
        +++ out/a (generated)
        @@ -1,3 +1,3 @@
         1
        -2
        +2 �[31m
         3
        --- out/c (current)
        +++ out/c (generated)
        @@ -1 +1 @@
        -1
        +2
        \ No newline at end of file
    "]],
    );
    check_diff(
        &old,
        &new,
        3,
        &expect![[r"
        no longer generated: out/b
        missing: out/e (2 lines)
        --- out/a (current)
        ... and 12 more lines of differences
    "]],
    );
    check_diff(&old, &old, 3, &expect![]);
}

/// Writes a file before one of the steps.
fn in_the_way(place: PathBuf, before: usize) -> impl FnMut() {
    let mut steps = 0;
    move || {
        steps += 1;
        if steps == before {
            fs::write(&place, "theirs").unwrap();
        }
    }
}

const OLD: &[(&str, &str)] = &[
    (".codegen-inputs", "old"),
    ("Cargo.toml", "same"),
    ("gone/a.rs", "old"),
    ("src/a.rs", "old"),
    ("src/lib.rs", "old"),
];
const NEW: &[(&str, &str)] = &[
    (".codegen-inputs", "new"),
    ("Cargo.toml", "same"),
    ("made/b.rs", "new"),
    ("src/a.rs", "new"),
    ("src/lib.rs", "new"),
];

/// Runs only as a child process of [`a_run_that_is_killed_is_not_taken_for_finished`]: ends without cleaning up before a
/// step.
#[test]
#[ignore = "started as a child process by `a_run_that_is_killed_is_not_taken_for_finished`"]
fn a_child_that_is_killed() {
    let (Ok(out), Ok(last)) = (std::env::var("OUT"), std::env::var("LAST_STEP")) else { return };
    let mut left: usize = last.parse().unwrap();
    let plan = Plan::new(Path::new(&out), PACKAGE, &files(NEW)).unwrap();
    let mut step = || {
        left = left.checked_sub(1).unwrap_or_else(|| std::process::exit(42));
    };
    plan.apply_in_steps(&[], &mut step).unwrap();
}

#[test]
fn a_run_that_is_killed_is_not_taken_for_finished() {
    let run = |out: &Path, last: usize| {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "write::tests::a_child_that_is_killed", "--ignored"]);
        child.env("OUT", out).env("LAST_STEP", last.to_string()).output().unwrap().status.code()
    };
    let contents = |out: &Path| -> BTreeMap<String, String> {
        let paths = tree(out).into_iter().filter(|path| !path.ends_with('/') && path != MANIFEST);
        paths.map(|path| (path.clone(), fs::read_to_string(out.join(&path)).unwrap())).collect()
    };
    let (mut killed, mut stale) = (0, 0);
    loop {
        let out = folder();
        apply(out.path(), OLD);
        let code = run(out.path(), killed);
        let mut found = contents(out.path());
        found.retain(|path, _| !path.starts_with(".codegen-staging/"));
        // What a build does: with the record of its inputs, a crate is taken as it is.
        match found.get(".codegen-inputs").map(String::as_str) {
            Some("old") => assert_eq!(found, files(OLD), "killed before step {killed}"),
            Some("new") => assert_eq!(found, files(NEW), "killed before step {killed}"),
            _ => stale += 1,
        }
        // The next run finishes it, and leaves nothing behind. So does one that goes back.
        let next = if killed % 2 == 0 { NEW } else { OLD };
        apply(out.path(), next);
        assert_eq!(contents(out.path()), files(next), "killed before step {killed}");
        if code == Some(0) {
            break;
        }
        assert_eq!(code, Some(42), "it was killed");
        killed += 1;
    }
    assert!(killed > 20 && stale >= 5, "{killed} {stale}");
}

#[test]
fn files_of_a_killed_run_are_removed_even_if_nothing_changes() {
    let out = folder();
    apply(out.path(), OLD);
    fs::create_dir(out.path().join(".codegen-staging")).unwrap();
    fs::write(out.path().join(".codegen-staging/0"), "half").unwrap();
    fs::write(out.path().join(".codegen-staging/lock"), "1 0x1\n").unwrap();
    apply(out.path(), OLD);
    assert!(!out.path().join(".codegen-staging").exists());
}

#[test]
fn two_runs_do_not_write_at_once() {
    let out = folder();
    apply(out.path(), OLD);
    let plan = || Plan::new(out.path(), PACKAGE, &files(NEW)).unwrap();
    let mut refused = 0;
    let mut step = 0;
    plan()
        .apply_in_steps(&[], &mut || {
            step += 1;
            // The first two steps come before the lock.
            if step > 2 {
                let error = plan().apply().unwrap_err();
                assert!(
                    error.code == Code::OutputAccess && error.message.contains("another run is writing"),
                    "{error:?}"
                );
                refused += 1;
            }
        })
        .unwrap();
    assert!(refused > 10);
    assert!(plan().is_fresh() && !out.path().join(".codegen-staging").exists());
}

#[test]
fn a_run_that_waited_for_another_writes_what_is_missing_then() {
    let out = folder();
    apply(out.path(), OLD);
    let plan = Plan::new(out.path(), PACKAGE, &files(OLD)).unwrap();
    let change = Plan::new(out.path(), PACKAGE, &files(&[("Cargo.toml", "other"), ("src/a.rs", "old")])).unwrap();
    apply(out.path(), NEW);
    change.apply().unwrap();
    assert_eq!(fs::read(out.path().join("Cargo.toml")).unwrap(), b"other");
    assert_eq!(tree(out.path()), [".codegen-files", "Cargo.toml", "src/", "src/a.rs"]);
    plan.apply().unwrap();
}
