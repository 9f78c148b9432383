//! Names within one scope. Clashes are resolved by one rule.

use std::collections::{BTreeMap, HashSet};

/// A scope in which every name is taken once.
#[derive(Default)]
pub(super) struct Scope {
    taken: HashSet<String>,
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

    /// Gives each claimant the first of its candidates that no other claimant shares and that is free. The last
    /// candidate of each is numbered if even that is shared.
    pub(super) fn claim(&mut self, claimants: &[Vec<String>]) -> Vec<String> {
        let mut level = vec![0_usize; claimants.len()];
        let mut number = vec![0_usize; claimants.len()];
        let name = |index: usize, level: &[usize], number: &[usize]| {
            let candidates: &[String] = &claimants[index];
            let candidate = candidates.get(level[index]).or(candidates.last()).cloned().unwrap_or_default();
            if number[index] == 0 { candidate } else { format!("{candidate}{}", number[index] + 1) }
        };
        loop {
            let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for index in 0..claimants.len() {
                groups.entry(name(index, &level, &number)).or_default().push(index);
            }
            let mut clashed = false;
            for (shared, members) in groups {
                if members.len() == 1 && !self.taken.contains(&shared) {
                    continue;
                }
                clashed = true;
                for (position, index) in members.into_iter().enumerate() {
                    if level[index] + 1 < claimants[index].len() {
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

    #[track_caller]
    fn check(reserved: &[&str], claimants: &[&[&str]], expected: &[&str]) {
        let claimants: Vec<Vec<String>> =
            claimants.iter().map(|names| names.iter().map(|&name| name.to_owned()).collect()).collect();
        assert_eq!(Scope::reserving(reserved.iter().copied()).claim(&claimants), expected);
    }

    #[test]
    fn all_that_share_a_name_step_aside() {
        check(&[], &[&["A", "A1"], &["A", "A2"], &["B"]], &["A1", "A2", "B"]);
        check(&["A"], &[&["A", "AData"]], &["AData"]);
    }

    #[test]
    fn the_last_candidate_is_numbered() {
        check(&[], &[&["A"], &["A"], &["A"]], &["A2", "A3", "A4"]);
        check(&["A", "A2"], &[&["A"]], &["A3"]);
        check(&[], &[&["A"], &["A"], &["B"]], &["A2", "A3", "B"]);
    }
}
