//! Random descriptions of webhooks, schemas, instances and edits, for tests and fuzz targets.
//!
//! Everything is made from [`Choices`], which reads random bytes. The bytes come from a seed or from a fuzzer, so that a
//! finding is repeated by its seed or by its bytes. [`shrink`] reduces a finding to the smallest JSON that still fails.
//!
//! ```
//! use arbitrary_openapi::{Document, edit, seeded};
//!
//! let document = Document::from_seed(7);
//! assert_eq!(document, Document::from_seed(7));
//! let mut edited = document.clone();
//! let edit = edit(&mut seeded(7).choices(), &mut edited).unwrap();
//! assert_ne!(document, edited, "{edit}");
//! ```
//!
//! | module | makes |
//! |---|---|
//! | `choices` | decisions from random bytes |
//! | `words` | names, texts, and values of each string format |
//! | `schema` | schemas with every keyword that the generator knows |
//! | `instance` | a valid instance of a schema |
//! | `description` | a description with its configuration, overlay and other files |
//! | `text` | JSON in one of the spellings that a value has |
//! | `cases` | a description of schemas, to test the types that they become |
//! | `large` | parts of a description that are as large as the limits allow |
//! | `yaml` | YAML as people and tools write it |
//! | `edit` | changes of a description |
//! | `shrink` | the smallest JSON that still fails |

mod cases;
mod choices;
mod description;
mod edit;
mod instance;
mod large;
mod schema;
mod shrink;
mod text;
mod words;
mod yaml;

pub use cases::Cases;
pub use choices::{Choices, Tape, seeded};
pub use description::Document;
pub use edit::{Edit, edit, edit_kinds};
pub use instance::{instance, json_schema};
pub use schema::{Dialect, Schemas};
pub use shrink::shrink;
pub use text::json_text;
pub use words::Taste;
