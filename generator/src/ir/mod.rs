//! The intermediate representation: what is emitted, in terms of Rust rather than of OpenAPI.
//!
//! Every item knows its [`Origin`](crate::document::Origin). Names are proposals here; [`names`](crate::names) decides.

mod api;
mod format;
mod naming;
mod paths;
mod types;
mod visit;

pub use api::{Api, EventTypeLocation, Example, Published, Stated, Untyped, UntypedReason, Webhook, is_template};
pub use format::Format;
pub use paths::{Location, Paths};
pub(crate) use types::whole;
pub use types::{
    Constant, Docs, Enum, Fallback, Field, Form, Kind, Literal, Naming, Presence, Select, Struct, Type, TypeDef,
    TypeId, Union, Variant,
};
