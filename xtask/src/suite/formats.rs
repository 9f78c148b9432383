//! Typed access to strings with a format, compared with the suite's verdict.

use serde_json::Value;
use webhook_receiver::{Text, format};

use super::group::Group;
use super::row::Row;

/// Whether typed access accepts a string.
type Accepts = fn(&str) -> bool;

/// The formats with typed access. URLs are read by the rules of browsers, which are not those of the suite.
const TYPED: [(&str, Accepts); 7] = [
    ("date-time", |text| Text::<format::DateTime>::from(text).timestamp().is_ok()),
    ("date", |text| Text::<format::Date>::from(text).date().is_ok()),
    ("time", |text| Text::<format::Time>::from(text).time().is_ok()),
    ("duration", |text| Text::<format::Duration>::from(text).span().is_ok()),
    ("uuid", |text| Text::<format::Uuid>::from(text).uuid().is_ok()),
    ("ipv4", |text| Text::<format::Ipv4>::from(text).addr().is_ok()),
    ("ipv6", |text| Text::<format::Ipv6>::from(text).addr().is_ok()),
];

/// Counts the strings of a group about a format.
pub(super) fn count(group: &Group, row: &mut Row) {
    let Some((_, format)) = group.file.split_once("/optional/format/") else { return };
    let Some((_, accepts)) = TYPED.iter().find(|(name, _)| *name == format) else { return };
    for test in &group.tests {
        let Ok(Value::String(text)) = serde_json::from_str(test.data.get()) else { continue };
        row.strings += 1;
        if accepts(&text) == test.valid {
            row.judged += 1;
        } else {
            let verdict = if test.valid { "typed access refuses" } else { "typed access accepts" };
            row.failures.push(format!("{}: {}: {verdict} {text:?}", group.name, test.name));
        }
    }
}
