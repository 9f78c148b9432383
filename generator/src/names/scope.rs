//! Names within one scope. Clashes are resolved by one rule.

use std::collections::{BTreeMap, HashSet};

/// A scope in which every name is taken once.
#[derive(Default)]
pub(super) struct Scope {
    taken: HashSet<String>,
}

/// Something that needs a name.
pub(super) struct Claimant {
    /// What it is known by; unique within the scope.
    pub(super) key: String,
    /// What it is called in the description.
    called: String,
    /// The names that it could have, the best first. The last one is numbered if necessary.
    pub(super) candidates: Vec<String>,
}

impl Claimant {
    pub(super) fn new(key: impl Into<String>, candidates: Vec<String>) -> Self {
        let key = key.into();
        Self { called: key.clone(), key, candidates }
    }

    pub(super) fn called(key: impl Into<String>, called: &str, candidates: Vec<String>) -> Self {
        Self { key: key.into(), called: called.to_owned(), candidates }
    }
}

impl Scope {
    /// A scope in which these names are reserved.
    pub(super) fn reserving<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self { taken: names.into_iter().map(str::to_owned).collect() }
    }

    /// Takes a name; `false` if it is already taken.
    pub(super) fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }

    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// Gives each claimant the name that it is recorded with, and all others names around those, see
    /// [`claim`](Self::claim). Names of what is gone stay taken.
    pub(super) fn claim_around(&mut self, locked: &BTreeMap<String, String>, claimants: Vec<Claimant>) -> Vec<String> {
        self.taken.extend(locked.values().cloned());
        let known: Vec<Option<String>> = claimants.iter().map(|claimant| locked.get(&claimant.key).cloned()).collect();
        let new: Vec<Claimant> =
            claimants.into_iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(new, _)| new).collect();
        let mut new = self.claim(&new).into_iter();
        known.into_iter().map(|known| known.or_else(|| new.next()).unwrap_or_default()).collect()
    }

    /// Gives each claimant the first of its candidates that is free. Of several claimants of one name, one keeps it: the one
    /// that is called so in the description, else the first in alphabetical order. So the order of claimants does not matter.
    pub(super) fn claim(&mut self, claimants: &[Claimant]) -> Vec<String> {
        let mut level = vec![0_usize; claimants.len()];
        let mut number = vec![0_usize; claimants.len()];
        let name = |index: usize, level: &[usize], number: &[usize]| {
            let candidates = &claimants[index].candidates;
            let candidate = candidates.get(level[index]).or(candidates.last()).cloned().unwrap_or_default();
            if number[index] == 0 { candidate } else { format!("{candidate}{}", number[index] + 1) }
        };
        loop {
            let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for index in 0..claimants.len() {
                groups.entry(name(index, &level, &number)).or_default().push(index);
            }
            let mut clashed = false;
            for (shared, mut members) in groups {
                let is_free = !self.taken.contains(&shared);
                if members.len() == 1 && is_free {
                    continue;
                }
                clashed = true;
                members.sort_by_key(|&index| {
                    let Claimant { key, called, .. } = &claimants[index];
                    (level[index], number[index], *called != shared, key)
                });
                for (position, index) in members.into_iter().skip(usize::from(is_free)).enumerate() {
                    if level[index] + 1 < claimants[index].candidates.len() {
                        level[index] += 1;
                    } else {
                        number[index] += position + 1;
                    }
                }
            }
            if !clashed {
                break;
            }
        }
        let names: Vec<String> = (0..claimants.len()).map(|index| name(index, &level, &number)).collect();
        self.taken.extend(names.iter().cloned());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimants(claimants: &[(&str, &[&str])]) -> Vec<Claimant> {
        let candidates = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        claimants.iter().map(|(key, names)| Claimant::new(*key, candidates(names))).collect()
    }

    #[track_caller]
    fn check(reserved: &[&str], claims: &[(&str, &[&str])], expected: &[&str]) {
        assert_eq!(Scope::reserving(reserved.iter().copied()).claim(&claimants(claims)), expected);
    }

    #[test]
    fn one_of_several_keeps_the_name() {
        check(&[], &[("y", &["A", "A1"]), ("x", &["A", "A2"]), ("z", &["B"])], &["A1", "A", "B"]);
        check(&[], &[("a", &["A", "A1"]), ("A", &["A", "A2"])], &["A1", "A"]);
        check(&[], &[("a", &["B", "A"]), ("b", &["A"]), ("c", &["B"])], &["B", "A", "B2"]);
        check(&["A"], &[("x", &["A", "AData"])], &["AData"]);
    }

    #[test]
    fn the_last_candidate_is_numbered() {
        check(&[], &[("x", &["A"]), ("y", &["A"]), ("z", &["A"])], &["A", "A2", "A3"]);
        check(&["A", "A2"], &[("x", &["A"])], &["A3"]);
    }

    #[test]
    fn recorded_names_stay_and_those_of_what_is_gone_stay_taken() {
        let locked = [("y", "A"), ("gone", "B")].map(|(key, name)| (key.to_owned(), name.to_owned())).into();
        let claims = [("x", &["A", "A1"][..]), ("y", &["A", "A2"]), ("z", &["B", "B1"])];
        assert_eq!(Scope::default().claim_around(&locked, claimants(&claims)), ["A1", "A", "B1"]);
    }
}
