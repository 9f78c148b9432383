//! `docs/changes-measured.md`, written from the table.

use std::fmt::Write as _;
use std::fs;

use arbitrary_openapi::edit_kinds;

use crate::semver_checks::{Known, Reason};
use crate::table::{Edit, Effect, Flag, Read, Step, Table};

const PAGE: &str = "../docs/changes-measured.md";

const INTRODUCTION: &str = "\
# What edits of a description do, measured

Each row is one edit of one description with every kind of type, `generator/tests/diff/base.yaml`. For each, the generator makes
the crate of the edited description, with the `names.lock` of the crate before. Then

```sh
cargo xtask edits --long
```

- compiles handlers that use each public item of the old crate, with its type written out, with the new crate, and the reverse;
- passes a delivery that uses the edit, signed, through the receiver of the old crate;
- passes a delivery that was valid before the edit through the receiver of the new crate: what is in retry, in an inbox or dead.

It fails if a row differs from what it finds. A test writes this page from `generator/tests/diff/edits.yaml`: change that file,
then run `cargo xtask bless`.

| column | content |
|---|---|
| compiles | whether handlers for the old crate compile with the new one |
| old reads new | what the receiver of the old crate does with a new delivery |
| new reads old | what the receiver of the new crate does with an old delivery |
| flags, step | what `cargo webhooks diff` reports for the edit |
| undone | the same for the opposite edit. Its columns are those of the row: swap the two about deliveries |

`undeclared` and `unknown` deliveries are decoded and reach their handler: the value is among the undeclared members, or in the
variant for unlisted values. `refused` at a JSON pointer: the body does not decode and reaches the fallback. `lost`: the event
type is not known, so the delivery reaches the fallback, or is answered with 200 if there is none. `rejected`: the signature
does not match, so the answer is 401.

- **source**: handlers for the old crate do not compile.
- **now**: the old crate refuses or loses new deliveries. Deploy before the vendor switches.
- **replay**: the new crate refuses or loses old deliveries. Drain them first.
- **silent**: handlers compile and deliveries decode, but a value is elsewhere than before: in a member or variant instead of
  among the undeclared or unlisted ones, or in a handler instead of the fallback.
- **docs**: only docs, fixtures or the manifest differ.

The step is major with *source* or *replay*; minor with another flag than *docs*, or with new public items; patch if files
differ otherwise; none if sources, tests, fixtures and manifest are the same.
";

/// The page.
pub(crate) fn page(table: &Table) -> String {
    let mut page = INTRODUCTION.to_owned();
    page += "\n| edit | rule | compiles | old reads new | new reads old | flags | step | undone |\n|---|---|---|---|---|---|---|---|\n";
    for edit in &table.edits {
        row(&mut page, edit);
    }
    page += "\n## What follows\n\n";
    let wire = [Flag::Now, Flag::Replay];
    list(&mut page, table, "compile and break on the wire", |effect| {
        !effect.flags.contains(&Flag::Source) && wire.iter().any(|flag| effect.flags.contains(flag))
    });
    list(&mut page, table, "are silent", |effect| effect.flags.contains(&Flag::Silent));
    list(&mut page, table, "change only docs, fixtures or the manifest", |effect| effect.flags.contains(&Flag::Docs));
    list(&mut page, table, "leave sources, tests, fixtures and manifest the same", |effect| effect.step == Step::None);
    page += CONCLUSIONS;
    known(&mut page);
    page += RANDOM;
    let kinds: Vec<&str> = edit_kinds().collect();
    wrap(&mut page, &format!("The {} kinds of edits: {}.", kinds.len(), kinds.join("; ")), "");
    page
}

/// Where cargo-semver-checks is known to differ from the compiler.
fn known(page: &mut String) {
    let Known { misses, reports } = Known::new();
    *page += "| rules | it | why |\n|---|---|---|\n";
    for (verdict, reasons) in [("reports nothing", misses), ("reports what compiles", reports)] {
        for Reason { why, rules } in reasons {
            let rules: Vec<String> = rules.into_iter().collect();
            let _ = writeln!(page, "| {} | {verdict} | {why} |", rules.join(", "));
        }
    }
    page.push('\n');
}

/// A sentence with the rules of edits that have something in common.
fn list(page: &mut String, table: &Table, what: &str, has: impl Fn(&Effect) -> bool) {
    let rules: Vec<&str> = table
        .edits
        .iter()
        .filter(|edit| edit.effect().is_some_and(|effect| has(&effect)))
        .map(|edit| &*edit.rule)
        .collect();
    wrap(page, &format!("- {} edits {what}: {}.", rules.len(), rules.join(", ")), "  ");
}

/// A paragraph with lines of at most 130 characters.
fn wrap(page: &mut String, text: &str, indent: &str) {
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 130 {
            *page += &format!("{line}\n");
            line = format!("{indent}{word}");
        } else {
            line += &format!("{}{word}", if line.is_empty() { "" } else { " " });
        }
    }
    *page += &format!("{line}\n");
}

fn row(page: &mut String, edit: &Edit) {
    let (Some(effect), Some(undone)) = (edit.effect(), &edit.undone) else {
        let code = edit.error.as_deref().unwrap_or_default();
        let _ =
            writeln!(page, "| {} | {} | – | – | – | the generator refuses it: {code} | – | – |", edit.name, edit.rule);
        return;
    };
    let compiles = if effect.flags.contains(&Flag::Source) { "**no**" } else { "yes" };
    let _ = writeln!(
        page,
        "| {} | {} | {compiles} | {} | {} | {} | {} | {}: {} |",
        edit.name,
        edit.rule,
        read(&edit.old_reads_new),
        read(&edit.new_reads_old),
        flags(&effect),
        effect.step,
        undone.rule,
        [flags(undone), undone.step.to_string()].map(|part| part.trim().to_owned()).join(" → "),
    );
}

fn read(read: &Read) -> String {
    match read {
        Read::Typed => "yes".to_owned(),
        Read::Undeclared => "yes, undeclared".to_owned(),
        Read::Unknown => "yes, unknown".to_owned(),
        Read::Refused(pointer) => format!("**refused** at `{pointer}`"),
        Read::Lost => "**lost**".to_owned(),
        Read::Rejected => "**rejected**".to_owned(),
    }
}

fn flags(effect: &Effect) -> String {
    if effect.flags.is_empty() {
        return "–".to_owned();
    }
    let flags: Vec<String> = effect.flags.iter().map(ToString::to_string).collect();
    flags.join(", ")
}

/// Compares with the page, or writes it.
pub(crate) fn compare(table: &Table) -> Result<(), String> {
    let page = page(table);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return fs::write(PAGE, page).map_err(|error| format!("{PAGE}: {error}"));
    }
    let is_current = fs::read_to_string(PAGE).unwrap_or_default().replace("\r\n", "\n") == page;
    if is_current {
        Ok(())
    } else {
        Err("docs/changes-measured.md differs from the table: `cargo xtask bless`".to_owned())
    }
}

const CONCLUSIONS: &str = "
What the generator does so that a vendor's edit does not break more than it must:

- **Names stay.** A schema that is moved, made reusable, made inline, renamed or titled keeps its Rust name
  (inline-to-component, component-to-inline, component-renamed, enum-to-component, title-changed, title-inline), and so does a
  type that a second topic begins to use (component-shared). A union that loses or gains its discriminator keeps its variants
  (discriminator-removed).
- **What is new gives way.** A member or value gets another name if its own is that of an older one or of generated code
  (member-added-clash, member-added-undeclared, value-unknown).
- **Another spelling is another member.** The name in Rust belongs to the old spelling, so the new one has another, such as
  `note_member`, and handlers do not compile (member-recased-optional, value-recased, tag-changed). Otherwise they would compile
  and find nothing.
- **The order of a description decides nothing.** `EventType` and `Topic` are in the order of names (events-reordered,
  key-renamed). Enums of listed values have no `Ord`, as JSON Schema gives the values no order (values-reordered).

[`public-api`](https://crates.io/crates/public-api) reads the public items from the JSON of a nightly rustdoc. It says the same
as the compiler of every edit, in both directions: 214 of 214. `cargo xtask edits --long` fails if it does not, and reports that it
is skipped without a nightly toolchain.

[cargo-semver-checks](https://crates.io/crates/cargo-semver-checks) 0.51.0 reads the same JSON. `cargo xtask edits --long` runs it for
each direction, if it is installed, with

```sh
cargo semver-checks --baseline-rustdoc OLD.json --current-rustdoc NEW.json --release-type minor
```

since a minor release may add items, and must not break users. It says the same as the compiler in 142 of 214 directions. In 68,
handlers do not compile and it reports nothing; in 4, it reports what compiles. The rules of these changes are in
`generator/tests/diff/semver_checks.yaml`: the command fails if it finds another difference, or does not find one of these.

";

const RANDOM: &str = "\
## Random edits

A test edits random descriptions at random: OpenAPI 3.0 to 3.2, with hostile names, contradictory schemas, overlays, several files,
`allOf`, unions, discriminators and every keyword that the generator knows. It compares the crates before and after each edit
with the report:

- There is an entry for each edit that an overlay does not overwrite, and each type whose code differs is mentioned. Names of types
  that an entry renames are the only exception.
- *source* is set exactly if a use that handlers of the table make of the old crate is not possible with the new one.
- *docs* alone is set exactly if files differ and code does not, and the step is none exactly if files are the same. So an edit
  without an effect on the code has none of the other flags.
- The step is minor or more if public items are new.

```sh
CHANGES_ROUNDS=5000 CHANGES_SEED=0 cargo test -p webhook-generator --test diff random
```

Of 5,000 edits (1,250 from each of the seeds 0, 1000000, 2000000 and 3000000), each is as stated.

";
