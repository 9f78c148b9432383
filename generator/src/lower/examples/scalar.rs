//! Made-up strings and numbers that fit their schemas.

use crate::ir::Format;
use crate::lower::context::Context;
use crate::lower::schema::MergedSchema;
use crate::normalize::JsonType;

/// How long a made-up string is at most.
const MAX_LENGTH: usize = 1000;

/// Strings of which the first that fits is used.
pub(super) fn texts(cx: &Context<'_>, merged: &MergedSchema<'_>) -> Vec<String> {
    let bound = |keyword| merged.annotations.values(keyword).filter_map(|value| value.parse::<usize>().ok());
    let least = bound("minLength").max().unwrap_or(0).min(MAX_LENGTH);
    let most = bound("maxLength").min().unwrap_or(usize::MAX);
    let patterns = merged.annotations.values("pattern").filter_map(|pattern| serde_json::from_str(pattern).ok());
    let matching = patterns.filter_map(|pattern: String| cx.patterns.matching(&pattern, least));
    let mut texts: Vec<String> = merged.format.and_then(of_format).map(str::to_owned).into_iter().collect();
    texts.extend(matching);
    texts.push("text".chars().cycle().take(least.max(4).min(most)).collect());
    texts
}

/// A string of a format.
fn of_format(format: &str) -> Option<&'static str> {
    let Some(format) = Format::parse(format) else {
        return match format {
            "json-pointer" => Some("/text"),
            "relative-json-pointer" => Some("0"),
            "iri" => Some("https://example.com/"),
            "idn-email" => Some("user@example.com"),
            _ => None,
        };
    };
    Some(match format {
        Format::Uuid => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        Format::DateTime => "2024-01-01T00:00:00Z",
        Format::Date => "2024-01-01",
        Format::Time => "00:00:00Z",
        Format::Duration => "P1D",
        Format::Email => "user@example.com",
        Format::Uri => "https://example.com/",
        Format::UriReference => "/text",
        Format::Hostname => "example.com",
        Format::Ipv4 => "192.0.2.1",
        Format::Ipv6 => "2001:db8::1",
        Format::Byte => "dGV4dA==",
    })
}

/// The digits of numbers of which the first that fits is used.
pub(super) fn numbers(merged: &MergedSchema<'_>, json_type: JsonType) -> Vec<String> {
    let bounds = |keywords: [&'static str; 2]| {
        let values = keywords.into_iter().flat_map(|keyword| merged.annotations.values(keyword));
        values.filter(|value| value.parse::<f64>().is_ok()).map(str::to_owned).collect::<Vec<_>>()
    };
    let lower = bounds(["minimum", "exclusiveMinimum"]);
    let upper = bounds(["maximum", "exclusiveMaximum"]);
    let number = |text: &String| text.parse::<f64>().unwrap_or_default();
    let least = lower.iter().map(number).fold(f64::NEG_INFINITY, f64::max);
    let most = upper.iter().map(number).fold(f64::INFINITY, f64::min);
    let step = merged.annotations.values("multipleOf").find_map(|value| value.parse::<f64>().ok());
    let mut found = vec!["0".to_owned(), "1".to_owned()];
    // As they are written, since a large integer has digits that `f64` does not have.
    found.extend(lower.iter().chain(&upper).cloned());
    let mut near = Vec::new();
    if let Some(step) = step.filter(|step| *step > 0.0) {
        near.extend([
            (least / step).ceil() * step,
            ((least / step).floor() + 1.0) * step,
            (most / step).floor() * step,
            step,
        ]);
    }
    near.extend([least.ceil(), least.floor() + 1.0, most.floor(), most.ceil() - 1.0]);
    if json_type == JsonType::Number {
        near.push(0.5);
        near.push(f64::midpoint(least, most));
    }
    found.extend(near.into_iter().filter(|value| value.is_finite()).map(|value| value.to_string()));
    found
}
