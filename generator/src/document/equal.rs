//! Whether two nodes mean the same JSON.

use super::print_json::json;
use super::tree::{Node, Value};

/// Whether two nodes are the same JSON: numbers are compared by value, and the order of members does not count.
pub fn same(a: &Node, b: &Node) -> bool {
    match (a.value(), b.value()) {
        (Value::Number(a), Value::Number(b)) => a == b || magnitude(a) == magnitude(b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => json(a) == json(b),
    }
}

/// A text that is equal for two nodes if they are the [same] JSON.
pub fn canonical(node: &Node) -> String {
    match node.value() {
        Value::Number(number) => format!("{:?}", magnitude(number)),
        Value::Array(elements) => format!("[{}]", elements.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(name, member)| (name, canonical(member))).collect();
            members.sort_unstable();
            format!("{members:?}")
        }
        _ => json(node),
    }
}

/// The value of a number: its sign, its digits, and the power of ten of the last digit.
fn magnitude(number: &str) -> (bool, String, i64) {
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let trimmed = all.trim_end_matches('0');
    let places = i64::try_from(all.len() - trimmed.len()).unwrap_or(0) - i64::try_from(fraction.len()).unwrap_or(0);
    match trimmed.trim_start_matches('0') {
        "" => (false, String::new(), 0),
        significant => {
            (negative, significant.to_owned(), exponent.parse::<i64>().unwrap_or(i64::MAX / 2).saturating_add(places))
        }
    }
}
