//! `[diagnostics]`: the levels of warnings.

use std::collections::BTreeMap;

use toml::Spanned;

use super::Located;
use super::table::Table;
use crate::diagnostics::{Code, Diagnostic, Level, Place, Severity, did_you_mean};

const LEVELS: &[(&str, Level)] = &[("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)];

/// The level of each code, and where it is set.
pub(super) fn read(table: &mut Table<'_>) -> BTreeMap<Code, (Level, Place)> {
    let mut levels = BTreeMap::new();
    for (key, Located { value: level, place }) in table.entries(|table, key, value| table.choose(key, value, LEVELS)) {
        let code = warning(table, &key);
        if let Some(code) = table.take_in(code) {
            levels.insert(code, (level, place));
        }
    }
    levels
}

/// The warning with this code.
fn warning(table: &Table<'_>, key: &Spanned<String>) -> Result<Code, Diagnostic> {
    let text = key.get_ref();
    let is_warning = |code: &Code| code.severity() != Severity::Error;
    match Code::find(text) {
        Some(code) if is_warning(&code) => Ok(code),
        Some(_) => Err(Diagnostic::new(Code::Config, format!("`{text}` is an error: only warnings have a level"))
            .at(table.place(key.span()), "")),
        None => {
            let warnings = Code::ALL.iter().filter(|code| is_warning(code)).map(|code| code.as_str());
            let help = did_you_mean(text, warnings)
                .unwrap_or_else(|| "messages show the codes, as in `warning[W0707]`".to_owned());
            Err(table.error(key.span(), format!("unknown warning `{text}`"), help))
        }
    }
}
