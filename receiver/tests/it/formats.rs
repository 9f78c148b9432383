//! Strings with a format: J34. Whatever was received is kept; the accessors judge.

use webhook_receiver::{Text, format, serde_json};

use crate::acme::delivery;

#[test]
fn every_string_is_kept() {
    for json in [r#""""#, r#""not a uuid""#, r#""\u0000\u001b""#, r#""23:59:60""#] {
        let text: Text<format::Uuid> = delivery(json).decode().unwrap();
        assert_eq!(serde_json::to_string(&text).unwrap(), json);
        assert_eq!(serde_json::from_str::<Text<format::Uuid>>(json).unwrap(), text);
    }
    assert!(delivery("1").decode::<Text<format::Uuid>>().is_err());
}

#[test]
fn texts_compare_as_text() {
    use std::collections::{BTreeSet, HashSet};

    let text = Text::<format::Email>::from("a@example.org");
    assert_eq!(text, "a@example.org");
    assert_eq!(text.to_string(), String::from(text.clone()));
    let later = Text::from("b@example.org");
    assert!(text < later);
    assert_eq!(BTreeSet::from([text.clone(), text.clone()]).len(), 1);
    assert_eq!(HashSet::from([text.clone(), text.clone()]).len(), 1);
    assert_eq!(format!("{text:?}"), "\"a@example.org\"");
    assert_eq!(text.into_string(), "a@example.org");
}

#[test]
fn addresses() {
    assert_eq!(Text::<format::Ipv4>::from("192.0.2.1").addr().unwrap().octets(), [192, 0, 2, 1]);
    assert!(Text::<format::Ipv4>::from("192.0.2.01").addr().is_err());
    assert_eq!(Text::<format::Ipv6>::from("2001:DB8::1").addr().unwrap().to_string(), "2001:db8::1");
    assert!(Text::<format::Ipv6>::from("::1%eth0").addr().is_err());
}

#[test]
fn base64() {
    assert_eq!(Text::<format::Byte>::from("AP8=").bytes().unwrap(), [0, 255]);
    for text in ["AP8", "AP9=", "-_8=", " AP8="] {
        assert!(Text::<format::Byte>::from(text).bytes().is_err(), "{text}");
    }
}

#[test]
fn uuids() {
    let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    assert_eq!(Text::<format::Uuid>::from(text).uuid().unwrap().to_string(), text);
    let error = Text::<format::Uuid>::from("67e55044").uuid().unwrap_err();
    assert_eq!(error.to_string(), "the text is not a UUID");
    for other in ["67e5504410b1426f9247bb680e5fe0c8", "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8"] {
        assert!(Text::<format::Uuid>::from(other).uuid().is_err(), "{other}");
    }
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn points_in_time() {
    for (text, expected) in [
        ("2024-02-29T12:00:00Z", Some("2024-02-29T12:00:00Z")),
        ("2024-02-29t12:00:00z", Some("2024-02-29T12:00:00Z")),
        ("2024-02-29T12:00:00+02:00", Some("2024-02-29T10:00:00Z")),
        ("2024-02-29T12:00:00.123456789Z", Some("2024-02-29T12:00:00.123456789Z")),
        ("2016-12-31T23:59:60Z", Some("2016-12-31T23:59:59Z")),
        ("1998-12-31T15:59:60.5-08:00", Some("1998-12-31T23:59:59.5Z")),
        ("1998-12-31T23:58:60Z", None),
        ("1998-12-31T23:59:60-08:00", None),
        ("2024-02-29T12:00:00.9999999999999z", Some("2024-02-29T12:00:00.999999999Z")),
        ("2024-02-29T12:00:00-24:00", None),
        ("2024-02-29T12:00:00+01", None),
        ("2024-02-29T12:00:00,5Z", None),
        ("20240229T120000Z", None),
        ("2023-02-29T12:00:00Z", None),
        ("2024-02-29T12:00:00", None),
        ("2024-02-29", None),
        ("1709208000", None),
        ("", None),
    ] {
        let timestamp = Text::<format::DateTime>::from(text).timestamp();
        assert_eq!(timestamp.ok().map(|timestamp| timestamp.to_string()).as_deref(), expected, "{text}");
    }
}

#[test]
fn dates_times_and_durations() {
    assert_eq!(Text::<format::Date>::from("2024-02-29").date().unwrap().to_string(), "2024-02-29");
    for other in ["2023-02-29", "20240229", "2024-02-2", "2024-02-29T12:00:00Z", ""] {
        assert!(Text::<format::Date>::from(other).date().is_err(), "{other}");
    }

    let time = |text: &str| {
        let (time, offset) = Text::<format::Time>::from(text).time().ok()?;
        Some((time.to_string(), offset.map(jiff::tz::Offset::seconds)))
    };
    assert_eq!(time("12:30:00"), Some(("12:30:00".to_owned(), None)));
    assert_eq!(time("12:30:00.5+01:00"), Some(("12:30:00.5".to_owned(), Some(3600))));
    assert_eq!(time("12:30:00Z"), Some(("12:30:00".to_owned(), Some(0))));
    assert_eq!(time("23:59:60z"), Some(("23:59:59".to_owned(), Some(0))));
    assert_eq!(time("00:29:60.1+00:30"), Some(("00:29:59.1".to_owned(), Some(1800))));
    assert_eq!(time("12:00:00.1234567891"), Some(("12:00:00.123456789".to_owned(), None)));
    for other in ["25:00:00", "", "12:00", "22:59:60Z", "23:59:60+01:00", "12:00:00+24:00", "12:00:00,5Z", "12:00:00.Z"]
    {
        assert_eq!(time(other), None, "{other}");
    }

    let span = Text::<format::Duration>::from("P1DT12H").span().unwrap();
    assert_eq!((span.get_days(), span.get_hours()), (1, 12));
    let span = |text: &str| Text::<format::Duration>::from(text).span().ok().map(|span| span.to_string());
    // The last three are of ISO 8601 only. Java and others write them.
    for text in ["P1Y2M3DT4H5M6S", "P4W", "PT36H", "P0D", "PT1H2S", "P1Y2D", "PT0.5S"] {
        assert_eq!(span(text).as_deref(), Some(if text == "P0D" { "PT0S" } else { text }));
    }
    for other in
        ["1 day", "", "P", "PT", "P1DT", "-P1D", "P1Y2W", "P1WT1H", "P1D2M", "PT0,5S", "PT1.5H", "PT.5S", "P1", "PT1.S"]
    {
        assert_eq!(span(other), None, "{other}");
    }
    // A span cannot have as many.
    assert_eq!(span("P99999999999999999999D"), None);
}

#[test]
fn addresses_of_documents() {
    let url = Text::<format::Uri>::from("https://example.org/a").url().unwrap();
    assert_eq!(url.path(), "/a");
    assert!(Text::<format::Uri>::from("/a").url().is_err());
    let resolved = Text::<format::UriReference>::from("../b?c").resolve(&url).unwrap();
    assert_eq!(resolved.as_str(), "https://example.org/b?c");
    assert!(Text::<format::UriReference>::from("https://[").resolve(&url).is_err());
}

#[derive(serde::Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Host { at: Text<format::Ipv4> },
}

/// A text needs no more than a string, wherever serde has it from.
#[test]
fn texts_are_read_by_any_deserializer() {
    let Tagged::Host { at } = webhook_receiver::serde_json::from_str(r#"{"kind": "Host", "at": "192.0.2.1"}"#).unwrap();
    assert_eq!(at, "192.0.2.1");
}
