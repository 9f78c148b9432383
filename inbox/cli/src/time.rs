//! Times, as they are written and read.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::{Span, SpanRelativeTo, Timestamp};

/// A length of time: `90s`, `2h`, `14d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Age(pub(crate) Duration);

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let span = text.parse::<Span>().ok();
        let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
        let duration = duration.and_then(|duration| Duration::try_from(duration).ok());
        duration.map(Self).ok_or_else(|| "write a length of time such as `90s`, `2h` or `14d`".to_owned())
    }
}

/// A point in time, perhaps relative to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(SystemTime);

impl Moment {
    pub(crate) fn time(self) -> SystemTime {
        self.0
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return SystemTime::try_from(time).map(Self).map_err(|error| error.to_string());
        }
        let ago = text.parse::<Age>().ok().and_then(|Age(age)| SystemTime::now().checked_sub(age));
        ago.map(Self).ok_or_else(|| {
            "write how long ago, such as `2h`, or a time with its offset, such as `2026-03-01T10:00:00Z`".to_owned()
        })
    }
}

/// As RFC 3339, in UTC with milliseconds.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(|_| "?".to_owned(), |time| format!("{time:.3}"))
}

/// With one unit: `3s`, `5m`, `7h`, `12d`.
pub(crate) fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (number, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7200 => (seconds / 60, "m"),
        7200..172_800 => (seconds / 3600, "h"),
        _ => (seconds / 86_400, "d"),
    };
    format!("{number}{unit}")
}

/// How long ago that was.
pub(crate) fn since(time: SystemTime) -> Duration {
    time.elapsed().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_units() {
        let age = |text: &str| text.parse::<Age>().map(|Age(age)| age.as_secs());
        assert_eq!(age("90s"), Ok(90));
        assert_eq!(age("2h"), Ok(7200));
        assert_eq!(age("14d"), Ok(14 * 86_400));
        assert_eq!(age("1d 12h"), Ok(36 * 3600));
        for text in ["", "7", "-1h", "soon", "1 month"] {
            assert!(age(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_are_absolute_or_relative() {
        let moment = |text: &str| text.parse::<Moment>().map(Moment::time);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        assert_eq!(moment("1970-01-01T01:00:01+01:00"), Ok(time));
        assert_eq!(rfc3339(time), "1970-01-01T00:00:01.000Z");
        let ago = since(moment("2h").unwrap()).as_secs();
        assert!((7200..7260).contains(&ago), "{ago}");
        assert!(moment("2026-03-01").is_err() && moment("later").is_err());
    }

    #[test]
    fn durations_have_one_unit() {
        let texts = [0, 119, 120, 7199, 7200, 172_799, 172_800].map(|seconds| short(Duration::from_secs(seconds)));
        assert_eq!(texts, ["0s", "119s", "2m", "119m", "2h", "47h", "2d"]);
    }
}
