//! `Cargo.lock` is the test.
