//! Names of types in the configuration, checked like those in a description.

use super::reserved;
use super::scope::Scope;
use crate::config::{Config, Located, SpecPlace, TypeName};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Label, Place, suggest};
use crate::ir::{Api, TypeDef};
use crate::source::Sources;

/// Refuses a name of the vendor that generated code uses for something else.
pub(super) fn check_vendor(vendor: &Located<TypeName>) -> Result<(), Diagnostic> {
    let name = vendor.value.as_str();
    if !reserved::vendors().any(|reserved| reserved == name) {
        return Ok(());
    }
    Err(Diagnostic::new(Code::NameUnusable, format!("the name `{name}` is taken"))
        .at(vendor.place.clone(), "generated code uses this name")
        .help(format!("use another one, such as:\nvendor = \"{name}Vendor\"")))
}

/// The configured names, by the index of the type; `None` for types without one.
pub(super) fn names(
    api: &Api,
    config: &Config,
    sources: &Sources,
    scope: &mut Scope,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<String>> {
    let mut names = vec![None; api.types.len()];
    for (place, setting) in &config.names {
        let name = setting.value.as_str();
        let Some(index) = api.types.iter().position(|def| is_at(place, def, sources)) else {
            if !is_explained(place, diagnostics) {
                diagnostics.push(unused(api, place, &setting.place, sources));
            }
            continue;
        };
        if !scope.take(name) {
            diagnostics.push(taken(name, &setting.place, &api.types[index]));
        }
        names[index] = Some(name.to_owned());
    }
    names
}

fn is_at(place: &SpecPlace, def: &TypeDef, sources: &Sources) -> bool {
    let file = def.origin.file();
    let same_file = match &place.file {
        Some(path) => sources.relative_name(file) == path,
        None => sources.description() == Some(file),
    };
    same_file && def.origin.pointer() == place.pointer.as_str()
}

fn taken(name: &str, setting: &Place, def: &TypeDef) -> Diagnostic {
    Diagnostic::new(Code::NameUnusable, format!("the name `{name}` is taken"))
        .at(setting.clone(), "")
        .at(Place::Value(def.origin.clone()), "the type")
        .help("generated code uses this name, or it is configured twice")
}

/// Whether a misspelled keyword below a place explains that there is no type.
fn is_explained(place: &SpecPlace, diagnostics: &Diagnostics) -> bool {
    let is_below = |label: &Label| match &label.place {
        Place::Name(origin) => {
            origin.pointer().strip_prefix(place.pointer.as_str()).is_some_and(|rest| rest.starts_with('/'))
        }
        _ => false,
    };
    let explains = |found: &Diagnostic| found.code == Code::UnknownKeyword && found.labels.iter().any(is_below);
    place.file.is_none() && diagnostics.iter().any(explains)
}

fn unused(api: &Api, place: &SpecPlace, setting: &Place, sources: &Sources) -> Diagnostic {
    let in_description = api.types.iter().filter(|def| sources.description() == Some(def.origin.file()));
    let known: Vec<String> = in_description.map(|def| format!("#{}", def.origin.pointer())).collect();
    let help = match suggest_last(&place.to_string(), &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "only objects, enums and unions that a webhook reaches have names".to_owned(),
    };
    Diagnostic::new(Code::ConfigUnused, format!("no type is generated from `{place}`"))
        .at(setting.clone(), "this line has no effect")
        .help(help)
}

/// The known sibling of `place` with the nearest last name.
fn suggest_last<'a>(place: &str, known: &'a [String]) -> Option<&'a str> {
    let (parent, last) = place.rsplit_once('/')?;
    let name = |known: &'a String| known.strip_prefix(parent)?.strip_prefix('/');
    let near = suggest(last, known.iter().filter_map(name))?;
    known.iter().find(|known| name(known) == Some(near)).map(String::as_str)
}
