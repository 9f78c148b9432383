//! What the tests stand on: the server as a process, a client, and a shell's way of reading a line.

pub(crate) mod http;
pub(crate) mod process;
pub(crate) mod shell;
