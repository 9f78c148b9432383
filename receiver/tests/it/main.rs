//! Tests through the public interface.

mod acme;
mod codec;
mod formats;
mod http_layer;
mod json_bodies;
mod log;
mod mounted;
mod numbers;
mod observed;
mod properties;
mod routing;
mod rows;
mod schemes;
mod secrets;
mod signatures;
mod unions;
