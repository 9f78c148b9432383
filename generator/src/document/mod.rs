//! Documents as trees of [`Node`]s, used by every stage. Imports no other module.

mod chars;
mod equal;
pub mod pointer;
mod print_json;
mod print_yaml;
mod read_json;
mod tree;

pub use chars::is_invisible;
pub(crate) use chars::shortened;
pub use equal::{canonical, same};
pub use print_json::{json, pretty_json};
pub use print_yaml::yaml;
pub(crate) use read_json::parsed_json;
pub use tree::{FileId, Node, Object, Origin, Segment, Value};
