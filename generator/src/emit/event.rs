//! `event.rs`: any event, and how a delivery becomes one.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::imports::Imports;
use super::type_ref::TypeRef;
use super::{Emitter, docs};
use crate::format::SourceFile;
use crate::ir::{Constant, EventTypeLocation, Kind, Type};
use crate::names::Accessor;

/// The file.
pub(super) fn file(emitter: &Emitter<'_>) -> SourceFile {
    let mut file = SourceFile::new(emitter.header(&format!("Any event of {}.", emitter.vendor_name())));
    file.item(EventItem { emitter });
    for accessor in emitter.names.accessors() {
        file.item(AccessorItem { emitter, accessor });
    }
    file.item(WebhooksImpl { emitter });
    Imports::of_crate(emitter).add_to(&mut file);
    file
}

/// The enum of all events.
struct EventItem<'a> {
    emitter: &'a Emitter<'a>,
}

impl ToTokens for EventItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Emitter { api, names, .. } = self.emitter;
        let idents = names.event_types();
        let types = api.webhooks.iter().map(|webhook| names.ty(webhook.payload));
        let docs = api.webhooks.iter().map(|webhook| docs::outer(&docs::event_type(webhook)));
        tokens.extend(quote! {
            /// Any event: the argument of a handler of a topic.
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum Event {
                #(#docs #idents(Box<#types>),)*
                /// An event whose type is absent or not in the description.
                Unknown(UnknownEvent),
            }

            codegen::event! {
                Event: EventType {
                    #(#idents,)*
                    ..Unknown
                }
            }
        });
    }
}

/// A method for a member that payloads have in common.
struct AccessorItem<'a> {
    emitter: &'a Emitter<'a>,
    accessor: &'a Accessor,
}

impl ToTokens for AccessorItem<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Emitter { api, names, .. } = self.emitter;
        let Accessor { name: accessor, .. } = self.accessor;
        let common = self.accessor.field(api);
        let ty = match &common.ty {
            Type::String | Type::Constant(Constant::Text(_)) => quote!(str),
            Type::List(inner) => {
                let inner = TypeRef { names, ty: inner };
                quote!([#inner])
            }
            ty @ (Type::Bool | Type::I32 | Type::I64 | Type::Constant(_)) => {
                let ty = TypeRef { names, ty };
                quote!(copy #ty)
            }
            ty => TypeRef { names, ty }.to_token_stream(),
        };
        let docs = docs::outer(&format!(
            "{} of the payload; `None` if it is absent, or if the event is unknown.",
            docs::code(&common.wire)
        ));
        let rows = api.webhooks.iter().zip(names.event_types()).filter_map(|(webhook, ident)| {
            let Kind::Struct(object) = &api.def(webhook.payload).kind else { return None };
            let position = object.fields.iter().position(|own| own.wire == common.wire && own.ty == common.ty)?;
            let member = names.members(webhook.payload).get(position)?;
            Some(quote!(#ident => #member,))
        });
        tokens.extend(quote! {
            codegen::event_member! {
                #docs
                Event::#accessor -> #ty {
                    #(#rows)*
                    ..Unknown
                }
            }
        });
    }
}

/// How a delivery becomes an event.
struct WebhooksImpl<'a> {
    emitter: &'a Emitter<'a>,
}

impl ToTokens for WebhooksImpl<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let vendor = &self.emitter.names.vendor;
        let location = self.location();
        tokens.extend(quote! {
            impl Webhooks for #vendor {
                type EventType = EventType;
                type Event = Event;
                const EVENT_TYPE: EventTypeLocation = #location;

                fn decode(event_type: EventType, reader: &mut codec::Reader<'_>) -> Result<Event, codec::DecodeError> {
                    Event::decode(event_type, reader)
                }

                fn unknown(event: UnknownEvent) -> Event {
                    Event::Unknown(event)
                }
            }
        });
    }
}

impl WebhooksImpl<'_> {
    /// Where deliveries state their event type, as the receiver expresses it.
    fn location(&self) -> TokenStream {
        let api = self.emitter.api;
        let separator = &api.separator;
        let location = match &api.event_type_location {
            EventTypeLocation::Body { pointers, .. } => quote!(body(&[#(#pointers),*])),
            EventTypeLocation::Header { name, .. } => quote!(header(#name)),
            EventTypeLocation::Address => quote!(endpoint()),
        };
        let completion = api.event_type_location.completed_by();
        let completion = completion.map(|pointer| quote!(.completed_by(#pointer, #separator)));
        quote!(EventTypeLocation::#location #completion)
    }
}
