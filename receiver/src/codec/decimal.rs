//! Exact arithmetic on decimal text, as far as comparing and converting it needs.

use std::fmt;

/// The value of a JSON number: `±digits × 10^exponent`, normalised so that equal values are equal.
///
/// `digits` neither begins nor ends with `0`; zero has none, no sign and the exponent 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// Equal for all spellings of a value.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}e{}", if self.negative { "-" } else { "" }, self.digits, self.exponent)
    }
}

/// The digits of `i128::MIN`.
const MAX_DIGITS: i64 = 39;

impl Decimal {
    /// `None` if the exponent exceeds 64 bits. The text must be a JSON number.
    pub(crate) fn parse(number: &str) -> Option<Self> {
        let (mantissa, exponent) = match number.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (number, 0),
        };
        let (negative, magnitude) = match mantissa.strip_prefix('-') {
            Some(magnitude) => (true, magnitude),
            None => (false, mantissa),
        };
        let (integer, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));

        let all = format!("{integer}{fraction}");
        let trimmed = all.trim_end_matches('0');
        let digits = trimmed.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        let exponent = exponent
            .checked_sub(i64::try_from(fraction.len()).ok()?)?
            .checked_add(i64::try_from(all.len() - trimmed.len()).ok()?)?;
        Some(Self { negative, digits: digits.to_owned(), exponent })
    }

    pub(crate) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// `None` if it has a fraction or exceeds 128 bits.
    pub(crate) fn to_i128(&self) -> Option<i128> {
        if self.digits.is_empty() {
            return Some(0);
        }
        if !(0..MAX_DIGITS).contains(&self.exponent) {
            return None;
        }
        let sign = if self.negative { "-" } else { "" };
        let zeros = "0".repeat(usize::try_from(self.exponent).ok()?);
        format!("{sign}{}{zeros}", self.digits).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn parse(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn spellings_of_one_value_are_equal() {
        for spellings in [
            &["0", "-0", "0.0", "0e9", "-0.00E-9", "0e-9"][..],
            &["1", "1.0", "1e0", "10e-1", "0.1E+1", "100e-2"],
            &["-1.5", "-15e-1", "-0.0015e3"],
            &["120", "1.2e2", "12e1", "120.000"],
            &["123456789012345678901234567890", "1.2345678901234567890123456789e29"],
        ] {
            for spelling in spellings {
                assert_eq!(parse(spelling), parse(spellings[0]), "{spelling}");
            }
        }
    }

    #[test]
    fn neighbours_differ() {
        assert_ne!(parse("9007199254740993"), parse("9007199254740992"));
        assert_ne!(parse("1"), parse("-1"));
        assert_ne!(parse("1"), parse("10"));
        assert_ne!(parse("0.1"), parse("0.10000000000000000000000001"));
    }

    #[test]
    fn integers_convert_exactly() {
        for (text, expected) in [
            ("-0", Some(0)),
            ("0e999999", Some(0)),
            ("1.0", Some(1)),
            ("-1e2", Some(-100)),
            ("1.5", None),
            ("1e-1", None),
            ("1e38", Some(10_i128.pow(38))),
            ("1e39", None),
            ("170141183460469231731687303715884105727", Some(i128::MAX)),
            ("170141183460469231731687303715884105728", None),
            ("-170141183460469231731687303715884105728", Some(i128::MIN)),
        ] {
            assert_eq!(parse(text).to_i128(), expected, "{text}");
        }
    }

    #[test]
    fn huge_exponents_are_not_decimals() {
        assert_eq!(Decimal::parse("1e99999999999999999999"), None);
        assert_eq!(Decimal::parse("0.1e-9223372036854775808"), None);
    }
}
