//! What strings of a format look like, so that one of several types can be chosen. Typed access checks more.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// Signs that no address has.
const FORBIDDEN: [char; 9] = [' ', '"', '<', '>', '\\', '^', '`', '{', '}'];

fn has_digits(text: &str, at: Range<usize>) -> bool {
    text.get(at).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn has_only(text: &str, others: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

pub(super) fn uuid(text: &str) -> bool {
    let is_right =
        |(at, c): (usize, char)| if matches!(at, 8 | 13 | 18 | 23) { c == '-' } else { c.is_ascii_hexdigit() };
    text.len() == 36 && text.chars().enumerate().all(is_right)
}

pub(super) fn date(text: &str) -> bool {
    let is_separated = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    text.len() == 10 && is_separated && [0..4, 5..7, 8..10].into_iter().all(|at| has_digits(text, at))
}

pub(super) fn time(text: &str) -> bool {
    let is_separated = text.get(2..3) == Some(":") && text.get(5..6) == Some(":");
    is_separated && [0..2, 3..5, 6..8].into_iter().all(|at| has_digits(text, at))
}

pub(super) fn date_time(text: &str) -> bool {
    let parts = text.get(..10).zip(text.get(11..));
    matches!(text.get(10..11), Some("T" | "t" | " ")) && parts.is_some_and(|(day, rest)| date(day) && time(rest))
}

pub(super) fn duration(text: &str) -> bool {
    text.len() > 2 && text.starts_with('P') && has_only(text, ".,") && text.contains(|c: char| c.is_ascii_digit())
}

pub(super) fn email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains(' '))
}

pub(super) fn uri(text: &str) -> bool {
    let is_scheme = |scheme: &str| scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && has_only(scheme, "+-.");
    text.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)) && uri_reference(text)
}

pub(super) fn uri_reference(text: &str) -> bool {
    !text.contains(FORBIDDEN)
}

pub(super) fn hostname(text: &str) -> bool {
    !text.is_empty() && has_only(text, "-.")
}

pub(super) fn ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

pub(super) fn ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

pub(super) fn byte(text: &str) -> bool {
    text.len().is_multiple_of(4) && has_only(text, "+/=")
}
