//! Tests through the public interface.

mod acme;
mod basic;
mod bearer;
mod codec;
mod formats;
mod http_layer;
mod json_bodies;
mod leaks;
mod mounted;
mod numbers;
mod properties;
mod rotation;
mod routing;
mod schemes;
mod secrets;
mod signatures;
mod unions;
mod v1a;
