//! Findings of one kind and cause as one message.

use indexmap::IndexMap;

use super::code::Code;
use super::diagnostic::{Denied, Diagnostic, Label};
use super::report::Diagnostics;
use super::setting::Setting;

/// How many findings of a group show their place.
const MAX_PLACES: usize = 3;

/// What findings of one group have in common: the message without the names in it.
type Cause = (Code, Option<Denied>, String);

impl Diagnostics {
    /// The same findings, with those of one code and cause as one: with the places of the first ones, all lines that they
    /// offer, and the number of the others. Two findings have the same cause if their messages differ only in names.
    #[must_use]
    pub fn grouped(&self) -> Self {
        let mut groups: IndexMap<Cause, Vec<&Diagnostic>> = IndexMap::new();
        for finding in self {
            let cause = (finding.code, finding.denied.clone(), without_names(&finding.message));
            groups.entry(cause).or_default().push(finding);
        }
        self.with(groups.into_values().map(|group| one(&group)).collect())
    }
}

/// A message with `…` for each text in backticks.
fn without_names(message: &str) -> String {
    let parts = message.split('`').enumerate();
    parts.map(|(number, part)| if number % 2 == 0 { part } else { "`…`" }).collect()
}

fn one(group: &[&Diagnostic]) -> Diagnostic {
    let (first, others) = group.split_first().expect("a group has a finding");
    let mut one = (*first).clone();
    one.alike = others.len();
    if others.is_empty() {
        return one;
    }
    let is_settings =
        |help: &String, finding: &Diagnostic| finding.settings.iter().any(|setting| setting.help() == *help);
    one.help.retain(|help| !is_settings(help, first));
    one.hidden = others.len();
    for other in &others[..others.len().min(MAX_PLACES - 1)] {
        one.hidden -= other.labels.len().min(1);
        let text =
            |label: &Label| if other.message == first.message { label.text.clone() } else { other.message.clone() };
        one.labels.extend(other.labels.first().map(|label| Label { place: label.place.clone(), text: text(label) }));
        for help in &other.help {
            if !is_settings(help, other) && !one.help.contains(help) {
                one.help.push(help.clone());
            }
        }
    }
    one.settings = merged(group);
    one.help.extend(one.settings.iter().map(Setting::help));
    one
}

/// The lines that all findings offer, by table.
fn merged(group: &[&Diagnostic]) -> Vec<Setting> {
    let mut merged: Vec<Setting> = Vec::new();
    for setting in group.iter().flat_map(|finding| &finding.settings) {
        let alike = |one: &&mut Setting| (one.table, &one.when) == (setting.table, &setting.when);
        match merged.iter_mut().find(alike) {
            Some(one) => {
                for line in &setting.lines {
                    if !one.lines.contains(line) {
                        one.lines.push(line.clone());
                    }
                }
            }
            None => merged.push(setting.clone()),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;
    use crate::document::FileId;

    fn finding(code: Code, message: &str, at: usize) -> Diagnostic {
        Diagnostic::new(code, message).at(Place::Bytes(FileId(0), at..at + 1), "here")
    }

    #[test]
    fn findings_of_one_cause_are_one_with_the_first_places_and_all_lines() {
        let mut all = Diagnostics::default();
        for (number, name) in ["a", "b", "c", "d"].iter().enumerate() {
            let line = format!("{name} = \"…\"");
            all.push(
                finding(Code::NoEventType, &format!("no event type for `{name}`"), number).setting("names", vec![line]),
            );
        }
        all.push(finding(Code::NoEventType, "no event type at all", 9));
        all.push(finding(Code::Untyped, "no event type for `a`", 9));
        let grouped: Vec<Diagnostic> = all.grouped().iter().cloned().collect();
        let [one, at_all, untyped] = &grouped[..] else { panic!("{grouped:?}") };
        assert_eq!((one.message.as_str(), one.alike, one.labels.len()), ("no event type for `a`", 3, 3));
        assert_eq!(one.labels[1].text, "no event type for `b`");
        assert_eq!(one.settings[0].lines.len(), 4);
        assert_eq!(one.help.len(), 1, "{:?}", one.help);
        assert!(one.notes()[0].contains("there is 1 more"), "{:?}", one.notes());
        assert_eq!((at_all.alike, untyped.alike), (0, 0));
        let mut two = Diagnostics::default();
        ["a", "b"].iter().enumerate().for_each(|(at, name)| {
            two.push(finding(Code::NoEventType, &format!("no event type for `{name}`"), at));
        });
        let [both] = &two.grouped().iter().cloned().collect::<Vec<_>>()[..] else { panic!() };
        assert_eq!((both.alike, both.notes()), (1, vec![]), "both places are shown");
        assert_eq!(all.iter().count(), 6, "the findings themselves stay");
    }
}
