//! Whether two texts are equal JSON, as JSON Schema compares values. This is apart from the receiver, whose codec is tested.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The order of members does not count, and neither does the spelling of strings and numbers.
pub(super) fn same(expected: &str, actual: &str) -> Result<(), String> {
    let read = |text: &str| serde_json::from_str::<Box<RawValue>>(text).map_err(|error| format!("not JSON: {error}"));
    compare("", &read(expected)?, &read(actual)?)
}

fn compare(place: &str, expected: &RawValue, actual: &RawValue) -> Result<(), String> {
    let differs = || Err(format!("{place} is {actual} instead of {expected}"));
    let (old, new) = (expected.get(), actual.get());
    let first = |text: &str| text.bytes().next().unwrap_or_default();
    if first(old) == b'{' && first(new) == b'{' {
        let read = |text| serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(text).expect("it is an object");
        let (old, new) = (read(old), read(new));
        if !old.keys().eq(new.keys()) {
            return differs();
        }
        old.iter().try_for_each(|(name, value)| compare(&format!("{place}/{name}"), value, &new[name]))
    } else if first(old) == b'[' && first(new) == b'[' {
        let read = |text| serde_json::from_str::<Vec<Box<RawValue>>>(text).expect("it is an array");
        let (old, new) = (read(old), read(new));
        if old.len() != new.len() {
            return differs();
        }
        (0..).zip(&old).try_for_each(|(index, value)| compare(&format!("{place}/{index}"), value, &new[index]))
    } else if first(old) == b'"' && first(new) == b'"' {
        let read = |text| serde_json::from_str::<String>(text).expect("it is a string");
        if read(old) == read(new) { Ok(()) } else { differs() }
    } else if let (Some(one), Some(other)) = (number(old), number(new)) {
        if one == other { Ok(()) } else { differs() }
    } else if old == new {
        Ok(())
    } else {
        differs()
    }
}

/// The exact value of a number: its sign, its digits without zeros at either end, and the power of ten of the last digit.
fn number(text: &str) -> Option<(bool, String, i64)> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let shift = i64::try_from(digits.len() - significant.len()).ok()? - i64::try_from(fraction.len()).ok()?;
    match significant.trim_start_matches('0') {
        "" => Some((false, String::new(), 0)),
        significant => Some((negative, significant.to_owned(), exponent.parse::<i64>().ok()? + shift)),
    }
}
