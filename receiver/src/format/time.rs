use jiff::fmt::temporal::{Pieces, SpanParser};
use jiff::tz::Offset;
use jiff::{Span, Timestamp, civil};

use super::{Date, DateTime, Duration, FormatError, Text, Time};

impl Text<DateTime> {
    /// Parses the point in time. The offset is applied and not kept; a leap second counts as the
    /// second before it.
    ///
    /// # Errors
    ///
    /// If the text is not a date, a time and an offset.
    pub fn timestamp(&self) -> Result<Timestamp, FormatError> {
        self.parse().map_err(|error: jiff::Error| FormatError::new("a date and time", error))
    }
}

impl Text<Date> {
    /// Parses the date.
    ///
    /// # Errors
    ///
    /// If the text is not a date of the Gregorian calendar.
    pub fn date(&self) -> Result<civil::Date, FormatError> {
        self.parse().map_err(|error: jiff::Error| FormatError::new("a date", error))
    }
}

impl Text<Time> {
    /// Parses the time of day, and the offset if there is one.
    ///
    /// # Errors
    ///
    /// If the text is not a time of day.
    pub fn time(&self) -> Result<(civil::Time, Option<Offset>), FormatError> {
        // An offset is only parsed after a date.
        let dated = format!("1970-01-01T{}", self.as_str());
        let pieces = Pieces::parse(&dated).map_err(|error| FormatError::new("a time of day", error))?;
        let time = pieces.time().ok_or_else(|| FormatError::new("a time of day", "there is no time"))?;
        Ok((time, pieces.to_numeric_offset()))
    }
}

impl Text<Duration> {
    /// Parses the duration, such as `P1DT12H`. Days and larger units depend on the calendar, so it is
    /// a span and not a number of seconds.
    ///
    /// # Errors
    ///
    /// If the text is not an ISO 8601 duration.
    pub fn span(&self) -> Result<Span, FormatError> {
        SpanParser::new().parse_span(self.as_str()).map_err(|error| FormatError::new("a duration", error))
    }
}
