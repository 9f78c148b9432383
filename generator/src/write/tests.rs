use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::manifest::OwnedFiles;
use super::plan::same;
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
    fs::write(out.path().join("c"), "theirs").unwrap();
    let failure = plan.apply().unwrap_err().into();
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
    fs::write(out.join("y"), "theirs").unwrap();
    assert_eq!(plan.apply().unwrap_err().code, Code::OutputAccess);
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
