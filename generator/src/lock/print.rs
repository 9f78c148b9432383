//! From names to the text of the file.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter, Write as _};

use super::{Lock, OTHERS};

const COMMENT: &str = "\
# Rust names that this crate has given. Written by `cargo webhooks generate`, which reads it again: commit it.
# To rename a type, use `[names]` in codegen.toml. `cargo webhooks generate --prune-names` forgets what is gone.
";

impl Display for Lock {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(COMMENT)?;
        for (kind, names) in [("event", &self.events), ("topic", &self.topics), ("module", &self.modules)] {
            for (name, key) in by_name(names) {
                writeln!(f, "{kind} {name} = {}", quoted(key))?;
            }
        }
        for (wire, accessor) in &self.accessors {
            writeln!(f, "accessor {} = {} {}", accessor.name, quoted(wire), quoted(&accessor.event_type))?;
        }
        let mut types: Vec<_> = self.types.iter().collect();
        types.sort_by_key(|locked| (&locked.module, &locked.name));
        for locked in types {
            write!(f, "type {}::{} =", locked.module, locked.name)?;
            locked.keys.iter().try_for_each(|key| write!(f, " {}", quoted(key)))?;
            f.write_char('\n')?;
            for (name, key) in by_name(&locked.members) {
                match key {
                    key if key == OTHERS => writeln!(f, "    {name} = {OTHERS}")?,
                    key if *key == quoted(name) => writeln!(f, "    {name}")?,
                    key => writeln!(f, "    {name} = {key}")?,
                }
            }
        }
        Ok(())
    }
}

fn by_name(names: &BTreeMap<String, String>) -> Vec<(&String, &String)> {
    let mut names: Vec<_> = names.iter().map(|(key, name)| (name, key)).collect();
    names.sort_unstable();
    names
}

/// A JSON string on one line.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
