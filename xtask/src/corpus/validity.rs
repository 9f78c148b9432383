//! Which examples are known to match their own schemas.
//!
//! A corpus states this in `examples-validity.json` at its root: `docs` has a member for each document, by its path, with
//! the numbers `valid` and `invalid` and with `invalid_list`, whose `example` names an invalid one as
//! [`Example::name`](super::examples::Example::name) does, up to ` -> ` where that follows.

use std::collections::HashSet;
use std::path::Path;
use std::{fs, io};

use serde_json::Value;

use super::examples::Example;

/// The known validity of the examples of a corpus.
pub(crate) struct Validity(Value);

impl Validity {
    /// Reads the file of the corpus, if it has one.
    pub(crate) fn read(corpus: &Path) -> Result<Self, String> {
        let path = corpus.join("examples-validity.json");
        match fs::read(&path) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Self).map_err(|error| format!("`{}`: {error}", path.display()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self(Value::Null)),
            Err(error) => Err(format!("`{}`: {error}", path.display())),
        }
    }

    /// The known validity of a document's examples. If the numbers show that the examples in separate files were not
    /// judged, only those in the description count.
    ///
    /// # Errors
    ///
    /// If there are fewer examples than were judged.
    pub(crate) fn of(&self, document: &str, examples: &[Example]) -> Result<Verdict, String> {
        let known = &self.0["docs"][document];
        let number = |name: &str| known[name].as_u64().and_then(|number| usize::try_from(number).ok());
        let (Some(valid), Some(invalid)) = (number("valid"), number("invalid")) else {
            return Ok(Verdict::none(examples.len()));
        };
        let within = examples.iter().filter(|example| example.pointer.is_some()).count();
        let judged = valid + invalid;
        let (all, spare) = if judged == within { (false, 0) } else { (true, examples.len().saturating_sub(judged)) };
        let list = known["invalid_list"].as_array().into_iter().flatten();
        let named: HashSet<&str> = list.filter_map(|entry| entry["example"].as_str()?.split(" -> ").next()).collect();
        let is_named = |example: &Example| named.contains(example.name.as_str());
        let found = examples.iter().filter(|example| is_named(example)).count();
        if judged > examples.len() || found != invalid {
            let count = examples.len();
            return Err(format!(
                "{judged} examples were judged, {invalid} invalid; {count} were found, {found} of those"
            ));
        }
        let is_valid = |example: &Example| (all || example.pointer.is_some()) && !is_named(example);
        Ok(Verdict { valid: examples.iter().map(is_valid).collect(), spare })
    }
}

/// The known validity of some examples.
pub(crate) struct Verdict {
    /// Whether each is known to be valid.
    pub(crate) valid: Vec<bool>,
    /// How many of those may still be invalid, because not all were judged.
    pub(crate) spare: usize,
}

impl Verdict {
    /// If nothing is known.
    pub(crate) fn none(examples: usize) -> Self {
        Self { valid: vec![false; examples], spare: 0 }
    }
}
