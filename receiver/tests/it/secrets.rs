//! Which texts are secrets.

use std::error::Error;
use std::{env, fs};

use webhook_receiver::signature::SecretWarning;
use webhook_receiver::{Secret, TextSecret};

use crate::log::Log;

const KEY: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn problem(text: &str) -> String {
    let error = Secret::new(text).expect_err(text);
    let shown = format!("{error} {error:?}");
    // No run of four characters of the secret part is quoted.
    for part in text.strip_prefix("whsec_").unwrap_or(text).as_bytes().windows(4) {
        let part = str::from_utf8(part).unwrap();
        assert!(!shown.contains(part) || "whsec_ whpk_ whsk_".contains(part), "{shown} quotes {part}");
    }
    // What `main` prints of it says as much.
    assert_eq!(format!("{error:?}"), error.to_string());
    error.to_string()
}

#[test]
fn unusable_texts_are_refused() {
    let long = format!("whsec_{}", "A".repeat(100_000));
    let just_too_long = format!("whsec_{}=", "A".repeat(87));
    for (id, text, expected) in [
        ("K07", String::new(), "is empty"),
        ("K08", "whsec_".to_owned(), "is empty"),
        ("K09", format!("whsec_whsec_{KEY}"), "must be `whsec_` followed by"),
        ("K10", format!("WHSEC_{KEY}"), "must be `whsec_` followed by"),
        ("K11", format!("whsec_{KEY}\n"), "must be `whsec_` followed by"),
        ("K12", format!(" whsec_{KEY}"), "must be `whsec_` followed by"),
        ("K13", format!("whsec_{}", &KEY[..31]), "must be `whsec_` followed by"),
        ("K14", format!("whsec_-_-_{KEY}"), "must be `whsec_` followed by"),
        ("K15", "whsec_QQ==".to_owned(), "shorter than 16 bytes"),
        ("K16", "whsec_eHh4eHh4eHh4eHh4eHh4".to_owned(), "shorter than 16 bytes"),
        ("short base64 without the prefix", "changeme".to_owned(), "16 bytes, and does not begin with `whsec_`"),
        ("K17", format!("whpk_{KEY}"), "half of a key pair"),
        ("K18", format!("whsk_{KEY}"), "half of a key pair"),
        ("K19", long, "longer than 64 bytes"),
        ("65 bytes", just_too_long, "longer than 64 bytes"),
    ] {
        let problem = problem(&text);
        assert!(problem.contains(expected), "{id}: {problem}");
    }
}

#[test]
fn usable_texts_are_accepted() {
    let longest = format!("whsec_{}==", "A".repeat(86));
    for text in [KEY, &format!("whsec_{KEY}"), "whsec_a2tra2tra2tra2tra2traw==", &longest] {
        assert!(text.parse::<Secret>().is_ok(), "{text}");
    }
}

#[test]
fn environment_variables_are_named_in_errors() {
    // Changing the environment is unsafe, so this reads a variable that Cargo sets.
    let error = Secret::from_env("CARGO_PKG_NAME").unwrap_err().to_string();
    assert!(error.starts_with("environment variable \"CARGO_PKG_NAME\": the secret must be"), "{error}");
    assert!(env::var_os("WEBHOOK_RECEIVER_TEST_UNSET").is_none());
    let error = Secret::from_env("WEBHOOK_RECEIVER_TEST_UNSET").unwrap_err().to_string();
    assert_eq!(error, "environment variable \"WEBHOOK_RECEIVER_TEST_UNSET\": not set");
}

#[test]
fn files_may_end_with_one_line_ending() {
    let path = env::temp_dir().join(format!("webhook-receiver-secret-{}", std::process::id()));
    for (content, expected) in [
        (format!("whsec_{KEY}"), None),
        (format!("whsec_{KEY}\n"), None),
        (format!("whsec_{KEY}\r\n"), None),
        (format!("whsec_{KEY}\n\n"), Some("must be `whsec_` followed by")),
        (format!("\nwhsec_{KEY}"), Some("must be `whsec_` followed by")),
        (format!("whsec_{}\n", "A".repeat(1_000_000)), Some("longer than 64 bytes")),
        ("\n".to_owned(), Some("is empty")),
    ] {
        fs::write(&path, &content).unwrap();
        let error = Secret::from_file(&path).err().map(|error| error.to_string());
        match (&error, expected) {
            (None, None) => {}
            (Some(error), Some(expected)) => {
                assert!(error.starts_with(&format!("file {}: ", path.display())), "{error}");
                assert!(error.contains(expected) && !error.contains("MfKQ"), "{error}");
            }
            _ => panic!("{content:.50?}: {error:?}"),
        }
    }
    fs::remove_file(&path).unwrap();
    assert!(Secret::from_file(&path).unwrap_err().to_string().ends_with("cannot be read"));
}

#[test]
fn texts_are_taken_as_they_are() {
    let longest = "x".repeat(512);
    for text in ["It's a Secret to Everybody", "12345678", "whsec_x=!", "Schlüssel ÄÖÜ", &longest] {
        assert!(text.parse::<TextSecret>().is_ok(), "{text}");
    }
    let too_long = "x".repeat(513);
    for (text, expected) in [
        ("", "is empty"),
        ("1234567", "shorter than 8 bytes"),
        (too_long.as_str(), "longer than 512 bytes"),
        (" 0123456789abcdef", "begins or ends with a space"),
        ("0123456789abcdef ", "begins or ends with a space"),
        ("0123456789abcdef\n", "begins or ends with a space"),
        ("01234567\t89abcdef", "contains a control character"),
    ] {
        let error = TextSecret::new(text).unwrap_err();
        assert!(error.to_string().contains(expected), "{text:?}: {error}");
        assert!(text.len() < 8 || !format!("{error} {error:?}").contains("456789"), "{error:?}");
    }
    assert_eq!(format!("{:?}", TextSecret::new("0123456789abcdef").unwrap()), "TextSecret(..)");
}

#[test]
fn texts_come_from_the_environment_and_from_files() {
    assert!(TextSecret::from_env("CARGO_PKG_NAME").is_ok());
    let error = TextSecret::from_env("WEBHOOK_RECEIVER_TEST_UNSET").unwrap_err().to_string();
    assert_eq!(error, "environment variable \"WEBHOOK_RECEIVER_TEST_UNSET\": not set");

    let path = env::temp_dir().join(format!("webhook-receiver-text-secret-{}", std::process::id()));
    for (content, expected) in [
        ("0123456789\n".to_owned(), None),
        ("0123456789\r\n".to_owned(), None),
        ("0123456789\n\n".to_owned(), Some("contains a control character")),
        (format!("{}\r\n", "x".repeat(512)), None),
        ("x".repeat(1_000_000), Some("longer than 512 bytes")),
    ] {
        fs::write(&path, &content).unwrap();
        let error = TextSecret::from_file(&path).err().map(|error| error.to_string());
        assert_eq!(error.is_some(), expected.is_some(), "{content:.20?}: {error:?}");
        assert!(error.is_none_or(|error| error.contains(expected.unwrap_or_default())), "{content:.20?}");
    }
    fs::write(&path, b"\xff0123456789").unwrap();
    assert!(TextSecret::from_file(&path).unwrap_err().to_string().ends_with("not UTF-8"));
    fs::remove_file(&path).unwrap();
}

#[test]
fn files_are_read_to_where_they_are_too_long() {
    let path = env::temp_dir().join(format!("webhook-receiver-long-secret-{}", std::process::id()));
    let longest = format!("whsec_{}==", "A".repeat(86));
    fs::write(&path, format!("{longest}\r\n")).unwrap();
    assert!(Secret::from_file(&path).is_ok());
    fs::write(&path, format!("{longest}\r\nx")).unwrap();
    assert!(Secret::from_file(&path).unwrap_err().to_string().ends_with("longer than 64 bytes"));
    fs::write(&path, format!("{}\r\nx", "x".repeat(512))).unwrap();
    assert!(TextSecret::from_file(&path).unwrap_err().to_string().contains("contains a control character"));
    fs::remove_file(&path).unwrap();
}

#[test]
fn what_cannot_be_read_has_a_cause() {
    // A folder can be opened, but not read.
    for path in [env::temp_dir(), env::temp_dir().join("webhook-receiver-no-such-file")] {
        let error = Secret::from_file(path).unwrap_err();
        assert!(error.to_string().ends_with("cannot be read"));
        assert!(error.source().is_some_and(<dyn Error>::is::<std::io::Error>), "{error:?}");
    }
    assert!(Secret::new("").unwrap_err().source().is_none());
}

/// The digits of a key in hexadecimal are also base64, of another key.
#[test]
fn hexadecimal_digits_are_warned_of() {
    let digits = "00ff8".repeat(13)[..64].to_owned();
    for text in [digits.clone(), format!("whsec_{}", digits.to_uppercase()), digits[..24].to_owned()] {
        let log = Log::start();
        let warning = Secret::new(&text).unwrap().warning();
        assert_eq!(warning, Some(SecretWarning::Hexadecimal));
        let (log, shown) = (log.text(), format!("{warning:?}"));
        assert!(log.contains("WARN") && log.contains("hexadecimal digits"), "{log}");
        assert!(!log.to_lowercase().contains("ff8") && !shown.contains("ff8"), "{log} {shown}");
    }
    assert_eq!(Secret::new(KEY).unwrap().warning(), None);
    // These are meant as they are.
    assert_eq!(TextSecret::new(&digits).unwrap().warning(), None);
}

#[test]
fn short_secrets_are_warned_of() {
    let log = Log::start();
    assert!(matches!(Secret::new("MfKQ9r8GKYqrTwjUPD8ILA==").unwrap().warning(), Some(SecretWarning::Short { .. })));
    assert!(matches!(TextSecret::new("12345678").unwrap().warning(), Some(SecretWarning::Short { .. })));
    assert_eq!(log.text().matches("is shorter than").count(), 2, "{}", log.text());
}
