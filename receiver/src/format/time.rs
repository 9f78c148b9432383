use std::borrow::Cow;

use jiff::fmt::temporal::{Pieces, SpanParser};
use jiff::tz::Offset;
use jiff::{Span, Timestamp, civil};

use super::{Date, DateTime, Duration, FormatError, Text, Time};

impl Text<DateTime> {
    /// Parses the point in time. The offset is applied and not kept; a leap second counts as the
    /// second before it, and digits beyond nanoseconds do not count.
    ///
    /// # Errors
    ///
    /// If the text is not a date, a time and an offset, as in RFC 3339.
    pub fn timestamp(&self) -> Result<Timestamp, FormatError> {
        let expected = "a date and time";
        let form = self.split_at_checked(DATE.len()).filter(|(date, _)| has_form(date, DATE));
        let clock = form.and_then(|(_, time)| Clock::parse(time.strip_prefix(['T', 't', ' '])?));
        let Some(Clock { offset: Some(_), .. }) = clock else {
            return Err(FormatError::new(expected, "it does not have the form of RFC 3339"));
        };
        nanoseconds(self).parse().map_err(|error: jiff::Error| FormatError::new(expected, error))
    }
}

impl Text<Date> {
    /// Parses the date.
    ///
    /// # Errors
    ///
    /// If the text is not a date of the Gregorian calendar, as in RFC 3339.
    pub fn date(&self) -> Result<civil::Date, FormatError> {
        if !has_form(self, DATE) {
            return Err(FormatError::new("a date", "it does not have the form of RFC 3339"));
        }
        self.parse().map_err(|error: jiff::Error| FormatError::new("a date", error))
    }
}

impl Text<Time> {
    /// Parses the time of day and its offset. RFC 3339 requires an offset, but many senders leave it out. A leap second
    /// counts as the second before it, and digits beyond nanoseconds do not count.
    ///
    /// # Errors
    ///
    /// If the text is not a time of day, as in RFC 3339.
    pub fn time(&self) -> Result<(civil::Time, Option<Offset>), FormatError> {
        if Clock::parse(self).is_none() {
            return Err(FormatError::new("a time of day", "it does not have the form of RFC 3339"));
        }
        // An offset is only parsed after a date.
        let dated = format!("1970-01-01T{}", nanoseconds(self));
        let pieces = Pieces::parse(&dated).map_err(|error| FormatError::new("a time of day", error))?;
        let time = pieces.time().ok_or_else(|| FormatError::new("a time of day", "there is no time"))?;
        Ok((time, pieces.to_numeric_offset()))
    }
}

impl Text<Duration> {
    /// Parses the duration, such as `P1DT12H`. Days and larger units depend on the calendar, so it is
    /// a span and not a number of seconds. Units may be left out and seconds may have a fraction, as in ISO 8601.
    ///
    /// # Errors
    ///
    /// If the text is not a duration, or has a number that a span cannot have.
    pub fn span(&self) -> Result<Span, FormatError> {
        if !is_duration(self) {
            return Err(FormatError::new("a duration", "it does not have the form of ISO 8601"));
        }
        SpanParser::new().parse_span(self.as_str()).map_err(|error| FormatError::new("a duration", error))
    }
}

/// A `0` is any digit.
const DATE: &str = "0000-00-00";
const TIME: &str = "00:00:00";
const OFFSET: &str = "00:00";

fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// A time of day in minutes, as far as leap seconds need it.
struct Clock {
    /// The offset from UTC; `None` if it is not stated.
    offset: Option<i32>,
}

impl Clock {
    /// A `partial-time` of RFC 3339, perhaps with an offset. `None` if the text has another form, or if it states a leap
    /// second at a time that cannot have one.
    fn parse(text: &str) -> Option<Self> {
        let (time, rest) = text.split_at_checked(TIME.len()).filter(|(time, _)| has_form(time, TIME))?;
        let offset = match rest.strip_prefix('.') {
            None => rest,
            Some(fraction) => {
                let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
                (offset.len() < fraction.len()).then_some(offset)?
            }
        };
        let number = |text: &str| text.parse::<i32>().ok();
        let minutes = |text: &str| Some((number(text.get(..2)?)?, number(text.get(3..5)?)?));
        let offset = match offset.split_at_checked(1) {
            None => None,
            Some(("Z" | "z", "")) => Some(0),
            Some((sign @ ("+" | "-"), offset)) if has_form(offset, OFFSET) => {
                let (hours, minutes) = minutes(offset).filter(|(hours, minutes)| *hours < 24 && *minutes < 60)?;
                Some(if sign == "+" { hours * 60 + minutes } else { -(hours * 60 + minutes) })
            }
            Some(_) => return None,
        };
        let (hour, minute) = minutes(time)?;
        let in_utc = (hour * 60 + minute - offset.unwrap_or_default()).rem_euclid(24 * 60);
        let is_leap = time.ends_with("60");
        (!is_leap || in_utc == 24 * 60 - 1).then_some(Self { offset })
    }
}

/// A time without the digits beyond nanoseconds.
fn nanoseconds(text: &str) -> Cow<'_, str> {
    let Some((before, fraction)) = text.split_once('.') else { return text.into() };
    let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = fraction.len() - rest.len();
    if digits > 9 { format!("{before}.{}{rest}", &fraction[..9]).into() } else { text.into() }
}

/// Whether a text is `P` and then weeks, or years to seconds in this order, each at most once and one at least.
fn is_duration(text: &str) -> bool {
    let Some(text) = text.strip_prefix('P') else { return false };
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let weeks = time.is_none() && units(date, "W", false) == Some(1);
    let date = units(date, "YMD", false);
    let time = time.map(|time| units(time, "HMS", true));
    weeks
        || match (date, time) {
            (Some(date), None) => date > 0,
            (Some(_), Some(Some(time))) => time > 0,
            _ => false,
        }
}

/// How many numbers with units a text has, if they are in this order. Seconds may have a fraction.
fn units(text: &str, order: &str, may_be_fraction: bool) -> Option<usize> {
    let (mut text, mut order, mut count) = (text, order, 0);
    while !text.is_empty() {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = rest.len() < text.len();
        let (fraction, unit) = match rest.strip_prefix('.') {
            Some(fraction) => (true, fraction.trim_start_matches(|c: char| c.is_ascii_digit())),
            None => (false, rest),
        };
        let position = order.find(unit.chars().next()?)?;
        let may_be = !fraction || (may_be_fraction && unit.starts_with('S') && !rest.starts_with(".S"));
        if !is_number || !may_be {
            return None;
        }
        order = &order[position + 1..];
        text = &unit[1..];
        count += 1;
    }
    Some(count)
}
