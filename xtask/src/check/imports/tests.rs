use std::fs;

use super::*;

/// The report on a crate of these files.
fn report(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }
    let modules = Modules::read(&folder.path().join("lib.rs")).expect("a crate that can be read");
    Imports::of(&modules, folder.path()).report()
}

const ROOMS: (&str, &str) = ("lib.rs", "pub mod a;\npub mod b;\n");

#[test]
fn imports_in_one_direction_are_not_a_cycle() {
    assert_eq!(report(&[ROOMS, ("a.rs", "pub struct A;"), ("b.rs", "use crate::a::A;\npub struct B(A);")]), "");
}

#[test]
fn a_cycle_of_rooms_is_reported_with_its_places() {
    let a = ("a.rs", "use crate::b::B;\npub struct A(B);");
    let b = ("b.rs", "\nfn b(_: super::a::A) {}\npub struct B;");
    assert_eq!(
        report(&[ROOMS, a, b]),
        "\
import cycle of 2 rooms: a -> b -> a
    a.rs:1: crate::b::B (b)
    b.rs:2: super::a::A (a)
import cycle of 2 files: a.rs -> b.rs -> a.rs
    a.rs:1: crate::b::B (b.rs)
    b.rs:2: super::a::A (a.rs)
"
    );
}

#[test]
fn what_is_reexported_belongs_to_its_module() {
    let root = ("lib.rs", "mod a;\nmod b;\nmod c;\npub use c::C;");
    let a = ("a.rs", "pub struct A;\nuse crate::b::C;");
    let b = ("b.rs", "pub use crate::C;\nuse crate::a::A;");
    // Though it names `b`, `a` imports `c` only.
    assert_eq!(report(&[root, a, b, ("c.rs", "pub struct C;")]), "");
    let report = report(&[root, a, b, ("c.rs", "use crate::a::A;\npub struct C;")]);
    assert!(report.starts_with("import cycle of 2 rooms: a -> c -> a\n"), "{report}");
}

#[test]
fn a_module_may_state_its_file() {
    let root = ("lib.rs", "pub mod a;\n#[path = \"shared/other.rs\"]\npub mod b;\n");
    let b = ("shared/other.rs", "pub struct B(crate::a::A);");
    let report = report(&[root, ("a.rs", "use crate::b::B;\npub struct A(B);"), b]);
    assert!(report.starts_with("import cycle of 2 rooms: a -> b -> a\n"), "{report}");
}

#[test]
fn globs_are_followed() {
    let a = ("a.rs", "pub use crate::b::*;\npub struct A;");
    let b = (
        "b.rs",
        "mod inside { pub struct B; pub fn b() { crate::b::Deep::new(); } }\npub use inside::*;\npub struct Deep;",
    );
    assert_eq!(report(&[ROOMS, a, b]), "");
    let b = ("b.rs", "fn b() { crate::a::A::new(); }");
    assert!(report(&[ROOMS, a, b]).contains("a.rs:1: crate::b (b)\n    b.rs:1: crate::a::A::new (a)\n"));
}

#[test]
fn paths_through_imported_modules_and_in_macros_count() {
    let a = ("a.rs", "use crate::b;\npub struct A;\nfn a() { b::b() }");
    let b = ("b.rs", "use crate::a as other;\npub fn b() { println!(\"{}\", [other::A]) }");
    let report = report(&[ROOMS, a, b]);
    assert!(report.contains("    a.rs:3: b::b (b)\n    b.rs:2: other::A (a)\n"), "{report}");
}

#[test]
fn tests_and_quoted_code_do_not_count() {
    let a = ("a.rs", "pub struct A;\n#[cfg(test)]\nmod tests { use crate::b::B; }\n#[cfg(test)]\nuse crate::b::B;");
    let b = ("b.rs", "pub struct B(crate::a::A);");
    assert_eq!(report(&[ROOMS, a, b]), "");
    assert_eq!(report(&[ROOMS, ("a.rs", "pub struct A;\nfn a() { quote!(crate::b::B) }"), b]), "");
}

#[test]
fn cycles_of_files_are_found_inside_a_room() {
    let a = ("a/mod.rs", "mod one;\nmod two;\npub use one::One;");
    let one = ("a/one.rs", "use super::two::Two;\npub struct One(Two);");
    let two = ("a/two.rs", "pub struct Two;\nimpl Two { fn one(_: super::One) {} }");
    let report = report(&[("lib.rs", "mod a;"), a, one, two]);
    assert_eq!(report.lines().next(), Some("import cycle of 2 files: a/one.rs -> a/two.rs -> a/one.rs"));
}

#[test]
fn a_file_may_use_what_its_parent_defines() {
    let a = ("a/mod.rs", "mod one;\npub struct A(one::One);");
    assert_eq!(report(&[("lib.rs", "mod a;"), a, ("a/one.rs", "pub struct One(Box<super::A>);")]), "");
}

#[test]
fn a_path_that_cannot_be_resolved_is_reported() {
    let b = ("b.rs", "use crate::a::Missing;\nfn b() { super::a::missing(); std::mem::drop(crate::c!()); }");
    assert_eq!(
        report(&[ROOMS, ("a.rs", ""), b]),
        "\
b.rs:1: cannot find `crate::a::Missing` in this crate
b.rs:2: cannot find `crate::c` in this crate
b.rs:2: cannot find `super::a::missing` in this crate
"
    );
    // Imports that refer to each other end.
    assert_eq!(
        report(&[ROOMS, ("a.rs", "pub use crate::b::X;"), ("b.rs", "pub use crate::a::X;")]),
        "a.rs:1: cannot find `crate::b::X` in this crate\nb.rs:1: cannot find `crate::a::X` in this crate\n"
    );
}

#[test]
fn what_a_macro_defines_is_found() {
    let a = ("a.rs", "macro_rules! types { ($name:ident) => { pub struct $name; } }\ntypes!(A);");
    assert_eq!(report(&[ROOMS, a, ("b.rs", "use crate::a::A;")]), "");
    let a = ("a.rs", "macro_rules! listed { () => { pub struct A; } }\nlisted!();");
    assert_eq!(report(&[ROOMS, a, ("b.rs", "use crate::a::A;")]), "");
}

#[test]
fn an_exported_macro_is_found_in_the_root_and_belongs_to_its_module() {
    let a = ("a.rs", "use crate::b::B;\n#[macro_export]\nmacro_rules! make { () => { $crate::b::B } }");
    let calls = "pub struct B;\nfn b() { crate::make!() }";
    assert!(report(&[ROOMS, a, ("b.rs", calls)]).contains("    b.rs:2: crate::make (a)\n"));
    let nested = "pub struct B;\nfn b() { vec![crate::make!()] }";
    assert!(report(&[ROOMS, a, ("b.rs", nested)]).contains("    b.rs:2: crate::make (a)\n"));
    let reexported = "pub struct B;\npub use crate::make as make;";
    assert!(report(&[ROOMS, a, ("b.rs", reexported)]).contains("    b.rs:2: crate::make (a)\n"));
}

#[test]
fn a_macro_that_is_called_by_its_name_belongs_to_its_module() {
    let root = ("lib.rs", "#[macro_use]\nmod a;\nmod b;");
    let a = ("a.rs", "macro_rules! make { () => { crate::b::B } }");
    let expected = "import cycle of 2 rooms: a -> b -> a\n    a.rs:1: crate::b::B (b)\n    b.rs:2: make (a)\n";
    for call in ["make!()", "vec![make!()]"] {
        let b = format!("pub struct B;\nfn b() {{ {call} }}");
        let report = report(&[root, a, ("b.rs", &b)]);
        assert!(report.starts_with(expected), "{report}");
    }
    // Not `!=`, and not a macro of another crate.
    assert_eq!(report(&[root, a, ("b.rs", "pub struct B;\nfn b() { assert!(make != 1) }")]), "");
}

#[test]
fn paths_in_attributes_count() {
    let a = ("a.rs", "pub struct A;\npub use crate::b::B;");
    for attribute in ["#[derive(Clone, crate::a::A)]", "#[crate::a::A]", "#[other(with = crate::a::A)]"] {
        let b = format!("{attribute}\npub struct B;");
        let report = report(&[ROOMS, a, ("b.rs", &b)]);
        assert!(report.contains("    b.rs:1: crate::a::A (a)\n"), "{attribute}: {report}");
    }
}
