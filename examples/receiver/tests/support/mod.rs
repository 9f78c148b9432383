//! Test helpers: the server as a process, a client, and a shell's parsing of a line.

pub(crate) mod http;
pub(crate) mod process;
pub(crate) mod shell;
