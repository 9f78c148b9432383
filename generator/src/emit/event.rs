//! `event.rs`: any event, and how a delivery becomes one.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, docs, imports};
use crate::format::SourceFile;
use crate::ir::{EventTypeLocation, Kind, Presence, Type};

impl Emitter<'_> {
    /// The file.
    pub(super) fn events(&self) -> SourceFile {
        let mut file = SourceFile::new(self.header(&format!("Any event of {}.", self.vendor_name())));
        let vendor = &self.names.vendor;
        let idents = self.names.event_types();
        let mut payloads: Vec<_> = self.api.webhooks.iter().map(|webhook| self.names.ty(webhook.payload)).collect();
        let types = payloads.clone();
        let accessors = self.accessors();
        let common: Vec<&Type> = self.api.common_fields().into_iter().map(|field| &field.ty).collect();
        payloads.extend(common.iter().flat_map(|ty| ty.definitions()).map(|id| self.names.ty(id)));
        let own = payloads.iter().map(ToString::to_string).chain(["EventType".to_owned(), self.vendor_name()]);
        let own = imports::list(own.collect());
        let mut receiver = imports::receiver_types(&common);
        receiver.extend(["UnknownEvent", "Webhooks"]);
        let receiver = imports::list(receiver);
        let map = imports::has_map(&common).then(|| {
            quote!(
                use std::collections::BTreeMap;
            )
        });
        file.item(quote! {
            #map
            use webhook_receiver::codegen::{EventTypeLocation, Serialize, Serializer, codec};
            use webhook_receiver::{#receiver};
            use crate::{#own};
        });
        let variants = self.api.webhooks.iter().zip(idents).zip(&types).map(|((webhook, ident), ty)| {
            let docs = docs::outer(&format!("{}.", docs::code(&webhook.event_type)));
            quote!(#docs #ident(Box<#ty>),)
        });
        file.item(quote! {
            /// Any event: what a handler of a topic gets.
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum Event {
                #(#variants)*
                /// An event whose type is absent or not in the description.
                Unknown(UnknownEvent),
            }
        });
        file.item(quote! {
            impl Event {
                /// The event type; none for an event that the description does not list.
                pub fn event_type(&self) -> Option<EventType> {
                    Some(match self {
                        #(Self::#idents(_) => EventType::#idents,)*
                        Self::Unknown(_) => return None,
                    })
                }

                /// The event type as it was sent; none where the delivery states none. Any text at all: escape it before
                /// logging.
                pub fn event_type_name(&self) -> Option<&str> {
                    match self {
                        Self::Unknown(event) => event.event_type(),
                        known => known.event_type().map(EventType::as_str),
                    }
                }

                #(#accessors)*
            }
        });
        file.item(quote! {
            /// An event is written as its payload is.
            impl Serialize for Event {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        #(Self::#idents(payload) => payload.serialize(serializer),)*
                        Self::Unknown(event) => event.serialize(serializer),
                    }
                }
            }
        });
        let location = self.event_type_location();
        file.item(quote! {
            impl Webhooks for #vendor {
                type EventType = EventType;
                type Event = Event;
                const EVENT_TYPE: EventTypeLocation = #location;

                fn decode(event_type: EventType, reader: &mut codec::Reader<'_>) -> Result<Event, codec::DecodeError> {
                    match event_type {
                        #(EventType::#idents => codec::Decode::decode(reader).map(Event::#idents),)*
                    }
                }

                fn unknown(event: UnknownEvent) -> Event {
                    Event::Unknown(event)
                }
            }
        });
        file
    }

    /// Where deliveries state their event type, in the receiver's words.
    fn event_type_location(&self) -> TokenStream {
        let separator = &self.api.separator;
        let completion =
            self.api.event_type_location.completed_by().map(|pointer| quote!(.completed_by(#pointer, #separator)));
        let location = match &self.api.event_type_location {
            EventTypeLocation::Body { pointers, .. } => quote!(body(&[#(#pointers),*])),
            EventTypeLocation::Header { name, .. } => quote!(header(#name)),
            EventTypeLocation::Address => quote!(endpoint()),
        };
        quote!(EventTypeLocation::#location #completion)
    }

    /// Methods for the members that all payloads have.
    fn accessors(&self) -> Vec<TokenStream> {
        let idents = self.names.event_types();
        let common = self.api.common_fields();
        common
            .iter()
            .filter_map(|field| {
                let accessor = self.names.accessor(&field.wire)?;
                let ty = self.type_tokens(&field.ty);
                let arms = self.api.webhooks.iter().zip(idents).filter_map(|(webhook, ident)| {
                    let Kind::Struct(object) = &self.api.def(webhook.payload).kind else { return None };
                    let position = object.fields.iter().position(|own| own.wire == field.wire)?;
                    let member = self.names.members(webhook.payload).get(position)?;
                    Some(match object.fields[position].presence {
                        Presence::Required => quote!(Self::#ident(payload) => Some(&payload.#member),),
                        Presence::Optional | Presence::Nullable => {
                            quote!(Self::#ident(payload) => payload.#member.as_ref(),)
                        }
                        Presence::OptionalNullable => {
                            quote!(Self::#ident(payload) => payload.#member.as_ref().and_then(Option::as_ref),)
                        }
                    })
                });
                let docs = docs::outer(&format!(
                    "{}, which every payload has; none where it was not sent, or for an unknown event.",
                    docs::code(&field.wire)
                ));
                Some(quote! {
                    #docs
                    pub fn #accessor(&self) -> Option<&#ty> {
                        match self {
                            #(#arms)*
                            Self::Unknown(_) => None,
                        }
                    }
                })
            })
            .collect()
    }
}
