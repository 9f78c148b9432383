//! The rows of `tests/cases/signatures.toml`.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use toml::{Table, Value};
use webhook_receiver::signature::VerifierBuilder;
use webhook_receiver::{Secret, StandardWebhooks, Verifier, VerifyError};

use super::recipe::{Signed, bytes};

const TABLE: &str = include_str!("../../cases/signatures.toml");
const FIELDS: [&str; 11] =
    ["row", "title", "secrets", "now", "id", "timestamp", "signature", "body", "drop", "add", "expect"];

/// A row, over the valid message.
pub(crate) struct Case {
    row: Table,
    valid: Table,
}

/// All rows.
pub(crate) fn cases() -> Vec<Case> {
    let table: Table = TABLE.parse().unwrap();
    let groups = table["cases"].as_table().unwrap().values();
    let rows = groups.flat_map(|group| group.as_array().unwrap()).map(|row| row.as_table().unwrap());
    let valid = table["valid"].as_table().unwrap();
    rows.map(|row| Case { row: row.clone(), valid: valid.clone() }).collect()
}

impl Case {
    fn get(&self, field: &str) -> &Value {
        self.row.get(field).unwrap_or_else(|| &self.valid[field])
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.get(field).as_str().unwrap()
    }

    fn list(&self, field: &str) -> &[Value] {
        self.row.get(field).map_or(&[], |value| value.as_array().unwrap())
    }

    fn secrets(&self) -> Vec<String> {
        let secrets = self.get("secrets").as_array().unwrap().iter();
        secrets.map(|secret| String::from_utf8(bytes(secret.as_str().unwrap(), &Signed::default())).unwrap()).collect()
    }

    /// The headers and the body.
    pub(crate) fn sent(&self) -> (HeaderMap, Bytes) {
        let plain = |field| bytes(self.text(field), &Signed::default());
        let (id, timestamp, body) = (plain("id"), plain("timestamp"), plain("body"));
        let secrets = self.secrets();
        let content = [&id[..], &timestamp, &body].join(&b'.');
        let signature =
            bytes(self.text("signature"), &Signed { secret: secrets.first().map_or("", String::as_str), content });

        let mut headers = HeaderMap::new();
        let mut send = |name: &str, value: &[u8]| {
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value).unwrap());
        };
        for (name, value) in [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)] {
            if !self.list("drop").iter().any(|dropped| dropped.as_str() == Some(name)) {
                send(name, &value);
            }
        }
        for pair in self.list("add") {
            send(pair[0].as_str().unwrap(), pair[1].as_str().unwrap().as_bytes());
        }
        (headers, body.into())
    }

    /// None where the secrets are refused.
    pub(crate) fn verifier(&self) -> Option<Verifier> {
        let now = Duration::from_secs(self.get("now").as_integer().unwrap().try_into().unwrap());
        let builder = Verifier::builder(StandardWebhooks::DEFAULT).clock(move || SystemTime::UNIX_EPOCH + now);
        let secrets = self.secrets().iter().map(|secret| Secret::new(secret)).collect::<Result<Vec<_>, _>>();
        secrets.and_then(|secrets| secrets.into_iter().fold(builder, VerifierBuilder::secret).build()).ok()
    }

    fn verify(&self) -> Result<(), &'static str> {
        let verifier = self.verifier().ok_or("Secret")?;
        let (headers, body) = self.sent();
        let delivery = verifier.verify(&headers, body.clone()).map_err(|error| kind(&error))?;
        assert_eq!(delivery.id().map(str::as_bytes), headers.get("webhook-id").map(HeaderValue::as_bytes));
        assert_eq!(*delivery.raw(), body);
        Ok(())
    }
}

fn kind(error: &VerifyError) -> &'static str {
    let (kind, status) = match error {
        VerifyError::MissingHeader(_) => ("MissingHeader", 400),
        VerifyError::DuplicateHeader(_) => ("DuplicateHeader", 400),
        VerifyError::MalformedHeader(_) => ("MalformedHeader", 400),
        VerifyError::MalformedTimestamp => ("MalformedTimestamp", 400),
        VerifyError::TimestampTooOld => ("TimestampTooOld", 401),
        VerifyError::TimestampTooNew => ("TimestampTooNew", 401),
        VerifyError::NoMatchingSignature => ("NoMatchingSignature", 401),
        other => panic!("unexpected {other:?}"),
    };
    assert_eq!(error.status(), status, "{kind}");
    kind
}

#[test]
fn every_row_ends_as_stated() {
    let mut rows = BTreeSet::new();
    for case in cases() {
        assert!(case.row.keys().all(|field| FIELDS.contains(&field.as_str())), "{}", case.row);
        let name = case.text("row");
        assert!(rows.insert(name.to_owned()), "{name} is there twice");
        let found = case.verify().err().unwrap_or("accept");
        assert_eq!(found, case.text("expect"), "{name}: {}", case.text("title"));
    }
    let complete = [("V", 9), ("H", 22), ("T", 28), ("S", 46), ("K", 24), ("B", 11)];
    let complete = complete.iter().flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n:02}")));
    assert_eq!(rows, complete.collect());
}
