//! JSON in one of the spellings that a value has.

use serde_json::{Number, Value};

use crate::Choices;

/// A text of this value: with white space or without, with escapes or without, and numbers as fractions or with exponents.
/// Each number has exactly the value that its usual text has.
///
/// ```
/// let tape = arbitrary_openapi::seeded(1);
/// let text = arbitrary_openapi::json_text(&mut tape.choices(), &serde_json::json!([1, "a"]));
/// assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&text).unwrap()[1], "a");
/// ```
pub fn json_text(choices: &mut Choices<'_>, value: &Value) -> String {
    let spaced = choices.chance(20);
    let spelled = choices.chance(40);
    let mut text = String::new();
    write(choices, value, Form { spaced, spelled }, &mut text);
    text
}

/// JSON with the members of each object in the reverse order.
pub(crate) fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members =
                members.iter().rev().map(|(name, value)| format!("{}:{}", Value::from(&**name), reversed(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(elements) => format!("[{}]", elements.iter().map(reversed).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[derive(Clone, Copy)]
struct Form {
    /// White space between tokens.
    spaced: bool,
    /// Numbers and strings in other spellings.
    spelled: bool,
}

fn write(choices: &mut Choices<'_>, value: &Value, form: Form, text: &mut String) {
    let space = if form.spaced { "\n\t " } else { "" };
    match value {
        Value::Number(number) if form.spelled => text.push_str(&spelling(choices, number)),
        Value::String(string) if form.spelled && choices.chance(30) => {
            text.push('"');
            for unit in string.encode_utf16() {
                text.push_str(&format!("\\u{unit:04x}"));
            }
            text.push('"');
        }
        Value::Array(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                text.push_str(space);
                write(choices, element, form, text);
            }
            text.push_str(space);
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                text.push_str(space);
                write(choices, &name.as_str().into(), form, text);
                text.push_str(space);
                text.push(':');
                text.push_str(space);
                write(choices, value, form, text);
            }
            text.push_str(space);
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// Another spelling of a number.
fn spelling(choices: &mut Choices<'_>, number: &Number) -> String {
    let usual = number.to_string();
    let (mantissa, exponent) = usual.split_once('e').unwrap_or((&usual, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let scale = exponent - i32::try_from(fraction.len()).unwrap_or(0);
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(whole) => ("-", format!("{whole}{fraction}")),
        None => ("", format!("{whole}{fraction}")),
    };
    // The number is `digits × 10^scale`.
    let digits = match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    match choices.number(0..=3) {
        0 => format!("{sign}{digits}e{scale}"),
        1 => format!("{sign}{}.{}E{:+}", &digits[..1], format_args!("{}0", &digits[1..]), {
            scale + i32::try_from(digits.len()).unwrap_or(1) - 1
        }),
        2 if scale >= 0 => format!("{sign}{digits}{}", "0".repeat(usize::try_from(scale).unwrap_or(0))),
        3 if scale >= 0 => format!("{sign}{digits}{}.0", "0".repeat(usize::try_from(scale).unwrap_or(0))),
        _ => usual,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::seeded;

    #[test]
    fn every_spelling_has_the_value() {
        for value in [json!(0), json!(-10), json!(1.5), json!(-0.25), json!(1e300), json!(1e-7), json!(u64::MAX)] {
            for seed in 0..50 {
                let text = json_text(&mut seeded(seed).choices(), &json!([value, "é\n🎉"]));
                let read: Value = serde_json::from_str(&text).expect("it is JSON");
                assert_eq!(read[0].as_f64(), value.as_f64(), "{text}");
                assert_eq!(read[1], "é\n🎉", "{text}");
            }
        }
    }
}
