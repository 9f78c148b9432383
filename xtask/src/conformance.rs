//! `cargo xtask conformance`: runs signature test vectors with the receiver's verifier.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use std::{fs, io};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cargo_webhooks::print;
use serde_json::Value;
use webhook_receiver::http::{HeaderMap, HeaderName, HeaderValue};
use webhook_receiver::signature::VerifierBuilder;
use webhook_receiver::{Secret, StandardWebhooks, Verifier, VerifyError};

/// The expected or actual result of a case.
#[derive(PartialEq, Eq)]
enum Outcome {
    Accepted,
    Refused { kind: String, status: Option<u16> },
}

/// Prints a table of all cases. Fails if a result is not the expected one, or if a case cannot be read.
pub(crate) fn run(file: &Path) -> ExitCode {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: {} cannot be read: {error}", file.display());
            return ExitCode::FAILURE;
        }
    };
    let (mut all, mut passed) = (0, 0);
    let mut table = String::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        all += 1;
        match case(line) {
            Ok((id, title, expected, found)) => {
                let verdict = if expected == found { "ok" } else { "DIFFERS" };
                passed += usize::from(expected == found);
                table.push_str(&format!(
                    "{id:5} {verdict:8} {:26} {:26} {title}\n",
                    expected.to_string(),
                    found.to_string()
                ));
            }
            Err(problem) => eprintln!("error: line {number}: {problem}"),
        }
    }
    table.push_str(&format!("{passed} of {all} cases pass\n"));
    let printed = print(io::stdout(), &table);
    if printed.is_ok() && passed == all && all > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Id, title, expected and actual result.
fn case(line: &str) -> Result<(String, String, Outcome, Outcome), String> {
    let case: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let text = |key: &str| case[key].as_str().map(str::to_owned).ok_or(format!("`{key}` is not a string"));
    let expected = match text("expect")?.as_str() {
        "accept" => Outcome::Accepted,
        "reject" => Outcome::Refused { kind: text("kind")?, status: status(&case["status"])? },
        _ => return Err("`expect` is neither `accept` nor `reject`".into()),
    };
    let body = bytes(&case["body_b64"])?;
    let now = case["now"].as_u64().ok_or("`now` is not a count of seconds")?;
    let mut headers = HeaderMap::new();
    for pair in list(&case["headers_b64"])? {
        let name = pair[0].as_str().and_then(|name| name.parse::<HeaderName>().ok()).ok_or("not a header name")?;
        headers.append(name, HeaderValue::try_from(bytes(&pair[1])?).map_err(|error| error.to_string())?);
    }
    let secrets: Option<Vec<&str>> = list(&case["secrets"])?.iter().map(Value::as_str).collect();
    let found = verify(&secrets.ok_or("a secret is not a string")?, now, &headers, body);
    Ok((text("id")?, text("title")?, expected, found))
}

fn verify(secrets: &[&str], now: u64, headers: &HeaderMap, body: Vec<u8>) -> Outcome {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
    let builder = Verifier::builder(StandardWebhooks::DEFAULT).clock(move || now);
    let secrets = secrets.iter().map(|secret| Secret::new(secret)).collect::<Result<Vec<_>, _>>();
    match secrets.and_then(|secrets| secrets.into_iter().fold(builder, VerifierBuilder::secret).build()) {
        Err(_) => Outcome::Refused { kind: "Secret".into(), status: None },
        Ok(verifier) => match verifier.verify(headers, body.into()) {
            Ok(_) => Outcome::Accepted,
            Err(error) => Outcome::Refused { kind: kind(&error), status: Some(error.status().as_u16()) },
        },
    }
}

/// The name of the variant.
fn kind(error: &VerifyError) -> String {
    let shown = format!("{error:?}");
    shown.split('(').next().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or(format!("expected a list, not {value}"))
}

fn bytes(value: &Value) -> Result<Vec<u8>, String> {
    let text = value.as_str().ok_or(format!("expected base64, not {value}"))?;
    STANDARD.decode(text).map_err(|error| error.to_string())
}

fn status(value: &Value) -> Result<Option<u16>, String> {
    let number = value.as_u64().map(u16::try_from);
    number.transpose().map_err(|_| format!("{value} is not a status"))
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Accepted => f.write_str("accept"),
            Self::Refused { kind, status: None } => f.write_str(kind),
            Self::Refused { kind, status: Some(status) } => write!(f, "{kind} {status}"),
        }
    }
}
