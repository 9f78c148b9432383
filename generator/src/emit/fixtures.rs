//! `fixtures/`: the examples of the description. `tests/examples.rs`: each of them verified, routed, re-encoded.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::Emitter;
use super::imports::Imports;
use super::signature::Signing;
use crate::format::SourceFile;
use crate::ir::{Api, EventTypeLocation, Webhook};
use crate::names::Names;

/// The examples, by their path.
pub(super) fn files(api: &Api, names: &Names) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for (index, webhook) in api.webhooks.iter().enumerate() {
        for (number, example) in webhook.examples.iter().enumerate() {
            files.insert(names.example_file(index, number), example.json.clone());
        }
    }
    files
}

/// The tests; `None` if no payload states its event type.
pub(super) fn example_tests(emitter: &Emitter<'_>) -> Option<SourceFile> {
    tested(emitter.api).next()?;
    let header = emitter.header(
        "Every example of the description: verified, routed to its typed handler, and re-encoded to equal JSON.",
    );
    let mut file = SourceFile::new(format!("{header}{}", emitter.lints_of_names()));
    file.item(RoundTrip { emitter });
    for (index, webhook, number) in tested(emitter.api) {
        file.item(ExampleTest { emitter, index, webhook, number });
    }
    Imports::of_test(emitter).add_to(&mut file);
    Some(file)
}

/// The examples that are routed, with the indices of their webhook and their own.
fn tested(api: &Api) -> impl Iterator<Item = (usize, &Webhook, usize)> {
    api.webhooks.iter().enumerate().flat_map(|(index, webhook)| {
        let examples = webhook.examples.iter().enumerate().filter(|(_, example)| example.states_event_type);
        examples.map(move |(number, _)| (index, webhook, number))
    })
}

/// The function that all tests call.
struct RoundTrip<'a> {
    emitter: &'a Emitter<'a>,
}

impl ToTokens for RoundTrip<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let vendor = &self.emitter.names.vendor;
        let Signing { secret, headers, trusted } = Signing::new(self.emitter);
        let receiver = self.emitter.construct(&quote!(P::EVENT_TYPE), &trusted);
        let (parameter, insert) = match &self.emitter.api.event_type_location {
            EventTypeLocation::Header { name, .. } => (
                Some(quote!(, event_type: &'static str)),
                Some(quote!(headers.insert(#name, webhook_receiver::http::HeaderValue::from_static(event_type));)),
            ),
            EventTypeLocation::Body { .. } | EventTypeLocation::Address => (None, None),
        };
        let mutable = insert.is_some().then(|| quote!(mut));
        tokens.extend(quote! {
            /// Signs the example, passes it through the receiver, and compares it with the payload that the handler gets.
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
    }
}

/// The test of one example.
struct ExampleTest<'a> {
    emitter: &'a Emitter<'a>,
    index: usize,
    webhook: &'a Webhook,
    number: usize,
}

impl ToTokens for ExampleTest<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { emitter, index, webhook, number } = *self;
        let payload = emitter.names.ty(webhook.payload);
        let path = format!("../{}", emitter.names.example_file(index, number));
        let test = emitter.names.example_test(index, number);
        let header = webhook.header.as_ref().map(|value| quote!(, #value));
        tokens.extend(quote! {
            #[test]
            fn #test() {
                round_trip::<#payload>(include_str!(#path) #header);
            }
        });
    }
}
