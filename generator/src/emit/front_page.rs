//! The front page of the crate's docs.

use super::{Emitter, docs};
use crate::signature::Scheme;

/// The text, without the signs of a comment.
pub(super) fn front_page(emitter: &Emitter<'_>) -> String {
    let Emitter { api, names, .. } = emitter;
    let vendor = emitter.vendor_name();
    let title = docs::harmless_line(&api.title);
    let version = docs::code(&api.version);
    let events = match api.webhooks.len() {
        1 => "one event type".to_owned(),
        count => format!("{count} event types"),
    };
    let payload = api.webhooks.first().map(|webhook| names.ty(webhook.payload).to_string()).unwrap_or_default();
    let constructor = emitter.constructor();
    let (verified, checks) = match &api.scheme {
        Some(Scheme::Unsigned) => ("", ""),
        _ => ("verified, ", "checks signatures, "),
    };
    let first = docs::wrapped(&format!(
        "Typed webhooks of {vendor}: {events}, {verified}decoded and routed.\n\n\
         From the description \"{title}\", version {version}.\n\n\
         A server that prints what it receives:"
    ));
    let rest = docs::wrapped(&format!(
        "Start with [`{constructor}`]: it {checks}decodes each delivery by its event type and runs one handler. \
         A delivery that cannot be decoded, or whose event type is unknown, reaches the fallback with its raw bytes.\n\n\
         - [`EventType`] and [`Topic`] are the names, as data; [`Event`] is any event.\n\
         - Each event type has a payload type of its own, such as [`{payload}`].\n\
         - Values of enums and members of objects that the description does not list are kept, and written back when a \
           payload is encoded. [`ReceiverService::drift`] counts the deliveries that have any.\n\n\
         # Features\n\n\
         `jiff`, `url` and `uuid` add typed access to formatted strings, see [`Text`]. They never change a type. \
         `serve` and `testing` add these modules to [`webhook_receiver`]. For its other features, such as `metrics`, depend \
         on `webhook-receiver` as well and enable them there."
    ));
    let mut page = format!("{first}\n\n{}\n{rest}", server(emitter));
    if let Some(description) = api.description.as_deref().map(docs::harmless).filter(|text| !text.is_empty()) {
        page.push_str("\n\n# Description by the vendor\n\n");
        // The vendor's headings come below ours.
        for line in description.lines() {
            page.push_str(if line.starts_with('#') { "##" } else { "" });
            page.push_str(line);
            page.push('\n');
        }
    }
    page
}

/// A complete program, with its dependencies. A test compiles those of all fixtures.
fn server(emitter: &Emitter<'_>) -> String {
    let Emitter { api, names, .. } = emitter;
    let (package, name, constructor) = (&names.crate_name, names.crate_ident(), emitter.constructor());
    let listed = || api.webhooks.iter().zip(names.event_types());
    let current: Vec<_> = listed().filter(|(webhook, _)| !webhook.deprecated).collect();
    let webhooks = if current.is_empty() { listed().collect() } else { current };
    // With an address for each event type, a receiver gets one of them.
    let count = if emitter.has_addresses() { 1 } else { 2 };
    let payloads: Vec<String> =
        webhooks.iter().take(count).map(|(webhook, _)| names.ty(webhook.payload).to_string()).collect();
    let event_type =
        webhooks.first().filter(|_| emitter.has_addresses()).map(|(_, ident)| format!("EventType::{ident}"));
    let (types, statement, trusted): (&[&str], _, _) = match &api.scheme {
        None => (
            &["Secret", "Verifier"],
            "    // The description does not state how deliveries are signed: see `Verifier`.\n    \
             let verifier = Verifier::standard_webhooks(Secret::from_env(\"WEBHOOK_SECRET\")?);\n",
            Some("verifier"),
        ),
        Some(Scheme::StandardWebhooks { .. }) => {
            (&["Secret"], "    let secret = Secret::from_env(\"WEBHOOK_SECRET\")?;\n", Some("secret"))
        }
        Some(Scheme::Hmac(_)) => {
            (&["TextSecret"], "    let secret = TextSecret::from_env(\"WEBHOOK_SECRET\")?;\n", Some("secret"))
        }
        Some(Scheme::Unsigned) => (&[], "", None),
    };
    let mut imports = vec!["Fallback", "Unrouted"];
    imports.extend(types);
    imports.extend(payloads.iter().map(String::as_str));
    imports.extend(event_type.as_ref().map(|_| "EventType"));
    imports.sort_unstable();
    let imports = imports.join(", ");
    let arguments = event_type.into_iter().chain(trusted.map(str::to_owned)).collect::<Vec<_>>().join(", ");
    let handlers: String = payloads
        .iter()
        .map(|payload| format!("        .on(|event: {payload}| async move {{ println!(\"{{event:?}}\") }})\n"))
        .collect();
    format!(
        r#"```toml
[dependencies]
{package} = {{ path = "…", features = ["serve"] }}
axum = "0.8"
tokio = {{ version = "1", features = ["macros", "net", "rt-multi-thread"] }}
```

```ignore
use {name}::webhook_receiver::serve::Server;
use {name}::{{{imports}}};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {{
{statement}    let webhooks = {name}::{constructor}({arguments})
{handlers}        .fallback(|unrouted: Unrouted| async move {{
            // Store the body here: after this answer, the vendor does not send it again.
            eprintln!("{{}}", unrouted.reason());
            Fallback::Kept
        }})
        .into_service();
    let others = axum::Router::new().route("/health", axum::routing::get(async || "well"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Server::new().route_service("/webhooks", webhooks).fallback_service(others).run(listener).await?;
    Ok(())
}}
```
"#
    )
}
