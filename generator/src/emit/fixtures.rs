//! `fixtures/`: the examples of the description. `tests/examples.rs`: each of them verified, routed, re-encoded.

use std::collections::BTreeMap;

use quote::{format_ident, quote};

use super::signature::Signing;
use super::{Emitter, imports};
use crate::format::SourceFile;
use crate::ir::{EventTypeLocation, Webhook};
use crate::names::ident;

impl Emitter<'_> {
    /// The path of an example: the payload's name, and a number from the second on.
    pub(super) fn fixture_path(&self, webhook: usize, example: usize) -> String {
        let name = &self.names.fixtures()[webhook];
        let number = if example == 0 { String::new() } else { format!(".{}", example + 1) };
        format!("fixtures/{name}{number}.json")
    }

    /// The examples.
    pub(super) fn fixtures(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for (index, webhook) in self.api.webhooks.iter().enumerate() {
            for (number, example) in webhook.examples.iter().enumerate() {
                files.insert(self.fixture_path(index, number), example.json.clone());
            }
        }
        files
    }

    /// The tests; none where no payload states its event type.
    pub(super) fn example_tests(&self) -> Option<SourceFile> {
        self.tested().next()?;
        let header = self.header(
            "Every example of the description: verified, routed to its typed handler, and re-encoded to equal JSON.",
        );
        let mut file = SourceFile::new(format!("{header}{}", self.lints_of_names()));
        let crate_name = format_ident!("{}", self.names.crate_name.replace('-', "_"));
        let Signing { names, secret, headers, receiver } = self.signing();
        let vendor = &self.names.vendor;
        let mut imports: Vec<String> =
            self.tested().map(|(_, webhook, _)| self.names.ty(webhook.payload).to_string()).collect();
        imports.extend(names.iter().chain(&["Outcome", "Payload", self.constructor()]).map(|&name| name.to_owned()));
        imports.push(vendor.to_string());
        let imports = imports::list(imports);
        let header_value = matches!(self.api.event_type_location, EventTypeLocation::Header { .. }).then(|| {
            quote!(
                use webhook_receiver::http::HeaderValue;
            )
        });
        file.item(quote! {
            use std::sync::mpsc;
            #header_value
            use webhook_receiver::testing;
            use #crate_name::{#imports};
        });
        let (parameter, insert) = match &self.api.event_type_location {
            EventTypeLocation::Header { name, .. } => (
                Some(quote!(, event_type: &'static str)),
                Some(quote!(headers.insert(#name, HeaderValue::from_static(event_type));)),
            ),
            EventTypeLocation::Body { .. } | EventTypeLocation::Address => (None, None),
        };
        let mutable = insert.is_some().then(|| quote!(mut));
        file.item(quote! {
            /// Signs the example, passes it through the receiver, and holds what the handler got against it.
            fn round_trip<P: Payload<Webhooks = #vendor>>(example: &'static str #parameter) {
                #secret
                let #mutable headers = #headers;
                #insert
                let (sender, handled) = mpsc::channel();
                let service = #receiver
                    .on(move |payload: P| {
                        let encoded = webhook_receiver::codegen::serde_json::to_string(&payload);
                        let sent = sender.send(encoded);
                        async move { sent }
                    })
                    .into_service();
                let outcome = testing::block_on(async { service.receive(&headers, example).await });
                assert!(matches!(outcome, Ok(Outcome::Handled)), "{outcome:?}");
                let encoded = handled.recv().expect("the handler has run").expect("a payload can be encoded");
                testing::same_json(example, &encoded).unwrap_or_else(|difference| panic!("{difference}"));
            }
        });
        for (index, webhook, number) in self.tested() {
            let payload = self.names.ty(webhook.payload);
            let name = &self.names.fixtures()[index];
            let path = format!("../{}", self.fixture_path(index, number));
            let suffix = if number == 0 { String::new() } else { format!("_{}", number + 1) };
            let test = ident(&format!("{name}{suffix}"));
            let header = webhook.header.as_ref().map(|value| quote!(, #value));
            file.item(quote! {
                #[test]
                fn #test() {
                    round_trip::<#payload>(include_str!(#path) #header);
                }
            });
        }
        Some(file)
    }

    /// The examples that are routed, with the places of their webhook and their own.
    fn tested(&self) -> impl Iterator<Item = (usize, &Webhook, usize)> {
        let webhooks = self.api.webhooks.iter().enumerate();
        webhooks.flat_map(|(index, webhook)| {
            let examples = webhook.examples.iter().enumerate().filter(|(_, example)| example.states_event_type);
            examples.map(move |(number, _)| (index, webhook, number))
        })
    }
}
