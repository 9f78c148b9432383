//! `event_type.rs`: the event types and topics as data.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Emitter, docs};
use crate::format::SourceFile;
use crate::ir::is_template;

impl Emitter<'_> {
    /// The file.
    pub(super) fn event_types(&self) -> SourceFile {
        let vendor = self.vendor_name();
        let mut file =
            SourceFile::new(self.header(&format!("The event types of {vendor} and the topics that they belong to.")));
        file.item(quote! {
            use std::fmt;
            use std::str::FromStr;
            use webhook_receiver::UnknownName;
            use webhook_receiver::codegen::{EventName, TopicName};
        });
        for item in self.event_type_items().into_iter().chain(self.topic_items()) {
            file.item(item);
        }
        file
    }

    fn event_type_items(&self) -> Vec<TokenStream> {
        let idents = self.names.event_types();
        let names: Vec<&str> = self.api.webhooks.iter().map(|webhook| webhook.event_type.as_str()).collect();
        let docs = self.api.webhooks.iter().map(|webhook| {
            let summary = webhook.summary.as_deref().map(docs::harmless_line).filter(|text| !text.is_empty());
            let deprecated = if webhook.deprecated { " **Deprecated** by the vendor." } else { "" };
            let name = docs::code(&webhook.event_type);
            docs::outer(&match summary {
                Some(summary) => format!("{name}: {}.{deprecated}", summary.trim_end_matches('.')),
                None => format!("{name}.{deprecated}"),
            })
        });
        let topic_arms: Vec<TokenStream> = self
            .api
            .webhooks
            .iter()
            .zip(idents)
            .map(|(webhook, ident)| {
                let topic = self.topic_of(&webhook.event_type);
                quote!(Self::#ident => #topic,)
            })
            .collect();
        let actions = self.api.webhooks.iter().zip(idents).map(|(webhook, ident)| {
            let action = webhook.event_type.rsplit(self.api.separator.as_str()).next().unwrap_or(&webhook.event_type);
            quote!(Self::#ident => #action,)
        });
        let separator = &self.api.separator;
        // Names that are sent come before templates of names.
        let templates = self.api.webhooks.iter().zip(idents).filter(|(webhook, _)| is_template(&webhook.event_type));
        let templates = templates.map(|(webhook, ident)| {
            let template = &webhook.event_type;
            quote!(name if webhook_receiver::codegen::matches_template(#template, name, #separator) => Self::#ident,)
        });
        let mut items = vec![
            quote! {
                /// What happened: the name under which a delivery states it.
                #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
                #[non_exhaustive]
                pub enum EventType { #(#docs #idents,)* }
            },
            quote! {
                impl EventType {
                    /// Every event type, in the order of the description.
                    pub const ALL: &'static [Self] = &[#(Self::#idents),*];

                    /// The name as it is sent, such as in the delivery's event type.
                    pub const fn as_str(self) -> &'static str {
                        match self { #(Self::#idents => #names,)* }
                    }

                    /// The innermost topic that the event type belongs to.
                    pub const fn topic(self) -> Option<Topic> {
                        match self { #(#topic_arms)* }
                    }

                    /// What happened within the topic: the last part of the name.
                    pub const fn action(self) -> &'static str {
                        match self { #(#actions)* }
                    }
                }
            },
            quote! {
                impl EventName for EventType {
                    type Topic = Topic;
                    const ALL: &'static [Self] = Self::ALL;

                    fn parse(name: &str) -> Option<Self> {
                        Some(match name {
                            #(#names => Self::#idents,)*
                            #(#templates)*
                            _ => return None,
                        })
                    }

                    fn as_str(self) -> &'static str {
                        Self::as_str(self)
                    }

                    fn topic(self) -> Option<Topic> {
                        Self::topic(self)
                    }
                }
            },
        ];
        items.extend(text_impls(&quote!(EventType), &quote!(<Self as EventName>::parse(name))));
        items
    }

    fn topic_of(&self, event_type: &str) -> TokenStream {
        match self.api.topics(event_type).next().and_then(|topic| self.names.topics().get(topic)) {
            Some(topic) => quote!(Some(Topic::#topic)),
            None => quote!(None),
        }
    }

    fn topic_items(&self) -> Vec<TokenStream> {
        let index = self.api.topic_index();
        let topics: Vec<(&str, &Ident)> =
            self.names.topics().iter().map(|(name, ident)| (name.as_str(), ident)).collect();
        let idents: Vec<&Ident> = topics.iter().map(|(_, ident)| *ident).collect();
        let names: Vec<&str> = topics.iter().map(|(name, _)| *name).collect();
        let docs = topics.iter().map(|(name, _)| {
            let under: Vec<String> =
                index.get(name).into_iter().flatten().map(|webhook| docs::code(&webhook.event_type)).collect();
            docs::outer(&match &under[..] {
                [] => format!("{}: only topics within it.", docs::code(name)),
                under => format!("{}: {}.", docs::code(name), under.join(", ")),
            })
        });
        let parents = topics.iter().map(|(name, ident)| {
            let parent = self.topic_of(name);
            quote!(Self::#ident => #parent,)
        });
        let (as_str, parent) = if topics.is_empty() {
            (quote!(match self {}), quote!(match self {}))
        } else {
            (quote!(match self { #(Self::#idents => #names,)* }), quote!(match self { #(#parents)* }))
        };
        let mut items = vec![
            quote! {
                /// What events are about: all of an event type but its action.
                #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
                #[non_exhaustive]
                pub enum Topic { #(#docs #idents,)* }
            },
            quote! {
                impl Topic {
                    /// Every topic, in alphabetical order.
                    pub const ALL: &'static [Self] = &[#(Self::#idents),*];

                    /// The name, such as the part of an event type that it stands for.
                    pub const fn as_str(self) -> &'static str {
                        #as_str
                    }

                    /// The topic around this one.
                    pub const fn parent(self) -> Option<Self> {
                        #parent
                    }
                }
            },
            quote! {
                impl TopicName for Topic {
                    fn as_str(self) -> &'static str {
                        Self::as_str(self)
                    }

                    fn parent(self) -> Option<Self> {
                        Self::parent(self)
                    }
                }
            },
        ];
        let lookup = if topics.is_empty() {
            quote!(None)
        } else {
            quote!(Self::ALL.iter().copied().find(|topic| topic.as_str() == name))
        };
        items.extend(text_impls(&quote!(Topic), &lookup));
        items
    }
}

/// `Display` and `FromStr`.
fn text_impls(ty: &TokenStream, lookup: &TokenStream) -> Vec<TokenStream> {
    vec![
        quote! {
            impl fmt::Display for #ty {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.pad(self.as_str())
                }
            }
        },
        quote! {
            impl FromStr for #ty {
                type Err = UnknownName;

                fn from_str(name: &str) -> Result<Self, UnknownName> {
                    let known: Option<Self> = #lookup;
                    known.ok_or_else(|| UnknownName::new(name))
                }
            }
        },
    ]
}
