//! From the text of the file to a catalogue that is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Catalogue, Definition, FORMAT, Kind, Type};

/// Why a text is not a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, without a period.
    pub message: String,
    /// Line and column, both from 1; `None` if it is not about one place.
    pub position: Option<(usize, usize)>,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.position {
            Some((line, column)) => write!(f, " at line {line} column {column}"),
            None => Ok(()),
        }
    }
}

impl From<String> for Malformed {
    fn from(message: String) -> Self {
        Self { message, position: None }
    }
}

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let end = format!(" at line {line} column {column}");
        let message = message.strip_suffix(&end).unwrap_or(&message).to_owned();
        Self { message, position: (line > 0).then_some((line, column.max(1))) }
    }
}

impl Catalogue {
    /// Reads the text of the file.
    ///
    /// # Errors
    ///
    /// If it is not a catalogue, or one of another version of the format, or if it names a type that it does not have.
    pub fn from_json(text: &str) -> Result<Self, Malformed> {
        #[derive(serde::Deserialize)]
        struct Version {
            format: u32,
        }

        let Version { format } = serde_json::from_str(text)?;
        if format != FORMAT {
            let message = format!("this is format {format} of a catalogue; this version reads format {FORMAT}");
            return Err(message.into());
        }
        let catalogue: Self = serde_json::from_str(text)?;
        catalogue.check()?;
        Ok(catalogue)
    }

    /// Checks what is true of every catalogue that was written, and what a comparison relies on.
    fn check(&self) -> Result<(), String> {
        let of_types = self.types.iter().flat_map(|(name, definition)| {
            definition.is.types().into_iter().flat_map(Type::names).map(move |used| (format!("`{name}`"), used))
        });
        let of_events = self.event_types.iter();
        let of_events = of_events.map(|event_type| (format!("`{}`", event_type.name), event_type.payload.as_str()));
        let of_accessors = self.accessors.iter();
        let of_accessors = of_accessors.flat_map(|accessor| {
            accessor.ty.names().into_iter().map(move |used| (format!("`{}`", accessor.rust), used))
        });
        for (user, used) in of_types.chain(of_events).chain(of_accessors) {
            if !self.types.contains_key(used) {
                return Err(format!("{user} uses the type `{used}`, which is not in `types`"));
            }
        }
        match self.endless() {
            Some(name) => Err(format!(
                "`{name}` is, or contains, a type that contains itself without an object or an array in between"
            )),
            None => Ok(()),
        }
    }

    /// A type whose values may be values of itself, without an object or an array in between; or one that has such a type.
    fn endless(&self) -> Option<&str> {
        let mut left: BTreeMap<&str, BTreeSet<&str>> =
            self.types.iter().map(|(name, definition)| (name.as_str(), directly(definition))).collect();
        // Types that need no other one are removed until there is none.
        loop {
            let count = left.len();
            let names: BTreeSet<&str> = left.keys().copied().collect();
            left.retain(|_, used| used.iter().any(|used| names.contains(used)));
            if left.len() == count {
                return left.keys().next().copied();
            }
        }
    }
}

/// The types whose values are values of a type.
fn directly(definition: &Definition) -> BTreeSet<&str> {
    fn target(ty: &Type) -> Option<&str> {
        match ty {
            Type::Ref(name) | Type::Boxed(name) => Some(name),
            Type::Deep(inner) | Type::Nullable(inner) | Type::Implied(inner) => target(inner),
            _ => None,
        }
    }
    match &definition.is {
        Kind::Newtype(_) | Kind::Union(_) => definition.is.types().into_iter().filter_map(target).collect(),
        _ => BTreeSet::new(),
    }
}
