//! Integers and numbers: J20, J21, J22.

use webhook_receiver::Decode;
use webhook_receiver::{DecodeError, DecodeErrorKind, Integer, JsonValue, Number, serde_json};

use crate::acme::delivery;
use crate::patience::patiently;

fn decode<T: Decode>(json: &str) -> Result<T, DecodeError> {
    delivery(json.to_owned()).decode()
}

#[test]
fn integers_of_64_bits() {
    for (json, expected) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("1.0", Some(1)),
        ("1e2", Some(100)),
        ("-1.50e1", Some(-15)),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9007199254740991.0", Some(9_007_199_254_740_991)),
        ("9007199254740992.0", Some(9_007_199_254_740_992)),
        ("9007199254740993.0", Some(9_007_199_254_740_993)),
        ("9.223372036854775807e18", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("123456789012345678901234567890", None),
        ("1.5", None),
        ("1e400", None),
        ("\"1\"", None),
        ("true", None),
        ("null", None),
    ] {
        assert_eq!(decode::<i64>(json).ok(), expected, "{json}");
    }
}

/// It is JSON, even if no type has it.
#[test]
fn numbers_beyond_doubles_are_not_malformed() {
    for error in [
        decode::<i64>("1e400").unwrap_err(),
        decode::<Integer>("1e400").unwrap_err(),
        decode::<Number>("1e400").unwrap_err(),
        decode::<JsonValue>("1e400").unwrap_err(),
        decode::<bool>("1e400").unwrap_err(),
    ] {
        assert_eq!(error.kind(), DecodeErrorKind::Mismatch, "{error}");
    }
    assert_eq!(decode::<Vec<bool>>("[1e400, ]").unwrap_err().kind(), DecodeErrorKind::Malformed);
}

#[test]
fn integers_of_32_bits() {
    for (json, expected) in [
        ("2147483647", Some(i32::MAX)),
        ("-2147483648", Some(i32::MIN)),
        ("2147483648", None),
        ("1e3", Some(1000)),
        ("0.5", None),
    ] {
        assert_eq!(decode::<i32>(json).ok(), expected, "{json}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    for json in ["0", "-0.0", "1.50", "1E+2", "123456789012345678901234567890", "0.1000000000000000000001", "1e-999"] {
        let number: Number = decode(json).unwrap();
        assert_eq!(number.as_str(), json);
        assert_eq!(serde_json::to_string(&number).unwrap(), json);
        assert_eq!(json.parse::<Number>().unwrap(), number);
    }
    for json in ["1e400", "-1e400", "\"1\"", "null", "[1]", "{}", "true"] {
        assert!(decode::<Number>(json).is_err(), "{json}");
    }
    for text in ["", " ", "+1", "01", "1.", ".5", "NaN", "inf", "0x1", "1_0", "1 2", "\"1\""] {
        assert!(text.parse::<Number>().is_err(), "{text}");
    }
}

#[test]
fn integers_are_recognized_by_value() {
    for (json, expected) in
        [("1.0", 1), ("1e2", 100), ("-0", 0), ("10.50e1", 105), ("170141183460469231731687303715884105727", i128::MAX)]
    {
        let integer: Integer = decode(json).unwrap();
        assert_eq!((integer.as_str(), integer.as_i128()), (json, Some(expected)));
        assert_eq!(serde_json::to_string(&integer).unwrap(), json);
    }
    let large: Integer = decode("1e200").unwrap();
    assert_eq!((large.as_i128(), large.as_i64(), large.as_u64()), (None, None, None));
    for json in ["1.5", "1e-1", "1e400", "\"1\"", "null"] {
        assert!(decode::<Integer>(json).is_err(), "{json}");
    }
}

#[test]
fn numbers_convert() {
    assert_eq!(Number::from(-5_i64).as_i64(), Some(-5));
    assert_eq!(Number::from(u64::MAX).as_u64(), Some(u64::MAX));
    assert_eq!(Number::from(u64::MAX).as_i64(), None);
    assert_eq!("2.5e0".parse::<Number>().unwrap().as_i64(), None);
    assert_eq!("2.5e0".parse::<Number>().map(|number| number.as_f64()), Ok(2.5));
    assert_eq!(Number::try_from(0.5).map(|number| number.to_string()), Ok("0.5".to_owned()));
    assert!(Number::try_from(f64::NAN).is_err() && Number::try_from(f64::INFINITY).is_err());
    assert_eq!(Number::from(Integer::from(7)).as_str(), "7");
    assert_eq!(Integer::from(i128::MIN).as_i128(), Some(i128::MIN));
}

#[test]
fn endless_digits_are_refused_quickly() {
    let digits = "9".repeat(2_000_000);
    assert!(patiently(|| decode::<i64>(&digits)).is_err());
    assert!(patiently(|| decode::<Number>(&digits)).is_err());
    assert!(patiently(|| decode::<Integer>(&digits)).is_err());
}
