//! The numbers of JSON.

/// Whether the text is a number of JSON.
pub(super) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for number in ["0", "-0", "10", "1.10", "1e400", "-2.5E-3", "1E+2", "123456789012345678901234567890"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["", "-", "+1", "017", "1.", ".5", "1e", "1e+", "0x1", "1_000", "--1", "1.2.3", "1e2e3", "NaN"] {
            assert!(!is_number(other), "{other}");
        }
    }
}
