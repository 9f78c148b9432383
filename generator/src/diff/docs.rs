//! Differences that only docs show.

use super::Rule;
use super::comparison::{At, Comparison};
use super::report::Draft;
use crate::catalogue::{Definition, Described, Json, Kind};

/// Keywords that restrict values.
const CONSTRAINTS: [&str; 20] = [
    "contains",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "pattern",
    "patternProperties",
    "propertyNames",
    "uniqueItems",
];

/// What a keyword is about.
#[derive(PartialEq, Eq)]
enum About {
    Constraints,
    Examples,
    Others,
}

fn about(keyword: &str) -> About {
    match keyword {
        "example" | "examples" => About::Examples,
        _ if CONSTRAINTS.contains(&keyword) => About::Constraints,
        _ => About::Others,
    }
}

fn facts<'a>(docs: &'a Described, wanted: &About) -> Vec<&'a (String, Json)> {
    docs.constraints.iter().filter(|(keyword, _)| about(keyword) == *wanted).collect()
}

fn differ(old: &Described, new: &Described, wanted: &About) -> bool {
    facts(old, wanted) != facts(new, wanted)
}

/// The rule for examples that differ.
fn examples(old: &Described, new: &Described) -> Option<Rule> {
    let (before, after) = (facts(old, &About::Examples), facts(new, &About::Examples));
    match (before.is_empty(), after.is_empty()) {
        _ if before == after => None,
        (true, _) => Some(Rule::ExampleAdded),
        (_, true) => Some(Rule::ExampleRemoved),
        _ => Some(Rule::FixtureChanged),
    }
}

/// A title that differs. Docs have it only if there is no description.
fn title(draft: Draft, old: &Described, new: &Described) -> Draft {
    let has_text = |docs: &Described| docs.description.as_deref().is_some_and(|text| !text.trim().is_empty());
    if has_text(old) && has_text(new) { draft } else { draft.docs() }
}

/// The docs of a member, which is the item of this name.
pub(super) fn member(
    comparison: &mut Comparison<'_>,
    old: &Described,
    new: &Described,
    name: &str,
    draft: &dyn Fn(Rule, String) -> Draft,
) {
    let (constraints, others) = (differ(old, new, &About::Constraints), differ(old, new, &About::Others));
    if constraints {
        comparison.drafts.push(draft(Rule::Constraints, format!("the constraints of `{name}` differ")).docs());
    }
    if let Some(rule) = examples(old, new) {
        comparison.drafts.push(draft(rule, format!("the examples of `{name}` differ")).docs());
    }
    let is_same_text = old.description == new.description && old.deprecated == new.deprecated;
    if old.title != new.title && is_same_text && !others {
        comparison.drafts.push(title(draft(Rule::TitleInline, format!("the title of `{name}` differs")), old, new));
    } else if old.title != new.title || old.description != new.description || old.deprecated != new.deprecated || others
    {
        let what = if old.deprecated == new.deprecated {
            "the docs of"
        } else if new.deprecated {
            "the vendor now advises against"
        } else {
            "the vendor no longer advises against"
        };
        let end = if old.deprecated == new.deprecated { " differ" } else { "" };
        comparison.drafts.push(draft(Rule::MemberDocs, format!("{what} `{name}`{end}")).docs());
    }
}

/// The docs and the place of a type.
pub(super) fn definition(comparison: &mut Comparison<'_>, at: &At<'_>, old: &Definition, new: &Definition) {
    let item = at.new;
    let others = differ(&old.docs, &new.docs, &About::Others);
    if let Some(rule) = examples(&old.docs, &new.docs) {
        let draft = comparison.at(rule, at, format!("the examples of `{item}` differ"));
        comparison.drafts.push(draft.docs().item(item));
    }
    if differ(&old.docs, &new.docs, &About::Constraints) {
        let draft = comparison.at(Rule::Constraints, at, format!("the constraints of `{item}` differ"));
        comparison.drafts.push(draft.docs().item(item));
    }
    if old.docs.title != new.docs.title {
        let rule = if component(&new.source.0).is_some() { Rule::TitleChanged } else { Rule::TitleInline };
        let draft = comparison.at(rule, at, format!("the title of `{item}` differs")).item(item);
        comparison.drafts.push(title(draft, &old.docs, &new.docs));
    }
    if old.docs.description != new.docs.description || old.docs.deprecated != new.docs.deprecated || others {
        let draft = comparison.at(Rule::TypeDocs, at, format!("the docs of `{item}` differ"));
        comparison.drafts.push(draft.docs().item(item));
    }
    if old.source != new.source {
        let is_enum = matches!(new.is, Kind::Enum(_));
        let (rule, message) = match (component(&old.source.0), component(&new.source.0)) {
            (Some(old), Some(new)) if old != new => {
                (Rule::ComponentRenamed, format!("the component `{old}` is now called `{new}`"))
            }
            (None, Some(new)) if is_enum => (Rule::EnumToComponent, format!("`{item}` is now the component `{new}`")),
            (None, Some(new)) => (Rule::InlineToComponent, format!("`{item}` is now the component `{new}`")),
            (Some(old), None) => (Rule::ComponentToInline, format!("`{item}` is no longer the component `{old}`")),
            _ => (Rule::PlaceMoved, format!("the schema of `{item}` is at another place")),
        };
        let draft = comparison.at(rule, at, message);
        comparison.drafts.push(draft.docs().item(item));
    }
}

/// The key of a reusable schema, if a place is one.
fn component(source: &str) -> Option<&str> {
    let (_, pointer) = source.split_once('#')?;
    let rest = pointer.strip_prefix("/components/schemas/").or_else(|| pointer.strip_prefix("/$defs/"))?;
    (!rest.contains('/')).then_some(rest)
}
